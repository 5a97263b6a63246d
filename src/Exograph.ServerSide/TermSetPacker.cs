using System.Buffers.Binary;

namespace Exograph.ServerSide;

/// <summary>
/// Makes sets of pairs that come one after the other for one fragment: ascending, what comes twice stays so, and what is missing
/// stays missing, so that the server finds and counts what it would of pairs. 100 pairs of a fragment are 850 bytes of COPY and a
/// row of the server, and were 2,200 bytes and 100 rows.
/// </summary>
/// <param name="columns">Columns of the pairs, in the order in which they come.</param>
internal sealed class TermSetPacker(IReadOnlyList<StagedColumn> columns)
{
    /// <summary>
    /// Terms from which a set is sent as it is, and another begun: a megabyte of COPY, a quarter of a chunk, so that memory is
    /// bounded whatever comes. Many times what a fragment of code holds: sets of a load that has two of one fragment are written
    /// again by the server.
    /// </summary>
    internal const int MostTerms = 1 << 17;

    /// <summary>
    /// 2M pairs in the order of terms took the server 17 s as sets of one, and 4.3 as they came. Sets of this many pairs are smaller
    /// than the pairs: 62 bytes to 66.
    /// </summary>
    private const int LeastPairs = 3;

    /// <summary>One fragment of so many that comes behind a greater one: fewer are stragglers.</summary>
    private const int LeastBehind = 10;

    private const int Null = -1;

    private readonly bool _termFirst = columns[0].Type == ColumnType.Integer;
    private int[] _terms = new int[256];
    private int _length;
    private int _missing;
    private bool _isOrdered = true;
    private long? _fragment;
    private long? _greatest;
    private int _behind;

    /// <summary>Whether nothing waits for <see cref="WriteTo"/>.</summary>
    public bool IsEmpty => _length + _missing == 0;

    /// <summary>
    /// Whether sets were worth making of the pairs of a chunk. They were not where fragments come again and again with a pair or two, as
    /// in the order of terms: then further pairs had better be sent as they are. What tells is that fragments do not ascend:
    /// to remember all would take memory.
    /// </summary>
    public bool Pays(CopyEncoder chunk)
    {
        var pays = chunk.Counted >= LeastPairs * (long)chunk.Rows || _behind * (long)LeastBehind < chunk.Rows;
        _behind = 0;
        return pays;
    }

    /// <summary>Takes the pair that is the current row of <paramref name="chunk"/> out of it, and puts a set there that is complete.</summary>
    public void Pack(CopyEncoder chunk)
    {
        var row = chunk.Row.Span[sizeof(short)..];
        var first = Take(ref row);
        var second = Take(ref row);
        chunk.DropRow();
        var (fragment, term) = _termFirst ? (second, first) : (first, second);
        if (fragment != _fragment || _length + _missing == MostTerms)
            WriteTo(chunk);
        _fragment = fragment;
        if (term is { } id)
            Add((int)id);
        else
            _missing++;
    }

    /// <summary>Writes the set as a row, if there is any, and begins another.</summary>
    public void WriteTo(CopyEncoder chunk)
    {
        if (IsEmpty)
            return;
        var ids = _terms.AsSpan(0, _length);
        if (!_isOrdered)
            ids.Sort();
        if (_fragment < _greatest)
            _behind++;
        else
            _greatest = _fragment ?? _greatest;
        chunk.BeginRow(2);
        chunk.BigInt(_fragment);
        chunk.Set(ids, _missing);
        (_length, _missing, _isOrdered) = (0, 0, true);
    }

    private void Add(int term)
    {
        if (_length == _terms.Length)
            Array.Resize(ref _terms, 2 * _length);
        _isOrdered &= _length == 0 || _terms[_length - 1] <= term;
        _terms[_length++] = term;
    }

    private static long? Take(ref ReadOnlySpan<byte> fields)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(fields);
        long? value = length switch
        {
            Null => null,
            sizeof(int) => BinaryPrimitives.ReadInt32BigEndian(fields[sizeof(int)..]),
            _ => BinaryPrimitives.ReadInt64BigEndian(fields[sizeof(int)..]),
        };
        fields = fields[(sizeof(int) + Math.Max(length, 0))..];
        return value;
    }
}

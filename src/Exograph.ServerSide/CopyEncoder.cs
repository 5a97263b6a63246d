using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Exograph.ServerSide;

/// <summary>A value that cannot be stored. The caller adds table, row and column.</summary>
internal sealed class FieldException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Writes rows in the binary format of COPY into a pooled buffer. Twice as fast as an importer that resolves a type handler per
/// value, and takes UTF-8 as it comes, without a detour through strings.
/// </summary>
internal sealed partial class CopyEncoder : IDisposable
{
    /// <summary>A PostgreSQL field, and a message of its protocol, is below 1 GB.</summary>
    private const int Largest = 0x3FFFFFFF;
    private const byte JsonbVersion = 1;

    /// <summary>
    /// COPY and pg_dump print a row into 1 GB at most, with backslashes doubled: the server rejects a row whose long values
    /// have more bytes than this, a number of an array counted as <see cref="PrintedNumber"/>.
    /// </summary>
    internal const long MostPrinted = 128 << 20;
    private const int PrintedNumber = 32;
    private const int PrintedTerm = 12;
    private const int Int8Oid = 20;
    private const int Int4Oid = 23;
    private const int Int4Element = 8;

    /// <summary>Signature, flags, and length of the header's extension: the last two are 0.</summary>
    private static readonly byte[] s_header = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReservedIds? _ids;
    private readonly List<RowNumber>? _numbers;
    private readonly List<(int Position, StagedColumn Column, long Number)> _untranslated = [];

    private byte[] _buffer;
    private int _length;
    private int _rowStart;
    private long _countedBefore;
    private long _printed;
    private (int Start, int Length) _set;

    /// <param name="capacity">Bytes to begin with.</param>
    /// <param name="ids">What translates the numbers of rows; null where they are sent as they are.</param>
    /// <param name="notesNumbers">Whether <see cref="Numbers"/> will be asked for.</param>
    public CopyEncoder(int capacity, ReservedIds? ids, bool notesNumbers = false)
    {
        _ids = ids;
        _numbers = notesNumbers ? [] : null;
        _buffer = ArrayPool<byte>.Shared.Rent(capacity);
        s_header.CopyTo(Take(s_header.Length));
    }

    /// <summary>Bytes written so far.</summary>
    public int Length => _length;

    /// <summary>Rows begun so far.</summary>
    public int Rows { get; private set; }

    /// <summary>The same as loads count them: a set as its pairs, and as one where it is missing.</summary>
    public long Counted { get; private set; }

    /// <summary>Fields of the current row that have been written: the index of the field at work.</summary>
    public int Field { get; private set; }

    /// <summary>The numbers of the current row, as the producer gave them.</summary>
    public IReadOnlyList<RowNumber> Numbers => _numbers ?? [];

    /// <summary>The least and the greatest number that rows have of their own, as they are sent; null where none has.</summary>
    public (long First, long Last)? Keys { get; private set; }

    public void BeginRow(int fields)
    {
        _rowStart = _length;
        _printed = 0;
        _numbers?.Clear();
        BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)fields);
        Rows++;
        _countedBefore = Counted++;
        _set = default;
        Field = 0;
    }

    /// <summary>The current row as far as it is written; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Row => _buffer.AsMemory(_rowStart, _length - _rowStart);

    /// <summary>Begins and ends a row that another encoder has written.</summary>
    /// <param name="row">The row, as its <see cref="Row"/>.</param>
    /// <param name="counted">Rows that it is counted as.</param>
    public void AddRow(ReadOnlySpan<byte> row, long counted)
    {
        _rowStart = _length;
        row.CopyTo(Take(row.Length));
        Rows++;
        _countedBefore = Counted;
        Counted += counted;
    }

    /// <summary>Rows that the current one is counted as.</summary>
    public long RowCounted => Counted - _countedBefore;

    /// <summary>Takes the current row back.</summary>
    public void DropRow()
    {
        _length = _rowStart;
        _untranslated.Clear();
        Rows--;
        Counted = _countedBefore;
    }

    /// <summary>Ends the data and returns all of it. Nothing can be written afterwards.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        BinaryPrimitives.WriteInt16BigEndian(Take(2), -1);
        return _buffer.AsMemory(0, _length);
    }

    public void Null()
    {
        BinaryPrimitives.WriteInt32BigEndian(Take(4), -1);
        Field++;
    }

    /// <summary>A value that was not given.</summary>
    public void Missing(StagedColumn column)
    {
        if (column.MissingIsEmpty)
            Jsonb("{}"u8);
        else
            Null();
    }

    /// <summary>Whether numbers are left to <see cref="TranslateAsync"/>.</summary>
    public bool HasUntranslated => _untranslated.Count > 0;

    /// <summary>The number of a row, in the type of the column.</summary>
    public void Number(StagedColumn column, long? number)
    {
        var id = number is { } given ? Translate(column, given, _length + 4) : number;
        if (column.Type == ColumnType.Integer)
            Integer((int?)id);
        else
            BigInt(id);
    }

    /// <summary>Puts ids in the place of numbers whose ids were not known yet.</summary>
    public async ValueTask TranslateAsync(CancellationToken cancellationToken)
    {
        foreach (var (position, column, number) in _untranslated)
        {
            var id = Note(column, await _ids!.TranslateAsync(column, number, cancellationToken).ConfigureAwait(false));
            if (column.Type == ColumnType.BigInt)
                BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(position), id);
            else
                BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(position), checked((int)id));
        }
        _untranslated.Clear();
        OrderSet();
    }

    /// <summary>The numbers of several rows, as a set: ascending, whatever their order; one that comes twice stays so.</summary>
    public void Set<T>(StagedColumn column, ReadOnlySpan<T> numbers) where T : struct, IBinaryInteger<T>
    {
        var elements = BeginSet(numbers.Length, missing: 0);
        _set = (_length - elements.Length, numbers.Length);
        for (var i = 0; i < numbers.Length; i++)
        {
            var id = Translate(column, long.CreateChecked(numbers[i]), _set.Start + i * Int4Element + 4);
            WriteElement(elements[(i * Int4Element)..], checked((int)id));
        }
        if (!HasUntranslated)
            OrderSet();
    }

    /// <summary>Ids as a set, in their order, and so many that are missing.</summary>
    public void Set(ReadOnlySpan<int> ids, int missing)
    {
        var elements = BeginSet(ids.Length, missing);
        foreach (var id in ids)
        {
            WriteElement(elements, id);
            elements = elements[Int4Element..];
        }
        for (var i = 0; i < missing; i++)
            BinaryPrimitives.WriteInt32BigEndian(elements[(i * 4)..], -1);
    }

    public void BigInt(long? value)
    {
        if (value is null)
        {
            Null();
            return;
        }
        var field = Take(12);
        BinaryPrimitives.WriteInt32BigEndian(field, 8);
        BinaryPrimitives.WriteInt64BigEndian(field[4..], value.GetValueOrDefault());
        Field++;
    }

    public void Integer(int? value)
    {
        if (value is null)
        {
            Null();
            return;
        }
        var field = Take(8);
        BinaryPrimitives.WriteInt32BigEndian(field, 4);
        BinaryPrimitives.WriteInt32BigEndian(field[4..], value.GetValueOrDefault());
        Field++;
    }

    public void Text(string? value)
    {
        if (value is null)
            Null();
        else
            String(value, prefix: []);
    }

    /// <summary>Text that the caller has found to be valid UTF-8 without NUL.</summary>
    public void Utf8(ReadOnlySpan<byte> value)
    {
        Print(value.Length);
        Bytes(value, prefix: []);
    }

    public void Bytea(ReadOnlyMemory<byte>? value)
    {
        if (value is null)
            Null();
        else
            value.Value.Span.CopyTo(Bytea(value.Value.Length));
    }

    /// <summary>Bytes that the caller fills in.</summary>
    public Span<byte> Bytea(int length)
    {
        Print(2L * length);
        return Reserve(length);
    }

    private Span<byte> Reserve(int length)
    {
        var field = Take(checked(4 + length));
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        Field++;
        return field[4..];
    }

    public void BigIntArray(ReadOnlyMemory<long>? value)
    {
        if (value is null)
            Null();
        else
            BigIntArray(value.Value.Span);
    }

    public void BigIntArray(ReadOnlySpan<long> value)
    {
        Print((long)PrintedNumber * value.Length);
        var field = BeginArray(Int8Oid, value.Length, checked(value.Length * 12), hasNulls: false);
        foreach (var element in value)
        {
            BinaryPrimitives.WriteInt32BigEndian(field, 8);
            BinaryPrimitives.WriteInt64BigEndian(field[4..], element);
            field = field[12..];
        }
    }

    public void Jsonb(string value) => String(value, [JsonbVersion]);

    /// <summary>JSON text that the caller has found to be valid.</summary>
    public void Jsonb(ReadOnlySpan<byte> value) => Bytes(value, [JsonbVersion]);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    /// <summary>The elements of a set, to be filled in.</summary>
    private Span<byte> BeginSet(int length, int missing)
    {
        Print((long)PrintedTerm * (length + missing));
        Counted += length + missing - 1;
        return BeginArray(Int4Oid, length + missing, checked(length * Int4Element + missing * 4), missing > 0);
    }

    private Span<byte> BeginArray(int elementOid, int length, int bytes, bool hasNulls)
    {
        var dimensions = length == 0 ? 0 : 1;
        var field = Reserve(checked(12 + dimensions * 8 + bytes));
        BinaryPrimitives.WriteInt32BigEndian(field, dimensions);
        BinaryPrimitives.WriteInt32BigEndian(field[4..], hasNulls ? 1 : 0);
        BinaryPrimitives.WriteInt32BigEndian(field[8..], elementOid);
        if (dimensions == 0)
            return [];
        BinaryPrimitives.WriteInt32BigEndian(field[12..], length);
        BinaryPrimitives.WriteInt32BigEndian(field[16..], 1); // lower bound
        return field[20..];
    }

    private static void WriteElement(Span<byte> field, int id)
    {
        BinaryPrimitives.WriteInt32BigEndian(field, 4);
        BinaryPrimitives.WriteInt32BigEndian(field[4..], id);
    }

    /// <summary>Puts the set of the row in order, unless it is, as it mostly will be.</summary>
    private void OrderSet()
    {
        var elements = _buffer.AsSpan(_set.Start, _set.Length * Int4Element);
        var isOrdered = true;
        for (var i = 1; i < _set.Length && isOrdered; i++)
            isOrdered = Element(elements, i - 1) <= Element(elements, i);
        if (isOrdered)
            return;
        var ids = ArrayPool<int>.Shared.Rent(_set.Length);
        for (var i = 0; i < _set.Length; i++)
            ids[i] = Element(elements, i);
        ids.AsSpan(0, _set.Length).Sort();
        for (var i = 0; i < _set.Length; i++)
            WriteElement(elements[(i * Int4Element)..], ids[i]);
        ArrayPool<int>.Shared.Return(ids);

        static int Element(ReadOnlySpan<byte> elements, int i) => BinaryPrimitives.ReadInt32BigEndian(elements[(i * Int4Element + 4)..]);
    }

    /// <summary>The id of a number; the number itself, if its id is not known yet and will be put in its place.</summary>
    private long Translate(StagedColumn column, long number, int position)
    {
        _numbers?.Add(new RowNumber(column, number));
        if (_ids is null)
            return Note(column, number);
        if (_ids.TryTranslate(column, number, out var id))
            return Note(column, id);
        _untranslated.Add((position, column, number));
        return number;
    }

    private long Note(StagedColumn column, long id)
    {
        if (column.IsKey)
            Keys = Keys is var (first, last) ? (Math.Min(first, id), Math.Max(last, id)) : (id, id);
        return id;
    }

    private void Bytes(ReadOnlySpan<byte> value, ReadOnlySpan<byte> prefix)
    {
        var field = Reserve(checked(prefix.Length + value.Length));
        prefix.CopyTo(field);
        value.CopyTo(field[prefix.Length..]);
    }

    private void String(string value, ReadOnlySpan<byte> prefix)
    {
        var nul = value.IndexOf('\0');
        if (nul >= 0)
            throw new FieldException($"the text holds a NUL character at position {nul + 1}, which PostgreSQL cannot store");
        int length;
        try
        {
            length = s_strict.GetByteCount(value);
        }
        catch (EncoderFallbackException e)
        {
            throw new FieldException($"the text holds a lone surrogate at position {e.Index + 1}, which is no character", e);
        }
        Print(length);
        var field = Reserve(checked(prefix.Length + length));
        prefix.CopyTo(field);
        s_strict.GetBytes(value, field[prefix.Length..]);
    }

    private void Print(long bytes)
    {
        _printed += bytes;
        if (_printed > MostPrinted)
            throw new FieldException("the row prints more than 128 MiB, so that no dump of it could be trusted");
    }

    private Span<byte> Take(int length)
    {
        if (length > _buffer.Length - _length)
            Grow(length);
        var span = _buffer.AsSpan(_length, length);
        _length += length;
        return span;
    }

    private void Grow(int length)
    {
        if (length > Largest - _length)
            throw new FieldException("the row is larger than 1 GB, which PostgreSQL cannot take");
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Largest, Math.Max(2L * _buffer.Length, _length + (long)length)));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

using System.Buffers.Binary;

namespace Exograph.ServerSide.Bundles;

/// <summary>
/// Remembers which line of a stream became which row, by a hash of 8 bytes each: each line is a row until the end record comes.
/// Of a set each pair is remembered, since it is pairs that are rejected. Only the first rows are remembered, so that memory does
/// not grow with the load: 24 MiB at most.
/// </summary>
internal sealed class RowHashes
{
    /// <summary>Rows that are remembered.</summary>
    private const int Most = 1 << 21;

    private readonly List<ulong> _hashes = [];

    /// <summary>Per line the place of its first hash.</summary>
    private readonly List<int> _firsts = [];

    /// <summary>Notes the row of the next line.</summary>
    public void Add(StagedTable table, ReadOnlyMemory<byte> row)
    {
        if (_hashes.Count >= Most)
            return;
        _firsts.Add(_hashes.Count);
        if (TermSet.IsOf(table))
            AddPairs(row);
        if (_hashes.Count == _firsts[^1]) // of a set without terms, too, so that each line has a hash
            _hashes.Add(Hash(table, row.Span));
    }

    /// <summary>The lines of a row: as many as there are rows alike.</summary>
    public IEnumerable<long> Find(ulong hash)
    {
        for (var at = _hashes.IndexOf(hash); at >= 0; at = _hashes.IndexOf(hash, at + 1))
        {
            var line = _firsts.BinarySearch(at);
            yield return line < 0 ? ~line : line + 1;
        }
    }

    /// <summary>Of a row with all columns of its table, without its JSON, which the server does not keep as it was written.</summary>
    public static ulong Hash(StagedTable table, ReadOnlySpan<byte> row)
    {
        var hash = Mix(0, (ulong)table.Name.Length); // definitions and symbol_references have the same columns
        var (from, at) = (0, sizeof(short));
        foreach (var column in table.Columns)
        {
            var end = EndOf(row, at);
            if (column.Type == ColumnType.Jsonb)
            {
                hash = Mix(hash, row[from..at]);
                from = end;
            }
            at = end;
        }
        return Mix(hash, row[from..]);
    }

    private void AddPairs(ReadOnlyMemory<byte> row)
    {
        var end = EndOf(row.Span, sizeof(short));
        var set = end + sizeof(int);
        var isMissing = BinaryPrimitives.ReadInt32BigEndian(row.Span[end..]) < 0;
        var pair = new byte[set + sizeof(int)];
        row.Span[..end].CopyTo(pair);
        foreach (var term in TermSet.Terms(isMissing ? default(ReadOnlyMemory<byte>?) : row[set..]))
        {
            BinaryPrimitives.WriteInt32BigEndian(pair.AsSpan(end), term?.Length ?? -1);
            term?.CopyTo(pair.AsMemory(set));
            if (_hashes.Count < Most)
                _hashes.Add(Hash(TermSet.Pairs, pair.AsSpan(0, set + (term?.Length ?? 0))));
        }
    }

    /// <summary>Where the field ends that begins at <paramref name="at"/>.</summary>
    private static int EndOf(ReadOnlySpan<byte> row, int at) =>
        at + sizeof(int) + Math.Max(BinaryPrimitives.ReadInt32BigEndian(row[at..]), 0);

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        var last = (ulong)bytes.Length;
        foreach (var b in bytes)
            last = last << 8 | b;
        return Mix(hash, last);
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 32);
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Exograph.ServerSide.Bundles;

/// <summary>
/// Remembers which line of a stream became which row, by a hash of 8 bytes each: each line is a row until the end record comes.
/// Only the first rows are remembered, so that memory does not grow with the load: 16 MiB at most.
/// </summary>
internal sealed class RowHashes
{
    /// <summary>Rows that are remembered.</summary>
    private const int Most = 1 << 21;

    private readonly List<ulong> _hashes = [];

    /// <summary>Notes the row of the next line.</summary>
    public void Add(StagedTable table, ReadOnlySpan<byte> row)
    {
        if (_hashes.Count < Most)
            _hashes.Add(Hash(table, row));
    }

    /// <summary>The first line of a row behind line <paramref name="behind"/>; null where there is none.</summary>
    public long? Find(ulong hash, long behind)
    {
        var found = CollectionsMarshal.AsSpan(_hashes)[(int)behind..].IndexOf(hash);
        return found < 0 ? null : behind + found + 1;
    }

    /// <summary>Of a row with all columns of its table, without its JSON, which the server does not keep as it was written.</summary>
    public static ulong Hash(StagedTable table, ReadOnlySpan<byte> row)
    {
        var hash = Mix(0, (ulong)table.Name.Length); // definitions and symbol_references have the same columns
        var (from, at) = (0, sizeof(short));
        foreach (var column in table.Columns)
        {
            var end = at + sizeof(int) + Math.Max(BinaryPrimitives.ReadInt32BigEndian(row[at..]), 0);
            if (column.Type == ColumnType.Jsonb)
            {
                hash = Mix(hash, row[from..at]);
                from = end;
            }
            at = end;
        }
        return Mix(hash, row[from..]);
    }

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

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
        var hash = (ulong)table.Name.Length;
        foreach (var c in table.Name)
            hash = Mix(hash, c);
        row = row[sizeof(short)..];
        foreach (var column in table.Columns)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(row);
            var field = row.Slice(sizeof(int), Math.Max(length, 0));
            row = row[(sizeof(int) + field.Length)..];
            if (column.Type == ColumnType.Jsonb)
                continue;
            hash = Mix(hash, (uint)length);
            for (; field.Length >= sizeof(ulong); field = field[sizeof(ulong)..])
                hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(field));
            foreach (var b in field)
                hash = Mix(hash, b);
        }
        return hash;
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 32);
    }
}

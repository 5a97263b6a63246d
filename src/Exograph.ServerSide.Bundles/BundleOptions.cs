using Npgsql;

namespace Exograph.ServerSide.Bundles;

/// <summary>How bundles are read.</summary>
public sealed record BundleOptions
{
    /// <summary>Longest CSV record or NDJSON line, in bytes. It bounds the memory of a reader.</summary>
    public int LongestLine { get; init; } = 256 << 20;

    /// <summary>Most files that are read at the same time.</summary>
    public int Readers { get; init; } = Math.Min(4, 2 * Environment.ProcessorCount);

    /// <summary>Where progress is reported. Called from several threads.</summary>
    public IProgress<BundleProgress>? Progress { get; init; }
}

/// <summary>How far a file of a bundle has been read.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="BytesRead">Bytes of the file read so far.</param>
/// <param name="Bytes">Bytes of the file; null where they are not known.</param>
/// <param name="IsEnd">Whether the end was reached.</param>
public sealed record BundleProgress(string File, long BytesRead, long? Bytes, bool IsEnd);

/// <summary>How bundles are loaded.</summary>
public sealed record BundleLoadOptions
{
    /// <summary>Options of each load.</summary>
    public LoadOptions Load { get; init; } = new();

    /// <summary>How bundles are read.</summary>
    public BundleOptions Reading { get; init; } = new();

    /// <summary>Bytes staged from which the next bundle begins a load of its own.</summary>
    public long MaxStaged { get; init; } = 8L << 30;

    /// <summary>Whether loads are sealed and left open, instead of being finalized.</summary>
    public bool LeaveOpen { get; init; }

    /// <summary>
    /// Makes the data source of a shard where the index coordinates a cluster: its packages are split among the shards, and each load
    /// is on all of them or on none. Null: loads are those of the index itself.
    /// </summary>
    public Func<Shard, NpgsqlDataSource>? ConnectShard { get; init; }
}

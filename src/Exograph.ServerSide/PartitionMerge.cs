namespace Exograph.ServerSide;

/// <summary>What became of partitions of old loads: a row of <c>exograph.merge_partitions</c>.</summary>
public sealed record PartitionMerge
{
    /// <summary>Fact table; null where an open load keeps the partitions of all apart.</summary>
    public string? Table { get; init; }

    /// <summary>First load of the range; where there is no table, the open load.</summary>
    public required int FirstLoad { get; init; }

    /// <summary>Last load of the range.</summary>
    public required int LastLoad { get; init; }

    /// <summary>Partitions of the range; null where there is no table.</summary>
    public int? Partitions { get; init; }

    /// <summary>What became of them.</summary>
    public required PartitionMergeStatus Status { get; init; }

    /// <summary>What is in the way, in words; null where they were merged.</summary>
    public string? Detail { get; init; }
}

/// <summary>What became of partitions that were to be merged.</summary>
public enum PartitionMergeStatus
{
    /// <summary>They are one now.</summary>
    Merged,

    /// <summary>Something is in the way.</summary>
    Blocked,

    /// <summary>Their locks, with those of the others, would have been too many: the next call merges them.</summary>
    Postponed,
}

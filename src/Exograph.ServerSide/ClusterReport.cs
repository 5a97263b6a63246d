namespace Exograph.ServerSide;

/// <summary>What became of a load of a cluster: a load on each of its shards, all of them or none.</summary>
public sealed record ClusterReport
{
    /// <summary>
    /// The load as the coordinator numbers it, finalized once it is decided, with the tables of all shards together: milliseconds of
    /// the slowest, a term counted on each shard that has it. Phases are in the reports of the shards.
    /// </summary>
    public required LoadReport Load { get; init; }

    /// <summary>
    /// Whether it is committed on all of its shards. Where a decided one is not, <c>exograph_cluster.resolve_loads</c> commits it on
    /// those that did not answer.
    /// </summary>
    public required bool IsCommittedEverywhere { get; init; }

    /// <summary>Its load on each shard that has rows of it, by number of the shard; none of a shard that does not answer now.</summary>
    public required IReadOnlyList<ShardReport> Shards { get; init; }

    internal static IReadOnlyList<LoadReportTable> Together(IEnumerable<LoadReportTable> tables) =>
    [
        .. tables.GroupBy(t => t.Table).OrderBy(t => t.Key).Select(t => new LoadReportTable
        {
            Table = t.Key,
            Staged = t.Sum(r => r.Staged),
            Inserted = t.Sum(r => r.Inserted),
            Existing = t.Sum(r => r.Existing),
            Collapsed = t.Sum(r => r.Collapsed),
            Rejected = t.Sum(r => r.Rejected),
            Conflicting = t.Sum(r => r.Conflicting),
            Replaced = t.Sum(r => r.Replaced),
            Path = t.MaxBy(r => r.Staged)!.Path,
            Reason = t.MaxBy(r => r.Staged)!.Reason,
            Milliseconds = t.Max(r => r.Milliseconds),
            WalBytes = t.Sum(r => r.WalBytes),
        }),
    ];
}

/// <summary>What became of the load of a shard.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Load">Its load there.</param>
public sealed record ShardReport(Shard Shard, LoadReport Load);

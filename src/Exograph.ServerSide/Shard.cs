namespace Exograph.ServerSide;

/// <summary>A shard of a cluster, as the coordinator knows it, and as whom the caller works there.</summary>
public sealed record Shard
{
    /// <summary>Number of the shard.</summary>
    public required int Number { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Hosts as libpq takes them, separated by commas: the primary, and standbys that may become it.</summary>
    public required string Hosts { get; init; }

    /// <summary>Port, or one for each host, separated by commas.</summary>
    public required string Port { get; init; }

    /// <summary>Name of the database.</summary>
    public required string Database { get; init; }

    /// <summary>The role on the shards that the caller is mapped to: <c>exograph_cluster.map_user</c>.</summary>
    public required string User { get; init; }
}

/// <summary>An index that is to become a shard.</summary>
public sealed record NewShard
{
    /// <summary>Name of the shard, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Hosts as libpq takes them: primary and standbys, separated by commas.</summary>
    public required string Hosts { get; init; }

    /// <summary>Port, or one for each host, separated by commas.</summary>
    public string Port { get; init; } = "5432";

    /// <summary>Name of its database.</summary>
    public required string Database { get; init; }

    /// <summary>A role there of <c>exograph_reader</c>, as which facts are read.</summary>
    public required string Reader { get; init; }

    /// <summary>Its password, which the coordinator keeps.</summary>
    public required string ReaderPassword { get; init; }

    /// <summary>A role there that is a member of <c>exograph_owner</c>, for this call alone.</summary>
    public required string Owner { get; init; }

    /// <summary>Its password.</summary>
    public required string OwnerPassword { get; init; }

    /// <summary>Number of the shard; null is the next free one.</summary>
    public int? Number { get; init; }

    /// <summary>How large its database may become; null is without limit.</summary>
    public long? CapacityBytes { get; init; }
}

/// <summary>A shard, and how it is: <c>exograph_cluster.cluster_status</c>.</summary>
public sealed record ShardStatus
{
    /// <summary>Number of the shard.</summary>
    public required int Number { get; init; }
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Whether it takes part.</summary>
    public required bool IsAttached { get; init; }
    /// <summary>Whether rows without a package belong to it.</summary>
    public required bool IsHome { get; init; }
    /// <summary>Its hosts.</summary>
    public required string Hosts { get; init; }
    /// <summary>Its port, or ports.</summary>
    public required string Port { get; init; }
    /// <summary>Its database.</summary>
    public required string Database { get; init; }
    /// <summary>Size of its database; null where it does not answer, or has no index of this version.</summary>
    public long? DatabaseBytes { get; init; }
    /// <summary>How large its database may become; null where nobody has said.</summary>
    public long? CapacityBytes { get; init; }
    /// <summary>Packages of the directory.</summary>
    public required long Packages { get; init; }
    /// <summary>Open loads that have staged rows there.</summary>
    public required long OpenLoads { get; init; }
    /// <summary>Loads that are decided and not committed there.</summary>
    public required long ToCommit { get; init; }
    /// <summary>Transactions of loads that are prepared there, for which writers wait; null where it does not tell its size.</summary>
    public int? Prepared { get; init; }
    /// <summary>Since when the oldest is.</summary>
    public DateTimeOffset? OldestPrepared { get; init; }
    /// <summary>Why it cannot take part, or does not answer; null where nothing is wrong.</summary>
    public string? Problem { get; init; }
}

/// <summary>A load that was prepared on a shard, and what became of it there.</summary>
public sealed record ResolvedPart
{
    /// <summary>Number of the load of the cluster; null where the shard does not answer.</summary>
    public int? LoadId { get; init; }
    /// <summary>Number of the shard.</summary>
    public required int Shard { get; init; }
    /// <summary><c>committed</c>, <c>rolled back</c>, or why it is neither: <c>exograph_cluster.resolve_loads</c> tells the words.</summary>
    public required string Outcome { get; init; }
    /// <summary>What the shard says; null where there is nothing to say.</summary>
    public string? Detail { get; init; }
}

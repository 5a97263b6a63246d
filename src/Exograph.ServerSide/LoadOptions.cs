using Npgsql;

namespace Exograph.ServerSide;

/// <summary>What becomes of a load when staged rows break a rule.</summary>
public enum RejectPolicy
{
    /// <summary>The load is refused.</summary>
    Fail,
    /// <summary>The rows are left out and kept in <c>exograph.load_rejects</c>.</summary>
    Skip,
}

/// <summary>What the numbers of staged rows are to the server.</summary>
public enum IdNumbering
{
    /// <summary>Numbers of the producer's own: the server gives new rows their ids when it finalizes the load.</summary>
    Numbered,
    /// <summary>
    /// Ids reserved for the load, which the session puts in the place of the producer's numbers while it stages rows. A large
    /// fact table whose rows name package, version, file and fragment of rows new to the index is not written a second time
    /// then. Rejected rows and kept maps show these ids; those not used are lost: up to 8,191 of a table, 1,023 of files and of
    /// terms, and as many more as rows are numbered with gaps.
    /// </summary>
    Reserved,
}

/// <summary>What becomes of what the index has of the files that a load brings.</summary>
public enum LoadMode
{
    /// <summary>It stays: the index is the union of all loads.</summary>
    Union,
    /// <summary>
    /// It gives way, as far as the load brings rows of the table or declares it complete: an improved extractor indexes the same
    /// versions again. Needs DELETE on these tables.
    /// </summary>
    Replace,
}

/// <summary>Options of a load. Null leaves an option to the server's default.</summary>
public sealed record LoadOptions
{
    /// <summary>What is loaded, for people who read <c>exograph.loads</c>.</summary>
    public string Label { get; init; } = "unnamed";

    /// <summary>What becomes of the load when rows break a rule: by default <see cref="RejectPolicy.Fail"/>.</summary>
    public RejectPolicy? OnReject { get; init; }

    /// <summary>Most rows to leave out under <see cref="RejectPolicy.Skip"/>. Null is no limit.</summary>
    public long? RejectLimit { get; init; }

    /// <summary>Keep the tables that map numbers to ids, until <see cref="ExographClient.DropMapsAsync"/>.</summary>
    public bool? KeepMaps { get; init; }

    /// <summary>
    /// Rows from which a fact table gets a partition of its own; while it is empty a tenth, but at least 1,000, suffices. 0 means
    /// always.
    /// </summary>
    public long? PartitionThreshold { get; init; }

    /// <summary>
    /// Drop the query indexes of files, terms, fragments and graph nodes before merging, until
    /// <see cref="ExographClient.RebuildIndexesAsync"/>, so that several large loads build them once. Readers of these tables wait
    /// until the load that drops them is finalized.
    /// </summary>
    public bool? DeferIndexes { get; init; }

    /// <summary>What becomes of what the index has of the files of the load: by default it stays.</summary>
    public LoadMode? Mode { get; init; }

    /// <summary>
    /// Partitions of a fact table beyond which those of old loads are merged, down to about half of them, when this load is
    /// finalized: at least 2. Null merges none, and more than 64 are warned of. For members of <c>exograph_owner</c>.
    /// </summary>
    public int? MostPartitions { get; init; }

    /// <summary>What the server gets as numbers of rows. The producer numbers them as it likes either way.</summary>
    public IdNumbering Ids { get; init; }

    /// <summary>
    /// Whether terms are resolved by <see cref="LoadSession.ResolveTermsAsync(IEnumerable{string}, CancellationToken)"/> instead of
    /// staged, and <see cref="FragmentTermRow.TermId"/> is the id of a term. Needs <see cref="IdNumbering.Reserved"/>.
    /// </summary>
    public bool TermsAreResolved { get; init; }

    /// <summary>
    /// Tables of which the load brings all rows of each of its files. Later loads need not send them again: see
    /// <see cref="LoadSession.LeaveOutExistingAsync"/>. A table of which a row is rejected does not count.
    /// </summary>
    public FactTables Complete { get; init; }

    /// <summary>Most COPY streams at once, each on a connection of its own. At least 1.</summary>
    public int Connections { get; init; } = Math.Min(4, 2 * Environment.ProcessorCount);

    /// <summary>Where progress is reported. Called from several threads.</summary>
    public IProgress<LoadProgress>? Progress { get; init; }

    /// <summary>
    /// Bytes of rows from which a chunk is sent, by a COPY of its own. One per stream is on its way and one per table is being
    /// filled. With the slack for the row that passes it, a chunk just fits a pooled buffer, whose lengths are powers of 2.
    /// </summary>
    internal int ChunkBytes { get; init; } = (4 << 20) - ChunkSlack;

    /// <summary>Room of a chunk beyond <see cref="ChunkBytes"/>: most rows fit.</summary>
    internal const int ChunkSlack = 64 << 10;

    /// <summary>Pauses before each attempt to reach a server again that was lost.</summary>
    internal IReadOnlyList<TimeSpan> RetryDelays { get; init; } = DefaultRetryDelays;

    internal static IReadOnlyList<TimeSpan> DefaultRetryDelays { get; } =
        [.. new[] { 0.5, 1, 2, 4, 8, 15 }.Select(TimeSpan.FromSeconds)];

    /// <exception cref="ArgumentException">An option is out of range, or would be ignored.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Connections, 1);
        ForFinalize().Check();
        if (!Names<IdNumbering>.IsDefined(Ids))
            throw new ArgumentOutOfRangeException(nameof(Ids), Ids, "Ids must be Numbered or Reserved.");
        if (TermsAreResolved && Ids != IdNumbering.Reserved)
            throw new ArgumentException("TermsAreResolved needs Ids to be Reserved.", nameof(TermsAreResolved));
        if ((Complete & ~FactTables.All) != 0)
            throw new ArgumentOutOfRangeException(nameof(Complete), Complete, "Complete must be a set of FactTables.");
    }

    /// <exception cref="ArgumentException">An option has no meaning for loads of a cluster.</exception>
    internal void CheckForCluster()
    {
        if (Ids != IdNumbering.Numbered)
            throw new ArgumentException("Loads of a cluster are numbered by their producer: Ids must be Numbered.", nameof(Ids));
        if (DeferIndexes is not null)
            throw new ArgumentException("Loads of a cluster defer no indexes: what is prepared would keep readers out.", nameof(DeferIndexes));
        if (MostPartitions is not null)
            throw new ArgumentException("Partitions are merged on each shard by itself: MostPartitions must be null.", nameof(MostPartitions));
    }

    /// <summary>Those of them that finalize takes.</summary>
    internal FinalizeOptions ForFinalize() => new()
    {
        OnReject = OnReject,
        RejectLimit = RejectLimit,
        KeepMaps = KeepMaps,
        PartitionThreshold = PartitionThreshold,
        DeferIndexes = DeferIndexes,
        Mode = Mode,
        MostPartitions = MostPartitions,
        Progress = Progress,
        RetryDelays = RetryDelays,
    };
}

/// <summary>
/// Options of finalizing a load that is open. They win over those that it was begun with; null leaves an option to these.
/// </summary>
public sealed record FinalizeOptions
{
    /// <inheritdoc cref="LoadOptions.OnReject"/>
    public RejectPolicy? OnReject { get; init; }

    /// <inheritdoc cref="LoadOptions.RejectLimit"/>
    public long? RejectLimit { get; init; }

    /// <inheritdoc cref="LoadOptions.KeepMaps"/>
    public bool? KeepMaps { get; init; }

    /// <inheritdoc cref="LoadOptions.PartitionThreshold"/>
    public long? PartitionThreshold { get; init; }

    /// <inheritdoc cref="LoadOptions.DeferIndexes"/>
    public bool? DeferIndexes { get; init; }

    /// <inheritdoc cref="LoadOptions.Mode"/>
    public LoadMode? Mode { get; init; }

    /// <inheritdoc cref="LoadOptions.MostPartitions"/>
    public int? MostPartitions { get; init; }

    /// <summary>Where progress is reported.</summary>
    public IProgress<LoadProgress>? Progress { get; init; }

    /// <inheritdoc cref="LoadOptions.RetryDelays"/>
    internal IReadOnlyList<TimeSpan> RetryDelays { get; init; } = LoadOptions.DefaultRetryDelays;

    /// <summary>As arguments of the calls of a cluster, in their order.</summary>
    internal IEnumerable<NpgsqlParameter> ArgumentsInCluster() =>
    [
        Statements.Argument(OnReject is { } policy ? Names<RejectPolicy>.Of(policy) : null),
        Statements.Argument(RejectLimit),
        Statements.Argument(KeepMaps),
        Statements.Argument(PartitionThreshold),
        Statements.Argument(Mode is { } mode ? Names<LoadMode>.Of(mode) : null),
    ];

    /// <summary>What the server would take and never look at is refused.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or would be ignored.</exception>
    internal void Check()
    {
        if (OnReject is { } policy && !Names<RejectPolicy>.IsDefined(policy))
            throw new ArgumentOutOfRangeException(nameof(OnReject), OnReject, "OnReject must be Fail or Skip.");
        if (Mode is { } mode && !Names<LoadMode>.IsDefined(mode))
            throw new ArgumentOutOfRangeException(nameof(Mode), Mode, "Mode must be Union or Replace.");
        if (OnReject == RejectPolicy.Fail && RejectLimit is not null)
            throw new ArgumentException("RejectLimit bounds the rows that are skipped: with OnReject Fail none is.", nameof(RejectLimit));
    }

    /// <summary>
    /// on_reject, reject_limit, keep_maps, partition_threshold, defer_indexes, mode and most_partitions, in this order.
    /// </summary>
    internal IEnumerable<NpgsqlParameter> Arguments() =>
    [
        Statements.Argument(OnReject is { } policy ? Names<RejectPolicy>.Of(policy) : null),
        Statements.Argument(RejectLimit),
        Statements.Argument(KeepMaps),
        Statements.Argument(PartitionThreshold),
        Statements.Argument(DeferIndexes),
        Statements.Argument(Mode is { } mode ? Names<LoadMode>.Of(mode) : null),
        Statements.Argument(MostPartitions),
    ];
}

/// <summary>Options of a migration.</summary>
public sealed record MigrateOptions
{
    /// <summary>
    /// Whether to build the indexes by which LIKE and regular expressions search sources and comments, as
    /// <c>exograph.add_text_indexes()</c> does. Where they exist, false leaves them: <c>exograph.drop_text_indexes()</c> drops them.
    /// </summary>
    public bool TextSearch { get; init; }

    /// <summary>Is told the name of each script before it runs.</summary>
    public IProgress<string>? Progress { get; init; }
}

/// <summary>Options of taking Exograph out of a database.</summary>
public sealed record UninstallOptions
{
    /// <summary>Whether open loads and what others have built on Exograph may go, or be left without it.</summary>
    public bool Force { get; init; }
}

/// <summary>Options of reading rows that break a rule.</summary>
public sealed record RejectOptions
{
    /// <summary>Most rows to return.</summary>
    public int Limit { get; init; } = 1000;
}

/// <summary>Options of taking a load back out of the index.</summary>
public sealed record UndoOptions
{
    /// <summary>
    /// Whether loads that lean on it go along, those that lean on them, and rows inserted one by one that refer to theirs.
    /// </summary>
    public bool Dependents { get; init; }

    /// <summary>Where the server's words are reported: how many rows of a table went.</summary>
    public IProgress<string>? Progress { get; init; }
}

/// <summary>Options of merging partitions.</summary>
public sealed record MergePartitionsOptions
{
    /// <summary>Newest partitions of each table to leave alone.</summary>
    public int Keep { get; init; } = 16;

    /// <summary>Where the server's words are reported.</summary>
    public IProgress<string>? Progress { get; init; }
}

/// <summary>Options of rebuilding indexes.</summary>
public sealed record RebuildIndexesOptions
{
    /// <summary>Where the server's words are reported.</summary>
    public IProgress<string>? Progress { get; init; }
}

/// <summary>Progress of a load: rows staged so far, or what the server is doing.</summary>
public sealed record LoadProgress
{
    /// <summary>Number of the load.</summary>
    public required int LoadId { get; init; }
    /// <summary>Table that is being staged; null while the load is being finalized.</summary>
    public IndexTable? Table { get; init; }
    /// <summary>Rows of <see cref="Table"/> staged so far.</summary>
    public long RowsStaged { get; init; }
    /// <summary>Bytes of all tables staged so far, in the binary format of COPY.</summary>
    public long BytesStaged { get; init; }
    /// <summary>What the server says while it finalizes the load: which phase begins; null while rows are being staged.</summary>
    public string? Notice { get; init; }
    /// <summary>The phase that begins, where the server says so; null elsewhere.</summary>
    public LoadPhase? Phase { get; init; }
    /// <summary>Index table at work in <see cref="Phase"/>; null where it concerns the whole load.</summary>
    public IndexTable? PhaseTable { get; init; }
}

namespace Exograph.ServerSide;

/// <summary>What a load is.</summary>
public enum LoadState
{
    /// <summary>Rows may be staged.</summary>
    Open,
    /// <summary>Its rows are in the index.</summary>
    Finalized,
    /// <summary>Its staged rows were dropped.</summary>
    Abandoned,
    /// <summary>Its rows were in the index, and have been taken out again.</summary>
    Undone,
}

/// <summary>How the rows of a table went into the index.</summary>
public enum LoadPath
{
    /// <summary>A newer database says something that this library does not know.</summary>
    Unknown,
    /// <summary>Nothing new was staged.</summary>
    Empty,
    /// <summary>Into the table of a dimension, by natural key.</summary>
    Merged,
    /// <summary>The staging table became the load's partition as it was.</summary>
    Attached,
    /// <summary>The staging table became the load's partition after some of its rows were changed.</summary>
    Patched,
    /// <summary>Written again, as the load's partition.</summary>
    Partition,
    /// <summary>Into the partition that small loads share.</summary>
    Shared,
}

/// <summary>What became of a load: <c>exograph.load_report</c>.</summary>
public sealed record LoadReport
{
    /// <summary>Number of the load.</summary>
    public required int LoadId { get; init; }
    /// <summary>Label given at its beginning.</summary>
    public required string Label { get; init; }
    /// <summary>Whether it is open, finalized, abandoned or undone.</summary>
    public required LoadState State { get; init; }
    /// <summary>Role that began it.</summary>
    public required string StartedBy { get; init; }
    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }
    /// <summary>When it was finalized or abandoned; null while it is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>
    /// Files whose facts were not sent because they exist: all that the load declares complete. Null where it did not ask, and in
    /// reports of other sessions.
    /// </summary>
    public long? FilesNotSent { get; init; }
    /// <summary>One entry per table; empty until the load is finalized.</summary>
    public required IReadOnlyList<LoadReportTable> Tables { get; init; }
    /// <summary>The phases of finalize in their order.</summary>
    public required IReadOnlyList<LoadReportPhase> Phases { get; init; }
    /// <summary>The attempts to finalize it that failed or were cancelled, as far as they are noted.</summary>
    public IReadOnlyList<LoadAttempt> Attempts { get; init; } = [];
}

/// <summary>What became of the staged rows of one table: staged = inserted + existing + collapsed + rejected.</summary>
public sealed record LoadReportTable
{
    /// <summary>Index table.</summary>
    public required IndexTable Table { get; init; }
    /// <summary>Rows staged.</summary>
    public required long Staged { get; init; }
    /// <summary>Rows added to the index.</summary>
    public required long Inserted { get; init; }
    /// <summary>Rows whose key existed in the index before.</summary>
    public required long Existing { get; init; }
    /// <summary>Rows equal in key to one that this load inserted.</summary>
    public required long Collapsed { get; init; }
    /// <summary>Rows left out, because they broke a rule.</summary>
    public required long Rejected { get; init; }
    /// <summary>Rows that differ from the row of equal key that won.</summary>
    public required long Conflicting { get; init; }
    /// <summary>
    /// Rows that the index had and that gave way to this load: <see cref="LoadMode.Replace"/>. Fragments and nodes that were brought
    /// again are counted under <see cref="Existing"/>, too.
    /// </summary>
    public required long Replaced { get; init; }
    /// <summary>How the rows went in.</summary>
    public required LoadPath Path { get; init; }
    /// <summary>Why facts took that path; null for other tables, and where nothing was staged.</summary>
    public string? Reason { get; init; }
    /// <summary>Time spent on the table, in milliseconds.</summary>
    public required double Milliseconds { get; init; }
    /// <summary>WAL that the server wrote meanwhile, in bytes.</summary>
    public required long WalBytes { get; init; }
}

/// <summary>A phase of finalize.</summary>
public sealed record LoadReportPhase
{
    /// <summary>What was done.</summary>
    public required LoadPhase Phase { get; init; }
    /// <summary>Index table at work; null where the phase concerns the whole load.</summary>
    public IndexTable? Table { get; init; }
    /// <summary>Time spent, in milliseconds.</summary>
    public required double Milliseconds { get; init; }
    /// <summary>WAL that the server wrote meanwhile, in bytes.</summary>
    public required long WalBytes { get; init; }
}

/// <summary>A staged row that breaks a rule.</summary>
public sealed record RejectedRow
{
    /// <summary>Table it was staged for.</summary>
    public required IndexTable Table { get; init; }
    /// <summary>The rule it breaks.</summary>
    public required string Reason { get; init; }
    /// <summary>The row, as JSON text.</summary>
    public required string Row { get; init; }
    /// <summary>Its ctid in the staging table, which tells equal rows apart; null for a row that was left out.</summary>
    public string? Place { get; init; }
}

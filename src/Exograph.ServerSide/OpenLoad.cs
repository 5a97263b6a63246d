namespace Exograph.ServerSide;

/// <summary>An open load, and what is being done with it: a row of <c>exograph.open_loads</c>.</summary>
public sealed record OpenLoad
{
    /// <summary>Number of the load.</summary>
    public required int LoadId { get; init; }
    /// <summary>Label given at its beginning.</summary>
    public required string Label { get; init; }
    /// <summary>Role that began it, by its name of then.</summary>
    public required string StartedBy { get; init; }
    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }
    /// <summary>Role whose load it is, by its name of now; null where the role is gone.</summary>
    public string? Owner { get; init; }
    /// <summary>How much is staged, in bytes; null while it is being dropped.</summary>
    public long? StagedBytes { get; init; }
    /// <summary>Process of the session that finalizes it; null where none does.</summary>
    public int? ProcessId { get; init; }
    /// <summary>Role of that session.</summary>
    public string? WorkingRole { get; init; }
    /// <summary>When that session began to finalize it.</summary>
    public DateTimeOffset? WorkingSince { get; init; }
    /// <summary>Phase that it is at; null where it is not being finalized.</summary>
    public LoadPhase? Phase { get; init; }
    /// <summary>Index table at work; null where there is none.</summary>
    public IndexTable? Table { get; init; }
    /// <summary>
    /// Of <see cref="RowsToDo"/>, those of the tables that this phase and those like it are through with: validating counts them
    /// once, merging again. Null where it is not being finalized.
    /// </summary>
    public long? RowsDone { get; init; }
    /// <summary>Rows staged: as they were sealed, else as the server's statistics have them.</summary>
    public long RowsToDo { get; init; }
    /// <summary>Time spent in the phase so far.</summary>
    public TimeSpan? PhaseElapsed { get; init; }
    /// <summary>Time spent on finalizing so far.</summary>
    public TimeSpan? Elapsed { get; init; }
    /// <summary>Time that is left, by how long earlier loads took; null where there are none.</summary>
    public TimeSpan? Remaining { get; init; }
    /// <summary>What the server does in the phase, where it tells whoever asks; null elsewhere.</summary>
    public string? ServerProgress { get; init; }
    /// <summary>Attempts to finalize it that failed or were cancelled; <see cref="LoadReport.Attempts"/> has them.</summary>
    public int FailedAttempts { get; init; }
    /// <summary>Message of the last of them; null where there is none, or nobody told.</summary>
    public string? LastFailure { get; init; }
}

/// <summary>Options of watching a load.</summary>
public sealed record WatchOptions
{
    /// <summary>How often to ask the server.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}

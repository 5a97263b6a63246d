namespace Exograph.ServerSide;

/// <summary>How an attempt to finalize a load ended.</summary>
public enum AttemptOutcome
{
    /// <summary>Nobody told: the session was lost, or the caller rolled back.</summary>
    Unknown,
    /// <summary>By an error.</summary>
    Failed,
    /// <summary>Somebody cancelled it.</summary>
    Cancelled,
}

/// <summary>An attempt to finalize a load that did not commit: a row of <c>exograph.load_attempts</c>.</summary>
public sealed record LoadAttempt
{
    /// <summary>Number of the attempt, from 1.</summary>
    public required int Attempt { get; init; }
    /// <summary>How it ended.</summary>
    public required AttemptOutcome Outcome { get; init; }
    /// <summary>When it began; null, like its phase, where four more had failed before it was noted.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>Last phase that it began.</summary>
    public LoadPhase? Phase { get; init; }
    /// <summary>Index table at work then; null where the phase concerns the whole load.</summary>
    public IndexTable? Table { get; init; }
    /// <summary>SQLSTATE of the error that ended it; null where nobody told.</summary>
    public string? SqlState { get; init; }
    /// <summary>Message of that error.</summary>
    public string? Message { get; init; }
}

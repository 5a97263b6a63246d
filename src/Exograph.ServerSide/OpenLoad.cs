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
    /// <summary>Phase that it is at; null where it is not being finalized.</summary>
    public LoadPhase? Phase { get; init; }
    /// <summary>Index table at work; null where there is none.</summary>
    public IndexTable? Table { get; init; }
}

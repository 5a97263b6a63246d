namespace Exograph.ServerSide;

/// <summary>Options of abandoning old loads.</summary>
public sealed record AbandonLoadsOptions
{
    /// <summary>Open loads that were begun longer ago are abandoned.</summary>
    public TimeSpan OlderThan { get; init; } = TimeSpan.FromDays(7);
}

/// <summary>What became of an old load: a row of <c>exograph.abandon_loads</c>.</summary>
public sealed record AbandonedLoad
{
    /// <summary>Number of the load.</summary>
    public required int LoadId { get; init; }
    /// <summary>Label given at its beginning.</summary>
    public required string Label { get; init; }
    /// <summary>Role whose load it was, by its name of now; null where the role is gone.</summary>
    public string? Owner { get; init; }
    /// <summary>Whether it is abandoned. Where not, it stays open.</summary>
    public required bool IsAbandoned { get; init; }
    /// <summary>Who is in the way: a lock and its holder, an object that depends on the staging; null where nobody is.</summary>
    public string? Detail { get; init; }
}

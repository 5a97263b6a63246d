namespace Exograph.ServerSide;

/// <summary>Something about the installation that might be better, or is only told: a row of <c>exograph.doctor()</c>.</summary>
public sealed record Advice
{
    /// <summary>What it is about.</summary>
    public required string Subject { get; init; }
    /// <summary>How it is.</summary>
    public required string Here { get; init; }
    /// <summary>How it should be, or what may be tried; null where it is only told.</summary>
    public string? ToTry { get; init; }
    /// <summary>SQL that does it; null where none does.</summary>
    public string? Mend { get; init; }
}

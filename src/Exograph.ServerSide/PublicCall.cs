namespace Exograph.ServerSide;

/// <summary>Something that a role may call in SQL: a row of <c>exograph.help()</c>.</summary>
public sealed record PublicCall
{
    /// <summary>The call, with the names of its arguments; those in brackets have defaults.</summary>
    public required string Call { get; init; }
    /// <summary>What it does.</summary>
    public required string Does { get; init; }
}

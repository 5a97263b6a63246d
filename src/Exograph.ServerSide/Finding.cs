namespace Exograph.ServerSide;

/// <summary>Something that is wrong with the index: a row of <c>exograph.check_index()</c>.</summary>
public sealed record Finding
{
    /// <summary>Kind of fault.</summary>
    public required string Kind { get; init; }
    /// <summary>Where it is: a table, an index, a schema, a load.</summary>
    public required string Place { get; init; }
    /// <summary>What was found there.</summary>
    public required string Detail { get; init; }
    /// <summary>SQL that mends it.</summary>
    public required string Mend { get; init; }
}

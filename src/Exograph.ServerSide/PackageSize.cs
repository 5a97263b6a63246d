namespace Exograph.ServerSide;

/// <summary>What a package takes in a table: a row of <c>exograph.index_sizes()</c>.</summary>
public sealed record PackageSize
{
    /// <summary>Ecosystem; null for files without package, and for what all packages share.</summary>
    public string? Ecosystem { get; init; }
    /// <summary>Name of the package; null as <see cref="Ecosystem"/>.</summary>
    public string? Package { get; init; }
    /// <summary>Table of the index.</summary>
    public required string Table { get; init; }
    /// <summary>Its rows there.</summary>
    public required long Rows { get; init; }
    /// <summary>Its share of the table's bytes with indexes, as well as that can be known.</summary>
    public required long Bytes { get; init; }
}

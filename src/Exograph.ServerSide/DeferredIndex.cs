namespace Exograph.ServerSide;

/// <summary>A query index that loads have dropped and that has not been built again yet.</summary>
public sealed record DeferredIndex
{
    /// <summary>Index table.</summary>
    public required IndexTable Table { get; init; }
    /// <summary>Name of the index.</summary>
    public required string Name { get; init; }
    /// <summary>Statement that builds it.</summary>
    public required string Definition { get; init; }
    /// <summary>Why it could not be built; null where that has not been tried.</summary>
    public string? Problem { get; init; }
}

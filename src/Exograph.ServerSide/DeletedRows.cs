namespace Exograph.ServerSide;

/// <summary>Rows of a table that a call has deleted.</summary>
public sealed record DeletedRows
{
    /// <summary>Index table.</summary>
    public required IndexTable Table { get; init; }
    /// <summary>How many went.</summary>
    public required long Deleted { get; init; }
}

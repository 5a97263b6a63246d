namespace Exograph.ServerSide;

/// <summary>What became of the rows that were put into a schema.</summary>
public sealed record PutReport
{
    /// <summary>The schema.</summary>
    public required string Schema { get; init; }

    /// <summary>Whether all of it was rolled back.</summary>
    public required bool IsDryRun { get; init; }

    /// <summary>A row per table that rows were staged for.</summary>
    public required IReadOnlyList<PutTable> Tables { get; init; }

    /// <summary>Rows that were left out, the first <see cref="PutOptions.RejectsReturned"/>.</summary>
    public required IReadOnlyList<PutReject> Rejects { get; init; }
}

/// <summary>
/// What became of the rows of a table: <see cref="RowsIn"/> is the sum of inserted, existing, updated, collapsed and rejected.
/// </summary>
public sealed record PutTable
{
    /// <summary>Name of the table.</summary>
    public required string Table { get; init; }
    /// <summary>Rows that were staged.</summary>
    public required long RowsIn { get; init; }
    /// <summary>Rows that are new.</summary>
    public required long Inserted { get; init; }
    /// <summary>Rows that the target had, and that stayed as they were.</summary>
    public required long Existing { get; init; }
    /// <summary>Rows that the target had, and that got other values.</summary>
    public required long Updated { get; init; }
    /// <summary>Rows that are the same as another one that was staged.</summary>
    public required long Collapsed { get; init; }
    /// <summary>Of existing and collapsed rows those whose values differ.</summary>
    public required long Conflicting { get; init; }
    /// <summary>Rows that were left out.</summary>
    public required long Rejected { get; init; }
}

/// <summary>A row that cannot be put in.</summary>
public sealed record PutReject
{
    /// <summary>Table that it was staged for.</summary>
    public required string Table { get; init; }
    /// <summary>
    /// Ordinal of the row among those staged for the table, from 1; its line where it comes from a file. Null where it comes from
    /// another database: rows have no order there.
    /// </summary>
    public long? Line { get; init; }
    /// <summary>File that it comes from; null where it comes from none.</summary>
    public string? File { get; init; }
    /// <summary>The rule that it breaks.</summary>
    public required string Rule { get; init; }
    /// <summary>What the server says of it; null where the rule says all.</summary>
    public string? Detail { get; init; }
    /// <summary>The row, as JSON.</summary>
    public required string Row { get; init; }
}

/// <summary>A key of a row in what was staged, and its key in the target, of as many columns as the primary key has.</summary>
public sealed record PutKey
{
    /// <summary>Values as they were staged.</summary>
    public required IReadOnlyList<object?> Old { get; init; }
    /// <summary>Values as the target has them.</summary>
    public required IReadOnlyList<object?> New { get; init; }
    /// <summary>Whether the target had the row before.</summary>
    public required bool Existed { get; init; }
}

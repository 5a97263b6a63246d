namespace Exograph.ServerSide;

/// <summary>Where the rows of a table go, field by field.</summary>
internal interface IRowTarget : IAsyncDisposable
{
    IReadOnlyList<StagedColumn> Columns { get; }

    /// <summary>Rows begun so far.</summary>
    long Rows { get; }

    /// <summary>Begins a row: fields in the order of <see cref="Columns"/>, then <see cref="EndRowAsync"/>.</summary>
    CopyEncoder BeginRow();

    ValueTask EndRowAsync(CancellationToken cancellationToken);

    /// <summary>Waits until all rows are where they belong.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}

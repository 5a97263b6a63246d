namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// Who leans on whom. What the index may not lose with a load is told by each row: all that have brought it, and those whose
/// rows refer to it. What may be a reason to refuse is more: rows of a file are not compared one by one. Terms are no reason.
/// </summary>
internal sealed partial class IndexModel
{
    private readonly HashSet<(int Load, int On)> _reasons = [];

    /// <summary>Whether there can be a reason not to take a load out by itself.</summary>
    public bool MayBeLeantOn(int load) => _reasons.Any(reason => reason.On == load);

    /// <summary>The load and all that may lean on it, over however many others.</summary>
    public IReadOnlySet<int> WithDependents(int load)
    {
        var all = new HashSet<int> { load };
        while (_reasons.Where(reason => all.Contains(reason.On) && reason.Load != RowWise).Select(reason => reason.Load).Except(all)
            .ToList() is { Count: > 0 } more)
            all.UnionWith(more);
        return all;
    }

    private void Lean(int load, BundleTable table, IReadOnlyList<ValidRow> valid)
    {
        if (table == BundleTable.Terms)
            return;
        if (table.IsDimension)
        {
            foreach (var row in valid)
                Lean(load, _tables[table].GetValueOrDefault(row.Key));
            return;
        }
        // Of a file that exists facts are found by the file, of a node the calls from it, of a fragment its terms.
        var places = valid.Select(row => PlaceOf(table, row.Cells)).ToHashSet();
        foreach (var standing in _tables[table].Values.Where(row => places.Contains(PlaceOf(table, row.Cells))))
            Lean(load, standing);
    }

    /// <summary>A row that was inserted by itself leans on the one that stood, and on those that it names.</summary>
    private void LeanRowWise(BundleTable table, RowKey key, object?[] cells)
    {
        if (table == BundleTable.Terms)
            return;
        foreach (var named in cells.OfType<RowKey>().Append(key).Where(named => named.Table != BundleTable.Terms.Name))
            Lean(RowWise, _tables[BundleTable.Named(named.Table)].GetValueOrDefault(named));
        if (table == BundleTable.Files)
            Lean(RowWise, _filePaths[(key, (string)cells[table.Position("path")]!)]);
    }

    private void Lean(int load, Standing? on)
    {
        if (on is not null && on.Load != load)
            _reasons.Add((load, on.Load));
    }

    private static object? PlaceOf(BundleTable table, object?[] cells) =>
        cells[table.Position(table == BundleTable.CallEdges ? "caller_node_id" : table.Has("file_id") ? "file_id" : "fragment_id")];

    /// <summary>A row of the index, and the load that it counts as one of.</summary>
    private sealed record Standing(int Load, object?[] Cells)
    {
        /// <summary>The loads that have brought it, the first one or again.</summary>
        public HashSet<int> Bringers { get; init; } = [Load];
    }
}

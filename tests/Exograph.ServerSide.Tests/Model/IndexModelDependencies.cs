namespace Exograph.ServerSide.Tests.Model;

/// <summary>That a load, or rows that came by themselves (0), lean on another for what they found of a table.</summary>
internal sealed record Dependency(int Load, int On, string Table);

/// <summary>
/// Who leans on whom. What the index may not lose with a load is told by each row: all that have brought it, and those whose
/// rows refer to it. What may be a reason to refuse is more: rows of a file are not compared one by one. What must be noted is
/// less: of a fact that lies under the load of its file, its caller or its fragment, that load is noted anyway. Terms are no
/// reason.
/// </summary>
internal sealed partial class IndexModel
{
    private const string FilePaths = "file_paths";
    private const string CompleteFacts = "complete_facts";

    private readonly HashSet<Dependency> _reasons = [];
    private readonly HashSet<Dependency> _found = [];
    private readonly Dictionary<RowKey, int> _takenFrom = [];

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

    /// <summary>In what the notes of who leans on the loads that are there differ from what has happened.</summary>
    public IEnumerable<string> DependencyDifferences(IReadOnlySet<Dependency> noted) =>
    [
        .. _found.Where(found => found.On != RowWise && !noted.Contains(found))
            .Select(found => $"it is not noted that load {found.Load} found {found.Table} of load {found.On}"),
        .. noted.Where(note => !_reasons.Contains(note))
            .Select(note => $"it is noted that load {note.Load} found {note.Table} of load {note.On}, without a reason"),
    ];

    private void Lean(int load, BundleTable table, BundleValidation validation)
    {
        if (table == BundleTable.Terms)
            return;
        if (table.IsDimension)
        {
            foreach (var row in validation[table])
                Found(load, _tables[table].GetValueOrDefault(row.Key), table.Name);
            return;
        }
        // Of a file that exists facts are found by the file, of a node the calls from it, of a fragment its terms. Where the
        // staged rows are the load's partition already, nobody can tell of which they were.
        var parents = ParentOf(table);
        var places = validation[table].Select(row => PlaceOf(table, row.Cells)).Concat(validation[parents].Select(row => row.Key))
            .ToHashSet();
        foreach (var standing in _tables[table].Values.Where(row => places.Contains(PlaceOf(table, row.Cells))))
            Lean(load, standing, table.Name);
        foreach (var row in validation[table])
        {
            var place = PlaceOf(table, row.Cells)!;
            if (_tables[table].GetValueOrDefault(row.Key) is { } standing
                && standing.Load != _takenFrom.GetValueOrDefault(place, _tables[parents][place].Load))
                Found(load, standing, table.Name);
        }
    }

    /// <summary>A row that was inserted by itself leans on the one that stood, and on those that it names.</summary>
    private void LeanRowWise(BundleTable table, RowKey key, object?[] cells, bool isNamed)
    {
        if (table == BundleTable.Terms)
            return;
        foreach (var named in cells.OfType<RowKey>().Append(key).Where(named => named.Table != BundleTable.Terms.Name))
            Lean(RowWise, _tables[BundleTable.Named(named.Table)].GetValueOrDefault(named), named.Table);
        if (!isNamed)
            Found(RowWise, _tables[table].GetValueOrDefault(key), table.Name);
        if (table == BundleTable.Files)
            LeanOnPath(RowWise, (key, (string)cells[table.Position("path")]!));
    }

    /// <summary>A path of a file was found, which the load of the file has brought, or another.</summary>
    private void LeanOnPath(int load, (RowKey File, string Path) path)
    {
        if (_filePaths.GetValueOrDefault(path) is not { } standing)
            return;
        Lean(load, standing, FilePaths);
        if (standing.Load != _tables[BundleTable.Files][path.File].Load)
            Found(load, standing, FilePaths);
    }

    /// <summary>There is a reason, which must be noted.</summary>
    private void Found(int load, Standing? on, string table)
    {
        Lean(load, on, table);
        if (on is not null && on.Load != load)
            _found.Add(new(load, on.Load, table));
    }

    private void Lean(int load, Standing? on, string table)
    {
        if (on is not null && on.Load != load)
            _reasons.Add(new(load, on.Load, table));
    }

    /// <summary>
    /// A load has taken over a row of another, who leans on it from now on, as do those who leaned on that one for such rows.
    /// </summary>
    private void PassOn(RowKey key, Standing taken, int load)
    {
        _takenFrom[key] = taken.Load;
        Found(load, taken, key.Table);
        foreach (var set in new[] { _reasons, _found })
        {
            set.UnionWith(
            [
                .. set.Where(reason => reason.On == taken.Load && reason.Load != load && reason.Table == key.Table)
                    .Select(reason => reason with { On = load }),
                new(taken.Load, load, key.Table),
            ]);
        }
    }

    private void ForgetDependencies(IReadOnlySet<int> loads)
    {
        foreach (var set in new[] { _reasons, _found })
            set.RemoveWhere(reason => loads.Contains(reason.Load) || loads.Contains(reason.On));
    }

    /// <summary>The table by whose rows facts are found.</summary>
    private static BundleTable ParentOf(BundleTable table) =>
        table == BundleTable.CallEdges ? BundleTable.GraphNodes
        : table == BundleTable.FragmentTerms ? BundleTable.Fragments
        : BundleTable.Files;

    private static RowKey? PlaceOf(BundleTable table, object?[] cells) => (RowKey?)cells[table.Position(
        table == BundleTable.CallEdges ? "caller_node_id" : table == BundleTable.FragmentTerms ? "fragment_id" : "file_id")];

    /// <summary>A row of the index, and the load that it counts as one of.</summary>
    private sealed record Standing(int Load, object?[] Cells)
    {
        /// <summary>The loads that have brought it, the first one or again.</summary>
        public HashSet<int> Bringers { get; init; } = [Load];
    }
}

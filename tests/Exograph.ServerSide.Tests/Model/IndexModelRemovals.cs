namespace Exograph.ServerSide.Tests.Model;

/// <summary>What a load, or rows that came by themselves (0), would lose: a row that counts as theirs, or that they found.</summary>
internal sealed record Loss(int Load, bool IsTheirs, string What)
{
    public override string ToString() => $"load {Load} loses {What}";
}

/// <summary>What can be taken out of the index again.</summary>
internal sealed partial class IndexModel
{
    private readonly List<int> _loads = [];

    /// <summary>The loads that are in the index, in the order in which they came.</summary>
    public IReadOnlyList<int> Loads => _loads;

    public IReadOnlyList<RowKey> KeysOf(BundleTable table) => [.. _tables[table].Keys];

    /// <summary>Ecosystem and name of a package, with the version of one.</summary>
    public IEnumerable<string> NamesOf(RowKey key)
    {
        var cells = _tables[BundleTable.Named(key.Table)][key].Cells;
        return BundleTable.Named(key.Table).Key
            .Select(column => cells[BundleTable.Named(key.Table).Position(column)])
            .SelectMany(cell => cell is RowKey package ? NamesOf(package) : [(string)cell!]);
    }

    /// <summary>What others would lose if loads were taken out.</summary>
    public IReadOnlyList<Loss> LossesWithout(IReadOnlySet<int> loads, bool rowsToo)
    {
        var copy = new IndexModel();
        foreach (var (table, rows) in _tables)
            copy._tables[table] = new(rows);
        copy._filePaths = new(_filePaths);
        return copy.Undo(loads, rowsToo);
    }

    /// <summary>Takes loads back out. Returns what others lose by it that were to lose nothing.</summary>
    /// <param name="loads">The loads that go.</param>
    /// <param name="rowsToo">Whether rows that came by themselves may go along.</param>
    public IReadOnlyList<Loss> Undo(IReadOnlySet<int> loads, bool rowsToo)
    {
        var losses = new List<Loss>();
        Remove(
            [
                .. _tables.Where(table => table.Key != BundleTable.Terms)
                    .SelectMany(table => table.Value.Where(row => loads.Contains(row.Value.Load)).Select(row => row.Key)),
            ],
            Lose);
        foreach (var (path, standing) in _filePaths.Where(path => loads.Contains(path.Value.Load)).ToList())
            Lose(_filePaths.Remove(path), PathKey(path), standing);
        RemoveUnusedTerms(loads.Contains);
        foreach (var rows in _tables.Values)
            Forget(rows, loads);
        Forget(_filePaths, loads);
        ForgetDependencies(loads);
        _loads.RemoveAll(loads.Contains);
        ForgetDeclarations(loads);
        return losses;

        void Lose(bool wholly, RowKey what, Standing standing)
        {
            // A row that only loses what it refers to is its owner's.
            IEnumerable<int> losers = wholly ? standing.Bringers : [standing.Load];
            losses.AddRange(losers.Where(load => !loads.Contains(load) && !(rowsToo && load == RowWise))
                .Select(load => new Loss(load, standing.Load == load, $"{(wholly ? "" : "a reference of ")}{what}")));
        }
    }

    /// <summary>Deletes a package or a version with everything that hangs on it.</summary>
    public void Delete(RowKey key) => Remove([key], (_, _, _) => { });

    /// <summary>Removes the terms that no fragment has.</summary>
    public void SweepTerms() => RemoveUnusedTerms(_ => true);

    private void RemoveUnusedTerms(Predicate<int> ofLoad)
    {
        var position = BundleTable.FragmentTerms.Position("term_id");
        var used = _tables[BundleTable.FragmentTerms].Values.Select(pair => pair.Cells[position]).ToHashSet();
        var terms = _tables[BundleTable.Terms];
        foreach (var (term, _) in terms.Where(term => ofLoad(term.Value.Load) && !used.Contains(term.Key)).ToList())
            terms.Remove(term);
    }

    /// <summary>
    /// Removes rows and all that refer to them; what refers to a fragment only loses the reference, except for its terms.
    /// </summary>
    /// <param name="gone">The rows.</param>
    /// <param name="lose">Is told of each row whether it goes wholly.</param>
    private void Remove(HashSet<RowKey> gone, Action<bool, RowKey, Standing> lose)
    {
        foreach (var (table, rows) in BundleTable.All.Select(table => (table, _tables[table])))
        {
            foreach (var (key, row) in rows.ToList())
            {
                var lost = table.Columns.Where((_, i) => row.Cells[i] is RowKey parent && gone.Contains(parent)).ToList();
                if (gone.Contains(key) || lost.Any(reference => Takes(table, reference)))
                {
                    rows.Remove(key);
                    gone.Add(key);
                    Void(table, row.Cells);
                    if (table == BundleTable.Files)
                        Void([key], CompleteTables);
                    lose(true, key, row);
                }
                else if (lost.Count > 0)
                {
                    rows[key] = row with
                    {
                        Cells = [.. row.Cells.Select((cell, i) => lost.Contains(table.Columns[i]) ? null : cell)],
                    };
                    lose(false, key, row);
                }
            }
        }
        foreach (var (path, standing) in _filePaths.Where(path => gone.Contains(path.Key.File)).ToList())
            lose(_filePaths.Remove(path), PathKey(path), standing);
    }

    /// <summary>Nobody brings rows again who has been taken out.</summary>
    private static void Forget<TKey>(Dictionary<TKey, Standing> rows, IReadOnlySet<int> loads)
        where TKey : notnull
    {
        foreach (var (key, row) in rows.Where(row => row.Value.Bringers.Overlaps(loads)).ToList())
            rows[key] = row with { Bringers = [.. row.Bringers.Except(loads)] };
    }

    private static RowKey PathKey((RowKey File, string Path) path) =>
        new(FilePaths, $"{path.File}, {Cell.Quote(path.Path)}");

    private static bool Takes(BundleTable table, BundleColumn reference) =>
        reference.RefersTo != BundleTable.Fragments.Name || table == BundleTable.FragmentTerms;
}

namespace Exograph.ServerSide.Tests.Model;

/// <summary>What a load's report says of one table.</summary>
internal sealed record TableCounts(
    string Table, long Staged, long Inserted, long Existing, long Collapsed, long Rejected, long Conflicting, long Replaced = 0);

/// <summary>
/// The loading contract in memory: an index that is the union of everything loaded, and knows whose each row is. It shares
/// nothing with the loader but the names of tables and columns.
/// </summary>
internal sealed partial class IndexModel
{
    /// <summary>The load that rows carry which came by themselves.</summary>
    private const int RowWise = 0;

    private readonly Dictionary<BundleTable, Dictionary<RowKey, Standing>> _tables = BundleTable.All.ToDictionary(
        table => table,
        _ => new Dictionary<RowKey, Standing>());
    private Dictionary<(RowKey File, string Path), Standing> _filePaths = [];

    /// <summary>Loads the good rows of a bundle, and returns what the report must say.</summary>
    /// <param name="load">The number of the load.</param>
    /// <param name="bundle">The staged rows.</param>
    /// <param name="validation">Which of them are good.</param>
    /// <param name="idOf">
    /// The id that the loader gave to a dimension row: where facts of equal identity differ in what they point at, the ids
    /// decide.
    /// </param>
    /// <param name="replaces">Whether what its files have gives way to what it brings.</param>
    /// <param name="complete">What it declares complete for its files.</param>
    public IReadOnlyList<TableCounts> Load(
        int load, Bundle bundle, BundleValidation validation, Func<RowKey, long> idOf, bool replaces = false,
        IReadOnlyList<BundleTable>? complete = null)
    {
        complete ??= [];
        _loads.Add(load);
        _takenFrom.Clear();
        var counts = new List<TableCounts>();
        var replaced = new Dictionary<string, long>();
        foreach (var table in BundleTable.All)
        {
            if (table == BundleTable.Fragments && replaces)
                replaced = Replace(load, validation, complete);
            counts.Add(Merge(load, table, bundle[table].Count, validation, idOf));
        }
        counts.Add(MergeFilePaths(load, validation[BundleTable.Files]));
        Declare(load, validation, complete, counts);
        return [.. counts.Select(count => count with { Replaced = replaced.GetValueOrDefault(count.Table) })];
    }

    /// <summary>Inserts one row as the inserter views do, unless it stands, and returns what stands then.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="cells">Its cells.</param>
    /// <param name="isNamed">Whether another row names it, which is the one that was inserted.</param>
    public object?[] Insert(RowKey key, object?[] cells, bool isNamed = false)
    {
        var table = BundleTable.Named(key.Table);
        Bring(_tables[table], key, RowWise, cells);
        if (table == BundleTable.Files)
            Bring(_filePaths, (key, (string)cells[table.Position("path")]!), RowWise, []);
        LeanRowWise(table, key, cells, isNamed);
        return _tables[table][key].Cells;
    }

    public IndexContent Content()
    {
        var content = new IndexContent();
        foreach (var (table, rows) in _tables)
        {
            foreach (var (key, row) in rows)
                content.Add(table, key, row.Cells, row.Load);
        }
        foreach (var ((file, path), row) in _filePaths)
            content.AddFilePath(file, path, row.Load);
        return content;
    }

    private TableCounts Merge(
        int load, BundleTable table, int staged, BundleValidation validation, Func<RowKey, long> idOf)
    {
        Lean(load, table, validation);
        var valid = validation[table];
        long inserted = 0, existing = 0, collapsed = 0, conflicting = 0;
        var order = Comparer<ValidRow>.Create((left, right) => CompareFacts(left, right, idOf));
        foreach (var equal in valid.GroupBy(row => row.Key))
        {
            var winner = table.IsDimension ? equal.MinBy(row => row.Number)! : equal.Min(order)!;
            if (Bring(_tables[table], equal.Key, load, winner.Cells))
                (inserted, collapsed) = (inserted + 1, collapsed + equal.Count() - 1);
            else
                existing += equal.Count();
            conflicting += equal.Count(row => Conflict(table, row.Cells, _tables[table][equal.Key].Cells));
        }
        return new TableCounts(table.Name, staged, inserted, existing, collapsed, staged - valid.Count, conflicting);
    }

    private TableCounts MergeFilePaths(int load, IReadOnlyList<ValidRow> files)
    {
        long inserted = 0, existing = 0, collapsed = 0;
        foreach (var equal in files.GroupBy(file => (file.Key, (string)file["path"]!)))
        {
            LeanOnPath(load, equal.Key);
            if (Bring(_filePaths, equal.Key, load, []))
                (inserted, collapsed) = (inserted + 1, collapsed + equal.Count() - 1);
            else
                existing += equal.Count();
        }
        return new TableCounts(FilePaths, files.Count, inserted, existing, collapsed, Rejected: 0, Conflicting: 0);
    }

    /// <summary>The fragments that stand with this content hash, as they were given one.</summary>
    public IEnumerable<(RowKey Key, RowKey File)> FragmentsWith(byte[] contentHash)
    {
        var (hash, file) = (BundleTable.Fragments.Position("content_hash"), BundleTable.Fragments.Position("file_id"));
        return _tables[BundleTable.Fragments]
            .Where(fragment => fragment.Value.Cells[hash] is byte[] given && given.AsSpan().SequenceEqual(contentHash))
            .Select(fragment => (fragment.Key, (RowKey)fragment.Value.Cells[file]!));
    }

    /// <summary>Whether rows of equal key differ in what only one of them can bring. No path of a file is lost.</summary>
    private static bool Conflict(BundleTable table, object?[] left, object?[] right) => table.Payload.Any(
        i => table.Columns[i].Name != "path" && Cell.RenderValue(left[i]) != Cell.RenderValue(right[i]));

    /// <summary>The lowest tuple wins, in column order, with ids in the place of references.</summary>
    private static int CompareFacts(ValidRow left, ValidRow right, Func<RowKey, long> idOf) => left.Row.Table.Payload
        .Select(i => Cell.Compare(left.Cells[i], right.Cells[i], idOf))
        .FirstOrDefault(order => order != 0);

    /// <summary>Adds a row, and says whether it is new; else it has been brought once more.</summary>
    private static bool Bring<TKey>(Dictionary<TKey, Standing> rows, TKey key, int load, object?[] cells)
        where TKey : notnull
    {
        if (rows.TryAdd(key, new Standing(load, cells)))
            return true;
        rows[key].Bringers.Add(load);
        return false;
    }
}

namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// What loads have declared complete. A table of a file may count as complete where all rows are there that some load which
/// declared it has brought of it. It must, while no row of it has gone since a load that is still there declared it.
/// </summary>
internal sealed partial class IndexModel
{
    private readonly List<(int Load, (RowKey File, string Table) What, HashSet<RowKey> Rows)> _declarations = [];
    private readonly Dictionary<(RowKey File, string Table), HashSet<int>> _certain = [];

    /// <summary>The tables whose rows belong to a file, fragment_terms by its fragments.</summary>
    public static IReadOnlyList<BundleTable> CompleteTables { get; } =
    [
        BundleTable.Comments, BundleTable.Definitions, BundleTable.SymbolReferences, BundleTable.CallEdges, BundleTable.Fragments,
        BundleTable.FragmentTerms, BundleTable.GraphNodes,
    ];

    /// <summary>A load that asked what is complete may not have sent it: it leans on who declared that.</summary>
    public void Ask(int load, BundleValidation validation)
    {
        var files = validation[BundleTable.Files].Select(file => file.Key).ToHashSet();
        _reasons.UnionWith(_declarations.Where(declared => declared.Load != load && files.Contains(declared.What.File))
            .Select(declared => new Dependency(load, declared.Load, CompleteFacts)));
    }

    /// <summary>
    /// Notes what a load declares complete: not a table of which it rejected a row, nor calls where one conflicts. It leans on who
    /// declared it before.
    /// </summary>
    private void Declare(
        int load, BundleValidation validation, IReadOnlyList<BundleTable> tables, IReadOnlyList<TableCounts> counts)
    {
        if (tables.Count > 0)
            Ask(load, validation);
        var undeclared = counts
            .Where(count => count.Rejected > 0 || count.Table == BundleTable.CallEdges.Name && count.Conflicting > 0)
            .Select(count => count.Table);
        foreach (var table in tables.ExceptBy(undeclared, table => table.Name))
        {
            var rows = validation[table].ToLookup(row => OwnFile(table, row.Cells), row => row.Key);
            foreach (var what in validation[BundleTable.Files].Select(file => (File: file.Key, Table: table.Name)).Distinct())
            {
                _declarations.Add((load, what, [.. rows[what.File]]));
                _certain.TryAdd(what, [.. _declarations.Where(other => other.What == what).Select(other => other.Load)]);
            }
        }
    }

    /// <summary>What is wrong with what the index holds for complete, or tells a load that asks.</summary>
    /// <param name="complete">Tables of files, as they are told.</param>
    /// <param name="asked">The files of which is told, all where it is NULL.</param>
    public IEnumerable<string> DeclarationDifferences(
        IReadOnlySet<(RowKey File, string Table)> complete, IReadOnlySet<RowKey>? asked = null)
    {
        var sound = _declarations
            .Where(declared => declared.Rows.All(_tables[BundleTable.Named(declared.What.Table)].ContainsKey)
                && _tables[BundleTable.Files].ContainsKey(declared.What.File))
            .Select(declared => declared.What)
            .ToHashSet();
        return
        [
            .. complete.Except(sound).Select(what => $"{what.Table} of {what.File} counts as complete"),
            .. _certain.Keys.Where(what => (asked is null || asked.Contains(what.File)) && !complete.Contains(what))
                .Select(what => $"{what.Table} of {what.File} does not count as complete"),
        ];
    }

    /// <summary>The file that a row names itself.</summary>
    private RowKey? OwnFile(BundleTable table, object?[] cells) => table == BundleTable.FragmentTerms
        ? FileOf(table, cells)
        : (RowKey?)cells[table.Position("file_id")];

    /// <summary>A row goes: its table of its file may be complete no longer.</summary>
    private void Void(BundleTable table, object?[] cells)
    {
        if (table == BundleTable.Fragments) // its terms go with it
            _certain.Remove(((RowKey)cells[table.Position("file_id")]!, BundleTable.FragmentTerms.Name));
        else if (table == BundleTable.FragmentTerms && !_tables[BundleTable.Fragments].ContainsKey((RowKey)cells[0]!))
            return;
        if (CompleteTables.Contains(table) && OwnFile(table, cells) is { } file)
            _certain.Remove((file, table.Name));
    }

    private void Void(IEnumerable<RowKey> files, IEnumerable<BundleTable> tables)
    {
        foreach (var (file, table) in files.SelectMany(file => tables.Select(table => (file, table))))
            _certain.Remove((file, table.Name));
    }

    /// <summary>A load goes, and what it declared.</summary>
    private void ForgetDeclarations(IReadOnlySet<int> loads)
    {
        _declarations.RemoveAll(declared => loads.Contains(declared.Load));
        foreach (var what in _certain.Where(certain => certain.Value.Overlaps(loads)).Select(certain => certain.Key).ToList())
            _certain.Remove(what);
    }
}

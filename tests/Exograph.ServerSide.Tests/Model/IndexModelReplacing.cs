namespace Exograph.ServerSide.Tests.Model;

/// <summary>A load for whose files what was there gives way.</summary>
internal sealed partial class IndexModel
{
    /// <summary>
    /// Removes what the load's files have of the tables that it brings or declares complete, and what refers to that. Fragments and nodes that it
    /// brings again stay what others refer to, and become its own. Returns how many rows of each table gave way.
    /// </summary>
    private Dictionary<string, long> Replace(int load, BundleValidation validation, IReadOnlyList<BundleTable> complete)
    {
        var replaced = BundleTable.All.ToDictionary(table => table.Name, _ => 0L);
        var files = validation[BundleTable.Files].Select(file => file.Key)
            .Where(file => _tables[BundleTable.Files][file].Load != load)
            .ToHashSet();
        BundleTable[] tables = [.. BundleTable.All.Where(table => GivesWay(table) && (validation[table].Count > 0 || complete.Contains(table)))];
        foreach (var file in files)
            replaced[BundleTable.Files.Name] += ReplaceCommentsText(file, validation, tables) ? 1 : 0;

        var gone = new HashSet<RowKey>();
        foreach (var table in tables)
        {
            var again = validation[table].Where(_ => table.IsDimension).GroupBy(row => row.Key).ToDictionary(
                equal => equal.Key,
                equal => equal.MinBy(row => row.Number)!);
            foreach (var (key, row) in _tables[table].Where(row => files.Contains(FileOf(table, row.Value.Cells)!)).ToList())
            {
                if (!again.TryGetValue(key, out var winner))
                {
                    gone.Add(key);
                    continue;
                }
                _tables[table][key] = new Standing(load, winner.Cells);
                replaced[table.Name]++;
                PassOn(key, row, load);
            }
        }
        Void(files, tables);
        Remove(gone, (wholly, key, _) => replaced[key.Table] += wholly ? 1 : 0);
        return replaced;
    }

    private static bool GivesWay(BundleTable table) =>
        !table.IsDimension || table == BundleTable.Fragments || table == BundleTable.GraphNodes;

    /// <summary>The file that a row is of: a call without one is its caller's, terms are their fragment's.</summary>
    private RowKey? FileOf(BundleTable table, object?[] cells)
    {
        if (table == BundleTable.FragmentTerms)
            return FileOf(BundleTable.Fragments, _tables[BundleTable.Fragments][(RowKey)cells[0]!].Cells);
        return (RowKey?)cells[table.Position("file_id")] ?? (table == BundleTable.CallEdges
            ? FileOf(BundleTable.GraphNodes, _tables[BundleTable.GraphNodes][(RowKey)cells[table.Position("caller_node_id")]!].Cells)
            : null);
    }

    /// <summary>A file that comes without a text of its comments keeps its own, unless its comments give way.</summary>
    private bool ReplaceCommentsText(RowKey key, BundleValidation validation, BundleTable[] tables)
    {
        var position = BundleTable.Files.Position("comments_text");
        var row = validation[BundleTable.Files].Where(file => file.Key == key).MinBy(file => file.Number)!.Row;
        var standing = _tables[BundleTable.Files][key];
        var text = row["comments_text"] ?? (tables.Contains(BundleTable.Comments) ? "" : standing.Cells[position]);
        if ((string)text! == (string)standing.Cells[position]!)
            return false;
        object?[] cells = [.. standing.Cells];
        cells[position] = text;
        _tables[BundleTable.Files][key] = standing with { Cells = cells };
        return true;
    }
}

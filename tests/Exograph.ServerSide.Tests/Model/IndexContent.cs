namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// An index in terms of natural keys, never of surrogate ids: per table the rows as (key, columns). Two are equal where their
/// rows are equal as multisets.
/// </summary>
internal sealed class IndexContent
{
    private const int MostDifferencesShown = 12;

    /// <summary>By table and key: the columns of each row.</summary>
    private readonly SortedDictionary<string, Dictionary<string, List<Dictionary<string, string>>>> _tables =
        new(StringComparer.Ordinal);

    public void Add(BundleTable table, RowKey key, IReadOnlyList<object?> cells, int load)
    {
        var columns = new Dictionary<string, string> { ["load"] = $"{load}" };
        for (var i = 0; i < cells.Count; i++)
        {
            if (table.Columns[i].Name != "id")
                columns.Add(table.Columns[i].Name, Render(table, table.Columns[i].Name, cells[i]));
        }
        Add(table.Name, key.Text, columns);
    }

    public void AddFilePath(RowKey file, string path, int load) =>
        Add("file_paths", $"{file}, {Cell.Quote(path)}", new() { ["load"] = $"{load}" });

    /// <summary>Forgets a table.</summary>
    public IndexContent Without(BundleTable table)
    {
        _tables.Remove(table.Name);
        return this;
    }

    /// <summary>
    /// What is to be told of two indexes made by different loads, where the path of a file is that of the load that came first.
    /// </summary>
    public IReadOnlyList<string> DifferencesInSubstance(IndexContent actual) => Differences(actual, ["load", "path"]);

    /// <summary>What <paramref name="actual"/> has other than this, readable; nothing where they are equal.</summary>
    public IReadOnlyList<string> Differences(IndexContent actual, IReadOnlyList<string>? ignored = null)
    {
        var differences = new List<string>();
        foreach (var table in _tables.Keys.Union(actual._tables.Keys))
        {
            var expectedRows = _tables.GetValueOrDefault(table) ?? [];
            var actualRows = actual._tables.GetValueOrDefault(table) ?? [];
            foreach (var key in expectedRows.Keys.Union(actualRows.Keys))
            {
                var expectedOfKey = expectedRows.GetValueOrDefault(key) ?? [];
                var ofKey = Compare(expectedOfKey, actualRows.GetValueOrDefault(key) ?? [], ignored ?? []);
                differences.AddRange(ofKey.Select(difference => $"{table} [{key}]: {difference}"));
            }
        }
        return differences.Count <= MostDifferencesShown
            ? differences
            : [.. differences.Take(MostDifferencesShown), $"and {differences.Count - MostDifferencesShown} more"];
    }

    private static IEnumerable<string> Compare(
        List<Dictionary<string, string>> expected, List<Dictionary<string, string>> actual, IReadOnlyList<string> ignored)
    {
        if (expected.Count != actual.Count)
            return [$"expected {expected.Count} rows, found {actual.Count}"];
        // The expected rows of one key are never more than one: a key is unique.
        return expected.Zip(actual).SelectMany(pair => pair.First
            .Where(column => !ignored.Contains(column.Key) && pair.Second[column.Key] != column.Value)
            .Select(column => $"{column.Key}: expected {column.Value}, found {pair.Second[column.Key]}"));
    }

    /// <summary>Of equal jsonb values in equal facts any may stay; a dimension's is that of one certain row.</summary>
    private static string Render(BundleTable table, string column, object? cell) => (column, cell) switch
    {
        ("content_hash", null) => "computed",
        _ => table.IsDimension ? Cell.Render(cell) : Cell.RenderValue(cell),
    };

    private void Add(string table, string key, Dictionary<string, string> columns)
    {
        if (!_tables.TryGetValue(table, out var rows))
            _tables.Add(table, rows = []);
        if (!rows.TryGetValue(key, out var equal))
            rows.Add(key, equal = []);
        equal.Add(columns);
    }
}

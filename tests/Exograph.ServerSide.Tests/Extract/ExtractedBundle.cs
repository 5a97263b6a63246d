using System.Text;
using System.Text.Json;
using Xunit;

namespace Exograph.ServerSide.Tests.Extract;

/// <summary>The rows of a bundle by table, as any reader of the format sees them.</summary>
public sealed class ExtractedBundle
{
    private static readonly Dictionary<string, string> s_references = new()
    {
        ["package_id"] = "packages",
        ["package_version_id"] = "package_versions",
        ["file_id"] = "files",
        ["fragment_id"] = "fragments",
        ["call_site_fragment_id"] = "fragments",
        ["term_ids"] = "terms",
        ["caller_node_id"] = "graph_nodes",
        ["callee_node_id"] = "graph_nodes",
    };

    private readonly Dictionary<string, List<JsonElement>> _tables = [];
    private readonly Dictionary<string, HashSet<long>> _known = [];

    private ExtractedBundle(IReadOnlyList<string> warnings) => Warnings = warnings;

    public IReadOnlyList<string> Warnings { get; }

    public IReadOnlyList<JsonElement> this[string table] => _tables.GetValueOrDefault(table) ?? [];

    public static ExtractedBundle OfStream(byte[] bytes, IReadOnlyList<string>? warnings = null)
    {
        var bundle = new ExtractedBundle(warnings ?? []);
        var rows = Lines(bytes).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(rows, row => Assert.Equal("table", row.EnumerateObject().First().Name));
        foreach (var row in rows[..^1])
            bundle.Add(row.GetProperty("table").GetString()!, row);
        Assert.Equal("end", rows[^1].GetProperty("table").GetString());
        bundle.AssertCounted(rows[^1]);
        return bundle;
    }

    public static ExtractedBundle OfDirectory(string directory)
    {
        var bundle = new ExtractedBundle([]);
        foreach (var file in Directory.EnumerateFiles(directory, "*.ndjson"))
            foreach (var line in Lines(File.ReadAllBytes(file)))
                bundle.Add(Path.GetFileNameWithoutExtension(file), JsonDocument.Parse(line).RootElement);
        bundle.AssertCounted(JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "manifest.json"))).RootElement);
        return bundle;
    }

    /// <summary>All rows as text, without the member that names the table.</summary>
    public IEnumerable<string> Rows() => _tables
        .SelectMany(t => t.Value.Select(row => t.Key + " " + string.Join(
            ' ', row.EnumerateObject().Where(m => m.Name != "table").Select(m => m.ToString()))))
        .Order(StringComparer.Ordinal);

    /// <summary>The texts of a column, in the order of the rows.</summary>
    public string[] Texts(string table, string column) =>
        [.. this[table].Select(row => row.TryGetProperty(column, out var value) ? value.ToString() : "")];

    /// <summary>The rows of a table whose column has a value.</summary>
    public IEnumerable<JsonElement> Where(string table, string column, string value) =>
        this[table].Where(row => row.TryGetProperty(column, out var v) && v.ToString() == value);

    /// <summary>Fails unless numbers are given once, every number named is a row's, and no fact comes twice.</summary>
    public void AssertSound()
    {
        foreach (var target in s_references.Values.Distinct())
            Assert.Equal(this[target].Count, Known(target).Count);
        foreach (var (table, rows) in _tables)
            foreach (var row in rows)
                foreach (var member in row.EnumerateObject())
                    if (s_references.TryGetValue(member.Name, out var target))
                        Assert.All(Numbers(member.Value), number => Assert.True(Known(target).Contains(number), $"{table}: {row}"));
        AssertOnce("definitions", "file_id", "line", "col", "kind", "qualified_name");
        AssertOnce("symbol_references", "file_id", "line", "col", "kind", "qualified_name");
        AssertOnce("call_edges", "caller_node_id", "callee_node_id", "line", "col");
        AssertOnce("comments", "file_id", "line", "col", "text");
        AssertOnce("fragment_term_sets", "fragment_id");
        Assert.All(this["fragment_term_sets"], row => Assert.Equal(Terms(row).Distinct().Order(), Terms(row)));
        AssertOnce("terms", "term");
    }

    public static long Number(JsonElement row, string column) => row.GetProperty(column).GetInt64();

    public static IEnumerable<long> Terms(JsonElement row) => Numbers(row.GetProperty("term_ids"));

    public static string Text(JsonElement row, string column) => row.GetProperty(column).GetString()!;

    private static IEnumerable<long> Numbers(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray().Select(element => element.GetInt64())
        : [value.GetInt64()];

    private void AssertCounted(JsonElement counts)
    {
        var counted = counts.GetProperty("rows").EnumerateObject().ToList();
        Assert.Equal(11, counted.Count);
        Assert.All(counted, table => Assert.Equal(this[table.Name].Count, table.Value.GetInt64()));
        Assert.All(_tables.Keys, table => Assert.Contains(table, counted.Select(c => c.Name)));
    }

    private static string[] Lines(byte[] bytes) =>
        new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private HashSet<long> Known(string table)
    {
        if (!_known.TryGetValue(table, out var known))
            _known.Add(table, known = [.. this[table].Select(row => Number(row, "id"))]);
        return known;
    }

    private void AssertOnce(string table, params string[] columns)
    {
        var keys = this[table].Select(row => string.Join(
            '|', columns.Select(c => row.TryGetProperty(c, out var value) ? value.ToString() : "")));
        var twice = keys.GroupBy(k => k).Where(g => g.Count() > 1).Select(g => $"{table}: {g.Key}");
        Assert.Empty(twice);
    }

    private void Add(string table, JsonElement row)
    {
        if (!_tables.TryGetValue(table, out var rows))
            _tables.Add(table, rows = []);
        rows.Add(row);
    }
}

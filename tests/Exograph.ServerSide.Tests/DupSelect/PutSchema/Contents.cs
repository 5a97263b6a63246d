using System.Globalization;
using System.Text.Json;

using Values = System.Collections.Generic.Dictionary<string, string?>;

namespace Exograph.ServerSide.Tests.DupSelect.PutSchema;
/// <summary>The rows of the target, and how they are compared where their numbers may differ.</summary>
internal static class Contents
{
    /// <summary>Reads what <see cref="Query"/> gives.</summary>
    public static Dictionary<string, List<Values>> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(t => t.Name, t => t.Value.ValueKind == JsonValueKind.Null
            ? []
            : t.Value.EnumerateArray().Select(r => r.EnumerateObject().ToDictionary(v => v.Name, v => Text(v.Value))).ToList());
    }

    /// <summary>Rows are in the order of their keys: of twins in the target the first is meant.</summary>
    public static string Query(IReadOnlyList<ShapeTable> tables) => "SELECT jsonb_build_object("
        + string.Join(", ", tables.Select(t => $"{Loading.Sql.Literal(t.Name)}, (SELECT jsonb_agg(to_jsonb(\"a row\"){Order(t)}) FROM dst.{t.QuotedName} \"a row\")"))
        + ")::text";

    private static string Order(ShapeTable table) => table.Primary.Count == 0
        ? ""
        : " ORDER BY " + string.Join(", ", table.Primary.Select(c => "\"a row\"." + Loading.Sql.Name(c)));

    public static Dictionary<string, List<Values>> Copy(IReadOnlyDictionary<string, List<Values>> contents) =>
        contents.ToDictionary(t => t.Key, t => t.Value.ConvertAll(r => new Values(r)));

    /// <summary>
    /// The rows as text in which numbers that were drawn do not occur, but the rows that refer to each other by them do: each row
    /// with its neighbours, these with theirs, and so on.
    /// </summary>
    /// <param name="tables">Their tables.</param>
    /// <param name="contents">The rows.</param>
    /// <param name="before">Numbers that were there before are told as they are.</param>
    public static List<string> Describe(
        IReadOnlyList<ShapeTable> tables, IReadOnlyDictionary<string, List<Values>> contents,
        IReadOnlyDictionary<string, List<Values>> before)
    {
        var rows = tables.SelectMany(t => contents[t.Name].Select(v => (Table: t, Values: v))).ToList();
        var colours = rows.ConvertAll(r => $"{r.Table.Name}: {string.Join(", ", r.Table.Columns.Select(c => $"{c.Name}={Shown(r.Table, c.Name, r.Values)}"))}");
        var edges = rows.SelectMany((row, child) => row.Table.Links.Select(link => (child, link, parent: rows.FindIndex(p =>
            p.Table == link.Parent && Enumerable.Range(0, link.Columns.Count).All(n =>
                row.Values[link.Columns[n]] is { } value && value == p.Values[link.ParentColumns[n]]))))).Where(e => e.parent >= 0).ToList();
        var first = colours;
        for (var round = 0; round < Math.Min(rows.Count, 8); round++)
        {
            var last = colours;
            colours = Enumerable.Range(0, rows.Count).Select(n => Short(last[n]
                + string.Concat(edges.Where(e => e.child == n).Select(e => $"; {e.link.Name} -> {last[e.parent]}"))
                + string.Concat(edges.Where(e => e.parent == n).Select(e => $"; {e.link.Name} <- {last[e.child]}").Order(StringComparer.Ordinal))))
                .ToList();
        }
        return [.. first.Zip(colours, (text, colour) => $"{text} {Short(colour)}").Order(StringComparer.Ordinal)];

        string Shown(ShapeTable table, string column, Values values)
        {
            if (values[column] is not { } value)
                return "NULL";
            var (root, rootColumn) = Root(table, column, 0);
            return root[rootColumn].Draw == Draw.None && !root[rootColumn].NewUuid
                || before[root.Name].Exists(b => b[rootColumn] == value)
                || root[rootColumn].NewUuid && value.StartsWith("00000000", StringComparison.Ordinal)
                || !root.IsDrawn(rootColumn) && !root[rootColumn].NewUuid
                ? value
                : "*";
        }
    }

    private static (ShapeTable Table, string Column) Root(ShapeTable table, string column, int depth)
    {
        if (depth > 9 || table.Primary.Contains(column) && table[column].Draw != Draw.None)
            return (table, column);
        var link = table.Links.Where(l => l.Columns.Contains(column)).MinBy(l => l.Columns.Count);
        return link is null ? (table, column) : Root(link.Parent, link.ParentColumns[link.Columns.ToList().IndexOf(column)], depth + 1);
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static string Short(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211UL;
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}

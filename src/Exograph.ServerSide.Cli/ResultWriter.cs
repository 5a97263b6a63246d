using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Exograph.ServerSide.Cli;

/// <summary>Writes results to standard output: for people, or as JSON for scripts.</summary>
internal sealed class ResultWriter(TerminalWriter output, bool json)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the output is no HTML
    };

    public bool IsJson => json;

    public void Value(object value, string text)
    {
        if (json)
            Json(value);
        else
            output.WriteLine(text);
    }

    public void Reports(IReadOnlyList<LoadReport> reports)
    {
        if (json)
        {
            Json(reports);
            return;
        }
        foreach (var report in reports)
            Report(report);
    }

    /// <summary>Without tables and phases, which a list does not ask for: empty ones would pass for loads of nothing.</summary>
    public void Loads(IReadOnlyList<LoadReport> loads)
    {
        if (json)
        {
            Json(loads.Select(l => new { l.LoadId, l.Label, l.State, l.StartedBy, l.StartedAt, l.EndedAt }));
            return;
        }
        TextTable.Write(output, ["load", "state", "label", "started by", "started", "ended"],
            loads.Select(l => (object?[])[l.LoadId, l.State, l.Label, l.StartedBy, l.StartedAt, l.EndedAt]));
    }

    public void Rejects(IReadOnlyList<RejectedRow> rejects)
    {
        if (json)
            Json(rejects.Select(r => new { r.Table, r.Reason, r.Place, Row = JsonNode.Parse(r.Row) }));
        else if (rejects.Count == 0)
            output.WriteLine("no rejects");
        else
        {
            TextTable.Write(output, ["table", "reason", "place", "row"],
                rejects.Select(r => (object?[])[r.Table, r.Reason, r.Place, r.Row]));
        }
    }

    public void DeferredIndexes(IReadOnlyList<DeferredIndex> indexes)
    {
        if (json)
            Json(indexes);
        else if (indexes.Count == 0)
            output.WriteLine("no index is deferred");
        else
            TextTable.Write(output, ["table", "index", "problem"], indexes.Select(i => (object?[])[i.Table, i.Name, i.Problem]));
    }

    /// <summary><paramref name="nothing"/> is what no row means.</summary>
    public void Deleted(IReadOnlyList<DeletedRows> rows, string nothing)
    {
        if (json)
            Json(rows);
        else if (rows.Count == 0)
            output.WriteLine(nothing);
        else
            TextTable.Write(output, ["table", "deleted"], rows.Select(r => (object?[])[r.Table, r.Deleted]));
    }

    public void PartitionMerges(IReadOnlyList<PartitionMerge> merges)
    {
        if (json)
            Json(merges);
        else if (merges.Count == 0)
            output.WriteLine("no partitions to merge");
        else
        {
            TextTable.Write(output, ["table", "loads", "partitions", "status", "detail"], merges.Select(m => (object?[])
                [m.Table, m.FirstLoad == m.LastLoad ? $"{m.FirstLoad}" : $"{m.FirstLoad} to {m.LastLoad}", m.Partitions, m.Status, m.Detail]));
        }
    }

    /// <summary>Rows of texts of any length, each as a paragraph; <paramref name="none"/> where there are none.</summary>
    public void Items<T>(IReadOnlyList<T> items, string none, Func<T, string> text)
    {
        if (json)
        {
            Json(items);
            return;
        }
        foreach (var line in items.SelectMany(i => text(i).Split('\n')))
            output.WriteLine(line);
        if (items.Count == 0)
            output.WriteLine(none);
    }

    public void Sizes(IReadOnlyList<PackageSize> sizes, int top)
    {
        if (json)
        {
            Json(sizes);
            return;
        }
        var packages = sizes
            .GroupBy(s => s.Package is null ? $"({(s.Table is "packages" or "terms" ? s.Table : "without package")})" : $"{s.Ecosystem} {s.Package}")
            .Select(p => (Name: p.Key, Rows: p.Sum(s => s.Rows), Bytes: p.Sum(s => s.Bytes), Most: p.MaxBy(s => s.Bytes)!.Table))
            .OrderByDescending(p => p.Bytes).ToList();
        TextTable.Write(output, ["package", "rows", "bytes", "most of them in"],
            packages.Take(top).Append(("(all)", packages.Sum(p => p.Rows), packages.Sum(p => p.Bytes), ""))
                .Select(p => (object?[])[p.Item1, p.Item2, p.Item3, p.Item4]));
    }

    private void Report(LoadReport report)
    {
        output.WriteLine($"load {report.LoadId} \"{report.Label}\": {TextTable.Name(report.State)}");
        if (report.FilesNotSent is > 0 and var files)
            output.WriteLine($"not sent, declared complete earlier: facts of {files:N0} {(files == 1 ? "file" : "files")}");
        var tables = report.Tables.Where(t => t.Staged > 0 || t.Replaced > 0).ToList();
        if (tables.Count == 0)
            return;
        var replaces = tables.Exists(t => t.Replaced > 0);
        TextTable.Write(output,
            ["table", "staged", "inserted", "existing", "collapsed", "rejected", "conflicting",
             .. replaces ? (string[])["replaced"] : [], "path", "ms", "WAL bytes"],
            tables.Select(t => (object?[])
            [
                t.Table, t.Staged, t.Inserted, t.Existing, t.Collapsed, t.Rejected, t.Conflicting,
                .. replaces ? (object?[])[t.Replaced] : [], t.Path, t.Milliseconds, t.WalBytes,
            ]));
    }

    private void Json(object value) => output.WriteLine(JsonSerializer.Serialize(value, s_json));
}

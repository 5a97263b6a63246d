using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Exograph.ServerSide.Cli;

/// <summary>Writes results to standard output: for people, or as JSON for scripts.</summary>
/// <param name="output">Standard output.</param>
/// <param name="json">Whether as JSON.</param>
/// <param name="columns">Columns of a terminal; null where the output is none, and lines may be as long as they are.</param>
internal sealed class ResultWriter(TerminalWriter output, bool json, int? columns)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the output is no HTML
    };

    private static readonly JsonSerializerOptions s_line = new(s_json) { WriteIndented = false };

    private static readonly JsonSerializerOptions s_answer = new(s_line)
    {
        // What all answers have comes first: the package, and the file.
        TypeInfoResolver = new DefaultJsonTypeInfoResolver
        {
            Modifiers =
            {
                type =>
                {
                    foreach (var property in type.Properties)
                        property.Order = (property.AttributeProvider as MemberInfo)?.DeclaringType == type.Type ? 1 : 0;
                },
            },
        },
    };

    public bool IsJson => json;

    /// <summary>Columns of a terminal; null where the output is none.</summary>
    public int? Columns => columns;

    /// <summary>A row that answers a question, as a line of JSON.</summary>
    /// <param name="answer">The row.</param>
    /// <param name="after">What goes on after it; null where nothing does.</param>
    public void Answer(Answer answer, string? after)
    {
        var line = JsonSerializer.SerializeToNode(answer, answer.GetType(), s_answer)!.AsObject();
        line.Remove("token");
        if (line["metadata"] is { } metadata)
            line["metadata"] = JsonNode.Parse(metadata.GetValue<string>());
        if (after is not null)
            line["after"] = after;
        output.WriteLine(line.ToJsonString(s_line));
    }

    /// <summary>One of several results: as JSON, a line.</summary>
    public void Line(object value, string text) => output.WriteLine(json ? JsonSerializer.Serialize(value, s_line) : text);

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

    /// <summary>Loads of a cluster: all together, then the shards.</summary>
    public void ClusterReports(IReadOnlyList<ClusterReport> reports)
    {
        if (json)
        {
            Json(reports);
            return;
        }
        foreach (var report in reports)
        {
            Report(report.Load);
            TextTable.Write(output, ["shard", "name", "load there", "state", "staged", "inserted", "existing", "rejected"],
                report.Shards.Select(s => (object?[])
                [
                    s.Shard.Number, s.Shard.Name, s.Load.LoadId, s.Load.State, s.Load.Tables.Sum(t => t.Staged),
                    s.Load.Tables.Sum(t => t.Inserted), s.Load.Tables.Sum(t => t.Existing), s.Load.Tables.Sum(t => t.Rejected),
                ]),
                columns, "existing", "load there");
            if (report is { Load.State: LoadState.Finalized, IsCommittedEverywhere: false })
                output.WriteLine("decided, and not committed on every shard yet: exograph-load cluster resolve, when they answer");
        }
    }

    public void Shards(IReadOnlyList<ShardStatus> shards)
    {
        if (json)
        {
            Json(shards);
            return;
        }
        if (shards.Count == 0)
        {
            output.WriteLine("this index coordinates no cluster: add-shard makes it one");
            return;
        }
        TextTable.Write(output, ["shard", "name", "state", "packages", "bytes", "capacity", "open loads", "to commit", "prepared", "where"],
            shards.Select(s => (object?[])
            [
                s.Number, s.Name, s.IsAttached ? "attached" : "detached", s.Packages, s.DatabaseBytes, s.CapacityBytes, s.OpenLoads,
                s.ToCommit, s.Prepared, $"{s.Database} at {s.Hosts}:{s.Port}{(s.IsHome ? ", home" : "")}",
            ]),
            columns, "where", "capacity", "open loads", "prepared");
        foreach (var shard in shards.Where(s => s.Problem is not null))
            output.WriteLine($"shard {shard.Number}: {shard.Problem}");
    }

    /// <summary>A load, and how far it is where it is open.</summary>
    public void Status(LoadReport report, OpenLoad? progress)
    {
        if (json)
        {
            var node = JsonSerializer.SerializeToNode(report, s_json)!;
            node["progress"] = progress is null ? null : JsonSerializer.SerializeToNode(StatusCommand.Progress.Json(progress), s_json);
            Json(new[] { node });
            return;
        }
        if (progress is null)
            Report(report);
        else
        {
            foreach (var line in StatusCommand.Progress.Lines(progress).Select(l => TerminalText.Line(l)))
                output.WriteLine(columns is { } most ? TextTable.Crop(line, most) : line);
        }
        if (report.Attempts.Count > 0)
        {
            TextTable.Write(output, ["attempt", "began", "outcome", "at", "SQLSTATE", "message"], report.Attempts.Select(a => (object?[])
                [a.Attempt, a.StartedAt, a.Outcome, a.Phase is { } phase ? StatusCommand.Progress.At(phase, a.Table) : null, a.SqlState, a.Message]),
                columns, "SQLSTATE", "began");
        }
    }

    /// <summary>What became of a load that was watched.</summary>
    public void Ended(LoadReport report)
    {
        if (json)
            Line(report, "");
        else
            Status(report, progress: null);
    }

    /// <summary>Without tables and phases, which a list does not ask for: empty ones would pass for loads of nothing.</summary>
    public void Loads(IReadOnlyList<LoadReport> loads, IReadOnlyList<OpenLoad> open)
    {
        var progress = open.ToDictionary(l => l.LoadId);
        if (json)
        {
            Json(loads.Select(l => new
            {
                l.LoadId,
                l.Label,
                l.State,
                l.StartedBy,
                l.StartedAt,
                l.EndedAt,
                Progress = progress.GetValueOrDefault(l.LoadId) is { } seen ? StatusCommand.Progress.Json(seen) : null,
            }));
            return;
        }
        TextTable.Write(output, ["load", "state", "label", "started by", "started", "ended", "progress"],
            loads.Select(l => (object?[])
            [
                l.LoadId, l.State, l.Label, l.StartedBy, l.StartedAt, l.EndedAt,
                progress.GetValueOrDefault(l.LoadId) is { } seen ? StatusCommand.Progress.Summary(seen) : null,
            ]),
            columns, "started by", "ended");
    }

    public void AbandonedLoads(IReadOnlyList<AbandonedLoad> loads)
    {
        if (json)
            Json(loads);
        else if (loads.Count == 0)
            output.WriteLine("no open load is that old");
        foreach (var load in json ? [] : loads)
        {
            // In full: who is in the way is what the caller came for.
            var outcome = load.IsAbandoned ? "abandoned" : $"in the way: {load.Detail}";
            output.WriteLine($"load {load.LoadId} \"{load.Label}\" of {load.Owner ?? "a role that is gone"}: {outcome}");
        }
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
            output.WriteLine("every index is there");
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
            .GroupBy(s => s switch
            {
                { Package: not null } => $"{s.Ecosystem} {s.Package}",
                { Table: "packages" or "terms" } => $"({s.Table})",
                { Rows: 0 } => "(no rows)",
                _ => "(without package)",
            })
            .Select(p => (Name: p.Key, Rows: p.Sum(s => s.Rows), Bytes: p.Sum(s => s.Bytes), Most: p.MaxBy(s => s.Bytes)!.Table))
            .OrderByDescending(p => p.Bytes).ToList();
        TextTable.Write(output, ["package", "rows", "bytes", "most of them in"],
            packages.Take(top).Append(("(all)", packages.Sum(p => p.Rows), packages.Sum(p => p.Bytes), ""))
                .Select(p => (object?[])[p.Item1, p.Item2, p.Item3, p.Item4]));
    }

    /// <summary>What became of rows, of each of these bundles; of none where they come from another database.</summary>
    public void Puts(IReadOnlyList<PutReport> reports, IReadOnlyList<string> bundles)
    {
        if (json)
        {
            Json(reports.Select((r, i) => new
            {
                Bundle = bundles.ElementAtOrDefault(i),
                r.Schema,
                r.IsDryRun,
                r.Tables,
                Rejects = r.Rejects.Select(j => new { j.Table, j.File, j.Line, j.Rule, j.Detail, Row = JsonNode.Parse(j.Row) }),
            }));
            return;
        }
        foreach (var (i, report) in reports.Index())
        {
            if (bundles.Count > 1)
                output.WriteLine(TextTable.Crop(TerminalText.Line(bundles[i]), columns ?? int.MaxValue));
            TextTable.Write(output, ["table", "in", "inserted", "existing", "updated", "collapsed", "conflicting", "rejected"],
                report.Tables.Select(t => (object?[])
                    [t.Table, t.RowsIn, t.Inserted, t.Existing, t.Updated, t.Collapsed, t.Conflicting, t.Rejected]),
                columns, "conflicting", "collapsed", "updated");
        }
        if (reports.Any(r => r.IsDryRun))
            output.WriteLine("dry run: nothing was put in");
    }

    private void Report(LoadReport report)
    {
        var label = TerminalText.Line(report.Label);
        var rest = $"load {report.LoadId} \"\": {TextTable.Name(report.State)}".Length;
        output.WriteLine($"load {report.LoadId} \"{(columns is { } most ? TextTable.Crop(label, most - 1 - rest) : label)}\": {TextTable.Name(report.State)}");
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
            ]),
            columns, "WAL bytes", "path", "conflicting", "ms", "rejected", "collapsed", "existing");
    }

    private void Json(object value) => output.WriteLine(JsonSerializer.Serialize(value, s_json));
}

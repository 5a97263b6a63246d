using System.Diagnostics;
using System.Text.Json;
using Exograph.Extract.CSharp;
using Exograph.ServerSide.Benchmarks.Loading;

namespace Exograph.ServerSide.Benchmarks.Calls;

/// <summary>The call edges that the extractor makes of a tree, read from its bundle, and what making them took.</summary>
internal sealed class ExtractedCalls
{
    private ExtractedCalls(string bundle)
    {
        var paths = Rows(bundle, "files").ToDictionary(row => row.GetProperty("id").GetInt64(), row => row.GetProperty("path").GetString()!);
        Files = paths.Values.ToHashSet();
        var nodes = new Dictionary<long, ExtractedCall>();
        foreach (var row in Rows(bundle, "graph_nodes"))
            nodes.Add(row.GetProperty("id").GetInt64(), new ExtractedCall(
                row.GetProperty("qualified_name").GetString()!,
                row.TryGetProperty("file_id", out var file) ? PlaceOf(row, paths[file.GetInt64()]) : null,
                ""));
        Names = nodes.Values.Where(node => node.Declared is not null).Select(node => node.Name).ToHashSet();
        foreach (var row in Rows(bundle, "call_edges"))
            ByPlace[PlaceOf(row, paths[row.GetProperty("file_id").GetInt64()])] = nodes[row.GetProperty("callee_node_id").GetInt64()] with
            {
                Resolution = row.GetProperty("metadata").TryGetProperty("resolution", out var how) ? how.GetString()! : "",
            };
    }

    public Dictionary<Place, ExtractedCall> ByPlace { get; } = [];

    public IReadOnlySet<string> Files { get; }

    /// <summary>The qualified names of all that is declared and has a node.</summary>
    public IReadOnlySet<string> Names { get; }

    public required TimeSpan Elapsed { get; init; }

    public required long PeakBytes { get; init; }

    public static async Task<ExtractedCalls> OfAsync(string tree, bool binds, CancellationToken cancellationToken)
    {
        var bundle = Directory.CreateTempSubdirectory("exograph-calls-").FullName;
        try
        {
            var self = typeof(ExtractedCalls).Assembly.Location;
            string[] command =
            [
                "dotnet", "exec", "--runtimeconfig", Path.ChangeExtension(self, ".runtimeconfig.json"), "--depsfile",
                Path.ChangeExtension(self, ".deps.json"), typeof(ExtractCommand).Assembly.Location,
                "csharp", tree, "-o", bundle, "--quiet", .. binds ? Array.Empty<string>() : ["--by-syntax"],
            ];
            var clock = Stopwatch.StartNew();
            var (_, peak) = await ExternalProcess.RunAsync(command, cancellationToken);
            return new ExtractedCalls(bundle) { Elapsed = clock.Elapsed, PeakBytes = peak };
        }
        finally
        {
            Directory.Delete(bundle, recursive: true);
        }
    }

    private static IEnumerable<JsonElement> Rows(string bundle, string table) =>
        File.ReadLines(Path.Combine(bundle, table + ".ndjson")).Select(line => JsonDocument.Parse(line).RootElement);

    private static Place PlaceOf(JsonElement row, string path) =>
        new(path, row.GetProperty("line").GetInt32(), row.GetProperty("col").GetInt32());
}

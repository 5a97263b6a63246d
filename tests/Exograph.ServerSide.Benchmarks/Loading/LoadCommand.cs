using System.CommandLine;
using Exograph.ServerSide.Benchmarks.Loading.Reports;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary><c>load</c>: how the loader compares with restoring a dump of the same index, and with its rivals.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var corpus = new CorpusOptions();
        var rounds = new Option<int>("--rounds") { Description = "Rounds; medians are reported.", DefaultValueFactory = _ => 3 };
        var contenders = new Option<string?>("--contenders")
        {
            Description = $"Which, with commas between: {string.Join(", ", LoadContenders.All.Select(c => c.Name))}. "
                + "All by default; both restores and the loader always.",
        };
        var chunks = new Option<int>("--chunk-fragments")
        {
            Description = "Most fragments for contenders that send rows in chunks.",
            DefaultValueFactory = _ => CorpusOptions.Sizes["small"],
        };
        var rows = new Option<int>("--row-fragments")
        {
            Description = "Most fragments for contenders that work row by row.",
            DefaultValueFactory = _ => CorpusOptions.Sizes["tiny"],
        };
        var streams = new Option<int>("--streams")
        {
            Description = "COPY streams of the loader and of its rivals.",
            DefaultValueFactory = _ => new LoadOptions().Connections,
        };
        var indexJobs = new Option<int>("--index-jobs")
        {
            Description = "Indexes that a restore builds at once, foreign keys it validates, tables it analyzes.",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var set = ServerSettings.Option();
        var json = new Option<FileInfo?>("--json") { Description = "File for the results as JSON." };
        var svg = new Option<FileInfo?>("--svg") { Description = "File for a bar chart." };
        var command = new Command("load", "The loader, its rivals, and what a restore of the same index takes.")
        {
            corpus.Size, corpus.Fragments, corpus.Seed, rounds, contenders, chunks, rows, streams, indexJobs, set, json, svg,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var server = await BenchmarkServer.StartAsync(ServerSettings.Of(arguments, set), cancellationToken);
            var whole = corpus.FragmentsOf(arguments);
            var plan = new LoadPlan
            {
                Seed = arguments.GetValue(corpus.Seed),
                Rounds = arguments.GetValue(rounds),
                Contenders = LoadContenders.Choose(arguments.GetValue(contenders), server),
                Fragments = new Dictionary<Pace, int>
                {
                    [Pace.Whole] = whole,
                    [Pace.Chunks] = Math.Min(whole, arguments.GetValue(chunks)),
                    [Pace.Rows] = Math.Min(whole, arguments.GetValue(rows)),
                },
                Streams = arguments.GetValue(streams),
                IndexJobs = arguments.GetValue(indexJobs),
            };
            var results = await RunAsync(server, plan, cancellationToken);
            MarkdownReport.Write(results, Console.Out);
            if (arguments.GetValue(json) is { } jsonFile)
                JsonReport.Write(results, jsonFile);
            if (arguments.GetValue(svg) is { } svgFile)
                BarChart.Write(results, svgFile);
            return results.Heats.Any(h => h.Contenders.Any(c => c.Differences.Count > 0)) ? 1 : 0;
        });
        return command;
    }

    private static async Task<LoadResults> RunAsync(
        BenchmarkServer server, LoadPlan plan, CancellationToken cancellationToken)
    {
        var scratch = Directory.CreateTempSubdirectory("exograph-benchmark-");
        try
        {
            return await new LoadBenchmark(server, plan, Console.Error).RunAsync(scratch.FullName, cancellationToken);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}

using System.CommandLine;
using System.Diagnostics;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Reload;

/// <summary><c>reload</c>: what it costs to load a corpus again of which every row stands.</summary>
internal static class ReloadCommand
{
    private static readonly (string Name, Way Way)[] s_ways =
    [
        ("first load", Way.Everything),
        ("again, everything sent", Way.Everything),
        ("again, declared complete: standing facts left out", Way.LeftOut),
        ("again, declared complete: standing facts not even made", Way.NotMade),
    ];

    private enum Way
    {
        Everything,
        LeftOut,
        NotMade,
    }

    public static Command Create()
    {
        var fragments = new Option<int>("--fragments")
        {
            Description = "Fragments of the corpus.",
            DefaultValueFactory = _ => 20_000,
        };
        var seed = new Option<int>("--seed") { Description = "Seed of the corpus.", DefaultValueFactory = _ => 1 };
        var ids = new Option<IdNumbering>("--ids")
        {
            Description = "Numbering of the rows.",
            DefaultValueFactory = _ => IdNumbering.Reserved,
        };
        var command = new Command("reload", "A corpus loaded again: everything sent, and only what does not stand.")
        {
            fragments, seed, ids,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new Corpus(arguments.GetValue(fragments), arguments.GetValue(seed)), arguments.GetValue(ids), Console.Out,
            cancellationToken));
        return command;
    }

    private static async Task RunAsync(Corpus corpus, IdNumbering ids, TextWriter output, CancellationToken cancellationToken)
    {
        const string Database = "reload";
        await using var server = await BenchmarkServer.StartAsync(new Dictionary<string, string>(), cancellationToken);
        await server.CreateDatabaseAsync(Database, BenchmarkServer.WithSchema, cancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString(Database));
        output.WriteLine($"""
            {await server.DescribeAsync(cancellationToken)}
            {corpus.Fragments:N0} fragments in {corpus.Files:N0} files: {Corpus.Distributions}. Ids: {ids}.

            | load | seconds | of the first | staging | finalize | rows sent | bytes sent | rows inserted |
            |---|--:|--:|--:|--:|--:|--:|--:|
            """);
        var options = new LoadOptions { Label = "reload", Ids = ids, Complete = FactTables.All };
        double? first = null;
        foreach (var (name, way) in s_ways)
        {
            await server.CheckpointAsync(cancellationToken);
            var watch = Stopwatch.StartNew();
            await using var session = await new ExographClient(dataSource).BeginLoadAsync(options, cancellationToken);
            await StageAsync(session, corpus, way, cancellationToken);
            var staging = watch.Elapsed.TotalSeconds;
            var report = await session.FinalizeAsync(cancellationToken);
            var total = watch.Elapsed.TotalSeconds;
            first ??= total;
            var sent = report.Tables.Where(t => t.Table != IndexTable.FilePaths).Sum(t => t.Staged); // its rows are those of files
            output.WriteLine($"| {name} | {total:F2} | {total / first:P1} | {staging:F2} | {total - staging:F2} "
                + $"| {sent:N0} | {session.BytesStaged:N0} | {report.Tables.Sum(t => t.Inserted):N0} |");
        }
    }

    private static async Task StageAsync(LoadSession session, Corpus corpus, Way way, CancellationToken cancellationToken)
    {
        if (way == Way.Everything)
        {
            await CorpusStaging.StageAsync(session, corpus, cancellationToken);
            return;
        }
        await CorpusStaging.StageKeysAsync(session, corpus, cancellationToken);
        var lacking = await session.LeaveOutExistingAsync(cancellationToken);
        if (way == Way.LeftOut || lacking.Any != FactTables.None)
            await CorpusStaging.StageFactsAsync(session, corpus, cancellationToken);
    }
}

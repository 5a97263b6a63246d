using System.CommandLine;
using System.Diagnostics;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Growth;

/// <summary><c>growth</c>: whether a load costs more the more stands already. Equal, disjoint loads go into one index.</summary>
internal static class GrowthCommand
{
    public static Command Create()
    {
        var loads = new Option<int>("--loads") { Description = "Loads, at least 2.", DefaultValueFactory = _ => 20 };
        loads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 2)
                result.AddError("--loads must be at least 2.");
        });
        var fragments = new Option<int>("--fragments") { Description = "Fragments of each.", DefaultValueFactory = _ => 5_000 };
        var first = new Option<int?>("--first") { Description = "Fragments of the first load, if others than of each." };
        var seed = new Option<int>("--seed") { Description = "Seed of the first load's corpus.", DefaultValueFactory = _ => 1 };
        var ids = new Option<IdNumbering>("--ids") { Description = "What the loader numbers rows by: Numbered or Reserved." };
        var terms = new Option<Vocabulary>("--terms")
        {
            Description = "Own, Shared by all loads, or shared and Resolved before they are named (needs --ids Reserved).",
        };
        var undo = new Option<bool>("--undo") { Description = "Undo the last load at the end." };
        var command = new Command("growth", "Equal, disjoint loads into one index, and the seconds of each.")
        {
            loads, fragments, first, seed, ids, terms, undo,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new Plan(
                arguments.GetValue(loads), arguments.GetValue(fragments), arguments.GetValue(first) ?? arguments.GetValue(fragments),
                arguments.GetValue(seed), arguments.GetValue(ids), arguments.GetValue(terms), arguments.GetValue(undo)),
            Console.Out, cancellationToken));
        return command;
    }

    private static async Task RunAsync(Plan plan, TextWriter output, CancellationToken cancellationToken)
    {
        const string Database = "growth";
        await using var server = await BenchmarkServer.StartAsync(new Dictionary<string, string>(), cancellationToken);
        await server.CreateDatabaseAsync(Database, BenchmarkServer.WithSchema, cancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString(Database));
        output.WriteLine($"""
            {await server.DescribeAsync(cancellationToken)}
            {plan.Loads} disjoint loads, seeds {plan.Seed} to {plan.Seed + plan.Loads - 1}, ids {plan.Ids}, terms {plan.Terms},
            of {plan.Fragments:N0} fragments each{(plan.First == plan.Fragments ? "" : $", the first of {plan.First:N0}")}: {Corpus.Distributions}.

            | load | rows before | seconds | staging and checks | dimensions | their statistics | facts |
            |--:|--:|--:|--:|--:|--:|--:|
            """);
        var costs = new List<LoadCost>();
        var rows = 0L;
        var newest = 0;
        for (var n = 0; n < plan.Loads; n++)
        {
            await server.CheckpointAsync(cancellationToken);
            var corpus = new Corpus(
                n == 0 ? plan.First : plan.Fragments, plan.Seed + n, plan.Terms == Vocabulary.Own ? null : plan.Seed);
            (var cost, var inserted, newest) = await LoadAsync(dataSource, corpus, plan, cancellationToken);
            costs.Add(cost);
            output.WriteLine(
                $"| {n + 1} | {rows:N0} | {cost.Total:F2} | {cost.Rest:F2} | {cost.Dimensions:F2} | {cost.Statistics:F2} "
                + $"| {cost.Facts:F2} |");
            rows += inserted;
        }
        // The first load finds empty tables and cold caches.
        var (second, last) = (costs[1], costs[^1]);
        output.WriteLine($"| last / second | | {last.Total / second.Total:F2} | {last.Rest / second.Rest:F2} "
            + $"| {last.Dimensions / second.Dimensions:F2} | {last.Statistics / second.Statistics:F2} "
            + $"| {last.Facts / second.Facts:F2} |");
        if (plan.Undo)
        {
            await server.CheckpointAsync(cancellationToken);
            var watch = Stopwatch.StartNew();
            await new ExographClient(dataSource).UndoAsync(newest, cancellationToken: cancellationToken);
            output.WriteLine($"\nThe last load is undone in {watch.Elapsed.TotalSeconds:F2} s.");
        }
    }

    private static async Task<(LoadCost Cost, long Inserted, int LoadId)> LoadAsync(
        NpgsqlDataSource dataSource, Corpus corpus, Plan plan, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var resolved = plan.Terms == Vocabulary.Resolved;
        var options = new LoadOptions { Label = "growth", Ids = plan.Ids, TermsAreResolved = resolved };
        await using var session = await new ExographClient(dataSource).BeginLoadAsync(options, cancellationToken);
        await (resolved
            ? CorpusStaging.StageResolvedAsync(session, corpus, cancellationToken)
            : CorpusStaging.StageAsync(session, corpus, cancellationToken));
        var report = await session.FinalizeAsync(cancellationToken);
        var total = watch.Elapsed.TotalSeconds;

        double Seconds(params ReadOnlySpan<LoadPhase> kinds)
        {
            var seconds = 0.0;
            foreach (var phase in report.Phases)
            {
                if (kinds.Contains(phase.Phase))
                    seconds += phase.Milliseconds / 1000;
            }
            return seconds;
        }

        var cost = new LoadCost(
            total, Seconds(LoadPhase.Merge), Seconds(LoadPhase.Analyze),
            Seconds(LoadPhase.Resolve, LoadPhase.Index, LoadPhase.Attach, LoadPhase.Share));
        return (cost, report.Tables.Sum(t => t.Inserted), session.LoadId);
    }

    private sealed record Plan(int Loads, int Fragments, int First, int Seed, IdNumbering Ids, Vocabulary Terms, bool Undo);

    /// <summary>Seconds of a load.</summary>
    private sealed record LoadCost(double Total, double Dimensions, double Statistics, double Facts)
    {
        public double Rest => Total - Dimensions - Statistics - Facts;
    }
}

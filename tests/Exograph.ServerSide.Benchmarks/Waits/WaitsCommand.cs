using System.CommandLine;
using Exograph.ServerSide.Benchmarks.DupSelect;
using Exograph.ServerSide.Benchmarks.Loading;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Waits;

/// <summary>
/// <c>waits</c>: how long a load into an index that holds one of equal size keeps a row-wise writer and a reader with a long
/// transaction waiting, and what these cost the load.
/// </summary>
internal static class WaitsCommand
{
    private const string Alone = "waits_alone";
    private const string Beside = "waits_beside";

    public static Command Create()
    {
        var fragments = new Option<int>("--fragments")
        {
            Description = "Fragments of each load.",
            DefaultValueFactory = _ => 20_000,
        };
        var seed = new Option<int>("--seed") { Description = "Seed of the first load's corpus.", DefaultValueFactory = _ => 1 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds, alone and beside.", DefaultValueFactory = _ => 3 };
        var pause = new Option<int>("--pause")
        {
            Description = "Milliseconds that writer and reader pause between statements.",
            DefaultValueFactory = _ => 5,
        };
        var ids = new Option<IdNumbering>("--ids") { Description = "What the loader numbers rows by: Numbered or Reserved." };
        var command = new Command("waits", "How long writers and readers wait during a load.")
        {
            fragments, seed, rounds, pause, ids,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new Plan(
                new Corpus(arguments.GetValue(fragments), arguments.GetValue(seed)),
                new Corpus(arguments.GetValue(fragments), arguments.GetValue(seed) + 1),
                TimeSpan.FromMilliseconds(arguments.GetValue(pause)),
                arguments.GetValue(ids)),
            arguments.GetValue(rounds), Console.Out, cancellationToken));
        return command;
    }

    private static async Task RunAsync(Plan plan, int rounds, TextWriter output, CancellationToken cancellationToken)
    {
        await using var server = await BenchmarkServer.StartAsync(new Dictionary<string, string>(), cancellationToken);
        output.WriteLine($"""
            {await server.DescribeAsync(cancellationToken)}
            A load of {plan.Second.Fragments:N0} fragments through the library, ids {plan.Ids}, into an index that holds
            one of equal size: {Corpus.Distributions}.
            {rounds} rounds; beside the load, with pauses of {plan.Pause.TotalMilliseconds} ms, one session inserts rows through
            the views, each in a transaction of its own, and one queries all index tables in one REPEATABLE READ transaction.

            """);
        var alone = new List<Timeline>();
        var beside = new List<Meeting>();
        for (var round = 0; round < rounds; round++)
        {
            alone.Add(await InNewDatabaseAsync(
                server, Alone, plan, dataSource => LoadAsync(dataSource, plan.Second, plan.Ids, cancellationToken),
                cancellationToken));
            beside.Add(await InNewDatabaseAsync(
                server, Beside, plan, dataSource => MeetAsync(dataSource, plan, cancellationToken), cancellationToken));
        }
        Write(alone, beside, output);
    }

    /// <summary>Does <paramref name="work"/> in a database that holds the first load.</summary>
    private static async Task<T> InNewDatabaseAsync<T>(
        BenchmarkServer server, string name, Plan plan, Func<NpgsqlDataSource, Task<T>> work, CancellationToken cancellationToken)
    {
        await server.CreateDatabaseAsync(name, BenchmarkServer.WithSchema, cancellationToken);
        T result;
        await using (var dataSource = NpgsqlDataSource.Create(server.ConnectionString(name)))
        {
            await LoadAsync(dataSource, plan.First, plan.Ids, cancellationToken);
            await server.CheckpointAsync(cancellationToken);
            result = await work(dataSource);
        }
        await server.DropDatabaseAsync(name, cancellationToken);
        return result;
    }

    private static async Task<Meeting> MeetAsync(NpgsqlDataSource dataSource, Plan plan, CancellationToken cancellationToken)
    {
        await using var writer = await Companion.StartAsync(dataSource, "SELECT", RowToInsert, plan.Pause, cancellationToken);
        await using var reader = await Companion.StartAsync(
            dataSource, "BEGIN ISOLATION LEVEL REPEATABLE READ", Look, plan.Pause, cancellationToken);
        await using var watch = await LockWatch.StartAsync(dataSource, [writer.ProcessId, reader.ProcessId], cancellationToken);
        var load = await LoadAsync(dataSource, plan.Second, plan.Ids, cancellationToken);
        await writer.StopAsync();
        await reader.StopAsync();
        await watch.StopAsync();
        return new Meeting(
            load, writer.Statements, reader.Statements, watch.Found(writer.ProcessId), watch.Found(reader.ProcessId),
            writer.Failure, reader.Failure);
    }

    private static async Task<Timeline> LoadAsync(
        NpgsqlDataSource dataSource, Corpus corpus, IdNumbering ids, CancellationToken cancellationToken)
    {
        var began = DateTime.UtcNow;
        var options = new LoadOptions { Label = "waits", Ids = ids };
        await using var session = await new ExographClient(dataSource).BeginLoadAsync(options, cancellationToken);
        await CorpusStaging.StageAsync(session, corpus, cancellationToken);
        var report = await session.FinalizeAsync(cancellationToken);
        return await Timeline.ReadAsync(dataSource, report.LoadId, began, DateTime.UtcNow, cancellationToken);
    }

    /// <summary>By turns a new term, a new file, and a definition in it.</summary>
    private static (string Table, string Text) RowToInsert(int n)
    {
        const string Version = "'waits', 'waits', '1.0'";
        return (n % 3) switch
        {
            0 => ("terms", $"INSERT INTO exograph_in.terms (term) VALUES ('waits {n}')"),
            1 => ("files", "INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256) "
                + $"VALUES ({Version}, 'lib/{n}.ex', 'source', sha256('{n}'))"),
            _ => ("definitions", "INSERT INTO exograph_in.definitions (ecosystem, package, version, file_sha256, kind, name, "
                + $"qualified_name, line) VALUES ({Version}, sha256('{n - 1}'), 'function', 'waits', 'waits', 1)"),
        };
    }

    /// <summary>Queries that take little time of their own, on one table after the other.</summary>
    private static (string Table, string Text) Look(int n)
    {
        var table = IndexTables.All[n % IndexTables.All.Count];
        return (table, $"SELECT count(*) FROM (SELECT FROM exograph.{table} LIMIT 1000) t");
    }

    private static void Write(List<Timeline> alone, List<Meeting> beside, TextWriter output)
    {
        static string Row(string title, IEnumerable<double> seconds) =>
            $"| {title} | {Measurement.Median(seconds):F2} | {string.Join(", ", seconds.Select(s => s.ToString("F2", null)))} |";

        var inserts = beside.SelectMany(m => m.Inserts).ToList();
        var worst = beside.MaxBy(m => m.LongestInsert.Duration)!;
        var longest = worst.LongestInsert;
        var (from, to) = (worst.Load.PhaseAt(longest.Began), worst.Load.PhaseAt(longest.Ended));
        var phases = worst.Load.Overlap(longest).Where(p => p.Shared > 0);
        output.WriteLine($"""
            | seconds | median | rounds |
            |---|--:|---|
            {Row("the load alone", alone.Select(t => t.Seconds))}
            {Row("the load beside writer and reader", beside.Select(m => m.Load.Seconds))}
            {Row("the gate closed from", beside.Select(m => m.Load.GateCloses))}
            {Row("to", beside.Select(m => m.Load.Seconds))}

            | INSERT into | number | median ms | 99 % ms | longest ms |
            |---|--:|--:|--:|--:|
            {string.Join("\n", inserts.GroupBy(s => s.Table).Select(g => Statement.Row(g.Key, g)))}
            {Statement.Row("all", inserts)}

            The longest, into {longest.Table}, began in phase "{from}" and ended in "{to}".
            {beside.Sum(m => m.InsertsFoundWaiting):N0} looks, one every 10 ms, found an INSERT waiting for a lock.
            Failures: {Failures(beside.Select(m => m.WriterFailure))}.

            | phase of that load | seconds | of which the longest INSERT took |
            |---|--:|--:|
            {string.Join("\n", phases.Select(p => $"| {p.Phase} | {p.Seconds:F3} | {p.Shared:F3} |"))}

            | reader | queries | median ms | 99 % ms | longest ms |
            |---|--:|--:|--:|--:|
            {Statement.Row("all tables by turns", beside.SelectMany(m => m.Queries))}

            {beside.Sum(m => m.QueriesFoundWaiting):N0} looks found a query waiting for a lock.
            Failures: {Failures(beside.Select(m => m.ReaderFailure))}.
            """);
    }

    private static string Failures(IEnumerable<string?> failures) =>
        failures.OfType<string>().ToList() is { Count: > 0 } all ? string.Join("; ", all) : "none";

    /// <param name="First">What the index holds.</param>
    /// <param name="Second">What is loaded then.</param>
    /// <param name="Pause">Pause of writer and reader between statements.</param>
    /// <param name="Ids">What the loader numbers rows by.</param>
    private sealed record Plan(Corpus First, Corpus Second, TimeSpan Pause, IdNumbering Ids);

    /// <summary>A load with a writer and a reader beside it.</summary>
    private sealed record Meeting(
        Timeline Load, IReadOnlyList<Statement> Inserts, IReadOnlyList<Statement> Queries, int InsertsFoundWaiting,
        int QueriesFoundWaiting, string? WriterFailure, string? ReaderFailure)
    {
        public Statement LongestInsert => Inserts.MaxBy(s => s.Duration)!;
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Partitions;

/// <summary>
/// <c>partitions</c>: what questions cost to plan and to answer when each of many loads has partitions of its own, before and
/// after they are merged, where the loads keep their number bounded by themselves, and what the merging takes.
/// </summary>
internal static class PartitionsCommand
{
    private const int Times = 20;

    private static readonly (string Name, string Sql)[] s_questions =
    [
        ("definitions of a name", """
            SELECT file_id, line FROM exograph.definitions
            WHERE qualified_name = (SELECT min(qualified_name) FROM exograph.graph_nodes)
            """),
        ("references in a file", "SELECT qualified_name, line FROM exograph.symbol_references WHERE file_id = 1"),
        ("callers of a name", """
            SELECT caller_qualified_name FROM exograph.call_edges
            WHERE callee_qualified_name = (SELECT min(qualified_name) FROM exograph.graph_nodes)
            """),
        ("fragments with a term", "SELECT fragment_id FROM exograph.fragment_terms WHERE term_id = 1"),
        ("callers of callers", """
            SELECT count(*) FROM exograph.call_edges a JOIN exograph.call_edges b ON b.callee_node_id = a.caller_node_id
            WHERE a.callee_node_id = 1
            """),
        ("a fact of one load", "SELECT qualified_name FROM exograph.definitions WHERE load_id = 1 AND file_id = 1"),
    ];

    public static Command Create()
    {
        var loads = new Option<int[]>("--loads")
        {
            Description = "Loads before each measurement, ascending.",
            DefaultValueFactory = _ => [10, 100, 1_000],
            AllowMultipleArgumentsPerToken = true,
        };
        var fragments = new Option<int>("--fragments") { Description = "Fragments of each.", DefaultValueFactory = _ => 200 };
        var keep = new Option<int>("--keep") { Description = "Partitions left alone by merging.", DefaultValueFactory = _ => 16 };
        var most = new Option<int>("--most-partitions")
        {
            Description = "As which option of finalize_load the loads are loaded once more.",
            DefaultValueFactory = _ => 64,
        };
        var settings = ServerSettings.Option();
        var command = new Command("partitions", "Questions to an index of many partitions, before and after they are merged.")
        {
            loads, fragments, keep, most, settings,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(loads)!, arguments.GetValue(fragments), arguments.GetValue(keep), arguments.GetValue(most),
            ServerSettings.Of(arguments, settings), Console.Out, cancellationToken));
        return command;
    }

    private static async Task RunAsync(
        int[] loads, int fragments, int keep, int most, IReadOnlyDictionary<string, string> settings, TextWriter output,
        CancellationToken cancellationToken)
    {
        const string Database = "partitions";
        await using var server = await BenchmarkServer.StartAsync(settings, cancellationToken);
        output.WriteLine($"""
            {await server.DescribeAsync(cancellationToken)}
            Loads of {fragments:N0} fragments each, all with partitions of their own; ms, medians of {Times} in one session.
            Merged: by merge_partitions(keep => {keep}). Bounded: all loads with most_partitions => {most}.

            | loads | partitions of a table | loading, s | merging, s | question | to plan | to answer | locks |
            |--:|---|--:|--:|---|--:|--:|--:|
            """);
        foreach (var count in loads)
        {
            await WithLoadsAsync(null, async (client, dataSource, loading) =>
            {
                await WriteAsync(dataSource, count, "", loading, merging: null, output, cancellationToken);
                var watch = Stopwatch.StartNew();
                await client.MergePartitionsAsync(new MergePartitionsOptions { Keep = keep }, cancellationToken);
                await WriteAsync(dataSource, count, "merged", loading: null, watch.Elapsed.TotalSeconds, output, cancellationToken);
            });
            await WithLoadsAsync(most, (_, dataSource, loading) =>
                WriteAsync(dataSource, count, "bounded", loading, merging: null, output, cancellationToken));

            async Task WithLoadsAsync(int? mostPartitions, Func<ExographClient, NpgsqlDataSource, double, Task> work)
            {
                await server.CreateDatabaseAsync(Database, BenchmarkServer.WithSchema, cancellationToken);
                await using (var dataSource = NpgsqlDataSource.Create(server.ConnectionString(Database)))
                {
                    var client = new ExographClient(dataSource);
                    var watch = Stopwatch.StartNew();
                    for (var n = 0; n < count; n++)
                        await LoadAsync(client, new Corpus(fragments, seed: n + 1, vocabulary: 1), mostPartitions, cancellationToken);
                    await work(client, dataSource, watch.Elapsed.TotalSeconds);
                }
                await server.DropDatabaseAsync(Database, cancellationToken);
            }
        }
    }

    private static async Task LoadAsync(ExographClient client, Corpus corpus, int? mostPartitions, CancellationToken cancellationToken)
    {
        var options = new LoadOptions
        {
            Label = "partitions",
            Ids = IdNumbering.Reserved,
            PartitionThreshold = 0,
            MostPartitions = mostPartitions,
        };
        await using var session = await client.BeginLoadAsync(options, cancellationToken);
        await CorpusStaging.StageAsync(session, corpus, cancellationToken);
        await session.FinalizeAsync(cancellationToken);
    }

    /// <summary>Asks all questions, and writes a row for each.</summary>
    private static async Task WriteAsync(
        NpgsqlDataSource dataSource, int loads, string how, double? loading, double? merging, TextWriter output,
        CancellationToken cancellationToken)
    {
        var partitions = await PartitionsAsync(dataSource, cancellationToken);
        var costs = await AskAllAsync(dataSource, cancellationToken);
        for (var n = 0; n < s_questions.Length; n++)
        {
            output.WriteLine(
                $"| {(n == 0 ? $"{loads:N0} | {partitions:N0} {how} | {loading:F1} | {merging:F1}" : " | | |")} | {s_questions[n].Name} "
                + $"| {costs[n].Plan:F2} | {costs[n].Answer:F2} | {costs[n].Locks:N0} |");
        }
    }

    private static async Task<long> PartitionsAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM exograph.fact_partitions GROUP BY table_name) t",
            r => r.GetInt64(0), cancellationToken))[0];

    private static async Task<IReadOnlyList<Cost>> AskAllAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var costs = new List<Cost>();
        foreach (var (_, sql) in s_questions)
        {
            var asked = new List<Cost>();
            for (var n = 0; n < Times; n++)
                asked.Add(await AskAsync(dataSource, sql, cancellationToken));
            costs.Add(new Cost(
                asked.Select(a => a.Plan).Order().ElementAt(Times / 2), asked.Select(a => a.Answer).Order().ElementAt(Times / 2),
                asked[^1].Locks));
        }
        return costs;
    }

    /// <summary>Plans and answers a question in a transaction, as EXPLAIN ANALYZE times it, and counts the locks that it holds.</summary>
    private static async Task<Cost> AskAsync(NpgsqlDataSource dataSource, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var explain = new NpgsqlCommand($"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY, FORMAT JSON) {sql}", connection);
        var json = (string)(await explain.ExecuteScalarAsync(cancellationToken))!;
        await using var count = new NpgsqlCommand(
            "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'", connection);
        var locks = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        using var plan = JsonDocument.Parse(json);
        var root = plan.RootElement[0];
        return new Cost(root.GetProperty("Planning Time").GetDouble(), root.GetProperty("Execution Time").GetDouble(), locks);
    }

    /// <summary>Milliseconds to plan and to answer a question, and the relations locked meanwhile.</summary>
    private sealed record Cost(double Plan, double Answer, long Locks);
}

using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.Find;

/// <summary>Questions enter by indexes, in every partition: three of each table, of some thousand rows.</summary>
public sealed class QuestionPlanTests : LoadingTest
{
    private const int Files = 150;

    /// <summary>Their plans show no function, but what it is made of, so that conditions around it and LIMIT reach the tables.</summary>
    private static readonly string[] s_inlined =
    [
        "definitions('App2.M7.fun_7/1')", "definitions('fun_7', page => 5)", "definitions('App2.M7.%')",
        "definitions('App2.%', after => '(App2.M7.fun_7/1,1,1,1,def)', page => 20)",
        "definitions('M7.fun_7/1', package => 'package 2')", "references_to('App2.M7.fun_7/1')", "references_to('M7.fun_7/1')",
        "references_to('App2.M7.%', kind => 'call')", "references_to('App2.%', page => 20)",
        "copies_of(3000)", "copies_of_file(17)", "similar(3000)", "shared_code('package 1', 'package 2', '1', '2')",
        "changes('package 2', '0', '1')", "text('needle')", "text('needle', false, true)", "file(7)",
        "file('lib/7.ex', 'package 2')", "outline(17)",
    ];

    private static readonly string[] s_others =
    [
        "callers('App2.M7.fun_7/1')", "callers('App2.M7.fun_7/1', 3)", "callers('M7.fun_7', 2, page => 3)", "callees('App2.M7.fun_7%')", "callees('App2.M7.fun_7/1', 2)",
        "call_path('App2.M7.fun_7/1', 'App2.M9.fun_9/1', 3)", "fragments_with('{rare 7}')", "fragments_with('{rare 7, often 3}')",
        "fragments_with('{often 3, rare 7}', page => 2)",
    ];

    [Fact]
    public async Task No_partition_is_read_from_its_beginning_to_its_end_and_what_is_one_query_becomes_part_of_that_around_it()
    {
        await FillAsync();
        var offenders = new List<string>();

        foreach (var question in s_inlined)
        {
            offenders.AddRange((await Db.RowsAsync($"EXPLAIN SELECT * FROM exograph_find.{question}"))
                .Where(line => IsCall(line, question)).Select(line => $"{question}: {line}"));
        }
        foreach (var question in s_inlined.Concat(s_others))
            offenders.AddRange(await ScannedAsync(question, $"SELECT * FROM exograph_find.{question}"));
        // Prepared, six times: the server might settle on a plan for any name.
        foreach (var (question, argument) in new[]
        {
            ("definitions($1)", "App2.M7.fun_7/1"), ("definitions($1)", "App2.M7.%"), ("references_to($1)", "M7.fun_7/1"),
            ("callers($1, 2)", "App2.M7.fun_7/1"), ("text($1)", "needle"),
        })
        {
            await Db.ExecuteAsync($"PREPARE asked (text) AS SELECT * FROM exograph_find.{question}");
            offenders.AddRange(await ScannedAsync($"{question}, prepared",
                string.Concat(Enumerable.Repeat($"EXECUTE asked ('{argument}');", 7))));
            await Db.ExecuteAsync("DEALLOCATE asked");
        }

        Assert.Empty(offenders);

        static bool IsCall(string line, string question) =>
            line.Replace("\"", "", StringComparison.Ordinal).Contains(
                $"Function Scan on {question[..question.IndexOf('(', StringComparison.Ordinal)]} ", StringComparison.Ordinal);
    }

    /// <summary>
    /// Tables that a question reads by sequential scans, with how many rows of them, but for packages, versions and files, which are
    /// few here.
    /// </summary>
    private async Task<IEnumerable<string>> ScannedAsync(string question, string sql)
    {
        await Db.ExecuteAsync("SELECT pg_stat_force_next_flush()");
        await Db.ExecuteAsync($"BEGIN; {sql}");
        var scanned = await Db.RowsAsync(
            """
            SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables
            WHERE schemaname = 'exograph' AND seq_tup_read > 0 AND relname !~ '^(packages|package_versions|files|file_paths)$'
            """);
        await Db.ExecuteAsync("ROLLBACK");
        return scanned.Select(row => $"{question}: {row}");
    }

    private async Task FillAsync()
    {
        for (var i = 1; i <= 3; i++)
        {
            var load = await Load.BeginAsync(Db);
            await load.StageAsync("packages", "id, ecosystem, name", $"(1, 'hex', 'package {i}')");
            await load.StageAsync("package_versions", "id, package_id, version", "SELECT v + 1, 1, v FROM generate_series(0, 49) v");
            await load.StageAsync("files", "id, package_version_id, path, source, sha256",
                $"""
                SELECT n, 1 + n % 50, 'lib/' || n || '.ex', repeat('some line of text' || n || chr(10), 40)
                           || CASE n WHEN 7 THEN 'needle' ELSE '' END,
                       sha256(int4send(n / 2))
                FROM generate_series(1, {Files}) n
                """);
            await load.StageAsync("terms", "id, term", "SELECT n, CASE WHEN n <= 50 THEN 'often ' ELSE 'rare ' END || n % 50 "
                + "FROM generate_series(1, 100) n UNION ALL SELECT n, 'other ' || n FROM generate_series(101, 5000) n");
            await load.StageAsync("fragments",
                "id, file_id, content_hash, ast, kind, name, line, end_line, mass, exact_hash, sub_hashes",
                $$"""
                SELECT n, 1 + n % {{Files}}, int4send(n), repeat('tree', 20)::bytea, 'def', 'fun', n % 200, n % 200 + 5, n % 90,
                       int4send(n / 3), ARRAY[n % 1000, n % 997, n % 991]
                FROM generate_series(1, 6000) n
                """);
            await load.StageAsync("fragment_term_sets", "fragment_id, term_ids",
                """
                SELECT n, ARRAY(SELECT DISTINCT t FROM unnest(ARRAY[1 + n % 50, 101 + n % 4900, 101 + n * 7 % 4900,
                    CASE WHEN n % 500 = 3 THEN 57 ELSE 101 + n * 11 % 4900 END]) t ORDER BY t)
                FROM generate_series(1, 6000) n
                """);
            await load.StageAsync("graph_nodes", "id, file_id, engine, kind, qualified_name, line",
                $"SELECT n, 1 + n % {Files}, 'e', 'function', {Name(i, "n")}, n FROM generate_series(1, 6000) n");
            await load.StageAsync("definitions", "file_id, fragment_id, kind, name, arity, qualified_name, line, col",
                $"""
                SELECT 1 + n % {Files}, n, 'def', 'fun_' || n % 400, 1, {Name(i, "n")}, n, 1 FROM generate_series(1, 6000) n
                """);
            await load.StageAsync("symbol_references", "file_id, kind, name, arity, qualified_name, line, col",
                $"""
                SELECT 1 + n % {Files}, 'call', 'fun_' || n % 400, 1, {Name(i, "n * 7 % 6000")}, n, 1
                FROM generate_series(1, 9000) n
                """);
            await load.StageAsync("comments", "file_id, text, line, col",
                $"SELECT 1 + n % {Files}, 'about ' || CASE n WHEN 9 THEN 'a needle' ELSE '' END || n, n, 1 FROM generate_series(1, 3000) n");
            await load.StageAsync("call_edges",
                "file_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
                $"""
                SELECT 1 + n % {Files}, 1 + n % 6000, 1 + n * 7 % 6000, {Name(i, "(1 + n % 6000)")}, {Name(i, "(1 + n * 7 % 6000)")}, n
                FROM generate_series(1, 9000) n
                """);
            await load.FinalizeAsync("partition_threshold => 0");
        }
        await Db.ExecuteAsync("CALL exograph.add_text_indexes(); CALL exograph.add_similarity_index()");
        // What workers read is not counted here.
        await Db.ExecuteAsync("VACUUM ANALYZE");
        await Db.ExecuteAsync("SET max_parallel_workers_per_gather = 0");

        static string Name(int load, string number) => $"format('App{load}.M%s.fun_%s/1', {number} % 60, {number} % 400)";
    }
}

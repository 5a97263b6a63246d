using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Readme;
using Xunit;

namespace Exograph.ServerSide.Tests.Sharding;

/// <summary>What a coordinator reads of its shards.</summary>
public sealed partial class ShardReadingTests(ReadShards shards) : IClassFixture<ReadShards>, IAsyncLifetime
{
    private const string OddName = """it's "odd" \ 100%%""";

    private static readonly string[] s_views =
    [
        "call_edges", "comments", "definitions", "file_paths", "files", "fragment_terms", "fragments", "graph_nodes", "package_versions",
        "packages", "symbol_references",
    ];

    /// <summary>Questions of a cluster that one index answers, with the columns that both tell.</summary>
    private static readonly (string Call, string Columns)[] s_asOfOneIndex =
    [
        ("definitions('App2.M3.fun4/1')", Symbols), ("definitions('fun4')", Symbols), ("definitions('M3.fun4/1', version => '1.1')", Symbols),
        ("definitions('App2.%', 'package 2', '1.0', 'hex', 'def')", Symbols), ("definitions('scratch')", Symbols),
        ($"definitions({Quoted(OddName)}, {Quoted(ReadShards.Odd)})", Symbols),
        ("references_to('App3.M1.fun2/1')", Symbols), ("references_to('M1.fun2')", Symbols), ("references_to('Lib.get/2', 'package 5')", Symbols),
        ("references_to('Lib.%')", Symbols), ($"references_to('App5.%', {Quoted(ReadShards.Odd)}, kind => 'call')", Symbols),
        ("callers('Lib.get/2')", Calls), ("callers('App1.M2.fun1/1', 4)", Calls), ("callers('M2.fun1', NULL)", Calls),
        ($"callers('App1.M1.' || {Quoted(OddName)} || '/1', 2)", Calls), ("callers('App1.%', 2)", Calls),
        ("fragments_with('{def}')", Fragments), ("fragments_with(ARRAY['def', 'it''s {odd}, \"term\" \\'])", Fragments),
        ("fragments_with('{rare,call:get}', kind => 'def')", Fragments), ($"fragments_with('{{rare}}', {Quoted(ReadShards.Odd)}, '1.1')", Fragments),
    ];

    /// <summary>Questions that need a row of all shards to be answered, with the query of one index.</summary>
    private static readonly (string Call, string Query)[] s_together =
    [
        ("SELECT callee, calls, callers FROM exograph_all.most_called(3)",
            "SELECT callee_qualified_name, count(*), count(DISTINCT caller_node_id) FROM exograph.call_edges GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3"),
        ("SELECT callee, calls, callers FROM exograph_all.most_called(NULL)",
            "SELECT callee_qualified_name, count(*), count(DISTINCT caller_node_id) FROM exograph.call_edges GROUP BY 1 ORDER BY 2 DESC, 1"),
        ($"SELECT callee, calls, callers FROM exograph_all.most_called(40, 'App%', {Quoted(ReadShards.Odd)}, 'hex')",
            """
            SELECT callee_qualified_name, count(*), count(DISTINCT caller_node_id) FROM exograph.call_edges
            WHERE callee_qualified_name LIKE 'App%' AND package_id = (SELECT id FROM exograph.packages WHERE name LIKE '%odd%')
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 40
            """),
        ("SELECT mass, copies, exact_hash::text FROM exograph_all.largest_copies(12)", Copies + " LIMIT 12"),
        ("SELECT mass, copies, exact_hash::text FROM exograph_all.largest_copies(NULL, 57)", "SELECT * FROM (" + Copies + ") c WHERE mass >= 57"),
        ("SELECT package, version, path, line, end_line, kind, name FROM exograph_all.largest_copies(1)",
            "SELECT 'package 1', '1.0', 'lib/7.ex', 20, 25, 'def', 'fun2'"),
        ("SELECT level, caller, callee, package FROM exograph_all.callers('fun3', 2, 7)",
            "SELECT level, caller, callee, package FROM exograph_all.callers('fun3', 2) LIMIT 7"),
        ("SELECT qualified_name, package, version FROM exograph_all.definitions('fun3', page => 7)",
            "SELECT qualified_name, package, version FROM exograph_find.definitions('fun3') ORDER BY 1, 2, 3, path LIMIT 7"),
        ("SELECT package, version, path, line FROM exograph_all.fragments_with('{def}', page => 7)",
            "SELECT package, version, path, line FROM exograph_find.fragments_with('{def}') ORDER BY 1, 2, 3, 4 LIMIT 7"),
    ];

    private const string Symbols = "ecosystem, package, version, path, line, col, kind, qualified_name, arity";
    private const string Calls = "level, ecosystem, package, version, path, line, col, caller, callee, metadata";
    private const string Fragments = "ecosystem, package, version, path, line, end_line, kind, module, name, arity, mass";

    private const string Copies = """
        SELECT max(mass) AS mass, count(*), exact_hash::text FROM exograph.fragments GROUP BY exact_hash HAVING count(*) > 1
        ORDER BY 1 DESC, 2 DESC, 3
        """;

    private Session _db = null!;
    private Session _whole = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(shards.Missing is not null, shards.Missing ?? "");
        _db = await shards.OpenAsync("coordinator");
        _whole = await shards.OpenAsync("whole");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (shards.Missing is null)
        {
            await _db.DisposeAsync();
            await _whole.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_view_shows_the_rows_of_one_index_also_where_three_shards_have_them()
    {
        await using var coordinator = await shards.OpenAsync("whole_coordinator");
        foreach (var view in s_views)
        {
            var rows = $"SELECT (to_jsonb(v) - 'shard')::text FROM exograph_all.{view} v ORDER BY 1";
            var of = await coordinator.RowsAsync(rows);

            Assert.Equal(await _whole.CountAsync($"exograph.{view}"), of.Length);
            Assert.Equal(of, await _db.RowsAsync(rows));
            Assert.Equal(of, await _whole.RowsAsync(rows.Replace("_all", "_shard", StringComparison.Ordinal)));
        }
        Assert.Equal(["1", "2", "3"], await _db.RowsAsync("SELECT DISTINCT shard FROM exograph_all.files ORDER BY 1"));
    }

    [Fact]
    public async Task A_question_has_the_answers_that_one_index_gives()
    {
        foreach (var (call, columns) in s_asOfOneIndex)
        {
            var expected = await _whole.RowsAsync($"SELECT {columns} FROM exograph_find.{call} ORDER BY {columns}");

            var actual = await _db.RowsAsync($"SELECT {columns} FROM exograph_all.{call} ORDER BY {columns}");
            Assert.True(expected.Length > 0, call);
            Assert.Equal(expected.Prepend(call), actual.Prepend(call));
        }
    }

    [Fact]
    public async Task What_must_be_summed_up_is_summed_up_over_all_shards()
    {
        foreach (var (call, query) in s_together)
        {
            var expected = await (query.Contains("exograph_all", StringComparison.Ordinal) ? _db : _whole).RowsAsync(query);

            var actual = await _db.RowsAsync(call);
            Assert.True(expected.Length > 0, call);
            Assert.Equal(expected.Prepend(call), actual.Prepend(call));
        }
    }

    [Theory]
    [InlineData("SELECT * FROM exograph_all.definitions WHERE qualified_name = 'App2.M3.fun4/1'", "qualified_name = 'App2.M3.fun4/1'")]
    [InlineData("SELECT * FROM exograph_all.symbol_references WHERE qualified_name LIKE 'App2.%' ORDER BY path, line", "~~ 'App2.%'")]
    [InlineData("SELECT * FROM exograph_all.call_edges WHERE callee_qualified_name = ANY (ARRAY(SELECT 'a' || n FROM generate_series(1, 20) n))", "= ANY (")]
    [InlineData("SELECT * FROM exograph_all.files WHERE package = 'package 2' AND version = '1.0' AND path LIKE 'lib/%'", "path ~~ 'lib/%'")]
    [InlineData("SELECT * FROM exograph_all.fragment_terms WHERE term = 'rare'", "term = 'rare'")]
    [InlineData("SELECT sum(n) FROM (SELECT shard, count(*) AS n FROM exograph_all.definitions GROUP BY shard) s", "GROUP BY 1")]
    [InlineData("SELECT sum(n) FROM (SELECT shard, count(*) AS n FROM exograph_all.definitions WHERE name = 'fun4' GROUP BY shard) s", "GROUP BY 1")]
    [InlineData("SELECT package, sum(n) FROM (SELECT shard, package, count(*) AS n FROM exograph_all.call_edges WHERE callee_qualified_name LIKE 'Lib.%' GROUP BY shard, package) s GROUP BY package ORDER BY 2 DESC LIMIT 5", "GROUP BY 1, 2")]
    [InlineData("SELECT shard, qualified_name, count(*) FROM exograph_all.symbol_references GROUP BY 1, 2 HAVING count(*) > 100", "HAVING ((count(*) > 100))")]
    public async Task A_query_of_all_shards_is_one_scan_of_each_and_all_at_once(string query, string sent)
    {
        await _db.ExecuteAsync("SET enable_partitionwise_aggregate = on");

        var plan = await _db.RowsAsync("EXPLAIN (VERBOSE, COSTS OFF) " + query);

        Assert.Equal(3, plan.Count(line => line.Contains("Foreign Scan", StringComparison.Ordinal)));
        Assert.Equal(3, plan.Count(line => line.Contains("Async Foreign Scan", StringComparison.Ordinal)));
        Assert.Equal(3, plan.Count(line => line.Contains("Remote SQL", StringComparison.Ordinal) && line.Contains(sent, StringComparison.Ordinal)));
        Assert.DoesNotContain(plan, line => line.Contains("Filter:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_queries_of_the_page_are_one_scan_of_each_shard_and_all_at_once()
    {
        await _db.ExecuteAsync("SET enable_partitionwise_aggregate = on");
        var queries = Pages.BlocksOf(Pages.Cluster).Where(b => b.Language == "sql").SelectMany(b => b.Lines)
            .Where(line => QueryOfView().IsMatch(line))
            .ToList();

        Assert.Equal(3, queries.Count);
        foreach (var query in queries)
        {
            var plan = await _db.RowsAsync("EXPLAIN (VERBOSE, COSTS OFF) " + query);

            Assert.Equal(3, plan.Count(line => line.Contains("Async Foreign Scan", StringComparison.Ordinal)));
            Assert.Equal(query.Contains("count(*)", StringComparison.Ordinal) ? 3 : 0,
                plan.Count(line => line.Contains("Remote SQL", StringComparison.Ordinal) && line.Contains("count(*)", StringComparison.Ordinal)));
            Assert.DoesNotContain(plan, line => line.Contains("Filter:", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("SELECT * FROM exograph_all.definitions WHERE shard = 2 AND package = 'package 1' AND version = '1.0'", "version = '1.0'")]
    [InlineData("SELECT shard, package, count(*) FROM exograph_all.definitions WHERE shard = 2 AND name = 'fun4' GROUP BY shard, package", "count(*)")]
    [InlineData("SELECT * FROM exograph_all.files WHERE shard = ANY ('{2}') AND path = 'lib/1.ex'", "path = 'lib/1.ex'")]
    public async Task A_query_that_says_its_shard_asks_no_other(string query, string sent)
    {
        await _db.ExecuteAsync("SET enable_partitionwise_aggregate = on");

        var plan = await _db.RowsAsync("EXPLAIN (VERBOSE, COSTS OFF) " + query);

        var remote = Assert.Single(plan, line => line.Contains("Remote SQL", StringComparison.Ordinal));
        Assert.Contains(sent, remote, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shard_finds_facts_by_name_path_or_package_without_reading_a_partition_from_its_beginning_to_its_end()
    {
        // So few rows are read as fast without an index: what is left is what has none.
        await _whole.ExecuteAsync("SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0");
        var offenders = new List<string>();

        foreach (var (views, condition) in new[]
        {
            ("definitions symbol_references graph_nodes", "qualified_name = 'App2.M3.fun4/1'"),
            ("definitions symbol_references graph_nodes", "qualified_name LIKE 'App2.M3.%'"), ("definitions", "name = 'fun4'"),
            ("call_edges", "callee_qualified_name = 'App2.M3.fun4/1'"), ("fragment_terms", "term = 'rare'"),
            ("fragments", "exact_hash = 'x'"),
            ("comments definitions symbol_references graph_nodes call_edges fragments files file_paths", "path = 'lib/3.ex'"),
            ("comments definitions symbol_references graph_nodes call_edges fragments files file_paths", "ecosystem = 'hex' AND package = 'package 2'"),
            ("comments definitions symbol_references graph_nodes call_edges fragments files file_paths package_versions",
                "ecosystem = 'hex' AND package = 'package 2' AND version = '1.0'"),
        })
        {
            foreach (var view in views.Split(' '))
            {
                await _whole.ExecuteAsync($"BEGIN; SELECT * FROM exograph_shard.{view} WHERE shard = 1 AND {condition}");
                offenders.AddRange((await _whole.RowsAsync(
                    "SELECT relname FROM pg_stat_xact_user_tables WHERE schemaname = 'exograph' AND seq_tup_read > 0")).Select(t => $"{view} by {condition}: {t}"));
                await _whole.ExecuteAsync("ROLLBACK");
            }
        }

        Assert.Empty(offenders);
    }

    [Fact]
    public async Task The_number_of_a_shard_is_a_literal_in_its_views()
    {
        await _whole.ExecuteAsync("BEGIN; UPDATE exograph_shard.number SET number = 7; SET LOCAL ROLE exograph_owner; CALL exograph_private.name_shard()");

        Assert.Equal(["7"], await _whole.RowsAsync("SELECT DISTINCT shard FROM exograph_shard.definitions"));
        Assert.Contains("  One-Time Filter: false", await _whole.RowsAsync("EXPLAIN SELECT * FROM exograph_shard.files WHERE shard = 1"));
        await _whole.ExecuteAsync("ROLLBACK");
        Assert.Equal(["1"], await _whole.RowsAsync("SELECT DISTINCT shard FROM exograph_shard.definitions"));
    }

    [Fact]
    public async Task A_reader_reads_the_views_and_asks_and_comes_to_no_connection()
    {
        await using var reader = await shards.OpenAsReaderAsync("coordinator");
        foreach (var view in s_views)
            Assert.NotEqual(0, await reader.CountAsync($"exograph_all.{view}"));
        foreach (var (call, _) in s_asOfOneIndex)
            Assert.NotEqual(0, await reader.CountAsync($"exograph_all.{call}"));
        foreach (var (call, _) in s_together)
            Assert.NotEmpty(await reader.RowsAsync(call));

        foreach (var statement in new[]
        {
            "SELECT * FROM exograph_all.definitions_of_shards", "SELECT * FROM exograph_all.definitions_2",
            "SELECT exograph_dblink.dblink_connect('exograph_shard_2')", "SELECT exograph_dblink.dblink_get_connections()",
            "SELECT * FROM exograph_private.ask_shards('{2}', 'SELECT 1')", "SELECT exograph_cluster.attach_tables(2)",
            "SELECT exograph_cluster.detach_tables(2)", "CREATE USER MAPPING FOR asks SERVER exograph_shard_2",
            "CREATE FOREIGN TABLE pg_temp.mine (shard integer) SERVER exograph_shard_2", "DELETE FROM exograph_all.definitions",
            "SELECT umoptions FROM pg_user_mapping",
        })
        {
            await reader.FailsAsync("42501", statement);
        }
        Assert.Empty(await reader.RowsAsync("SELECT usename FROM pg_user_mappings WHERE umoptions IS NOT NULL"));
    }

    [Fact]
    public async Task Connections_of_questions_are_closed_again_also_after_an_error_and_when_cancelled()
    {
        await _db.RowsAsync("SELECT * FROM exograph_all.most_called()");
        Assert.Equal(["t"], await ConnectionlessAsync());

        var refused = await _db.FailsAsync("XG008", "SELECT * FROM exograph_all.fragments_with('{}')");
        Assert.Equal("shard 1 (the shard 1): terms => '{}' is not allowed", refused.MessageText);
        Assert.Equal(["t"], await ConnectionlessAsync());

        await using var shard = await shards.OpenAsync("shard_2");
        await shard.ExecuteAsync("BEGIN; LOCK exograph.call_edges IN ACCESS EXCLUSIVE MODE");
        await _db.ExecuteAsync("SET statement_timeout = '200ms'");
        await _db.FailsAsync("57014", "SELECT * FROM exograph_all.most_called()");
        await _db.ExecuteAsync("RESET statement_timeout");
        Assert.Equal(["t"], await ConnectionlessAsync());

        Task<string[]> ConnectionlessAsync() => _db.RowsAsync("SELECT CASE WHEN exograph_dblink.dblink_get_connections() IS NULL THEN 't' END");
    }

    [Theory]
    [InlineData("definitions", "exograph_shard_2")]
    [InlineData("packages", "exograph_shard_2")]
    [InlineData("definitions('fun4')", "exograph_shard_2")]
    [InlineData("callers('Lib.get/2', 2)", "exograph_shard_2")]
    [InlineData("most_called()", "shard 2 (the shard 2)")]
    [InlineData("largest_copies()", "shard 2 (the shard 2)")]
    [InlineData("fragments_with('{def}')", "shard 2 (the shard 2)")]
    public async Task A_shard_that_is_down_is_named_and_its_password_is_not(string what, string named)
    {
        await _db.ExecuteAsync("BEGIN; ALTER SERVER exograph_shard_2 OPTIONS (SET port '1')");

        var error = await _db.FailsAsync("08001", $"SELECT * FROM exograph_all.{what}");

        Assert.Contains(named, error.MessageText, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        await _db.ExecuteAsync("ROLLBACK");
        Assert.NotEmpty(await _db.RowsAsync($"SELECT * FROM exograph_all.{what}"));
    }

    [Fact]
    public async Task A_question_about_a_package_asks_the_shard_that_has_it_and_no_other()
    {
        await _db.ExecuteAsync("BEGIN; ALTER SERVER exograph_shard_1 OPTIONS (SET port '1'); ALTER SERVER exograph_shard_3 OPTIONS (SET port '1')");

        foreach (var call in new[] { "definitions('App1.M2.fun4/1', 'package 1')", "fragments_with('{rare}', 'package 1')", "most_called(2, package => 'package 1')" })
            Assert.NotEmpty(await _db.RowsAsync($"SELECT * FROM exograph_all.{call}"));
        await _db.FailsAsync("08001", "SELECT * FROM exograph_all.definitions('App1.M2.fun4/1', 'no such package')");
    }

    [Fact]
    public async Task A_detached_shard_is_not_read_until_it_is_attached_again()
    {
        await _db.ExecuteAsync("BEGIN; UPDATE exograph_cluster.shards SET state = 'detached' WHERE number = 2; SELECT exograph_cluster.detach_tables(2)");

        foreach (var view in s_views)
            Assert.Equal(["1", "3"], await _db.RowsAsync($"SELECT DISTINCT shard FROM exograph_all.{view} ORDER BY 1"));
        Assert.Equal(["1", "3"], await _db.RowsAsync("SELECT DISTINCT shard FROM exograph_all.fragments_with('{def}') ORDER BY 1"));
        Assert.Equal(["Lib.get/2|256"], await _db.RowsAsync("SELECT callee, calls FROM exograph_all.most_called(1)"));
        await _db.ExecuteAsync("SELECT exograph_cluster.detach_tables(2); SAVEPOINT before");
        var error = await _db.FailsAsync("55000", "SELECT * FROM exograph_all.definitions('fun4', 'package 1')");
        Assert.Equal("package 'package 1' is on shard 2, which is detached", error.MessageText);

        await _db.ExecuteAsync("ROLLBACK TO before; UPDATE exograph_cluster.shards SET state = 'attached'; SELECT exograph_cluster.attach_tables(2)");
        Assert.Equal(["1", "2", "3"], await _db.RowsAsync("SELECT DISTINCT shard FROM exograph_all.definitions('fun4') ORDER BY 1"));
        await _db.ExecuteAsync("SELECT exograph_cluster.attach_tables(2)");
    }

    [Fact]
    public async Task An_index_that_coordinates_nothing_has_no_rows_and_needs_no_extension()
    {
        foreach (var what in s_views.Concat(s_asOfOneIndex.Select(c => c.Call)).Append("most_called()").Append("largest_copies()"))
            Assert.Empty(await _whole.RowsAsync($"SELECT * FROM exograph_all.{what}"));
        Assert.Equal(0, await _whole.CountAsync("pg_extension WHERE extname IN ('dblink', 'postgres_fdw')"));
    }

    private static string Quoted(string text) => Sql.Literal(text);

    [GeneratedRegex(@"FROM exograph_all\.\w+\b(?!\()")]
    private static partial Regex QueryOfView();
}

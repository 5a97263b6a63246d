using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Facts are sets: the index is the union of everything loaded.</summary>
public sealed class FactTests : LoadingTest
{
    private const string DefinitionColumns = "file_id, fragment_id, kind, module, name, arity, qualified_name, line, col";

    [Fact]
    public async Task A_later_load_adds_facts_to_files_that_stand()
    {
        var first = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(first);
        await first.StageAsync("definitions", "file_id, kind, name, qualified_name, line", "(1, 'def', 'a', 'A.a/0', 1)");
        await first.FinalizeAsync();

        var second = await Sample.BeginAsync(Db);
        await second.FinalizeAsync();

        Assert.Equal(new Outcome(1) { Inserted = 1 }, await second.OutcomeAsync("call_edges"));
        Assert.Equal(new Outcome(2) { Existing = 2 }, await second.OutcomeAsync("files"));
        Assert.Equal(["A.a/0|B.b/0|lib/a.ex"], await Db.RowsAsync(
            """
            SELECT a.qualified_name, b.qualified_name, f.path
            FROM exograph.call_edges e
            JOIN exograph.graph_nodes a ON a.id = e.caller_node_id
            JOIN exograph.graph_nodes b ON b.id = e.callee_node_id
            JOIN exograph.files f ON f.id = e.file_id
            """));
        // Another column: another fact.
        Assert.Equal(["1|null", "1|3", "1|3"],
            await Db.RowsAsync("SELECT line, col FROM exograph.definitions ORDER BY col NULLS FIRST"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1_000)]
    [InlineData(1_000, 0)]
    [InlineData(1_000, 1_000)]
    public async Task The_same_fact_by_a_later_load_is_existing_wherever_it_stands(long firstThreshold, long secondThreshold)
    {
        var first = await WithNullsAsync($"partition_threshold => {firstThreshold}");
        await first.FinalizeAsync();
        var before = await Db.IndexAsync();

        var second = await WithNullsAsync($"partition_threshold => {secondThreshold}");
        await second.FinalizeAsync();

        Assert.Equal(before, await Db.IndexAsync());
        foreach (var fact in Sample.Facts)
        {
            var staged = (await first.OutcomeAsync(fact)).Staged;
            Assert.Equal(new Outcome(staged) { Inserted = staged }, await first.OutcomeAsync(fact));
            Assert.Equal(new Outcome(staged) { Existing = staged }, await second.OutcomeAsync(fact));
        }
        Assert.Equal(["empty"],
            await Db.RowsAsync($"SELECT DISTINCT path FROM exograph.load_report WHERE load_id = {second.Id}"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1_000)]
    [InlineData(1_000, 0)]
    [InlineData(1_000, 1_000)]
    public async Task A_fact_that_differs_from_the_one_that_stands_is_existing_and_conflicting(
        long firstThreshold, long secondThreshold)
    {
        // Ids are not the numbers that are compared.
        await Db.ExecuteAsync(
            "SELECT setval('exograph.files_id_seq', 10), setval('exograph.fragments_id_seq', 20), setval('exograph.packages_id_seq', 30)");
        await (await WithPayloadsAsync($"partition_threshold => {firstThreshold}")).FinalizeAsync();
        var before = await Db.IndexAsync();

        // A line is a column of the payload, or a value that only looks different.
        var load = await WithPayloadsAsync($"partition_threshold => {secondThreshold}");
        foreach (var table in new[] { "definitions", "symbol_references" })
        {
            await Db.ExecuteAsync(
                $"""
                UPDATE {load.Staged(table)}
                SET fragment_id = CASE line WHEN 1 THEN 2 WHEN 2 THEN NULL ELSE fragment_id END,
                    module = CASE line WHEN 3 THEN NULL ELSE module END,
                    name = CASE line WHEN 4 THEN '' ELSE name END,
                    arity = CASE line WHEN 5 THEN 0 ELSE arity END
                """);
        }
        await Db.ExecuteAsync(
            $$"""
            UPDATE {{load.Staged("comments")}} SET fragment_id = CASE line WHEN 1 THEN 2 ELSE NULL END WHERE line < 3;
            UPDATE {{load.Staged("call_edges")}}
            SET package_version_id = CASE line WHEN 1 THEN 2 ELSE package_version_id END,
                file_id = CASE line WHEN 2 THEN 1 ELSE file_id END,
                call_site_fragment_id = CASE line WHEN 3 THEN 2 ELSE call_site_fragment_id END,
                caller_qualified_name = CASE line WHEN 4 THEN '' ELSE caller_qualified_name END,
                callee_qualified_name = CASE line WHEN 5 THEN '' ELSE callee_qualified_name END,
                metadata = CASE line WHEN 6 THEN NULL WHEN 7 THEN '{"y": null, "x": 1.0}' ELSE metadata END
            """);
        await load.FinalizeAsync();

        Assert.Equal(before, await Db.IndexAsync());
        Assert.Equal(new Outcome(8) { Existing = 8, Conflicting = 2 }, await load.OutcomeAsync("comments"));
        Assert.Equal(new Outcome(8) { Existing = 8, Conflicting = 5 }, await load.OutcomeAsync("definitions"));
        Assert.Equal(new Outcome(8) { Existing = 8, Conflicting = 5 }, await load.OutcomeAsync("symbol_references"));
        Assert.Equal(new Outcome(8) { Existing = 8, Conflicting = 6 }, await load.OutcomeAsync("call_edges"));
        Assert.Equal(new Outcome(3) { Existing = 3 }, await load.OutcomeAsync("fragment_terms"));
    }

    [Fact]
    public async Task Every_fact_that_differs_is_counted_where_it_comes_twice_and_beside_those_that_collapse()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(load);
        await load.StageAsync("definitions", DefinitionColumns,
            """
            (1, 1, 'def', 'M', 'a', NULL, 'A.a/0', 1, 3), (1, 1, 'def', 'M', 'a', NULL, 'A.a/0', 1, 3),
            (1, 1, 'def', NULL, 'a', NULL, 'A.a/0', 1, 3),
            (1, 1, 'def', 'M', 'a', NULL, 'new', 1, 3), (1, 1, 'def', 'M', 'b', NULL, 'new', 1, 3)
            """);

        await load.FinalizeAsync();

        Assert.Equal(new Outcome(5) { Inserted = 1, Existing = 3, Collapsed = 1, Conflicting = 3 },
            await load.OutcomeAsync("definitions"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    public async Task Facts_staged_twice_collapse_and_the_lowest_of_the_rest_wins(long threshold)
    {
        var load = await Load.BeginAsync(Db, $"partition_threshold => {threshold}");
        await Sample.StageDimensionsAsync(load);
        await load.StageAsync("definitions", DefinitionColumns,
            """
            (1, 2, 'def', 'M', 'z', 1, 'q', 1, 1), (1, 1, 'def', 'Z', 'z', 9, 'q', 1, 1), (1, 1, 'def', 'M', 'a', 2, 'q', 1, 1),
            (1, 1, 'def', 'M', 'a', 1, 'q', 1, 1), (1, 1, 'def', 'M', 'a', 1, 'q', 1, 1),
            (1, NULL, 'def', 'A', 'a', 0, 'q', 1, 1),
            (2, NULL, 'def', NULL, 'b', NULL, 'q', NULL, NULL), (2, NULL, 'def', NULL, 'b', NULL, 'q', NULL, NULL)
            """);
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 1), (1, 1), (1, 1), (1, 2)");

        await load.FinalizeAsync();

        Assert.Equal(["lib/a.ex|M|a|1", "lib/b.ex|null|b|null"], await Db.RowsAsync(
            """
            SELECT f.path, d.module, d.name, d.arity
            FROM exograph.definitions d JOIN exograph.files f ON f.id = d.file_id ORDER BY 1
            """));
        Assert.Equal(new Outcome(8) { Inserted = 2, Collapsed = 6, Conflicting = 4 }, await load.OutcomeAsync("definitions"));
        Assert.Equal(new Outcome(4) { Inserted = 2, Collapsed = 2 }, await load.OutcomeAsync("fragment_terms"));
    }

    [Fact]
    public async Task The_order_in_which_facts_were_staged_does_not_matter()
    {
        const string Rows = "SELECT 1, 1 + n % 2, 'def', 'M' || n % 3, 'n', n % 5, 'q' || n / 10, 1, NULL "
            + "FROM generate_series(0, 99) n ORDER BY n";
        var results = new List<string[]>();
        foreach (var (version, order) in new[] { ("1", ""), ("2", " DESC") })
        {
            var load = await Load.BeginAsync(Db);
            await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'p')");
            await load.StageAsync("package_versions", "id, package_id, version", $"(1, 1, '{version}')");
            await load.StageAsync("files", "id, package_version_id, path, source, sha256", "(1, 1, 'a', 'a', sha256('a'))");
            await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass",
                @"(1, 1, '\x', 'def', 1, 1), (2, 1, '\x', 'def', 2, 1)");
            await load.StageAsync("definitions", DefinitionColumns, Rows + order);
            await load.FinalizeAsync();
            Assert.Equal(new Outcome(100) { Inserted = 10, Collapsed = 90, Conflicting = 90 },
                await load.OutcomeAsync("definitions"));
            results.Add(await Db.RowsAsync(
                $"""
                SELECT g.line, d.module, d.name, d.arity, d.qualified_name
                FROM exograph.definitions d JOIN exograph.fragments g ON g.id = d.fragment_id
                WHERE d.load_id = -{load.Id} ORDER BY d.qualified_name
                """));
        }
        Assert.Equal(10, results[0].Length);
        Assert.Equal(results[0], results[1]);
    }

    [Fact]
    public async Task Missing_lines_are_equal_to_each_other_and_to_nothing_else()
    {
        var load = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(load);
        const string Places =
            "(NULL::integer, NULL::integer), (NULL, NULL), (NULL, 0), (0, NULL), (0, 0), (-1, NULL), (NULL, NULL)";
        await load.StageAsync("comments", "file_id, text, line, col", $"SELECT 1, 'why', * FROM (VALUES {Places}) v");
        foreach (var table in new[] { "definitions", "symbol_references" })
            await load.StageAsync(table, "file_id, kind, name, qualified_name, line, col",
                $"SELECT 1, 'k', 'n', 'q', * FROM (VALUES {Places}) v");
        await load.StageAsync("call_edges",
            "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line, col",
            $"SELECT 1, 2, 'A.a/0', 'B.b/0', * FROM (VALUES {Places}) v");

        await load.FinalizeAsync();

        foreach (var table in new[] { "comments", "definitions", "symbol_references", "call_edges" })
        {
            Assert.Equal(new Outcome(7) { Inserted = 5, Collapsed = 2 }, await load.OutcomeAsync(table));
            Assert.Equal(["-1|null", "0|0", "0|null", "null|0", "null|null"],
                await Db.RowsAsync($"SELECT line, col FROM exograph.{table} ORDER BY line, col"));
        }
    }

    [Fact]
    public async Task A_missing_line_that_stands_is_not_taken_for_another()
    {
        foreach (var (line, col) in new[] { ("NULL", "NULL"), ("0", "NULL"), ("NULL", "0"), ("0", "0") })
        {
            var load = await Load.BeginAsync(Db);
            await Sample.StageDimensionsAsync(load);
            await load.StageAsync("comments", "file_id, text, line, col", $"(1, 'why', {line}, {col})");
            await load.StageAsync("call_edges",
                "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line, col",
                $"(1, 2, 'A.a/0', 'B.b/0', {line}, {col})");
            await load.FinalizeAsync();

            Assert.Equal(new Outcome(1) { Inserted = 1 }, await load.OutcomeAsync("comments"));
            Assert.Equal(new Outcome(1) { Inserted = 1 }, await load.OutcomeAsync("call_edges"));
        }
    }

    [Fact]
    public async Task Every_staged_fact_is_accounted_for_once()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Sample.BeginAsync(Db, "on_reject => 'skip'");
        // Beside the two that stand: one of them again, without its fragment, a new one three times, and one that refers to nothing.
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name, line, col",
            """
            (1, 'def', 'a', 'A.a/0', 1, 3), (1, 'def', 'n', 'N', 1, 1), (1, 'def', 'n', 'N', 1, 1), (1, 'def', 'x', 'N', 1, 1),
            (99, 'def', 'n', 'N', 1, 1)
            """);
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(2, 1), (2, 1), (1, 1), (2, 99)");

        await load.FinalizeAsync();

        Assert.Equal(new Outcome(7) { Inserted = 1, Existing = 3, Collapsed = 2, Rejected = 1, Conflicting = 2 },
            await load.OutcomeAsync("definitions"));
        Assert.Equal(new Outcome(7) { Inserted = 1, Existing = 4, Collapsed = 1, Rejected = 1 },
            await load.OutcomeAsync("fragment_terms"));
    }

    [Fact]
    public async Task An_edge_may_lead_from_a_new_node_to_one_that_stands()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("graph_nodes", "id, file_id, engine, kind, qualified_name, line",
            "(3, 2, 'static', 'function', 'B.c/0', 9)");
        await load.StageAsync("call_edges", "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name",
            "(3, 1, 'B.c/0', 'A.a/0'), (1, 3, 'A.a/0', 'B.c/0'), (1, 2, 'A.a/0', 'B.b/0')");

        await load.FinalizeAsync();

        Assert.Equal(new Outcome(4) { Inserted = 3, Existing = 1 }, await load.OutcomeAsync("call_edges"));
        Assert.Equal(["A.a/0|B.b/0|2", "A.a/0|B.b/0|null", "A.a/0|B.c/0|null", "B.c/0|A.a/0|null"], await Db.RowsAsync(
            """
            SELECT a.qualified_name, b.qualified_name, e.line
            FROM exograph.call_edges e
            JOIN exograph.graph_nodes a ON a.id = e.caller_node_id
            JOIN exograph.graph_nodes b ON b.id = e.callee_node_id
            ORDER BY 1, 2, 3
            """));
    }

    /// <summary>The sample's dimensions, and facts in lines 1 to 8 that have all of their payload.</summary>
    private async Task<Load> WithPayloadsAsync(string options)
    {
        var load = await Load.BeginAsync(Db, options);
        await Sample.StageDimensionsAsync(load);
        const string Lines = "FROM generate_series(1, 8) n";
        await load.StageAsync("comments", "file_id, fragment_id, text, line", $"SELECT 1, 1, 'why', n {Lines}");
        foreach (var table in new[] { "definitions", "symbol_references" })
            await load.StageAsync(table, DefinitionColumns, $"SELECT 1, 1, 'k', 'M', 'n', 1, 'q', n, NULL {Lines}");
        await load.StageAsync("call_edges",
            "package_version_id, call_site_fragment_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, "
            + "line, metadata",
            $$"""SELECT 1, 1, 1, 2, 'A.a/0', 'B.b/0', n, '{"x": 1, "y": null}' {{Lines}}""");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 1), (1, 2), (2, 2)");
        return load;
    }

    /// <summary>The sample, and facts whose line or column is missing.</summary>
    private async Task<Load> WithNullsAsync(string options)
    {
        var load = await Sample.BeginAsync(Db, options);
        await load.StageAsync("comments", "file_id, text", "(1, 'nowhere'), (2, '')");
        foreach (var table in new[] { "definitions", "symbol_references" })
        {
            await load.StageAsync(table, "file_id, kind, name, qualified_name, line, col",
                """
                (1, 'k', 'n', 'q', NULL, NULL), (1, 'k', 'n', 'q', 1, NULL), (1, 'k', 'n', 'q', NULL, 1),
                (1, 'k', 'n', 'q', 0, 0)
                """);
        }
        await load.StageAsync("call_edges",
            "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line, col",
            "(1, 2, 'A.a/0', 'B.b/0', NULL, NULL), (1, 2, 'A.a/0', 'B.b/0', 0, NULL), (1, 1, 'A.a/0', 'A.a/0', NULL, 5)");
        return load;
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>What becomes of a load with rows that break a rule.</summary>
public sealed class RejectTests : LoadingTest
{
    private static readonly string[] s_expected =
    [
        "packages|name is missing",
        "package_versions|package_id is no number of a valid row in staged_packages",
        "files|package_version_id is no number of a valid row in staged_package_versions",
        "fragments|file_id is no number of a valid row in staged_files",
        "graph_nodes|file_id is no number of a valid row in staged_files",
        "graph_nodes|fragment_id is no number of a valid row in staged_fragments",
        "comments|fragment_id is no number of a valid row in staged_fragments",
        "definitions|file_id is no number of a valid row in staged_files",
        "symbol_references|package_version_id is no number of a valid row in staged_package_versions",
        "call_edges|callee_node_id is no number of a valid row in staged_graph_nodes",
        "fragment_terms|fragment_id is no number of a valid row in staged_fragments",
    ];

    [Fact]
    public async Task What_depends_on_a_rejected_row_is_rejected_with_it()
    {
        var load = await WithRejectsAsync();

        Assert.Equal(s_expected, await load.CheckAsync());
    }

    [Fact]
    public async Task Checking_changes_nothing_and_can_be_repeated()
    {
        var load = await WithRejectsAsync();
        var staged = await StagedAsync(load);

        var first = await Db.RowsAsync($"SELECT * FROM exograph.check_load({load.Id})");
        var second = await Db.RowsAsync("SELECT * FROM exograph.check_load()");

        Assert.Equal(s_expected.Length, first.Length);
        Assert.Equal(first, second);
        Assert.Equal(staged, await StagedAsync(load));
        Assert.Empty(await Db.IndexAsync());
        Assert.Equal("open", await load.StateAsync());
        Assert.Equal(0, await Db.CountAsync("exograph.load_rejects"));
        Assert.Equal(0, await Db.CountAsync("exograph.load_tables"));
    }

    [Fact]
    public async Task By_default_a_reject_fails_the_load_and_the_error_says_which_rows_and_what_to_do()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name",
            "(1, 'hex', NULL), (2, 'hex', NULL), (3, 'hex', 'ok'), (4, NULL, 'x')");
        await load.StageAsync("terms", "id, term", "(-1, 'call')");

        var error = await Db.FailsAsync("XG006", load.FinalizeSql());

        Assert.Equal(
            $"load {load.Id}: 4 staged row(s) break a rule: packages: 2 with name is missing; "
            + "packages: 1 with ecosystem is missing; terms: 1 with id is not between 1 and 2^40 - 1", error.MessageText);
        Assert.Equal(("packages", "name is missing"), (error.TableName, error.ConstraintName));
        Assert.Equal(
            "First rows: packages {\"id\": 1, \"name\": null, \"metadata\": null, \"ecosystem\": \"hex\"}; "
            + "packages {\"id\": 2, \"name\": null, \"metadata\": null, \"ecosystem\": \"hex\"}; "
            + "packages {\"id\": 4, \"name\": \"x\", \"metadata\": null, \"ecosystem\": null}", error.Detail);
        Assert.Equal(
            $"SELECT * FROM exograph.check_load({load.Id}) lists them. Correct the staging tables and call again, or leave "
            + $"them out: CALL exograph.finalize_load({load.Id}, on_reject => 'skip').", error.Hint);
    }

    [Fact]
    public async Task Causes_are_told_before_what_follows_from_them()
    {
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'again')");
        await load.StageAsync("terms", "id, term", "(7, NULL)");

        var error = await Db.FailsAsync("XG006", load.FinalizeSql());

        const string Causes = "packages: 2 with id is used more than once; terms: 1 with term is missing; "
            + "package_versions: 1 with package_id is no number of a valid row in staged_packages; "
            + "files: 2 with package_version_id is no number of a valid row in staged_package_versions; fragments: 2 with";
        Assert.Contains(": " + Causes, error.MessageText, StringComparison.Ordinal);
        Assert.Equal(("packages", "id is used more than once"), (error.TableName, error.ConstraintName));
        Assert.StartsWith("First rows: packages {\"id\": 1, ", error.Detail, StringComparison.Ordinal);
        Assert.Equal(
            ["packages", "packages", "terms", "package_versions", "files", "files", "fragments"],
            (await load.CheckAsync()).Select(row => row.Split('|')[0]).Take(7));
    }

    [Fact]
    public async Task Equal_rows_are_told_apart_by_their_place()
    {
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha')");
        var places = await Db.RowsAsync(
            $"SELECT staged_row, staged_ctid::text FROM exograph.check_load({load.Id}) WHERE table_name = 'packages'");
        Assert.Equal(2, places.Distinct().Count());
        Assert.Single(places.Select(place => place.Split('|')[0]).Distinct());

        await Db.ExecuteAsync($"DELETE FROM {load.Staged("packages")} WHERE ctid = '{places[1].Split('|')[1]}'");

        Assert.Empty(await load.CheckAsync());
        await load.FinalizeAsync();
    }

    [Fact]
    public async Task A_load_that_failed_can_be_mended_and_finalized()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var before = await Db.IndexAsync();
        var load = await WithRejectsAsync();
        var staged = await StagedAsync(load);

        for (var attempt = 0; attempt < 2; attempt++)
        {
            await Db.FailsAsync("XG006", load.FinalizeSql());

            Assert.Equal(before, await Db.IndexAsync());
            Assert.Equal(staged, await StagedAsync(load));
            Assert.Equal("open", await load.StateAsync());
            Assert.Equal(0, await Db.CountAsync($"exograph.load_tables WHERE load_id = {load.Id}"));
        }

        await Db.ExecuteAsync(
            $"""
            UPDATE {load.Staged("packages")} SET name = 'mended' WHERE name IS NULL;
            DELETE FROM {load.Staged("symbol_references")} WHERE package_version_id = 7
            """);
        Assert.Empty(await load.CheckAsync());
        await load.FinalizeAsync();
        Assert.Equal(["mended|7.0"], await Db.RowsAsync(
            $"""
            SELECT p.name, v.version FROM exograph.packages p JOIN exograph.package_versions v ON v.package_id = p.id
            WHERE p.load_id = {load.Id}
            """));
        Assert.Equal(new Outcome(2) { Inserted = 1, Existing = 1 }, await load.OutcomeAsync("comments"));
    }

    [Fact]
    public async Task Skipped_rows_are_kept_with_their_reason_and_the_others_go_in()
    {
        var load = await WithRejectsAsync();

        await load.FinalizeAsync("on_reject => 'skip'");

        Assert.Equal(s_expected, await Db.RowsAsync(
            $"""
            SELECT r.table_name, r.reason
            FROM exograph.load_rejects r JOIN exograph.load_tables t USING (load_id, table_name)
            WHERE load_id = {load.Id} ORDER BY t.position, r.reason
            """));
        Assert.Equal(["""{"id": 7, "name": null, "metadata": {"kept": "yes"}, "ecosystem": "hex"}"""],
            await Db.RowsAsync("SELECT staged_row FROM exograph.load_rejects WHERE table_name = 'packages'"));
        Assert.Equal(["alpha", "beta"], await Db.RowsAsync("SELECT name FROM exograph.packages ORDER BY name"));
        foreach (var (table, good) in Sample.Rows)
        {
            var rejected = s_expected.Count(row => row.StartsWith(table + "|", StringComparison.Ordinal));
            Assert.Equal(new Outcome(good + rejected) { Inserted = good, Rejected = rejected }, await load.OutcomeAsync(table));
        }
        // The paths of rejected files are no rows of file_paths.
        Assert.Equal(new Outcome(2) { Inserted = 2 }, await load.OutcomeAsync("file_paths"));
        Assert.Equal(11, await Db.CountAsync("exograph.load_rejects"));
    }

    [Fact]
    public async Task A_rejected_row_does_not_win_its_key()
    {
        var load = await Load.BeginAsync(Db, "on_reject => 'skip'");
        await load.StageAsync("packages", "id, ecosystem, name, metadata",
            """(0, 'hex', 'p', '{"n": 0}'), (2, 'hex', 'p', '{"n": 2}')""");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            "(1, 99, 'one', 'one', sha256('s')), (2, NULL, 'two', 'two', sha256('s'))");

        await load.FinalizeAsync();

        Assert.Equal(["""{"n": 2}"""], await Db.RowsAsync("SELECT metadata FROM exograph.packages"));
        Assert.Equal(["two"], await Db.RowsAsync("SELECT path FROM exograph.file_paths"));
        Assert.Equal(new Outcome(2) { Inserted = 1, Rejected = 1 }, await load.OutcomeAsync("packages"));
    }

    [Fact]
    public async Task As_many_as_reject_limit_are_skipped_and_no_more()
    {
        var load = await WithRejectsAsync();

        var error = await Db.FailsAsync("XG006", load.FinalizeSql("on_reject => 'skip', reject_limit => 10"));
        Assert.StartsWith($"load {load.Id}: 11 staged row(s) break a rule, more than reject_limit (10): ", error.MessageText);
        Assert.Empty(await Db.IndexAsync());
        Assert.Equal(0, await Db.CountAsync("exograph.load_rejects"));

        await load.FinalizeAsync("on_reject => 'skip', reject_limit => 11");
        Assert.Equal("finalized", await load.StateAsync());
    }

    [Fact]
    public async Task A_reject_limit_of_0_skips_none_and_without_skip_it_does_not_count()
    {
        var load = await Load.BeginAsync(Db, "reject_limit => 100");
        await load.StageAsync("terms", "id, term", "(1, NULL)");

        var error = await Db.FailsAsync("XG006", load.FinalizeSql());
        Assert.Equal($"load {load.Id}: 1 staged row(s) break a rule: terms: 1 with term is missing", error.MessageText);
        await Db.FailsAsync("XG006", load.FinalizeSql("on_reject => 'skip', reject_limit => 0"));
        await load.FinalizeAsync("on_reject => 'skip'");

        Assert.Equal(new Outcome(1) { Rejected = 1 }, await load.OutcomeAsync("terms"));
    }

    [Fact]
    public async Task The_error_stays_short_however_large_and_many_the_rows_are()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("files", "id, path, source",
            "SELECT n, 'a', repeat('long ', 100000) FROM generate_series(1, 20) n");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "SELECT n, n FROM generate_series(1, 5000) n");

        var error = await Db.FailsAsync("XG006", load.FinalizeSql());

        Assert.Contains("fragment_terms: 5000 with fragment_id is no number of a valid row in staged_fragments",
            error.MessageText, StringComparison.Ordinal);
        Assert.InRange(error.Detail!.Length, 100, 2_000);
        Assert.Equal(5_020, (await load.CheckAsync()).Length);
    }

    [Fact]
    public async Task Rejects_are_found_in_every_block_of_a_large_staging_table()
    {
        var load = await Load.BeginAsync(Db, "on_reject => 'skip'");
        await load.StageAsync("terms", "id, term",
            "SELECT n, nullif('term ' || n % 1000, 'term 0') FROM generate_series(1, 20000) n");

        await load.FinalizeAsync();

        Assert.Equal(new Outcome(20_000) { Inserted = 999, Collapsed = 18_981, Rejected = 20 }, await load.OutcomeAsync("terms"));
        Assert.Equal(20, await Db.CountAsync("exograph.load_rejects WHERE staged_row @> '{\"term\": null}'"));
    }

    /// <summary>The sample, and beside it one package without name on which other rows depend at one remove or several.</summary>
    private async Task<Load> WithRejectsAsync()
    {
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name, metadata", """(7, 'hex', NULL, '{"kept": "yes"}')""");
        await load.StageAsync("package_versions", "id, package_id, version", "(7, 7, '7.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256", "(7, 7, 'seven', 'seven', sha256('7'))");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass", @"(7, 7, '\x', 'def', 1, 1)");
        await load.StageAsync("graph_nodes", "id, file_id, fragment_id, engine, kind, qualified_name",
            "(7, 7, NULL, 'static', 'function', 'S'), (8, 1, 7, 'static', 'function', 'E')");
        await load.StageAsync("comments", "file_id, fragment_id, text", "(1, 7, 'seven')");
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name", "(7, 'def', 's', 'S')");
        // A good file, and yet.
        await load.StageAsync("symbol_references", "file_id, package_version_id, kind, name, qualified_name",
            "(1, 7, 'call', 's', 'S')");
        await load.StageAsync("call_edges", "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name",
            "(1, 8, 'A', 'E')");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(7, 1)");
        return load;
    }

    private Task<string[]> StagedAsync(Load load) => Db.RowsAsync(
        string.Join(" UNION ALL ",
            Sample.Staged.Select(t => $"SELECT '{t}', t::text FROM {load.Staged(t)} t")) + " ORDER BY 1, 2");
}

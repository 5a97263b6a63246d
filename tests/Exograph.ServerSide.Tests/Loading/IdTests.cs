using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>How numbers become ids.</summary>
public sealed class IdTests : LoadingTest
{
    [Fact]
    public async Task Ids_follow_the_order_of_numbers()
    {
        // Keys fall as numbers rise, and the rows come in neither order.
        const string Shuffled = "FROM generate_series(1, 50) n ORDER BY md5(n::text)";
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", $"SELECT n, 'hex', to_char(999 - n, '000') {Shuffled}");
        await load.StageAsync("package_versions", "id, package_id, version", $"SELECT n, n, to_char(999 - n, '000') {Shuffled}");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            $"SELECT n, 51 - n, n || '.ex', n::text, sha256(n::text::bytea) {Shuffled}");
        await load.StageAsync("terms", "id, term", $"SELECT n, to_char(999 - n, '000') {Shuffled}");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass",
            $@"SELECT n, 51 - n, '\x', 'def', n, 1 {Shuffled}");
        await load.StageAsync("graph_nodes", "id, file_id, engine, kind, qualified_name, line",
            $"SELECT n, 51 - n, 'static', 'function', to_char(999 - n, '000'), n {Shuffled}");

        await load.FinalizeAsync();

        foreach (var (table, number) in new[]
        {
            ("packages", "999 - name::integer"), ("package_versions", "999 - version::integer"), ("files", "source::integer"),
            ("terms", "999 - term::integer"), ("fragments", "line"), ("graph_nodes", "line"),
        })
        {
            Assert.Equal(Enumerable.Range(1, 50).Select(n => $"{n}"),
                await Db.RowsAsync($"SELECT {number} FROM exograph.{table} ORDER BY id"));
        }
    }

    [Fact]
    public async Task A_reload_burns_no_ids()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var before = await SequencesAsync();

        var reload = await Sample.BeginAsync(Db);
        await reload.FinalizeAsync();

        Assert.Equal(before, await SequencesAsync());
        Assert.All(before, sequence => Assert.EndsWith("|2", sequence, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_that_loses_burns_no_id()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "SELECT n, 'hex', 'p' || n % 2 FROM generate_series(1, 100) n");
        await load.FinalizeAsync();

        Assert.Equal(2, await Db.ScalarAsync<long>("SELECT last_value FROM exograph.packages_id_seq"));
    }

    [Fact]
    public async Task A_load_that_fails_late_burns_no_ids_however_often()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Load.BeginAsync(Db);
        await StageNewRowsAsync(load);
        await FailAtAsync("finish");

        for (var attempt = 0; attempt < 3; attempt++)
            await Db.FailsAsync("P0001", load.FinalizeSql());
        // Fewer rows than before, and more.
        await Db.ExecuteAsync($"DELETE FROM {load.Staged("terms")} WHERE id = 9");
        await Db.FailsAsync("P0001", load.FinalizeSql());
        await load.StageAsync("terms", "id, term", "(9, 'nine'), (10, 'ten')");
        await Db.FailsAsync("P0001", load.FinalizeSql());
        await Db.ExecuteAsync("DROP TRIGGER fail ON exograph.load_phases");
        await load.FinalizeAsync();

        Assert.Equal(
            ["packages|3", "package_versions|3", "files|3", "terms|6", "fragments|3", "graph_nodes|3"], await SequencesAsync());
        Assert.Equal(["1", "2", "3", "4", "5", "6"], await Db.RowsAsync("SELECT id FROM exograph.terms ORDER BY id"));
    }

    [Theory]
    [InlineData("packages")]
    [InlineData("package_versions")]
    [InlineData("files")]
    [InlineData("terms")]
    [InlineData("fragments")]
    [InlineData("graph_nodes")]
    public async Task A_load_that_fails_at_the_rows_of_a_table_burns_none_of_its_ids(string table)
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Load.BeginAsync(Db);
        await StageNewRowsAsync(load);
        await Db.ExecuteAsync($"ALTER TABLE exograph.{table} ADD CONSTRAINT full_up CHECK (load_id < {load.Id})");

        for (var attempt = 0; attempt < 3; attempt++)
            await Db.FailsAsync("23514", load.FinalizeSql());
        await Db.ExecuteAsync($"ALTER TABLE exograph.{table} DROP CONSTRAINT full_up");
        await load.FinalizeAsync();

        Assert.Equal(
            ["packages|3", "package_versions|3", "files|3", "terms|5", "fragments|3", "graph_nodes|3"], await SequencesAsync());
    }

    [Fact]
    public async Task What_an_abandoned_load_has_taken_in_vain_is_given_back()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var before = await SequencesAsync();
        var load = await Load.BeginAsync(Db);
        await StageNewRowsAsync(load);
        await FailAtAsync("finish");
        await Db.FailsAsync("P0001", load.FinalizeSql());
        Assert.Equal(
            ["packages|3", "package_versions|3", "files|3", "terms|5", "fragments|3", "graph_nodes|3"], await SequencesAsync());

        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");

        Assert.Equal(before, await SequencesAsync());
    }

    [Fact]
    public async Task A_first_load_that_is_abandoned_after_a_failure_leaves_sequences_as_new()
    {
        var load = await Sample.BeginAsync(Db);
        await FailAtAsync("finish");
        await Db.FailsAsync("P0001", load.FinalizeSql());
        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id}); DROP TRIGGER fail ON exograph.load_phases");

        await (await Sample.BeginAsync(Db)).FinalizeAsync();

        Assert.All(await SequencesAsync(), sequence => Assert.EndsWith("|2", sequence, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("INSERT INTO exograph_in.terms (term) VALUES ('by row')")]
    [InlineData("SELECT exograph.resolve_terms('{resolved}')")]
    [InlineData("SELECT exograph.reserve_ids(exograph.begin_load('another', ids => 'reserved'), 'terms', 3)")]
    public async Task Ids_that_others_have_taken_since_a_failure_stay_theirs(string taking)
    {
        var load = await Sample.BeginAsync(Db);
        await FailAtAsync("finish");
        await Db.FailsAsync("P0001", load.FinalizeSql());
        await Db.ExecuteAsync(taking);
        var taken = await Db.ScalarAsync<long>("SELECT last_value FROM exograph.terms_id_seq");
        await Db.ExecuteAsync("DROP TRIGGER fail ON exograph.load_phases");

        await load.FinalizeAsync();

        Assert.Equal([$"{taken + 1}|call", $"{taken + 2}|def"],
            await Db.RowsAsync("SELECT id, term FROM exograph.terms WHERE load_id > 0 ORDER BY id"));
        Assert.Equal(2, await Db.ScalarAsync<long>("SELECT last_value FROM exograph.files_id_seq"));
    }

    [Fact]
    public async Task Ids_are_not_given_back_while_somebody_else_is_at_the_table()
    {
        var load = await Sample.BeginAsync(Db);
        await FailAtAsync("finish");
        await Db.FailsAsync("P0001", load.FinalizeSql());
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN; LOCK TABLE exograph.terms IN ROW EXCLUSIVE MODE");

        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");

        Assert.Equal(
            ["packages|1", "package_versions|1", "files|1", "terms|2", "fragments|1", "graph_nodes|1"], await SequencesAsync());
        Assert.Equal("abandoned", await load.StateAsync());
    }

    [Fact]
    public async Task The_highest_number_allowed_is_as_good_as_any()
    {
        const long Highest = (1L << 40) - 1;
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", $"({Highest}, 'hex', 'p')");
        await load.StageAsync("package_versions", "id, package_id, version", $"({Highest}, {Highest}, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            $"({Highest}, {Highest}, 'a', 'a', sha256('a'))");
        await load.StageAsync("terms", "id, term", $"({int.MaxValue}, 'call')");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass", $@"({Highest}, {Highest}, '\x', 'def', 1, 1)");
        await load.StageAsync("graph_nodes", "id, file_id, engine, kind, qualified_name",
            $"({Highest}, {Highest}, 'static', 'function', 'A.a/0')");
        await load.StageAsync("call_edges", "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name",
            $"({Highest}, {Highest}, 'A.a/0', 'A.a/0')");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", $"({Highest}, {int.MaxValue})");

        await load.FinalizeAsync();

        Assert.Equal(["1|1"], await Db.RowsAsync("SELECT fragment_id, term_id FROM exograph.fragment_terms"));
        Assert.Equal(["1|1"], await Db.RowsAsync("SELECT caller_node_id, callee_node_id FROM exograph.call_edges"));
    }

    [Theory]
    [InlineData("packages", "id, ecosystem, name", "(1, 'hex', 'a'), (2, 'hex', 'b'), (3, 'hex', 'c')")]
    [InlineData("terms", "id, term", "(1, 'a'), (2, 'b'), (3, 'c')")]
    public async Task A_sequence_at_its_end_fails_the_load_and_leaves_nothing_partial(string table, string columns, string rows)
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("files", "id, path, source, sha256", "(1, 'a', 'a', sha256('a'))");
        await load.StageAsync(table, columns, rows);
        await LeaveInSequenceAsync(table, 2);

        await Db.FailsAsync("2200H", load.FinalizeSql());

        Assert.Empty(await Db.IndexAsync());
        Assert.Equal("open", await load.StateAsync());
        Assert.Equal(3, await Db.CountAsync(load.Staged(table)));
        await LeaveInSequenceAsync(table, 3);
        await load.FinalizeAsync();
        Assert.Equal(3, await Db.CountAsync($"exograph.{table}"));
    }

    /// <summary>A row more in each table but terms, which get three.</summary>
    private static async Task StageNewRowsAsync(Load load)
    {
        await Sample.StageDimensionsAsync(load);
        await load.StageAsync("packages", "id, ecosystem, name", "(9, 'hex', 'nine')");
        await load.StageAsync("package_versions", "id, package_id, version", "(9, 9, '9')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256", "(9, 9, 'nine', 'nine', sha256('9'))");
        await load.StageAsync("terms", "id, term", "(7, 'seven'), (8, 'eight'), (9, 'nine')");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass", @"(9, 9, '\x', 'def', 1, 1)");
        await load.StageAsync("graph_nodes", "id, file_id, engine, kind, qualified_name", "(9, 9, 'static', 'function', 'N')");
    }

    /// <summary>Makes every finalize fail when it comes to a phase.</summary>
    private Task FailAtAsync(string phase) => Db.ExecuteAsync(
        $"""
        CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''out of luck''; END';
        CREATE TRIGGER fail BEFORE INSERT ON exograph.load_phases FOR EACH ROW
        WHEN (NEW.phase = '{phase}') EXECUTE FUNCTION public.fail();
        """);

    private Task LeaveInSequenceAsync(string table, int left) => Db.ExecuteAsync(
        $"SELECT setval('exograph.{table}_id_seq', max_value - {left}) FROM pg_sequences WHERE sequencename = '{table}_id_seq'");

    private Task<string[]> SequencesAsync() => Db.RowsAsync(
        """
        SELECT 'packages', last_value FROM exograph.packages_id_seq
        UNION ALL SELECT 'package_versions', last_value FROM exograph.package_versions_id_seq
        UNION ALL SELECT 'files', last_value FROM exograph.files_id_seq
        UNION ALL SELECT 'terms', last_value FROM exograph.terms_id_seq
        UNION ALL SELECT 'fragments', last_value FROM exograph.fragments_id_seq
        UNION ALL SELECT 'graph_nodes', last_value FROM exograph.graph_nodes_id_seq
        """);
}

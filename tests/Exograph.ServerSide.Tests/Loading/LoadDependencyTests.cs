using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Which loads lean on which: what a load found, and did not bring again.</summary>
public sealed class LoadDependencyTests : LoadingTest
{
    private const string Noted =
        "SELECT load_id, depends_on, table_name, row_count FROM exograph.load_dependencies ORDER BY 1, 2, 3";

    [Fact]
    public async Task A_load_that_finds_nothing_leans_on_none()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var other = await Load.BeginAsync(Db);
        await other.StageAsync("terms", "id, term", "(1, 'call')");
        await other.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'gamma')");
        await other.FinalizeAsync();

        Assert.Equal(new Outcome(1) { Existing = 1 }, await other.OutcomeAsync("terms"));
        Assert.Empty(await Db.RowsAsync(Noted));
        Assert.DoesNotContain(Db.Notices, n => n.MessageText.EndsWith("note dependencies", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reload_leans_on_the_load_that_brought_the_rows()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        for (var i = 2; i <= 3; i++)
            await (await Sample.BeginAsync(Db)).FinalizeAsync();

        Assert.Equal(
            [
                "2|1|files|2", "2|1|fragments|2", "2|1|graph_nodes|2", "2|1|package_versions|2", "2|1|packages|2",
                "3|1|files|2", "3|1|fragments|2", "3|1|graph_nodes|2", "3|1|package_versions|2", "3|1|packages|2",
            ],
            await Db.RowsAsync(Noted));
    }

    [Theory]
    [InlineData("comments", "0")]
    [InlineData("definitions", "1000")]
    [InlineData("symbol_references", "0")]
    [InlineData("call_edges", "1000")]
    [InlineData("fragment_terms", "0")]
    [InlineData("fragment_terms", "1000")]
    public async Task Facts_that_another_load_brought_for_rows_of_a_first_one_are_leaned_on(string table, string threshold)
    {
        var first = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(first);
        await first.FinalizeAsync();
        var second = await Sample.BeginAsync(Db);
        await second.FinalizeAsync($"partition_threshold => {threshold}");
        var third = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(third);
        await StageFactAsync(third, table);
        await third.FinalizeAsync();
        // Of other files than those that the second brought facts for.
        var fourth = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(fourth);
        await fourth.FinalizeAsync();

        Assert.Equal([$"3|2|{table}|1"], await Db.RowsAsync($"SELECT * FROM ({Noted}) n WHERE depends_on = 2"));
    }

    [Fact]
    public async Task A_path_that_another_load_brought_for_a_file_is_leaned_on()
    {
        string[] paths = ["a", "b", "b"];
        foreach (var path in paths)
        {
            var load = await Load.BeginAsync(Db);
            await load.StageAsync("files", "id, path, source, sha256", $"(1, '{path}', 's', sha256('s'))");
            await load.FinalizeAsync();
        }

        Assert.Equal(["2|1|files|1", "3|1|files|1", "3|2|file_paths|1"], await Db.RowsAsync(Noted));
    }

    [Fact]
    public async Task A_declaration_that_another_load_made_of_a_file_is_leaned_on()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        await (await Sample.BeginAsync(Db, "complete => '{definitions,comments}'")).FinalizeAsync();
        var told = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(told);
        await Db.RowsAsync($"SELECT * FROM exograph.files_lacking({told.Id})");
        await told.FinalizeAsync();
        await (await Sample.BeginAsync(Db, "complete => '{comments}'")).FinalizeAsync();
        await (await Sample.BeginAsync(Db, "complete => '{call_edges}'")).FinalizeAsync();

        Assert.Equal(["3|2|complete_facts|2", "4|2|complete_facts|2"],
            await Db.RowsAsync($"SELECT * FROM ({Noted}) n WHERE depends_on = 2"));
    }

    [Fact]
    public async Task Rows_found_by_those_inserted_by_themselves_are_noted_once_a_table()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync("partition_threshold => 0");
        await Db.ExecuteAsync(
            """
            INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'alpha'), ('hex', 'new'), ('hex', 'beta');
            INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name, line, col)
            SELECT file_id, kind, name, qualified_name, line, col FROM exograph.definitions;
            INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name, line, col)
            SELECT file_id, kind, name, qualified_name, line, 99 FROM exograph.definitions;
            """);

        Assert.Equal(["0|1|definitions|null", "0|1|packages|null"], await Db.RowsAsync(Noted));
    }

    [Theory]
    [InlineData("package_versions", "INSERT INTO exograph_in.package_versions (ecosystem, package, version) VALUES ('hex', 'alpha', '1.0')")]
    [InlineData("files", "INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256) VALUES ('hex', 'alpha', '1.0', 'lib/a.ex', '', sha256('a'))")]
    [InlineData("fragments", "INSERT INTO exograph_in.fragments (file_id, content_hash, ast, kind, line, mass) SELECT file_id, content_hash, ast, kind, line, mass FROM exograph.fragments")]
    [InlineData("graph_nodes", "INSERT INTO exograph_in.graph_nodes (file_id, engine, kind, qualified_name, line) SELECT file_id, engine, kind, qualified_name, line FROM exograph.graph_nodes")]
    [InlineData("comments", "INSERT INTO exograph_in.comments (file_id, text, line, col) SELECT file_id, text, line, col FROM exograph.comments")]
    [InlineData("symbol_references", "INSERT INTO exograph_in.symbol_references (file_id, kind, name, qualified_name, line, col) SELECT file_id, kind, name, qualified_name, line, col FROM exograph.symbol_references")]
    [InlineData("call_edges", "INSERT INTO exograph_in.call_edges (file_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line) SELECT file_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line FROM exograph.call_edges")]
    [InlineData("fragment_terms", "INSERT INTO exograph_in.fragment_terms (fragment_id, term_id) SELECT fragment_id, term_id FROM exograph.fragment_terms")]
    public async Task Every_view_notes_what_it_finds(string table, string insert)
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync(); // facts in the shared partition

        await Db.ExecuteAsync(insert);
        await Db.ExecuteAsync(insert);

        Assert.Equal([$"0|1|{table}|null"], await Db.RowsAsync(Noted));
    }

    [Fact]
    public async Task A_note_that_is_rolled_back_is_made_by_the_next_row()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        const string Insert = "INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'alpha')";
        await Db.ExecuteAsync($"BEGIN; SAVEPOINT before; {Insert}; ROLLBACK TO before; {Insert}; ROLLBACK");
        Assert.Empty(await Db.RowsAsync(Noted));
        await Db.ExecuteAsync($"BEGIN; SAVEPOINT before; {Insert}; ROLLBACK TO before; {Insert}; COMMIT");

        Assert.Equal(["0|1|packages|null"], await Db.RowsAsync(Noted));
    }

    [Fact]
    public async Task Writers_of_rows_do_not_wait_for_each_other_to_note_what_they_find()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var other = await OpenAsync();
        const string Insert = "INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'alpha')";
        await Db.ExecuteAsync("BEGIN; " + Insert);
        await other.ExecuteAsync("SET lock_timeout = '10s'; " + Insert);
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(["0|1|packages|null"], (await Db.RowsAsync(Noted)).Distinct());
    }

    [Fact]
    public async Task A_version_that_a_call_names_and_the_existing_one_does_not_is_noted()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var edge = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(edge);
        await edge.StageAsync("call_edges", "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
            "(1, 2, 'a', 'b', 7)");
        await edge.FinalizeAsync();

        await Db.ExecuteAsync(
            """
            INSERT INTO exograph_in.call_edges (ecosystem, package, version, caller_node_id, callee_node_id,
                                                caller_qualified_name, callee_qualified_name, line)
            SELECT 'hex', 'beta', '1.0', caller_node_id, callee_node_id, 'a', 'b', line FROM exograph.call_edges WHERE line = 7
            """);

        Assert.Equal(["0|1|package_versions|null", "0|2|call_edges|null"],
            await Db.RowsAsync($"SELECT * FROM ({Noted}) n WHERE load_id = 0"));
    }

    /// <summary>Stages a fact of the sample.</summary>
    private static Task StageFactAsync(Load load, string table) => table switch
    {
        "comments" => load.StageAsync(table, "file_id, text, line, col", "(1, 'why', 1, 3)"),
        "call_edges" => load.StageAsync(table,
            "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line", "(1, 2, 'A.a/0', 'B.b/0', 2)"),
        "fragment_terms" => load.StageAsync(table, "fragment_id, term_id", "(1, 1)"),
        "definitions" => load.StageAsync(table, "file_id, kind, name, qualified_name, line, col", "(1, 'def', 'a', 'A.a/0', 1, 3)"),
        _ => load.StageAsync(table, "file_id, kind, name, qualified_name, line, col", "(1, 'call', 'b', 'B.b/0', 2, 5)"),
    };
}

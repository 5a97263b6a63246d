using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Taking a load back out of the index.</summary>
public sealed class UndoLoadTests : LoadingTest
{
    private const string Dependencies = "exograph.load_dependencies";

    /// <summary>Where the facts of loads lie.</summary>
    public enum Facts
    {
        InTheSharedPartition,
        InPartitionsOfTheirOwn,
        InMergedPartitions,
    }

    [Theory]
    [InlineData(Facts.InTheSharedPartition, false)]
    [InlineData(Facts.InPartitionsOfTheirOwn, false)]
    [InlineData(Facts.InMergedPartitions, false)]
    [InlineData(Facts.InTheSharedPartition, true)]
    [InlineData(Facts.InPartitionsOfTheirOwn, true)]
    [InlineData(Facts.InMergedPartitions, true)]
    public async Task The_index_is_as_it_would_be_without_the_load(Facts facts, bool reserved)
    {
        await LoadAsync("first", facts, reserved);
        var before = await Db.IndexAsync();
        var load = await LoadAsync("second", facts, reserved);
        if (facts == Facts.InMergedPartitions)
            await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");
        Assert.NotEqual(before, await Db.IndexAsync());

        await UndoAsync(load);

        Assert.Equal(before, await Db.IndexAsync());
        Assert.Equal(["finalized|null", "undone|true"], await Db.RowsAsync(
            "SELECT state, undone_at > ended_at FROM exograph.loads ORDER BY load_id"));
        Assert.Equal(facts == Facts.InPartitionsOfTheirOwn ? 5 : 0, await Db.CountAsync(
            "exograph.fact_partitions WHERE first_load = 1 AND last_load = 1"));
        Assert.Empty(await Db.RowsAsync("SELECT finding, object, detail FROM exograph.check_index()"));
        // The number is free for nobody, and the same rows come in again.
        var again = await LoadAsync("second", facts, reserved);
        Assert.Equal(new Outcome(2) { Inserted = 2 }, await again.OutcomeAsync("definitions"));
    }

    [Fact]
    public async Task A_merged_partition_of_nothing_but_undone_loads_is_dropped()
    {
        await LoadAsync("first", Facts.InPartitionsOfTheirOwn);
        await LoadAsync("second", Facts.InPartitionsOfTheirOwn);
        var third = await LoadAsync("third", Facts.InPartitionsOfTheirOwn);
        await Db.ExecuteAsync("SELECT exograph.merge_partitions(1)");
        var fourth = await LoadAsync("first", Facts.InPartitionsOfTheirOwn); // leans on the first

        await UndoAsync(third);
        Assert.Equal(["1|2"], await PartitionsAsync());
        await Db.ExecuteAsync("CALL exograph.undo_load(2)");
        Assert.Equal(["1|2"], await PartitionsAsync());
        await Db.ExecuteAsync("CALL exograph.undo_load(1, dependents => true)");

        Assert.Equal("undone", await fourth.StateAsync());
        Assert.Empty(await PartitionsAsync());
        Assert.Empty(await Db.IndexAsync());
    }

    [Fact]
    public async Task What_went_is_told_per_table()
    {
        var load = await LoadAsync("first", Facts.InPartitionsOfTheirOwn);

        await UndoAsync(load);

        string[] expected =
        [
            "2 rows of packages", "2 rows of package_versions", "2 rows of files", "2 rows of file_paths", "3 rows of terms",
            "2 rows of fragments", "2 rows of graph_nodes", "1 rows of comments", "2 rows of definitions",
            "1 rows of symbol_references", "1 rows of call_edges", "4 rows of fragment_terms",
        ];
        Assert.Equal(expected.Select(e => "undo_load: " + e),
            Db.Notices.Select(n => n.MessageText).Where(n => n.StartsWith("undo_load", StringComparison.Ordinal)));
        Assert.Equal(2, (await load.OutcomeAsync("definitions")).Inserted); // the report stays
    }

    [Fact]
    public async Task Undoing_again_changes_nothing_and_tells_so()
    {
        var load = await LoadAsync("first", Facts.InTheSharedPartition);
        await UndoAsync(load);
        var other = await LoadAsync("first", Facts.InTheSharedPartition);
        var before = await Db.IndexAsync();

        await UndoAsync(load);

        Assert.Contains(Db.Notices, n => n.MessageText.StartsWith($"load {load.Id} was undone at ", StringComparison.Ordinal));
        Assert.Equal(before, await Db.IndexAsync());
        Assert.Equal("finalized", await other.StateAsync());
        var error = await Db.FailsAsync("XG002", load.FinalizeSql());
        Assert.Equal($"load {load.Id} is undone", error.MessageText);
        await Db.FailsAsync("XG002", $"CALL exograph.abandon_load({load.Id})");
    }

    [Fact]
    public async Task Only_finalized_loads_are_undone()
    {
        await Db.FailsAsync("XG001", "CALL exograph.undo_load(99)");
        var load = await Sample.BeginAsync(Db);
        var error = await Db.FailsAsync("XG002", $"CALL exograph.undo_load({load.Id})");
        Assert.Equal("load 1 is open", error.MessageText);
        Assert.Equal("CALL exograph.abandon_load(1) gives it up.", error.Hint);
        await Db.ExecuteAsync("CALL exograph.abandon_load(1)");
        error = await Db.FailsAsync("XG002", $"CALL exograph.undo_load({load.Id})");
        Assert.Equal("load 1 is abandoned", error.MessageText);
        Assert.Equal("Nothing of it is in the index.", error.Detail);
    }

    [Fact]
    public async Task A_load_that_brought_nothing_is_undone_at_once()
    {
        await LoadAsync("first", Facts.InTheSharedPartition);
        var before = await Db.IndexAsync();
        var load = await LoadAsync("first", Facts.InTheSharedPartition);

        await UndoAsync(load);

        Assert.Equal(before, await Db.IndexAsync());
        Assert.Equal(0, await Db.CountAsync(Dependencies));
        await Db.ExecuteAsync("CALL exograph.undo_load(1)"); // nobody leans on it any more
        Assert.Empty(await Db.IndexAsync());
    }

    [Theory]
    [InlineData("packages")]
    [InlineData("package_versions")]
    [InlineData("files")]
    [InlineData("file_paths")]
    [InlineData("fragments")]
    [InlineData("graph_nodes")]
    [InlineData("comments")]
    [InlineData("definitions")]
    [InlineData("symbol_references")]
    [InlineData("call_edges")]
    [InlineData("fragment_terms")]
    public async Task It_refuses_where_a_load_found_rows_of_a_table_and_names_it(string table)
    {
        // The first brings what the row of the table needs, the second the row, the third finds it.
        var loads = new List<Load>();
        foreach (var upTo in new[] { false, true, true })
        {
            var load = await Load.BeginAsync(Db);
            await StageUpToAsync(load, table, upTo);
            await load.FinalizeAsync();
            loads.Add(load);
        }
        await Db.ExecuteAsync("UPDATE exograph.loads SET label = 'the third' WHERE load_id = 3");
        var before = await Db.IndexAsync();

        var error = await Db.FailsAsync("XG015", "CALL exograph.undo_load(2)");

        Assert.Equal("load 2 cannot be undone alone: others lean on it", error.MessageText);
        Assert.Equal($"load 3 ('the third') found 1 of {table} of load 2.", error.Detail);
        Assert.StartsWith("CALL exograph.undo_load(2, dependents => true) takes them along: 2 loads", error.Hint, StringComparison.Ordinal);
        Assert.Equal(before, await Db.IndexAsync());
        await UndoAsync(loads[2]);
        await UndoAsync(loads[1]);
        Assert.Equal(["finalized", "undone", "undone"], await Db.ColumnOfLoadsAsync());
    }

    [Fact]
    public async Task It_refuses_where_a_load_was_told_of_a_declaration_and_names_it()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        await (await Sample.BeginAsync(Db, "complete => '{definitions}'")).FinalizeAsync();
        var told = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(told);
        await Db.RowsAsync($"SELECT * FROM exograph.files_lacking({told.Id})");
        await told.FinalizeAsync();

        var error = await Db.FailsAsync("XG015", "CALL exograph.undo_load(2)");

        Assert.Equal("load 3 ('a test') found 2 of complete_facts of load 2.", error.Detail);
    }

    [Fact]
    public async Task It_refuses_where_rows_inserted_one_by_one_found_some_or_refer_to_some()
    {
        var load = await LoadAsync("first", Facts.InTheSharedPartition);
        await Db.ExecuteAsync("INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'first')");
        var error = await Db.FailsAsync("XG015", "CALL exograph.undo_load(1)");
        Assert.Equal("rows inserted one by one found packages of load 1.", error.Detail);

        await Db.ExecuteAsync(
            """
            DELETE FROM exograph.load_dependencies;
            INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name, line)
            SELECT id, 'def', 'x', 'x', 7 FROM exograph.files;
            """);
        error = await Db.FailsAsync("XG015", "CALL exograph.undo_load(1)");
        Assert.Equal("rows inserted one by one refer to it: 2 of definitions.", error.Detail);

        await Db.ExecuteAsync("CALL exograph.undo_load(1, dependents => true)");
        Assert.Empty(await Db.IndexAsync());
        Assert.Equal("undone", await load.StateAsync());
    }

    [Theory]
    [InlineData("package_versions", "INSERT INTO exograph_in.package_versions (ecosystem, package, version) VALUES ('hex', 'first', '2.0')")]
    [InlineData("files", "INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256) VALUES ('hex', 'first', '1.0', 'lib/a.ex', '', sha256('c'))")]
    [InlineData("file_paths", "INSERT INTO exograph.file_paths (file_id, path) SELECT id, 'other' FROM exograph.files LIMIT 1")]
    [InlineData("fragments", "INSERT INTO exograph_in.fragments (file_id, ast, kind, line, mass) SELECT id, '', 'k', 9, 1 FROM exograph.files LIMIT 1")]
    [InlineData("graph_nodes", "INSERT INTO exograph_in.graph_nodes (file_id, engine, kind, qualified_name, line) SELECT id, 'e', 'k', 'q', 9 FROM exograph.files LIMIT 1")]
    [InlineData("graph_nodes", "INSERT INTO exograph_in.graph_nodes (fragment_id, engine, kind, qualified_name, line) SELECT id, 'e', 'k', 'q', 9 FROM exograph.fragments LIMIT 1")]
    [InlineData("comments", "INSERT INTO exograph_in.comments (file_id, text, line) SELECT id, 't', 9 FROM exograph.files LIMIT 1")]
    [InlineData("symbol_references", "INSERT INTO exograph_in.symbol_references (file_id, kind, name, qualified_name) SELECT id, 'k', 'n', 'q' FROM exograph.files LIMIT 1")]
    [InlineData("call_edges", "INSERT INTO exograph_in.call_edges (caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name) SELECT min(id), max(id), 'a', 'b' FROM exograph.graph_nodes")]
    [InlineData("fragment_terms", "INSERT INTO exograph_in.fragment_terms (fragment_id, term) SELECT id, 'another' FROM exograph.fragments LIMIT 1")]
    public async Task It_refuses_where_a_row_inserted_by_itself_refers_to_one_of_it(string table, string insert)
    {
        await LoadAsync("first", Facts.InPartitionsOfTheirOwn);
        await Db.ExecuteAsync(insert);
        await Db.ExecuteAsync("DELETE FROM exograph.load_dependencies");

        var error = await Db.FailsAsync("XG015", "CALL exograph.undo_load(1)");

        Assert.StartsWith("rows inserted one by one refer to it: ", error.Detail, StringComparison.Ordinal);
        Assert.Contains($"1 of {table}", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_inserted_by_itself_that_refers_to_a_fragment_of_another_file_only_loses_the_reference()
    {
        await Db.ExecuteAsync("INSERT INTO exograph_in.files (path, source, sha256) VALUES ('p', '', sha256('mine'))");
        await LoadAsync("first", Facts.InPartitionsOfTheirOwn);
        await Db.ExecuteAsync(
            """
            INSERT INTO exograph_in.comments (file_id, fragment_id, text, line)
            SELECT f.id, g.id, 'mine', 1 FROM exograph.files f, exograph.fragments g WHERE f.path = 'p' AND g.name = 'a'
            """);
        Assert.Equal("rows inserted one by one refer to it: 1 of comments.",
            (await Db.FailsAsync("XG015", "CALL exograph.undo_load(1)")).Detail);

        await Db.ExecuteAsync("CALL exograph.undo_load(1, dependents => true)");

        Assert.Equal(["mine|null"], await Db.RowsAsync("SELECT text, fragment_id FROM exograph.comments"));
    }

    [Fact]
    public async Task Dependents_go_with_it_those_that_lean_on_them_as_well_and_no_others()
    {
        await LoadAsync("first", Facts.InTheSharedPartition);
        var other = await LoadAsync("other", Facts.InPartitionsOfTheirOwn);
        var before = await Db.RowsAsync($"SELECT DISTINCT load_id FROM exograph.files WHERE load_id = {other.Id}");
        await StagePathAsync("b"); // leans on the first
        await StagePathAsync("b"); // leans on both
        var error = await Db.FailsAsync("XG015", "CALL exograph.undo_load(1)");
        Assert.Contains("load 4 ('a test') found 1 of file_paths of load 3", error.Detail, StringComparison.Ordinal);

        await Db.ExecuteAsync("CALL exograph.undo_load(1, dependents => true)");

        Assert.Equal(["undone", "finalized", "undone", "undone"], await Db.ColumnOfLoadsAsync());
        Assert.Equal(before, await Db.RowsAsync("SELECT DISTINCT load_id FROM exograph.files"));
        Assert.Equal(0, await Db.CountAsync(Dependencies));

        async Task StagePathAsync(string path)
        {
            var load = await Load.BeginAsync(Db);
            await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'first')");
            await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
            await load.StageAsync("files", "id, package_version_id, path, source, sha256", $"(1, 1, '{path}', 's', sha256('a'))");
            await load.FinalizeAsync();
        }
    }

    [Fact]
    public async Task Terms_that_others_hold_stay_and_those_that_nobody_holds_go()
    {
        var load = await LoadAsync("first", Facts.InPartitionsOfTheirOwn);
        await LoadAsync("second", Facts.InTheSharedPartition);
        await Db.ExecuteAsync("INSERT INTO exograph_in.terms (term) VALUES ('row by row')");

        await UndoAsync(load);

        Assert.Equal(["call", "def", "of second", "row by row"], await Db.RowsAsync("SELECT term FROM exograph.terms ORDER BY term"));
    }

    [Fact]
    public async Task An_open_load_that_was_told_of_facts_of_it_is_told_that_they_are_gone()
    {
        await (await Sample.BeginAsync(Db, "complete => '{definitions}'")).FinalizeAsync();
        var told = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(told);
        Assert.Empty(await Db.RowsAsync($"SELECT * FROM exograph.files_lacking({told.Id}) WHERE table_name = 'definitions'"));

        await Db.ExecuteAsync("CALL exograph.undo_load(1)");

        await Db.FailsAsync("XG011", told.FinalizeSql());
    }

    [Fact]
    public async Task A_declaration_for_a_file_of_another_load_goes_with_it_and_those_of_others_stay()
    {
        await (await Sample.BeginAsync(Db, "complete => '{comments}'")).FinalizeAsync();
        await (await Sample.BeginAsync(Db, "complete => '{definitions}'")).FinalizeAsync();

        await Db.ExecuteAsync("CALL exograph.undo_load(2)");

        Assert.Equal(["1|{comments}", "1|{comments}"], await Db.RowsAsync("SELECT load_id, tables FROM exograph.complete_facts"));
    }

    [Fact]
    public async Task Maps_that_were_kept_go_with_the_load()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync("keep_maps => true");

        await Db.ExecuteAsync("CALL exograph.undo_load(1)");

        Assert.True(await Db.ScalarAsync<bool>("SELECT to_regnamespace('exograph_load_1') IS NULL"));
    }

    [Fact]
    public async Task It_is_for_members_of_the_owner()
    {
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        var load = await Sample.BeginAsync(loader);
        await load.FinalizeAsync();

        await loader.FailsAsync("42501", "CALL exograph.undo_load(1)");

        var owner = await OpenAsAsync(await CreateRoleAsync("dba", "exograph_owner"));
        await owner.ExecuteAsync("CALL exograph.undo_load(1)");
        Assert.Empty(await Db.IndexAsync());
    }

    [Fact]
    public async Task It_needs_read_committed_and_a_transaction_that_may_write()
    {
        await LoadAsync("first", Facts.InTheSharedPartition);

        await Db.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        await Db.FailsAsync("XG007", "CALL exograph.undo_load(1)");
        await Db.ExecuteAsync("ROLLBACK; BEGIN READ ONLY");
        await Db.FailsAsync("25006", "CALL exograph.undo_load(1)");
        await Db.ExecuteAsync("ROLLBACK; BEGIN; INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('a', 'b')");
        await Db.FailsAsync("XG007", "CALL exograph.undo_load(1)");
        await Db.ExecuteAsync("ROLLBACK; BEGIN; CALL exograph.undo_load(1); ROLLBACK");
        Assert.NotEmpty(await Db.IndexAsync());
    }

    [Fact]
    public async Task A_writer_or_a_reader_in_the_way_is_named_and_nothing_is_changed()
    {
        await LoadAsync("first", Facts.InPartitionsOfTheirOwn);
        var before = await Db.IndexAsync();
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN; INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('a', 'b')");
        await Db.ExecuteAsync("SET lock_timeout = '100ms'");
        var error = await Db.FailsAsync("55P03", "CALL exograph.undo_load(1)");
        Assert.Equal("undo_load: another transaction is writing to the index", error.MessageText);
        Assert.Contains($"Process {other.ProcessId} ", error.Detail, StringComparison.Ordinal);

        await other.ExecuteAsync("ROLLBACK; BEGIN; SELECT FROM exograph.definitions_load_1");
        error = await Db.FailsAsync("55P03", "CALL exograph.undo_load(1)");
        Assert.Contains("another transaction is reading definitions", error.MessageText, StringComparison.Ordinal);
        Assert.Contains($"Process {other.ProcessId} ", error.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await Db.IndexAsync());

        await other.ExecuteAsync("ROLLBACK; BEGIN; SELECT FROM exograph.packages, exograph.files, exograph.terms");
        await Db.ExecuteAsync("CALL exograph.undo_load(1)"); // readers of dimensions are no matter
        Assert.Empty(await Db.IndexAsync());
    }

    [Fact]
    public async Task An_object_that_depends_on_a_partition_is_named()
    {
        await LoadAsync("first", Facts.InPartitionsOfTheirOwn);
        await Db.ExecuteAsync("CREATE VIEW public.mine AS SELECT name FROM exograph.definitions_load_1");

        var error = await Db.FailsAsync("2BP01", "CALL exograph.undo_load(1)");

        Assert.Contains("mine", error.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(await Db.IndexAsync());
    }

    [Fact]
    public async Task A_published_database_lets_it_go()
    {
        await Db.ExecuteAsync("CREATE PUBLICATION everything FOR ALL TABLES");
        await LoadAsync("first", Facts.InPartitionsOfTheirOwn);
        var before = await Db.IndexAsync();
        await LoadAsync("second", Facts.InPartitionsOfTheirOwn);
        await LoadAsync("second", Facts.InTheSharedPartition);

        await Db.ExecuteAsync("CALL exograph.undo_load(2, dependents => true)");

        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task Settings_of_the_caller_are_as_before()
    {
        await LoadAsync("first", Facts.InPartitionsOfTheirOwn);
        const string Settings =
            "SELECT current_setting('application_name'), current_setting('lock_timeout'), current_setting('session_replication_role')";
        await Db.ExecuteAsync("SET application_name = 'mine'; BEGIN");
        var before = await Db.RowsAsync(Settings);
        await Db.ExecuteAsync("CALL exograph.undo_load(1)");
        Assert.Equal(before, await Db.RowsAsync(Settings));
        await Db.ExecuteAsync("COMMIT");
    }

    private Task<string[]> PartitionsAsync() => Db.RowsAsync(
        "SELECT first_load, last_load FROM exograph.fact_partitions WHERE table_name = 'definitions' AND first_load > 0");

    private Task UndoAsync(Load load) => Db.ExecuteAsync($"CALL exograph.undo_load({load.Id})");

    /// <summary>Loads the sample as a package of its own, with terms that every such load has and one of its own.</summary>
    private async Task<Load> LoadAsync(string package, Facts facts, bool reserved = false)
    {
        var load = await Load.BeginAsync(Db, reserved ? "ids => 'reserved'" : "");
        var ids = new Dictionary<string, long>();
        foreach (var table in new[] { "packages", "package_versions", "files", "terms", "fragments", "graph_nodes" })
        {
            ids[table] = reserved
                ? await Db.ScalarAsync<long>($"SELECT first FROM exograph.reserve_ids({load.Id}, '{table}', 8)")
                : 1;
        }
        var (file, fragment, node, term) = (ids["files"], ids["fragments"], ids["graph_nodes"], ids["terms"]);
        await load.StageAsync("packages", "id, ecosystem, name", $"({ids["packages"]}, 'hex', '{package}'), ({ids["packages"] + 1}, 'npm', '{package}')");
        await load.StageAsync("package_versions", "id, package_id, version",
            $"({ids["package_versions"]}, {ids["packages"]}, '1.0'), ({ids["package_versions"] + 1}, {ids["packages"] + 1}, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            $"({file}, {ids["package_versions"]}, 'a', 'a', sha256('a')), ({file + 1}, {ids["package_versions"]}, 'b', 'b', sha256('b'))");
        await load.StageAsync("terms", "id, term", $"({term}, 'call'), ({term + 1}, 'def'), ({term + 2}, 'of {package}')");
        await load.StageAsync("fragments", "id, file_id, ast, kind, name, line, mass",
            $@"({fragment}, {file}, '\x01', 'def', 'a', 1, 3), ({fragment + 1}, {file + 1}, '\x02', 'def', 'b', 1, 3)");
        await load.StageAsync("graph_nodes", "id, file_id, fragment_id, engine, kind, qualified_name, line",
            $"({node}, {file}, {fragment}, 's', 'f', 'A.a/0', 1), ({node + 1}, {file + 1}, {fragment + 1}, 's', 'f', 'B.b/0', 1)");
        await load.StageAsync("comments", "file_id, fragment_id, text, line, col", $"({file}, {fragment}, 'why', 1, 3)");
        await load.StageAsync("definitions", "file_id, fragment_id, kind, name, qualified_name, line, col",
            $"({file}, {fragment}, 'def', 'a', 'A.a/0', 1, 3), ({file + 1}, {fragment + 1}, 'def', 'b', 'B.b/0', 1, 3)");
        await load.StageAsync("symbol_references", "file_id, fragment_id, kind, name, qualified_name, line, col",
            $"({file}, {fragment}, 'call', 'b', 'B.b/0', 2, 5)");
        await load.StageAsync("call_edges",
            "file_id, call_site_fragment_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
            $"({file}, {fragment}, {node}, {node + 1}, 'A.a/0', 'B.b/0', 2)");
        await load.StageAsync("fragment_terms", "fragment_id, term_id",
            $"({fragment}, {term}), ({fragment}, {term + 1}), ({fragment + 1}, {term + 1}), ({fragment}, {term + 2})");
        await load.FinalizeAsync($"partition_threshold => {(facts == Facts.InTheSharedPartition ? 1_000_000 : 0)}");
        return load;
    }

    /// <summary>Stages all that a row of a table needs, and the row where it is included.</summary>
    private static async Task StageUpToAsync(Load load, string table, bool included)
    {
        (string Table, string Columns, string Row)[] rows =
        [
            ("packages", "id, ecosystem, name", "(1, 'hex', 'alpha')"),
            ("package_versions", "id, package_id, version", "(1, 1, '1.0')"),
            ("files", "id, package_version_id, path, source, sha256", "(1, 1, 'a', 's', sha256('s'))"),
            ("terms", "id, term", "(1, 'term')"),
            ("fragments", "id, file_id, content_hash, ast, kind, line, mass", "(1, 1, 'h', '', 'k', 1, 1)"),
            ("graph_nodes", "id, file_id, engine, kind, qualified_name", "(1, 1, 'e', 'k', 'q')"),
            ("comments", "file_id, text", "(1, 't')"),
            ("definitions", "file_id, kind, name, qualified_name", "(1, 'k', 'n', 'q')"),
            ("symbol_references", "file_id, kind, name, qualified_name", "(1, 'k', 'n', 'q')"),
            ("call_edges", "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name", "(1, 1, 'q', 'q')"),
            ("fragment_terms", "fragment_id, term_id", "(1, 1)"),
        ];
        if (table == "file_paths")
            rows[2].Row = included ? "(1, 1, 'b', 's', sha256('s'))" : rows[2].Row;
        var needed = table switch
        {
            "packages" => [],
            "package_versions" => ["packages"],
            "files" => ["packages", "package_versions"],
            "file_paths" or "fragments" or "graph_nodes" or "comments" or "definitions" or "symbol_references" =>
                ["packages", "package_versions", "files"],
            "call_edges" => ["packages", "package_versions", "files", "graph_nodes"],
            _ => new[] { "packages", "package_versions", "files", "terms", "fragments" },
        };
        foreach (var (name, columns, row) in rows.Where(r => needed.Contains(r.Table) || included && r.Table == table))
            await load.StageAsync(name, columns, row);
    }
}

file static class Sessions
{
    public static Task<string[]> ColumnOfLoadsAsync(this Session session) =>
        session.RowsAsync("SELECT state FROM exograph.loads ORDER BY load_id");
}

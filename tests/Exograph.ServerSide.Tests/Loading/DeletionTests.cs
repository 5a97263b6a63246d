using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>What goes with a row that is deleted from the index.</summary>
public sealed class DeletionTests : LoadingTest
{
    /// <summary>Tables whose rows others refer to.</summary>
    public static TheoryData<string> ReferredTo => ["packages", "package_versions", "files", "terms", "fragments", "graph_nodes"];

    [Fact]
    public async Task Deleting_a_package_takes_everything_of_it_in_every_partition()
    {
        await LoadTwiceAsync();
        // Of the other package, so that something is to stay.
        var other = await Load.BeginAsync(Db);
        await other.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'beta')");
        await other.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
        await other.StageAsync("files", "id, package_version_id, path, source, sha256", "(1, 1, 'b', 'b', sha256('b'))");
        await other.StageAsync("terms", "id, term", "(1, 'call')");
        await other.StageAsync("fragments", "id, file_id, ast, kind, line, mass", @"(1, 1, '\x', 'def', 1, 1)");
        await other.StageAsync("definitions", "file_id, kind, name, qualified_name", "(1, 'def', 'n', 'N')");
        await other.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 1)");
        await other.FinalizeAsync();
        foreach (var fact in Sample.Facts)
            Assert.True(await Db.CountAsync($"(SELECT DISTINCT tableoid FROM exograph.{Sample.TableOf(fact)}) d") >= 2);

        await Db.ExecuteAsync("DELETE FROM exograph.packages WHERE name = 'alpha'");

        Assert.Equal(
            [
                "packages|1", "package_versions|1", "files|1", "file_paths|1", "terms|3", "fragments|1", "graph_nodes|0",
                "comments|0", "definitions|1", "symbol_references|0", "call_edges|0", "fragment_terms|1",
            ],
            await CountsAsync());
    }

    [Fact]
    public async Task Deleting_a_file_leaves_what_is_not_of_it()
    {
        await LoadTwiceAsync();

        await Db.ExecuteAsync("DELETE FROM exograph.files WHERE path = 'lib/b.ex'");

        Assert.Equal(["lib/a.ex"], await Db.RowsAsync("SELECT path FROM exograph.file_paths"));
        Assert.Equal(["a"], await Db.RowsAsync("SELECT DISTINCT name FROM exograph.definitions"));
        // The calls were to a node of that file.
        Assert.Equal(0, await Db.CountAsync("exograph.call_edges"));
        Assert.Equal(["call", "def", "other"],
            await Db.RowsAsync("SELECT term FROM exograph.fragment_terms x JOIN exograph.terms t ON id = term_id ORDER BY 1"));
    }

    [Theory]
    [InlineData("packages", "name = 'alpha'")]
    [InlineData("package_versions", "version = '1.0'")]
    public async Task What_belongs_to_no_file_goes_with_its_version(string table, string condition)
    {
        var load = await Load.BeginAsync(Db, "partition_threshold => 0");
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0'), (2, 1, '2.0')");
        await load.StageAsync("graph_nodes", "id, package_version_id, engine, kind, qualified_name",
            "(1, 1, 'static', 'module', 'A'), (2, 2, 'static', 'module', 'B'), (3, NULL, 'static', 'module', 'C')");
        await load.StageAsync("call_edges",
            "package_version_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
            "(1, 3, 3, 'C', 'C', 1), (NULL, 3, 3, 'C', 'C', 2)");
        await load.FinalizeAsync();

        await Db.ExecuteAsync($"DELETE FROM exograph.{table} WHERE {condition}");

        Assert.Equal(table == "packages" ? ["C"] : ["B", "C"],
            await Db.RowsAsync("SELECT qualified_name FROM exograph.graph_nodes ORDER BY 1"));
        Assert.Equal(["null|null"], await Db.RowsAsync("SELECT package_id, package_version_id FROM exograph.call_edges"));
    }

    [Fact]
    public async Task Deleting_a_fragment_takes_its_terms_and_leaves_its_facts_without_fragment()
    {
        await LoadTwiceAsync();
        var before = await CountsAsync();
        var referring = new (string Table, string Column)[]
        {
            ("graph_nodes", "fragment_id"), ("comments", "fragment_id"), ("definitions", "fragment_id"),
            ("symbol_references", "fragment_id"), ("call_edges", "call_site_fragment_id"),
        };
        foreach (var (table, column) in referring)
            Assert.True(await Db.CountAsync($"exograph.{table} WHERE {column} IS NOT NULL") > 0);

        await Db.ExecuteAsync("DELETE FROM exograph.fragments");

        foreach (var (table, column) in referring)
            Assert.Equal(0, await Db.CountAsync($"exograph.{table} WHERE {column} IS NOT NULL"));
        Assert.Equal(before.Select(row => row.StartsWith("fragment", StringComparison.Ordinal) ? $"{row.Split('|')[0]}|0" : row),
            await CountsAsync());
    }

    [Fact]
    public async Task Deleting_one_fragment_spares_the_terms_of_its_neighbours()
    {
        var load = await Load.BeginAsync(Db, "partition_threshold => 0");
        await load.StageAsync("files", "id, path, source, sha256", "(1, 'a', 'a', sha256('a'))");
        await load.StageAsync("terms", "id, term", "(1, 'call')");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass",
            @"SELECT n, 1, '\x', 'def', n, 1 FROM generate_series(1, 9) n");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "SELECT n, 1 FROM generate_series(1, 9) n");
        await load.FinalizeAsync();

        await Db.ExecuteAsync("DELETE FROM exograph.fragments WHERE line IN (2, 8)");

        Assert.Equal(["1", "3", "4", "5", "6", "7", "9"], await Db.RowsAsync(
            "SELECT g.line FROM exograph.fragment_terms x JOIN exograph.fragments g ON g.id = x.fragment_id ORDER BY 1"));
        Assert.Equal(7, await Db.CountAsync("exograph.fragment_terms"));
    }

    [Fact]
    public async Task What_was_deleted_can_be_loaded_again()
    {
        var load = await Sample.BeginAsync(Db, "partition_threshold => 0");
        await load.FinalizeAsync();
        var before = await CountsAsync();
        await Db.ExecuteAsync("DELETE FROM exograph.packages");

        var again = await Sample.BeginAsync(Db);
        await again.FinalizeAsync();

        Assert.Equal(before, await CountsAsync());
        Assert.Equal(new Outcome(2) { Inserted = 2 }, await again.OutcomeAsync("definitions"));
        Assert.Equal(new Outcome(3) { Inserted = 3 }, await again.OutcomeAsync("fragment_terms"));
    }

    [Theory]
    [MemberData(nameof(ReferredTo))]
    public async Task Truncating_what_is_referred_to_is_refused_and_changes_nothing(string table)
    {
        await LoadTwiceAsync();
        var before = await Db.IndexAsync();

        foreach (var cascade in new[] { "", " CASCADE" })
        {
            var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => Db.ExecuteAsync($"TRUNCATE exograph.{table}{cascade}"));
            Assert.True(error.SqlState is "23503" or "0A000", error.ToString()); // by foreign keys where they are
            Assert.NotEmpty(error.Hint!);
        }
        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task Truncating_all_tables_together_empties_the_index()
    {
        await LoadTwiceAsync();

        await Db.ExecuteAsync(
            "TRUNCATE exograph.packages, exograph.package_versions, exograph.files, exograph.file_paths, exograph.complete_facts, "
            + "exograph.terms, exograph.fragments, exograph.graph_nodes, exograph.comments, exograph.definitions, "
            + "exograph.symbol_references, exograph.call_edges, exograph.fragment_term_sets");

        Assert.Empty(await Db.IndexAsync());
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
    }

    [Fact]
    public async Task Truncating_fragments_leaves_what_can_do_without_them()
    {
        await LoadTwiceAsync();
        foreach (var (table, column) in new[]
        {
            ("graph_nodes", "fragment_id"), ("comments", "fragment_id"), ("definitions", "fragment_id"),
            ("symbol_references", "fragment_id"), ("call_edges", "call_site_fragment_id"),
        })
        {
            await Db.ExecuteAsync($"UPDATE exograph.{table} SET {column} = NULL");
        }

        await Db.ExecuteAsync("TRUNCATE exograph.fragments, exograph.fragment_term_sets");

        Assert.Empty(await Db.RowsAsync("SELECT finding, object, detail FROM exograph.check_index()"));
    }

    [Theory]
    [MemberData(nameof(ReferredTo))]
    public async Task An_id_does_not_change(string table)
    {
        await LoadTwiceAsync();
        var before = await Db.IndexAsync();

        var error = await Db.FailsAsync("0A000", $"UPDATE exograph.{table} SET id = id + 1000");

        Assert.Equal($"the ids of exograph.{table} do not change", error.MessageText);
        Assert.NotEmpty(error.Hint!);
        Assert.Equal(before, await Db.IndexAsync());
    }

    [Theory]
    [MemberData(nameof(ReferredTo))]
    public async Task Who_may_only_delete_takes_along_what_refers_to_the_rows(string table)
    {
        await LoadTwiceAsync();
        var role = await CreateRoleAsync("cleaner", "exograph_reader");
        await Db.ExecuteAsync($"GRANT DELETE ON exograph.{table} TO {Sql.Name(role)}");
        var cleaner = await OpenAsAsync(role);

        await cleaner.ExecuteAsync($"DELETE FROM exograph.{table}");

        Assert.Equal(0, await Db.CountAsync($"exograph.{table}"));
        Assert.Empty(await Db.RowsAsync("SELECT finding, object, detail FROM exograph.check_index()"));
    }

    [Fact]
    public async Task A_delete_that_waits_for_a_load_or_a_row_ends_after_lock_timeout_and_says_so()
    {
        await LoadTwiceAsync();
        var writer = await OpenAsync();
        await writer.ExecuteAsync("BEGIN; INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'new')");
        await Db.ExecuteAsync("SET lock_timeout = '50ms'");

        var error = await Db.FailsAsync("55P03", "DELETE FROM exograph.fragments");

        Assert.Equal("DELETE FROM exograph.fragments: another transaction is writing to the index", error.MessageText);
        Assert.Contains($"Process {writer.ProcessId} ", error.Detail, StringComparison.Ordinal);
    }

    /// <summary>
    /// The load waits at the gate for a writer; the DELETE has its table and waits at the gate behind the load, which then wants
    /// the table.
    /// </summary>
    [Fact]
    public async Task A_load_and_a_delete_that_wait_for_the_same_writer_both_go_through()
    {
        await LoadTwiceAsync();
        var (writer, loader) = (await OpenAsync(), await OpenAsync());
        var load = await Sample.BeginAsync(loader);
        await writer.ExecuteAsync("BEGIN; INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'new')");
        var finalizing = load.FinalizeAsync();
        await writer.UntilBlockedAsync(loader);
        var deleting = Db.ExecuteAsync("DELETE FROM exograph.packages WHERE name = 'alpha'");
        await writer.UntilWaitingAsync(Db);

        await writer.ExecuteAsync("COMMIT");

        await deleting;
        await finalizing;
        Assert.Empty(await writer.RowsAsync("SELECT finding, object, detail FROM exograph.check_index()"));
    }

    /// <summary>The sample in partitions of its own, and one fact more of each kind in the shared ones.</summary>
    private async Task LoadTwiceAsync()
    {
        await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();
        var load = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(load);
        await load.StageAsync("terms", "id, term", "(3, 'other')");
        await load.StageAsync("comments", "file_id, fragment_id, text", "(1, 1, 'shared')");
        foreach (var table in new[] { "definitions", "symbol_references" })
            await load.StageAsync(table, "file_id, fragment_id, kind, name, qualified_name", "(1, 1, 'k', 'a', 'shared')");
        await load.StageAsync("call_edges",
            "file_id, call_site_fragment_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name",
            "(1, 1, 2, 1, 'B.b/0', 'A.a/0')");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 3)");
        await load.FinalizeAsync();
    }

    private Task<string[]> CountsAsync() => Db.RowsAsync(
        string.Join(" UNION ALL ", Session.IndexTables.Select(t => $"SELECT '{t}', count(*) FROM exograph.{t}")));
}

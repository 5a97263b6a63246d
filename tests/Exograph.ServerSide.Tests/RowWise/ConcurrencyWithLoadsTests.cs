using Exograph.ServerSide.Tests.Loading;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.RowWise;

/// <summary>Sessions that insert beside one that finalizes a load, merges partitions or deletes.</summary>
public sealed class ConcurrencyWithLoadsTests : LoadingTest
{
    private const string Orphans =
        """
        SELECT t.fragment_id, t.term_id FROM exograph.fragment_terms t
        LEFT JOIN exograph.fragments g ON g.id = t.fragment_id
        LEFT JOIN exograph.terms w ON w.id = t.term_id
        WHERE g.id IS NULL OR w.id IS NULL
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    public async Task Every_view_waits_at_the_gate_while_a_load_is_finalized_and_finds_its_rows(int threshold)
    {
        await Row.InsertAllAsync(Db);
        var expected = (await Db.IndexAsync()).Length;
        var load = await StageRowAsync(Db, threshold);
        await Db.ExecuteAsync("DELETE FROM exograph.packages; DELETE FROM exograph.terms; DELETE FROM exograph.graph_nodes");
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();
        var before = await Db.IndexAsync();

        var watcher = await OpenAsync(); // a transaction sees pg_stat_activity as it was at its first look
        var inserts = new List<Task>();
        foreach (var view in Row.Of.Keys)
        {
            var session = await OpenAsync();
            inserts.Add(session.ExecuteAsync(Row.Insert(view)));
            await Db.UntilBlockedAsync(session);
            Assert.Equal(["Lock|relation"], await watcher.RowsAsync(
                "SELECT wait_event_type, wait_event FROM pg_stat_activity WHERE pid = $1", session.ProcessId));
            Assert.Equal(["exograph.gate|RowExclusiveLock"], await watcher.RowsAsync(
                "SELECT relation::regclass::text, mode FROM pg_locks WHERE pid = $1 AND NOT granted", session.ProcessId));
            // Nothing of the index is held while it waits.
            Assert.Empty(await watcher.RowsAsync(
                """
                SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                WHERE l.pid = $1 AND c.relnamespace = 'exograph'::regnamespace AND c.relkind IN ('r', 'p')
                    AND l.granted AND l.mode <> 'AccessShareLock'
                """,
                session.ProcessId));
        }
        await Db.ExecuteAsync("COMMIT");
        await Task.WhenAll(inserts);

        Assert.Equal(before, await Db.IndexAsync());
        Assert.Equal(expected, before.Length);
    }

    [Fact]
    public async Task A_finalize_waits_for_those_who_have_inserted_and_finds_their_rows()
    {
        var load = await Sample.BeginAsync(Db);
        var writer = await OpenAsync();
        await writer.ExecuteAsync("BEGIN; INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'alpha')");

        var finalizing = load.FinalizeAsync();
        await writer.UntilBlockedAsync(Db);
        await writer.ExecuteAsync("INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'beta')");
        await writer.ExecuteAsync("COMMIT");
        await finalizing;

        Assert.Equal(new Outcome(2) { Existing = 2 }, await load.OutcomeAsync("packages"));
        Assert.Equal(["alpha|0", "beta|0"], await Db.RowsAsync("SELECT name, load_id FROM exograph.packages ORDER BY name"));
    }

    [Fact]
    public async Task Sessions_that_insert_beside_loads_in_a_row_all_succeed()
    {
        var loader = await OpenAsync();
        var sessions = new[] { await OpenAsync(), await OpenAsync(), await OpenAsync(), await OpenAsync() };
        var inserting = sessions.Select(async (session, i) =>
        {
            for (var n = 0; n < 40; n++)
            {
                await session.ExecuteAsync(
                    $"""
                    INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256)
                    VALUES ('hex', 'alpha', '1.0', 'f{n}', 's', sha256('f{n}'));
                    INSERT INTO exograph_in.definitions (ecosystem, package, version, file_sha256, kind, name, qualified_name)
                    VALUES ('hex', 'alpha', '1.0', sha256('f{n}'), 'def', 'n', 'q'),
                           ('hex', 'alpha', '1.0', sha256('f{n}'), 'def', 'n', 'q{i}')
                    """);
            }
        }).ToList();
        for (var n = 0; n < 4; n++)
        {
            var load = await Load.BeginAsync(loader, $"partition_threshold => {(n % 2 == 0 ? 0 : 1_000)}");
            await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha')");
            await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
            await load.StageAsync("files", "id, package_version_id, path, source, sha256",
                "SELECT i + 1, 1, 'f' || i, 's', sha256(convert_to('f' || i, 'UTF8')) FROM generate_series(0, 39) i");
            await load.StageAsync("definitions", "file_id, kind, name, qualified_name",
                "SELECT i + 1, 'def', 'n', 'q' || j FROM generate_series(0, 39) i, generate_series(0, 3) j");
            await load.FinalizeAsync();
        }
        await Task.WhenAll(inserting);

        Assert.Equal(40, await Db.CountAsync("exograph.files"));
        Assert.Equal(200, await Db.CountAsync("exograph.definitions"));
        Assert.Equal(200, await Db.CountAsync("(SELECT DISTINCT file_id, qualified_name FROM exograph.definitions) d"));
    }

    [Theory]
    [InlineData("REPEATABLE READ", 0)]
    [InlineData("REPEATABLE READ", 1_000)]
    [InlineData("SERIALIZABLE", 0)]
    public async Task A_snapshot_older_than_a_finalize_gets_40001_never_a_second_copy(string level, int threshold)
    {
        await Row.InsertAllAsync(Db);
        var load = await StageRowAsync(Db, threshold);
        await Db.ExecuteAsync(string.Join(";", Sample.Facts.Select(fact => $"DELETE FROM exograph.{fact}")));
        var sessions = new List<Session>();
        foreach (var _ in Row.Of.Keys)
        {
            var session = await OpenAsync();
            await session.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");
            await session.CountAsync("exograph.packages"); // the snapshot
            sessions.Add(session);
        }
        await load.FinalizeAsync();
        var before = await Db.IndexAsync();

        foreach (var (view, session) in Row.Of.Keys.Zip(sessions))
        {
            await session.FailsAsync("40001", Row.Insert(view));
            await session.ExecuteAsync($"ROLLBACK; BEGIN ISOLATION LEVEL {level}");
            await session.ExecuteAsync(Row.Insert(view));
            await session.ExecuteAsync("COMMIT");
        }

        Assert.Equal(before, await Db.IndexAsync());
        foreach (var fact in Sample.Facts)
            Assert.Equal(1, await Db.CountAsync($"exograph.{fact}"));
    }

    [Theory]
    [InlineData("REPEATABLE READ")]
    [InlineData("SERIALIZABLE")]
    public async Task A_snapshot_that_waits_at_the_gate_gets_40001(string level)
    {
        var load = await Sample.BeginAsync(Db);
        var writer = await OpenAsync();
        await writer.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();

        var inserting = writer.FailsAsync("40001", "INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'alpha')");
        await Db.UntilBlockedAsync(writer);
        await Db.ExecuteAsync("COMMIT");

        await inserting;
    }

    [Theory]
    [InlineData("REPEATABLE READ")]
    [InlineData("SERIALIZABLE")]
    public async Task Above_read_committed_rows_are_inserted_where_no_load_comes_between(string level)
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();

        await Db.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");
        await Row.InsertAllAsync(Db);
        await Row.InsertAllAsync(Db);
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(2, await Db.CountAsync("exograph.graph_nodes WHERE load_id = 0"));
        Assert.Equal(1, await Db.CountAsync("exograph.call_edges WHERE load_id = 0"));
    }

    [Fact]
    public async Task Nothing_is_finalized_or_merged_in_a_transaction_that_has_inserted()
    {
        var load = await Sample.BeginAsync(Db);
        foreach (var call in new[] { load.FinalizeSql(), "SELECT exograph.merge_partitions()" })
        {
            foreach (var view in Row.Of.Keys)
            {
                await Db.ExecuteAsync("BEGIN");
                await Row.InsertParentsAsync(Db, view);
                await Db.ExecuteAsync(Row.Insert(view));
                var error = await Db.FailsAsync("XG007", call);
                Assert.Equal("this transaction has written through the inserter views", error.MessageText);
                await Db.ExecuteAsync("ROLLBACK");
            }
        }
        // An INSERT of no rows at all counts too: it may have looked.
        await Db.ExecuteAsync("BEGIN; INSERT INTO exograph_in.terms (term) SELECT 'x' WHERE false");
        await Db.FailsAsync("XG007", load.FinalizeSql());
        await Db.ExecuteAsync("ROLLBACK");
        await load.FinalizeAsync();
    }

    [Fact]
    public async Task Rows_can_be_inserted_in_a_transaction_that_has_finalized()
    {
        var load = await Sample.BeginAsync(Db, "partition_threshold => 0");
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();
        Assert.Equal(["1"], await Db.RowsAsync(
            "INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'alpha') RETURNING id"));
        await Row.InsertAllAsync(Db);
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(2, await Db.CountAsync("exograph.packages"));
    }

    [Fact]
    public async Task Staging_checking_and_sealing_do_not_wait_for_those_who_have_inserted()
    {
        var writer = await OpenAsync();
        await writer.ExecuteAsync("BEGIN");
        await Row.InsertAllAsync(writer);
        await Db.ExecuteAsync("SET lock_timeout = '10s'");

        var load = await Sample.BeginAsync(Db);
        Assert.Empty(await load.CheckAsync());
        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");

        await writer.ExecuteAsync("COMMIT");
    }

    [Theory]
    [InlineData("SET lock_timeout = '50ms'", "55P03")]
    [InlineData("SET statement_timeout = '50ms'", "57014")]
    public async Task A_timeout_at_the_gate_keeps_its_sqlstate(string setting, string sqlState)
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();
        var writer = await OpenAsync();
        await writer.ExecuteAsync(setting);

        foreach (var view in Row.Of.Keys)
            await writer.FailsAsync(sqlState, Row.Insert(view));

        await Db.ExecuteAsync("ROLLBACK");
        await writer.ExecuteAsync("RESET statement_timeout; RESET lock_timeout");
        await Row.InsertAllAsync(writer);
    }

    [Fact]
    public async Task A_cancel_at_the_gate_keeps_its_sqlstate()
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();
        var writer = await OpenAsync();

        var inserting = writer.FailsAsync("57014", Row.Insert("packages"));
        await Db.UntilBlockedAsync(writer);
        await Db.ExecuteAsync("SELECT pg_cancel_backend($1)", writer.ProcessId);

        await inserting;
        await Db.ExecuteAsync("COMMIT");
        await writer.ExecuteAsync(Row.Insert("packages"));
    }

    [Theory]
    [InlineData("fragments")]
    [InlineData("graph_nodes")]
    [InlineData("comments")]
    [InlineData("definitions")]
    [InlineData("symbol_references")]
    [InlineData("call_edges")]
    [InlineData("fragment_terms")]
    public async Task What_is_inserted_while_its_package_is_being_deleted_is_refused(string view)
    {
        await Row.InsertParentsAsync(Db, view);
        var writer = await OpenAsync();
        await Db.ExecuteAsync("BEGIN; DELETE FROM exograph.packages");

        var inserting = writer.FailsAsync("23503", Row.Insert(view));
        await Db.UntilBlockedAsync(writer);
        await Db.ExecuteAsync("COMMIT");

        await inserting;
        await NothingIsLeftButTermsAsync();
    }

    [Theory]
    [InlineData("packages")]
    [InlineData("package_versions")]
    [InlineData("files")]
    public async Task A_file_inserted_by_key_while_what_it_belongs_to_is_being_deleted_brings_that_again(string deleted)
    {
        await Db.ExecuteAsync(Row.Insert("files"));
        var writer = await OpenAsync();
        await Db.ExecuteAsync($"BEGIN; DELETE FROM exograph.{deleted}");

        var inserting = writer.ExecuteAsync(Row.Insert("files"));
        await Db.UntilBlockedAsync(writer);
        await Db.ExecuteAsync("COMMIT");
        await inserting;

        Assert.Equal(["alpha|1.0|lib/a.ex"], await Db.RowsAsync("SELECT package, version, path FROM exograph_in.files"));
        Assert.Equal(["lib/a.ex"], await Db.RowsAsync("SELECT path FROM exograph.file_paths"));
    }

    [Theory]
    [InlineData("packages")]
    [InlineData("graph_nodes")]
    public async Task A_call_inserted_by_key_while_its_nodes_are_being_deleted_brings_them_again(string deleted)
    {
        (string, string?)[] changes = [("file_sha256", null), ("call_site_content_hash", null), ("caller_file_sha256", null)];
        await Db.ExecuteAsync(Row.Insert("call_edges", changes));
        var writer = await OpenAsync();
        await Db.ExecuteAsync($"BEGIN; DELETE FROM exograph.{deleted}");

        var inserting = writer.ExecuteAsync(Row.Insert("call_edges", changes));
        await Db.UntilBlockedAsync(writer);
        await Db.ExecuteAsync("COMMIT");
        await inserting;

        Assert.Equal(["alpha|1.0|A.a/0|B.b/0"], await Db.RowsAsync(
            "SELECT package, version, caller_qualified_name, callee_qualified_name FROM exograph_in.call_edges"));
    }

    [Theory]
    [InlineData("files", "package_version_id", "package_versions")]
    [InlineData("definitions", "file_id", "files")]
    [InlineData("call_edges", "caller_node_id", "graph_nodes")]
    public async Task A_row_whose_parent_is_named_by_id_and_being_deleted_is_refused(string view, string column, string parent)
    {
        await Row.InsertAllAsync(Db);
        var id = await Db.ScalarAsync<long>($"SELECT max(id) FROM exograph.{parent} WHERE package_id IS NOT NULL");
        string[] keys = view == "files" ? ["ecosystem", "package", "version"]
            : [.. Row.Of[view].Keys.Where(c => !c.StartsWith("callee", StringComparison.Ordinal) && c is not (
                "name" or "kind" or "qualified_name" or "caller_qualified_name" or "line" or "col" or "metadata"))];
        var writer = await OpenAsync();
        await Db.ExecuteAsync("BEGIN; DELETE FROM exograph.packages");

        var inserting = writer.FailsAsync("23503",
            Row.Insert(view, [(column, $"{id}"), .. keys.Select(key => (key, (string?)null))]));
        await Db.UntilBlockedAsync(writer);
        await Db.ExecuteAsync("COMMIT");
        var error = await inserting;

        Assert.Equal($"there is no row in exograph.{parent} with id {id}", error.MessageText);
        Assert.Equal($"Insert it through exograph_in.{parent} first.", error.Hint);
    }

    /// <summary>
    /// Each deletes something, while another holds part of what goes with it, so that the delete has locked its top and waits
    /// below; the row refers to more of that. One that locked from below would deadlock with the delete.
    /// </summary>
    [Theory]
    [InlineData("packages", "definitions")]
    [InlineData("package_versions", "definitions")]
    [InlineData("files", "definitions")]
    [InlineData("packages", "call_edges")]
    [InlineData("package_versions", "call_edges")]
    [InlineData("files", "call_edges")]
    public async Task A_row_beside_a_delete_that_waits_below_waits_at_the_top(string deleted, string view)
    {
        await Db.ExecuteAsync(Row.Insert("files"));
        foreach (var n in new[] { "n0", "n1", "n2" })
            await Db.ExecuteAsync(Row.Insert("graph_nodes", ("qualified_name", $"'{n}'"), ("fragment_content_hash", null)));
        await Db.ExecuteAsync(Row.Insert("fragments"));
        var holder = await OpenAsync();
        await holder.ExecuteAsync("BEGIN; SELECT FROM exograph.graph_nodes WHERE qualified_name = 'n0' FOR KEY SHARE");
        await holder.ExecuteAsync("SELECT FROM exograph.fragments FOR KEY SHARE");
        var writer = await OpenAsync();
        const string Id = "(SELECT id FROM exograph.graph_nodes WHERE qualified_name =";

        var deleting = Db.ExecuteAsync($"DELETE FROM exograph.{deleted}");
        await holder.UntilBlockedAsync(Db);
        var inserting = writer.FailsAsync("23503", view == "definitions"
            ? "INSERT INTO exograph_in.definitions (file_id, fragment_id, kind, name, qualified_name) "
                + "SELECT file_id, id, 'def', 'a', 'A.a/0' FROM exograph.fragments"
            : "INSERT INTO exograph_in.call_edges (caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name) "
                + $"VALUES ({Id} 'n2'), {Id} 'n1'), 'n2', 'n1')");
        await holder.UntilWaitingAsync(writer);
        await holder.ExecuteAsync("COMMIT");

        await deleting;
        await inserting;
    }

    [Fact]
    public async Task What_is_inserted_while_the_delete_of_its_package_is_rolled_back_stays()
    {
        await Row.InsertParentsAsync(Db, "definitions");
        var writer = await OpenAsync();
        await Db.ExecuteAsync("BEGIN; DELETE FROM exograph.packages");

        var inserting = writer.ExecuteAsync(Row.Insert("definitions"));
        await Db.UntilBlockedAsync(writer);
        await Db.ExecuteAsync("ROLLBACK");
        await inserting;

        Assert.Equal(1, await Db.CountAsync("exograph_in.definitions"));
    }

    [Fact]
    public async Task A_delete_waits_for_what_is_being_inserted_below_the_package_and_takes_it_along()
    {
        foreach (var view in Row.Of.Keys.Except(["packages", "package_versions", "files", "terms"]))
        {
            await Row.InsertParentsAsync(Db, view);
            var writer = await OpenAsync();
            await writer.ExecuteAsync("BEGIN");
            await writer.ExecuteAsync(Row.Insert(view));

            var deleting = Db.ExecuteAsync("DELETE FROM exograph.packages");
            await writer.UntilBlockedAsync(Db);
            await writer.ExecuteAsync("COMMIT");
            await deleting;

            await NothingIsLeftButTermsAsync();
            await Db.ExecuteAsync("DELETE FROM exograph.terms; DELETE FROM exograph.graph_nodes");
        }
    }

    [Fact]
    public async Task A_fragment_above_read_committed_that_was_deleted_since_the_snapshot_gets_no_terms()
    {
        await Row.InsertParentsAsync(Db, "fragment_terms");
        var writer = await OpenAsync();
        await writer.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        await writer.CountAsync("exograph.fragments");
        await Db.ExecuteAsync("DELETE FROM exograph.packages");

        await writer.FailsAsync("40001", Row.Insert("fragment_terms"));
        await writer.ExecuteAsync("ROLLBACK");

        Assert.Empty(await Db.RowsAsync(Orphans));
    }

    [Theory]
    [InlineData("packages", "REPEATABLE READ")]
    [InlineData("package_versions", "REPEATABLE READ")]
    [InlineData("files", "SERIALIZABLE")]
    [InlineData("fragments", "SERIALIZABLE")]
    public async Task A_delete_above_read_committed_is_refused_as_it_would_leave_what_is_just_being_inserted(
        string table, string level)
    {
        await Row.InsertParentsAsync(Db, "fragment_terms");
        var writer = await OpenAsync();
        await writer.ExecuteAsync("BEGIN");
        await writer.ExecuteAsync(Row.Insert("fragment_terms"));

        var error = await Db.FailsAsync("XG007", $"BEGIN ISOLATION LEVEL {level}; DELETE FROM exograph.{table}");
        await Db.ExecuteAsync("ROLLBACK");
        await writer.ExecuteAsync("COMMIT");

        Assert.Equal($"DELETE FROM exograph.{table} needs READ COMMITTED, this transaction is {level}", error.MessageText);
        Assert.NotEmpty(error.Hint!);
        Assert.Equal(1, await Db.CountAsync("exograph_in.fragment_terms"));
        await Db.ExecuteAsync($"DELETE FROM exograph.{table}");
        Assert.Empty(await Db.RowsAsync("SELECT * FROM exograph.fragment_terms"));
    }

    [Fact]
    public async Task Deleting_terms_takes_their_facts_also_those_that_are_just_being_inserted()
    {
        await Row.InsertParentsAsync(Db, "fragment_terms");
        await Db.ExecuteAsync(Row.Insert("fragment_terms", ("term", "'other'")));
        var writer = await OpenAsync();
        await writer.ExecuteAsync("BEGIN");
        await writer.ExecuteAsync(Row.Insert("fragment_terms"));

        var deleting = Db.ExecuteAsync("DELETE FROM exograph.terms WHERE term = 'call'");
        await writer.UntilBlockedAsync(Db);
        await writer.ExecuteAsync("COMMIT");
        await deleting;

        Assert.Empty(await Db.RowsAsync(Orphans));
        Assert.Equal(["other"], await Db.RowsAsync("SELECT term FROM exograph_in.fragment_terms"));
        await Db.FailsAsync("XG007", "BEGIN ISOLATION LEVEL REPEATABLE READ; DELETE FROM exograph.terms");
        await Db.ExecuteAsync("ROLLBACK");
    }

    [Fact]
    public async Task A_term_that_is_being_deleted_is_made_again_where_it_is_named_by_its_text_and_missing_where_by_id()
    {
        await Row.InsertParentsAsync(Db, "fragment_terms");
        var (byText, byId) = (await OpenAsync(), await OpenAsync());
        await Db.ExecuteAsync("BEGIN; DELETE FROM exograph.terms");

        var missing = byId.FailsAsync("23503", Row.Insert("fragment_terms", ("term", null), ("term_id", "1")));
        await Db.UntilBlockedAsync(byId);
        var inserting = byText.ExecuteAsync(Row.Insert("fragment_terms"));
        await Db.UntilBlockedAsync(byText);
        await Db.ExecuteAsync("COMMIT");
        await inserting;

        Assert.Equal("Insert it through exograph_in.terms first.", (await missing).Hint);
        Assert.Empty(await Db.RowsAsync(Orphans));
        Assert.Equal(["call"], await Db.RowsAsync("SELECT term FROM exograph_in.fragment_terms"));
    }

    [Fact]
    public async Task A_file_is_replaced_in_one_transaction_beside_a_finalize()
    {
        await Db.ExecuteAsync(Row.Insert("files"));
        var loader = await OpenAsync();
        var load = await Sample.BeginAsync(loader);
        await Db.ExecuteAsync("BEGIN; DELETE FROM exograph.files");

        var finalizing = load.FinalizeAsync();
        await Db.UntilBlockedAsync(loader);
        await Db.ExecuteAsync(Row.Insert("files", ("sha256", "sha256('new')")));
        await Db.ExecuteAsync("COMMIT");
        await finalizing;

        Assert.Equal(1, await Db.CountAsync("exograph.files WHERE sha256 = sha256('new')"));
    }

    [Fact]
    public async Task Inserting_and_deleting_at_once_leaves_no_orphans_and_no_deadlocks()
    {
        var sessions = new[] { await OpenAsync(), await OpenAsync(), await OpenAsync(), await OpenAsync() };
        var all = Task.WhenAll(sessions.Select(async session =>
        {
            for (var n = 0; n < 15; n++)
            {
                foreach (var view in Row.Of.Keys)
                {
                    var error = await Record.ExceptionAsync(() => session.ExecuteAsync(Row.Insert(view)));
                    Assert.True(error is null or PostgresException { SqlState: "23503" }, $"{view}: {error?.Message}");
                }
            }
        }));
        Exception? failure = null;
        while (!all.IsCompleted)
            failure ??= await Record.ExceptionAsync(() => Db.ExecuteAsync("DELETE FROM exograph.packages"));
        await all;

        Assert.Null(failure);
        Assert.Empty(await Db.RowsAsync(Orphans));
        await Db.ExecuteAsync("DELETE FROM exograph.packages");
        await NothingIsLeftButTermsAsync();
    }

    /// <summary>Deleting the only package takes everything with it but terms and the nodes of no package.</summary>
    private async Task NothingIsLeftButTermsAsync() => Assert.All(
        await Db.IndexAsync(),
        row => Assert.True(
            row.StartsWith("terms|", StringComparison.Ordinal) || row.Contains("external", StringComparison.Ordinal), row));

    /// <summary>The same rows as those of <see cref="Row"/>, staged.</summary>
    private static async Task<Load> StageRowAsync(Session session, int threshold)
    {
        var load = await Load.BeginAsync(session, $"partition_threshold => {threshold}");
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256", "(1, 1, 'lib/a.ex', 's', sha256('a'))");
        await load.StageAsync("terms", "id, term", "(1, 'call')");
        await load.StageAsync("fragments", "id, file_id, content_hash, ast, kind, line, end_line, mass",
            @"(1, 1, '\x01', '\x02', 'def', 1, 2, 3)");
        await load.StageAsync("graph_nodes", "id, file_id, engine, external_id, kind, qualified_name, line, col",
            "(1, 1, 'static', 'x', 'function', 'A.a/0', 1, 3), (2, NULL, 'static', NULL, 'external', 'B.b/0', NULL, NULL)");
        await load.StageAsync("comments", "file_id, text, line, col", "(1, 'why', 1, 3)");
        foreach (var table in new[] { "definitions", "symbol_references" })
            await load.StageAsync(table, "file_id, kind, name, qualified_name, line, col", "(1, 'def', 'a', 'A.a/0', 1, 3)");
        await load.StageAsync("call_edges",
            "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line, col",
            "(1, 2, 'A.a/0', 'B.b/0', 2, 5)");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 1)");
        return load;
    }
}

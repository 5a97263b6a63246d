using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Sessions that stage, write, read and finalize at the same time.</summary>
public sealed class ConcurrencyTests : LoadingTest
{
    private static readonly string[] s_packageColumns = ["id", "ecosystem", "name"];

    [Fact]
    public async Task A_copy_in_progress_holds_finalize_up_and_then_fails_it()
    {
        var load = await Sample.BeginAsync(Db);
        var loader = await OpenAsync();
        await using (var copy = await loader.BeginCopyAsync($"{load.Staged("packages")} ({string.Join(", ", s_packageColumns)})"))
        {
            await Db.ExecuteAsync("SET lock_timeout = '200ms'");
            foreach (var call in new[]
            {
                "CALL exograph.finalize_load()", "CALL exograph.abandon_load()", "SELECT exograph.check_load()",
            })
            {
                var error = await Db.FailsAsync("55P03", call);
                Assert.Equal($"load {load.Id}: its staging is in use", error.MessageText);
                Assert.Equal("It waited for longer than lock_timeout (200ms). "
                    + $"Process {loader.ProcessId} (role {loader.UserName}, application '') holds RowExclusiveLock on "
                    + $"{(call.Contains("abandon", StringComparison.Ordinal) ? load.Staged("packages") : "staged_packages")}.",
                    error.Detail);
                Assert.StartsWith("Let the COPY or the query end or cancel it, then call again", error.Hint, StringComparison.Ordinal);
            }
            await copy.StartRowAsync();
            await copy.WriteAsync(3L);
            await copy.WriteAsync("hex");
            await copy.WriteAsync("late");
            await copy.CompleteAsync();
        }

        await Db.ExecuteAsync("RESET lock_timeout");
        await load.FinalizeAsync();
        Assert.Equal(new Outcome(3) { Inserted = 3 }, await load.OutcomeAsync("packages"));
    }

    [Fact]
    public async Task Finalize_waits_for_a_copy_and_sees_its_rows()
    {
        var load = await Sample.BeginAsync(Db);
        var loader = await OpenAsync();
        await loader.ExecuteAsync("BEGIN");
        await load.Through(loader).StageAsync("packages", "id, ecosystem, name", "(3, 'hex', 'late')");

        var finalizing = load.FinalizeAsync();
        await loader.UntilBlockedAsync(Db);
        await loader.ExecuteAsync("COMMIT");
        await finalizing;

        Assert.Equal(new Outcome(3) { Inserted = 3 }, await load.OutcomeAsync("packages"));
    }

    [Fact]
    public async Task Rows_staged_while_finalize_runs_wait_and_are_refused_not_lost()
    {
        var load = await Sample.BeginAsync(Db);
        var loader = await OpenAsync();
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();

        var staging = loader.FailsAsync("42P01",
            $"INSERT INTO {load.Staged("packages")} (id, ecosystem, name) VALUES (3, 'hex', 'late')");
        await Db.UntilBlockedAsync(loader);
        await Db.ExecuteAsync("COMMIT");

        await staging;
        Assert.Equal(2, await Db.CountAsync("exograph.packages"));
    }

    [Fact]
    public async Task A_writer_of_an_index_table_holds_finalize_up_and_then_fails_it()
    {
        var load = await Sample.BeginAsync(Db);
        var writer = await OpenAsync();
        await Db.ExecuteAsync("SET lock_timeout = '50ms'");

        foreach (var table in Session.IndexTables)
        {
            await writer.ExecuteAsync($"BEGIN; DELETE FROM exograph.{Sample.TableOf(table)}");
            var error = await Db.FailsAsync("55P03", load.FinalizeSql());
            Assert.Equal($"load {load.Id}: another transaction is writing to the index", error.MessageText);
            Assert.StartsWith($"It waited for longer than lock_timeout (50ms). Process {writer.ProcessId} (role ", error.Detail,
                StringComparison.Ordinal);
            Assert.StartsWith("exograph.lock_waits shows who waits for whom. Nothing was changed: call again", error.Hint,
                StringComparison.Ordinal);
            await writer.ExecuteAsync("ROLLBACK");
        }

        await Db.ExecuteAsync("RESET lock_timeout");
        Assert.Empty(await Db.IndexAsync());
        await load.FinalizeAsync();
        Assert.Equal(new Outcome(2) { Inserted = 2 }, await load.OutcomeAsync("packages"));
    }

    [Fact]
    public async Task Writers_that_hold_the_gate_are_waited_for()
    {
        var load = await Sample.BeginAsync(Db);
        var writer = await OpenAsync();
        await writer.ExecuteAsync("BEGIN; LOCK TABLE exograph.gate IN ROW EXCLUSIVE MODE");
        await writer.ExecuteAsync("INSERT INTO exograph.packages (ecosystem, name) VALUES ('hex', 'alpha')");

        var finalizing = load.FinalizeAsync();
        await writer.UntilBlockedAsync(Db);
        await writer.ExecuteAsync("COMMIT");
        await finalizing;

        Assert.Equal(["alpha|0", "beta|1"], await Db.RowsAsync("SELECT name, load_id FROM exograph.packages ORDER BY name"));
    }

    [Fact]
    public async Task Readers_neither_wait_for_a_finalize_nor_hold_it_up()
    {
        await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();
        var load = await Sample.BeginAsync(Db, "partition_threshold => 0");
        await load.StageAsync("packages", "id, ecosystem, name", "(3, 'hex', 'new')");
        await load.StageAsync("comments", "file_id, text", "(1, 'new')");
        foreach (var table in new[] { "definitions", "symbol_references" })
            await load.StageAsync(table, "file_id, kind, name, qualified_name", "(1, 'new', 'n', 'N')");
        await load.StageAsync("call_edges", "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name",
            "(2, 1, 'B', 'A')");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(2, 1)");
        var old = await OpenAsync();
        await old.ExecuteAsync("SET lock_timeout = '10s'");
        await old.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        var before = await old.IndexAsync();

        await Db.ExecuteAsync("SET lock_timeout = '10s'; BEGIN");
        await load.FinalizeAsync();
        var young = await OpenAsync();
        await young.ExecuteAsync("SET lock_timeout = '10s'");
        Assert.Equal(before, await young.IndexAsync());
        Assert.Equal(before, await old.IndexAsync());
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(before, await old.IndexAsync());
        await old.ExecuteAsync("COMMIT");
        Assert.Equal(before.Length + 6, (await old.IndexAsync()).Length);
        Assert.Equal(before.Length + 6, (await young.IndexAsync()).Length);
    }

    [Fact]
    public async Task Of_two_that_finalize_one_load_the_second_reports_the_first()
    {
        var load = await Sample.BeginAsync(Db);
        var other = await OpenAsync();
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();

        var second = other.ScalarAsync<int>(load.FinalizeSql());
        await Db.UntilBlockedAsync(other);
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(load.Id, await second);
        Assert.StartsWith($"load {load.Id} was finalized at ", Assert.Single(other.Notices).MessageText,
            StringComparison.Ordinal);
        Assert.Equal(new Outcome(2) { Inserted = 2 }, await load.OutcomeAsync("packages"));
    }

    [Fact]
    public async Task Of_two_that_finalize_one_load_the_second_does_it_where_the_first_is_rolled_back()
    {
        var load = await Sample.BeginAsync(Db);
        var other = await OpenAsync();
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();

        var second = load.Through(other).FinalizeAsync();
        await Db.UntilBlockedAsync(other);
        await Db.ExecuteAsync("ROLLBACK");
        await second;

        Assert.Equal("finalized", await load.StateAsync());
        Assert.Equal(2, await Db.CountAsync("exograph.packages"));
    }

    [Fact]
    public async Task A_session_that_cannot_wait_is_told_that_another_works_on_the_load()
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();
        var other = await OpenAsync();
        await other.ExecuteAsync("SET lock_timeout = '200ms'");

        foreach (var sql in new[]
        {
            load.FinalizeSql(), $"CALL exograph.abandon_load({load.Id})", $"SELECT exograph.seal_load({load.Id}, '{{}}')",
        })
        {
            var error = await other.FailsAsync("55P03", sql);
            Assert.Equal($"load {load.Id}: another session is working on it", error.MessageText);
            Assert.Equal("It waited for longer than lock_timeout (200ms). "
                + $"Process {Db.ProcessId} (role {Db.UserName}, application '') works on it.",
                error.Detail);
            Assert.StartsWith("exograph.lock_waits shows who waits for whom. Call again when it is done", error.Hint,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Loads_that_share_keys_are_finalized_at_once_into_their_union()
    {
        const int Sessions = 4;
        var loads = new List<Load>();
        for (var i = 0; i < Sessions; i++)
        {
            var session = await OpenAsync();
            var load = await Sample.BeginAsync(session, $"partition_threshold => {(i % 2 == 0 ? 0 : 1_000)}");
            // Numbers run against each other, so that equal keys come in opposite orders.
            var number = i % 2 == 0 ? "10 + n" : "1000 - n";
            var window = $"FROM generate_series({i * 25}, {i * 25 + 99}) n";
            await load.StageAsync("packages", "id, ecosystem, name", $"SELECT {number}, 'hex', 'p' || n {window}");
            await load.StageAsync("terms", "id, term", $"SELECT {number}, 't' || n {window}");
            await load.StageAsync("definitions", "file_id, kind, name, qualified_name, line",
                $"SELECT 1, 'def', 'n', 'q', 100 + n {window}");
            await load.StageAsync("fragment_terms", "fragment_id, term_id", $"SELECT 1, {number} {window}");
            loads.Add(load);
        }

        await Task.WhenAll(loads.Select(l => l.FinalizeAsync()));

        Assert.Equal(2 + 175, await Db.CountAsync("exograph.packages"));
        Assert.Equal(2 + 175, await Db.CountAsync("exograph.terms"));
        Assert.Equal(2 + 175, await Db.CountAsync("exograph.definitions"));
        Assert.Equal(2 + 175,
            await Db.CountAsync("(SELECT DISTINCT file_id, line, col, kind, qualified_name FROM exograph.definitions) d"));
        Assert.Equal(3 + 175, await Db.CountAsync("exograph.fragment_terms"));
        Assert.Equal(0, await Db.CountAsync("exograph.load_report WHERE staged <> inserted + existing + collapsed + rejected"));
        Assert.Equal(2 + 175, await Db.ScalarAsync<long>("SELECT last_value FROM exograph.packages_id_seq"));
    }

    [Fact]
    public async Task A_package_deleted_after_staging_is_brought_again()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Sample.BeginAsync(Db);
        var other = await OpenAsync();

        // Half before finalize begins, half while it waits.
        await other.ExecuteAsync("DELETE FROM exograph.packages WHERE name = 'beta'");
        await other.ExecuteAsync("BEGIN; DELETE FROM exograph.packages WHERE name = 'alpha'");
        var finalizing = load.FinalizeAsync();
        await other.UntilBlockedAsync(Db);
        await other.ExecuteAsync("COMMIT");
        await finalizing;

        foreach (var (table, rows) in Sample.Rows)
        {
            Assert.Equal(rows, await Db.CountAsync($"exograph.{table}"));
            Assert.Equal(table == "terms" ? 0 : rows, (await load.OutcomeAsync(table)).Inserted);
        }
    }

    [Fact]
    public async Task A_package_deleted_while_finalize_runs_goes_with_what_the_load_brought()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name", "(1, 'def', 'new', 'N')");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(2, 1)");
        var other = await OpenAsync();
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync("partition_threshold => 0");

        var deleting = other.ExecuteAsync("DELETE FROM exograph.packages");
        await Db.UntilBlockedAsync(other);
        await Db.ExecuteAsync("COMMIT");
        await deleting;

        Assert.All(await Db.IndexAsync(), row => Assert.StartsWith("terms|", row, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_delete_above_read_committed_leaves_no_terms_of_what_it_deleted()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        await other.CountAsync("exograph.fragment_terms");
        var load = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(load);
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(2, 1)");
        await load.FinalizeAsync();

        // It may refuse, as a foreign key would.
        var error = await Record.ExceptionAsync(() => other.ExecuteAsync("DELETE FROM exograph.packages"));
        Assert.True(error is null or Npgsql.PostgresException { SqlState: "40001" or "XG007" }, error?.Message);
        await other.ExecuteAsync(error is null ? "COMMIT" : "ROLLBACK");

        Assert.Empty(await Db.RowsAsync(
            """
            SELECT x.fragment_id
            FROM exograph.fragment_terms x LEFT JOIN exograph.fragments g ON g.id = x.fragment_id WHERE g.id IS NULL
            """));
    }
}

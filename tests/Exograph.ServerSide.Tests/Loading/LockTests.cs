using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Which locks a load takes, and who is told to hold them.</summary>
public sealed class LockTests : LoadingTest
{
    private static readonly string[] s_modes =
    [
        "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE",
        "ACCESS EXCLUSIVE",
    ];

    [Fact]
    public async Task No_role_can_hold_the_gate_or_the_turn_of_a_reservation()
    {
        var role = await CreateRoleAsync("nobody");
        var loader = await CreateRoleAsync("loader", "exograph_loader", "exograph_reader");

        foreach (var session in new[] { await OpenAsAsync(role), await OpenAsAsync(loader) })
        {
            foreach (var table in new[] { "exograph.gate", "exograph.reservation_turns" })
            {
                foreach (var mode in s_modes)
                {
                    await session.ExecuteAsync("BEGIN");
                    await session.FailsAsync("42501", $"LOCK TABLE {table} IN {mode} MODE");
                    await session.ExecuteAsync("ROLLBACK");
                }
                await session.FailsAsync("42501", $"SELECT FROM {table} FOR KEY SHARE");
            }
        }
    }

    [Theory]
    [InlineData("exograph_loader")]
    [InlineData("exograph_reader")]
    public async Task A_role_that_reads_or_inserts_can_keep_no_load_and_no_writer_waiting(string group)
    {
        var session = await OpenAsAsync(await CreateRoleAsync("member", group));

        // Locking a view locks what it selects from.
        await session.ExecuteAsync(
            $"""
            DO $$
            DECLARE
                v_table text;
                v_mode  text;
            BEGIN
                FOR v_table, v_mode IN
                    SELECT c.oid::regclass, m.mode
                    FROM pg_class c
                    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN ('exograph', 'exograph_in')
                    CROSS JOIN string_to_table('{string.Join(',', s_modes.Skip(1))}', ',') AS m (mode)
                    WHERE c.relkind IN ('r', 'p', 'v') AND has_schema_privilege(n.oid, 'USAGE')
                LOOP
                    BEGIN
                        EXECUTE format('LOCK TABLE %s IN %s MODE', v_table, v_mode);
                        RAISE EXCEPTION '% can be locked in % mode', v_table, v_mode;
                    EXCEPTION WHEN insufficient_privilege THEN
                        NULL;
                    END;
                END LOOP;
            END
            $$
            """);
    }

    [Fact]
    public async Task Who_waits_at_the_gate_sees_who_holds_it()
    {
        var writer = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        await writer.ExecuteAsync("SET application_name = 'a writer'");
        var watcher = await OpenAsAsync(await CreateRoleAsync("reader", "exograph_reader"));
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync("SET application_name = 'a holder'; BEGIN");
        await load.FinalizeAsync();

        var writing = writer.ExecuteAsync("INSERT INTO exograph_in.terms (term) VALUES ('a')");
        await Db.UntilBlockedAsync(writer);
        const string Waits =
            "SELECT waiting_pid, waiting_role, waiting_application, mode, waits_for, holder_pid, holder_role, holder_application";
        // The role is that of the login.
        Assert.Equal(
            [$"{writer.ProcessId}|{Db.UserName}|a writer|RowExclusiveLock|exograph.gate|{Db.ProcessId}|{Db.UserName}|a holder"],
            await watcher.RowsAsync($"{Waits} FROM exograph.lock_waits"));
        Assert.Equal(["true|null"],
            await watcher.RowsAsync("SELECT waiting_since <= now(), holder_since FROM exograph.lock_waits"));
        var superuser = await OpenAsync();
        Assert.Equal(["true|idle in transaction"],
            await superuser.RowsAsync("SELECT holder_since <= now(), holder_state FROM exograph.lock_waits"));
        await Db.ExecuteAsync("COMMIT");
        await writing;

        Assert.Empty(await watcher.RowsAsync("TABLE exograph.lock_waits"));
    }

    [Fact]
    public async Task Who_waits_for_a_load_sees_who_works_on_it()
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync($"BEGIN; SELECT exograph.seal_load({load.Id}, '{{}}')");
        var other = await OpenAsync();
        var watcher = await OpenAsync();

        var abandoning = other.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");
        await Db.UntilBlockedAsync(other);
        Assert.Equal([$"exograph.loads|{Db.ProcessId}"],
            await watcher.RowsAsync("SELECT waits_for, holder_pid FROM exograph.lock_waits"));
        await Db.ExecuteAsync("COMMIT");
        await abandoning;
    }

    [Fact]
    public async Task A_writer_that_cannot_wait_at_the_gate_is_told_who_holds_it()
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();
        var writer = await OpenAsync();
        await writer.ExecuteAsync("SET lock_timeout = '100ms'");

        foreach (var sql in new[]
        {
            "INSERT INTO exograph_in.terms (term) VALUES ('a')", "SELECT exograph.resolve_terms('{a}')",
        })
        {
            var error = await writer.FailsAsync("55P03", sql);
            Assert.Equal("a load is being finalized, or the index maintained", error.MessageText);
            Assert.Equal("It waited for longer than lock_timeout (100ms). "
                + $"Process {Db.ProcessId} (role {Db.UserName}, application '') holds "
                + "ShareRowExclusiveLock on exograph.gate.", error.Detail);
            Assert.StartsWith("exograph.lock_waits shows who waits for whom.", error.Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_load_that_a_pg_dump_holds_up_says_so()
    {
        var load = await Sample.BeginAsync(Db);
        var dump = await OpenAsync();
        await dump.ExecuteAsync(
            $"SET application_name = 'pg_dump'; BEGIN; LOCK TABLE {load.Schema}.staging_token IN ACCESS SHARE MODE");

        await Db.ExecuteAsync("SET lock_timeout = '100ms'");
        foreach (var call in new[] { load.FinalizeSql(), $"CALL exograph.abandon_load({load.Id})" })
        {
            var error = await Db.FailsAsync("55P03", call);
            Assert.Equal($"load {load.Id}: its staging is in use", error.MessageText);
            Assert.Contains($"Process {dump.ProcessId} (role {dump.UserName}, application 'pg_dump') holds AccessShareLock on ",
                error.Detail, StringComparison.Ordinal);
            Assert.EndsWith("A pg_dump keeps what it dumps until it ends: -N 'exograph_load_*' has it leave the staging of loads out.",
                error.Hint, StringComparison.Ordinal);
        }
        await dump.ExecuteAsync("COMMIT");

        await load.FinalizeAsync();
        Assert.Equal("finalized", await load.StateAsync());
    }

    [Fact]
    public async Task Sessions_that_reserve_ids_of_one_dimension_take_turns()
    {
        var first = await Load.BeginAsync(Db, "ids => 'reserved'");
        var other = await OpenAsync();
        var second = await Load.BeginAsync(other, "ids => 'reserved'");
        await Db.ExecuteAsync("BEGIN");
        await Db.ExecuteAsync($"SELECT exograph.reserve_ids({first.Id}, 'terms', 10)");

        await other.ExecuteAsync($"SELECT exograph.reserve_ids({second.Id}, 'files', 10)");
        var reserving = other.RowsAsync($"SELECT last - first FROM exograph.reserve_ids({second.Id}, 'terms', 10)");
        await Db.UntilBlockedAsync(other);
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(["9"], await reserving);
    }

    [Fact]
    public async Task Two_loads_may_be_finalized_in_one_transaction()
    {
        var first = await Sample.BeginAsync(Db);
        var second = await Sample.BeginAsync(Db);

        await Db.ExecuteAsync("BEGIN");
        await first.FinalizeAsync();
        await second.FinalizeAsync();
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(new Outcome(2) { Existing = 2 }, await second.OutcomeAsync("packages"));
    }
}

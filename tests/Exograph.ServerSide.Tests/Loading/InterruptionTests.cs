using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>finalize_load stopped from outside.</summary>
public sealed class InterruptionTests : LoadingTest
{
    [Fact]
    public async Task A_finalize_that_is_cancelled_or_runs_out_of_time_while_it_waits_leaves_everything_as_it_was()
    {
        var load = await Sample.BeginAsync(Db);
        var other = await OpenAsync();

        foreach (var blocker in new[]
        {
            // Where finalize waits for the staging, and where for the index.
            $"LOCK TABLE {load.Staged("terms")} IN ROW EXCLUSIVE MODE",
            "LOCK TABLE exograph.fragment_term_sets IN ROW EXCLUSIVE MODE",
            "LOCK TABLE exograph.gate IN ROW EXCLUSIVE MODE",
        })
        {
            await other.ExecuteAsync($"BEGIN; {blocker}");
            var finalizing = Db.FailsAsync("57014", load.FinalizeSql());
            await other.UntilBlockedAsync(Db);
            await other.ExecuteAsync("SELECT pg_cancel_backend($1)", Db.ProcessId);
            await finalizing;

            await Db.ExecuteAsync("SET statement_timeout = '100ms'");
            var error = await Db.FailsAsync("57014", load.FinalizeSql());
            Assert.Equal("canceling statement due to statement timeout", error.MessageText);
            await Db.ExecuteAsync("RESET statement_timeout");
            await other.ExecuteAsync("COMMIT");
            Assert.Empty(await Db.IndexAsync());
        }

        await AssertUntouchedAsync(load);
    }

    // Of two timers that run out together the server reports lock_timeout and forgets statement_timeout. A statement_timeout that is
    // set within the statement starts no timer, so that it is forgotten from the beginning.
    [Theory]
    [InlineData("exograph.fragment_term_sets IN ROW EXCLUSIVE", "CALL exograph.finalize_load(n)")]
    [InlineData("exograph.comments IN ACCESS SHARE", "PERFORM exograph.merge_partitions(0)")]
    [InlineData("exograph.comments IN ACCESS SHARE", "CALL exograph.finalize_load(n, partition_threshold => 0, most_partitions => 2)")]
    [InlineData("exograph_load_3.staged_terms IN ROW EXCLUSIVE", "PERFORM exograph.abandon_loads('0')")]
    [InlineData("exograph_load_3.staging_token IN ACCESS EXCLUSIVE", "PERFORM exograph.check_index()")]
    [InlineData("exograph_load_3.staging_token IN ACCESS EXCLUSIVE", "PERFORM FROM exograph.open_loads")]
    public async Task A_statement_that_waits_again_and_again_ends_by_its_timeout(string held, string call)
    {
        foreach (var line in new[] { 1, 2 })
            await (await StageAsync(line)).FinalizeAsync("partition_threshold => 0");
        var load = await StageAsync(3);
        var before = await Db.IndexAsync();
        var other = await OpenAsync();
        await other.ExecuteAsync($"BEGIN; LOCK TABLE {held} MODE");

        await Db.ExecuteAsync("SET lock_timeout = '2s'");
        var error = await Db.FailsAsync(
            "57014", $"DO $$ DECLARE n integer := 3; BEGIN PERFORM set_config('statement_timeout', '1ms', true); {call}; END $$");

        Assert.Equal("canceling statement due to statement timeout", error.MessageText);
        await other.ExecuteAsync("ROLLBACK");
        Assert.Equal("open", await load.StateAsync());
        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task A_finalize_that_is_cancelled_in_any_phase_leaves_everything_as_it_was()
    {
        const string Options = "partition_threshold => 2";
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Options);
        var phases = await Db.RowsAsync("SELECT concat_ws(' ', phase, table_name) FROM exograph.load_phases ORDER BY position");
        await Db.ExecuteAsync("DELETE FROM exograph.packages; DELETE FROM exograph.terms");
        await PhaseStop.InstallAsync(Db);
        var load = await Sample.BeginAsync(Db);
        var other = await OpenAsync();

        foreach (var phase in phases)
        {
            await PhaseStop.HoldAsync(other, phase);
            var finalizing = Db.FailsAsync("57014", load.FinalizeSql(Options));
            await other.UntilBlockedAsync(Db);
            await other.ExecuteAsync("SELECT pg_cancel_backend($1)", Db.ProcessId);
            await finalizing;
            await other.ExecuteAsync("ROLLBACK");
            Assert.Empty(await Db.IndexAsync());
        }

        Assert.InRange(phases.Length, 20, 40);
        await AssertUntouchedAsync(load);
    }

    [Fact]
    public async Task A_finalize_whose_session_is_terminated_leaves_everything_as_it_was()
    {
        var load = await Sample.BeginAsync(Db);
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN; LOCK TABLE exograph.fragment_term_sets IN ROW EXCLUSIVE MODE");
        var victim = await OpenAsync();

        var finalizing = victim.FailsAsync("57P01", load.FinalizeSql());
        await other.UntilBlockedAsync(victim);
        await other.ExecuteAsync("SELECT pg_terminate_backend($1)", victim.ProcessId);
        await finalizing;

        await other.ExecuteAsync("COMMIT");
        await AssertUntouchedAsync(load);
    }

    [Fact]
    public async Task A_caller_that_stays_idle_in_its_transaction_loses_nothing_but_the_transaction()
    {
        var load = await Sample.BeginAsync(Db);
        var victim = await OpenAsync();
        await victim.ExecuteAsync("BEGIN");
        await load.Through(victim).FinalizeAsync();
        await victim.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = '50ms'");

        // Finalizing waits until the server has ended the idle session.
        await load.FinalizeAsync();

        Assert.Equal(new Outcome(2) { Inserted = 2 }, await load.OutcomeAsync("packages"));
        Assert.Equal(1, await Db.CountAsync("exograph.load_phases WHERE phase = 'verify'"));
    }

    private async Task<Load> StageAsync(int line)
    {
        var load = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(load);
        await load.StageAsync("comments", "file_id, text, line", $"(1, 'why', {line})");
        return load;
    }

    private async Task AssertUntouchedAsync(Load load)
    {
        Assert.Empty(await Db.IndexAsync());
        Assert.Equal("open", await load.StateAsync());
        foreach (var (table, rows) in Sample.Rows)
            Assert.Equal(rows, await Db.CountAsync(load.Staged(table)));
        await load.FinalizeAsync();
        Assert.Equal(new Outcome(2) { Inserted = 2 }, await load.OutcomeAsync("packages"));
    }
}

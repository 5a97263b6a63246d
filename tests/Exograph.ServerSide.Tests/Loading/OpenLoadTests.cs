using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>What <c>exograph.open_loads</c> shows of a load while others work on it.</summary>
public sealed class OpenLoadTests : LoadingTest
{
    [Fact]
    public async Task A_load_that_is_staged_shows_its_rows_and_bytes()
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync("SELECT pg_stat_force_next_flush()");
        await Db.ExecuteAsync("SELECT 1"); // the counts are handed over when the statement is done

        Assert.Equal(["20|null|true|null|null|0|null"], await Db.RowsAsync(
            "SELECT rows_to_do, rows_done, staged_bytes > 0, phase, seconds_left, failed_attempts, last_failure FROM exograph.open_loads"));
        await Db.ExecuteAsync($$"""SELECT exograph.seal_load({{load.Id}}, '{"files": 5, "fragment_terms": 3, "fragment_term_sets": 1}')""");
        Assert.Equal(["8"], await Db.RowsAsync("SELECT rows_to_do FROM exograph.open_loads"));
    }

    [Fact]
    public async Task A_copy_at_work_is_counted_where_the_server_tells()
    {
        var load = await Load.BeginAsync(Db);
        var copying = await OpenAsync();
        await using (var copy = await copying.BeginCopyAsync(load.Staged("terms") + " (id, term)"))
        {
            // More than fits what either side buffers, so that some of it has arrived.
            for (var row = 1; row <= 20_000; row++)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(row);
                await copy.WriteAsync(new string('t', 100));
            }
            await UntilAsync("SELECT rows_to_do BETWEEN 1 AND 20000 FROM exograph.open_loads");
            await copy.CompleteAsync();
        }
    }

    [Fact]
    public async Task Each_phase_shows_its_table_rows_times_and_who_is_at_it()
    {
        await PhaseStop.InstallAsync(Db);
        var finalizing = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        var reader = await OpenAsAsync(await CreateRoleAsync("reader", "exograph_reader"));
        var load = await Sample.BeginAsync(finalizing);
        var holder = await OpenAsync();

        var seen = new List<string>();
        foreach (var phase in new[] { "validate", "merge fragments", "index definitions", "finish" })
        {
            await PhaseStop.HoldAsync(holder, phase);
            var running = load.FinalizeAsync();
            await holder.UntilBlockedAsync(finalizing);
            seen.AddRange(await reader.RowsAsync(
                """
                SELECT phase, table_name, rows_done, rows_to_do, staged_bytes > 0, phase_seconds BETWEEN 0 AND seconds, seconds < 60,
                       working_since BETWEEN started_at AND now(), pid, failed_attempts
                FROM exograph.open_loads
                """));
            Assert.Equal([Db.UserName], await reader.RowsAsync("SELECT working_role FROM exograph.open_loads"));
            await holder.ExecuteAsync("SELECT pg_cancel_backend($1)", finalizing.ProcessId);
            await Assert.ThrowsAsync<Npgsql.PostgresException>(() => running);
            await holder.ExecuteAsync("COMMIT");
        }

        var rest = $"true|true|true|true|{finalizing.ProcessId}";
        Assert.Equal(
            [
                $"validate|null|0|20|{rest}|0", $"merge|fragments|8|20|{rest}|1", $"index|definitions|13|20|{rest}|2",
                $"finish|null|20|20|{rest}|3",
            ],
            seen);
        Assert.Equal(["null|null|null|4"], await reader.RowsAsync("SELECT pid, phase, seconds, failed_attempts FROM exograph.open_loads"));
    }

    [Fact]
    public async Task Whoever_lists_rejects_is_seen_as_well()
    {
        var load = await Sample.BeginAsync(Db);
        var slow = await OpenAsync();
        await Db.ExecuteAsync(
            """
            CREATE FUNCTION public.wait() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); END';
            CREATE EVENT TRIGGER wait ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.wait()
            """);
        await Db.ExecuteAsync("BEGIN; SELECT pg_advisory_xact_lock(1)");
        var checking = slow.ExecuteAsync($"SELECT * FROM exograph.check_load({load.Id})");
        await Db.UntilBlockedAsync(slow);

        Assert.Equal([$"check|null|20|{slow.ProcessId}|0"],
            await Db.RowsAsync("SELECT phase, table_name, rows_to_do, pid, failed_attempts FROM exograph.open_loads"));
        await Db.ExecuteAsync("COMMIT");
        await checking;
    }

    [Fact]
    public async Task What_is_left_follows_from_earlier_loads_of_like_size_by_their_rows()
    {
        await PhaseStop.InstallAsync(Db);
        foreach (var rows in new[] { 10, 1000, 1000, 1000 })
        {
            var earlier = await Load.BeginAsync(Db);
            await earlier.StageAsync("terms", "id, term", $"SELECT n, 't' || n FROM generate_series(1, {rows}) n");
            await earlier.FinalizeAsync();
        }
        // Small loads took an hour, large ones 10 s a phase, of which merging terms grows with terms alone.
        await Db.ExecuteAsync(
            """
            UPDATE exograph.load_phases SET milliseconds = CASE load_id WHEN 1 THEN 3600000 ELSE 10000 END
            WHERE phase IN ('validate', 'finish') OR phase = 'merge' AND table_name IN ('files', 'terms');
            UPDATE exograph.load_phases SET milliseconds = 0
            WHERE NOT (phase IN ('validate', 'finish') OR phase = 'merge' AND table_name IN ('files', 'terms'));
            """);
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("terms", "id, term", "SELECT n, 't' || n FROM generate_series(1, 3000) n");
        var finalizing = await OpenAsync();

        // Files, of which none is staged, take no time; what is staged takes three times as long. Whoever was faster than expected
        // so far will be, but by no more than five times.
        Assert.Equal("true", await LeftAtAsync("validate", 85, 90));
        Assert.Equal("true", await LeftAtAsync("finish", 5, 6));

        async Task<string> LeftAtAsync(string phase, double least, double most)
        {
            var holder = await OpenAsync();
            await PhaseStop.HoldAsync(holder, phase);
            var running = load.Through(finalizing).FinalizeAsync();
            await holder.UntilBlockedAsync(finalizing);
            var left = await Db.RowsAsync(
                "SELECT seconds_left BETWEEN $1 AND $2 OR NULL, seconds_left FROM exograph.open_loads", least, most);
            await holder.ExecuteAsync("SELECT pg_cancel_backend($1)", finalizing.ProcessId);
            await Assert.ThrowsAsync<Npgsql.PostgresException>(() => running);
            await holder.ExecuteAsync("COMMIT");
            return left[0].StartsWith("true", StringComparison.Ordinal) ? "true" : left[0];
        }
    }

    [Fact]
    public async Task Nothing_is_estimated_where_there_is_no_earlier_load()
    {
        await PhaseStop.InstallAsync(Db);
        var load = await Sample.BeginAsync(Db);
        var finalizing = await OpenAsync();
        await PhaseStop.HoldAsync(Db, "merge terms");
        var running = load.Through(finalizing).FinalizeAsync();
        await Db.UntilBlockedAsync(finalizing);

        Assert.Equal(["null|true"], await Db.RowsAsync("SELECT seconds_left, seconds >= 0 FROM exograph.open_loads"));
        await Db.ExecuteAsync("COMMIT");
        await running;
    }

    [Fact]
    public async Task Looking_neither_waits_nor_keeps_anybody_waiting()
    {
        var load = await Sample.BeginAsync(Db);
        var reader = await OpenAsAsync(await CreateRoleAsync("reader", "exograph_reader"));
        await reader.ExecuteAsync("BEGIN");
        await reader.RowsAsync("TABLE exograph.open_loads");
        Assert.Empty(await Db.RowsAsync(
            $"""
            SELECT l.relation::regclass, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
            WHERE l.pid = {reader.ProcessId} AND c.relnamespace = '{load.Schema}'::regnamespace
            """));

        await Db.ExecuteAsync("SET lock_timeout = '2s'; BEGIN");
        await load.FinalizeAsync();
        await reader.ExecuteAsync("SET LOCAL lock_timeout = '500ms'");
        Assert.Single(await reader.RowsAsync("TABLE exograph.open_loads"));
        await Db.ExecuteAsync("COMMIT");
        Assert.Empty(await reader.RowsAsync("TABLE exograph.open_loads"));
    }

    [Fact]
    public async Task Looking_does_not_wait_for_whoever_has_a_staging_table_locked()
    {
        var load = await Sample.BeginAsync(Db);
        var holder = await OpenAsync();
        await holder.ExecuteAsync($"BEGIN; LOCK TABLE {load.Staged("files")} IN ACCESS EXCLUSIVE MODE");
        await Db.ExecuteAsync("SET statement_timeout = '10s'");

        Assert.Equal(["null|0"], await Db.RowsAsync("SELECT staged_bytes, failed_attempts FROM exograph.open_loads"));
        await holder.ExecuteAsync("COMMIT");
        Assert.Equal(["true"], await Db.RowsAsync("SELECT staged_bytes > 0 FROM exograph.open_loads"));
    }

    [Fact]
    public async Task A_load_without_the_sequences_is_watched_by_its_sessions_name()
    {
        await PhaseStop.InstallAsync(Db);
        var load = await Sample.BeginAsync(Db);
        foreach (var name in await Db.RowsAsync("SELECT unnest(exograph_private.attempt_sequences())"))
            await Db.ExecuteAsync($"DROP SEQUENCE {load.Schema}.{name}");
        var finalizing = await OpenAsync();
        await PhaseStop.HoldAsync(Db, "merge terms");
        var running = load.Through(finalizing).FinalizeAsync();
        await Db.UntilBlockedAsync(finalizing);

        Assert.Equal(["merge terms|0"], await Db.RowsAsync("SELECT phase, failed_attempts FROM exograph.open_loads"));
        await Db.ExecuteAsync("COMMIT");
        await running;
        Assert.Equal("finalized", await load.StateAsync());
    }

    [Fact]
    public async Task A_staging_of_somebody_elses_making_is_not_entered()
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync(
            $"DROP SCHEMA {load.Schema} CASCADE; CREATE SCHEMA {load.Schema}; CREATE SEQUENCE {load.Schema}.attempts; "
            + $"SELECT setval('{load.Schema}.attempts', 7)");

        Assert.Equal(["0"], await Db.RowsAsync("SELECT failed_attempts FROM exograph.open_loads"));
        await Db.FailsAsync("XG004", load.FinalizeSql());
        Assert.Equal(7, await Db.ScalarAsync<long>($"SELECT last_value FROM {load.Schema}.attempts"));
    }

    private async Task UntilAsync(string condition)
    {
        for (var look = 0; look < 1_000; look++)
        {
            if (await Db.ScalarAsync<bool>(condition))
                return;
            await Task.Delay(10);
        }
        Assert.Fail($"never: {condition}");
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>finalize_load in a transaction of its caller.</summary>
public sealed class TransactionTests : LoadingTest
{
    [Theory]
    [InlineData("REPEATABLE READ")]
    [InlineData("SERIALIZABLE")]
    public async Task Isolation_above_read_committed_is_refused(string level)
    {
        var load = await Sample.BeginAsync(Db);

        await Db.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");
        var error = await Db.FailsAsync("XG007", load.FinalizeSql());
        await Db.ExecuteAsync("ROLLBACK");

        Assert.Equal($"finalize_load needs READ COMMITTED, this transaction is {level}", error.MessageText);
        Assert.Equal("BEGIN ISOLATION LEVEL READ COMMITTED, or call it outside a transaction.", error.Hint);
        await load.FinalizeAsync();
        Assert.Equal("finalized", await load.StateAsync());
    }

    [Fact]
    public async Task A_session_whose_default_isolation_is_higher_is_told_the_same()
    {
        var load = await Load.BeginAsync(Db);
        await Db.ExecuteAsync("SET default_transaction_isolation = 'serializable'");

        await Db.FailsAsync("XG007", load.FinalizeSql());
    }

    [Fact]
    public async Task A_read_only_transaction_is_refused()
    {
        var load = await Load.BeginAsync(Db);

        await Db.ExecuteAsync("BEGIN READ ONLY");
        var error = await Db.FailsAsync("25006", load.FinalizeSql());
        await Db.ExecuteAsync("ROLLBACK");

        Assert.Equal("finalize_load writes, and this transaction is read-only", error.MessageText);
    }

    [Fact]
    public async Task A_transaction_that_holds_the_gate_as_a_writer_is_refused()
    {
        var load = await Load.BeginAsync(Db);

        await Db.ExecuteAsync("BEGIN; LOCK TABLE exograph.gate IN ROW EXCLUSIVE MODE");
        var error = await Db.FailsAsync("XG007", load.FinalizeSql());
        await Db.ExecuteAsync("ROLLBACK");

        Assert.Equal("this transaction has written through the inserter views", error.MessageText);
        Assert.Equal("Commit first, then call finalize_load.", error.Hint);
    }

    [Fact]
    public async Task What_is_rolled_back_leaves_load_staging_and_index_as_they_were()
    {
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "(9, 'hex', NULL)");
        var ledger = await Db.RowsAsync("TABLE exograph.loads");

        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync("on_reject => 'skip', partition_threshold => 0, keep_maps => true");
        await Db.ExecuteAsync("ROLLBACK");

        Assert.Equal(ledger, await Db.RowsAsync("TABLE exograph.loads"));
        Assert.Empty(await Db.IndexAsync());
        Assert.Equal(0, await Db.CountAsync("exograph.load_tables"));
        Assert.Equal(0, await Db.CountAsync("exograph.load_phases"));
        Assert.Equal(5, await Db.CountAsync("exograph.fact_partitions"));
        Assert.Equal(["packages|name is missing"], await load.CheckAsync());
        await load.FinalizeAsync("on_reject => 'skip'");
        Assert.Equal(new Outcome(3) { Inserted = 2, Rejected = 1 }, await load.OutcomeAsync("packages"));
    }

    [Fact]
    public async Task A_load_can_be_begun_staged_and_finalized_in_one_transaction()
    {
        await Db.ExecuteAsync("BEGIN");
        var load = await Sample.BeginAsync(Db);
        await load.CheckAsync();
        await load.FinalizeAsync("partition_threshold => 0");
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal("finalized", await load.StateAsync());
        Assert.Equal(2, await Db.CountAsync("exograph.definitions"));
    }

    [Fact]
    public async Task One_transaction_can_finalize_several_loads_and_one_twice()
    {
        var first = await Sample.BeginAsync(Db, "partition_threshold => 0");
        var second = await Sample.BeginAsync(Db, "partition_threshold => 0");

        await Db.ExecuteAsync("BEGIN");
        await first.FinalizeAsync();
        await first.FinalizeAsync();
        await second.FinalizeAsync();
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(new Outcome(2) { Existing = 2 }, await second.OutcomeAsync("definitions"));
        Assert.Equal("finalized", await first.StateAsync());
    }

    [Fact]
    public async Task A_savepoint_brings_back_what_finalize_had_done()
    {
        var load = await Sample.BeginAsync(Db);

        await Db.ExecuteAsync("BEGIN; SAVEPOINT s");
        await load.FinalizeAsync();
        await Db.ExecuteAsync("ROLLBACK TO s");
        Assert.Equal(2, await Db.CountAsync(load.Staged("files")));
        await load.StageAsync("terms", "id, term", "(3, 'late')");
        await load.FinalizeAsync();
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(new Outcome(3) { Inserted = 3 }, await load.OutcomeAsync("terms"));
    }

    [Fact]
    public async Task The_settings_of_the_session_do_not_matter()
    {
        foreach (var setting in new[]
        {
            "standard_conforming_strings = off", "bytea_output = escape", "quote_all_identifiers = on", "array_nulls = off",
            "DateStyle = 'German, DMY'", "transform_null_equals = on", "search_path = pg_temp", "enable_hashjoin = off",
            "default_transaction_deferrable = on", "extra_float_digits = 0", "IntervalStyle = iso_8601",
        })
        {
            await Db.ExecuteAsync("DELETE FROM exograph.packages; DELETE FROM exograph.terms");
            var first = await Sample.BeginAsync(Db, "partition_threshold => 0");
            await first.StageAsync("terms", "id, term", @"(5, 'back\slash'), (6, 'back\slash')");
            await using (var session = await OpenAsync())
            {
                await session.ExecuteAsync($"SET {setting}");
                var error = await Record.ExceptionAsync(() => first.Through(session).FinalizeAsync());
                Assert.True(error is null, $"{setting}: {error?.Message}");
            }

            var second = await Sample.BeginAsync(Db);
            await second.StageAsync("terms", "id, term", @"(5, 'back\slash')");
            await second.FinalizeAsync();

            Assert.Equal(new Outcome(4) { Inserted = 3, Collapsed = 1 }, await first.OutcomeAsync("terms"));
            foreach (var table in Sample.Rows.Keys)
                Assert.Equal(0, (await second.OutcomeAsync(table)).Inserted);
        }
    }

    [Fact]
    public async Task The_callers_settings_are_as_before_once_finalize_has_returned()
    {
        await Db.ExecuteAsync("SET application_name = 'mine'; SET search_path = exograph, public");
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("terms", "id, term", "(9, NULL)");

        var before = await SettingsAsync();
        Assert.StartsWith("mine|0|exograph, public|", Assert.Single(before), StringComparison.Ordinal);

        await Db.FailsAsync("XG006", load.FinalizeSql());
        Assert.Equal(before, await SettingsAsync());
        await Db.ExecuteAsync("BEGIN");
        await Db.RowsAsync($"SELECT * FROM exograph.check_load({load.Id})");
        Assert.Equal(before, await SettingsAsync());
        await load.FinalizeAsync("on_reject => 'skip', defer_indexes => true");
        Assert.Equal(before, await SettingsAsync());
        await Db.ExecuteAsync("CALL exograph.rebuild_indexes()");
        Assert.Equal(before, await SettingsAsync());
        await Db.ExecuteAsync("SELECT exograph.merge_partitions()");
        Assert.Equal(before, await SettingsAsync());
        await Db.ExecuteAsync("COMMIT");
        Assert.Equal(before, await SettingsAsync());
    }

    [Theory]
    [InlineData("4MB", "64MB", "64MB|512MB")]
    [InlineData("100MB", "1GB", "100MB|1GB")]
    public async Task Finalize_works_with_enough_memory_and_with_more_where_it_is_given(
        string sorting, string indexing, string inForce)
    {
        await Db.ExecuteAsync(
            """
            CREATE FUNCTION public.tell_memory() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE WARNING '%|%', current_setting('work_mem'), current_setting('maintenance_work_mem');
                RETURN NEW;
            END $$;
            CREATE TRIGGER tell_memory BEFORE INSERT ON exograph.packages FOR EACH STATEMENT EXECUTE FUNCTION public.tell_memory()
            """);
        await Db.ExecuteAsync($"SET work_mem = '{sorting}'; SET maintenance_work_mem = '{indexing}'");

        await (await Sample.BeginAsync(Db)).FinalizeAsync();

        Assert.Equal([inForce], Db.Notices.Where(n => n.Severity == "WARNING").Select(n => n.MessageText));
    }

    private Task<string[]> SettingsAsync() => Db.RowsAsync(
        """
        SELECT current_setting('application_name'), current_setting('lock_timeout'), current_setting('search_path'),
               current_setting('jit'), current_setting('work_mem'), current_setting('maintenance_work_mem')
        """);
}

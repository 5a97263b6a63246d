using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>What the ledger, notices and pg_stat_activity tell of a load.</summary>
public sealed class LedgerTests : LoadingTest
{
    [Fact]
    public async Task The_report_accounts_for_every_staged_row()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Sample.BeginAsync(Db, "on_reject => 'skip'");
        await load.StageAsync("packages", "id, ecosystem, name, metadata",
            "(3, 'hex', 'new', '{}'), (4, 'hex', 'new', '[]'), (5, 'hex', NULL, NULL)");
        await load.StageAsync("terms", "id, term", "(3, 'new'), (4, 'new'), (5, 'call'), (6, NULL)");
        await load.FinalizeAsync();

        Assert.Equal(12, await Db.CountAsync($"exograph.load_report WHERE load_id = {load.Id}"));
        Assert.Equal(0, await Db.CountAsync("exograph.load_report WHERE staged <> inserted + existing + collapsed + rejected"));
        Assert.Equal(new Outcome(5) { Inserted = 1, Existing = 2, Collapsed = 1, Rejected = 1, Conflicting = 1 },
            await load.OutcomeAsync("packages"));
        Assert.Equal(new Outcome(6) { Inserted = 1, Existing = 3, Collapsed = 1, Rejected = 1 },
            await load.OutcomeAsync("terms"));
        Assert.Equal(
            [
                "packages|merged", "package_versions|empty", "files|empty", "file_paths|empty", "terms|merged", "fragments|empty",
                "graph_nodes|empty", "comments|empty", "definitions|empty", "symbol_references|empty", "call_edges|empty",
                "fragment_terms|empty",
            ],
            await Db.RowsAsync($"SELECT table_name, path FROM exograph.load_report WHERE load_id = {load.Id}"));
    }

    [Fact]
    public async Task The_newest_load_comes_first_in_the_report()
    {
        await (await Load.BeginAsync(Db)).FinalizeAsync();
        await (await Load.BeginAsync(Db)).FinalizeAsync();

        Assert.Equal(["2|a test|finalized|packages", "2|a test|finalized|package_versions"],
            await Db.RowsAsync("SELECT load_id, label, state, table_name FROM exograph.load_report LIMIT 2"));
    }

    [Fact]
    public async Task Accounting_that_does_not_add_up_fails_the_load()
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync(
            """
            CREATE FUNCTION public.miscount() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN NEW.existing := NEW.existing + 1; RETURN NEW; END';
            CREATE TRIGGER miscount BEFORE UPDATE ON exograph.load_tables
                FOR EACH ROW WHEN (NEW.table_name = 'terms' AND NEW.path = 'merged') EXECUTE FUNCTION public.miscount();
            """);

        var error = await Db.FailsAsync("XG009", load.FinalizeSql());

        Assert.Equal($"load {load.Id}: the accounting does not add up", error.MessageText);
        Assert.Equal("terms: 2 staged, but 2 inserted + 1 existing + 0 collapsed + 0 rejected", error.Detail);
        Assert.StartsWith("Nothing was changed.", error.Hint, StringComparison.Ordinal);
        Assert.Empty(await Db.IndexAsync());
        Assert.Equal(2, await Db.CountAsync(load.Staged("terms")));
    }

    [Fact]
    public async Task Phases_are_kept_with_their_time_and_wal()
    {
        var load = await Sample.BeginAsync(Db, "partition_threshold => 2");
        await load.FinalizeAsync();

        Assert.Equal(
            [
                "verify|null", "validate|null", "close gate|null", "merge|packages", "merge|package_versions",
                "merge|files", "merge|file_paths", "merge|terms", "merge|fragments", "merge|graph_nodes",
                "resolve|comments", "index|comments", "share|comments", "resolve|definitions", "index|definitions",
                "attach|definitions",
            ],
            await Db.RowsAsync("SELECT phase, table_name FROM exograph.load_phases ORDER BY position LIMIT 16"));
        Assert.Equal(["finish"], await Db.RowsAsync("SELECT phase FROM exograph.load_phases ORDER BY position DESC LIMIT 1"));
        Assert.Equal(["true"],
            await Db.RowsAsync("SELECT DISTINCT milliseconds >= 0 AND wal_bytes >= 0 FROM exograph.load_phases"));
        Assert.Equal(["true|true"],
            await Db.RowsAsync("SELECT max(position) = count(*), bool_and(started_lsn IS NOT NULL) FROM exograph.load_phases"));
        Assert.Equal(0, await Db.CountAsync("exograph.load_report WHERE milliseconds <= 0 OR wal_bytes <= 0"));
        Assert.Equal(0, await Db.CountAsync(
            """
            exograph.load_tables t
            JOIN (SELECT table_name, sum(wal_bytes) AS wal_bytes FROM exograph.load_phases GROUP BY 1) p USING (table_name)
            WHERE t.wal_bytes <> p.wal_bytes
            """));
    }

    [Fact]
    public async Task A_dimension_is_analyzed_when_a_tenth_of_it_is_new()
    {
        var staged = 0;
        async Task<bool> IsAnalyzedByAsync(int terms)
        {
            var load = await Load.BeginAsync(Db);
            await load.StageAsync(
                "terms", "id, term", $"SELECT n, 't' || n FROM generate_series({staged + 1}, {staged + terms}) n");
            staged += terms;
            await load.FinalizeAsync();
            // Untold, the server counts a session's changes when it has been idle for a second.
            await Db.ExecuteAsync("SELECT pg_stat_force_next_flush()");
            return await Db.CountAsync(
                $"exograph.load_phases WHERE load_id = {load.Id} AND phase = 'analyze' AND table_name = 'terms'") == 1;
        }

        Assert.True(await IsAnalyzedByAsync(terms: 1000));
        Assert.False(await IsAnalyzedByAsync(terms: 60));
        Assert.True(await IsAnalyzedByAsync(terms: 60));
        Assert.False(await IsAnalyzedByAsync(terms: 60));
    }

    [Fact]
    public async Task Notices_tell_the_caller_of_each_phase()
    {
        var load = await Sample.BeginAsync(Db);
        await load.FinalizeAsync();

        var phases = await Db.RowsAsync("SELECT concat_ws(' ', phase, table_name) FROM exograph.load_phases ORDER BY position");
        Assert.Equal(phases.Select(p => $"load {load.Id}: {p}"),
            Db.Notices.Where(n => n.Severity == "NOTICE").Select(n => n.MessageText));
    }

    [Fact]
    public async Task Other_sessions_see_the_phase_while_it_runs()
    {
        var load = await Sample.BeginAsync(Db);
        var role = await CreateRoleAsync("reader", "exograph_reader");
        var reader = await OpenAsAsync(role);
        var writer = await OpenAsync();
        await writer.ExecuteAsync("BEGIN; LOCK TABLE exograph.graph_nodes IN ROW EXCLUSIVE MODE");
        Assert.Equal([$"{load.Id}|a test|{Db.UserName}|true|null|null"], await OpenLoadsAsync(reader));

        var finalizing = load.FinalizeAsync();
        await writer.UntilBlockedAsync(Db);
        Assert.Equal([$"exograph load {load.Id}: close gate"],
            await reader.RowsAsync("SELECT application_name FROM pg_stat_activity WHERE pid = $1", Db.ProcessId));
        Assert.Equal([$"{Db.ProcessId}|close gate"], await reader.RowsAsync("SELECT pid, phase FROM exograph.open_loads"));
        await writer.ExecuteAsync("COMMIT");
        await finalizing;

        Assert.Empty(await OpenLoadsAsync(reader));
        Assert.Equal(0, await reader.CountAsync(
            "pg_stat_activity WHERE application_name LIKE 'exograph load%' AND datname = current_database()"));
    }

    [Fact]
    public async Task Open_loads_can_be_listed_while_a_finalize_waits_for_its_commit()
    {
        var load = await Sample.BeginAsync(Db);
        var reader = await OpenAsync();
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync();

        await reader.ExecuteAsync("SET lock_timeout = '500ms'");
        var listed = Assert.Single(await OpenLoadsAsync(reader));
        Assert.StartsWith($"{load.Id}|a test|", listed, StringComparison.Ordinal);
        Assert.Equal(5, (await reader.RowsAsync("SELECT * FROM exograph.fact_partitions")).Length);
    }

    private static Task<string[]> OpenLoadsAsync(Session session) =>
        session.RowsAsync("SELECT load_id, label, started_by, staged_bytes > 0, pid, phase FROM exograph.open_loads");
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>The index of staged sets of terms, built by a session beside the one that finalizes.</summary>
public sealed class StagedSetIndexTests : LoadingTest
{
    private const string Final = "attached|all rows were final";

    [Fact]
    public async Task What_another_session_has_indexed_is_not_built_again()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        var indexer = await OpenAsync();
        await IndexAsync(sample.Load, indexer);
        var index = await IndexesAsync(sample.Staged("fragment_terms"));

        await sample.Load.FinalizeAsync();

        Assert.Single(index);
        Assert.Contains(index[0], await IndexesAsync(sample.Partition("fragment_terms")));
        Assert.Equal(Final, await sample.PathAsync("fragment_terms"));
        Assert.Equal(new Outcome(40) { Inserted = 40 }, await sample.Load.OutcomeAsync("fragment_terms"));
        Assert.Equal(
            await DefinitionsAsync("exograph.fragment_term_sets"), await DefinitionsAsync(sample.Partition("fragment_terms")));
        Assert.Equal("", await indexer.ScalarAsync<string>("SELECT current_setting('application_name')"));
    }

    [Fact]
    public async Task Finalize_does_all_else_meanwhile_and_waits_for_the_build_longer_than_for_other_locks()
    {
        await HoldBuildsUpAsync();
        var sample = await ReservedSample.BeginAsync(Db);
        var (indexer, holder) = (await OpenAsync(), await OpenAsync());
        await holder.ExecuteAsync("BEGIN; SELECT pg_advisory_xact_lock(2)");
        await Db.ExecuteAsync("SET lock_timeout = '50ms'");

        var indexing = IndexAsync(sample.Load, indexer);
        await holder.UntilBlockedAsync(indexer);
        var finalizing = sample.Load.FinalizeAsync();
        await UntilPhaseAsync(await OpenAsync(), $"exograph load {sample.Load.Id}: index fragment_terms");
        await Task.Delay(500);
        Assert.False(finalizing.IsCompleted);
        await holder.ExecuteAsync("COMMIT");
        await Task.WhenAll(indexing, finalizing);

        Assert.Equal(Final, await sample.PathAsync("fragment_terms"));
    }

    [Fact]
    public async Task Finalize_names_a_session_that_has_indexed_and_keeps_its_transaction_open()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        var indexer = await OpenAsync();
        await indexer.ExecuteAsync("BEGIN");
        await IndexAsync(sample.Load, indexer);
        await Db.ExecuteAsync("SET lock_timeout = '50ms'");

        var error = await Db.FailsAsync("55P03", sample.Load.FinalizeSql());

        Assert.Equal($"load {sample.Load.Id}: its staging is in use", error.MessageText);
        Assert.Contains($"Process {indexer.ProcessId} ", error.Detail, StringComparison.Ordinal);
        await indexer.ExecuteAsync("COMMIT");
        await sample.Load.FinalizeAsync();
        Assert.Equal(Final, await sample.PathAsync("fragment_terms"));
    }

    [Fact]
    public async Task Finalize_indexes_itself_what_a_cancelled_session_has_begun()
    {
        await HoldBuildsUpAsync();
        var sample = await ReservedSample.BeginAsync(Db);
        var (indexer, holder) = (await OpenAsync(), await OpenAsync());
        await holder.ExecuteAsync("BEGIN; SELECT pg_advisory_xact_lock(2)");
        var indexing = indexer.FailsAsync("57014", $"CALL exograph.index_staged_sets({sample.Load.Id})");
        await holder.UntilBlockedAsync(indexer);
        var finalizing = sample.Load.FinalizeAsync();
        await UntilPhaseAsync(await OpenAsync(), $"exograph load {sample.Load.Id}: index fragment_terms");

        await holder.ExecuteAsync("SELECT pg_cancel_backend($1)", indexer.ProcessId);
        await indexing;
        await holder.ExecuteAsync("COMMIT");
        await finalizing;

        Assert.Equal(Final, await sample.PathAsync("fragment_terms"));
        Assert.Equal(
            await DefinitionsAsync("exograph.fragment_term_sets"), await DefinitionsAsync(sample.Partition("fragment_terms")));
    }

    [Fact]
    public async Task An_index_on_an_open_load_keeps_no_row_out_and_finds_those_that_come_later()
    {
        var sample = await ReservedSample.ReserveAsync(Db, $"{ReservedSample.AlwaysPartition}, on_reject => 'skip'");
        await sample.StageDimensionsAsync();
        await sample.StageFactsAsync(1, 10);
        await IndexAsync(sample.Load, Db);
        Assert.Single(await IndexesAsync(sample.Staged("fragment_terms")));
        await sample.StageFactsAsync(11, 40, line: 11);
        await sample.Load.StageAsync("fragment_term_sets", "fragment_id, term_ids",
            "(NULL, '{1}'), (1, NULL), (1, '{}'), (1, '{NULL,2000000000}'), (2000000000, '{1}')");

        await sample.Load.FinalizeAsync();

        Assert.Equal(new Outcome(45) { Inserted = 40, Rejected = 5 }, await sample.Load.OutcomeAsync("fragment_terms"));
        await Db.ExecuteAsync("SET enable_seqscan = off");
        Assert.Equal(
            Enumerable.Range(1, 40).Select(n => $"{sample.Id("fragments", n)}|{sample.Id("terms", n)}"),
            await Db.RowsAsync(
                $"""
                SELECT s.fragment_id, t.id FROM exograph.terms t JOIN {sample.Partition("fragment_terms")} s ON s.term_ids @> ARRAY[t.id]
                ORDER BY 1
                """));
    }

    [Fact]
    public async Task Nothing_is_indexed_in_vain()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var existing = await ReservedSample.BeginAsync(Db);
        var few = await ReservedSample.BeginAsync(Db, "partition_threshold => 41", content: "b");
        var knownTerms = await ReservedSample.BeginAsync(Db, content: "c");
        await Db.ExecuteAsync($"UPDATE {knownTerms.Load.Staged("terms")} SET term = 'a1' WHERE term = 'c1'");
        var pairs = await ReservedSample.BeginAsync(Db, content: "d");
        await pairs.Load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 1)");
        var numbered = await Sample.BeginAsync(Db);
        Load[] loads = [existing.Load, few.Load, knownTerms.Load, pairs.Load, numbered];

        foreach (var load in loads)
        {
            Db.Notices.Clear();
            await IndexAsync(load, Db);
            Assert.Equal($"load {load.Id}: no sets of terms to index", Db.Notices[^1].MessageText);
            Assert.Empty(await IndexesAsync(load.Staged("fragment_term_sets")));
        }

        await existing.Load.FinalizeAsync();
        Assert.Equal(new Outcome(40) { Existing = 40 }, await existing.Load.OutcomeAsync("fragment_terms"));
        await IndexAsync(existing.Load, Db);
        Assert.Equal($"load {existing.Load.Id}: no sets of terms to index", Db.Notices[^1].MessageText);
    }

    [Theory]
    [InlineData("fragment_term_sets", "ROW EXCLUSIVE")] // whoever stages
    [InlineData("files", "ACCESS EXCLUSIVE")] // whoever finalizes
    public async Task It_waits_for_nobody(string table, string mode)
    {
        var sample = await ReservedSample.BeginAsync(Db);
        var other = await OpenAsync();
        await other.ExecuteAsync($"BEGIN; LOCK TABLE {sample.Load.Staged(table)} IN {mode} MODE");

        await IndexAsync(sample.Load, Db);

        Assert.Equal($"load {sample.Load.Id}: no sets of terms to index", Db.Notices[^1].MessageText);
        Assert.Empty(await IndexesAsync(sample.Staged("fragment_terms")));
    }

    [Fact]
    public async Task It_is_for_the_owner_of_an_open_load_whose_staging_is_there()
    {
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        var other = await OpenAsAsync(await CreateRoleAsync("other", "exograph_loader"));
        var sample = await ReservedSample.BeginAsync(loader);

        await other.FailsAsync("42501", $"CALL exograph.index_staged_sets({sample.Load.Id})");
        await other.FailsAsync("XG001", "CALL exograph.index_staged_sets(99)");
        await other.FailsAsync("XG003", "CALL exograph.index_staged_sets()");
        await loader.ExecuteAsync("CALL exograph.index_staged_sets()");
        Assert.Single(await IndexesAsync(sample.Staged("fragment_terms")));
        await Db.ExecuteAsync($"DROP TABLE {sample.Load.Staged("fragments")}");
        await loader.FailsAsync("XG004", "CALL exograph.index_staged_sets()");
        await Db.ExecuteAsync($"DROP TABLE {sample.Staged("fragment_terms")}");
        await loader.FailsAsync("XG004", "CALL exograph.index_staged_sets()");
    }

    private static Task IndexAsync(Load load, Session session) => session.ExecuteAsync($"CALL exograph.index_staged_sets({load.Id})");

    /// <summary>From now on whoever indexes sets waits for advisory lock 2.</summary>
    private Task HoldBuildsUpAsync() => Db.ExecuteAsync(
        """
        CREATE FUNCTION public.wait(id bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS
            'BEGIN PERFORM pg_advisory_xact_lock_shared(2); RETURN id; END';
        CREATE INDEX ON exograph.fragment_term_sets (public.wait(fragment_id));
        """);

    private static async Task UntilPhaseAsync(Session watcher, string name)
    {
        for (var look = 0; look < 3_000; look++)
        {
            if (await watcher.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1)", name))
            {
                return;
            }
            await Task.Delay(10);
        }
        Assert.Fail($"Nobody came to {name}.");
    }

    private Task<string[]> IndexesAsync(string table) =>
        Db.RowsAsync($"SELECT indexrelid::text FROM pg_index WHERE indrelid = '{table}'::regclass");

    /// <summary>What is indexed, and how.</summary>
    private Task<string[]> DefinitionsAsync(string table) => Db.RowsAsync(
        $"""
        SELECT regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', ''), indisunique, indisvalid
        FROM pg_index WHERE indrelid = '{table}'::regclass ORDER BY 1
        """);
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>sweep_terms: only what nothing uses goes, whatever others do meanwhile.</summary>
public sealed class SweepTermsTests : LoadingTest
{
    private const string Sweep = "SELECT * FROM exograph.sweep_terms()";
    private const string Terms = "SELECT term FROM exograph.terms ORDER BY 1";

    [Fact]
    public async Task Terms_that_no_fragment_holds_go_and_the_others_stay_in_every_partition()
    {
        await LoadAsync("partition_threshold => 0", "own", "both");
        await LoadAsync("", "shared", "both");
        await Db.ExecuteAsync(
            """
            INSERT INTO exograph_in.fragment_terms (fragment_id, term) SELECT min(id), 'row-wise' FROM exograph.fragments;
            INSERT INTO exograph.terms (term) SELECT 'unused ' || n FROM generate_series(1, 7) n
            """);
        var index = await Db.RowsAsync("SELECT * FROM exograph.fragment_term_sets ORDER BY 1, 2");

        Assert.Equal(["terms|7"], await Db.RowsAsync(Sweep));

        Assert.Equal(["both", "own", "row-wise", "shared"], await Db.RowsAsync(Terms));
        Assert.Equal(index, await Db.RowsAsync("SELECT * FROM exograph.fragment_term_sets ORDER BY 1, 2"));
        Assert.Empty(await Db.RowsAsync(Sweep));
        Assert.Equal("every term is used", Db.Notices.Last().MessageText);
    }

    [Theory]
    [InlineData(10, true)] // on many pages
    [InlineData(100, false)]
    public async Task Of_many_sets_a_part_is_read_and_the_terms_that_are_left_then_are_looked_up(int fillFactor, bool areMany)
    {
        await Db.ExecuteAsync(
            $"""
            ALTER TABLE exograph.fragment_term_sets_shared SET (fillfactor = {fillFactor});
            INSERT INTO exograph.terms (id, term) SELECT n, 'term ' || n FROM generate_series(1, 20000) n;
            INSERT INTO exograph.fragment_term_sets (load_id, fragment_id, term_ids)
            SELECT -1, g, ARRAY(SELECT DISTINCT 1 + (CASE n % 2 WHEN 0 THEN n * n * 7 % 200 ELSE g * 16 + n END) % 19999
                            FROM generate_series(1, 60) n WHERE n % 2 = 0 OR n % 3 = 0 ORDER BY 1)
            FROM generate_series(1, 1000) g;
            ANALYZE exograph.fragment_term_sets;
            """);
        var unheld = await Db.RowsAsync(
            """
            SELECT term FROM exograph.terms WHERE id NOT IN (SELECT unnest(term_ids) FROM exograph.fragment_term_sets) ORDER BY 1
            """);
        Assert.InRange(unheld.Length, 2_000, 18_000);
        await Db.ExecuteAsync("CREATE TEMP TABLE old AS SELECT term FROM exograph.terms; BEGIN");

        Assert.Equal([$"terms|{unheld.Length}"], await Db.RowsAsync(Sweep));

        var lookUps = await Db.ScalarAsync<long>(
            "SELECT idx_scan FROM pg_stat_xact_user_tables WHERE relid = 'exograph.fragment_term_sets_shared'::regclass");
        Assert.True(lookUps > 1_000 == areMany, $"{lookUps} look-ups");
        Assert.Equal(unheld, await Db.RowsAsync("SELECT term FROM old EXCEPT SELECT term FROM exograph.terms ORDER BY 1"));
        await Db.ExecuteAsync("COMMIT");
    }

    [Fact]
    public async Task What_a_deleted_package_leaves_behind_goes()
    {
        await LoadAsync("", "kept");
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        await Db.ExecuteAsync("SELECT * FROM exograph.delete_package('hex', 'alpha')");

        Assert.Equal(["terms|2"], await Db.RowsAsync(Sweep));

        Assert.Equal(["kept"], await Db.RowsAsync(Terms));
    }

    [Fact]
    public async Task Terms_that_an_open_load_has_resolved_stay_until_it_is_abandoned()
    {
        var load = await Load.BeginAsync(Db, "ids => 'reserved'");
        await Db.ExecuteAsync(
            $"SELECT exograph.resolve_terms('{{resolved}}', {load.Id}); SELECT exograph.resolve_terms('{{nobody''s}}')");

        Assert.Equal(["terms|1"], await Db.RowsAsync(Sweep));
        Assert.Equal(["resolved"], await Db.RowsAsync(Terms));

        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");
        Assert.Equal(["terms|1"], await Db.RowsAsync(Sweep));
    }

    [Fact]
    public async Task A_load_that_ends_while_the_sweep_waits_keeps_its_terms_though_its_rows_are_older_than_the_sweep()
    {
        await Db.ExecuteAsync("INSERT INTO exograph.terms (term) VALUES ('unused')");
        var first = await Load.BeginAsync(Db);
        var sample = await ReservedSample.ReserveAsync(Db);
        var terms = await Db.ScalarAsync<int[]>(
            $"SELECT exograph.resolve_terms(ARRAY(SELECT 'term ' || n FROM generate_series(1, 5) n), {sample.Load.Id})");
        await sample.StageDimensionsAsync("a", 1);
        await sample.Load.StageAsync("fragment_term_sets", "fragment_id, term_ids",
            $"SELECT id, ARRAY(SELECT t FROM unnest($1) t ORDER BY t) FROM {sample.Load.Staged("fragments")}", terms);
        await Db.ExecuteAsync($"TRUNCATE {sample.Load.Staged("terms")}");
        var (holder, sweeper) = (await OpenAsync(), await OpenAsync());
        await holder.ExecuteAsync($"BEGIN; LOCK TABLE {first.Schema}.resolved_terms IN ACCESS EXCLUSIVE MODE");
        var sweeping = sweeper.RowsAsync(Sweep);
        await holder.UntilBlockedAsync(sweeper); // it has looked through the index, and asks for the terms of open loads

        await sample.Load.FinalizeAsync();
        Assert.Equal("attached|all rows were final", await sample.PathAsync("fragment_terms"));
        await holder.ExecuteAsync("ROLLBACK");

        Assert.Equal(["terms|1"], await sweeping);
        Assert.Equal(["term 1", "term 2", "term 3", "term 4", "term 5"], await Db.RowsAsync(Terms));
    }

    [Theory]
    [InlineData("partition_threshold => 0")]
    [InlineData("")]
    [InlineData(null)]
    public async Task What_is_written_while_the_sweep_waits_keeps_its_terms(string? options)
    {
        await LoadAsync("", "kept");
        await Db.ExecuteAsync("INSERT INTO exograph.terms (term) VALUES ('unused'), ('used again')");
        var (writer, sweeper) = (await OpenAsync(), await OpenAsync());
        if (options is null)
        {
            await writer.ExecuteAsync(
                """
                BEGIN; INSERT INTO exograph_in.fragment_terms (fragment_id, term) SELECT min(id), 'used again' FROM exograph.fragments
                """);
        }
        else
        {
            var load = await StageAsync(options, "used again");
            await writer.ExecuteAsync("BEGIN");
            await load.Through(writer).FinalizeAsync();
        }
        var sweeping = sweeper.RowsAsync(Sweep);
        await writer.UntilBlockedAsync(sweeper);
        await writer.ExecuteAsync("COMMIT");

        Assert.Equal(["terms|1"], await sweeping);
        Assert.Equal(["kept", "used again"], await Db.RowsAsync(Terms));
        Assert.Equal(2, await Db.CountAsync("exograph.fragment_terms"));
    }

    [Fact]
    public async Task A_load_that_does_not_let_its_terms_be_read_is_named()
    {
        await Db.ExecuteAsync("INSERT INTO exograph.terms (term) VALUES ('unused')");
        var load = await Load.BeginAsync(Db, "ids => 'reserved'");
        var holder = await OpenAsync();
        await holder.ExecuteAsync($"BEGIN; LOCK TABLE {load.Schema}.resolved_terms IN ACCESS EXCLUSIVE MODE");

        await Db.ExecuteAsync("SET lock_timeout = '100ms'");
        var error = await Db.FailsAsync("55P03", Sweep);

        Assert.Equal($"sweep_terms: load {load.Id} may have resolved terms, and is being finalized", error.MessageText);
        Assert.Contains($"Process {holder.ProcessId} (role", error.Detail, StringComparison.Ordinal);
        await holder.ExecuteAsync("ROLLBACK");
        Assert.Equal(["terms|1"], await Db.RowsAsync(Sweep));
    }

    [Fact]
    public async Task Readers_go_on_while_terms_go()
    {
        await LoadAsync("", "kept");
        await Db.ExecuteAsync("INSERT INTO exograph.terms (term) VALUES ('unused')");
        var reader = await OpenAsync();
        await Db.ExecuteAsync($"BEGIN; {Sweep}");

        await reader.ExecuteAsync("SET lock_timeout = '1s'");
        Assert.Equal(["kept", "unused"], await reader.RowsAsync(Terms));
        await Db.ExecuteAsync("COMMIT");
        Assert.Equal(["kept"], await reader.RowsAsync(Terms));
    }

    [Fact]
    public async Task It_is_for_members_of_exograph_owner_and_at_read_committed()
    {
        await Db.ExecuteAsync("INSERT INTO exograph.terms (term) VALUES ('unused')");
        await (await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"))).FailsAsync("42501", Sweep);
        await Db.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        await Db.FailsAsync("XG007", Sweep);
        await Db.ExecuteAsync("ROLLBACK");

        Assert.Equal(["terms|1"], await (await OpenAsAsync(await CreateRoleAsync("dba", "exograph_owner"))).RowsAsync(Sweep));
    }

    private async Task LoadAsync(string options, params string[] terms) =>
        await (await StageAsync(options, terms)).FinalizeAsync();

    /// <summary>A file of its own with a fragment that holds the terms.</summary>
    private async Task<Load> StageAsync(string options, params string[] terms)
    {
        var load = await Load.BeginAsync(Db, options);
        await load.StageAsync("files", "id, path, source, sha256", $"(1, 'a', 'a', sha256('{load.Id}'))");
        await load.StageAsync("terms", "id, term", "SELECT n, t FROM unnest($1) WITH ORDINALITY u (t, n)", (object)terms);
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass", @"(1, 1, '\x', 'def', 1, 1)");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", $"SELECT 1, id FROM {load.Staged("terms")}");
        return load;
    }
}

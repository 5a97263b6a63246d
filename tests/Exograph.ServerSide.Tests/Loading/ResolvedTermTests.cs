using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Terms that get their ids before the load that uses them is finalized.</summary>
public sealed class ResolvedTermTests : LoadingTest
{
    [Fact]
    public async Task Ids_come_in_the_order_of_the_terms_each_time_for_the_same_term_the_same()
    {
        var longest = new string('t', 1_000_000);
        await Db.ExecuteAsync("INSERT INTO exograph.terms (term) VALUES ('standing')");

        var ids = await ResolveAsync(Db, ["b", "standing", "", "b", "B", longest]);

        Assert.Equal(6, ids.Length);
        Assert.Equal(1, ids[1]);
        Assert.Equal(ids[0], ids[3]);
        Assert.Equal(5, ids.Distinct().Count());
        Assert.Equal(ids, await ResolveAsync(Db, ["b", "standing", "", "b", "B", longest]));
        Assert.Equal(5, await Db.CountAsync("exograph.terms WHERE load_id = 0"));
        Assert.Equal(5, await Db.ScalarAsync<long>("SELECT last_value FROM exograph.terms_id_seq"));
        Assert.Empty(await ResolveAsync(Db, []));
    }

    [Fact]
    public async Task A_term_that_is_null_is_refused()
    {
        var error = await Db.FailsAsync("22004", "SELECT exograph.resolve_terms('{a,NULL,b}')");

        Assert.Equal("It is element 2.", error.Detail);
        Assert.Equal(0, await Db.CountAsync("exograph.terms"));
    }

    [Fact]
    public async Task Only_those_who_may_load_resolve_and_only_for_loads_of_their_own()
    {
        var load = await BeginAsync();
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        var reader = await OpenAsAsync(await CreateRoleAsync("reader", "exograph_reader"));

        await loader.FailsAsync("42501", $"SELECT exograph.resolve_terms('{{a}}', {load.Id})");
        await reader.FailsAsync("42501", "SELECT exograph.resolve_terms('{a}')");
        Assert.Equal(0, await Db.CountAsync("exograph.terms"));

        Assert.Equal(1, Assert.Single(await ResolveAsync(loader, ["a"])));
    }

    [Fact]
    public async Task A_load_that_cannot_use_the_ids_is_refused()
    {
        var numbered = await Load.BeginAsync(Db);
        var ended = await BeginAsync();
        await Db.ExecuteAsync($"CALL exograph.abandon_load({ended.Id})");

        await Db.FailsAsync("XG008", $"SELECT exograph.resolve_terms('{{a}}', {numbered.Id})");
        await Db.FailsAsync("XG002", $"SELECT exograph.resolve_terms('{{a}}', {ended.Id})");
        await Db.FailsAsync("XG001", "SELECT exograph.resolve_terms('{a}', 4711)");

        Assert.Equal(0, await Db.CountAsync("exograph.terms"));
    }

    [Fact]
    public async Task Facts_use_resolved_terms_without_their_being_staged()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        await Db.ExecuteAsync($"TRUNCATE {sample.Load.Staged("terms")}, {sample.Staged("fragment_terms")}");
        var terms = await ResolveAsync(Db, [.. Enumerable.Range(1, 20).Select(n => $"term {n}")], sample.Load);
        await ResolveAsync(Db, ["term 20", "term 21"], sample.Load); // once more, as another batch would
        await sample.Load.StageAsync("fragment_term_sets", "fragment_id, term_ids",
            "SELECT n, ARRAY(SELECT t FROM unnest($1) t ORDER BY t) FROM generate_series(1, 40) n", terms);

        await sample.Load.FinalizeAsync();

        Assert.Equal("attached|all rows were final", await sample.PathAsync("fragment_terms"));
        Assert.Equal(new Outcome(800) { Inserted = 800 }, await sample.Load.OutcomeAsync("fragment_terms"));
        Assert.Equal(new Outcome(0), await sample.Load.OutcomeAsync("terms"));
        Assert.Equal(21, await Db.CountAsync("exograph.terms"));
        Assert.Equal(["term 1|40"], await Db.RowsAsync(
            """
            SELECT term, count(*) FROM exograph.fragment_terms JOIN exograph.terms ON id = term_id
            WHERE term = 'term 1' GROUP BY term
            """));
    }

    [Fact]
    public async Task Staged_and_resolved_terms_go_together()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        // One that is staged too, under another number, and a new one.
        var terms = await ResolveAsync(Db, ["a1", "new"], sample.Load);
        await sample.Load.StageAsync("fragment_terms", "fragment_id, term_id", $"(1, {terms[0]}), (1, {terms[1]})");

        await sample.Load.FinalizeAsync();

        Assert.Equal("partition|pairs, unordered sets, or terms or fragments that existed already",
            await sample.PathAsync("fragment_terms"));
        Assert.Equal(new Outcome(42) { Inserted = 41, Collapsed = 1 }, await sample.Load.OutcomeAsync("fragment_terms"));
        Assert.Equal(new Outcome(40) { Inserted = 39, Existing = 1 }, await sample.Load.OutcomeAsync("terms"));
        Assert.Equal(["a1", "new"], await Db.RowsAsync(
            "SELECT term FROM exograph.fragment_terms JOIN exograph.terms ON id = term_id WHERE fragment_id = 1 ORDER BY 1"));
    }

    [Fact]
    public async Task A_term_that_was_neither_staged_nor_resolved_for_this_load_is_a_reject()
    {
        var other = await BeginAsync();
        var sample = await ReservedSample.BeginAsync(Db);
        var foreign = await ResolveAsync(Db, ["another load's"], other);
        var nobodys = await ResolveAsync(Db, ["nobody's"]);
        var own = await ResolveAsync(Db, ["own"], sample.Load);
        await sample.Load.StageAsync("fragment_terms", "fragment_id, term_id",
            $"(1, {own[0]}), (1, {foreign[0]}), (1, {nobodys[0]}), (1, 999)");

        Assert.Equal(
            Enumerable.Repeat("fragment_terms|term_id is no number of a valid row in staged_terms", 3),
            await sample.Load.CheckAsync());
        await Db.FailsAsync("XG006", sample.Load.FinalizeSql());
    }

    [Fact]
    public async Task Abandoning_a_load_leaves_the_terms_it_resolved()
    {
        var load = await BeginAsync();
        var ids = await ResolveAsync(Db, ["a", "b"], load);

        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");

        Assert.Equal(["a", "b"], await Db.RowsAsync("SELECT term FROM exograph.terms WHERE id = ANY ($1) ORDER BY 1", ids));
        Assert.Equal(ids, await ResolveAsync(Db, ["a", "b"]));
    }

    [Fact]
    public async Task Sessions_with_the_same_new_terms_in_different_orders_agree_without_deadlock()
    {
        const int Sessions = 4;
        var sessions = new List<Session>();
        for (var i = 0; i < Sessions; i++)
            sessions.Add(await OpenAsync());

        for (var round = 0; round < 10; round++)
        {
            var terms = Enumerable.Range(0, 200).Select(n => $"term {round * 100 + n}").ToArray();
            var answers = await Task.WhenAll(sessions.Select(async (session, i) =>
            {
                var shuffled = terms.ToArray();
                new Random(round * Sessions + i).Shuffle(shuffled);
                var ids = await ResolveAsync(session, shuffled);
                return shuffled.Zip(ids).OrderBy(t => t.First, StringComparer.Ordinal).ToArray();
            }));
            Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        }

        Assert.Equal(1100, await Db.CountAsync("exograph.terms"));
    }

    [Fact]
    public async Task A_term_that_another_session_is_about_to_add_is_waited_for()
    {
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN");
        var first = await ResolveAsync(other, ["a", "b"]);

        var resolving = ResolveAsync(Db, ["b", "a"]);
        await other.UntilBlockedAsync(Db);
        await other.ExecuteAsync("COMMIT");

        Assert.Equal((first[1], first[0]), await resolving is [var b, var a] ? (b, a) : default);
    }

    [Fact]
    public async Task Terms_wait_while_a_load_is_finalized_and_find_what_it_brought()
    {
        await PhaseStop.InstallAsync(Db);
        var load = await Sample.BeginAsync(Db);
        var holder = await OpenAsync();
        var resolver = await OpenAsync();
        await PhaseStop.HoldAsync(holder, "merge terms");
        var finalizing = load.FinalizeAsync();
        await holder.UntilBlockedAsync(Db);

        var resolving = ResolveAsync(resolver, ["call", "new"]);
        await WaitsAsync(resolver, behind: Db);
        await holder.ExecuteAsync("COMMIT");
        await finalizing;

        var ids = await resolving;
        Assert.Equal([1, 3], ids);
    }

    [Fact]
    public async Task A_finalize_waits_for_terms_that_are_not_yet_committed()
    {
        var load = await Sample.BeginAsync(Db);
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN");
        var ids = await ResolveAsync(other, ["call"]);

        var finalizing = load.FinalizeAsync();
        await other.UntilBlockedAsync(Db);
        await other.ExecuteAsync("COMMIT");
        await finalizing;

        Assert.Equal(["call|1", "def|2"], await Db.RowsAsync("SELECT term, id FROM exograph.terms ORDER BY id"));
        Assert.Equal([1], ids);
    }

    [Fact]
    public async Task A_snapshot_older_than_a_finalize_is_refused()
    {
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        await other.CountAsync("exograph.terms");
        await (await Sample.BeginAsync(Db)).FinalizeAsync();

        await other.FailsAsync("40001", "SELECT exograph.resolve_terms('{call}')");
    }

    private static Task<int[]> ResolveAsync(Session session, string[] terms, Load? load = null) =>
        session.ScalarAsync<int[]>($"SELECT exograph.resolve_terms($1, {load?.Id.ToString(null, null) ?? "NULL"})", [terms]);

    /// <summary>Returns when a session waits for a lock that <paramref name="behind"/>, itself at work, holds.</summary>
    private async Task WaitsAsync(Session waiting, Session behind)
    {
        var watcher = await OpenAsync();
        for (var look = 0; look < 3_000; look++)
        {
            if (await watcher.ScalarAsync<bool>("SELECT $2 = ANY (pg_blocking_pids($1))", waiting.ProcessId, behind.ProcessId))
                return;
            await Task.Delay(10);
        }
        Assert.Fail("The session never waited for the other.");
    }

    private Task<Load> BeginAsync() => Load.BeginAsync(Db, "ids => 'reserved'");
}

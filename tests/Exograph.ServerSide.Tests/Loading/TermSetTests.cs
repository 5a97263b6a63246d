using System.Globalization;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Terms of fragments: staged as pairs or as sets, counted as pairs, kept as sets.</summary>
public sealed class TermSetTests : LoadingTest
{
    private const string Final = "attached|all rows were final";
    private const string Rewritten = "partition|pairs, unordered sets, or terms or fragments that existed already";
    private const string Numbered = "partition|the numbers are the producer's own";

    /// <summary>Sets, pairs: each time terms 1 to 3 of fragment 1 and term 2 of fragment 2; how many pairs that are.</summary>
    public static TheoryData<string, string, int> Forms => new()
    {
        { "(1, '{1,2,3}'), (2, '{2}')", "", 4 },
        { "", "(2, 2), (1, 3), (1, 1), (1, 2)", 4 },
        { "(1, '{1,2}')", "(1, 3), (2, 2)", 4 },
        { "(2, '{2}'), (1, '{3,1,2}')", "", 4 },
        { "(1, '{3}'), (2, '{2}'), (1, '{1,2}')", "", 4 },
        { "(1, '{1,2}'), (1, '{2,3}'), (2, '{2}')", "", 5 },
        { "(1, '{1,1,2,3,3}'), (2, '{2}')", "(2, 2), (2, 2)", 8 },
        { "(1, '{{3,1},{2,1}}'), (2, '{{{2}}}')", "", 5 },
        { "(1, '[5:7]={1,2,3}'), (2, '[0:0]={2}')", "", 4 },
        { "(1, '{1,2,3}'), (2, '{2}'), (3, '{}'), (1, '{}')", "", 4 },
        { "(1, '{1,2,3}'), (1, '{1,2,3}'), (2, '{2}')", "(1, 3)", 8 },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Pairs_are_the_same_in_whatever_form_they_are_staged(string sets, string pairs, int staged)
    {
        foreach (var reserved in new[] { true, false })
        {
            var load = await BeginAsync((reserved ? "ids => 'reserved', " : "") + "partition_threshold => 0");
            await StageAsync(load, sets, pairs);
            await FinalizeAsync(load, reserved, sets, pairs, staged);
            await Db.ExecuteAsync("DELETE FROM exograph.files; DELETE FROM exograph.terms");
            await Db.ExecuteAsync(Restart);
        }
    }

    /// <summary>Their terms have the numbers of their ids, so that sets are written as they are, if they are sets.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Pairs_are_the_same_where_terms_exist(string sets, string pairs, int staged)
    {
        for (var term = 1; term <= 9; term++)
            Assert.Equal([term], await ResolveAsync([$"t{term}"]));
        var load = await BeginAsync("partition_threshold => 0");
        await StageAsync(load, sets, pairs);
        await FinalizeAsync(load, reserved: false, sets, pairs, staged);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Pairs_are_the_same_where_sets_were_indexed_before(string sets, string pairs, int staged)
    {
        var load = await BeginAsync("ids => 'reserved', partition_threshold => 0");
        await StageAsync(load, sets, pairs);
        await Db.ExecuteAsync($"CALL exograph.index_staged_sets({load.Id})");
        await FinalizeAsync(load, reserved: true, sets, pairs, staged);
    }

    [Fact]
    public async Task Pairs_of_reserved_ids_are_written_again_as_they_lie_in_no_table_that_could_be_attached()
    {
        var load = await BeginAsync("ids => 'reserved'");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 1), (1, 2), (2, 1)");
        Assert.Equal(["staged_fragment_term_sets|p", "staged_fragment_terms|u"], await Db.RowsAsync(
            $"""
            SELECT relname, relpersistence::text FROM pg_class
            WHERE relnamespace = '{load.Schema}'::regnamespace AND relname LIKE 'staged\_fragment\_term%' ORDER BY 1
            """));

        await load.FinalizeAsync("partition_threshold => 0");

        Assert.Equal(Rewritten, await PathAsync(load));
        Assert.Equal(["1|t1,t2|1", "2|t1|1"], await SetsAsync());
        Assert.Equal(["p"], await Db.RowsAsync(
            "SELECT relpersistence::text FROM pg_class WHERE oid = 'exograph.fragment_term_sets_load_1'::regclass"));
    }

    [Fact]
    public async Task Sets_that_are_all_empty_bring_nothing()
    {
        var load = await BeginAsync();
        await StageAsync(load, "(1, '{}'), (2, '{}')");

        await load.FinalizeAsync("partition_threshold => 0");

        Assert.Equal(new Outcome(0), await load.OutcomeAsync("fragment_terms"));
        Assert.Empty(await SetsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ids => 'reserved'")]
    public async Task The_terms_of_a_set_that_break_a_rule_are_one_reject_and_count_as_pairs(string options)
    {
        var load = await BeginAsync(options);
        await Db.ExecuteAsync($"UPDATE {load.Staged("fragments")} SET kind = NULL WHERE id = 3");
        await StageAsync(load,
            "(1, '{1,99,2}'), (2, '{3,NULL,0}'), (2, NULL), (NULL, '{1,2}'), (NULL, NULL), (77, '{4}'), (3, '{1,2}'), (3, '{}')",
            "(1, 98), (1, 4), (3, 4)");
        string[] rejects =
        [
            "fragment_terms|fragment_id is missing|null|[1, 2]", "fragment_terms|fragment_id is missing|null|[null]",
            "fragment_terms|fragment_id is no number of a valid row in staged_fragments|3|4",
            "fragment_terms|fragment_id is no number of a valid row in staged_fragments|3|[1, 2]",
            "fragment_terms|fragment_id is no number of a valid row in staged_fragments|77|[4]",
            "fragment_terms|term_id is missing|2|[null]", "fragment_terms|term_id is missing|2|[null]",
            "fragment_terms|term_id is no number of a valid row in staged_terms|1|98",
            "fragment_terms|term_id is no number of a valid row in staged_terms|1|[99]",
            "fragment_terms|term_id is no number of a valid row in staged_terms|2|[0]",
        ];

        Assert.Equal(rejects, await RejectsAsync($"check_load({load.Id})"));
        var staged = await Db.RowsAsync($"SELECT fragment_id, term_ids::text FROM {load.Staged("fragment_term_sets")}");
        var error = await Db.FailsAsync("XG006", load.FinalizeSql());
        Assert.Contains("13 staged row(s) break a rule", error.MessageText, StringComparison.Ordinal);
        Assert.Contains("fragment_terms: 3 with term_id is no number of a valid row in staged_terms", error.MessageText,
            StringComparison.Ordinal);
        Assert.Equal(staged, await Db.RowsAsync($"SELECT fragment_id, term_ids::text FROM {load.Staged("fragment_term_sets")}"));
        await Db.FailsAsync("XG006", load.FinalizeSql("on_reject => 'skip', reject_limit => 12"));

        await load.FinalizeAsync("on_reject => 'skip', reject_limit => 13, partition_threshold => 0");

        Assert.Equal(rejects, await RejectsAsync($"load_rejects WHERE load_id = {load.Id}"));
        Assert.Equal(["1|t1,t2,t4|1", "2|t3|1"], await SetsAsync());
        Assert.Equal(new Outcome(16) { Inserted = 4, Rejected = 12 }, await load.OutcomeAsync("fragment_terms"));
    }

    [Fact]
    public async Task Sets_whose_terms_were_forgotten_take_no_more_room_as_rejects_than_as_sets()
    {
        var load = await BeginAsync("on_reject => 'skip'", terms: 0);
        await StageAsync(load, "SELECT n, ARRAY(SELECT generate_series(1000000, 1000999)) FROM generate_series(1, 3) n");

        var error = await Db.FailsAsync("XG006", load.FinalizeSql("reject_limit => 2999"));
        Assert.StartsWith($"load {load.Id}: 3000 staged row(s) break a rule", error.MessageText, StringComparison.Ordinal);
        Assert.InRange(error.Detail!.Length, 100, 2_000);
        await load.FinalizeAsync("reject_limit => 3000");

        Assert.Equal(new Outcome(3_000) { Rejected = 3_000 }, await load.OutcomeAsync("fragment_terms"));
        Assert.Equal(["1|1000|1000000|1000999", "2|1000|1000000|1000999", "3|1000|1000000|1000999"], await Db.RowsAsync(
            """
            SELECT staged_row ->> 'fragment_id', jsonb_array_length(staged_row -> 'term_ids'),
                   staged_row -> 'term_ids' -> 0, staged_row -> 'term_ids' -> 999
            FROM exograph.load_rejects ORDER BY 1
            """));
        Assert.InRange(await Db.ScalarAsync<long>("SELECT sum(pg_column_size(staged_row)) FROM exograph.load_rejects"), 0, 45_000);
    }

    [Fact]
    public async Task What_is_left_of_sets_with_rejects_is_attached_as_it_stands()
    {
        var load = await BeginAsync("ids => 'reserved', on_reject => 'skip'");
        await StageAsync(load, "(1, '{1,2,99}'), (2, '{99}'), (3, '{4,5}'), (88, '{1}'), (NULL, '{1}'), (NULL, '{2}'), (2, '{98}')");

        await load.FinalizeAsync("partition_threshold => 0");

        Assert.Equal(Final, await PathAsync(load));
        Assert.Equal(["1|t1,t2|1", "3|t4,t5|1"], await SetsAsync());
        Assert.Equal(new Outcome(10) { Inserted = 4, Rejected = 6 }, await load.OutcomeAsync("fragment_terms"));
    }

    [Theory]
    [InlineData("INSERT INTO exograph_in.terms (term) VALUES ('t2')", 0)]
    [InlineData(
        """
        INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256)
        VALUES ('hex', 'alpha', '1.0', 'a', 'a', sha256('a'));
        INSERT INTO exograph_in.fragments (file_id, ast, kind, line, mass) SELECT id, '\x', 'def', 2, 1 FROM exograph.files;
        INSERT INTO exograph_in.fragment_terms (fragment_id, term) SELECT id, 't9' FROM exograph.fragments
        """, 1)]
    public async Task What_others_insert_meanwhile_is_met_though_the_sets_were_indexed_as_final(string meanwhile, int existing)
    {
        await PhaseStop.InstallAsync(Db);
        var load = await BeginAsync("ids => 'reserved'");
        await StageAsync(load, "(1, '{1,2}'), (2, '{2,9}')");
        var holder = await OpenAsync();
        var other = await OpenAsync();
        await PhaseStop.HoldAsync(holder, "close gate");

        var finalizing = load.FinalizeAsync("partition_threshold => 0");
        await holder.UntilBlockedAsync(Db);
        await other.ExecuteAsync(meanwhile);
        await holder.ExecuteAsync("COMMIT");
        await finalizing;

        Assert.Equal(2, await Db.CountAsync("exograph.load_phases WHERE phase = 'index' AND table_name = 'fragment_terms'"));
        Assert.Equal(Rewritten, await PathAsync(load));
        Assert.Equal(["1|t1", "1|t2", "2|t2", "2|t9"], await PairsAsync());
        Assert.Equal(new Outcome(4) { Inserted = 4 - existing, Existing = existing }, await load.OutcomeAsync("fragment_terms"));
        await AssertSetsAsync();
    }

    [Fact]
    public async Task Numbers_of_terms_go_to_the_end_of_their_range()
    {
        var load = await BeginAsync();
        await load.StageAsync("terms", "id, term", "(2147483647, 'last')");
        await StageAsync(load, "(1, '{1,2147483647}'), (2, '{2147483646,2147483647}'), (3, '{-2147483648,0,1}')");

        Assert.Equal(2, (await load.CheckAsync()).Length); // a row for the two of the third set
        await load.FinalizeAsync("on_reject => 'skip'");

        Assert.Equal(["1|last", "1|t1", "2|last", "3|t1"], await PairsAsync());
        await Db.ExecuteAsync("DELETE FROM exograph.terms WHERE term = 't1'");
        Assert.Equal(["1|last", "2|last"], await PairsAsync());
    }

    [Fact]
    public async Task Resolved_terms_may_leave_gaps()
    {
        var load = await BeginAsync("ids => 'reserved'", terms: 0);
        var first = await ResolveAsync(["a", "b"], load);
        var foreign = await ResolveAsync(["nobody's"]);
        var second = await ResolveAsync(["c"], load);
        Assert.True(second[0] > foreign[0] && foreign[0] > first.Max());
        var all = string.Join(',', first.Concat(second).Order());
        await StageAsync(load, $"(1, '{{{all}}}'), (2, '{{{second[0]}}}')");
        await Db.ExecuteAsync("BEGIN");
        await StageAsync(load, $"(3, '{{{foreign[0]},{second[0]}}}')");
        Assert.Equal([$"fragment_terms|term_id is no number of a valid row in staged_terms|3|[{foreign[0]}]"],
            await RejectsAsync($"check_load({load.Id})"));
        await Db.ExecuteAsync("ROLLBACK");

        await load.FinalizeAsync("partition_threshold => 0");

        Assert.Equal(Final, await PathAsync(load));
        Assert.Equal(["1|a", "1|b", "1|c", "2|c"], await PairsAsync());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1_000)]
    [InlineData(1_000, 0)]
    [InlineData(1_000, 1_000)]
    public async Task What_a_later_load_brings_for_a_fragment_is_a_set_of_its_own(int firstThreshold, int secondThreshold)
    {
        string Of(Load load, int threshold) => threshold == 0 ? $"{load.Id}" : $"-{load.Id}";
        var first = await BeginAsync();
        await StageAsync(first, "(1, '{1,2}'), (2, '{1}')", "(3, 9)");
        await first.FinalizeAsync($"partition_threshold => {firstThreshold}");
        var before = await SetsAsync();

        var same = await BeginAsync();
        await StageAsync(same, "(2, '{1}'), (3, '{9}')", "(1, 2), (1, 1)");
        await same.FinalizeAsync($"partition_threshold => {secondThreshold}");
        Assert.Equal(before, await SetsAsync());
        Assert.Equal(new Outcome(4) { Existing = 4 }, await same.OutcomeAsync("fragment_terms"));
        Assert.Equal("empty|all rows existed already", await PathAsync(same));

        var more = await BeginAsync();
        await StageAsync(more, "(1, '{1,2,3}'), (2, '{5,1,4,4}'), (3, '{9}')", "(1, 2), (2, 6)");
        await more.FinalizeAsync($"partition_threshold => {secondThreshold}");

        Assert.Equal(before.Append($"1|t3|{Of(more, secondThreshold)}").Append($"2|t4,t5,t6|{Of(more, secondThreshold)}")
            .Order(StringComparer.Ordinal), (await SetsAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(new Outcome(10) { Inserted = 4, Existing = 5, Collapsed = 1 }, await more.OutcomeAsync("fragment_terms"));
        Assert.Equal(Of(first, firstThreshold), Assert.Single(await Db.RowsAsync(
            "SELECT x.load_id FROM exograph.fragment_terms x JOIN exograph.terms w ON w.id = x.term_id WHERE w.term = 't2'")));

        await Db.ExecuteAsync($"DELETE FROM exograph.fragment_term_sets WHERE load_id = {Of(more, secondThreshold)}");
        Assert.Equal(before, await SetsAsync());
    }

    [Fact]
    public async Task A_load_is_undone_by_its_partition()
    {
        var first = await BeginAsync();
        await StageAsync(first, "(1, '{1,2}')");
        await first.FinalizeAsync("partition_threshold => 0");
        var second = await BeginAsync();
        await StageAsync(second, "(1, '{1,2,3}'), (2, '{1}')");
        await second.FinalizeAsync("partition_threshold => 0");

        await Db.ExecuteAsync(
            $"""
            ALTER TABLE exograph.fragment_term_sets DETACH PARTITION exograph.fragment_term_sets_load_{second.Id};
            DROP TABLE exograph.fragment_term_sets_load_{second.Id};
            """);

        Assert.Equal(["1|t1", "1|t2"], await PairsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ids => 'reserved'")]
    public async Task Sets_of_several_numbers_of_one_fragment_are_united(string options)
    {
        var load = await BeginAsync(options);
        await Db.ExecuteAsync($"UPDATE {load.Staged("fragments")} SET line = 1 WHERE id = 3");
        await StageAsync(load, "(1, '{1,2}'), (3, '{2,3}'), (2, '{4}')");

        await load.FinalizeAsync("partition_threshold => 0");

        Assert.Equal(["1|t1,t2,t3|1", "2|t4|1"], await SetsAsync());
        Assert.Equal(new Outcome(5) { Inserted = 4, Collapsed = 1 }, await load.OutcomeAsync("fragment_terms"));

        var again = await BeginAsync();
        await Db.ExecuteAsync($"UPDATE {again.Staged("fragments")} SET line = 1 WHERE id = 3");
        await StageAsync(again, "(1, '{1,5}'), (3, '{5,6}')", "(3, 1)");
        await again.FinalizeAsync("partition_threshold => 0");

        Assert.Equal(["1|t1,t2,t3|1", "1|t5,t6|2", "2|t4|1"], await SetsAsync());
        Assert.Equal(new Outcome(5) { Inserted = 2, Existing = 2, Collapsed = 1 }, await again.OutcomeAsync("fragment_terms"));
    }

    [Fact]
    public async Task Two_numbers_of_one_term_are_one_pair()
    {
        var load = await BeginAsync();
        await Db.ExecuteAsync($"UPDATE {load.Staged("terms")} SET term = 't1' WHERE id = 3");
        await StageAsync(load, "(1, '{1,2,3}'), (2, '{3}'), (3, '{1}')");

        await load.FinalizeAsync();

        Assert.Equal(["1|t1", "1|t2", "2|t1", "3|t1"], await PairsAsync());
        Assert.Equal(new Outcome(5) { Inserted = 4, Collapsed = 1 }, await load.OutcomeAsync("fragment_terms"));
    }

    [Fact]
    public async Task Sets_are_ordered_by_the_ids_of_terms_where_these_are_in_another_order_than_the_numbers()
    {
        await Db.ExecuteAsync("INSERT INTO exograph_in.terms (term) VALUES ('t3'), ('t1'), ('other'), ('t2')");
        var load = await BeginAsync();
        await StageAsync(load, "(1, '{1,2,3,4}'), (2, '{1,3}')");
        await load.FinalizeAsync();
        var again = await BeginAsync();
        await StageAsync(again, "(1, '{1,2,3,4}'), (2, '{1,2,3}')");
        await again.FinalizeAsync();

        Assert.Equal(["1|t1,t2,t3,t4|-1", "2|t1,t3|-1", "2|t2|-2"], await SetsAsync());
        Assert.Equal(new Outcome(7) { Inserted = 1, Existing = 6 }, await again.OutcomeAsync("fragment_terms"));
    }

    [Fact]
    public async Task What_is_sealed_is_counted_in_pairs()
    {
        var load = await BeginAsync();
        await StageAsync(load, "(1, '{1,2,2}'), (2, '{1}')", "(3, 1)");
        const string Others = "\"packages\": 1, \"package_versions\": 1, \"files\": 1, \"terms\": 9, \"fragments\": 3";

        await Db.ExecuteAsync($"SELECT exograph.seal_load({load.Id}, '{{{Others}, \"fragment_terms\": 3}}')");
        var error = await Db.FailsAsync("XG005", load.FinalizeSql());
        Assert.Equal("fragment_terms: 5 staged, 3 sealed", error.Detail);
        await Db.ExecuteAsync($"SELECT exograph.seal_load({load.Id}, '{{{Others}, \"fragment_terms\": 5}}')");
        await load.FinalizeAsync();

        Assert.Equal(new Outcome(5) { Inserted = 4, Collapsed = 1 }, await load.OutcomeAsync("fragment_terms"));
    }

    [Fact]
    public async Task Deleting_terms_takes_them_out_of_every_set_and_a_set_that_becomes_empty_goes()
    {
        await LoadThreeWaysAsync();

        await Db.ExecuteAsync("DELETE FROM exograph.terms WHERE term IN ('t1', 't4')");

        Assert.Equal(["1|t2|1", "2|t3|-2", "2|t9|0"], await SetsAsync());
        await Db.ExecuteAsync("DELETE FROM exograph.terms");
        Assert.Empty(await SetsAsync());
    }

    [Fact]
    public async Task Deleting_fragments_files_or_packages_takes_their_sets()
    {
        await LoadThreeWaysAsync();

        await Db.ExecuteAsync("DELETE FROM exograph.fragments WHERE line = 2");
        Assert.Equal(["1|t1,t2|1", "1|t4|-2", "3|t1|1"], await SetsAsync());
        await Db.ExecuteAsync("DELETE FROM exograph.packages");
        Assert.Empty(await SetsAsync());
    }

    [Fact]
    public async Task A_pair_is_deleted_through_the_view_from_the_set_that_holds_it()
    {
        await LoadThreeWaysAsync();

        await Db.ExecuteAsync("DELETE FROM exograph.fragment_terms x USING exograph.terms w "
            + "WHERE w.id = x.term_id AND w.term IN ('t1', 't4')");
        Assert.Equal(["1|t2|1", "2|t3|-2", "2|t9|0"], await SetsAsync());
        await Db.ExecuteAsync("DELETE FROM exograph.fragment_terms WHERE load_id = 0");
        Assert.Equal(["1|t2|1", "2|t3|-2"], await SetsAsync());
        await Db.ExecuteAsync("DELETE FROM exograph.fragment_terms");
        Assert.Empty(await SetsAsync());
    }

    [Theory]
    [InlineData("DELETE FROM exograph.terms WHERE term = 't1'")]
    [InlineData("DELETE FROM exograph.fragment_terms WHERE fragment_id = 1")]
    [InlineData("DELETE FROM exograph.fragment_term_sets WHERE fragment_id = 1")]
    public async Task What_a_fragment_loses_is_lacking_again(string deletion)
    {
        var load = await BeginAsync("complete => '{fragment_terms}'");
        await StageAsync(load, "(1, '{1,2}'), (2, '{2}')");
        await load.FinalizeAsync();
        string Lacking(Load asking) => $"exograph.files_lacking({asking.Id}) WHERE table_name = 'fragment_terms'";
        Assert.Equal(0, await Db.CountAsync(Lacking(await BeginAsync())));

        await Db.ExecuteAsync(deletion);

        var again = await BeginAsync();
        Assert.Equal(1, await Db.CountAsync(Lacking(again)));
        await StageAsync(again, "(1, '{1,2}'), (2, '{2}')");
        await again.FinalizeAsync();
        Assert.Equal(["1|t1", "1|t2", "2|t2"], await PairsAsync());
    }

    [Fact]
    public async Task Pairs_that_sessions_insert_for_one_fragment_at_once_are_neither_lost_nor_doubled()
    {
        var load = await BeginAsync(terms: 40);
        await StageAsync(load, "(1, '{1,2,3,4,5}')");
        await load.FinalizeAsync("partition_threshold => 0");
        var sessions = new[] { await OpenAsync(), await OpenAsync(), await OpenAsync(), await OpenAsync() };

        await Task.WhenAll(sessions.Select(async (session, i) =>
        {
            // Thirty of forty each: most are inserted by several.
            var terms = Enumerable.Range(1, 40).Where(t => (t + i) % 4 != 0).ToArray();
            new Random(i).Shuffle(terms);
            foreach (var term in terms)
                await session.ExecuteAsync(InsertPair(1, $"t{term}"));
        }));

        Assert.Equal(40, (await PairsAsync()).Length);
        Assert.Equal(["0|35", "1|5"], await Db.RowsAsync(
            "SELECT load_id, sum(cardinality(term_ids)) FROM exograph.fragment_term_sets GROUP BY 1 ORDER BY 1"));
        await AssertSetsAsync();
    }

    [Fact]
    public async Task The_last_of_many_pairs_of_a_fragment_reads_no_more_than_the_first()
    {
        var load = await BeginAsync(terms: 2_000);
        await StageAsync(load, "(1, '{2000}')");
        await load.FinalizeAsync();
        const string Read = "(SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0)::bigint FROM pg_stat_xact_user_tables "
            + "WHERE relname LIKE 'fragment_term_sets%')";
        await Db.ExecuteAsync("BEGIN");
        var before = await Db.ScalarAsync<long>("SELECT " + Read);

        await Db.ExecuteAsync("INSERT INTO exograph_in.fragment_terms (fragment_id, term_id) "
            + "SELECT f.id, t.id FROM exograph.fragments f, exograph.terms t WHERE f.line = 1");
        var inserted = await Db.ScalarAsync<long>("SELECT " + Read);
        await Db.ExecuteAsync("INSERT INTO exograph_in.fragment_terms (fragment_id, term_id) "
            + "SELECT f.id, t.id FROM exograph.fragments f, exograph.terms t WHERE f.line = 1");
        var again = await Db.ScalarAsync<long>("SELECT " + Read);

        Assert.InRange(inserted - before, 0, 10_000);
        Assert.InRange(again - inserted, 0, 10_000);
        Assert.Equal(2_000, await Db.CountAsync("exograph.fragment_terms"));
        await Db.ExecuteAsync("COMMIT");
        await Db.FailsAsync("23514", "INSERT INTO exograph.fragment_term_sets (fragment_id, term_ids) VALUES (1, '{1,2}')");
    }

    [Theory]
    [InlineData("COMMIT")]
    [InlineData("ROLLBACK")]
    public async Task A_pair_waits_for_whom_inserts_the_same_and_for_no_other_of_its_fragment(string end)
    {
        await (await BeginAsync()).FinalizeAsync();
        var other = await OpenAsync();
        await Db.ExecuteAsync("BEGIN");
        await Db.ExecuteAsync(InsertPair(1, "t1"));

        await other.ExecuteAsync("SET lock_timeout = '10s'");
        await other.ExecuteAsync(InsertPair(1, "t2"));
        var inserting = other.ExecuteAsync(InsertPair(1, "t1"));
        await Db.UntilBlockedAsync(other);
        await Db.ExecuteAsync(end);
        await inserting;

        Assert.Equal(["1|t1", "1|t2"], await PairsAsync());
        await AssertSetsAsync();
    }

    [Fact]
    public async Task A_pair_that_a_load_brought_is_not_inserted_row_by_row_and_the_other_way_round()
    {
        var load = await BeginAsync();
        await StageAsync(load, "(1, '{1,2}')");
        await load.FinalizeAsync("partition_threshold => 0");
        foreach (var term in new[] { "t2", "t3", "t1", "t3" })
            await Db.ExecuteAsync(InsertPair(1, term));
        Assert.Equal(["1|t1,t2|1", "1|t3|0"], (await SetsAsync()).Order(StringComparer.Ordinal));

        var later = await BeginAsync();
        await StageAsync(later, "(1, '{1,2,3,4}')");
        await later.FinalizeAsync("partition_threshold => 0");

        Assert.Equal(["1|t1,t2|1", "1|t3|0", "1|t4|2"], (await SetsAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(new Outcome(4) { Inserted = 1, Existing = 3 }, await later.OutcomeAsync("fragment_terms"));
    }

    [Fact]
    public async Task The_view_is_entered_by_the_index_of_terms_or_of_fragments()
    {
        await LoadManyAsync();
        (string Query, string Index)[] cases =
        [
            ("SELECT fragment_id FROM exograph.fragment_terms WHERE term_id = 77", "term_ids"),
            ("SELECT count(*) FROM exograph.fragment_terms WHERE term_id = (SELECT id FROM exograph.terms "
                + "WHERE exograph.text_digest(term) = exograph.text_digest('t77'))", "term_ids"),
            ("SELECT x.fragment_id FROM exograph.terms w JOIN exograph.fragment_terms x ON x.term_id = w.id "
                + "WHERE exograph.text_digest(w.term) = exograph.text_digest('t77')", "term_ids"),
            ("SELECT term_id FROM exograph.fragment_terms WHERE fragment_id = 77", "identity"),
            ("SELECT w.term FROM exograph.fragment_terms x JOIN exograph.terms w ON w.id = x.term_id WHERE x.fragment_id = 77",
                "identity"),
            ("SELECT x.term_id FROM exograph.fragments g JOIN exograph.fragment_terms x ON x.fragment_id = g.id WHERE g.id = 77",
                "identity"),
            ("SELECT FROM exograph.fragment_terms WHERE fragment_id = 77 AND term_id = 78", "identity"),
        ];
        foreach (var (query, index) in cases)
        {
            var plan = await PlanAsync(query);
            foreach (var partition in new[] { "load_1", "load_2" })
            {
                Assert.Contains($"fragment_term_sets_{partition}_{index}", plan, StringComparison.Ordinal);
            }
            Assert.DoesNotContain("Seq Scan on fragment_term_sets_load", plan, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_asks_for_all_pairs_reads_each_set_once_and_joins_nothing()
    {
        await LoadManyAsync();
        const string Pairs = "exograph.fragment_term_pairs";
        (string Query, string Rows)[] cases =
        [
            ($"SELECT term_id, count(*) FROM {Pairs} GROUP BY 1", "10000"),
            ($"SELECT fragment_id, count(*) FROM {Pairs} GROUP BY 1", "20000"),
            ($"SELECT x.term_id FROM exograph.fragments g JOIN {Pairs} x ON x.fragment_id = g.id", "200000"),
            ($"SELECT w.id FROM exograph.terms w WHERE NOT EXISTS (SELECT FROM {Pairs} x WHERE x.term_id = w.id)", "0"),
            ($"SELECT FROM {Pairs} a WHERE NOT EXISTS (SELECT FROM {Pairs} b WHERE b.term_id = a.term_id "
                + "AND b.fragment_id <> a.fragment_id)", "0"),
            ($"SELECT FROM {Pairs} a WHERE NOT EXISTS (SELECT FROM {Pairs} b WHERE b.fragment_id = a.fragment_id "
                + "AND b.term_id = a.term_id AND b.load_id <> a.load_id)", "200000"),
        ];
        foreach (var (query, rows) in cases)
        {
            var plan = await PlanAsync(query);
            Assert.DoesNotContain("fragment_term_sets_load_1_term_ids", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Nested Loop Anti Join", plan, StringComparison.Ordinal);
            Assert.Equal([rows], await Db.RowsAsync($"SELECT count(*) FROM ({query}) q"));
        }
        Assert.Contains("fragment_term_sets_load_1_identity", await PlanAsync($"SELECT term_id FROM {Pairs} WHERE fragment_id = 77"),
            StringComparison.Ordinal);
        Assert.Equal("0", Assert.Single(await Db.RowsAsync(
            $"SELECT count(*) FROM (TABLE {Pairs} EXCEPT ALL SELECT * FROM exograph.fragment_terms) q")));
        Assert.Equal("200000", Assert.Single(await Db.RowsAsync($"SELECT count(*) FROM {Pairs}")));
    }

    [Fact]
    public async Task Fragments_that_hold_three_terms_are_found_by_the_index_of_terms()
    {
        await LoadManyAsync();
        const string Query =
            """
            SELECT g.line FROM exograph.fragment_term_sets s JOIN exograph.fragments g ON g.id = s.fragment_id
            WHERE s.term_ids @> '{77,78,79}' ORDER BY 1
            """;

        var plan = await PlanAsync(Query);

        Assert.Contains("fragment_term_sets_load_1_term_ids", plan, StringComparison.Ordinal);
        Assert.Contains("fragment_term_sets_load_2_term_ids", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on fragment_term_sets_load", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on fragments", plan, StringComparison.Ordinal);
        Assert.Equal(await Db.RowsAsync(
            """
            SELECT g.line FROM exograph.fragment_terms x JOIN exograph.fragments g ON g.id = x.fragment_id
            WHERE x.term_id IN (77, 78, 79) GROUP BY g.id, g.line HAVING count(*) = 3 ORDER BY 1
            """), await Db.RowsAsync(Query));
    }

    [Fact]
    public async Task Deleting_a_term_rewrites_no_set_that_lacks_it()
    {
        await LoadThreeWaysAsync();
        const string Others = "SELECT ctid, load_id FROM exograph.fragment_term_sets s "
            + "WHERE NOT EXISTS (SELECT FROM exograph.terms t WHERE t.term = 't4' AND t.id = ANY (s.term_ids)) ORDER BY 2, 1";
        var before = await Db.RowsAsync(Others);

        await Db.ExecuteAsync("DELETE FROM exograph.terms WHERE term = 't4'");

        Assert.Equal(["1|t1,t2|1", "2|t1|1", "2|t3|-2", "2|t9|0", "3|t1|1"], await SetsAsync());
        Assert.Equal(before, (await Db.RowsAsync(Others)).Where(row => !row.EndsWith("|-2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Deleting_a_few_fragments_after_many_reads_their_sets_alone()
    {
        await LoadManyAsync();
        await Db.ExecuteAsync("BEGIN; DELETE FROM exograph.fragments WHERE id <= 10000; ROLLBACK");

        // Of transactions before it, too, as long as they are not reported.
        const string Scans = "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname LIKE 'fragment_term_sets_load_%' ORDER BY 1";
        await Db.ExecuteAsync("BEGIN");
        var before = await Db.RowsAsync(Scans);

        await Db.ExecuteAsync("DELETE FROM exograph.fragments WHERE id = 77");

        Assert.Equal(before, await Db.RowsAsync(Scans));
        await Db.ExecuteAsync("ROLLBACK");
    }

    [Fact]
    public async Task Merging_partitions_keeps_pairs_with_their_loads()
    {
        foreach (var sets in new[] { "(1, '{1,2}'), (2, '{4}')", "(1, '{1,2,3}')", "(1, '{4}'), (2, '{4,5}'), (3, '{1}')" })
        {
            var load = await BeginAsync();
            await StageAsync(load, sets);
            await load.FinalizeAsync("partition_threshold => 0");
        }
        var pairs = await Db.RowsAsync("SELECT * FROM exograph.fragment_terms ORDER BY 1, 2");
        var before = await SetsAsync();

        await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");

        Assert.Equal(["fragment_term_sets_load_1_to_3|1|3"], await Db.RowsAsync(
            """
            SELECT partition_name, first_load, last_load FROM exograph.fact_partitions
            WHERE table_name = 'fragment_term_sets' AND first_load > 0
            """));
        Assert.Equal(pairs, await Db.RowsAsync("SELECT * FROM exograph.fragment_terms ORDER BY 1, 2"));
        Assert.Equal(before, await SetsAsync());
        var again = await BeginAsync();
        await StageAsync(again, "(1, '{1,2,3,4}'), (2, '{4,5}'), (3, '{1,2}')");
        await again.FinalizeAsync("partition_threshold => 0");
        Assert.Equal(new Outcome(8) { Inserted = 1, Existing = 7 }, await again.OutcomeAsync("fragment_terms"));
    }

    private const string Restart =
        """
        ALTER SEQUENCE exograph.files_id_seq RESTART; ALTER SEQUENCE exograph.terms_id_seq RESTART;
        ALTER SEQUENCE exograph.fragments_id_seq RESTART
        """;

    /// <summary>A load of file 1 with fragments 1 to 3 in the lines of their numbers, and of terms t1, t2, t3...</summary>
    /// <summary>Finalizes what <see cref="Forms"/> holds.</summary>
    private async Task FinalizeAsync(Load load, bool reserved, string sets, string pairs, int staged)
    {
        await load.FinalizeAsync();

        Assert.Equal(["1|t1,t2,t3|" + load.Id, "2|t2|" + load.Id], await SetsAsync());
        Assert.Equal(["1|t1", "1|t2", "1|t3", "2|t2"], await PairsAsync());
        Assert.Equal(new Outcome(staged) { Inserted = 4, Collapsed = staged - 4 }, await load.OutcomeAsync("fragment_terms"));
        Assert.Equal(!reserved ? Numbered : sets == "(1, '{1,2,3}'), (2, '{2}')" && pairs.Length == 0 ? Final : Rewritten,
            await PathAsync(load));
    }

    private async Task<Load> BeginAsync(string options = "", int terms = 9)
    {
        var load = await Load.BeginAsync(Db, options);
        if (options.Contains("reserved", StringComparison.Ordinal))
        {
            // Into an empty index: the ids are the numbers.
            foreach (var (table, rows) in new[] { ("packages", 1), ("package_versions", 1), ("files", 1), ("fragments", 3), ("terms", terms) })
            {
                if (rows > 0)
                    Assert.Equal([$"1|{rows}"], await Db.RowsAsync($"SELECT first, last FROM exograph.reserve_ids({load.Id}, '{table}', {rows})"));
            }
        }
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256", "(1, 1, 'a', 'a', sha256('a'))");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass",
            @"SELECT n, 1, '\x', 'def', n, 1 FROM generate_series(1, 3) n");
        await load.StageAsync("terms", "id, term", $"SELECT n, 't' || n FROM generate_series(1, {terms}) n");
        return load;
    }

    private static async Task StageAsync(Load load, string sets, string pairs = "")
    {
        if (sets.Length > 0)
            await load.StageAsync("fragment_term_sets", "fragment_id, term_ids", sets);
        if (pairs.Length > 0)
            await load.StageAsync("fragment_terms", "fragment_id, term_id", pairs);
    }

    /// <summary>Sets in a partition of a load, in the shared one, and of a row-wise insert.</summary>
    private async Task LoadThreeWaysAsync()
    {
        var own = await BeginAsync();
        await StageAsync(own, "(1, '{1,2}'), (2, '{1}'), (3, '{1}')");
        await own.FinalizeAsync("partition_threshold => 0");
        var shared = await BeginAsync();
        await StageAsync(shared, "(1, '{1,4}'), (2, '{3,4}')");
        await shared.FinalizeAsync();
        await Db.ExecuteAsync(InsertPair(2, "t9"));
        Assert.Equal(["1|t1,t2|1", "1|t4|-2", "2|t1|1", "2|t3,t4|-2", "2|t9|0", "3|t1|1"], await SetsAsync());
    }

    /// <summary>Two partitions of 10,000 fragments with ten of 10,000 terms each.</summary>
    private async Task LoadManyAsync()
    {
        for (var file = 1; file <= 2; file++)
        {
            var load = await Load.BeginAsync(Db);
            await load.StageAsync("files", "id, path, source, sha256", $"(1, 'a', 'a', sha256('{file}'))");
            await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass",
                @"SELECT n, 1, '\x', 'def', n, 1 FROM generate_series(1, 10000) n");
            await load.StageAsync("terms", "id, term", "SELECT n, 't' || n FROM generate_series(1, 10000) n");
            await load.StageAsync("fragment_term_sets", "fragment_id, term_ids",
                "SELECT n, ARRAY(SELECT 1 + (n + i) % 10000 FROM generate_series(0, 9) i) FROM generate_series(1, 10000) n");
            await load.FinalizeAsync("partition_threshold => 0");
        }
        await Db.ExecuteAsync("ANALYZE");
    }

    [Fact]
    public async Task A_set_that_no_row_may_hold_is_refused_before_it_costs_anything()
    {
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("fragment_term_sets", "fragment_id, term_ids", "(1, array_fill(2, ARRAY[12000000]))");

        var error = await Db.FailsAsync("54000", $"SELECT exograph.check_load({load.Id})");
        Assert.Contains("the set of fragment 1 holds 12000000 terms", error.MessageText, StringComparison.Ordinal);
        Assert.Contains($"DELETE FROM exograph_load_{load.Id}.staged_fragment_term_sets", error.Hint, StringComparison.Ordinal);
        await Db.FailsAsync("54000", $"CALL exograph.finalize_load({load.Id}, on_reject => 'skip')");

        await Db.ExecuteAsync($"DELETE FROM {load.Staged("fragment_term_sets")} WHERE cardinality(term_ids) > 11184810");
        await load.FinalizeAsync();
        Assert.Equal(3, await Db.CountAsync("exograph.fragment_terms"));
    }

    private async Task<string> PlanAsync(string query) => string.Join('\n', await Db.RowsAsync("EXPLAIN (COSTS off) " + query));

    private static string InsertPair(int line, string term) =>
        "INSERT INTO exograph_in.fragment_terms (fragment_id, term) "
        + $"SELECT id, '{term}' FROM exograph.fragments WHERE line = {line.ToString(CultureInfo.InvariantCulture)}";

    private Task<int[]> ResolveAsync(string[] terms, Load? load = null) =>
        Db.ScalarAsync<int[]>($"SELECT exograph.resolve_terms($1, {load?.Id.ToString(null, null) ?? "NULL"})", [terms]);

    private async Task<string> PathAsync(Load load) => Assert.Single(await Db.RowsAsync(
        $"SELECT path, reason FROM exograph.load_report WHERE load_id = {load.Id} AND table_name = 'fragment_terms'"));

    /// <summary>Table, reason, fragment and term or terms, in the order of their text.</summary>
    private Task<string[]> RejectsAsync(string source) => Db.RowsAsync(
        $"""
        SELECT * FROM (SELECT table_name, reason, staged_row ->> 'fragment_id' AS f,
                              coalesce(staged_row ->> 'term_ids', staged_row ->> 'term_id') AS t
                       FROM exograph.{source}) r
        WHERE table_name = 'fragment_terms' ORDER BY reason COLLATE "C", f COLLATE "C", t COLLATE "C"
        """);

    /// <summary>Line of the fragment and term.</summary>
    private Task<string[]> PairsAsync() => Db.RowsAsync(
        """
        SELECT g.line, w.term
        FROM exograph.fragment_terms x
        JOIN exograph.fragments g ON g.id = x.fragment_id
        JOIN exograph.terms w ON w.id = x.term_id
        ORDER BY 1, 2
        """);

    /// <summary>Line of the fragment, terms and load of each set, in the order of these.</summary>
    private async Task<string[]> SetsAsync()
    {
        await AssertSetsAsync();
        return await Db.RowsAsync(
            """
            SELECT g.line, string_agg(w.term, ',' ORDER BY w.term) AS terms, s.load_id
            FROM exograph.fragment_term_sets s
            LEFT JOIN exograph.fragments g ON g.id = s.fragment_id
            CROSS JOIN unnest(s.term_ids) AS t (id)
            LEFT JOIN exograph.terms w ON w.id = t.id
            GROUP BY g.line, s.fragment_id, s.load_id
            ORDER BY 1, 2
            """);
    }

    /// <summary>Every set is ascending, without repeats, not empty, and disjoint from the others of its fragment.</summary>
    private async Task AssertSetsAsync()
    {
        Assert.Empty(await Db.RowsAsync(
            """
            SELECT * FROM exograph.fragment_term_sets
            WHERE term_ids = '{}' OR term_ids <> ARRAY(SELECT DISTINCT t FROM unnest(term_ids) t ORDER BY t)
            """));
        Assert.Empty(await Db.RowsAsync(
            "SELECT fragment_id, t FROM exograph.fragment_term_sets, unnest(term_ids) t GROUP BY 1, 2 HAVING count(*) > 1"));
    }
}

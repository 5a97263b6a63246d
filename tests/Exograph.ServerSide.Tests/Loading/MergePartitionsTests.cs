using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Keeping the number of partitions down.</summary>
public sealed class MergePartitionsTests : LoadingTest
{
    private const string DefinitionPartitions =
        "SELECT first_load, last_load FROM exograph.fact_partitions WHERE table_name = 'definitions' AND first_load > 0";

    [Fact]
    public async Task Merging_keeps_every_row_and_the_newest_partitions()
    {
        for (var i = 1; i <= 5; i++)
            await LoadAsync();
        var before = await Db.IndexAsync();

        await Db.ExecuteAsync("SELECT exograph.merge_partitions(keep => 2)");

        Assert.Equal(["1|3", "4|4", "5|5"], await Db.RowsAsync(DefinitionPartitions));
        Assert.Equal(before, await Db.IndexAsync());
        foreach (var fact in Sample.Facts.Select(Sample.TableOf))
        {
            Assert.Equal(["1", "2", "3"],
                await Db.RowsAsync($"SELECT DISTINCT load_id FROM exograph.{fact}_load_1_to_3 ORDER BY 1"));
            Assert.Equal(await Shape($"exograph.{fact}_load_5"), await Shape($"exograph.{fact}_load_1_to_3"));
        }
        Assert.Empty(await Db.RowsAsync("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"));
    }

    [Fact]
    public async Task A_merged_index_goes_on_as_before()
    {
        var loads = new List<Load>();
        for (var i = 1; i <= 3; i++)
            loads.Add(await LoadAsync());
        await Db.ExecuteAsync("SELECT exograph.merge_partitions(keep => 0)");
        var before = await Db.IndexAsync();

        // Facts that lie in the merged partition stand.
        var again = await StageAsync(1);
        await again.FinalizeAsync();
        Assert.Equal(before, await Db.IndexAsync());
        Assert.Equal(new Outcome(1) { Existing = 1 }, await again.OutcomeAsync("comments"));

        // New ones attach behind it, and are merged with it in their turn.
        var next = await LoadAsync();
        await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");
        Assert.Equal([$"1|{next.Id}"], await Db.RowsAsync(DefinitionPartitions));
        await Db.FailsAsync("23505", "INSERT INTO exograph.definitions SELECT * FROM exograph.definitions");
        await Db.ExecuteAsync("DELETE FROM exograph.packages");
        foreach (var fact in Sample.Facts)
            Assert.Equal(0, await Db.CountAsync($"exograph.{fact}"));
    }

    [Fact]
    public async Task Merging_again_without_need_changes_nothing()
    {
        await LoadAsync();
        await LoadAsync();

        foreach (var keep in new[] { 16, 2, 1 })
            Assert.Empty(await MergeAsync(keep));

        Assert.Equal(["1|1", "2|2"], await Db.RowsAsync(DefinitionPartitions));
    }

    [Fact]
    public async Task The_place_of_an_open_load_is_spared()
    {
        await LoadAsync();
        await LoadAsync();
        var open = await StageAsync(3);
        await LoadAsync();
        await LoadAsync();

        var blocked = Assert.Single(await MergeAsync(0), m => m.EndsWith("|blocked", StringComparison.Ordinal));
        Assert.Equal($"null|{open.Id}|{open.Id}|null|blocked", blocked);
        Assert.Equal(["1|2", "4|5"], await Db.RowsAsync(DefinitionPartitions));
        var detail = await Db.RowsAsync("SELECT detail FROM exograph.merge_partitions(0) WHERE status = 'blocked'");
        Assert.StartsWith($"load {open.Id} ('a test' of role {Db.UserName}, open since ", Assert.Single(detail), StringComparison.Ordinal);

        await open.FinalizeAsync("partition_threshold => 0");
        await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");
        Assert.Equal(["1|5"], await Db.RowsAsync(DefinitionPartitions));
    }

    [Fact]
    public async Task The_place_of_a_load_whose_begin_is_not_committed_yet_is_spared()
    {
        await LoadAsync();
        await LoadAsync();
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN");
        var begun = await StageAsync(99, other);
        await LoadAsync();
        await LoadAsync();

        // It does not even wait for that transaction.
        await Db.ExecuteAsync("SET lock_timeout = '10s'");
        Assert.Contains("null|3|3|null|blocked", await MergeAsync(0));
        Assert.Equal(["1|2", "4|5"], await Db.RowsAsync(DefinitionPartitions));
        await other.ExecuteAsync("COMMIT");

        await begun.FinalizeAsync("partition_threshold => 0");
        Assert.Equal("finalized", await begun.StateAsync());
        Assert.Equal(5, await Db.CountAsync("exograph.definitions"));
        await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");
        Assert.Equal(["1|5"], await Db.RowsAsync(DefinitionPartitions));
    }

    [Fact]
    public async Task The_number_of_a_begin_that_was_rolled_back_keeps_nothing_apart()
    {
        await LoadAsync();
        await Db.ExecuteAsync("BEGIN; SELECT exograph.begin_load('never'); ROLLBACK");
        await LoadAsync();

        await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");

        Assert.Equal(["1|3"], await Db.RowsAsync(DefinitionPartitions));
    }

    [Fact]
    public async Task What_was_merged_is_told_for_each_table()
    {
        for (var i = 1; i <= 3; i++)
            await LoadAsync();

        Assert.Equal(Sample.Facts.Select(f => $"{Sample.TableOf(f)}|1|2|2|merged").Order(StringComparer.Ordinal), await MergeAsync(1));
    }

    [Fact]
    public async Task A_table_whose_partition_is_used_by_somebody_is_left_alone_and_the_others_are_merged()
    {
        await LoadAsync();
        await LoadAsync();
        await Db.ExecuteAsync("CREATE VIEW public.first_load AS SELECT * FROM exograph.definitions_load_1");

        var merged = await MergeAsync(0);

        Assert.Equal(["definitions|1|2|2|blocked"], merged.Where(m => !m.EndsWith("|merged", StringComparison.Ordinal)));
        Assert.Equal(Sample.Facts.Count - 1, merged.Count(m => m.EndsWith("|1|2|2|merged", StringComparison.Ordinal)));
        Assert.Equal(["1|1", "2|2"], await Db.RowsAsync(DefinitionPartitions));
        Assert.Equal(
            ["view public.first_load: have it use the partitioned table, or drop it"],
            await Db.RowsAsync("SELECT detail FROM exograph.merge_partitions(0)"));

        await Db.ExecuteAsync("DROP VIEW public.first_load");
        Assert.Equal(["definitions|1|2|2|merged"], await MergeAsync(0));
    }

    [Fact]
    public async Task More_than_the_servers_table_of_locks_has_room_for_is_merged_by_several_calls()
    {
        await Db.ExecuteAsync("""
            CREATE OR REPLACE FUNCTION exograph_private.partitions_in_locks(table_name text, runs bigint) RETURNS integer
            IMMUTABLE LANGUAGE sql AS 'SELECT 3'
            """);
        for (var i = 1; i <= 7; i++)
            await LoadAsync();
        var before = await Db.IndexAsync();

        var first = await MergeAsync(0);
        Assert.Contains("definitions|1|3|3|merged", first);
        Assert.Contains("definitions|4|7|4|postponed", first);
        for (var calls = 1; (await MergeAsync(0)).Length > 0; calls++)
            Assert.InRange(calls, 1, 6);

        Assert.Equal(["1|7"], await Db.RowsAsync(DefinitionPartitions));
        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task Thousands_of_partitions_fit_into_half_the_table_of_locks_by_parts()
    {
        // What dropping one partition locks, by the server's own count.
        await LoadAsync();
        await LoadAsync();
        foreach (var table in Sample.Facts.Select(Sample.TableOf))
        {
            await Db.ExecuteAsync($"BEGIN; DROP TABLE exograph.{table}_load_1");
            var locks = long.Parse(Assert.Single(await Db.RowsAsync("""
                SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                WHERE l.pid = pg_backend_pid() AND l.mode = 'AccessExclusiveLock' AND c.relname LIKE '%load\_1%'
                    OR l.pid = pg_backend_pid() AND l.mode = 'AccessExclusiveLock' AND c.relnamespace = 'pg_toast'::regnamespace
                """)), null);
            await Db.ExecuteAsync("ROLLBACK");
            var room = long.Parse(Assert.Single(await Db.RowsAsync(
                $"SELECT exograph_private.partitions_in_locks('{table}', 5)")), null);
            var all = long.Parse(Assert.Single(await Db.RowsAsync("""
                SELECT current_setting('max_locks_per_transaction')::int
                    * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int)
                """)), null);
            Assert.InRange(room, 2, all / 2 / 5 / Math.Max(1, locks));
        }
    }

    [Fact]
    public async Task Readers_of_every_table_go_on_while_the_merged_partitions_are_built()
    {
        await LoadAsync();
        await LoadAsync();
        await SlowIndex.InstallAsync(Db, "symbol_references", "name");
        var holder = await OpenAsync();
        await SlowIndex.HoldAsync(holder);

        var merging = Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");
        await holder.UntilBlockedAsync(Db);
        var reader = await OpenAsync();
        await reader.ExecuteAsync("SET lock_timeout = '10s'");
        foreach (var table in Session.IndexTables)
            await reader.CountAsync($"exograph.{table}");
        // A load may begin meanwhile.
        await reader.ExecuteAsync("SELECT exograph.begin_load('meanwhile')");
        await holder.ExecuteAsync("COMMIT");
        await merging;

        Assert.Equal(["1|2"], await Db.RowsAsync(DefinitionPartitions));
    }

    [Fact]
    public async Task Merging_does_not_deadlock_with_a_reader_that_goes_on_to_another_table()
    {
        await LoadAsync();
        await LoadAsync();
        var reader = await OpenAsync();
        await reader.ExecuteAsync("BEGIN; SELECT FROM exograph.fragment_terms; SELECT FROM exograph.definitions");

        var merging = Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");
        await reader.UntilBlockedAsync(Db);
        foreach (var table in Session.IndexTables)
            await reader.CountAsync($"exograph.{table}");
        await reader.ExecuteAsync("COMMIT");
        await merging;

        Assert.Equal(["1|2"], await Db.RowsAsync(DefinitionPartitions));
    }

    [Fact]
    public async Task Merging_does_not_bring_back_what_was_deleted_since_the_transactions_snapshot()
    {
        // No foreign key would find them out.
        for (var term = 1; term <= 2; term++)
        {
            var load = await Load.BeginAsync(Db);
            await Sample.StageDimensionsAsync(load);
            await load.StageAsync("fragment_terms", "fragment_id, term_id", $"(1, {term})");
            await load.FinalizeAsync("partition_threshold => 0");
        }
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        Assert.Equal(2, await other.CountAsync("exograph.fragment_terms"));
        await Db.ExecuteAsync("DELETE FROM exograph.packages");

        var error = await Record.ExceptionAsync(async () =>
        {
            await other.ExecuteAsync("SELECT exograph.merge_partitions(0)");
            await other.ExecuteAsync("COMMIT");
        });

        Assert.True(error is null or Npgsql.PostgresException { SqlState: "XG007" or "40001" }, error?.Message);
        Assert.Equal(0, await Db.CountAsync("exograph.fragment_terms"));
    }

    [Fact]
    public async Task Merging_does_not_deadlock_with_a_transaction_that_deletes_a_package()
    {
        await LoadAsync();
        await LoadAsync();
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN; DELETE FROM exograph.packages WHERE name = 'no such package'");

        await Db.ExecuteAsync("SET deadlock_timeout = '100ms'");
        var merging = Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");
        await other.UntilBlockedAsync(Db);
        await other.ExecuteAsync("DELETE FROM exograph.packages; COMMIT");
        await merging;

        Assert.Equal(0, await Db.CountAsync("exograph.definitions"));
        Assert.Equal(["1|2"], await Db.RowsAsync(DefinitionPartitions));
    }

    [Fact]
    public async Task A_reader_holds_merging_up_for_lock_timeout_at_most()
    {
        await LoadAsync();
        await LoadAsync();
        var reader = await OpenAsync();
        await reader.ExecuteAsync("BEGIN; SELECT FROM exograph.definitions");

        await Db.FailsAsync("55P03", "SET lock_timeout = '100ms'; SELECT exograph.merge_partitions(0)");
        Assert.Equal(["1|1", "2|2"], await Db.RowsAsync(DefinitionPartitions));

        await reader.ExecuteAsync("COMMIT");
        await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");
        Assert.Equal(["1|2"], await Db.RowsAsync(DefinitionPartitions));
    }

    [Fact]
    public async Task The_number_to_keep_must_be_a_number()
    {
        foreach (var keep in new[] { "-1", "NULL" })
        {
            var error = await Db.FailsAsync("XG008", $"SELECT exograph.merge_partitions({keep})");
            Assert.Equal($"keep must be 0 or more, not {keep}", error.MessageText);
            Assert.Equal("It is the number of newest partitions to leave alone.", error.Hint);
        }
    }

    [Fact]
    public async Task Finalize_warns_of_more_partitions_than_most_partitions()
    {
        await Db.ExecuteAsync(
            "CREATE OR REPLACE FUNCTION exograph_private.most_partitions() RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT 3'");
        await LoadAsync();
        await LoadAsync();
        Assert.DoesNotContain(Db.Notices, n => n.Severity == "WARNING");

        await LoadAsync();

        var warning = Assert.Single(Db.Notices, n => n.Severity == "WARNING");
        Assert.Contains("definitions has 4", warning.MessageText, StringComparison.Ordinal);
        Assert.StartsWith("SELECT * FROM exograph.merge_partitions() merges those of old loads;", warning.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_that_is_told_so_keeps_the_number_of_partitions_bounded()
    {
        for (var n = 1; n <= 14; n++)
        {
            await (await StageAsync(n)).FinalizeAsync("partition_threshold => 0, most_partitions => 5");
            Assert.InRange(await Db.CountAsync("exograph.fact_partitions WHERE table_name = 'definitions'"), 2, 5);
        }

        Assert.Equal(Enumerable.Range(1, 14).Select(n => $"{n}|{n}"),
            await Db.RowsAsync("SELECT load_id, line FROM exograph.definitions ORDER BY 1"));
        Assert.DoesNotContain(Db.Notices, n => n.Severity == "WARNING");
        Assert.NotEmpty(await Db.RowsAsync("SELECT FROM exograph.load_phases WHERE phase = 'merge partitions'"));
    }

    [Fact]
    public async Task What_is_larger_than_all_that_would_be_merged_with_it_is_not_written_again()
    {
        var large = await StageAsync(1);
        await Db.ExecuteAsync(
            $"INSERT INTO {large.Staged("comments")} (file_id, text, line) SELECT 1, 'why', n FROM generate_series(2, 5000) n");
        await large.FinalizeAsync("partition_threshold => 0");
        for (var n = 2; n <= 4; n++)
            await (await StageAsync(n * 10_000)).FinalizeAsync("partition_threshold => 0");

        await (await StageAsync(50_000)).FinalizeAsync("partition_threshold => 0, most_partitions => 3");

        Assert.Equal(["1|1", "2|4", "5|5"], await Db.RowsAsync(
            "SELECT first_load, last_load FROM exograph.fact_partitions WHERE table_name = 'comments' AND first_load > 0"));
    }

    [Fact]
    public async Task A_reader_in_the_way_does_not_fail_the_load_that_would_merge()
    {
        await LoadAsync();
        await LoadAsync();
        var reader = await OpenAsync();
        await reader.ExecuteAsync("BEGIN; SELECT FROM exograph.definitions");

        await (await StageAsync(3)).FinalizeAsync("partition_threshold => 0, most_partitions => 2");

        var warning = Assert.Single(Db.Notices, n => n.Severity == "WARNING");
        Assert.StartsWith("load 3: partitions of old loads are not merged: merge_partitions: another transaction is reading ",
            warning.MessageText, StringComparison.Ordinal);
        Assert.Contains(reader.UserName, warning.Detail, StringComparison.Ordinal);
        Assert.Equal(["1|1", "2|2", "3|3"], await Db.RowsAsync(DefinitionPartitions));
        await reader.ExecuteAsync("COMMIT");

        await (await StageAsync(4)).FinalizeAsync("partition_threshold => 0, most_partitions => 2");
        Assert.Equal(["1|3", "4|4"], await Db.RowsAsync(DefinitionPartitions));
    }

    [Fact]
    public async Task Only_the_owner_has_loads_merge_partitions()
    {
        var role = await CreateRoleAsync("loader", "exograph_loader");
        var loader = await OpenAsAsync(role);

        await loader.FailsAsync("42501", "SELECT exograph.begin_load('x', most_partitions => 64)");
        var load = await Load.BeginAsync(loader);
        await loader.FailsAsync("42501", load.FinalizeSql("most_partitions => 64"));
    }

    /// <summary>Merges, and returns what became of each range, without its detail.</summary>
    private async Task<string[]> MergeAsync(int keep) => [.. (await Db.RowsAsync(
        $"SELECT table_name, first_load, last_load, partitions, status FROM exograph.merge_partitions({keep})"))
        .Order(StringComparer.Ordinal)];

    private async Task<Load> LoadAsync()
    {
        var number = 1 + await Db.CountAsync("exograph.loads");
        var load = await StageAsync(number);
        await load.FinalizeAsync("partition_threshold => 0");
        return load;
    }

    /// <summary>A load of one fact of each kind at a line of its own.</summary>
    private async Task<Load> StageAsync(long line, Session? session = null)
    {
        var load = await Load.BeginAsync(session ?? Db);
        await Sample.StageDimensionsAsync(load);
        await load.StageAsync("terms", "id, term", $"(3, 'term of {line}')");
        await load.StageAsync("comments", "file_id, text, line", $"(1, 'why', {line})");
        foreach (var table in new[] { "definitions", "symbol_references" })
            await load.StageAsync(table, "file_id, fragment_id, kind, name, qualified_name, line",
                $"(1, 1, 'k', 'n', 'q', {line})");
        await load.StageAsync("call_edges", "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
            $"(1, 2, 'a', 'b', {line})");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 3)");
        return load;
    }

    /// <summary>Constraints and indexes of a table, without names.</summary>
    private Task<string[]> Shape(string table) => Db.RowsAsync(
        $"""
        SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype <> 'n'
        UNION ALL
        SELECT regexp_replace(pg_get_indexdef(i.indexrelid), ' INDEX .* USING ', ' USING ') || (h.inhparent IS NOT NULL)
        FROM pg_index i LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid WHERE i.indrelid = '{table}'::regclass
        ORDER BY 1
        """);
}

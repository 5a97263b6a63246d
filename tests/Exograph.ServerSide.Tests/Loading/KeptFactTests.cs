using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Staged facts of loads with reserved ids: which become the load's partition as they stand.</summary>
public sealed class KeptFactTests : LoadingTest
{
    /// <summary>6,400 bytes that do not compress to the size of an index entry.</summary>
    private const string TooLong = "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) n)";

    /// <summary>The path of terms, which are never patched, where not all of their sets are final.</summary>
    private const string Rewritten = "partition|pairs, unordered sets, or terms or fragments that existed already";

    [Fact]
    public async Task A_staged_table_whose_rows_are_final_becomes_the_partition_as_it_stands()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        var files = new Dictionary<string, long>();
        var rows = new Dictionary<string, string[]>();
        foreach (var fact in Sample.Facts)
        {
            files[fact] = await sample.FileOfStagingAsync(fact);
            rows[fact] = await Db.RowsAsync(
                $"SELECT ctid::text, xmin::text, s::text FROM {sample.Staged(fact)} s ORDER BY s.ctid");
        }

        await sample.Load.FinalizeAsync();

        foreach (var fact in Sample.Facts)
        {
            Assert.Equal("attached|all rows were final", await sample.PathAsync(fact));
            Assert.Equal(files[fact], await sample.FileOfPartitionAsync(fact));
            Assert.Equal(rows[fact], await Db.RowsAsync(
                $"SELECT ctid::text, xmin::text, s::text FROM {sample.Partition(fact)} s ORDER BY s.ctid"));
            Assert.Equal(new Outcome(40) { Inserted = 40 }, await sample.Load.OutcomeAsync(fact));
        }
    }

    [Fact]
    public async Task What_was_a_staging_table_is_made_like_any_other_partition()
    {
        var role = await CreateRoleAsync("loader", "exograph_loader");
        var loader = await OpenAsAsync(role);
        var sample = await ReservedSample.BeginAsync(loader);
        foreach (var fact in Sample.Facts)
            await Db.ExecuteAsync($"GRANT SELECT ON {sample.Staged(fact)} TO PUBLIC");

        await sample.Load.FinalizeAsync();

        foreach (var fact in Sample.Facts)
        {
            Assert.StartsWith("attached", await sample.PathAsync(fact), StringComparison.Ordinal);
            var partition = $"'{sample.Partition(fact)}'::regclass";
            Assert.Equal(await DescribeAsync($"'exograph.{Sample.TableOf(fact)}'::regclass"), await DescribeAsync(partition));
            Assert.Equal(["true|true|true"], await Db.RowsAsync(
                $"""
                SELECT DISTINCT i.indisvalid, i.indisready, h.inhparent IS NOT NULL
                FROM pg_index i LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid WHERE i.indrelid = {partition}
                """));
            Assert.Equal(["p|exograph_owner|null"], await Db.RowsAsync(
                $"""
                SELECT relpersistence::text, pg_get_userbyid(relowner)::text, reloptions::text
                FROM pg_class WHERE oid = {partition}
                """));
            Assert.Equal(["exograph_owner"], await Db.RowsAsync(
                $"""
                SELECT DISTINCT pg_get_userbyid(g.grantee)::text
                FROM pg_class c, aclexplode(c.relacl) g WHERE c.oid = {partition}
                """));
            Assert.Empty(await Db.RowsAsync(
                $"SELECT attname::text FROM pg_attribute WHERE attrelid = {partition} AND attacl::text <> '{{}}'"));
            foreach (var statement in new[] { "DELETE FROM {0}", "TRUNCATE {0}", "UPDATE {0} SET load_id = 0", "TABLE {0}" })
            {
                await loader.FailsAsync("42501", string.Format(null, statement, sample.Partition(fact)));
            }
        }
    }

    [Fact]
    public async Task What_was_a_staging_table_enforces_the_keys_of_its_table()
    {
        var load = (await ReservedSample.BeginAsync(Db)).Load;
        await load.FinalizeAsync();
        var partition = $"exograph.definitions_load_{load.Id}";

        await Db.FailsAsync("23505", $"INSERT INTO exograph.definitions SELECT * FROM {partition}");
        await Db.FailsAsync("23514", $"UPDATE {partition} SET kind = repeat('k', 501)");
        await Db.FailsAsync("23502", $"UPDATE {partition} SET name = NULL");
        await Db.FailsAsync("23514", $"UPDATE {partition} SET load_id = 0");
        await Db.FailsAsync("23502", $"INSERT INTO exograph.fragment_term_sets (fragment_id, load_id) VALUES (1, {load.Id})");
        await Db.FailsAsync("23505", "INSERT INTO exograph.fragment_term_sets SELECT * FROM exograph.fragment_term_sets LIMIT 1");
    }

    [Fact]
    public async Task Facts_that_will_be_adopted_are_indexed_before_the_gate_is_closed()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        await sample.Load.FinalizeAsync();
        var again = await ReservedSample.BeginAsync(Db);
        await again.Load.FinalizeAsync();

        Assert.Equal(Sample.Facts.Order(StringComparer.Ordinal), await IndexedBeforeTheGateAsync(sample.Load));
        Assert.Empty(await IndexedBeforeTheGateAsync(again.Load));
    }

    [Theory]
    [InlineData("definitions", "package_id = NULL")]
    [InlineData("symbol_references", "package_version_id = NULL")]
    [InlineData("call_edges", "metadata = NULL")]
    public async Task Facts_of_which_many_are_to_be_filled_in_are_indexed_once_when_they_have_been(string fact, string lacking)
    {
        var sample = await ReservedSample.BeginAsync(Db);
        await Db.ExecuteAsync($"UPDATE {sample.Load.Staged(fact)} SET {lacking} WHERE line <= 5");

        await sample.Load.FinalizeAsync();

        Assert.Equal(Sample.Facts.Except([fact]).Order(StringComparer.Ordinal), await IndexedBeforeTheGateAsync(sample.Load));
        Assert.Equal(1, await Db.CountAsync(
            $"exograph.load_phases WHERE load_id = {sample.Load.Id} AND phase = 'index' AND table_name = '{fact}'"));
        Assert.StartsWith("partition|", await sample.PathAsync(fact), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facts_of_files_without_package_are_final_without_one()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        foreach (var table in Sample.Facts.Except(["fragment_terms"]).Append("files"))
            await Db.ExecuteAsync($"UPDATE {sample.Load.Staged(table)} SET package_id = NULL, package_version_id = NULL");

        await sample.Load.FinalizeAsync();

        Assert.Equal(Sample.Facts.Order(StringComparer.Ordinal), await IndexedBeforeTheGateAsync(sample.Load));
        foreach (var fact in Sample.Facts)
        {
            Assert.Equal("attached|all rows were final", await sample.PathAsync(fact));
            Assert.Equal(new Outcome(40) { Inserted = 40 }, await sample.Load.OutcomeAsync(fact));
        }
    }

    [Theory]
    [InlineData("definitions_by_a_rather_long_name_that_somebody_may_have_chosen")]
    [InlineData("my \"index\"")]
    public async Task An_index_that_somebody_made_is_built_on_the_partition_too(string name)
    {
        await Db.ExecuteAsync($"CREATE INDEX {Sql.Name(name)} ON exograph.definitions (arity)");
        var sample = await ReservedSample.BeginAsync(Db);
        await sample.Load.FinalizeAsync();

        Assert.Equal(
            await Db.CountAsync("pg_index WHERE indrelid = 'exograph.definitions'::regclass"),
            await Db.CountAsync(
                "pg_inherits h JOIN pg_index i ON i.indexrelid = h.inhrelid "
                + $"WHERE i.indrelid = 'exograph.definitions_load_{sample.Load.Id}'::regclass"));
    }

    [Fact]
    public async Task What_was_indexed_early_and_is_written_again_has_indexes_and_statistics()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        await Db.ExecuteAsync(
            $"ALTER TABLE {sample.Load.Staged("definitions")} ADD CONSTRAINT mine UNIQUE (line); "
            + $"UPDATE {sample.Load.Staged("files")} SET sha256 = sha256(('a' || id - 35)::bytea) WHERE id > 35");

        await sample.Load.FinalizeAsync();

        Assert.Contains("definitions", await IndexedBeforeTheGateAsync(sample.Load));
        Assert.StartsWith("partition|", await sample.PathAsync("definitions"), StringComparison.Ordinal);
        var partition = $"definitions_load_{sample.Load.Id}";
        Assert.NotEqual(0, await Db.CountAsync($"pg_stats WHERE tablename = '{partition}'"));
        Assert.Equal(
            await Db.CountAsync("pg_index WHERE indrelid = 'exograph.definitions'::regclass"),
            await Db.CountAsync($"pg_index WHERE indrelid = 'exograph.{partition}'::regclass"));
    }

    [Fact]
    public async Task A_load_that_waits_at_the_gate_holds_nothing_that_others_need()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var waiting = await OpenAsync();
        var sample = await ReservedSample.BeginAsync(waiting, content: "b");
        await Db.ExecuteAsync("BEGIN; LOCK TABLE exograph.gate IN SHARE ROW EXCLUSIVE MODE");

        var finalizing = sample.Load.FinalizeAsync();
        await Db.UntilBlockedAsync(waiting);
        await Db.ExecuteAsync(
            "LOCK TABLE exograph.packages, exograph.files, exograph.terms IN ACCESS EXCLUSIVE MODE NOWAIT; COMMIT");
        await finalizing;

        Assert.Equal(80, await Db.CountAsync("exograph.files"));
    }

    [Theory]
    [InlineData(4, "patched|4 rows were changed or existed already")]
    [InlineData(5, "partition|more than a tenth of the rows has other ids, or other packages, or may exist already")]
    public async Task Rows_without_their_package_are_mended_where_they_are_few(int rows, string expected)
    {
        var sample = await ReservedSample.BeginAsync(Db);
        string[] facts = ["comments", "definitions", "symbol_references", "call_edges"];
        foreach (var fact in facts)
            await Db.ExecuteAsync($"UPDATE {sample.Load.Staged(fact)} SET package_id = NULL WHERE line <= {rows}");
        await Db.ExecuteAsync(
            $"UPDATE {sample.Load.Staged("call_edges")} SET package_id = 1, metadata = NULL WHERE line <= {rows}");
        var files = new Dictionary<string, long>();
        foreach (var fact in facts)
            files[fact] = await sample.FileOfStagingAsync(fact);

        await sample.Load.FinalizeAsync();

        foreach (var fact in facts)
        {
            Assert.Equal(expected, await sample.PathAsync(fact));
            Assert.Equal(expected.StartsWith("patched", StringComparison.Ordinal),
                files[fact] == await sample.FileOfPartitionAsync(fact));
            Assert.Equal(new Outcome(40) { Inserted = 40 }, await sample.Load.OutcomeAsync(fact));
            Assert.Equal(["40|1|1"], await Db.RowsAsync(
                $"SELECT count(*), min(package_id), max(package_version_id) FROM exograph.{fact} WHERE package_id IS NOT NULL"));
        }
        Assert.Equal(40, await Db.CountAsync("exograph.call_edges WHERE metadata = '{}'"));
    }

    [Theory]
    [InlineData(4, "patched")]
    [InlineData(5, "partition")]
    public async Task Facts_of_rows_that_came_twice_are_mended_where_they_are_few(int rows, string path)
    {
        var sample = await ReservedSample.ReserveAsync(Db, rows: 40);
        await sample.StageDimensionsAsync();
        // The last rows of all dimensions are the first ones again; what follows from a file's key follows it.
        await Db.ExecuteAsync(
            $"UPDATE {sample.Load.Staged("files")} SET sha256 = sha256(('a' || id - 40 + {rows})::bytea) WHERE id > 40 - {rows}");
        await Db.ExecuteAsync($"UPDATE {sample.Load.Staged("terms")} SET term = 'a' || id - 40 + {rows} WHERE id > 40 - {rows}");
        await sample.StageFactsAsync(1, 40);

        await sample.Load.FinalizeAsync();

        foreach (var fact in Sample.Facts)
        {
            Assert.StartsWith(fact == "fragment_terms" ? Rewritten : path + "|", await sample.PathAsync(fact), StringComparison.Ordinal);
            var lines = fact == "fragment_terms" ? 40 - rows : 40;
            Assert.Equal(new Outcome(40) { Inserted = lines, Collapsed = 40 - lines }, await sample.Load.OutcomeAsync(fact));
        }
        foreach (var (fact, column) in new[]
        {
            ("comments", "file_id"), ("comments", "fragment_id"), ("definitions", "file_id"),
            ("symbol_references", "fragment_id"), ("call_edges", "file_id"), ("call_edges", "caller_node_id"),
            ("call_edges", "callee_node_id"), ("call_edges", "call_site_fragment_id"), ("fragment_terms", "fragment_id"),
            ("fragment_terms", "term_id"),
        })
        {
            Assert.Equal([$"1|{40 - rows}|{40 - rows}"], await Db.RowsAsync(
                $"SELECT min({column}), max({column}), count(DISTINCT {column}) FROM exograph.{fact}"));
        }
    }

    [Theory]
    [InlineData(4, "patched")]
    [InlineData(5, "partition")]
    public async Task Facts_that_stand_already_are_left_out(int rows, string path)
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        // The first files of this one are the last ones of that.
        var sample = await ReservedSample.BeginAsync(Db, from: 41 - rows);
        // The first of them differs from what stands, and so does the last, which is new.
        foreach (var fact in new[] { "comments", "definitions", "symbol_references" })
            await Db.ExecuteAsync($"UPDATE {sample.Load.Staged(fact)} SET fragment_id = NULL WHERE line IN ({41 - rows}, 80 - {rows})");
        await Db.ExecuteAsync($"UPDATE {sample.Load.Staged("call_edges")} SET metadata = '[1]' WHERE line IN ({41 - rows}, 80 - {rows})");

        await sample.Load.FinalizeAsync();

        foreach (var fact in Sample.Facts)
        {
            Assert.StartsWith(fact == "fragment_terms" ? Rewritten : path + "|", await sample.PathAsync(fact), StringComparison.Ordinal);
            Assert.Equal(
                new Outcome(40) { Inserted = 40 - rows, Existing = rows, Conflicting = fact == "fragment_terms" ? 0 : 1 },
                await sample.Load.OutcomeAsync(fact));
            Assert.Equal(80 - rows, await Db.CountAsync($"exograph.{fact}"));
            Assert.Equal(40 - rows, await Db.CountAsync(sample.Partition(fact)));
        }
    }

    [Fact]
    public async Task New_facts_of_a_few_standing_files_are_mended_into_the_partition()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.StageDimensionsAsync(from: 38);
        await sample.StageFactsAsync(1, 40, line: 1000);

        await sample.Load.FinalizeAsync();

        foreach (var fact in Sample.Facts)
        {
            var existing = fact == "fragment_terms" ? 3 : 0;
            Assert.Equal(fact == "fragment_terms" ? Rewritten : "patched|3 rows were changed or existed already",
                await sample.PathAsync(fact));
            Assert.Equal(new Outcome(40) { Inserted = 40 - existing, Existing = existing }, await sample.Load.OutcomeAsync(fact));
        }
        Assert.Equal(["38|38", "39|39", "40|40", "44|44"], await Db.RowsAsync(
            "SELECT file_id, fragment_id FROM exograph.definitions WHERE line >= 1000 ORDER BY 1 LIMIT 4"));
    }

    [Fact]
    public async Task A_load_of_the_same_again_adds_nothing()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var before = await Db.IndexAsync();
        var again = await ReservedSample.BeginAsync(Db);

        await again.Load.FinalizeAsync();

        Assert.Equal(before, await Db.IndexAsync());
        foreach (var fact in Sample.Facts)
        {
            Assert.Equal("empty|all rows existed already", await again.PathAsync(fact));
            Assert.Equal(new Outcome(40) { Existing = 40 }, await again.Load.OutcomeAsync(fact));
        }
        Assert.Equal(0, await Db.CountAsync($"exograph.fact_partitions WHERE first_load = {again.Load.Id}"));
    }

    [Fact]
    public async Task The_same_fact_twice_collapses_in_the_table_that_becomes_the_partition()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        await sample.StageFactsAsync(1, 2);
        await Db.ExecuteAsync($"UPDATE {sample.Load.Staged("definitions")} SET name = 'm' WHERE ctid = "
            + $"(SELECT max(ctid) FROM {sample.Load.Staged("definitions")} WHERE line = 2)");
        var file = await sample.FileOfStagingAsync("definitions");

        await sample.Load.FinalizeAsync();

        foreach (var fact in Sample.Facts)
        {
            Assert.Equal(fact == "fragment_terms" ? Rewritten : "attached|all rows were final", await sample.PathAsync(fact));
            Assert.Equal(
                new Outcome(42) { Inserted = 40, Collapsed = 2, Conflicting = fact == "definitions" ? 1 : 0 },
                await sample.Load.OutcomeAsync(fact));
        }
        Assert.Equal(file, await sample.FileOfPartitionAsync("definitions"));
        Assert.Equal(["m"], await Db.RowsAsync("SELECT name FROM exograph.definitions WHERE line = 2"));
    }

    [Fact]
    public async Task Rejected_rows_are_left_out_of_the_table_that_becomes_the_partition()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        foreach (var fact in new[] { "comments", "definitions", "symbol_references" })
            await Db.ExecuteAsync($"UPDATE {sample.Load.Staged(fact)} SET file_id = NULL WHERE line > 30");
        await Db.ExecuteAsync($"UPDATE {sample.Load.Staged("call_edges")} SET callee_node_id = 999 WHERE line > 30");
        await Db.ExecuteAsync($"UPDATE {sample.Staged("fragment_terms")} SET term_ids = '{{999}}' WHERE term_ids[1] > 30");

        await Db.FailsAsync("XG006", sample.Load.FinalizeSql());
        await sample.Load.FinalizeAsync("on_reject => 'skip'");

        foreach (var fact in Sample.Facts)
        {
            Assert.Equal("attached|all rows were final", await sample.PathAsync(fact));
            Assert.Equal(new Outcome(40) { Inserted = 30, Rejected = 10 }, await sample.Load.OutcomeAsync(fact));
            Assert.Equal(30, await Db.CountAsync($"exograph.{fact}"));
        }
    }

    [Theory]
    [InlineData("definitions", "name")]
    [InlineData("definitions", "qualified_name")]
    [InlineData("definitions", "kind")]
    [InlineData("symbol_references", "qualified_name")]
    [InlineData("symbol_references", "kind")]
    public async Task A_reject_that_no_index_can_hold_is_skipped_like_any_other(string fact, string column)
    {
        var sample = await ReservedSample.BeginAsync(Db);
        await Db.ExecuteAsync($"UPDATE {sample.Load.Staged(fact)} SET {column} = {TooLong} WHERE line = 7");

        await Db.FailsAsync("XG006", sample.Load.FinalizeSql());
        await sample.Load.FinalizeAsync("on_reject => 'skip'");

        Assert.Equal("partition|the staging table has dead rows that no index can hold", await sample.PathAsync(fact));
        Assert.Equal(new Outcome(40) { Inserted = 39, Rejected = 1 }, await sample.Load.OutcomeAsync(fact));
        Assert.Equal(39, await Db.CountAsync($"exograph.{fact}"));
    }

    [Fact]
    public async Task A_row_that_no_index_can_hold_may_be_mended_while_an_older_snapshot_is_open()
    {
        var sample = await ReservedSample.BeginAsync(Db);
        var staged = sample.Load.Staged("definitions");
        await Db.ExecuteAsync($"UPDATE {staged} SET name = {TooLong} WHERE line = 7");
        await Db.FailsAsync("XG006", sample.Load.FinalizeSql());
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
        await Db.ExecuteAsync($"UPDATE {staged} SET name = 'mended' WHERE line = 7");

        await sample.Load.FinalizeAsync();

        Assert.Equal(new Outcome(40) { Inserted = 40 }, await sample.Load.OutcomeAsync("definitions"));
        Assert.Equal(["mended"], await Db.RowsAsync("SELECT name FROM exograph.definitions WHERE line = 7"));
    }

    [Fact]
    public async Task A_reject_that_no_index_can_hold_is_skipped_where_facts_are_indexed_behind_the_gate()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.StageDimensionsAsync(from: 31); // ten of its files stand, without facts here
        await sample.StageFactsAsync(11, 40);
        await Db.ExecuteAsync($"UPDATE {sample.Load.Staged("definitions")} SET name = {TooLong} WHERE line = 7");

        await sample.Load.FinalizeAsync("on_reject => 'skip'");

        Assert.Empty(await IndexedBeforeTheGateAsync(sample.Load));
        Assert.StartsWith("attached|", await sample.PathAsync("comments"), StringComparison.Ordinal);
        Assert.Equal("partition|the staging table has dead rows that no index can hold", await sample.PathAsync("definitions"));
        Assert.Equal(new Outcome(30) { Inserted = 29, Rejected = 1 }, await sample.Load.OutcomeAsync("definitions"));
    }

    [Fact]
    public async Task A_fact_that_differs_is_counted_once_where_mending_fails_and_the_table_is_written_again()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.StageDimensionsAsync(from: 38); // three of its files stand, with the facts in lines 38 to 40
        await sample.StageFactsAsync(1, 40, line: 38);
        var staged = sample.Load.Staged("definitions");
        await Db.ExecuteAsync($"UPDATE {staged} SET arity = 1 WHERE line = 39; UPDATE {staged} SET name = {TooLong} WHERE line = 60");

        await sample.Load.FinalizeAsync("on_reject => 'skip'");

        Assert.Equal("patched|3 rows were changed or existed already", await sample.PathAsync("comments"));
        Assert.Equal("partition|the staging table has dead rows that no index can hold", await sample.PathAsync("definitions"));
        Assert.Equal(new Outcome(40) { Inserted = 36, Existing = 3, Rejected = 1, Conflicting = 1 },
            await sample.Load.OutcomeAsync("definitions"));
    }

    [Fact]
    public async Task A_reject_that_an_index_of_the_database_s_own_fails_on_is_skipped()
    {
        await Db.ExecuteAsync("CREATE INDEX ON exograph.definitions ((1 / arity)) WHERE name <> 'none'");
        var sample = await ReservedSample.BeginAsync(Db);
        await Db.ExecuteAsync(
            $"UPDATE {sample.Load.Staged("definitions")} SET file_id = nullif(file_id, 7), arity = CASE file_id WHEN 7 THEN 0 ELSE 1 END");

        await sample.Load.FinalizeAsync("on_reject => 'skip'");

        Assert.Equal(new Outcome(40) { Inserted = 39, Rejected = 1 }, await sample.Load.OutcomeAsync("definitions"));
    }

    [Theory]
    [InlineData("comments", "file_id")]
    [InlineData("comments", "text")]
    [InlineData("definitions", "file_id")]
    [InlineData("definitions", "kind")]
    [InlineData("definitions", "name")]
    [InlineData("definitions", "qualified_name")]
    [InlineData("symbol_references", "file_id")]
    [InlineData("symbol_references", "kind")]
    [InlineData("symbol_references", "name")]
    [InlineData("symbol_references", "qualified_name")]
    [InlineData("call_edges", "caller_node_id")]
    [InlineData("call_edges", "callee_node_id")]
    [InlineData("call_edges", "caller_qualified_name")]
    [InlineData("call_edges", "callee_qualified_name")]
    [InlineData("fragment_terms", "fragment_id")]
    [InlineData("fragment_terms", "term_id")]
    public async Task A_required_value_that_is_missing_rejects_its_row_and_the_others_are_attached(string fact, string column)
    {
        var sample = await ReservedSample.BeginAsync(Db);
        var stored = column == "term_id" ? "term_ids" : column;
        await Db.ExecuteAsync($"UPDATE {sample.Staged(fact)} SET {stored} = NULL WHERE ctid = '(0,7)'");

        Assert.Equal([$"{fact}|{column} is missing"], await sample.Load.CheckAsync());
        await sample.Load.FinalizeAsync("on_reject => 'skip'");

        Assert.Equal("attached|all rows were final", await sample.PathAsync(fact));
        Assert.Equal(new Outcome(40) { Inserted = 39, Rejected = 1 }, await sample.Load.OutcomeAsync(fact));
        await Db.FailsAsync("23502", $"UPDATE {sample.Partition(fact)} SET {stored} = NULL");
    }

    [Fact]
    public async Task Facts_below_the_threshold_are_shared()
    {
        var sample = await ReservedSample.BeginAsync(Db, "partition_threshold => 41");

        await sample.Load.FinalizeAsync();

        foreach (var fact in Sample.Facts)
        {
            Assert.Equal("shared|fewer rows than partition_threshold (41)", await sample.PathAsync(fact));
            Assert.Equal([$"{Sample.TableOf(fact)}_shared|-{sample.Load.Id}|40"], await WhereaboutsAsync(fact));
        }
    }

    [Fact]
    public async Task Facts_of_which_too_few_are_new_are_shared_though_they_were_final()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.BeginAsync(Db, "partition_threshold => 40", from: 40);

        await sample.Load.FinalizeAsync();

        foreach (var fact in Sample.Facts)
        {
            Assert.Equal("shared|fewer new rows than partition_threshold (40)", await sample.PathAsync(fact));
            Assert.Equal(new Outcome(40) { Inserted = 39, Existing = 1 }, await sample.Load.OutcomeAsync(fact));
            Assert.Contains($"{Sample.TableOf(fact)}_shared|-{sample.Load.Id}|39", await WhereaboutsAsync(fact));
        }
    }

    [Fact]
    public async Task A_load_numbered_by_its_producer_is_written_again()
    {
        var load = await Sample.BeginAsync(Db, "partition_threshold => 0");

        await load.FinalizeAsync();

        Assert.Equal(["partition|the numbers are the producer's own"],
            await Db.RowsAsync("SELECT DISTINCT path, reason FROM exograph.load_report WHERE reason IS NOT NULL"));
    }

    [Fact]
    public async Task After_a_failed_finalize_the_staging_is_whole_and_the_next_one_attaches_it()
    {
        var role = await CreateRoleAsync("loader", "exograph_loader");
        var loader = await OpenAsAsync(role);
        var sample = await ReservedSample.BeginAsync(loader);
        await Db.ExecuteAsync(
            """
            CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''out of luck''; END';
            CREATE TRIGGER fail BEFORE INSERT ON exograph.load_phases FOR EACH ROW
            WHEN (NEW.phase = 'attach' AND NEW.table_name = 'fragment_terms') EXECUTE FUNCTION public.fail();
            """);

        await loader.FailsAsync("P0001", sample.Load.FinalizeSql());

        Assert.Empty(await Db.IndexAsync());
        foreach (var fact in Sample.Facts)
            Assert.Equal(40, await loader.CountAsync(sample.Staged(fact)));
        await sample.StageFactsOfFilesAsync(1, 3, line: 1000);
        await Db.ExecuteAsync("DROP TRIGGER fail ON exograph.load_phases");

        await sample.Load.FinalizeAsync();

        foreach (var fact in Sample.Facts)
        {
            Assert.Equal("attached|all rows were final", await sample.PathAsync(fact));
            Assert.Equal(fact == "fragment_terms" ? 40 : 43, await Db.CountAsync($"exograph.{fact}"));
        }
    }

    [Fact]
    public async Task A_load_whose_role_was_dropped_can_still_be_finalized()
    {
        var role = await CreateRoleAsync("loader", "exograph_loader");
        var sample = await ReservedSample.BeginAsync(await OpenAsAsync(role));
        await DropRoleAsync(role);

        await sample.Load.Through(Db).FinalizeAsync();

        Assert.Equal(["attached|5"], await Db.RowsAsync(
            "SELECT path, count(*) FROM exograph.load_tables WHERE reason IS NOT NULL GROUP BY path"));
    }

    /// <summary>The facts that a load indexed while others could still write, in the order of their names.</summary>
    private Task<string[]> IndexedBeforeTheGateAsync(Load load) => Db.RowsAsync($"""
        SELECT i.table_name FROM exograph.load_phases i JOIN exograph.load_phases g USING (load_id)
        WHERE load_id = {load.Id} AND i.phase = 'index' AND g.phase = 'close gate' AND i.position < g.position ORDER BY 1
        """);

    /// <summary>Partition, load_id and count of the facts of a table.</summary>
    private Task<string[]> WhereaboutsAsync(string fact) => Db.RowsAsync(
        $"""
        SELECT c.relname::text, t.load_id, count(*)
        FROM exograph.{Sample.TableOf(fact)} t JOIN pg_class c ON c.oid = t.tableoid GROUP BY 1, 2 ORDER BY 1
        """);
}

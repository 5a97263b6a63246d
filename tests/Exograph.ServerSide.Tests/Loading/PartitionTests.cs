using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Where the facts of a load lie.</summary>
public sealed class PartitionTests : LoadingTest
{
    [Fact]
    public async Task A_load_has_a_partition_of_its_own_from_partition_threshold_on()
    {
        // The sample has 3 fragment_terms, 2 definitions, and 1 row of each other fact.
        var load = await Sample.BeginAsync(Db);
        await load.FinalizeAsync("partition_threshold => 2");

        Assert.Equal(
            [
                "comments|shared", "definitions|partition", "symbol_references|shared", "call_edges|shared",
                "fragment_terms|partition",
            ],
            await Db.RowsAsync("SELECT table_name, path FROM exograph.load_report WHERE path IN ('partition', 'shared')"));
        foreach (var fact in Sample.Facts)
        {
            var own = fact is "definitions" or "fragment_terms";
            var table = Sample.TableOf(fact);
            Assert.Equal([own ? $"{table}_load_{load.Id}|{load.Id}" : $"{table}_shared|-{load.Id}"],
                await Db.RowsAsync(
                    $"SELECT DISTINCT relname::text, load_id FROM exograph.{table} t JOIN pg_class c ON c.oid = t.tableoid"));
        }
        Assert.Equal(
            [
                $"definitions|definitions_load_{load.Id}|{load.Id}|{load.Id}",
                $"fragment_term_sets|fragment_term_sets_load_{load.Id}|{load.Id}|{load.Id}",
            ],
            await Db.RowsAsync(
                """
                SELECT table_name, partition_name, first_load, last_load
                FROM exograph.fact_partitions WHERE first_load IS NOT NULL ORDER BY 1
                """));
    }

    [Theory]
    [InlineData(999, "shared|fewer rows than 1000, the least for the first facts of a table")]
    [InlineData(1000, "partition|the numbers are the producer's own")]
    public async Task The_first_facts_of_a_table_need_fewer_rows_for_a_partition(int rows, string first)
    {
        async Task<string> PathOfAsync(int line)
        {
            var load = await Sample.BeginAsync(Db);
            await Db.ExecuteAsync($"DELETE FROM {load.Staged("definitions")}");
            await load.StageAsync("definitions", "file_id, kind, name, qualified_name, line",
                $"SELECT 1, 'def', 'n', 'N', n FROM generate_series({line}, {line + rows - 1}) n");
            await load.FinalizeAsync();
            return Assert.Single(await Db.RowsAsync(
                $"SELECT path, reason FROM exograph.load_report WHERE load_id = {load.Id} AND table_name = 'definitions'"));
        }

        Assert.Equal(first, await PathOfAsync(line: 1));
        Assert.Equal("shared|fewer rows than partition_threshold (10000)", await PathOfAsync(line: 2000));
    }

    [Fact]
    public async Task Facts_that_are_new_are_counted_not_those_that_were_staged()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name", "(1, 'def', 'n', 'N')");

        await load.FinalizeAsync("partition_threshold => 3");

        Assert.Equal(["1|shared"], await Db.RowsAsync(
            $"SELECT inserted, path FROM exograph.load_report WHERE load_id = {load.Id} AND table_name = 'definitions'"));
        Assert.Equal([$"-{load.Id}"], await Db.RowsAsync("SELECT load_id FROM exograph.definitions WHERE name = 'n'"));
    }

    [Fact]
    public async Task Who_lists_partitions_without_their_sizes_locks_none()
    {
        await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();
        await Db.ExecuteAsync("BEGIN");

        Assert.Equal(["1|1"], await Db.RowsAsync(
            "SELECT first_load, last_load FROM exograph.fact_partitions WHERE table_name = 'comments' AND first_load > 0"));

        Assert.Empty(await Db.RowsAsync("""
            SELECT c.relname::text FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
            WHERE l.pid = pg_backend_pid() AND c.relispartition
            """));
        Assert.Equal(["true"], await Db.RowsAsync("SELECT bool_and(bytes > 0) FROM exograph.fact_partitions"));
    }

    [Fact]
    public async Task A_load_of_a_new_package_locks_no_more_where_there_are_more_partitions()
    {
        // Its own partition has a number of its own, so one of them is made before.
        var locks = new List<string>();
        for (var n = 1; n <= 8; n++)
        {
            var load = await Load.BeginAsync(Db);
            await load.StageAsync("packages", "id, ecosystem, name", $"(1, 'hex', 'package {n}')");
            await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
            await load.StageAsync("files", "id, package_version_id, path, source, sha256", "(1, 1, 'a.ex', 'a', sha256('a'))");
            await load.StageAsync("definitions", "file_id, kind, name, qualified_name", "(1, 'def', 'a', 'A.a/0')");
            await Db.ExecuteAsync("BEGIN");
            await load.FinalizeAsync("partition_threshold => 0");
            locks.AddRange(await Db.RowsAsync("""
                SELECT count(DISTINCT l.relation) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                WHERE l.pid = pg_backend_pid() AND c.relname LIKE 'definitions\_load\_%'
                """));
            await Db.ExecuteAsync("COMMIT");
        }

        Assert.Equal(locks[1], locks[^1]);
    }

    [Fact]
    public async Task A_partition_is_made_like_its_table()
    {
        var load = await Sample.BeginAsync(Db, "partition_threshold => 0");
        await load.FinalizeAsync();

        foreach (var fact in Sample.Facts.Select(Sample.TableOf))
        {
            var partition = $"'exograph.{fact}_load_{load.Id}'::regclass";
            Assert.Equal(
                await DescribeAsync($"'exograph.{fact}'::regclass"),
                await DescribeAsync(partition));
            Assert.Equal(["true|true|true"], await Db.RowsAsync(
                $"""
                SELECT DISTINCT i.indisvalid, i.indisready, h.inhparent IS NOT NULL
                FROM pg_index i LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid WHERE i.indrelid = {partition}
                """));
            Assert.Equal(["p|exograph_owner"], await Db.RowsAsync(
                $"SELECT relpersistence::text, pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = {partition}"));
        }
        Assert.Equal(["true"], await Db.RowsAsync("SELECT DISTINCT convalidated FROM pg_constraint WHERE contype = 'f'"));
        Assert.Empty(await Db.RowsAsync("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"));
    }

    [Fact]
    public async Task A_partition_enforces_the_keys_of_its_table()
    {
        var load = await Sample.BeginAsync(Db, "partition_threshold => 0");
        await load.FinalizeAsync();
        var partition = $"exograph.definitions_load_{load.Id}";

        await Db.FailsAsync("23505", $"INSERT INTO exograph.definitions SELECT * FROM {partition}");
        await Db.FailsAsync("23514", $"UPDATE {partition} SET kind = repeat('k', 501)");
        await Db.FailsAsync("23502", $"UPDATE {partition} SET name = NULL");
        await Db.FailsAsync("23514", $"UPDATE {partition} SET load_id = 0");
    }

    [Fact]
    public async Task No_identity_stands_in_two_partitions()
    {
        // Overlapping thirds of one set of facts, shared and in partitions of their own by turns.
        for (var round = 0; round < 6; round++)
        {
            var load = await Load.BeginAsync(Db, $"partition_threshold => {(round % 2 == 0 ? 0 : 1_000_000)}");
            await Sample.StageDimensionsAsync(load);
            var window = $"FROM generate_series({round * 10}, {round * 10 + 29}) n";
            await load.StageAsync("comments", "file_id, text, line, col",
                $"SELECT 1 + n % 2, 'why', nullif(n % 7, 0), n {window}");
            foreach (var table in new[] { "definitions", "symbol_references" })
                await load.StageAsync(table, "file_id, kind, name, qualified_name, line",
                    $"SELECT 1 + n % 2, 'k', 'n', 'q', nullif(n, 30) {window}");
            await load.StageAsync("call_edges",
                "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
                $"SELECT 1 + n % 2, 2, 'a', 'b', nullif(n, 40) {window}");
            await load.StageAsync("terms", "id, term", $"SELECT 10 + n, 'term ' || n {window}");
            await load.StageAsync("fragment_terms", "fragment_id, term_id", $"SELECT 1 + n % 2, 10 + n {window}");
            await load.FinalizeAsync();
            foreach (var fact in Sample.Facts)
                Assert.Equal(round == 0 ? new Outcome(30) { Inserted = 30 } : new Outcome(30) { Inserted = 10, Existing = 20 },
                    await load.OutcomeAsync(fact));
        }

        foreach (var (fact, identity) in new[]
        {
            ("comments", "file_id, text, line, col"), ("definitions", "file_id, line, col, kind, qualified_name"),
            ("symbol_references", "file_id, line, col, kind, qualified_name"),
            ("call_edges", "caller_node_id, callee_node_id, line, col"), ("fragment_terms", "term_id, fragment_id"),
        })
        {
            Assert.Equal(80, await Db.CountAsync($"exograph.{fact}"));
            Assert.Equal(80, await Db.CountAsync($"(SELECT DISTINCT {identity} FROM exograph.{fact}) d"));
            Assert.Equal(4, await Db.CountAsync($"(SELECT DISTINCT tableoid FROM exograph.{Sample.TableOf(fact)}) d"));
        }
    }

    [Fact]
    public async Task Loads_are_finalized_in_any_order()
    {
        var loads = new List<Load>();
        for (var i = 0; i < 3; i++)
        {
            var load = await Sample.BeginAsync(Db, "partition_threshold => 0");
            await load.StageAsync("definitions", "file_id, kind, name, qualified_name", $"(1, 'def', 'n', 'from {load.Id}')");
            loads.Add(load);
        }

        foreach (var i in new[] { 1, 2, 0 })
            await loads[i].FinalizeAsync();

        Assert.Equal(loads.Select(l => $"{l.Id}"),
            await Db.RowsAsync(
                "SELECT first_load FROM exograph.fact_partitions WHERE table_name = 'definitions' AND first_load > 0"));
        Assert.Equal(5, await Db.CountAsync("exograph.definitions"));
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Ids that a load reserves for its rows, and what becomes of rows numbered otherwise.</summary>
public sealed class ReservedIdTests : LoadingTest
{
    private static readonly string[] s_dimensions = [.. Sample.Rows.Keys.Except(Sample.Facts)];

    [Fact]
    public async Task As_many_ids_as_asked_for_come_in_one_range_where_nobody_else_takes_any()
    {
        var load = await BeginAsync();
        foreach (var table in s_dimensions)
        {
            var first = await ReserveAsync(Db, load, table, 1);
            var next = await ReserveAsync(Db, load, table, 1000);

            Assert.Equal(["1|1"], first);
            Assert.Equal(["2|1001"], next);
            Assert.Equal(["1|1", "2|1001"], await Db.RowsAsync(
                $"SELECT first, last FROM exograph.reserved_ids WHERE table_name = '{table}' ORDER BY 1"));
        }
    }

    [Fact]
    public async Task Nobody_else_gets_a_reserved_id()
    {
        const int Ids = 300;
        const int Rounds = 10;
        var loads = new List<(Session Session, Load Load)>();
        for (var i = 0; i < 3; i++)
        {
            var session = await OpenAsync();
            loads.Add((session, await Load.BeginAsync(session, "ids => 'reserved'")));
        }
        var other = await OpenAsync();

        var taking = TakeAsync();
        await Task.WhenAll(loads.Select(async l =>
        {
            for (var round = 0; round < Rounds; round++)
                await ReserveAsync(l.Session, l.Load, "files", Ids);
        }));
        var ids = (await Db.RowsAsync(
            "SELECT generate_series(first, last) FROM exograph.reserved_ids WHERE table_name = 'files'")).Select(long.Parse);
        var all = ids.Concat(await taking).ToList();

        Assert.Equal((loads.Count + 1) * Rounds * Ids, all.Count);
        Assert.Equal(all.Count, all.Distinct().Count());

        async Task<List<long>> TakeAsync()
        {
            var taken = new List<long>();
            while (taken.Count < Rounds * Ids)
                taken.Add(await other.ScalarAsync<long>("SELECT nextval('exograph.files_id_seq')"));
            return taken;
        }
    }

    [Fact]
    public async Task What_cannot_be_reserved_is_refused()
    {
        var load = await BeginAsync();
        foreach (var count in new[] { "0", "-1", "10000001", "NULL" })
        {
            var refused = await Db.FailsAsync("XG008", $"SELECT exograph.reserve_ids({load.Id}, 'files', {count})");
            Assert.Equal($"count must be from 1 to 10,000,000, not {count}", refused.MessageText);
        }
        foreach (var table in new[] { "'comments'", "'no_table'", "'exograph.files'", "NULL" })
        {
            var refused = await Db.FailsAsync("XG008", $"SELECT exograph.reserve_ids({load.Id}, {table}, 1)");
            Assert.Equal("table_name must be 'packages', 'package_versions', 'files', 'terms', 'fragments' or 'graph_nodes', not "
                + table, refused.MessageText);
        }
        await Db.FailsAsync("XG001", "SELECT exograph.reserve_ids(4711, 'files', 1)");
        var numbered = await Load.BeginAsync(Db);
        var error = await Db.FailsAsync("XG008", $"SELECT exograph.reserve_ids({numbered.Id}, 'files', 1)");
        Assert.Equal($"load {numbered.Id} was not begun with ids => 'reserved'", error.MessageText);

        Assert.Equal(0, await Db.CountAsync("exograph.reserved_ids"));

        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");
        await Db.FailsAsync("XG002", $"SELECT exograph.reserve_ids({load.Id}, 'files', 1)");
    }

    [Theory]
    [InlineData("terms", 16_777_215)]
    [InlineData("files", 72_057_594_037_927_935)]
    public async Task A_load_reserves_a_128th_of_the_ids_and_no_more(string table, long most)
    {
        var load = await BeginAsync();
        await ReserveAsync(Db, load, table, 10);
        await Db.ExecuteAsync(
            $"INSERT INTO exograph.reserved_ids VALUES ({load.Id}, '{table}', 1000000, 1000000 + {most} - 10 - 6)"); // 5 are left

        var error = await Db.FailsAsync("XG012", $"SELECT exograph.reserve_ids({load.Id}, '{table}', 6)");
        await ReserveAsync(Db, load, table, 5);
        await Db.FailsAsync("XG012", $"SELECT exograph.reserve_ids({load.Id}, '{table}', 1)");
        await ReserveAsync(Db, await BeginAsync(), table, 1);

        Assert.Equal($"load {load.Id} has reserved {most - 5} ids of exograph.{table} and asks for 6 more: {most} are the most that a "
            + "load may have", error.MessageText);
        Assert.Equal("Reserve no more than the rows that will be staged, or divide them over several loads.", error.Hint);
        Assert.Equal(16, await Db.ScalarAsync<long>($"SELECT last_value FROM exograph.{table}_id_seq"));
    }

    [Fact]
    public async Task No_reservation_touches_the_upper_half_and_whoever_numbers_otherwise_goes_on()
    {
        await Db.ExecuteAsync("SELECT setval('exograph.terms_id_seq', 2147483647 / 2 - 5)");
        var load = await BeginAsync();

        var error = await Db.FailsAsync("XG012", $"SELECT exograph.reserve_ids({load.Id}, 'terms', 6)");
        Assert.Equal(["1073741819|1073741823"], await ReserveAsync(Db, load, "terms", 5));
        await Db.FailsAsync("XG012", $"SELECT exograph.reserve_ids({load.Id}, 'terms', 1)");

        Assert.Equal($"load {load.Id} asks for 6 ids of exograph.terms, of which 5 are left for reservations", error.MessageText);
        Assert.NotNull(error.Detail);
        Assert.NotNull(error.Hint);
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        await Db.ExecuteAsync("INSERT INTO exograph_in.terms (term) VALUES ('by row')");
        Assert.Equal(["1073741824", "1073741825", "1073741826"], await Db.RowsAsync("SELECT id FROM exograph.terms ORDER BY id"));
    }

    [Fact]
    public async Task Only_those_who_may_load_reserve_and_only_for_loads_of_their_own()
    {
        var load = await BeginAsync();
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        var reader = await OpenAsAsync(await CreateRoleAsync("reader", "exograph_reader"));

        await loader.FailsAsync("42501", $"SELECT exograph.reserve_ids({load.Id}, 'files', 1)");
        await reader.FailsAsync("42501", $"SELECT exograph.reserve_ids({load.Id}, 'files', 1)");
        await loader.FailsAsync("42501", $"INSERT INTO exograph.reserved_ids VALUES ({load.Id}, 'files', 1, 2)");

        Assert.Equal(0, await Db.CountAsync("exograph.reserved_ids"));
    }

    [Fact]
    public async Task A_load_numbers_its_rows_in_one_way_or_the_other()
    {
        var error = await Db.FailsAsync("XG008", "SELECT exograph.begin_load('a test', ids => 'mine')");

        Assert.Equal("ids must be 'numbered' or 'reserved', not 'mine'", error.MessageText);
        Assert.Equal(0, await Db.CountAsync("exograph.loads"));
    }

    [Fact]
    public async Task A_row_has_the_id_that_was_reserved_for_it()
    {
        var sample = await ReservedSample.ReserveAsync(Db, rows: 3);
        await Db.ExecuteAsync("SELECT nextval('exograph.terms_id_seq')"); // what others take meanwhile
        await ReserveAsync(Db, sample.Load, "terms", 2);
        await sample.Load.StageAsync("terms", "id, term", "(6, 'a'), (2, 'b'), (5, 'c')");

        await sample.Load.FinalizeAsync();

        Assert.Equal(["2|b", "5|c", "6|a"], await Db.RowsAsync("SELECT id, term FROM exograph.terms ORDER BY id"));
        Assert.Equal(6, await Db.ScalarAsync<long>("SELECT last_value FROM exograph.terms_id_seq"));
    }

    [Fact]
    public async Task A_row_with_an_id_that_was_not_reserved_is_a_reject()
    {
        await ReservedSample.ReserveAsync(Db, rows: 2); // ids 1 and 2 are another load's
        var load = (await ReservedSample.ReserveAsync(Db, rows: 2)).Load;
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'a'), (3, 'hex', 'b'), (5, 'hex', 'c')");
        await load.StageAsync("package_versions", "id, package_id, version", "(3, 3, '1'), (2, 3, '2')");
        await load.StageAsync("files", "id, path, source, sha256", "(0, 'a', '', sha256('a')), (NULL, 'b', '', sha256('b'))");
        await load.StageAsync("terms", "id, term", "(-3, 'a'), (2147483647, 'b')");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass", @"(1, NULL, '\x', 'k', 1, 1)");
        await load.StageAsync("graph_nodes", "id, engine, kind, qualified_name", "(4, 'e', 'k', 'q'), (2, 'e', 'k', 'q')");
        string[] expected =
        [
            "packages|id was not reserved by this load", "packages|id was not reserved by this load",
            "package_versions|id was not reserved by this load",
            "files|id was not reserved by this load", "files|id is missing",
            "terms|id was not reserved by this load", "terms|id was not reserved by this load",
            "fragments|id was not reserved by this load",
            "graph_nodes|id was not reserved by this load",
        ];

        Assert.Equal(expected.Order(), (await load.CheckAsync()).Order());
        await Db.FailsAsync("XG006", load.FinalizeSql());

        Assert.Empty(await Db.IndexAsync());
        Assert.Equal(3, await Db.CountAsync(load.Staged("packages")));

        await load.FinalizeAsync("on_reject => 'skip'");
        Assert.Equal(["3|b"], await Db.RowsAsync("SELECT id, name FROM exograph.packages"));
        Assert.Equal(["3|3|1"], await Db.RowsAsync("SELECT id, package_id, version FROM exograph.package_versions"));
        Assert.Equal(expected.Length, await Db.CountAsync("exograph.load_rejects"));
    }

    [Fact]
    public async Task An_id_of_the_index_is_no_number_of_a_row_that_was_not_staged()
    {
        await (await ReservedSample.BeginAsync(Db, rows: 2)).Load.FinalizeAsync();
        var load = (await ReservedSample.ReserveAsync(Db, rows: 2)).Load;
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name", "(1, 'def', 'n', 'N')");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 1)");

        Assert.Equal(
            [
                "definitions|file_id is no number of a valid row in staged_files",
                "fragment_terms|fragment_id is no number of a valid row in staged_fragments",
            ],
            await load.CheckAsync());
    }

    [Fact]
    public async Task An_abandoned_load_keeps_its_reservations()
    {
        var sample = await ReservedSample.BeginAsync(Db, rows: 3);
        await Db.ExecuteAsync($"CALL exograph.abandon_load({sample.Load.Id})");

        Assert.Equal(s_dimensions.Length, await Db.CountAsync($"exograph.reserved_ids WHERE load_id = {sample.Load.Id}"));
        Assert.Empty(await Db.IndexAsync());
        Assert.Equal(["4|4"], await ReserveAsync(Db, await BeginAsync(), "files", 1));
    }

    private static Task<string[]> ReserveAsync(Session session, Load load, string table, int count) =>
        session.RowsAsync($"SELECT first, last FROM exograph.reserve_ids({load.Id}, '{table}', {count})");

    private Task<Load> BeginAsync() => Load.BeginAsync(Db, "ids => 'reserved'");
}

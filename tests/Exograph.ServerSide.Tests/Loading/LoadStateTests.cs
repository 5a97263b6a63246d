using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Which load is meant, and what may be done to it in which state.</summary>
public sealed class LoadStateTests : LoadingTest
{
    [Fact]
    public async Task Without_number_the_callers_only_open_load_is_meant()
    {
        await (await Load.BeginAsync(Db)).FinalizeAsync();
        var role = await CreateRoleAsync("loader", "exograph_loader");
        await Load.BeginAsync(await OpenAsAsync(role));
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', NULL)");

        Assert.Equal(["packages|name is missing"], await Db.RowsAsync("SELECT table_name, reason FROM exograph.check_load()"));
        Assert.Equal(load.Id, await Db.ScalarAsync<int>("CALL exograph.finalize_load(on_reject => 'skip')"));
        Assert.Equal("finalized", await load.StateAsync());

        var next = await Load.BeginAsync(Db);
        await Db.ExecuteAsync("CALL exograph.abandon_load()");
        Assert.Equal("abandoned", await next.StateAsync());
    }

    [Fact]
    public async Task Without_number_there_must_be_exactly_one_open_load()
    {
        string[] calls = ["CALL exograph.finalize_load()", "CALL exograph.abandon_load()", "SELECT * FROM exograph.check_load()"];
        var role = await CreateRoleAsync("Load \"er\"", "exograph_loader");
        var session = await OpenAsAsync(role);
        await Load.BeginAsync(Db);

        foreach (var sql in calls)
        {
            var none = await session.FailsAsync("XG003", sql);
            Assert.Equal($"role {Sql.Name(role)} has no open load", none.MessageText);
            Assert.StartsWith("SELECT exograph.begin_load('a label') begins one", none.Hint, StringComparison.Ordinal);
        }

        await Load.BeginAsync(session);
        await Load.BeginAsync(session);
        foreach (var sql in calls)
        {
            var several = await session.FailsAsync("XG003", sql);
            Assert.Equal($"role {Sql.Name(role)} has 2 open loads", several.MessageText);
            Assert.Equal("They are 2, 3.", several.Detail);
            Assert.Equal("Name one: CALL exograph.finalize_load(2).", several.Hint);
        }
    }

    [Fact]
    public async Task A_load_must_be_known()
    {
        foreach (var sql in new[]
        {
            "CALL exograph.finalize_load(17)", "CALL exograph.abandon_load(17)", "SELECT exograph.seal_load(17, '{}')",
            "SELECT * FROM exograph.check_load(17)", "CALL exograph.drop_maps(17)",
        })
        {
            var error = await Db.FailsAsync("XG001", sql);
            Assert.Equal("there is no load 17", error.MessageText);
            Assert.Equal("TABLE exograph.loads lists them.", error.Hint);
        }
    }

    [Fact]
    public async Task What_has_ended_is_not_worked_on_again()
    {
        var finalized = await Load.BeginAsync(Db);
        await finalized.FinalizeAsync();
        var abandoned = await Load.BeginAsync(Db);
        await Db.ExecuteAsync($"CALL exograph.abandon_load({abandoned.Id})");

        foreach (var (call, load, state) in new[]
        {
            ("CALL exograph.abandon_load({0})", finalized, "finalized"),
            ("CALL exograph.finalize_load({0})", abandoned, "abandoned"),
            ("SELECT * FROM exograph.check_load({0})", finalized, "finalized"),
            ("SELECT * FROM exograph.check_load({0})", abandoned, "abandoned"),
            ("SELECT exograph.seal_load({0}, '[]')", finalized, "finalized"),
            ("SELECT exograph.seal_load({0}, '[]')", abandoned, "abandoned"),
        })
        {
            var error = await Db.FailsAsync("XG002", call.Replace("{0}", $"{load.Id}", StringComparison.Ordinal));
            Assert.Equal($"load {load.Id} is {state}", error.MessageText);
            Assert.StartsWith("It ended at ", error.Detail, StringComparison.Ordinal);
            Assert.Equal("SELECT exograph.begin_load('a label') begins a new one.", error.Hint);
        }
    }

    [Fact]
    public async Task An_abandoned_load_leaves_nothing_but_its_line_in_the_ledger()
    {
        var load = await Sample.BeginAsync(Db);

        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");

        Assert.Equal(["abandoned|true"], await Db.RowsAsync("SELECT state, ended_at IS NOT NULL FROM exograph.loads"));
        Assert.Empty(await Db.RowsAsync($"SELECT nspname::text FROM pg_namespace WHERE nspname = '{load.Schema}'"));
        Assert.Empty(await Db.IndexAsync());
        Assert.Equal(0, await Db.CountAsync("exograph.open_loads"));
    }

    [Fact]
    public async Task Abandoning_again_has_no_effect()
    {
        var load = await Load.BeginAsync(Db);
        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");
        var before = await Db.RowsAsync("TABLE exograph.loads");
        Db.Notices.Clear();

        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");

        Assert.Equal(before, await Db.RowsAsync("TABLE exograph.loads"));
        Assert.StartsWith($"load {load.Id} was abandoned at ", Assert.Single(Db.Notices).MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_whose_role_was_dropped_can_still_be_abandoned()
    {
        var role = await CreateRoleAsync("leaver", "exograph_loader");
        var load = await Load.BeginAsync(await OpenAsAsync(role));
        await DropRoleAsync(role);

        var other = await OpenAsAsync(await CreateRoleAsync("other", "exograph_loader"));
        await other.FailsAsync("42501", $"CALL exograph.abandon_load({load.Id})");
        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");

        Assert.Equal("abandoned", await load.Through(Db).StateAsync());
    }

    [Fact]
    public async Task A_second_finalize_reports_the_first_and_changes_nothing()
    {
        const string Ledger =
            "SELECT l::text, t::text FROM exograph.loads l JOIN exograph.load_tables t USING (load_id) ORDER BY t.position";
        var load = await Sample.BeginAsync(Db);
        await load.FinalizeAsync();
        var index = await Db.IndexAsync();
        var ledger = await Db.RowsAsync(Ledger);
        Db.Notices.Clear();

        Assert.Equal(load.Id, await Db.ScalarAsync<int>(load.FinalizeSql("on_reject => 'skip', partition_threshold => 0")));

        Assert.Equal(index, await Db.IndexAsync());
        Assert.Equal(ledger, await Db.RowsAsync(Ledger));
        var notice = Assert.Single(Db.Notices);
        Assert.StartsWith($"load {load.Id} was finalized at ", notice.MessageText, StringComparison.Ordinal);
        Assert.Equal($"SELECT * FROM exograph.load_report WHERE load_id = {load.Id}", notice.Hint);
    }

    [Fact]
    public async Task A_label_may_be_any_text_but_not_missing()
    {
        const string Label = """o'Hara's "load"; %s %I $1 \ <é>""";
        var id = await Db.ScalarAsync<int>("SELECT exograph.begin_load($1)", Label);
        await Db.ExecuteAsync($"CALL exograph.finalize_load({id})");

        Assert.Equal(Label, await Db.ScalarAsync<string>("SELECT DISTINCT label FROM exograph.load_report"));
        var error = await Db.FailsAsync("XG008", "SELECT exograph.begin_load(NULL)");
        Assert.Equal("a load needs a label", error.MessageText);
        Assert.Equal(1, await Db.CountAsync("exograph.loads"));
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Abandoning old loads, and who is in the way.</summary>
public sealed class AbandonLoadsTests : LoadingTest
{
    [Fact]
    public async Task Old_loads_go_those_of_dropped_roles_too_and_younger_ones_stay()
    {
        var gone = await CreateRoleAsync("gone", "exograph_loader");
        var loader = await CreateRoleAsync("loader", "exograph_loader");
        var session = await OpenAsAsync(gone);
        await Sample.BeginAsync(session);
        await session.ExecuteAsync("RESET SESSION AUTHORIZATION");
        await DropRoleAsync(gone);
        await Sample.BeginAsync(await OpenAsAsync(loader));
        await Db.ExecuteAsync("UPDATE exograph.loads SET started_at = now() - interval '8 days'");
        var young = await Sample.BeginAsync(Db);
        var dba = await OpenAsAsync(await CreateRoleAsync("dba", "exograph_owner"));

        Assert.Equal(["1|a test|null|abandoned|null", $"2|a test|{loader}|abandoned|null"],
            await dba.RowsAsync("SELECT * FROM exograph.abandon_loads()"));
        Assert.Equal(["abandoned", "abandoned", "open"], await dba.RowsAsync("SELECT state FROM exograph.loads ORDER BY load_id"));
        Assert.Equal([young.Schema], await dba.RowsAsync("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'exograph\\_load\\_%'"));

        Assert.Empty(await dba.RowsAsync("SELECT * FROM exograph.abandon_loads()"));
        Assert.Contains(dba.Notices, n => n.MessageText == "no open load was begun more than 7 days ago");
        Assert.Equal(["3|abandoned"], await dba.RowsAsync("SELECT load_id, outcome FROM exograph.abandon_loads('0')"));
    }

    [Fact]
    public async Task What_cannot_go_names_who_is_in_the_way_and_the_others_go()
    {
        var analyst = await CreateRoleAsync("analyst", "exograph_loader");
        var copying = await OpenAsAsync(analyst);
        var looked = await Sample.BeginAsync(copying);
        await copying.ExecuteAsync("RESET SESSION AUTHORIZATION");
        await Db.ExecuteAsync(
            $"CREATE VIEW public.looked_at AS TABLE {looked.Staged("files")}; "
            + $"ALTER VIEW public.looked_at OWNER TO {Sql.Name(analyst)}");
        await copying.BecomeAsync(analyst);
        var copied = await Sample.BeginAsync(copying);
        var worked = await Sample.BeginAsync(Db);
        var free = await Sample.BeginAsync(Db);
        await copying.ExecuteAsync($"SET application_name = 'a copy'; BEGIN; INSERT INTO {copied.Staged("terms")} (id) VALUES (9)");
        var working = await OpenAsync();
        await working.ExecuteAsync($"BEGIN; SELECT FROM exograph.loads WHERE load_id = {worked.Id} FOR UPDATE");
        var dba = await OpenAsAsync(await CreateRoleAsync("dba", "exograph_owner"));
        await dba.ExecuteAsync("SET lock_timeout = '100ms'");

        var rows = await dba.RowsAsync("SELECT load_id, outcome, detail FROM exograph.abandon_loads('0')");

        Assert.Equal(4, rows.Length);
        Assert.StartsWith($"{looked.Id}|in the way|load {looked.Id}: other objects depend on its staging: view public.looked_at depends on "
            + $"table {looked.Staged("files")}; view public.looked_at belongs to role {Sql.Name(analyst)}", rows[0], StringComparison.Ordinal);
        Assert.Matches($"^{copied.Id}\\|in the way\\|load {copied.Id}: its staging is in use: .*Process {copying.ProcessId} \\(role {Db.UserName}, "
            + $"application 'a copy'.*\\) holds RowExclusiveLock on {copied.Staged("terms")}\\.$", rows[1]);
        Assert.Matches($"^{worked.Id}\\|in the way\\|load {worked.Id}: another session is working on it: .*Process {working.ProcessId} .*",
            rows[2]);
        Assert.Equal($"{free.Id}|abandoned|null", rows[3]);
        Assert.Equal("100ms", await dba.ScalarAsync<string>("SHOW lock_timeout"));
        Assert.Equal(2, await Db.CountAsync($"{looked.Staged("files")}"));

        // By itself, each is told likewise.
        var error = await dba.FailsAsync("2BP01", $"CALL exograph.abandon_load({looked.Id})");
        Assert.EndsWith($"view public.looked_at belongs to role {Sql.Name(analyst)}", error.Detail, StringComparison.Ordinal);
        error = await dba.FailsAsync("55P03", $"CALL exograph.abandon_load({copied.Id})");
        Assert.Contains($"Process {copying.ProcessId} (role {Db.UserName}", error.Detail, StringComparison.Ordinal);
        error = await dba.FailsAsync("55P03", $"CALL exograph.abandon_load({worked.Id})");
        Assert.Contains($"Process {working.ProcessId} ", error.Detail, StringComparison.Ordinal);

        await Db.ExecuteAsync("DROP VIEW public.looked_at");
        await copying.ExecuteAsync("ROLLBACK");
        await working.ExecuteAsync("ROLLBACK");
        Assert.Equal(["abandoned", "abandoned", "abandoned"],
            await dba.RowsAsync("SELECT outcome FROM exograph.abandon_loads('0')"));
    }

    [Fact]
    public async Task A_pg_dump_in_the_way_of_one_load_is_named_and_the_others_go()
    {
        var dumped = await Sample.BeginAsync(Db);
        var dump = await OpenAsync();
        await dump.ExecuteAsync(
            "SET application_name = 'pg_dump'; BEGIN ISOLATION LEVEL REPEATABLE READ; "
            + $"LOCK TABLE {dumped.Staged("files")}, {dumped.Staged("terms")} IN ACCESS SHARE MODE");
        var free = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync("SET lock_timeout = '100ms'");

        var rows = await Db.RowsAsync("SELECT load_id, outcome, detail FROM exograph.abandon_loads('0')");

        Assert.Equal(2, rows.Length);
        Assert.Matches($"^{dumped.Id}\\|in the way\\|load {dumped.Id}: its staging is in use: .*Process {dump.ProcessId} "
            + $"\\(role {dump.UserName}, application 'pg_dump'.*\\) holds AccessShareLock on {dumped.Schema}\\.staged_", rows[0]);
        Assert.Equal($"{free.Id}|abandoned|null", rows[1]);
        Assert.Equal(2, await Db.CountAsync(dumped.Staged("files")));
        await dump.ExecuteAsync("COMMIT");
        Assert.Equal([$"{dumped.Id}|abandoned"], await Db.RowsAsync("SELECT load_id, outcome FROM exograph.abandon_loads('0')"));
    }

    [Theory]
    [InlineData("CREATE VIEW public.d AS TABLE $", "view d")]
    [InlineData("CREATE MATERIALIZED VIEW public.d AS TABLE $", "materialized view d")]
    [InlineData("CREATE TABLE public.d () INHERITS ($)", "table d")]
    [InlineData("CREATE TABLE public.d (files $)", "table d")]
    [InlineData("CREATE TABLE public.d (files $[])", "table d")]
    [InlineData("CREATE FUNCTION public.d() RETURNS SETOF $ LANGUAGE sql AS 'TABLE $'", "function d()")]
    public async Task Whatever_depends_on_a_staging_is_told_with_its_owner(string sql, string what)
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync(sql.Replace("$", load.Staged("files"), StringComparison.Ordinal));

        var error = await Db.FailsAsync("2BP01", $"CALL exograph.abandon_load({load.Id})");

        Assert.Equal($"{what} belongs to role {Db.UserName}",
            error.Detail!.Split('\n')[^1].Replace("public.", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_members_of_the_owner_may_and_only_by_an_age()
    {
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        await Sample.BeginAsync(loader);

        await loader.FailsAsync("42501", "SELECT * FROM exograph.abandon_loads('0')");
        Assert.Equal("older_than must be an interval of 0 or more, not NULL",
            (await Db.FailsAsync("XG008", "SELECT * FROM exograph.abandon_loads(NULL)")).MessageText);
        await Db.FailsAsync("XG008", "SELECT * FROM exograph.abandon_loads('-1 day')");
        Assert.Equal(1, await Db.CountAsync("exograph.open_loads"));
    }
}

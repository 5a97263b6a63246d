using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>To whom a load belongs, and who else may work on it.</summary>
public sealed class OwnershipTests : LoadingTest
{
    [Fact]
    public async Task A_load_belongs_to_the_role_in_force()
    {
        var group = await CreateRoleAsync("group", "exograph_loader");
        var member = await CreateRoleAsync("member", group);
        var session = await OpenAsAsync(member);
        var own = await Load.BeginAsync(session);
        await session.ExecuteAsync($"SET ROLE {Sql.Name(group)}");
        var shared = await Load.BeginAsync(session);

        Assert.Equal([$"{own.Id}|{member}", $"{shared.Id}|{group}"],
            await Db.RowsAsync("SELECT load_id, started_by FROM exograph.loads ORDER BY 1"));
        // As the group: its own only, and not that of its member.
        await session.FailsAsync("42501", own.FinalizeSql());
        Assert.Equal(shared.Id, await session.ScalarAsync<int>("CALL exograph.finalize_load()"));
        await session.ExecuteAsync("RESET ROLE");
        Assert.Equal(own.Id, await session.ScalarAsync<int>("CALL exograph.finalize_load()"));
    }

    [Fact]
    public async Task A_role_set_for_one_transaction_counts_for_that_transaction()
    {
        var group = await CreateRoleAsync("group", "exograph_loader");
        var session = await OpenAsAsync(await CreateRoleAsync("member", group));

        await session.ExecuteAsync($"BEGIN; SET LOCAL ROLE {Sql.Name(group)}; SELECT exograph.begin_load('theirs'); COMMIT");
        await session.ExecuteAsync("SELECT exograph.begin_load('mine')");

        Assert.Equal(["mine|false", "theirs|true"],
            await session.RowsAsync("SELECT label, started_by = $1 FROM exograph.loads ORDER BY 1", group));
    }

    [Fact]
    public async Task Members_of_the_owning_role_may_stage_and_finalize()
    {
        var group = await CreateRoleAsync("group", "exograph_loader");
        var owner = await OpenAsAsync(await CreateRoleAsync("owner", group));
        await owner.ExecuteAsync($"SET ROLE {Sql.Name(group)}");
        var load = await Load.BeginAsync(owner, "keep_maps => true");
        var member = await OpenAsAsync(await CreateRoleAsync("member", group));

        await Sample.StageAsync(load.Through(member));
        await member.FailsAsync("XG003", "CALL exograph.finalize_load()");
        Assert.Empty(await load.Through(member).CheckAsync());
        await load.Through(member).FinalizeAsync();

        Assert.Equal(2, await member.CountAsync($"{load.Schema}.map_files"));
        await member.ExecuteAsync($"CALL exograph.drop_maps({load.Id})");
        Assert.Equal(["group"], await Db.RowsAsync("SELECT split_part(started_by, ' ', 1) FROM exograph.loads"));
    }

    [Fact]
    public async Task A_superuser_may_work_on_any_load()
    {
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        var first = await Sample.BeginAsync(loader);
        var second = await Sample.BeginAsync(loader);

        await first.Through(Db).FinalizeAsync();
        await Db.ExecuteAsync($"CALL exograph.abandon_load({second.Id})");

        Assert.Equal(["abandoned", "finalized"], await Db.RowsAsync("SELECT state FROM exograph.loads ORDER BY 1"));
    }

    [Theory]
    [InlineData("it's \"quoted\"; DROP SCHEMA exograph CASCADE; --")]
    [InlineData("MixedCase und Ümläute")]
    [InlineData("%I %s $1")]
    public async Task A_role_may_have_any_name(string name)
    {
        var role = await CreateRoleAsync(name[..Math.Min(name.Length, 25)], "exograph_loader");
        var session = await OpenAsAsync(role);

        var load = await Sample.BeginAsync(session, "keep_maps => true");
        Assert.Equal(load.Id, await session.ScalarAsync<int>("CALL exograph.finalize_load()"));

        Assert.Equal(role, await session.ScalarAsync<string>("SELECT started_by FROM exograph.loads"));
        Assert.Equal(2, await session.CountAsync($"{load.Schema}.map_files"));
        await session.ExecuteAsync($"CALL exograph.drop_maps({load.Id})");
        var abandoned = await Load.BeginAsync(session);
        await session.ExecuteAsync("CALL exograph.abandon_load()");
        Assert.Equal("abandoned", await abandoned.StateAsync());
    }

    [Fact]
    public async Task A_load_stays_with_its_role_when_that_is_renamed()
    {
        var role = await CreateRoleAsync("before", "exograph_loader");
        var session = await OpenAsAsync(role);
        var load = await Sample.BeginAsync(session);
        await RenameRoleAsync(role, "now " + role);
        await CreateRoleNamedAsync(role, "exograph_loader");
        var impostor = await OpenAsAsync(role);

        await impostor.FailsAsync("42501", $"CALL exograph.abandon_load({load.Id})");
        await impostor.FailsAsync("XG003", "CALL exograph.finalize_load()");
        Assert.Equal(load.Id, await session.ScalarAsync<int>("CALL exograph.finalize_load()"));
    }

    [Fact]
    public async Task Members_of_the_owner_of_the_schema_may_work_on_any_load()
    {
        var gone = await CreateRoleAsync("gone", "exograph_loader");
        var session = await OpenAsAsync(gone);
        var first = await Sample.BeginAsync(session);
        var second = await Sample.BeginAsync(session);
        await session.ExecuteAsync("RESET SESSION AUTHORIZATION");
        await DropRoleAsync(gone);
        var third = await Sample.BeginAsync(await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader")));
        var dba = await OpenAsAsync(await CreateRoleAsync("dba", "exograph_owner"));

        Assert.Equal([$"{first.Id}|{gone}|null", $"{second.Id}|{gone}|null"],
            await dba.RowsAsync("SELECT load_id, started_by, owner FROM exograph.open_loads WHERE owner IS NULL ORDER BY 1"));
        await first.Through(dba).FinalizeAsync();
        await dba.ExecuteAsync($"CALL exograph.abandon_load({second.Id})");
        await dba.ExecuteAsync($"CALL exograph.abandon_load({third.Id})");

        Assert.Equal(["finalized", "abandoned", "abandoned"],
            await dba.RowsAsync("SELECT state FROM exograph.loads ORDER BY load_id"));
    }

    [Fact]
    public async Task In_another_cluster_a_load_belongs_to_the_role_of_its_name_not_of_its_oid()
    {
        var role = await CreateRoleAsync("loader", "exograph_loader");
        var session = await OpenAsAsync(role);
        var load = await Sample.BeginAsync(session, "keep_maps => true");
        var other = await CreateRoleAsync("other", "exograph_loader");
        // As after a restore: the oid is somebody else's here.
        await Db.ExecuteAsync($"UPDATE exograph.loads SET cluster = 1, role_oid = {Sql.Literal(Sql.Name(other))}::regrole");
        var impostor = await OpenAsAsync(other);

        var error = await impostor.FailsAsync("42501", $"CALL exograph.abandon_load({load.Id})");
        Assert.Equal($"load {load.Id} belongs to role {Sql.Name(role)}", error.MessageText);
        await impostor.FailsAsync("XG003", "CALL exograph.finalize_load()");
        Assert.Equal([role], await impostor.RowsAsync("SELECT owner FROM exograph.open_loads"));

        Assert.Equal(load.Id, await session.ScalarAsync<int>("CALL exograph.finalize_load()"));
        Assert.Equal(2, await session.CountAsync($"{load.Schema}.map_files"));
    }

    [Fact]
    public async Task In_another_cluster_without_a_role_of_its_name_a_load_is_the_owners()
    {
        var load = await Sample.BeginAsync(Db);
        var other = await CreateRoleAsync("other", "exograph_loader");
        await Db.ExecuteAsync("UPDATE exograph.loads SET cluster = 1, started_by = 'nobody here', "
            + $"role_oid = {Sql.Literal(Sql.Name(other))}::regrole");

        var error = await (await OpenAsAsync(other)).FailsAsync("42501", load.FinalizeSql());
        Assert.Equal($"load {load.Id} belongs to role \"nobody here\", which is gone", error.MessageText);
        await load.Through(await OpenAsAsync(await CreateRoleAsync("dba", "exograph_owner"))).FinalizeAsync();
    }

    [Fact]
    public async Task A_role_that_inherits_nothing_loads_after_set_role()
    {
        var role = await CreateRoleAsync("noinherit");
        await Db.ExecuteAsync($"ALTER ROLE {Sql.Name(role)} NOINHERIT; GRANT exograph_loader TO {Sql.Name(role)}");
        var session = await OpenAsAsync(role);
        await session.FailsAsync("42501", "SELECT exograph.begin_load('x')");

        await session.ExecuteAsync("SET ROLE exograph_loader");
        var load = await Sample.BeginAsync(session);
        await load.FinalizeAsync();

        Assert.Equal("exograph_loader", await session.ScalarAsync<string>("SELECT started_by FROM exograph.loads"));
    }

    [Fact]
    public async Task A_reader_can_only_read()
    {
        var load = await Sample.BeginAsync(Db);
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var reader = await OpenAsAsync(await CreateRoleAsync("reader", "exograph_reader"));

        Assert.Equal(await Db.IndexAsync(), await reader.IndexAsync());
        foreach (var view in new[] { "loads", "load_report", "load_phases", "load_rejects", "open_loads", "fact_partitions",
            "staging_columns" })
            await reader.RowsAsync($"SELECT * FROM exograph.{view}");
        foreach (var sql in new[]
        {
            "SELECT exograph.begin_load('x')", load.FinalizeSql(), "CALL exograph.finalize_load()",
            $"CALL exograph.abandon_load({load.Id})",
            $"SELECT exograph.seal_load({load.Id}, '{{}}')", $"SELECT * FROM exograph.check_load({load.Id})",
            $"CALL exograph.drop_maps({load.Id})", "SELECT exograph.merge_partitions()", $"SELECT * FROM {load.Staged("files")}",
            "INSERT INTO exograph.packages (ecosystem, name) VALUES ('hex', 'p')", "DELETE FROM exograph.files",
            "UPDATE exograph.definitions SET name = 'x'", "TRUNCATE exograph.comments",
            "UPDATE exograph.loads SET state = 'abandoned'",
        })
        {
            await reader.FailsAsync("42501", sql);
        }
    }

    [Fact]
    public async Task A_role_without_rights_reaches_nothing()
    {
        var stranger = await OpenAsAsync(await CreateRoleAsync("stranger"));

        foreach (var sql in new[]
        {
            "SELECT * FROM exograph.packages", "SELECT * FROM exograph.loads", "SELECT exograph.begin_load('x')",
            "SELECT exograph.text_digest('x')", "CALL exograph.finalize_load()",
        })
        {
            await stranger.FailsAsync("42501", sql);
        }
    }
}

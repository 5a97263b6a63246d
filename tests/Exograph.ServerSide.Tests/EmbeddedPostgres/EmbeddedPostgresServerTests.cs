using System.Runtime.Versioning;
using Exograph.EmbeddedPostgres;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.EmbeddedPostgres;

[UnsupportedOSPlatform("windows")]
public sealed class EmbeddedPostgresServerTests
{
    private static readonly EmbeddedPostgresOptions s_ephemeral = new();
    private static readonly EmbeddedPostgresOptions s_quick = new() { Durability = Durability.Fast };

    [Fact]
    public async Task An_ephemeral_server_answers_and_leaves_nothing_behind()
    {
        var server = await EmbeddedPostgresServer.StartAsync(s_ephemeral);
        var postmaster = (await PostmasterOf.Async(server))!;
        using (var process = postmaster.FindProcess())
            Assert.NotNull(process);
        Assert.StartsWith(server.Version.ToString(2), (string)(await QueryAsync(server, "show server_version"))!);

        await server.DisposeAsync();

        using var left = postmaster.FindProcess();
        Assert.Null(left);
        Assert.False(Directory.Exists(Path.GetDirectoryName(Path.GetDirectoryName(server.DataDirectory))));
    }

    [Fact]
    public async Task Three_servers_started_at_once_are_three_servers()
    {
        var servers = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => EmbeddedPostgresServer.StartAsync(s_ephemeral)));
        try
        {
            foreach (var server in servers)
                await QueryAsync(server, "create table only_here ()");
            Assert.Equal(3, servers.Select(server => server.DataDirectory).Distinct().Count());
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Persistent_data_are_there_at_the_next_start()
    {
        using var scratch = new ScratchDirectory();
        var options = new EmbeddedPostgresOptions { PersistentDirectory = scratch["kept"] };
        await using (var first = await EmbeddedPostgresServer.StartAsync(options))
            await QueryAsync(first, "create table kept as select 'what was written' as text");

        await using var second = await EmbeddedPostgresServer.StartAsync(options);

        Assert.Equal("what was written", await QueryAsync(second, "select text from kept"));
        Assert.Equal("on", await QueryAsync(second, "show fsync"));
    }

    [Fact]
    public async Task Users_share_a_persistent_server_and_the_last_one_stops_it()
    {
        using var scratch = new ScratchDirectory();
        var options = s_quick with { PersistentDirectory = scratch["shared"] };
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => EmbeddedPostgresServer.StartAsync(options)));
        var started = await Task.WhenAll(servers.Select(server => QueryAsync(server, "select pg_postmaster_start_time()")));
        Assert.Single(started.Distinct());

        await servers[0].DisposeAsync();
        await servers[2].DisposeAsync();
        Assert.Equal(started[1], await QueryAsync(servers[1], "select pg_postmaster_start_time()"));

        await servers[1].DisposeAsync();
        Assert.False(await EmbeddedPostgresServer.StopPersistentAsync(scratch["shared"]));
    }

    [Fact]
    public async Task A_server_left_running_outlives_its_users_until_it_is_stopped()
    {
        using var scratch = new ScratchDirectory();
        var options = s_quick with { PersistentDirectory = scratch["left"] };
        var first = await EmbeddedPostgresServer.StartAsync(options with { LeaveRunning = true });
        var started = await QueryAsync(first, "select pg_postmaster_start_time()");
        await first.DisposeAsync();

        await using (var second = await EmbeddedPostgresServer.StartAsync(options))
            Assert.Equal(started, await QueryAsync(second, "select pg_postmaster_start_time()"));

        Assert.True(await EmbeddedPostgresServer.StopPersistentAsync(scratch["left"]));
        Assert.False(await EmbeddedPostgresServer.StopPersistentAsync(scratch["left"]));
    }

    [Fact]
    public async Task An_immediate_stop_empties_unlogged_tables_and_keeps_what_was_committed()
    {
        await using var server = await EmbeddedPostgresServer.StartAsync(s_ephemeral);
        var connection = server.ConnectionString;
        await QueryAsync(server, "create unlogged table staged as select 1; create table kept as select 1");

        await server.StopAsync(StopMode.Immediate);
        await server.RestartAsync();

        Assert.Equal(connection, server.ConnectionString);
        Assert.Equal(0L, await QueryAsync(server, "select count(*) from staged"));
        Assert.Equal(1L, await QueryAsync(server, "select count(*) from kept"));
    }

    [Fact]
    public async Task A_killed_server_restarts_on_its_data()
    {
        await using var server = await EmbeddedPostgresServer.StartAsync(s_ephemeral);
        await QueryAsync(server, "create table kept as select 1");
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();

        await server.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => new NpgsqlCommand("select 1", connection).ExecuteScalarAsync());
        await server.RestartAsync();

        Assert.Equal(1L, await QueryAsync(server, "select count(*) from kept"));
    }

    [Fact]
    public async Task A_persistent_server_that_crashed_is_started_again()
    {
        using var scratch = new ScratchDirectory();
        var options = s_quick with { PersistentDirectory = scratch["crashed"] };
        var first = await EmbeddedPostgresServer.StartAsync(options);
        await QueryAsync(first, "create table kept as select 1");
        await first.KillAsync();
        await first.DisposeAsync();

        await using var second = await EmbeddedPostgresServer.StartAsync(options);

        Assert.Equal(1L, await QueryAsync(second, "select count(*) from kept"));
    }

    [Fact]
    public async Task By_tcp_the_password_of_the_file_is_needed()
    {
        await using var server = await EmbeddedPostgresServer.StartAsync(s_ephemeral with { Tcp = true });
        Assert.Equal("127.0.0.1", server.Host);
        Assert.DoesNotContain("Password", server.ConnectionString, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, await QueryAsync(server, "select 1"));

        var without = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Passfile = null, Password = "a guess" };
        await using var connection = new NpgsqlConnection(without.ConnectionString);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task Settings_reach_the_server_whatever_is_in_them()
    {
        const string Odd = "it's $HOME, \"quoted\" \\ `id`";
        var settings = new Dictionary<string, string> { ["app.odd"] = Odd, ["work_mem"] = "5MB", ["jit"] = "on" };
        await using var server = await EmbeddedPostgresServer.StartAsync(s_ephemeral with { ServerSettings = settings });

        Assert.Equal(Odd, await QueryAsync(server, "show app.odd"));
        Assert.Equal("5MB", await QueryAsync(server, "show work_mem"));
        Assert.Equal("on", await QueryAsync(server, "show jit"));
        Assert.Equal("UTC", await QueryAsync(server, "show timezone"));
        Assert.Equal("off", await QueryAsync(server, "show fsync"));
        Assert.Equal("", await QueryAsync(server, "show listen_addresses"));
    }

    [Theory]
    [InlineData("port", "1")]
    [InlineData("LISTEN_ADDRESSES", "*")]
    [InlineData("work_mem -c port", "1")]
    public async Task A_setting_that_is_not_the_callers_to_make_is_refused(string name, string value)
    {
        var options = s_ephemeral with { ServerSettings = new Dictionary<string, string> { [name] = value } };
        await Assert.ThrowsAsync<ArgumentException>(() => EmbeddedPostgresServer.StartAsync(options));
    }

    [Fact]
    public async Task A_server_that_does_not_start_says_why()
    {
        using var scratch = new ScratchDirectory();
        var settings = new Dictionary<string, string> { ["no_such_setting"] = "1" };
        var options = s_quick with { PersistentDirectory = scratch["failing"] };

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => EmbeddedPostgresServer.StartAsync(options with { ServerSettings = settings }));

        Assert.Contains("pg_ctl", exception.Message, StringComparison.Ordinal);
        Assert.Contains("unrecognized configuration parameter \"no_such_setting\"", exception.Message, StringComparison.Ordinal);
        // Nobody is counted as its user now.
        await using var server = await EmbeddedPostgresServer.StartAsync(options);
        Assert.Equal(1, await QueryAsync(server, "select 1"));
    }

    [Fact]
    public async Task Data_of_another_major_version_are_refused()
    {
        using var scratch = new ScratchDirectory();
        Directory.CreateDirectory(scratch["old/server/data"]);
        await File.WriteAllTextAsync(scratch["old/server/data/PG_VERSION"], "12\n");
        var binaries = await PostgresBinaries.FindAsync();
        var options = new EmbeddedPostgresOptions { PersistentDirectory = scratch["old"], Binaries = binaries };

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgresServer.StartAsync(options));

        Assert.Contains("made by PostgreSQL 12", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_gets_a_socket_elsewhere()
    {
        using var scratch = new ScratchDirectory();
        var options = s_quick with { PersistentDirectory = scratch[new string('l', 100)] };
        var server = await EmbeddedPostgresServer.StartAsync(options);
        Assert.Equal(1, await QueryAsync(server, "select 1"));

        await server.DisposeAsync();

        Assert.False(Directory.Exists(server.Host));
    }

    [Fact]
    public async Task Only_its_user_can_enter_the_directory_of_the_socket()
    {
        await using var server = await EmbeddedPostgresServer.StartAsync(s_ephemeral);
        Assert.Equal(Places.Private, File.GetUnixFileMode(server.Host));
    }

    private static async Task<object?> QueryAsync(EmbeddedPostgresServer server, string sql)
    {
        // Unpooled: a pool would keep connections of a server that is gone.
        var settings = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}

using System.Runtime.Versioning;
using Exograph.EmbeddedPostgres;
using Xunit;

namespace Exograph.ServerSide.Tests.EmbeddedPostgres;

/// <summary>Where root runs a server as another user, that user's files are that user's to read and delete, not root's.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ServerUserTests
{
    private const string Secret = "root:$6$secret";
    private static readonly EmbeddedPostgresOptions s_quick = new() { Durability = Durability.Fast };

    [Theory]
    [InlineData("server/postgres.log")]
    [InlineData("server/data/PG_VERSION")]
    public async Task What_a_link_in_the_place_of_a_file_names_is_not_shown(string file)
    {
        if (!Places.IsRoot)
            return;
        using var scratch = new ScratchDirectory();
        var options = s_quick with { PersistentDirectory = scratch["home"] };
        await (await EmbeddedPostgresServer.StartAsync(options)).DisposeAsync();
        await File.WriteAllTextAsync(scratch["shadow"], Secret + "\n");
        File.SetUnixFileMode(scratch["shadow"], UnixFileMode.UserRead);
        await AsServerAsync($"ln -sf '{scratch["shadow"]}' '{scratch["home"]}/{file}'");

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgresServer.StartAsync(
            options with { ServerSettings = new Dictionary<string, string> { ["no_such_setting"] = "1" } }));

        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.Equal(Secret + "\n", await File.ReadAllTextAsync(scratch["shadow"]));
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_a_file_stops_nobody()
    {
        using var scratch = new ScratchDirectory();
        var options = s_quick with { PersistentDirectory = scratch["home"] };
        await (await EmbeddedPostgresServer.StartAsync(options)).DisposeAsync();
        await AsServerAsync($"mkfifo '{scratch["home"]}/server/data/postmaster.pid'");

        if (Places.IsRoot)
            Assert.False(await EmbeddedPostgresServer.StopPersistentAsync(scratch["home"]).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task What_links_name_is_not_deleted_with_the_server()
    {
        using var scratch = new ScratchDirectory();
        await File.WriteAllTextAsync(scratch["kept"], "of somebody else");
        await using (var server = await EmbeddedPostgresServer.StartAsync(new()))
            await AsServerAsync($"ln -s '{scratch.Path}' '{Path.GetDirectoryName(server.DataDirectory)}/link'");

        Assert.True(File.Exists(scratch["kept"]));
    }

    [Fact]
    public async Task A_process_that_is_not_the_servers_is_not_killed()
    {
        var user = await UnprivilegedUser.FindAsync(default);
        if (user is null)
            return;
        Assert.False(await user.RunsAsync(Environment.ProcessId, default));
    }

    [Fact]
    public async Task As_root_no_data_are_kept_where_others_can_exchange_them()
    {
        if (!Places.IsRoot)
            return;
        using var scratch = new ScratchDirectory();
        Directory.CreateDirectory(scratch["open"]);
        File.SetUnixFileMode(scratch["open"], (UnixFileMode)0b111_111_111);

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgresServer.StartAsync(
            s_quick with { PersistentDirectory = scratch["open/home"] }));

        Assert.Contains($"chmod go-w {scratch["open"]}", exception.Message, StringComparison.Ordinal);
    }

    private static async Task AsServerAsync(string script)
    {
        string[] command = ["/bin/sh", "-c", script];
        var user = await UnprivilegedUser.FindAsync(default);
        (await Command.RunBareAsync(user?.Wrap(command) ?? command, "/", TimeSpan.FromSeconds(30), default)).ThrowIfFailed(script);
    }
}

using System.Runtime.Versioning;
using Exograph.EmbeddedPostgres;
using Xunit;

namespace Exograph.ServerSide.Tests.EmbeddedPostgres;

[UnsupportedOSPlatform("windows")]
public sealed class EphemeralLeftoversTests
{
    [Fact]
    public async Task The_guard_stops_and_deletes_when_its_owner_dies()
    {
        var (directory, cluster) = await RunWithoutOwnerAsync();
        var server = Postmaster.Read(cluster.DataDirectory)!;

        OrphanGuard.Start(directory, cluster)!.Alarm();

        Assert.True(await GoneAsync(directory, server));
    }

    [Fact]
    public async Task The_next_start_stops_and_deletes_what_a_dead_owner_left()
    {
        var (directory, cluster) = await RunWithoutOwnerAsync();
        var server = Postmaster.Read(cluster.DataDirectory)!;
        // The owner's file, locked by nobody.
        await File.WriteAllTextAsync(Path.Combine(directory, "owner"), cluster.Binaries.BinDirectory + "\n");

        await using (await EmbeddedPostgresServer.StartAsync(new()))
            Assert.True(await GoneAsync(directory, server));
    }

    [Fact]
    public async Task What_has_an_owner_is_left_alone()
    {
        await using var server = await EmbeddedPostgresServer.StartAsync(new());

        await EphemeralHome.SweepAsync(await UnprivilegedUser.FindAsync(default), default);

        using var process = Postmaster.Read(server.DataDirectory)?.FindProcess();
        Assert.NotNull(process);
    }

    private static async Task<(string Directory, Cluster Cluster)> RunWithoutOwnerAsync()
    {
        var user = await UnprivilegedUser.FindAsync(default);
        var directory = Places.CreateTemporary("exograph-postgres-", user, Places.ModeAround(user));
        var cluster = new Cluster(await PostgresBinaries.FindAsync(), user, Path.Combine(directory, "server"));
        await cluster.CreateDirectoryAsync(default);
        var template = new ClusterTemplate(cluster.Binaries, user, Places.Cache);
        await template.InstantiateAsync(cluster, Path.Combine(directory, "pgpass"), default);
        var listener = new Listener(await cluster.ProvideSocketDirectoryAsync(default), Tcp: false, Listener.SocketPort);
        await cluster.StartAsync(listener, new Dictionary<string, string>(), TimeSpan.FromMinutes(1), default);
        return (directory, cluster);
    }

    private static async Task<bool> GoneAsync(string directory, Postmaster server)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await server.EndAsync(patience.Token);
            while (Directory.Exists(directory))
                await Task.Delay(20, patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

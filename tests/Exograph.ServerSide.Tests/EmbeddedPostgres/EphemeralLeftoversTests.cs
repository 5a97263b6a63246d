using System.Net.Sockets;
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
        var server = (await cluster.PostmasterAsync(default))!;

        OrphanGuard.Start(directory, cluster)!.Alarm();

        Assert.True(await GoneAsync(directory, server));
    }

    [Fact]
    public async Task The_next_start_stops_and_deletes_what_a_dead_owner_left()
    {
        var (directory, cluster) = await RunWithoutOwnerAsync();
        var server = (await cluster.PostmasterAsync(default))!;
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

        using var process = (await PostmasterOf.Async(server))?.FindProcess();
        Assert.NotNull(process);
    }

    [Fact]
    public async Task What_another_user_named_like_ours_is_neither_opened_nor_deleted()
    {
        if (!Places.IsRoot)
            return; // Nobody else can give a directory to another user.
        using var scratch = new ScratchDirectory();
        var theirs = Places.CreateTemporary("exograph-postgres-", user: null, Places.Private);
        var link = Path.Combine(Path.GetDirectoryName(theirs)!, "exograph-postgres-" + Places.Random());
        try
        {
            // Whoever opens the pipe waits for ever.
            await ShellAsync($"mkfifo '{theirs}/owner' && chown -R 65534:65534 '{theirs}' && ln -s '{scratch.Path}' '{link}'");
            await File.WriteAllTextAsync(scratch["owner"], "/nowhere\n");

            await EphemeralHome.SweepAsync(await UnprivilegedUser.FindAsync(default), default).WaitAsync(TimeSpan.FromSeconds(20));

            Assert.True(Directory.Exists(theirs));
            Assert.True(File.Exists(scratch["owner"]));
        }
        finally
        {
            await ShellAsync($"rm -rf '{theirs}' '{link}'");
        }
    }

    [Fact]
    public async Task The_scratch_directory_goes_with_the_server_however_that_ends()
    {
        string scratch;
        await using (var server = await EmbeddedPostgresServer.StartAsync(new()))
        {
            scratch = server.CreateScratchDirectory();
            Assert.Equal(scratch, server.CreateScratchDirectory());
            Assert.Equal(Places.Private, File.GetUnixFileMode(scratch));
            await File.WriteAllTextAsync(Path.Combine(scratch, "file"), "of a user");
        }
        Assert.False(Directory.Exists(scratch));

        var (directory, cluster) = await RunWithoutOwnerAsync();
        Places.CreateDirectory(Path.Combine(directory, "scratch"), Places.Private);
        var left = (await cluster.PostmasterAsync(default))!;
        OrphanGuard.Start(directory, cluster)!.Alarm();
        Assert.True(await GoneAsync(directory, left));
    }

    [Fact]
    public async Task A_socket_directory_that_a_killed_server_left_is_deleted()
    {
        var user = await UnprivilegedUser.FindAsync(default);
        var (left, fresh, used) = (Create(), Create(), Create());
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(used, ".s.PGSQL.5432")));
        listener.Listen();
        await File.WriteAllTextAsync(Path.Combine(left, ".s.PGSQL.5432.lock"), "1\n");
        if (user is not null)
            await user.TakeOverAsync([left, fresh, used], default);
        Directory.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-1));
        Directory.SetLastWriteTimeUtc(used, DateTime.UtcNow.AddHours(-1));
        try
        {
            await SocketDirectory.SweepAsync(user, default);

            Assert.Equal((false, true, true), (Directory.Exists(left), Directory.Exists(fresh), Directory.Exists(used)));
        }
        finally
        {
            await ShellAsync($"rm -rf '{left}' '{fresh}' '{used}'");
        }

        string Create() => Places.CreateTemporary(SocketDirectory.Prefix, user, Places.Private);
    }

    private static async Task ShellAsync(string script) =>
        (await Command.RunBareAsync(["/bin/sh", "-c", script], "/", TimeSpan.FromSeconds(30), default)).ThrowIfFailed(script);

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

using System.Globalization;

namespace Exograph.EmbeddedPostgres;

/// <summary>
/// A directory of the temporary directory that vanishes with the server. Its owner holds a lock on a file in it: a lock, not the
/// process number written there for humans, because numbers are reused and mean nothing in another container.
/// </summary>
internal sealed class EphemeralHome : IServerHome
{
    public const string PassFileName = "pgpass";
    private const string Prefix = "exograph-postgres-";
    private const string OwnerFileName = "owner";
    private static readonly TimeSpan s_makingTakesAtMost = TimeSpan.FromMinutes(10);
    private readonly string _directory;
    private readonly FileStream _owner;
    private readonly OrphanGuard? _guard;

    private EphemeralHome(string directory, FileStream owner, Cluster cluster)
    {
        _directory = directory;
        _owner = owner;
        Cluster = cluster;
        _guard = OrphanGuard.Start(directory, cluster);
    }

    public Cluster Cluster { get; }

    public string? Scratch => Path.Combine(_directory, "scratch");

    public string PassFile => Path.Combine(_directory, PassFileName);

    /// <summary>Makes a home with a data directory.</summary>
    public static async Task<EphemeralHome> CreateAsync(
        PostgresBinaries binaries, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        var directory = Places.CreateTemporary(Prefix, user, Places.ModeAround(user));
        var owner = FileLock.Create(Path.Combine(directory, OwnerFileName));
        var home = new EphemeralHome(directory, owner, ClusterIn(directory, binaries, user));
        try
        {
            await home.WriteOwnerAsync(cancellationToken);
            await home.Cluster.CreateDirectoryAsync(cancellationToken);
            var template = new ClusterTemplate(binaries, user, Places.Cache);
            await template.InstantiateAsync(home.Cluster, home.PassFile, cancellationToken);
            return home;
        }
        catch
        {
            await home.LeaveAsync(CancellationToken.None);
            throw;
        }
    }

    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DestroyAsync(_directory, Cluster, cancellationToken);
        }
        catch
        {
            _guard?.Alarm();
            throw;
        }
        await _owner.DisposeAsync();
        if (_guard is not null)
            await _guard.DismissAsync(cancellationToken);
    }

    /// <summary>Stops and deletes what owners left that died together with their guard.</summary>
    public static async Task SweepAsync(UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        await SocketDirectory.SweepAsync(user, cancellationToken);
        foreach (var directory in Places.OwnTemporaries(Prefix, user, FileOwnership.Self))
        {
            try
            {
                await SweepAsync(directory, user, cancellationToken);
            }
            catch (Exception exception)
                when (exception is IOException or UnauthorizedAccessException or EmbeddedPostgresException)
            {
                // Somebody else is at it, or the next start tries again: it is no reason not to start.
            }
        }
    }

    private static async Task SweepAsync(string directory, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        var ownerFile = Path.Combine(directory, OwnerFileName);
        await using var owner = FileLock.TryTake(ownerFile);
        // Without the file it is in the making, or its owner died in that very moment.
        var isOwned = owner is null
            && (File.Exists(ownerFile) || Directory.GetCreationTimeUtc(directory) > DateTime.UtcNow - s_makingTakesAtMost);
        if (isOwned)
            return;
        var bin = owner is null ? "" : await ReadBinDirectoryAsync(owner, cancellationToken);
        var cluster = ClusterIn(directory, new(bin, new Version()), user);
        var postmaster = await cluster.PostmasterAsync(cancellationToken);
        using var process = postmaster?.FindProcess();
        // After a reboot the number may be that of another server, which must not be stopped.
        if (process is not null && postmaster!.IsSame(process))
            await DestroyAsync(directory, cluster, cancellationToken);
        else
            await DeleteAsync(directory, user, cancellationToken);
    }

    private static Cluster ClusterIn(string directory, PostgresBinaries binaries, UnprivilegedUser? user) =>
        new(binaries, user, ServerIn(directory));

    private static string ServerIn(string directory) => Path.Combine(directory, "server");

    private static async Task DestroyAsync(string directory, Cluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            // Not killed at once: that would leave its shared memory behind.
            await cluster.StopAsync(StopMode.Immediate, cancellationToken);
        }
        catch (EmbeddedPostgresException)
        {
            await cluster.KillAsync(cancellationToken);
        }
        await DeleteAsync(directory, cluster.User, cancellationToken);
    }

    private static Task DeleteAsync(string directory, UnprivilegedUser? user, CancellationToken cancellationToken) =>
        new ServerFiles(user).DeleteHomeAsync(directory, ServerIn(directory), cancellationToken);

    private async Task WriteOwnerAsync(CancellationToken cancellationToken)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Cluster.Binaries.BinDirectory}\nprocess {Environment.ProcessId}, since {DateTime.UtcNow:u}\n");
        await _owner.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);
        await _owner.FlushAsync(cancellationToken);
    }

    private static async Task<string> ReadBinDirectoryAsync(FileStream owner, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(owner, leaveOpen: true);
        return await reader.ReadLineAsync(cancellationToken) ?? "";
    }
}

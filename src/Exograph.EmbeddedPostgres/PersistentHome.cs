namespace Exograph.EmbeddedPostgres;

/// <summary>
/// A directory whose server is shared by all processes that ask for it. Each holds the users' lock together with the others; who
/// then gets it alone was the last, and stops the server. Whoever starts, stops, comes or goes holds the door's lock meanwhile.
/// </summary>
internal sealed class PersistentHome : IServerHome
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private readonly string _directory;
    private readonly bool _leaveRunning;
    private readonly FileStream _presence;

    private PersistentHome(string directory, bool leaveRunning, Cluster cluster)
    {
        _directory = directory;
        _leaveRunning = leaveRunning;
        Cluster = cluster;
        _presence = FileLock.Share(UsersFile(directory));
    }

    public Cluster Cluster { get; }

    public string PassFile => Path.Combine(_directory, "pgpass");

    public string? Scratch => null;

    /// <summary>Stands for the wish of a user who has left that the server go on.</summary>
    private string LeftRunningFile => Path.Combine(_directory, "left-running");

    /// <summary>The directory that a name or path given by a caller means.</summary>
    public static string Resolve(string nameOrPath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrPath);
        if (nameOrPath.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar))
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(nameOrPath));
        return nameOrPath is "." or ".."
            ? throw new ArgumentException($"\"{nameOrPath}\" is not a name.", nameof(nameOrPath))
            : Path.Combine(Places.Data, nameOrPath);
    }

    /// <summary>Comes in: makes the home where it lacks, and has the given function start the server where none runs.</summary>
    public static async Task<(PersistentHome Home, Listener Listener)> EnterAsync(
        EmbeddedPostgresOptions options, UnprivilegedUser? user, Func<PersistentHome, Task<Listener>> start,
        CancellationToken cancellationToken)
    {
        var directory = Resolve(options.PersistentDirectory!);
        MakeAccessible(directory, user);
        await using var door = await FileLock.TakeAsync(DoorFile(directory), s_patience, cancellationToken);
        var cluster = await ClusterInAsync(directory, options.Binaries, user, options.Progress, cancellationToken);
        var home = new PersistentHome(directory, options.LeaveRunning, cluster);
        try
        {
            if (await home.RunningAsync(options.StartTimeout, cancellationToken) is { } running)
                return (home, running);
            await home.PrepareAsync(sync: options.Durability != Durability.Fast, cancellationToken);
            return (home, await start(home));
        }
        catch
        {
            await home._presence.DisposeAsync();
            throw;
        }
    }

    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await using var door = await FileLock.TakeAsync(DoorFile(_directory), s_patience, cancellationToken);
        if (_leaveRunning)
            await File.WriteAllTextAsync(LeftRunningFile, "", cancellationToken);
        await _presence.DisposeAsync();
        await using var alone = FileLock.TryTake(UsersFile(_directory));
        if (alone is not null && !File.Exists(LeftRunningFile))
            await StopAsync(Cluster, cancellationToken);
    }

    /// <summary>Stops the server of a directory, whoever uses it. False when none runs.</summary>
    public static async Task<bool> StopAsync(string nameOrPath, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        var directory = Resolve(nameOrPath);
        if (!Directory.Exists(directory))
            return false;
        await using var door = await FileLock.TakeAsync(DoorFile(directory), s_patience, cancellationToken);
        File.Delete(Path.Combine(directory, "left-running"));
        var home = new Cluster(new("", new Version()), user, ServerDirectory(directory));
        using var process = (await home.PostmasterAsync(cancellationToken))?.FindProcess();
        if (process is null)
            return false;
        var cluster = await ClusterInAsync(directory, binaries: null, user, progress: null, cancellationToken);
        await StopAsync(cluster, cancellationToken);
        return true;
    }

    private static async Task StopAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var sockets = (await cluster.PostmasterAsync(cancellationToken))?.Listener.SocketDirectory;
        await cluster.StopAsync(StopMode.Fast, cancellationToken);
        SocketDirectory.Remove(sockets);
    }

    private static string DoorFile(string directory) => Path.Combine(directory, "door.lock");

    private static string UsersFile(string directory) => Path.Combine(directory, "users.lock");

    private static string ServerDirectory(string directory) => Path.Combine(directory, "server");

    private static void MakeAccessible(string directory, UnprivilegedUser? user)
    {
        try
        {
            Places.CreateDirectory(directory, Places.ModeAround(user));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(
                $"The data cannot be kept in {directory}: {exception.Message} Name another place, or set XDG_DATA_HOME.",
                exception);
        }
        if (Trust.ForeignPart(directory) is { } foreign)
            throw new EmbeddedPostgresException(
                $"As root no data are kept in {directory}, because others than root may change {foreign}: name another place, or "
                + $"chown root {foreign} and chmod go-w {foreign}.");
        if (user is not null && Places.ClosedParent(directory) is { } closed)
            throw new EmbeddedPostgresException(
                $"As root the server runs as the user {user.Name}, who cannot reach {directory}, because {closed} is closed to "
                + $"others: name another place, or chmod o+x {closed}.");
    }

    /// <summary>Data are bound to the major version that made them.</summary>
    private static async Task<Cluster> ClusterInAsync(
        string directory, PostgresBinaries? binaries, UnprivilegedUser? user, IProgress<string>? progress,
        CancellationToken cancellationToken)
    {
        var server = ServerDirectory(directory);
        var major = await new Cluster(new("", new Version()), user, server).DataMajorAsync(cancellationToken);
        if (binaries is not null && major is not null && binaries.Version.Major != major)
            throw new EmbeddedPostgresException(
                $"The data in {directory} were made by PostgreSQL {major}, which {binaries.Version} cannot read: "
                + "use that version, or name another directory.");
        try
        {
            return new(binaries ?? await new PostgresSearch { Progress = progress }.FindAsync(major, cancellationToken), user, server);
        }
        catch (EmbeddedPostgresException exception) when (major is not null)
        {
            throw new EmbeddedPostgresException(
                $"The data in {directory} were made by PostgreSQL {major}, and need it. {exception.Message}", exception);
        }
    }

    /// <summary>Where the server listens that runs here already: left running, another process's, or its orphan.</summary>
    private async Task<Listener?> RunningAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ; waited += s_pause)
        {
            var postmaster = await Cluster.PostmasterAsync(cancellationToken);
            using var process = postmaster?.FindProcess();
            if (process is null)
                return null;
            var accepts = await postmaster!.Listener.AcceptsAsync(cancellationToken);
            if (accepts && postmaster.IsReady)
                return postmaster.Listener;
            // An orphan may be recovering from a crash, or still stopping; but the process may also be another server.
            if (!accepts && !postmaster.IsSame(process))
                return null;
            if (waited > timeout)
                throw new EmbeddedPostgresException(
                    $"The server in {_directory} runs, but was not ready after {timeout.TotalSeconds:0} s: "
                    + $"see {Cluster.LogFile}.");
            await Task.Delay(s_pause, cancellationToken);
        }
    }

    private async Task PrepareAsync(bool sync, CancellationToken cancellationToken)
    {
        File.Delete(LeftRunningFile);
        await Cluster.CreateDirectoryAsync(cancellationToken);
        var password = await PasswordFile.ProvideAsync(PassFile, cancellationToken);
        if (!Directory.Exists(Cluster.DataDirectory))
            await Cluster.InitializeAsync(password, sync, cancellationToken);
    }
}

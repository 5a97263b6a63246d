using System.Data.Common;

namespace Exograph.EmbeddedPostgres;

/// <summary>
/// A private PostgreSQL server: it runs as this user (as root: as <c>postgres</c> or <c>nobody</c>), and only this user and root
/// can reach it. The superuser is <c>postgres</c>, as is the database to connect to first; callers make others from there.
/// </summary>
/// <remarks>
/// Where <see cref="DisposeAsync"/> is not reached, an orderly end of the process does the same. However else the process dies,
/// an ephemeral server is stopped and deleted by a guard (on Windows by the next start); a persistent one goes on running, and
/// the next who asks for it shares it and stops it in the end.
/// </remarks>
public sealed class EmbeddedPostgresServer : IAsyncDisposable
{
    private const int PortTries = 5;
    private readonly IServerHome _home;
    private readonly Listener _listener;
    private readonly EmbeddedPostgresOptions _options;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _disposed;

    private EmbeddedPostgresServer(IServerHome home, Listener listener, EmbeddedPostgresOptions options)
    {
        _home = home;
        _listener = listener;
        _options = options;
        ExitCleanup.Add(this);
    }

    /// <summary>The directory of the server's Unix socket, or 127.0.0.1.</summary>
    public string Host => _listener.Host;

    /// <summary>The port; with a Unix socket no more than part of its name.</summary>
    public int Port => _listener.Port;

    /// <summary>A connection string for Npgsql, without a password in it.</summary>
    public string ConnectionString
    {
        get
        {
            var builder = new DbConnectionStringBuilder
            {
                ["Host"] = Host,
                ["Port"] = Port,
                ["Username"] = PasswordFile.User,
                ["Database"] = PasswordFile.User,
            };
            if (_listener.Tcp)
                builder["Passfile"] = _home.PassFile;
            return builder.ConnectionString;
        }
    }

    /// <summary>The server's URI for psql and other users of libpq, without a password in it.</summary>
    public string Uri
    {
        get
        {
            var host = System.Uri.EscapeDataString(Host);
            var uri = FormattableString.Invariant(
                $"postgresql:///{PasswordFile.User}?host={host}&port={Port}&user={PasswordFile.User}");
            return _listener.Tcp ? $"{uri}&passfile={System.Uri.EscapeDataString(_home.PassFile)}" : uri;
        }
    }

    /// <summary>The data directory.</summary>
    public string DataDirectory => _home.Cluster.DataDirectory;

    /// <summary>The server's log.</summary>
    public string LogFile => _home.Cluster.LogFile;

    /// <summary>The release of PostgreSQL, as 15.14.</summary>
    public Version Version => _home.Cluster.Binaries.Version;

    /// <summary>
    /// Starts a server, and returns when it accepts connections. A persistent server that runs already, of this process or
    /// another of the same user, is shared, as it is: its <see cref="EmbeddedPostgresOptions.ServerSettings"/>,
    /// <see cref="EmbeddedPostgresOptions.Durability"/> and <see cref="EmbeddedPostgresOptions.Tcp"/> stay what they are.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">There is no PostgreSQL, or it did not start.</exception>
    /// <exception cref="ArgumentException">A setting is reserved or no setting's name.</exception>
    public static async Task<EmbeddedPostgresServer> StartAsync(
        EmbeddedPostgresOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Before anything is made: they may be wrong.
        var settings = Settings(options);
        var user = await UnprivilegedUser.FindAsync(cancellationToken);
        await EphemeralHome.SweepAsync(user, cancellationToken);
        if (options.PersistentDirectory is not null)
        {
            var (shared, running) = await PersistentHome.EnterAsync(
                options, user, home => LaunchAsync(home.Cluster, options, settings, cancellationToken), cancellationToken);
            return new(shared, running, options);
        }
        var binaries = options.Binaries ?? await new PostgresSearch { Progress = options.Progress }.FindAsync(
            majorVersion: null, cancellationToken);
        var ephemeral = await EphemeralHome.CreateAsync(binaries, user, cancellationToken);
        try
        {
            return new(ephemeral, await LaunchAsync(ephemeral.Cluster, options, settings, cancellationToken), options);
        }
        catch
        {
            await ephemeral.LeaveAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Stops the server of a persistent directory, whoever uses it. False when none runs.</summary>
    /// <exception cref="EmbeddedPostgresException">It did not stop.</exception>
    public static async Task<bool> StopPersistentAsync(
        string persistentDirectory, CancellationToken cancellationToken = default)
    {
        var user = await UnprivilegedUser.FindAsync(cancellationToken);
        return await PersistentHome.StopAsync(persistentDirectory, user, cancellationToken);
    }

    /// <summary>
    /// Makes a directory for files of whoever started an ephemeral server, if there is none yet. It is deleted with the server,
    /// however the process ends.
    /// </summary>
    /// <exception cref="InvalidOperationException">The server is persistent.</exception>
    public string CreateScratchDirectory()
    {
        var scratch = _home.Scratch ?? throw new InvalidOperationException("A persistent server deletes nothing when it is left.");
        Places.CreateDirectory(scratch, Places.Private);
        return scratch;
    }

    /// <summary>Stops the server, for everybody who shares it, and keeps its data for <see cref="RestartAsync"/>.</summary>
    /// <exception cref="EmbeddedPostgresException">It did not stop.</exception>
    public Task StopAsync(StopMode mode = StopMode.Fast, CancellationToken cancellationToken = default) =>
        AloneAsync(() => _home.Cluster.StopAsync(mode, cancellationToken), cancellationToken);

    /// <summary>Kills the server with all its processes, by SIGKILL, and keeps its data for <see cref="RestartAsync"/>.</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) =>
        AloneAsync(() => _home.Cluster.KillAsync(cancellationToken), cancellationToken);

    /// <summary>
    /// Starts the server again on the same data, with the same connection string, after <see cref="StopAsync"/>,
    /// <see cref="KillAsync"/> or a crash; one that runs is stopped first, fast.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">It did not start.</exception>
    public Task RestartAsync(CancellationToken cancellationToken = default) => AloneAsync(
        async () =>
        {
            await _home.Cluster.StopAsync(StopMode.Fast, cancellationToken);
            await _home.Cluster.StartAsync(_listener, Settings(_options), _options.StartTimeout, cancellationToken);
        },
        cancellationToken);

    /// <summary>
    /// Leaves the server. An ephemeral one is stopped and deleted; a persistent one is stopped in order if this was its last
    /// user and nobody asked for it to be left running.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_disposed)
                return;
            _disposed = true;
            ExitCleanup.Remove(this);
            await _home.LeaveAsync(CancellationToken.None);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static IReadOnlyDictionary<string, string> Settings(EmbeddedPostgresOptions options)
    {
        var usual = options.PersistentDirectory is null ? Durability.Fast : Durability.Full;
        return EmbeddedPostgres.ServerSettings.Compose(options.ServerSettings, options.Durability ?? usual);
    }

    private static async Task<Listener> LaunchAsync(
        Cluster cluster, EmbeddedPostgresOptions options, IReadOnlyDictionary<string, string> settings,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var tcp = options.Tcp || OperatingSystem.IsWindows();
            var sockets = await cluster.ProvideSocketDirectoryAsync(cancellationToken);
            var listener = new Listener(sockets, tcp, tcp ? Listener.FreePort() : Listener.SocketPort);
            try
            {
                await cluster.StartAsync(listener, settings, options.StartTimeout, cancellationToken);
                return listener;
            }
            catch (EmbeddedPostgresException) when (tcp && attempt < PortTries)
            {
                if (!await cluster.LogTellsAsync("could not bind", cancellationToken))
                    throw;
                // Between our look and the server's start somebody else took the port.
            }
        }
    }

    private async Task AloneAsync(Func<Task> action, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            await action();
        }
        finally
        {
            _gate.Release();
        }
    }
}

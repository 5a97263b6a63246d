using System.Diagnostics;
using System.Globalization;

namespace Exograph.EmbeddedPostgres;

/// <summary>
/// A directory that belongs to the server's user, with a data directory and a log in it, and the programs that work on them.
/// </summary>
internal sealed class Cluster(PostgresBinaries binaries, UnprivilegedUser? user, string directory)
{
    private const string LogName = "postgres.log";
    private const long LargeLog = 10 << 20;
    private static readonly TimeSpan s_initTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromMinutes(5);
    private readonly ServerFiles _files = new(user);

    public PostgresBinaries Binaries => binaries;

    public UnprivilegedUser? User => user;

    /// <summary>Belongs to the server's user, and all in it.</summary>
    public string ServerDirectory => directory;

    public string DataDirectory => Path.Combine(directory, "data");

    public string LogFile => Path.Combine(directory, LogName);

    /// <summary>The server that runs on the data directory, or ran when it crashed, as its file tells.</summary>
    public Task<Postmaster?> PostmasterAsync(CancellationToken cancellationToken) =>
        Postmaster.ReadAsync(DataDirectory, user, cancellationToken);

    /// <summary>The major version that the data directory was made by; null where there is none.</summary>
    /// <exception cref="EmbeddedPostgresException">It says something else.</exception>
    public async Task<int?> DataMajorAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(DataDirectory, "PG_VERSION");
        if (await _files.ReadStartAsync(file, cancellationToken) is not { } text)
            return null;
        return int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            ? major
            : throw new EmbeddedPostgresException($"{file} does not hold the number of a major version of PostgreSQL.");
    }

    /// <summary>Makes the directory, and within it the one for sockets.</summary>
    public async Task CreateDirectoryAsync(CancellationToken cancellationToken)
    {
        Places.CreateDirectory(directory, Places.Private);
        await TakeOverAsync(cancellationToken, directory);
        await _files.CreateDirectoryAsync(Path.Combine(directory, "socket"), cancellationToken);
    }

    /// <summary>The directory for sockets; a new temporary one where a socket's address has no room for it.</summary>
    public async Task<string?> ProvideSocketDirectoryAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var inside = Path.Combine(directory, "socket");
        if (Places.FitsSocket(inside))
            return inside;
        var outside = Places.CreateTemporary(SocketDirectory.Prefix, user, Places.Private);
        await TakeOverAsync(cancellationToken, outside);
        return outside;
    }

    /// <summary>Makes the data directory, in one step: all of it or none. Unsynced ones do not survive a power failure.</summary>
    public async Task InitializeAsync(string password, bool sync, CancellationToken cancellationToken)
    {
        var temporary = DataDirectory + ".new";
        // Beside the directory: root should not write in a directory that is another user's.
        var passwordFile = directory + ".password";
        await _files.DeleteDirectoryAsync(temporary, cancellationToken);
        try
        {
            await PasswordFile.WriteAsync(passwordFile, password, cancellationToken);
            await TakeOverAsync(cancellationToken, passwordFile);
            string[] command =
            [
                binaries.InitDb, "-D", temporary, "-U", PasswordFile.User, "-E", "UTF8", "--locale=C", "--no-instructions",
                "--auth-local=trust", "--auth-host=scram-sha-256", $"--pwfile={passwordFile}",
                .. sync ? [] : new[] { "--no-sync" },
            ];
            var result = await RunAsync(command, s_initTimeout, cancellationToken);
            result.ThrowIfFailed("The data directory could not be made.");
        }
        finally
        {
            File.Delete(passwordFile);
        }
        await _files.MoveAsync(temporary, DataDirectory, cancellationToken);
    }

    /// <summary>Makes the data directory by copying one, which belongs to the same user.</summary>
    public async Task CopyAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        string[] copy = OperatingSystem.IsWindows()
            ? ["robocopy", dataDirectory, DataDirectory, "/E", "/NFL", "/NDL", "/NJH", "/NJS"]
            : ["cp", "-Rp", dataDirectory, DataDirectory];
        var result = await RunAsync(copy, s_initTimeout, cancellationToken);
        // Of robocopy's codes those below 8 are successes.
        if (!OperatingSystem.IsWindows() || result.ExitCode >= 8)
            result.ThrowIfFailed("The data directory could not be copied from its template.");
    }

    /// <summary>Starts the server and returns when it accepts connections.</summary>
    public async Task StartAsync(
        Listener listener, IReadOnlyDictionary<string, string> settings, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await RemoveStaleLockFilesAsync(listener, cancellationToken);
        if (new FileInfo(LogFile) is { Exists: true, Length: > LargeLog })
            await _files.MoveAsync(LogFile, LogFile + ".old", cancellationToken);
        var tries = Stopwatch.StartNew();
        while (true)
        {
            var logged = new FileInfo(LogFile) is { Exists: true } log ? log.Length : 0;
            // pg_ctl makes the server a session of its own, so that a terminal's Ctrl-C does not reach it.
            string[] command =
            [
                binaries.PgCtl, "start", "-s", "-w", "-t", Seconds(timeout), "-l", LogName, "-o", Arguments(listener, settings),
            ];
            // The directory goes by PGDATA and the log by a relative name: pg_ctl's shell would expand a $ in an argument.
            var result = await RunAsync(command, timeout + timeout, cancellationToken, ("PGDATA", DataDirectory));
            if (result.ExitCode == 0)
                return;
            var said = await _files.ReadEndAsync(LogFile, logged, cancellationToken);
            // Processes of a killed server take a moment to end.
            if (said.Contains("still in use", StringComparison.Ordinal) && tries.Elapsed < timeout)
                await Task.Delay(200, cancellationToken);
            else
                throw new EmbeddedPostgresException(
                    $"The server did not start: {result.CommandLine} ended with code {result.ExitCode}:\n"
                    + $"{Command.LastLines(result.Output)}\nThe end of its log {LogFile}:\n{Command.LastLines(said)}");
        }
    }

    /// <summary>Whether the end of the log has that text.</summary>
    public async Task<bool> LogTellsAsync(string text, CancellationToken cancellationToken) =>
        (await _files.ReadEndAsync(LogFile, offset: 0, cancellationToken)).Contains(text, StringComparison.Ordinal);

    /// <summary>Stops the server; nothing happens where none runs.</summary>
    public async Task StopAsync(StopMode mode, CancellationToken cancellationToken)
    {
        var postmaster = await PostmasterAsync(cancellationToken);
        using var process = postmaster?.FindProcess();
        if (process is null)
            return;
        var result = await RunAsync([.. StopCommand(mode)], s_stopTimeout + s_stopTimeout, cancellationToken);
        if (result.ExitCode == 0 || await PostmasterAsync(cancellationToken) is null)
        {
            await postmaster!.EndAsync(cancellationToken);
            return;
        }
        var said = await _files.ReadEndAsync(LogFile, offset: 0, cancellationToken);
        throw new EmbeddedPostgresException(
            $"The server did not stop: {result.CommandLine} ended with code {result.ExitCode}:\n"
            + $"{Command.LastLines(result.Output)}\nThe end of its log {LogFile}:\n{Command.LastLines(said)}");
    }

    /// <summary>The command that stops the server, to be run as the server's user.</summary>
    public IReadOnlyList<string> StopCommand(StopMode mode) =>
    [
        binaries.PgCtl, "stop", "-s", "-w", "-t", Seconds(s_stopTimeout), "-D", DataDirectory,
        "-m", mode == StopMode.Fast ? "fast" : "immediate",
    ];

    /// <summary>Kills the server and all its processes, as a crash would.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        if (await PostmasterAsync(cancellationToken) is not { } postmaster)
            return;
        // The file is the server's user's: as root the process it names is killed only if it is that user's, too.
        if (user is not null && !await user.RunsAsync(postmaster.ProcessId, cancellationToken))
            return;
        using (var process = postmaster.FindProcess())
            process?.Kill(entireProcessTree: true);
        await postmaster.EndAsync(cancellationToken);
    }

    private Task TakeOverAsync(CancellationToken cancellationToken, params string[] paths) =>
        user?.TakeOverAsync(paths, cancellationToken) ?? Task.CompletedTask;

    // PostgreSQL takes any living process of its user that has the crashed server's number for that server, and zombies, too:
    // likely in containers, where the numbers are the same few after every restart, and the first process is no init.
    private async Task RemoveStaleLockFilesAsync(Listener listener, CancellationToken cancellationToken)
    {
        if (await PostmasterAsync(cancellationToken) is not { } postmaster)
            return;
        using var process = postmaster.FindProcess();
        if (process is not null)
            return;
        await _files.DeleteFileAsync(Path.Combine(DataDirectory, Postmaster.FileName), cancellationToken);
        if (listener.SocketLockFile is { } file)
            await _files.DeleteFileAsync(file, cancellationToken);
    }

    private static string Arguments(Listener listener, IReadOnlyDictionary<string, string> settings)
    {
        var all = settings
            .Append(new("listen_addresses", listener.Tcp ? "127.0.0.1" : ""))
            .Append(new("port", listener.Port.ToString(CultureInfo.InvariantCulture)))
            .Append(new("unix_socket_directories", listener.SocketDirectory ?? ""));
        return string.Join(' ', all.Select(static setting => "-c " + Quote($"{setting.Key}={setting.Value}")));
    }

    // pg_ctl gives the server's arguments to a shell.
    private static string Quote(string argument) => OperatingSystem.IsWindows()
        ? $"\"{argument.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Seconds(TimeSpan time) =>
        Math.Max(1, (int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private Task<CommandResult> RunAsync(
        IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken,
        params (string Name, string Value)[] environment) =>
        Command.RunBareAsync(user?.Wrap(command) ?? command, directory, timeout, cancellationToken, environment);
}

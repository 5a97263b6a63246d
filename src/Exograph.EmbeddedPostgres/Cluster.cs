using System.Diagnostics;

namespace Exograph.EmbeddedPostgres;

/// <summary>
/// A directory that belongs to the server's user, with a data directory and a log in it, and the programs that work on them.
/// </summary>
internal sealed class Cluster(PostgresBinaries binaries, UnprivilegedUser? user, string directory)
{
    private const string LogName = "postgres.log";
    private const string SocketPrefix = "exograph-socket-";
    private const long LargeLog = 10 << 20;
    private static readonly TimeSpan s_initTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromMinutes(5);

    public PostgresBinaries Binaries => binaries;

    public UnprivilegedUser? User => user;

    public string DataDirectory => Path.Combine(directory, "data");

    public string LogFile => Path.Combine(directory, LogName);

    /// <summary>Makes the directory, and within it the one for sockets.</summary>
    public async Task CreateDirectoryAsync(CancellationToken cancellationToken)
    {
        var sockets = Path.Combine(directory, "socket");
        Places.CreateDirectory(directory, Places.Private);
        Places.CreateDirectory(sockets, Places.Private);
        await TakeOverAsync(cancellationToken, directory, sockets);
    }

    /// <summary>The directory for sockets; a new temporary one where a socket's address has no room for it.</summary>
    public async Task<string?> ProvideSocketDirectoryAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var inside = Path.Combine(directory, "socket");
        if (Places.FitsSocket(inside))
            return inside;
        var outside = Places.CreateTemporary(SocketPrefix, user, Places.Private);
        await TakeOverAsync(cancellationToken, outside);
        return outside;
    }

    /// <summary>Makes the data directory, in one step: all of it or none. Unsynced ones do not survive a power failure.</summary>
    public async Task InitializeAsync(string password, bool sync, CancellationToken cancellationToken)
    {
        var temporary = DataDirectory + ".new";
        // Beside the directory: root should not write in a directory that is another user's.
        var passwordFile = directory + ".password";
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
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
        Directory.Move(temporary, DataDirectory);
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
        RemoveStaleLockFiles(listener);
        if (new FileInfo(LogFile) is { Exists: true, Length: > LargeLog })
            File.Move(LogFile, LogFile + ".old", overwrite: true);
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
            var said = ReadLog(logged);
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
    public bool LogTells(string text) => ReadLog(0).Contains(text, StringComparison.Ordinal);

    /// <summary>Stops the server; nothing happens where none runs.</summary>
    public async Task StopAsync(StopMode mode, CancellationToken cancellationToken)
    {
        var postmaster = Postmaster.Read(DataDirectory);
        using var process = postmaster?.FindProcess();
        if (process is null)
            return;
        var result = await RunAsync([.. StopCommand(mode)], s_stopTimeout + s_stopTimeout, cancellationToken);
        if (result.ExitCode == 0 || Postmaster.Read(DataDirectory) is null)
            await postmaster!.EndAsync(cancellationToken);
        else
            throw new EmbeddedPostgresException(
                $"The server did not stop: {result.CommandLine} ended with code {result.ExitCode}:\n"
                + $"{Command.LastLines(result.Output)}\nThe end of its log {LogFile}:\n{Command.LastLines(ReadLog(0))}");
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
        if (Postmaster.Read(DataDirectory) is not { } postmaster)
            return;
        using (var process = postmaster.FindProcess())
            process?.Kill(entireProcessTree: true);
        await postmaster.EndAsync(cancellationToken);
    }

    /// <summary>Deletes the socket directory that a stopped server had in the temporary directory, if it had one there.</summary>
    public static void RemoveSocketDirectory(string? sockets)
    {
        if (Path.GetFileName(sockets)?.StartsWith(SocketPrefix, StringComparison.Ordinal) == true
            && Directory.Exists(sockets))
            Directory.Delete(sockets);
    }

    private Task TakeOverAsync(CancellationToken cancellationToken, params string[] paths) =>
        user?.TakeOverAsync(paths, cancellationToken) ?? Task.CompletedTask;

    // PostgreSQL takes any living process of its user that has the crashed server's number for that server, and zombies, too:
    // likely in containers, where the numbers are the same few after every restart, and the first process is no init.
    private void RemoveStaleLockFiles(Listener listener)
    {
        if (Postmaster.Read(DataDirectory) is not { } postmaster)
            return;
        using var process = postmaster.FindProcess();
        if (process is not null)
            return;
        File.Delete(Path.Combine(DataDirectory, Postmaster.FileName));
        if (listener.SocketLockFile is { } file)
            File.Delete(file);
    }

    private static string Arguments(Listener listener, IReadOnlyDictionary<string, string> settings)
    {
        var all = settings
            .Append(new("listen_addresses", listener.Tcp ? "127.0.0.1" : ""))
            .Append(new("port", listener.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .Append(new("unix_socket_directories", listener.SocketDirectory ?? ""));
        return string.Join(' ', all.Select(static setting => "-c " + Quote($"{setting.Key}={setting.Value}")));
    }

    // pg_ctl gives the server's arguments to a shell.
    private static string Quote(string argument) => OperatingSystem.IsWindows()
        ? $"\"{argument.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Seconds(TimeSpan time) =>
        Math.Max(1, (int)time.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private Task<CommandResult> RunAsync(
        IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken,
        params (string Name, string Value)[] environment) =>
        Command.RunBareAsync(user?.Wrap(command) ?? command, directory, timeout, cancellationToken, environment);

    private string ReadLog(long offset)
    {
        if (!File.Exists(LogFile))
            return "";
        using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Position = Math.Max(offset, log.Length - 8192);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd();
    }
}

using System.ComponentModel;
using System.Diagnostics;

namespace Exograph.EmbeddedPostgres;

/// <summary>A program that was run: what it answered on both of its outputs.</summary>
internal sealed record CommandResult(string CommandLine, int ExitCode, string Output)
{
    public CommandResult ThrowIfFailed(string what) => ExitCode == 0
        ? this
        : throw new EmbeddedPostgresException($"{what} {CommandLine} ended with code {ExitCode}:\n{Command.LastLines(Output)}");
}

/// <summary>Runs programs, without a shell.</summary>
internal static class Command
{
    // The server runs as another user when started by root, who must not see what else root's environment holds.
    private static readonly string[] s_passedOn =
    [
        "HOME", "TMPDIR", "TMP", "TEMP", "SystemRoot", "SystemDrive", "windir", "ComSpec",
        "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData",
    ];

    // Lists of places in which programs and libraries are looked for: an empty or relative one means the current directory.
    private static readonly string[] s_searched = ["PATH", "LD_LIBRARY_PATH"];

    /// <summary>Runs a program with an environment of the bare necessities, and the given variables.</summary>
    public static Task<CommandResult> RunBareAsync(
        IReadOnlyList<string> command, string workingDirectory, TimeSpan timeout, CancellationToken cancellationToken,
        params (string Name, string Value)[] environment)
    {
        var start = BareStart(command, workingDirectory);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return RunAsync(start, timeout, cancellationToken);
    }

    /// <summary>Runs a program with this process's environment, and the given variables.</summary>
    public static Task<CommandResult> RunAsync(
        IReadOnlyList<string> command, string workingDirectory, TimeSpan timeout, CancellationToken cancellationToken,
        params (string Name, string Value)[] environment)
    {
        var start = Start(command, workingDirectory);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return RunAsync(start, timeout, cancellationToken);
    }

    public static ProcessStartInfo BareStart(IReadOnlyList<string> command, string workingDirectory)
    {
        var start = Start(command, workingDirectory);
        foreach (var name in start.Environment.Keys.Except(s_passedOn.Concat(s_searched)).ToList())
            start.Environment.Remove(name);
        // Messages are read in English; and on macOS PostgreSQL refuses to start when a locale starts threads.
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Where a program is: in the given places, or in the system's own. Null when nowhere.</summary>
    public static string? Find(string program, IEnumerable<string>? places = null)
    {
        string[] names = OperatingSystem.IsWindows() ? [program + ".exe", program + ".cmd"] : [program];
        return (places ?? SystemPlaces).SelectMany(place => names.Select(name => Path.Combine(place, name)))
            .FirstOrDefault(IsFile);
    }

    /// <summary>Whether there is such a file: <see cref="File.Exists"/> takes a link that leads nowhere for one.</summary>
    public static bool IsFile(string path) =>
        File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is null or { Exists: true };

    /// <summary>A program of the system by its full name: a bare one .NET looks for in the current directory first.</summary>
    public static string Locate(string program) => Path.IsPathFullyQualified(program)
        ? program
        : Find(program) ?? throw new EmbeddedPostgresException(
            $"The program {program} is in none of {string.Join(", ", SystemPlaces)}.");

    public static string LastLines(string text, int count = 20) =>
        string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .TakeLast(count));

    private static string[] SystemPlaces => OperatingSystem.IsWindows()
        ? [Environment.SystemDirectory]
        : ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/run/current-system/sw/bin"];

    private static ProcessStartInfo Start(IReadOnlyList<string> command, string workingDirectory)
    {
        var start = new ProcessStartInfo(Locate(command[0]), command.Skip(1)) { WorkingDirectory = workingDirectory };
        foreach (var name in s_searched)
            if (start.Environment.TryGetValue(name, out var places))
                start.Environment[name] = string.Join(Path.PathSeparator, Trust.Qualified(places));
        return start;
    }

    private static async Task<CommandResult> RunAsync(
        ProcessStartInfo start, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var commandLine = string.Join(' ', start.ArgumentList.Prepend(start.FileName));
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Start(start, commandLine);
        process.StandardInput.Close();
        var reading = Task.WhenAll(
            process.StandardOutput.ReadToEndAsync(CancellationToken.None),
            process.StandardError.ReadToEndAsync(CancellationToken.None));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new EmbeddedPostgresException($"{commandLine} did not end within {timeout.TotalSeconds:0} s and was killed.");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        // On Windows the server inherits pg_ctl's outputs, so their end never comes: do not insist on it.
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(2), cancellationToken));
        var output = reading.IsCompletedSuccessfully ? string.Concat(await reading) : "";
        return new CommandResult(commandLine, process.ExitCode, output);
    }

    private static Process Start(ProcessStartInfo start, string commandLine)
    {
        try
        {
            return Process.Start(start) ?? throw new EmbeddedPostgresException($"{commandLine} could not be started.");
        }
        catch (Win32Exception exception)
        {
            throw new EmbeddedPostgresException($"{commandLine} could not be started: {exception.Message}", exception);
        }
    }
}

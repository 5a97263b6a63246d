using System.Diagnostics;

namespace Exograph.EmbeddedPostgres;

/// <summary>
/// A shell that waits for its owner's end, and then stops the server and deletes its directory: at once, however the owner
/// ended, kill -9 included. Handlers of SIGINT and SIGTERM would do less, and would take the server from under a program that
/// handles them itself to end in order: handlers registered last run first.
/// </summary>
internal sealed class OrphanGuard
{
    // A line means "not needed any more"; the end of the input without one means that the owner has died.
    private const string Script =
        "exec >/dev/null 2>&1; trap '' HUP INT QUIT TERM; read -r _ && exit; server=$1; shift; \"$@\"; rmdir -- \"$server\"; "
        + "[ -e \"$server\" ] || rm -rf -- \"$0\"";

    // Run as the server's user, whose files might be links to others by now.
    private const string StopAndDelete = "\"$@\"; rm -rf -- \"$0\"";

    private readonly Process _shell;

    private OrphanGuard(Process shell) => _shell = shell;

    /// <summary>Sets a guard over a cluster in a directory. Null on Windows, which has no shell.</summary>
    public static OrphanGuard? Start(string directory, Cluster cluster)
    {
        if (OperatingSystem.IsWindows())
            return null;
        string[] stop = ["/bin/sh", "-c", StopAndDelete, cluster.ServerDirectory, .. cluster.StopCommand(StopMode.Immediate)];
        var start = Command.BareStart(
            ["/bin/sh", "-c", Script, directory, cluster.ServerDirectory, .. cluster.User?.Wrap(stop) ?? stop], "/");
        start.RedirectStandardInput = true;
        return Process.Start(start) is { } shell ? new(shell) : null;
    }

    /// <summary>Has the guard do its work now, as the owner's death does.</summary>
    public void Alarm()
    {
        using (_shell)
            _shell.StandardInput.Close();
    }

    /// <summary>Sends the guard away and waits until it went.</summary>
    public async Task DismissAsync(CancellationToken cancellationToken)
    {
        using (_shell)
        {
            try
            {
                await _shell.StandardInput.WriteLineAsync(default(ReadOnlyMemory<char>), cancellationToken);
                _shell.StandardInput.Close();
            }
            catch (IOException)
            {
                // It was killed.
            }
            await _shell.WaitForExitAsync(cancellationToken);
        }
    }
}

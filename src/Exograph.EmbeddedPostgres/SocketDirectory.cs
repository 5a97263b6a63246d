using System.Globalization;

namespace Exograph.EmbeddedPostgres;

/// <summary>The directory in the temporary directory of a server whose own has too long a name for a socket's address.</summary>
internal static class SocketDirectory
{
    public const string Prefix = "exograph-socket-";
    private static readonly TimeSpan s_startTakesAtMost = TimeSpan.FromMinutes(10);

    /// <summary>Deletes the one that a stopped server had, if it had one.</summary>
    public static void Remove(string? sockets)
    {
        if (Path.GetFileName(sockets)?.StartsWith(Prefix, StringComparison.Ordinal) == true && Directory.Exists(sockets))
            Directory.Delete(sockets);
    }

    /// <summary>Deletes those that killed servers left.</summary>
    public static async Task SweepAsync(UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        foreach (var sockets in Places.OwnTemporaries(Prefix, user, user?.Id ?? FileOwnership.Self))
        {
            try
            {
                if (Directory.GetLastWriteTimeUtc(sockets) < DateTime.UtcNow - s_startTakesAtMost
                    && !await AnyAcceptsAsync(sockets, cancellationToken))
                    await new ServerFiles(user).DeleteDirectoryAsync(sockets, cancellationToken);
            }
            catch (Exception exception)
                when (exception is IOException or UnauthorizedAccessException or EmbeddedPostgresException)
            {
                // The next start tries again.
            }
        }
    }

    private static async Task<bool> AnyAcceptsAsync(string sockets, CancellationToken cancellationToken)
    {
        foreach (var file in Directory.EnumerateFiles(sockets, Listener.SocketNamePrefix + "*"))
            if (int.TryParse(file.AsSpan(file.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                && await new Listener(sockets, Tcp: false, port).AcceptsAsync(cancellationToken))
                return true;
        return false;
    }
}

using System.Collections.Concurrent;

namespace Exograph.EmbeddedPostgres;

/// <summary>Disposes the servers that nobody disposed when the process ends in order.</summary>
internal static class ExitCleanup
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<EmbeddedPostgresServer, bool> s_servers = new();

    static ExitCleanup() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => DisposeAll();

    public static void Add(EmbeddedPostgresServer server) => s_servers.TryAdd(server, true);

    public static void Remove(EmbeddedPostgresServer server) => s_servers.TryRemove(server, out _);

    private static void DisposeAll()
    {
        try
        {
            Task.WhenAll(s_servers.Keys.Select(static server => server.DisposeAsync().AsTask())).Wait(s_patience);
        }
        catch (AggregateException)
        {
            // The process ends, and nobody is left to be told. What is ephemeral is left to its guard.
        }
    }
}

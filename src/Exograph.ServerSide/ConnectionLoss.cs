using Npgsql;

namespace Exograph.ServerSide;

/// <summary>Tells that a server was lost, and does again what may be done twice.</summary>
internal static class ConnectionLoss
{
    /// <summary>Whether the connection was lost, or the server is on its way down or up: what was sent may have been done or not.</summary>
    public static bool Is(Exception e) => e switch
    {
        LoadException { SqlState: { } state } => Is(state),
        PostgresException postgres => Is(postgres.SqlState),
        NpgsqlException => true,
        _ => false,
    };

    /// <summary>Runs <paramref name="work"/>, and again where the connection was lost: only for what has no effect a second time.</summary>
    public static async Task<T> AgainAsync<T>(
        NpgsqlDataSource dataSource, IReadOnlyList<TimeSpan> delays, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (Exception e) when (attempt < delays.Count && Is(e) && !cancellationToken.IsCancellationRequested)
            {
                await PauseAsync(dataSource, delays[attempt], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits, and lets go of connections that may be as dead as the one that was lost.</summary>
    public static Task PauseAsync(NpgsqlDataSource dataSource, TimeSpan delay, CancellationToken cancellationToken)
    {
        dataSource.Clear();
        return Task.Delay(delay, cancellationToken);
    }

    private static bool Is(string state) => state.StartsWith("08", StringComparison.Ordinal) || state is
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;
}

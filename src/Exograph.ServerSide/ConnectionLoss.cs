using Npgsql;

namespace Exograph.ServerSide;

/// <summary>Tells that a server was lost.</summary>
internal static class ConnectionLoss
{
    /// <summary>Whether the connection was lost, or the server is on its way down or up: what was sent may have been done or not.</summary>
    public static bool Is(Exception e) => e switch
    {
        ExographException { SqlState: { } state } => Is(state),
        ConnectionException => true,
        PostgresException postgres => Is(postgres.SqlState),
        NpgsqlException => true,
        _ => false,
    };

    private static bool Is(string state) => state.StartsWith("08", StringComparison.Ordinal) || state is
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;
}

using Npgsql;

namespace Exograph.ServerSide;

/// <summary>The database could not be migrated. What earlier scripts did stays; the failed one did nothing.</summary>
public sealed class MigrationException : ExographException
{
    internal MigrationException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>The server refused something else than a script: the connection, or a look at what is there.</summary>
    internal static MigrationException FromServer(PostgresException e) => new(e.MessageText, e)
    {
        SqlState = e.SqlState,
        Detail = e.Detail,
        Hint = e.Hint ?? (e.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction ? LoadException.ReadOnlyHint : null),
    };

    /// <summary>Script that failed; null where none is at fault.</summary>
    public string? Script { get; internal init; }
    /// <summary>Line at which, or at whose statement, the script failed, from 1; null where none is at fault.</summary>
    public int? Line { get; internal init; }
}

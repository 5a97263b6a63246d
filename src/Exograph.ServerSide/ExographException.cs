using System.Net.Sockets;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>Something that this library reports: what went wrong, where, and what to do about it. The root of its exceptions.</summary>
public class ExographException : Exception
{
    internal ExographException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>Whether the same call may succeed later as it is: a lock was held, the server was lost or out of resources.</summary>
    public bool IsTransient => InnerException is NpgsqlException { IsTransient: true } || ConnectionLoss.Is(this);

    /// <summary>SQLSTATE of the server's error: class XG is Exograph's own. Null where the server raised none.</summary>
    public string? SqlState { get; internal init; }
    /// <summary>Number of the load; null where none had begun or none was named.</summary>
    public int? LoadId { get; internal init; }
    /// <summary>Table at work, or the first whose rows break a rule; null where the error concerns no single table.</summary>
    public IndexTable? Table { get; internal init; }
    /// <summary>The rule that staged rows break; null where none is broken.</summary>
    public string? Rule { get; internal init; }
    /// <summary>The server's detail, which Npgsql withholds unless told <c>Include Error Detail=true</c>.</summary>
    public string? Detail { get; internal init; }
    /// <summary>What to do about it.</summary>
    public string? Hint { get; internal init; }
}

/// <summary>The server cannot be reached, does not let this role in, or was lost and could not be reached again.</summary>
public sealed class ConnectionException : ExographException
{
    private ConnectionException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>No connection could be opened.</summary>
    internal static ConnectionException Unreachable(Exception e) =>
        new($"cannot connect: {(e as PostgresException)?.MessageText ?? e.Message}", e)
        {
            SqlState = (e as PostgresException)?.SqlState,
            Detail = (e as PostgresException)?.Detail,
        };

    /// <summary>A connection was lost while it was at work.</summary>
    internal static ConnectionException Lost(Exception e, int? loadId = null) => Lost(e, loadId,
        loadId is null ? null : $"exograph-load status {loadId} tells what became of the load.");

    /// <summary>A connection was lost while rows were put into a schema by it.</summary>
    /// <param name="e">What tells so.</param>
    /// <param name="ending">Whether the transaction was being committed.</param>
    internal static ConnectionException LostPut(Exception e, bool ending) => Lost(e, null, ending
        ? "Whether the rows were put in is not known. Put them in again: those that are there are found, not made twice."
        : "Nothing was put in.");

    private static ConnectionException Lost(Exception e, int? loadId, string? hint) =>
        new($"the server was lost: {e.Message}", e) { LoadId = loadId, Hint = hint };

    /// <summary>Whether an exception means that there is no connection, rather than an error in the use of one.</summary>
    internal static bool Is(Exception e) => e is NpgsqlException or SocketException;
}

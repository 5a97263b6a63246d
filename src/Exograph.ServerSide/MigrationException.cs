namespace Exograph.ServerSide;

/// <summary>The database could not be migrated. What earlier scripts did stays; the failed one did nothing.</summary>
public sealed class MigrationException : Exception
{
    internal MigrationException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>Script that failed; null where none is at fault.</summary>
    public string? Script { get; internal init; }
    /// <summary>Line at which, or at whose statement, the script failed, from 1; null where none is at fault.</summary>
    public int? Line { get; internal init; }
    /// <summary>SQLSTATE of the server's error; null where the server raised none.</summary>
    public string? SqlState { get; internal init; }
    /// <summary>The server's detail, which Npgsql withholds unless told <c>Include Error Detail=true</c>.</summary>
    public string? Detail { get; internal init; }
    /// <summary>What to do about it.</summary>
    public string? Hint { get; internal init; }
}

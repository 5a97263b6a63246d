namespace Exograph.EmbeddedPostgres;

/// <summary>
/// PostgreSQL could not be found, fetched, started or stopped. The message says what was run, what it answered (its last
/// lines and those of the server's log) and what to do.
/// </summary>
public sealed class EmbeddedPostgresException : Exception
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public EmbeddedPostgresException()
    {
    }

    /// <summary>Makes an exception that says what failed.</summary>
    public EmbeddedPostgresException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception that says what failed, and keeps what caused it.</summary>
    public EmbeddedPostgresException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

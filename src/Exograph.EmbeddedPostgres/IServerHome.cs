namespace Exograph.EmbeddedPostgres;

/// <summary>The place a server lives in, and what becomes of it when a user leaves.</summary>
internal interface IServerHome
{
    /// <summary>The cluster in it.</summary>
    Cluster Cluster { get; }

    /// <summary>The superuser's password file.</summary>
    string PassFile { get; }

    /// <summary>A directory of whoever started the server, deleted with it; null where the server stays.</summary>
    string? Scratch { get; }

    /// <summary>Leaves the server: it is stopped when nobody else needs it.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);
}

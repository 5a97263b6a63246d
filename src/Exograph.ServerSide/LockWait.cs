namespace Exograph.ServerSide;

/// <summary>
/// A session at work on Exograph that waits for a lock, and one that holds it or is before it in the queue: a row of
/// <c>exograph.lock_waits</c>.
/// </summary>
public sealed record LockWait
{
    /// <summary>Process that waits.</summary>
    public required int WaitingProcessId { get; init; }
    /// <summary>Its role; null for a process of the server's own.</summary>
    public string? WaitingRole { get; init; }
    /// <summary>What it calls itself.</summary>
    public string? WaitingApplication { get; init; }
    /// <summary>Since when it waits; null in the first moment.</summary>
    public DateTimeOffset? WaitingSince { get; init; }
    /// <summary>Mode of the lock, as <c>pg_locks</c> has it.</summary>
    public required string Mode { get; init; }
    /// <summary>Table, qualified and quoted where needed; null where it waits for no table.</summary>
    public string? WaitsFor { get; init; }
    /// <summary>Process that holds the lock, or is before it in the queue; null for a prepared transaction.</summary>
    public int? HolderProcessId { get; init; }
    /// <summary>Role of the holder.</summary>
    public string? HolderRole { get; init; }
    /// <summary>What the holder calls itself; of a prepared transaction, its name.</summary>
    public string? HolderApplication { get; init; }
    /// <summary>
    /// When the holder's transaction began; null for who is neither a member of <c>pg_read_all_stats</c> nor of its role.
    /// </summary>
    public DateTimeOffset? HolderSince { get; init; }
    /// <summary>What the holder does, as <c>pg_stat_activity</c> has it; null as <see cref="HolderSince"/>.</summary>
    public string? HolderState { get; init; }
}

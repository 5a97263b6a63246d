namespace Exograph.EmbeddedPostgres;

/// <summary>How a private server is run. The default is an ephemeral one: fast, and gone without a trace when disposed.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>
    /// Where the data persist: a bare name means a directory of that name in the user's data directory (as root
    /// <c>/var/lib/exograph/postgres</c>, else <c>$XDG_DATA_HOME/exograph/postgres</c>), anything with a directory separator
    /// is a path. Null: an ephemeral server in the temporary directory, deleted when disposed or when its owner dies.
    /// </summary>
    public string? PersistentDirectory { get; init; }

    /// <summary>What a crash of the machine may cost. Null: full for persistent data, fast for ephemeral ones.</summary>
    public Durability? Durability { get; init; }

    /// <summary>
    /// Server settings by name, over the defaults of <see cref="Exograph.EmbeddedPostgres.ServerSettings"/>. Where the server
    /// listens is not theirs to say.
    /// </summary>
    public IReadOnlyDictionary<string, string> ServerSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Whether a persistent server goes on running after the last user left, until
    /// <see cref="EmbeddedPostgresServer.StopPersistentAsync"/>. Ephemeral servers never do.
    /// </summary>
    public bool LeaveRunning { get; init; }

    /// <summary>
    /// Whether the server is reached by TCP on 127.0.0.1 (a free port, a random password in a file) and not by a Unix socket in
    /// a private directory. Always so on Windows.
    /// </summary>
    public bool Tcp { get; init; } = OperatingSystem.IsWindows();

    /// <summary>The binaries to run. Null: those <see cref="PostgresBinaries.FindAsync"/> finds.</summary>
    public PostgresBinaries? Binaries { get; init; }

    /// <summary>Is told, a line each, what takes long or reaches out: that PostgreSQL is being fetched, and from where.</summary>
    public IProgress<string>? Progress { get; init; }

    /// <summary>How long the server may take until it accepts connections. 60 seconds by default.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>What a crash of the machine may cost.</summary>
public enum Durability
{
    /// <summary>Nothing that was committed.</summary>
    Full,

    /// <summary>
    /// Everything: fsync and full_page_writes are off. A crash of the server alone still costs nothing that was committed.
    /// </summary>
    Fast,
}

/// <summary>How a server is stopped.</summary>
public enum StopMode
{
    /// <summary>Open transactions are rolled back, a checkpoint is written.</summary>
    Fast,

    /// <summary>As in a crash: no checkpoint, the next start recovers and empties UNLOGGED tables.</summary>
    Immediate,
}

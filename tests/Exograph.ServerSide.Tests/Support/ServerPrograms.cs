using Exograph.EmbeddedPostgres;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>What belongs to a server of PostgreSQL beside psql: programs that refuse to work on a newer one than their own.</summary>
internal static class ServerPrograms
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    /// <summary>Those that work in a data directory, and so must be run as the server's user.</summary>
    private static readonly string[] s_ofTheServersUser = ["pg_basebackup", "pg_ctl"];

    /// <summary>Those that only send a statement.</summary>
    private static readonly string[] s_ofAnyVersion = ["createdb", "dropdb"];

    public static IReadOnlyList<string> All { get; } =
        [.. s_ofAnyVersion, "pg_dump", "pg_dumpall", "pg_restore", .. s_ofTheServersUser];

    /// <summary>
    /// Makes programs of the server's major version commands of the shell: those beside the server's, or of the search path. What
    /// is missing where there is none.
    /// </summary>
    public static async Task<string?> InstallAsync(Shell shell, EmbeddedPostgresServer server, IEnumerable<string> programs)
    {
        var beside = (await PostgresBinaries.FindAsync()).BinDirectory;
        var user = await UnprivilegedUser.FindAsync(CancellationToken.None);
        foreach (var program in programs)
        {
            string[] places = [beside, .. Trust.Qualified(Environment.GetEnvironmentVariable("PATH"))];
            var path = Command.Find(program, places);
            var version = path is null ? null : await VersionAsync(path);
            if (version is null || (version != server.Version.Major && !s_ofAnyVersion.Contains(program)))
                return $"{program} {(path is null ? "is missing" : $"is of PostgreSQL {version}")}, the server of PostgreSQL "
                    + $"{server.Version.Major}.";
            string[] command = [path!];
            if (user is not null && s_ofTheServersUser.Contains(program))
                command = user.Wrap(command);
            shell.Install(program, string.Join(' ', command.Select(word => $"'{word}'")));
        }
        return null;
    }

    private static async Task<int?> VersionAsync(string program)
    {
        var said = await Command.RunBareAsync([program, "--version"], "/", s_timeout, CancellationToken.None);
        return PostgresBinaries.ParseVersion(said.Output)?.Major;
    }
}

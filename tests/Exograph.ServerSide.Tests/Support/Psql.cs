using System.Diagnostics;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>Runs scripts as a user does.</summary>
internal static class Psql
{
    /// <summary>What a script prints; it must not fail.</summary>
    public static Task<string> RunAsync(TestDatabase database, string script, string directory) =>
        RunAsync(database.Settings, script, directory);

    public static async Task<string> RunAsync(NpgsqlConnectionStringBuilder settings, string script, string directory)
    {
        var start = new ProcessStartInfo("psql", ["-X", "-v", "ON_ERROR_STOP=1", "-f", script])
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
                ["PGDATABASE"] = settings.Database,
            },
        };
        using var psql = Process.Start(start)!;
        var error = psql.StandardError.ReadToEndAsync();
        var output = await psql.StandardOutput.ReadToEndAsync();
        await psql.WaitForExitAsync();
        Assert.True(psql.ExitCode == 0, await error);
        return output;
    }
}

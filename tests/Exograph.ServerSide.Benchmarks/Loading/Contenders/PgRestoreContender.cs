using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>A check of the limit: PostgreSQL's own pg_restore of a dump of the same database, then ANALYZE.</summary>
internal sealed class PgRestoreContender : ILoadContender
{
    private const string Jobs = "2";

    public string Name => "pg_restore";

    public string Description => $"pg_restore -j{Jobs} of pg_dump -Fd -Z0, then ANALYZE, with the server's settings (memory: of its leader)";

    public Pace Pace => Pace.Whole;

    public bool WantsEmptyDatabase => true;

    public bool IsAvailable(BenchmarkServer server) =>
        File.Exists(Program(server.BinDirectory, "pg_dump")) && File.Exists(Program(server.BinDirectory, "pg_restore"));

    public Task PrepareInputAsync(InputContext context, CancellationToken cancellationToken) => ExternalProcess.RunAsync(
        [
            Program(context.BinDirectory, "pg_dump"), "-Fd", "-Z0", $"-j{Jobs}", "-f", DumpIn(context.Directory),
            .. Connect(context.Reference.ConnectionString),
        ], cancellationToken);

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        await context.PhaseAsync("pg_restore", async () =>
        {
            (_, context.PeakBytes) = await ExternalProcess.RunAsync(
                [
                    Program(settings.BinDirectory, "pg_restore"), $"-j{Jobs}", "--exit-on-error",
                    .. Connect(settings.ConnectionString), DumpIn(settings.Input),
                ], cancellationToken);
        }, cancellationToken);
        await context.AnalyzeAsync(cancellationToken);
    }

    private static string DumpIn(string directory) => Path.Combine(directory, "dump");

    private static string Program(string binDirectory, string name) =>
        Path.Combine(binDirectory, OperatingSystem.IsWindows() ? name + ".exe" : name);

    /// <summary>Npgsql's connection string as options of libpq's programs.</summary>
    private static IEnumerable<string> Connect(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        return ["-h", builder.Host!, "-p", $"{builder.Port}", "-U", builder.Username!, "-d", builder.Database!];
    }
}

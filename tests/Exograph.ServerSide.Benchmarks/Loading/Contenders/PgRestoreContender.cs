using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>A check of the yardsticks: PostgreSQL's own pg_restore -j of a dump of the same database, then ANALYZE.</summary>
internal sealed class PgRestoreContender(string name, IndexForm form) : ILoadContender
{
    public string Name => name;

    public string Description => $"pg_restore -j of pg_dump -Fd -Z0 of the index as {form}, then ANALYZE, with the server's settings"
        + " (memory: of its leader)";

    public IndexForm Form => form;

    public string UnfitForStanding => "a dump is restored into an empty database";

    public Pace Pace => Pace.Whole;

    public bool WantsEmptyDatabase => true;

    public bool IsAvailable(BenchmarkServer server) =>
        File.Exists(Program(server.BinDirectory, "pg_dump")) && File.Exists(Program(server.BinDirectory, "pg_restore"));

    public Task PrepareInputAsync(InputContext context, CancellationToken cancellationToken) => ExternalProcess.RunAsync(
        [
            Program(context.BinDirectory, "pg_dump"), "-Fd", "-Z0", $"-j{context.Jobs}", "-f", DumpIn(context.Directory),
            .. Connect(context.Reference.ConnectionString),
        ], cancellationToken);

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        await context.PhaseAsync("pg_restore", async () =>
        {
            (_, context.PeakBytes) = await ExternalProcess.RunAsync(
                [
                    Program(settings.BinDirectory, "pg_restore"), $"-j{settings.IndexJobs}", "--exit-on-error",
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

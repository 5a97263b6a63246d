using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>
/// The limit: the work of pg_restore for the very same final database. The final rows are copied into bare tables, by as many
/// streams as the loader has, then the same keys and indexes are built, the same foreign keys validated, and all is analyzed.
/// </summary>
internal sealed class RestoreContender : ILoadContender
{
    public const string ContenderName = "limit";

    public string Name => ContenderName;

    public string Description => "the limit: COPY of the final rows into bare tables, then keys, indexes, foreign keys, ANALYZE";

    public Pace Pace => Pace.Whole;

    public Task PrepareInputAsync(InputContext context, CancellationToken cancellationToken) =>
        IndexDump.WriteAsync(context.Reference, context.Directory, cancellationToken);

    public async Task PrepareDatabaseAsync(NpgsqlDataSource dataSource, string input, CancellationToken cancellationToken)
    {
        var dump = await IndexDump.ReadAsync(input, cancellationToken);
        await dump.Schema.StripAsync(dataSource, cancellationToken);
    }

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var (streams, jobs, input) = (context.Settings.Streams, context.Settings.IndexJobs, context.Settings.Input);
        var (schema, parts) = await IndexDump.ReadAsync(input, cancellationToken);
        await using var dataSource = await LoaderSettings.ApplyAsync(context.Settings.ConnectionString, cancellationToken);

        Task RunAllAsync(IEnumerable<string> statements) =>
            InParallelAsync(statements, jobs, (sql, token) => dataSource.RunAsync(sql, token), cancellationToken);

        await context.PhaseAsync("copying", () => InParallelAsync(
            parts, streams, (part, token) => IndexDump.CopyInAsync(dataSource, part, input, token), cancellationToken),
            cancellationToken);
        await context.PhaseAsync("index", async () =>
        {
            await RunAllAsync(schema.Indexes.Select(i => i.Create));
            foreach (var constraint in schema.Indexes.Select(i => i.AddConstraint).OfType<string>())
                await dataSource.RunAsync(constraint, cancellationToken);
        }, cancellationToken);
        await context.PhaseAsync(
            "validating foreign keys", () => RunAllAsync(schema.ForeignKeys.Select(k => k.Add)), cancellationToken);
        await context.AnalyzeAsync(cancellationToken);
    }

    private static Task InParallelAsync<T>(
        IEnumerable<T> items, int most, Func<T, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = most, CancellationToken = cancellationToken },
            async (item, token) => await work(item, token));
}

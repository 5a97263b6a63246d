using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>
/// A yardstick: the work of pg_restore -j for the very same final index, in either form. The final rows are copied into bare
/// tables, by as many streams as the loader has, then the same keys and indexes are built, several at once, the same foreign keys
/// validated, and all is analyzed.
/// </summary>
internal sealed class RestoreContender(string name, IndexForm form) : ILoadContender
{
    /// <summary>The yardstick of all: a row per pair of fragment and term.</summary>
    public const string OfRows = "restore-rows";

    /// <summary>The loader's own final tables.</summary>
    public const string OfSets = "restore-sets";

    public string Name => name;

    public string Description => (form == IndexForm.Rows
        ? "restore of the same index with a row per pair of fragment and term" : "restore of the loader's own final tables")
        + ": COPY into bare tables, then keys, indexes and foreign keys, several at once, ANALYZE";

    public Pace Pace => Pace.Whole;

    public IndexForm Form => form;

    public string UnfitForStanding => "a dump is restored into bare tables";

    public Task PrepareInputAsync(InputContext context, CancellationToken cancellationToken) =>
        IndexDump.WriteAsync(context.Reference, context.Directory, cancellationToken);

    public async Task PrepareDatabaseAsync(NpgsqlDataSource dataSource, string input, CancellationToken cancellationToken)
    {
        if (form == IndexForm.Rows)
            await RowForm.ApplyAsync(dataSource, cancellationToken);
        var dump = await IndexDump.ReadAsync(input, cancellationToken);
        await dump.Schema.StripAsync(dataSource, cancellationToken);
    }

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var (streams, jobs, input) = (context.Settings.Streams, context.Settings.IndexJobs, context.Settings.Input);
        var (schema, parts) = await IndexDump.ReadAsync(input, cancellationToken);
        await using var dataSource = await LoaderSettings.ApplyAsync(context.Settings.ConnectionString, cancellationToken);

        Task RunAllAsync(IEnumerable<string> statements) =>
            ContenderContext.InParallelAsync(jobs, statements, (sql, token) => dataSource.RunAsync(sql, token), cancellationToken);

        await context.PhaseAsync("copying", () => ContenderContext.InParallelAsync(
            streams, parts, (part, token) => IndexDump.CopyInAsync(dataSource, part, input, token), cancellationToken),
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
}

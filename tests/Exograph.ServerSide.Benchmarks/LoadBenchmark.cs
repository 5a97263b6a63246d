using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks;

/// <summary>Loads a generated corpus through the library and prints where the time went.</summary>
internal static class LoadBenchmark
{
    public static async Task RunAsync(NpgsqlDataSource dataSource, Corpus corpus, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{corpus.Fragments:N0} fragments in {corpus.Packages:N0} packages: {Corpus.Distributions}."));

        var watch = Stopwatch.StartNew();
        await using var session = await BulkLoad.BeginAsync(
            dataSource, new LoadOptions { Label = $"generated, {corpus.Fragments} fragments" }, cancellationToken);
        var staged = await StageAsync(session, corpus, cancellationToken);
        var staging = watch.Elapsed;
        var report = await session.FinalizeAsync(cancellationToken);
        var total = watch.Elapsed;

        await WriteAsync(report, staged, staging, total, output);
    }

    private static async Task<long> StageAsync(LoadSession session, Corpus corpus, CancellationToken cancellationToken)
    {
        Task<long> Stage<TRow>(IEnumerable<TRow> rows) where TRow : StagedRow =>
            Task.Run(() => session.StageAsync(rows.ToAsyncEnumerable(), cancellationToken), cancellationToken);

        var counts = await Task.WhenAll(
            Stage(corpus.PackageRows()), Stage(corpus.PackageVersionRows()), Stage(corpus.FileRows()), Stage(corpus.TermRows()),
            Stage(corpus.FragmentRows()), Stage(corpus.GraphNodeRows()), Stage(corpus.CommentRows()),
            Stage(corpus.DefinitionRows()), Stage(corpus.SymbolReferenceRows()), Stage(corpus.CallEdgeRows()),
            Stage(corpus.FragmentTermRows()));
        return counts.Sum();
    }

    private static async Task WriteAsync(LoadReport report, long staged, TimeSpan staging, TimeSpan total, TextWriter output)
    {
        using var process = Process.GetCurrentProcess();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""

            | phase | seconds | share |
            |---|--:|--:|
            | staging (COPY, generating included) | {staging.TotalSeconds:F1} | {staging / total:P0} |
            """));
        foreach (var group in report.Phases.GroupBy(p => p.Phase))
        {
            var time = TimeSpan.FromMilliseconds(group.Sum(p => p.Milliseconds));
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"| {group.Key} | {time.TotalSeconds:F1} | {time / total:P0} |"));
        }
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            | total | {total.TotalSeconds:F1} | 100 % |

            {staged:N0} rows staged, {report.Tables.Sum(t => t.Inserted):N0} inserted, {staged / total.TotalSeconds:N0} rows/s;
            WAL {report.Phases.Sum(p => p.WalBytes) / 1048576.0:N0} MiB; peak memory of this process {process.PeakWorkingSet64 / 1048576.0:N0} MiB.
            """));
    }
}

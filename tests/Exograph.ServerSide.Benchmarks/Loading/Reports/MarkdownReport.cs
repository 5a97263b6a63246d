namespace Exograph.ServerSide.Benchmarks.Loading.Reports;

/// <summary>Results for people: per corpus a table of the contenders, then one of the phases of the limit and the loader.</summary>
internal static class MarkdownReport
{
    private const double MiB = 1 << 20;

    public static void Write(LoadResults results, TextWriter output)
    {
        output.WriteLine($"""
            PostgreSQL {results.PostgresVersion}, {results.Processors} processors; {string.Join(", ", results.Settings)}.
            {results.Streams} COPY streams, {results.IndexJobs} index job(s) of the limit; medians of {results.Rounds} interleaved rounds.

            Corpus, seed {results.Seed}: {Corpus.Distributions}.
            """);
        foreach (var heat in results.Heats)
            Write(heat, output);
    }

    private static void Write(HeatResults heat, TextWriter output)
    {
        output.WriteLine($"""

            ## {heat.Fragments:N0} fragments in {heat.Packages:N0} packages, {heat.Rows:N0} rows

            Making the rows takes one processor {heat.GeneratingSeconds:F1} s, which is part of the time of all who make them.

            | contender | seconds | of rounds | rows/s | to the limit | to the loader | WAL, MiB | to the limit | peak, MiB | index |
            |---|--:|--:|--:|--:|--:|--:|--:|--:|---|
            """);
        foreach (var contender in heat.Contenders)
        {
            output.WriteLine($"| {contender.Name} | {contender.Seconds:F2} | {contender.Fastest:F2}–{contender.Slowest:F2} "
                + $"| {heat.Rows / contender.Seconds:N0} | {contender.Seconds / heat.Limit.Seconds:F2} "
                + $"| {contender.Seconds / heat.Loader.Seconds:F2} | {contender.WalBytes / MiB:N0} "
                + $"| {contender.WalBytes / heat.Limit.WalBytes:F2} | {contender.PeakBytes / MiB:N0} "
                + $"| {(contender.Differences.Count == 0 ? "same" : "DIFFERS")} |");
        }
        output.WriteLine();
        foreach (var contender in heat.Contenders)
            output.WriteLine($"- {contender.Name}: {contender.Description}");
        foreach (var contender in heat.Contenders)
        {
            foreach (var difference in contender.Differences)
                output.WriteLine($"- {contender.Name} differs in {difference}");
        }
        WritePhases(heat, output);
    }

    private static void WritePhases(HeatResults heat, TextWriter output)
    {
        output.WriteLine($"""

            | contender | phase | seconds | share | WAL, MiB |
            |---|---|--:|--:|--:|
            """);
        foreach (var contender in heat.Contenders)
        {
            foreach (var kind in contender.Phases.GroupBy(p => KindOf(p.Phase)))
            {
                var seconds = kind.Sum(p => p.Seconds);
                output.WriteLine($"| {contender.Name} | {kind.Key} | {seconds:F2} | {seconds / contender.Seconds:P0} "
                    + $"| {kind.Sum(p => p.WalBytes) / MiB:N0} |");
            }
        }
    }

    /// <summary>Many phases end in the table that they are about, as "indexing comments".</summary>
    private static string KindOf(string phase) =>
        phase.Split(' ', '.') is [var kind, .., var table] && IndexTables.All.Contains(table) ? kind : phase;
}

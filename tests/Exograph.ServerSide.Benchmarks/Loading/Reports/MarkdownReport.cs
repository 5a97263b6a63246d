namespace Exograph.ServerSide.Benchmarks.Loading.Reports;

/// <summary>Results for people: per corpus a table of the contenders, and one of their phases.</summary>
internal static class MarkdownReport
{
    private const double MiB = 1 << 20;

    public static void Write(LoadResults results, TextWriter output)
    {
        output.WriteLine($"""
            PostgreSQL {results.PostgresVersion}, {results.Processors} processors; {string.Join(", ", results.Settings)}.
            {results.Streams} COPY streams; the limit builds {results.IndexJobs} index(es) at once. Medians of {results.Rounds} rounds.

            Each contender has a fresh database and a process of its own, and begins after a checkpoint. Its time ends when
            everything is committed, indexed and analyzed; WAL is what the server wrote meanwhile. "same": a digest of every
            table in terms of natural keys equals that of the loader's, and it has the same valid indexes and foreign keys. Who would take hours loads a smaller corpus; the limit
            and the loader load that one as well, and ratios are to them there.

            Corpus, seed {results.Seed}: {Corpus.Distributions}.
            """);
        foreach (var heat in results.Heats)
            Write(heat, output);
    }

    private static void Write(HeatResults heat, TextWriter output)
    {
        output.WriteLine($"""

            ## {heat.Fragments:N0} fragments in {heat.Packages:N0} packages, {heat.Rows:N0} rows

            Making the rows takes one processor {heat.GeneratingSeconds:F1} s: part of the time of all who read no files.
            The limit has the settings that finalize_load gives itself: {string.Join(", ", heat.LoaderSettings)}.

            | contender | seconds | rounds | rows/s | to limit | to loader | WAL, MiB | to limit | peak, MiB | index |
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
        WriteSizes(heat, output);
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

    private static void WriteSizes(HeatResults heat, TextWriter output)
    {
        static string Row(string title, IEnumerable<TableSize> sizes) =>
            $"| {title} | {sizes.Sum(s => s.Rows):N0} | {sizes.Sum(s => s.HeapBytes) / MiB:N0} "
            + $"| {sizes.Sum(s => s.IndexBytes) / MiB:N0} |";

        output.WriteLine($"""

            | table | rows | heap, MiB | indexes, MiB |
            |---|--:|--:|--:|
            {string.Join("\n", heat.Sizes.Select(s => Row(s.Table, [s])))}
            {Row("all", heat.Sizes)}
            """);
    }

    /// <summary>Many phases end in the table that they are about, as "index comments".</summary>
    private static string KindOf(string phase) =>
        phase.Split(' ', '.') is [var kind, .., var table] && IndexTables.All.Contains(table) ? kind : phase;
}

using Exograph.ServerSide.Benchmarks.Loading.Contenders;

namespace Exograph.ServerSide.Benchmarks.Loading.Reports;

/// <summary>Results for people: per corpus a table of the contenders, and one of their phases.</summary>
internal static class MarkdownReport
{
    private const double MiB = 1 << 20;

    public static void Write(LoadResults results, TextWriter output)
    {
        output.WriteLine($"""
            PostgreSQL {results.PostgresVersion}, {results.Processors} processors; {string.Join(", ", results.Settings)}.
            {results.Streams} COPY streams; restores build {results.IndexJobs} index(es) at once. Medians of {results.Rounds} rounds, with the least and the most.

            Each contender has a fresh database and a process of its own, and begins after a checkpoint. Its time ends when
            everything is committed, indexed and analyzed. Ratios are of times in the same round. CPU is processor time, of all
            processes of the server and of the client with what it starts; WAL is what the server wrote meanwhile. "same": a
            digest of every table in terms of natural keys, of terms in pairs, equals that of the loader's, and there are the
            same valid indexes and foreign keys (of DuckDB the rows alone are compared). Who would take hours loads a smaller
            corpus; the restores and the loader load that one as well, and ratios are to them there.

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
            The restores have the settings that finalize_load gives itself: {string.Join(", ", heat.LoaderSettings)}.

            | contender | seconds | to {RestoreContender.OfRows} | to {RestoreContender.OfSets} | to {LibraryContender.ContenderName} | server CPU, s | client CPU, s | CPU to {RestoreContender.OfRows} | WAL, MiB | peak, MiB | index, MiB | of it terms | index to {RestoreContender.OfRows} | contents |
            |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|
            """);
        foreach (var contender in heat.Contenders)
        {
            output.WriteLine($"| {contender.Name} | {contender.Seconds} | {contender.RatioTo(heat.RowsRestored)} "
                + $"| {contender.RatioTo(heat.SetsRestored)} | {contender.RatioTo(heat.Loader)} "
                + $"| {contender.ServerSeconds} | {contender.ClientSeconds} | {contender.ProcessorRatioTo(heat.RowsRestored)} "
                + $"| {contender.WalBytes / MiB:N0} | {contender.PeakBytes / MiB:N0} | {contender.Bytes / MiB:N1} | {contender.TermBytes / MiB:N1} "
                + $"| {(double)contender.Bytes / heat.RowsRestored.Bytes:F2} "
                + $"| {(contender.Differences.Count == 0 ? "same" : "DIFFERS")} |");
        }
        output.WriteLine();
        foreach (var contender in heat.Contenders)
            output.WriteLine($"- {contender.Name}: {contender.Description}");
        foreach (var unfit in heat.Contenders.Where(c => c.UnfitForStanding is not null).GroupBy(c => c.UnfitForStanding))
            output.WriteLine($"- not into an index that holds rows: {string.Join(", ", unfit.Select(c => c.Name))}: {unfit.Key}");
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
                output.WriteLine($"| {contender.Name} | {kind.Key} | {seconds:F2} | {seconds / contender.Seconds.Median:P0} "
                    + $"| {kind.Sum(p => p.WalBytes) / MiB:N0} |");
            }
        }
    }

    private static void WriteSizes(HeatResults heat, TextWriter output)
    {
        string Row(string title, Func<string, bool> isMeant)
        {
            string Size(ContenderResults contender)
            {
                var sizes = contender.Sizes.Where(s => isMeant(s.Table)).ToList();
                return $"{sizes.Sum(s => s.HeapBytes) / MiB:N0} | {sizes.Sum(s => s.IndexBytes) / MiB:N0}";
            }
            var rows = heat.Tables.Where(t => isMeant(t.Table)).Sum(t => t.Rows);
            return $"| {title} | {rows:N0} | {Size(heat.Loader)} | {Size(heat.RowsRestored)} |";
        }

        output.WriteLine($"""

            | table | rows | {heat.Loader.Name}: heap, MiB | indexes, MiB | {heat.RowsRestored.Name}: heap, MiB | indexes, MiB |
            |---|--:|--:|--:|--:|--:|
            {string.Join("\n", heat.Tables.Select(t => Row(t.Table, t.Table.Equals)))}
            {Row("all", _ => true)}
            """);
    }

    /// <summary>Many phases end in the table that they are about, as "index comments".</summary>
    private static string KindOf(string phase) =>
        phase.Split(' ', '.') is [var kind, .., var table] && IndexTables.All.Contains(IndexTables.Told(table)) ? kind : phase;
}

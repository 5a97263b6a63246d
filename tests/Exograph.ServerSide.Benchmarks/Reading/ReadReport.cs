using System.Globalization;

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary>Results for people: a table per kind of question.</summary>
internal static class ReadReport
{
    private const double MiB = 1 << 20;

    public static void WriteHead(string server, int rounds, TextWriter output) => output.WriteLine($"""
        {server}

        The index is loaded by the library and vacuumed; another one, of the same rows, has text indexes (exograph-load migrate
        --text-search). DuckDB has the same rows in the tables of the benchmark load, in this process. Every question is put to both
        in turn, as text that is parsed and planned each time, with the same arguments; a figure is the mean of these, from sending
        the query until all rows are read. First: in a new session of either. Then medians of {rounds} rounds, with the least and the
        most; ratios are of the same round; rows of all arguments. An answer that is not the same from both is an error. Cold: once, with
        the first argument, after the server was started again, the file of DuckDB opened again, and the system's page cache dropped.
        """);

    public static void Write(ReadResults results, TextWriter output)
    {
        output.WriteLine($"""

            ## {results.Corpus}

            {string.Join(", ", results.Tables.Select(t => $"{t.Table} {t.Rows:N0}"))}.

            | index | load, s | MiB | files, MiB | comments, MiB |
            |---|--:|--:|--:|--:|
            {Row("ours", results.Cost)}
            {Row("ours, text indexes", results.CostOfTextSearch)}
            | DuckDB | | {results.DuckDbBytes / MiB:N0} | | |
            """);
        var isCold = results.Questions.Any(q => q.Cold is not null);
        foreach (var kind in results.Questions.GroupBy(q => q.Question.Kind))
        {
            output.WriteLine($"""

                | {Title(kind.Key)} | ours, ms | DuckDB, ms | ours / DuckDB | first: ours | DuckDB |{(isCold ? " cold: ours | DuckDB |" : "")} rows |
                |---|--:|--:|--:|--:|--:|{(isCold ? "--:|--:|" : "")}--:|
                """);
            foreach (var question in kind)
            {
                output.WriteLine($"| {question.Question.Name} | {question.Ours} | {question.DuckDb} | {question.Ratio} "
                    + $"| {question.First.Ours:F2} | {question.First.DuckDb:F2} "
                    + (question.Cold is { } cold ? $"| {cold.Ours:F2} | {cold.DuckDb:F2} " : "") + $"| {question.Rows:N0} |");
            }
        }
        if (results.Unasked.Count > 0)
            output.WriteLine($"\nNothing to ask for: {string.Join("; ", results.Unasked)}.");
        foreach (var question in results.Questions)
        {
            foreach (var difference in question.Differences)
                output.WriteLine($"\nDIFFERS: {question.Question.Name}: {difference}");
        }
    }

    private static string Row(string title, IndexCost cost)
    {
        string Size(string table) => $"{cost.Sizes.Single(s => s.Table == table).Bytes / MiB:N0}";
        return string.Create(CultureInfo.InvariantCulture,
            $"| {title} | {cost.Seconds:F1} | {cost.Bytes / MiB:N0} | {Size("files")} | {Size("comments")} |");
    }

    private static string Title(QuestionKind kind) => kind switch
    {
        QuestionKind.LookUp => "look-ups",
        QuestionKind.Search => "searches",
        QuestionKind.Traversal => "traversals",
        QuestionKind.Find => "exograph_find",
        _ => "aggregates",
    };
}

using System.Globalization;

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary>A question with what it has taken so far.</summary>
internal sealed class AskedQuestion(Question question, IReadOnlyList<(string Ours, string DuckDb)> queries)
{
    private readonly List<(double Ours, double DuckDb)> _rounds = [];
    private readonly List<string> _differences = [];
    private long _rows;
    private (double Ours, double DuckDb)? _cold;

    public bool NeedsTextIndexes => question.NeedsTextIndexes;

    public void Ask(AskedDatabase ours, AskedDatabase duckDb, bool isOursFirst)
    {
        var (oursTook, duckDbTook) = (0.0, 0.0);
        foreach (var query in queries)
        {
            var early = isOursFirst ? ours.Ask(query.Ours) : duckDb.Ask(query.DuckDb);
            var late = isOursFirst ? duckDb.Ask(query.DuckDb) : ours.Ask(query.Ours);
            var (mine, other) = isOursFirst ? (early, late) : (late, early);
            oursTook += mine.Milliseconds / queries.Count;
            duckDbTook += other.Milliseconds / queries.Count;
            if (_rounds.Count == 0)
                Compare(query.Ours, mine, other);
        }
        _rounds.Add((oursTook, duckDbTook));
    }

    /// <summary>With the first arguments, once.</summary>
    public void AskCold(AskedDatabase ours, AskedDatabase duckDb) =>
        _cold = (ours.Ask(queries[0].Ours).Milliseconds, duckDb.Ask(queries[0].DuckDb).Milliseconds);

    public QuestionResults Results() => new()
    {
        Question = question,
        Rows = _rows,
        Cold = _cold,
        First = _rounds[0],
        Rounds = _rounds[1..],
        Differences = _differences,
    };

    private void Compare(string query, Answer ours, Answer duckDb)
    {
        _rows += ours.Rows.Count;
        var (mine, others) = (ours.Lines, duckDb.Lines);
        if (mine.SequenceEqual(others))
            return;
        var row = Enumerable.Range(0, Math.Max(mine.Count, others.Count))
            .First(n => mine.ElementAtOrDefault(n) != others.ElementAtOrDefault(n));
        _differences.Add(string.Create(CultureInfo.InvariantCulture,
            $"{mine.Count:N0} rows and {others.Count:N0}; row {row + 1:N0} is \"{mine.ElementAtOrDefault(row)}\" and "
            + $"\"{others.ElementAtOrDefault(row)}\": {query}"));
    }
}

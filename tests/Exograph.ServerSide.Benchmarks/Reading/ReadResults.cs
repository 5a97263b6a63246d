using Exograph.ServerSide.Benchmarks.Loading;

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary>What was measured of one index.</summary>
internal sealed record ReadResults
{
    public required string Corpus { get; init; }

    /// <summary>Rows by table, pairs of fragment and term.</summary>
    public required IReadOnlyList<(string Table, long Rows)> Tables { get; init; }

    /// <summary>What loading took, and what the index takes.</summary>
    public required IndexCost Cost { get; init; }

    /// <summary>The same of an index that has those for searching texts.</summary>
    public required IndexCost CostOfTextSearch { get; init; }

    public required long DuckDbBytes { get; init; }

    public required IReadOnlyList<QuestionResults> Questions { get; init; }

    /// <summary>Questions for which the index has no arguments.</summary>
    public required IReadOnlyList<string> Unasked { get; init; }

    public bool IsSame => Questions.All(q => q.Differences.Count == 0);
}

/// <summary>What a question took, in milliseconds each time it was put: the mean of its arguments.</summary>
internal sealed record QuestionResults
{
    public required Question Question { get; init; }

    /// <summary>Rows that were returned in all.</summary>
    public required long Rows { get; init; }

    /// <summary>In a new session.</summary>
    public required (double Ours, double DuckDb) First { get; init; }

    /// <summary>With nothing in memory, and one argument; null where it was not asked so.</summary>
    public required (double Ours, double DuckDb)? Cold { get; init; }

    /// <summary>Afterwards.</summary>
    public required IReadOnlyList<(double Ours, double DuckDb)> Rounds { get; init; }

    /// <summary>Where the answers differ, in words.</summary>
    public required IReadOnlyList<string> Differences { get; init; }

    public Spread Ours => Spread.Of(Rounds.Select(r => r.Ours));

    public Spread DuckDb => Spread.Of(Rounds.Select(r => r.DuckDb));

    /// <summary>Ours in multiples of DuckDB's in the same round.</summary>
    public Spread Ratio => Spread.Of(Rounds.Select(r => r.Ours / r.DuckDb));
}

/// <summary>What an index costs.</summary>
internal sealed record IndexCost(double Seconds, IReadOnlyList<TableSize> Sizes)
{
    public long Bytes => Sizes.Sum(s => s.Bytes);
}

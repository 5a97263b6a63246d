namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>Something the note says, as comparisons of two methods each.</summary>
internal sealed record Claim
{
    public required string Statement { get; init; }

    /// <summary>Whether the second of two methods should be the faster one, or should not.</summary>
    public bool SecondIsFaster { get; init; } = true;

    public required IReadOnlyList<Comparison> Comparisons { get; init; }

    /// <summary>What to know when reading the figures.</summary>
    public string Remark { get; init; } = "";

    public Verdict Judge(Outcome outcome) =>
        outcome.Speed == Speed.Same ? Verdict.Open
        : outcome.Speed == Speed.Faster == SecondIsFaster ? Verdict.Holds
        : Verdict.Fails;
}

/// <summary>Two methods on tables of so many levels; the COPY of the input may count for the second.</summary>
internal sealed record Comparison(int Levels, string First, string Second, bool WithCopy = false)
{
    private const double Clear = 1.05;

    /// <summary>
    /// The first's time a row divided by the second's. A difference is clear where it exceeds 5 % and every round has the same sign.
    /// </summary>
    public Outcome Compare(Measurement first, Measurement second, double copyMicroseconds)
    {
        var copy = WithCopy ? copyMicroseconds : 0;
        var ratio = first.MicrosecondsPerRow / (second.MicrosecondsPerRow + copy);
        double[] rounds =
        [
            .. first.Rounds.Zip(second.Rounds, (a, b) => a.Seconds / first.Rows * 1e6 / (b.Seconds / second.Rows * 1e6 + copy)),
        ];
        var speed = ratio > Clear && rounds.All(r => r > 1) ? Speed.Faster
            : ratio < 1 / Clear && rounds.All(r => r < 1) ? Speed.Slower
            : Speed.Same;
        return new Outcome(first.Percent, ratio, speed);
    }
}

/// <summary>How the second method did against the first.</summary>
internal readonly record struct Outcome(int Percent, double Ratio, Speed Speed);

internal enum Speed
{
    Faster,
    Same,
    Slower,
}

internal enum Verdict
{
    Holds,
    Open,
    Fails,
}

/// <summary>What the note claims.</summary>
internal static class Claims
{
    public static IReadOnlyList<Claim> All { get; } =
    [
        new()
        {
            Statement = "Row-based import from the client suffers from the client-server bottleneck: fewer round trips, less time",
            Comparisons =
            [
                new(1, "1", "2"), new(1, "1", "5c"), new(1, "2", "5c"), new(1, "2", "3a", WithCopy: true),
                new(3, "1", "2"), new(3, "1", "6c"), new(3, "2", "6c"), new(3, "2", "3a", WithCopy: true),
            ],
        },
        new()
        {
            Statement = "A trigger beats column-based import",
            Comparisons =
            [
                new(1, "3a", "4a"), new(1, "3a", "5a"), new(1, "3b", "5f"),
                new(3, "3a", "4a"), new(3, "3a", "5a"), new(3, "3a", "6a"), new(3, "3b", "6d"),
            ],
        },
        new()
        {
            Statement = "Trigger normalization, one pass for all tables, beats a pass for each table",
            Comparisons = [new(3, "4a", "6a"), new(3, "5a", "6a"), new(3, "5a", "6d")],
        },
        new()
        {
            Statement = "Dup-return saves the re-fetch",
            Remark = "4a and 7b differ by the re-fetch alone; the tables of 7a have neither ids nor an index on them. Where all keys are "
                + "distinct nothing is fetched again.",
            Comparisons = [new(1, "4a", "7b"), new(1, "4a", "7a"), new(1, "5a", "7a"), new(1, "4d", "7c"), new(3, "6a", "7a")],
        },
        new()
        {
            Statement = "Hash indexes are no faster than B-trees",
            Remark = "No clear difference speaks for it too.",
            SecondIsFaster = false,
            Comparisons = [new(1, "5a", "5d"), new(1, "5a", "5e")],
        },
        new()
        {
            Statement = "Removing duplicates first does not help",
            Remark = "No clear difference speaks for it too. The rows left out are joined back to get their keys.",
            SecondIsFaster = false,
            Comparisons = [new(1, "4a", "4b"), new(1, "5a", "5b"), new(3, "6a", "6b")],
        },
    ];
}

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>Something the note says, as comparisons of two methods each.</summary>
internal sealed record Claim(string Statement, IReadOnlyList<Comparison> Comparisons)
{
    /// <summary>Whether the second of two methods should be the faster one, or should not.</summary>
    public bool ClaimsGain { get; init; } = true;

    /// <summary>What to know when reading the figures.</summary>
    public string Remark { get; init; } = "";

    public Verdict Judge(Outcome outcome) => DupSelect.Judge.Of(ClaimsGain, outcome.Ratios);
}

/// <summary>Two methods on tables of so many levels; the COPY of the input may count for the second.</summary>
internal sealed record Comparison(int Levels, string First, string Second, bool WithCopy = false)
{
    public string Text => $"{First} : {Second}{(WithCopy ? " with COPY" : "")}";

    public Outcome Compare(Measurement first, Measurement second) => new(
        first.Rows, first.Percent, first.Seconds / second.Rounds.Min(Seconds),
        [.. first.Rounds.Zip(second.Rounds, (a, b) => a.Seconds / Seconds(b))]);

    private double Seconds(Cost second) => second.Seconds + (WithCopy ? second.CopySeconds : 0);
}

/// <summary>The first method's time divided by the second's at one size and share: of the fastest rounds, and by round.</summary>
internal sealed record Outcome(int Rows, int Percent, double Ratio, IReadOnlyList<double> Ratios);

/// <summary>What the note claims.</summary>
internal static class Claims
{
    public static IReadOnlyList<Claim> All { get; } =
    [
        new("Row-based import from the client suffers from the client-server bottleneck: fewer round trips, less time",
        [
            new(1, "1", "2"), new(1, "1", "5g"), new(1, "2", "5g"), new(1, "1", "5c"), new(1, "2", "5c"),
            new(1, "2", "3a", WithCopy: true),
            new(3, "1", "2"), new(3, "1", "6e"), new(3, "2", "6e"), new(3, "1", "6c"), new(3, "2", "6c"),
            new(3, "2", "3c", WithCopy: true),
        ])
        {
            Remark = "By 1, 2, 5g and 6e the client gets the key of every row, by COPY (5c, 6c) none; those of 3a and 3c "
                + "stay in the server.",
        },
        new("A trigger beats column-based import",
        [
            new(1, "3a", "4a"), new(1, "3a", "5a"), new(1, "3b", "5f"),
            new(3, "3a", "4a"), new(3, "3a", "6a"), new(3, "3b", "6d"), new(3, "3c", "4a"), new(3, "3c", "5a"),
            new(3, "3c", "6a"),
        ]),
        new("Trigger normalization, one pass for all tables, beats a pass for each table",
            [new(3, "4a", "6a"), new(3, "5a", "6a"), new(3, "5a", "6d")]),
        new("Dup-return saves the re-fetch",
            [new(1, "4a", "7b"), new(1, "4a", "7a"), new(1, "5a", "7a"), new(1, "4d", "7c"), new(3, "6a", "7a")])
        {
            Remark = "4a and 7b differ by the re-fetch alone; the tables of 7a and 7c have neither ids nor an index on them. "
                + "Where all keys are distinct nothing is fetched again.",
        },
        new("Hash indexes are no faster than B-trees", [new(1, "5a", "5d"), new(1, "5a", "5e")]) { ClaimsGain = false },
        new("Removing duplicates first does not help", [new(1, "4a", "4b"), new(1, "5a", "5b"), new(3, "6a", "6b")])
        {
            ClaimsGain = false,
            Remark = "The rows left out are joined back to get their keys.",
        },
    ];
}

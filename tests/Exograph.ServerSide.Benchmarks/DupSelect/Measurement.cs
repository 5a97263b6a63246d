namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>What one run of a method took, and what the COPY of its input took into the table that methods 3 to 7 read.</summary>
internal readonly record struct Cost(double Seconds, long WalBytes, long Xids, long? BurntIds)
{
    public double CopySeconds { get; init; }
}

/// <summary>
/// A method at one size and share of distinct keys, in all rounds. The lowest counts: what comes on top of it is other work.
/// </summary>
internal sealed record Measurement(Method Method, int Rows, int Keys, int Percent, IReadOnlyList<Cost> Rounds)
{
    public double Seconds { get; } = Rounds.Min(r => r.Seconds);

    public double MicrosecondsPerRow => Seconds / Rows * 1e6;

    /// <summary>The slowest round by the fastest.</summary>
    public double Spread => Rounds.Max(r => r.Seconds) / Seconds;

    public long WalBytes { get; } = Rounds.Min(r => r.WalBytes);

    public long Xids { get; } = Rounds.Min(r => r.Xids);

    /// <summary>Sequence values that no row carries; null where there is no sequence.</summary>
    public long? BurntIds { get; } = Same(Method, Rounds);

    /// <summary>How often a row of a table was wanted that stood already.</summary>
    public long Duplicates => (long)Method.Levels * Rows - FlatRows.TableRows(Method.Levels, Keys);

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static long? Same(Method method, IReadOnlyList<Cost> rounds) =>
        rounds.Select(r => r.BurntIds).Distinct().ToArray() is [var burnt]
            ? burnt
            : throw new WrongResultException($"{method.FullName}: rounds of the same input burnt different numbers of ids.");
}

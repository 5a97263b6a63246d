namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>A method at one size and share of distinct keys, in all rounds.</summary>
internal sealed record Measurement(Method Method, int Rows, int Keys, int Percent, IReadOnlyList<Cost> Rounds)
{
    public double Seconds { get; } = Median(Rounds.Select(r => r.Seconds));

    public double WalBytes { get; } = Median(Rounds.Select(r => r.WalBytes));

    public long? BurntIds => Rounds[0].BurntIds;

    public double MicrosecondsPerRow => Seconds / Rows * 1e6;

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

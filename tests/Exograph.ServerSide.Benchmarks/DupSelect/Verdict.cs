namespace Exograph.ServerSide.Benchmarks.DupSelect;

internal enum Verdict
{
    Holds,
    Open,
    Fails,
}

/// <summary>What rounds say of a claim.</summary>
internal static class Judge
{
    /// <summary>Less than 5 % is no gain.</summary>
    public const double Gain = 1.05;

    /// <summary>
    /// Of the first method's time divided by the second's, by round. Every round must lie on one side of what counts as a gain:
    /// what the rounds do not agree on is open.
    /// </summary>
    public static Verdict Of(bool claimsGain, IReadOnlyCollection<double> ratios)
    {
        if (ratios.Count == 0)
            throw new ArgumentException("Without rounds there is no verdict.", nameof(ratios));
        var gains = ratios.Count(r => r > Gain);
        if (gains != 0 && gains != ratios.Count)
            return Verdict.Open;
        return gains > 0 == claimsGain ? Verdict.Holds : Verdict.Fails;
    }

    /// <summary>How often rounds agree where there is nothing but chance.</summary>
    public static double Chance(int rounds) => Math.Min(1, 2 * Math.Pow(0.5, rounds));
}

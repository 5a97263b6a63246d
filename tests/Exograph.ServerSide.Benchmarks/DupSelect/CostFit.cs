namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>What a coefficient is multiplied by, for n rows with m distinct keys, and how it is printed.</summary>
internal sealed record CostTerm(string Name, string Unit, double UnitsPerSecond, Func<int, int, double> Of);

/// <summary>What seconds are made of, as a sum of terms.</summary>
internal sealed record CostForm(string Text, IReadOnlyList<CostTerm> Terms)
{
    private static readonly CostTerm s_constant = new("c", "ms", 1e3, (_, _) => 1);

    /// <summary>Rows, and the sorting or indexing of keys. It has no term for what a duplicate costs.</summary>
    public static CostForm Sorting { get; } = new("a n + b m log2 m + c",
        [new("a", "µs", 1e6, (n, _) => n), new("b", "µs", 1e6, (_, m) => m * Math.Log2(m)), s_constant]);

    /// <summary>Duplicates and new rows, each at a price of its own.</summary>
    public static CostForm Outcomes { get; } = new("d (n - m) + r m + c",
        [new("d", "µs", 1e6, (n, m) => n - m), new("r", "µs", 1e6, (_, m) => m), s_constant]);
}

/// <summary>Seconds that n rows with m distinct keys took, by round.</summary>
internal sealed record CostPoint(int Rows, int Keys, IReadOnlyList<double> Seconds);

/// <summary>
/// The coefficients, none of them negative, that come nearest to the seconds of the fastest rounds, by relative error; null where
/// the rounds do not tell a coefficient from 0.
/// </summary>
internal sealed record CostFit(IReadOnlyList<double?> Coefficients, double RelativeError)
{
    // A term that nowhere makes 1 % of the seconds is noise.
    private const double LeastShare = 0.01;

    public static CostFit Of(CostForm form, IReadOnlyList<CostPoint> points)
    {
        // A coefficient that is 0 for any single round may be 0.
        int[] all = [.. Enumerable.Range(0, form.Terms.Count)];
        var terms = all;
        for (var round = 0; round < points[0].Seconds.Count; round++)
            terms = [.. terms.Intersect(Told(Rows(form, points, p => p.Seconds[round]), all))];

        var rows = Rows(form, points, p => p.Seconds.Min());
        terms = Told(rows, terms);
        var coefficients = LeastSquares.NearestToOne(rows, terms);
        return new CostFit(
            [.. coefficients.Select((c, i) => terms.Contains(i) ? c : (double?)null)], LeastSquares.Error(rows, coefficients));
    }

    /// <summary>Terms by the seconds: the seconds then are 1, and errors are relative.</summary>
    private static double[][] Rows(CostForm form, IReadOnlyList<CostPoint> points, Func<CostPoint, double> seconds) =>
        [.. points.Select(p => form.Terms.Select(t => t.Of(p.Rows, p.Keys) / seconds(p)).ToArray())];

    private static int[] Told(double[][] rows, int[] terms)
    {
        var coefficients = LeastSquares.NearestToOne(rows, terms);
        return [.. terms.Where(i => rows.Max(row => row[i] * coefficients[i]) >= LeastShare)];
    }
}

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>seconds = a * n + b * m * log2(m) + c, none of them negative, by least squares.</summary>
internal sealed record CostFit(double A, double B, double C, double RSquared)
{
    public static CostFit Of(IReadOnlyCollection<(int Rows, int Keys, double Seconds)> points)
    {
        double[][] terms = [.. points.Select(p => new[] { p.Rows, p.Keys * Math.Log2(p.Keys), 1.0 })];
        double[] seconds = [.. points.Select(p => p.Seconds)];

        // A coefficient that would be negative is held at 0. Of three there are seven selections: the best that is feasible wins.
        var best = new double[3];
        var bestError = Error(terms, seconds, best);
        for (var selection = 1; selection < 8; selection++)
        {
            var candidate = Solve(terms, seconds, [.. Enumerable.Range(0, 3).Where(i => (selection >> i & 1) == 1)]);
            if (candidate is null || candidate.Any(double.IsNegative))
                continue;
            var error = Error(terms, seconds, candidate);
            if (error < bestError)
                (best, bestError) = (candidate, error);
        }
        var mean = seconds.Average();
        return new CostFit(best[0], best[1], best[2], 1 - bestError / seconds.Sum(s => (s - mean) * (s - mean)));
    }

    private static double Error(double[][] terms, double[] seconds, double[] coefficients) =>
        terms.Zip(seconds, (term, s) => Math.Pow(s - term.Zip(coefficients, (t, c) => t * c).Sum(), 2)).Sum();

    /// <summary>The normal equations of the selected terms, by elimination; null where they have no single solution.</summary>
    private static double[]? Solve(double[][] terms, double[] seconds, int[] selected)
    {
        // Terms differ by a factor of 100,000; scaled to length 1 they lose no digits.
        double[] scale = [.. selected.Select(i => Math.Sqrt(terms.Sum(t => t[i] * t[i])))];
        if (scale.Contains(0))
            return null;
        var size = selected.Length;
        var matrix = new double[size, size + 1];
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
                matrix[row, column] = terms.Sum(t => t[selected[row]] * t[selected[column]]) / (scale[row] * scale[column]);
            matrix[row, size] = terms.Zip(seconds, (t, s) => t[selected[row]] * s).Sum() / scale[row];
        }
        for (var pivot = 0; pivot < size; pivot++)
        {
            // The matrix is positive definite unless terms depend on each other: no exchange of rows is needed.
            if (matrix[pivot, pivot] < 1e-12)
                return null;
            for (var row = 0; row < size; row++)
            {
                if (row == pivot)
                    continue;
                var factor = matrix[row, pivot] / matrix[pivot, pivot];
                for (var column = pivot; column <= size; column++)
                    matrix[row, column] -= factor * matrix[pivot, column];
            }
        }
        var coefficients = new double[3];
        for (var i = 0; i < size; i++)
            coefficients[selected[i]] = matrix[i, size] / matrix[i, i] / scale[i];
        return coefficients;
    }
}

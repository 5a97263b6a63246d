namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>Linear least squares without negative coefficients.</summary>
internal static class LeastSquares
{
    /// <summary>The coefficients of the selected terms, 0 for the others, that bring the sum of each row nearest to 1.</summary>
    public static double[] NearestToOne(double[][] rows, int[] selected)
    {
        // A coefficient that would be negative is held at 0: of all selections the best that is feasible wins.
        var best = new double[rows[0].Length];
        for (var mask = 1; mask < 1 << selected.Length; mask++)
        {
            var candidate = Solve(rows, [.. selected.Where((_, i) => (mask >> i & 1) == 1)]);
            if (candidate is not null && !candidate.Any(double.IsNegative) && Error(rows, candidate) < Error(rows, best))
                best = candidate;
        }
        return best;
    }

    /// <summary>The root of the mean square of what is missing to 1.</summary>
    public static double Error(double[][] rows, double[] coefficients) =>
        Math.Sqrt(rows.Average(row => Math.Pow(1 - row.Zip(coefficients, (term, c) => term * c).Sum(), 2)));

    /// <summary>The normal equations of the selected terms, by elimination; null where they have no single solution.</summary>
    private static double[]? Solve(double[][] rows, int[] selected)
    {
        // Terms differ by a factor of 100,000; scaled to length 1 they lose no digits.
        double[] scale = [.. selected.Select(i => Math.Sqrt(rows.Sum(row => row[i] * row[i])))];
        if (scale.Contains(0))
            return null;
        var size = selected.Length;
        var matrix = new double[size, size + 1];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
                matrix[i, j] = rows.Sum(row => row[selected[i]] * row[selected[j]]) / (scale[i] * scale[j]);
            matrix[i, size] = rows.Sum(row => row[selected[i]]) / scale[i];
        }
        if (!Eliminate(matrix, size))
            return null;
        var coefficients = new double[rows[0].Length];
        for (var i = 0; i < size; i++)
            coefficients[selected[i]] = matrix[i, size] / matrix[i, i] / scale[i];
        return coefficients;
    }

    private static bool Eliminate(double[,] matrix, int size)
    {
        for (var pivot = 0; pivot < size; pivot++)
        {
            // The matrix is positive definite unless terms depend on each other: no exchange of rows is needed.
            if (matrix[pivot, pivot] < 1e-12)
                return false;
            for (var row = 0; row < size; row++)
            {
                if (row == pivot)
                    continue;
                var factor = matrix[row, pivot] / matrix[pivot, pivot];
                for (var column = pivot; column <= size; column++)
                    matrix[row, column] -= factor * matrix[pivot, column];
            }
        }
        return true;
    }
}

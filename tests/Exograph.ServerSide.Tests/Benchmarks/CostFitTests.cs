using Exograph.ServerSide.Benchmarks.DupSelect;
using Xunit;

namespace Exograph.ServerSide.Tests.Benchmarks;

public sealed class CostFitTests
{
    private static readonly (int Rows, int Keys)[] s_sizes =
    [
        (10_000, 100), (10_000, 1_000), (10_000, 5_000), (10_000, 10_000),
        (100_000, 1_000), (100_000, 10_000), (100_000, 50_000), (100_000, 100_000),
    ];

    [Theory]
    [InlineData(20e-6, 1.5e-6, 0.04)]
    [InlineData(20e-6, 0, 0)]
    [InlineData(0, 1.5e-6, 0.04)]
    [InlineData(3e-6, 1.5e-6, 0)]
    public void Known_coefficients_are_recovered_from_their_exact_times(double a, double b, double c)
    {
        var fit = Fit(CostForm.Sorting, s => Sorting(s, a, b, c));

        Assert.Equal([a, b, c], fit.Coefficients.Select(coefficient => Math.Round(coefficient ?? 0, 12)));
        Assert.Equal(0, fit.RelativeError, 1e-9);
    }

    [Fact]
    public void What_costs_nothing_has_no_coefficient()
    {
        var fit = Fit(CostForm.Sorting, s => Sorting(s, 20e-6, 0, 0));

        Assert.NotNull(fit.Coefficients[0]);
        Assert.Equal([null, null], fit.Coefficients.Skip(1));
    }

    /// <summary>Duplicates at 35 µs and new rows at 15: of equal rows, the more keys the cheaper.</summary>
    [Fact]
    public void An_exception_block_is_described_by_its_duplicates_and_new_rows_and_not_by_rows_and_sorting()
    {
        static double Seconds((int Rows, int Keys) s) => 35e-6 * (s.Rows - s.Keys) + 15e-6 * s.Keys + 0.01;

        var sorting = Fit(CostForm.Sorting, Seconds);
        var outcomes = Fit(CostForm.Outcomes, Seconds);

        Assert.Null(sorting.Coefficients[1]);
        Assert.InRange(sorting.RelativeError, 0.2, 0.5);
        Assert.Equal([35e-6, 15e-6, 0.01], outcomes.Coefficients.Select(coefficient => Math.Round(coefficient ?? 0, 12)));
        Assert.Equal(0, outcomes.RelativeError, 1e-9);
    }

    [Fact]
    public void Sorting_is_described_by_rows_and_sorting_better_than_by_duplicates_and_new_rows()
    {
        static double Seconds((int Rows, int Keys) s) => Sorting(s, 2e-6, 1.5e-6, 0);

        Assert.True(Fit(CostForm.Sorting, Seconds).RelativeError < 1e-9);
        Assert.True(Fit(CostForm.Outcomes, Seconds).RelativeError > 0.01);
    }

    [Fact]
    public void Errors_are_relative_so_that_small_sizes_count_as_much_as_large_ones()
    {
        // 10 % at the smallest size is 2 ms, and would be lost beside the 2 s of the largest.
        var fit = Fit(CostForm.Sorting, s => Sorting(s, 20e-6, 0, 0) * (s == (10_000, 100) ? 1.1 : 1));

        Assert.InRange(fit.RelativeError, 0.02, 0.04);
    }

    [Fact]
    public void Noise_moves_the_coefficients_little()
    {
        double[] noise = [0.98, 1.02, 0.99, 1.01, 1.02, 0.98, 1.01, 1];

        var fit = CostFit.Of(CostForm.Sorting,
            [.. s_sizes.Select((s, i) => new CostPoint(s.Rows, s.Keys, [noise[i] * Sorting(s, 20e-6, 1.5e-6, 0.04)]))]);

        Assert.InRange(fit.Coefficients[0]!.Value, 18e-6, 22e-6);
        Assert.InRange(fit.Coefficients[1]!.Value, 1.35e-6, 1.65e-6);
        Assert.InRange(fit.RelativeError, 0.002, 0.02);
    }

    [Fact]
    public void The_fastest_round_is_fitted()
    {
        var fit = CostFit.Of(CostForm.Sorting,
            [.. s_sizes.Select(s => new CostPoint(s.Rows, s.Keys, [3 * Sorting(s, 20e-6, 0, 0), Sorting(s, 20e-6, 0, 0)]))]);

        Assert.Equal(20e-6, fit.Coefficients[0]!.Value, 1e-12);
        Assert.Equal(0, fit.RelativeError, 1e-9);
    }

    [Fact]
    public void A_coefficient_that_one_round_does_not_have_is_not_told_from_0()
    {
        var fit = CostFit.Of(CostForm.Sorting,
            [.. s_sizes.Select(s => new CostPoint(s.Rows, s.Keys, [Sorting(s, 20e-6, 0, 0.04), Sorting(s, 20e-6, 0, 0)]))]);

        Assert.Null(fit.Coefficients[2]);
    }

    private static CostFit Fit(CostForm form, Func<(int Rows, int Keys), double> seconds) =>
        CostFit.Of(form, [.. s_sizes.Select(s => new CostPoint(s.Rows, s.Keys, [seconds(s)]))]);

    private static double Sorting((int Rows, int Keys) size, double a, double b, double c) =>
        a * size.Rows + b * size.Keys * Math.Log2(size.Keys) + c;
}

using Exograph.ServerSide.Benchmarks.DupSelect;
using Xunit;

namespace Exograph.ServerSide.Tests.Benchmarks;

public sealed class CostFitTests
{
    private static readonly (int Rows, int Keys)[] s_sizes =
        [(2_500, 25), (2_500, 1_250), (2_500, 2_500), (10_000, 100), (10_000, 5_000), (10_000, 10_000), (5_000, 500)];

    [Theory]
    [InlineData(20e-6, 1.5e-6, 0.004)]
    [InlineData(20e-6, 0, 0)]
    [InlineData(0, 1.5e-6, 0.004)]
    public void Known_coefficients_are_recovered_from_their_exact_times(double a, double b, double c)
    {
        var fit = CostFit.Of([.. s_sizes.Select(s => (s.Rows, s.Keys, Seconds(s, a, b, c)))]);

        Assert.Equal(a, fit.A, 1e-11);
        Assert.Equal(b, fit.B, 1e-11);
        Assert.Equal(c, fit.C, 1e-8);
        Assert.Equal(1, fit.RSquared, 1e-9);
    }

    [Fact]
    public void Noise_moves_the_coefficients_little_and_lowers_the_fit()
    {
        var noise = new[] { 0.98, 1.02, 0.99, 1.01, 1.02, 0.98, 1.01 };

        var fit = CostFit.Of([.. s_sizes.Select((s, i) => (s.Rows, s.Keys, noise[i] * Seconds(s, 20e-6, 1.5e-6, 0.004)))]);

        Assert.InRange(fit.A, 18e-6, 22e-6);
        Assert.InRange(fit.B, 1.35e-6, 1.65e-6);
        Assert.InRange(fit.RSquared, 0.99, 0.999999);
    }

    [Fact]
    public void A_cost_that_falls_with_the_number_of_keys_is_fitted_without_a_negative_coefficient()
    {
        var fit = CostFit.Of([.. s_sizes.Select(s => (s.Rows, s.Keys, Seconds(s, 20e-6, -1e-6, 0)))]);

        Assert.Equal(0, fit.B);
        Assert.InRange(fit.A, 1e-6, 20e-6);
        Assert.InRange(fit.RSquared, 0, 0.999);
    }

    private static double Seconds((int Rows, int Keys) size, double a, double b, double c) =>
        a * size.Rows + b * size.Keys * Math.Log2(size.Keys) + c;
}

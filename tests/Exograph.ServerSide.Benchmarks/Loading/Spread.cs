using System.Globalization;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>A figure of several rounds.</summary>
internal sealed record Spread(double Median, double Least, double Most)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return new Spread((sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2, sorted[0], sorted[^1]);
    }

    public override string ToString() => Least == Most
        ? Median.ToString("F2", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Median:F2} ({Least:F2}–{Most:F2})");
}

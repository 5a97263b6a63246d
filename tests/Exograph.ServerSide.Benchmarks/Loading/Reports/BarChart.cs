using System.Globalization;
using System.Net;
using System.Text;

namespace Exograph.ServerSide.Benchmarks.Loading.Reports;

/// <summary>
/// A bar per contender: its time in multiples of the restore of the row form at the same corpus, on a logarithmic scale. Colours are of middle
/// brightness, so that it can be read on a light and on a dark background.
/// </summary>
internal static class BarChart
{
    private const int LabelWidth = 150;
    private const int BarWidth = 420;
    private const int ValueWidth = 300;
    private const int RowHeight = 26;
    private const int BarHeight = 16;
    private const int Top = 44;
    private const string Grey = "#808080";
    private const string Green = "#2f8f5b";
    private const string Blue = "#4a7fb5";

    public static void Write(LoadResults results, FileInfo file)
    {
        var bars = results.Heats.SelectMany(h => h.Contenders.Select(c => (Heat: h, Contender: c))).ToList();
        // The loader and the restores are shown at the largest corpus only; the others at the one they ran on.
        bars = [.. bars.Where((b, n) => bars.FindIndex(o => o.Contender.Name == b.Contender.Name) == n).OrderBy(Ratio)];
        var decades = Math.Max(1, Math.Ceiling(Math.Log10(bars.Max(Ratio)) + 0.05));
        var height = Top + bars.Count * RowHeight + 24;

        var svg = new StringBuilder();
        Append(svg, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{LabelWidth + BarWidth + ValueWidth}" height="{height}"
                font-family="sans-serif" font-size="13" fill="{Grey}">
            <text x="4" y="20">Time to load the same index, in multiples of restoring it with a row per term (logarithmic)</text>
            """);
        for (var decade = 0; decade <= decades; decade++)
        {
            var x = LabelWidth + BarWidth * decade / decades;
            Append(svg, $"""
                <line x1="{x:F1}" y1="{Top - 10}" x2="{x:F1}" y2="{height - 20}" stroke="{Grey}" stroke-opacity="0.35"/>
                <text x="{x:F1}" y="{height - 6}" text-anchor="middle" font-size="11">{Math.Pow(10, decade):N0}×</text>
                """);
        }
        for (var row = 0; row < bars.Count; row++)
        {
            var (heat, contender) = bars[row];
            var y = Top + row * RowHeight;
            // The restore itself is no longer than its axis: a sliver shows that it is there.
            var width = Math.Max(3, BarWidth * Math.Log10(Math.Max(1, Ratio(bars[row]))) / decades);
            var corpus = heat == results.Heats[0] ? "" : $", {heat.Fragments:N0} fragments";
            var colour = contender == heat.Loader ? Green : contender == heat.RowsRestored || contender == heat.SetsRestored ? Grey : Blue;
            var label = FormattableString.Invariant(
                $"{Ratio(bars[row]):0.##}× ({heat.Rows / contender.Seconds.Median:N0} rows/s{corpus})");
            Append(svg, $"""
                <text x="{LabelWidth - 8}" y="{y + 13}" text-anchor="end">{WebUtility.HtmlEncode(contender.Name)}</text>
                <rect x="{LabelWidth}" y="{y}" width="{width:F1}" height="{BarHeight}" fill="{colour}"/>
                <text x="{LabelWidth + width + 6:F1}" y="{y + 13}">{label}</text>
                """);
        }
        svg.Append("</svg>\n");
        File.WriteAllText(file.FullName, svg.ToString());
    }

    private static double Ratio((HeatResults Heat, ContenderResults Contender) bar) =>
        bar.Contender.RatioTo(bar.Heat.RowsRestored).Median;

    private static void Append(StringBuilder svg, FormattableString text) =>
        svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}

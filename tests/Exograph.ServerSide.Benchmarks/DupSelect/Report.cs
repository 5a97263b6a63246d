using System.Globalization;
using System.Text;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>The figures as markdown.</summary>
internal sealed class Report(Figures figures)
{
    private readonly StringBuilder _text = new();

    public override string ToString()
    {
        _text.Clear();
        var options = figures.Options;
        Line($"""

            n input rows with m distinct keys, seed {options.Seed}, into empty tables; median of {options.Rounds} rounds, methods in another
            order each time. Every run is one transaction, its commit included, and ends with a check of the tables' content and
            of the key given for each input row (COPY gives none). Methods 3 to 7 read the input from an unlogged table; its
            COPY took {figures.CopyMicroseconds:F1} µs a row, which is not in their figures, except where the method is by COPY itself. Methods
            {string.Join(", ", Methods.All.Where(m => m.Divisor > 1).Select(m => m.Id).Distinct())}, the slow ones, get a tenth of the rows.
            """);
        foreach (var levels in (int[])[1, 3])
            foreach (var percent in figures.Percents)
                WriteMeasurements(levels, percent);
        WriteFits();
        WriteClaims();
        return _text.ToString().TrimEnd();
    }

    private void WriteMeasurements(int levels, int percent)
    {
        Line($"""

            ### {TablesText(levels)}, m = {percent} % of n

            | method | n | seconds | rows/s | µs a row | WAL bytes a row | ids burnt |
            |---|--:|--:|--:|--:|--:|--:|
            """);
        foreach (var method in MethodsOf(levels))
        {
            var m = figures.Largest(method, percent);
            var burnt = m.BurntIds?.ToString("N0", CultureInfo.InvariantCulture) ?? "no ids";
            Line($"| {method.FullName} | {m.Rows:N0} | {m.Seconds:F3} | {m.Rows / m.Seconds:N0} | {m.MicrosecondsPerRow:F1} | {m.WalBytes / m.Rows:N0} | {burnt} |");
        }
    }

    private void WriteFits()
    {
        Line($"""

            ### Cost

            seconds = a n + b m log2 m + c, least squares over {figures.Percents.Count} shares and three sizes (n, n/2, n/4), no coefficient negative.
            In the note's formulas the coefficient of n is what tells methods apart: it is given here as a multiple of dup-return's (7a).
            """);
        foreach (var levels in (int[])[1, 3])
        {
            var unit = figures.Fit(Figures.Find(levels, "7a")).A;
            Line($"""

                | {TablesText(levels)} | a, µs | b, µs | c, ms | R² | a as multiple | the note's |
                |---|--:|--:|--:|--:|--:|--:|
                """);
            foreach (var method in MethodsOf(levels))
            {
                var fit = figures.Fit(method);
                var multiple = unit > 0 ? string.Create(CultureInfo.InvariantCulture, $"{fit.A / unit:F1}") : "";
                Line($"| {method.FullName} | {fit.A * 1e6:F2} | {fit.B * 1e6:F2} | {fit.C * 1e3:F1} | {fit.RSquared:F3} | {multiple} | {NoteText(method.Note)} |");
            }
        }
    }

    private void WriteClaims()
    {
        Line($"""

            ### What the note claims, and what this run says

            Each figure is the first method's time a row divided by the second's. A difference counts where it exceeds 5 % and all
            rounds agree on its sign.
            """);
        foreach (var claim in Claims.All)
        {
            Line($"""

                **{claim.Statement}.** The claim wants figures {(claim.SecondIsFaster ? "above 1" : "below 1")}.{(claim.Remark.Length > 0 ? " " : "")}{claim.Remark}

                | first : second | {string.Join(" | ", figures.Percents.Select(p => $"{p} %"))} | the claim |
                |---|{string.Concat(figures.Percents.Select(_ => "--:|"))}---|
                """);
            var all = new List<Verdict>();
            foreach (var comparison in claim.Comparisons)
            {
                var outcomes = figures.Compare(comparison);
                Verdict[] verdicts = [.. outcomes.Select(claim.Judge)];
                all.AddRange(verdicts);
                var ratios = outcomes.Select(o => o.Ratio.ToString(o.Ratio < 10 ? "F2" : "F0", CultureInfo.InvariantCulture));
                Line($"| {comparison.First} : {comparison.Second}{(comparison.WithCopy ? " with COPY" : "")}, {TablesText(comparison.Levels)} | {string.Join(" | ", ratios)} | {VerdictText(outcomes, verdicts)} |");
            }
            Line($"\n{Summary(all)}");
        }
    }

    private static string VerdictText(IReadOnlyList<Outcome> outcomes, Verdict[] verdicts)
    {
        var parts = new List<string>();
        foreach (var verdict in Enum.GetValues<Verdict>())
        {
            string[] where = [.. outcomes.Zip(verdicts).Where(p => p.Second == verdict).Select(p => $"{p.First.Percent} %")];
            if (where.Length == verdicts.Length)
                return Word(verdict);
            if (where.Length > 0)
                parts.Add($"{Word(verdict)} at {string.Join(", ", where)}");
        }
        return string.Join("; ", parts);
    }

    private static string Summary(List<Verdict> verdicts)
    {
        if (verdicts.Distinct().Count() == 1)
            return $"In all {verdicts.Count} cases: {Word(verdicts[0])}.";
        var counts = verdicts.GroupBy(v => v).OrderByDescending(g => g.Count()).Select(g => $"{Word(g.Key)} in {g.Count()}");
        return $"Of {verdicts.Count} cases: {string.Join(", ", counts)}.";
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Holds => "holds",
        Verdict.Fails => "does not hold",
        _ => "no clear difference",
    };

    private static string NoteText(NoteCost cost) => cost switch
    {
        NoteCost.ColumnBased => "13",
        NoteCost.Trigger => "2",
        NoteCost.TriggerNormalization => "2, less m",
        NoteCost.DupReturn => "1",
        _ => "",
    };

    private static string TablesText(int levels) => levels == 1 ? "one table" : "three tables";

    private static IEnumerable<Method> MethodsOf(int levels) => Methods.All.Where(m => m.Layout.Levels == levels);

    private void Line(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}

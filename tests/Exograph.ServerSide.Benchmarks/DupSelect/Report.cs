using System.Text;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>The figures as markdown: what they say, the fits, the tables.</summary>
internal sealed class Report(Figures figures)
{
    private const string None = "–";

    private readonly StringBuilder _text = new();
    private readonly Findings _findings = new(figures);

    public override string ToString()
    {
        _text.Clear();
        WriteConditions();
        WriteFindings();
        foreach (var claim in Claims.All)
            WriteClaim(claim);
        WritePredictions();
        WriteFits();
        foreach (var levels in (int[])[1, 3])
        {
            WriteTimes(levels);
            WriteCounts(levels);
        }
        return _text.ToString().TrimEnd();
    }

    private void WriteConditions()
    {
        var options = figures.Options;
        var largest = Methods.All.SelectMany(figures.Of).Where(m => m.Rows == options.Rows);
        var copy = largest.SelectMany(m => m.Rounds).Min(r => r.CopySeconds) / options.Rows * 1e6;
        Line($"""
            n input rows with m distinct keys, seed {options.Seed}, into empty tables, in {options.Rounds} rounds:
            methods in another order each time, after a checkpoint for each n and m. A figure is that of the fastest round.
            Every run is one transaction, its commit included, and ends with a check of the tables' content and of the key
            given for each single input row (COPY gives none). Methods 1, 2, 4c, 5c, 5g, 6c, 6e send the rows from the client;
            the others read them from an unlogged table, whose COPY took {copy:F1} µs a row: not in their figures, except where a
            comparison says so.
            """);
    }

    private void WriteFindings()
    {
        Line($"\n## What the run says\n");
        foreach (var sentence in _findings.Sentences)
            Line($"- {sentence}");
        var rounds = figures.Options.Rounds;
        var (gain, chance) = ((Judge.Gain - 1) * 100, Judge.Chance(rounds) * 100);
        Line($"""

            Figures below are the first method's time divided by the second's at the same n: of the fastest rounds, and in
            brackets the lowest and highest of single rounds. A gain counts from {gain:F0} %. A claim holds, or does not,
            where all rounds say so, and is open where they differ; {rounds} rounds agree by chance in {chance:F0} % of cases.

            | what the note claims | cases | holds | open | does not hold |
            |---|--:|--:|--:|--:|
            """);
        foreach (var claim in Claims.All)
        {
            Verdict[] verdicts = [.. claim.Comparisons.SelectMany(figures.Compare).Select(claim.Judge)];
            int Count(Verdict verdict) => verdicts.Count(v => v == verdict);
            Row(claim.Statement, verdicts.Length, Count(Verdict.Holds), Count(Verdict.Open), Count(Verdict.Fails));
        }
    }

    private void WriteClaim(Claim claim)
    {
        var wanted = claim.ClaimsGain ? "above" : "below";
        Line($"""

            ### {claim.Statement}

            The claim wants figures {wanted} {Judge.Gain:F2}.{(claim.Remark.Length > 0 ? " " : "")}{claim.Remark}

            """);
        Head(["first : second", "tables", "n", .. Shares, "the claim"]);
        foreach (var comparison in claim.Comparisons)
        {
            foreach (var outcomes in figures.Compare(comparison).GroupBy(o => o.Rows))
                Row([
                    comparison.Text, comparison.Levels, outcomes.Key, .. outcomes.Select(Cell), VerdictText(claim, [.. outcomes]),
                ]);
        }
    }

    private void WritePredictions()
    {
        Line($"""

            ## The note's formulas

            They count steps and name no unit: only their ratios say something. Compared is with the note's trigger (4a,
            {Formula.Trigger.Text}) at the same n and m, logarithms to base 2.

            """);
        foreach (var prediction in _findings.Predictions)
            Line($"- {prediction}");
    }

    private void WriteFits()
    {
        CostForm[] forms = [CostForm.Sorting, CostForm.Outcomes];
        Line($"""

            ## Cost

            Least squares of the relative error over {figures.Percents.Count} shares and each method's sizes; no coefficient is
            negative; "error" is the root of its mean square. {forms[0].Text} has no term for what a duplicate costs,
            {forms[1].Text} has: d for a duplicate, r for a new row. {None}: rounds do not tell it from 0.
            """);
        foreach (var levels in (int[])[1, 3])
        {
            Line($"");
            Head([Findings.Tables(levels), .. forms.SelectMany(f => f.Terms.Select(t => $"{t.Name}, {t.Unit}").Append("error"))]);
            foreach (var method in MethodsOf(levels))
                Row([method.FullName, .. forms.SelectMany(form => FitCells(form, figures.Fit(form, method)))]);
        }
    }

    private void WriteTimes(int levels)
    {
        Line($"\n## {Findings.Tables(levels)}: µs a row\n\nIn brackets the slowest round by the fastest.");
        foreach (var rows in figures.Options.Sizes.Distinct())
        {
            Line($"\nn = {rows:N0}\n");
            Head(["m", .. Shares]);
            foreach (var method in MethodsOf(levels).Where(m => figures.Options.SizesOf(m).Contains(rows)))
                Row([method.FullName, .. figures.Of(method).Where(m => m.Rows == rows).Select(Cell)]);
        }
    }

    private void WriteCounts(int levels)
    {
        Line($"\n## {Findings.Tables(levels)}: WAL bytes a row; ids burnt; transaction ids\n\nAt each method's largest n.\n");
        Head(["m", "n", .. Shares]);
        foreach (var method in MethodsOf(levels))
        {
            var largest = figures.Options.SizesOf(method)[^1];
            Row([method.FullName, largest, .. figures.Of(method).Where(m => m.Rows == largest).Select(CountsCell)]);
        }
    }

    private IEnumerable<string> Shares => figures.Percents.Select(p => $"{p} %");

    private static string Cell(Measurement m) => Invariant($"{m.MicrosecondsPerRow:F1} ({m.Spread:F2})");

    private static string Cell(Outcome outcome) =>
        $"{Findings.Ratio(outcome.Ratio)} ({Findings.Ratio(outcome.Ratios.Min())}–{Findings.Ratio(outcome.Ratios.Max())})";

    private static string CountsCell(Measurement m)
    {
        var burnt = m.BurntIds is { } ids ? Invariant($"{ids:N0}") : "no ids";
        return Invariant($"{(double)m.WalBytes / m.Rows:N0}; {burnt}; {m.Xids:N0}");
    }

    private static IEnumerable<string> FitCells(CostForm form, CostFit fit) =>
        form.Terms.Zip(fit.Coefficients, (term, c) => c is { } seconds ? Invariant($"{seconds * term.UnitsPerSecond:F2}") : None)
            .Append(Invariant($"{fit.RelativeError * 100:F0} %"));

    private static string VerdictText(Claim claim, Outcome[] outcomes)
    {
        var parts = outcomes.GroupBy(claim.Judge).OrderBy(g => g.Key).ToArray();
        return parts.Length == 1
            ? Word(parts[0].Key)
            : string.Join("; ", parts.Select(g => $"{Word(g.Key)} at {string.Join(", ", g.Select(o => $"{o.Percent} %"))}"));
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Holds => "holds",
        Verdict.Fails => "does not hold",
        _ => "open",
    };

    private static IEnumerable<Method> MethodsOf(int levels) => Methods.All.Where(m => m.Levels == levels);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private void Line(FormattableString line) => _text.Append(Invariant(line)).Append('\n');

    /// <summary>The head of a table: text to the left, figures to the right.</summary>
    private void Head(IReadOnlyList<string> titles)
    {
        Row(titles);
        Row(titles.Select((title, i) => i == 0 || title == "the claim" ? "---" : "--:"));
    }

    private void Row(params IEnumerable<object> cells) => Line(
        $"| {string.Join(" | ", cells.Select(cell => cell is int number ? Invariant($"{number:N0}") : cell.ToString()))} |");
}

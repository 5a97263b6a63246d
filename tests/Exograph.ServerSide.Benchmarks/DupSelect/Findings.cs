using System.Globalization;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>The run in sentences: ranges over all shares of distinct keys and all sizes that two methods share.</summary>
internal sealed class Findings(Figures figures)
{
    private static readonly Comparison[] s_setsToRows =
    [
        .. Pairs(1, ["3a"], ["4a", "5a", "5d", "5e", "5f", "7a", "7b"]),
        .. Pairs(3, ["3a", "3c"], ["4a", "5a", "6a", "6d", "7a"]),
    ];

    private static readonly Comparison[] s_setsToDistinct =
        [.. Pairs(1, ["3a"], ["4b", "5b"]), .. Pairs(3, ["3a", "3c"], ["6b"])];

    private static readonly Comparison[] s_putToView = [new(1, "3b", "5f"), new(3, "3b", "6d")];

    private static readonly Comparison[] s_rowsToDistinct = [new(1, "4a", "4b"), new(1, "5a", "5b"), new(3, "6a", "6b")];

    private static readonly Comparison[] s_hashToTree = [new(1, "5d", "5a"), new(1, "5e", "5a")];

    public IEnumerable<string> Sentences =>
    [
        $"Set statements by hand (3a, 3c) took {Range(s_setsToRows)} of the time of a trigger that is given every row, and "
            + $"{Range(s_setsToDistinct)} of one that is given each distinct row once (4b, 5b, 6b).",
        $"dup_select.put_table (3b) took {Range(s_putToView)} of the time of a view that dup_select.create_inserter_view makes "
            + "(5f, 6d).",
        $"A round trip for each row (1) took {RoundTrips("5g", "6e")} times as long as rows sent to a trigger in chunks of 500 "
            + $"(5g, 6e), {RoundTrips("5c", "6c")} times as long as rows sent to it by COPY, which gives no keys (5c, 6c), and "
            + $"{RoundTrips("2", "2")} times as long as pipelined statements (2).",
        $"A trigger with a hash index (5d, 5e) took {Range(s_hashToTree, o => o.Percent == Fewest)} of the time with a B-tree "
            + $"(5a) where {100 - Fewest} % of the rows are looked up and stand, and "
            + $"{Range(s_hashToTree, o => o.Percent == Most)} where all are inserted.",
        $"Removing duplicates first (4b, 5b, 6b) made a trigger {Range(s_rowsToDistinct, o => o.Percent < Most)} times as fast "
            + $"where there were some, {Range(s_rowsToDistinct, o => o.Percent == Most)} times where there were none.",
        $"An id was burnt for every duplicate by {Those(BurnsAll)}; none was by {Those(BurnsNone)}.",
        $"A transaction id was taken for each row and table by {Those(TakesXidsForAll)}, for each row of a table by "
            + $"{Those(TakesXidsForNew)}; any other took at most {Methods.All.Where(TakesFewXids).Max(MostXids)} in all.",
    ];

    /// <summary>What the note's formulas predict, and what was measured.</summary>
    public IEnumerable<string> Predictions =>
        from method in Methods.All
        where method.Formula is not null && method.Id != "4a"
        let trigger = Methods.Find(method.Levels, "4a")
        let outcomes = figures.Compare(new Comparison(method.Levels, method.Id, trigger.Id))
        let predicted = outcomes.Select(o => Steps(method, o) / Steps(trigger, o))
        select $"{method.FullName}, {Tables(method.Levels)}: by {method.Formula!.Text} it should take {Range(predicted)} of that "
            + $"time; it took {Range(outcomes.Select(o => o.Ratio))}.";

    private int Fewest => figures.Percents[0];

    private int Most => figures.Percents[^1];

    public static string Tables(int levels) => levels == 1 ? "one table" : "three tables";

    public static string Ratio(double ratio) => ratio.ToString(ratio < 10 ? "F2" : "F0", CultureInfo.InvariantCulture);

    private static double Steps(Method method, Outcome outcome) =>
        method.Formula!.Steps(outcome.Rows, FlatRows.KeysOf(outcome.Rows, outcome.Percent));

    private static IEnumerable<Comparison> Pairs(int levels, string[] firsts, string[] seconds) =>
        from first in firsts from second in seconds select new Comparison(levels, first, second);

    private static string Range(IEnumerable<double> ratios)
    {
        var all = ratios.ToArray();
        var (least, most) = (Ratio(all.Min()), Ratio(all.Max()));
        return least == most ? least : $"{least} to {most}";
    }

    private static string Those(Func<Method, bool> which) => string.Join(" and ",
        from method in Methods.All
        where which(method)
        group method.Id by method.Levels into ids
        select $"{string.Join(", ", ids)} ({Tables(ids.Key)})");

    private string Range(IEnumerable<Comparison> comparisons, Func<Outcome, bool>? where = null) =>
        Range(comparisons.SelectMany(figures.Compare).Where(where ?? (_ => true)).Select(o => o.Ratio));

    private string RoundTrips(string oneTable, string threeTables) =>
        Range([new Comparison(1, "1", oneTable), new Comparison(3, "1", threeTables)]);

    private bool BurnsAll(Method method) => figures.Of(method).All(m => m.BurntIds == m.Duplicates);

    private bool BurnsNone(Method method) => figures.Of(method).All(m => m.BurntIds == 0);

    private bool TakesXidsForAll(Method method) => figures.Of(method).All(m => m.Xids >= (long)m.Rows * method.Levels);

    private bool TakesXidsForNew(Method method) =>
        !TakesXidsForAll(method) && figures.Of(method).All(m => m.Xids > (long)m.Rows * method.Levels - m.Duplicates);

    private bool TakesFewXids(Method method) => !TakesXidsForAll(method) && !TakesXidsForNew(method);

    private long MostXids(Method method) => figures.Of(method).Max(m => m.Xids);
}

using System.Text.Json;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>All that was measured in a run, and what follows from it.</summary>
internal sealed class Figures(DupSelectOptions options, IReadOnlyList<Measurement> measurements, double copyMicroseconds)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public DupSelectOptions Options => options;

    /// <summary>Per input row, for the COPY into the unlogged table from which the server's methods read.</summary>
    public double CopyMicroseconds => copyMicroseconds;

    public IReadOnlyList<int> Percents { get; } = [.. measurements.Select(m => m.Percent).Distinct().Order()];

    /// <summary>Where the method had most rows.</summary>
    public Measurement Largest(Method method, int percent) =>
        measurements.Where(m => m.Method == method && m.Percent == percent).MaxBy(m => m.Rows)!;

    public CostFit Fit(Method method) =>
        CostFit.Of([.. measurements.Where(m => m.Method == method).Select(m => (m.Rows, m.Keys, m.Seconds))]);

    public IReadOnlyList<Outcome> Compare(Comparison comparison)
    {
        var first = Find(comparison.Levels, comparison.First);
        var second = Find(comparison.Levels, comparison.Second);
        return [.. Percents.Select(p => comparison.Compare(Largest(first, p), Largest(second, p), copyMicroseconds))];
    }

    public static Method Find(int levels, string id) => Methods.All.Single(m => m.Layout.Levels == levels && m.Id == id);

    public string ToJson() => JsonSerializer.Serialize(new
    {
        options.Rows,
        options.Rounds,
        options.Seed,
        copyMicroseconds,
        measurements = measurements.Select(m => new
        {
            tables = m.Method.Layout.Levels,
            method = m.Method.Id,
            m.Method.Name,
            m.Rows,
            m.Keys,
            seconds = m.Rounds.Select(r => r.Seconds),
            walBytes = m.Rounds.Select(r => r.WalBytes),
            m.BurntIds,
        }),
        fits = Methods.All.Select(method => new { tables = method.Layout.Levels, method = method.Id, fit = Fit(method) }),
        claims = Claims.All.Select(claim => new
        {
            claim.Statement,
            comparisons = claim.Comparisons.Select(comparison => new
            {
                tables = comparison.Levels,
                comparison.First,
                comparison.Second,
                comparison.WithCopy,
                outcomes = Compare(comparison).Select(o => new { o.Percent, o.Ratio, verdict = claim.Judge(o).ToString() }),
            }),
        }),
    }, s_json);
}

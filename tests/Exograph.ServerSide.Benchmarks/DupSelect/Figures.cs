using System.Text.Json;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>All that was measured in a run, and what follows from it.</summary>
internal sealed class Figures(DupSelectOptions options, IReadOnlyList<Measurement> measurements)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly ILookup<Method, Measurement> _byMethod =
        measurements.OrderBy(m => m.Rows).ThenBy(m => m.Percent).ToLookup(m => m.Method);

    public DupSelectOptions Options => options;

    public IReadOnlyList<int> Percents { get; } = [.. measurements.Select(m => m.Percent).Distinct().Order()];

    /// <summary>By size, then by share.</summary>
    public IEnumerable<Measurement> Of(Method method) => _byMethod[method];

    public CostFit Fit(CostForm form, Method method) => CostFit.Of(
        form, [.. Of(method).Select(m => new CostPoint(m.Rows, m.Keys, [.. m.Rounds.Select(r => r.Seconds)]))]);

    /// <summary>At the sizes that both methods had.</summary>
    public IReadOnlyList<Outcome> Compare(Comparison comparison) =>
    [
        .. from first in Of(Methods.Find(comparison.Levels, comparison.First))
           join second in Of(Methods.Find(comparison.Levels, comparison.Second))
               on (first.Rows, first.Percent) equals (second.Rows, second.Percent)
           select comparison.Compare(first, second),
    ];

    public string ToJson() => JsonSerializer.Serialize(new
    {
        options.Rows,
        options.Rounds,
        options.Seed,
        measurements = measurements.Select(m => new
        {
            tables = m.Method.Levels,
            method = m.Method.Id,
            m.Method.Name,
            m.Rows,
            m.Keys,
            seconds = m.Rounds.Select(r => r.Seconds),
            copySeconds = m.Rounds.Select(r => r.CopySeconds),
            walBytes = m.Rounds.Select(r => r.WalBytes),
            m.Xids,
            m.BurntIds,
        }),
        fits = from form in (CostForm[])[CostForm.Sorting, CostForm.Outcomes]
               from method in Methods.All
               select new { form = form.Text, tables = method.Levels, method = method.Id, fit = Fit(form, method) },
        claims = Claims.All.Select(claim => new
        {
            claim.Statement,
            comparisons = claim.Comparisons.Select(comparison => new
            {
                tables = comparison.Levels,
                comparison.First,
                comparison.Second,
                comparison.WithCopy,
                outcomes = Compare(comparison).Select(o => new
                {
                    o.Rows,
                    o.Percent,
                    o.Ratio,
                    rounds = o.Ratios,
                    verdict = claim.Judge(o).ToString(),
                }),
            }),
        }),
    }, s_json);
}

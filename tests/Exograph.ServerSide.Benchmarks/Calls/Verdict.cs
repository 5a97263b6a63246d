namespace Exograph.ServerSide.Benchmarks.Calls;

/// <summary>The extractor's edges beside the truth.</summary>
internal sealed class Verdict
{
    private readonly List<(Place Place, string Text)> _wrong = [];
    private readonly List<(Place Place, string Text)> _missing = [];
    private readonly SortedDictionary<string, (int Made, int Right)> _byResolution = new(StringComparer.Ordinal);

    /// <summary>Calls of what is declared in the tree.</summary>
    public int Expected { get; private set; }

    /// <summary>Edges to what is declared in the tree, of calls that are judged.</summary>
    public int Made { get; private set; }

    public int Right { get; private set; }

    public double Precision => Made == 0 ? 1 : (double)Right / Made;

    public double Recall => Expected == 0 ? 1 : (double)Right / Expected;

    public static Verdict Of(Dictionary<Place, TrueCall> truth, ExtractedCalls extracted)
    {
        var verdict = new Verdict();
        foreach (var (place, call) in truth)
        {
            var edge = extracted.ByPlace.GetValueOrDefault(place);
            verdict.Add(place, call, edge is { Declared: null } && !extracted.Names.Contains(edge.Name) ? null : edge);
        }
        return verdict;
    }

    public IEnumerable<string> Details(int list)
    {
        foreach (var (resolution, (made, right)) in _byResolution)
            yield return FormattableString.Invariant($"edges by {resolution}: {made:N0}, right {right:N0}");
        foreach (var (place, text) in Sample(_wrong, list))
            yield return $"wrong: {place}: {text}";
        foreach (var (place, text) in Sample(_missing, list))
            yield return $"missing: {place}: {text}";
    }

    private static IEnumerable<(Place Place, string Text)> Sample(List<(Place Place, string Text)> all, int count)
    {
        var step = Math.Max(1, all.Count / Math.Max(1, count));
        return all.OrderBy(one => one.Place.Path, StringComparer.Ordinal).ThenBy(one => one.Place.Line).Where((_, i) => i % step == 0).Take(count);
    }

    private void Add(Place place, TrueCall call, ExtractedCall? edge)
    {
        var isExpected = call.Declared.Count > 0;
        // The name will do from one project to another: the file has no node of the other's.
        var isRight = isExpected && edge is not null && (edge.Declared is { } node ? call.Declared.Contains(node) : edge.Name == call.Name);
        Expected += isExpected ? 1 : 0;
        Right += isRight ? 1 : 0;
        if (edge is not null)
        {
            Made++;
            var (made, right) = _byResolution.GetValueOrDefault(edge.Resolution);
            _byResolution[edge.Resolution] = (made + 1, right + (isRight ? 1 : 0));
            if (!isRight)
                _wrong.Add((place, $"{edge.Name} by {edge.Resolution}, not {call.Name}{(isExpected ? "" : " (outside)")}"));
        }
        if (isExpected && !isRight)
            _missing.Add((place, $"{call.Name} at {string.Join(' ', call.Declared)}"));
    }
}

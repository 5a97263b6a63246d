namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// Pairs of fragment and term in the forms in which a load may stage them: as pairs, as the sets that the index holds, or as
/// whatever an array can hold. However they come, they are the same pairs to the model.
/// </summary>
internal static class TermSets
{
    private const string Empty = "{}";

    /// <summary>Divides pairs into some that are staged as pairs and sets of the others, arrays as COPY takes them.</summary>
    public static (IReadOnlyList<BundleRow> Pairs, IReadOnlyList<(object? Fragment, string? Terms)> Sets) Form(
        IReadOnlyList<BundleRow> pairs, Random random) => random.Next(4) switch
        {
            0 => (pairs, []),
            1 => ([], [.. pairs.GroupBy(pair => pair["fragment_id"]).Select(set => (set.Key, (string?)Ordered(set)))]),
            2 => ([], Wild(pairs, random)),
            _ => Mixed(pairs, random),
        };

    private static (IReadOnlyList<BundleRow> Pairs, IReadOnlyList<(object? Fragment, string? Terms)> Sets) Mixed(
        IReadOnlyList<BundleRow> pairs, Random random)
    {
        var parts = pairs.ToLookup(_ => random.Next(2) == 0);
        return ([.. parts[true]], Wild(parts[false], random));
    }

    private static string Ordered(IEnumerable<BundleRow> set) =>
        $"{{{string.Join(',', set.Select(Term).OrderBy(term => term is "NULL" ? 0 : long.Parse(term, null)))}}}";

    /// <summary>One or several arrays a fragment, in any order and of any shape, and some that are empty.</summary>
    private static List<(object? Fragment, string? Terms)> Wild(IEnumerable<BundleRow> pairs, Random random)
    {
        var rows = pairs.ToArray();
        random.Shuffle(rows);
        var sets = new List<(object? Fragment, string? Terms)>();
        foreach (var fragment in rows.GroupBy(pair => pair["fragment_id"]))
        {
            var most = random.Next(1, 8);
            sets.AddRange(fragment.Select(Term).Chunk(most).Select(terms => (fragment.Key, Shaped(terms, random))));
            if (random.Next(8) == 0)
                sets.Add((fragment.Key, Empty));
        }
        return sets;
    }

    private static string? Shaped(string[] terms, Random random) => (terms, random.Next(4)) switch
    {
        (["NULL"], 0) => null,
        (_, 1) => $"[0:{terms.Length - 1}]={{{string.Join(',', terms)}}}",
        (_, 2) => $"{{{string.Join(',', terms.Select(term => $"{{{term}}}"))}}}",
        _ => $"{{{string.Join(',', terms)}}}",
    };

    private static string Term(BundleRow pair) => pair["term_id"] is long term ? $"{term}" : "NULL";
}

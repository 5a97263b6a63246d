namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>An input row: a specimen, named by itself or within its place and country.</summary>
internal readonly record struct FlatRow(long Number, string Country, string Place, string Name, string Description);

/// <summary>
/// Rows of which exactly so many are distinct, in no order: every key once, the rest drawn evenly. Ten specimens share a place
/// and ten places a country. All of a row follows from its key, so that it does not matter which of equal rows goes in.
/// </summary>
internal static class FlatRows
{
    private const int PlaceSize = 10;
    private const int CountrySize = 10;

    private static readonly string[] s_genera =
        ["Quercus", "Salix", "Carex", "Hieracium", "Rubus", "Astragalus", "Euphorbia", "Senecio"];
    private static readonly string[] s_epithets =
        ["robur", "alba", "montana", "sylvatica", "officinalis", "occidentalis", "vulgaris", "palustris"];
    private static readonly string[] s_collectors =
        ["Gentry", "Ramirez", "Lindqvist", "Okafor", "Steyermark", "Tanaka", "Dumont", "Petrova"];
    private static readonly string[] s_sites =
        ["north slope of ridge", "river bank below weir", "old field by mill", "lake shore at camp"];

    public static FlatRow[] Generate(int rows, int keys, int seed)
    {
        var random = new Random(HashCode(seed, rows, keys));
        var chosen = new int[rows];
        for (var i = 0; i < rows; i++)
            chosen[i] = i < keys ? i : random.Next(keys);
        random.Shuffle(chosen);
        return [.. chosen.Select((key, i) => Row(i + 1, key, seed))];
    }

    /// <summary>Distinct keys of so many rows.</summary>
    public static int KeysOf(int rows, int percent) => (int)Math.Max(1, (long)rows * percent / 100);

    /// <summary>Rows of all tables that so many keys make.</summary>
    public static int TableRows(int levels, int keys)
    {
        var places = (keys + PlaceSize - 1) / PlaceSize;
        return levels == 1 ? keys : keys + places + (places + CountrySize - 1) / CountrySize;
    }

    private static FlatRow Row(long number, int key, int seed)
    {
        // Scattered, so that neither the order of keys nor that of names is the order of numbers.
        var code = (uint)HashCode(seed, key, 0);
        var place = key / PlaceSize;
        var country = place / CountrySize;
        return new FlatRow(
            number,
            $"{(country % 2 == 0 ? "Republic of" : "Federation of")} Land {country:D5}",
            $"{s_sites[place % s_sites.Length]} {place:D6}",
            $"{Pick(s_genera, code)} {Pick(s_epithets, code >> 3)} {Pick(s_collectors, code >> 6)} {code % 10000:D4}-{key:D7}",
            $"Sheet {key} of the survey: found in {code % 12 + 1} squares, {code % 900 + 100} m above the sea, flowering, "
                + "in good state");
    }

    private static string Pick(string[] words, uint code) => words[code % (uint)words.Length];

    // System.HashCode differs between runs.
    private static int HashCode(int a, int b, int c)
    {
        var hash = 2166136261u;
        foreach (var value in (ReadOnlySpan<int>)[a, b, c])
            for (var shift = 0; shift < 32; shift += 8)
                hash = (hash ^ (uint)(value >> shift & 0xFF)) * 16777619u;
        return (int)(hash ^ hash >> 15);
    }
}

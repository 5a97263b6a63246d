using System.Globalization;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// Checks a property of the loader on generated bundles. A failure prints its seed and the smallest bundles found that fail.
/// EXOGRAPH_MODEL_CASES is how many cases all properties have together; EXOGRAPH_MODEL_SEED is the seed of the first case.
/// </summary>
internal sealed class Property
{
    /// <summary>How many cases all properties together have by default.</summary>
    private const int DefaultCases = 150;

    private readonly TestDatabase _database;
    private readonly Func<Random, IReadOnlyList<Bundle>> _generate;
    private readonly Func<PropertyCase, Task<IReadOnlyList<string>>> _differences;

    private Property(
        TestDatabase database,
        Func<Random, IReadOnlyList<Bundle>> generate,
        Func<PropertyCase, Task<IReadOnlyList<string>>> differences)
    {
        _database = database;
        _generate = generate;
        _differences = differences;
    }

    /// <param name="database">A database with an empty index, that nobody else uses.</param>
    /// <param name="percent">The property's share of all cases.</param>
    /// <param name="seed">The seed of the first case; each case has the next.</param>
    /// <param name="generate">Makes the bundles of a case.</param>
    /// <param name="differences">Says what is wrong; nothing where the property holds.</param>
    public static async Task HoldsAsync(
        TestDatabase database,
        int percent,
        int seed,
        Func<Random, IReadOnlyList<Bundle>> generate,
        Func<PropertyCase, Task<IReadOnlyList<string>>> differences)
    {
        var property = new Property(database, generate, differences);
        foreach (var each in Seeds(percent, seed))
            await property.CheckAsync(each);
    }

    /// <summary>A property's share of all cases, from the first one's seed on.</summary>
    public static IEnumerable<int> Seeds(int percent, int seed) => Enumerable.Range(
        Setting("EXOGRAPH_MODEL_SEED") ?? seed, Math.Max(1, (Setting("EXOGRAPH_MODEL_CASES") ?? DefaultCases) * percent / 100));

    public static string Describe(NpgsqlException exception) =>
        exception is PostgresException { Where: { } where } ? $"{exception.Message} ({where})" : exception.Message;

    /// <summary>A number that an environment variable sets.</summary>
    public static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private async Task CheckAsync(int seed)
    {
        var bundles = _generate(new Random(seed));
        var differences = await DifferencesAsync(seed, bundles);
        if (differences.Count == 0)
            return;
        var smallest = await ShrinkAsync(seed, bundles);
        var smallestDifferences = await DifferencesAsync(seed, smallest);
        Assert.Fail(
            $"The case with EXOGRAPH_MODEL_SEED={seed} fails:\n{string.Join('\n', differences)}\n\n"
            + $"Shrunk, it fails so:\n{string.Join('\n', smallestDifferences)}\n\nwith these bundles:\n"
            + string.Join('\n', smallest.Select((bundle, i) => $"bundle {i + 1}\n{bundle}")));
    }

    private async Task<IReadOnlyList<string>> DifferencesAsync(int seed, IReadOnlyList<Bundle> bundles)
    {
        try
        {
            return await _differences(new PropertyCase(_database, bundles, seed));
        }
        catch (NpgsqlException exception)
        {
            return [Describe(exception)];
        }
    }

    /// <summary>The fewest rows found that fail.</summary>
    private async Task<IReadOnlyList<Bundle>> ShrinkAsync(int seed, IReadOnlyList<Bundle> bundles)
    {
        var rows = bundles.SelectMany((bundle, i) => bundle.AllRows.Select(row => (Bundle: i, Row: row))).ToList();
        return Bundles(await Shrinking.SmallestAsync(rows, fewer => DifferencesAsync(seed, Bundles(fewer))));

        IReadOnlyList<Bundle> Bundles(IReadOnlyList<(int Bundle, BundleRow Row)> chosen) =>
            [.. bundles.Select((_, i) => new Bundle(chosen.Where(row => row.Bundle == i).Select(row => row.Row)))];
    }
}

/// <summary>
/// One case: its bundles, a source of further choices that are the same at every attempt, and indexes to load into.
/// </summary>
internal sealed class PropertyCase(TestDatabase database, IReadOnlyList<Bundle> bundles, int seed)
{
    private const int OneSingleLoadCommitsIn = 10;

    public IReadOnlyList<Bundle> Bundles => bundles;

    public Random Random { get; } = new(seed + 1);

    /// <summary>An empty index for so many loads, emptied again when disposed.</summary>
    public Task<TestIndex> NewIndexAsync(int loads) =>
        TestIndex.OpenAsync(database.DataSource, commits: loads > 1 || seed % OneSingleLoadCommitsIn == 0);
}

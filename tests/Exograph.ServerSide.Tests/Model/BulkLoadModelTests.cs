using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>The bulk loader against the model: a class for each property or two, as classes run side by side.</summary>
public sealed class BulkLoadOfOneBundleTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public Task One_load_into_an_empty_index_equals_the_model() => Property.HoldsAsync(
        migrated.Database,
        percent: 22,
        seed: 1_000_000,
        random => [new BundleGenerator(random).Next()],
        BulkLoads.LoadAllAsync);
}

public sealed class BulkLoadOfTheSameAgainTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public Task A_bundle_loaded_twice_adds_nothing_and_burns_no_ids() => Property.HoldsAsync(
        migrated.Database,
        percent: 11,
        seed: 3_000_000,
        random => [new BundleGenerator(random).Next()],
        async test =>
        {
            await using var index = await test.NewIndexAsync(loads: 2);
            var differences = (await index.LoadAsync(test.Bundles[0], test.Random)).ToList();
            var once = await index.ReadAsync();
            var sequences = await index.SequencesAsync();
            var mayReserve = test.Random.Next(2) == 0;
            differences.AddRange(await index.LoadAsync(test.Bundles[0], test.Random, mayReserve));
            differences.AddRange(once.Differences(await index.ReadAsync()));
            if (!mayReserve && !sequences.SequenceEqual(await index.SequencesAsync()))
                differences.Add("the second load burnt ids");
            return differences;
        });

    [Fact]
    public Task The_order_of_the_staged_rows_does_not_matter() => Property.HoldsAsync(
        migrated.Database,
        percent: 8,
        seed: 4_000_000,
        random => [new BundleGenerator(random).Next()],
        async test =>
        {
            var shuffled = BundleGenerator.Shuffled(test.Bundles[0], test.Random);
            var (differences, _) = await BulkLoads.LoadAsync(test, test.Bundles);
            var (others, _) = await BulkLoads.LoadAsync(test, [shuffled]);
            return [.. differences, .. others];
        });
}

public sealed class BulkLoadInPartsTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public Task A_bundle_split_into_several_loads_gives_the_same_index() => Property.HoldsAsync(
        migrated.Database,
        percent: 11,
        seed: 5_000_000,
        BulkLoads.AgreeingBundle,
        async test =>
        {
            var parts = BundleSplitter.Split(test.Bundles[0], test.Random.Next(2, 5), test.Random);
            var renumbered = parts.Select(part => BundleSplitter.Renumbered(part, test.Random)).ToArray();
            return await BulkLoads.DifferencesAsync(test, test.Bundles, renumbered);
        });
}

public sealed class BulkLoadInAnyOrderTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public Task The_order_of_the_loads_does_not_matter() => Property.HoldsAsync(
        migrated.Database,
        percent: 8,
        seed: 6_000_000,
        BulkLoads.AgreeingBundle,
        async test =>
        {
            var parts = BundleSplitter.Split(test.Bundles[0], test.Random.Next(2, 4), test.Random);
            var reordered = parts.ToArray();
            test.Random.Shuffle(reordered);
            return await BulkLoads.DifferencesAsync(test, parts, reordered);
        });
}

/// <summary>What the properties do with bundles.</summary>
internal static class BulkLoads
{
    /// <summary>A bundle of good rows whose payloads agree where their keys are equal.</summary>
    public static IReadOnlyList<Bundle> AgreeingBundle(Random random) =>
        [BundleSplitter.Agreeing(new BundleGenerator(random, defects: false).Next())];

    public static async Task<IReadOnlyList<string>> LoadAllAsync(PropertyCase test) =>
        (await LoadAsync(test, test.Bundles)).Differences;

    /// <summary>Loads bundles one after another into an empty index, and compares every load with the model.</summary>
    public static async Task<(IReadOnlyList<string> Differences, IndexContent Content)> LoadAsync(
        PropertyCase test, IReadOnlyList<Bundle> bundles)
    {
        await using var index = await test.NewIndexAsync(bundles.Count);
        var differences = new List<string>();
        foreach (var bundle in bundles)
            differences.AddRange(await index.LoadAsync(bundle, test.Random));
        return (differences, await index.ReadAsync());
    }

    /// <summary>What sets two ways to load the same rows apart.</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(
        PropertyCase test, IReadOnlyList<Bundle> oneWay, IReadOnlyList<Bundle> otherWay)
    {
        var (first, expected) = await LoadAsync(test, oneWay);
        var (second, actual) = await LoadAsync(test, otherWay);
        return [.. first, .. second, .. expected.DifferencesInSubstance(actual)];
    }
}

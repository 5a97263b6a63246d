using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>The inserter views against the model, and against the bulk loader: three ways to one index.</summary>
public sealed class RowWiseTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public Task Rows_inserted_by_themselves_equal_the_model() => Property.HoldsAsync(
        migrated.Database,
        percent: 10,
        seed: 7_000_000,
        random =>
        {
            var generator = new BundleGenerator(random);
            return [RowWise.Telling(generator.Next(), random), RowWise.Telling(generator.Next(), random)];
        },
        async test =>
        {
            await using var index = await test.NewIndexAsync(loads: 1);
            var differences = new List<string>();
            foreach (var bundle in test.Bundles)
                differences.AddRange(await index.InsertAsync(bundle, test.Random));
            return differences;
        });
}

public sealed class RowWiseAndBulkTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public Task Row_wise_and_bulk_give_the_same_index() => Property.HoldsAsync(
        migrated.Database,
        percent: 5,
        seed: 8_000_000,
        RowWise.AgreeingBundle,
        async test =>
        {
            var (first, bulk) = await BulkLoads.LoadAsync(test, test.Bundles);
            await using var index = await test.NewIndexAsync(loads: 1);
            var second = await index.InsertAsync(test.Bundles[0], test.Random);
            return [.. first, .. second, .. bulk.DifferencesInSubstance(await index.ReadAsync())];
        });

    [Fact]
    public Task What_stands_from_a_bulk_load_is_found_row_by_row_and_burns_no_ids() => Property.HoldsAsync(
        migrated.Database,
        percent: 3,
        seed: 9_000_000,
        random => [RowWise.Telling(new BundleGenerator(random, defects: false).Next(), random)],
        async test =>
        {
            await using var index = await test.NewIndexAsync(loads: 2);
            var differences = (await index.LoadAsync(test.Bundles[0], test.Random)).ToList();
            var once = await index.ReadAsync();
            var sequences = await index.SequencesAsync();
            differences.AddRange(await index.InsertAsync(test.Bundles[0], test.Random));
            differences.AddRange(once.Differences(await index.ReadAsync()));
            if (!sequences.SequenceEqual(await index.SequencesAsync()))
                differences.Add("rows that stood burnt ids");
            return differences;
        });
}

public sealed class RowWiseBesideBulkTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public Task A_bundle_in_parts_some_row_wise_some_bulk_gives_the_same_index() => Property.HoldsAsync(
        migrated.Database,
        percent: 3,
        seed: 11_000_000,
        RowWise.AgreeingBundle,
        async test =>
        {
            var parts = BundleSplitter.Split(test.Bundles[0], test.Random.Next(2, 5), test.Random)
                .Select(part => BundleSplitter.Renumbered(part, test.Random))
                .ToArray();
            var (first, whole) = await BulkLoads.LoadAsync(test, test.Bundles);
            var (second, mixed) = await RowWise.MixAsync(test, parts);
            return [.. first, .. second, .. whole.DifferencesInSubstance(mixed)];
        });
}

/// <summary>What the properties do with bundles.</summary>
internal static class RowWise
{
    public static IReadOnlyList<Bundle> AgreeingBundle(Random random) =>
        [.. BulkLoads.AgreeingBundle(random).Select(bundle => Telling(bundle, random))];

    /// <summary>Half of the bundles with calls that name their nodes as these are named, so that the key tells which.</summary>
    public static Bundle Telling(Bundle bundle, Random random)
    {
        if (random.Next(2) == 0)
            return bundle;
        var validation = new BundleValidation(bundle);
        return new Bundle(bundle.AllRows.Select(row => row.Table == BundleTable.CallEdges
            ? Telling(Telling(row, "caller", validation), "callee", validation)
            : row));
    }

    /// <summary>Loads some of the bundles in bulk and others row by row, into one empty index.</summary>
    public static async Task<(IReadOnlyList<string> Differences, IndexContent Content)> MixAsync(
        PropertyCase test, IReadOnlyList<Bundle> bundles)
    {
        await using var index = await test.NewIndexAsync(loads: bundles.Count + 1);
        var differences = new List<string>();
        foreach (var bundle in bundles)
        {
            differences.AddRange(test.Random.Next(2) == 0
                ? await index.LoadAsync(bundle, test.Random)
                : await index.InsertAsync(bundle, test.Random));
        }
        return (differences, await index.ReadAsync());
    }

    private static BundleRow Telling(BundleRow call, string role, BundleValidation validation) =>
        validation.Parent(call, $"{role}_node_id") is { } node && call[$"{role}_qualified_name"] is not null
            ? call.With($"{role}_qualified_name", node["qualified_name"])
            : call;
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>The index of hashes of sub-trees, by which similar fragments are found: where a DBA wants it.</summary>
public sealed class SimilarityIndexTests : LoadingTest
{
    private const string Add = "CALL exograph.add_similarity_index()";
    private const string Drop = "CALL exograph.drop_similarity_index()";

    [Fact]
    public async Task It_comes_goes_and_is_kept_by_loads_without_the_indexes_of_texts()
    {
        var before = await Db.CatalogAsync();

        await Db.ExecuteAsync(Add);
        var added = await Db.CatalogAsync();
        await Db.ExecuteAsync(Add);
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync($"UPDATE {load.Staged("fragments")} SET sub_hashes = ARRAY[id, 7]");
        await load.FinalizeAsync();

        Assert.Equal(added, await Db.CatalogAsync());
        const string Question = "SELECT path, round(similarity::numeric, 2) FROM exograph_find.similar(1, 0.1)";
        Assert.Equal(["lib/b.ex|0.33"], await Db.RowsAsync(Question));
        Assert.Empty(await Db.RowsAsync("SELECT * FROM exograph.check_index()"));
        await Db.ExecuteAsync(Drop);
        await Db.ExecuteAsync(Drop);
        Assert.Equal(before, await Db.CatalogAsync());
        Assert.Equal(["lib/b.ex|0.33"], await Db.RowsAsync(Question));
    }

    [Fact]
    public async Task A_load_defers_it_and_rebuilding_or_dropping_ends_it()
    {
        await Db.ExecuteAsync(Add);
        var before = await Db.CatalogAsync();

        await (await Sample.BeginAsync(Db)).FinalizeAsync("defer_indexes => true");
        Assert.Equal(1, await Db.CountAsync("exograph.deferred_indexes WHERE index_name = 'fragments_sub_hashes'"));
        await Db.ExecuteAsync("CALL exograph.rebuild_indexes()");
        Assert.Equal(before, await Db.CatalogAsync());

        var load = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(load);
        await load.FinalizeAsync("defer_indexes => true");
        await Db.ExecuteAsync(Drop);
        await Db.ExecuteAsync("CALL exograph.rebuild_indexes()");
        Assert.Equal(0, await Db.CountAsync("pg_class WHERE relname = 'fragments_sub_hashes'"));
    }

    [Theory]
    [InlineData("exograph_loader")]
    [InlineData("exograph_reader")]
    public async Task It_is_for_the_owner_to_add_and_to_drop(string group)
    {
        var session = await OpenAsAsync(await CreateRoleAsync("somebody", group));

        await session.FailsAsync("42501", Add);
        await session.FailsAsync("42501", Drop);
        await (await OpenAsAsync("exograph_owner")).ExecuteAsync(Add);
    }
}

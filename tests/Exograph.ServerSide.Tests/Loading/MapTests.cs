using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>The maps from numbers to ids.</summary>
public sealed class MapTests : LoadingTest
{
    [Fact]
    public async Task Maps_are_kept_on_demand_until_they_are_dropped()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var role = await CreateRoleAsync("loader", "exograph_loader");
        var session = await OpenAsAsync(role);
        var load = await Load.BeginAsync(session, "keep_maps => true");
        await load.StageAsync("packages", "id, ecosystem, name", "(5, 'hex', 'alpha'), (6, 'hex', 'new'), (8, 'hex', 'new')");
        await load.StageAsync("terms", "id, term", "(70, 'def')");
        await load.FinalizeAsync();

        Assert.Equal(["5|alpha|false", "6|new|true", "8|new|true"], await session.RowsAsync(
            $"SELECT number, name, inserted FROM {load.Schema}.map_packages m JOIN exograph.packages p USING (id) ORDER BY 1"));
        Assert.Equal(["70|def"], await session.RowsAsync(
            $"SELECT m.number, t.term FROM {load.Schema}.map_terms m JOIN exograph.terms t ON t.id = m.id"));
        Assert.Equal(
            ["map_files|p", "map_fragments|p", "map_graph_nodes|p", "map_package_versions|p", "map_packages|p", "map_terms|p"],
            await Db.RowsAsync(
                $"""
                SELECT relname::text, relpersistence::text
                FROM pg_class WHERE relnamespace = '{load.Schema}'::regnamespace ORDER BY 1
                """));

        await session.ExecuteAsync($"CALL exograph.drop_maps({load.Id})");
        Assert.Equal(0, await LoadSchemasAsync());
        await session.ExecuteAsync($"CALL exograph.drop_maps({load.Id})");
    }

    [Fact]
    public async Task Without_keep_maps_nothing_of_the_staging_is_left()
    {
        var load = await Sample.BeginAsync(Db, "keep_maps => true");

        await load.FinalizeAsync("keep_maps => false");

        Assert.Equal(0, await LoadSchemasAsync());
        await Db.ExecuteAsync($"CALL exograph.drop_maps({load.Id})");
    }

    [Fact]
    public async Task An_open_load_has_no_maps_to_drop()
    {
        var load = await Sample.BeginAsync(Db);

        var error = await Db.FailsAsync("XG002", $"CALL exograph.drop_maps({load.Id})");

        Assert.Equal($"load {load.Id} is open, it has no maps yet", error.MessageText);
        Assert.Equal($"CALL exograph.finalize_load({load.Id}, keep_maps => true) makes and keeps them.", error.Hint);
        Assert.Equal(2, await Db.CountAsync(load.Staged("files")));
    }

    private Task<long> LoadSchemasAsync() => Db.CountAsync(@"pg_namespace WHERE nspname LIKE 'exograph\_load\_%'");
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>A large load into an index that holds nothing builds the dimensions' indexes and foreign keys afterwards.</summary>
public sealed class FirstLoadTests : LoadingTest
{
    [Fact]
    public async Task Indexes_and_keys_are_afterwards_what_they_were()
    {
        var before = await Db.CatalogAsync();
        var load = await BeginLargeAsync();

        await load.FinalizeAsync();

        Assert.Contains("index|terms", await PhasesAsync(load));
        Assert.Equal(before, await Db.CatalogAsync());
        await Db.FailsAsync("23505", "INSERT INTO exograph.terms (term) VALUES ('t1')");
        await Db.FailsAsync("23503", "INSERT INTO exograph.files (package_id, package_version_id, path, source, sha256) "
            + "VALUES (77, 77, 'p', 's', sha256('x'))");
    }

    [Fact]
    public async Task A_second_load_keeps_the_indexes()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await BeginLargeAsync();

        await load.FinalizeAsync();

        Assert.DoesNotContain("index|terms", await PhasesAsync(load));
        Assert.Equal(20_000, (await load.OutcomeAsync("terms")).Inserted);
    }

    [Fact]
    public async Task Who_reads_the_empty_index_keeps_its_indexes_and_is_not_waited_for()
    {
        var reader = await OpenAsync();
        await reader.ExecuteAsync("BEGIN");
        await reader.RowsAsync("SELECT path FROM exograph.files");
        var load = await BeginLargeAsync();

        await Db.ExecuteAsync("SET lock_timeout = '2s'");
        await load.FinalizeAsync();

        Assert.DoesNotContain("index|terms", await PhasesAsync(load));
        Assert.Equal(20_000, (await load.OutcomeAsync("terms")).Inserted);
        Assert.Contains(
            "the indexes of the empty tables are kept and maintained row by row: somebody is reading one of them",
            Db.Notices.Select(n => n.MessageText));
    }

    [Fact]
    public async Task A_key_that_another_table_refers_to_stays()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE public.reviews (
                version_id bigint, sha256 bytea,
                FOREIGN KEY (version_id, sha256) REFERENCES exograph.files (package_version_id, sha256))
            """);
        var before = await Db.CatalogAsync();
        var load = await BeginLargeAsync();

        await load.FinalizeAsync();

        Assert.Contains("index|terms", await PhasesAsync(load));
        Assert.Equal(before, await Db.CatalogAsync());
    }

    [Fact]
    public async Task After_a_failure_the_indexes_are_still_there()
    {
        var before = await Db.CatalogAsync();
        var load = await BeginLargeAsync();
        // The indexes are gone by then.
        await Db.ExecuteAsync("ALTER TABLE exograph.packages ADD CONSTRAINT nothing_goes_in CHECK (name = '') NOT VALID");

        await Db.FailsAsync("23514", load.FinalizeSql());

        await Db.ExecuteAsync("ALTER TABLE exograph.packages DROP CONSTRAINT nothing_goes_in");
        Assert.Equal(before, await Db.CatalogAsync());
    }

    private async Task<Load> BeginLargeAsync()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("terms", "id, term", "SELECT i, 't' || i FROM generate_series(1, 20000) i");
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'large')");
        return load;
    }

    private Task<string[]> PhasesAsync(Load load) =>
        Db.RowsAsync($"SELECT phase, table_name FROM exograph.load_phases WHERE load_id = {load.Id} AND table_name IS NOT NULL");
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>
/// Loads in a database whose tables are published. Of a published table without replica identity nothing can be updated or
/// deleted, whatever wal_level is.
/// </summary>
public sealed class PublicationTests : LoadingTest
{
    [Theory]
    [InlineData("CREATE PUBLICATION all_tables FOR ALL TABLES")]
    [InlineData("CREATE PUBLICATION index FOR TABLES IN SCHEMA exograph WITH (publish_via_partition_root)")]
    public async Task Everything_that_changes_or_deletes_rows_works_in_a_published_database(string publication)
    {
        await Db.ExecuteAsync(publication);

        // Numbered, with duplicates and rejects.
        var numbered = await Sample.BeginAsync(Db, "on_reject => 'skip', keep_maps => true");
        await numbered.StageAsync("definitions", "file_id, fragment_id, kind, name, qualified_name, line, col",
            "(1, 1, 'def', 'a', 'A.a/0', 1, 3), (1, NULL, 'def', NULL, 'A.a/0', 1, 3)");
        await numbered.FinalizeAsync("partition_threshold => 0");
        Assert.Equal(new Outcome(4) { Inserted = 2, Collapsed = 1, Rejected = 1 }, await numbered.OutcomeAsync("definitions"));

        // With reserved ids: mended rows, duplicates, rejects, rows mended by hand.
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var reserved = await ReservedSample.BeginAsync(Db, "on_reject => 'skip', partition_threshold => 0", from: 38);
        await reserved.StageFactsAsync(1, 1);
        await reserved.Load.StageAsync("definitions", "file_id, kind, name, qualified_name", "(1, 'k', NULL, 'q')");
        await Db.ExecuteAsync($"UPDATE {reserved.Load.Staged("comments")} SET text = 'because' WHERE line = 2");
        await Db.ExecuteAsync($"DELETE FROM {reserved.Staged("fragment_terms")} WHERE fragment_id = {reserved.Id("fragments", 40)}");
        await reserved.Load.FinalizeAsync();
        Assert.StartsWith("patched|", await reserved.PathAsync("comments"), StringComparison.Ordinal);
        Assert.Equal(1, (await reserved.Load.OutcomeAsync("definitions")).Rejected);

        await Db.ExecuteAsync(
            """
            INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name)
            SELECT min(id), 'k', 'by row', 'q' FROM exograph.files
            """);
        await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");
        await AssertIdentityAsync();

        await Db.ExecuteAsync(
            """
            DELETE FROM exograph.fragments;
            DELETE FROM exograph.terms;
            DELETE FROM exograph.packages;
            DELETE FROM exograph.loads;
            """);
        Assert.Empty(await Db.IndexAsync());
    }

    /// <summary>Every table that can be published has one, those of an open load too.</summary>
    private async Task AssertIdentityAsync()
    {
        await Sample.BeginAsync(Db, "ids => 'reserved'");
        Assert.Empty(await Db.RowsAsync(
            """
            SELECT c.oid::regclass::text
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname LIKE 'exograph%' AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
                AND c.relname NOT LIKE 'map\_%' -- never changed
                AND n.nspname <> 'exograph_all' -- whose rows are on shards
                AND CASE c.relreplident
                        WHEN 'd' THEN NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
                        ELSE c.relreplident <> 'f'
                    END
            """));
    }
}

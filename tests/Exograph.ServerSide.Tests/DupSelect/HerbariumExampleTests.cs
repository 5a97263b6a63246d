using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>The example loads a flat file by both ways, with one result.</summary>
public sealed class HerbariumExampleTests
{
    [Fact]
    public async Task Both_ways_make_the_same_herbarium()
    {
        await using var database = await TestDatabase.CreateAsync();

        var printed = await Psql.RunAsync(database, "examples/herbarium/load.sql", Repository.Root);

        Assert.Matches(@"differences \n-+\n +0\n", printed);
        var byRow = await ResultAsync(database, "herbarium");
        Assert.Equal(byRow, await ResultAsync(database, "herbarium_by_set"));
        // 40 lines, of which four are sheets entered twice.
        Assert.Equal(36, byRow.Count);
        Assert.Equal(["""label reads "alp. Wiese"|m. rikli|Passo Rolle|Italy|Trifolium pratense|Fabaceae"""],
            await database.ColumnAsync<string>(
                """
                SELECT concat_ws('|', notes, collector, locality, country, species, family)
                FROM herbarium.result WHERE catalog_number = 'H-1003'
                """));
        Assert.Equal(["11 species", "6 family", "8 genus"], await database.ColumnAsync<string>(
            "SELECT count(*) || ' ' || rank FROM herbarium.taxon GROUP BY rank ORDER BY 1"));
        Assert.Equal(5, await database.ScalarAsync<long>("SELECT count(*) FROM herbarium_by_set.collector"));
    }

    private static Task<List<string>> ResultAsync(TestDatabase database, string schema) =>
        database.ColumnAsync<string>($"SELECT r::text FROM {schema}.result r ORDER BY 1");
}

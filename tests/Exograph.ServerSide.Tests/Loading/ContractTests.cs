using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Lists of tables that the code spells out are what the contract of the staging tables says.</summary>
public sealed class ContractTests : LoadingTest
{
    [Fact]
    public async Task Tables_that_can_be_declared_complete_are_those_whose_rows_belong_to_a_file()
    {
        Assert.Equal(
            await Db.RowsAsync("""
                SELECT DISTINCT table_name FROM exograph.staging_columns
                WHERE column_name = 'file_id' OR kind = 'pair' ORDER BY 1
                """),
            await Db.RowsAsync("SELECT t FROM unnest(exograph.complete_tables()) t ORDER BY 1"));
    }

    [Fact]
    public async Task Large_dimensions_whose_indexes_are_dropped_are_all_but_packages_and_versions()
    {
        Assert.Equal(
            await Db.RowsAsync("""
                SELECT DISTINCT table_name FROM exograph.staging_columns
                WHERE kind = 'dimension' AND table_name NOT IN ('packages', 'package_versions') ORDER BY 1
                """),
            await Db.RowsAsync("SELECT DISTINCT table_name FROM exograph_private.droppable_indexes ORDER BY 1"));
    }

    [Fact]
    public async Task Facts_are_the_partitioned_tables_of_the_index()
    {
        Assert.Equal(
            await Db.RowsAsync("SELECT DISTINCT table_name FROM exograph.staging_columns WHERE kind IN ('fact', 'set') ORDER BY 1"),
            await Db.RowsAsync("""
                SELECT relname FROM pg_class WHERE relnamespace = 'exograph'::regnamespace AND relkind = 'p' ORDER BY 1
                """));
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Where the tables of loads and their indexes lie.</summary>
public sealed class TablespaceTests : LoadingTest
{
    private readonly string _tablespace = $"facts_{Guid.NewGuid():N}";

    [Fact]
    public async Task Partitions_and_their_indexes_lie_where_the_partitioned_table_and_its_indexes_do()
    {
        await CreateTablespaceAsync();
        try
        {
            await Db.ExecuteAsync(
                $"""
                ALTER TABLE exograph.definitions SET TABLESPACE {_tablespace};
                ALTER TABLE exograph.comments SET TABLESPACE {_tablespace};
                ALTER INDEX exograph.definitions_name SET TABLESPACE {_tablespace};
                """);
            var error = await Db.FailsAsync("42501", "SELECT exograph.begin_load('x', ids => 'reserved')");
            Assert.Equal($"role exograph_owner may not use tablespace {_tablespace} of exograph.comments", error.MessageText);
            Assert.Equal($"Have a superuser run: GRANT CREATE ON TABLESPACE {_tablespace} TO exograph_owner;", error.Hint);
            await Db.ExecuteAsync($"GRANT CREATE ON TABLESPACE {_tablespace} TO exograph_owner");

            await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();
            await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
            Assert.Equal(
                ["comments_load_2", "comments_load_3", "definitions_load_2", "definitions_load_2_name", "definitions_load_3",
                    "definitions_load_3_name"],
                await LyingThereAsync());
            await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");

            Assert.Equal(["comments_load_2_to_3", "definitions_load_2_to_3", "definitions_load_2_to_3_name"],
                await LyingThereAsync());
        }
        finally
        {
            await Db.ExecuteAsync("DROP SCHEMA exograph CASCADE");
            await Db.ExecuteAsync($"DROP TABLESPACE {_tablespace}");
        }
    }

    [Fact]
    public async Task A_default_tablespace_of_the_caller_is_not_for_the_tables_of_loads()
    {
        await CreateTablespaceAsync();
        try
        {
            // The owner of the schema may not even use it.
            await Db.ExecuteAsync($"SET default_tablespace = {_tablespace}");
            foreach (var ids in new[] { "numbered", "reserved" })
            {
                var load = await Load.BeginAsync(Db, $"ids => '{ids}', partition_threshold => 0, complete => '{{definitions}}'");
                await load.CheckAsync();
                await Db.ExecuteAsync($"SELECT * FROM exograph.files_lacking({load.Id})");
                await load.FinalizeAsync();
            }
            await Db.ExecuteAsync("SET default_tablespace = ''");
            await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();
            await Db.ExecuteAsync($"SET default_tablespace = {_tablespace}");
            await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();
            await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");

            Assert.Empty(await LyingThereAsync());
            Assert.Equal([_tablespace], await Db.RowsAsync("SHOW default_tablespace"));
        }
        finally
        {
            await Db.ExecuteAsync("RESET default_tablespace");
            await Db.ExecuteAsync($"DROP TABLESPACE {_tablespace}");
        }
    }

    private async Task CreateTablespaceAsync()
    {
        await Db.ExecuteAsync("SET allow_in_place_tablespaces = on");
        await Db.ExecuteAsync($"CREATE TABLESPACE {_tablespace} LOCATION ''");
    }

    private Task<string[]> LyingThereAsync() => Db.RowsAsync(
        """
        SELECT c.relname FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace
        WHERE t.spcname = $1 AND c.relkind IN ('r', 'i') AND c.relnamespace = 'exograph'::regnamespace
        ORDER BY 1
        """,
        _tablespace);
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Options of begin_load and finalize_load.</summary>
public sealed class OptionTests : LoadingTest
{
    [Fact]
    public async Task The_ledger_shows_the_options_in_force()
    {
        await (await Load.BeginAsync(Db)).FinalizeAsync();
        var load = await Load.BeginAsync(Db, "on_reject => 'skip', reject_limit => 5");
        Assert.Equal(["""{"on_reject": "skip", "reject_limit": 5}"""], await OptionsAsync(load));

        await load.FinalizeAsync("reject_limit => 7, partition_threshold => 0");

        const string Query = "SELECT key, value FROM exograph.loads, jsonb_each(options) WHERE load_id = $1 ORDER BY key";
        Assert.Equal(
            [
                "complete|[]", "defer_indexes|false", "ids|\"numbered\"", "keep_maps|false", "mode|\"union\"",
                "most_partitions|null", "on_reject|\"skip\"",
                "partition_threshold|0", "reject_limit|7",
            ],
            await Db.RowsAsync(Query, load.Id));
        Assert.Equal(
            [
                "complete|[]", "defer_indexes|false", "ids|\"numbered\"", "keep_maps|false", "mode|\"union\"",
                "most_partitions|null", "on_reject|\"fail\"",
                "partition_threshold|10000", "reject_limit|null",
            ],
            await Db.RowsAsync(Query, 1));
    }

    [Fact]
    public async Task Options_of_finalize_load_go_before_those_of_begin_load()
    {
        var load = await Load.BeginAsync(Db, "on_reject => 'skip', partition_threshold => 1000000");
        await load.StageAsync("files", "id, path, source, sha256", "(1, 'a', 'a', sha256('a')), (2, NULL, 'b', 'b')");
        await load.StageAsync("comments", "file_id, text", "(1, 'why')");

        await Db.FailsAsync("XG006", load.FinalizeSql("on_reject => 'fail'"));
        await load.FinalizeAsync("partition_threshold => 1");

        Assert.Equal(["1"], await Db.RowsAsync("SELECT load_id FROM exograph.comments"));
        Assert.Equal(1, await Db.CountAsync("exograph.load_rejects"));
    }

    [Fact]
    public async Task An_option_must_be_one_of_its_values()
    {
        const string OnReject = "A load with rows that break a rule fails, or goes on without them.";
        var load = await Load.BeginAsync(Db);
        foreach (var (option, message, hint) in new[]
        {
            ("on_reject => 'SKIP'", "on_reject must be 'fail' or 'skip', not 'SKIP'", OnReject),
            ("on_reject => 'it''s'", "on_reject must be 'fail' or 'skip', not 'it''s'", OnReject),
            ("reject_limit => -1", "reject_limit must be 0 or more, not -1",
                "It is the number of rows that may be left out under on_reject => 'skip'. NULL means any number."),
            ("most_partitions => 1", "most_partitions must be 2 or more, not 1",
                "It is the number of partitions of a fact table beyond which those of old loads are merged. NULL merges none."),
            ("partition_threshold => -5", "partition_threshold must be 0 or more, not -5",
                "It is the number of rows from which a fact table gets a partition of its own. 0 means always."),
        })
        {
            foreach (var sql in new[] { $"SELECT exograph.begin_load('x', {option})", load.FinalizeSql(option) })
            {
                var error = await Db.FailsAsync("XG008", sql);
                Assert.Equal(message, error.MessageText);
                Assert.Equal(hint, error.Hint);
            }
        }
        Assert.Equal("open", await load.StateAsync());
        Assert.Equal(1, await Db.CountAsync("exograph.loads"));
    }

    private Task<string[]> OptionsAsync(Load load) =>
        Db.RowsAsync($"SELECT options FROM exograph.loads WHERE load_id = {load.Id}");
}

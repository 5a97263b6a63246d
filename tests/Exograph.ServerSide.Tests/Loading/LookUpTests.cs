using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Questions of readers that an index answers.</summary>
public sealed class LookUpTests : LoadingTest
{
    [Theory]
    [InlineData("terms_term", "SELECT id FROM exograph.terms WHERE term = 'call'", 1)]
    [InlineData("callee_qualified_name", "SELECT caller_node_id FROM exograph.call_edges WHERE callee_qualified_name = 'B.f/1'", 1)]
    public async Task An_index_finds(string index, string question, int rows)
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync($"UPDATE {load.Staged("call_edges")} SET callee_qualified_name = 'B.f/1'");
        await load.FinalizeAsync("partition_threshold => 0");
        await Db.ExecuteAsync("SET enable_seqscan = off");

        Assert.Contains(index, string.Join('\n', await Db.RowsAsync("EXPLAIN " + question)), StringComparison.Ordinal);
        Assert.Equal(rows, (await Db.RowsAsync(question)).Length);
    }

    [Fact]
    public async Task A_long_term_is_found_by_its_text()
    {
        await Db.ExecuteAsync("SELECT exograph.resolve_terms(ARRAY[repeat('long ', 200000), repeat('long ', 200001)])");
        await Db.ExecuteAsync("SET enable_seqscan = off");

        Assert.Equal(
            ["1000000"], await Db.RowsAsync("SELECT length(term) FROM exograph.terms WHERE term = repeat('long ', 200000)"));
    }

    [Fact]
    public async Task Terms_that_are_deleted_in_numbers_leave_the_sets_of_others_alone()
    {
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("terms", "id, term", "SELECT 1000 + n, 'many ' || n FROM generate_series(1, 20000) n");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 1001), (1, 1002), (2, 1002)");
        await load.FinalizeAsync("partition_threshold => 0");
        var before = await Db.CountAsync("exograph.fragment_terms");

        await Db.ExecuteAsync("DELETE FROM exograph.terms WHERE term LIKE 'many %'");

        Assert.Equal(before - 3, await Db.CountAsync("exograph.fragment_terms"));
        Assert.Equal(0, await Db.CountAsync("exograph.fragment_term_sets WHERE term_ids = '{}'"));
    }
}

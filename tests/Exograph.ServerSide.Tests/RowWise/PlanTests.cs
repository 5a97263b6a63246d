using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.RowWise;

/// <summary>How the inserter views look up what stands. A session keeps its plans while the tables grow.</summary>
public sealed class PlanTests : LoadingTest
{
    [Fact]
    public async Task No_table_is_scanned_even_where_it_was_analyzed_with_one_row_in_it()
    {
        await Row.InsertAllAsync(Db);
        await Db.ExecuteAsync("ANALYZE");

        // More than five rows of each kind: a plan is kept from the sixth on.
        await Db.ExecuteAsync("BEGIN");
        for (var round = 0; round < 8; round++)
        {
            foreach (var view in Row.Of.Keys)
                await Db.ExecuteAsync(Row.Insert(view).Replace("'alpha'", $"'alpha{round}'", StringComparison.Ordinal)
                    .Replace("'\\x01'", $"'\\x01{round:x2}'", StringComparison.Ordinal));
            await Row.InsertAllAsync(Db);
        }

        Assert.Empty(await Db.RowsAsync(
            "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE schemaname = 'exograph' AND seq_scan > 0"));
        await Db.ExecuteAsync("ROLLBACK");
    }
}

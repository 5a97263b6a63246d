using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.RowWise;

/// <summary>How the inserter views look up what exists. A session keeps its plans while the tables grow.</summary>
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

    [Theory]
    [InlineData("i", "i")]
    [InlineData("i", "NULL::integer")]
    [InlineData("NULL::integer", "i")]
    [InlineData("NULL::integer", "NULL::integer")]
    public async Task A_fact_is_looked_up_by_its_whole_identity_with_or_without_line_and_column(string line, string column)
    {
        await Row.InsertAllAsync(Db);
        await Db.ExecuteAsync("ANALYZE");
        // A name that many facts share has an index, too, which is not to be taken.
        var name = line == "i" ? "'same'" : "'name' || i";
        (string Fact, string Columns, string Values)[] facts =
        [
            ("comments", "file_id, text", $"f.id, {name}"),
            ("definitions", "file_id, kind, name, qualified_name", $"f.id, 'k', 'n', {name}"),
            ("symbol_references", "file_id, kind, name, qualified_name", $"f.id, 'k', 'n', {name}"),
        ];
        foreach (var (fact, columns, values) in facts)
        {
            await Db.ExecuteAsync("BEGIN");
            await Db.ExecuteAsync(
                $"""
                INSERT INTO exograph_in.{fact} ({columns}, line, col)
                SELECT {values}, {line}, {column} FROM exograph.files f, generate_series(1, 300) i
                """);
            Assert.Equal(301, await Db.CountAsync($"exograph.{fact}"));

            // What is new has nothing to fetch; if each looked at all before it, it would be 300 * 299 / 2 rows.
            Assert.True(await Db.ScalarAsync<long>(
                "SELECT sum(idx_tup_fetch)::bigint FROM pg_stat_xact_user_tables "
                + $"WHERE schemaname = 'exograph' AND relname = '{fact}_shared'") < 300, fact);
            await Db.ExecuteAsync("ROLLBACK");
        }
    }

    [Fact]
    public async Task Parents_are_looked_up_one_by_one_even_where_they_were_analyzed_with_one_row()
    {
        await Row.InsertAllAsync(Db);
        await Db.ExecuteAsync("DELETE FROM exograph.graph_nodes WHERE file_id IS NULL; ANALYZE; BEGIN");

        await Db.ExecuteAsync(
            """
            INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256)
            SELECT 'hex', 'alpha', 'v' || i, 'p' || i, 's', sha256(int4send(i)) FROM generate_series(1, 300) i;
            INSERT INTO exograph_in.fragments (file_id, ecosystem, package, version, ast, kind, line, mass)
            SELECT f.id, f.ecosystem, f.package, f.version, '\x', 'def', 1, 1 FROM exograph_in.files f;
            INSERT INTO exograph_in.graph_nodes (file_id, fragment_id, engine, kind, qualified_name)
            SELECT g.file_id, g.id, 'e', 'k', 'q' FROM exograph.fragments g;
            """);
        var before = await FetchedAsync();
        await Db.ExecuteAsync(
            """
            INSERT INTO exograph_in.call_edges (caller_node_id, callee_node_id, callee_file_sha256, caller_qualified_name,
                                                callee_qualified_name)
            SELECT n.id, n.id, f.sha256, 'q', 'q' FROM exograph.graph_nodes n JOIN exograph.files f ON f.id = n.file_id;
            """);

        // Some 20 for each row; if each looked at all before it, it would be 300 * 299 / 2 rows of a table.
        Assert.All(before.Concat(await FetchedAsync()), row => Assert.True(long.Parse(row.Split('|')[1],
            System.Globalization.CultureInfo.InvariantCulture) < 20_000, row));
        await Db.ExecuteAsync("ROLLBACK");
    }

    private Task<string[]> FetchedAsync() => Db.RowsAsync(
        "SELECT relname, coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE schemaname = 'exograph'");
}

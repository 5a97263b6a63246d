using System.Globalization;
using Exograph.ServerSide.Tests.Loading;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.RowWise;

/// <summary>Sessions that insert the same keys at the same time.</summary>
public sealed class ConcurrencyTests : LoadingTest
{
    private const int Sessions = 8;

    [Fact]
    public async Task Sessions_that_insert_the_same_rows_get_the_same_ids()
    {
        var sessions = await OpenManyAsync();

        var told = await Task.WhenAll(sessions.Select(session => InsertRoundsAsync(session, rounds: 4)));

        Assert.All(told, ids => Assert.Equal(told[0], ids));
        Assert.All(told[0], id => Assert.DoesNotContain("null", id, StringComparison.Ordinal));
        await EverythingStandsOnceAsync(rounds: 4);
    }

    [Fact]
    public async Task Sessions_that_begin_at_different_rows_do_not_deadlock_where_each_statement_commits()
    {
        var sessions = await OpenManyAsync();
        var statements = Enumerable.Range(0, 4).SelectMany(round => Row.Of.Keys.Select(view => Statement(view, round))).ToArray();
        // What names a file or a fragment needs it: these exist, and the rest comes in any order.
        for (var round = 0; round < 4; round++)
        {
            await Db.ExecuteAsync(Statement("files", round));
            await Db.ExecuteAsync(Statement("fragments", round));
        }

        await Task.WhenAll(sessions.Select(async (session, i) =>
        {
            var own = statements.ToArray();
            new Random(i).Shuffle(own);
            foreach (var statement in own)
                await session.ExecuteAsync(statement);
        }));

        await EverythingStandsOnceAsync(rounds: 4);
    }

    [Theory]
    [InlineData("'hex', '{0}'", "ecosystem, package")]
    [InlineData("(SELECT id FROM exograph.packages WHERE name = '{0}')", "package_id")]
    public async Task Calls_to_and_fro_between_new_packages_or_versions_do_not_deadlock(string package, string columns)
    {
        var sessions = await OpenManyAsync();
        if (columns == "package_id")
        {
            await Db.ExecuteAsync(
                "INSERT INTO exograph_in.packages (ecosystem, name) SELECT 'hex', p || n FROM generate_series(0, 29) n, "
                + "unnest('{a,b}'::text[]) p");
        }

        await Task.WhenAll(sessions.Select(async (session, i) =>
        {
            for (var round = 0; round < 30; round++)
            {
                var (caller, callee) = i % 2 == 0 ? ("a", "b") : ("b", "a");
                var own = string.Format(CultureInfo.InvariantCulture, package, $"{caller}{round}");
                await session.ExecuteAsync(
                    $"""
                    INSERT INTO exograph_in.call_edges ({columns}, version, caller_ecosystem, caller_package,
                        caller_version, caller_engine, caller_kind, caller_qualified_name, callee_ecosystem, callee_package,
                        callee_version, callee_engine, callee_kind, callee_qualified_name)
                    VALUES ({own}, '1', 'hex', '{caller}{round}', '1', 'e', 'k', '{caller}',
                        'hex', '{callee}{round}', '1', 'e', 'k', '{callee}')
                    """);
            }
        }));

        Assert.Equal(60, await Db.CountAsync("exograph.packages"));
        Assert.Equal(60, await Db.CountAsync("exograph.graph_nodes"));
        Assert.Equal(60, await Db.CountAsync("exograph.call_edges"));
    }

    [Fact]
    public async Task Transactions_that_insert_in_the_same_order_do_not_deadlock()
    {
        var sessions = await OpenManyAsync();

        await Task.WhenAll(sessions.Select(async session =>
        {
            await session.ExecuteAsync("BEGIN");
            await InsertRoundsAsync(session, rounds: 2);
            await session.ExecuteAsync("COMMIT");
        }));

        await EverythingStandsOnceAsync(rounds: 2);
    }

    [Fact]
    public async Task Transactions_that_insert_new_keys_in_opposite_orders_deadlock_and_one_goes_on()
    {
        var other = await OpenAsync();
        await Db.ExecuteAsync("BEGIN; INSERT INTO exograph_in.terms (term) VALUES ('a')");
        await other.ExecuteAsync("BEGIN; INSERT INTO exograph_in.terms (term) VALUES ('b')");

        var first = Record.ExceptionAsync(() => Db.ExecuteAsync("INSERT INTO exograph_in.terms (term) VALUES ('b')"));
        await other.UntilBlockedAsync(Db);
        var second = Record.ExceptionAsync(() => other.ExecuteAsync("INSERT INTO exograph_in.terms (term) VALUES ('a')"));
        // The victim's transaction has ended with its error, which lets the other go on.
        var errors = new[] { await first, await second };
        await Db.ExecuteAsync("COMMIT");
        await other.ExecuteAsync("COMMIT");

        var error = Assert.Single(errors, error => error is not null);
        Assert.Equal("40P01", Assert.IsType<PostgresException>(error).SqlState);
        Assert.Equal(["a", "b"], await Db.RowsAsync("SELECT term FROM exograph.terms ORDER BY 1"));
    }

    [Fact]
    public async Task Transactions_that_find_existing_rows_in_opposite_orders_do_not_wait()
    {
        await Row.InsertAllAsync(Db);
        var other = await OpenAsync();
        await other.ExecuteAsync("SET lock_timeout = '10s'; BEGIN");
        await Db.ExecuteAsync("SET lock_timeout = '10s'; BEGIN");

        await Row.InsertAllAsync(Db);
        foreach (var view in Row.Of.Keys.Reverse())
            await other.ExecuteAsync(Row.Insert(view));
        foreach (var view in Row.Of.Keys.Reverse())
            await Db.ExecuteAsync(Row.Insert(view));
        await Row.InsertAllAsync(other);
        await other.ExecuteAsync("COMMIT");
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(1, await Db.CountAsync("exograph.files"));
    }

    [Fact]
    public async Task A_row_that_another_session_is_inserting_is_waited_for_and_found()
    {
        foreach (var view in Row.Of.Keys)
        {
            var other = await OpenAsync();
            var columns = Row.Dimensions.Contains(view) ? "id" : string.Join(", ", Row.Of[view].Keys);
            await Db.ExecuteAsync("BEGIN");
            var first = await Db.RowsAsync($"{Row.Insert(view)} RETURNING {columns}");

            var second = other.RowsAsync($"{Row.Insert(view)} RETURNING {columns}");
            await Db.UntilBlockedAsync(other);
            await Db.ExecuteAsync("COMMIT");

            Assert.Equal(first, await second);
        }
        await StandsOnceAsync();
    }

    [Fact]
    public async Task A_row_whose_first_insert_is_rolled_back_is_inserted_by_the_session_that_waited()
    {
        foreach (var view in Row.Of.Keys)
        {
            var other = await OpenAsync();
            await Db.ExecuteAsync("BEGIN");
            await Db.ExecuteAsync(Row.Insert(view));

            var second = other.RowsAsync($"{Row.Insert(view)} RETURNING {Row.Of[view].Keys.Last()}");
            await Db.UntilBlockedAsync(other);
            await Db.ExecuteAsync("ROLLBACK");

            Assert.Single(await second);
        }
        await StandsOnceAsync();
    }

    [Theory]
    [InlineData("REPEATABLE READ")]
    [InlineData("SERIALIZABLE")]
    public async Task Above_read_committed_a_row_inserted_since_the_snapshot_is_40001_not_a_second_copy(string level)
    {
        foreach (var view in Row.Of.Keys)
        {
            var other = await OpenAsync();
            await other.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");
            await other.CountAsync("exograph.packages"); // the snapshot
            await Db.ExecuteAsync(Row.Insert(view));

            await other.FailsAsync("40001", Row.Insert(view));
            await other.ExecuteAsync("ROLLBACK");
            await other.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");
            await other.ExecuteAsync(Row.Insert(view));
            await other.ExecuteAsync("COMMIT");
        }
        await StandsOnceAsync();
    }

    [Theory]
    [InlineData("REPEATABLE READ")]
    [InlineData("SERIALIZABLE")]
    public async Task Above_read_committed_sessions_succeed_or_are_told_to_try_again(string level)
    {
        var sessions = await OpenManyAsync();

        var told = await Task.WhenAll(sessions.Select(async session =>
        {
            while (true)
            {
                try
                {
                    await session.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");
                    var ids = await InsertRoundsAsync(session, rounds: 1);
                    await session.ExecuteAsync("COMMIT");
                    return ids;
                }
                catch (PostgresException error)
                {
                    Assert.Equal("40001", error.SqlState);
                    await session.ExecuteAsync("ROLLBACK");
                }
            }
        }));

        Assert.All(told, ids => Assert.Equal(told[0], ids));
        await EverythingStandsOnceAsync(rounds: 1);
    }

    [Fact]
    public async Task Statements_of_many_rows_in_opposite_orders_deadlock_at_worst()
    {
        var other = await OpenAsync();
        var rows = string.Join(", ", Enumerable.Range(0, 200).Select(i => $"('t{i}')"));
        var reversed = string.Join(", ", Enumerable.Range(0, 200).Reverse().Select(i => $"('t{i}')"));

        var errors = await Task.WhenAll(
            Record.ExceptionAsync(() => Db.ExecuteAsync($"INSERT INTO exograph_in.terms (term) VALUES {rows}")).AsTask(),
            Record.ExceptionAsync(() => other.ExecuteAsync($"INSERT INTO exograph_in.terms (term) VALUES {reversed}")).AsTask());

        Assert.All(errors, error => Assert.True(error is null or PostgresException { SqlState: "40P01" }, error?.Message));
        Assert.Contains(errors, error => error is null);
        Assert.Equal(200, await Db.CountAsync("exograph.terms"));
    }

    private async Task<Session[]> OpenManyAsync()
    {
        var sessions = new Session[Sessions];
        for (var i = 0; i < Sessions; i++)
            sessions[i] = await OpenAsync();
        return sessions;
    }

    /// <summary>The row of a view, under keys of its own in each round.</summary>
    private static string Statement(string view, int round) => Row.Insert(view)
        .Replace("'alpha'", $"'alpha{round}'", StringComparison.Ordinal)
        .Replace("'\\x01'", $"'\\x01{round:x2}'", StringComparison.Ordinal)
        .Replace("'call'", $"'call{round}'", StringComparison.Ordinal)
        .Replace("'B.b/0'", $"'B.b/{round}'", StringComparison.Ordinal);

    private static async Task<List<string>> InsertRoundsAsync(Session session, int rounds)
    {
        var ids = new List<string>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var view in Row.Of.Keys)
            {
                var returned = view switch
                {
                    "fragment_terms" => "fragment_id, term_id",
                    "call_edges" => "package_id, package_version_id, file_id, caller_node_id, callee_node_id",
                    "comments" or "definitions" or "symbol_references" => "package_id, package_version_id, file_id, fragment_id",
                    "files" => "id, package_id, package_version_id",
                    _ => "id",
                };
                ids.AddRange(await session.RowsAsync($"{Statement(view, round)} RETURNING {returned}"));
            }
        }
        return ids;
    }

    private async Task EverythingStandsOnceAsync(int rounds)
    {
        foreach (var view in Row.Of.Keys)
            Assert.Equal(view == "graph_nodes" ? 2 * rounds : rounds, await Db.CountAsync($"exograph.{view}"));
        Assert.Equal(rounds, await Db.CountAsync("exograph.file_paths"));
        Assert.Equal(rounds, await Db.CountAsync("exograph_in.fragment_terms")); // joined to what they refer to
    }

    private Task StandsOnceAsync() => EverythingStandsOnceAsync(rounds: 1);
}

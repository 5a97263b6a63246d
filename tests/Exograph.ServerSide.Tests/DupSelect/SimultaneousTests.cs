using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Sessions that insert the same keys at the same time.</summary>
public sealed class SimultaneousTests : DupSelectTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Eight_sessions_that_insert_the_same_keys_get_the_same_rows(bool withTrigger)
    {
        await Db.ExecuteAsync("CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE)");
        if (withTrigger)
        {
            await Db.ExecuteAsync(
                """
                CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.k := lower(NEW.k); RETURN NEW; END';
                CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION fill();
                """);
        }
        var sessions = new List<Session>();
        for (var n = 0; n < 8; n++)
            sessions.Add(await OpenAsync());

        var ids = await Task.WhenAll(sessions.Select(async session =>
        {
            var rows = new List<string>();
            for (var key = 0; key < 25; key++)
                rows.Add(await SelectAsync(session, "t", $"NULL, 'K{key}'"));
            return rows;
        }));

        Assert.All(ids, rows => Assert.Equal(ids[0], rows));
        Assert.DoesNotContain(ids[0], row => row.Contains("null", StringComparison.Ordinal));
        Assert.Equal(25, await Db.CountAsync("t"));
    }

    [Fact]
    public async Task A_duplicate_in_an_open_transaction_is_waited_for()
    {
        await Db.ExecuteAsync("CREATE TABLE t (k text UNIQUE, n int)");
        var (other, waiting) = (await OpenAsync(), await OpenAsync());
        foreach (var (end, found) in new[] { ("ROLLBACK", "a|2"), ("COMMIT", "a|2") })
        {
            await other.ExecuteAsync("BEGIN");
            await other.ExecuteAsync(end == "ROLLBACK" ? "INSERT INTO t VALUES ('a', 1)" : "DELETE FROM t WHERE n = 2");
            var call = SelectAsync(waiting, "t", "'a', 2");
            await other.UntilBlockedAsync(waiting);
            await other.ExecuteAsync(end);
            Assert.Equal(found, await call);
        }
        Assert.Equal(1, await Db.CountAsync("t"));
    }

    [Fact]
    public async Task A_row_that_is_deleted_before_it_is_read_is_inserted_after_all()
    {
        // The key is a default, which waits when it is evaluated for the look-up.
        await Db.ExecuteAsync(
            """
            CREATE SEQUENCE calls;
            CREATE FUNCTION name() RETURNS text LANGUAGE plpgsql AS
                'BEGIN IF nextval(''calls'') = 2 THEN PERFORM pg_advisory_lock(7); END IF; RETURN ''a''; END';
            CREATE TABLE t (k text DEFAULT name() UNIQUE, n int);
            INSERT INTO t VALUES ('a', 1);
            """);
        var (other, waiting) = (await OpenAsync(), await OpenAsync());
        await other.ExecuteAsync("SELECT pg_advisory_lock(7)");
        var call = SelectAsync(waiting, "t", "NULL, 2");
        await other.UntilBlockedAsync(waiting);
        await other.ExecuteAsync("DELETE FROM t");
        await other.ExecuteAsync("SELECT pg_advisory_unlock(7)");

        Assert.Equal("a|2", await call);
        Assert.Equal(["a|2"], await Db.RowsAsync("TABLE t"));
        Assert.Equal(3, await Db.ScalarAsync<long>("SELECT last_value FROM calls"));
    }

    [Theory]
    [InlineData("REPEATABLE READ", false)]
    [InlineData("SERIALIZABLE", false)]
    [InlineData("REPEATABLE READ", true)]
    public async Task A_snapshot_that_does_not_show_the_row_gets_40001(string level, bool withTrigger)
    {
        await Db.ExecuteAsync("CREATE TABLE t (k text UNIQUE, n int); INSERT INTO t VALUES ('old', 0)");
        if (withTrigger)
        {
            await Db.ExecuteAsync(
                """
                CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.k := lower(NEW.k); RETURN NEW; END';
                CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION fill();
                """);
        }
        var session = await OpenAsync();
        await session.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");
        Assert.Equal(1, await session.CountAsync("t"));
        await Db.ExecuteAsync("INSERT INTO t VALUES ('late', 1)");

        Assert.Equal("old|0", await SelectAsync(session, "t", "'old', 2"));
        Assert.Equal("new|2", await SelectAsync(session, "t", "'new', 2"));
        Assert.Equal("new|2", await SelectAsync(session, "t", "'new', 3"));
        var error = await session.FailsAsync("40001", Call("select", "t", "'late', 2"));

        await session.ExecuteAsync("ROLLBACK");
        if (!withTrigger)
            Assert.Equal(("t", "t_k_key", "Run the transaction again."), (error.TableName, error.ConstraintName, error.Hint));
        await session.ExecuteAsync($"BEGIN ISOLATION LEVEL {level}");
        Assert.Equal("late|1", await SelectAsync(session, "t", "'late', 2"));
        await session.ExecuteAsync("COMMIT");
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>insert_on_duplicate_key_return tells the key from the row, and refuses where it cannot.</summary>
public sealed class ReturnTests : DupSelectTest
{
    [Fact]
    public async Task The_key_comes_back_and_nothing_else_whether_the_row_was_new_or_not()
    {
        await Db.ExecuteAsync("""CREATE TABLE t (note text, "b ""k" text, n int DEFAULT 5, a int, PRIMARY KEY (a, "b ""k"))""");

        Assert.Equal("null|x, y|null|1", await ReturnAsync("t", "'first', 'x, y', NULL, 1"));
        Assert.Equal("null|x, y|null|1", await ReturnAsync("t", "'second', 'x, y', 7, 1"));

        Assert.Equal(["first|x, y|5|1"], await Db.RowsAsync("TABLE t"));
    }

    [Fact]
    public async Task A_key_with_a_default_may_be_given_and_a_partitioned_table_too()
    {
        await Db.ExecuteAsync(
            "CREATE TABLE t (k int DEFAULT 1, b text COLLATE \"C\", n int, UNIQUE (k, b)) PARTITION BY LIST (k); "
            + "CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2); CREATE TABLE s (id serial PRIMARY KEY, n int)");
        foreach (var n in new[] { 1, 2 })
        {
            Assert.Equal("2|x|null", await ReturnAsync("t", $"2, 'x', {n}"));
            Assert.Equal("7|null", await ReturnAsync("s", $"7, {n}"));
        }
        Assert.Equal(["2|x|1"], await Db.RowsAsync("TABLE t"));
        Assert.Equal(["7|1"], await Db.RowsAsync("TABLE s"));
    }

    [Theory]
    [InlineData("a int, b int", "1, 2", "it has no unique constraint")]
    [InlineData("a serial PRIMARY KEY, b int UNIQUE", "1, 2", "it has several unique constraints: public.t_pkey, public.t_b_key")]
    [InlineData("a int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b int UNIQUE", "NULL, 2",
        "it has several unique constraints: public.t_pkey, public.t_b_key")]
    [InlineData("a int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b int", "NULL, 2", "no value is given for key column a")]
    [InlineData("a int DEFAULT 5 UNIQUE, b int", "NULL, 2", "no value is given for key column a")]
    [InlineData("a int UNIQUE, b int", "NULL, 2", "no value is given for key column a")]
    [InlineData("a int, b int, UNIQUE NULLS NOT DISTINCT (a, b)", "1, NULL", "no value is given for key column b")]
    [InlineData("a int, b int GENERATED ALWAYS AS (a + 1) STORED UNIQUE", "1, 2", "no value is given for key column b")]
    [InlineData("a int UNIQUE DEFERRABLE, b int", "1, 2", "public.t_a_key is deferrable")]
    [InlineData("a int, b int4range, EXCLUDE USING gist (b WITH &&)", "1, '[1,2)'", "public.t_b_excl is an exclusion constraint")]
    [InlineData("a int, b int); CREATE UNIQUE INDEX i ON t ((a + b)", "1, 2", "public.i is on an expression")]
    [InlineData("a int, b int); CREATE UNIQUE INDEX i ON t (a) WHERE (b > 0", "1, 2", "public.i is partial")]
    public async Task A_table_or_row_whose_key_does_not_show_is_refused(string columns, string row, string reason)
    {
        await Db.ExecuteAsync($"CREATE TABLE t ({columns})");

        var error = await ReturnFailsAsync("0A000", "t", row);

        Assert.Equal($"the key of a new row of public.t cannot be told from the row: {reason}", error.MessageText);
        Assert.Contains("dup_select.insert_on_duplicate_key_select", error.Hint, StringComparison.Ordinal);
        Assert.Equal(0, await Db.CountAsync("t"));
    }

    [Theory]
    [InlineData("t")]
    [InlineData("t1")]
    [InlineData("plain")]
    public async Task A_trigger_that_may_change_the_key_is_refused(string table)
    {
        await Db.ExecuteAsync(
            $"""
            CREATE TABLE t (k int PRIMARY KEY) PARTITION BY LIST (k);
            CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
            CREATE TABLE plain (k int PRIMARY KEY);
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER fill BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fill();
            """);
        var called = table is "t1" ? "t" : table;
        var error = await ReturnFailsAsync("0A000", called, "1");
        Assert.EndsWith("a BEFORE INSERT trigger may change the key", error.MessageText, StringComparison.Ordinal);
        await Db.ExecuteAsync($"ALTER TABLE {table} DISABLE TRIGGER fill");
        Assert.Equal("1", await ReturnAsync(called, "1"));
    }

    [Fact]
    public async Task Other_errors_pass_unchanged()
    {
        await Db.ExecuteAsync(
            "CREATE TABLE t (k int PRIMARY KEY, n int CONSTRAINT positive CHECK (n > 0), o int NOT NULL, p int REFERENCES t)");

        Assert.Equal("positive", (await ReturnFailsAsync("23514", "t", "1, 0, 1, NULL")).ConstraintName);
        Assert.Equal("o", (await ReturnFailsAsync("23502", "t", "1, 1, NULL, NULL")).ColumnName);
        Assert.Equal("t_p_fkey", (await ReturnFailsAsync("23503", "t", "1, 1, 1, 2")).ConstraintName);
    }

    [Fact]
    public async Task A_snapshot_that_does_not_show_the_row_gets_40001()
    {
        await Db.ExecuteAsync("CREATE TABLE t (k int PRIMARY KEY)");
        var session = await OpenAsync();
        await session.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        Assert.Equal(0, await session.CountAsync("t"));
        Assert.Equal("1", await ReturnAsync("t", "1"));

        await session.FailsAsync("40001", Call("return", "t", "1"));
        await session.ExecuteAsync("ROLLBACK");
    }
}

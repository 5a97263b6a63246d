using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>insert_on_duplicate_key_select finds the duplicate by whatever unique index reports it.</summary>
public sealed class SelectTests : DupSelectTest
{
    [Fact]
    public async Task A_new_row_is_inserted_and_a_duplicate_returns_the_row_that_stands()
    {
        await Db.ExecuteAsync("CREATE TABLE t (id serial PRIMARY KEY, name text UNIQUE, note text DEFAULT 'none')");

        Assert.Equal("1|a|first", await SelectAsync("t", "NULL, 'a', 'first'"));
        Assert.Equal("1|a|first", await SelectAsync("t", "NULL, 'a', 'second'"));
        Assert.Equal("3|b|none", await SelectAsync("t", "NULL, 'b', NULL"));

        Assert.Equal(["1|a|first", "3|b|none"], await Db.RowsAsync("SELECT * FROM t ORDER BY id"));
    }

    [Fact]
    public async Task Of_several_constraints_the_first_that_the_server_reports_decides()
    {
        await Db.ExecuteAsync(
            "CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE, b text); CREATE UNIQUE INDEX b_key ON t (b); "
            + "INSERT INTO t VALUES (1, 'a1', 'b1'), (2, 'a2', 'b2'), (3, 'a3', 'b3')");
        foreach (var (row, constraint, found) in new[]
        {
            ("1, 'a2', 'b3'", "t_pkey", "1|a1|b1"), ("4, 'a2', 'b3'", "t_a_key", "2|a2|b2"), ("4, 'a4', 'b3'", "b_key", "3|a3|b3"),
        })
        {
            var error = await Db.FailsAsync("23505", $"INSERT INTO t VALUES ({row})");
            Assert.Equal(constraint, error.ConstraintName);
            Assert.Equal(found, await SelectAsync("t", row));
        }
        Assert.Equal(3, await Db.CountAsync("t"));
    }

    [Fact]
    public async Task Expression_partial_and_multi_column_indexes_find_their_rows()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a text, b int, live boolean, extra text);
            CREATE UNIQUE INDEX by_expression ON t (lower(a), (b % 10), (a || ', ' || b)) INCLUDE (extra) WHERE live OR b > 1000;
            CREATE UNIQUE INDEX by_columns ON t (b, a) WHERE NOT live;
            """);
        Assert.Equal("1|Ab|13|true|x", await SelectAsync("t", "NULL, 'Ab', 13, true, 'x'"));
        Assert.Equal("1|Ab|13|true|x", await SelectAsync("t", "NULL, 'Ab', 13, true, 'y'"));
        // Equal by the expressions, but not covered by the predicate.
        Assert.Equal("3|Ab|13|false|z", await SelectAsync("t", "NULL, 'Ab', 13, false, 'z'"));
        Assert.Equal("3|Ab|13|false|z", await SelectAsync("t", "NULL, 'Ab', 13, false, NULL"));
        Assert.Equal("5|Ab|13|null|n", await SelectAsync("t", "NULL, 'Ab', 13, NULL, 'n'"));
        Assert.Equal("6|Ab|13|null|n", await SelectAsync("t", "NULL, 'Ab', 13, NULL, 'n'"));
        Assert.Equal("7|c|2000|null|n", await SelectAsync("t", "NULL, 'c', 2000, NULL, 'n'"));
        Assert.Equal("7|c|2000|null|n", await SelectAsync("t", "NULL, 'c', 2000, true, 'm'"));
    }

    [Fact]
    public async Task An_index_on_an_expression_of_the_whole_row_finds_its_row()
    {
        await Db.ExecuteAsync("CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX ON t (hash_record_extended(t.*, 0))");

        Assert.Equal("1|2", await SelectAsync("t", "1, 2"));
        Assert.Equal("1|2", await SelectAsync("t", "1, 2"));
        Assert.Equal("2|1", await SelectAsync("t", "2, 1"));
    }

    [Fact]
    public async Task Nulls_are_duplicates_only_where_the_index_says_so()
    {
        await Db.ExecuteAsync(
            "CREATE TABLE d (id serial, a int, b text, UNIQUE (a, b)); "
            + "CREATE TABLE n (id serial, a int, b text); CREATE UNIQUE INDEX ON n (a, lower(b)) NULLS NOT DISTINCT");
        foreach (var (row, number) in new[] { ("1, NULL", 1), ("NULL, 'x'", 3), ("NULL, NULL", 5) })
        {
            Assert.StartsWith($"{number}|", await SelectAsync("d", $"NULL, {row}"), StringComparison.Ordinal);
            Assert.StartsWith($"{number + 1}|", await SelectAsync("d", $"NULL, {row}"), StringComparison.Ordinal);
            Assert.StartsWith($"{number}|", await SelectAsync("n", $"NULL, {row}"), StringComparison.Ordinal);
            Assert.StartsWith($"{number}|", await SelectAsync("n", $"NULL, {row}"), StringComparison.Ordinal);
        }
        Assert.Equal(6, await Db.CountAsync("d"));
        Assert.Equal(3, await Db.CountAsync("n"));
    }

    [Fact]
    public async Task A_row_of_composite_columns_that_are_all_null_inside_is_not_null()
    {
        await Db.ExecuteAsync(
            "CREATE TYPE pair AS (x int, y int); "
            + "CREATE TABLE t (p pair DEFAULT ROW(1, 1), n int UNIQUE); CREATE UNIQUE INDEX ON t (p) NULLS NOT DISTINCT");

        Assert.Equal("(,)|1", await PairAsync("ROW(NULL, NULL)::pair, 1"));
        Assert.Equal("(,)|1", await PairAsync("ROW(NULL, NULL)::pair, 2"));
        Assert.Equal("(1,1)|3", await PairAsync("NULL, 3"));
        Assert.Equal("(1,1)|3", await PairAsync("ROW(1, 1)::pair, 4"));

        async Task<string> PairAsync(string row) => Assert.Single(await Db.RowsAsync(
            $"SELECT r.p::text, r.n FROM dup_select.insert_on_duplicate_key_select(ROW({row})::t) AS r"));
    }

    [Fact]
    public async Task Names_that_need_quoting_are_quoted_everywhere()
    {
        await Db.ExecuteAsync(
            """"
            CREATE SCHEMA "My ""S"" %s";
            CREATE COLLATION "My ""S"" %s"."C, ""c""" (LOCALE = 'C');
            CREATE TABLE "My ""S"" %s"."we""ird, 'table' %I" (
                "a b" text COLLATE "My ""S"" %s"."C, ""c""", "select" int DEFAULT 7, "c'd" text,
                "new" text GENERATED ALWAYS AS ("c'd" || "select") STORED,
                CONSTRAINT "the ""key"" (a, b)" UNIQUE ("a b"));
            CREATE UNIQUE INDEX "ix, (x)" ON "My ""S"" %s"."we""ird, 'table' %I" (lower("new"), "select") WHERE "c'd" <> '';
            CREATE FUNCTION "My ""S"" %s".fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW."a b" := trim(NEW."a b"); RETURN NEW; END';
            """");
        const string Table = """
            "My ""S"" %s"."we""ird, 'table' %I"
            """;
        Assert.Equal("k|7|v|v7", await SelectAsync(Table, "'k', NULL, 'v', NULL"));
        Assert.Equal("k|7|v|v7", await SelectAsync(Table, "'k', 8, 'w', NULL"));
        Assert.Equal("k|7|v|v7", await SelectAsync(Table, "'other', NULL, 'V', NULL"));
        await Db.ExecuteAsync(
            $"""CREATE TRIGGER "t""t" BEFORE INSERT ON {Table} FOR EACH ROW EXECUTE FUNCTION "My ""S"" %s".fill()""");
        Assert.Equal("k|7|v|v7", await SelectAsync(Table, "' k ', 9, 'w', NULL"));
        Assert.Equal("k|7|v|v7", await SelectAsync(Table, "'other', NULL, 'V', NULL"));
        Assert.Equal(1, await Db.CountAsync(Table));
    }

    [Fact]
    public async Task A_partitioned_table_is_looked_up_as_a_whole_whatever_its_partitions_look_like()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE t (k int, b text, note text, UNIQUE (k, b)) PARTITION BY LIST (k);
            CREATE TABLE t1 (gone int, note text, b text, k int, UNIQUE (b));
            ALTER TABLE t1 DROP COLUMN gone;
            ALTER TABLE t ATTACH PARTITION t1 FOR VALUES IN (1);
            CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2) PARTITION BY LIST (b);
            CREATE TABLE t2x PARTITION OF t2 FOR VALUES IN ('x', 'y');
            CREATE UNIQUE INDEX own ON t2x (note);
            """);
        Assert.Equal("1|x|a", await SelectAsync("t", "1, 'x', 'a'"));
        Assert.Equal("1|x|a", await SelectAsync("t", "1, 'x', 'b'"));
        Assert.Equal("2|x|c", await SelectAsync("t", "2, 'x', 'c'"));
        Assert.Equal("2|x|c", await SelectAsync("t", "2, 'x', 'd'"));
        // By an index that only the partition has.
        Assert.Equal("2|x|c", await SelectAsync("t", "2, 'y', 'c'"));
        Assert.Equal("a|x|1", await SelectAsync("t1", "'b', 'x', 1"));
        Assert.Equal(2, await Db.CountAsync("t"));
        var error = await SelectFailsAsync("23514", "t", "3, 'x', 'a'");
        Assert.Equal("t", error.TableName);
    }

    [Fact]
    public async Task Rows_of_children_are_no_duplicates_of_their_parents()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE parent (k int UNIQUE, note text);
            CREATE TABLE child (extra text) INHERITS (parent);
            CREATE UNIQUE INDEX ON child (k);
            INSERT INTO child VALUES (1, 'child', 'x');
            """);
        Assert.Equal("1|parent", await SelectAsync("parent", "1, 'parent'"));
        Assert.Equal("1|parent", await SelectAsync("parent", "1, 'again'"));
        Assert.Equal("1|child|x", await SelectAsync("child", "1, 'again', 'y'"));
    }

    [Fact]
    public async Task A_duplicate_in_a_child_to_which_a_trigger_sends_the_row_is_found_there()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE parent (k int, note text);
            CREATE TABLE child () INHERITS (parent);
            CREATE UNIQUE INDEX ON child (k);
            INSERT INTO child VALUES (1, 'stands');
            CREATE FUNCTION send() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN INSERT INTO child VALUES (NEW.k, NEW.note); RETURN NULL; END';
            """);
        await Db.ExecuteAsync("CREATE RULE send AS ON INSERT TO parent DO INSTEAD INSERT INTO child VALUES (NEW.*) RETURNING child.*");
        Assert.Equal("1|stands", await SelectAsync("parent", "1, 'again'"));
        Assert.Equal("2|new", await SelectAsync("parent", "2, 'new'"));

        await Db.ExecuteAsync("DROP RULE send ON parent; "
            + "CREATE TRIGGER send BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION send()");
        Assert.Equal("null|null", await SelectAsync("parent", "3, 'suppressed here'"));
        // What the trigger made of the key does not show, and ON CONFLICT on the parent does not reach the child.
        var error = await SelectFailsAsync("23505", "parent", "1, 'again'");
        Assert.Equal("child", error.TableName);
        Assert.Equal(3, await Db.CountAsync("child"));
    }

    [Fact]
    public async Task A_temporary_table_is_a_table_like_any_other()
    {
        await Db.ExecuteAsync("CREATE TEMPORARY TABLE t (k text UNIQUE, n int)");

        Assert.Equal("a|1", await SelectAsync("t", "'a', 1"));
        Assert.Equal("a|1", await SelectAsync("t", "'a', 2"));
    }

    [Fact]
    public async Task A_table_of_many_changes_keeps_its_columns_apart()
    {
        await Db.ExecuteAsync("CREATE TABLE t (a int, b text UNIQUE, c int)");
        Assert.Equal("1|x|2", await SelectAsync("t", "1, 'x', 2"));
        await Db.ExecuteAsync("ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD d text DEFAULT 'd'; ALTER TABLE t RENAME b TO e");

        Assert.Equal("x|2|d", await SelectAsync("t", "'x', 3, 'e'"));
        Assert.Equal("y|3|d", await SelectAsync("t", "'y', 3, NULL"));
    }

    [Fact]
    public async Task What_is_no_row_of_a_table_is_refused()
    {
        await Db.ExecuteAsync("CREATE VIEW v AS SELECT 1 AS a; CREATE TYPE pair AS (a int, b int)");
        foreach (var (value, type) in new[] { ("ROW(1)::v", "public.v"), ("ROW(1, 2)::pair", "public.pair"), ("5", "integer") })
        {
            foreach (var function in new[] { "select", "return" })
            {
                var error = await Db.FailsAsync("42809", $"SELECT dup_select.insert_on_duplicate_key_{function}({value})");
                Assert.Equal($"{type} is not the row type of a table", error.MessageText);
            }
        }
    }
}

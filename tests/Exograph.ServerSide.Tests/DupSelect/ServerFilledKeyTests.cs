using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Keys that the row as given does not show, or not all of them.</summary>
public sealed class ServerFilledKeyTests : DupSelectTest
{
    [Fact]
    public async Task A_key_that_a_trigger_fills_in_is_found_and_the_row_is_not_written()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE fired (what text);
            CREATE TABLE t (slug text PRIMARY KEY, title text, changed int DEFAULT 0);
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN NEW.slug := replace(lower(NEW.title), '' '', ''-''); RETURN NEW; END';
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed := NEW.changed + 1; RETURN NEW; END';
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN INSERT INTO fired VALUES (concat_ws('' '', TG_WHEN, TG_OP, TG_LEVEL)); RETURN NEW; END';
            CREATE TRIGGER a_fill BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION fill();
            CREATE TRIGGER b_touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
            CREATE TRIGGER c_note BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION note();
            CREATE TRIGGER d_note AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION note();
            CREATE TRIGGER e_note BEFORE INSERT OR UPDATE ON t FOR EACH STATEMENT EXECUTE FUNCTION note();
            CREATE TRIGGER f_note AFTER INSERT OR UPDATE ON t FOR EACH STATEMENT EXECUTE FUNCTION note();
            """);
        Assert.Equal("a-title|A Title|0", await SelectAsync("t", "NULL, 'A Title', NULL"));
        var row = await Db.RowsAsync("SELECT ctid::text, xmin::text FROM t");
        await Db.ExecuteAsync("TRUNCATE fired");

        Assert.Equal("a-title|A Title|0", await SelectAsync("t", "NULL, 'a title', 5"));

        Assert.Equal(row, await Db.RowsAsync("SELECT ctid::text, xmin::text FROM t"));
        Assert.Equal(
            [
                "AFTER INSERT STATEMENT", "AFTER UPDATE STATEMENT", "BEFORE INSERT ROW", "BEFORE INSERT STATEMENT",
                "BEFORE UPDATE STATEMENT",
            ],
            await Db.RowsAsync("SELECT what FROM fired ORDER BY what"));
    }

    [Fact]
    public async Task A_trigger_that_moves_keys_about_does_not_mislead()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE t (id serial PRIMARY KEY, k int UNIQUE, a text UNIQUE, note text);
            CREATE FUNCTION next() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.k := NEW.k + 1; RETURN NEW; END';
            CREATE TRIGGER next BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION next();
            """);
        Assert.Equal("1|2|x|one", await SelectAsync("t", "NULL, 1, 'x', 'one'"));
        Assert.Equal("2|3|y|two", await SelectAsync("t", "NULL, 2, 'y', 'two'"));
        // Given key 2 stands, as another row's.
        Assert.Equal("2|3|y|two", await SelectAsync("t", "NULL, 2, 'z', 'three'"));
        // First one key is a duplicate, then, by ON CONFLICT on that one, still the first.
        Assert.Equal("1|2|x|one", await SelectAsync("t", "NULL, 1, 'y', 'four'"));
        Assert.Equal("2|3|y|two", await SelectAsync("t", "NULL, 7, 'y', 'five'"));
        Assert.Equal(2, await Db.CountAsync("t"));
    }

    [Fact]
    public async Task A_trigger_of_a_partition_counts_too()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE t (p int, k text, n int, PRIMARY KEY (p, k)) PARTITION BY LIST (p);
            CREATE TABLE t1 (n int, k text NOT NULL, p int NOT NULL);
            ALTER TABLE t ATTACH PARTITION t1 FOR VALUES IN (1);
            CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2);
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.k := lower(NEW.k); RETURN NEW; END';
            CREATE TRIGGER fill BEFORE INSERT ON t1 FOR EACH ROW EXECUTE FUNCTION fill();
            """);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            Assert.Equal("2|a|0", await SelectAsync("t", "2, 'a', 0"));
            Assert.Equal("2|A|1", await SelectAsync("t", "2, 'A', 1"));
            Assert.Equal("1|a|2", await SelectAsync("t", "1, 'A', 2"));
            Assert.Equal("1|a|2", await SelectAsync("t", "1, 'a', 3"));
        }
    }

    [Fact]
    public async Task A_trigger_may_use_the_toolkit_itself()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE inner_t (k text PRIMARY KEY, n int);
            CREATE TABLE t (k text PRIMARY KEY, n int);
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN NEW.k := lower(NEW.k); IF TG_RELNAME = ''t'' THEN PERFORM dup_select.insert_on_duplicate_key_select(
                    ROW(''Inner'', 1)::inner_t); END IF; RETURN NEW; END';
            CREATE FUNCTION after() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM dup_select.insert_on_duplicate_key_select(ROW(''Inner'', 1)::inner_t); RETURN NULL; END';
            CREATE TRIGGER fill BEFORE INSERT ON inner_t FOR EACH ROW EXECUTE FUNCTION fill();
            CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION fill();
            CREATE TRIGGER after AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION after();
            """);
        Assert.Equal("outer|1", await SelectAsync("t", "'Outer', 1"));
        Assert.Equal("outer|1", await SelectAsync("t", "'oUTER', 2"));
        Assert.Equal(["inner|1"], await Db.RowsAsync("TABLE inner_t"));
    }

    [Fact]
    public async Task A_trigger_that_suppresses_the_row_leaves_nothing_to_return()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE t (k int PRIMARY KEY, n int);
            CREATE FUNCTION drop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN CASE WHEN NEW.n > 0 THEN NEW END; END';
            CREATE TRIGGER drop BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION drop();
            """);
        Assert.Equal("null|null", await SelectAsync("t", "1, 0"));
        Assert.Equal("1|1", await SelectAsync("t", "1, 1"));
        Assert.Equal("null|null", await SelectAsync("t", "1, 0"));
        Assert.Equal("1|1", await SelectAsync("t", "1, 2"));
    }

    [Fact]
    public async Task Where_on_conflict_cannot_say_what_a_trigger_made_of_the_key_the_error_passes()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE t (k text UNIQUE DEFERRABLE, n int);
            CREATE TABLE only_numbers (id int GENERATED ALWAYS AS IDENTITY, k int GENERATED ALWAYS AS (id) STORED);
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.k := lower(NEW.k); RETURN NEW; END';
            CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION fill();
            """);
        Assert.Equal("a|1", await SelectAsync("t", "'A', 1"));
        var error = await SelectFailsAsync("23505", "t", "'A', 2");
        Assert.Equal("t_k_key", error.ConstraintName);
    }

    [Fact]
    public async Task A_generated_column_in_the_key_is_computed_from_the_row()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE t (
                id int GENERATED ALWAYS AS IDENTITY,
                host text DEFAULT 'localhost', path text,
                url text GENERATED ALWAYS AS (lower(host) || '/' || path) STORED UNIQUE);
            """);
        Assert.Equal("1|localhost|a|localhost/a", await SelectAsync("t", "NULL, NULL, 'a', NULL"));
        Assert.Equal("1|localhost|a|localhost/a", await SelectAsync("t", "NULL, 'LocalHost', 'a', 'nonsense'"));
        Assert.Equal("1|localhost|a|localhost/a", await SelectAsync("t", "NULL, NULL, 'a', 'other/b'"));
        Assert.Equal("4|other|b|other/b", await SelectAsync("t", "NULL, 'other', 'b', 'localhost/a'"));
    }

    [Theory]
    [InlineData("(lower(k)) INCLUDE (id)")]
    [InlineData("(lower(k)) WHERE id > 0")]
    [InlineData("(upper(g)) INCLUDE (id, k) WHERE id > 0 AND g <> ''")]
    public async Task A_number_that_the_index_only_includes_or_asks_for_is_no_part_of_its_key(string key)
    {
        await Db.ExecuteAsync(
            $"""
            CREATE TABLE t (id serial PRIMARY KEY, k text, g text GENERATED ALWAYS AS (lower(k)) STORED);
            CREATE UNIQUE INDEX ON t {key};
            """);

        Assert.Equal("1|a|a", await SelectAsync("t", "NULL, 'a', NULL"));
        Assert.Equal("1|a|a", await SelectAsync("t", "NULL, 'A', NULL"));
    }

    [Fact]
    public async Task A_number_in_an_expression_of_the_key_is_part_of_it()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE t (id serial, k text);
            CREATE UNIQUE INDEX ON t (lower(k), (id % 2));
            INSERT INTO t VALUES (3, 'a');
            """);

        await SelectFailsAsync("23505", "t", "NULL, 'A'");
    }

    [Fact]
    public async Task A_virtual_column_is_left_out_and_comes_back_computed()
    {
        var virtually = await Db.ScalarAsync<bool>("SELECT current_setting('server_version_num')::int >= 180000");
        await Db.ExecuteAsync(
            $"CREATE TABLE t (k int UNIQUE, v int GENERATED ALWAYS AS (k + 1) {(virtually ? "VIRTUAL" : "STORED")}, n int)");

        Assert.Equal("1|2|1", await SelectAsync("t", "1, 99, 1"));
        Assert.Equal("1|2|1", await SelectAsync("t", "1, 98, 2"));
    }

    [Fact]
    public async Task A_default_in_the_key_is_found()
    {
        await Db.ExecuteAsync(
            """
            CREATE DOMAIN region AS text DEFAULT 'eu';
            CREATE FUNCTION tenant() RETURNS text LANGUAGE sql STABLE AS $$SELECT current_setting('app.tenant')$$;
            CREATE TABLE t (
                tenant text DEFAULT tenant(), at timestamptz DEFAULT now(), region region, name text, n serial,
                UNIQUE (tenant, at, region, name));
            SET app.tenant = 'x, y';
            BEGIN;
            """);
        Assert.StartsWith("x, y|", await SelectAsync("t", "NULL, NULL, NULL, 'a', NULL"), StringComparison.Ordinal);
        Assert.EndsWith("|eu|a|1", await SelectAsync("t", "NULL, NULL, NULL, 'a', NULL"), StringComparison.Ordinal);
        Assert.EndsWith("|us|a|3", await SelectAsync("t", "NULL, NULL, 'us', 'a', NULL"), StringComparison.Ordinal);
        Assert.EndsWith("|us|a|3", await SelectAsync("t", "'x, y', now(), 'us', 'a', NULL"), StringComparison.Ordinal);
        await Db.ExecuteAsync("COMMIT");
    }

    [Theory]
    [InlineData("serial PRIMARY KEY")]
    [InlineData("int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY")]
    public async Task A_number_is_drawn_where_it_is_missing_and_taken_where_it_is_given(string id)
    {
        await Db.ExecuteAsync($"CREATE TABLE t (id {id}, name text UNIQUE)");

        Assert.Equal("1|a", await SelectAsync("t", "NULL, 'a'"));
        Assert.Equal("1|a", await SelectAsync("t", "NULL, 'a'"));
        Assert.Equal("1|a", await SelectAsync("t", "1, 'given by number'"));
        Assert.Equal("9|i", await SelectAsync("t", "9, 'i'"));
        // The duplicate burnt number 2.
        Assert.Equal("3|c", await SelectAsync("t", "NULL, 'c'"));
    }

    [Fact]
    public async Task An_identity_that_is_always_generated_may_not_be_given()
    {
        await Db.ExecuteAsync("CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE)");

        Assert.Equal("1|a", await SelectAsync("t", "NULL, 'a'"));
        await SelectFailsAsync("428C9", "t", "1, 'a'");
        Assert.Equal("1|a", await SelectAsync("t", "NULL, 'a'"));
    }

    [Theory]
    [InlineData("int GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "OVERRIDING SYSTEM VALUE")]
    [InlineData("serial PRIMARY KEY", "")]
    public async Task A_sequence_that_lags_behind_its_table_does_not_pass_off_another_row(string id, string overriding)
    {
        await Db.ExecuteAsync($"CREATE TABLE t (id {id}, name text UNIQUE); INSERT INTO t {overriding} VALUES (1, 'stands')");

        var error = await SelectFailsAsync("23505", "t", "NULL, 'other'");

        Assert.Equal("t_pkey", error.ConstraintName);
        Assert.Equal("2|other", await SelectAsync("t", "NULL, 'other'"));
    }

    [Fact]
    public async Task A_row_of_defaults_only_is_inserted()
    {
        await Db.ExecuteAsync("CREATE TABLE t (id serial PRIMARY KEY, k text DEFAULT 'only' UNIQUE)");

        Assert.Equal("1|only", await SelectAsync("t", "NULL, NULL"));
        Assert.Equal("1|only", await SelectAsync("t", "NULL, NULL"));
        Assert.Equal("3|x", await SelectAsync("t", "NULL, 'x'"));
    }
}

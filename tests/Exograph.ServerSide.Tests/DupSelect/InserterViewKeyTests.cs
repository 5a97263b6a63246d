using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Which key a row is looked up by, and what is a key at all.</summary>
public sealed class InserterViewKeyTests : GeneratorTest
{
    [Fact]
    public async Task A_null_in_a_key_with_distinct_nulls_is_always_a_new_row()
    {
        await TablesAsync("CREATE TABLE s.t (id serial PRIMARY KEY, a text, b int, UNIQUE (a, b))");
        await ViewAsync("s.t", null);

        Assert.Equal(["1", "1", "2", "3"],
            await Db.RowsAsync("INSERT INTO s.t_in (a, b) VALUES ('x', 1), ('x', 1), ('x', NULL), ('x', NULL) RETURNING id"));
    }

    [Fact]
    public async Task A_null_in_a_key_with_equal_nulls_is_a_value_like_others()
    {
        await TablesAsync("CREATE TABLE s.t (id serial PRIMARY KEY, a text, b int, UNIQUE NULLS NOT DISTINCT (a, b))");
        await ViewAsync("s.t", null);

        Assert.Equal(["1", "1", "2", "2", "3", "3"], await Db.RowsAsync(
            """
            INSERT INTO s.t_in (a, b) VALUES ('x', 1), ('x', 1), ('x', NULL), ('x', NULL), (NULL, NULL), (NULL, NULL)
            RETURNING id
            """));
    }

    [Fact]
    public async Task A_key_of_expressions_is_looked_up_by_them()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text, part text);
            CREATE UNIQUE INDEX t_key ON s.t (lower(name), (name || '-' || coalesce(part, '?')))
            """);
        await ViewAsync("s.t", """{"name": "name", "part": "part"}""");

        Assert.Equal(["1", "1", "2", "3"], await Db.RowsAsync(
            "INSERT INTO s.t_in (name, part) VALUES ('A', 'b'), ('A', 'b'), ('A', NULL), ('a', 'b') RETURNING id"));
        Assert.Contains("pg_catalog.lower(name) OPERATOR(pg_catalog.=) pg_catalog.lower(NEW.name)", await PrintedAsync("s.t", """{"name": "name", "part": "part"}"""),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_an_element_of_an_array_with_a_default_is_looked_up_by_it()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, tags text[] DEFAULT '{none}');
            CREATE UNIQUE INDEX ON s.t ((tags[1]));
            CREATE TABLE s.i (tags text[]);
            INSERT INTO s.i VALUES ('{a,b}'), (NULL), ('{a}');
            """);
        await ViewAsync("s.t", """{"tags": "tags"}""");

        Assert.Equal(["1", "2", "1"], await Db.RowsAsync("INSERT INTO s.t_in (tags) TABLE s.i RETURNING id"));
        await Db.ExecuteAsync("TRUNCATE s.t RESTART IDENTITY");
        for (var round = 0; round < 2; round++)
        {
            var ids = await Db.RowsAsync(
                """SELECT output_key ->> 'id' FROM dup_select.put_table('s.i', 's.t', '{"tags": "tags"}')""");
            Assert.Equal(ids[0], ids[2]);
            Assert.Equal(["a,b", "none"], await Db.RowsAsync("SELECT array_to_string(tags, ',') FROM s.t ORDER BY 1"));
        }
    }

    [Fact]
    public async Task A_key_may_have_a_column_that_is_generated_from_nothing()
    {
        await TablesAsync(
            "CREATE TABLE s.t (id serial PRIMARY KEY, name text, kind text GENERATED ALWAYS AS ('x') STORED, UNIQUE (name, kind))");
        await ViewAsync("s.t", """{"name": "name"}""");

        Assert.Equal(["1", "2", "1"], await Db.RowsAsync("INSERT INTO s.t_in (name) VALUES ('a'), ('b'), ('a') RETURNING id"));
    }

    [Fact]
    public async Task A_simple_expression_is_written_over_the_input()
    {
        await TablesAsync(
            "CREATE TABLE s.t (id serial PRIMARY KEY, name text NOT NULL); CREATE UNIQUE INDEX t_key ON s.t (lower(name))");
        await ViewAsync("s.t", """{"name": "title"}""");

        Assert.Contains("WHERE pg_catalog.lower(name) OPERATOR(pg_catalog.=) pg_catalog.lower(NEW.title);", await PrintedAsync("s.t", """{"name": "title"}"""),
            StringComparison.Ordinal);
        Assert.Equal(["1", "1"], await Db.RowsAsync("INSERT INTO s.t_in (title) VALUES ('A'), ('a') RETURNING id"));
    }

    [Fact]
    public async Task A_partial_key_holds_for_the_rows_it_covers()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text NOT NULL, live boolean NOT NULL);
            CREATE UNIQUE INDEX t_key ON s.t (name) WHERE live
            """);
        await ViewAsync("s.t", """{"name": "name", "live": "live"}""");

        Assert.Equal(["1", "1", "2", "3"], await Db.RowsAsync(
            "INSERT INTO s.t_in (name, live) VALUES ('a', true), ('a', true), ('a', false), ('a', false) RETURNING id"));
    }

    [Fact]
    public async Task A_partial_key_over_a_column_that_is_not_mapped_takes_its_default()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text NOT NULL, deleted_at date);
            CREATE UNIQUE INDEX t_key ON s.t (name) WHERE deleted_at IS NULL;
            INSERT INTO s.t (name, deleted_at) VALUES ('a', '2020-01-01')
            """);
        await ViewAsync("s.t", """{"name": "name"}""");

        Assert.Equal(["2", "2"], await Db.RowsAsync("INSERT INTO s.t_in (name) VALUES ('a'), ('a') RETURNING id"));
        Assert.Contains("WHERE name OPERATOR(pg_catalog.=) NEW.name AND (deleted_at IS NULL);", await PrintedAsync("s.t", """{"name": "name"}"""),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generated_key_column_is_looked_up_by_its_expression()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text NOT NULL, key text GENERATED ALWAYS AS (lower(name) || '!') STORED UNIQUE)
            """);
        await ViewAsync("s.t", null);

        Assert.Equal(["1", "1", "2"], await Db.RowsAsync("INSERT INTO s.t_in (name) VALUES ('A'), ('a'), ('b') RETURNING id"));
        var error = await Db.FailsAsync("428C9", "SELECT dup_select.inserter_view_sql('s.t', mapping => '{\"key\": \"key\"}')");
        Assert.Contains("column key of s.t is generated", error.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_column_that_is_not_mapped_has_its_default()
    {
        await TablesAsync("CREATE TABLE s.t (id serial PRIMARY KEY, name text, kind text NOT NULL DEFAULT 'k', UNIQUE (name, kind))");
        await ViewAsync("s.t", """{"name": "name"}""");
        await ViewAsync("s.t", """{"name": "name", "kind": "kind"}""", ", view_name => 's.both'");

        Assert.Equal(["1", "1"], await Db.RowsAsync("INSERT INTO s.t_in (name) VALUES ('a'), ('a') RETURNING id"));
        Assert.Equal(["1|k", "2|l"],
            await Db.RowsAsync("INSERT INTO s.both (name, kind) VALUES ('a', NULL), ('a', 'l') RETURNING id, kind"));
    }

    [Fact]
    public async Task A_parent_that_a_trigger_keeps_out_is_an_error()
    {
        await TablesAsync(
            """
            CREATE TABLE s.p (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.t (id serial PRIMARY KEY, code text UNIQUE, p_id int REFERENCES s.p);
            CREATE FUNCTION s.none() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER none BEFORE INSERT ON s.p FOR EACH ROW EXECUTE FUNCTION s.none();
            """);
        await ViewAsync("s.t", null);

        await Db.FailsAsync("P0002", "INSERT INTO s.t_in (code, p_name) VALUES ('a', 'b')");
    }

    [Fact]
    public async Task A_parent_that_is_referred_to_by_a_column_that_is_null_in_it_is_an_error()
    {
        await TablesAsync(
            """
            CREATE TABLE s.p (id serial PRIMARY KEY, code int UNIQUE, name text UNIQUE);
            CREATE TABLE s.t (id serial PRIMARY KEY, p_code int REFERENCES s.p (code), x text UNIQUE);
            INSERT INTO s.p (code, name) VALUES (7, 'seven');
            CREATE TABLE s.i AS SELECT 'new' AS p, 'y' AS x;
            """);
        const string Mapping = """{"x": "x", "p_code.name": "p"}""";
        await ViewAsync("s.t", Mapping);

        Assert.Equal(["7"], await Db.RowsAsync("INSERT INTO s.t_in (p, x) VALUES ('seven', 'x') RETURNING p_code"));
        await Db.FailsAsync("P0002", "INSERT INTO s.t_in (p, x) VALUES ('new', 'y')");
        await Db.FailsAsync("P0002", $"SELECT * FROM dup_select.put_table('s.i', 's.t', '{Mapping}')");
        Assert.Equal(["7|x"], await Db.RowsAsync("SELECT p_code, x FROM s.t"));
    }

    [Fact]
    public async Task Rows_of_child_tables_are_not_taken_for_those_of_the_table()
    {
        await TablesAsync(
            """
            CREATE TABLE s.country (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.old_country (gone date) INHERITS (s.country);
            INSERT INTO s.old_country VALUES (1000, 'Prussia');
            CREATE TABLE s.city (id serial PRIMARY KEY, country_id int REFERENCES s.country, name text UNIQUE);
            CREATE TABLE s.i AS SELECT 'Prussia' AS country_name, 'Bonn' AS name;
            """);
        await ViewAsync("s.city", null);
        await ViewAsync("s.country", null);

        Assert.Equal(["1"],
            await Db.RowsAsync("INSERT INTO s.city_in (country_name, name) VALUES ('Prussia', 'Berlin') RETURNING country_id"));
        Assert.Equal(["1"], await Db.RowsAsync("INSERT INTO s.country_in (name) VALUES ('Prussia') RETURNING id"));
        await Db.ExecuteAsync("SELECT * FROM dup_select.put_table('s.i', 's.city')");
        Assert.Equal(["1"], await Db.RowsAsync(
            """SELECT output_key ->> 'id' FROM dup_select.put_table('s.i', 's.country', '{"name": "country_name"}')"""));
        Assert.Equal(["1|Berlin", "1|Bonn"], await Db.RowsAsync("SELECT country_id, name FROM s.city_in ORDER BY name"));
    }

    [Fact]
    public async Task Composite_values_are_null_only_where_they_are_not_given()
    {
        await TablesAsync(
            """
            CREATE TYPE s.pair AS (x int, y text);
            CREATE TABLE s.p (id serial PRIMARY KEY, k s.pair UNIQUE);
            CREATE TABLE s.t (id serial PRIMARY KEY, p_id int REFERENCES s.p, n int UNIQUE);
            CREATE TABLE s.one_null (id serial PRIMARY KEY, k s.pair, UNIQUE NULLS NOT DISTINCT (k));
            CREATE TABLE s.i (p_k s.pair, n int);
            INSERT INTO s.i VALUES (ROW(1, NULL), 1), (ROW(NULL, NULL), 2), (ROW(NULL, NULL), 3), (NULL, 4);
            CREATE TABLE s.keys AS SELECT p_k AS k FROM s.i;
            """);
        await ViewAsync("s.t", null);
        await ViewAsync("s.one_null", null);

        Assert.Equal(["1", "2", "2", "null"], await Db.RowsAsync("INSERT INTO s.t_in (p_k, n) TABLE s.i RETURNING p_id"));
        Assert.Equal(["1", "2", "2", "3"], await Db.RowsAsync("INSERT INTO s.one_null_in (k) TABLE s.keys RETURNING id"));
        await Db.ExecuteAsync("TRUNCATE s.t, s.p, s.one_null RESTART IDENTITY");
        Assert.Equal(4, (await Db.RowsAsync("SELECT * FROM dup_select.put_table('s.i', 's.t')")).Length);
        Assert.Equal(["1|(1,)", "2|(,)", "3|(,)", "4|null"],
            await Db.RowsAsync("SELECT n, k::text FROM s.t LEFT JOIN s.p ON p.id = t.p_id ORDER BY n"));
        Assert.Equal(3, (await Db.RowsAsync("SELECT DISTINCT output_key FROM dup_select.put_table('s.keys', 's.one_null')")).Length);
    }

    [Fact]
    public async Task A_key_may_be_computed_with_words_that_are_columns_too()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, d timestamp, year int, years int);
            CREATE UNIQUE INDEX t_key ON s.t ((extract(year FROM d)), year, (make_interval(years => years)));
            """);
        await ViewAsync("s.t", """{"d": "d", "year": "year", "years": "years"}""");

        Assert.Equal(["1", "1", "2"], await Db.RowsAsync(
            """
            INSERT INTO s.t_in (d, year, years) VALUES ('2020-01-01', 1, 5), ('2020-03-01', 1, 5), ('2021-03-01', 1, 5) RETURNING id
            """));
    }

    [Fact]
    public async Task Defaults_in_a_key_are_the_same_in_every_session()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text, since date DEFAULT '2020-02-01', active bool DEFAULT true,
                n int DEFAULT 5, UNIQUE (name, since, active, n));
            CREATE TABLE s.i AS SELECT unnest(ARRAY['a', 'b', 'a']) AS name;
            SET datestyle = 'SQL, DMY';
            """);
        await ViewAsync("s.t", null);
        await Db.ExecuteAsync("SET datestyle = 'ISO, MDY'");

        Assert.Equal(["2020-02-01"], await Db.RowsAsync("INSERT INTO s.t_in (name) VALUES ('a') RETURNING since::text"));
        Assert.Equal(["1", "2", "1"], await Db.RowsAsync(
            """SELECT output_key ->> 'id' FROM dup_select.put_table('s.i', 's.t', '{"name": "name"}') ORDER BY input_row"""));
    }

    [Fact]
    public async Task Keys_may_be_of_any_type()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, n numeric(6,2), d timestamptz, j jsonb, b bytea, r int4range, a text[],
                u uuid, UNIQUE (n, d, j, b, r, a, u));
            CREATE TABLE s.i AS TABLE s.t;
            INSERT INTO s.i VALUES (NULL, 1.005, '2020-01-01 10:00+02', '{"a": [1, ", "]}', '\x00ff', '[1,5)',
                ARRAY['x, y', NULL, '"'], '12345678-1234-1234-1234-123456789abc');
            """);
        await ViewAsync("s.t", null);
        const string Insert = "INSERT INTO s.t_in (n, d, j, b, r, a, u) SELECT n, d, j, b, r, a, u FROM s.i RETURNING id";

        Assert.Equal(["1"], await Db.RowsAsync(Insert));
        Assert.Equal(["1"], await Db.RowsAsync(Insert));
        Assert.Equal(["""{"id": 1}"""], await Db.RowsAsync("SELECT output_key FROM dup_select.put_table('s.i', 's.t')"));
    }

    [Fact]
    public async Task A_key_is_compared_as_its_index_compares()
    {
        await TablesAsync(
            """
            CREATE COLLATION s.blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE s.t (id serial PRIMARY KEY, name text NOT NULL);
            CREATE UNIQUE INDEX t_key ON s.t (name COLLATE s.blind);
            CREATE TABLE s.i AS VALUES ('B'), ('b'), ('c');
            """);
        await ViewAsync("s.t", null);

        Assert.Equal(["1", "1"], await Db.RowsAsync("INSERT INTO s.t_in (name) VALUES ('a'), ('A') RETURNING id"));
        await Db.ExecuteAsync("ALTER TABLE s.i RENAME column1 TO name; SELECT dup_select.put_table('s.i', 's.t')");
        Assert.Equal(["a", "B", "c"], await Db.RowsAsync("SELECT name FROM s.t ORDER BY lower(name)"));
    }

    [Fact]
    public async Task A_natural_primary_key_is_input_and_result()
    {
        await TablesAsync(
            """
            CREATE TABLE s.country (code char(2) PRIMARY KEY, name text);
            CREATE TABLE s.city (country_code char(2) NOT NULL REFERENCES s.country, name text, PRIMARY KEY (country_code, name));
            """);
        await ViewAsync("s.city", """{"name": "name", "country_code.code": "cc", "country_code.name": "country"}""");
        await ViewAsync("s.country", """{"code": "code", "name": "name"}""");

        Assert.Equal(["DE|Bonn", "DE|Bonn", "DE|Ulm"], await Db.RowsAsync(
            """
            INSERT INTO s.city_in (cc, country, name) VALUES ('DE', 'Germany', 'Bonn'), ('DE', 'x', 'Bonn'), ('DE', NULL, 'Ulm')
            RETURNING country_code, name
            """));
        Assert.Equal(["DE", "FR"], await Db.RowsAsync("INSERT INTO s.country_in VALUES ('DE', 'x'), ('FR', 'y') RETURNING code"));
        Assert.Equal(["DE|Germany", "FR|y"], await Db.RowsAsync("TABLE s.country"));
    }

    [Fact]
    public async Task A_primary_key_that_is_input_comes_back_as_it_stands()
    {
        await TablesAsync("CREATE TABLE s.t (code text PRIMARY KEY, name text CONSTRAINT t_name UNIQUE)");
        await ViewAsync("s.t", """{"code": "code", "name": "name"}""", """, natural_keys => '{"s.t": "t_name"}'""");

        Assert.Equal(["a|x", "a|x", "c|z"],
            await Db.RowsAsync("INSERT INTO s.t_in (code, name) VALUES ('a', 'x'), ('b', 'x'), ('c', 'z') RETURNING code, name"));
    }

    [Fact]
    public async Task An_identity_that_is_mapped_takes_the_input_or_its_default()
    {
        await TablesAsync("CREATE TABLE s.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE)");
        await ViewAsync("s.t", """{"id": "id", "name": "name"}""");

        Assert.Equal(["7|a", "1|b", "7|a"],
            await Db.RowsAsync("INSERT INTO s.t_in (id, name) VALUES (7, 'a'), (NULL, 'b'), (9, 'a') RETURNING id, name"));
    }

    [Fact]
    public async Task A_table_without_a_key_gets_every_row()
    {
        await TablesAsync("CREATE TABLE s.t (note text, n int); CREATE TABLE s.i AS VALUES ('a'), ('a')");
        await ViewAsync("s.t", null);
        await Db.ExecuteAsync("INSERT INTO s.t_in (note) VALUES ('a'), ('a')");
        await Db.ExecuteAsync("SELECT dup_select.put_table('s.i', 's.t', '{\"note\": \"column1\"}')");

        Assert.Equal(4, await Db.CountAsync("s.t"));
    }

    [Fact]
    public async Task Other_constraints_fail_as_they_would()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text CONSTRAINT a_name UNIQUE, tag text CONSTRAINT b_tag UNIQUE,
                n int NOT NULL CONSTRAINT n_positive CHECK (n > 0));
            CREATE TABLE s.i AS VALUES ('c', 'x', 1);
            """);
        await ViewAsync("s.t", null);
        await Db.ExecuteAsync("INSERT INTO s.t_in (name, tag, n) VALUES ('a', 'x', 1)");

        var unique = await Db.FailsAsync("23505", "INSERT INTO s.t_in (name, tag, n) VALUES ('b', 'x', 1)");
        Assert.Equal("b_tag", unique.ConstraintName);
        var check = await Db.FailsAsync("23514", "INSERT INTO s.t_in (name, n) VALUES ('c', 0)");
        Assert.Equal("n_positive", check.ConstraintName);
        var required = await Db.FailsAsync("23502", "INSERT INTO s.t_in (name) VALUES ('d')");
        Assert.Equal("n", required.ColumnName);
        unique = await Db.FailsAsync("23505",
            "SELECT dup_select.put_table('s.i', 's.t', '{\"name\": \"column1\", \"tag\": \"column2\", \"n\": \"column3\"}')");
        Assert.Equal("b_tag", unique.ConstraintName);
    }

    [Fact]
    public async Task Of_several_keys_the_first_by_name_is_taken_unless_another_is_named()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, a text, b text, CONSTRAINT z_a UNIQUE (a), CONSTRAINT y_b UNIQUE (b));
            CREATE TABLE s.c (id serial PRIMARY KEY, name text UNIQUE, t_id int REFERENCES s.t);
            """);

        Assert.Contains("s.t, by y_b", await PrintedAsync("s.t", null), StringComparison.Ordinal);
        Assert.Contains("s.t, by z_a", await PrintedAsync("s.t", null, ", natural_keys => '{\"t\": \"z_a\"}'"),
            StringComparison.Ordinal);
        Assert.Contains("t_id: s.t, by z_a", await PrintedAsync("s.c", null, ", natural_keys => '{\"t_id\": \"z_a\"}'"),
            StringComparison.Ordinal);
        await Db.FailsAsync("22023", "SELECT dup_select.inserter_view_sql('s.t', natural_keys => '{\"s.t\": \"none\"}')");
        await Db.FailsAsync("22023", "SELECT dup_select.inserter_view_sql('s.t', natural_keys => '{\"s.c\": \"z_a\"}')");
    }

    [Fact]
    public async Task A_deferrable_constraint_is_no_natural_key()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, a text UNIQUE DEFERRABLE);
            CREATE TABLE s.c (id serial PRIMARY KEY, t_id int REFERENCES s.t);
            """);

        var error = await Db.FailsAsync("22023", "SELECT dup_select.inserter_view_sql('s.c', mapping => '{\"t_id.a\": \"a\"}')");

        Assert.Contains("path t_id leads to s.t, of which no unique key", error.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_outside_the_search_path_is_the_one_of_the_index()
    {
        await TablesAsync(
            """
            CREATE EXTENSION citext SCHEMA s;
            CREATE TABLE s.p (id serial PRIMARY KEY, name s.citext NOT NULL UNIQUE);
            CREATE TABLE s.t (id serial PRIMARY KEY, code s.citext UNIQUE, p_id int REFERENCES s.p);
            CREATE TABLE s.i AS VALUES ('B', 'X'), ('b', 'y');
            """);
        await ViewAsync("s.t", null, ", security_definer => true");

        Assert.Equal(["1|1", "1|1"],
            await Db.RowsAsync("INSERT INTO s.t_in (code, p_name) VALUES ('A', 'x'), ('a', 'X') RETURNING id, p_id"));
        Assert.Equal(["""{"id": 2}""", """{"id": 2}"""], await Db.RowsAsync(
            "SELECT output_key FROM dup_select.put_table('s.i', 's.t', '{\"code\": \"column1\", \"p_id.name\": \"column2\"}')"));
        Assert.Equal(["x", "y"], await Db.RowsAsync("SELECT name::text FROM s.p ORDER BY 1"));
    }

    [Fact]
    public async Task A_partitioned_table_and_its_partition_take_rows()
    {
        await TablesAsync(
            """
            CREATE TABLE s.p (id int GENERATED BY DEFAULT AS IDENTITY, name text NOT NULL, PRIMARY KEY (id), UNIQUE (id, name))
                PARTITION BY RANGE (id);
            CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (0) TO (9);
            CREATE TABLE s.q (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.t (y int, name text, q_id int REFERENCES s.q, p_id int REFERENCES s.p, PRIMARY KEY (y, name))
                PARTITION BY RANGE (y);
            CREATE TABLE s.t1 PARTITION OF s.t FOR VALUES FROM (0) TO (9);
            """);
        await ViewAsync("s.t", """{"y": "y", "name": "name", "q_id.name": "q"}""");
        await ViewAsync("s.t1", """{"y": "y", "name": "name", "q_id.name": "q", "p_id.id": "p", "p_id.name": "p_name"}""");

        Assert.Equal(["1|1", "1|2"],
            await Db.RowsAsync("INSERT INTO s.t_in (y, name, q) VALUES (1, 'a', 'x'), (1, 'b', 'y') RETURNING y, q_id"));
        Assert.Equal(["1|1|5"], await Db.RowsAsync(
            "INSERT INTO s.t1_in (y, name, q, p, p_name) VALUES (1, 'c', 'x', 5, 'z') RETURNING y, q_id, p_id"));
    }

    [Fact]
    public async Task Names_of_the_greatest_length_work()
    {
        var table = new string('t', 63);
        var column = new string('c', 62);
        await TablesAsync(
            $"""
            CREATE TABLE s.{table} (id serial PRIMARY KEY, {column}1 text, {column}2 text UNIQUE);
            CREATE TABLE s.i AS VALUES ('a', 'b'), ('c', 'b');
            """);
        await ViewAsync($"s.{table}", null, ", view_name => 's.v'");
        await ViewAsync($"s.{table}", null);

        Assert.Equal(["1"], await Db.RowsAsync($"INSERT INTO s.v ({column}1, {column}2) VALUES ('a', 'b') RETURNING id"));
        Assert.Equal(2, await Db.ScalarAsync<long>("SELECT count(*) FROM pg_views WHERE schemaname = 's'"));
        Assert.Equal(["1", "1"], await Db.RowsAsync(
            $$"""
            SELECT output_key ->> 'id'
            FROM dup_select.put_table('s.i', 's.{{table}}', '{"{{column}}1": "column1", "{{column}}2": "column2"}')
            """));
    }
}

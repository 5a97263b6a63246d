using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>What put_table does with rows that it cannot put in, and with rows that exist, and what it says of both.</summary>
public sealed class PutRejectTests : GeneratorTest
{
    private const string Tables =
        """
        CREATE TABLE s.country (id serial PRIMARY KEY, name text NOT NULL UNIQUE CHECK (name <> 'Mordor'));
        CREATE TABLE s.city (id serial PRIMARY KEY, country_id int NOT NULL REFERENCES s.country, name text NOT NULL,
            population int CHECK (population >= 0), note text DEFAULT 'none', UNIQUE (country_id, name));
        CREATE TABLE s.flat (country text, city text, population text, note text);
        """;

    private const string Mapping =
        """{"name": "city", "population": "population::int", "note": "note", "country_id.name": "country"}""";

    private const string BadRows =
        """
        INSERT INTO s.flat VALUES ('Peru', 'Lima', '10'), ('Peru', 'Cusco', 'x'), ('Peru', NULL, '5'), ('Mordor', 'Barad-dur', '3'),
            ('Chile', 'Arica', '-4'), ('Peru', 'Lima', '11'), (NULL, 'Nowhere', '1');
        """;

    private const string Report =
        """
        SELECT table_name, rows_in, inserted, existing, updated, collapsed, conflicting, rejected FROM pg_temp.put_report
        ORDER BY table_name
        """;

    [Fact]
    public async Task One_bad_row_fails_the_call_which_names_rule_row_column_type_and_value()
    {
        await TablesAsync(Tables + BadRows);

        var error = await Db.FailsAsync("23000", Put());

        Assert.Equal("5 rows cannot be put in", error.MessageText);
        Assert.Contains(
            "1 of city: population does not cast to integer: row (0,2): invalid input syntax for type integer: \"x\"",
            error.Detail!, StringComparison.Ordinal);
        Assert.Contains("1 of city: violates city_population_check: row (0,5): population integer -4", error.Detail!,
            StringComparison.Ordinal);
        Assert.Contains("on_reject => 'skip'", error.Hint!, StringComparison.Ordinal);
        Assert.Equal(0, await Db.CountAsync("s.country"));
    }

    [Fact]
    public async Task Rows_whose_key_a_default_makes_are_new_ones_each_of_them()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), note text);
            CREATE TABLE s.rows AS SELECT n AS id, note FROM (VALUES (NULL::uuid, 'a'), (NULL, 'b'), (NULL, 'a'),
                ('00000000-0000-0000-0000-000000000001', 'c'), ('00000000-0000-0000-0000-000000000001', 'c')) v (n, note);
            """);

        Assert.Equal(["5"], await Db.RowsAsync(
            """SELECT count(*) FROM dup_select.put_table('s.rows', 's.t', '{"id": "id", "note": "note"}')"""));

        Assert.Equal(["t|5|4|0|0|1|null|0"], await Db.RowsAsync(Report));
        Assert.Equal(["a", "a", "b", "c"], await Db.RowsAsync("SELECT note FROM s.t ORDER BY 1"));
    }

    [Fact]
    public async Task Bad_rows_are_skipped_and_listed_where_that_is_asked_for()
    {
        await TablesAsync(Tables + BadRows);

        var keys = await Db.RowsAsync(Put("on_reject => 'skip'"));

        Assert.Equal(["(0,1)|{\"id\": 1}", "(0,6)|{\"id\": 1}"], keys);
        Assert.Equal(
            [
                "city|population does not cast to integer|row (0,2): invalid input syntax for type integer: \"x\"|Cusco",
                "city|name is missing|row (0,3): text|null",
                "country|violates country_name_check|row (0,4): name text Mordor|Barad-dur",
                "city|violates city_population_check|row (0,5): population integer -4|Arica",
                "country|name is missing|row (0,7): text|Nowhere",
            ],
            await Db.RowsAsync("SELECT table_name, rule, detail, \"row\" ->> 'city' FROM pg_temp.put_rejects"));
        Assert.Equal(["city|7|1|0|0|1|null|5", "country|2|1|0|0|1|null|0"], await Db.RowsAsync(Report));
        Assert.Equal(["Peru"], await Db.RowsAsync("SELECT name FROM s.country"));
    }

    [Fact]
    public async Task A_bad_value_is_found_among_many_rows()
    {
        await TablesAsync(Tables +
            """
            INSERT INTO s.flat SELECT 'Peru', 'city ' || n, CASE WHEN n IN (1, 4711, 20000) THEN 'bad' ELSE n::text END
            FROM generate_series(1, 20000) AS n;
            """);

        var keys = await Db.RowsAsync(Put("on_reject => 'skip'"));

        Assert.Equal(19997, keys.Length);
        Assert.Equal(["city 1", "city 4711", "city 20000"], await Db.RowsAsync("SELECT \"row\" ->> 'city' FROM pg_temp.put_rejects"));
    }

    [Fact]
    public async Task More_rejects_than_the_limit_fail_the_call()
    {
        await TablesAsync(Tables + BadRows);

        var error = await Db.FailsAsync("23000", Put("on_reject => 'skip', reject_limit => 4"));
        await Db.ExecuteAsync(Put("on_reject => 'skip', reject_limit => 5"));

        Assert.StartsWith("reject_limit allows no more", error.Hint, StringComparison.Ordinal);
        Assert.Equal(1, await Db.CountAsync("s.city"));
    }

    [Fact]
    public async Task An_error_that_no_row_explains_is_told_as_it_is()
    {
        await TablesAsync(Tables +
            """
            INSERT INTO s.flat VALUES ('Peru', 'Lima', '10');
            CREATE FUNCTION s.fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN 1 / 0; END';
            CREATE TRIGGER fail AFTER INSERT ON s.city FOR EACH ROW EXECUTE FUNCTION s.fail();
            """);

        await Db.FailsAsync("22012", Put("on_reject => 'skip'"));
    }

    [Fact]
    public async Task A_value_that_a_trigger_fills_is_not_missing()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (code text UNIQUE, n int NOT NULL, m int);
            CREATE FUNCTION s.fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.n := 1; RETURN NEW; END';
            CREATE TRIGGER fill BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.fill();
            CREATE TABLE s.i AS SELECT * FROM (VALUES ('a', NULL::int, '1'), ('b', NULL, 'x')) AS v (code, n, m);
            """);

        await Db.ExecuteAsync(
            "SELECT dup_select.put_table('s.i', 's.t', '{\"code\": \"code\", \"n\": \"n\", \"m\": \"m::int\"}', on_reject => 'skip')");

        Assert.Equal(["a|1|1"], await Db.RowsAsync("TABLE s.t"));
        Assert.Equal(["b"], await Db.RowsAsync("SELECT \"row\" ->> 'code' FROM pg_temp.put_rejects"));
    }

    [Fact]
    public async Task Rows_that_exist_are_kept_and_counted()
    {
        await TablesAsync(Tables +
            """
            INSERT INTO s.country (name) VALUES ('Peru'); INSERT INTO s.city (country_id, name, population) VALUES (1, 'Lima', 1);
            INSERT INTO s.flat VALUES ('Peru', 'Lima', '10'), ('Chile', 'Arica', '2'), ('Chile', 'Arica', '3'), ('Peru', 'Lima', '4');
            """);

        await Db.ExecuteAsync(Put());

        Assert.Equal(["city|4|1|2|0|1|null|0", "country|4|1|2|0|1|null|0"], await Db.RowsAsync(Report));
        Assert.Equal(["Arica|2", "Lima|1"], await Db.RowsAsync("SELECT name, population FROM s.city ORDER BY 1"));
    }

    [Fact]
    public async Task Rows_that_exist_are_updated_where_they_differ_and_only_those()
    {
        await TablesAsync(Tables +
            """
            INSERT INTO s.country (name) VALUES ('Peru');
            INSERT INTO s.city (country_id, name, population, note) VALUES (1, 'Lima', 1, 'old'), (1, 'Cusco', 5, 'none'), (1, 'Ica', 7, 'x');
            INSERT INTO s.flat VALUES ('Peru', 'Lima', '10', 'new'), ('Peru', 'Cusco', '5', NULL), ('Peru', 'Lima', '11', 'later'),
                ('Peru', 'Puno', '9', NULL);
            """);
        var before = await Db.RowsAsync("SELECT name, xmin::text FROM s.city WHERE name <> 'Lima' ORDER BY 1");

        var keys = await Db.RowsAsync(Put("on_existing => 'update'"));

        Assert.Equal(["(0,1)|{\"id\": 1}", "(0,2)|{\"id\": 2}", "(0,3)|{\"id\": 1}", "(0,4)|{\"id\": 4}"], keys);
        Assert.Equal(["Cusco|5|none", "Ica|7|x", "Lima|10|new", "Puno|9|none"],
            await Db.RowsAsync("SELECT name, population, note FROM s.city ORDER BY 1"));
        Assert.Equal(before, await Db.RowsAsync("SELECT name, xmin::text FROM s.city WHERE name IN ('Cusco', 'Ica') ORDER BY 1"));
        Assert.Equal(["city|4|1|2|1|0|1|0"], await Db.RowsAsync($"SELECT * FROM ({Report}) AS r WHERE table_name = 'city'"));
    }

    [Fact]
    public async Task Values_without_equality_and_numbers_that_are_drawn_are_updated_too()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (code text PRIMARY KEY, at point, doc json, no int DEFAULT (random() * 1000000)::int);
            INSERT INTO s.t VALUES ('a', '(1,2)', '{"a": 1}', 7), ('b', '(1,2)', '{"a": 1}', 8);
            CREATE TABLE s.i AS SELECT * FROM (VALUES ('a', '(1,2)'::point, '{"a": 1}'::json, NULL::int), ('b', '(3,4)', '[]', 9))
                AS v (code, at, doc, no);
            """);

        await Db.ExecuteAsync(
            """
            SELECT dup_select.put_table('s.i', 's.t', '{"code": "code", "at": "at", "doc": "doc", "no": "no"}', on_existing => 'update')
            """);

        Assert.Equal(["a|(1,2)|{\"a\": 1}|7", "b|(3,4)|[]|9"], await Db.RowsAsync("SELECT code, at::text, doc::text, no FROM s.t ORDER BY 1"));
        Assert.Equal(["1"], await Db.RowsAsync("SELECT updated FROM pg_temp.put_report"));
    }

    [Fact]
    public async Task Rows_that_exist_are_rejects_where_there_may_be_none()
    {
        await TablesAsync(Tables +
            """
            INSERT INTO s.country (name) VALUES ('Peru'); INSERT INTO s.city (country_id, name, population) VALUES (1, 'Lima', 1);
            INSERT INTO s.flat VALUES ('Peru', 'Lima', '10'), ('Peru', 'Cusco', '2'), ('Peru', 'Cusco', '3');
            """);

        var error = await Db.FailsAsync("23000", Put("on_existing => 'fail'"));
        var keys = await Db.RowsAsync(Put("on_existing => 'fail', on_reject => 'skip'"));

        Assert.StartsWith("1 of city: exists already: row (0,1)", error.Detail, StringComparison.Ordinal);
        Assert.Equal(["(0,2)|{\"id\": 2}", "(0,3)|{\"id\": 2}"], keys.Select(k => k.Replace("3}", "2}", StringComparison.Ordinal)));
        Assert.Equal(["exists already|Lima"], await Db.RowsAsync("SELECT rule, \"row\" ->> 'city' FROM pg_temp.put_rejects"));
        Assert.Equal(["city|3|1|0|0|1|null|1"], await Db.RowsAsync($"SELECT * FROM ({Report}) AS r WHERE table_name = 'city'"));
    }

    [Fact]
    public async Task Nodes_of_a_tree_are_updated_too()
    {
        await TablesAsync(
            """
            CREATE TABLE s.node (id serial PRIMARY KEY, parent_id int REFERENCES s.node, name text NOT NULL, note text,
                UNIQUE NULLS NOT DISTINCT (parent_id, name));
            CREATE TABLE s.i AS SELECT * FROM (VALUES ('a', 'b', '1'), (NULL, 'a', '2'), ('a', 'c', '3')) AS v (parent, name, note);
            """);
        const string Put = """dup_select.put_table('s.i', 's.node', '{"name": "name", "parent_id.name": "parent", "note": "note"}'""";
        await Db.ExecuteAsync($"SELECT {Put}); UPDATE s.i SET note = note || '!' WHERE name <> 'c'");

        await Db.ExecuteAsync($"SELECT {Put}, on_existing => 'update')");

        Assert.Equal(["a|2!", "b|1!", "c|3"], await Db.RowsAsync("SELECT name, note FROM s.node ORDER BY 1"));
        Assert.Equal(["5|3|2"], await Db.RowsAsync("SELECT rows_in, existing, updated FROM pg_temp.put_report"));
    }

    [Fact]
    public async Task What_only_an_insert_can_tell_to_exist_cannot_be_updated()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (slug text UNIQUE, name text);
            CREATE FUNCTION s.fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.slug := lower(NEW.name); RETURN NEW; END';
            CREATE TRIGGER fill BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.fill();
            CREATE TABLE s.i AS SELECT 'A' AS name;
            """);

        await Db.FailsAsync("0A000", "SELECT dup_select.put_table('s.i', 's.t', on_existing => 'update')");
        await Db.FailsAsync("22023", "SELECT dup_select.put_table('s.i', 's.t', on_existing => 'replace')");
        await Db.FailsAsync("22023", "SELECT dup_select.put_table('s.i', 's.t', on_reject => 'ignore')");
    }

    [Theory]
    [InlineData("on_existing => 'update', on_reject => 'skip'")]
    [InlineData("on_existing => 'fail', on_reject => 'skip'")]
    [InlineData("on_reject => 'skip', reject_limit => 100")]
    public async Task The_printed_statements_leave_out_and_update_the_same_by_hand(string choices)
    {
        await TablesAsync(Tables + BadRows +
            """
            INSERT INTO s.country (name) VALUES ('Peru'); INSERT INTO s.city (country_id, name, population) VALUES (1, 'Lima', 1);
            INSERT INTO s.flat VALUES ('Chile', 'Iquique', '7', 'n');
            """);
        var script = await Db.ScalarAsync<string>(
            $"SELECT dup_select.put_table_sql('s.flat', 's.city', $map${Mapping}$map$, {choices})");
        const string Rows = "SELECT c.name, population, note, k.name FROM s.city c JOIN s.country k ON k.id = country_id ORDER BY 1";

        await Db.ExecuteAsync("BEGIN");
        await Db.ExecuteAsync(Put(choices));
        var (cities, rejects) = (await Db.RowsAsync(Rows), await Db.RowsAsync("TABLE pg_temp.put_rejects"));
        await Db.ExecuteAsync("ROLLBACK; BEGIN; DROP SCHEMA dup_select CASCADE; DROP SCHEMA dup_select_private CASCADE");
        await Db.ExecuteAsync(script);

        Assert.Equal(cities, await Db.RowsAsync(Rows));
        Assert.Equal(rejects.Order(), (await Db.RowsAsync("TABLE pg_temp.put_rejects")).Order());
        await Db.ExecuteAsync("ROLLBACK");
    }

    [Fact]
    public async Task The_report_outlives_the_transaction_until_the_next_call()
    {
        await TablesAsync(Tables + "INSERT INTO s.flat VALUES ('Peru', 'Lima', '10'), ('Peru', 'Ica', 'x')");
        await Db.ExecuteAsync(Put("on_reject => 'skip'"));
        Assert.Single(await Db.RowsAsync("TABLE pg_temp.put_rejects"));

        await Db.ExecuteAsync("DELETE FROM s.flat WHERE population = 'x'");
        await Db.ExecuteAsync(Put());

        Assert.Empty(await Db.RowsAsync("TABLE pg_temp.put_rejects"));
        Assert.Equal(["city|1|0|1|0|0|null|0", "country|1|0|1|0|0|null|0"], await Db.RowsAsync(Report));
    }

    [Fact]
    public async Task Tables_are_called_as_put_schema_calls_them_and_those_of_other_schemas_with_their_schema()
    {
        await TablesAsync(
            """
            CREATE SCHEMA other; CREATE SCHEMA source;
            CREATE TABLE other."Kind" (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
            CREATE TABLE s.brand (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
            CREATE TABLE s.thing (id serial PRIMARY KEY, name text NOT NULL UNIQUE, kind_id int REFERENCES other."Kind",
                brand_id int REFERENCES s.brand, size int CHECK (size > 0));
            CREATE TABLE s.flat AS SELECT * FROM (VALUES ('a', 'k', 'b', 1), ('c', 'k', 'b', -1)) AS v (name, kind, brand, size);
            CREATE TABLE source.brand AS SELECT 1 AS id, 'z' AS name; CREATE TABLE source.thing AS SELECT 1 AS brand_id, 'd' AS name;
            """);

        await Db.ExecuteAsync(
            """
            SELECT dup_select.put_table('s.flat', 's.thing',
                '{"name": "name", "size": "size", "kind_id.name": "kind", "brand_id.name": "brand"}', on_reject => 'skip')
            """);

        Assert.Equal(["brand", "other.\"Kind\"", "thing"], await Db.RowsAsync("SELECT table_name FROM pg_temp.put_report ORDER BY 1"));
        Assert.Equal(["thing"], await Db.RowsAsync("SELECT table_name FROM pg_temp.put_rejects"));
        Assert.Equal(["brand", "thing"], await Db.RowsAsync("SELECT table_name FROM dup_select.put_schema('source', 's') ORDER BY 1"));
    }

    [Fact]
    public async Task Many_rows_tell_of_each_level_and_few_of_none()
    {
        await TablesAsync(Tables + "INSERT INTO s.flat VALUES ('Peru', 'Lima', '10')");
        await Db.ExecuteAsync(Put());
        Assert.Empty(Db.Notices);

        await Db.ExecuteAsync("INSERT INTO s.flat SELECT 'Peru', 'city ' || n, n FROM generate_series(1, 10000) AS n");
        await Db.ExecuteAsync(Put());

        Assert.Equal(["country: 0 rows inserted, 10001 found", "city: 10000 rows inserted, 1 found"],
            Db.Notices.Where(n => n.Severity == "NOTICE").Select(n => n.Detail));
    }

    private static string Put(string? choices = null) =>
        $"SELECT input_row::text, output_key FROM dup_select.put_table('s.flat', 's.city', $map${Mapping}$map$"
        + (choices is null ? ")" : $", {choices})");
}

using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>A few rows that put_table puts in again in the same way go by statements that the session keeps.</summary>
public sealed class PutFewTests : GeneratorTest
{
    private const string Tables =
        """
        CREATE TABLE s.country (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE s.city (id serial PRIMARY KEY, country_id int NOT NULL REFERENCES s.country, name text NOT NULL,
            population int CHECK (population >= 0), UNIQUE (country_id, name));
        CREATE TABLE s.flat (country text, city text, population text);
        """;

    private const string Put =
        """
        SELECT input_row::text, output_key FROM dup_select.put_table('s.flat', 's.city',
            '{"name": "city", "population": "population::int /* 100 % */", "country_id.name": "country"}', on_reject => 'skip')
        """;

    private const string Kept = "SELECT count(*) FROM pg_proc WHERE pronamespace = pg_my_temp_schema() AND proname LIKE 'put\\_few\\_%'";

    private const string Report = "SELECT table_name, rows_in, inserted, existing, collapsed, rejected FROM pg_temp.put_report ORDER BY 1";

    [Fact]
    public async Task The_second_call_keeps_the_statements_and_each_gives_keys_and_report()
    {
        await TablesAsync(Tables);
        var answers = new List<string>();
        for (var call = 1; call <= 4; call++)
        {
            await Db.ExecuteAsync(
                $"TRUNCATE s.flat; INSERT INTO s.flat VALUES ('Peru', 'Lima', '1'), ('Chile', 'c{call}', '2'), ('Chile', 'c{call}', '3')");
            var keys = await Db.RowsAsync(Put);
            answers.Add(string.Join(' ', keys.Concat(await Db.RowsAsync(Report))));
            Assert.Equal(call == 1 ? 0 : 1, await Db.ScalarAsync<long>(Kept));
        }

        Assert.Equal(
            [
                "(0,1)|{\"id\": 2} (0,2)|{\"id\": 1} (0,3)|{\"id\": 1} city|3|2|0|1|0 country|3|2|0|1|0",
                "(0,1)|{\"id\": 2} (0,2)|{\"id\": 3} (0,3)|{\"id\": 3} city|3|1|1|1|0 country|3|0|3|0|0",
                "(0,1)|{\"id\": 2} (0,2)|{\"id\": 4} (0,3)|{\"id\": 4} city|3|1|1|1|0 country|3|0|3|0|0",
                "(0,1)|{\"id\": 2} (0,2)|{\"id\": 5} (0,3)|{\"id\": 5} city|3|1|1|1|0 country|3|0|3|0|0",
            ], answers);
        Assert.Equal(["Lima|1", "c1|2", "c2|2", "c3|2", "c4|2"],
            await Db.RowsAsync("SELECT name, population FROM s.city ORDER BY name COLLATE \"C\""));
    }

    [Fact]
    public async Task A_bad_row_is_told_by_row_and_column_also_then()
    {
        await TablesAsync(Tables + "INSERT INTO s.flat VALUES ('Peru', 'Lima', '1')");
        await Db.ExecuteAsync(Put + ";" + Put + ";" + Put);

        await Db.ExecuteAsync("INSERT INTO s.flat VALUES ('Peru', 'Ica', 'x'), ('Peru', 'Puno', '-1'), ('Peru', 'Cusco', '4')");
        var keys = await Db.RowsAsync(Put);

        Assert.Equal(["(0,1)|{\"id\": 1}", "(0,4)|{\"id\": 2}"], keys.Select(k => k.Replace("3}", "2}", StringComparison.Ordinal)));
        Assert.Equal(["population does not cast to integer|row (0,2): invalid input syntax for type integer: \"x\"",
            "violates city_population_check|row (0,3): population integer -1"], await Db.RowsAsync("SELECT rule, detail FROM pg_temp.put_rejects"));
        Assert.Equal(["city|4|1|1|0|2", "country|2|0|2|0|0"], await Db.RowsAsync(Report));
    }

    [Theory]
    [InlineData("ALTER TABLE s.city DROP CONSTRAINT city_country_id_name_key; CREATE UNIQUE INDEX ON s.city (country_id, lower(name))",
        "Lima|1|1")]
    [InlineData("ALTER TABLE s.city ADD note text NOT NULL DEFAULT 'n'", "Lima|1|1", "LIMA|2|1")]
    [InlineData("ALTER TABLE s.country ALTER name TYPE varchar(100)", "Lima|1|1", "LIMA|2|1")]
    [InlineData("ALTER SCHEMA s RENAME TO z; CREATE SCHEMA s; ALTER TABLE z.country SET SCHEMA s; ALTER TABLE z.city SET SCHEMA s; " +
        "ALTER TABLE z.flat SET SCHEMA s", "Lima|1|1", "LIMA|2|1")]
    [InlineData("CREATE FUNCTION s.lower() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := lower(NEW.name); RETURN NEW; END'; " +
        "CREATE TRIGGER lower BEFORE INSERT ON s.city FOR EACH ROW EXECUTE FUNCTION s.lower()", "Lima|1|1", "lima|2|1")]
    [InlineData("ALTER TABLE s.city RENAME TO town; CREATE TABLE s.city (LIKE s.town INCLUDING ALL, FOREIGN KEY (country_id) " +
        "REFERENCES s.country); INSERT INTO s.city TABLE s.town", "Lima|1|1", "LIMA|2|1")]
    public async Task What_changes_in_the_catalog_is_noticed(string change, params string[] expected)
    {
        await TablesAsync(Tables + "INSERT INTO s.flat VALUES ('Peru', 'Lima', '1')");
        await Db.ExecuteAsync(Put + ";" + Put + ";" + Put);

        await Db.ExecuteAsync(change + "; TRUNCATE s.flat; INSERT INTO s.flat VALUES ('Peru', 'LIMA', '1')");
        await Db.ExecuteAsync(Put + ";" + Put);

        Assert.Equal(expected, await Db.RowsAsync("SELECT name, rank() OVER (ORDER BY id), population FROM s.city ORDER BY id"));
    }

    [Fact]
    public async Task A_source_that_is_made_anew_with_the_same_columns_takes_the_same_statements()
    {
        await TablesAsync(Tables);
        for (var call = 1; call <= 4; call++)
        {
            await Db.ExecuteAsync(
                $"""
                CREATE TEMPORARY TABLE given AS SELECT 'Peru' AS country, 'c{call}' AS city;
                SELECT dup_select.put_table('given', 's.city', '{"{"}"name": "city", "country_id.name": "country"{"}"}');
                DROP TABLE given;
                """);
        }

        Assert.Equal(["c1", "c2", "c3", "c4"], await Db.RowsAsync("SELECT name FROM s.city ORDER BY 1"));
        Assert.Equal(1, await Db.ScalarAsync<long>(Kept));
    }

    [Fact]
    public async Task A_trigger_may_put_rows_in_the_same_way_meanwhile()
    {
        await TablesAsync(Tables +
            """
            INSERT INTO s.flat VALUES ('Peru', 'Lima', '1');
            CREATE FUNCTION s.again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.name LIKE '%!' THEN RETURN NULL; END IF;
                TRUNCATE s.other; INSERT INTO s.other VALUES ('Chile', NEW.name || '!');
                PERFORM dup_select.put_table('s.other', 's.city', '{"name": "city", "country_id.name": "country"}');
                RETURN NULL;
            END $$;
            CREATE TABLE s.other (country text, city text);
            """);
        await Db.ExecuteAsync("CREATE TABLE s.given (country text, city text); INSERT INTO s.given VALUES ('Peru', 'Lima')");
        const string Given = """SELECT dup_select.put_table('s.given', 's.city', '{"name": "city", "country_id.name": "country"}')""";
        await Db.ExecuteAsync($"{Given}; {Given}; {Given}");
        await Db.ExecuteAsync("CREATE TRIGGER again AFTER INSERT ON s.city FOR EACH ROW EXECUTE FUNCTION s.again()");
        await Db.ExecuteAsync($"{Given}; {Given}");

        await Db.ExecuteAsync($"INSERT INTO s.given VALUES ('Peru', 'Ica'), ('Peru', 'Puno'); {Given}");

        Assert.Equal(["Chile|Ica!", "Chile|Puno!", "Peru|Ica", "Peru|Lima", "Peru|Puno"], await Db.RowsAsync(
            "SELECT k.name, c.name FROM s.city c JOIN s.country k ON k.id = country_id ORDER BY 1, 2"));
    }

    [Fact]
    public async Task A_role_runs_no_statements_that_another_has_left_in_the_session()
    {
        await TablesAsync(Tables + "INSERT INTO s.flat VALUES ('Peru', 'Lima', '1')");
        await Db.ExecuteAsync(Put + ";" + Put);
        var role = await CreateRoleAsync("anybody");
        await Db.ExecuteAsync(
            $"""
            CREATE FUNCTION s.take_over() RETURNS void LANGUAGE plpgsql AS $$ DECLARE f text; BEGIN
                FOR f IN SELECT proname FROM pg_proc WHERE proname LIKE 'put\_few\_%' LOOP
                    EXECUTE format('CREATE OR REPLACE FUNCTION pg_temp.%I(source text) RETURNS TABLE (input_row tid, output_key jsonb) '
                                   'LANGUAGE sql AS ''SELECT NULL::tid, jsonb_build_object(''''taken'''', true)''', f);
                    EXECUTE format('ALTER FUNCTION pg_temp.%I OWNER TO {Sql.Name(role)}', f);
                END LOOP;
            END $$;
            SELECT s.take_over();
            """);

        Assert.Equal(["(0,1)|{\"id\": 1}"], await Db.RowsAsync(Put));
    }

    [Fact]
    public async Task Hundreds_of_calls_in_one_transaction_do_not_slow_down()
    {
        await TablesAsync(Tables + "INSERT INTO s.flat SELECT 'Peru', 'city ' || n, n FROM generate_series(1, 50) AS n");

        await Db.ExecuteAsync($"DO $$ BEGIN FOR n IN 1 .. 300 LOOP PERFORM * FROM ({Put}) AS p; END LOOP; END $$");

        Assert.Equal(50, await Db.CountAsync("s.city"));
        Assert.InRange(await Db.ScalarAsync<long>(
            "SELECT max(pg_relation_size(oid)) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relname LIKE 'put\\_few%'"), 1, 300_000);
    }
}

using System.Globalization;
using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>
/// Where a table stands at several levels, the first row that brings a key brings its payload, whichever level it stands at: put_table
/// does what the view does with the rows in order.
/// </summary>
public sealed class SeveralLevelsTests : GeneratorTest
{
    /// <summary>A schema with an input table i, a target t, a mapping, and a query of all that is stored, ids left out.</summary>
    private static readonly Dictionary<string, (string Tables, string Mapping, string Stored)> s_cases = new()
    {
        ["a manager"] = (
            """
            CREATE TABLE {0}.t (id serial PRIMARY KEY, name text UNIQUE, pay int DEFAULT 7, up_id int REFERENCES {0}.t);
            """,
            """{"name": "a", "pay": "x", "up_id.name": "b", "up_id.pay": "y"}""",
            "SELECT t.name, t.pay, u.name FROM {0}.t LEFT JOIN {0}.t u ON u.id = t.up_id"),
        ["a manager and theirs, by a key whose nulls are equal"] = (
            """
            CREATE TABLE {0}.t (id serial PRIMARY KEY, name text UNIQUE NULLS NOT DISTINCT, pay int, up_id int REFERENCES {0}.t);
            """,
            """{"name": "a", "pay": "x", "up_id.name": "b", "up_id.pay": "y", "up_id.up_id.name": "c", "up_id.up_id.pay": "z"}""",
            "SELECT t.name, t.pay, u.name FROM {0}.t LEFT JOIN {0}.t u ON u.id = t.up_id"),
        ["two airports"] = (
            """
            CREATE TABLE {0}.airport (id serial PRIMARY KEY, code text UNIQUE, size int);
            CREATE TABLE {0}.t (id serial PRIMARY KEY, no text UNIQUE, from_id int REFERENCES {0}.airport, to_id int REFERENCES {0}.airport);
            """,
            """{"no": "a", "from_id.code": "b", "from_id.size": "x", "to_id.code": "c", "to_id.size": "y"}""",
            """
            SELECT NULL, code, size FROM {0}.airport UNION ALL
            SELECT no, f.code, ascii(o.code) FROM {0}.t LEFT JOIN {0}.airport f ON f.id = from_id LEFT JOIN {0}.airport o ON o.id = to_id
            """),
        ["two airports of countries"] = (
            """
            CREATE TABLE {0}.country (id serial PRIMARY KEY, name text UNIQUE, size int);
            CREATE TABLE {0}.airport (id serial PRIMARY KEY, country_id int REFERENCES {0}.country, code text, size int,
                UNIQUE NULLS NOT DISTINCT (country_id, code));
            CREATE TABLE {0}.t (id serial PRIMARY KEY, from_id int NOT NULL REFERENCES {0}.airport, to_id int REFERENCES {0}.airport,
                UNIQUE NULLS NOT DISTINCT (from_id, to_id));
            """,
            """
            {"from_id.code": "coalesce(a, '?')", "from_id.size": "x", "from_id.country_id.name": "b", "from_id.country_id.size": "y",
             "to_id.code": "c", "to_id.size": "y", "to_id.country_id.name": "d", "to_id.country_id.size": "z"}
            """,
            """
            SELECT NULL, NULL, name, size FROM {0}.country UNION ALL
            SELECT NULL, c.name, code, a.size FROM {0}.airport a LEFT JOIN {0}.country c ON c.id = country_id UNION ALL
            SELECT f.code, o.code, fc.name, fc.size FROM {0}.t JOIN {0}.airport f ON f.id = from_id
            LEFT JOIN {0}.country fc ON fc.id = f.country_id LEFT JOIN {0}.airport o ON o.id = to_id
            """),
        ["paths"] = (
            """
            CREATE TABLE {0}.t (id serial PRIMARY KEY, up_id int REFERENCES {0}.t, name text, pay int,
                UNIQUE NULLS NOT DISTINCT (up_id, name));
            """,
            """
            {"name": "a", "pay": "x", "up_id.name": "b", "up_id.pay": "y",
             "up_id.up_id.name": "c", "up_id.up_id.pay": "z"}
            """,
            """
            SELECT t.name, t.pay, u.name, v.name
            FROM {0}.t LEFT JOIN {0}.t u ON u.id = t.up_id LEFT JOIN {0}.t v ON v.id = u.up_id
            """),
        ["paths whose roots have no key"] = (
            """
            CREATE TABLE {0}.t (id serial PRIMARY KEY, up_id int REFERENCES {0}.t, name text NOT NULL, pay int, UNIQUE (up_id, name));
            """,
            """{"name": "coalesce(a, '?')", "pay": "x", "up_id.name": "b", "up_id.pay": "y", "up_id.up_id": "NULL::int"}""",
            "SELECT t.name, t.pay, u.name FROM {0}.t LEFT JOIN {0}.t u ON u.id = t.up_id"),
        ["paths by an expression over the id"] = (
            """
            CREATE TABLE {0}.t (id serial PRIMARY KEY, up_id int REFERENCES {0}.t, name text NOT NULL, pay int);
            CREATE UNIQUE INDEX t_key ON {0}.t (coalesce(up_id, 0), name);
            """,
            """{"name": "coalesce(a, '?')", "pay": "x", "up_id.name": "b", "up_id.pay": "y"}""",
            "SELECT t.name, t.pay, u.name FROM {0}.t LEFT JOIN {0}.t u ON u.id = t.up_id"),
        ["levels that are found by different keys"] = (
            """
            CREATE TABLE {0}.p (id serial PRIMARY KEY, code text UNIQUE, name text, pay int);
            CREATE UNIQUE INDEX p_name ON {0}.p (name) WHERE code IS NULL;
            CREATE TABLE {0}.t (id serial PRIMARY KEY, no text UNIQUE, a_id int REFERENCES {0}.p, b_id int REFERENCES {0}.p);
            """,
            """{"no": "a", "a_id.code": "b", "a_id.name": "c", "a_id.pay": "x", "b_id.name": "c", "b_id.pay": "y"}""",
            "SELECT 't', no, NULL FROM {0}.t UNION ALL SELECT code, name, pay FROM {0}.p"),
        ["a key that a trigger makes"] = (
            """
            CREATE TABLE {0}.t (id serial PRIMARY KEY, name text UNIQUE, pay int, up_id int REFERENCES {0}.t);
            CREATE FUNCTION {0}.raise() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := upper(NEW.name); RETURN NEW; END';
            CREATE TRIGGER raise BEFORE INSERT ON {0}.t FOR EACH ROW EXECUTE FUNCTION {0}.raise();
            """,
            """{"name": "a", "pay": "x", "up_id.name": "b", "up_id.pay": "y"}""",
            "SELECT t.name, t.pay, u.name FROM {0}.t LEFT JOIN {0}.t u ON u.id = t.up_id"),
        ["ids that are given"] = (
            """
            CREATE TABLE {0}.t (id serial PRIMARY KEY, name text UNIQUE, pay int, up_id int REFERENCES {0}.t);
            INSERT INTO {0}.t (name) VALUES ('r0'), ('r1'), ('r2'), ('r3');
            """,
            """
            {"name": "a", "pay": "x", "up_id": "z + 1", "up_id.name": "b", "up_id.pay": "y", "up_id.up_id": "y + 2",
             "up_id.up_id.name": "c", "up_id.up_id.pay": "x"}
            """,
            "SELECT t.name, t.pay, u.name FROM {0}.t LEFT JOIN {0}.t u ON u.id = t.up_id"),
        ["tenants, and what is managed within one"] = (
            """
            CREATE TABLE {0}.tenant (id serial PRIMARY KEY, name text NOT NULL UNIQUE, size int);
            CREATE TABLE {0}.t (tenant_id int REFERENCES {0}.tenant, no serial, name text NOT NULL, pay int, up_no int,
                PRIMARY KEY (tenant_id, no), UNIQUE (tenant_id, name),
                CONSTRAINT up FOREIGN KEY (tenant_id, up_no) REFERENCES {0}.t (tenant_id, no));
            """,
            """
            {"tenant_id.name": "coalesce(b, '?')", "tenant_id.size": "z", "name": "coalesce(a, '?')", "pay": "x",
             "up.tenant_id.name": "coalesce(b, '?')", "up.tenant_id.size": "z", "up.name": "c", "up.pay": "y"}
            """,
            """
            SELECT NULL, name, size, NULL FROM {0}.tenant UNION ALL
            SELECT n.name, t.name, t.pay, u.name FROM {0}.t JOIN {0}.tenant n ON n.id = tenant_id
            LEFT JOIN {0}.t u ON u.tenant_id = t.tenant_id AND u.no = t.up_no
            """),
        ["a table between"] = (
            """
            CREATE TABLE {0}.firm (id serial PRIMARY KEY, name text UNIQUE, size int);
            CREATE TABLE {0}.t (id serial PRIMARY KEY, name text UNIQUE, pay int, firm_id int REFERENCES {0}.firm);
            ALTER TABLE {0}.firm ADD owner_id int REFERENCES {0}.t;
            CREATE TABLE {0}.task (id serial PRIMARY KEY, t_id int REFERENCES {0}.t, what text, UNIQUE NULLS NOT DISTINCT (t_id, what));
            ALTER TABLE {0}.t RENAME TO person;
            ALTER TABLE {0}.task RENAME TO t;
            """,
            """
            {"what": "d", "t_id.name": "a", "t_id.pay": "x", "t_id.firm_id.name": "b", "t_id.firm_id.size": "y",
             "t_id.firm_id.owner_id.name": "c", "t_id.firm_id.owner_id.pay": "z"}
            """,
            """
            SELECT p.name, p.pay, f.name, f.size, o.name FROM {0}.person p LEFT JOIN {0}.firm f ON f.id = p.firm_id
            LEFT JOIN {0}.person o ON o.id = f.owner_id UNION ALL
            SELECT what, NULL, p.name, NULL, NULL FROM {0}.t LEFT JOIN {0}.person p ON p.id = t_id
            """),
    };

    public static IEnumerable<object[]> Cases =>
        s_cases.Keys.SelectMany(_ => Enumerable.Range(1, 4), (name, seed) => new object[] { name, seed });

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Put_table_does_what_the_view_does_with_the_rows_in_order(string name, int seed)
    {
        var random = new Random(seed);
        var (tables, mapping, stored) = s_cases[name];
        foreach (var schema in s_schemas)
        {
            await Db.ExecuteAsync(
                $"CREATE SCHEMA {schema}; CREATE TABLE {schema}.i (a text, b text, c text, d text, x int, y int, z int);"
                + string.Format(CultureInfo.InvariantCulture, tables, schema));
        }
        await ViewAsync("s.t", mapping, ", input => 's.i'");

        for (var batch = 0; batch < 4; batch++)
        {
            var words = random.Next(2, 8);
            var values = string.Join(", ", Enumerable.Range(0, random.Next(1, 30)).Select(_ => Row(random, words)));
            foreach (var schema in s_schemas)
                await Db.ExecuteAsync($"TRUNCATE {schema}.i; INSERT INTO {schema}.i VALUES {values}");
            await Db.ExecuteAsync("INSERT INTO s.t_in (a, b, c, d, x, y, z) SELECT * FROM s.i");
            var put = $"dup_select.put_table{(batch == 3 ? "_sql" : "")}('by_set.i', 'by_set.t', {Sql.Literal(mapping)})";
            if (batch < 3)
                Assert.Equal(0, await Db.ScalarAsync<long>($"SELECT count(*) FROM {put} AS p WHERE p.output_key IS NULL"));
            else
                await Db.ExecuteAsync($"BEGIN; {await Db.ScalarAsync<string>($"SELECT {put}")} COMMIT"); // what waits goes row by row

            Assert.Equal(await StoredAsync("s", stored), await StoredAsync("by_set", stored));
        }
    }

    [Fact]
    public async Task Every_input_row_gets_the_key_of_its_row_wherever_that_was_made_first()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text UNIQUE, pay int, up_id int REFERENCES s.t);
            CREATE TABLE s.i AS SELECT * FROM (VALUES ('A', 'B', 1), ('B', 'A', 2), ('C', 'C', 3), ('D', NULL, 4), ('E', 'D', 5)) AS v (a, b, x);
            """);

        await Db.ExecuteAsync(
            """CREATE TABLE s.k AS SELECT * FROM dup_select.put_table('s.i', 's.t', '{"name": "a", "pay": "x", "up_id.name": "b"}')""");

        // In a circle the one that is named first has no parent; who names himself is his own parent first, without payload.
        Assert.Equal(["A|1|B", "B|null|null", "C|null|null", "D|4|null", "E|5|D"],
            await Db.RowsAsync("SELECT t.name, t.pay, u.name FROM s.t LEFT JOIN s.t u ON u.id = t.up_id ORDER BY 1"));
        Assert.Equal(["A|A", "B|B", "C|C", "D|D", "E|E"], await Db.RowsAsync(
            "SELECT i.a, t.name FROM s.k JOIN s.i ON i.ctid = input_row JOIN s.t ON t.id = (output_key ->> 'id')::int ORDER BY 1"));
    }

    [Fact]
    public async Task A_chain_of_more_than_a_hundred_links_is_made_in_its_order()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text UNIQUE, found int, up_id int REFERENCES s.t);
            CREATE TABLE s.i AS SELECT n AS found, 'c' || n AS a, 'c' || n - 1 AS b FROM generate_series(1, 300) AS n;
            """);

        await Db.ExecuteAsync(
            """SELECT * FROM dup_select.put_table('s.i', 's.t', '{"name": "a", "found": "found", "up_id.name": "b"}')""");

        Assert.Equal(["301|300|300"], await Db.RowsAsync("SELECT count(*), count(found), count(up_id) FROM s.t"));
        Assert.Equal(["on"], await Db.RowsAsync("SHOW enable_seqscan"));
    }

    [Fact]
    public async Task A_table_at_one_level_is_put_as_ever()
    {
        await TablesAsync(
            """
            CREATE TABLE s.p (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.t (id serial PRIMARY KEY, name text UNIQUE, p_id int REFERENCES s.p);
            CREATE TABLE s.i (name text, p_name text);
            """);

        var printed = await Db.ScalarAsync<string>("SELECT dup_select.put_table_sql('s.i', 's.t')");

        Assert.DoesNotContain("settled", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("CREATE INDEX", printed, StringComparison.Ordinal);
    }

    private static readonly string[] s_schemas = ["s", "by_set"];

    private static string Row(Random random, int words)
    {
        string Word() => random.Next(5) == 0 ? "NULL" : $"'{(char)('p' + random.Next(words))}'";
        string Digit() => random.Next(3) == 0 ? "NULL" : $"{random.Next(3)}";
        return $"({Word()}, {Word()}, {Word()}, {Word()}, {Digit()}, {Digit()}, {Digit()})";
    }

    private async Task<List<string>> StoredAsync(string schema, string stored) =>
        [.. (await Db.RowsAsync(string.Format(CultureInfo.InvariantCulture, stored, schema))).Order(StringComparer.Ordinal)];
}

using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>
/// Whatever the type of a key, its value goes in as a plain INSERT of it would: by the view, by put_table and by
/// insert_on_duplicate_key_select, as the row's own key, its parent's, or a default. Values in this text form.
/// </summary>
public sealed class TypeTests : GeneratorTest
{
    /// <summary>The type of a key, the type of the input, values; what a key cannot hold is among them.</summary>
    public static TheoryData<string, string, string[]> Types => new()
    {
        { "char(2)", "text", ["DE", "DK", "D", "D ", "DEU", ""] },
        { "char(2)", "bpchar", ["DE", "DK", "DEU"] },
        { "char(2)", "char(3)", ["DE", "DEU"] },
        { "\"char\"", "\"char\"", ["a", "b"] },
        { "bpchar", "text", ["abc", "abc ", "abcd"] },
        { "varchar(3)", "varchar", ["abc", "ab", "abc  ", "abcd", ""] },
        { "name", "text", ["abc", "b"] },
        { "text", "varchar(4)", ["abc", ""] },
        { "numeric(5,2)", "numeric", ["1.005", "1.014", "1", "99999", "NaN"] },
        { "numeric(3,-2)", "int", ["149", "150", "100"] },
        { "bit(3)", "text", ["101", "100", "1", "1010"] },
        { "bit", "bit varying", ["1", "10"] },
        { "bit varying(3)", "bit(4)", ["1010", "1111"] },
        { "time(0)", "time", ["10:00:00.4", "10:00:00.6"] },
        { "timetz(0)", "timetz", ["10:00:00.4+00", "10:00:00.6+01"] },
        { "timestamp(0)", "timestamp", ["2020-01-01 10:00:00.4", "infinity"] },
        { "timestamptz(1)", "text", ["2020-01-01 10:00:00.04+00", "2020-01-01 10:00:00.06+02"] },
        { "date", "timestamp", ["2020-01-01 10:00:00"] },
        { "interval(0)", "interval", ["1.4 sec", "1.6 sec"] },
        { "interval day to minute", "interval", ["1 day 02:03:04"] },
        { "interval second(1)", "text", ["1.04", "1 day 0.06 sec"] },
        { "interval year to month", "interval", ["1 year 2 mons 3 days"] },
        { "smallint", "bigint", ["1", "40000"] },
        { "int", "jsonb", ["1", "\"2\"", "1.5"] },
        { "float4", "float8", ["1.1", "1e39"] },
        { "boolean", "text", ["t", "no", "maybe"] },
        { "bit(3)", "int", ["1", "101"] },
        { "money", "numeric", ["1.005", "2"] },
        { "jsonb", "jsonb", ["{\"a\": 1}", "1.00"] },
        { "uuid", "text", ["0eafa3b6-73d1-4ea0-9c4e-8e4bd44ff0c6", "none"] },
        { "inet", "cidr", ["10.0.0.0/8"] },
        { "cidr", "text", ["10.0.0.0/8", "10.0.0.1/8"] },
        { "macaddr", "text", ["08:00:2b:01:02:03"] },
        { "bytea", "bytea", ["\\x0102"] },
        { "s.mood", "text", ["sad", "mad"] },
        { "int4range", "text", ["[1,2]", "empty"] },
        { "tstzrange", "tstzrange", ["[2020-01-01 00:00+00,2020-01-02 00:00+00)"] },
        { "int4multirange", "text", ["{[1,2]}"] },
        { "s.pair", "text", ["(ab,1.54)", "(abc,1)"] },
        { "s.pair", "s.pair", ["(ab,1.5)"] },
        { "char(2)[]", "text[]", ["{DE,DK}", "{DEU}"] },
        { "varchar(3)[]", "text", ["{abc,d}", "{abcd}"] },
        { "numeric(5,2)[]", "numeric[]", ["{1.005,1}"] },
        { "bit(3)[]", "bit varying[]", ["{101}", "{1010}"] },
        { "s.iso", "text", ["DE", "D", "DEU"] },
        { "s.longer_iso", "bpchar", ["DE", "DEU"] },
        { "s.bits", "text", ["101", "1", "1010"] },
        { "s.tenth", "numeric", ["1.25", "99999"] },
        { "s.iso[]", "text[]", ["{DE}", "{DEU}"] },
        { "s.mood[]", "text", ["{sad}", "{mad}"] },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_value_goes_in_as_a_plain_insert_of_it_would(string type, string inputType, string[] values)
    {
        await Db.ExecuteAsync($"{s_types}; {s_outcome}");
        foreach (var trigger in new[] { "", "CREATE TRIGGER same BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION s.same();" })
        {
            await Db.ExecuteAsync(
                $$"""
                DROP TABLE IF EXISTS s.plain, s.own, s.by_parent, s.parent, s.by_key, s.key, s.i CASCADE;
                CREATE TABLE s.i (v {{inputType}});
                CREATE TABLE s.plain (k {{type}});
                CREATE TABLE s.own (id serial PRIMARY KEY, k {{type}} UNIQUE);
                CREATE TABLE s.parent (id serial PRIMARY KEY, k {{type}} UNIQUE);
                CREATE TABLE s.by_parent (id serial PRIMARY KEY, parent_id int REFERENCES s.parent UNIQUE);
                CREATE TABLE s.key (k {{type}} PRIMARY KEY);
                CREATE TABLE s.by_key (id serial PRIMARY KEY, key_k {{type}} REFERENCES s.key UNIQUE);
                {{string.Concat(s_tables.Select(t => string.Format(null, trigger, t)))}}
                CALL dup_select.create_inserter_view('s.own', mapping => '{"k": "v"}', input => 's.i');
                CALL dup_select.create_inserter_view('s.by_parent', mapping => '{"parent_id.k": "v"}', input => 's.i');
                CALL dup_select.create_inserter_view('s.by_key', mapping => '{"key_k.k": "v"}', input => 's.i');
                """);
            foreach (var value in trigger.Length > 0 ? values.Take(1) : values)
            {
                var given = $"CAST({Sql.Literal(value)} AS {inputType})";
                // What no INSERT casts goes in as text.
                var plain = await OutcomeAsync($"TRUNCATE s.plain; INSERT INTO s.plain SELECT {given}", "s.plain", "k");
                if (plain.StartsWith("42804", StringComparison.Ordinal))
                    plain = await OutcomeAsync($"TRUNCATE s.plain; INSERT INTO s.plain VALUES ({Sql.Literal(value)})", "s.plain", "k");
                var fill = $"TRUNCATE s.i; INSERT INTO s.i VALUES ({given})";
                foreach (var (table, path, stored, shown) in s_paths)
                {
                    // The server itself cannot check a foreign key of arrays whose elements have a modifier.
                    if (table == "s.by_key" && type.EndsWith("[]", StringComparison.Ordinal))
                        continue;
                    var put = $$"""SELECT dup_select.put_table('s.i', '{{table}}', '{"{{path}}": "v"}')""";
                    var view = $"INSERT INTO {table}_in (v) VALUES ({given})";
                    var (way, again) = table == "s.own" ? (put, view) : (view, put);
                    AssertOutcome(plain, table, way, await OutcomeAsync($"{fill}; {way}; {again}", stored, shown));
                    AssertOutcome(plain, table, again, await OutcomeAsync($"{fill}; {again}", stored, shown));
                }
                if (!plain.StartsWith("ok", StringComparison.Ordinal))
                    continue;
                var row = "SELECT dup_select.insert_on_duplicate_key_select(jsonb_populate_record(NULL::s.own, "
                    + "(SELECT jsonb_build_object('k', to_jsonb(k)) FROM s.plain)))";
                await Db.ExecuteAsync($"TRUNCATE s.plain; INSERT INTO s.plain SELECT CAST(CAST({given} AS text) AS {type})");
                Assert.Equal((row, plain), (row, await OutcomeAsync($"{row}; {row}", "s.own", "k")));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_default_is_looked_up_as_it_is_stored(string type, string inputType, string[] values)
    {
        Assert.NotEmpty(inputType);
        await Db.ExecuteAsync($"{s_types}; {s_outcome}");
        foreach (var value in values)
        {
            await Db.ExecuteAsync(
                $$"""
                DROP TABLE IF EXISTS s.i, s.t CASCADE;
                CREATE TABLE s.i AS SELECT 1 AS a, NULL::text AS k;
                """);
            if (await OutcomeAsync(
                $"CREATE TABLE s.t (id serial PRIMARY KEY, a int, k {type} DEFAULT {Sql.Literal(value)}, UNIQUE (a, k))", "s.t", "k")
                is not "ok ")
                continue;
            var plain = await OutcomeAsync("INSERT INTO s.t (a) VALUES (1)", "s.t", "k");
            await Db.ExecuteAsync(
                """
                CALL dup_select.create_inserter_view('s.t');
                CALL dup_select.create_inserter_view('s.t', mapping => '{"a": "a"}', view_name => 's.short');
                """);
            foreach (var way in s_waysToDefault)
            {
                if (type == "s.bits" && way.Contains("ROW", StringComparison.Ordinal))
                    continue; // it takes no NULL
                Assert.Equal((way, plain), (way, await OutcomeAsync($"TRUNCATE s.t; {way}; {way}", "s.t", "k")));
            }
        }
    }

    [Fact]
    public async Task A_country_is_not_cut_to_its_first_letter()
    {
        await TablesAsync(
            """
            CREATE TABLE s.country (id serial PRIMARY KEY, iso2 char(2) UNIQUE);
            CREATE TABLE s.city (id serial PRIMARY KEY, country_id int REFERENCES s.country, name text, UNIQUE (country_id, name));
            CREATE TABLE s.flat AS SELECT * FROM (VALUES ('DE', 'Berlin'), ('DK', 'Copenhagen')) AS v (country, city);
            """);
        const string Put = """SELECT dup_select.put_table('s.flat', 's.city', '{"name": "city", "country_id.iso2": "country"}')""";

        await Db.ExecuteAsync(Put);

        Assert.Equal(["DE|Berlin", "DK|Copenhagen"],
            await Db.RowsAsync("SELECT iso2, name FROM s.city JOIN s.country c ON c.id = country_id ORDER BY 1"));
        await Db.ExecuteAsync("INSERT INTO s.flat VALUES ('DEU', 'Bonn')");
        var error = await Db.FailsAsync("23000", Put);
        Assert.Contains("iso2 does not cast to character(2): row (0,3): value too long for type character(2)", error.Detail!,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_moment_that_is_a_key_behind_a_trigger_stays_the_same_under_any_date_style()
    {
        await TablesAsync(
            """
            CREATE FUNCTION s.same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TABLE s.p (at timestamptz PRIMARY KEY);
            CREATE TABLE s.c (id serial PRIMARY KEY, p_at timestamptz REFERENCES s.p, n int UNIQUE);
            CREATE TRIGGER same BEFORE INSERT ON s.p FOR EACH ROW EXECUTE FUNCTION s.same();
            SET DateStyle = 'SQL, DMY'; SET timezone = 'Asia/Kolkata'; -- IST, which is read as that of Israel
            CREATE TABLE s.i AS SELECT timestamptz '2020-02-01 10:00+00' AS x, n FROM generate_series(1, 2) AS n;
            """);
        const string Mapping = """{"p_at.at": "x", "n": "n"}""";
        await ViewAsync("s.c", Mapping, ", input => 's.i', select_first => false");

        await Db.ExecuteAsync(
            $"""
            SELECT dup_select.put_table('s.i', 's.c', '{Mapping}');
            INSERT INTO s.c_in (x, n) SELECT x, n + 10 FROM s.i;
            """);

        Assert.Equal(["true|4"], await Db.RowsAsync("SELECT p_at = timestamptz '2020-02-01 10:00+00', count(*) FROM s.c GROUP BY 1"));
    }

    private static readonly string[] s_waysToDefault =
    [
        "INSERT INTO s.t_in (a) VALUES (1)", "INSERT INTO s.short (a) VALUES (1)",
        "SELECT dup_select.put_table('s.i', 's.t')", """SELECT dup_select.put_table('s.i', 's.t', '{"a": "a"}')""",
        "SELECT dup_select.insert_on_duplicate_key_select(ROW(NULL, 1, NULL)::s.t)",
    ];

    private static readonly string[] s_tables = ["s.own", "s.parent", "s.by_parent", "s.key", "s.by_key"];

    private static readonly (string Table, string Path, string Stored, string Shown)[] s_paths =
    [
        ("s.own", "k", "s.own", "k"),
        ("s.by_parent", "parent_id.k", "s.by_parent JOIN s.parent p ON p.id = parent_id", "k"),
        ("s.by_key", "key_k.k", "s.by_key JOIN s.key ON k = key_k", "key_k"),
    ];

    private const string s_types =
        """
        CREATE SCHEMA s;
        CREATE TYPE s.mood AS ENUM ('sad', 'happy');
        CREATE TYPE s.pair AS (a varchar(2), b numeric(3,1));
        CREATE DOMAIN s.iso AS char(2);
        CREATE DOMAIN s.longer_iso AS s.iso CHECK (VALUE <> 'XX');
        CREATE DOMAIN s.bits AS bit(3) NOT NULL;
        CREATE DOMAIN s.tenth AS numeric(4,1) DEFAULT 7;
        CREATE FUNCTION s.same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        """;

    /// <summary>What a statement stores, or its error; nothing of it stays.</summary>
    private const string s_outcome =
        """
        CREATE FUNCTION s.outcome(statement text, stored text, shown text) RETURNS text LANGUAGE plpgsql AS $f$
        DECLARE
            v_result text;
        BEGIN
            EXECUTE statement;
            EXECUTE format('SELECT ''ok '' || coalesce(string_agg((%s)::text, '';''), '''') FROM %s', shown, stored) INTO v_result;
            IF statement !~ '^CREATE' THEN RAISE SQLSTATE 'ZZZZZ'; END IF;
            RETURN v_result;
        EXCEPTION
            WHEN SQLSTATE 'ZZZZZ' THEN RETURN v_result;
            WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS v_result = PG_EXCEPTION_DETAIL;
                RETURN concat_ws(' ', SQLSTATE, SQLERRM, CASE SQLSTATE WHEN '23000' THEN v_result END);
        END
        $f$
        """;

    /// <summary>What put_table says of a row has in its detail what an INSERT says.</summary>
    private static void AssertOutcome(string plain, string table, string way, string outcome)
    {
        if (outcome.StartsWith("23000", StringComparison.Ordinal))
            Assert.Contains(plain[6..], outcome, StringComparison.Ordinal);
        else
            Assert.Equal((table, way, plain), (table, way, outcome));
    }

    private Task<string> OutcomeAsync(string statement, string stored, string shown) =>
        Db.ScalarAsync<string>("SELECT s.outcome($1, $2, $3)", statement, stored, shown);
}

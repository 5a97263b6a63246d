using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Keys of any value and type.</summary>
public sealed class ValueTests : DupSelectTest
{
    private static readonly string[] s_texts =
    [
        "", " ", ", ", "a, b", "(a)=(b) already exists.", "\"", "\"\"", "'", "''", "\\", "\\\\", "\\n", "\n", "{}", "{a,b}", "[1]", "(,)",
        "()", "NULL", "null", "%", "%I", "$1", "$$", "--", "/*", "é", "e\u0301", "\ud83d\ude00", "a)=(b", "Key (a, b)=(", ";",
    ];

    [Fact]
    public async Task Texts_of_any_content_are_found()
    {
        await Db.ExecuteAsync("CREATE TABLE t (id serial, a text, b text, UNIQUE (a, b)); CREATE UNIQUE INDEX ON t ((b || '|' || a))");
        for (var round = 0; round < 2; round++)
        {
            for (var n = 0; n < s_texts.Length; n++)
            {
                var (a, b) = (s_texts[n], s_texts[(n + 7) % s_texts.Length]);
                var found = await SelectAsync("t", $"{(round == 0 ? n + 1 : 1000 + n)}, $1::text, $2::text", a, b);
                Assert.Equal($"{n + 1}|{a}|{b}", found);
            }
        }
        Assert.Equal(s_texts.Length, await Db.CountAsync("t"));
    }

    [Theory]
    [InlineData("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "'{a0eebc999c0b4ef8bb6d6bb9bd380a11}'")]
    [InlineData("numeric", "1.50", "1.5000")]
    [InlineData("numeric(10, 2)", "1.5", "1.50")]
    [InlineData("float8", "'NaN'", "'nan'")]
    [InlineData("float8", "'-0'", "'0'")]
    [InlineData("timestamptz", "'2024-02-29 12:00+00'", "'2024-02-29 14:00+02'")]
    [InlineData("interval", "'1 day'", "'24 hours'")]
    [InlineData("jsonb", """'{"a": 1, "b": [null, ", "]}'""", """'{"b":[null,", "],"a":1.0}'""")]
    [InlineData("int[]", "'{1,NULL,3}'", "ARRAY[1,NULL,3]")]
    [InlineData("text[]", """'{"a, b","\"",NULL}'""", """ARRAY['a, b', '"', NULL]""")]
    [InlineData("mood", "'not, \"happy\"'", "'not, \"happy\"'")]
    [InlineData("pair", "ROW(1.0, 'x, \"y\"')", "ROW(1.00, 'x, \"y\"')")]
    [InlineData("pair[]", "ARRAY[ROW(1.0, NULL)::pair]", "ARRAY[ROW(1.00, NULL)::pair]")]
    [InlineData("inet", "'10.0.0.1'", "'10.0.0.1/32'")]
    [InlineData("cidr", "'10.0.0.0/8'", "'10/8'")]
    [InlineData("bytea", "'\\x6162'", "'ab'")]
    [InlineData("char(5)", "'a'", "'a  '")]
    [InlineData("varchar(5)", "'a, b'", "'a, b'")]
    [InlineData("name", "'a, b'", "'a, b'")]
    [InlineData("\"char\"", "'a'", "'a'")]
    [InlineData("bit(3)", "'101'", "'101'")]
    [InlineData("date", "'infinity'", "'infinity'")]
    [InlineData("int4range", "'[1,3]'", "'[1,4)'")]
    [InlineData("int4multirange", "'{[1,3],[4,5]}'", "'{[1,6)}'")]
    [InlineData("regclass", "'pg_class'", "'pg_catalog.pg_class'")]
    [InlineData("boolean", "true", "'yes'")]
    [InlineData("folded", "'Straße, ÉA'", "'straße, éa'")]
    [InlineData("text COLLATE no_case", "'Straße, ÉA'", "'straße, éa'")]
    public async Task Values_are_equal_where_the_index_says_so(string type, string first, string second)
    {
        await Db.ExecuteAsync(
            """
            CREATE COLLATION no_case (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
            CREATE DOMAIN folded AS text COLLATE no_case CHECK (VALUE <> 'forbidden');
            CREATE TYPE mood AS ENUM ('happy', 'not, "happy"');
            CREATE TYPE pair AS (n numeric, t text);
            """);
        await Db.ExecuteAsync($"CREATE TABLE t (k {type}, n int); CREATE UNIQUE INDEX ON t (k)");
        await Db.ExecuteAsync($"CREATE TABLE e (k {type}, n int); CREATE UNIQUE INDEX ON e ((CASE WHEN n > 0 THEN k END), (0))");
        foreach (var table in new[] { "t", "e" })
        {
            Assert.Equal(1, await NumberAsync(table, $"{first}, 1"));
            Assert.Equal(1, await NumberAsync(table, $"{second}, 2"));
            Assert.Equal(1, await Db.CountAsync(table));
        }
    }

    [Theory]
    [InlineData("text", "\"C\" text_pattern_ops", "'a'", "'A'")]
    [InlineData("varchar(9)", "\"C\"", "'a'", "'A'")]
    [InlineData("varchar(9)", "no_case", "'a'", "'b'")]
    [InlineData("text COLLATE no_case", "\"C\"", "'a'", "'A'")]
    public async Task Collation_and_operator_class_are_those_of_the_index(string type, string index, string first, string other)
    {
        await Db.ExecuteAsync(
            $"""
            CREATE COLLATION no_case (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
            CREATE TABLE t (k {type}, n int);
            CREATE UNIQUE INDEX ON t (k COLLATE {index});
            """);
        Assert.Equal(1, await NumberAsync("t", $"{first}, 1"));
        Assert.Equal(2, await NumberAsync("t", $"{other}, 2"));
        Assert.Equal(1, await NumberAsync("t", $"{first}, 3"));
        Assert.Equal(2, await NumberAsync("t", $"{other}, 4"));
        if (index == "no_case")
            Assert.Equal(1, await NumberAsync("t", $"upper({first}), 5"));
    }

    [Fact]
    public async Task An_operator_class_of_ones_own_compares_by_its_own_operator()
    {
        await Db.ExecuteAsync(
            """
            CREATE SCHEMA own;
            CREATE FUNCTION own.lt(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1) < abs($2)';
            CREATE FUNCTION own.le(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1) <= abs($2)';
            CREATE FUNCTION own.eq(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1) = abs($2)';
            CREATE FUNCTION own.ge(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1) >= abs($2)';
            CREATE FUNCTION own.gt(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1) > abs($2)';
            CREATE FUNCTION own.cmp(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT sign(abs($1) - abs($2))::int';
            CREATE OPERATOR own.|<| (LEFTARG = int, RIGHTARG = int, FUNCTION = own.lt);
            CREATE OPERATOR own.|<=| (LEFTARG = int, RIGHTARG = int, FUNCTION = own.le);
            CREATE OPERATOR own.|=| (LEFTARG = int, RIGHTARG = int, FUNCTION = own.eq);
            CREATE OPERATOR own.|>=| (LEFTARG = int, RIGHTARG = int, FUNCTION = own.ge);
            CREATE OPERATOR own.|>| (LEFTARG = int, RIGHTARG = int, FUNCTION = own.gt);
            CREATE OPERATOR CLASS own.by_size FOR TYPE int USING btree AS
                OPERATOR 1 own.|<|, OPERATOR 2 own.|<=|, OPERATOR 3 own.|=|, OPERATOR 4 own.|>=|, OPERATOR 5 own.|>|,
                FUNCTION 1 own.cmp(int, int);
            CREATE TABLE t (k int, n int);
            CREATE UNIQUE INDEX ON t (k own.by_size);
            """);
        Assert.Equal(1, await NumberAsync("t", "5, 1"));
        Assert.Equal(1, await NumberAsync("t", "-5, 2"));
        await Db.ExecuteAsync(
            """
            CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.k := 2 * NEW.k; RETURN NEW; END';
            CREATE TRIGGER twice BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION twice();
            """);
        Assert.Equal(3, await NumberAsync("t", "-5, 3"));
        Assert.Equal(3, await NumberAsync("t", "5, 4"));
    }

    private async Task<int> NumberAsync(string table, string row)
    {
        return await Db.ScalarAsync<int>($"SELECT (dup_select.insert_on_duplicate_key_select(ROW({row})::{table})).n");
    }
}

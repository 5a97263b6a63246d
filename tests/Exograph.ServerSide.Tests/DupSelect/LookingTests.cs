using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Whoever looks what the toolkit would do with a table of somebody else's runs nothing of theirs.</summary>
public sealed class LookingTests : GeneratorTest
{
    /// <summary>All that an owner can hang on a table and that is evaluated with the rights of whoever looks; each call counts.</summary>
    private const string Traps =
        """
        CREATE SEQUENCE s.calls;
        CREATE FUNCTION s.spy(anyelement) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
            'BEGIN PERFORM nextval(''s.calls''); RETURN true; END';
        CREATE FUNCTION s.spy_text(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
            'BEGIN PERFORM nextval(''s.calls''); RETURN $1; END';
        CREATE TYPE s.mood AS ENUM ('sad', 'happy');
        CREATE FUNCTION s.spy_cast(s.mood) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
            'BEGIN PERFORM nextval(''s.calls''); RETURN ''x''; END';
        CREATE FUNCTION s.spy_cast(text) RETURNS s.mood LANGUAGE plpgsql IMMUTABLE AS
            'BEGIN PERFORM nextval(''s.calls''); RETURN ''sad''::s.mood; END';
        CREATE CAST (s.mood AS text) WITH FUNCTION s.spy_cast(s.mood) AS ASSIGNMENT;
        CREATE CAST (text AS s.mood) WITH FUNCTION s.spy_cast(text) AS ASSIGNMENT;
        CREATE DOMAIN s.watched AS int CHECK (s.spy(VALUE));
        CREATE DOMAIN s.told AS text DEFAULT s.spy_text('x');
        CREATE TYPE s.pair AS (a s.watched, b int);
        CREATE FUNCTION s.spy_equal(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
            'BEGIN PERFORM nextval(''s.calls''); RETURN true; END';
        CREATE OPERATOR s.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = s.spy_equal);
        CREATE TABLE s.parent (id serial PRIMARY KEY, name text, w s.watched DEFAULT 1, flag boolean DEFAULT false);
        CREATE UNIQUE INDEX parent_name ON s.parent (s.spy_text(name)) WHERE s.spy(flag);
        CREATE TABLE s.t (id serial PRIMARY KEY, k text, parent_id int REFERENCES s.parent, mood s.mood DEFAULT 'sad',
            pair s.pair DEFAULT '(1,2)', w s.watched DEFAULT 1, told s.told, n int DEFAULT 1, flag boolean DEFAULT s.spy(1),
            up text GENERATED ALWAYS AS (s.spy_text(k)) STORED, ok boolean GENERATED ALWAYS AS (s.spy(n)) STORED);
        CREATE UNIQUE INDEX k0 ON s.t (k) WHERE s.spy(n);
        CREATE UNIQUE INDEX k1 ON s.t (k) WHERE w > 0;
        CREATE UNIQUE INDEX k2 ON s.t (k) WHERE (pair).b > 0;
        CREATE UNIQUE INDEX k3 ON s.t (k) WHERE n OPERATOR(s.===) 1;
        CREATE UNIQUE INDEX k4 ON s.t (k) WHERE mood::text = 'x';
        CREATE UNIQUE INDEX k5 ON s.t (k) WHERE told > '';
        CREATE UNIQUE INDEX k6 ON s.t (k) WHERE flag;
        CREATE UNIQUE INDEX k7 ON s.t (k) WHERE ok;
        CREATE UNIQUE INDEX k8 ON s.t (k, (s.spy(n)));
        CREATE UNIQUE INDEX k9 ON s.t (up);
        CREATE TABLE s.i (a text, m s.mood, w s.watched, p s.pair, n int);
        """;

    public static TheoryData<string, string> Looks
    {
        get
        {
            var looks = new TheoryData<string, string>();
            var mappings = new[]
            {
                """{"k": "a"}""", """{"k": "a || 'x'", "mood": "a"}""", """{"k": "m", "w": "n"}""", """{"k": "a", "pair": "'(1,2)'"}""",
                """{"k": "a", "mood": "'sad'", "w": "5", "pair": "p"}""", """{"k": "CAST('sad'::s.mood AS text)"}""",
                """{"k": "a", "parent_id.name": "s.spy_text('x')", "n": "CASE WHEN s.spy(1) THEN 1 END"}""",
            };
            for (var n = 0; n < 10; n++)
                looks.Add(mappings[n % mappings.Length], $"k{n}");
            foreach (var mapping in mappings[1..])
                looks.Add(mapping, mapping.Contains("parent_id", StringComparison.Ordinal) ? "k9" : "k0");
            return looks;
        }
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Nothing_of_the_owners_is_run(string mapping, string key)
    {
        await TablesAsync(Traps);
        var more = $$""", natural_keys => '{"s.t": "{{key}}"}'""";
        // Creating tables and indexes may have called.
        await Db.ExecuteAsync("ALTER SEQUENCE s.calls RESTART");

        var view = await PrintedAsync("s.t", mapping, $", input => 's.i'{more}");
        var put = await Db.ScalarAsync<string>($"SELECT dup_select.put_table_sql('s.i', 's.t', {MappingText(mapping)}{more})");
        await ViewAsync("s.t", mapping, $", input => 's.i'{more}");

        Assert.Contains($"by {key}", view, StringComparison.Ordinal);
        Assert.Contains($"by {key}", put, StringComparison.Ordinal);
        Assert.Equal(["false"], await Db.RowsAsync("SELECT is_called FROM s.calls"));
    }

    [Fact]
    public async Task Nothing_of_the_owners_is_run_without_a_mapping()
    {
        await TablesAsync(Traps);
        await Db.ExecuteAsync("ALTER SEQUENCE s.calls RESTART");

        await PrintedAsync("s.t", null);
        await Db.ExecuteAsync("SELECT dup_select.put_table_sql('s.i', 's.parent'), dup_select.put_table_sql('s.parent', 's.t')");
        await ViewAsync("s.t", null);

        Assert.Equal(["false"], await Db.RowsAsync("SELECT is_called FROM s.calls"));
    }

    /// <summary>As on a standby, which takes the locks of a statement that is analyzed and not run.</summary>
    [Fact]
    public async Task Whoever_may_only_read_can_look()
    {
        await TablesAsync(Traps);
        await Db.ExecuteAsync("BEGIN READ ONLY");
        var view = await PrintedAsync("s.t", """{"k": "a || 'x'"}""", ", input => 's.i'");
        var put = await Db.ScalarAsync<string>("""SELECT dup_select.put_table_sql('s.i', 's.t', '{"k": "a || ''x''", "w": "m"}')""");
        await Db.ExecuteAsync("ROLLBACK");

        Assert.Contains("a || 'x'", view, StringComparison.Ordinal);
        Assert.Contains("a || 'x'", put, StringComparison.Ordinal);
        var error = await Db.FailsAsync("42883",
            """BEGIN READ ONLY; SELECT dup_select.put_table_sql('s.i', 's.t', '{"k": "no_such(a)"}')""");
        Assert.Equal("""path k is mapped to "no_such(a)": function no_such(text) does not exist""", error.MessageText);
        await Db.ExecuteAsync("ROLLBACK");
    }

    [Fact]
    public async Task A_predicate_that_is_left_to_the_statement_still_decides()
    {
        await TablesAsync(
            """
            CREATE FUNCTION s.is_live(boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT NOT $1';
            CREATE TABLE s.t (id serial PRIMARY KEY, k text, gone boolean DEFAULT false, day date DEFAULT current_date);
            CREATE UNIQUE INDEX by_k ON s.t (k) WHERE s.is_live(gone);
            CREATE TABLE s.i AS VALUES ('a'), ('a'), ('b');
            INSERT INTO s.t (k, gone) VALUES ('b', true);
            """);
        await ViewAsync("s.t", """{"k": "column1"}""", ", input => 's.i'");

        Assert.Equal(["2", "2", "3"], await Db.RowsAsync("INSERT INTO s.t_in (column1) TABLE s.i RETURNING id"));
        Assert.Equal(["""{"id": 2}""", """{"id": 2}""", """{"id": 3}"""],
            await Db.RowsAsync("""SELECT output_key FROM dup_select.put_table('s.i', 's.t', '{"k": "column1"}')"""));
        // A stable default is not taken for a constant.
        await Db.ExecuteAsync("DROP INDEX s.by_k; DELETE FROM s.t; CREATE UNIQUE INDEX by_day ON s.t (k) WHERE day > '2000-01-01'");
        Assert.Contains("CURRENT_DATE", await PrintedAsync("s.t", """{"k": "k"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_or_a_trigger_function_of_somebody_elses_is_not_taken_over()
    {
        var role = await CreateRoleAsync("squatter");
        await TablesAsync(
            $"""
            CREATE TABLE s.t (id serial PRIMARY KEY, k text UNIQUE);
            GRANT USAGE, CREATE ON SCHEMA s TO {Sql.Name(role)};
            GRANT SELECT, INSERT ON s.t TO {Sql.Name(role)};
            """);
        var squatter = await OpenAsAsync(role);
        await squatter.ExecuteAsync("CALL dup_select.create_inserter_view('s.t')");

        var view = await Db.FailsAsync("42501", "CALL dup_select.create_inserter_view('s.t')");
        await Db.ExecuteAsync("DROP VIEW s.t_in");
        var function = await Db.FailsAsync("42501", "CALL dup_select.create_inserter_view('s.t')");

        Assert.Equal($"view s.t_in belongs to \"{role}\", not to {Quoted(Db.UserName)}", view.MessageText);
        Assert.StartsWith("Its owner could change what it does later.", view.Hint, StringComparison.Ordinal);
        Assert.StartsWith("function s.t_in_insert() belongs to", function.MessageText, StringComparison.Ordinal);
        await squatter.ExecuteAsync("CALL dup_select.create_inserter_view('s.t'); CALL dup_select.create_inserter_view('s.t')");
    }

    private static string Quoted(string role) => role.All(c => c is (>= 'a' and <= 'z') or '_') ? role : $"\"{role}\"";
}

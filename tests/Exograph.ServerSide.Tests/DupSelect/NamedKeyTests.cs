using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Tables as they are found: without a unique key, keyed by what they are referred to by, with rules.</summary>
public sealed class NamedKeyTests : GeneratorTest
{
    private const string Books =
        """
        CREATE TABLE s.author (id serial PRIMARY KEY, name varchar(10));
        CREATE TABLE s.book (id serial PRIMARY KEY, title text, author_id int REFERENCES s.author, pages int);
        CREATE TABLE s.i (title text, author text, pages int);
        INSERT INTO s.i VALUES ('a', 'x', 1), ('a', 'x', 2), ('b', NULL, 3), ('b', NULL, 4), (NULL, 'y', 5), (NULL, 'y', 6);
        """;

    private const string Mapping = """{"title": "title", "author_id.name": "author", "pages": "pages"}""";

    private const string Keys = """, natural_keys => '{"s.book": ["title", "author_id"], "author_id": ["NAME"]}'""";

    [Fact]
    public async Task A_notice_tells_that_every_row_will_be_a_new_one()
    {
        await TablesAsync(Books);
        await ViewAsync("s.book", """{"title": "title"}""");
        var view = Assert.Single(Db.Notices, n => n.Severity == "NOTICE");
        Db.Notices.Clear();
        await Db.ExecuteAsync("""SELECT dup_select.put_table('s.i', 's.book', '{"title": "title"}')""");
        var put = Assert.Single(Db.Notices, n => n.Severity == "NOTICE");

        Assert.Equal("no unique key of s.book is filled by the mapping: every row given is a new one", view.MessageText);
        Assert.Equal("natural_keys => '{\"s.book\": [\"a_column\", \"another\"]}' names the columns that tell its rows apart.", view.Hint);
        Assert.Equal(view.MessageText, put.MessageText);
    }

    [Theory]
    [InlineData("SELECT '{0}'")]
    [InlineData("CREATE TRIGGER same BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION s.same()")]
    public async Task Columns_without_an_index_can_be_the_key_of_the_target_and_of_a_parent(string trigger)
    {
        await TablesAsync(Books + "CREATE FUNCTION s.same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'");
        foreach (var table in new[] { "s.author", "s.book" })
            await Db.ExecuteAsync(string.Format(null, trigger, table));
        const string Result = "SELECT title, name, pages FROM s.book LEFT JOIN s.author a ON a.id = author_id ORDER BY book.id";
        string[] rows = ["a|x|1", "b|null|3", "null|y|5"];
        await ViewAsync("s.book", Mapping, $", select_first => false, input => 's.i'{Keys}");

        Assert.Equal(["1|1", "1|1", "2|null", "2|null", "3|2", "3|2"],
            await Db.RowsAsync("INSERT INTO s.book_in (title, author, pages) TABLE s.i RETURNING id, author_id"));
        Assert.Equal(rows, await Db.RowsAsync(Result));
        await Db.ExecuteAsync("TRUNCATE s.book, s.author RESTART IDENTITY");
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(["1", "1", "2", "2", "3", "3"], await Db.RowsAsync(
                $"SELECT output_key ->> 'id' FROM dup_select.put_table('s.i', 's.book', {MappingText(Mapping)}{Keys})"));
            Assert.Equal(rows, await Db.RowsAsync(Result));
        }
        Assert.Contains(Db.Notices, n => n.MessageText.StartsWith("no unique index of s.book is on the columns", StringComparison.Ordinal)
            && n.Hint == "Create one, or let one session at a time put rows in.");
    }

    [Fact]
    public async Task Columns_of_a_unique_index_mean_that_index()
    {
        await TablesAsync(Books + "CREATE UNIQUE INDEX by_both ON s.book (author_id, title)");

        var printed = await PrintedAsync("s.book", """{"title": "t", "author_id": "a"}""",
            """, natural_keys => '{"s.book": ["title", "author_id"]}'""");

        Assert.Contains("by by_both", printed, StringComparison.Ordinal);
        Assert.Contains("ON CONFLICT (author_id, title) DO NOTHING", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_mapping_follows_parents_whose_key_is_named()
    {
        await TablesAsync(Books);

        Assert.Equal("""{"pages": "pages", "title": "title", "author_id": "author_id"}""",
            await Db.ScalarAsync<string>("SELECT dup_select.default_mapping('s.book')::text"));
        Assert.Equal("""{"pages": "pages", "title": "title", "author_id.name": "author_name"}""", await Db.ScalarAsync<string>(
            """SELECT dup_select.default_mapping('s.book', natural_keys => '{"s.author": ["name"]}')::text"""));
    }

    [Theory]
    [InlineData("""{"s.book": ["titel"]}""", "42703", "s.book has no column titel, which natural_keys names",
        "It has id, title, author_id, pages, shape.")]
    [InlineData("""{"s.book": ["title", "pages"]}""", "22023",
        "column pages of s.book cannot be of its natural key: the mapping does not fill it", "Map it, or leave it out")]
    [InlineData("""{"s.book": ["shape"]}""", "22023",
        "column shape of s.book cannot be of its natural key: type point has no order, nor equality by it", "Leave it out")]
    [InlineData("""{"s.book": []}""", "22023", "natural_keys gives [] as a key", "Give the name of a unique index, or columns")]
    [InlineData("""{"s.book": 5}""", "22023", "natural_keys gives 5 as a key", "Give the name of a unique index, or columns")]
    [InlineData("""{"s.book": [5]}""", "22023", "natural_keys gives [5] as a key", "Give the name of a unique index, or columns")]
    [InlineData("""{"s.book": "nix"}""", "22023",
        "nix of s.book cannot be the natural key: it is not a unique index, or the mapping does not fill its columns",
        "Name a unique index whose columns are mapped")]
    [InlineData("""{"s.author": ["name"]}""", "22023", "natural_keys names s.author, which is neither a table nor a path of the mapping",
        "The tables of the mapping are s.book;")]
    public async Task Columns_that_can_be_no_key_are_refused(string keys, string sqlState, string message, string hint)
    {
        await TablesAsync(Books + "ALTER TABLE s.book ADD shape point");

        var error = await Db.FailsAsync(sqlState,
            $$"""SELECT dup_select.inserter_view_sql('s.book', mapping => '{"title": "t", "shape": "p"}', natural_keys => $1::jsonb)""",
            keys);

        Assert.Equal(message, error.MessageText);
        Assert.StartsWith(hint, error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_parent_is_referred_to_by_may_be_its_natural_key()
    {
        await TablesAsync(
            """
            CREATE TABLE s.advisory (id text PRIMARY KEY, note text);
            CREATE TABLE s.affected (id serial PRIMARY KEY, advisory_id text REFERENCES s.advisory, name text,
                UNIQUE (advisory_id, name));
            CREATE TABLE s.detail (advisory_id text PRIMARY KEY REFERENCES s.advisory, body text);
            CREATE TABLE s.i AS VALUES ('B', 'a'), ('B', 'b'), ('A', 'a');
            ALTER TABLE s.i RENAME column1 TO advisory_id; ALTER TABLE s.i RENAME column2 TO name;
            """);
        await ViewAsync("s.affected", null);
        await ViewAsync("s.detail", null);

        Assert.Equal(["1|A", "2|A", "1|A", "3|null"], await Db.RowsAsync(
            """
            INSERT INTO s.affected_in (advisory_id, name) VALUES ('A', 'a'), ('A', 'b'), ('A', 'a'), (NULL, 'x')
            RETURNING id, advisory_id
            """));
        Assert.Equal(["A|x", "C|y"],
            await Db.RowsAsync("INSERT INTO s.detail_in (advisory_id, body) VALUES ('A', 'x'), ('C', 'y') RETURNING *"));
        Assert.Equal(["4", "5", "1"], await Db.RowsAsync("SELECT output_key ->> 'id' FROM dup_select.put_table('s.i', 's.affected')"));
        Assert.Equal(["A", "B", "C"], await Db.RowsAsync("SELECT id FROM s.advisory ORDER BY id"));
    }

    [Fact]
    public async Task Put_table_takes_the_id_of_a_parent_as_the_view_does()
    {
        await TablesAsync(
            """
            CREATE TABLE s.p (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.c (id serial PRIMARY KEY, p_id int REFERENCES s.p, k text UNIQUE);
            CREATE TABLE s.i AS SELECT 7 AS p_id, 'a' AS k;
            CREATE TABLE s.j AS SELECT 99 AS p_id, 'b' AS k, 'seven' AS p_name;
            INSERT INTO s.p VALUES (7, 'seven');
            """);
        await ViewAsync("s.c", null);

        await Db.ExecuteAsync(
            """
            INSERT INTO s.c_in (p_id, k) VALUES (7, 'v');
            SELECT dup_select.put_table('s.i', 's.c');
            SELECT dup_select.put_table('s.j', 's.c');
            """);

        Assert.Equal(["v|7", "a|7", "b|7"], await Db.RowsAsync("SELECT k, p_id FROM s.c ORDER BY id"));
    }

    [Theory]
    [InlineData("ON INSERT TO s.t DO INSTEAD NOTHING")]
    [InlineData("ON INSERT TO s.t DO ALSO NOTIFY t")]
    [InlineData("ON INSERT TO s.p DO ALSO NOTIFY p")]
    [InlineData("ON UPDATE TO s.t DO ALSO NOTIFY t")]
    public async Task A_rule_that_an_insert_would_meet_is_refused_at_once(string rule)
    {
        await TablesAsync(
            $"""
            CREATE TABLE s.p (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.t (id serial PRIMARY KEY, p_id int REFERENCES s.p, k text UNIQUE);
            CREATE TABLE s.i AS SELECT 'a' AS k, 'b' AS p_name;
            CREATE RULE "the rule" AS {rule};
            """);

        foreach (var call in new[] { "CALL dup_select.create_inserter_view('s.t')", "SELECT dup_select.put_table('s.i', 's.t')" })
        {
            var error = await Db.FailsAsync("0A000", call);
            Assert.StartsWith("rule \"the rule\" of s.", error.MessageText, StringComparison.Ordinal);
            Assert.Equal("Drop the rule. A trigger can do what it does.", error.Hint);
        }
        await Db.ExecuteAsync("DROP RULE \"the rule\" ON " + rule.Split(' ')[3]);
        await ViewAsync("s.t", null);
        await Db.ExecuteAsync("INSERT INTO s.t_in (k, p_name) VALUES ('a', 'b')");
    }
}

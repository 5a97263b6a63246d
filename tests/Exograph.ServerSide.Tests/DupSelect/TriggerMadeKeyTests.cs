using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Keys that a BEFORE trigger fills or changes, through inserter views and put_table.</summary>
public sealed class TriggerMadeKeyTests : GeneratorTest
{
    /// <summary>Pages are known by a slug that a trigger makes of the title; another one counts their changes.</summary>
    private const string Pages =
        """
        CREATE TABLE s.page (id serial PRIMARY KEY, title text NOT NULL, slug text CONSTRAINT one_slug UNIQUE, changes int DEFAULT 0);
        CREATE FUNCTION s.fill() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN NEW.slug := replace(lower(NEW.title), '' '', ''-''); RETURN NEW; END';
        CREATE FUNCTION s.count() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changes := OLD.changes + 1; RETURN NEW; END';
        CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON s.page FOR EACH ROW EXECUTE FUNCTION s.fill();
        CREATE TRIGGER count BEFORE UPDATE ON s.page FOR EACH ROW EXECUTE FUNCTION s.count();
        """;

    [Theory]
    [InlineData("""{"title": "title"}""")]
    [InlineData(null)]
    public async Task A_row_whose_key_a_trigger_fills_is_found_and_not_written(string? mapping)
    {
        await TablesAsync(Pages);
        await ViewAsync("s.page", mapping);

        Assert.Equal(["1", "1", "3"], await Db.RowsAsync("INSERT INTO s.page_in (title) VALUES ('A b'), ('a B'), ('c') RETURNING id"));
        var rows = await Db.RowsAsync("SELECT ctid::text, xmin::text, page::text FROM s.page");
        Assert.Equal(["3"], await Db.RowsAsync("INSERT INTO s.page_in (title) VALUES ('C') RETURNING id"));

        Assert.Equal(rows, await Db.RowsAsync("SELECT ctid::text, xmin::text, page::text FROM s.page"));
        Assert.Equal(["A b|a-b|0", "c|c|0"], await Db.RowsAsync("SELECT title, slug, changes FROM s.page ORDER BY id"));
    }

    [Theory]
    [InlineData("""{"title": "title"}""")]
    [InlineData(null)]
    public async Task Put_table_finds_keys_that_a_trigger_fills(string? mapping)
    {
        await TablesAsync($"{Pages} CREATE TABLE s.i AS SELECT unnest(ARRAY['A b', 'c', 'a B', 'C']) AS title");

        await Db.ExecuteAsync($"CREATE TABLE s.k AS SELECT * FROM dup_select.put_table('s.i', 's.page', {MappingText(mapping)})");

        Assert.Equal(["A b|A b", "c|c", "a B|A b", "C|c"], await Db.RowsAsync(
            """
            SELECT i.title, p.title FROM s.k JOIN s.i ON i.ctid = k.input_row JOIN s.page p ON p.id = (k.output_key ->> 'id')::int
            ORDER BY i.ctid
            """));
        Assert.Equal(2, await Db.CountAsync("s.page"));
    }

    [Fact]
    public async Task A_parent_may_have_a_key_that_a_trigger_fills()
    {
        await TablesAsync(
            $"""
            {Pages}
            CREATE TABLE s.link (id serial PRIMARY KEY, page_id int NOT NULL REFERENCES s.page, url text, UNIQUE (page_id, url));
            CREATE TABLE s.note (id serial PRIMARY KEY, text text UNIQUE, page_id int REFERENCES s.page);
            CREATE TABLE s.i (title text, url text);
            INSERT INTO s.i VALUES ('A', 'x'), ('a', 'x'), ('a', 'y'), ('b', 'x');
            """);
        const string Mapping = """{"page_id.title": "title", "url": "url"}""";
        await ViewAsync("s.link", Mapping);
        await ViewAsync("s.note", """{"page_id.title": "title", "text": "text"}""");

        Assert.Equal(["1|x", "1|x", "1|y", "2|x"], await Db.RowsAsync(
            """
            WITH put AS (INSERT INTO s.link_in (title, url) TABLE s.i RETURNING page_id, url)
            SELECT dense_rank() OVER (ORDER BY page_id), url FROM put
            """));
        Assert.Equal(["null|x", "1|y"],
            await Db.RowsAsync("INSERT INTO s.note_in (title, text) VALUES (NULL, 'x'), ('A', 'y') RETURNING page_id, text"));
        Assert.Equal(4, (await Db.RowsAsync($"SELECT * FROM dup_select.put_table('s.i', 's.link', '{Mapping}')")).Length);
        Assert.Equal(["A|x", "A|y", "b|x"],
            await Db.RowsAsync("SELECT title, url FROM s.link JOIN s.page ON page.id = page_id ORDER BY title, url"));
    }

    [Fact]
    public async Task A_key_that_a_trigger_changes_is_found_as_the_trigger_makes_it()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (name text PRIMARY KEY, note text);
            CREATE FUNCTION s.change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := lower(NEW.name); RETURN NEW; END';
            CREATE TRIGGER change BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.change();
            CREATE TABLE s.i AS SELECT * FROM (VALUES ('A', 'one'), ('a', 'two'), ('B', 'three')) AS v (name, note);
            """);
        await ViewAsync("s.t", null);
        await ViewAsync("s.t", null, ", view_name => 's.insert_first', select_first => false");

        Assert.Equal(["a|one", "a|two"],
            await Db.RowsAsync("INSERT INTO s.t_in (name, note) VALUES ('A', 'one'), ('A', 'two') RETURNING name, note"));
        Assert.Equal(["a", "b"], await Db.RowsAsync("INSERT INTO s.insert_first (name) VALUES ('A'), ('B') RETURNING name"));
        Assert.Equal(["""{"name": "a"}""", """{"name": "a"}""", """{"name": "b"}"""],
            await Db.RowsAsync("SELECT output_key::text FROM dup_select.put_table('s.i', 's.t') ORDER BY input_row"));
        Assert.Equal(["a|one", "b|null"], await Db.RowsAsync("SELECT name, note FROM s.t ORDER BY name"));
    }

    [Fact]
    public async Task Part_of_a_key_may_be_given_and_part_be_filled_and_the_trigger_stand_on_a_partition()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (site int, slug text, title text, PRIMARY KEY (site, slug)) PARTITION BY LIST (site);
            CREATE TABLE s.t1 PARTITION OF s.t FOR VALUES IN (1);
            CREATE TABLE s.t2 PARTITION OF s.t FOR VALUES IN (2);
            CREATE FUNCTION s.fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.slug := lower(NEW.title); RETURN NEW; END';
            CREATE TRIGGER fill BEFORE INSERT ON s.t1 FOR EACH ROW EXECUTE FUNCTION s.fill();
            CREATE TABLE s.i AS SELECT 1 AS site, unnest(ARRAY['A', 'a', 'B']) AS title;
            """);
        const string Mapping = """{"site": "site", "title": "title"}""";
        await ViewAsync("s.t", Mapping);

        Assert.Equal(["1|a", "1|a"],
            await Db.RowsAsync("INSERT INTO s.t_in (site, title) VALUES (1, 'A'), (1, 'a') RETURNING site, slug"));
        Assert.Equal(["a", "a", "b"], await Db.RowsAsync(
            $"SELECT output_key ->> 'slug' FROM dup_select.put_table('s.i', 's.t', '{Mapping}') ORDER BY input_row"));
        Assert.Equal(["1|a|A", "1|b|B"], await Db.RowsAsync("SELECT site, slug, title FROM s.t ORDER BY slug"));
    }

    [Fact]
    public async Task Natural_keys_may_name_a_key_that_a_trigger_fills()
    {
        await TablesAsync($"{Pages} ALTER TABLE s.page ADD UNIQUE (title)");
        await ViewAsync("s.page", """{"title": "title"}""");
        await ViewAsync("s.page", """{"title": "title"}""", """, view_name => 's.by_slug', natural_keys => '{"s.page": "one_slug"}'""");
        await Db.ExecuteAsync("INSERT INTO s.page_in (title) VALUES ('A')");

        var error = await Db.FailsAsync("23505", "INSERT INTO s.page_in (title) VALUES ('a')");
        Assert.Equal("one_slug", error.ConstraintName);
        Assert.Equal(["1"], await Db.RowsAsync("INSERT INTO s.by_slug (title) VALUES ('a') RETURNING id"));
    }

    [Fact]
    public async Task Rows_that_a_trigger_leaves_out_of_a_table_without_a_key_get_none()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, n int);
            CREATE FUNCTION s.positive() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN CASE WHEN NEW.n > 0 THEN NEW END; END';
            CREATE TRIGGER positive BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.positive();
            CREATE TABLE s.i AS SELECT unnest(ARRAY[1, -1, 2, -2, 3]) AS n;
            """);

        await Db.ExecuteAsync("CREATE TABLE s.k AS SELECT * FROM dup_select.put_table('s.i', 's.t')");

        Assert.Equal(["1|1", "-1|null", "2|2", "-2|null", "3|3"], await Db.RowsAsync(
            """
            SELECT i.n, t.n FROM s.k JOIN s.i ON i.ctid = k.input_row LEFT JOIN s.t ON t.id = (k.output_key ->> 'id')::int
            ORDER BY i.ctid
            """));
    }

    [Fact]
    public async Task A_row_of_a_keyed_table_that_a_trigger_leaves_out_is_an_error()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text UNIQUE);
            CREATE FUNCTION s.none() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER none BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.none();
            CREATE TABLE s.i AS SELECT 'A' AS name;
            """);
        await ViewAsync("s.t", null);

        await Db.FailsAsync("P0002", "INSERT INTO s.t_in (name) VALUES ('A')");
        await Db.FailsAsync("P0002", "SELECT * FROM dup_select.put_table('s.i', 's.t')");
    }

    [Fact]
    public async Task A_statement_trigger_that_uses_another_view_does_not_mislead()
    {
        await TablesAsync(
            $"""
            {Pages}
            CREATE TABLE s.tag (name text PRIMARY KEY);
            CREATE FUNCTION s.lower() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := lower(NEW.name); RETURN NEW; END';
            CREATE TRIGGER lower BEFORE INSERT ON s.tag FOR EACH ROW EXECUTE FUNCTION s.lower();
            CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN INSERT INTO s.tag_in (name) VALUES (''Seen''); RETURN NULL; END';
            CREATE TRIGGER note AFTER INSERT ON s.page FOR EACH STATEMENT EXECUTE FUNCTION s.note();
            """);
        await ViewAsync("s.tag", null);
        await ViewAsync("s.page", """{"title": "title"}""");

        Assert.Equal(["1", "1"], await Db.RowsAsync("INSERT INTO s.page_in (title) VALUES ('A'), ('a') RETURNING id"));
        Assert.Equal(["seen"], await Db.RowsAsync("TABLE s.tag"));
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Columns of domains that take no NULL, or have a default of their own.</summary>
public sealed class DomainTests : GeneratorTest
{
    private const string Tables =
        """
        CREATE DOMAIN s.id AS int NOT NULL;
        CREATE DOMAIN s.required AS text NOT NULL;
        CREATE DOMAIN s.name AS s.required CHECK (VALUE <> '');
        CREATE DOMAIN s.state AS text NOT NULL DEFAULT 'new';
        CREATE SEQUENCE s.ids;
        CREATE TABLE s.p (id s.id PRIMARY KEY DEFAULT nextval('s.ids'), name s.name UNIQUE);
        CREATE TABLE s.t (id s.id PRIMARY KEY DEFAULT nextval('s.ids'), k s.required UNIQUE, p_id s.id REFERENCES s.p, note s.required);
        CREATE TABLE s.i (k text, p text, note text);
        INSERT INTO s.i VALUES ('a', 'P', 'n'), ('a', 'P', 'm'), ('b', 'Q', 'm');
        """;

    [Fact]
    public async Task A_view_leaves_it_to_the_table_that_a_domain_takes_no_null()
    {
        await TablesAsync(Tables);
        await ViewAsync("s.t", null);

        Assert.Equal(["2|1|a|n|P", "2|1|a|m|P"], await Db.RowsAsync(
            "INSERT INTO s.t_in (k, p_name, note) VALUES ('a', 'P', 'n'), ('a', 'P', 'm') RETURNING id, p_id, k, note, p_name"));
        Assert.Equal(["3|1"], await Db.RowsAsync("INSERT INTO s.t_in (k, p_id, note) VALUES ('b', 1, 'n') RETURNING id, p_id"));
        foreach (var row in new[] { "('c', 'P', NULL)", "(NULL, 'P', 'n')", "('c', NULL, 'n')" })
            await Db.FailsAsync("23502", $"INSERT INTO s.t_in (k, p_name, note) VALUES {row}");
        await Db.FailsAsync("23514", "INSERT INTO s.t_in (k, p_name, note) VALUES ('c', '', 'n')");
        Assert.Equal(["2|a|1|n", "3|b|1|n"], await Db.RowsAsync("TABLE s.t"));
    }

    [Theory]
    [InlineData("""{"k": "k", "p_id.name": "p", "note": "note"}""")]
    [InlineData("""{"k": "lower(k)", "p_id.name": "upper(p)", "note": "note || ''"}""")]
    public async Task Expressions_and_tables_fill_columns_of_such_domains_too(string mapping)
    {
        await TablesAsync(Tables);
        await ViewAsync("s.t", mapping, ", input => 's.i'");

        Assert.Equal(["2|1", "2|1", "4|3"], await Db.RowsAsync("INSERT INTO s.t_in (k, p, note) TABLE s.i RETURNING id, p_id"));
        Assert.Equal(["""{"id": 2}""", """{"id": 2}""", """{"id": 4}"""],
            await Db.RowsAsync($"SELECT output_key FROM dup_select.put_table('s.i', 's.t', {MappingText(mapping)})"));
        await Db.ExecuteAsync("UPDATE s.i SET k = upper(k || 'x'), p = p || 'x'");
        await Db.ExecuteAsync("SELECT dup_select.put_table('s.i', 's.t', '{\"k\": \"k\", \"p_id.name\": \"p\", \"note\": \"note\"}')");
        Assert.Equal(["a|P|n", "b|Q|m", "AX|Px|n", "BX|Qx|m"],
            await Db.RowsAsync("SELECT k, name, note FROM s.t JOIN s.p ON p.id = p_id ORDER BY t.id"));
    }

    [Fact]
    public async Task Rows_whose_key_a_trigger_makes_may_have_such_domains()
    {
        await TablesAsync(Tables +
            """
            CREATE TABLE s.page (id s.id PRIMARY KEY DEFAULT nextval('s.ids'), title s.required, slug text UNIQUE, state s.state,
                up s.required GENERATED ALWAYS AS (upper(title)) STORED);
            CREATE FUNCTION s.fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.slug := lower(NEW.title); RETURN NEW; END';
            CREATE TRIGGER fill BEFORE INSERT ON s.page FOR EACH ROW EXECUTE FUNCTION s.fill();
            """);
        const string Mapping = """{"title": "p"}""";
        await ViewAsync("s.page", Mapping);

        Assert.Equal(["1", "1"], await Db.RowsAsync("INSERT INTO s.page_in (p) VALUES ('Q'), ('q') RETURNING id"));
        Assert.Equal(3, (await Db.RowsAsync($"SELECT dup_select.put_table('s.i', 's.page', '{Mapping}')")).Length);
        Assert.Equal(["P|p|new|P", "Q|q|new|Q"], await Db.RowsAsync("SELECT title, slug, state, up FROM s.page ORDER BY slug"));
    }

    [Fact]
    public async Task The_default_of_a_domain_is_that_of_its_columns()
    {
        await TablesAsync(
            """
            CREATE DOMAIN s.kind AS text DEFAULT 'k';
            CREATE DOMAIN s.kind_of_kind AS s.kind;
            CREATE TABLE s.t (id serial PRIMARY KEY, name text, kind s.kind_of_kind, other s.kind DEFAULT NULL, UNIQUE (name, kind));
            CREATE TABLE s.i (name text, kind text);
            INSERT INTO s.i VALUES ('b', NULL), ('b', 'k');
            """);
        await ViewAsync("s.t", null);
        await ViewAsync("s.t", """{"name": "n"}""", ", view_name => 's.short'");

        Assert.Equal(["1|k|null", "1|k|null", "1|k|null"], await Db.RowsAsync(
            """
            WITH a AS (INSERT INTO s.t_in (name, kind) VALUES ('a', NULL), ('a', 'k') RETURNING id, kind, other),
                 b AS (INSERT INTO s.t_in (name) VALUES ('a') RETURNING id, kind, other)
            TABLE a UNION ALL TABLE b
            """));
        Assert.Equal(["1"], await Db.RowsAsync("INSERT INTO s.short (n) VALUES ('a') RETURNING id"));
        Assert.Equal(["""{"id": 2}""", """{"id": 2}"""], await Db.RowsAsync("SELECT output_key FROM dup_select.put_table('s.i', 's.t')"));
        Assert.Equal(["""{"id": 2}""", """{"id": 2}"""],
            await Db.RowsAsync("SELECT output_key FROM dup_select.put_table('s.i', 's.t', '{\"name\": \"name\"}')"));
        Assert.Equal(["1|a|k|null", "2|b|k|null"], await Db.RowsAsync("TABLE s.t"));
    }

    [Fact]
    public async Task An_id_whose_domain_makes_it_is_given_back()
    {
        await TablesAsync(
            """
            CREATE DOMAIN s.uid AS uuid DEFAULT gen_random_uuid();
            CREATE TABLE s.t (id s.uid PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.c (id s.uid PRIMARY KEY, t_id s.uid DEFAULT NULL REFERENCES s.t, k text UNIQUE);
            CREATE TABLE s.i AS VALUES ('x', 'a'), ('y', 'a'), ('z', NULL);
            """);
        Assert.Equal("""{"k": "k", "t_id.name": "t_name"}""",
            await Db.ScalarAsync<string>("SELECT dup_select.default_mapping('s.c')::text"));
        await ViewAsync("s.c", null);

        Assert.Equal(["1|1|x", "2|1|y", "3|null|z"], await Db.RowsAsync(
            """
            WITH put AS (INSERT INTO s.c_in (k, t_name) VALUES ('x', 'a'), ('y', 'a'), ('z', NULL) RETURNING id, t_id, k)
            SELECT dense_rank() OVER (ORDER BY k), CASE WHEN t_id IS NOT NULL THEN dense_rank() OVER (ORDER BY t_id) END, k FROM put
            WHERE id IS NOT NULL ORDER BY k
            """));
        Assert.Equal(3, (await Db.RowsAsync(
            "SELECT dup_select.put_table('s.i', 's.c', '{\"k\": \"column1 || ''2''\", \"t_id.name\": \"column2\"}')")).Length);
        Assert.Equal(["x|a", "x2|a", "y|a", "y2|a", "z|null", "z2|null"],
            await Db.RowsAsync("SELECT k, name FROM s.c LEFT JOIN s.t ON t.id = t_id ORDER BY k"));
    }
}

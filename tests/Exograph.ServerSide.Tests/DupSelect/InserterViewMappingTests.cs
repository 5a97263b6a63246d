using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>What a mapping may say, and what is said of one that is wrong.</summary>
public sealed class InserterViewMappingTests : GeneratorTest
{
    private const string Tables =
        """
        CREATE TABLE s.country (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE s.place (id serial PRIMARY KEY, country_id int REFERENCES s.country, parent_id int REFERENCES s.place,
            name text NOT NULL, UNIQUE NULLS NOT DISTINCT (country_id, parent_id, name));
        CREATE TABLE s.item (id serial PRIMARY KEY, code varchar(4) UNIQUE, place_id int REFERENCES s.place, day date,
            place_name text);
        CREATE TABLE s.flat (code text, place text, country text, day text, "end" text);
        """;

    [Fact]
    public async Task Expressions_are_computed_from_the_input_columns()
    {
        await TablesAsync(Tables);
        await ViewAsync("s.item",
            """
            {"code": "upper(code)", "day": "to_date(day, 'DD.MM.YYYY')", "place_id.name": "coalesce(nullif(place, '-'), 'nowhere')",
             "place_id.country_id.name": "initcap(trim(country))", "place_name": "place || ' (' || country || ')'"}
            """, ", input => 's.flat'");

        Assert.Equal(["1|1|1", "2|2|null"], await Db.RowsAsync(
            """
            INSERT INTO s.item_in (code, place, country, day) VALUES ('a', 'x', ' peru ', '03.02.2020'), ('b', '-', NULL, NULL)
            RETURNING id, place_id, country_id
            """));
        Assert.Equal(["A|2020-02-03|x ( peru )", "B|null|null"], await Db.RowsAsync("SELECT code, day::text, place_name FROM s.item"));
        Assert.Equal(["Peru|x", "null|nowhere"], await Db.RowsAsync(
            "SELECT c.name, p.name FROM s.place p LEFT JOIN s.country c ON c.id = p.country_id ORDER BY p.id"));
        Assert.Contains("upper(code)", await Db.ScalarAsync<string>("SELECT col_description('s.item_in'::regclass, 4)"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_is_too_long_fails_and_is_not_cut_off()
    {
        await TablesAsync(Tables + "INSERT INTO s.flat (code) VALUES ('12345')");
        await ViewAsync("s.item", """{"code": "code || ''"}""", ", input => 's.flat'");

        await Db.FailsAsync("22001", "INSERT INTO s.item_in (code) VALUES ('12345')");
        var error = await Db.FailsAsync("23000", "SELECT dup_select.put_table('s.flat', 's.item', '{\"code\": \"code || ''''\"}')");
        Assert.Contains("value too long for type", error.Detail!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("upper(", "42601")]
    [InlineData("code), (day", "42601")]
    [InlineData("code, day", "42601")]
    [InlineData("code FROM s.flat; DROP TABLE s.flat; SELECT 1", "42601")]
    [InlineData("code) IS NULL; DROP TABLE s.flat; SELECT (1", "42601")]
    [InlineData("code --", "42601")]
    [InlineData("max(code)", "42803")]
    [InlineData("no_such_column + 1", "42703")]
    [InlineData("no_such_function(code)", "42883")]
    public async Task An_expression_that_is_none_is_named_with_its_path(string expression, string sqlState)
    {
        await TablesAsync(Tables);
        var mapping = $$"""{"place_id.name": "{{expression}}"}""";

        var error = await Db.FailsAsync(sqlState, "SELECT dup_select.inserter_view_sql('s.item', mapping => $1::jsonb, input => 's.flat')",
            mapping);

        Assert.StartsWith($"path place_id.name is mapped to \"{expression}\"", error.MessageText, StringComparison.Ordinal);
        Assert.Equal(0, await Db.CountAsync("s.flat"));
    }

    [Theory]
    [InlineData("""{"nix": "a"}""", "42703", "s.item has no column nix")]
    [InlineData("""{"place_id.nix": "a"}""", "42703", "s.place has no column nix")]
    [InlineData("""{"code.name": "a"}""", "42703", "code of path code is no foreign key of s.item")]
    [InlineData("""{"item_place_id_fkey": "a"}""", "42703", "s.item has no column item_place_id_fkey")]
    [InlineData("""{"place_id.name": "a"}""", "22023", "no unique key has all its columns mapped")]
    [InlineData("""{"code": "upper(a)"}""", "22023", "types of the input columns are not known")]
    [InlineData("""{"code": "a", "day": "a"}""", "42804", "input column a would be")]
    [InlineData("""{"code": 1}""", "22023", "path code is mapped to 1")]
    [InlineData("[]", "22023", "a mapping is a jsonb object")]
    [InlineData("{}", "22023", "a mapping is a jsonb object")]
    [InlineData("""{"code": "a", "CODE": "b"}""", "42701", "mapped twice")]
    [InlineData("""{"code": "id"}""", "42701", "input column id has the name under which the view gives back the primary key")]
    public async Task A_mapping_that_is_wrong_is_refused(string mapping, string sqlState, string message)
    {
        await TablesAsync(Tables + "ALTER TABLE s.place DROP CONSTRAINT place_country_id_parent_id_name_key");

        var error = await Db.FailsAsync(sqlState, "SELECT dup_select.inserter_view_sql('s.item', mapping => $1::jsonb)", mapping);

        Assert.Contains(message, error.MessageText, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public async Task A_foreign_key_can_be_named_by_its_constraint_and_must_be_where_its_column_has_two()
    {
        await TablesAsync(
            """
            CREATE TABLE s.p (id int PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.q (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.t (id serial PRIMARY KEY, code text UNIQUE, x int CONSTRAINT to_q REFERENCES s.q);
            """);

        Assert.Contains("to_q: s.q, by q_name_key", await PrintedAsync("s.t", """{"code": "code", "TO_Q.name": "q"}"""),
            StringComparison.Ordinal);
        await Db.ExecuteAsync("ALTER TABLE s.t ADD CONSTRAINT to_p FOREIGN KEY (x) REFERENCES s.p");
        await Db.FailsAsync("42702", "SELECT dup_select.inserter_view_sql('s.t', mapping => '{\"x.name\": \"q\"}')");
        Assert.Contains("to_q: s.q, by q_name_key", await PrintedAsync("s.t", """{"code": "code", "to_q.name": "q"}"""),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_mapping_follows_foreign_keys_to_natural_keys()
    {
        await TablesAsync(Tables.Replace("place_name text", "note text", StringComparison.Ordinal));

        Assert.Equal(
            [
                "code = code", "day = day", "note = note", "place_id.country_id.name = place_country_name",
                "place_id.name = place_name", "place_id.parent_id = place_parent_id",
            ],
            await Db.RowsAsync("SELECT key || ' = ' || value FROM jsonb_each_text(dup_select.default_mapping('s.item')) ORDER BY key"));
        await ViewAsync("s.item", null);
        Assert.Equal(["1|1|1"], await Db.RowsAsync(
            "INSERT INTO s.item_in (code, place_name, place_country_name) VALUES ('a', 'x', 'Peru') RETURNING id, place_id, country_id"));
    }

    [Fact]
    public async Task A_clash_of_names_in_the_default_mapping_names_both()
    {
        await TablesAsync(Tables);

        var error = await Db.FailsAsync("42701", "SELECT dup_select.inserter_view_sql('s.item')");

        Assert.Equal("paths place_id.name and place_name would both have input column place_name", error.MessageText);
        Assert.Equal("Give a mapping.", error.Hint);
    }

    [Fact]
    public async Task With_an_input_table_the_default_mapping_takes_the_columns_it_has()
    {
        await TablesAsync(
            """
            CREATE TABLE s.p (id serial PRIMARY KEY, name text UNIQUE, note text);
            CREATE TABLE s.t (id serial PRIMARY KEY, code text UNIQUE, day date, p_id int REFERENCES s.p);
            CREATE TABLE s.i (code text, p_name text, other int);
            INSERT INTO s.i VALUES ('a', 'x', 1), ('b', 'x', 2);
            """);

        await Db.ExecuteAsync("SELECT dup_select.put_table('s.i', 's.t')");

        Assert.Equal(["1|a|null|1", "2|b|null|1"], await Db.RowsAsync("SELECT id, code, day::text, p_id FROM s.t"));
    }

    [Theory]
    [InlineData("CALL dup_select.create_inserter_view(NULL)", "the target is NULL")]
    [InlineData("SELECT dup_select.inserter_view_sql(NULL)", "the target is NULL")]
    [InlineData("SELECT dup_select.put_table('s.flat', NULL)", "the target is NULL")]
    [InlineData("SELECT dup_select.put_table(NULL, 's.item')", "the source is NULL")]
    [InlineData("SELECT dup_select.put_table_sql(NULL, 's.item')", "the source is NULL")]
    [InlineData("SELECT dup_select.put_table_sql(to_regclass('s.none'), 's.item', '{\"code\": \"code\"}')", "the source is NULL")]
    public async Task A_table_that_is_not_given_is_named_by_its_part(string call, string message)
    {
        await TablesAsync(Tables);

        var error = await Db.FailsAsync("22004", call);

        Assert.Equal(message, error.MessageText);
    }

    [Fact]
    public async Task A_default_mapping_of_nothing_is_not_taken_for_one_that_was_given()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
            CREATE TABLE s.u (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.i AS SELECT 1 AS other;
            """);

        var view = await Db.FailsAsync("22023", "SELECT dup_select.inserter_view_sql('s.t')");
        var put = await Db.FailsAsync("22023", "SELECT dup_select.put_table('s.i', 's.u')");

        Assert.Equal("s.t has no column that is mapped by default", view.MessageText);
        Assert.Equal("s.i has none of the columns that the default mapping of s.u takes", put.MessageText);
        Assert.Equal("Give a mapping, or name the columns as this one does: {\"name\": \"name\"}.", put.Hint);
    }

    [Fact]
    public async Task Columns_may_be_named_as_the_trigger_would_name_its_variables()
    {
        await TablesAsync(
            """
            CREATE TABLE s.p (id serial PRIMARY KEY, b_c text UNIQUE, v_attempts text);
            CREATE TABLE s.t (id serial PRIMARY KEY, attempts text UNIQUE, p_id int REFERENCES s.p, p_b_c text, v_p_b_c text);
            CREATE TABLE s.i (a text, b text);
            """);
        await ViewAsync("s.t",
            """{"attempts": "a || ''", "p_b_c": "a || b", "v_p_b_c": "b || a", "p_id.b_c": "upper(b)", "p_id.v_attempts": "lower(b)"}""",
            ", input => 's.i'");

        await Db.ExecuteAsync("INSERT INTO s.t_in (a, b) VALUES ('x', 'y'), ('x', 'z')");

        Assert.Equal(["1|x|1|xy|yx"], await Db.RowsAsync("TABLE s.t"));
        Assert.Equal(["1|Y|y", "2|Z|z"], await Db.RowsAsync("TABLE s.p"));
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Tables and columns that are named like what the generated statements use themselves.</summary>
public sealed class OddNameTests : GeneratorTest
{
    [Fact]
    public async Task A_table_may_be_named_new_and_have_a_column_named_as_a_variable()
    {
        await TablesAsync("""CREATE TABLE s."new" (id serial PRIMARY KEY, name text UNIQUE, v_attempts int)""");
        await ViewAsync("""s."new" """, null);

        Assert.Equal(["1", "2", "2"], await Db.RowsAsync("INSERT INTO s.new_in (name) VALUES ('a'), ('b'), ('b') RETURNING id"));
    }

    [Fact]
    public async Task Key_columns_may_be_named_as_what_a_trigger_knows()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, found text, "new" text, old text, tg_op text, UNIQUE (found, new, old, tg_op))
            """);
        await ViewAsync("s.t", null);

        Assert.Equal(["1", "1", "2"], await Db.RowsAsync(
            "INSERT INTO s.t_in (found, new, old, tg_op) VALUES ('a', 'b', 'c', 'd'), ('a', 'b', 'c', 'd'), ('b', 'b', 'c', 'd') "
            + "RETURNING id"));
    }

    [Fact]
    public async Task Input_columns_may_be_named_as_the_variables_that_hold_what_is_made_of_them()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.i (v_name text, found text, tg_op text, "new" text, v_attempts text);
            """);
        await ViewAsync("s.t", """{"name": "upper(v_name || found || tg_op || new || v_attempts)"}""", ", input => 's.i'");

        await Db.ExecuteAsync("INSERT INTO s.t_in (v_name, found, tg_op, new, v_attempts) VALUES ('a', 'b', 'c', 'd', 'e')");

        Assert.Equal(["ABCDE"], await Db.RowsAsync("SELECT name FROM s.t"));
    }

    [Fact]
    public async Task Put_table_takes_a_table_of_any_name()
    {
        foreach (var name in new[] { "s", "asked", "added", "numbered", "given", "stored", "input", "put_table_rows" })
        {
            await Db.ExecuteAsync(
                $"""
                CREATE SCHEMA of_{name};
                CREATE TABLE of_{name}.{name} (id serial PRIMARY KEY, name text UNIQUE);
                CREATE TABLE of_{name}.child (id serial PRIMARY KEY, {name}_id int REFERENCES of_{name}.{name}, code text UNIQUE);
                CREATE TABLE of_{name}.i AS SELECT 'a' AS {name}_name, unnest(ARRAY['x', 'y']) AS code;
                """);
            foreach (var _ in Enumerable.Range(0, 2))
                await Db.ExecuteAsync($"SELECT * FROM dup_select.put_table('of_{name}.i', 'of_{name}.child')");
            Assert.Equal(["x|a", "y|a"], await Db.RowsAsync(
                $"SELECT c.code, p.name FROM of_{name}.child c JOIN of_{name}.{name} p ON p.id = c.{name}_id ORDER BY c.code"));
        }
    }

    [Fact]
    public async Task An_input_column_of_more_than_63_bytes_is_refused()
    {
        await TablesAsync(
            """
            CREATE TABLE s.administrative_subdivision_first_level (
                id serial PRIMARY KEY, international_organization_code text UNIQUE);
            CREATE TABLE s.t (id serial PRIMARY KEY, name text UNIQUE,
                administrative_subdivision_first_level_id int REFERENCES s.administrative_subdivision_first_level);
            CREATE TABLE s.i (name text, administrative_subdivision_first_level_international_organization_code text);
            """);

        Assert.Equal("Give a mapping.", (await Db.FailsAsync("42622", "CALL dup_select.create_inserter_view('s.t')")).Hint);
        await Db.FailsAsync("42622", "SELECT * FROM dup_select.put_table('s.i', 's.t')");
    }
}

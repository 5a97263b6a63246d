using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>What people call is in dup_select; the machinery behind it is in dup_select_private, and is replaced with the code.</summary>
public sealed class PrivateSchemaTests : GeneratorTest
{
    [Fact]
    public async Task People_call_nine_names() => Assert.Equal(
        [
            "create_inserter_view", "default_mapping", "insert_on_duplicate_key_return", "insert_on_duplicate_key_select",
            "inserter_view_sql", "put_schema", "put_schema_sql", "put_table", "put_table_sql",
        ],
        await Db.RowsAsync("SELECT proname FROM pg_proc WHERE pronamespace = 'dup_select'::regnamespace ORDER BY proname COLLATE \"C\""));

    [Fact]
    public async Task Everybody_may_run_all_of_it_with_rights_of_their_own() => Assert.Empty(await Db.RowsAsync(
        """
        SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace IN ('dup_select'::regnamespace, 'dup_select_private'::regnamespace)
            AND (p.prosecdef OR NOT has_function_privilege('public', p.oid, 'EXECUTE'))
        UNION ALL
        SELECT nspname FROM pg_namespace WHERE nspname ~ '^dup_select' AND NOT has_schema_privilege('public', oid, 'USAGE')
        """));

    /// <summary>They are made unchecked, because a step comes before its helpers.</summary>
    [Fact]
    public async Task The_bodies_of_all_functions_hold() => await Db.ExecuteAsync(
        """
        SET search_path = pg_catalog, pg_temp;
        DO $$
        DECLARE
            v_function record;
        BEGIN
            FOR v_function IN
                SELECT p.oid, l.lanname FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
                WHERE p.pronamespace IN ('dup_select'::regnamespace, 'dup_select_private'::regnamespace)
            LOOP
                IF v_function.lanname = 'sql' THEN
                    PERFORM fmgr_sql_validator(v_function.oid);
                ELSE
                    PERFORM plpgsql_validator(v_function.oid);
                END IF;
            END LOOP;
        END
        $$
        """);

    [Fact]
    public async Task Sessions_and_views_go_on_when_the_code_is_applied_again()
    {
        await TablesAsync("CREATE TABLE s.t (id serial PRIMARY KEY, name text UNIQUE)");
        await ViewAsync("s.t", null);
        var session = await OpenAsync();
        string[] calls =
        [
            "SELECT (dup_select.insert_on_duplicate_key_select(ROW(NULL, 'a')::s.t)).name",
            "SELECT length(dup_select.inserter_view_sql('s.t')) > 0",
            "INSERT INTO s.t_in (name) VALUES ('a') RETURNING name",
        ];
        foreach (var call in calls)
            await session.ExecuteAsync(call);

        await ApplyCodeAsync();

        foreach (var call in calls)
            await session.ExecuteAsync(call);
        Assert.Equal(["a"], await Db.RowsAsync("SELECT name FROM s.t"));
    }

    [Theory]
    [InlineData("CREATE VIEW s.mine AS SELECT dup_select_private.path_text('{a}')", "view s.mine")]
    [InlineData("CREATE TABLE s.mine (a text DEFAULT dup_select_private.path_text('{a}'))", "s.mine")]
    [InlineData("CREATE TABLE s.mine (a text); CREATE INDEX mine_path ON s.mine (dup_select_private.path_text(ARRAY[a]))", "s.mine_path")]
    [InlineData("CREATE VIEW s.mine AS SELECT exograph_private.partition_name('a', 1)", "view s.mine", "exograph_private")]
    public async Task What_depends_on_it_is_not_dropped_but_told(string sql, string name, string schema = "dup_select_private")
    {
        await Db.ExecuteAsync($"CREATE SCHEMA s; {sql}");

        var failure = await Assert.ThrowsAsync<PostgresException>(ApplyCodeAsync);

        Assert.Equal("XG013", failure.SqlState);
        Assert.Contains(name, failure.MessageText, StringComparison.Ordinal);
        Assert.Contains(schema + ".", failure.MessageText, StringComparison.Ordinal);
        Assert.NotNull(failure.Hint);
        Assert.NotEmpty(await Db.RowsAsync("SELECT FROM pg_class WHERE relname = 'mine'"));
    }

    private async Task ApplyCodeAsync()
    {
        var session = await OpenAsync();
        var files = File.ReadLines(Repository.PathOf("sql/order.txt")).Where(l => l.Length > 0 && l[0] != '#');
        await session.ExecuteAsync($"BEGIN; {string.Join('\n', files.Select(f => File.ReadAllText(Repository.PathOf("sql/" + f))))} COMMIT");
    }
}

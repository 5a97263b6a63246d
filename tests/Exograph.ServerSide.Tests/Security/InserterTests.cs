using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.RowWise;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>Who may insert through the views, and what they do with names of the caller.</summary>
public sealed class InserterTests : LoadingTest
{
    [Fact]
    public async Task A_loader_inserts_and_reads_through_every_view()
    {
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));

        await Row.InsertAllAsync(loader);
        await Row.InsertAllAsync(loader);

        foreach (var view in Row.Of.Keys)
            Assert.Equal(view == "graph_nodes" ? 2 : 1, await loader.CountAsync($"exograph_in.{view}"));
        foreach (var view in Row.Of.Keys)
        {
            await loader.FailsAsync("0A000", $"DELETE FROM exograph_in.{view}");
            await loader.FailsAsync("0A000", $"UPDATE exograph_in.{view} SET {Row.Of[view].Keys.First()} = NULL");
        }
    }

    [Theory]
    [InlineData("exograph_reader")]
    [InlineData(null)]
    public async Task Nobody_else_does(string? group)
    {
        await Row.InsertAllAsync(Db);
        var session = await OpenAsAsync(await CreateRoleAsync("other", group is null ? [] : [group]));

        foreach (var view in Row.Of.Keys)
        {
            foreach (var sql in new[]
            {
                Row.Insert(view), $"SELECT * FROM exograph_in.{view}", $"DELETE FROM exograph_in.{view}",
                $"UPDATE exograph_in.{view} SET {Row.Of[view].Keys.First()} = NULL",
                $"COPY exograph_in.{view} ({Row.Of[view].Keys.First()}) FROM STDIN",
            })
            {
                await session.FailsAsync("42501", sql);
            }
        }
    }

    [Fact]
    public async Task A_loader_does_nothing_else_to_the_views()
    {
        var hostile = await OpenAsAsync(await CreateRoleAsync("hostile", "exograph_loader"));

        foreach (var view in Row.Of.Keys)
        {
            foreach (var sql in new[]
            {
                $"CREATE OR REPLACE VIEW exograph_in.{view} AS SELECT 1 AS id", $"DROP VIEW exograph_in.{view} CASCADE",
                $"ALTER VIEW exograph_in.{view} RENAME TO mine", $"ALTER VIEW exograph_in.{view} SET (security_invoker = true)",
                $"CREATE RULE mine AS ON INSERT TO exograph_in.{view} DO INSTEAD NOTHING",
                $"DROP TRIGGER enter_gate ON exograph_in.{view}",
                $"CREATE TRIGGER mine INSTEAD OF INSERT ON exograph_in.{view} FOR EACH ROW "
                    + "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                $"COMMENT ON VIEW exograph_in.{view} IS 'mine'",
            })
            {
                await hostile.FailsAsync("42501", sql);
            }
            await Record.ExceptionAsync(() => hostile.ExecuteAsync($"GRANT ALL ON exograph_in.{view} TO PUBLIC"));
            Assert.False(await Db.ScalarAsync<bool>(
                "SELECT has_table_privilege('public', $1, 'SELECT, INSERT')", $"exograph_in.{view}"));
        }
    }

    [Fact]
    public async Task A_trigger_function_of_the_views_serves_no_table_of_the_caller()
    {
        var role = await CreateRoleAsync("hostile", "exograph_loader");
        var hostile = await OpenAsAsync(role);
        await hostile.ExecuteAsync("CREATE TEMPORARY TABLE mine (id integer, term text)");
        var functions = await Db.RowsAsync(
            """
            SELECT format('%s.%I', pronamespace::regnamespace, proname) FROM pg_proc
            WHERE pronamespace IN ('exograph'::regnamespace, 'exograph_private'::regnamespace) AND prorettype = 'trigger'::regtype
            """);

        Assert.True(functions.Length >= 13);
        foreach (var function in functions)
        {
            await hostile.FailsAsync("42501",
                $"CREATE TRIGGER t BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION {function}()");
        }
    }

    [Fact]
    public async Task A_temporary_table_does_not_shadow_a_table_of_the_index()
    {
        var session = await OpenAsAsync(await CreateRoleAsync("hostile", "exograph_loader"));
        string[] names = [.. Session.IndexTables, "gate", "file_keys"];
        foreach (var name in names)
            await session.ExecuteAsync($"CREATE TEMPORARY TABLE {name} (LIKE exograph.{(name is "gate" ? "terms" : name)})");
        await session.ExecuteAsync("SET search_path = pg_temp, exograph, exograph_in");

        await Row.InsertAllAsync(session);

        foreach (var name in names)
            Assert.Equal(0, await session.CountAsync($"pg_temp.{name}"));
        foreach (var table in Session.IndexTables)
            Assert.Equal(table == "graph_nodes" ? 2 : 1, await Db.CountAsync($"exograph.{table}"));
    }

    [Fact]
    public async Task Functions_operators_and_types_of_the_caller_are_never_used()
    {
        var role = await CreateRoleAsync("hostile", "exograph_loader");
        await Db.ExecuteAsync($"CREATE SCHEMA evil AUTHORIZATION {Sql.Name(role)}");
        var session = await OpenAsAsync(role);
        await session.ExecuteAsync(
            """
            CREATE TABLE evil.log (who text);
            GRANT ALL ON SCHEMA evil TO PUBLIC;
            GRANT ALL ON evil.log TO PUBLIC;
            """);
        foreach (var schema in new[] { "evil", "pg_temp" })
        {
            foreach (var (function, returns, result) in new[]
            {
                ("sha256(bytea)", "bytea", "$1"), ("encode(bytea, text)", "text", "$2"), ("length(text)", "integer", "0"),
                ("replace(text, text, text)", "text", "$1"), ("current_setting(text)", "text", "'read committed'::text"),
                ("format(text, text)", "text", "$1"), ("pg_advisory_xact_lock_shared(bigint)", "void", ""),
                ("equal(text, text)", "boolean", "true"), ("equal(bigint, bigint)", "boolean", "true"),
                ("equal(bytea, bytea)", "boolean", "true"), ("joined(text, text)", "text", "$1"),
            })
            {
                var body = "INSERT INTO evil.log VALUES (current_user)" + (result.Length == 0 ? "" : $"; SELECT {result}");
                await session.ExecuteAsync(
                    $"CREATE FUNCTION {schema}.{function} RETURNS {returns} LANGUAGE sql AS {Sql.Literal(body)}");
            }
            await session.ExecuteAsync(
                $"""
                CREATE OPERATOR {schema}.= (LEFTARG = text, RIGHTARG = text, FUNCTION = {schema}.equal);
                CREATE OPERATOR {schema}.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = {schema}.equal);
                CREATE OPERATOR {schema}.= (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = {schema}.equal);
                CREATE OPERATOR {schema}.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = {schema}.joined);
                CREATE DOMAIN {schema}.jsonb AS text;
                """);
        }
        await session.ExecuteAsync("SET search_path = evil, pg_temp, pg_catalog");

        foreach (var (view, row) in Row.Of)
        {
            foreach (var _ in new[] { 1, 2 })
            {
                var values = row.Values.Select(value => value.Replace("sha256(", "pg_catalog.sha256(", StringComparison.Ordinal));
                await session.ExecuteAsync(
                    $"INSERT INTO exograph_in.{view} ({string.Join(", ", row.Keys)}) VALUES ({string.Join(", ", values)})");
            }
        }
        await session.FailsAsync("XG010",
            "INSERT INTO exograph_in.comments (file_id, version, text) SELECT id, 'other', 'x' FROM exograph.files");

        await session.ExecuteAsync("RESET search_path");
        Assert.Equal(0, await session.CountAsync("evil.log"));
        foreach (var table in Session.IndexTables)
            Assert.Equal(table == "graph_nodes" ? 2 : 1, await Db.CountAsync($"exograph.{table}"));
    }
}

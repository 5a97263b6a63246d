using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>What a role that may load tries beyond that.</summary>
public sealed class HostileLoaderTests : LoadingTest
{
    private static readonly string[] s_ledger = ["loads", "load_tables", "load_phases", "load_rejects", "deferred_indexes", "complete_facts"];

    [Fact]
    public async Task It_cannot_write_the_index_or_the_ledger()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var hostile = await OpenAsAsync(await CreateRoleAsync("hostile", "exograph_loader"));

        foreach (var table in Session.IndexTables.Select(Sample.TableOf).Concat(s_ledger))
        {
            foreach (var sql in new[]
            {
                $"INSERT INTO exograph.{table} DEFAULT VALUES", $"UPDATE exograph.{table} SET load_id = DEFAULT",
                $"DELETE FROM exograph.{table}", $"TRUNCATE exograph.{table} CASCADE", $"DROP TABLE exograph.{table} CASCADE",
                $"ALTER TABLE exograph.{table} ADD COLUMN mine text", $"CREATE INDEX ON exograph.{table} (load_id)",
                $"DO 'BEGIN LOCK TABLE exograph.{table} IN ROW EXCLUSIVE MODE; END'",
                $"SELECT * FROM exograph.{table} FOR KEY SHARE",
                $"CREATE TRIGGER mine BEFORE INSERT ON exograph.{table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                $"COPY exograph.{table} TO PROGRAM 'cat'", $"COMMENT ON TABLE exograph.{table} IS 'mine'",
            })
            {
                await hostile.FailsAsync("42501", sql);
            }
        }
        foreach (var sql in new[]
        {
            "DELETE FROM exograph.fragment_terms", "DELETE FROM exograph.fragment_terms WHERE false",
            "SELECT * FROM exograph.fragment_terms FOR KEY SHARE",
            "DO 'BEGIN LOCK TABLE exograph.fragment_terms IN ROW EXCLUSIVE MODE; END'", "DROP VIEW exograph.fragment_terms",
        })
        {
            await hostile.FailsAsync("42501", sql);
        }
        foreach (var table in new[] { "packages", "package_versions", "files", "terms", "fragments", "graph_nodes" })
            await hostile.FailsAsync("42501", $"SELECT nextval('exograph.{table}_id_seq')");
        foreach (var table in new[] { "code_versions", "schemaversions", "gate", "reservation_turns" })
            await hostile.FailsAsync("42501", $"DELETE FROM exograph.{table}");
        await hostile.FailsAsync("42501", "SELECT * FROM exograph.gate");
        await hostile.FailsAsync("42501", "INSERT INTO exograph.definitions_shared SELECT * FROM exograph.definitions");
    }

    [Fact]
    public async Task It_cannot_call_inner_functions()
    {
        var hostile = await OpenAsAsync(await CreateRoleAsync("hostile", "exograph_loader"));
        var load = await Sample.BeginAsync(hostile);
        var inner = await Db.RowsAsync(
            """
            SELECT CASE p.prokind WHEN 'p' THEN 'CALL' ELSE 'SELECT' END,
                   format('%s.%I(%s)', p.pronamespace::regnamespace, p.proname,
                          (SELECT string_agg('NULL::' || format_type(t, NULL), ', ' ORDER BY n)
                           FROM unnest(p.proargtypes) WITH ORDINALITY a (t, n)))
            FROM pg_proc p
            WHERE p.pronamespace = 'exograph_private'::regnamespace AND p.prorettype <> 'trigger'::regtype
                OR p.pronamespace = 'exograph'::regnamespace AND p.proname LIKE '%json%'
                OR p.oid = 'exograph.merge_partitions'::regproc
            """);

        Assert.True(inner.Length > 30);
        foreach (var call in inner)
            await hostile.FailsAsync("42501", call.Replace('|', ' '));
        Assert.Equal(2, await Db.CountAsync(load.Staged("files")));
    }

    [Fact]
    public async Task It_cannot_touch_the_load_of_another_role()
    {
        var owner = await CreateRoleAsync("Own\"er", "exograph_loader");
        var victim = await OpenAsAsync(owner);
        var load = await Sample.BeginAsync(victim);
        var hostile = await OpenAsAsync(await CreateRoleAsync("hostile", "exograph_loader"));
        var mine = await Load.BeginAsync(hostile);

        foreach (var sql in new[]
        {
            load.FinalizeSql(), $"CALL exograph.abandon_load({load.Id})", $"SELECT exograph.seal_load({load.Id}, '{{}}')",
            $"SELECT * FROM exograph.check_load({load.Id})", $"SELECT * FROM exograph.files_lacking({load.Id})",
            $"CALL exograph.drop_maps({load.Id})",
        })
        {
            var error = await hostile.FailsAsync("42501", sql);
            Assert.Equal($"load {load.Id} belongs to role {Sql.Name(owner)}", error.MessageText);
            Assert.Equal("That role, its members, those of exograph_owner, and superusers may work on it.", error.Hint);
        }
        foreach (var table in Sample.Staged.Select(load.Staged).Append($"{load.Schema}.staging_token"))
        {
            foreach (var sql in new[]
            {
                $"SELECT * FROM {table}", $"INSERT INTO {table} DEFAULT VALUES", $"UPDATE {table} SET load_id = 0",
                $"DELETE FROM {table}",
                $"TRUNCATE {table}", $"DROP TABLE {table}", $"COPY {table} TO STDOUT",
            })
            {
                await hostile.FailsAsync("42501", sql);
            }
        }
        await hostile.FailsAsync("42501", $"DROP SCHEMA {load.Schema} CASCADE");
        await mine.FinalizeAsync();
        await load.FinalizeAsync();
        Assert.Equal(new Outcome(2) { Inserted = 2 }, await load.OutcomeAsync("files"));
    }

    [Fact]
    public async Task It_cannot_read_the_maps_or_finalize_again_the_load_of_another_role()
    {
        var load = await Sample.BeginAsync(await OpenAsAsync(await CreateRoleAsync("victim", "exograph_loader")),
            "keep_maps => true");
        await load.FinalizeAsync();
        var hostile = await OpenAsAsync(await CreateRoleAsync("hostile", "exograph_loader"));

        await hostile.FailsAsync("42501", $"SELECT * FROM {load.Schema}.map_files");
        await hostile.FailsAsync("42501", load.FinalizeSql());
        await hostile.FailsAsync("42501", $"CALL exograph.drop_maps({load.Id})");
    }

    [Fact]
    public async Task It_cannot_say_whose_rows_they_are()
    {
        var hostile = await OpenAsAsync(await CreateRoleAsync("hostile", "exograph_loader"));
        var load = await Sample.BeginAsync(hostile);

        foreach (var table in Sample.Staged)
        {
            await hostile.FailsAsync("42501", $"INSERT INTO {load.Staged(table)} (load_id) VALUES (0)");
            await hostile.FailsAsync("42501", $"UPDATE {load.Staged(table)} SET load_id = 0");
            await hostile.FailsAsync("42501", $"COPY {load.Staged(table)} (load_id) FROM STDIN");
        }
        await hostile.FailsAsync("42501", $"SELECT * FROM {load.Schema}.staging_token");
        await hostile.FailsAsync("42501", $"DELETE FROM {load.Schema}.staging_token");
        await load.FinalizeAsync();
        foreach (var table in Sample.Rows.Keys)
            Assert.Equal([load.Id.ToString(null, null)],
                await Db.RowsAsync($"SELECT DISTINCT abs(load_id) FROM exograph.{table}"));
    }

    [Fact]
    public async Task It_may_mend_its_own_staging()
    {
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        var load = await Sample.BeginAsync(loader);

        await loader.ExecuteAsync(
            $"""
            UPDATE {load.Staged("packages")} SET name = 'mended' WHERE id = 2;
            DELETE FROM {load.Staged("comments")} WHERE line = 1;
            TRUNCATE {load.Staged("fragment_terms")};
            """);
        await load.FinalizeAsync();

        Assert.Equal(["alpha", "mended"], await loader.RowsAsync("SELECT name FROM exograph.packages ORDER BY 1"));
        Assert.Equal(0, await loader.CountAsync("exograph.comments"));
        Assert.Equal(0, await loader.CountAsync("exograph.fragment_terms"));
    }

    [Fact]
    public async Task It_cannot_make_or_change_anything_in_the_schemas()
    {
        var hostile = await OpenAsAsync(await CreateRoleAsync("hostile", "exograph_loader"));
        var load = await Load.BeginAsync(hostile);

        foreach (var schema in new[] { "exograph", "exograph_in", "dup_select", "dup_select_private", load.Schema })
        {
            foreach (var sql in new[]
            {
                $"CREATE TABLE {schema}.rejects ()", $"CREATE VIEW {schema}.mine AS SELECT 1",
                $"CREATE FUNCTION {schema}.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
                $"CREATE TYPE {schema}.mine AS (a integer)",
                $"ALTER SCHEMA {schema} RENAME TO mine", $"DROP SCHEMA {schema} CASCADE",
            })
            {
                await hostile.FailsAsync("42501", sql);
            }
            // Answered by a warning only.
            await Record.ExceptionAsync(() => hostile.ExecuteAsync($"GRANT ALL ON SCHEMA {schema} TO PUBLIC"));
            Assert.False(await Db.ScalarAsync<bool>("SELECT has_schema_privilege('public', $1, 'CREATE')", schema));
        }
        var staged = load.Staged("files");
        foreach (var sql in new[]
        {
            $"ALTER TABLE {staged} ADD COLUMN mine text", $"ALTER TABLE {staged} ALTER COLUMN source TYPE varchar(10)",
            $"CREATE RULE mine AS ON INSERT TO {staged} DO INSTEAD NOTHING", $"CREATE INDEX ON {staged} (id)",
            $"DROP TABLE {staged}",
            $"CREATE TRIGGER mine BEFORE DELETE ON {staged} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            $"CREATE TABLE public.child () INHERITS ({staged})", $"ALTER TABLE {staged} ENABLE ROW LEVEL SECURITY",
            "CREATE SCHEMA exograph_load_99", "SET ROLE exograph_owner", "GRANT exograph_owner TO CURRENT_USER",
            "ALTER FUNCTION exograph.text_digest(text) RENAME TO mine",
            "CREATE OR REPLACE FUNCTION exograph.caller() RETURNS text LANGUAGE sql AS 'SELECT ''postgres'''",
        })
        {
            await hostile.FailsAsync("42501", sql);
        }
    }
}

using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>The functions work with the caller's rights, and with the names that the toolkit means.</summary>
public sealed class CallerTests : DupSelectTest
{
    [Fact]
    public async Task Whoever_may_insert_and_select_may_call_and_nobody_else()
    {
        await Db.ExecuteAsync("CREATE SCHEMA s; CREATE TABLE s.t (id serial PRIMARY KEY, k text UNIQUE)");
        var role = await CreateRoleAsync("anybody");
        var session = await OpenAsAsync(role);
        await session.FailsAsync("42501", Call("select", "s.t", "NULL, 'a'"));
        await Db.ExecuteAsync($"GRANT USAGE ON SCHEMA s TO {Sql.Name(role)}");
        var error = await session.FailsAsync("42501", Call("select", "s.t", "1, 'a'"));
        Assert.Equal("permission denied for table t", error.MessageText);
        await Db.ExecuteAsync($"GRANT SELECT ON s.t TO {Sql.Name(role)}");
        await session.FailsAsync("42501", Call("select", "s.t", "NULL, 'a'"));
        await Db.ExecuteAsync($"GRANT INSERT ON s.t TO {Sql.Name(role)}; GRANT USAGE ON SEQUENCE s.t_id_seq TO {Sql.Name(role)}");

        var first = await SelectAsync(session, "s.t", "NULL, 'a'");

        Assert.Equal(first, await SelectAsync(session, "s.t", "NULL, 'a'"));
        Assert.Equal(1, await session.CountAsync("s.t"));
    }

    [Fact]
    public async Task Rights_on_the_partitioned_table_are_enough()
    {
        var role = await CreateRoleAsync("anybody");
        await Db.ExecuteAsync(
            $"""
            CREATE TABLE t (p int, k text, UNIQUE (p, k)) PARTITION BY LIST (p);
            CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.k := lower(NEW.k); RETURN NEW; END';
            GRANT SELECT, INSERT ON t TO {Sql.Name(role)};
            """);
        var session = await OpenAsAsync(role);
        Assert.Equal("1|a", await SelectAsync(session, "t", "1, 'a'"));
        Assert.Equal("1|a", await SelectAsync(session, "t", "1, 'a'"));

        // Behind a BEFORE trigger, a right to UPDATE one column.
        await Db.ExecuteAsync("CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION fill()");
        await session.FailsAsync("42501", Call("select", "t", "1, 'A'"));
        await Db.ExecuteAsync($"GRANT UPDATE (k) ON t TO {Sql.Name(role)}");
        Assert.Equal("1|a", await SelectAsync(session, "t", "1, 'A'"));
    }

    [Fact]
    public async Task The_right_to_insert_the_given_columns_is_enough()
    {
        var role = await CreateRoleAsync("anybody");
        await Db.ExecuteAsync(
            $"""
            CREATE TABLE t (k text UNIQUE, note text, secret text);
            GRANT SELECT, INSERT (k, note) ON t TO {Sql.Name(role)};
            """);
        var session = await OpenAsAsync(role);

        foreach (var note in new[] { "'x'", "NULL" })
        {
            Assert.Equal("a|x|null", await SelectAsync(session, "t", $"'a', {note}, NULL"));
            Assert.Equal(["b|null|null"], await session.RowsAsync(Call("return", "t", $"'b', {note}, NULL")));
        }
        await session.FailsAsync("42501", Call("select", "t", "'c', NULL, 's'"));
        await session.FailsAsync("42501", Call("return", "t", "'c', NULL, 's'"));
    }

    [Fact]
    public async Task A_row_that_row_security_hides_is_not_shown()
    {
        var role = await CreateRoleAsync("tenant");
        await Db.ExecuteAsync(
            $"""
            CREATE TABLE t (k text UNIQUE, tenant text);
            INSERT INTO t VALUES ('a', 'another'), ('b', 'own');
            ALTER TABLE t ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON t USING (tenant = 'own');
            GRANT SELECT, INSERT ON t TO {Sql.Name(role)};
            """);
        var session = await OpenAsAsync(role);

        Assert.Equal("b|own", await SelectAsync(session, "t", "'b', 'own'"));
        var error = await session.FailsAsync("23505", Call("select", "t", "'a', 'own'"));
        Assert.Equal("t_k_key", error.ConstraintName);
    }

    [Theory]
    [InlineData("(id)", "5000, NULL, NULL, NULL")]
    [InlineData("(a, b) NULLS NOT DISTINCT", "0, 'name 5000', NULL, NULL")]
    [InlineData("(lower(a), id) WHERE id > 10", "5000, 'NAME 5000', NULL, NULL")]
    [InlineData("((id || ', ' || a) COLLATE \"C\") WHERE id > 0 AND a <> 'x'", "5000, 'name 5000', NULL, NULL")]
    [InlineData("(lower(a), nullif(b, 0)) NULLS NOT DISTINCT", "0, 'NAME 5000', 0, NULL")]
    [InlineData("(v text_pattern_ops)", "0, NULL, NULL, 'name 5000'")]
    [InlineData("(v COLLATE \"C\" DESC)", "0, NULL, NULL, 'name 5000'")]
    public async Task The_duplicate_is_looked_up_by_its_index(string key, string row)
    {
        await Db.ExecuteAsync(
            $"""
            CREATE TABLE t (id int, a text, b int, v varchar(20));
            INSERT INTO t SELECT n, 'name ' || n, NULL, 'name ' || n FROM generate_series(1, 10000) n;
            CREATE UNIQUE INDEX the_index ON t {key};
            ANALYZE t;
            """);
        var before = await ScansAsync();

        Assert.StartsWith("5000|", await SelectAsync("t", row), StringComparison.Ordinal);

        var after = await ScansAsync();
        Assert.Equal(before.Table, after.Table);
        Assert.True(after.Index > before.Index, $"{before.Index} scans of the index, then {after.Index}");
    }

    [Fact]
    public async Task Functions_operators_and_types_in_front_of_the_servers_are_never_used()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE public.t (
                id serial PRIMARY KEY, a text DEFAULT lower('A'), b int, g text GENERATED ALWAYS AS (upper(a) || 'x') STORED,
                UNIQUE NULLS NOT DISTINCT (a, b));
            CREATE UNIQUE INDEX ON public.t (lower(g), (b + 1)) WHERE length(a) = 2;
            CREATE TABLE public.filled (k text PRIMARY KEY, n int);
            CREATE TABLE public.keyed (a text, b int, n int, PRIMARY KEY (a, b));
            CREATE FUNCTION public.fill() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN NEW.k := pg_catalog.lower(NEW.k); RETURN NEW; END';
            CREATE TRIGGER fill BEFORE INSERT ON public.filled FOR EACH ROW EXECUTE FUNCTION public.fill();
            CREATE SCHEMA evil;
            CREATE TABLE evil.log (what text);
            """);
        foreach (var (function, returns) in new[]
        {
            ("lower(text)", "text"), ("upper(text)", "text"), ("length(text)", "int"), ("format(text, text)", "text"),
            ("format(text, text, text)", "text"), ("format(text, text, text, text)", "text"), ("concat_ws(text, oid, tid)", "text"),
            ("quote_ident(text)", "text"), ("pg_typeof(anyelement)", "regtype"), ("row_security_active(regclass)", "boolean"),
            ("pg_get_indexdef(oid, int, boolean)", "text"), ("pg_get_expr(pg_node_tree, oid)", "text"),
            ("set_config(text, text, boolean)", "text"), ("current_setting(text)", "text"), ("split_part(text, text, int)", "text"),
            ("unnest(anyarray)", "SETOF anyelement"), ("string_agg(text, text)", "text"), ("pg_trigger_depth()", "int"),
            ("equal(text, text)", "boolean"), ("equal(int, int)", "boolean"), ("equal(oid, oid)", "boolean"),
            ("equal(name, name)", "boolean"), ("equal(smallint, smallint)", "boolean"), ("equal(tid, tid)", "boolean"),
            ("equal(\"char\", \"char\")", "boolean"), ("plus(int, int)", "int"), ("joined(text, text)", "text"),
        })
        {
            var body = returns.StartsWith("SETOF", StringComparison.Ordinal)
                ? "BEGIN RAISE ''the wrong function''; END" : "BEGIN RAISE ''the wrong function''; RETURN NULL; END";
            await Db.ExecuteAsync($"CREATE FUNCTION evil.{function} RETURNS {returns} LANGUAGE plpgsql AS '{body}'");
        }
        foreach (var type in new[] { "text", "int", "oid", "name", "smallint", "tid", "\"char\"" })
        {
            foreach (var op in new[] { "=", "<>" })
                await Db.ExecuteAsync($"CREATE OPERATOR evil.{op} (LEFTARG = {type}, RIGHTARG = {type}, FUNCTION = evil.equal)");
        }
        await Db.ExecuteAsync(
            """
            CREATE OPERATOR evil.+ (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.plus);
            CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.joined);
            CREATE DOMAIN evil.text AS pg_catalog.int4; CREATE DOMAIN evil.regclass AS pg_catalog.int4;
            CREATE DOMAIN evil.oid AS pg_catalog.text; CREATE DOMAIN evil.tid AS pg_catalog.text;
            CREATE DOMAIN evil.name AS pg_catalog.int4;
            CREATE TABLE evil.t (id int); CREATE TABLE evil.pg_class (oid int); CREATE TABLE evil.pg_index (oid int);
            CREATE TABLE evil.pg_attribute (oid int); CREATE TABLE evil.pg_type (oid int); CREATE TABLE evil.pg_namespace (oid int);
            SET search_path = evil, pg_catalog;
            """);

        Assert.Equal("1|a|1|Ax", await SelectAsync("public.t", "NULL, NULL, 1, NULL"));
        Assert.Equal("1|a|1|Ax", await SelectAsync("public.t", "NULL, NULL, 1, NULL"));
        Assert.Equal("3|bb|null|BBx", await SelectAsync("public.t", "NULL, 'bb', NULL, NULL"));
        Assert.Equal("3|bb|null|BBx", await SelectAsync("public.t", "NULL, 'bb', NULL, NULL"));
        Assert.Equal("5|cc|1|CCx", await SelectAsync("public.t", "NULL, 'cc', 1, NULL"));
        Assert.Equal("5|cc|1|CCx", await SelectAsync("public.t", "NULL, 'CC', 1, NULL"));
        foreach (var key in new[] { "Key", "kEY" })
            Assert.Equal("key|1", await SelectAsync("public.filled", $"'{key}', {(key == "Key" ? 1 : 2)}"));
        foreach (var n in new[] { 1, 2 })
            Assert.Equal("a|1|null", await ReturnAsync("public.keyed", $"'a', 1, {n}"));
        Assert.Equal("evil, pg_catalog", await Db.ScalarAsync<string>("SHOW search_path"));
    }

    [Fact]
    public async Task Put_table_evaluates_a_mapping_with_the_servers_functions_and_inserts_under_the_callers_search_path()
    {
        await Db.ExecuteAsync(
            """
            CREATE SCHEMA app;
            CREATE TABLE app.settings AS SELECT 'from the path' AS value;
            CREATE FUNCTION app.initcap(text) RETURNS text LANGUAGE sql AS 'SELECT ''the wrong function''';
            CREATE TABLE public.t (k text UNIQUE, v text);
            CREATE FUNCTION public.fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := value FROM settings; RETURN NEW; END';
            CREATE TRIGGER fill BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.fill();
            CREATE TABLE public.given AS SELECT unnest(ARRAY['a', 'A', 'b']) AS name;
            SET search_path = app, pg_catalog;
            """);
        await Db.ExecuteAsync("""SELECT * FROM dup_select.put_table('public.given', 'public.t', '{"k": "initcap(name)"}')""");

        Assert.Equal(["A|from the path", "B|from the path"], await Db.RowsAsync("SELECT k, v FROM public.t ORDER BY k"));
    }

    [Fact]
    public async Task Put_table_takes_no_function_or_operator_of_the_callers_path_for_the_servers()
    {
        await Db.ExecuteAsync(
            """
            CREATE TABLE public.parent (id serial PRIMARY KEY, k text NOT NULL UNIQUE);
            CREATE TABLE public.child (id serial PRIMARY KEY, parent_id int REFERENCES public.parent, n int, UNIQUE (parent_id, n));
            CREATE TABLE public.given AS SELECT 'a' || n % 7 AS k, n FROM generate_series(1, 300) n;
            CREATE SCHEMA evil;
            CREATE FUNCTION evil.pg_size_bytes(text) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RAISE ''evil''; END';
            CREATE FUNCTION evil.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE plpgsql AS 'BEGIN RAISE ''evil''; END';
            CREATE FUNCTION evil.concat_ws(text, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''evil''; END';
            CREATE FUNCTION evil.quote_ident(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''evil''; END';
            CREATE FUNCTION evil.no(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''evil''; END';
            CREATE FUNCTION evil.no(int, int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''evil''; END';
            CREATE FUNCTION evil.no(text, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''evil''; END';
            CREATE OPERATOR evil.< (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.no);
            CREATE OPERATOR evil.>= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.no);
            CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.no);
            CREATE OPERATOR evil.= (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.no);
            CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.no);
            CREATE OPERATOR evil.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.no);
            SET search_path = evil, pg_catalog;
            """);
        foreach (var how in new[] { "'keep'", "'update'", "'fail', on_reject => 'skip'" })
        {
            await Db.ExecuteAsync(
                $$"""SELECT * FROM dup_select.put_table('public.given', 'public.child', '{"n": "n", "parent_id.k": "k"}', on_existing => {{how}})""");
        }

        await Db.ExecuteAsync("RESET search_path");
        Assert.Equal(["7|300"], await Db.RowsAsync("SELECT (SELECT count(*) FROM parent), (SELECT count(*) FROM child)"));
    }

    [Fact]
    public async Task Triggers_and_defaults_of_the_table_see_the_callers_search_path()
    {
        await Db.ExecuteAsync(
            """
            CREATE SCHEMA app;
            CREATE TABLE app.settings (value text);
            INSERT INTO app.settings VALUES ('from the path');
            CREATE TABLE t (k int UNIQUE, v text);
            CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := value FROM settings; RETURN NEW; END';
            CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION fill();
            SET search_path = public, app;
            """);
        Assert.Equal("1|from the path", await SelectAsync("t", "1, NULL"));
        Assert.Equal("1|from the path", await SelectAsync("t", "1, 'x'"));
    }

    private async Task<(long Table, long Index)> ScansAsync()
    {
        await Db.ExecuteAsync("SELECT pg_stat_force_next_flush()");
        await using var reader = await OpenAsync();
        return (
            await reader.ScalarAsync<long>("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 't'"),
            await reader.ScalarAsync<long>("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'the_index'"));
    }
}

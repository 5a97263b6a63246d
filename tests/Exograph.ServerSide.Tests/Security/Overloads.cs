using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>
/// What a role that may create in public can do: for every function and operator of pg_catalog that occurs in any text of ours, exact
/// overloads for the types at hand. Each counts its calls, and fails.
/// </summary>
internal static partial class Overloads
{
    private const string MakeAll =
        """
        DO $do$
        DECLARE
            v_types text[] := string_to_array(current_setting('test.types'), ', ');
            v_few   text[] := ARRAY['text', 'integer', 'bigint', 'name', 'oid', 'boolean', 'jsonb', 'varchar', 'regclass'];
            v_names text[] := string_to_array(current_setting('test.names'), ',');
            v_trap  record;
        BEGIN
            FOR v_trap IN
                WITH callable AS (
                    SELECT p.proname, n AS args, bool_or(p.provariadic = '"any"'::regtype) AS variadic
                    FROM pg_proc p
                    CROSS JOIN generate_series(greatest(p.pronargs - p.pronargdefaults, 1),
                                               CASE WHEN p.provariadic <> 0 THEN 4 ELSE p.pronargs END) AS n
                    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY (v_names) AND n <= 4
                    GROUP BY p.proname, n
                ), lists AS (
                    SELECT 1 AS args, false AS more, a AS list FROM unnest(v_types) a
                    UNION SELECT 2, false, concat_ws(', ', a, b) FROM unnest(v_types) a, unnest(v_types) b
                        WHERE a = b OR a = ANY (v_few) AND b = ANY (v_few)
                    UNION SELECT n, false, concat_ws(', ', a, b, b, CASE WHEN n = 4 THEN b END)
                        FROM unnest(v_few) a, unnest(v_few) b, generate_series(3, 4) n
                    UNION SELECT 3, true, concat_ws(', ', a, b, c) FROM unnest(v_few) a, unnest(v_few) b, unnest(v_few) c
                )
                SELECT format('CREATE FUNCTION public.%I(%s) RETURNS text', c.proname, l.list) AS head
                FROM callable c JOIN lists l ON l.args = c.args AND (c.variadic OR NOT l.more)
                UNION
                SELECT format('CREATE FUNCTION public.trap_%s(%s, %s) RETURNS %1$s', r, a, b)
                FROM unnest(v_types) a, unnest(v_types) b, unnest(ARRAY['boolean', 'text']) r
                WHERE a = b OR a = ANY (v_few) AND b = ANY (v_few)
            LOOP
                EXECUTE v_trap.head || $$ LANGUAGE plpgsql IMMUTABLE AS
                    'BEGIN PERFORM pg_catalog.nextval(''public.calls''::pg_catalog.regclass); RAISE ''trapped''; END' $$;
            END LOOP;
            FOR v_trap IN
                SELECT format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.trap_%s)', o.name, a, b,
                              CASE WHEN o.name ~ '[=<>~?&]' AND o.name !~ '^[-#]' THEN 'boolean' ELSE 'text' END) AS text
                FROM regexp_split_to_table('= <> < > <= >= || + - * / % -> ->> #>> @> <@ && ? ~ ~* ~~ !~ !~~ &', ' ') AS o (name),
                     unnest(v_types) a, unnest(v_types) b
                WHERE a = b OR a = ANY (v_few) AND b = ANY (v_few)
            LOOP
                EXECUTE v_trap.text;
            END LOOP;
        END
        $do$
        """;

    private const string Types =
        "text, integer, bigint, smallint, name, oid, boolean, jsonb, \"char\", regclass, regtype, tid, numeric, varchar, bytea, "
        + "timestamptz, text[], integer[], bigint[], smallint[], name[], oid[], public.mood, public.mood[]";

    /// <summary>Words before a parenthesis in everything that is or makes SQL.</summary>
    private static string Names { get; } = string.Join(',', new[] { "sql", "migrations", "src" }
        .SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.*", SearchOption.AllDirectories))
        .Where(file => Path.GetExtension(file) is ".sql" or ".cs" && !file.Contains("/obj/", StringComparison.Ordinal))
        .SelectMany(file => Call().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value))
        .Distinct());

    public static async Task MakeAsync(Session superuser, string role)
    {
        await superuser.ExecuteAsync(
            $"""
            GRANT CREATE ON SCHEMA public TO {Sql.Name(role)};
            SET SESSION AUTHORIZATION {Sql.Name(role)};
            SET search_path = pg_catalog;
            CREATE TYPE public.mood AS ENUM ('sad', 'ok');
            CREATE SEQUENCE public.calls;
            GRANT ALL ON SEQUENCE public.calls TO PUBLIC;
            """);
        await superuser.ExecuteAsync(
            $"SET test.names = {Sql.Literal(Names)}; SET test.types = {Sql.Literal(Types)}");
        await superuser.ExecuteAsync(MakeAll);
        await superuser.ExecuteAsync("RESET SESSION AUTHORIZATION; RESET search_path");
    }

    /// <summary>None was ever called, and nothing is bound to one.</summary>
    public static async Task AssertUnusedAsync(Session session)
    {
        await session.ExecuteAsync("SET search_path = pg_catalog");
        Assert.True(await session.CountAsync("pg_proc WHERE pronamespace = 'public'::regnamespace") > 10_000);
        Assert.False(await session.ScalarAsync<bool>("SELECT is_called FROM public.calls"), "an overload in public was called");
        Assert.Empty(await session.RowsAsync(
            """
            SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid)
            FROM pg_depend d CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) own
            WHERE (d.refclassid = 'pg_proc'::regclass
                    AND d.refobjid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
                OR d.refclassid = 'pg_operator'::regclass
                    AND d.refobjid IN (SELECT oid FROM pg_operator WHERE oprnamespace = 'public'::regnamespace))
                AND own.schema IS DISTINCT FROM 'public'
            """));
        await session.ExecuteAsync("RESET search_path");
    }

    [GeneratedRegex(@"\b([a-z_][a-z_0-9]*)\(")]
    private static partial Regex Call();
}

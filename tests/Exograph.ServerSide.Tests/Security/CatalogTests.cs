using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.RowWise;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>Who may do what, as the catalog has it.</summary>
public sealed class CatalogTests(MigratedDatabase shared) : IClassFixture<MigratedDatabase>
{
    private const string Schemas =
        "('exograph', 'exograph_in', 'exograph_find', 'exograph_shard', 'exograph_cluster', 'exograph_all', 'exograph_private', "
        + "'dup_select', 'dup_select_private')";

    private static readonly string[] s_forReading =
    [
        "check_index", "complete_tables", "doctor", "fragment_content_hash", "graph_node_digest", "help", "index_sizes",
        "load_progress", "staging_schema", "text_digest",
    ];

    private static readonly string[] s_forLoading =
    [
        "abandon_load", "abandon_loads", "begin_load", "check_load", "drop_maps", "files_lacking", "finalize_load",
        "index_staged_sets", "note_attempt", "prepare_facts", "rebuild_indexes", "reserve_ids", "resolve_terms", "seal_load",
    ];

    private static readonly string[] s_readable =
    [
        "call_edges", "code_versions", "comments", "complete_facts", "deferred_indexes", "definitions", "fact_partitions", "file_keys", "file_paths",
        "files", "fragment_term_pairs", "fragment_term_sets", "fragment_terms", "fragments", "graph_nodes",
        "load_attempts", "load_dependencies", "load_phases", "load_rejects", "load_report", "load_tables", "loads", "lock_waits",
        "open_loads", "package_versions",
        "packages", "reserved_ids", "schemaversions", "staging_columns", "symbol_references", "terms",
    ];

    /// <summary>The views answer UPDATE and DELETE with 0A000.</summary>
    private static readonly string[] s_onInserterViews = ["DELETE", "INSERT", "SELECT", "UPDATE"];

    [Fact]
    public async Task A_loader_may_execute_the_public_functions_and_no_other() => Assert.Equal(
        s_forReading.Concat(s_forLoading).Order(StringComparer.Ordinal), await ExecutableByAsync("exograph_loader"));

    [Fact]
    public async Task A_reader_may_execute_what_reads_and_nothing_else() =>
        Assert.Equal(s_forReading, await ExecutableByAsync("exograph_reader"));

    [Theory]
    [InlineData("exograph_loader", "abandon_load,ask_shards,begin_load,commit_load,finalize_load,is_staged,join_load,place,prepare_load,"
        + "resolve_loads")]
    [InlineData("exograph_reader", "ask_shards")]
    public async Task Of_a_cluster_a_role_may_execute_what_it_loads_by_and_no_more(string role, string functions) => Assert.Equal(
        functions.Split(','),
        await ExecutableByAsync(role, "'exograph_cluster'::regnamespace"));

    [Theory]
    [InlineData("exograph_loader")]
    [InlineData("exograph_reader")]
    public async Task Tables_and_views_can_be_read_and_nothing_else(string role)
    {
        var rights = await ColumnAsync(
            $"""
            SELECT c.relname || ' ' || a.privilege_type
            FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
            WHERE c.relnamespace = 'exograph'::regnamespace AND pg_get_userbyid(a.grantee) = '{role}'
            ORDER BY c.relname COLLATE "C"
            """);

        Assert.Equal(s_readable.Select(t => t + " SELECT"), rights);
    }

    [Theory]
    [InlineData("exograph_loader")]
    [InlineData("exograph_reader")]
    public async Task Every_question_may_be_asked_by_who_may_read(string role) => Assert.Equal(
        ["false|false"],
        await ColumnAsync(
            $"""
            SELECT DISTINCT concat_ws('|', p.prosecdef::text, (p.provolatile = 'v' OR NOT has_function_privilege('{role}', p.oid, 'EXECUTE')
                OR NOT has_schema_privilege('{role}', p.pronamespace, 'USAGE')
                OR NOT has_table_privilege('{role}', 'exograph_find.placed_files', 'SELECT'))::text)
            FROM pg_proc p WHERE p.pronamespace = 'exograph_find'::regnamespace
            """));

    [Fact]
    public async Task Only_a_loader_may_use_the_inserter_views()
    {
        var rights = await ColumnAsync(
            """
            SELECT pg_get_userbyid(a.grantee) || ': ' || string_agg(DISTINCT a.privilege_type, ', ' ORDER BY a.privilege_type)
                || ' on ' || count(DISTINCT c.oid)
            FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
            WHERE c.relnamespace = 'exograph_in'::regnamespace AND a.grantee <> c.relowner
            GROUP BY a.grantee
            """);

        Assert.Equal(["exograph_loader: DELETE, INSERT, SELECT, UPDATE on 11"], rights);
    }

    [Fact]
    public async Task Only_a_loader_has_rights_on_the_inserter_views() => Assert.Equal(
        from view in Row.Of.Keys.Order(StringComparer.Ordinal)
        from right in s_onInserterViews
        select $"{view} {right} exograph_loader",
        await ColumnAsync(
            """
            SELECT format('%s %s %s', c.relname, a.privilege_type, pg_get_userbyid(a.grantee))
            FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
            WHERE c.relnamespace = 'exograph_in'::regnamespace AND a.grantee <> c.relowner
            ORDER BY c.relname COLLATE "C", a.privilege_type, 1
            """));

    [Fact]
    public async Task Everybody_else_has_no_right_at_all()
    {
        Assert.Empty(await ColumnAsync(
            $"""
            SELECT format('function %s: %s', p.oid::regprocedure, a.privilege_type)
            FROM pg_proc p
            CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            WHERE p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN {Schemas} AND nspname !~ '^dup_select')
                AND a.grantee = 0
            UNION ALL
            SELECT format('relation %s: %s', c.oid::regclass, a.privilege_type)
            FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
            WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN {Schemas}) AND a.grantee = 0
            UNION ALL
            SELECT format('column %s.%s: %s', t.attrelid::regclass, t.attname, a.privilege_type)
            FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid CROSS JOIN LATERAL aclexplode(t.attacl) a
            WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN {Schemas})
            UNION ALL
            SELECT format('schema %s: %s', n.nspname, a.privilege_type)
            FROM pg_namespace n CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
            WHERE n.nspname IN {Schemas} AND a.grantee = 0
                AND NOT (n.nspname ~ '^dup_select' AND a.privilege_type = 'USAGE')
            """));
    }

    [Fact]
    public async Task Nobody_but_the_owner_can_create_in_the_schemas() => Assert.Empty(await ColumnAsync(
        $"""
        SELECT format('%s by %s', n.nspname, r.rolname)
        FROM pg_namespace n CROSS JOIN pg_roles r
        WHERE n.nspname IN {Schemas} AND r.rolname IN ('exograph_loader', 'exograph_reader')
            AND has_schema_privilege(r.oid, n.oid, 'CREATE')
        """));

    [Fact]
    public async Task Functions_that_work_with_their_owners_rights_are_safe_from_the_callers_names()
    {
        var definers = await ColumnAsync(
            $"""
            SELECT format('%s %s %s', p.proname, pg_get_userbyid(p.proowner), array_to_string(p.proconfig, '; '))
            FROM pg_proc p
            WHERE p.prosecdef AND p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN {Schemas})
            """);

        Assert.NotEmpty(definers);
        Assert.All(definers,
            definer => Assert.Matches("^\\w+ exograph_owner (.*; )?search_path=pg_catalog, pg_temp(; .*)?$", definer));
    }

    [Fact]
    public async Task Everything_belongs_to_the_owner()
    {
        Assert.Empty(await ColumnAsync(
            $"""
            SELECT c.oid::regclass::text FROM pg_class c
            WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN {Schemas})
                AND c.relowner <> 'exograph_owner'::regrole
            UNION ALL
            SELECT p.oid::regprocedure::text FROM pg_proc p
            WHERE p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN {Schemas})
                AND p.proowner <> 'exograph_owner'::regrole
            UNION ALL
            SELECT nspname FROM pg_namespace WHERE nspname IN {Schemas} AND nspowner <> 'exograph_owner'::regrole
            """));
    }

    [Fact]
    public async Task The_roles_are_no_logins_and_have_no_powers() => Assert.Equal(
        ["exograph_loader", "exograph_owner", "exograph_reader"],
        await ColumnAsync(
            """
            SELECT r.rolname::text FROM pg_roles r
            WHERE r.rolname ~ '^exograph_(owner|loader|reader)$'
                AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls)
                AND NOT EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)
            ORDER BY 1
            """));

    [Fact]
    public async Task Nothing_outside_depends_on_what_is_dropped_and_made_again_but_the_triggers_of_the_inserter_views() => Assert.Empty(
        await ColumnAsync(
            """
            SELECT DISTINCT format('%s %s', o.type, o.identity)
            FROM pg_depend d
            JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
            CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) o
            WHERE p.pronamespace = 'exograph_private'::regnamespace AND o.schema IS DISTINCT FROM 'exograph_private'
                AND NOT (o.type = 'trigger' AND o.identity LIKE '% on exograph\_in.%')
            """));

    [Fact]
    public async Task Every_routine_is_on_the_list_of_rights_or_private()
    {
        var rights = await File.ReadAllTextAsync(Repository.PathOf("sql/rights.sql"));

        var routines = await ColumnAsync(
            """
            SELECT DISTINCT pronamespace::regnamespace || '.' || proname FROM pg_proc
            WHERE pronamespace IN ('exograph'::regnamespace, 'exograph_in'::regnamespace, 'exograph_cluster'::regnamespace)
            """);

        Assert.Equal([], routines.Where(name => !Regex.IsMatch(rights, $@"\b{name}\b")));
    }

    [Fact]
    public async Task Everything_that_people_see_has_a_comment() => Assert.Empty(await ColumnAsync(
        $"""
        SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN {Schemas} AND nspname !~ '_private$')
            AND obj_description(p.oid, 'pg_proc') IS NULL
        UNION ALL
        SELECT c.oid::regclass::text FROM pg_class c
        WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN {Schemas} AND nspname !~ '_private$') AND c.relkind IN ('r', 'p', 'v')
            AND NOT c.relispartition AND c.relname <> 'schemaversions' AND obj_description(c.oid, 'pg_class') IS NULL
        UNION ALL
        SELECT t.oid::regtype::text FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid
        WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN {Schemas} AND nspname !~ '_private$') AND c.relkind = 'c'
            AND obj_description(t.oid, 'pg_type') IS NULL
        UNION ALL
        SELECT nspname FROM pg_namespace WHERE nspname IN {Schemas} AND obj_description(oid, 'pg_namespace') IS NULL
        """));

    private Task<List<string>> ExecutableByAsync(
        string role, string schemas = "'exograph'::regnamespace, 'exograph_private'::regnamespace") => ColumnAsync(
        $"""
        SELECT DISTINCT p.proname::text COLLATE "C" FROM pg_proc p
        WHERE p.pronamespace IN ({schemas})
            AND has_function_privilege('{role}', p.oid, 'EXECUTE') ORDER BY 1
        """);

    private Task<List<string>> ColumnAsync(string sql) => shared.Database.ColumnAsync<string>(sql);
}

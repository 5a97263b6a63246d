using System.Globalization;

namespace Exograph.ServerSide;

/// <summary>What the migrator and the printed script ask and note beside the scripts.</summary>
internal static class MigrationSql
{
    /// <summary>Key of the advisory lock that migrators queue for until the journal exists: the bytes of "exograph".</summary>
    public const long LockKey = 0x65786F6772617068;

    public const string LockHeldHint = "Let it end. If it is no migrator, pg_terminate_backend ends it.";

    public const string EnsureJournal = """
        CREATE TABLE IF NOT EXISTS exograph.schemaversions (
            schemaversionsid serial NOT NULL,
            scriptname character varying(255) NOT NULL,
            applied timestamp without time zone NOT NULL,
            CONSTRAINT "PK_schemaversions_Id" PRIMARY KEY (schemaversionsid)
        );
        """;

    /// <summary>Once the journal exists, migrators queue for it: nobody else can lock it.</summary>
    public const string LockJournal = "LOCK TABLE exograph.schemaversions IN SHARE ROW EXCLUSIVE MODE";

    /// <summary>A script waits for a load, or a dump, as long as everything else of Exograph does where nobody has said how long.</summary>
    public static string LimitWaits(TimeSpan longest) => string.Create(CultureInfo.InvariantCulture, $"""
        DO $$
        BEGIN
            IF current_setting('lock_timeout') = '0' THEN
                PERFORM set_config('lock_timeout', '{longest.TotalMilliseconds:0}ms', true);
            END IF;
        END
        $$
        """);

    /// <summary>Scripts run as the owner of all: default privileges of who installs apply to nothing that they make.</summary>
    public const string BecomeOwner = "SET LOCAL ROLE exograph_owner";

    /// <summary>Builds the indexes for searching texts, after everything is installed: in a transaction of its own, for it takes long.</summary>
    public static IReadOnlyList<string> AddTextIndexes { get; } =
    [
        "BEGIN ISOLATION LEVEL READ COMMITTED", ServerCall.PinPath, BecomeOwner, "CALL exograph.add_text_indexes()", "COMMIT",
    ];

    /// <summary>All code is due after the first script, which makes roles that the code gives rights to.</summary>
    public const string ForgetCode = """
        DO $$
        BEGIN
            IF to_regclass('exograph.code_versions') IS NOT NULL THEN
                DELETE FROM exograph.code_versions;
            END IF;
        END
        $$;
        """;

    /// <summary>
    /// What the first script has made: nothing ("absent"), not all of it any more ("damaged"), or all ("sound"). A restore into
    /// another database or cluster brings neither roles nor rights on the database, and where roles are missing no owners.
    /// </summary>
    public static string Foundation { get; } = $"""
        SELECT CASE
            WHEN NOT {Stands("schemaversions")}
                THEN 'absent'
            WHEN (SELECT count(*) FROM pg_roles r WHERE r.rolname IN ('exograph_owner', 'exograph_loader', 'exograph_reader')) < 3
                OR EXISTS (SELECT FROM pg_roles r
                           WHERE r.rolname = 'exograph_owner' AND NOT has_database_privilege(r.oid, current_database(), 'CREATE'))
                OR EXISTS (SELECT FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
                           WHERE n.nspname IN ('exograph', 'exograph_in', 'exograph_find', 'exograph_shard', 'exograph_cluster', 'exograph_all', 'dup_select')
                               AND r.rolname <> 'exograph_owner')
                OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
                           WHERE n.nspname = 'exograph' AND c.relname = 'schemaversions' AND r.rolname <> 'exograph_owner')
                OR EXISTS (SELECT FROM pg_namespace n JOIN pg_roles r ON r.rolname = 'exograph_loader'
                           WHERE n.nspname = 'exograph' AND NOT has_schema_privilege(r.oid, n.oid, 'USAGE'))
                THEN 'damaged'
            ELSE 'sound'
        END
        """;

    public static string LockHolder { get; } = $"""
        SELECT coalesce(string_agg(format('process %s of role %s', l.pid, a.usename), ', '), 'it has ended by now')
        FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {LockKey >> 32} AND l.objid = {LockKey & 0xFFFFFFFF}
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        """;

    /// <summary>Other sessions that have something of Exograph open.</summary>
    public const string Holders = """
        SELECT string_agg(format('process %s (role %s, application %L)', a.pid, a.usename, a.application_name), ', ' ORDER BY a.pid)
        FROM pg_stat_activity a
        WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
            AND EXISTS (SELECT FROM pg_locks l
                        JOIN pg_class c ON c.oid = l.relation
                        JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE l.pid = a.pid AND l.granted AND n.nspname ~ '^(exograph|dup_select)'
                            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
        """;

    /// <summary>
    /// Whether a table exists that may be read: a view of somebody else would run as whoever migrates. Asks the catalog itself,
    /// because who has no right on the schema cannot look a name up in it.
    /// </summary>
    public static string Stands(string table) => $"""
        EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
                WHERE n.nspname = 'exograph' AND c.relname = {Literal(table)} AND c.relkind = 'r'
                    AND (r.rolname IN ('exograph_owner', current_user) OR r.rolsuper))
        """;

    /// <param name="name">An expression.</param>
    public static string RecordMigration(string name) => $"""
        INSERT INTO exograph.schemaversions (scriptname, applied)
        SELECT {name}, localtimestamp WHERE NOT EXISTS (SELECT FROM exograph.schemaversions WHERE scriptname = {name});
        """;

    public static string RecordCode(IReadOnlyList<MigrationScript> scripts) => $"""
        DELETE FROM exograph.code_versions;
        INSERT INTO exograph.code_versions (name, sha256) VALUES
            {string.Join(",\n    ", scripts.Select(s => $"({Literal(s.Name)}, '{s.Sha256}')"))};
        """;

    public static string Literal(string text) => $"'{text.Replace("'", "''")}'";
}

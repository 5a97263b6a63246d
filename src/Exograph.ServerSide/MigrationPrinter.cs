using System.Text;

namespace Exograph.ServerSide;

/// <summary>Writes the installation as one script for psql.</summary>
internal static class MigrationPrinter
{
    private const string Begin = $"""
        BEGIN ISOLATION LEVEL READ COMMITTED;
        {ServerCall.PinPath};
        """;

    private static readonly string s_limitWaits = MigrationSql.LimitWaits(TimeSpan.FromMinutes(1));

    /// <summary>The journal exists: as the owner of all, when it is our turn.</summary>
    private static readonly string s_beginAsOwner = $"""
        {Begin}
        {MigrationSql.BecomeOwner};
        {MigrationSql.LockJournal};
        {s_limitWaits};
        """;

    private const string Count = @"SELECT :exograph_installed + 1 AS exograph_installed \gset";

    /// <summary>As the migrator waits for a first installation: for a minute, unless lock_timeout says otherwise.</summary>
    private static readonly string s_waitForFirstTurn = $"""
        DO $$
        DECLARE
            v_timeout text := current_setting('lock_timeout');
            v_longest text := coalesce(nullif(v_timeout, '0'), '1min');
        BEGIN
            IF {MigrationSql.Stands("schemaversions")} THEN
                RETURN;
            END IF;
            PERFORM set_config('lock_timeout', v_longest, true);
            PERFORM pg_advisory_xact_lock({MigrationSql.LockKey});
            PERFORM set_config('lock_timeout', v_timeout, true);
        EXCEPTION WHEN lock_not_available THEN
            RAISE EXCEPTION 'another session has held the lock of migrators for %: %', v_longest,
                    ({MigrationSql.LockHolder})
                USING ERRCODE = 'lock_not_available', HINT = '{MigrationSql.LockHeldHint}';
        END
        $$;
        """;

    public static string Print(MigrationScripts scripts, bool textSearch)
    {
        var names = string.Join(", ", scripts.Migrations.Select(s => MigrationSql.Literal(s.Name)));
        var first = scripts.Migrations[0];
        var text = new StringBuilder($"""
            -- Installs Exograph, or brings it up to date. Run it with psql, as a role that may create schemas and roles:
            --     psql --dbname=... --file=this-file
            \set ON_ERROR_STOP on
            \set QUIET on
            \set exograph_installed 0

            -- migrations/{first.Name}
            {Begin}
            SET LOCAL client_min_messages = warning;
            {s_waitForFirstTurn}
            SELECT f.state <> 'sound' AS exograph_pending FROM ({MigrationSql.Foundation}) f (state) \gset
            \if :exograph_pending
            {s_limitWaits};
            {first.Contents}
            {MigrationSql.EnsureJournal}
            {MigrationSql.RecordMigration(MigrationSql.Literal(first.Name))}
            {Count}
            \endif
            {MigrationSql.BecomeOwner};
            {MigrationSql.LockJournal};
            DO $$
            BEGIN
                IF EXISTS (SELECT FROM exograph.schemaversions WHERE scriptname <> ALL (ARRAY[{names}])) THEN
                    RAISE EXCEPTION 'the database is newer than this script';
                END IF;
            END
            $$;
            COMMIT;

            """);
        foreach (var script in scripts.Migrations.Skip(1))
            text.Append($"""

                -- migrations/{script.Name}
                {s_beginAsOwner}
                SELECT NOT EXISTS (SELECT FROM exograph.schemaversions WHERE scriptname = {MigrationSql.Literal(script.Name)})
                    AS exograph_pending \gset
                \if :exograph_pending
                {script.Contents}
                {MigrationSql.RecordMigration(MigrationSql.Literal(script.Name))}
                {Count}
                \endif
                COMMIT;

                """);
        text.Append($"\n{s_beginAsOwner}\nSET LOCAL client_min_messages = warning;\n");
        foreach (var script in scripts.Code)
            text.Append($"\n-- sql/{script.Name}\n{script.Contents}");
        text.Append($"""

            {MigrationSql.RecordCode(scripts.Code)}
            COMMIT;

            """);
        if (textSearch)
            text.Append($"\n-- indexes for searching texts\n{string.Concat(MigrationSql.AddTextIndexes.Select(s => $"{s};\n"))}");
        text.Append($"""
            \echo installed :exograph_installed migrations and {scripts.Code.Count} code files into :DBNAME as schema version {scripts.Version}

            """);
        return text.ToString();
    }
}

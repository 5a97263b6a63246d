using System.Text;

namespace Exograph.ServerSide;

/// <summary>Writes the installation as one script for psql.</summary>
internal static class MigrationPrinter
{
    public static string Print(MigrationScripts scripts, string ensureJournal, long lockKey)
    {
        var begin = $"""
            BEGIN ISOLATION LEVEL READ COMMITTED;
            {ServerCall.PinPath};
            SELECT pg_advisory_xact_lock({lockKey}) \g /dev/null
            """;
        var names = string.Join(", ", scripts.Migrations.Select(s => Migrator.Literal(s.Name)));
        var text = new StringBuilder($"""
            -- Installs Exograph, or brings it up to date. Run it with psql, as a role that may create schemas and roles:
            --     psql --dbname=... --file=this-file
            \set ON_ERROR_STOP on
            \set QUIET on
            SET client_min_messages = warning;

            {begin}
            {ensureJournal}
            DO $$
            BEGIN
                IF EXISTS (SELECT FROM exograph.schemaversions WHERE scriptname <> ALL (ARRAY[{names}])) THEN
                    RAISE EXCEPTION 'the database is newer than this script';
                END IF;
            END
            $$;
            COMMIT;

            """);
        foreach (var script in scripts.Migrations)
            text.Append($"""

                -- migrations/{script.Name}
                {begin}
                SELECT NOT EXISTS (SELECT FROM exograph.schemaversions WHERE scriptname = {Migrator.Literal(script.Name)})
                    AS exograph_pending \gset
                \if :exograph_pending
                {script.Text}
                {Migrator.RecordMigration(script)}\endif
                COMMIT;

                """);
        text.Append($"\n{begin}\n");
        foreach (var script in scripts.Code)
            text.Append($"\n-- sql/{script.Name}\n{script.Text}");
        text.Append($"\n{Migrator.RecordCode(scripts.Code)}COMMIT;\n");
        return text.ToString();
    }
}

using System.Globalization;
using Exograph.ServerSide.Tests.Support;
using Npgsql;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// The moment at which a session ends, or its statement is cancelled: after so many statements on tables of the index, of the
/// ledger, or that make, change or drop an object.
/// </summary>
/// <param name="Passed">How many of them it starts.</param>
/// <param name="Terminates">Whether the session ends; else the statement is cancelled.</param>
internal sealed record CrashPoint(int Passed, bool Terminates)
{
    private static readonly string[] s_asked = ["57P01", "57014"];

    /// <summary>Makes every such statement of every session look whether it is the one.</summary>
    public static Task InstallAsync(TestDatabase database) => database.ExecuteAsync(
        """
        CREATE FUNCTION public.pass() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE
            v_left integer := coalesce(nullif(current_setting('model.points', true), ''), '0');
        BEGIN
            IF v_left > 0 THEN
                PERFORM set_config('model.points', (v_left - 1)::text, false);
            END IF;
            IF v_left = 1 THEN
                IF current_setting('model.terminates') = 'true' THEN
                    PERFORM pg_terminate_backend(pg_backend_pid());
                ELSE
                    PERFORM pg_cancel_backend(pg_backend_pid());
                END IF;
                PERFORM pg_sleep(60);
            END IF;
        END $$;
        CREATE FUNCTION public.pass_rows() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM public.pass(); RETURN NULL; END';
        CREATE FUNCTION public.pass_command() RETURNS event_trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM public.pass(); END';
        CREATE EVENT TRIGGER pass ON ddl_command_start EXECUTE FUNCTION public.pass_command();
        DO $$
        DECLARE
            v_table regclass;
        BEGIN
            FOR v_table IN
                SELECT c.oid FROM pg_class c
                WHERE c.relnamespace = 'exograph'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            LOOP
                EXECUTE format('CREATE TRIGGER pass BEFORE INSERT OR UPDATE OR DELETE ON %s
                                FOR EACH STATEMENT EXECUTE FUNCTION public.pass_rows()', v_table);
            END LOOP;
        END $$;
        """);

    /// <summary>Runs a statement in a session of its own, until it ends or this moment comes. Its other errors come through.</summary>
    public async Task RunAsync(TestDatabase database, string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture,
            $"SET model.points = {Passed}; SET model.terminates = '{(Terminates ? "true" : "false")}'"));
        try
        {
            await ExecuteAsync(connection, sql);
        }
        catch (PostgresException exception) when (s_asked.Contains(exception.SqlState))
        {
        }
    }

    public override string ToString() => $"{(Terminates ? "terminated" : "cancelled")} at point {Passed}";

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

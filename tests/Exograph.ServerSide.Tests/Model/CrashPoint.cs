using System.Globalization;
using Npgsql;

namespace Exograph.ServerSide.Tests.Model;

internal enum CrashKind
{
    /// <summary>The statement is cancelled.</summary>
    Cancel,

    /// <summary>The session is terminated.</summary>
    Terminate,

    /// <summary>The server is killed, and started again.</summary>
    Kill,
}

/// <summary>
/// The moment at which a statement does not go on: after so many statements of it on tables of the index, of the ledger, or that
/// make, change or drop an object.
/// </summary>
/// <param name="Passed">How many of them it starts.</param>
/// <param name="Kind">What happens then. A server is killed also where the statement ends before.</param>
internal sealed record CrashPoint(int Passed, CrashKind Kind)
{
    private static readonly string[] s_asked = ["57P01", "57014"];

    /// <summary>Makes every such statement of every session look whether it is the one.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="onIndex">Whether those on tables of the index do: triggers of others keep a removal from a shorter way.</param>
    public static Task InstallAsync(NpgsqlDataSource dataSource, bool onIndex = true) => ExecuteAsync(
        dataSource,
        $$"""
        CREATE FUNCTION public.pass() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE
            v_left integer := coalesce(nullif(current_setting('model.points', true), ''), '0');
        BEGIN
            IF v_left > 0 THEN
                PERFORM set_config('model.points', (v_left - 1)::text, false);
            END IF;
            IF v_left = 1 THEN
                PERFORM CASE current_setting('model.crash') WHEN 'Terminate' THEN pg_terminate_backend(pg_backend_pid())
                                                            WHEN 'Cancel' THEN pg_cancel_backend(pg_backend_pid()) END;
                -- Who sleeps would notice that the server dies, and clean up.
                PERFORM set_config('application_name', 'stopped', false);
                WHILE clock_timestamp() < statement_timestamp() + interval '1 minute' LOOP
                END LOOP;
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
                    AND ({{onIndex}} OR c.relname LIKE 'load%')
            LOOP
                EXECUTE format('CREATE TRIGGER pass BEFORE INSERT OR UPDATE OR DELETE ON %s
                                FOR EACH STATEMENT EXECUTE FUNCTION public.pass_rows()', v_table);
            END LOOP;
        END $$;
        """);

    /// <summary>Runs a statement in a session of its own, until it ends or this moment comes. Its other errors come through.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="restart">Kills the server and starts it again.</param>
    public async Task RunAsync(NpgsqlDataSource dataSource, string sql, Func<Task>? restart)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await ExecuteAsync(connection, string.Create(
            CultureInfo.InvariantCulture, $"SET model.points = {Passed}; SET model.crash = '{Kind}'"));
        var running = ExecuteAsync(connection, sql);
        if (Kind == CrashKind.Kill)
        {
            await UntilItStopsAsync(dataSource, connection.ProcessID, running);
            await restart!();
        }
        try
        {
            await running;
        }
        catch (PostgresException exception) when (s_asked.Contains(exception.SqlState))
        {
        }
        catch (NpgsqlException exception) when (exception is not PostgresException && Kind == CrashKind.Kill)
        {
        }
    }

    public override string ToString() => $"{Kind} at point {Passed}";

    private static async Task UntilItStopsAsync(NpgsqlDataSource dataSource, int processId, Task running)
    {
        await using var look = dataSource.CreateCommand(
            $"SELECT count(*) FROM pg_stat_activity WHERE pid = {processId} AND application_name = 'stopped'");
        while (!running.IsCompleted && (long)(await look.ExecuteScalarAsync())! == 0)
            await Task.Delay(10);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await ExecuteAsync(connection, sql);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

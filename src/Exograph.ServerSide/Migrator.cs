using System.Data;
using System.Diagnostics;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// Installs Exograph in a database or brings it up to date. Run-once scripts are journalled in <c>exograph.schemaversions</c>, as
/// DbUp does it; re-runnable code is applied again when any of it has changed. Several migrators may run at once: they take
/// turns.
/// </summary>
public sealed partial class Migrator
{
    /// <summary>Key of the advisory lock that migrators queue for: the bytes of "exograph".</summary>
    internal const long LockKey = 0x65786F6772617068;

    internal const string EnsureJournal = """
        CREATE TABLE IF NOT EXISTS exograph.schemaversions (
            schemaversionsid serial NOT NULL,
            scriptname character varying(255) NOT NULL,
            applied timestamp without time zone NOT NULL,
            CONSTRAINT "PK_schemaversions_Id" PRIMARY KEY (schemaversionsid)
        );
        """;

    /// <summary>Until the journal stands, migrators queue for an advisory lock, then for the journal, which nobody else can lock.</summary>
    internal const string LockJournal = "LOCK TABLE exograph.schemaversions IN SHARE ROW EXCLUSIVE MODE";

    /// <summary>Scripts run as the owner of all: default privileges of who installs apply to nothing that they make.</summary>
    internal const string BecomeOwner = "SET LOCAL ROLE exograph_owner";

    /// <summary>
    /// Whether a table stands that may be read: a view of somebody else would run as whoever migrates. Asks the catalog itself,
    /// because who has no right on the schema cannot look a name up in it.
    /// </summary>
    internal static string Stands(string table) => $"""
        EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
                WHERE n.nspname = 'exograph' AND c.relname = {Literal(table)} AND c.relkind = 'r'
                    AND (r.rolname IN ('exograph_owner', current_user) OR r.rolsuper))
        """;

    /// <summary>
    /// What the first script has made: nothing ("absent"), not all of it any more ("damaged"), or all ("sound"). A restore into
    /// another database or cluster brings neither roles nor rights on the database, and where roles are missing no owners.
    /// </summary>
    internal static string Foundation { get; } = $"""
        SELECT CASE
            WHEN NOT {Stands("schemaversions")}
                THEN 'absent'
            WHEN (SELECT count(*) FROM pg_roles r WHERE r.rolname IN ('exograph_owner', 'exograph_loader', 'exograph_reader')) < 3
                OR EXISTS (SELECT FROM pg_roles r
                           WHERE r.rolname = 'exograph_owner' AND NOT has_database_privilege(r.oid, current_database(), 'CREATE'))
                OR EXISTS (SELECT FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
                           WHERE n.nspname IN ('exograph', 'exograph_in', 'dup_select') AND r.rolname <> 'exograph_owner')
                OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
                           WHERE n.nspname = 'exograph' AND c.relname = 'schemaversions' AND r.rolname <> 'exograph_owner')
                OR EXISTS (SELECT FROM pg_namespace n JOIN pg_roles r ON r.rolname = 'exograph_loader'
                           WHERE n.nspname = 'exograph' AND NOT has_schema_privilege(r.oid, n.oid, 'USAGE'))
                THEN 'damaged'
            ELSE 'sound'
        END
        """;

    internal const string LockHeldHint = "Let it end. If it is no migrator, pg_terminate_backend ends it.";

    internal static string LockHolder { get; } = $"""
        SELECT coalesce(string_agg(format('process %s of role %s', l.pid, a.usename), ', '), 'it has ended by now')
        FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {LockKey >> 32} AND l.objid = {LockKey & 0xFFFFFFFF}
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        """;

    private readonly NpgsqlDataSource _dataSource;
    private readonly MigrationScripts _scripts;

    /// <summary>A migrator for the database of <paramref name="dataSource"/>.</summary>
    public Migrator(NpgsqlDataSource dataSource) : this(dataSource, MigrationScripts.Embedded)
    {
    }

    internal Migrator(NpgsqlDataSource dataSource, MigrationScripts scripts)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _scripts = scripts;
    }

    /// <summary>How long a first installation waits for another, whose first script takes less than a second.</summary>
    internal TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Applies what is new, each script in a transaction of its own.</summary>
    /// <param name="progress">Is told the name of each script before it runs.</param>
    /// <param name="cancellationToken">Cancels; scripts that are done stay done.</param>
    /// <returns>Names of the scripts that this run applied: none where the database was up to date.</returns>
    /// <exception cref="MigrationException">A script failed, or the database is newer than this library.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(
        IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await ApplyPendingAsync(connection, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Names of the scripts that <see cref="MigrateAsync"/> would apply. Changes nothing.</summary>
    /// <exception cref="MigrationException">The database is newer than this library.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached.</exception>
    public async Task<IReadOnlyList<string>> GetPendingAsync(CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await BeginAsync(connection, cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var isSound = await EnterAsync(connection, takeTurn: false, cancellationToken).ConfigureAwait(false);
                var migrations = await PendingMigrationsAsync(connection, isSound, cancellationToken).ConfigureAwait(false);
                var code = await PendingCodeAsync(connection, isSound, cancellationToken).ConfigureAwait(false);
                return [.. migrations.Concat(code).Select(s => s.Name)];
            }
        }
    }

    /// <summary>
    /// The whole installation as one script for psql, to be reviewed and run by hand. It applies what is new, as
    /// <see cref="MigrateAsync"/> does, and applies all re-runnable code.
    /// </summary>
    public static string Print() => MigrationPrinter.Print(MigrationScripts.Embedded);

    /// <summary>Applies what is new and returns its names: Migrator.Scripts.cs or, built with -p:UseDbUp=true, Migrator.DbUp.cs.</summary>
    private partial Task<IReadOnlyList<string>> ApplyPendingAsync(
        NpgsqlConnection connection, IProgress<string>? progress, CancellationToken cancellationToken);

    /// <summary>
    /// Begins a transaction under the safe search_path. Not at the server's default level: a snapshot from before the wait for a
    /// lock would not show what others have applied.
    /// </summary>
    private static async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken)
            .ConfigureAwait(false);
        await ExecuteAsync(connection, ServerCall.PinPath, cancellationToken).ConfigureAwait(false);
        return transaction;
    }

    /// <summary>
    /// Becomes the owner where the first script need not run, and waits for this migrator's turn, which lasts until the transaction
    /// ends: so no lock can stay behind on a server connection that a pooler gives to somebody else.
    /// </summary>
    /// <returns>Whether what the first script makes is there.</returns>
    private async Task<bool> EnterAsync(NpgsqlConnection connection, bool takeTurn, CancellationToken cancellationToken)
    {
        var foundation = await ReadAsync<string>(connection, Foundation, cancellationToken).ConfigureAwait(false);
        if (foundation == "absent" && takeTurn)
        {
            await WaitForFirstTurnAsync(connection, cancellationToken).ConfigureAwait(false);
            foundation = await ReadAsync<string>(connection, Foundation, cancellationToken).ConfigureAwait(false);
        }
        try
        {
            if (foundation == "sound")
                await ExecuteAsync(connection, BecomeOwner, cancellationToken).ConfigureAwait(false);
            if (foundation != "absent" && takeTurn)
                await ExecuteAsync(connection, LockJournal, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new MigrationException($"this role may not act for exograph_owner: {e.MessageText}", e)
            {
                SqlState = e.SqlState,
                Hint = "Have a superuser GRANT exograph_owner to it, or migrate as the role that installed Exograph.",
            };
        }
        return foundation == "sound";
    }

    /// <summary>Any role that may connect can hold an advisory lock: nobody waits for it for long, or without being told for whom.</summary>
    private async Task WaitForFirstTurnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var waiting = Stopwatch.StartNew();
        while (!await ReadAsync<bool>(connection, $"SELECT pg_try_advisory_xact_lock({LockKey})", cancellationToken)
            .ConfigureAwait(false))
        {
            if (waiting.Elapsed > LongestWait)
            {
                var holder = await ReadAsync<string>(connection, LockHolder, cancellationToken).ConfigureAwait(false);
                throw new MigrationException($"another session has held the lock of migrators for {LongestWait}: {holder}")
                {
                    Hint = LockHeldHint,
                };
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The first script comes again, journalled or not, where what it makes is not there any more.</summary>
    private async Task<IReadOnlyList<SqlScript>> PendingMigrationsAsync(
        NpgsqlConnection connection, bool isSound, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(connection, "schemaversions", cancellationToken).ConfigureAwait(false))
            return _scripts.Migrations;
        var journal = await ReadPairsAsync(connection, "SELECT scriptname, scriptname FROM exograph.schemaversions",
            cancellationToken).ConfigureAwait(false);
        var unknown = journal.Keys.Except(_scripts.Migrations.Select(s => s.Name)).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            var names = string.Join(", ", unknown);
            throw new MigrationException($"the database is newer than this driver, which does not know {names}")
            {
                Hint = "Use a driver at least as new as the one that migrated the database.",
            };
        }
        return [.. _scripts.Migrations.Where((s, i) => i == 0 && !isSound || !journal.ContainsKey(s.Name))];
    }

    /// <summary>All or none: a file may depend on any that comes before it.</summary>
    private async Task<IReadOnlyList<SqlScript>> PendingCodeAsync(
        NpgsqlConnection connection, bool isSound, CancellationToken cancellationToken)
    {
        if (!isSound || !await ExistsAsync(connection, "code_versions", cancellationToken).ConfigureAwait(false))
            return _scripts.Code;
        var versions = await ReadPairsAsync(connection, "SELECT name, sha256 FROM exograph.code_versions", cancellationToken)
            .ConfigureAwait(false);
        var upToDate = versions.Count == _scripts.Code.Count
            && _scripts.Code.All(s => versions.TryGetValue(s.Name, out var sha256) && sha256 == s.Sha256);
        return upToDate ? [] : _scripts.Code;
    }

    internal static string RecordMigration(SqlScript script) =>
        $"""
        INSERT INTO exograph.schemaversions (scriptname, applied)
        SELECT {Literal(script.Name)}, localtimestamp
        WHERE NOT EXISTS (SELECT FROM exograph.schemaversions WHERE scriptname = {Literal(script.Name)});

        """;

    /// <summary>All code is due after the first script, which makes roles that the code gives rights to.</summary>
    internal const string ForgetCode = """
        DO $$
        BEGIN
            IF to_regclass('exograph.code_versions') IS NOT NULL THEN
                DELETE FROM exograph.code_versions;
            END IF;
        END
        $$;
        """;

    internal static string RecordCode(IReadOnlyList<SqlScript> scripts) =>
        $"""
        DELETE FROM exograph.code_versions;
        INSERT INTO exograph.code_versions (name, sha256) VALUES
            {string.Join(",\n    ", scripts.Select(s => $"({Literal(s.Name)}, '{s.Sha256}')"))};

        """;

    internal static string Literal(string text) => $"'{text.Replace("'", "''")}'";

    private static async Task<T> ReadAsync<T>(NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(query, connection);
        await using (command.ConfigureAwait(false))
            return (T)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static Task<bool> ExistsAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken) =>
        ReadAsync<bool>(connection, "SELECT " + Stands(table), cancellationToken);

    private static async Task<Dictionary<string, string>> ReadPairsAsync(
        NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
        var pairs = new Dictionary<string, string>();
        var command = new NpgsqlCommand(query, connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    pairs[reader.GetString(0)] = reader.GetString(1);
            }
        }
        return pairs;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}

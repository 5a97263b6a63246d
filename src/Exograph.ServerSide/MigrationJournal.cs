using System.Data;
using System.Diagnostics;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Engine.Transactions;
using DbUp.Postgresql;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// DbUp's journal, which is read when it is this migrator's turn. The turn lasts until the transaction ends: no lock can stay behind
/// on a server connection that a pooler gives to somebody else. Beside it stand the hashes of the code, which DbUp knows nothing of.
/// </summary>
internal sealed class MigrationJournal(
    Func<IConnectionManager> connections, Func<IUpgradeLog> log, MigrationScripts scripts, TimeSpan? longestWait,
    CancellationToken cancellationToken) : PostgresqlTableJournal(connections, log, "exograph", "schemaversions"), IJournal
{
    /// <summary>Names of the scripts that are not due. Re-runnable code is due as a whole: a file may depend on any before it.</summary>
    string[] IJournal.GetExecutedScripts() => ConnectionManager().ExecuteCommandsWithManagedConnection(commands =>
    {
        Execute(commands, ServerCall.PinPath);
        var isSound = Enter(commands);
        var names = Exists(commands, "schemaversions") ? GetExecutedScripts() : [];
        RefuseNewer(names);
        if (!isSound) // the first script comes again, journalled or not
            return names.Except([scripts.Migrations[0].Name]).ToArray();
        return IsCodeUpToDate(commands) ? [.. names, .. scripts.Code.Select(s => s.Name)] : names;
    });

    public override void StoreExecutedScript(SqlScript script, Func<IDbCommand> dbCommandFactory)
    {
        if (!scripts.Migrations.Contains(script))
        {
            if (script == scripts.Code[^1])
                Execute(dbCommandFactory, MigrationSql.RecordCode(scripts.Code));
            return;
        }
        if (script == scripts.Migrations[0])
            Execute(dbCommandFactory, MigrationSql.ForgetCode);
        base.EnsureTableExistsAndIsLatestVersion(dbCommandFactory);
        using var command = GetInsertScriptCommand(dbCommandFactory, script);
        command.ExecuteNonQuery();
    }

    /// <summary>DbUp asks for it before each script. Only the first one makes the schema, or refuses what is there.</summary>
    public override void EnsureTableExistsAndIsLatestVersion(Func<IDbCommand> dbCommandFactory)
    {
    }

    /// <summary>By the server's clock, and once.</summary>
    protected override string GetInsertJournalEntrySql(string scriptName, string applied) =>
        MigrationSql.RecordMigration(scriptName);

    /// <summary>Becomes the owner where the first script need not run, and waits for this migrator's turn, if it wants one.</summary>
    /// <returns>Whether what the first script makes is there.</returns>
    private bool Enter(Func<IDbCommand> commands)
    {
        var foundation = Read<string>(commands, MigrationSql.Foundation);
        if (foundation == "absent" && longestWait is { } longest)
            foundation = WaitForFirstTurn(commands, longest);
        try
        {
            if (foundation == "sound")
                Execute(commands, MigrationSql.BecomeOwner);
            if (foundation != "absent" && longestWait is not null)
                Execute(commands, MigrationSql.LockJournal); // without limit: those before it are at work
            if (longestWait is { } limit)
                Execute(commands, MigrationSql.LimitWaits(limit));
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
    /// <returns>What there is now. Who finds the journal made by another queues for that, where each has its turn.</returns>
    private string WaitForFirstTurn(Func<IDbCommand> commands, TimeSpan longest)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            var isTurn = Read<bool>(commands, $"SELECT pg_try_advisory_xact_lock({MigrationSql.LockKey})");
            var foundation = Read<string>(commands, MigrationSql.Foundation);
            if (isTurn || foundation != "absent")
                return foundation;
            if (waiting.Elapsed > longest)
            {
                var holder = Read<string>(commands, MigrationSql.LockHolder);
                throw new MigrationException($"another session has held the lock of migrators for {longest}: {holder}")
                {
                    Hint = MigrationSql.LockHeldHint,
                };
            }
            cancellationToken.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(50));
        }
    }

    private void RefuseNewer(IEnumerable<string> names)
    {
        var unknown = names.Except(scripts.Migrations.Select(s => s.Name)).ToList();
        if (unknown.Count > 0)
        {
            throw new MigrationException($"the database is newer than this driver, which does not know {string.Join(", ", unknown)}")
            {
                Hint = "Use a driver at least as new as the one that migrated the database.",
            };
        }
    }

    private bool IsCodeUpToDate(Func<IDbCommand> commands) => Exists(commands, "code_versions")
        && Read<string[]>(commands, "SELECT coalesce(array_agg(name || ' ' || sha256), '{}') FROM exograph.code_versions")
            .ToHashSet().SetEquals(scripts.Code.Select(s => $"{s.Name} {s.Sha256}"));

    private bool Exists(Func<IDbCommand> commands, string table) => Read<bool>(commands, "SELECT " + MigrationSql.Stands(table));

    private T Read<T>(Func<IDbCommand> commands, string query)
    {
        using var command = (NpgsqlCommand)commands();
        command.CommandText = query;
        return (T)command.ExecuteScalarAsync(cancellationToken).GetAwaiter().GetResult()!;
    }

    private void Execute(Func<IDbCommand> commands, string sql)
    {
        using var command = (NpgsqlCommand)commands();
        command.CommandText = sql;
        command.ExecuteNonQueryAsync(cancellationToken).GetAwaiter().GetResult();
    }
}

using DbUp;
using DbUp.Builder;
using DbUp.Engine;
using DbUp.Helpers;
using DbUp.Postgresql;
using Npgsql;

namespace Exograph.ServerSide;

public sealed partial class Migrator
{
    /// <summary>
    /// DbUp takes no lock and works on connections of its own: this one holds the lock meanwhile. The journal is written by the
    /// script itself, so that nothing of DbUp's own runs without the safe search_path.
    /// </summary>
    private async partial Task<IReadOnlyList<string>> ApplyPendingAsync(
        NpgsqlConnection connection, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var applied = new List<string>();
        await ExecuteAsync(connection, $"SELECT pg_catalog.pg_advisory_lock({LockKey})", cancellationToken).ConfigureAwait(false);
        try
        {
            while (await NextAsync(connection, cancellationToken).ConfigureAwait(false) is { Scripts.Count: > 0 } next)
            {
                Run(progress, To(next.Scripts, next.Before, next.After).WithTransaction().JournalTo(new NullJournal()));
                applied.AddRange(next.Scripts.Select(s => s.Name));
            }
            return applied;
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_catalog.pg_advisory_unlock({LockKey})", CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    /// <summary>What comes next, one migration or all code, what is to run before each script, and after the last.</summary>
    private async Task<(IReadOnlyList<SqlScript> Scripts, string Before, string After)> NextAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await BeginAsync(connection, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var isSound = await EnterAsync(connection, takeTurn: false, cancellationToken).ConfigureAwait(false);
            var scripts = await PendingMigrationsAsync(connection, isSound, cancellationToken).ConfigureAwait(false);
            var before = ServerCall.PinPath + (isSound ? $"; {BecomeOwner}; " : "; ");
            if (scripts.Count > 0)
                return ([scripts[0]], before, (isSound ? "" : EnsureJournal + ForgetCode) + RecordMigration(scripts[0]));
            scripts = await PendingCodeAsync(connection, isSound, cancellationToken).ConfigureAwait(false);
            return (scripts, before, RecordCode(scripts));
        }
    }

    private UpgradeEngineBuilder To(IReadOnlyList<SqlScript> scripts, string before, string after) =>
        DeployChanges.To.PostgresqlDatabase(new PostgresqlConnectionManager(_dataSource))
            // DbUp sorts by name within a group: a group for each script keeps the order.
            .WithScripts(scripts.Select((s, i) => new DbUp.Engine.SqlScript(
                s.Name, before + s.Text + (i == scripts.Count - 1 ? after : ""), new SqlScriptOptions { RunGroupOrder = i })))
            .WithVariablesDisabled()
            .WithExecutionTimeout(TimeSpan.Zero)
            .LogToNowhere();

    private static void Run(IProgress<string>? progress, UpgradeEngineBuilder builder)
    {
        var engine = builder.Build();
        engine.ScriptExecuted += (_, e) => progress?.Report(((ScriptExecutedEventArgs)e).Script.Name);
        var result = engine.PerformUpgrade();
        if (result.Successful)
            return;
        var server = result.Error as PostgresException;
        throw new MigrationException($"{result.ErrorScript?.Name}: {server?.MessageText ?? result.Error.Message}", result.Error)
        {
            Script = result.ErrorScript?.Name,
            SqlState = server?.SqlState,
            Detail = server?.Detail,
            Hint = server?.Hint,
        };
    }
}

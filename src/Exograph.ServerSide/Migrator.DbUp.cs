using DbUp;
using DbUp.Builder;
using DbUp.Engine;
using DbUp.Helpers;
using DbUp.Postgresql;
using Npgsql;

namespace Exograph.ServerSide;

public sealed partial class Migrator
{
    /// <summary>DbUp takes no lock and works on connections of its own: this one holds the lock meanwhile.</summary>
    private async partial Task<IReadOnlyList<string>> ApplyPendingAsync(
        NpgsqlConnection connection, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken).ConfigureAwait(false);
        try
        {
            var migrations = await PendingMigrationsAsync(connection, cancellationToken).ConfigureAwait(false);
            if (migrations.Count > 0)
            {
                await ExecuteAsync(connection, EnsureJournal, cancellationToken).ConfigureAwait(false);
                Run(progress, To(migrations).WithTransactionPerScript().JournalToPostgresqlTable("exograph", "schemaversions"));
            }
            var code = await PendingCodeAsync(connection, cancellationToken).ConfigureAwait(false);
            if (code.Count > 0)
            {
                Run(progress, To(code).WithTransaction().JournalTo(new NullJournal()));
                await ExecuteAsync(connection, RecordCode(code), cancellationToken).ConfigureAwait(false);
            }
            return [.. migrations.Concat(code).Select(s => s.Name)];
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private UpgradeEngineBuilder To(IReadOnlyList<SqlScript> scripts) =>
        DeployChanges.To.PostgresqlDatabase(new PostgresqlConnectionManager(_dataSource))
            // DbUp sorts by name within a group: a group for each script keeps the order.
            .WithScripts(scripts.Select((s, i) =>
                new DbUp.Engine.SqlScript(s.Name, s.Text, new SqlScriptOptions { RunGroupOrder = i })))
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

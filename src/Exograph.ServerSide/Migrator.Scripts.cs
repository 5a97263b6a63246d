using Npgsql;

namespace Exograph.ServerSide;

public sealed partial class Migrator
{
    private async partial Task<IReadOnlyList<string>> ApplyPendingAsync(
        NpgsqlConnection connection, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var applied = new List<string>();
        while (await ApplyNextAsync(connection, progress, cancellationToken).ConfigureAwait(false) is { Count: > 0 } done)
            applied.AddRange(done);
        return applied;
    }

    /// <summary>
    /// Applies what comes next: one migration or, after the last one, all code. The lock is that of the transaction, and what is
    /// new is read under it: so no lock can stay behind on a server connection that a pooler gives to somebody else.
    /// </summary>
    private async Task<IReadOnlyList<string>> ApplyNextAsync(
        NpgsqlConnection connection, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var transaction = await BeginAsync(connection, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken).ConfigureAwait(false);
            var scripts = await PendingMigrationsAsync(connection, cancellationToken).ConfigureAwait(false);
            if (scripts.Count > 0)
            {
                scripts = [scripts[0]];
                await ExecuteAsync(connection, EnsureJournal, cancellationToken).ConfigureAwait(false);
                await ApplyAsync(connection, scripts, progress, RecordMigration(scripts[0]), cancellationToken)
                    .ConfigureAwait(false);
            }
            else
            {
                scripts = await PendingCodeAsync(connection, cancellationToken).ConfigureAwait(false);
                if (scripts.Count > 0)
                    await ApplyAsync(connection, scripts, progress, RecordCode(scripts), cancellationToken).ConfigureAwait(false);
            }
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return [.. scripts.Select(s => s.Name)];
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, IReadOnlyList<SqlScript> scripts,
        IProgress<string>? progress, string record, CancellationToken cancellationToken)
    {
        foreach (var script in scripts)
        {
            progress?.Report(script.Name);
            await RunScriptAsync(connection, script, cancellationToken).ConfigureAwait(false);
        }
        await ExecuteAsync(connection, record, cancellationToken).ConfigureAwait(false);
    }

    private static async Task RunScriptAsync(NpgsqlConnection connection, SqlScript script, CancellationToken cancellationToken)
    {
        foreach (var (start, text) in SqlStatements.Split(script.Text))
        {
            try
            {
                await ExecuteAsync(connection, text, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException e)
            {
                throw Failure(script, SqlStatements.LineOf(script.Text, start + Math.Max(1, e.Position)), e);
            }
        }
    }

    private static MigrationException Failure(SqlScript script, int line, PostgresException e) =>
        new($"{script.Name}, line {line}: {e.MessageText}", e)
        {
            Script = script.Name,
            Line = line,
            SqlState = e.SqlState,
            Detail = e.Detail,
            Hint = e.Hint,
        };
}

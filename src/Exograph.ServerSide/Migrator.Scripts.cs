using Npgsql;

namespace Exograph.ServerSide;

public sealed partial class Migrator
{
    private async partial Task<IReadOnlyList<string>> ApplyPendingAsync(
        NpgsqlConnection connection, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var applied = new List<string>();
        while (await ApplyNextAsync(connection, progress, cancellationToken).ConfigureAwait(false) is { Count: > 0 } done)
            applied.AddRange(done.Select(s => s.Name));
        return applied;
    }

    /// <summary>Applies what comes next: one migration or, after the last one, all code. What is new is read when it is our turn.</summary>
    private async Task<IReadOnlyList<SqlScript>> ApplyNextAsync(
        NpgsqlConnection connection, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var transaction = await BeginAsync(connection, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var isSound = await EnterAsync(connection, takeTurn: true, cancellationToken).ConfigureAwait(false);
            var scripts = await PendingMigrationsAsync(connection, isSound, cancellationToken).ConfigureAwait(false);
            if (scripts.Count > 0)
            {
                scripts = [scripts[0]];
                var record = RecordMigration(scripts[0]);
                await ApplyAsync(connection, scripts, progress, isSound ? record : EnsureJournal + ForgetCode + record,
                    cancellationToken).ConfigureAwait(false);
            }
            else
            {
                scripts = await PendingCodeAsync(connection, isSound, cancellationToken).ConfigureAwait(false);
                if (scripts.Count > 0)
                    await ApplyAsync(connection, scripts, progress, RecordCode(scripts), cancellationToken).ConfigureAwait(false);
            }
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return scripts;
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
            Hint = e.Hint ?? e.SqlState switch
            {
                PostgresErrorCodes.InsufficientPrivilege => "Scripts run as exograph_owner. If the object is named like one of ours "
                    + "and belongs to somebody else, drop it or ALTER .. OWNER TO exograph_owner.",
                PostgresErrorCodes.ReadOnlySqlTransaction => LoadException.ReadOnlyHint,
                _ => null,
            },
        };
}

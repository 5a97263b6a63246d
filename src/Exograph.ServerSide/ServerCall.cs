using System.Transactions;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// A statement in a transaction of its own: at READ COMMITTED, whatever the role's default is, and under a search_path in which
/// nobody but superusers can create. A role with CREATE on <c>public</c> can make <c>=(text[], text[])</c> there, which the server
/// would prefer to the polymorphic operator of <c>pg_catalog</c> and run with the rights of whoever asks. Nothing is left
/// on the connection: a pooler in transaction mode may sit in between.
/// </summary>
internal static class ServerCall
{
    /// <summary>Puts the safe path in force until the transaction ends.</summary>
    public const string PinPath = "SET LOCAL search_path = pg_catalog, pg_temp";

    private const int NoTimeout = 0;

    /// <summary>Runs one statement, commits what it did, and returns the rows of its answer.</summary>
    public static async Task<IReadOnlyList<T>> RunAsync<T>(NpgsqlConnection connection, Statement<T> statement,
        IReadOnlyList<NpgsqlParameter> arguments, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(statement.Text);
        foreach (var argument in arguments)
            command.Parameters.Add(argument);
        var batch = new NpgsqlBatch(connection) { Timeout = NoTimeout };
        if (!statement.CommitsItself)
        {
            batch.BatchCommands.Add(new("BEGIN ISOLATION LEVEL READ COMMITTED"));
            batch.BatchCommands.Add(new(PinPath));
        }
        batch.BatchCommands.Add(command);
        await using (batch.ConfigureAwait(false))
        {
            var rows = await ReadAsync(batch, statement.Read, cancellationToken).ConfigureAwait(false);
            if (statement.CommitsItself)
                return rows;
            // Not by an NpgsqlTransaction, whose COMMIT has the timeout of the connection string: files of staging go then.
            var commit = new NpgsqlCommand("COMMIT", connection) { CommandTimeout = NoTimeout };
            await using (commit.ConfigureAwait(false))
                await commit.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return rows; // where something was thrown, the transaction is rolled back when the connection is given back
        }
    }

    /// <summary>A connection that takes no part in a transaction of the caller: loads need several, and commit on each.</summary>
    /// <exception cref="NotSupportedException">Its statements might go to different sessions.</exception>
    /// <exception cref="ConnectionException">The server cannot be reached, or does not let this role in.</exception>
    public static async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        if (dataSource.ConnectionString.Contains("Multiplexing=True", StringComparison.OrdinalIgnoreCase))
            throw new NotSupportedException("A load needs transactions of its own: use a data source without Multiplexing.");
        using var alone = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        try
        {
            return await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (ConnectionException.Is(e))
        {
            throw ConnectionException.Unreachable(e);
        }
    }

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(
        NpgsqlBatch batch, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                rows.Add(read(reader));
        }
        return rows;
    }
}

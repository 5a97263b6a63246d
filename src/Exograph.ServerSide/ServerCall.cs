using System.Transactions;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// A statement in a transaction of its own: at READ COMMITTED, whatever the role's default is, and under a search_path in which
/// nobody but superusers can create. A role with CREATE on <c>public</c> can make <c>=(text[], text[])</c> there, which the server
/// would prefer to the polymorphic operator of <c>pg_catalog</c> and run with the rights of whoever asks. Nothing is left
/// on the connection: a pooler in transaction mode may sit in between.
/// </summary>
internal sealed class ServerCall : IAsyncDisposable
{
    /// <summary>Puts the safe path in force until the transaction ends.</summary>
    public const string PinPath = "SET LOCAL search_path = pg_catalog, pg_temp";

    private const int NoTimeout = 0;

    private readonly NpgsqlBatch _batch;
    private readonly NpgsqlBatchCommand _command;

    private ServerCall(NpgsqlConnection connection, string text)
    {
        Connection = connection;
        _command = new NpgsqlBatchCommand(text);
        _batch = new NpgsqlBatch(connection)
        {
            Timeout = NoTimeout,
            BatchCommands = { new("BEGIN ISOLATION LEVEL READ COMMITTED"), new(PinPath), _command },
        };
    }

    public NpgsqlConnection Connection { get; }

    public NpgsqlParameterCollection Parameters => _command.Parameters;

    /// <summary>Runs one statement, and commits what it did.</summary>
    public static async Task<T> RunAsync<T>(
        NpgsqlConnection connection, string text, Func<ServerCall, Task<T>> run, CancellationToken cancellationToken)
    {
        var call = new ServerCall(connection, text);
        await using (call.ConfigureAwait(false))
        {
            var result = await run(call).ConfigureAwait(false);
            await call.CommitAsync(cancellationToken).ConfigureAwait(false);
            return result; // where something was thrown, the transaction is rolled back when the connection is given back
        }
    }

    /// <summary>A connection that takes no part in a transaction of the caller: loads need several, and commit on each.</summary>
    /// <exception cref="NotSupportedException">Its statements might go to different sessions.</exception>
    public static async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        if (dataSource.ConnectionString.Contains("Multiplexing=True", StringComparison.OrdinalIgnoreCase))
            throw new NotSupportedException("A load needs transactions of its own: use a data source without Multiplexing.");
        using var alone = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        return await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) => _batch.ExecuteScalarAsync(cancellationToken);

    public Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => _batch.ExecuteNonQueryAsync(cancellationToken);

    public Task<NpgsqlDataReader> ExecuteReaderAsync(CancellationToken cancellationToken) =>
        _batch.ExecuteReaderAsync(cancellationToken);

    public ValueTask DisposeAsync() => _batch.DisposeAsync();

    /// <summary>Not by an NpgsqlTransaction, whose COMMIT has the timeout of the connection string: files of staging go then.</summary>
    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        var commit = new NpgsqlCommand("COMMIT", Connection) { CommandTimeout = NoTimeout };
        await using (commit.ConfigureAwait(false))
            await commit.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}

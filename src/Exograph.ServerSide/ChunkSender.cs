using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// Sends chunks of rows, each by a COPY in a transaction of its own, and each exactly once. A chunk whose connection is lost
/// is still in memory; whether the server has it is asked by the number of the transaction, which came before the first
/// row was sent: it outlives connection, backend and server, and a pooler in transaction mode keeps it apart.
/// </summary>
internal sealed class ChunkSender(ExographClient client, int loadId, IReadOnlyList<TimeSpan> retryDelays)
{
    private const int NoTimeout = 0;

    /// <summary>One COPY, committed when it returns.</summary>
    /// <param name="copy">The command.</param>
    /// <param name="table">Table that it is for.</param>
    /// <param name="rows">Rows in the binary format.</param>
    /// <param name="cancellationToken">Cancels; whether the chunk was stored is not known then.</param>
    /// <exception cref="LoadException">The connection was lost, and the server cannot say whether it has the chunk.</exception>
    public async Task SendAsync(string copy, StagedTable table, ReadOnlyMemory<byte> rows, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var transaction = new Transaction();
            try
            {
                await client.Server.Telemetry.MeasureAsync("COPY", loadId, $"staged_{table.Name}", async () =>
                {
                    await SendAsync(transaction, copy, rows, cancellationToken).ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (
                attempt < retryDelays.Count && ConnectionLoss.Is(e) && !cancellationToken.IsCancellationRequested)
            {
                await client.Server.PauseAsync(e, retryDelays[attempt], cancellationToken).ConfigureAwait(false);
                // Before its number was known nothing had been sent.
                if (transaction.Number is { } number && await HasCommittedAsync(number, table, e, cancellationToken).ConfigureAwait(false))
                    return;
            }
        }
    }

    private async Task SendAsync(Transaction transaction, string copy, ReadOnlyMemory<byte> rows, CancellationToken cancellationToken)
    {
        var connection = await ServerCall.OpenAsync(client.DataSource, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            transaction.Number = await BeginAsync(connection, cancellationToken).ConfigureAwait(false);
            await RawCopy.SendAsync(connection, copy, rows, cancellationToken).ConfigureAwait(false);
            // Not by an NpgsqlTransaction, whose COMMIT has the timeout of the connection string.
            var commit = new NpgsqlCommand("COMMIT", connection) { CommandTimeout = NoTimeout };
            await using (commit.ConfigureAwait(false))
                await commit.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<string> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var begin = new NpgsqlBatch(connection)
        {
            Timeout = NoTimeout,
            BatchCommands =
            {
                new("BEGIN ISOLATION LEVEL READ COMMITTED"),
                new("SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text"),
            },
        };
        await using (begin.ConfigureAwait(false))
            return (string)(await begin.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>
    /// What became of a transaction whose connection was lost. A server that has not noticed the loss would keep it open for
    /// hours: it is ended, so that it is either committed or will never be.
    /// </summary>
    private async Task<bool> HasCommittedAsync(
        string transaction, StagedTable table, Exception loss, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < retryDelays.Count; attempt++)
        {
            string? outcome;
            try
            {
                outcome = await client.TransactionOutcomeAsync(loadId, transaction, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (Exception e) when (ConnectionLoss.Is(e) && !cancellationToken.IsCancellationRequested)
            {
                outcome = "in progress";
            }
            catch (LoadException e)
            {
                throw NotKnown(table, e);
            }
            switch (outcome)
            {
                case "committed":
                    return true;
                case "aborted":
                    return false;
                case null:
                    throw NotKnown(table, loss);
            }
            await client.Server.PauseAsync(loss, retryDelays[attempt], cancellationToken).ConfigureAwait(false);
        }
        throw NotKnown(table, loss);
    }

    private LoadException NotKnown(StagedTable table, Exception loss) =>
        new($"load {loadId}: the connection was lost, and the server does not say whether it has stored the last rows of {Names<IndexTable>.Of(table.Table)}",
            loss)
        {
            LoadId = loadId,
            Table = table.Table,
            Hint = "Abandon the load and stage everything again.",
        };

    private sealed class Transaction
    {
        public string? Number { get; set; }
    }
}

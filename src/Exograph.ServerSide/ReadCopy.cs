using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// Sends rows that somebody reads from text to a temporary table: they are encoded into a chunk, and each full chunk is sent by a
/// COPY of its own. Memory is bounded by the chunk. Not thread-safe.
/// </summary>
/// <param name="connection">The session of the table.</param>
/// <param name="table">The table, whose rows have numbers.</param>
/// <param name="columns">Its columns, as they are read.</param>
/// <param name="line">The number of the row that is being begun: above that of the row before it.</param>
/// <param name="sent">Is told how many rows of the table have been sent, and how many bytes by the last COPY.</param>
internal sealed class ReadCopy(
    NpgsqlConnection connection, StagingTable table, IReadOnlyList<StagedColumn> columns, Func<long> line, Action<long, int> sent) : IRowTarget
{
    private const int ChunkBytes = 1 << 20;
    private const int Slack = 64 << 10;

    private CopyEncoder? _chunk;

    public IReadOnlyList<StagedColumn> Columns => columns;

    public long Rows { get; private set; }

    public CopyEncoder BeginRow()
    {
        _chunk ??= new CopyEncoder(ChunkBytes + Slack, ids: null);
        _chunk.BeginRow(columns.Count + 1);
        _chunk.BigInt(line());
        Rows++;
        return _chunk;
    }

    public ValueTask EndRowAsync(CancellationToken cancellationToken) =>
        _chunk!.Length < ChunkBytes ? ValueTask.CompletedTask : new ValueTask(SendAsync(_chunk, cancellationToken));

    public Task CompleteAsync(CancellationToken cancellationToken) =>
        _chunk is { Rows: > 0 } ? SendAsync(_chunk, cancellationToken) : Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _chunk?.Dispose();
        _chunk = null;
        return ValueTask.CompletedTask;
    }

    private async Task SendAsync(CopyEncoder chunk, CancellationToken cancellationToken)
    {
        _chunk = null;
        using (chunk)
        {
            try
            {
                await RawCopy.SendAsync(connection, table.CopyCommand(), chunk.Finish(), cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException e) when (CopyPlace.Of(e).Line is not null)
            {
                throw PutException.FromCopy(e, table.Target.Name, table.Rows);
            }
            table.Rows += chunk.Rows;
            sent(table.Rows, chunk.Length);
        }
    }
}

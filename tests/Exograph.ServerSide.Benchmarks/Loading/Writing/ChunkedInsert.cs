using System.Text;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading.Writing;

/// <summary>INSERT .. VALUES of so many rows a statement; the one of a full chunk is prepared.</summary>
/// <param name="connection">Where it runs.</param>
/// <param name="writer">What it writes.</param>
/// <param name="rowsPerChunk">Rows of a statement.</param>
/// <param name="suffix">What follows VALUES: ON CONFLICT, RETURNING.</param>
internal sealed class ChunkedInsert<TRow>(NpgsqlConnection connection, TableWriter<TRow> writer, int rowsPerChunk, string suffix)
    : IAsyncDisposable
{
    private NpgsqlCommand? _full;

    /// <summary>Inserts rows, and has what the statements return read.</summary>
    public async Task RunAsync(
        IEnumerable<TRow> rows, Action<NpgsqlDataReader>? read = null, CancellationToken cancellationToken = default)
    {
        foreach (var chunk in rows.Chunk(rowsPerChunk))
        {
            if (chunk.Length == rowsPerChunk)
            {
                await RunAsync(_full ??= await PrepareAsync(cancellationToken), chunk, read, cancellationToken);
                continue;
            }
            await using var rest = Create(chunk.Length);
            await RunAsync(rest, chunk, read, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _full?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task RunAsync(
        NpgsqlCommand command, TRow[] chunk, Action<NpgsqlDataReader>? read, CancellationToken cancellationToken)
    {
        for (var n = 0; n < chunk.Length; n++)
            writer.SetParameters(command, n * writer.ColumnCount, chunk[n]);
        if (read is null)
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
            return;
        }
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            read(reader);
    }

    private async Task<NpgsqlCommand> PrepareAsync(CancellationToken cancellationToken)
    {
        var command = Create(rowsPerChunk);
        await command.PrepareAsync(cancellationToken);
        return command;
    }

    private NpgsqlCommand Create(int rows)
    {
        var command = new NpgsqlCommand { Connection = connection, CommandTimeout = 0 };
        var sql = new StringBuilder($"INSERT INTO {writer.Table} ({writer.ColumnList}) VALUES ");
        var parameter = 0;
        for (var row = 0; row < rows; row++)
        {
            sql.Append(row == 0 ? "(" : ", (");
            for (var column = 0; column < writer.ColumnCount; column++)
                sql.Append(column == 0 ? "$" : ", $").Append(++parameter);
            sql.Append(')');
            writer.AddParameters(command);
        }
        command.CommandText = sql.Append(' ').Append(suffix).ToString();
        return command;
    }
}

using Npgsql;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>What a client without server code does: insert, select where nothing came back. It keeps no map of ids.</summary>
internal static class ClientImport
{
    private const int BatchSize = 500;

    /// <summary>A round trip for each statement.</summary>
    public static Import RowByRow(IReadOnlyList<Level> levels) => async (connection, rows, cancellationToken) =>
    {
        var ids = new List<long>(rows.Length);
        foreach (var row in rows)
        {
            var id = 0L;
            foreach (var level in levels)
                id = await FirstAsync(connection, level.Insert, level.Arguments(row, id, insert: true), cancellationToken)
                    ?? await FirstAsync(connection, level.Select, level.Arguments(row, id, insert: false), cancellationToken)
                    ?? throw new InvalidOperationException($"Row {row.Number} was neither inserted nor found.");
            ids.Add(id);
        }
        return new Answer(Ids: [.. ids]);
    };

    /// <summary>The same statements, pipelined: two batches for each level and 500 rows.</summary>
    public static Import Batches(IReadOnlyList<Level> levels) => async (connection, rows, cancellationToken) =>
    {
        var ids = new List<long>(rows.Length);
        foreach (var chunk in rows.Chunk(BatchSize))
        {
            var keys = new long?[chunk.Length];
            foreach (var level in levels)
            {
                var parents = keys;
                int[] all = [.. Enumerable.Range(0, chunk.Length)];
                keys = await FirstOfEachAsync(
                    connection, level.Insert, all.Select(i => level.Arguments(chunk[i], parents[i] ?? 0, insert: true)),
                    cancellationToken);
                int[] duplicates = [.. all.Where(i => keys[i] is null)];
                var found = await FirstOfEachAsync(
                    connection, level.Select, duplicates.Select(i => level.Arguments(chunk[i], parents[i] ?? 0, insert: false)),
                    cancellationToken);
                for (var i = 0; i < duplicates.Length; i++)
                    keys[duplicates[i]] = found[i];
            }
            ids.AddRange(keys.Select(id => id!.Value));
        }
        return new Answer(Ids: [.. ids]);
    };

    private static async Task<long?> FirstAsync(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] arguments, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(arguments);
        // Prepared once for the connection: asking again costs no round trip.
        await command.PrepareAsync(cancellationToken);
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<long?[]> FirstOfEachAsync(
        NpgsqlConnection connection, string sql, IEnumerable<NpgsqlParameter[]> arguments, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var parameters in arguments)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.AddRange(parameters);
            batch.BatchCommands.Add(command);
        }
        var ids = new long?[batch.BatchCommands.Count];
        if (ids.Length == 0)
            return ids;
        await batch.PrepareAsync(cancellationToken);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        for (var i = 0; i < ids.Length; i++)
        {
            if (await reader.ReadAsync(cancellationToken))
                ids[i] = reader.GetInt64(0);
            await reader.NextResultAsync(cancellationToken);
        }
        return ids;
    }
}

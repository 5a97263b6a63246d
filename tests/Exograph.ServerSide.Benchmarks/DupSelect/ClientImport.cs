using Npgsql;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>What a client without server code does: insert, and where nothing came back, select. It keeps no map of ids.</summary>
internal static class ClientImport
{
    private const int BatchSize = 500;

    private static readonly Level[] s_one =
    [
        new("INSERT INTO dup_bench.specimen (name, note) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING id",
            "SELECT id FROM dup_bench.specimen WHERE name = $1",
            row => row.Name, HasParent: false, HasNote: true),
    ];

    private static readonly Level[] s_three =
    [
        new("INSERT INTO dup_bench.country (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING id",
            "SELECT id FROM dup_bench.country WHERE name = $1",
            row => row.Country, HasParent: false, HasNote: false),
        new("INSERT INTO dup_bench.place (country_id, name) VALUES ($1, $2) "
                + "ON CONFLICT (country_id, name) DO NOTHING RETURNING id",
            "SELECT id FROM dup_bench.place WHERE country_id = $1 AND name = $2",
            row => row.Place, HasParent: true, HasNote: false),
        new("INSERT INTO dup_bench.specimen (place_id, name, note) VALUES ($1, $2, $3) "
                + "ON CONFLICT (place_id, name) DO NOTHING RETURNING id",
            "SELECT id FROM dup_bench.specimen WHERE place_id = $1 AND name = $2",
            row => row.Name, HasParent: true, HasNote: true),
    ];

    /// <summary>A round trip for each statement.</summary>
    public static async Task<Keys> RowByRowAsync(
        NpgsqlConnection connection, int levels, FlatRow[] rows, CancellationToken cancellationToken)
    {
        var keys = new Keys(0, 0);
        foreach (var row in rows)
        {
            var id = 0L;
            foreach (var level in LevelsOf(levels))
                id = await RunAsync(connection, level.Insert, level.Arguments(row, id, insert: true), cancellationToken)
                    ?? await RunAsync(connection, level.Select, level.Arguments(row, id, insert: false), cancellationToken)
                    ?? throw new InvalidOperationException($"Row {row.Number} was neither inserted nor found.");
            keys = keys.With(id);
        }
        return keys;
    }

    /// <summary>The same statements, pipelined: two batches for each level and 500 rows.</summary>
    public static async Task<Keys> BatchAsync(
        NpgsqlConnection connection, int levels, FlatRow[] rows, CancellationToken cancellationToken)
    {
        var keys = new Keys(0, 0);
        foreach (var chunk in rows.Chunk(BatchSize))
        {
            var ids = new long?[chunk.Length];
            foreach (var level in LevelsOf(levels))
            {
                var parents = ids;
                int[] all = [.. Enumerable.Range(0, chunk.Length)];
                ids = await RunAsync(
                    connection, level.Insert, all, i => level.Arguments(chunk[i], parents[i] ?? 0, insert: true), cancellationToken);
                int[] duplicates = [.. all.Where(i => ids[i] is null)];
                var found = await RunAsync(
                    connection, level.Select, duplicates, i => level.Arguments(chunk[i], parents[i] ?? 0, insert: false), cancellationToken);
                for (var i = 0; i < duplicates.Length; i++)
                    ids[duplicates[i]] = found[i];
            }
            keys = ids.Aggregate(keys, (sum, id) => sum.With(id!.Value));
        }
        return keys;
    }

    private static Level[] LevelsOf(int levels) => levels == 1 ? s_one : s_three;

    private static async Task<long?> RunAsync(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] arguments, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(arguments);
        // Prepared once for the connection: asking again costs no round trip.
        await command.PrepareAsync(cancellationToken);
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<long?[]> RunAsync(
        NpgsqlConnection connection, string sql, int[] indexes, Func<int, NpgsqlParameter[]> arguments, CancellationToken cancellationToken)
    {
        var ids = new long?[indexes.Length];
        if (indexes.Length == 0)
            return ids;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var index in indexes)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.AddRange(arguments(index));
            batch.BatchCommands.Add(command);
        }
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

    private sealed record Level(string Insert, string Select, Func<FlatRow, string> Name, bool HasParent, bool HasNote)
    {
        public NpgsqlParameter[] Arguments(FlatRow row, long parent, bool insert)
        {
            var arguments = new List<NpgsqlParameter>(3);
            if (HasParent)
                arguments.Add(new NpgsqlParameter<long> { TypedValue = parent });
            arguments.Add(new NpgsqlParameter<string> { TypedValue = Name(row) });
            if (HasNote && insert)
                arguments.Add(new NpgsqlParameter<string> { TypedValue = row.Note });
            return [.. arguments];
        }
    }
}

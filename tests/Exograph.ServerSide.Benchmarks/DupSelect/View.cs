using Npgsql;
using NpgsqlTypes;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>A view that rows are inserted into, and the columns that are given to it.</summary>
internal sealed record View(string Name, IReadOnlyList<string> Columns, Func<FlatRow, string[]> Values)
{
    private const int ChunkSize = 500;

    public static View Specimen { get; } =
        new("dup_bench.specimen_in", ["name", "description"], row => [row.Name, row.Description]);

    public static View Flat { get; } = new(
        "dup_bench.flat_in", ["country", "place", "name", "description"],
        row => [row.Country, row.Place, row.Name, row.Description]);

    public string ColumnList => string.Join(", ", Columns);

    /// <summary>Rows sent by COPY, which gives no keys back.</summary>
    public Import Copy => async (connection, rows, cancellationToken) =>
    {
        await using var writer = await connection.BeginBinaryImportAsync(
            $"COPY {Name} ({ColumnList}) FROM STDIN (FORMAT binary)", cancellationToken);
        foreach (var row in rows)
        {
            await writer.StartRowAsync(cancellationToken);
            foreach (var value in Values(row))
                await writer.WriteAsync(value, cancellationToken);
        }
        await writer.CompleteAsync(cancellationToken);
        return new Answer();
    };

    /// <summary>Rows sent as arrays, a chunk in each statement; ids come back in the order of the rows.</summary>
    public Import Unnest => async (connection, rows, cancellationToken) =>
    {
        var arrays = string.Join(", ", Columns.Select((_, i) => $"${i + 1}"));
        await using var command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO {Name} ({ColumnList}) SELECT * FROM unnest({arrays}) RETURNING id";
        NpgsqlParameter[] columns =
            [.. Columns.Select(_ => new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text })];
        command.Parameters.AddRange(columns);
        await command.PrepareAsync(cancellationToken);
        var ids = new List<long>(rows.Length);
        foreach (var chunk in rows.Chunk(ChunkSize))
        {
            string[][] values = [.. chunk.Select(Values)];
            for (var i = 0; i < columns.Length; i++)
                columns[i].Value = values.Select(v => v[i]).ToArray();
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                ids.Add(reader.GetInt64(0));
        }
        return new Answer(Ids: [.. ids]);
    };
}

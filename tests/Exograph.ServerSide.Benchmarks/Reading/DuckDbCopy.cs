using DuckDB.NET.Data;
using Exograph.ServerSide.Benchmarks.Loading;
using Exograph.ServerSide.Benchmarks.Loading.Writing;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary>Copies an index into DuckDB, ids and all, in the form in which the benchmark load writes it there.</summary>
internal static class DuckDbCopy
{
    /// <returns>How many rows each table has.</returns>
    public static async Task<IReadOnlyList<(string Table, long Rows)>> MakeAsync(
        NpgsqlDataSource index, string directory, CancellationToken cancellationToken)
    {
        var counts = new List<(string Table, long Rows)>();
        using var duckDb = DuckDbIndex.Open(directory);
        duckDb.Run($"ATTACH ':memory:' AS {DuckDbIndex.Staging}; CREATE SCHEMA exograph");
        foreach (var table in IndexTables.All)
        {
            var columns = await ColumnsOfAsync(index, table, cancellationToken);
            var definitions = string.Join(", ", columns.Select(c => $"{c.Name} {c.Type}"));
            duckDb.Run(DuckDbIndex.Create(table, definitions));
            if (IndexTables.Told(IndexTables.TermSets) != table)
            {
                var query = $"SELECT {string.Join(", ", columns.Select(c => c.Name))} FROM exograph.{table}";
                counts.Add((table, await AppendAsync(
                    index, query, duckDb, DuckDbIndex.Catalog, "exograph", table, cancellationToken)));
                continue;
            }
            duckDb.Run($"CREATE TABLE {DuckDbIndex.Staging}.{table} ({definitions})");
            counts.Add((table, await AppendAsync(
                index, $"SELECT fragment_id, unnest(term_ids) FROM exograph.{IndexTables.TermSets}",
                duckDb, DuckDbIndex.Staging, "main", table, cancellationToken)));
            duckDb.Run(DuckDbIndex.OrderedByTerm);
        }
        duckDb.Run("CHECKPOINT");
        return counts;
    }

    /// <summary>But for the load that brought a row.</summary>
    private static Task<IReadOnlyList<(string Name, string Type)>> ColumnsOfAsync(
        NpgsqlDataSource index, string table, CancellationToken cancellationToken) =>
        index.QueryAsync($"""
            SELECT attname::text, CASE atttypid WHEN 'bytea'::regtype THEN 'blob' WHEN 'jsonb'::regtype THEN 'text'
                                                ELSE format_type(atttypid, NULL) END
            FROM pg_attribute
            WHERE attrelid = 'exograph.{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'load_id'
            ORDER BY attnum
            """, r => (r.GetString(0), r.GetString(1)), cancellationToken);

    private static async Task<long> AppendAsync(
        NpgsqlDataSource index, string query, DuckDBConnection duckDb, string catalog, string schema, string table,
        CancellationToken cancellationToken)
    {
        await using var command = index.CreateCommand(query);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        using var appender = duckDb.CreateAppender(catalog, schema, table);
        var rows = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = appender.CreateRow();
            for (var n = 0; n < reader.FieldCount; n++)
            {
                _ = reader.GetValue(n) switch
                {
                    DBNull => row.AppendNullValue(),
                    long value => row.AppendValue(value),
                    int value => row.AppendValue(value),
                    string value => row.AppendValue(value),
                    byte[] value => row.AppendValue(value),
                    long[] value => row.AppendValue<long>(value),
                    var value => throw new NotSupportedException($"{table}: a {value.GetType()}"),
                };
            }
            row.EndRow();
            rows++;
        }
        return rows;
    }
}

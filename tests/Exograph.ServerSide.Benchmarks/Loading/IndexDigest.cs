using System.Globalization;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>What a table holds, whatever its ids and their order: the number of its rows and the sum of their hashes.</summary>
internal sealed record TableDigest(string Table, long Rows, decimal Hash);

/// <summary>
/// Digests of the index tables in terms of natural keys: every column goes into a row's hash but the row's own id and the load,
/// and in the place of another row's id stands that row's hash. Terms of fragments are told in pairs, however they are stored.
/// </summary>
internal static class IndexDigest
{
    public static async Task<IReadOnlyList<TableDigest>> ReadAsync(
        NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await RunAsync(connection, "SET work_mem = '256MB'", cancellationToken);
        var digests = new List<TableDigest>();
        foreach (var table in IndexTables.All)
        {
            var source = await HashedRowsAsync(connection, table, cancellationToken);
            if (IndexTables.Dimensions.Contains(table))
            {
                await RunAsync(connection, $"CREATE TEMP TABLE hashed_{table} AS {source}; ANALYZE hashed_{table}",
                    cancellationToken);
                source = $"SELECT hash FROM hashed_{table}";
            }
            digests.Add(await SumAsync(connection, table, source, cancellationToken));
        }
        return digests;
    }

    /// <summary>The query of a table's rows as hashes, with the id where there is one.</summary>
    private static async Task<string> HashedRowsAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        var columns = await ColumnsAsync(connection, table, cancellationToken);
        var values = new List<string>();
        var joins = new List<string>();
        foreach (var column in columns.Where(c => c is not ("id" or "load_id")))
        {
            if (IndexTables.ReferredTo(column) is not { } other)
            {
                values.Add($"t.{column}");
                continue;
            }
            values.Add($"of_{column}.hash");
            joins.Add($"LEFT JOIN hashed_{other} of_{column} ON of_{column}.id = t.{column}");
        }
        var id = columns.Contains("id") ? "t.id, " : "";
        return $"SELECT {id}hash_record_extended(ROW({string.Join(", ", values)}), 0) AS hash "
            + $"FROM {await RelationAsync(connection, table, cancellationToken)} t {string.Join(" ", joins)}";
    }

    /// <summary>Where a table's rows are: unnest is faster than the view of pairs.</summary>
    private static async Task<string> RelationAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        if (table != IndexTables.Told(IndexTables.TermSets))
            return $"exograph.{table}";
        await using var command = new NpgsqlCommand(
            $"SELECT to_regclass('exograph.{IndexTables.TermSets}') IS NOT NULL", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!
            ? $"(SELECT fragment_id, unnest(term_ids) AS term_id FROM exograph.{IndexTables.TermSets})"
            : $"exograph.{table}";
    }

    private static async Task<IReadOnlyList<string>> ColumnsAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"""
            SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
            WHERE attrelid = 'exograph.{table}'::regclass AND attnum > 0 AND NOT attisdropped
            """, connection);
        return (string[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<TableDigest> SumAsync(
        NpgsqlConnection connection, string table, string source, CancellationToken cancellationToken)
    {
        var query = $"SELECT count(*), coalesce(sum(hash), 0)::text FROM ({source}) hashed";
        await using var command = new NpgsqlCommand(query, connection);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new TableDigest(table, reader.GetInt64(0), decimal.Parse(reader.GetString(1), CultureInfo.InvariantCulture));
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

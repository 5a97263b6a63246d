using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Wal;

/// <summary>WAL of a stretch of time.</summary>
/// <param name="HeapRecords">Records that insert rows into heaps.</param>
/// <param name="HeapBytes">Their bytes, without full-page images.</param>
/// <param name="AllBytes">Bytes of all records, full-page images included.</param>
internal sealed record WalVolume(long HeapRecords, long HeapBytes, long AllBytes);

/// <summary>Reads the server's WAL by pg_walinspect. Nobody else may be writing.</summary>
internal static class WalReader
{
    private const string Sums = """
        coalesce(sum(count) FILTER (WHERE inserts), 0)::bigint,
        coalesce(sum(record_size) FILTER (WHERE inserts), 0)::bigint,
        coalesce(sum(combined_size), 0)::bigint
        """;

    private const string Stats = """
        LATERAL (SELECT count, record_size, combined_size,
                        "resource_manager/record_type" ~ '^Heap2?/(MULTI_)?INSERT' AS inserts
                 FROM pg_get_wal_stats(first, past, per_record => true)) stats
        """;

    /// <summary>What some work writes.</summary>
    public static async Task<WalVolume> MeasureAsync(
        NpgsqlDataSource dataSource, Func<Task> work, CancellationToken cancellationToken)
    {
        var first = await PositionAsync(dataSource, cancellationToken);
        await work();
        var past = await PositionAsync(dataSource, cancellationToken);
        var query = $"SELECT {Sums} FROM (SELECT '{first}'::pg_lsn AS first, '{past}'::pg_lsn AS past) range, {Stats}";
        var volumes = await dataSource.QueryAsync(query, r => Volume(r, 0), cancellationToken);
        return volumes[0];
    }

    /// <summary>What the phases of a finalized load wrote, and the rows that their tables gained.</summary>
    public static Task<IReadOnlyList<(string Phase, long Rows, WalVolume Wal)>> PhasesAsync(
        NpgsqlDataSource dataSource, int loadId, CancellationToken cancellationToken)
    {
        var query = $"""
            SELECT phase, coalesce(inserted, 0), {Sums}
            FROM (SELECT p.position, concat_ws(' ', p.phase, p.table_name) AS phase, t.inserted, p.started_lsn AS first,
                         lead(p.started_lsn) OVER (ORDER BY p.position) AS past
                  FROM exograph.load_phases p
                  LEFT JOIN exograph.load_tables t ON (t.load_id, t.table_name) = (p.load_id, p.table_name)
                  WHERE p.load_id = {loadId}) phases, {Stats}
            WHERE past > first
            GROUP BY phase, inserted
            ORDER BY min(position)
            """;
        return dataSource.QueryAsync(query, r => (r.GetString(0), r.GetInt64(1), Volume(r, 2)), cancellationToken);
    }

    private static WalVolume Volume(NpgsqlDataReader reader, int first) =>
        new(reader.GetInt64(first), reader.GetInt64(first + 1), reader.GetInt64(first + 2));

    private static async Task<string> PositionAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT pg_current_wal_flush_lsn()::text");
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>What a part of the index takes on disk.</summary>
internal sealed record TableSize(string Table, long HeapBytes, long IndexBytes)
{
    public long Bytes => HeapBytes + IndexBytes;

    /// <summary>The index tables, with their partitions and what is stored out of line.</summary>
    public static async Task<IReadOnlyList<TableSize>> ReadAsync(
        NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var sizes = await dataSource.QueryAsync($"""
            SELECT t.relname::text, sum(pg_table_size(coalesce(p.relid, t.oid)))::bigint,
                   sum(pg_indexes_size(coalesce(p.relid, t.oid)))::bigint
            FROM pg_class t
            LEFT JOIN LATERAL pg_partition_tree(t.oid) p ON p.isleaf
            WHERE t.relnamespace = 'exograph'::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
                AND t.relname IN ({IndexTables.Literals})
            GROUP BY t.relname
            """, r => new TableSize(IndexTables.Told(r.GetString(0)), r.GetInt64(1), r.GetInt64(2)), cancellationToken);
        return [.. IndexTables.All.Select(table => sizes.Single(s => s.Table == table))];
    }
}

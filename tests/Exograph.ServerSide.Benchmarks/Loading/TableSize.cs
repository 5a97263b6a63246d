using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>What an index table takes on disk, with its partitions and what is stored out of line.</summary>
internal sealed record TableSize(string Table, long Rows, long HeapBytes, long IndexBytes)
{
    /// <param name="dataSource">A database that holds the index.</param>
    /// <param name="digest">Its digest, which has counted the rows.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static async Task<IReadOnlyList<TableSize>> ReadAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<TableDigest> digest, CancellationToken cancellationToken)
    {
        var bytes = await dataSource.QueryAsync("""
            SELECT t.relname::text, sum(pg_table_size(coalesce(p.relid, t.oid)))::bigint,
                   sum(pg_indexes_size(coalesce(p.relid, t.oid)))::bigint
            FROM pg_class t
            LEFT JOIN LATERAL pg_partition_tree(t.oid) p ON p.isleaf
            WHERE t.relnamespace = 'exograph'::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
            GROUP BY t.relname
            """, r => (Table: r.GetString(0), Heap: r.GetInt64(1), Index: r.GetInt64(2)), cancellationToken);
        return [.. digest.Join(bytes, d => d.Table, b => b.Table, (d, b) => new TableSize(d.Table, d.Rows, b.Heap, b.Index))];
    }
}

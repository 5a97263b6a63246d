using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>An index of an index table, with the constraint that it stands for.</summary>
/// <param name="Name">Name of the index with schema, quoted.</param>
/// <param name="Create">Statement that builds it, on all partitions.</param>
/// <param name="DropConstraint">Statement that drops it with its constraint; null where it has none.</param>
/// <param name="AddConstraint">Statement that makes the built index the constraint's.</param>
internal sealed record IndexDefinition(string Name, string Create, string? DropConstraint, string? AddConstraint);

/// <summary>A foreign key of an index table.</summary>
/// <param name="Add">Statement that adds and validates it, on all partitions.</param>
/// <param name="Drop">Statement that drops it.</param>
internal sealed record ForeignKey(string Add, string Drop);

/// <summary>What a dump restores after the rows: valid keys, indexes and foreign keys, as a database has them.</summary>
internal sealed record IndexSchema
{
    public required IReadOnlyList<LeafTable> Leaves { get; init; }

    /// <summary>Of the largest table first.</summary>
    public required IReadOnlyList<IndexDefinition> Indexes { get; init; }

    public required IReadOnlyList<ForeignKey> ForeignKeys { get; init; }

    public static async Task<IndexSchema> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) => new()
    {
        Leaves = await LeafTable.ReadAsync(dataSource, cancellationToken),
        Indexes = await dataSource.QueryAsync($"""
            SELECT c.oid::regclass::text, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON '),
                   'ALTER TABLE ' || i.indrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(k.conname),
                   'ALTER TABLE ' || i.indrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(k.conname)
                       || CASE k.contype WHEN 'p' THEN ' PRIMARY KEY' ELSE ' UNIQUE' END
                       || ' USING INDEX ' || quote_ident(c.relname)
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            JOIN pg_class t ON t.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = t.relnamespace
            LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
            WHERE n.nspname = 'exograph' AND t.relname IN ({IndexTables.Literals}) AND i.indisvalid
            ORDER BY (SELECT sum(pg_relation_size(p.relid)) FROM pg_partition_tree(t.oid) p WHERE p.isleaf) DESC, 1
            """, r => new IndexDefinition(
                r.GetString(0), r.GetString(1),
                r.IsDBNull(2) ? null : r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3)), cancellationToken),
        ForeignKeys = await dataSource.QueryAsync($"""
            SELECT 'ALTER TABLE ' || k.conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(k.conname) || ' '
                       || pg_get_constraintdef(k.oid),
                   'ALTER TABLE ' || k.conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(k.conname)
            FROM pg_constraint k
            JOIN pg_class t ON t.oid = k.confrelid
            JOIN pg_namespace n ON n.oid = t.relnamespace
            WHERE n.nspname = 'exograph' AND t.relname IN ({IndexTables.Literals}) AND k.contype = 'f' AND k.conparentid = 0
                AND k.convalidated
            ORDER BY 1
            """, r => new ForeignKey(r.GetString(0), r.GetString(1)), cancellationToken),
    };

    /// <summary>
    /// Takes keys, indexes and foreign keys off the empty tables of a database, and makes the partitions that it lacks.
    /// </summary>
    public async Task StripAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        foreach (var key in ForeignKeys)
            await dataSource.RunAsync(key.Drop, cancellationToken);
        foreach (var index in Indexes)
            await dataSource.RunAsync(index.DropConstraint ?? $"DROP INDEX {index.Name}", cancellationToken);
        var standing = await LeafTable.ReadAsync(dataSource, cancellationToken);
        foreach (var leaf in Leaves.Where(l => l.Parent is not null).ExceptBy(standing.Select(s => s.Name), l => l.Name))
        {
            await dataSource.RunAsync(
                $"CREATE TABLE {leaf.Name} PARTITION OF {leaf.Parent} {leaf.Bound}", cancellationToken);
        }
    }
}

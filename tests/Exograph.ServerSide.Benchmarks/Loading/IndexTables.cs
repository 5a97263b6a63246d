using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>The index tables, as far as they have to be known by name.</summary>
internal static class IndexTables
{
    /// <summary>Tables with ids, each after those it refers to.</summary>
    public static IReadOnlyList<string> Dimensions { get; } =
        ["packages", "package_versions", "files", "terms", "fragments", "graph_nodes"];

    public static IReadOnlyList<string> Facts { get; } =
        ["comments", "definitions", "symbol_references", "call_edges", "fragment_terms"];

    public static IReadOnlyList<string> All { get; } = [.. Dimensions, "file_paths", .. Facts];

    /// <summary>The table that holds what the view fragment_terms shows: a row per fragment. In the row form there is none.</summary>
    public const string TermSets = "fragment_term_sets";

    /// <summary>For SQL: the names of all that are stored in either form, as a list of literals.</summary>
    public static string Literals { get; } = string.Join(", ", All.Append(TermSets).Select(t => $"'{t}'"));

    /// <summary>What a table of either form holds: sets of terms are told as pairs.</summary>
    public static string Told(string table) => table == TermSets ? "fragment_terms" : table;

    /// <summary>The table whose ids a column holds; null for any other column.</summary>
    public static string? ReferredTo(string column) => column switch
    {
        "package_id" => "packages",
        "package_version_id" => "package_versions",
        "file_id" => "files",
        "fragment_id" or "call_site_fragment_id" => "fragments",
        "caller_node_id" or "callee_node_id" => "graph_nodes",
        "term_id" => "terms",
        _ => null,
    };
}

/// <summary>An index table that holds rows: a table, or a partition of one.</summary>
/// <param name="Name">Its name with schema, quoted.</param>
/// <param name="Parent">The partitioned table, likewise; null where it is none's partition.</param>
/// <param name="Bound">Which rows the partition holds, as DDL.</param>
/// <param name="Pages">Pages of its heap.</param>
internal sealed record LeafTable(string Name, string? Parent, string? Bound, long Pages)
{
    public static Task<IReadOnlyList<LeafTable>> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var query = $"""
            SELECT c.oid::regclass::text, p.oid::regclass::text, pg_get_expr(c.relpartbound, c.oid),
                   pg_relation_size(c.oid) / current_setting('block_size')::int
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
            LEFT JOIN pg_class p ON p.oid = i.inhparent
            WHERE n.nspname = 'exograph' AND c.relkind = 'r' AND coalesce(p.relname, c.relname) IN ({IndexTables.Literals})
            ORDER BY 1
            """;
        return dataSource.QueryAsync(query, r => new LeafTable(
            r.GetString(0),
            r.IsDBNull(1) ? null : r.GetString(1),
            r.IsDBNull(2) ? null : r.GetString(2),
            r.GetInt64(3)), cancellationToken);
    }
}

namespace Exograph.ServerSide.Benchmarks.Loading.Writing;

/// <summary>
/// A merge as a good engineer writes it by hand, in SQL that PostgreSQL and DuckDB both understand: from tables of the schema
/// staged, numbered by the producer, into the index. New dimensions are found by anti-joins on their natural keys, a table maps
/// numbers to ids, facts that stand are anti-joined. What is not known of a number is left out: nothing is validated.
/// </summary>
/// <param name="createMap">How a table begins that need not last.</param>
internal sealed class SetMerge(string createMap)
{
    private const string OfVersion = """
        JOIN staged.package_ids p ON p.number = s.package_id
        JOIN staged.version_ids v ON v.number = s.package_version_id
        """;

    private const string OfFile = $"""
        {OfVersion}
        JOIN staged.file_ids f ON f.number = s.file_id
        """;

    private const string OfFragment = $"""
        {OfFile}
        LEFT JOIN staged.fragment_ids g ON g.number = s.fragment_id
        """;

    private const string SameNode = """
        n.file_id = f.id AND n.engine = s.engine AND n.kind = s.kind AND n.qualified_name = s.qualified_name
        AND n.external_id IS NOT DISTINCT FROM s.external_id
        AND n.line IS NOT DISTINCT FROM s.line AND n.col IS NOT DISTINCT FROM s.col
        """;

    private const string SameFragment = """
        g.content_hash = s.content_hash AND g.file_id = f.id AND g.line = s.line AND g.end_line IS NOT DISTINCT FROM s.end_line
        """;

    private const string SamePlace = "d.line IS NOT DISTINCT FROM s.line AND d.col IS NOT DISTINCT FROM s.col";

    /// <summary>The statements in their order, by the table that they fill; but the terms of fragments.</summary>
    public IReadOnlyList<(string Table, string Sql)> Statements =>
    [
        ("packages", $"""
            INSERT INTO exograph.packages (ecosystem, name)
            SELECT DISTINCT s.ecosystem, s.name
            FROM staged.packages s
            WHERE NOT EXISTS (SELECT 1 FROM exograph.packages p WHERE p.ecosystem = s.ecosystem AND p.name = s.name);

            {createMap} staged.package_ids AS
            SELECT s.id AS number, p.id
            FROM staged.packages s JOIN exograph.packages p ON p.ecosystem = s.ecosystem AND p.name = s.name;
            ANALYZE staged.package_ids;
            """),
        ("package_versions", $"""
            INSERT INTO exograph.package_versions (package_id, version)
            SELECT DISTINCT p.id, s.version
            FROM staged.package_versions s JOIN staged.package_ids p ON p.number = s.package_id
            WHERE NOT EXISTS (SELECT 1 FROM exograph.package_versions v WHERE v.package_id = p.id AND v.version = s.version);

            {createMap} staged.version_ids AS
            SELECT s.id AS number, v.id
            FROM staged.package_versions s
            JOIN staged.package_ids p ON p.number = s.package_id
            JOIN exograph.package_versions v ON v.package_id = p.id AND v.version = s.version;
            ANALYZE staged.version_ids;
            """),
        ("files", $"""
            INSERT INTO exograph.files (package_id, package_version_id, path, source, sha256)
            SELECT DISTINCT ON (v.id, s.sha256) p.id, v.id, s.path, s.source, s.sha256
            FROM staged.files s {OfVersion}
            WHERE NOT EXISTS (SELECT 1 FROM exograph.files f WHERE f.package_version_id = v.id AND f.sha256 = s.sha256)
            ORDER BY v.id, s.sha256, s.id;

            {createMap} staged.file_ids AS
            SELECT s.id AS number, f.id
            FROM staged.files s
            JOIN staged.version_ids v ON v.number = s.package_version_id
            JOIN exograph.files f ON f.package_version_id = v.id AND f.sha256 = s.sha256;
            ANALYZE staged.file_ids;
            """),
        ("file_paths", """
            INSERT INTO exograph.file_paths (file_id, path)
            SELECT DISTINCT f.id, s.path
            FROM staged.file_paths s JOIN staged.file_ids f ON f.number = s.file_id
            WHERE NOT EXISTS (SELECT 1 FROM exograph.file_paths d WHERE d.file_id = f.id AND d.path = s.path);
            """),
        ("terms", $"""
            INSERT INTO exograph.terms (term)
            SELECT DISTINCT s.term
            FROM staged.terms s
            WHERE NOT EXISTS (SELECT 1 FROM exograph.terms t WHERE t.term = s.term);

            {createMap} staged.term_ids AS
            SELECT s.id AS number, t.id FROM staged.terms s JOIN exograph.terms t ON t.term = s.term;
            ANALYZE staged.term_ids;
            """),
        ("fragments", $"""
            INSERT INTO exograph.fragments (package_id, package_version_id, file_id, content_hash, ast, kind, module, name, arity,
                                            line, end_line, mass, exact_hash, sub_hashes)
            SELECT DISTINCT ON (f.id, s.content_hash, s.line, s.end_line)
                   p.id, v.id, f.id, s.content_hash, s.ast, s.kind, s.module, s.name, s.arity,
                   s.line, s.end_line, s.mass, s.exact_hash, s.sub_hashes
            FROM staged.fragments s {OfFile}
            WHERE NOT EXISTS (SELECT 1 FROM exograph.fragments g WHERE {SameFragment})
            ORDER BY f.id, s.content_hash, s.line, s.end_line, s.id;

            {createMap} staged.fragment_ids AS
            SELECT s.id AS number, g.id
            FROM staged.fragments s
            JOIN staged.file_ids f ON f.number = s.file_id
            JOIN exograph.fragments g ON {SameFragment};
            ANALYZE staged.fragment_ids;
            """),
        ("graph_nodes", $"""
            INSERT INTO exograph.graph_nodes (package_id, package_version_id, file_id, fragment_id, engine, kind, external_id,
                                              module, name, arity, qualified_name, line, col)
            SELECT DISTINCT ON (f.id, s.engine, s.kind, s.external_id, s.qualified_name, s.line, s.col)
                   p.id, v.id, f.id, g.id, s.engine, s.kind, s.external_id,
                   s.module, s.name, s.arity, s.qualified_name, s.line, s.col
            FROM staged.graph_nodes s {OfFragment}
            WHERE NOT EXISTS (SELECT 1 FROM exograph.graph_nodes n WHERE {SameNode})
            ORDER BY f.id, s.engine, s.kind, s.external_id, s.qualified_name, s.line, s.col, s.id;

            {createMap} staged.node_ids AS
            SELECT s.id AS number, n.id
            FROM staged.graph_nodes s
            JOIN staged.file_ids f ON f.number = s.file_id
            JOIN exograph.graph_nodes n ON {SameNode};
            ANALYZE staged.node_ids;
            """),
        ("comments", $"""
            INSERT INTO exograph.comments (package_id, package_version_id, file_id, fragment_id, text, line, col)
            SELECT DISTINCT ON (f.id, s.line, s.col, s.text) p.id, v.id, f.id, g.id, s.text, s.line, s.col
            FROM staged.comments s {OfFragment}
            WHERE NOT EXISTS (SELECT 1 FROM exograph.comments d WHERE d.file_id = f.id AND d.text = s.text AND {SamePlace})
            ORDER BY f.id, s.line, s.col, s.text;
            """),
        ("definitions", Symbols("definitions")),
        ("symbol_references", Symbols("symbol_references")),
        ("call_edges", $"""
            INSERT INTO exograph.call_edges (package_id, package_version_id, file_id, caller_node_id, callee_node_id,
                                             call_site_fragment_id, caller_qualified_name, callee_qualified_name, line, col)
            SELECT DISTINCT ON (caller.id, callee.id, s.line, s.col)
                   p.id, v.id, f.id, caller.id, callee.id, g.id, s.caller_qualified_name, s.callee_qualified_name, s.line, s.col
            FROM staged.call_edges s {OfFile}
            JOIN staged.node_ids caller ON caller.number = s.caller_node_id
            JOIN staged.node_ids callee ON callee.number = s.callee_node_id
            LEFT JOIN staged.fragment_ids g ON g.number = s.call_site_fragment_id
            WHERE NOT EXISTS (SELECT 1 FROM exograph.call_edges d
                              WHERE d.caller_node_id = caller.id AND d.callee_node_id = callee.id AND {SamePlace})
            ORDER BY caller.id, callee.id, s.line, s.col;
            """),
    ];

    private static string Symbols(string table) => $"""
        INSERT INTO exograph.{table} (package_id, package_version_id, file_id, fragment_id, kind, module, name, arity,
                                      qualified_name, line, col)
        SELECT DISTINCT ON (f.id, s.line, s.col, s.kind, s.qualified_name)
               p.id, v.id, f.id, g.id, s.kind, s.module, s.name, s.arity, s.qualified_name, s.line, s.col
        FROM staged.{table} s {OfFragment}
        WHERE NOT EXISTS (SELECT 1 FROM exograph.{table} d
                          WHERE d.file_id = f.id AND d.kind = s.kind AND d.qualified_name = s.qualified_name AND {SamePlace})
        ORDER BY f.id, s.line, s.col, s.kind, s.qualified_name;
        """;
}

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary>
/// The functions of <c>exograph_find</c>, a page of a hundred rows each, and what a user of DuckDB would write for it. Calls are asked
/// for only where none leaves its package: to follow names, too, is not written for DuckDB.
/// </summary>
internal static class FindQuestions
{
    private const int Times = 5;
    private const string Placed = "JOIN exograph.files f ON f.id = r.file_id";

    private const string Named = "(r.qualified_name = $1 OR r.qualified_name IN "
        + "(SELECT d.qualified_name FROM exograph.definitions d WHERE d.name = $1 OR ends_with(d.qualified_name, '.' || $1)))";

    /// <summary>Packages of which two versions are there.</summary>
    private const string TwoVersions = $"""
        SELECT p.name, min(v.version), max(v.version)
        FROM exograph.packages p JOIN exograph.package_versions v ON v.package_id = p.id
        GROUP BY p.name HAVING count(*) = 2 ORDER BY 1 LIMIT 5
        """;

    public static IReadOnlyList<Question> All { get; } =
    [
        new()
        {
            Kind = QuestionKind.Find,
            Name = "definitions",
            Sql = "SELECT qualified_name, kind, path, line, col FROM exograph_find.definitions($1, page => 100)",
            DuckDbSql = $"""
                SELECT r.qualified_name, r.kind, f.path, r.line, r.col
                FROM exograph.definitions r {Placed}
                WHERE r.qualified_name = $1 OR r.name = $1
                ORDER BY r.qualified_name, r.file_id, coalesce(r.line, -1), coalesce(r.col, -1), r.kind
                LIMIT 100
                """,
            Arguments = $"""
                SELECT name FROM exograph.definitions WHERE name ~ '^\w+$' GROUP BY name ORDER BY md5(name) LIMIT {Times}
                """,
        },
        new()
        {
            Kind = QuestionKind.Find,
            Name = "references_to",
            Sql = "SELECT qualified_name, kind, path, line, col FROM exograph_find.references_to($1, page => 100)",
            DuckDbSql = $"""
                SELECT r.qualified_name, r.kind, f.path, r.line, r.col
                FROM exograph.symbol_references r {Placed}
                WHERE {Named}
                ORDER BY r.qualified_name, r.file_id, coalesce(r.line, -1), coalesce(r.col, -1), r.kind
                LIMIT 100
                """,
            Arguments = $"""
                SELECT d.name FROM exograph.definitions d
                WHERE d.name ~ '^\w+$' AND d.qualified_name IN (SELECT r.qualified_name FROM exograph.symbol_references r)
                GROUP BY d.name ORDER BY md5(d.name) LIMIT {Times}
                """,
        },
        Walk("callers", "callee", "caller"),
        Walk("callees", "caller", "callee"),
        new()
        {
            Kind = QuestionKind.Find,
            Name = "call_path, length",
            Sql = "SELECT count(*) FROM exograph_find.call_path($1, $2, depth => 4)",
            DuckDbSql = $"""
                WITH RECURSIVE reached (id, level) AS (
                    SELECT n.id, 0 FROM exograph.graph_nodes n WHERE n.qualified_name = $1
                    UNION
                    SELECT e.callee_node_id, r.level + 1
                    FROM reached r JOIN exograph.call_edges e ON e.caller_node_id = r.id
                    WHERE r.level < 4)
                SELECT min(r.level)
                FROM reached r JOIN exograph.graph_nodes n ON n.id = r.id
                WHERE r.level > 0 AND n.qualified_name = $2
                """,
            Arguments = $"""
                SELECT a.caller_qualified_name, c.callee_qualified_name
                FROM (SELECT * FROM exograph.call_edges WHERE line % 10 = 1 ORDER BY md5(caller_qualified_name), line, col LIMIT 200) a
                JOIN exograph.call_edges b ON b.caller_node_id = a.callee_node_id
                JOIN exograph.call_edges c ON c.caller_node_id = b.callee_node_id
                WHERE {OneGraph}
                GROUP BY 1, 2 ORDER BY md5(concat(a.caller_qualified_name, c.callee_qualified_name)) LIMIT {Times}
                """,
        },
        new()
        {
            Kind = QuestionKind.Find,
            Name = "fragments_with",
            Sql = "SELECT path, line, name FROM exograph_find.fragments_with(ARRAY[$1, $2, $3], page => 100)",
            DuckDbSql = $"""
                SELECT f.path, r.line, r.name
                FROM (SELECT fragment_id FROM exograph.fragment_terms WHERE term_id = (SELECT id FROM exograph.terms WHERE term = $1)
                      INTERSECT
                      SELECT fragment_id FROM exograph.fragment_terms WHERE term_id = (SELECT id FROM exograph.terms WHERE term = $2)
                      INTERSECT
                      SELECT fragment_id FROM exograph.fragment_terms WHERE term_id = (SELECT id FROM exograph.terms WHERE term = $3)) h
                JOIN exograph.fragments r ON r.id = h.fragment_id {Placed}
                ORDER BY r.id
                LIMIT 100
                """,
            Arguments = Questions.Terms("term", "1", "terms / 2", "terms"),
        },
        new()
        {
            Kind = QuestionKind.Find,
            Name = "copies_of",
            Sql = "SELECT path, line, name FROM exograph_find.copies_of($1, page => 100)",
            DuckDbSql = $"""
                SELECT f.path, r.line, r.name
                FROM exograph.fragments o JOIN exograph.fragments r ON r.exact_hash = o.exact_hash AND r.id <> o.id {Placed}
                WHERE o.id = $1
                ORDER BY r.id
                LIMIT 100
                """,
            Arguments = Copied("exact_hash"),
        },
        new()
        {
            Kind = QuestionKind.Find,
            Name = "similar",
            NeedsTextIndexes = true,
            Sql = "SELECT round(similarity::numeric, 3)::text, path, line FROM exograph_find.similar($1, 0.2, page => 100)",
            DuckDbSql = $"""
                SELECT printf('%.3f', s.similarity), f.path, s.line
                FROM (SELECT r.*, len(list_intersect(r.sub_hashes, o.sub_hashes))
                                  / len(list_distinct(list_concat(r.sub_hashes, o.sub_hashes))) AS similarity
                      FROM exograph.fragments o JOIN exograph.fragments r ON list_has_any(r.sub_hashes, o.sub_hashes) AND r.id <> o.id
                      WHERE o.id = $1) s
                JOIN exograph.files f ON f.id = s.file_id
                WHERE s.similarity >= 0.2
                ORDER BY s.similarity DESC, s.id
                LIMIT 100
                """,
            Arguments = Copied("sub_hashes[1]"),
        },
        new()
        {
            Kind = QuestionKind.Find,
            Name = "shared_code",
            Sql = "SELECT mass, path, line, copies, other_path, other_line, other_copies FROM exograph_find.shared_code($1, $2, page => 100)",
            DuckDbSql = """
                WITH shared AS (
                    SELECT r.exact_hash, min(r.id) FILTER (WHERE p.name = $1) AS id, count(*) FILTER (WHERE p.name = $1) AS copies,
                           min(r.id) FILTER (WHERE p.name = $2) AS other_id, count(*) FILTER (WHERE p.name = $2) AS other_copies
                    FROM exograph.packages p
                    JOIN exograph.package_versions v ON v.package_id = p.id
                    JOIN exograph.files f ON f.package_version_id = v.id
                    JOIN exograph.fragments r ON r.file_id = f.id
                    WHERE p.name IN ($1, $2) AND r.exact_hash IS NOT NULL
                    GROUP BY r.exact_hash
                    HAVING count(DISTINCT p.name) = 2)
                SELECT g.mass, f.path, g.line, s.copies, o.path, h.line, s.other_copies
                FROM shared s
                JOIN exograph.fragments g ON g.id = s.id JOIN exograph.files f ON f.id = g.file_id
                JOIN exograph.fragments h ON h.id = s.other_id JOIN exograph.files o ON o.id = h.file_id
                ORDER BY g.mass DESC, s.exact_hash
                LIMIT 100
                """,
            Arguments = $"""
                SELECT a.name, b.name
                FROM (SELECT exact_hash FROM exograph.fragments WHERE exact_hash IS NOT NULL
                      GROUP BY exact_hash HAVING count(DISTINCT package_id) > 1 ORDER BY exact_hash LIMIT 50) h
                CROSS JOIN LATERAL (SELECT min(package_id), max(package_id) FROM exograph.fragments g WHERE g.exact_hash = h.exact_hash)
                    AS p (one, other)
                JOIN exograph.packages a ON a.id = p.one JOIN exograph.packages b ON b.id = p.other
                GROUP BY 1, 2 ORDER BY 1, 2 LIMIT {Times}
                """,
        },
        new()
        {
            Kind = QuestionKind.Find,
            Name = "changes",
            Sql = "SELECT what, change, name, path, old_path FROM exograph_find.changes($1, $2, $3, page => 100)",
            DuckDbSql = ChangesInDuckDb,
            Arguments = TwoVersions,
        },
        new()
        {
            Kind = QuestionKind.Find,
            Name = "text",
            NeedsTextIndexes = true,
            Sql = "SELECT path, line FROM exograph_find.text($1, page => 100)",
            DuckDbSql = """
                SELECT path, line
                FROM (SELECT id, path, unnest(string_split(source, chr(10))) AS text,
                             generate_subscripts(string_split(source, chr(10)), 1) AS line
                      FROM exograph.files WHERE regexp_matches(source, $1)) l
                WHERE regexp_matches(text, $1)
                ORDER BY id, line
                LIMIT 100
                """,
            Arguments = Questions.Words,
        },
        new()
        {
            Kind = QuestionKind.Find,
            Name = "file",
            Sql = "SELECT path, source FROM exograph_find.file($1, page => 100)",
            DuckDbSql = """
                SELECT f.path, f.source
                FROM exograph.file_paths a JOIN exograph.files f ON f.id = a.file_id
                WHERE a.path = $1
                ORDER BY f.id
                LIMIT 100
                """,
            Arguments = $"SELECT path FROM exograph.file_paths GROUP BY path ORDER BY md5(path) LIMIT {Times}",
        },
        new()
        {
            Kind = QuestionKind.Find,
            Name = "outline",
            Sql = "SELECT depth, line, end_line, qualified_name FROM exograph_find.outline($1)",
            DuckDbSql = """
                WITH defined AS (
                    SELECT coalesce(g.line, d.line) AS first, coalesce(g.end_line, g.line, d.line) AS last, d.*
                    FROM exograph.definitions d LEFT JOIN exograph.fragments g ON g.id = d.fragment_id
                    WHERE d.file_id = $1)
                SELECT (SELECT count(*) FROM (SELECT DISTINCT first, last FROM defined) s
                        WHERE s.first <= d.first AND s.last >= d.last AND NOT (s.first = d.first AND s.last = d.last)),
                       d.first, d.last, d.qualified_name
                FROM defined d
                ORDER BY d.first, d.last DESC, d.line, d.col, d.qualified_name, d.kind
                """,
            Arguments = $"""
                SELECT min(file_id)::text FROM exograph.definitions GROUP BY file_id ORDER BY md5(min(qualified_name)) LIMIT {Times}
                """,
        },
    ];

    private const string OneGraph = "NOT EXISTS (SELECT FROM exograph.graph_nodes WHERE kind = 'external')";

    private const string ChangesInDuckDb = """
        WITH sides AS (
            SELECT v.id, v.version = $3 AS is_new
            FROM exograph.packages p JOIN exograph.package_versions v ON v.package_id = p.id
            WHERE p.name = $1 AND v.version IN ($2, $3)),
        definitions AS (
            SELECT CASE WHEN bool_and(s.is_new) THEN 'added' WHEN bool_or(s.is_new) THEN 'changed' ELSE 'removed' END AS change,
                   d.kind, d.qualified_name, d.arity,
                   min(d.file_id) FILTER (WHERE s.is_new) AS file_id, min(d.file_id) FILTER (WHERE NOT s.is_new) AS old_file_id
            FROM sides s
            JOIN exograph.files f ON f.package_version_id = s.id
            JOIN exograph.definitions d ON d.file_id = f.id
            LEFT JOIN exograph.fragments g ON g.id = d.fragment_id
            GROUP BY d.kind, d.qualified_name, d.arity
            HAVING list_sort(list(coalesce(hex(g.exact_hash), '')) FILTER (WHERE s.is_new))
                IS DISTINCT FROM list_sort(list(coalesce(hex(g.exact_hash), '')) FILTER (WHERE NOT s.is_new))),
        paths AS (
            SELECT s.is_new, p.path, string_agg(hex(f.sha256), ' ' ORDER BY f.sha256) AS content
            FROM sides s
            JOIN exograph.files f ON f.package_version_id = s.id JOIN exograph.file_paths p ON p.file_id = f.id
            GROUP BY s.is_new, p.path)
        SELECT what, change, name, path, old_path FROM (
            SELECT 'definition' AS what, d.change, d.qualified_name AS name, n.path, o.path AS old_path, d.arity, d.kind
            FROM definitions d
            LEFT JOIN exograph.files n ON n.id = d.file_id
            LEFT JOIN exograph.files o ON o.id = d.old_file_id
            UNION ALL
            SELECT 'file', CASE WHEN o.path IS NULL THEN 'added' WHEN n.path IS NULL THEN 'removed' ELSE 'changed' END,
                   coalesce(n.path, o.path), n.path, o.path, NULL, NULL
            FROM (SELECT * FROM paths WHERE is_new) n FULL JOIN (SELECT * FROM paths WHERE NOT is_new) o ON o.path = n.path
            WHERE n.content IS DISTINCT FROM o.content)
        ORDER BY what, name, coalesce(arity, -1), coalesce(kind, '')
        LIMIT 100
        """;

    /// <summary>Fragments of which something is there more than once.</summary>
    private static string Copied(string what) => $"""
        SELECT min(id)::text FROM exograph.fragments WHERE {what} IS NOT NULL
        GROUP BY {what} HAVING count(*) > 1 ORDER BY {what} LIMIT {Times}
        """;

    private static Question Walk(string name, string from, string to) => new()
    {
        Kind = QuestionKind.Find,
        Name = $"{name}, three levels",
        Sql = $"SELECT level, caller, callee, path, line, col FROM exograph_find.{name}($1, depth => 3, page => 100)",
        DuckDbSql = $"""
            WITH RECURSIVE reached (id, level) AS (
                SELECT n.id, 1 FROM exograph.graph_nodes n WHERE n.qualified_name = $1
                UNION
                SELECT e.{to}_node_id, r.level + 1
                FROM reached r JOIN exograph.call_edges e ON e.{from}_node_id = r.id
                WHERE r.level < 3)
            SELECT n.level, r.caller_qualified_name, r.callee_qualified_name, f.path, r.line, r.col
            FROM (SELECT id, min(level) AS level FROM reached GROUP BY id) n
            JOIN exograph.call_edges r ON r.{from}_node_id = n.id {Placed}
            ORDER BY n.level, r.{from}_qualified_name, r.{to}_qualified_name, r.caller_node_id, r.callee_node_id,
                     coalesce(r.line, -1), coalesce(r.col, -1)
            LIMIT 100
            """,
        Arguments = $"""
            SELECT {from}_qualified_name FROM exograph.call_edges WHERE {OneGraph}
            GROUP BY 1 ORDER BY min(md5(concat_ws('/', {from}_qualified_name, line, col))) LIMIT {Times}
            """,
    };
}

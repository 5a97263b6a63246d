namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary>The questions, as a reader of the index would put them in SQL. Rows come in an order that both databases know.</summary>
internal static class Questions
{
    private const int Times = 5;

    private static readonly string[] s_counted = ["files", "fragments", "definitions", "symbol_references", "comments", "call_edges"];

    /// <summary>Names as often as there are rows of them; any order that does not depend on ids will do.</summary>
    private static string Names(string column, string table) => $"""
        SELECT {column} FROM exograph.{table} WHERE {column} IS NOT NULL
        GROUP BY {column} ORDER BY min(md5(concat_ws('/', {column}, line, col))) LIMIT {Times}
        """;

    /// <summary>Words to look for in texts, names that are defined among them: the plain one, and as LIKE takes it.</summary>
    public const string Words = """
        SELECT w.word, replace(w.word, '_', '\_')
        FROM (VALUES ('TODO'), ('because'), ('Exception')
              UNION ALL
              (SELECT name FROM exograph.definitions WHERE name ~ '^\w{6,}$' GROUP BY name ORDER BY md5(name) LIMIT 3)) AS w (word)
        """;

    private const string MostCopied = """
        SELECT exact_hash, count(*) AS copies
        FROM exograph.fragments
        WHERE exact_hash IS NOT NULL
        GROUP BY exact_hash HAVING count(*) > 1
        ORDER BY 2 DESC, 1
        LIMIT 20
        """;

    private const string OfFile = "JOIN exograph.files f ON f.id = r.file_id";

    /// <summary>
    /// Three of the terms of fragments, or of their ids, by the number of fragments that hold them: as they are ranked, from 1 to
    /// <c>terms</c>.
    /// </summary>
    public static string Terms(string what, string first, string second, string third) => $"""
        WITH chosen AS (
            SELECT s.fragment_id, s.term_ids
            FROM exograph.fragment_term_sets s JOIN exograph.fragments f ON f.id = s.fragment_id
            WHERE cardinality(s.term_ids) >= 9
            ORDER BY f.content_hash, f.line LIMIT {Times}),
        counted AS (
            SELECT c.fragment_id, t.id, t.term,
                   (SELECT count(*) FROM exograph.fragment_term_sets s WHERE s.term_ids @> ARRAY[t.id]) AS fragments
            FROM chosen c CROSS JOIN unnest(c.term_ids) AS u (id) JOIN exograph.terms t ON t.id = u.id),
        ranked AS (
            SELECT fragment_id, {what}::text AS told, row_number() OVER (PARTITION BY fragment_id ORDER BY fragments, term) AS rank,
                   count(*) OVER (PARTITION BY fragment_id) AS terms
            FROM counted)
        SELECT max(told) FILTER (WHERE rank = {first}), max(told) FILTER (WHERE rank = {second}), max(told) FILTER (WHERE rank = {third})
        FROM ranked GROUP BY fragment_id
        """;

    public static IReadOnlyList<Question> All { get; } =
    [
        .. ByName("definitions", "definitions"),
        .. ByName("references", "symbol_references"),
        new()
        {
            Kind = QuestionKind.LookUp,
            Name = "callers by qualified name",
            Sql = $"""
                SELECT r.caller_qualified_name, f.path, r.line, r.col
                FROM exograph.call_edges r {OfFile}
                WHERE r.callee_qualified_name = $1
                ORDER BY 1, 2, 3, 4
                """,
            Arguments = Names("callee_qualified_name", "call_edges"),
        },
        new()
        {
            Kind = QuestionKind.LookUp,
            Name = "definitions of a file by path",
            Sql = """
                SELECT r.line, r.col, r.kind, r.qualified_name
                FROM exograph.file_paths p JOIN exograph.definitions r ON r.file_id = p.file_id
                WHERE p.path = $1
                ORDER BY 1, 2, 3, 4
                """,
            Arguments = $"""
                SELECT p.path FROM exograph.file_paths p
                WHERE EXISTS (SELECT FROM exograph.definitions d WHERE d.file_id = p.file_id)
                GROUP BY p.path ORDER BY md5(p.path) LIMIT {Times}
                """,
        },
        new()
        {
            Kind = QuestionKind.LookUp,
            Name = "copies of a fragment by exact_hash",
            Sql = $"""
                SELECT f.path, r.line, r.end_line
                FROM exograph.fragments o JOIN exograph.fragments r ON r.exact_hash = o.exact_hash AND r.id <> o.id {OfFile}
                WHERE o.id = $1
                ORDER BY 1, 2, 3
                """,
            Arguments = $"""
                SELECT min(id)::text FROM exograph.fragments WHERE exact_hash IS NOT NULL
                GROUP BY exact_hash HAVING count(*) > 1 ORDER BY exact_hash LIMIT {Times}
                """,
        },
        new()
        {
            Kind = QuestionKind.LookUp,
            Name = "terms of a fragment",
            Sql = """
                SELECT t.term
                FROM exograph.fragment_terms r JOIN exograph.terms t ON t.id = r.term_id
                WHERE r.fragment_id = $1
                ORDER BY 1
                """,
            Arguments = $"""
                SELECT id::text FROM exograph.fragments ORDER BY content_hash, line LIMIT {Times}
                """,
        },
        WithTerms("three rare terms", "1", "2", "3"),
        WithTerms("three middling terms", "terms / 2", "terms / 2 + 1", "terms / 2 + 2"),
        WithTerms("three frequent terms", "terms", "terms - 1", "terms - 2"),
        WithTerms("a rare, a middling and a frequent term", "1", "terms / 2", "terms"),
        .. InTexts("sources", "exograph.files f", "f.source", "f.path", after: @"\W+\w+ *[=(]"),
        .. InTexts("comments", $"exograph.comments r {OfFile}", "r.text", "f.path, r.line", after: @"\s+(is|was|must|will)"),
        Reach("callers, and theirs, four levels", from: "callee", to: "caller"),
        Reach("what is called, and by that, four levels", from: "caller", to: "callee"),
        Most("most called", "call_edges", "callee_qualified_name"),
        Most("most referenced", "symbol_references", "qualified_name"),
        new()
        {
            Kind = QuestionKind.Aggregate,
            Name = "most copied fragments",
            Sql = $"SELECT encode(m.exact_hash, 'hex'), m.copies FROM ({MostCopied}) m ORDER BY 2 DESC, 1",
            DuckDbSql = $"SELECT lower(hex(m.exact_hash)), m.copies FROM ({MostCopied}) m ORDER BY 2 DESC, 1",
        },
        new()
        {
            Kind = QuestionKind.Aggregate,
            Name = "most frequent terms",
            Sql = """
                SELECT t.term, u.fragments
                FROM (SELECT s.id, count(*) AS fragments
                      FROM (SELECT unnest(term_ids) AS id FROM exograph.fragment_term_sets) s
                      GROUP BY s.id) u
                JOIN exograph.terms t ON t.id = u.id
                ORDER BY 2 DESC, 1
                LIMIT 20
                """,
            DuckDbSql = """
                SELECT t.term, u.fragments
                FROM (SELECT term_id AS id, count(*) AS fragments FROM exograph.fragment_terms GROUP BY term_id) u
                JOIN exograph.terms t ON t.id = u.id
                ORDER BY 2 DESC, 1
                LIMIT 20
                """,
        },
        new()
        {
            Kind = QuestionKind.Aggregate,
            Name = "fragments and mass by module",
            Sql = """
                SELECT module, count(*), sum(mass)::bigint, max(mass)
                FROM exograph.fragments
                GROUP BY module
                ORDER BY 2 DESC, 1
                LIMIT 20
                """,
        },
        new()
        {
            Kind = QuestionKind.Aggregate,
            Name = "definitions that nothing refers to",
            Sql = Unused("(SELECT qualified_name FROM exograph.symbol_references GROUP BY qualified_name)"),
            DuckDbSql = Unused("exograph.symbol_references"),
        },
        new()
        {
            Kind = QuestionKind.Aggregate,
            Name = "counts per package",
            Sql = $"""
                SELECT p.name, {string.Join(", ", s_counted.Select(t => $"coalesce({t}.rows, 0)"))}
                FROM exograph.packages p
                {string.Join("\n", s_counted.Select(t =>
                    $"LEFT JOIN (SELECT package_id, count(*) AS rows FROM exograph.{t} GROUP BY package_id) {t} ON {t}.package_id = p.id"))}
                ORDER BY 1
                """,
        },
        .. FindQuestions.All,
    ];

    private static IEnumerable<Question> ByName(string what, string table)
    {
        string Ask(string condition) => $"""
            SELECT r.qualified_name, r.kind, f.path, r.line, r.col
            FROM exograph.{table} r {OfFile}
            WHERE {condition}
            ORDER BY 1, 2, 3, 4, 5
            """;
        yield return new()
        {
            Kind = QuestionKind.LookUp,
            Name = $"{what} by qualified name",
            Sql = Ask("r.qualified_name = $1"),
            Arguments = Names("qualified_name", table),
        };
        yield return new()
        {
            Kind = QuestionKind.LookUp,
            Name = $"{what} by prefix",
            Sql = Ask("r.qualified_name ^@ $1"),
            Arguments = $"""
                SELECT module || '.' FROM ({Names("module", table)}) m
                """,
        };
    }

    /// <summary>
    /// The first hundred fragments that hold all of three terms, brought by one load; none comes twice, for the sets of a fragment are
    /// disjoint. By ids, as whoever has looked terms up has them: the planner knows how frequent these are.
    /// </summary>
    private static Question WithTerms(string which, string first, string second, string third)
    {
        static string Ask(string found) => $"""
            SELECT r.id, f.path, r.line, r.kind, r.name
            FROM ({found} ORDER BY 1 LIMIT 100) h
            JOIN exograph.fragments r ON r.id = h.fragment_id {OfFile}
            ORDER BY 1
            """;
        return new()
        {
            Kind = QuestionKind.Search,
            Name = $"fragments with {which}",
            Sql = Ask("SELECT s.fragment_id FROM exograph.fragment_term_sets s WHERE s.term_ids @> ARRAY[$1, $2, $3]::integer[]"),
            DuckDbSql = Ask("""
                SELECT fragment_id FROM exograph.fragment_terms WHERE term_id = $1
                INTERSECT SELECT fragment_id FROM exograph.fragment_terms WHERE term_id = $2
                INTERSECT SELECT fragment_id FROM exograph.fragment_terms WHERE term_id = $3
                """),
            Arguments = Terms("id", first, second, third),
        };
    }

    /// <summary>
    /// A word, and a regular expression with a word in it. PostgreSQL looks for the word first where it is told to: strpos is twice as
    /// fast as LIKE, which an index needs, and CASE keeps it from trying the expression first, which it takes for cheaper.
    /// </summary>
    private static IEnumerable<Question> InTexts(string where, string tables, string text, string shown, string after)
    {
        string Ask(string condition) => $"SELECT {shown} FROM {tables} WHERE {condition} ORDER BY {shown}";
        var expression = $"{text} ~ ($1 || '{after}')";
        var like = $"{text} LIKE '%' || $2 || '%'";
        var word = new Question
        {
            Kind = QuestionKind.Search,
            Name = $"a word in {where}",
            Sql = Ask($"strpos({text}, $1) > 0"),
            DuckDbSql = Ask($"contains({text}, $1)"),
            Arguments = Words,
        };
        var matching = word with
        {
            Name = $"a regular expression in {where}",
            Sql = Ask($"CASE WHEN strpos({text}, $1) > 0 THEN {expression} END"),
            DuckDbSql = Ask($"regexp_matches({text}, $1 || '{after}')"),
        };
        Question Indexed(Question question, string sql) =>
            question with { Name = $"{question.Name}, text indexes", Sql = sql, NeedsTextIndexes = true };
        return [word, Indexed(word, Ask(like)), matching, Indexed(matching, Ask(expression))];
    }

    /// <summary>Each name once makes a hash table of PostgreSQL's a tenth as large, and the query five times as fast.</summary>
    private static string Unused(string references) => $"""
        SELECT d.kind, count(*)
        FROM exograph.definitions d
        WHERE NOT EXISTS (SELECT 1 FROM {references} r WHERE r.qualified_name = d.qualified_name)
        GROUP BY d.kind
        ORDER BY 1
        """;

    /// <summary>An edge has the names of its nodes.</summary>
    private static Question Reach(string name, string from, string to) => new()
    {
        Kind = QuestionKind.Traversal,
        Name = name,
        Sql = $"""
            WITH RECURSIVE reached (id, name, level) AS (
                SELECT n.id, n.qualified_name, 0 FROM exograph.graph_nodes n WHERE n.qualified_name = $1
                UNION
                SELECT e.{to}_node_id, e.{to}_qualified_name, r.level + 1
                FROM reached r JOIN exograph.call_edges e ON e.{from}_node_id = r.id
                WHERE r.level < 4)
            SELECT r.name, min(r.level)
            FROM reached r
            GROUP BY r.name
            ORDER BY 2, 1
            """,
        Arguments = Names($"{from}_qualified_name", "call_edges"),
    };

    private static Question Most(string name, string table, string column) => new()
    {
        Kind = QuestionKind.Aggregate,
        Name = name,
        Sql = $"""
            SELECT {column}, count(*)
            FROM exograph.{table}
            GROUP BY {column}
            ORDER BY 2 DESC, 1
            LIMIT 20
            """,
    };
}

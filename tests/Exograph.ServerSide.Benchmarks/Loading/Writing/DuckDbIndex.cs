using DuckDB.NET.Data;

namespace Exograph.ServerSide.Benchmarks.Loading.Writing;

/// <summary>
/// The index tables in DuckDB: dimensions with a primary key and their natural key, the terms of fragments as pairs in the order of
/// terms, so that a look-up by term reads few row groups. Staging is in memory.
/// </summary>
internal static class DuckDbIndex
{
    /// <summary>The database in a file, and that in memory.</summary>
    public const string Catalog = "main_index";
    public const string Staging = "staged";

    /// <summary>Makes pairs of the index of those that are staged.</summary>
    public const string OrderedByTerm = """
        INSERT INTO exograph.fragment_terms (fragment_id, term_id)
        SELECT s.fragment_id, s.term_id FROM staged.fragment_terms s ORDER BY s.term_id, s.fragment_id;
        """;

    private static readonly Dictionary<string, string> s_naturalKeys = new()
    {
        ["packages"] = "ecosystem, name",
        ["package_versions"] = "package_id, version",
        ["files"] = "package_version_id, sha256",
        ["terms"] = "term",
        ["fragments"] = "content_hash, file_id, line, end_line",
        ["graph_nodes"] = "file_id, engine, kind, external_id, qualified_name, line, col",
    };

    /// <summary>The statement that makes a table of the index, of columns as CREATE TABLE has them.</summary>
    public static string Create(string table, string columns) => $"CREATE TABLE exograph.{table} ({columns}"
        + (s_naturalKeys.TryGetValue(table, out var key) ? $", PRIMARY KEY (id), UNIQUE ({key}))" : ")");

    public static string FileIn(string directory) => Path.Combine(directory, $"{Catalog}.duckdb");

    public static DuckDBConnection Open(string directory)
    {
        var connection = new DuckDBConnection($"DataSource={FileIn(directory)}");
        connection.Open();
        return connection;
    }
}

using System.Text.Json;
using Exograph.ServerSide.Tests.Loading;

namespace Exograph.ServerSide.Tests.Find;

internal sealed record FileRow(
    long Id, string? Ecosystem, string? Package, string? Version, string Path, string[] Paths, string Source, string Sha256);

internal sealed record FragmentRow(
    long Id, long FileId, string Kind, string? Name, int Line, int? EndLine, int Mass, string? ExactHash, long[] SubHashes,
    string[] Terms);

/// <summary>A definition or a reference.</summary>
internal sealed record SymbolRow(
    long FileId, long? FragmentId, string Kind, string Name, int? Arity, string QualifiedName, int? Line, int? Col);

internal sealed record NodeRow(
    long Id, string Engine, string Kind, string QualifiedName, string? Ecosystem, string? Package, string? Version)
{
    public bool IsExternal => Kind == "external";
}

internal sealed record CallRow(
    long? FileId, long CallerNodeId, long CalleeNodeId, string CallerQualifiedName, string CalleeQualifiedName, int? Line, int? Col);

internal sealed record CommentRow(long FileId, string Text, int? Line, int? Col);

/// <summary>All rows of an index, read whole: what answers are looked for in, row by row.</summary>
internal sealed class IndexRows
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public required IReadOnlyDictionary<long, FileRow> Files { get; init; }

    public required IReadOnlyDictionary<long, FragmentRow> Fragments { get; init; }

    public required IReadOnlyList<SymbolRow> Definitions { get; init; }

    public required IReadOnlyList<SymbolRow> References { get; init; }

    public required IReadOnlyList<NodeRow> Nodes { get; init; }

    public required IReadOnlyList<CallRow> Calls { get; init; }

    public required IReadOnlyList<CommentRow> Comments { get; init; }

    public static async Task<IndexRows> ReadAsync(Session db) => new()
    {
        Files = (await RowsAsync<FileRow>(db,
            """
            SELECT f.*, p.ecosystem, p.name AS package, v.version, array(SELECT path FROM exograph.file_paths WHERE file_id = f.id) AS paths
            FROM exograph.files f
            LEFT JOIN exograph.package_versions v ON v.id = f.package_version_id
            LEFT JOIN exograph.packages p ON p.id = f.package_id
            """)).ToDictionary(f => f.Id),
        Fragments = (await RowsAsync<FragmentRow>(db,
            """
            SELECT f.*, array(SELECT t.term FROM exograph.fragment_term_sets s, unnest(s.term_ids) i, exograph.terms t
                              WHERE s.fragment_id = f.id AND t.id = i) AS terms
            FROM exograph.fragments f
            """)).ToDictionary(f => f.Id),
        Definitions = await RowsAsync<SymbolRow>(db, "SELECT * FROM exograph.definitions"),
        References = await RowsAsync<SymbolRow>(db, "SELECT * FROM exograph.symbol_references"),
        Nodes = await RowsAsync<NodeRow>(db,
            """
            SELECT n.id, n.engine, n.kind, n.qualified_name, p.ecosystem, p.name AS package, v.version
            FROM exograph.graph_nodes n
            LEFT JOIN exograph.package_versions v ON v.id = n.package_version_id
            LEFT JOIN exograph.packages p ON p.id = n.package_id
            """),
        Calls = await RowsAsync<CallRow>(db, "SELECT * FROM exograph.call_edges"),
        Comments = await RowsAsync<CommentRow>(db, "SELECT * FROM exograph.comments"),
    };

    private static async Task<List<T>> RowsAsync<T>(Session db, string query) => JsonSerializer.Deserialize<List<T>>(
        await db.ScalarAsync<string>($"SELECT coalesce(jsonb_agg(to_jsonb(q)), '[]')::text FROM ({query}) q"), s_options)!;
}

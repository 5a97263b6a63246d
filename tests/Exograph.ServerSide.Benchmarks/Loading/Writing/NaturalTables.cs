using static NpgsqlTypes.NpgsqlDbType;

namespace Exograph.ServerSide.Benchmarks.Loading.Writing;

/// <summary>The natural keys of a corpus, by the numbers of its rows.</summary>
internal sealed class NaturalKeys(Corpus corpus)
{
    public PackageRow[] Packages { get; } = ByNumber(corpus.PackageRows());

    public string[] Versions { get; } = ByNumber(corpus.PackageVersionRows().Select(r => r.Version));

    public ReadOnlyMemory<byte>[] Files { get; } = ByNumber(corpus.FileRows().Select(r => r.Sha256));

    public string[] Terms { get; } = ByNumber(corpus.TermRows().Select(r => r.Term));

    public ReadOnlyMemory<byte>[] Fragments { get; } = ByNumber(corpus.FragmentRows().Select(r => r.ContentHash!.Value));

    public GraphNodeRow[] Nodes { get; } = ByNumber(corpus.GraphNodeRows());

    public PackageRow PackageOfFile(long file) => Packages[Corpus.PackageOf((int)file)];

    public string VersionOfFile(long file) => Versions[Corpus.PackageOf((int)file)];

    /// <summary>Rows come in the order of their numbers, which begin with 1.</summary>
    private static T[] ByNumber<T>(IEnumerable<T> rows) => [default!, .. rows];
}

/// <summary>The tables in the columns of the inserter views: every row names its parents by their natural keys.</summary>
internal sealed class NaturalTables(NaturalKeys keys)
{
    public TableWriter<PackageRow> Packages { get; } = new TableWriter<PackageRow>("packages")
        .Add("ecosystem", Text, r => r.Ecosystem)
        .Add("name", Text, r => r.Name);

    public TableWriter<PackageVersionRow> Versions { get; } = new TableWriter<PackageVersionRow>("package_versions")
        .Add("ecosystem", Text, r => keys.Packages[r.PackageId].Ecosystem)
        .Add("package", Text, r => keys.Packages[r.PackageId].Name)
        .Add("version", Text, r => r.Version);

    public TableWriter<FileRow> Files { get; } = OfVersion<FileRow>("files", keys, r => r.Id).AddPayload();

    public TableWriter<TermRow> Terms { get; } = new TableWriter<TermRow>("terms").Add("term", Text, r => r.Term);

    public TableWriter<FragmentRow> Fragments { get; } =
        OfFile<FragmentRow>("fragments", keys, r => r.FileId).AddPayload();

    public TableWriter<GraphNodeRow> Nodes { get; } =
        OfFile<GraphNodeRow>("graph_nodes", keys, r => r.FileId!.Value)
            .Add("fragment_content_hash", Bytea, r => keys.Fragments[r.FragmentId!.Value])
            .AddPayload();

    public TableWriter<CommentRow> Comments { get; } = OfFile<CommentRow>("comments", keys, r => r.FileId)
        .Add("fragment_content_hash", Bytea, r => keys.Fragments[r.FragmentId!.Value])
        .AddPayload();

    public TableWriter<DefinitionRow> Definitions { get; } = OfFile<DefinitionRow>("definitions", keys, r => r.FileId)
        .Add("fragment_content_hash", Bytea, r => keys.Fragments[r.FragmentId!.Value])
        .AddPayload();

    public TableWriter<SymbolReferenceRow> References { get; } =
        OfFile<SymbolReferenceRow>("symbol_references", keys, r => r.FileId)
            .Add("fragment_content_hash", Bytea, r => keys.Fragments[r.FragmentId!.Value])
            .AddPayload();

    public TableWriter<CallEdgeRow> CallEdges { get; } = AddNode(AddNode(
            OfFile<CallEdgeRow>("call_edges", keys, r => r.FileId!.Value), keys, "caller_", r => r.CallerNodeId),
            keys, "callee_", r => r.CalleeNodeId)
        .Add("call_site_content_hash", Bytea, r => keys.Fragments[r.CallSiteFragmentId!.Value])
        .AddPayload();

    public TableWriter<FragmentTermRow> FragmentTerms { get; } = new TableWriter<FragmentTermRow>("fragment_terms")
        .Add("fragment_content_hash", Bytea, r => keys.Fragments[r.FragmentId])
        .Add("term", Text, r => keys.Terms[r.TermId]);

    private static TableWriter<TRow> OfFile<TRow>(string table, NaturalKeys keys, Func<TRow, long> fileOf) =>
        OfVersion(table, keys, fileOf).Add("file_sha256", Bytea, r => keys.Files[fileOf(r)]);

    private static TableWriter<TRow> OfVersion<TRow>(string table, NaturalKeys keys, Func<TRow, long> fileOf) =>
        AddVersion(new TableWriter<TRow>(table), keys, "", fileOf);

    private static TableWriter<TRow> AddVersion<TRow>(
        TableWriter<TRow> writer, NaturalKeys keys, string prefix, Func<TRow, long> fileOf) => writer
        .Add($"{prefix}ecosystem", Text, r => keys.PackageOfFile(fileOf(r)).Ecosystem)
        .Add($"{prefix}package", Text, r => keys.PackageOfFile(fileOf(r)).Name)
        .Add($"{prefix}version", Text, r => keys.VersionOfFile(fileOf(r)));

    /// <summary>A node's key but its qualified name, which the edge holds in any case.</summary>
    private static TableWriter<CallEdgeRow> AddNode(
        TableWriter<CallEdgeRow> writer, NaturalKeys keys, string prefix, Func<CallEdgeRow, long> nodeOf)
    {
        GraphNodeRow Node(CallEdgeRow row) => keys.Nodes[nodeOf(row)];
        return AddVersion(writer, keys, prefix, r => Node(r).FileId!.Value)
            .Add($"{prefix}file_sha256", Bytea, r => keys.Files[Node(r).FileId!.Value])
            .Add($"{prefix}engine", Text, r => Node(r).Engine)
            .Add($"{prefix}kind", Text, r => Node(r).Kind)
            .Add($"{prefix}line", Integer, r => Node(r).Line)
            .Add($"{prefix}col", Integer, r => Node(r).Col);
    }
}

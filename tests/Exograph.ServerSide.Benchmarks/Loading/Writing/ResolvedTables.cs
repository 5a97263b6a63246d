using static NpgsqlTypes.NpgsqlDbType;

namespace Exograph.ServerSide.Benchmarks.Loading.Writing;

/// <summary>The ids that a client holds for the rows of a corpus, by their numbers.</summary>
internal sealed class ResolvedIds(Corpus corpus)
{
    public long[] Packages { get; } = new long[corpus.Packages + 1];

    public long[] Versions { get; } = new long[corpus.Packages + 1];

    public long[] Files { get; } = new long[corpus.Files + 1];

    public int[] Terms { get; } = new int[corpus.Terms + 1];

    public long[] Fragments { get; } = new long[corpus.Fragments + 1];

    public long[] Nodes { get; } = new long[corpus.Nodes + 1];

    /// <summary>Every row is known by its number.</summary>
    public static ResolvedIds OfNumbers(Corpus corpus)
    {
        var ids = new ResolvedIds(corpus);
        foreach (var table in new[] { ids.Packages, ids.Versions, ids.Files, ids.Fragments, ids.Nodes })
        {
            for (var n = 1; n < table.Length; n++)
                table[n] = n;
        }
        for (var n = 1; n < ids.Terms.Length; n++)
            ids.Terms[n] = n;
        return ids;
    }

    public long PackageOfFile(long file) => Packages[Corpus.PackageOf((int)file)];

    public long VersionOfFile(long file) => Versions[Corpus.PackageOf((int)file)];
}

/// <summary>The terms of a fragment, by their numbers.</summary>
internal sealed record TermSet(long FragmentId, IReadOnlyList<int> TermIds)
{
    /// <summary>Load of which they are, as a load puts them into the shared partition: row-wise ones hold a term each.</summary>
    public const int OfLoad = -1;

    /// <summary>Packs pairs, of which those of a fragment follow each other.</summary>
    public static IEnumerable<TermSet> Pack(IEnumerable<FragmentTermRow> pairs)
    {
        var terms = new List<int>();
        var fragment = 0L;
        foreach (var pair in pairs)
        {
            if (pair.FragmentId != fragment && terms.Count > 0)
            {
                yield return new TermSet(fragment, terms);
                terms = [];
            }
            fragment = pair.FragmentId;
            terms.Add(pair.TermId);
        }
        if (terms.Count > 0)
            yield return new TermSet(fragment, terms);
    }
}

/// <summary>The index tables as a client writes them that knows the ids of all parents.</summary>
internal sealed class ResolvedTables(ResolvedIds ids)
{
    public TableWriter<PackageRow> Packages { get; } = new TableWriter<PackageRow>("exograph.packages")
        .Add("ecosystem", Text, r => r.Ecosystem)
        .Add("name", Text, r => r.Name);

    public TableWriter<PackageVersionRow> Versions { get; } = new TableWriter<PackageVersionRow>("exograph.package_versions")
        .Add("package_id", Bigint, r => ids.Packages[r.PackageId])
        .Add("version", Text, r => r.Version);

    public TableWriter<FileRow> Files { get; } = new TableWriter<FileRow>("exograph.files")
        .Add("package_id", Bigint, r => ids.PackageOfFile(r.Id))
        .Add("package_version_id", Bigint, r => ids.VersionOfFile(r.Id))
        .AddPayload();

    public TableWriter<FileRow> FilePaths { get; } = new TableWriter<FileRow>("exograph.file_paths")
        .Add("file_id", Bigint, r => ids.Files[r.Id])
        .Add("path", Text, r => r.Path);

    public TableWriter<TermRow> Terms { get; } = new TableWriter<TermRow>("exograph.terms")
        .Add("term", Text, r => r.Term);

    public TableWriter<FragmentRow> Fragments { get; } =
        OfFile<FragmentRow>("exograph.fragments", ids, r => r.FileId).AddPayload();

    public TableWriter<GraphNodeRow> Nodes { get; } =
        OfFile<GraphNodeRow>("exograph.graph_nodes", ids, r => r.FileId!.Value)
            .Add("fragment_id", Bigint, r => ids.Fragments[r.FragmentId!.Value])
            .AddPayload();

    public TableWriter<CommentRow> Comments { get; } = OfFile<CommentRow>("exograph.comments", ids, r => r.FileId)
        .Add("fragment_id", Bigint, r => ids.Fragments[r.FragmentId!.Value])
        .AddPayload();

    public TableWriter<DefinitionRow> Definitions { get; } =
        OfFile<DefinitionRow>("exograph.definitions", ids, r => r.FileId)
            .Add("fragment_id", Bigint, r => ids.Fragments[r.FragmentId!.Value])
            .AddPayload();

    public TableWriter<SymbolReferenceRow> References { get; } =
        OfFile<SymbolReferenceRow>("exograph.symbol_references", ids, r => r.FileId)
            .Add("fragment_id", Bigint, r => ids.Fragments[r.FragmentId!.Value])
            .AddPayload();

    public TableWriter<CallEdgeRow> CallEdges { get; } =
        OfFile<CallEdgeRow>("exograph.call_edges", ids, r => r.FileId!.Value)
            .Add("caller_node_id", Bigint, r => ids.Nodes[r.CallerNodeId])
            .Add("callee_node_id", Bigint, r => ids.Nodes[r.CalleeNodeId])
            .Add("call_site_fragment_id", Bigint, r => ids.Fragments[r.CallSiteFragmentId!.Value])
            .AddPayload();

    public TableWriter<TermSet> FragmentTermSets { get; } = new TableWriter<TermSet>("exograph.fragment_term_sets")
        .Add("fragment_id", Bigint, r => ids.Fragments[r.FragmentId])
        .Add("term_ids", NpgsqlTypes.NpgsqlDbType.Array | Integer, r => r.TermIds.Select(t => ids.Terms[t]).Order().ToArray())
        .Add("load_id", Integer, _ => TermSet.OfLoad);

    private static TableWriter<TRow> OfFile<TRow>(string table, ResolvedIds ids, Func<TRow, long> fileOf) =>
        new TableWriter<TRow>(table)
            .Add("package_id", Bigint, r => ids.PackageOfFile(fileOf(r)))
            .Add("package_version_id", Bigint, r => ids.VersionOfFile(fileOf(r)))
            .Add("file_id", Bigint, r => ids.Files[fileOf(r)]);
}

namespace Exograph.ServerSide;

/// <summary>The columns of docs/bundle-format.md, in the order of the staging tables.</summary>
internal static class StagedTables
{
    private const string Packages = "packages";
    private const string Versions = "package_versions";
    private const string Files = "files";
    private const string Fragments = "fragments";
    private const string Nodes = "graph_nodes";

    public static IReadOnlyList<StagedTable> Describe() =>
    [
        new StagedTableBuilder<PackageRow>(Packages)
            .Number("id", Packages, r => r.Id, required: true)
            .Text("ecosystem", r => r.Ecosystem, required: true)
            .Text("name", r => r.Name, required: true)
            .Jsonb("metadata", r => r.Metadata)
            .Build(),
        new StagedTableBuilder<PackageVersionRow>(Versions)
            .Number("id", Versions, r => r.Id, required: true)
            .Number("package_id", Packages, r => r.PackageId, required: true)
            .Text("version", r => r.Version, required: true)
            .Text("source_ref", r => r.SourceRef)
            .Text("checksum", r => r.Checksum)
            .Jsonb("metadata", r => r.Metadata)
            .Build(),
        new StagedTableBuilder<FileRow>(Files)
            .Number("id", Files, r => r.Id, required: true)
            .Number("package_id", Packages, r => r.PackageId)
            .Number("package_version_id", Versions, r => r.PackageVersionId)
            .Text("path", r => r.Path, required: true)
            .Text("source", r => r.Source, required: true)
            .Text("comments_text", r => r.CommentsText)
            .Bytea("sha256", r => r.Sha256, required: true)
            .Build(),
        new StagedTableBuilder<TermRow>("terms")
            .TermNumber("id", r => r.Id)
            .Text("term", r => r.Term, required: true)
            .Build(),
        new StagedTableBuilder<FragmentRow>(Fragments)
            .Number("id", Fragments, r => r.Id, required: true)
            .Number("package_id", Packages, r => r.PackageId)
            .Number("package_version_id", Versions, r => r.PackageVersionId)
            .Number("file_id", Files, r => r.FileId, required: true)
            .Bytea("content_hash", r => r.ContentHash)
            .Bytea("ast", r => r.Ast, required: true)
            .Text("kind", r => r.Kind, required: true)
            .Text("module", r => r.Module)
            .Text("name", r => r.Name)
            .Integer("arity", r => r.Arity)
            .Integer("line", r => r.Line, required: true)
            .Integer("end_line", r => r.EndLine)
            .Integer("mass", r => r.Mass, required: true)
            .Bytea("exact_hash", r => r.ExactHash)
            .BigIntArray("sub_hashes", r => r.SubHashes)
            .Build(),
        new StagedTableBuilder<GraphNodeRow>(Nodes)
            .Number("id", Nodes, r => r.Id, required: true)
            .Number("package_id", Packages, r => r.PackageId)
            .Number("package_version_id", Versions, r => r.PackageVersionId)
            .Number("file_id", Files, r => r.FileId)
            .Number("fragment_id", Fragments, r => r.FragmentId)
            .Text("engine", r => r.Engine, required: true)
            .Text("external_id", r => r.ExternalId)
            .Text("kind", r => r.Kind, required: true)
            .Text("module", r => r.Module)
            .Text("name", r => r.Name)
            .Integer("arity", r => r.Arity)
            .Text("qualified_name", r => r.QualifiedName, required: true)
            .Integer("line", r => r.Line)
            .Integer("col", r => r.Col)
            .Jsonb("metadata", r => r.Metadata)
            .Build(),
        new StagedTableBuilder<CommentRow>("comments")
            .Number("package_id", Packages, r => r.PackageId)
            .Number("package_version_id", Versions, r => r.PackageVersionId)
            .Number("file_id", Files, r => r.FileId, required: true)
            .Number("fragment_id", Fragments, r => r.FragmentId)
            .Text("text", r => r.Text, required: true)
            .Integer("line", r => r.Line)
            .Integer("col", r => r.Col)
            .Build(),
        Symbols<DefinitionRow>("definitions"),
        Symbols<SymbolReferenceRow>("symbol_references"),
        new StagedTableBuilder<CallEdgeRow>("call_edges")
            .Number("package_id", Packages, r => r.PackageId)
            .Number("package_version_id", Versions, r => r.PackageVersionId)
            .Number("file_id", Files, r => r.FileId)
            .Number("caller_node_id", Nodes, r => r.CallerNodeId, required: true)
            .Number("callee_node_id", Nodes, r => r.CalleeNodeId, required: true)
            .Number("call_site_fragment_id", Fragments, r => r.CallSiteFragmentId)
            .Text("caller_qualified_name", r => r.CallerQualifiedName, required: true)
            .Text("callee_qualified_name", r => r.CalleeQualifiedName, required: true)
            .Integer("line", r => r.Line)
            .Integer("col", r => r.Col)
            .Jsonb("metadata", r => r.Metadata)
            .Build(),
        new StagedTableBuilder<FragmentTermRow>("fragment_terms")
            .Number("fragment_id", Fragments, r => r.FragmentId, required: true)
            .TermNumber("term_id", r => r.TermId)
            .Build(),
        new StagedTableBuilder<FragmentTermSetRow>("fragment_term_sets", countedAs: "fragment_terms")
            .Number("fragment_id", Fragments, r => r.FragmentId, required: true)
            .TermNumbers("term_ids", r => r.TermIds)
            .Build(),
    ];

    private static StagedTable<TRow> Symbols<TRow>(string name) where TRow : SymbolRow =>
        new StagedTableBuilder<TRow>(name)
            .Number("package_id", Packages, r => r.PackageId)
            .Number("package_version_id", Versions, r => r.PackageVersionId)
            .Number("file_id", Files, r => r.FileId, required: true)
            .Number("fragment_id", Fragments, r => r.FragmentId)
            .Text("kind", r => r.Kind, required: true)
            .Text("module", r => r.Module)
            .Text("name", r => r.Name, required: true)
            .Integer("arity", r => r.Arity)
            .Text("qualified_name", r => r.QualifiedName, required: true)
            .Integer("line", r => r.Line)
            .Integer("col", r => r.Col)
            .Build();
}

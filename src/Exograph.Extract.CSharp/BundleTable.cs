namespace Exograph.Extract.CSharp;

/// <summary>The tables of a bundle, those that others point at first.</summary>
internal enum BundleTable
{
    Packages,
    PackageVersions,
    Files,
    Terms,
    Fragments,
    GraphNodes,
    Comments,
    Definitions,
    SymbolReferences,
    CallEdges,
    FragmentTermSets,
}

internal static class BundleTables
{
    public static readonly string[] Names =
    [
        "packages", "package_versions", "files", "terms", "fragments", "graph_nodes",
        "comments", "definitions", "symbol_references", "call_edges", "fragment_term_sets",
    ];
}

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>One row of each table with a value in every column, and one with as few as can be.</summary>
internal static class SampleRows
{
    private static readonly byte[] s_hash = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static readonly PackageRow[] Packages =
    [
        new() { Id = 1, Ecosystem = "hex", Name = "phoenix é😀", Metadata = """{"a": [1.0, null, "x"]}""" },
        new() { Id = 2, Ecosystem = "", Name = "" },
    ];

    public static readonly PackageVersionRow[] Versions =
    [
        new() { Id = 1, PackageId = 1, Version = "1.0", SourceRef = "v1", Checksum = "", Metadata = "{}" },
        new() { Id = 2, PackageId = 2, Version = "2.0" },
    ];

    public static readonly FileRow[] Files =
    [
        new()
        {
            Id = 1, PackageId = 1, PackageVersionId = 1, Path = "a.ex", Source = "x\r\ny\t", CommentsText = "c", Sha256 = s_hash,
        },
        new() { Id = 2, Path = "b.ex", Source = "", Sha256 = new byte[32] },
    ];

    public static readonly TermRow[] Terms = [new() { Id = 1, Term = "t" }, new() { Id = int.MaxValue, Term = "" }];

    public static readonly FragmentRow[] Fragments =
    [
        new()
        {
            Id = 1, PackageId = 1, PackageVersionId = 1, FileId = 1, ContentHash = new byte[] { 1 }, Ast = new byte[] { 0, 255 },
            Kind = "def", Module = "M", Name = "n", Arity = -1, Line = int.MinValue, EndLine = int.MaxValue, Mass = 0,
            ExactHash = Array.Empty<byte>(), SubHashes = new[] { long.MinValue, 0, long.MaxValue },
        },
        new() { Id = (1L << 40) - 1, FileId = 2, Ast = Array.Empty<byte>(), Kind = "k", Line = 1, Mass = 1 },
    ];

    public static readonly GraphNodeRow[] Nodes =
    [
        new()
        {
            Id = 1, PackageId = 1, PackageVersionId = 1, FileId = 1, FragmentId = 1, Engine = "e", ExternalId = "x", Kind = "k",
            Module = "M", Name = "n", Arity = 2, QualifiedName = "M.n/2", Line = 1, Col = 2, Metadata = "[]",
        },
        new() { Id = 2, Engine = "e", Kind = "k", QualifiedName = "q" },
    ];

    public static readonly CommentRow[] Comments =
    [
        new() { PackageId = 1, PackageVersionId = 1, FileId = 1, FragmentId = 1, Text = "c", Line = 1, Col = 2 },
        new() { FileId = 2, Text = "" },
    ];

    public static readonly DefinitionRow[] Definitions =
    [
        new()
        {
            PackageId = 1, PackageVersionId = 1, FileId = 1, FragmentId = 1, Kind = "k", Module = "M", Name = "n", Arity = 2,
            QualifiedName = "M.n/2", Line = 1, Col = 2,
        },
        new() { FileId = 2, Kind = "k", Name = "n", QualifiedName = "q" },
    ];

    public static readonly SymbolReferenceRow[] References =
    [
        new()
        {
            PackageId = 1, PackageVersionId = 1, FileId = 1, FragmentId = 1, Kind = "k", Module = "M", Name = "n", Arity = 2,
            QualifiedName = "M.n/2", Line = 1, Col = 2,
        },
        new() { FileId = 2, Kind = "k", Name = "n", QualifiedName = "q" },
    ];

    public static readonly CallEdgeRow[] Edges =
    [
        new()
        {
            PackageId = 1, PackageVersionId = 1, FileId = 1, CallerNodeId = 1, CalleeNodeId = 2, CallSiteFragmentId = 1,
            CallerQualifiedName = "M.n/2", CalleeQualifiedName = "q", Line = 1, Col = 2, Metadata = "5",
        },
        new() { CallerNodeId = 2, CalleeNodeId = 1, CallerQualifiedName = "q", CalleeQualifiedName = "M.n/2" },
    ];

    public static readonly FragmentTermRow[] FragmentTerms =
    [
        new() { FragmentId = 1, TermId = 1 }, new() { FragmentId = (1L << 40) - 1, TermId = int.MaxValue },
    ];

    /// <summary>The same as <see cref="FragmentTerms"/>.</summary>
    public static readonly FragmentTermSetRow[] FragmentTermSets =
    [
        new() { FragmentId = 1, TermIds = new[] { 1 } }, new() { FragmentId = (1L << 40) - 1, TermIds = new[] { int.MaxValue } },
    ];

    /// <summary>Stages all of them, the tables at the same time.</summary>
    public static Task StageAsync(LoadSession session) => Task.WhenAll(
        session.StageAsync(Packages.ToAsyncEnumerable()), session.StageAsync(Versions.ToAsyncEnumerable()),
        session.StageAsync(Files.ToAsyncEnumerable()), session.StageAsync(Terms.ToAsyncEnumerable()),
        session.StageAsync(Fragments.ToAsyncEnumerable()), session.StageAsync(Nodes.ToAsyncEnumerable()),
        session.StageAsync(Comments.ToAsyncEnumerable()), session.StageAsync(Definitions.ToAsyncEnumerable()),
        session.StageAsync(References.ToAsyncEnumerable()), session.StageAsync(Edges.ToAsyncEnumerable()),
        session.StageAsync(FragmentTerms.ToAsyncEnumerable()));
}

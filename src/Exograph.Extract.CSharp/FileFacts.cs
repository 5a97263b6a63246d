namespace Exograph.Extract.CSharp;

/// <summary>What one file brings. Its fragments and terms are numbered from 0; nodes have their final numbers.</summary>
internal sealed class FileFacts
{
    public required SourceFile Source { get; init; }
    public required long FirstNode { get; init; }
    public string CommentsText { get; set; } = "";
    public List<FragmentFact> Fragments { get; } = [];
    public List<string> Terms { get; } = [];

    /// <summary>A digest of each term, by which terms are told apart in the bundle.</summary>
    public List<UInt128> TermDigests { get; } = [];
    public List<NodeFact> Nodes { get; } = [];
    public List<CommentFact> Comments { get; } = [];
    public List<SymbolFact> Definitions { get; } = [];
    public List<SymbolFact> References { get; } = [];
    public List<EdgeFact> Edges { get; } = [];
    public List<string> Warnings { get; } = [];

    /// <summary>Whether preprocessor symbols leave some of its code out.</summary>
    public bool HidesCode { get; set; }
}

internal sealed record FragmentFact(
    string Kind, string? Module, string? Name, int? Arity, int Line, int EndLine, int Mass,
    byte[] Ast, byte[] ExactHash, byte[] ContentHash, long[] SubHashes, int[] Terms);

internal sealed record NodeFact(
    int? Fragment, string Kind, string? Module, string Name, int? Arity, string Qualified, int Line, int Column);

internal sealed record CommentFact(int? Fragment, string Text, int Line, int Column);

internal sealed record SymbolFact(
    int? Fragment, string Kind, string? Module, string Name, int? Arity, string Qualified, int Line, int Column);

/// <summary>A call. The callee of node 0 is outside the package, and known by its qualified name.</summary>
internal sealed record EdgeFact(
    long Caller, string CallerQualified, long Callee, string? CalleeModule, string CalleeName, string CalleeQualified,
    Resolution Resolution, int? Fragment, int Line, int Column);

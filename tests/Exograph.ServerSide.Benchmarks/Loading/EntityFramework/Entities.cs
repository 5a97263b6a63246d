using Exograph.ServerSide.Benchmarks.Loading.Writing;

namespace Exograph.ServerSide.Benchmarks.Loading.EntityFramework;

/// <summary>A row that belongs to a file.</summary>
internal abstract class OfFile
{
    public long PackageId { get; init; }
    public long PackageVersionId { get; init; }
    public long FileId { get; init; }
}

internal sealed class Package
{
    public long Id { get; init; }
    public required string Ecosystem { get; init; }
    public required string Name { get; init; }
}

internal sealed class PackageVersion
{
    public long Id { get; init; }
    public long PackageId { get; init; }
    public required string Version { get; init; }
}

internal sealed class SourceFile
{
    public long Id { get; init; }
    public long PackageId { get; init; }
    public long PackageVersionId { get; init; }
    public required string Path { get; init; }
    public required string Source { get; init; }
    public required byte[] Sha256 { get; init; }
}

internal sealed class FilePath
{
    public long FileId { get; init; }
    public required string Path { get; init; }
}

internal sealed class StructuralTerm
{
    public int Id { get; init; }
    public required string Term { get; init; }
}

internal sealed class Fragment : OfFile
{
    public long Id { get; init; }
    public required byte[] ContentHash { get; init; }
    public required byte[] Ast { get; init; }
    public required string Kind { get; init; }
    public string? Module { get; init; }
    public string? Name { get; init; }
    public int? Arity { get; init; }
    public int Line { get; init; }
    public int? EndLine { get; init; }
    public int Mass { get; init; }
    public byte[]? ExactHash { get; init; }
    public required long[] SubHashes { get; init; }
}

internal sealed class GraphNode : OfFile
{
    public long Id { get; init; }
    public long FragmentId { get; init; }
    public required string Engine { get; init; }
    public required string Kind { get; init; }
    public string? Module { get; init; }
    public string? Name { get; init; }
    public int? Arity { get; init; }
    public required string QualifiedName { get; init; }
    public int? Line { get; init; }
    public int? Col { get; init; }
}

internal sealed class Comment : OfFile
{
    public long FragmentId { get; init; }
    public required string Text { get; init; }
    public int Line { get; init; }
    public int Col { get; init; }
}

internal abstract class Symbol : OfFile
{
    public long FragmentId { get; init; }
    public required string Kind { get; init; }
    public string? Module { get; init; }
    public required string Name { get; init; }
    public int? Arity { get; init; }
    public required string QualifiedName { get; init; }
    public int Line { get; init; }
    public int Col { get; init; }
}

internal sealed class Definition : Symbol;

internal sealed class SymbolReference : Symbol;

internal sealed class CallEdge : OfFile
{
    public long CallerNodeId { get; init; }
    public long CalleeNodeId { get; init; }
    public long CallSiteFragmentId { get; init; }
    public required string CallerQualifiedName { get; init; }
    public required string CalleeQualifiedName { get; init; }
    public int Line { get; init; }
    public int Col { get; init; }
}

internal sealed class FragmentTermSet
{
    public long FragmentId { get; init; }
    public required int[] TermIds { get; init; }
    public int LoadId { get; init; } = TermSet.OfLoad;
}

namespace Exograph.ServerSide;

/// <summary>
/// A row of a staging table. Numbers (<c>Id</c>, <c>FileId</c> ...) are the producer's own: they count from 1 within one load and
/// mean nothing outside it. A nullable property may be left null; metadata is JSON text.
/// </summary>
public abstract record StagedRow
{
    private protected StagedRow()
    {
    }
}

/// <summary>A package of an ecosystem, such as <c>hex</c> and <c>phoenix</c>.</summary>
public sealed record PackageRow : StagedRow
{
    /// <summary>Number of the package in this load.</summary>
    public required long Id { get; init; }
    /// <summary>Ecosystem, at most 500 bytes.</summary>
    public required string Ecosystem { get; init; }
    /// <summary>Name, at most 2,000 bytes.</summary>
    public required string Name { get; init; }
    /// <summary>JSON text; null stands for <c>{}</c>.</summary>
    public string? Metadata { get; init; }
}

/// <summary>A version of a package.</summary>
public sealed record PackageVersionRow : StagedRow
{
    /// <summary>Number of the version in this load.</summary>
    public required long Id { get; init; }
    /// <summary>Number of its package.</summary>
    public required long PackageId { get; init; }
    /// <summary>Version, at most 2,000 bytes.</summary>
    public required string Version { get; init; }
    /// <summary>Where the source came from, such as a tag or a commit.</summary>
    public string? SourceRef { get; init; }
    /// <summary>Checksum of the package archive.</summary>
    public string? Checksum { get; init; }
    /// <summary>JSON text; null stands for <c>{}</c>.</summary>
    public string? Metadata { get; init; }
}

/// <summary>A source file, of a package version or of none.</summary>
public sealed record FileRow : StagedRow
{
    /// <summary>Number of the file in this load.</summary>
    public required long Id { get; init; }
    /// <summary>Number of its package; filled in from the version where null.</summary>
    public long? PackageId { get; init; }
    /// <summary>Number of its package version.</summary>
    public long? PackageVersionId { get; init; }
    /// <summary>Path, at most 2,000 bytes.</summary>
    public required string Path { get; init; }
    /// <summary>Text of the file.</summary>
    public required string Source { get; init; }
    /// <summary>Text of its comments; null stands for the empty text.</summary>
    public string? CommentsText { get; init; }
    /// <summary>SHA-256 of the content, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Sha256 { get; init; }
}

/// <summary>A structural term.</summary>
public sealed record TermRow : StagedRow
{
    /// <summary>Number of the term in this load.</summary>
    public required int Id { get; init; }
    /// <summary>The term, of any length.</summary>
    public required string Term { get; init; }
}

/// <summary>A fragment of a file's syntax tree.</summary>
public sealed record FragmentRow : StagedRow
{
    /// <summary>Number of the fragment in this load.</summary>
    public required long Id { get; init; }
    /// <summary>Number of its package; filled in from the file where null.</summary>
    public long? PackageId { get; init; }
    /// <summary>Number of its package version; filled in from the file where null.</summary>
    public long? PackageVersionId { get; init; }
    /// <summary>Number of its file.</summary>
    public required long FileId { get; init; }
    /// <summary>Key of the fragment; the server computes one where null.</summary>
    public ReadOnlyMemory<byte>? ContentHash { get; init; }
    /// <summary>Serialized syntax tree.</summary>
    public required ReadOnlyMemory<byte> Ast { get; init; }
    /// <summary>Kind, at most 500 bytes.</summary>
    public required string Kind { get; init; }
    /// <summary>Module that holds it.</summary>
    public string? Module { get; init; }
    /// <summary>Name of what it defines.</summary>
    public string? Name { get; init; }
    /// <summary>Number of parameters of what it defines.</summary>
    public int? Arity { get; init; }
    /// <summary>First line.</summary>
    public required int Line { get; init; }
    /// <summary>Last line.</summary>
    public int? EndLine { get; init; }
    /// <summary>Number of syntax nodes.</summary>
    public required int Mass { get; init; }
    /// <summary>Hash that equal fragments share.</summary>
    public ReadOnlyMemory<byte>? ExactHash { get; init; }
    /// <summary>Hashes of the parts; null stands for none.</summary>
    public ReadOnlyMemory<long>? SubHashes { get; init; }
}

/// <summary>A node of the call graph.</summary>
public sealed record GraphNodeRow : StagedRow
{
    /// <summary>Number of the node in this load.</summary>
    public required long Id { get; init; }
    /// <summary>Number of its package; filled in from the file where null.</summary>
    public long? PackageId { get; init; }
    /// <summary>Number of its package version; filled in from the file where null.</summary>
    public long? PackageVersionId { get; init; }
    /// <summary>Number of its file; null for what lies outside.</summary>
    public long? FileId { get; init; }
    /// <summary>Number of the fragment that defines it.</summary>
    public long? FragmentId { get; init; }
    /// <summary>Engine that found it, at most 500 bytes.</summary>
    public required string Engine { get; init; }
    /// <summary>The engine's own identifier.</summary>
    public string? ExternalId { get; init; }
    /// <summary>Kind, at most 500 bytes.</summary>
    public required string Kind { get; init; }
    /// <summary>Module that holds it.</summary>
    public string? Module { get; init; }
    /// <summary>Its name.</summary>
    public string? Name { get; init; }
    /// <summary>Number of parameters.</summary>
    public int? Arity { get; init; }
    /// <summary>Qualified name, at most 2,000 bytes.</summary>
    public required string QualifiedName { get; init; }
    /// <summary>Line.</summary>
    public int? Line { get; init; }
    /// <summary>Column.</summary>
    public int? Col { get; init; }
    /// <summary>JSON text; null stands for <c>{}</c>.</summary>
    public string? Metadata { get; init; }
}

/// <summary>A comment in a file.</summary>
public sealed record CommentRow : StagedRow
{
    /// <summary>Number of its package; filled in from the file where null.</summary>
    public long? PackageId { get; init; }
    /// <summary>Number of its package version; filled in from the file where null.</summary>
    public long? PackageVersionId { get; init; }
    /// <summary>Number of its file.</summary>
    public required long FileId { get; init; }
    /// <summary>Number of the fragment that holds it.</summary>
    public long? FragmentId { get; init; }
    /// <summary>The comment, of any length.</summary>
    public required string Text { get; init; }
    /// <summary>Line.</summary>
    public int? Line { get; init; }
    /// <summary>Column.</summary>
    public int? Col { get; init; }
}

/// <summary>A name at a place in a file: a definition, or a reference to one.</summary>
public abstract record SymbolRow : StagedRow
{
    private protected SymbolRow()
    {
    }

    /// <summary>Number of its package; filled in from the file where null.</summary>
    public long? PackageId { get; init; }
    /// <summary>Number of its package version; filled in from the file where null.</summary>
    public long? PackageVersionId { get; init; }
    /// <summary>Number of its file.</summary>
    public required long FileId { get; init; }
    /// <summary>Number of the fragment that holds it.</summary>
    public long? FragmentId { get; init; }
    /// <summary>Kind, at most 500 bytes.</summary>
    public required string Kind { get; init; }
    /// <summary>Module of what is defined or referred to.</summary>
    public string? Module { get; init; }
    /// <summary>Name of what is defined or referred to.</summary>
    public required string Name { get; init; }
    /// <summary>Number of parameters or arguments.</summary>
    public int? Arity { get; init; }
    /// <summary>Qualified name, at most 2,000 bytes.</summary>
    public required string QualifiedName { get; init; }
    /// <summary>Line.</summary>
    public int? Line { get; init; }
    /// <summary>Column.</summary>
    public int? Col { get; init; }
}

/// <summary>A definition in a file.</summary>
public sealed record DefinitionRow : SymbolRow;

/// <summary>A reference from a file to a definition, by name.</summary>
public sealed record SymbolReferenceRow : SymbolRow;

/// <summary>A call from one graph node to another.</summary>
public sealed record CallEdgeRow : StagedRow
{
    /// <summary>Number of the package; filled in from the file where null.</summary>
    public long? PackageId { get; init; }
    /// <summary>Number of the package version; filled in from the file where null.</summary>
    public long? PackageVersionId { get; init; }
    /// <summary>Number of the file of the call.</summary>
    public long? FileId { get; init; }
    /// <summary>Number of the calling node.</summary>
    public required long CallerNodeId { get; init; }
    /// <summary>Number of the called node.</summary>
    public required long CalleeNodeId { get; init; }
    /// <summary>Number of the fragment that is the call.</summary>
    public long? CallSiteFragmentId { get; init; }
    /// <summary>Qualified name of the caller.</summary>
    public required string CallerQualifiedName { get; init; }
    /// <summary>Qualified name of the callee.</summary>
    public required string CalleeQualifiedName { get; init; }
    /// <summary>Line.</summary>
    public int? Line { get; init; }
    /// <summary>Column.</summary>
    public int? Col { get; init; }
    /// <summary>JSON text; null stands for <c>{}</c>.</summary>
    public string? Metadata { get; init; }
}

/// <summary>
/// That a fragment holds a term. Where the terms of a fragment follow each other, they are sent as one set, as a
/// <see cref="FragmentTermSetRow"/> is.
/// </summary>
public sealed record FragmentTermRow : StagedRow
{
    /// <summary>Number of the fragment.</summary>
    public required long FragmentId { get; init; }
    /// <summary>Number of the term.</summary>
    public required int TermId { get; init; }
}

/// <summary>
/// That a fragment holds terms: as many <see cref="FragmentTermRow"/>s, which is what they are counted as. A fragment's terms had
/// best come in one row, each once: then a load of reserved ids need not be written again by the server.
/// </summary>
public sealed record FragmentTermSetRow : StagedRow
{
    /// <summary>Number of the fragment.</summary>
    public required long FragmentId { get; init; }
    /// <summary>Numbers of the terms, in any order.</summary>
    public required ReadOnlyMemory<int> TermIds { get; init; }
}

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>A package with all of its rows, but for the calls, which may lead to packages that come later.</summary>
internal sealed record PackageRows
{
    public required int Number { get; init; }
    public required PackageRow Package { get; init; }
    public required PackageVersionRow Version { get; init; }
    public required IReadOnlyList<FileRow> Files { get; init; }
    public required IReadOnlyList<FragmentRow> Fragments { get; init; }
    public required IReadOnlyList<GraphNodeRow> Nodes { get; init; }
    public required IReadOnlyList<CommentRow> Comments { get; init; }
    public required IReadOnlyList<DefinitionRow> Definitions { get; init; }
    public required IReadOnlyList<SymbolReferenceRow> References { get; init; }
    public required IReadOnlyList<FragmentTermRow> FragmentTerms { get; init; }

    public static IEnumerable<PackageRows> Of(Corpus corpus)
    {
        static int OfFile(long? file) => Corpus.PackageOf((int)file!.Value);
        using var files = new PackageReader<FileRow>(corpus.FileRows(), r => OfFile(r.Id));
        using var fragments = new PackageReader<FragmentRow>(corpus.FragmentRows(), r => OfFile(r.FileId));
        using var nodes = new PackageReader<GraphNodeRow>(corpus.GraphNodeRows(), r => OfFile(r.FileId));
        using var comments = new PackageReader<CommentRow>(corpus.CommentRows(), r => OfFile(r.FileId));
        using var definitions = new PackageReader<DefinitionRow>(corpus.DefinitionRows(), r => OfFile(r.FileId));
        using var references = new PackageReader<SymbolReferenceRow>(corpus.SymbolReferenceRows(), r => OfFile(r.FileId));
        using var terms = new PackageReader<FragmentTermRow>(
            corpus.FragmentTermRows(), r => OfFile(Corpus.FileOf((int)r.FragmentId)));
        foreach (var (package, version) in corpus.PackageRows().Zip(corpus.PackageVersionRows()))
        {
            var number = (int)package.Id;
            yield return new PackageRows
            {
                Number = number,
                Package = package,
                Version = version,
                Files = files.Read(number),
                Fragments = fragments.Read(number),
                Nodes = nodes.Read(number),
                Comments = comments.Read(number),
                Definitions = definitions.Read(number),
                References = references.Read(number),
                FragmentTerms = terms.Read(number),
            };
        }
    }
}

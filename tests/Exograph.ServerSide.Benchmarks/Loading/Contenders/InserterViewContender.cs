using Exograph.ServerSide.Benchmarks.Loading.Writing;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>COPY into the inserter views: natural keys in, a trigger for every row.</summary>
internal sealed class InserterViewContender : ILoadContender
{
    public string Name => "views";

    public string Description => "COPY into the inserter views exograph_in.*, by natural keys, one connection";

    public Pace Pace => Pace.Rows;

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var corpus = context.Corpus;
        var tables = new NaturalTables(new NaturalKeys(corpus));

        Task CopyAsync<TRow>(TableWriter<TRow> writer, IEnumerable<TRow> rows) => context.PhaseAsync(
            $"copying {writer.Table}",
            () => writer.CopyAsync(context.DataSource, $"exograph_in.{writer.Table}", rows, cancellationToken),
            cancellationToken);

        await CopyAsync(tables.Packages, corpus.PackageRows());
        await CopyAsync(tables.Versions, corpus.PackageVersionRows());
        await CopyAsync(tables.Files, corpus.FileRows());
        await CopyAsync(tables.Terms, corpus.TermRows());
        await CopyAsync(tables.Fragments, corpus.FragmentRows());
        await CopyAsync(tables.Nodes, corpus.GraphNodeRows());
        await CopyAsync(tables.Comments, corpus.CommentRows());
        await CopyAsync(tables.Definitions, corpus.DefinitionRows());
        await CopyAsync(tables.References, corpus.SymbolReferenceRows());
        await CopyAsync(tables.CallEdges, corpus.CallEdgeRows());
        await CopyAsync(tables.FragmentTerms, corpus.FragmentTermRows());
        await context.AnalyzeAsync(cancellationToken);
    }
}

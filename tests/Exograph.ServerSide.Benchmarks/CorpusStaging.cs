namespace Exograph.ServerSide.Benchmarks;

/// <summary>Stages a corpus through the library, all tables at once.</summary>
internal static class CorpusStaging
{
    /// <returns>Number of rows staged.</returns>
    public static async Task<long> StageAsync(LoadSession session, Corpus corpus, CancellationToken cancellationToken)
    {
        Task<long> Stage<TRow>(IEnumerable<TRow> rows) where TRow : StagedRow =>
            Task.Run(() => session.StageAsync(rows.ToAsyncEnumerable(), cancellationToken), cancellationToken);

        var counts = await Task.WhenAll(
            Stage(corpus.PackageRows()), Stage(corpus.PackageVersionRows()), Stage(corpus.FileRows()), Stage(corpus.TermRows()),
            Stage(corpus.FragmentRows()), Stage(corpus.GraphNodeRows()), Stage(corpus.CommentRows()),
            Stage(corpus.DefinitionRows()), Stage(corpus.SymbolReferenceRows()), Stage(corpus.CallEdgeRows()),
            Stage(corpus.FragmentTermRows()));
        return counts.Sum();
    }
}

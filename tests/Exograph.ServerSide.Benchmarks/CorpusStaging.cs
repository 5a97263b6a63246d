namespace Exograph.ServerSide.Benchmarks;

/// <summary>Stages a corpus through the library, all tables at once.</summary>
internal static class CorpusStaging
{
    /// <summary>Stages everything. <c>asPairs</c>: the terms of fragments as pairs, which the library packs into sets.</summary>
    /// <returns>Number of rows staged, terms of fragments as pairs.</returns>
    public static Task<long> StageAsync(
        LoadSession session, Corpus corpus, CancellationToken cancellationToken, bool asPairs = false) =>
        SumAsync(
            StageKeysAsync(session, corpus, cancellationToken), StageFactsAsync(session, corpus, cancellationToken, asPairs));

    /// <summary>Stages packages, versions and files.</summary>
    /// <returns>Number of rows staged.</returns>
    public static Task<long> StageKeysAsync(LoadSession session, Corpus corpus, CancellationToken cancellationToken)
    {
        var stage = new Stage(session, cancellationToken);
        return SumAsync(stage.Of(corpus.PackageRows()), stage.Of(corpus.PackageVersionRows()), stage.Of(corpus.FileRows()));
    }

    /// <summary>Stages all other tables.</summary>
    /// <returns>Number of rows staged, terms of fragments as pairs.</returns>
    public static Task<long> StageFactsAsync(
        LoadSession session, Corpus corpus, CancellationToken cancellationToken, bool asPairs = false)
    {
        var stage = new Stage(session, cancellationToken);
        return SumAsync([
            stage.Of(corpus.TermRows()), .. RowsBesideTerms(stage, corpus),
            asPairs ? stage.Of(corpus.FragmentTermRows()) : stage.OfSets(corpus.FragmentTermSetRows())]);
    }

    /// <summary>Stages everything of a session whose terms are resolved.</summary>
    /// <returns>Number of rows staged.</returns>
    public static async Task<long> StageResolvedAsync(
        LoadSession session, Corpus corpus, CancellationToken cancellationToken)
    {
        var ids = new List<int> { 0 }; // terms are numbered from 1
        foreach (var terms in corpus.TermRows().Select(r => r.Term!).Chunk(5_000))
            ids.AddRange(await session.ResolveTermsAsync(terms, cancellationToken));
        var stage = new Stage(session, cancellationToken);
        return await SumAsync([
            StageKeysAsync(session, corpus, cancellationToken), .. RowsBesideTerms(stage, corpus),
            stage.OfSets(corpus.FragmentTermSetRows().Select(s => s with { TermIds = Array.ConvertAll(s.TermIds.ToArray(), t => ids[t]) }))]);
    }

    private static Task<long>[] RowsBesideTerms(Stage stage, Corpus corpus) =>
    [
        stage.Of(corpus.FragmentRows()), stage.Of(corpus.GraphNodeRows()), stage.Of(corpus.CommentRows()),
        stage.Of(corpus.DefinitionRows()), stage.Of(corpus.SymbolReferenceRows()), stage.Of(corpus.CallEdgeRows()),
    ];

    private static async Task<long> SumAsync(params Task<long>[] counts) => (await Task.WhenAll(counts)).Sum();

    private readonly record struct Stage(LoadSession Session, CancellationToken CancellationToken)
    {
        public Task<long> Of<TRow>(IEnumerable<TRow> rows) where TRow : StagedRow
        {
            var (session, cancellationToken) = this;
            return Task.Run(() => session.StageAsync(rows.ToAsyncEnumerable(), cancellationToken), cancellationToken);
        }

        public async Task<long> OfSets(IEnumerable<FragmentTermSetRow> sets)
        {
            var pairs = 0L;
            await Of(sets.Select(s =>
            {
                pairs += s.TermIds.Length;
                return s;
            }));
            return pairs;
        }
    }
}

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>This loader, through the library.</summary>
internal sealed class LibraryContender : ILoadContender
{
    public const string ContenderName = "loader";

    public string Name => ContenderName;

    public string Description => "this loader, through the library";

    public Pace Pace => Pace.Whole;

    /// <summary>The phases of finalize are those that the server reports.</summary>
    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var options = new LoadOptions { Label = "generated", Connections = context.Settings.Streams };
        await using var session = await BulkLoad.BeginAsync(context.DataSource, options, cancellationToken);
        await context.PhaseAsync(
            "staging", () => CorpusStaging.StageAsync(session, context.Corpus, cancellationToken), cancellationToken);
        context.AddPhases(await session.FinalizeAsync(cancellationToken));
    }
}

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>This loader, through the library.</summary>
internal sealed class LibraryContender(string name, IdNumbering ids) : ILoadContender
{
    public const string ContenderName = "loader";

    public string Name => name;

    public string Description => ids == IdNumbering.Reserved
        ? "this loader, through the library, numbered by reserved ids" : "this loader, through the library";

    public Pace Pace => Pace.Whole;

    /// <summary>The phases of finalize are those that the server reports.</summary>
    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var options = new LoadOptions { Label = "generated", Connections = context.Settings.Streams, Ids = ids };
        await using var session = await new ExographClient(context.DataSource).BeginLoadAsync(options, cancellationToken);
        await context.PhaseAsync(
            "staging", () => CorpusStaging.StageAsync(session, context.Corpus, cancellationToken), cancellationToken);
        context.AddPhases(await session.FinalizeAsync(cancellationToken));
    }
}

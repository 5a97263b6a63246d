namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>This loader, through the library.</summary>
internal sealed class LibraryContender(string name, IdNumbering ids, bool asPairs = false) : ILoadContender
{
    public const string ContenderName = "loader";

    public string Name => name;

    public string Description => "this loader, through the library"
        + (ids == IdNumbering.Reserved ? ", numbered by reserved ids" : "") + (asPairs ? ", terms of fragments as pairs" : "");

    public Pace Pace => Pace.Whole;

    /// <summary>The phases of finalize are those that the server reports.</summary>
    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var options = new LoadOptions { Label = "generated", Connections = context.Settings.Streams, Ids = ids };
        await using var session = await new ExographClient(context.DataSource).BeginLoadAsync(options, cancellationToken);
        await context.PhaseAsync(
            "staging", () => CorpusStaging.StageAsync(session, context.Corpus, cancellationToken, asPairs), cancellationToken);
        context.AddPhases(await session.FinalizeAsync(cancellationToken));
    }
}

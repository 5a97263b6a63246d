using Exograph.ServerSide.Benchmarks.Loading.Writing;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>This loader by its command line: a bundle of CSV, rows numbered by hand. Timed is the whole process.</summary>
internal sealed class CommandLineContender : ILoadContender
{
    public string Name => "cli-csv";

    public string Description => "this loader, exograph-load of CSV files numbered by hand; the whole process";

    public Pace Pace => Pace.Whole;

    public Task PrepareInputAsync(InputContext context, CancellationToken cancellationToken) =>
        Task.Run(() => BundleWriter.Write(context.Corpus, context.Directory), cancellationToken);

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        (_, context.PeakBytes) = await ExternalProcess.RunAsync(
            [
                "dotnet", Path.Combine(AppContext.BaseDirectory, "Exograph.ServerSide.Cli.dll"), "load", settings.Input,
                "--connection", settings.ConnectionString, "--connections", $"{settings.Streams}",
            ], cancellationToken);
        var client = new ExographClient(context.DataSource);
        var loads = await client.ListLoadsAsync(cancellationToken);
        context.AddPhases(await client.GetLoadAsync(loads.Max(l => l.LoadId), cancellationToken));
    }
}

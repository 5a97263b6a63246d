using System.CommandLine;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary><c>local-numbers</c>: what libraries make of rows whose numbers are those of another database.</summary>
internal static class LocalNumbersCommand
{
    public static Command Create()
    {
        var command = new Command(
            "local-numbers", "A graph of tables with numbers of its own, put into another by what one would take instead.");
        command.SetAction((_, cancellationToken) => RunAsync(Console.Out, cancellationToken));
        return command;
    }

    /// <summary>A line of a table for each program.</summary>
    public static async Task WriteAsync(NpgsqlDataSource database, TextWriter output, CancellationToken cancellationToken)
    {
        output.WriteLine("| program | library, how | ids differ | ids clash | ids clash, some rows are ours |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (var trial in LocalNumbersTrial.All)
        {
            var global = await trial.RunAsync(database, TwoShops.Global, cancellationToken);
            var apart = await trial.RunAsync(database, TwoShops.Apart, cancellationToken);
            var overlapping = await trial.RunAsync(database, TwoShops.Overlapping, cancellationToken);
            output.WriteLine(
                $"| `{trial.Contender.GetType().Name}` | {trial.Library}: {trial.How} | {global} | {apart} | {overlapping} |");
        }
    }

    private static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await using var server = await BenchmarkServer.StartAsync(new Dictionary<string, string>(), cancellationToken);
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(server.ConnectionString(BenchmarkServer.WithSchema)) { IncludeErrorDetail = true });
        await WriteAsync(database, output, cancellationToken);
    }
}

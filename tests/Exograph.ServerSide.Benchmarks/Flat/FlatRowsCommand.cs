using System.CommandLine;
using System.Diagnostics;
using Exograph.ServerSide.Benchmarks.Loading;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Flat;

/// <summary><c>flat-rows</c>: flat rows of a shop into five tables, by put_table, by statements written by hand, and by linq2db.</summary>
internal static class FlatRowsCommand
{
    private const string Database = "flat_rows";

    public static Command Create()
    {
        var rows = new Option<int>("--rows") { Description = "Flat rows.", DefaultValueFactory = _ => 200_000 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds, in shuffled order, of which the median counts.", DefaultValueFactory = _ => 3 };
        var command = new Command("flat-rows", "Flat rows into five tables: put_table beside statements by hand and linq2db, once, and the same again.")
        {
            rows, rounds,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(rows), arguments.GetValue(rounds), Console.Out, cancellationToken));
        return command;
    }

    private static async Task RunAsync(int rows, int rounds, TextWriter output, CancellationToken cancellationToken)
    {
        await using var server = await BenchmarkServer.StartAsync(new Dictionary<string, string>(), cancellationToken);
        await server.CreateDatabaseAsync(Database, BenchmarkServer.WithSchema, cancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString(Database));
        await dataSource.RunAsync(FlatShop.Tables + FlatShop.FlatRows(rows), cancellationToken);
        var measured = FlatShop.Ways.ToDictionary(w => w.Name, _ => new List<Round>());
        var (ways, random) = (FlatShop.Ways.ToArray(), new Random(1));
        string? contents = null;
        for (var round = 0; round < rounds; round++)
        {
            random.Shuffle(ways);
            foreach (var (name, putAsync) in ways)
            {
                await dataSource.RunAsync(FlatShop.Empty, cancellationToken);
                await server.CheckpointAsync(cancellationToken);
                var first = await MeasureAsync(dataSource, putAsync, cancellationToken);
                await server.CheckpointAsync(cancellationToken);
                measured[name].Add(new Round(first, await MeasureAsync(dataSource, putAsync, cancellationToken)));
                await dataSource.RunAsync("ANALYZE", cancellationToken); // without, the digest has been seen to join by loops
                var digest = (await dataSource.QueryAsync(FlatShop.Digest, r => r.GetString(0), cancellationToken)).Single();
                contents ??= digest;
                if (digest != contents)
                    throw new InvalidOperationException($"What {name} makes differs: {digest} is not {contents}.");
            }
        }

        output.WriteLine($"""
            {await server.DescribeAsync(cancellationToken)}
            {rows:N0} flat rows into five tables, all ways with equal contents. Medians of {rounds} rounds, and of the anti-joins' time.

            | way | seconds | ratio | CPU s | again, seconds | ratio | CPU s |
            |---|--:|--:|--:|--:|--:|--:|
            """);
        var (hand, handAgain) = (Median(FlatShop.AntiJoins, r => r.First.Seconds), Median(FlatShop.AntiJoins, r => r.Again.Seconds));
        foreach (var (name, _) in FlatShop.Ways)
        {
            var (first, again) = (Median(name, r => r.First.Seconds), Median(name, r => r.Again.Seconds));
            output.WriteLine($"| {name} | {first:F2} | {first / hand:F2} | {Median(name, r => r.First.Processor):F2} "
                + $"| {again:F2} | {again / handAgain:F2} | {Median(name, r => r.Again.Processor):F2} |");
        }

        double Median(string name, Func<Round, double> figure) => measured[name].Select(figure).Order().ElementAt(rounds / 2);
    }

    private static async Task<Figure> MeasureAsync(
        NpgsqlDataSource dataSource, Func<NpgsqlConnection, CancellationToken, Task> putAsync, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var before = ProcessorTime.OfTree(connection.ProcessID) ?? 0;
        var watch = Stopwatch.StartNew();
        await putAsync(connection, cancellationToken);
        return new Figure(watch.Elapsed.TotalSeconds, (ProcessorTime.OfTree(connection.ProcessID) ?? 0) - before);
    }

    private sealed record Figure(double Seconds, double Processor);

    private sealed record Round(Figure First, Figure Again);
}

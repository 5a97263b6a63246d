using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Exograph.ServerSide.Benchmarks.Loading;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary><c>schema</c>: a shop with numbers of its own into the tables of another, by put_schema and by what one would take instead.</summary>
internal static class SchemaCommand
{
    private const string Database = "schema_bench";
    private const string Reference = "set statements by hand";
    private const string Checked = "set statements by hand, checked";

    private static readonly Target[] s_targets = [new("empty", null), new("half is there", true), new("the same again", false)];

    public static Command Create()
    {
        var customers = new Option<int>("--customers")
        {
            Description = "Customers of the shop; there are 4 orders and 12 lines for each.",
            DefaultValueFactory = _ => 50_000,
        };
        var rounds = new Option<int>("--rounds") { Description = "Rounds, each in another order.", DefaultValueFactory = _ => 3 };
        var only = new Option<string[]>("--only")
        {
            Description = "Parts of the names of contenders; the others are left out.",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("schema", "A graph of tables with numbers of its own into one that exists.") { customers, rounds, only };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(customers), arguments.GetValue(rounds), arguments.GetValue(only) ?? [], Console.Out, cancellationToken));
        return command;
    }

    private static async Task RunAsync(
        int customers, int rounds, string[] only, TextWriter output, CancellationToken cancellationToken)
    {
        IShopContender[] contenders =
            [new PutSchema(), new SetStatements(), new CheckedStatements(), new DapperStatements(), new Linq2DbShop(), new EntityFrameworkShop()];
        contenders = [.. contenders.Where(c =>
            only.Length == 0 || c.Name is Reference or Checked || only.Any(o => c.Name.Contains(o, StringComparison.OrdinalIgnoreCase)))];
        var shop = Shop.Make(customers, half: false);
        var half = Shop.Make(customers, half: true);
        await using var server = await BenchmarkServer.StartAsync(new Dictionary<string, string>(), cancellationToken);
        output.WriteLine(await server.DescribeAsync(cancellationToken));
        output.WriteLine(FormattableString.Invariant(
            $"{shop.Customers.Count:N0} customers, {shop.Products.Count:N0} products, {shop.Orders.Count:N0} orders, {shop.Lines.Count:N0} lines\n"));
        var costs = new List<Cost>();
        var random = new Random(1);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var target in s_targets)
            {
                random.Shuffle(contenders);
                var contents = new Dictionary<string, string>();
                foreach (var contender in contenders)
                {
                    var (cost, digest) = await MeasureAsync(
                        server, target, contender, shop, target.Half == true ? half : shop, cancellationToken);
                    costs.Add(cost);
                    contents.Add(contender.Name, digest);
                    await Console.Error.WriteLineAsync(FormattableString.Invariant(
                        $"{target.Name}, {contender.Name}: {cost.Seconds:F1} s"));
                }
                if (contents.Values.Distinct().Count() > 1)
                {
                    throw new InvalidOperationException(
                        $"{target.Name}: " + string.Join("; ", contents.Select(c => $"{c.Key}: {c.Value}")));
                }
            }
        }
        Write(costs, output);
    }

    private static async Task<(Cost Cost, string Digest)> MeasureAsync(
        BenchmarkServer server, Target target, IShopContender contender, Shop shop, Shop before, CancellationToken cancellationToken)
    {
        await server.CreateDatabaseAsync(Database, BenchmarkServer.WithSchema, cancellationToken);
        Cost cost;
        string digest;
        await using (var dataSource = NpgsqlDataSource.Create(server.ConnectionString(Database)))
        {
            await dataSource.RunAsync(Shop.Tables, cancellationToken);
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            if (target.Half is not null)
            {
                await new SetStatements().PutAsync(connection, before, cancellationToken);
                await ShopStaging.RunAsync(connection, "VACUUM ANALYZE", cancellationToken);
            }
            await server.CheckpointAsync(cancellationToken);
            using var process = Process.GetCurrentProcess();
            var serverBefore = await ProcessorTime.OfServerAsync(dataSource, cancellationToken);
            var clientBefore = process.TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            await contender.PutAsync(connection, shop, cancellationToken);
            watch.Stop();
            process.Refresh();
            cost = new Cost(
                target.Name, contender.Name, watch.Elapsed.TotalSeconds,
                await ProcessorTime.OfServerAsync(dataSource, cancellationToken) - serverBefore,
                (process.TotalProcessorTime - clientBefore).TotalSeconds);
            digest = (await dataSource.QueryAsync(Shop.Digest, r => r.GetString(0), cancellationToken))[0];
        }
        await server.DropDatabaseAsync(Database, cancellationToken);
        return (cost, digest);
    }

    private static void Write(IReadOnlyList<Cost> costs, TextWriter output)
    {
        output.WriteLine("Seconds, medians of the rounds with the least and the most; processor seconds of server and client beside.\n");
        foreach (var target in costs.GroupBy(c => c.Target))
        {
            output.WriteLine($"| {target.Key} | s | by hand = 1 | checked = 1 | CPU server | CPU client |\n|---|--:|--:|--:|--:|--:|");
            var reference = Spread.Of(target.Where(c => c.Contender == Reference).Select(c => c.Seconds)).Median;
            var careful = Spread.Of(target.Where(c => c.Contender == Checked).Select(c => c.Seconds)).Median;
            foreach (var contender in target.GroupBy(c => c.Contender).OrderBy(g => Spread.Of(g.Select(c => c.Seconds)).Median))
            {
                var seconds = Spread.Of(contender.Select(c => c.Seconds));
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {contender.Key} | {seconds} | {seconds.Median / reference:F2} | {seconds.Median / careful:F2} | {Spread.Of(contender.Select(c => c.Server ?? 0)).Median:F2} | {Spread.Of(contender.Select(c => c.Client)).Median:F2} |"));
            }
            output.WriteLine();
        }
    }

    /// <summary>What the tables hold before; null: nothing.</summary>
    private sealed record Target(string Name, bool? Half);

    private sealed record Cost(string Target, string Contender, double Seconds, double? Server, double Client);
}

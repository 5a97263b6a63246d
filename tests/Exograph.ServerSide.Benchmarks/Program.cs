using System.CommandLine;
using Exograph.EmbeddedPostgres;
using Exograph.ServerSide;
using Exograph.ServerSide.Benchmarks;
using Exograph.ServerSide.Benchmarks.DupSelect;
using Npgsql;

var size = new Option<string>("--size") { Description = "small (20,000 fragments, 2.3M rows), medium (200,000) or corpus (1,000,000)", DefaultValueFactory = _ => "small" };
size.AcceptOnlyFromAmong("small", "medium", "corpus");
var seed = new Option<int>("--seed") { Description = "Seed of the generated corpus", DefaultValueFactory = _ => 1 };
var load = new Command("load", "A generated corpus through the library") { size, seed };
load.SetAction(async (arguments, cancellationToken) =>
{
    var fragments = arguments.GetValue(size) switch
    {
        "small" => 20_000,
        "medium" => 200_000,
        _ => 1_000_000,
    };
    await using var server = await EmbeddedPostgresServer.StartAsync(
        new EmbeddedPostgresOptions { Durability = Durability.Full }, cancellationToken);
    Console.WriteLine($"PostgreSQL {server.Version}, {Environment.ProcessorCount} processors, fsync on.");
    await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString);
    await new Migrator(dataSource).MigrateAsync(cancellationToken: cancellationToken);
    await LoadBenchmark.RunAsync(dataSource, new Corpus(fragments, arguments.GetValue(seed)), Console.Out, cancellationToken);
});
var command = new RootCommand("Benchmarks of Exograph.ServerSide on a private server") { load, DupSelectCommand.Create() };
return await command.Parse(args).InvokeAsync();

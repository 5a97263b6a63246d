using System.CommandLine;
using Exograph.EmbeddedPostgres;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary><c>dup-select</c>: the chapter on a private server.</summary>
internal static class DupSelectCommand
{
    public static Command Create()
    {
        var defaults = new DupSelectOptions();
        var rows = new Option<int>("--rows")
        {
            Description = "Input rows of the largest of three sizes (slow methods get a tenth)",
            DefaultValueFactory = _ => defaults.Rows,
        };
        var rounds = new Option<int>("--rounds") { Description = "Rounds of which the median counts", DefaultValueFactory = _ => defaults.Rounds };
        var seed = new Option<int>("--seed") { Description = "Seed of the generated input", DefaultValueFactory = _ => defaults.Seed };
        var json = new Option<FileInfo?>("--json") { Description = "Also write the figures to this file, as JSON" };
        rows.Validators.Add(result =>
        {
            if (result.GetValue(rows) < 400)
                result.AddError("--rows must be at least 400.");
        });
        rounds.Validators.Add(result =>
        {
            if (result.GetValue(rounds) < 1)
                result.AddError("--rounds must be at least 1.");
        });
        var command = new Command("dup-select", "The methods of the dup-select note side by side") { rows, rounds, seed, json };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var server = await EmbeddedPostgresServer.StartAsync(
                new EmbeddedPostgresOptions { Durability = Durability.Full }, cancellationToken);
            Console.WriteLine($"PostgreSQL {server.Version}, {Environment.ProcessorCount} processors, fsync on.");
            await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString);
            await new Migrator(dataSource).MigrateAsync(cancellationToken: cancellationToken);
            await DupSelectChapter.RunAsync(dataSource, new DupSelectOptions
            {
                Rows = arguments.GetValue(rows),
                Rounds = arguments.GetValue(rounds),
                Seed = arguments.GetValue(seed),
                Json = arguments.GetValue(json),
            }, Console.Out, cancellationToken);
        });
        return command;
    }
}

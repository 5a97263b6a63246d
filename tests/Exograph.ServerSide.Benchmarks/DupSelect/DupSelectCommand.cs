using System.CommandLine;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary><c>dup-select</c>: the chapter on a private server.</summary>
internal static class DupSelectCommand
{
    private const string DatabaseName = "dup_select_bench";

    public static Command Create()
    {
        var defaults = new DupSelectOptions();
        var rows = Number("--rows", defaults.Rows, least: 400, "Input rows of the largest size; slow methods get fewer");
        var rounds = Number("--rounds", defaults.Rounds, least: 1, "Rounds, of which the fastest counts and all must agree");
        var seed = Number("--seed", defaults.Seed, least: int.MinValue, "Seed of the generated input");
        var json = new Option<FileInfo?>("--json") { Description = "Also write the figures to this file, as JSON" };
        var command = new Command("dup-select", "The methods of the dup-select note side by side") { rows, rounds, seed, json };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new DupSelectOptions
            {
                Rows = arguments.GetValue(rows),
                Rounds = arguments.GetValue(rounds),
                Seed = arguments.GetValue(seed),
                Json = arguments.GetValue(json),
            },
            Console.Out, cancellationToken));
        return command;
    }

    private static Option<int> Number(string name, int value, int least, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < least)
                result.AddError($"{name} must be at least {least}.");
        });
        return option;
    }

    private static async Task RunAsync(DupSelectOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var load = LoadAverage.Describe(LoadAverage.Read());
        await Console.Error.WriteLineAsync(load);
        // A vacuum between two runs would be paid by one of them.
        var settings = new Dictionary<string, string> { ["autovacuum"] = "off" };
        await using var server = await BenchmarkServer.StartAsync(settings, cancellationToken);
        await server.CreateDatabaseAsync(DatabaseName, BenchmarkServer.WithSchema, cancellationToken);
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString(DatabaseName)) { CommandTimeout = 0 };
        await using var dataSource = NpgsqlDataSource.Create(connection);
        var figures = await DupSelectChapter.RunAsync(dataSource, options, server.CheckpointAsync, cancellationToken);

        await output.WriteLineAsync($"{await server.DescribeAsync(cancellationToken)}\n{load}\n");
        await output.WriteLineAsync(new Report(figures).ToString());
        if (options.Json is { } file)
            await File.WriteAllTextAsync(file.FullName, figures.ToJson(), cancellationToken);
    }
}

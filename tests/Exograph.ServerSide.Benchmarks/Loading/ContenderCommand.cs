using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>One contender, in a process of its own so that its memory is its own. Called by the benchmark, not by people.</summary>
internal static class ContenderCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name");
        var settings = new Argument<string>("settings");
        var command = new Command("contender", "Runs one contender of the benchmark load.") { name, settings };
        command.Hidden = true;
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var contender = LoadContenders.Find(arguments.GetValue(name)!);
            var told = JsonSerializer.Deserialize<ContenderSettings>(arguments.GetValue(settings)!)!;
            var result = await RunAsync(contender, told, cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(result));
        });
        return command;
    }

    /// <summary>Runs a contender in a process of its own.</summary>
    public static async Task<ContenderResult> StartAsync(
        ILoadContender contender, ContenderSettings settings, CancellationToken cancellationToken)
    {
        var (output, _) = await ExternalProcess.RunAsync(
            [.. ExternalProcess.Self, "contender", contender.Name, JsonSerializer.Serialize(settings)], cancellationToken);
        return JsonSerializer.Deserialize<ContenderResult>(output)!;
    }

    private static async Task<ContenderResult> RunAsync(
        ILoadContender contender, ContenderSettings settings, CancellationToken cancellationToken)
    {
        await using var context = new ContenderContext(settings);
        var wal = await context.WalPositionAsync(cancellationToken);
        var before = await context.ProcessorSecondsAsync(cancellationToken);
        var watch = Stopwatch.StartNew();
        await contender.LoadAsync(context, cancellationToken);
        var seconds = watch.Elapsed.TotalSeconds;
        var after = await context.ProcessorSecondsAsync(cancellationToken);
        using var process = Process.GetCurrentProcess();
        return new ContenderResult
        {
            Seconds = seconds,
            WalBytes = await context.WalPositionAsync(cancellationToken) - wal,
            PeakBytes = context.PeakBytes ?? process.PeakWorkingSet64,
            ServerSeconds = after.Server - before.Server,
            ClientSeconds = after.Client - before.Client,
            Sizes = context.Sizes,
            Phases = context.Phases,
        };
    }
}

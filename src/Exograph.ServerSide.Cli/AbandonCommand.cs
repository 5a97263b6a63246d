using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load abandon</c>.</summary>
internal sealed class AbandonCommand(CliApp app)
{
    private static readonly (string Unit, double Seconds)[] s_units =
        [("w", 7 * 86_400), ("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];

    private readonly Argument<int?> _load = CliApp.LoadNumber();

    private readonly Option<TimeSpan?> _olderThan = new("--older-than")
    {
        Description = "Abandon all open loads that were begun longer ago, whoever began them: 7d, 36h. For members of exograph_owner.",
        HelpName = "time",
        CustomParser = ParseAge,
    };

    public Command Create()
    {
        var command = new Command("abandon", "Drops the staged rows of an open load, or of all old ones, and ends it.") { _load, _olderThan };
        app.Run(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_olderThan) is not { } age)
        {
            await using var one = await app.OpenAsync(parsed, cancellationToken);
            var abandoned = await one.Client.AbandonLoadAsync(parsed.GetValue(_load), cancellationToken);
            app.Results(parsed).Value(new { abandoned }, $"abandoned load {abandoned}");
            return ExitCode.Ok;
        }
        if (parsed.GetValue(_load) is not null)
            throw new UsageException("abandon takes the number of a load or --older-than, not both");
        await using var database = await app.OpenAsync(parsed, cancellationToken);
        var loads = await database.Client.AbandonLoadsAsync(new AbandonLoadsOptions { OlderThan = age }, cancellationToken);
        app.Results(parsed).AbandonedLoads(loads);
        return loads.All(l => l.IsAbandoned) ? ExitCode.Ok : ExitCode.Refused;
    }

    private static TimeSpan? ParseAge(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        var (unit, seconds) = Array.Find(s_units, u => text.EndsWith(u.Unit, StringComparison.Ordinal));
        if (unit is not null
            && double.TryParse(text.AsSpan(0, text.Length - unit.Length).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * seconds < TimeSpan.FromDays(36_500).TotalSeconds)
        {
            return TimeSpan.FromSeconds(number * seconds);
        }
        result.AddError($"expected a time such as 7d, 36h or 30min, found '{text}'");
        return null;
    }
}

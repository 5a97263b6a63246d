using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load check-index</c>: what is wrong with the index.</summary>
internal sealed class CheckIndexCommand(CliApp app)
{
    public Command Create()
    {
        var command = new Command(
            "check-index", "Tells what is wrong with the index, with the SQL that mends it. Exit code 4 where something is.");
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var findings = await database.Client.CheckIndexAsync(cancellationToken);
            app.Results(parsed).Items(findings, "nothing is wrong", f => $"{f.Kind}: {f.Place}\n  {f.Detail}\n  {f.Mend}");
            return findings.Count == 0 ? ExitCode.Ok : ExitCode.Refused;
        });
        return command;
    }
}

using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load doctor</c>: what about the installation might be better.</summary>
internal sealed class DoctorCommand(CliApp app)
{
    public Command Create()
    {
        var command = new Command("doctor", "Looks at roles, rights, settings, open loads and versions, and tells what might be "
            + "better, with the SQL that does it. Exit code 4 where something is.");
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var advice = await database.Client.DoctorAsync(cancellationToken);
            app.Results(parsed).Items(advice, "", a => string.Join("\n  ",
                new[] { $"{a.Subject}: {a.Here}", a.ToTry, a.Mend }.Where(line => line is not null)));
            return advice.All(a => a.ToTry is null) ? ExitCode.Ok : ExitCode.Refused;
        });
        return command;
    }
}

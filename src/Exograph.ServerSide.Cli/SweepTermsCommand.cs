using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load sweep-terms</c>.</summary>
internal static class SweepTermsCommand
{
    public static Command Create(CliApp app)
    {
        var command = new Command("sweep-terms", "Deletes the terms that no fragment holds.");
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            app.Results(parsed).Deleted(await database.Client.SweepTermsAsync(cancellationToken), "every term is used");
            return ExitCode.Ok;
        });
        return command;
    }
}

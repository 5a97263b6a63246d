using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load help</c>: what may be called in SQL. <c>--help</c> is about the commands.</summary>
internal sealed class HelpCommand(CliApp app)
{
    public Command Create()
    {
        var command = new Command("help", "Lists what your role may call in SQL, as the database has it. --help is about commands.");
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var calls = await database.Client.ListCallsAsync(cancellationToken);
            app.Results(parsed).Items(calls, "", c => $"{c.Call}\n  {c.Does}");
            return ExitCode.Ok;
        });
        return command;
    }
}

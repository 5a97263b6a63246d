using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary>Takes a finalized load back out of the index.</summary>
internal sealed class UndoCommand(CliApp app)
{
    public Command Create()
    {
        var load = new Argument<int>("load") { Description = "Number of a finalized load." };
        var dependents = new Option<bool>("--dependents")
        {
            Description = "Take along the loads that lean on it, those that lean on them, and rows inserted one by one that refer to theirs.",
        };
        var command = new Command("undo", "Takes a finalized load back out of the index.") { load, dependents };
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var options = new UndoOptions
            {
                Dependents = parsed.GetValue(dependents),
                Progress = new Notes(app.Context.Error, ""),
            };
            var undone = await database.Client.UndoAsync(parsed.GetValue(load), options, cancellationToken);
            app.Results(parsed).Value(new { undone }, $"undone: load {string.Join(", ", undone)}");
            return ExitCode.Ok;
        });
        return command;
    }
}

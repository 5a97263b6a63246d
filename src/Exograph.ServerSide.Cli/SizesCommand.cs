using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load sizes</c>: what packages take.</summary>
internal sealed class SizesCommand(CliApp app)
{
    private readonly Option<int> _top = new("--top")
    {
        Description = "Most packages to list, the largest first; all with --json.",
        DefaultValueFactory = _ => 20,
    };

    public Command Create()
    {
        var command = new Command("sizes", "Lists the rows and bytes of packages, and of what they share.") { _top };
        app.Run(command, async (parsed, cancellationToken) =>
        {
            var top = parsed.GetValue(_top);
            if (top < 0)
                throw new UsageException($"--top is 0 or more, not {top}");
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            app.Results(parsed).Sizes(await database.Client.ListSizesAsync(cancellationToken), top);
            return ExitCode.Ok;
        });
        return command;
    }
}

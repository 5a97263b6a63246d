using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load delete-package</c>.</summary>
internal static class DeletePackageCommand
{
    public static Command Create(CliApp app)
    {
        var ecosystem = new Argument<string>("ecosystem") { Description = "Ecosystem of the package: hex, npm, ..." };
        var name = new Argument<string>("name") { Description = "Name of the package." };
        var command = new Command("delete-package", "Deletes a package with all of its versions and files.") { ecosystem, name };
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var rows = await database.Client.DeletePackageAsync(
                parsed.GetRequiredValue(ecosystem), parsed.GetRequiredValue(name), cancellationToken);
            app.Results(parsed).Deleted(rows, "there is no such package");
            return ExitCode.Ok;
        });
        return command;
    }
}

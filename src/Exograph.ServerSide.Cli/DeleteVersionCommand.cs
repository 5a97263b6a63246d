using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load delete-version</c>.</summary>
internal static class DeleteVersionCommand
{
    public static Command Create(CliApp app)
    {
        var ecosystem = new Argument<string>("ecosystem") { Description = "Ecosystem of the package: hex, npm, ..." };
        var name = new Argument<string>("name") { Description = "Name of the package." };
        var version = new Argument<string>("version") { Description = "The version that goes." };
        var command = new Command("delete-version", "Deletes a version of a package with all of its files. The package stays.")
        {
            ecosystem, name, version,
        };
        app.Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var rows = await database.Client.DeletePackageVersionAsync(parsed.GetRequiredValue(ecosystem),
                parsed.GetRequiredValue(name), parsed.GetRequiredValue(version), cancellationToken);
            app.Results(parsed).Deleted(rows, "there is no such version");
            return ExitCode.Ok;
        });
        return command;
    }
}

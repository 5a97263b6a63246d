using System.CommandLine;
using Npgsql;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load uninstall</c>: takes everything out of a database again.</summary>
internal sealed class UninstallCommand(CliApp app)
{
    private readonly Option<bool> _yes = new("--yes") { Description = "Do not ask." };

    private readonly Option<bool> _force = new("--force")
    {
        Description = "Also where loads are open, or where something of others depends on it, which goes too or is left without it.",
    };

    private readonly Option<bool> _print = new("--print")
    {
        Description = "Do nothing; write it as one script for psql, to be reviewed and run by hand.",
    };

    public Command Create()
    {
        var command = new Command("uninstall", "Drops the index and all of Exograph in the database, and its roles where no other "
            + "database knows them.") { _yes, _force, _print };
        app.Run(command, async (parsed, cancellationToken) =>
        {
            var options = new UninstallOptions { Force = parsed.GetValue(_force) };
            if (parsed.GetValue(_print))
            {
                await app.PrintAsync(parsed, ExographClient.PrintUninstall(options), cancellationToken);
                return ExitCode.Ok;
            }
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            await using var connection = database.DataSource.CreateConnection();
            if (!parsed.GetValue(_yes))
                await AskAsync(connection, cancellationToken);
            var notes = await database.Client.UninstallAsync(options, cancellationToken);
            foreach (var note in notes)
                app.Context.Error.WriteParagraph("note: ", note);
            app.Results(parsed).Value(new { uninstalled = connection.Database, notes }, $"uninstalled from {connection.Database}");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>The name of the database, so that nobody confirms for another one by habit.</summary>
    private async Task AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var host = new NpgsqlConnectionStringBuilder(connection.ConnectionString).Host; // a connection knows it when it is open
        app.Context.Error.WriteParagraph("", $"This drops the index and all of Exograph in database {connection.Database} of "
            + $"{host}, for good. Type the name of the database to go on:");
        using var input = new StreamReader(app.Context.StandardInput());
        var answer = await input.ReadLineAsync(cancellationToken);
        if (answer?.Trim() != connection.Database)
            throw new UsageException("not confirmed: nothing was changed. --yes does not ask");
    }
}

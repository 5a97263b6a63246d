using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load migrate</c>: installs, updates, and mends what a restore could not bring.</summary>
internal sealed class MigrateCommand(CliApp app)
{
    private readonly Option<bool> _print = new("--print")
    {
        Description = "Do nothing; write the whole installation as one script for psql, to be reviewed and run by hand.",
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Change nothing; list the scripts that would be applied.",
    };

    private readonly Option<bool> _textSearch = new("--text-search")
    {
        Description = "Also build the indexes by which LIKE and regular expressions search sources and comments (pg_trgm). Loads keep "
            + "them from then on, and take longer; CALL exograph.drop_text_indexes() drops them.",
    };

    public Command Create()
    {
        var command = new Command("migrate", "Installs Exograph in the database, brings it up to date, or mends what a restore did not "
            + "bring.") { _print, _dryRun, _textSearch };
        app.Run(command, async (parsed, cancellationToken) =>
        {
            var options = new MigrateOptions
            {
                TextSearch = parsed.GetValue(_textSearch),
                Progress = new Notes(app.Context.Error, "applying "),
            };
            if (parsed.GetValue(_print))
            {
                await app.PrintAsync(parsed, ExographClient.PrintMigration(options), cancellationToken);
                return ExitCode.Ok;
            }
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            var name = database.DataSource.CreateConnection().Database;
            var indexed = options.TextSearch ? ", with indexes for searching texts" : "";
            if (parsed.GetValue(_dryRun))
            {
                var pending = await database.Client.GetPendingMigrationsAsync(cancellationToken);
                var text = pending.Append(Describe(pending, "would be", name, indexed));
                app.Results(parsed).Value(new { pending }, string.Join('\n', text));
                return ExitCode.Ok;
            }
            var applied = await database.Client.MigrateAsync(options, cancellationToken);
            app.Results(parsed).Value(new { applied }, Describe(applied, "", name, indexed));
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>One line: what was or would be done, and which version the schema has then.</summary>
    private static string Describe(IReadOnlyList<string> scripts, string mood, string database, string indexed)
    {
        var version = $"schema version {ExographClient.LatestSchemaVersion}";
        if (scripts.Count == 0)
            return $"up to date: {database} has {version}{indexed}";
        var migrations = scripts.Count(name => char.IsAsciiDigit(name[0]));
        var isMended = migrations == 1 && scripts[0].StartsWith("0001", StringComparison.Ordinal);
        var done = isMended
            ? $"mended: schemas, roles and rights, and {scripts.Count - 1} code files, of {database}"
            : $"installed {migrations} migrations and {scripts.Count - migrations} code files into {database}";
        return $"{mood} {done} as {version}{indexed}".TrimStart();
    }
}

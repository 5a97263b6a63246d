using System.CommandLine;
using System.Net;
using Exograph.EmbeddedPostgres;
using Exograph.Extract.CSharp;
using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load demo</c>: from sources to answers, on a server of its own that is gone afterwards.</summary>
internal sealed class DemoCommand(CliApp app)
{
    private const string Solution = "Exograph.ServerSide.sln";

    private readonly Option<string?> _source = new("--source")
    {
        Description = "Directory of C# sources. By default this project's own, where the current directory is below it, else the "
            + "current directory.",
        HelpName = "directory",
    };

    private readonly Option<bool> _serve = new("--serve") { Description = "Then show the index in a browser, until Ctrl-C." };

    public Command Create()
    {
        var command = new Command("demo", "Extracts C# sources, loads them into a temporary server, asks the index.")
        {
            _source, _serve,
        };
        app.Run(command, (parsed, cancellationToken) =>
        {
            app.RefuseConnection(parsed, "demo runs on a server of its own that is gone afterwards");
            return RunAsync(parsed.GetValue(_source), parsed.GetValue(_serve), app.Results(parsed), cancellationToken);
        });
        return command;
    }

    private async Task<int> RunAsync(string? source, bool serve, ResultWriter results, CancellationToken cancellationToken)
    {
        var ephemeral = new EmbeddedPostgresOptions();
        await using var database = await Database.OpenPrivateAsync(ephemeral, app.Context, cancellationToken);
        var bundle = await ExtractAsync(source ?? FindSource(), database.CreateScratchDirectory(), cancellationToken);
        app.Context.Error.WriteLine("loading it:");
        var first = await LoadAsync(database.Client, bundle, "demo", cancellationToken);
        app.Context.Error.WriteLine("loading it again, which adds nothing:");
        var second = await LoadAsync(database.Client, bundle, "demo, again", cancellationToken);
        results.Reports([.. first, .. second]);
        if (!results.IsJson)
            await DemoQuestions.AskAsync(database, app.Context, results, cancellationToken);
        if (serve)
            await ServeCommand.ServeAsync(database, new IPEndPoint(IPAddress.Loopback, ServeCommand.UsualPort), results, cancellationToken);
        else
            app.Context.Error.WriteLine("exograph-load demo --serve shows it in a browser, exograph-load serve an index of yours");
        return ExitCode.Ok;
    }

    private async Task<string> ExtractAsync(string source, string scratch, CancellationToken cancellationToken)
    {
        app.Context.Error.WriteLine($"reading the C# sources of {source}");
        var directory = Path.Combine(scratch, "bundle");
        await using var sink = BundleSink.ToDirectory(directory);
        var summary = await CSharpExtractor.ExtractAsync(
            new ExtractOptions { Directory = source }, sink, cancellationToken: cancellationToken);
        if (summary.Rows["files"] == 0)
            throw new ExtractException($"there is no C# source in {source}: --source names a directory that has some. Sources of other "
                + "languages come as bundles, to exograph-load load.");
        app.Context.Error.WriteLine($"extracted {summary.Rows["files"]:N0} files, {summary.Rows.Values.Sum():N0} rows");
        return directory;
    }

    private async Task<IReadOnlyList<LoadReport>> LoadAsync(
        ExographClient client, string bundle, string label, CancellationToken cancellationToken)
    {
        var options = new BundleLoadOptions { Load = new LoadOptions { Label = label } };
        return (await LoadCommand.LoadAsync(app, client, [Bundle.Open(bundle)], options, cancellationToken)).Reports;
    }

    private string FindSource()
    {
        for (var directory = new DirectoryInfo(app.Context.CurrentDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, Solution)))
                return directory.FullName;
        }
        return app.Context.CurrentDirectory;
    }
}

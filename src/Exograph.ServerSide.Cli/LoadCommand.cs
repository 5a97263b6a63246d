using System.CommandLine;
using Exograph.ServerSide.Cli.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load load</c>.</summary>
internal sealed class LoadCommand(CliApp app)
{
    private const long DefaultMaxStaged = 8L << 30;

    private readonly Argument<string[]> _bundles = new("bundle")
    {
        Description = "Directories of <table>.csv or <table>.ndjson, optionally .gz, and manifest.json; - is an NDJSON stream on "
            + "standard input, which ends with an end record.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _label = new("--label")
    {
        Description = "What is loaded. The names of the bundles by default.",
    };

    private readonly Option<int> _connections = new("--connections")
    {
        Description = "Most COPY streams at once.",
        DefaultValueFactory = _ => new LoadOptions().Connections,
    };

    private readonly Option<long> _maxStaged = new("--max-staged")
    {
        Description = "Bytes staged, such as 8GB, from which the next bundle begins a further load.",
        DefaultValueFactory = _ => DefaultMaxStaged,
        CustomParser = ParseSize,
    };

    private readonly Option<long> _longestLine = new("--longest-line")
    {
        Description = "Longest CSV record or NDJSON line, such as 256MB, at most 1GB. Bounds the memory of each reader.",
        DefaultValueFactory = _ => new BundleOptions().LongestLine,
        CustomParser = ParseSize,
    };

    private readonly Option<string> _ids = new Option<string>("--ids")
    {
        Description = "What rows are numbered by when staged: the numbers of their bundle (numbered), or ids reserved from "
            + "the server, which spares large fact tables of new packages being written twice.",
        DefaultValueFactory = _ => "numbered",
    }.AcceptOnlyFromAmong("numbered", "reserved");

    private readonly Option<FactTables> _complete = new("--complete")
    {
        Description = "Tables of which the bundles bring all rows of each of their files: all, or a list such as "
            + "comments,call_edges. Needs a manifest.json in each directory. Facts that an earlier load has declared complete as "
            + "well are not sent again. Bundles on standard input are sent whole.",
        CustomParser = ParseTables,
    };

    private readonly Option<bool> _noFinalize = new("--no-finalize") { Description = "Stage the rows and leave the load open." };

    private readonly LoadOptionSet _options = new();

    public Command Create()
    {
        var command = new Command("load", "Loads bundles: all of their rows or none.")
        {
            _bundles, _label, _connections, _maxStaged, _longestLine, _ids, _complete, _noFinalize,
        };
        _options.AddTo(command);
        app.Run(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var plan = Plan(parsed);
        await using var database = await app.OpenAsync(parsed, cancellationToken);
        IReadOnlyList<PlacedReject> skipped = [];
        var reports = await app.ProgressAsync(async view =>
        {
            var runner = new LoadRunner(database.DataSource, plan, view);
            var done = await runner.RunAsync(cancellationToken);
            skipped = runner.Skipped;
            return done;
        });
        ErrorReport.WriteRejects(skipped, app.Context);
        app.Results(parsed).Reports(reports);
        return ExitCode.Ok;
    }

    private LoadPlan Plan(ParseResult parsed)
    {
        var paths = parsed.GetValue(_bundles)!;
        if (paths.Count(p => p == Bundle.StandardInput) > 1)
            throw new UsageException("standard input is one bundle: '-' can be given once");
        var connections = parsed.GetValue(_connections);
        if (connections is < 1 or > 64)
            throw new UsageException($"--connections is from 1 to 64, not {connections}");
        if (parsed.GetValue(_longestLine) is var longest && longest > 1 << 30)
            throw new UsageException("--longest-line is at most 1GB, which is what PostgreSQL can take");
        var options = _options.ForLoad(parsed);
        return new LoadPlan(
            Open(paths, parsed.GetValue(_complete)),
            options with
            {
                Label = parsed.GetValue(_label)
                    ?? string.Join(" ", paths.Select(p => Path.GetFileName(Path.TrimEndingDirectorySeparator(p)))),
                Connections = connections,
                Ids = parsed.GetValue(_ids) == "reserved" ? IdNumbering.Reserved : IdNumbering.Numbered,
                Complete = parsed.GetValue(_complete),
            },
            new BundleOptions { LongestLine = (int)longest, Readers = connections },
            parsed.GetValue(_maxStaged),
            !parsed.GetValue(_noFinalize));
    }

    private List<Bundle> Open(string[] paths, FactTables complete)
    {
        var bundles = paths.Select(p => Bundle.Open(p, app.Context.StandardInput)).ToList();
        var uncounted = bundles.FindAll(b => b.IsUncounted);
        if (uncounted.Count == 0)
            return bundles;
        var first = uncounted[0].Name;
        if (complete != FactTables.None)
            throw new BundleException(first, $"expected {RowCounts.ManifestName}, which counts the rows, found none: without it "
                + "nothing tells a file that was cut off from one that is complete");
        app.Context.Error.WriteLine($"note: {first}{(uncounted.Count == 1 ? "" : $" and {uncounted.Count - 1} others")}: no "
            + $"{RowCounts.ManifestName}, so a file that was cut off at the end of a line is loaded as it is");
        return bundles;
    }

    private static FactTables ParseTables(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (text == "all")
            return FactTables.All;
        var tables = FactTables.None;
        foreach (var name in text.Split(','))
        {
            var table = FactTableNames.Find(name);
            if (table == FactTables.None)
                result.AddError($"--complete is 'all' or any of {string.Join(",", FactTableNames.All)}, not '{name}'");
            tables |= table;
        }
        return tables;
    }

    private static long ParseSize(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (!ByteSize.TryParse(text, out var bytes))
            result.AddError($"expected a size such as 8GB or 500MB, found '{text}'");
        return bytes;
    }
}

using System.Collections.Frozen;
using System.CommandLine;
using System.Numerics;
using System.Text.Json;
using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load load</c>.</summary>
internal sealed class LoadCommand(CliApp app)
{
    /// <summary>How the command line names the stream on standard input.</summary>
    private const string StandardInput = "-";

    /// <summary>Names as the database has them.</summary>
    private static readonly FrozenDictionary<string, FactTables> s_tables = Enum.GetValues<FactTables>()
        .Where(t => BitOperations.IsPow2((int)t)).ToFrozenDictionary(t => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{t}"));

    private static IEnumerable<string> TableNames => s_tables.Keys.Order(StringComparer.Ordinal);

    private readonly Argument<string[]> _bundles = new("bundle")
    {
        Description = "Directories of <table>.csv or <table>.ndjson, optionally .gz, and manifest.json; - is an NDJSON stream on "
            + "standard input, which ends with an end record.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _label = new("--label")
    {
        Description = "What is loaded. The names of the bundles by default.",
        HelpName = "text",
    };

    private readonly Option<int> _connections = new("--connections")
    {
        Description = "Most COPY streams at once.",
        HelpName = "number",
        DefaultValueFactory = _ => new LoadOptions().Connections,
    };

    private readonly Option<ByteSize> _maxStaged = new("--max-staged")
    {
        Description = "Bytes staged from which the next bundle begins a further load.",
        HelpName = "size",
        DefaultValueFactory = _ => new(new BundleLoadOptions().MaxStaged),
        CustomParser = ByteSize.Parse,
    };

    private readonly Option<ByteSize> _longestLine = new("--longest-line")
    {
        Description = "Longest CSV record or NDJSON line, at most 1GB. Bounds the memory of each reader.",
        HelpName = "size",
        DefaultValueFactory = _ => new(new BundleOptions().LongestLine),
        CustomParser = ByteSize.Parse,
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
            + $"comments,call_edges, of {string.Join(", ", TableNames)}. Needs a manifest.json in each directory. Facts that an "
            + "earlier load has declared complete as well are not sent again. Bundles on standard input are sent whole.",
        HelpName = "all|tables",
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
        var paths = parsed.GetValue(_bundles)!;
        var options = Options(parsed, paths);
        var bundles = Open(paths, options.Load.Complete);
        await using var database = await app.OpenAsync(parsed, cancellationToken);
        if (await database.Client.Cluster.ExistsAsync(cancellationToken))
        {
            if (options.Load is { Ids: IdNumbering.Reserved } or { DeferIndexes: not null } or { MostPartitions: not null })
                throw new UsageException("a load of a cluster takes neither --ids reserved nor --defer-indexes nor --most-partitions");
            options = options with { ConnectShard = shard => database.ConnectShard(shard, app.Context.Variable(CliApp.ShardPassword)) };
        }
        var loader = await LoadAsync(app, database.Client, bundles, options, cancellationToken);
        ErrorReport.WriteRejects(RejectLines.Of(loader.Rejects), app.Context);
        if (options.ConnectShard is null)
            app.Results(parsed).Reports(loader.Reports);
        else
            app.Results(parsed).ClusterReports(loader.ClusterReports);
        return ExitCode.Ok;
    }

    /// <summary>Loads bundles under a progress view.</summary>
    /// <exception cref="FailedException">It failed: why, and what became of the load.</exception>
    public static Task<BundleLoader> LoadAsync(CliApp app, ExographClient client, IReadOnlyList<Bundle> bundles,
        BundleLoadOptions options, CancellationToken cancellationToken) =>
        app.ProgressAsync(options.ConnectShard is null ? client : null, bundles, async view =>
    {
        var loader = new BundleLoader(client, options with
        {
            Load = options.Load with { Progress = view },
            Reading = options.Reading with { Progress = view },
        });
        try
        {
            await loader.LoadAsync(bundles, cancellationToken);
            return loader;
        }
        catch (Exception e) when (loader.LoadId is not null)
        {
            throw FailedException.Of(e, loader, options.ConnectShard is not null);
        }
    });

    private BundleLoadOptions Options(ParseResult parsed, string[] paths)
    {
        if (paths.Count(p => p == StandardInput) > 1)
            throw new UsageException("standard input is one bundle: '-' can be given once");
        var connections = parsed.GetValue(_connections);
        if (connections is < 1 or > 64)
            throw new UsageException($"--connections is from 1 to 64, not {connections}");
        if (parsed.GetValue(_longestLine).Bytes is var longest && longest > 1 << 30)
            throw new UsageException("--longest-line is at most 1GB, which is what PostgreSQL can take");
        return new BundleLoadOptions
        {
            Load = _options.ForLoad(parsed) with
            {
                Label = parsed.GetValue(_label)
                    ?? string.Join(" ", paths.Select(p => Path.GetFileName(Path.TrimEndingDirectorySeparator(p)))),
                Connections = connections,
                Ids = parsed.GetValue(_ids) == "reserved" ? IdNumbering.Reserved : IdNumbering.Numbered,
                Complete = parsed.GetValue(_complete),
            },
            Reading = new BundleOptions { LongestLine = (int)longest, Readers = connections },
            MaxStaged = parsed.GetValue(_maxStaged).Bytes,
            LeaveOpen = parsed.GetValue(_noFinalize),
        };
    }

    private List<Bundle> Open(string[] paths, FactTables complete)
    {
        var bundles = paths.Select(p => p == StandardInput
            ? Bundle.FromStream(app.Context.StandardInput(), "standard input")
            : Bundle.Open(p)).ToList();
        if (complete == FactTables.None && bundles.FindAll(b => !b.IsCounted) is [var first, .. var others])
        {
            app.Context.Error.WriteLine($"note: {first.Name}{(others.Count == 0 ? "" : $" and {others.Count} others")}: no "
                + $"{Bundle.ManifestName}, so a file that was cut off at the end of a line is loaded as it is");
        }
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
            var table = s_tables.GetValueOrDefault(name);
            if (table == FactTables.None)
                result.AddError($"--complete is 'all' or any of {string.Join(",", TableNames)}, not '{name}'");
            tables |= table;
        }
        return tables;
    }
}

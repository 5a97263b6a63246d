using System.CommandLine;
using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load put</c>: rows of files, or of another database, into the tables of any schema.</summary>
internal sealed class PutCommand(CliApp app)
{
    private const string Hint = "CSV has a header line with the names of columns, NDJSON an object of them a line: docs/any-schema.md.";

    private readonly Argument<string[]> _bundles = new("bundle")
    {
        Description = "Directories of <table>.csv or <table>.ndjson, optionally .gz, with the columns of the tables, any of them left "
            + "out. Each has keys of its own: a reference is to a row of the same directory, or to one that the schema has.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _into = new("--into")
    {
        Description = "Schema whose tables take the rows.",
        HelpName = "schema",
        Required = true,
    };

    private readonly Option<string?> _from = new("--from")
    {
        Description = "Another database to take the rows from, instead of files: written like --connection, without a password.",
        HelpName = "connection",
    };

    private readonly Option<string?> _fromSchema = new("--from-schema")
    {
        Description = "Its schema. That of --into by default.",
        HelpName = "schema",
    };

    private readonly Option<string> _onExisting = new Option<string>("--on-existing")
    {
        Description = "What becomes of a row that is there already, by its natural key.",
        DefaultValueFactory = _ => "keep",
    }.AcceptOnlyFromAmong("keep", "update", "fail");

    private readonly Option<string> _onReject = new Option<string>("--on-reject")
    {
        Description = "What becomes of all rows when the server rejects some: nothing is put in, or these are skipped.",
        DefaultValueFactory = _ => "fail",
    }.AcceptOnlyFromAmong("fail", "skip");

    private readonly Option<long?> _rejectLimit = new("--reject-limit")
    {
        Description = "Most rows to skip. Any number by default.",
        HelpName = "rows",
    };

    private readonly Option<string> _withoutKey = new Option<string>("--without-key")
    {
        Description = "What becomes of rows of a table in which nothing tells rows apart: they are refused, appended, or matched by all "
            + "columns.",
        DefaultValueFactory = _ => "refuse",
    }.AcceptOnlyFromAmong("refuse", "append", "match");

    private readonly Option<string[]> _naturalKeys = new("--natural-key")
    {
        Description = "Columns that tell the rows of a table apart, where the catalog does not say so. Can be given several times.",
        HelpName = "table=column,column",
    };

    private readonly Option<string[]> _maps = new("--map")
    {
        Description = "A file, or a table of --from, whose rows go into a table of another name. Can be given several times.",
        HelpName = "source=target",
    };

    private readonly Option<string[]> _leaveOut = new("--leave-out")
    {
        Description = "A file, or a table or column (table.column) of --from, that is left out. Can be given several times.",
        HelpName = "table",
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Do all of it, report, and roll it back. Numbers drawn from sequences stay drawn.",
    };

    private readonly Option<bool> _printSql = new("--print-sql")
    {
        Description = "Write a script for psql that does it, instead of doing it. The script needs the files, and nothing else of ours.",
    };

    public Command Create()
    {
        var command = new Command("put", "Puts rows into the tables of any schema by their natural keys: all or none.")
        {
            _bundles, _into, _from, _fromSchema, _onExisting, _onReject, _rejectLimit, _withoutKey, _naturalKeys, _maps, _leaveOut,
            _dryRun, _printSql,
        };
        app.Run(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var bundles = parsed.GetValue(_bundles) ?? [];
        Check(parsed, bundles);
        using var view = new PutView(app.Context);
        var options = Options(parsed) with { Progress = view };
        await using var database = await app.OpenAsync(parsed, cancellationToken);
        IReadOnlyList<PutReport> reports;
        if (parsed.GetValue(_from) is { } from)
            reports = [await PutAsync(parsed, database.Client, from, options, cancellationToken)];
        else
        {
            var putter = new BundlePutter(database.Client, new BundlePutOptions
            {
                Put = options,
                Reading = new BundleOptions { Progress = view },
                Tables = Tables(parsed),
                LeaveOut = parsed.GetValue(_leaveOut)!.ToHashSet(),
            });
            if (parsed.GetValue(_printSql))
            {
                var script = await OrSayAsync(() => putter.PrintAsync(parsed.GetRequiredValue(_into), bundles, cancellationToken));
                await app.Context.Output.WriteAsync(script.AsMemory(), cancellationToken);
                return ExitCode.Ok;
            }
            reports = await OrSayAsync(() => putter.PutAsync(parsed.GetRequiredValue(_into), bundles, cancellationToken), () => putter.Rejects);
        }
        view.Dispose();
        ErrorReport.WriteRejects(
            RejectLines.Of([.. reports.SelectMany(r => r.Rejects)], reports.Sum(r => r.Tables.Sum(t => t.Rejected))), app.Context);
        app.Results(parsed).Puts(reports, bundles);
        return ExitCode.Ok;
    }

    /// <summary>From another database.</summary>
    private async Task<PutReport> PutAsync(
        ParseResult parsed, ExographClient client, string from, PutOptions options, CancellationToken cancellationToken)
    {
        await using var source = await OpenSourceAsync(from, cancellationToken);
        return await OrSayAsync(async () =>
        {
            await using var session = await client.BeginPutAsync(parsed.GetRequiredValue(_into), options, cancellationToken);
            var left = await session.StageFromAsync(source.DataSource, new PutSourceOptions
            {
                Schema = parsed.GetValue(_fromSchema),
                Tables = Tables(parsed),
                LeaveOut = parsed.GetValue(_leaveOut)!,
            }, cancellationToken);
            if (left.Count > 0)
                app.Context.Error.WriteLine($"note: left out: {string.Join(", ", left)}");
            return await session.PutAsync(cancellationToken);
        });
    }

    private async Task<Database> OpenSourceAsync(string from, CancellationToken cancellationToken)
    {
        try
        {
            return await Database.OpenAsync(from, app.Context, cancellationToken);
        }
        catch (NoConnectionException e)
        {
            throw new NoConnectionException($"--from: {e.Message}", e);
        }
    }

    /// <summary>What fails is told with what became of the rows, and with those that are at fault.</summary>
    private static async Task<T> OrSayAsync<T>(Func<Task<T>> work, Func<IReadOnlyList<PutReject>>? rejects = null)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is BundleException or PutException or OperationCanceledException)
        {
            var known = rejects?.Invoke() is { Count: > 0 } placed ? placed : (e as PutException)?.Rejects ?? [];
            throw new FailedException(e, "nothing was put in", RejectLines.Of(known, (e as PutException)?.Rejected ?? 0), Hint);
        }
    }

    private void Check(ParseResult parsed, string[] bundles)
    {
        var from = parsed.GetValue(_from) is not null;
        if (from == (bundles.Length > 0))
            throw new UsageException(from ? "rows come from --from or from files, not both" : "expected directories of files, or --from");
        if (!from && parsed.GetValue(_fromSchema) is not null)
            throw new UsageException("--from-schema is of --from");
        if (parsed.GetValue(_rejectLimit) is { } limit && (limit < 0 || parsed.GetValue(_onReject) != "skip"))
            throw new UsageException("--reject-limit bounds the rows that are skipped: it needs --on-reject skip, and is 0 or more");
        if (parsed.GetValue(_printSql) && (from || app.IsJson(parsed)))
            throw new UsageException($"--print-sql writes SQL that reads files: {(from ? "--from has none" : "--json has no effect")}");
    }

    private PutOptions Options(ParseResult parsed) => new()
    {
        OnExisting = Enum.Parse<ExistingRows>(parsed.GetRequiredValue(_onExisting), ignoreCase: true),
        OnReject = Enum.Parse<RejectPolicy>(parsed.GetRequiredValue(_onReject), ignoreCase: true),
        WithoutKey = Enum.Parse<KeylessRows>(parsed.GetRequiredValue(_withoutKey), ignoreCase: true),
        RejectLimit = parsed.GetValue(_rejectLimit),
        NaturalKeys = Pairs(parsed, _naturalKeys).ToDictionary(p => p.Key, p => (IReadOnlyList<string>)p.Value.Split(',')),
        DryRun = parsed.GetValue(_dryRun),
    };

    private Dictionary<string, string> Tables(ParseResult parsed) => Pairs(parsed, _maps);

    private static Dictionary<string, string> Pairs(ParseResult parsed, Option<string[]> option)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var text in parsed.GetValue(option)!)
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } key, { Length: > 0 } value])
                throw new UsageException($"{option.Name} is {option.HelpName}, not '{text}'");
            if (!pairs.TryAdd(key, value))
                throw new UsageException($"{option.Name} names {key} twice");
        }
        return pairs;
    }
}

using System.CommandLine;
using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary>The command line of <c>exograph-load</c>.</summary>
internal sealed class CliApp
{
    /// <summary>How long a cancelled command may take to abandon its load before the process is ended.</summary>
    private static readonly TimeSpan s_terminationTimeout = TimeSpan.FromSeconds(20);

    /// <summary>The variable with the password of users on shards, where it is not that of the coordinator.</summary>
    internal const string ShardPassword = "EXOGRAPH_SHARD_PASSWORD";

    private readonly CliContext _context;
    private readonly Option<string?> _connection = new("--connection")
    {
        Description = "Connection string of Npgsql, or of libpq: a postgresql:// URI, or keywords (host=.. dbname=..). Else EXOGRAPH_CONNECTION, else PGHOST, PGSERVICE "
            + "and the like, else a private server whose data persist. A password does not belong here, where every user of the "
            + "machine can read it: PGPASSWORD, ~/.pgpass (or PGPASSFILE) and EXOGRAPH_CONNECTION are the places.",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Write the result as JSON.", Recursive = true };

    internal CliApp(CliContext context) => _context = context;

    /// <summary>Runs a command and returns its <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, CliContext context, CancellationToken cancellationToken = default)
    {
        var parsed = new CliApp(context).Root().Parse(args);
        if (parsed.Errors.Count > 0)
            return ErrorReport.Write(new UsageException(string.Join("; ", parsed.Errors.Select(e => ErrorReport.WithoutTypes(e.Message)))), context);
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = s_terminationTimeout,
            Output = context.Output,
            Error = context.Error,
        };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    internal RootCommand Root() => new($"Loads source code indexes into PostgreSQL, and rows into any schema.\n\n{ExitCode.Help}")
    {
        _connection,
        _json,
        new MigrateCommand(this).Create(),
        new LoadCommand(this).Create(),
        new PutCommand(this).Create(),
        new FindCommand(this).Create(),
        FinalizeOpen(),
        Check(),
        new StatusCommand(this).Create(),
        new AbandonCommand(this).Create(),
        new UndoCommand(this).Create(),
        RebuildIndexes(),
        MergePartitions(),
        DeletePackageCommand.Create(this),
        DeleteVersionCommand.Create(this),
        SweepTermsCommand.Create(this),
        DropMaps(),
        new CheckIndexCommand(this).Create(),
        new DoctorCommand(this).Create(),
        new SizesCommand(this).Create(),
        new ServeCommand(this).Create(),
        new ClusterCommand(this).Create(),
        new HelpCommand(this).Create(),
        new UninstallCommand(this).Create(),
        Stop(),
        new DemoCommand(this).Create(),
    };

    private Command FinalizeOpen()
    {
        var load = LoadNumber();
        var options = new LoadOptionSet();
        var command = new Command("finalize", "Brings the rows of an open load into the index: all or none.") { load };
        options.AddTo(command);
        Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await OpenAsync(parsed, cancellationToken);
            var report = await ProgressAsync(database.Client, [], view => database.Client.FinalizeLoadAsync(
                parsed.GetValue(load), options.ForFinalize(parsed) with { Progress = view }, cancellationToken));
            Results(parsed).Reports([report]);
            return ExitCode.Ok;
        });
        return command;
    }

    private Command Check()
    {
        var load = LoadNumber();
        var command = new Command("check", "Lists the staged rows of an open load that break a rule.") { load };
        Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await OpenAsync(parsed, cancellationToken);
            var number = parsed.GetValue(load);
            var rejects = await database.Client.CheckLoadAsync(number, cancellationToken: cancellationToken);
            Results(parsed).Rejects(rejects);
            return rejects.Count == 0 ? ExitCode.Ok : ExitCode.Refused;
        });
        return command;
    }

    private Command RebuildIndexes()
    {
        var command = new Command("rebuild-indexes", "Builds the indexes that loads with --defer-indexes have dropped.");
        Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await OpenAsync(parsed, cancellationToken);
            var left = await database.Client.RebuildIndexesAsync(
                new RebuildIndexesOptions { Progress = new Notes(_context.Error, "") }, cancellationToken);
            Results(parsed).DeferredIndexes(left);
            return left.Count == 0 ? ExitCode.Ok : ExitCode.Refused;
        });
        return command;
    }

    private Command MergePartitions()
    {
        var keep = new Option<int>("--keep")
        {
            Description = "Newest partitions of each table to leave alone.",
            DefaultValueFactory = _ => new MergePartitionsOptions().Keep,
        };
        var command = new Command("merge-partitions", "Merges the partitions of old loads.") { keep };
        Run(command, async (parsed, cancellationToken) =>
        {
            var kept = parsed.GetValue(keep);
            if (kept < 0)
                throw new UsageException($"--keep is 0 or more, not {kept}");
            await using var database = await OpenAsync(parsed, cancellationToken);
            var merges = await database.Client.MergePartitionsAsync(
                new MergePartitionsOptions { Keep = kept, Progress = new Notes(_context.Error, "") }, cancellationToken);
            Results(parsed).PartitionMerges(merges);
            return merges.Any(m => m.Table is not null && m.Status != PartitionMergeStatus.Merged) ? ExitCode.Refused : ExitCode.Ok;
        });
        return command;
    }

    private Command DropMaps()
    {
        var load = new Argument<int>("load") { Description = "Number of a finalized load." };
        var command = new Command("drop-maps", "Drops the tables that a load with --keep-maps has kept.") { load };
        Run(command, async (parsed, cancellationToken) =>
        {
            await using var database = await OpenAsync(parsed, cancellationToken);
            var number = parsed.GetValue(load);
            await database.Client.DropMapsAsync(number, cancellationToken);
            Results(parsed).Value(new { dropped = number }, $"dropped the maps of load {number}");
            return ExitCode.Ok;
        });
        return command;
    }

    private Command Stop()
    {
        var command = new Command("stop", "Stops the private server. Its data stay.");
        Run(command, async (parsed, cancellationToken) =>
        {
            RefuseConnection(parsed, "stop is for the private server");
            var stopped = await EmbeddedPostgres.EmbeddedPostgresServer.StopPersistentAsync(
                Database.PrivateServer, cancellationToken);
            Results(parsed).Value(new { stopped }, stopped ? "stopped" : "no private server was running");
            return ExitCode.Ok;
        });
        return command;
    }

    internal static Argument<int?> LoadNumber() => new("load")
    {
        Description = "Number of the load; by default your only open one.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    internal CliContext Context => _context;

    internal Task<Database> OpenAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        Database.OpenAsync(parsed.GetValue(_connection), _context, cancellationToken);

    /// <summary>For commands that would ignore it.</summary>
    internal void RefuseConnection(ParseResult parsed, string why)
    {
        if (parsed.GetResult(_connection) is not null)
            throw new UsageException($"{why}: --connection has no effect");
    }

    /// <summary>Writes a script that a command prints instead of running it.</summary>
    internal async Task PrintAsync(ParseResult parsed, string script, CancellationToken cancellationToken)
    {
        RefuseConnection(parsed, "--print works with no server");
        if (IsJson(parsed))
            throw new UsageException("--print writes SQL: --json has no effect");
        await _context.Output.WriteAsync(script.AsMemory(), cancellationToken);
    }

    internal bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    internal ResultWriter Results(ParseResult parsed) => new(
        _context.Output, IsJson(parsed), _context.OutputIsTerminal ? _context.TerminalSize().Columns : null);

    /// <summary>Runs work under a progress view. What it returns is to be written once the view is gone.</summary>
    /// <param name="client">Whom to ask how long it will take; null where nobody knows.</param>
    /// <param name="bundles">What is loaded; none where rows are staged already.</param>
    /// <param name="work">What to show.</param>
    internal Task<T> ProgressAsync<T>(ExographClient? client, IReadOnlyList<Bundle> bundles, Func<ProgressView, Task<T>> work) =>
        ProgressView.RunAsync(_context, client, bundles, work);

    /// <summary>Makes <paramref name="action"/> what the command does; what it throws becomes an exit code.</summary>
    internal void Run(Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await action(parsed, cancellationToken);
            }
            catch (Exception e)
            {
                return ErrorReport.Write(e, _context);
            }
        });
}

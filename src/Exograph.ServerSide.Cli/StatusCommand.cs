using System.CommandLine;
using System.Globalization;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load status</c>.</summary>
internal sealed class StatusCommand(CliApp app)
{
    private readonly Argument<int?> _load = new("load")
    {
        Description = "Number of the load; all loads where it is left out.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _watch = new("--watch")
    {
        Description = "Look again until the load ends, or no load is open: in place on a terminal, else a line for each change.",
    };

    private readonly Option<double> _interval = new("--interval")
    {
        Description = "Seconds between two looks.",
        HelpName = "seconds",
        DefaultValueFactory = _ => new WatchOptions().Interval.TotalSeconds,
    };

    public Command Create()
    {
        var command = new Command("status", "Tells what became of a load, or lists all loads; of open ones, how far they are.")
        {
            _load, _watch, _interval,
        };
        app.Run(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var interval = parsed.GetValue(_interval);
        if (!(interval is >= 0.1 and <= 3600))
            throw new UsageException($"--interval is from 0.1 to 3600, not {interval}");
        await using var database = await app.OpenAsync(parsed, cancellationToken);
        var load = parsed.GetValue(_load);
        var results = app.Results(parsed);
        if (parsed.GetValue(_watch))
            return await WatchAsync(database.Client, load, TimeSpan.FromSeconds(interval), results, cancellationToken);
        await ShowAsync(database.Client, load, results, cancellationToken);
        return ExitCode.Ok;
    }

    private static async Task ShowAsync(ExographClient client, int? load, ResultWriter results, CancellationToken cancellationToken)
    {
        var open = await client.ListOpenLoadsAsync(cancellationToken);
        if (load is { } number)
            results.Status(await client.GetLoadAsync(number, cancellationToken), open.FirstOrDefault(l => l.LoadId == number));
        else
            results.Loads(await client.ListLoadsAsync(cancellationToken), open);
    }

    /// <summary>Whoever has seen enough ends it by Ctrl-C: that is no error.</summary>
    private async Task<int> WatchAsync(
        ExographClient client, int? load, TimeSpan interval, ResultWriter results, CancellationToken cancellationToken)
    {
        if (load is { } number)
            await client.GetLoadAsync(number, cancellationToken); // there is such a load
        var terminal = app.Context.OutputIsTerminal && !results.IsJson && LiveLines.Fits(app.Context, app.Context.Output.Unescaped)
            ? new LiveLines(app.Context.Output.Unescaped, app.Context.TerminalSize)
            : null;
        try
        {
            List<OpenLoad> before = [];
            var isFirst = true;
            for (var last = ""; ; isFirst = false)
            {
                List<OpenLoad> open =
                    [.. (await client.ListOpenLoadsAsync(cancellationToken)).Where(l => load is null || l.LoadId == load)];
                foreach (var ended in before.Select(l => l.LoadId).Except(open.Select(l => l.LoadId)))
                {
                    terminal?.Draw([]);
                    results.Ended(await client.GetLoadAsync(ended, cancellationToken));
                }
                if (open.Count == 0)
                    break;
                last = Show(open, terminal, results, last);
                before = open;
                await Task.Delay(interval, cancellationToken);
            }
            if (isFirst && load is { } watched)
                results.Ended(await client.GetLoadAsync(watched, cancellationToken));
            else if (isFirst)
                results.Line(new { Open = 0 }, "no load is open");
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Cancelled;
        }
    }

    /// <returns>What was shown, to tell what changes.</returns>
    private string Show(List<OpenLoad> open, LiveLines? terminal, ResultWriter results, string last)
    {
        if (terminal is not null)
        {
            terminal.Draw([.. open.SelectMany(l => Progress.Lines(l).Append("")).SkipLast(1)]);
            return last;
        }
        if (results.IsJson)
        {
            foreach (var load in open)
                results.Line(Progress.Json(load), "");
            return last;
        }
        // Seconds go on by themselves.
        var now = string.Join('\n', open.Select(l => (l.LoadId, l.Phase, l.Table, l.RowsDone, l.RowsToDo, l.FailedAttempts)));
        if (now != last)
        {
            foreach (var load in open)
                app.Context.Output.WriteLine($"load {load.LoadId}: {Progress.Summary(load)}");
        }
        return now;
    }

    /// <summary>How far an open load is, in words and as JSON.</summary>
    internal static class Progress
    {
        public static IEnumerable<string> Lines(OpenLoad load)
        {
            yield return $"load {load.LoadId} \"{load.Label}\"";
            yield return $"  open since  {load.StartedAt:u}, of {load.Owner ?? load.StartedBy + ", which is gone"}";
            yield return $"  staged      {Rows(load.RowsToDo)}{(load.StagedBytes is { } bytes ? $", {PhaseColumns.Megabytes(bytes)} MB" : "")}";
            if (load.ProcessId is not null)
            {
                yield return $"  at          {At(load)}{Spent(", for ", load.PhaseElapsed)}";
                if (load.ServerProgress is not null)
                    yield return $"  the server  {load.ServerProgress}";
                yield return $"  done        {Number(load.RowsDone ?? 0)} of {Rows(load.RowsToDo)}, {Share(load)}";
                if (load.Elapsed is { } elapsed)
                    yield return $"  time        {PhaseColumns.Time(elapsed)}{Left(load)}";
                yield return $"  by          process {load.ProcessId} of {load.WorkingRole}";
            }
            if (load.FailedAttempts > 0)
            {
                var why = load.LastFailure is null ? "" : $": {load.LastFailure}";
                yield return $"  failed      {Number(load.FailedAttempts)} {(load.FailedAttempts == 1 ? "attempt" : "attempts")} to finalize it{why}";
            }
        }

        public static string Summary(OpenLoad load) => (load.ProcessId is null
            ? $"staged, {Rows(load.RowsToDo)}"
            : $"{At(load)}, {Share(load)}{Spent(", ", load.Elapsed)}{Left(load)}") + Failed(load);

        public static object Json(OpenLoad load) => new
        {
            load.LoadId,
            load.Label,
            load.Owner,
            load.StartedBy,
            load.StartedAt,
            load.StagedBytes,
            load.ProcessId,
            load.WorkingRole,
            load.WorkingSince,
            load.Phase,
            load.Table,
            load.RowsDone,
            load.RowsToDo,
            PhaseSeconds = load.PhaseElapsed?.TotalSeconds,
            Seconds = load.Elapsed?.TotalSeconds,
            SecondsLeft = load.Remaining?.TotalSeconds,
            load.ServerProgress,
            load.FailedAttempts,
            load.LastFailure,
        };

        public static string At(LoadPhase phase, IndexTable? table)
        {
            var name = TextTable.Name(phase).Replace('_', ' ');
            return table is { } known ? $"{name} {TextTable.Name(known)}" : name;
        }

        private static string At(OpenLoad load) => At(load.Phase ?? LoadPhase.Unknown, load.Table);

        private static string Rows(long rows) => $"{Number(rows)} {(rows == 1 ? "row" : "rows")}";

        private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

        private static string Left(OpenLoad load) => load.Remaining is { } left ? $", about {PhaseColumns.Time(left)} left" : "";

        private static string Share(OpenLoad load) => load.RowsToDo == 0 ? "0 %"
            : $"{Math.Min(100, 100 * (load.RowsDone ?? 0) / load.RowsToDo)} %";

        private static string Spent(string before, TimeSpan? time) => time is { } known ? before + PhaseColumns.Time(known) : "";

        private static string Failed(OpenLoad load) => load.FailedAttempts == 0 ? ""
            : $", {load.FailedAttempts} failed {(load.FailedAttempts == 1 ? "attempt" : "attempts")}";
    }
}

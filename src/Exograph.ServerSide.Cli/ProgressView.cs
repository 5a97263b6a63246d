using System.Collections.Concurrent;
using Exograph.ServerSide.Bundles;
using Spectre.Console;

namespace Exograph.ServerSide.Cli;

/// <summary>Shows progress on standard error: bars on a terminal, plain lines where it is piped.</summary>
internal abstract class ProgressView : IProgress<BundleProgress>, IProgress<LoadProgress>
{
    public abstract void Report(BundleProgress value);

    public abstract void Report(LoadProgress value);

    /// <summary>Runs <paramref name="work"/> with a view that fits <paramref name="context"/>.</summary>
    public static async Task<T> RunAsync<T>(CliContext context, Func<ProgressView, Task<T>> work)
    {
        if (!context.ErrorIsTerminal)
            return await work(new Lines(context.Error));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = context.Ansi,
            Out = new AnsiConsoleOutput(context.Error.Unescaped),
        });
        return await console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new SpinnerColumn())
            .StartAsync(progress => work(new Bars(progress)));
    }

    /// <summary>A line per file read, and per phase of the server.</summary>
    private sealed class Lines(TerminalWriter error) : ProgressView
    {
        private readonly Lock _lock = new();

        public override void Report(BundleProgress value)
        {
            if (value.IsEnd)
                Write($"read {value.File} ({value.BytesRead:N0} bytes)");
        }

        public override void Report(LoadProgress value)
        {
            if (value.Notice is not null)
                Write($"{value.Notice}");
        }

        private void Write(TerminalLine line)
        {
            lock (_lock)
                error.WriteLine(line);
        }
    }

    /// <summary>A bar per file, one per table with its rows, and one for the server's work.</summary>
    private sealed class Bars(ProgressContext progress) : ProgressView
    {
        private readonly ConcurrentDictionary<string, Lazy<ProgressTask>> _tasks = new();

        public override void Report(BundleProgress value)
        {
            var task = Task($"read {Path.GetFileName(value.File)}", value.File);
            task.IsIndeterminate = value.Bytes is null && !value.IsEnd;
            task.MaxValue = Math.Max(1, value.Bytes ?? value.BytesRead);
            task.Value = value.IsEnd ? task.MaxValue : value.BytesRead;
        }

        public override void Report(LoadProgress value)
        {
            var task = Task("staged", value.Notice is null ? $"{value.LoadId} {TableOf(value)}" : $"{value.LoadId}");
            task.IsIndeterminate = true;
            task.Description = Shown(value.Notice ?? $"load {value.LoadId}: {value.RowsStaged:N0} rows of {TableOf(value)} staged");
        }

        private ProgressTask Task(string description, string key) =>
            _tasks.GetOrAdd(key, _ => new Lazy<ProgressTask>(() => progress.AddTask(Shown(description)))).Value;

        private static string TableOf(LoadProgress value) => value.Table is { } table ? TextTable.Name(table) : "";

        // Spectre takes brackets for markup, and passes on whatever a terminal obeys.
        private static string Shown(string text) => Markup.Escape(TerminalText.Line(text));
    }
}

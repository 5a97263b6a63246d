using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary>Shows progress on standard error: a line a phase on a terminal, drawn again in place; plain lines where it is piped.</summary>
internal abstract class ProgressView : IProgress<BundleProgress>, IProgress<LoadProgress>
{
    public abstract void Report(BundleProgress value);

    public abstract void Report(LoadProgress value);

    /// <summary>Runs <paramref name="work"/> with a view that fits <paramref name="context"/>.</summary>
    /// <param name="context">The terminal.</param>
    /// <param name="client">Whom to ask how long it will take; null where nobody knows, and lines must do.</param>
    /// <param name="bundles">What is loaded; none where rows are staged already.</param>
    /// <param name="work">What to show.</param>
    public static async Task<T> RunAsync<T>(
        CliContext context, ExographClient? client, IReadOnlyList<Bundle> bundles, Func<ProgressView, Task<T>> work)
    {
        if (client is null || !context.ErrorIsTerminal || !LiveLines.Fits(context, context.Error.Unescaped))
            return await work(new Lines(context.Error));
        await using var phases = new PhaseView(new LiveLines(context.Error.Unescaped, context.TerminalSize), client, bundles);
        return await work(phases);
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
}

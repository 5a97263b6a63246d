using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary>Shows how far putting rows in is, on standard error: a line drawn again in place on a terminal, a line a file elsewhere.</summary>
internal sealed class PutView : IProgress<BundleProgress>, IProgress<PutProgress>, IDisposable
{
    private static readonly TimeSpan s_frame = TimeSpan.FromSeconds(0.2);

    private readonly TerminalWriter _error;
    private readonly LiveLines? _live;
    private DateTime _drawn;

    public PutView(CliContext context)
    {
        _error = context.Error;
        _live = context.ErrorIsTerminal && LiveLines.Fits(context, context.Error.Unescaped)
            ? new LiveLines(context.Error.Unescaped, context.TerminalSize)
            : null;
    }

    public void Report(BundleProgress value)
    {
        if (value.IsEnd)
            Write($"read {value.File} ({value.BytesRead:N0} bytes)");
        else
            Draw($"reading {value.File}: {value.BytesRead:N0}{(value.Bytes is { } all ? $" of {all:N0}" : "")} bytes");
    }

    public void Report(PutProgress value)
    {
        if (value.Table is null)
            Draw($"putting the rows in");
        else
            Draw($"staging {value.Table}{(value.RowsStaged > 0 ? $": {value.RowsStaged:N0} rows" : "")}");
    }

    public void Dispose() => _live?.Draw([]);

    private void Write(TerminalLine line)
    {
        if (_live is null)
            _error.WriteLine(line);
        else
            _live.Above(line.ToString());
    }

    private void Draw(TerminalLine line)
    {
        var now = DateTime.UtcNow;
        if (_live is null || now - _drawn < s_frame)
            return;
        _drawn = now;
        _live.Draw([line.ToString()]);
    }
}

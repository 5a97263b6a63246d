using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary>
/// Shows how far putting rows in is, on standard error: on a terminal a line a table with its rows and time, drawn again in place, and
/// what the server does with it; a line a file elsewhere. The lines of a terminal stay.
/// </summary>
internal sealed class PutView : IProgress<BundleProgress>, IProgress<PutProgress>, IDisposable
{
    private static readonly TimeSpan s_frame = TimeSpan.FromSeconds(0.2);

    private readonly Lock _lock = new();
    private readonly TerminalWriter _error;
    private readonly LiveLines? _live;
    private readonly Timer? _drawing;
    private readonly List<PhaseLine> _tables = [];
    private PhaseLine? _current;
    private string _title = "";
    private bool _ended;

    public PutView(CliContext context)
    {
        _error = context.Error;
        if (context.ErrorIsTerminal && LiveLines.Fits(context, context.Error.Unescaped))
        {
            _live = new LiveLines(context.Error.Unescaped, context.TerminalSize);
            _drawing = new Timer(_ => Draw(), null, s_frame, s_frame);
        }
    }

    public void Report(BundleProgress value)
    {
        lock (_lock)
        {
            TerminalLine title = $"reading {value.File}: {value.BytesRead:N0}{(value.Bytes is { } all ? $" of {all:N0}" : "")} bytes";
            _title = title.ToString();
            if (value.IsEnd)
                Write($"read {value.File} ({value.BytesRead:N0} bytes)");
        }
    }

    public void Report(PutProgress value)
    {
        lock (_lock)
        {
            if (value.Phase is not null || value.Table is null)
                _title = "putting the rows in";
            _current?.Pause(isDone: true);
            _current = value.Table is null ? null : _tables.Find(t => t.Name == value.Table);
            if (_current is null && value.Table is not null)
                _tables.Add(_current = new PhaseLine(value.Table));
            _current?.Resume();
            if (_current is not null && value.Phase is null)
                _current.Rows = value.RowsStaged;
            _current?.AtHand = value.Phase is { } phase ? TextTable.Name(phase) : "stage";
        }
    }

    public void Dispose()
    {
        _drawing?.Dispose();
        lock (_lock)
        {
            if (_live is null || _ended)
                return;
            _ended = true;
            _current?.Pause(isDone: true);
            (_current, _title) = (null, "");
            _live.Draw(Lines());
            _live.Leave();
        }
    }

    private void Write(TerminalLine line)
    {
        if (_live is null)
            _error.WriteLine(line);
        else
            _live.Above(line.ToString());
    }

    private void Draw()
    {
        lock (_lock)
        {
            if (!_ended && (_tables.Count > 0 || _title.Length > 0))
                _live!.Draw(Lines());
        }
    }

    private List<string> Lines()
    {
        List<string> lines = _title.Length > 0 ? [_title] : [];
        if (_tables.Count == 0)
            return lines;
        var columns = PhaseColumns.ForTables(_live!.Columns, _tables.Select(t => t.Name));
        lines.Add(columns.Header());
        lines.AddRange(_tables.Select(t => columns.Line(t, left: null, isCurrent: t == _current)));
        return lines;
    }
}

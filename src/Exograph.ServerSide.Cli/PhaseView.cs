using System.Diagnostics;
using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary>
/// A load on a terminal: a line a phase with its rows, bytes, rate and time, and at the phase at work what is left and what is at
/// hand. The lines stay when it ends.
/// </summary>
internal sealed class PhaseView : ProgressView, IAsyncDisposable
{
    private static readonly TimeSpan s_frame = TimeSpan.FromSeconds(0.2);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly LiveLines _lines;
    private readonly ExographClient _client;
    private readonly IReadOnlyList<Bundle> _bundles;
    private readonly Task _drawing;
    private readonly Dictionary<string, long> _read = [];
    private readonly Dictionary<IndexTable, long> _staged = [];
    private readonly List<PhaseLine> _phases = [];
    private PhaseLine? _current;
    private int _load;
    private long _bytesStaged;
    private string? _bundle;
    private TimeSpan? _left;
    private Task _asking = Task.CompletedTask;

    public PhaseView(LiveLines lines, ExographClient client, IReadOnlyList<Bundle> bundles)
    {
        (_lines, _client, _bundles) = (lines, client, bundles);
        _drawing = DrawAgainAsync();
    }

    public override void Report(BundleProgress value)
    {
        lock (_lock)
        {
            _read[value.File] = value.BytesRead;
            _bundle = Path.GetDirectoryName(value.File) is { Length: > 0 } directory ? directory : value.File;
        }
    }

    public override void Report(LoadProgress value)
    {
        lock (_lock)
        {
            if (value.LoadId != _load)
                BeginLoad(value.LoadId);
            if (value.Table is { } table)
            {
                Begin("stage");
                _staged[table] = value.RowsStaged;
                (_current!.Rows, _current.Bytes) = (_staged.Values.Sum(), value.BytesStaged);
                (_bytesStaged, _current.AtHand) = (value.BytesStaged, TextTable.Name(table));
            }
            else if (value.Phase is { } phase)
            {
                BeginPhase(phase, value.PhaseTable);
            }
            else if (value.Notice is { } notice)
            {
                _lines.Above(notice);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _drawing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
            End();
        _ending.Dispose();
    }

    private void BeginLoad(int load)
    {
        if (_load != 0)
            End();
        _load = load;
        _bytesStaged = 0;
        _staged.Clear();
        _phases.Clear();
        (_current, _left) = (null, null);
    }

    private void BeginPhase(LoadPhase phase, IndexTable? table)
    {
        // What takes no time to speak of shares a line.
        Begin(phase is LoadPhase.DeclareComplete or LoadPhase.NoteDependencies or LoadPhase.Analyze or LoadPhase.Finish
            ? "finish"
            : TextTable.Name(phase).Replace('_', ' '));
        _current!.AtHand = table is { } named ? TextTable.Name(named) : "";
        _current.Rows += phase switch
        {
            LoadPhase.Validate => _staged.Values.Sum(),
            LoadPhase.Merge or LoadPhase.Index or LoadPhase.Resolve or LoadPhase.Attach or LoadPhase.Share when table is { } at =>
                _staged.GetValueOrDefault(at),
            _ => 0,
        };
        if (_asking.IsCompleted)
            _asking = AskAsync(_load);
    }

    private void Begin(string name)
    {
        if (_current?.Name == name)
            return;
        _current?.Pause(isDone: true);
        _current = _phases.Find(p => p.Name == name);
        if (_current is null)
            _phases.Add(_current = new PhaseLine(name));
        _current.Resume();
    }

    /// <summary>Draws the lines for the last time.</summary>
    private void End()
    {
        _current?.Pause(isDone: _current.Name is "finish" or "stage");
        _current = null;
        if (_phases.Count == 0)
            return;
        _lines.Draw(Lines());
        _lines.Leave();
    }

    private List<string> Lines()
    {
        var columns = PhaseColumns.For(_lines.Columns);
        var staged = _staged.Values.Sum();
        var total = new PhaseLine("in all") { Rows = staged, Bytes = _bytesStaged };
        total.Add(_phases.Select(p => p.Elapsed).Aggregate(TimeSpan.Zero, (sum, e) => sum + e));
        List<string> lines = [Title(), columns.Header()];
        lines.AddRange(_phases.Select(p => columns.Line(p, p == _current ? Left() : null, p == _current)));
        if (_current is null && _phases.TrueForAll(p => p.IsDone))
            lines.Add(columns.Line(total, left: null, isCurrent: false));
        return lines;
    }

    private string Title()
    {
        if (_current?.Name != "stage" || _bundle is null)
            return $"load {_load}";
        var number = 1 + Math.Max(0, _bundles.ToList().FindIndex(b => Path.TrimEndingDirectorySeparator(b.Name) == _bundle));
        return _bundles.Count > 1 ? $"load {_load}, bundle {number:N0} of {_bundles.Count:N0}: {_bundle}" : $"load {_load}: {_bundle}";
    }

    /// <summary>While rows are staged, by the bytes of the bundles; then what the server says.</summary>
    private TimeSpan? Left()
    {
        if (_current?.Name != "stage")
            return _left;
        var read = _read.Values.Sum();
        return read == 0 || _bundles.Any(b => b.Bytes is null)
            ? null
            : _current.Elapsed * Math.Max(0, (double)(_bundles.Sum(b => b.Bytes!.Value) - read) / read);
    }

    private async Task DrawAgainAsync()
    {
        using var timer = new PeriodicTimer(s_frame);
        while (await timer.WaitForNextTickAsync(_ending.Token))
        {
            lock (_lock)
            {
                if (_phases.Count > 0)
                    _lines.Draw(Lines());
            }
        }
    }

    private async Task AskAsync(int load)
    {
        try
        {
            await foreach (var seen in _client.WatchLoadAsync(load, cancellationToken: _ending.Token))
            {
                lock (_lock)
                    _left = load == _load ? seen.Remaining : null;
            }
        }
        catch (Exception e) when (e is ExographException or OperationCanceledException)
        {
            // It is shown without.
        }
    }
}

/// <summary>A phase, and how long it has been at work: several phases take turns.</summary>
internal sealed class PhaseLine(string name)
{
    private long? _begun;
    private TimeSpan _elapsed;

    public string Name { get; } = name;

    public long Rows { get; set; }

    public long? Bytes { get; set; }

    public string AtHand { get; set; } = "";

    public TimeSpan Elapsed => _begun is { } begun ? _elapsed + Stopwatch.GetElapsedTime(begun) : _elapsed;

    /// <summary>Whether what it began is done: a load may fail in the middle.</summary>
    public bool IsDone { get; private set; }

    public void Resume() => (_begun, IsDone) = (Stopwatch.GetTimestamp(), false);

    public void Pause(bool isDone) => (_elapsed, _begun, IsDone) = (Elapsed, null, isDone);

    public void Add(TimeSpan elapsed) => _elapsed += elapsed;
}

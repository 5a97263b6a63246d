namespace Exograph.ServerSide;

/// <summary>
/// What a session may do next: rows of several tables may be staged at once, what concerns all of it is done alone. Thread-safe.
/// </summary>
/// <param name="session">Type of the session.</param>
/// <param name="name">What messages call it, such as "Load 7".</param>
internal sealed class SessionState(Type session, string name)
{
    private readonly Lock _lock = new();
    private int _staging;
    private string? _doing;
    private string? _over;
    private bool _disposed;
    private TaskCompletionSource? _idle;

    /// <summary>Begins to stage rows of a table; ended by <see cref="EndStaging"/>.</summary>
    public void BeginStaging()
    {
        lock (_lock)
        {
            Check("stage rows");
            _staging++;
        }
    }

    public void EndStaging()
    {
        lock (_lock)
        {
            _staging--;
            TellIdle();
        }
    }

    /// <summary>Begins what must be done alone; ended by <see cref="EndAlone"/>.</summary>
    /// <param name="what">In the words of an error, such as "finalize it".</param>
    public void BeginAlone(string what)
    {
        lock (_lock)
        {
            Check(what);
            if (_staging > 0)
                throw Refusal(what, "rows are being staged; await StageAsync first");
            _doing = what;
        }
    }

    /// <param name="over">What the load is from now on, such as "finalized"; null while it is open.</param>
    public void EndAlone(string? over = null)
    {
        lock (_lock)
        {
            (_doing, _over) = (null, over);
            TellIdle();
        }
    }

    /// <summary>Whether this is the first time.</summary>
    public bool Dispose()
    {
        lock (_lock)
        {
            var first = !_disposed;
            _disposed = true;
            return first;
        }
    }

    /// <summary>Ends when nothing is staged or done any more.</summary>
    public Task WhenIdleAsync()
    {
        lock (_lock)
        {
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            TellIdle();
            return _idle.Task;
        }
    }

    private void TellIdle()
    {
        if (_staging == 0 && _doing is null)
            _idle?.TrySetResult();
    }

    private void Check(string what)
    {
        ObjectDisposedException.ThrowIf(_disposed, session);
        if (_over is not null)
            throw Refusal(what, $"it is {_over}");
        if (_doing is not null)
            throw Refusal(what, $"another call is about to {_doing}");
    }

    private InvalidOperationException Refusal(string what, string why) => new($"{name}: cannot {what}, because {why}.");
}

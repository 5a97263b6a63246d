using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Waits;

/// <summary>A connection that does something over and over, beside whatever else goes on, until it is stopped.</summary>
internal abstract class BackgroundSession(NpgsqlConnection connection) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public int ProcessId => connection.ProcessID;

    protected NpgsqlConnection Connection => connection;

    /// <summary>Stops it after the statement at work.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await connection.DisposeAsync();
        _stop.Dispose();
    }

    /// <param name="turn">What it does, given the number of the turn.</param>
    /// <param name="pause">Pause after each turn.</param>
    protected void Start(Func<int, Task> turn, TimeSpan pause) => _running = Task.Run(async () =>
    {
        for (var n = 0; !_stop.IsCancellationRequested; n++)
        {
            await turn(n);
            await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });
}

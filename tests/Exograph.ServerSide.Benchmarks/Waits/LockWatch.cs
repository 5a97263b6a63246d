using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Waits;

/// <summary>Looks every 10 ms whether sessions wait for a lock.</summary>
internal sealed class LockWatch : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<int, int> _found = [];
    private Task _running = Task.CompletedTask;

    private LockWatch(NpgsqlConnection connection) => _connection = connection;

    public static async Task<LockWatch> StartAsync(
        NpgsqlDataSource dataSource, int[] processIds, CancellationToken cancellationToken)
    {
        var watch = new LockWatch(await dataSource.OpenConnectionAsync(cancellationToken));
        watch._running = Task.Run(() => watch.RunAsync(processIds), cancellationToken);
        return watch;
    }

    /// <summary>How many looks found the session waiting; final once the watch is stopped.</summary>
    public int Found(int processId) => _found.GetValueOrDefault(processId);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(int[] processIds)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pid FROM pg_stat_activity WHERE pid = ANY ($1) AND wait_event_type = 'Lock'", _connection);
        command.Parameters.Add(new NpgsqlParameter { Value = processIds });
        while (!_stop.IsCancellationRequested)
        {
            await using (var reader = await command.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                    _found[reader.GetInt32(0)] = Found(reader.GetInt32(0)) + 1;
            }
            await Task.Delay(10, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

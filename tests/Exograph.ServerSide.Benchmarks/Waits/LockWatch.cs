using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Waits;

/// <summary>Looks every 10 ms whether sessions wait for a lock.</summary>
internal sealed class LockWatch : BackgroundSession
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly int[] _processIds;
    private readonly Dictionary<int, int> _found = [];

    private LockWatch(NpgsqlConnection connection, int[] processIds) : base(connection) => _processIds = processIds;

    public static async Task<LockWatch> StartAsync(
        NpgsqlDataSource dataSource, int[] processIds, CancellationToken cancellationToken)
    {
        var watch = new LockWatch(await dataSource.OpenConnectionAsync(cancellationToken), processIds);
        watch.Start(_ => watch.LookAsync(), s_pause);
        return watch;
    }

    /// <summary>How many looks found the session waiting; final once the watch is stopped.</summary>
    public int Found(int processId) => _found.GetValueOrDefault(processId);

    private async Task LookAsync()
    {
        await using var command = new NpgsqlCommand(
            "SELECT pid FROM pg_stat_activity WHERE pid = ANY ($1) AND wait_event_type = 'Lock'", Connection);
        command.Parameters.Add(new NpgsqlParameter { Value = _processIds });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            _found[reader.GetInt32(0)] = Found(reader.GetInt32(0)) + 1;
    }
}

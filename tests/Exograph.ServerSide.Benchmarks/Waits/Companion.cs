using System.Diagnostics;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Waits;

/// <summary>A session that runs one statement after the other beside a load, until it is stopped or one fails.</summary>
internal sealed class Companion : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Statement> _statements = [];
    private Task _running = Task.CompletedTask;

    private Companion(NpgsqlConnection connection) => _connection = connection;

    public int ProcessId => _connection.ProcessID;

    /// <summary>What it ran; complete once it is stopped.</summary>
    public IReadOnlyList<Statement> Statements => _statements;

    /// <summary>The error that ended it; null where none did.</summary>
    public string? Failure { get; private set; }

    /// <param name="dataSource">The server.</param>
    /// <param name="first">What the session begins with.</param>
    /// <param name="next">The table and the text of each statement, by its number.</param>
    /// <param name="pause">Pause after each statement.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<Companion> StartAsync(
        NpgsqlDataSource dataSource, string first, Func<int, (string Table, string Text)> next, TimeSpan pause,
        CancellationToken cancellationToken)
    {
        var companion = new Companion(await dataSource.OpenConnectionAsync(cancellationToken));
        await companion.ExecuteAsync(first);
        companion._running = Task.Run(() => companion.RunAsync(next, pause), cancellationToken);
        return companion;
    }

    /// <summary>Stops it after the statement at work.</summary>
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

    private async Task RunAsync(Func<int, (string Table, string Text)> next, TimeSpan pause)
    {
        try
        {
            for (var n = 0; !_stop.IsCancellationRequested; n++)
            {
                var (table, text) = next(n);
                var began = DateTime.UtcNow;
                var watch = Stopwatch.StartNew();
                await ExecuteAsync(text);
                _statements.Add(new Statement(table, began, watch.Elapsed));
                await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (NpgsqlException e)
        {
            Failure = e.Message;
        }
    }

    private async Task ExecuteAsync(string text)
    {
        await using var command = new NpgsqlCommand(text, _connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }
}

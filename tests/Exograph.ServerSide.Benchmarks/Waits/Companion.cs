using System.Diagnostics;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Waits;

/// <summary>A session that runs one statement after the other beside a load, until it is stopped or one fails.</summary>
internal sealed class Companion : BackgroundSession
{
    private readonly List<Statement> _statements = [];

    private Companion(NpgsqlConnection connection) : base(connection)
    {
    }

    /// <summary>What it ran; complete once it is stopped.</summary>
    public IReadOnlyList<Statement> Statements => _statements;

    /// <summary>The error after which it ran nothing more; null where there was none.</summary>
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
        companion.Start(n => companion.RunAsync(next(n)), pause);
        return companion;
    }

    private async Task RunAsync((string Table, string Text) next)
    {
        if (Failure is not null)
            return;
        var began = DateTime.UtcNow;
        var watch = Stopwatch.StartNew();
        try
        {
            await ExecuteAsync(next.Text);
            _statements.Add(new Statement(next.Table, began, watch.Elapsed));
        }
        catch (NpgsqlException e)
        {
            Failure = e.Message;
        }
    }

    private async Task ExecuteAsync(string text)
    {
        await using var command = new NpgsqlCommand(text, Connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }
}

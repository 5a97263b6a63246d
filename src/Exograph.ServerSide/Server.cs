using Microsoft.Extensions.Logging;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// Runs statements, each in a transaction of its own, at READ COMMITTED and under a pinned search_path. What goes wrong is an
/// <see cref="ExographException"/>; what is done shows in spans, metrics and logs.
/// </summary>
internal sealed class Server(NpgsqlDataSource dataSource, ILogger logger)
{
    public NpgsqlDataSource DataSource => dataSource;

    public ILogger Logger => logger;

    public Telemetry Telemetry { get; } = new(dataSource.ConnectionString);

    /// <summary>Runs a statement, commits what it did, and returns the rows of its answer.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="arguments">Its arguments in their order.</param>
    /// <param name="loadId">Number of the load that it is about, for errors and spans.</param>
    /// <param name="notices">Where the server's words are reported.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="LoadException">The server refused.</exception>
    /// <exception cref="ConnectionException">The server cannot be reached, or was lost.</exception>
    public Task<IReadOnlyList<T>> RunAsync<T>(
        Statement<T> statement, IReadOnlyList<NpgsqlParameter> arguments, int? loadId, Action<string>? notices,
        CancellationToken cancellationToken) =>
        Telemetry.MeasureAsync(statement.Name, loadId, table: null, async () =>
        {
            var connection = await ServerCall.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                void Report(object sender, NpgsqlNoticeEventArgs e) => notices?.Invoke(e.Notice.MessageText);
                connection.Notice += Report;
                try
                {
                    return await ServerCall.RunAsync(connection, statement, arguments, cancellationToken).ConfigureAwait(false);
                }
                catch (PostgresException e)
                {
                    var version = SchemaVersion.MayDiffer(e)
                        ? await SchemaVersion.ExplainAsync(dataSource, cancellationToken).ConfigureAwait(false)
                        : null;
                    throw LoadException.FromServer(e, loadId, version);
                }
                catch (NpgsqlException e)
                {
                    throw ConnectionException.Lost(e, loadId);
                }
                finally
                {
                    connection.Notice -= Report;
                }
            }
        });

    /// <summary>Runs <paramref name="work"/>, and again where the connection was lost: only for what has no effect a second time.</summary>
    public async Task<T> AgainAsync<T>(IReadOnlyList<TimeSpan> delays, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (Exception e)
                when (attempt < delays.Count && ConnectionLoss.Is(e) && !cancellationToken.IsCancellationRequested)
            {
                await PauseAsync(e, delays[attempt], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits, and lets go of connections that may be as dead as the one that was lost.</summary>
    public Task PauseAsync(Exception loss, TimeSpan delay, CancellationToken cancellationToken)
    {
        Log.ConnectionLost(logger, loss, delay.TotalSeconds);
        dataSource.Clear();
        return Task.Delay(delay, cancellationToken);
    }
}

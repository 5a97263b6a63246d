using System.Text;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>Connections that are lost while rows are staged: every chunk arrives, and once.</summary>
public sealed class LostConnectionTests
{
    private const int Rows = 20_000;

    private static readonly TimeSpan[] s_delays = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(50), 8)];

    [Theory]
    [InlineData("BEGIN", Loss.Before)]
    [InlineData("BEGIN", Loss.After)]
    [InlineData("COPY exograph_load_", Loss.Before)]
    [InlineData("COPY exograph_load_", Loss.Unnoticed)]
    [InlineData("PGCOPY", Loss.Before)]
    [InlineData("PGCOPY", Loss.Unnoticed)]
    [InlineData("COMMIT", Loss.Before)]
    [InlineData("COMMIT", Loss.After)]
    [InlineData("COMMIT", Loss.Unnoticed)]
    [InlineData("seal_load", Loss.Before)]
    [InlineData("reserve_ids", Loss.After)]
    public async Task A_chunk_whose_connection_is_lost_arrives_once(string at, Loss loss)
    {
        await using var database = await TestDatabase.CreateAsync();
        var losses = 0;
        await using var proxy = new CutProxy(database, sent =>
            Encoding.Latin1.GetString(sent).Contains(at) && Interlocked.Increment(ref losses) is 3 or 4 or 6 ? loss : Loss.None);
        var options = new LoadOptions
        {
            ChunkBytes = 100_000,
            Connections = 2,
            RetryDelays = s_delays,
            Ids = at == "reserve_ids" ? IdNumbering.Reserved : IdNumbering.Numbered,
        };
        if (at is "seal_load" or "reserve_ids")
            losses = 2;
        await using var session = await new ExographClient(proxy.DataSource).BeginLoadAsync(options);

        Assert.Equal(Rows, await session.StageAsync(Terms().ToAsyncEnumerable()));

        await session.SealAsync();
        Assert.Equal((Rows, Rows), (
            await database.ScalarAsync<long>($"SELECT count(*) FROM exograph_load_{session.LoadId}.staged_terms"),
            await database.ScalarAsync<long>($"SELECT count(DISTINCT term) FROM exograph_load_{session.LoadId}.staged_terms")));
        var report = await database.Client.FinalizeLoadAsync(session.LoadId);
        Assert.Equal(Rows, report.Tables.Single(t => t.Table == IndexTable.Terms).Inserted);
        Assert.True(losses >= 3, $"{losses}");
    }

    [Fact]
    public async Task A_backend_that_is_killed_while_rows_are_staged_costs_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { ChunkBytes = 20_000, RetryDelays = s_delays });
        using var done = new CancellationTokenSource();
        var killing = Task.Run(async () =>
        {
            for (var kills = 0; kills < 10 && !done.IsCancellationRequested; await Task.Delay(5))
            {
                kills += (int)await database.ScalarAsync<long>("""
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE 'COPY exograph_load_%' AND pid <> pg_backend_pid()
                    """);
            }
        });
        await session.StageAsync(Terms().ToAsyncEnumerable());
        await done.CancelAsync();
        await killing;
        var report = await session.FinalizeAsync();
        Assert.Equal(Rows, report.Tables.Single(t => t.Table == IndexTable.Terms).Inserted);
    }

    [Fact]
    public async Task A_server_that_stays_away_makes_the_load_one_that_can_only_be_abandoned()
    {
        await using var database = await TestDatabase.CreateAsync();
        var (away, armed) = (false, false);
        await using var proxy = new CutProxy(database, sent =>
        {
            away |= Encoding.Latin1.GetString(sent).Contains("COMMIT\0") && Encoding.Latin1.GetString(sent).Length < 200 && armed;
            return away ? Loss.After : Loss.None;
        });
        await using var session = await new ExographClient(proxy.DataSource).BeginLoadAsync(
            new LoadOptions { RetryDelays = [TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)] });
        armed = true;
        var error = await Assert.ThrowsAsync<LoadException>(() => session.StageAsync(Terms().ToAsyncEnumerable()));
        Assert.Contains("the server does not say whether it has stored the last rows of terms", error.Message);
        away = false;
        armed = false;
        var refused = await Assert.ThrowsAsync<LoadException>(() => session.FinalizeAsync());
        Assert.Contains("holds only part of the rows of terms", refused.Message);
    }

    private static IEnumerable<TermRow> Terms() => Enumerable.Range(1, Rows).Select(i => new TermRow { Id = i, Term = $"term {i}" });
}

using Exograph.EmbeddedPostgres;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>A server that only replays what another one writes.</summary>
public sealed class StandbyTests
{
    [Fact]
    public async Task Migrating_on_a_standby_is_refused_with_what_to_do()
    {
        await using var server = await StartAsync(client => client.MigrateAsync());
        await using var standby = NpgsqlDataSource.Create(server.ConnectionString);

        var error = await Assert.ThrowsAsync<MigrationException>(() => new ExographClient(standby).MigrateAsync());

        Assert.Equal("25006", error.SqlState);
        Assert.StartsWith("The server is a standby, or default_transaction_read_only is on", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_is_watched_and_checked_on_a_standby_though_staging_is_not_there()
    {
        await using var server = await StartAsync(async client =>
        {
            await client.MigrateAsync();
            await using var load = await client.BeginLoadAsync(new LoadOptions { Label = "open" });
            await load.StageAsync(SampleRows.Terms);
            load.LeaveOpen();
        });
        await using var standby = NpgsqlDataSource.Create(server.ConnectionString);
        var client = new ExographClient(standby);

        Assert.Empty(await client.CheckIndexAsync());
        Assert.Equal("open", Assert.Single(await client.ListOpenLoadsAsync()).Label);
        Assert.NotEmpty(await client.DoctorAsync());
    }

    [Fact]
    public async Task What_writes_says_on_a_standby_that_it_does()
    {
        await using var server = await StartAsync(async client =>
        {
            await client.MigrateAsync();
            await using var load = await client.BeginLoadAsync(new LoadOptions { Label = "open" });
            load.LeaveOpen();
        });
        await using var standby = NpgsqlDataSource.Create(server.ConnectionString);
        (string Sql, string What)[] calls =
        [
            ("SELECT exograph.begin_load('one')", "begin_load"),
            ("SELECT * FROM exograph.check_load(1)", "work on load 1"),
            ("SELECT exograph.seal_load(1, '{}')", "work on load 1"),
            ("CALL exograph.abandon_load(1)", "work on load 1"),
            ("CALL exograph.drop_maps(1)", "work on load 1"),
            ("CALL exograph.finalize_load(1)", "finalize_load"),
            ("CALL exograph.undo_load(1)", "undo_load"),
        ];

        foreach (var (sql, what) in calls)
        {
            await using var call = standby.CreateCommand(sql);
            var error = await Assert.ThrowsAsync<PostgresException>(() => call.ExecuteNonQueryAsync());
            Assert.Equal(("25006", $"{what} writes, and this transaction is read-only"), (error.SqlState, error.MessageText));
            Assert.EndsWith("a standby loads nothing.", error.Hint, StringComparison.Ordinal);
        }
    }

    /// <summary>A server that has been prepared, and is a standby since.</summary>
    private static async Task<EmbeddedPostgresServer> StartAsync(Func<ExographClient, Task> prepare)
    {
        var server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions
        {
            ServerSettings = new Dictionary<string, string> { ["wal_level"] = "replica" },
        });
        await using (var dataSource = NpgsqlDataSource.Create(server.ConnectionString))
            await prepare(new ExographClient(dataSource));
        await server.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(server.DataDirectory, "standby.signal"), "");
        await server.RestartAsync();
        return server;
    }
}

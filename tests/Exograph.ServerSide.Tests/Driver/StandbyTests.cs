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

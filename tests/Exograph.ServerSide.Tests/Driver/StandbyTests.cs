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
        await using var server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions
        {
            ServerSettings = new Dictionary<string, string> { ["wal_level"] = "replica" },
        });
        await using (var dataSource = NpgsqlDataSource.Create(server.ConnectionString))
            await new ExographClient(dataSource).MigrateAsync();
        await server.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(server.DataDirectory, "standby.signal"), "");
        await server.RestartAsync();
        await using var standby = NpgsqlDataSource.Create(server.ConnectionString);

        var error = await Assert.ThrowsAsync<MigrationException>(() => new ExographClient(standby).MigrateAsync());

        Assert.Equal("25006", error.SqlState);
        Assert.StartsWith("The server is a standby, or default_transaction_read_only is on", error.Hint, StringComparison.Ordinal);
    }
}

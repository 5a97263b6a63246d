using System.Text.RegularExpressions;
using Exograph.EmbeddedPostgres;
using Exograph.ServerSide.Tests.Readme;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>A second database that receives the index by logical replication. It takes a server of its own.</summary>
public sealed class SubscriberTests : IAsyncLifetime
{
    private static readonly string s_section = string.Concat(
        Pages.SectionsOf(Pages.Operations).Single(s => s.Title == "Subscribers").Blocks.Select(b => b.Text));

    private static readonly string s_createPublication = Statement("CREATE PUBLICATION");

    /// <summary>Printed by the publisher, run by the subscriber.</summary>
    private static readonly string s_partitions = Statement("SELECT format");

    private EmbeddedPostgresServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions
    {
        ServerSettings = new Dictionary<string, string> { ["wal_level"] = "logical" },
    });

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_subscriber_receives_loads_and_what_is_deleted()
    {
        await using var publisher = await MigrateAsync("publisher");
        await using var subscriber = await MigrateAsync("subscriber");
        await publisher.ExecuteAsync(s_createPublication);
        // In one server the slot must be made by hand.
        await publisher.ExecuteAsync("SELECT pg_create_logical_replication_slot('s', 'pgoutput')");
        await subscriber.ExecuteAsync(
            $"CREATE SUBSCRIPTION s CONNECTION {Sql.Literal(Conninfo("publisher"))} PUBLICATION index "
            + "WITH (create_slot = false, slot_name = 's')");

        // What goes to the shared partition comes by itself.
        await (await Sample.BeginAsync(publisher)).FinalizeAsync();
        await UntilEqualAsync(publisher, subscriber);

        // A partition of its own has to be made there, too.
        var load = await ReservedSample.BeginAsync(publisher);
        await load.Load.FinalizeAsync();
        foreach (var statement in await publisher.RowsAsync(s_partitions))
            await RepeatAfterDeadlockAsync(() => subscriber.ExecuteAsync(statement));
        await subscriber.ExecuteAsync("ALTER SUBSCRIPTION s REFRESH PUBLICATION");
        await UntilEqualAsync(publisher, subscriber);

        await publisher.ExecuteAsync("DELETE FROM exograph.packages WHERE name IN ('p', 'alpha')");
        await UntilEqualAsync(publisher, subscriber);
        Assert.NotEmpty(await subscriber.IndexAsync());

        await subscriber.ExecuteAsync("ALTER SUBSCRIPTION s DISABLE; ALTER SUBSCRIPTION s SET (slot_name = NONE)");
        await subscriber.ExecuteAsync("DROP SUBSCRIPTION s");
    }

    private static string Statement(string beginning) =>
        Regex.Match(s_section, $"(?ms)^{beginning}.*?;$").Value;

    private async Task<Session> MigrateAsync(string database)
    {
        await using (var server = await Session.OpenAsync(Settings("postgres")))
            await server.ExecuteAsync($"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'");
        await using (var dataSource = NpgsqlDataSource.Create(Settings(database).ConnectionString))
            await new ExographClient(dataSource).MigrateAsync();
        return await Session.OpenAsync(Settings(database));
    }

    /// <summary>As the page says: the worker that applies rows asks for the same tables in another order.</summary>
    private static async Task RepeatAfterDeadlockAsync(Func<Task> statement)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await statement();
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < 10)
            {
            }
        }
    }

    private static async Task UntilEqualAsync(Session publisher, Session subscriber)
    {
        var expected = await publisher.IndexAsync();
        var received = await subscriber.IndexAsync();
        for (var look = 0; look < 600 && !expected.SequenceEqual(received); look++)
        {
            await Task.Delay(100);
            received = await subscriber.IndexAsync();
        }
        Assert.Equal(expected, received);
    }

    private string Conninfo(string database)
    {
        var settings = Settings(database);
        return $"host={settings.Host} port={settings.Port} dbname={database} user={settings.Username} password={settings.Password}";
    }

    private NpgsqlConnectionStringBuilder Settings(string database) =>
        new(_server.ConnectionString) { Database = database, Pooling = false };
}

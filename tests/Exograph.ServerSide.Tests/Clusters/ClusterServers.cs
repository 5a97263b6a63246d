using Exograph.EmbeddedPostgres;
using Exograph.ServerSide.Tests.Loading;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Clusters;

/// <summary>
/// Small servers to be mistreated: one for coordinators, which prepares no transactions itself, one for first shards, one for second
/// and third ones. A test has a database of each, so that what is prepared is told apart by database as well.
/// </summary>
public sealed class ClusterServers : IAsyncLifetime
{
    internal const string Template = "migrated";

    /// <summary>Of every role on the shards.</summary>
    internal const string Password = "not to be seen";

    private string? _missing;

    internal EmbeddedPostgresServer Coordinators { get; private set; } = null!;

    internal EmbeddedPostgresServer FirstShards { get; private set; } = null!;

    internal EmbeddedPostgresServer OtherShards { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var servers = await Task.WhenAll(StartAsync(0), StartAsync(10), StartAsync(10));
        (Coordinators, FirstShards, OtherShards) = (servers[0], servers[1], servers[2]);
        await using var session = await OpenAsync(Coordinators, Template);
        if (await session.CountAsync("pg_available_extensions WHERE name IN ('dblink', 'postgres_fdw')") < 2)
            _missing = "This PostgreSQL has no dblink and postgres_fdw: they come with its contrib modules.";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { Coordinators, FirstShards, OtherShards })
            await server.DisposeAsync();
    }

    /// <summary>A coordinator with three shards, or the test is skipped.</summary>
    /// <param name="isBare">Whether these are indexes that are no shards yet.</param>
    internal async Task<TestCluster> CreateAsync(bool isBare = false)
    {
        Assert.SkipWhen(_missing is not null, _missing ?? "");
        var cluster = await TestCluster.CreateAsync(this);
        if (!isBare)
            await cluster.AddShardsAsync();
        return cluster;
    }

    internal static Task<Session> OpenAsync(EmbeddedPostgresServer server, string database) => Session.OpenAsync(
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = database });

    /// <summary>Opens a session as soon as the server has recovered.</summary>
    internal static async Task<Session> ReopenAsync(EmbeddedPostgresServer server, string database)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await OpenAsync(server, database);
            }
            catch (NpgsqlException) when (attempt < 1_000)
            {
                await Task.Delay(10);
            }
        }
    }

    private static async Task<EmbeddedPostgresServer> StartAsync(int prepared)
    {
        var server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions
        {
            Tcp = true, // shards are reached by password
            ServerSettings = new Dictionary<string, string>
            {
                ["shared_buffers"] = "32MB",
                ["max_connections"] = "40",
                ["max_prepared_transactions"] = $"{prepared}",
            },
        });
        await using (var session = await OpenAsync(server, "postgres"))
            await session.ExecuteAsync($"CREATE DATABASE {Template} TEMPLATE template0 ENCODING 'UTF8'");
        await using (var dataSource = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = Template, Pooling = false }.ConnectionString))
        {
            await new ExographClient(dataSource).MigrateAsync();
        }
        await using var admin = await OpenAsync(server, "postgres");
        await admin.ExecuteAsync(
            $"""
            CREATE ROLE reads LOGIN PASSWORD '{Password}' IN ROLE exograph_reader;
            CREATE ROLE owns LOGIN PASSWORD '{Password}' IN ROLE exograph_owner;
            CREATE ROLE loads LOGIN PASSWORD '{Password}' IN ROLE exograph_loader;
            CREATE ROLE stranger LOGIN PASSWORD '{Password}' IN ROLE exograph_loader;
            """);
        return server;
    }
}

using Exograph.EmbeddedPostgres;
using Npgsql;
using Testcontainers.PostgreSql;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>
/// The server of all tests of this process: that of EXOGRAPH_TEST_CONNECTION (a role that may create databases and roles), else
/// a container of the image that EXOGRAPH_TEST_CONTAINER names, else a private one. Its template database is migrated once; a
/// clone of it takes milliseconds.
/// </summary>
internal static class TestServer
{
    private static readonly Lazy<Task<NpgsqlConnectionStringBuilder>> s_server = new(StartAsync);
    private static readonly Lazy<Task<string>> s_template = new(MakeTemplateAsync);
    private static readonly string? s_connection = Variable("EXOGRAPH_TEST_CONNECTION");
    private static readonly string? s_image = Variable("EXOGRAPH_TEST_CONTAINER");

    /// <summary>Creates a database, and returns how to connect to it.</summary>
    public static async Task<NpgsqlConnectionStringBuilder> CreateDatabaseAsync(bool migrated)
    {
        var template = migrated ? await s_template.Value : "template0";
        var name = NewName();
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'");
        if (migrated) // a template's tables are cloned, the rights on the database are not
            await ExecuteAsync($"GRANT CREATE ON DATABASE {name} TO exograph_owner");
        return await ConnectionToAsync(name);
    }

    public static Task DropDatabaseAsync(string name) => ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string NewName() => $"exograph_test_{Guid.NewGuid():N}";

    private static async Task<NpgsqlConnectionStringBuilder> StartAsync() => new(
        s_connection ?? (s_image is null ? await StartPrivateAsync() : await StartContainerAsync(s_image)));

    private static async Task<string> StartPrivateAsync()
    {
        var server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions
        {
            Progress = Diagnostics.Default,
            ServerSettings = new Dictionary<string, string> { ["max_connections"] = "300" },
        });
        return server.ConnectionString;
    }

    private static async Task<string> StartContainerAsync(string image)
    {
        var container = new PostgreSqlBuilder(image).WithCommand("-c", "fsync=off", "-c", "max_connections=300").Build();
        // The reaper would do so, too, but not every engine has one.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => container.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(30));
        await container.StartAsync();
        return container.GetConnectionString();
    }

    private static async Task<string> MakeTemplateAsync()
    {
        var settings = await CreateDatabaseAsync(migrated: false);
        await using var dataSource = NpgsqlDataSource.Create(settings.ConnectionString);
        await new ExographClient(dataSource).MigrateAsync();
        // A private server goes with the process; one that was given is left as it was found.
        if (s_connection is not null)
            AppDomain.CurrentDomain.ProcessExit += (_, _) => DropDatabaseAsync(settings.Database!).Wait(TimeSpan.FromSeconds(5));
        return settings.Database!;
    }

    private static async Task<NpgsqlConnectionStringBuilder> ConnectionToAsync(string database) =>
        new((await s_server.Value).ConnectionString) { Database = database, IncludeErrorDetail = true };

    private static async Task ExecuteAsync(string sql)
    {
        var settings = new NpgsqlConnectionStringBuilder((await s_server.Value).ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

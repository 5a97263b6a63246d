using Exograph.EmbeddedPostgres;
using Exograph.ServerSide.Tests.Loading;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>A server on which nobody has installed anything.</summary>
public sealed class EmptyServer : IAsyncLifetime
{
    private EmbeddedPostgresServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions());

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    internal NpgsqlConnectionStringBuilder Settings(string database) =>
        new(_server.ConnectionString) { Database = database, IncludeErrorDetail = true };
}

/// <summary>A test in an empty database of a server of its own, because roles are the server's.</summary>
public abstract class EmptyServerTest(EmptyServer server) : IClassFixture<EmptyServer>, IAsyncLifetime
{
    private protected string Name { get; } = $"test_{Guid.NewGuid():N}";

    private protected NpgsqlConnectionStringBuilder Settings => SettingsOf(Name);

    private protected NpgsqlConnectionStringBuilder SettingsOf(string database) => server.Settings(database);

    /// <summary>A session of the superuser.</summary>
    private protected Session Admin { get; private set; } = null!;

    private protected NpgsqlDataSource DataSource { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        await using var postgres = await Session.OpenAsync(SettingsOf("postgres"));
        await postgres.ExecuteAsync($"CREATE DATABASE {Name} TEMPLATE template0 ENCODING 'UTF8'");
        Admin = await Session.OpenAsync(Settings);
        DataSource = NpgsqlDataSource.Create(Settings.ConnectionString);
    }

    /// <summary>Leaves a server without databases and roles of the test.</summary>
    public async ValueTask DisposeAsync()
    {
        await Admin.DisposeAsync();
        await DataSource.DisposeAsync();
        await using var postgres = await Session.OpenAsync(SettingsOf("postgres"));
        await postgres.ExecuteAsync($"DROP DATABASE {Name} WITH (FORCE)");
        foreach (var role in await postgres.RowsAsync("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND oid <> 10"))
            await postgres.ExecuteAsync($"DROP ROLE {role}");
        GC.SuppressFinalize(this);
    }
}

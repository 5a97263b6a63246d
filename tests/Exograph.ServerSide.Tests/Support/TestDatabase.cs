using Npgsql;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>A database of one test, dropped when disposed.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _settings;

    private TestDatabase(NpgsqlConnectionStringBuilder settings)
    {
        _settings = settings;
        DataSource = NpgsqlDataSource.Create(settings.ConnectionString);
        Client = new ExographClient(DataSource);
    }

    public NpgsqlDataSource DataSource { get; }

    public ExographClient Client { get; }

    /// <summary>With the password, if any.</summary>
    public string ConnectionString => _settings.ConnectionString;

    public NpgsqlConnectionStringBuilder Settings => new(_settings.ConnectionString);

    /// <summary>A database with Exograph in it.</summary>
    public static async Task<TestDatabase> CreateAsync() => new(await TestServer.CreateDatabaseAsync(migrated: true));

    /// <summary>An empty database.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync() => new(await TestServer.CreateDatabaseAsync(migrated: false));

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The only value of a query.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The rows of a query of one column.</summary>
    public async Task<List<T>> ColumnAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<T>();
        while (await reader.ReadAsync())
            values.Add(await reader.GetFieldValueAsync<T>(0));
        return values;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await TestServer.DropDatabaseAsync(_settings.Database!);
    }
}

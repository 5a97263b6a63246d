using System.Diagnostics;
using Exograph.EmbeddedPostgres;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks;

/// <summary>The private server that all contenders share, fsync on, and its databases.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    /// <summary>The database that has the schema and no rows.</summary>
    public const string WithSchema = "exograph_template";

    /// <summary>The database that has nothing.</summary>
    public const string Empty = "template0";

    private readonly EmbeddedPostgresServer _server;
    private readonly NpgsqlDataSource _admin;

    private BenchmarkServer(EmbeddedPostgresServer server, string binDirectory)
    {
        _server = server;
        _admin = NpgsqlDataSource.Create(server.ConnectionString);
        BinDirectory = binDirectory;
    }

    public Version Version => _server.Version;

    /// <summary>Where PostgreSQL's programs are.</summary>
    public string BinDirectory { get; }

    public static async Task<BenchmarkServer> StartAsync(
        IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.FindAsync(cancellationToken: cancellationToken);
        var options = new EmbeddedPostgresOptions
        {
            Binaries = binaries,
            Durability = Durability.Full,
            ServerSettings = settings,
        };
        var server = new BenchmarkServer(
            await EmbeddedPostgresServer.StartAsync(options, cancellationToken), binaries.BinDirectory);
        await server.RunAsync($"CREATE DATABASE {WithSchema} TEMPLATE {Empty}", cancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString(WithSchema));
        await new ExographClient(dataSource).MigrateAsync(cancellationToken: cancellationToken);
        return server;
    }

    public string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = database }.ConnectionString;

    /// <summary>Makes a database as a copy of another, which nobody uses.</summary>
    public async Task CreateDatabaseAsync(string name, string template, CancellationToken cancellationToken)
    {
        await RunAsync($"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy", cancellationToken);
        // Rights on a database are not copied with it, and begin_load makes a schema.
        await RunAsync($"GRANT CREATE ON DATABASE {name} TO exograph_owner", cancellationToken);
    }

    public Task DropDatabaseAsync(string name, CancellationToken cancellationToken) =>
        RunAsync($"DROP DATABASE {name} WITH (FORCE)", cancellationToken);

    /// <summary>Writes out what earlier work left dirty, lest a checkpoint fall into what is timed.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken) => RunAsync("CHECKPOINT", cancellationToken);

    /// <summary>Starts the server again, and drops what the system has cached of files, which only root may.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await _server.StopAsync(cancellationToken: cancellationToken);
        _admin.Clear();
        using (var sync = Process.Start("sync"))
            await sync.WaitForExitAsync(cancellationToken);
        await File.WriteAllTextAsync("/proc/sys/vm/drop_caches", "3", cancellationToken);
        await _server.RestartAsync(cancellationToken);
    }

    /// <summary>The settings that decide how fast a load can be, as they are in force.</summary>
    public Task<IReadOnlyList<string>> SettingsAsync(CancellationToken cancellationToken) => _admin.QueryAsync("""
        SELECT name || ' ' || current_setting(name) FROM pg_settings
        WHERE name IN ('autovacuum', 'fsync', 'full_page_writes', 'wal_level', 'max_wal_size', 'shared_buffers', 'work_mem',
                       'maintenance_work_mem', 'max_parallel_maintenance_workers', 'max_parallel_workers_per_gather')
        ORDER BY name
        """, r => r.GetString(0), cancellationToken);

    /// <summary>A line that says where figures were measured.</summary>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var settings = string.Join(", ", await SettingsAsync(cancellationToken));
        var transport = Path.IsPathRooted(_server.Host) ? "Unix socket" : "TCP";
        return $"PostgreSQL {Version}, {Environment.ProcessorCount} processors, {transport}; {settings}.";
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _server.DisposeAsync();
    }

    private Task RunAsync(string sql, CancellationToken cancellationToken) => _admin.RunAsync(sql, cancellationToken);
}

using System.Globalization;
using System.Net.Sockets;
using Exograph.EmbeddedPostgres;
using Npgsql;

namespace Exograph.ServerSide.Cli;

/// <summary>The server that a command works with: the one that was named, or a private one.</summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>Name of the private server whose data persist.</summary>
    public const string PrivateServer = "exograph";

    /// <summary>Sessions of readers change nothing, even by a mistake of ours.</summary>
    private const string BecomeReader = """
        SET default_transaction_read_only = on;
        SELECT set_config('role', r.rolname, false) FROM pg_roles r
        WHERE r.rolname = 'exograph_reader'
            AND pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END);
        """;

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly EmbeddedPostgresServer? _server;

    private Database(NpgsqlConnectionStringBuilder settings, EmbeddedPostgresServer? server)
    {
        _settings = settings;
        DataSource = Source(settings);
        Client = new ExographClient(DataSource);
        _server = server;
    }

    public NpgsqlDataSource DataSource { get; }

    public ExographClient Client { get; }

    public bool IsPrivate => _server is not null;

    /// <summary>A directory that goes with an ephemeral server, however this process ends.</summary>
    public string CreateScratchDirectory() =>
        _server?.CreateScratchDirectory() ?? throw new InvalidOperationException("The server is somebody else's.");

    /// <summary>Opens the database and makes sure that the server answers.</summary>
    public static async Task<Database> OpenAsync(string? connection, CliContext context, CancellationToken cancellationToken)
    {
        if (ConnectionSettings.Find(connection, context.Variable) is not { } settings)
        {
            var persistent = new EmbeddedPostgresOptions { PersistentDirectory = PrivateServer, LeaveRunning = true };
            return await OpenPrivateAsync(persistent, context, cancellationToken);
        }
        var database = new Database(settings, server: null);
        try
        {
            await using var _ = await database.DataSource.OpenConnectionAsync(cancellationToken);
            return database;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or ArgumentException or TimeoutException)
        {
            await database.DisposeAsync();
            throw new NoConnectionException($"cannot connect: {(e as PostgresException)?.MessageText ?? e.Message}", e);
        }
    }

    /// <summary>Starts a private server, and brings its database up to date.</summary>
    public static async Task<Database> OpenPrivateAsync(
        EmbeddedPostgresOptions options, CliContext context, CancellationToken cancellationToken)
    {
        var server = await EmbeddedPostgresServer.StartAsync(
            options with { Progress = new Notes(context.Error, "") }, cancellationToken);
        var database = new Database(new NpgsqlConnectionStringBuilder(server.ConnectionString), server);
        context.Error.WriteLine($"private PostgreSQL {server.Version}; to look inside: psql '{server.Uri}'");
        try
        {
            await database.Client.MigrateAsync(cancellationToken: cancellationToken);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same database for sessions that can only read: as <c>exograph_reader</c>, where the role may become that.</summary>
    public NpgsqlDataSource CreateReader()
    {
        var settings = new NpgsqlConnectionStringBuilder(_settings.ConnectionString)
        {
            ApplicationName = "exograph-load serve",
            NoResetOnClose = true, // a reset would take the role back
            CommandTimeout = 60, // seconds: nobody waits longer for a page
        };
        return Source(settings, builder => builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = new NpgsqlCommand(BecomeReader, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = new NpgsqlCommand(BecomeReader, connection);
                await command.ExecuteNonQueryAsync();
            }));
    }

    /// <summary>
    /// A shard of the cluster that the database coordinates, by the settings of its connection. Where the user there is the same, so is
    /// the password, unless another is given; else Npgsql looks in the password file.
    /// </summary>
    public NpgsqlDataSource ConnectShard(Shard shard, string? password)
    {
        var hosts = shard.Hosts.Split(',');
        var ports = shard.Port.Split(',');
        var settings = new NpgsqlConnectionStringBuilder(_settings.ConnectionString)
        {
            Host = string.Join(',', hosts.Select((host, i) => hosts.Length == 1 ? host : $"{host}:{ports[ports.Length == 1 ? 0 : i]}")),
            Database = shard.Database,
            Username = shard.User,
            Password = password ?? (shard.User == _settings.Username ? _settings.Password : null),
        };
        if (hosts.Length == 1)
            settings.Port = int.Parse(ports[0], CultureInfo.InvariantCulture);
        return Source(settings);
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private static NpgsqlDataSource Source(NpgsqlConnectionStringBuilder settings, Action<NpgsqlDataSourceBuilder>? configure = null)
    {
        settings.PersistSecurityInfo = false;
        settings.Multiplexing = false; // statements of one transaction belong together
        settings.IncludeErrorDetail = true; // it goes to whoever gave us the rows
        settings.ApplicationName ??= "exograph-load";
        try
        {
            var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
            configure?.Invoke(builder);
            return settings.Host?.Contains(',') == true
                ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary)
                : builder.Build();
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"the connection settings do not fit together: {e.Message}");
        }
    }
}

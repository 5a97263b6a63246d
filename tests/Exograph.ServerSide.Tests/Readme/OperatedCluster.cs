using System.Text;
using Exograph.EmbeddedPostgres;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>
/// What docs/operations.md takes for granted: a cluster whose database <c>index</c> a shell is connected to, and a second one. Loads
/// 41 (packages alpha and beta, in partitions of its own) and 42 (gamma and delta) are finalized, 43 and 44 of the role indexer are
/// open and staged, and app.bundle lies in the shell's directory.
/// </summary>
internal sealed class OperatedCluster : IAsyncDisposable
{
    private static readonly EmbeddedPostgresOptions s_options =
        new() { ServerSettings = new Dictionary<string, string> { ["wal_level"] = "logical" } };

    private readonly EmbeddedPostgresServer _server;
    private readonly EmbeddedPostgresServer _second;
    private readonly Shell _shell;

    private OperatedCluster(EmbeddedPostgresServer server, EmbeddedPostgresServer second, Shell shell, Session db)
    {
        _server = server;
        _second = second;
        _shell = shell;
        Db = db;
    }

    /// <summary>A superuser's session in the index.</summary>
    public Session Db { get; private set; }

    public static async Task<OperatedCluster> StartAsync()
    {
        var server = await EmbeddedPostgresServer.StartAsync(s_options);
        var second = await EmbeddedPostgresServer.StartAsync(s_options);
        var settings = Settings(server, "index");
        await using (var postgres = await Session.OpenAsync(Settings(server, "postgres")))
            await postgres.ExecuteAsync("CREATE DATABASE index TEMPLATE template0 ENCODING 'UTF8'");
        await using (var dataSource = NpgsqlDataSource.Create(settings.ConnectionString))
            await new ExographClient(dataSource).MigrateAsync();
        var cluster = new OperatedCluster(server, second, await Shell.OpenAsync(settings), await Session.OpenAsync(settings));
        await cluster.FillAsync();
        await cluster.FillHomeAsync();
        return cluster;
    }

    /// <summary>A session of a superuser on the second cluster.</summary>
    public Task<Session> OpenSecondAsync(string database = "index") => Session.OpenAsync(Settings(_second, database));

    /// <summary>Another session of a superuser on the first.</summary>
    public Task<Session> OpenAsync(string database = "index") => Session.OpenAsync(Settings(_server, database));

    /// <summary>Kills the first cluster.</summary>
    public async Task KillAsync()
    {
        await Db.DisposeAsync();
        await _server.KillAsync();
    }

    public async Task RestartAsync()
    {
        await Db.DisposeAsync();
        await _server.RestartAsync();
        Db = await OpenAsync();
    }

    /// <summary>Leaves nothing of the second cluster but the place of its data directory, as ~/standby.</summary>
    public async Task EmptySecondAsync()
    {
        await _second.StopAsync();
        foreach (var entry in new DirectoryInfo(_second.DataDirectory).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo directory)
                directory.Delete(recursive: true);
            else
                entry.Delete();
        }
        Directory.CreateSymbolicLink(Path.Combine(_shell.Home, "standby"), _second.DataDirectory);
        // A copy of this one finds here where to listen; this one has been told on its command line.
        await File.AppendAllTextAsync(
            Path.Combine(_server.DataDirectory, "postgresql.conf"),
            $"listen_addresses = ''\nunix_socket_directories = '{_second.Host}'\nport = {_second.Port}\nfsync = off\n");
    }

    /// <summary>Makes programs commands of the shell, or tells which cannot be.</summary>
    public Task<string?> InstallAsync(IEnumerable<string> programs) => ServerPrograms.InstallAsync(_shell, _server, programs);

    /// <summary>Runs lines as they stand, with what was exported before, and returns all that they print.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(Block block)
    {
        var lines = block.Text;
        if (block.Language == "sql")
        {
            await File.WriteAllTextAsync(Path.Combine(_shell.Home, "block.sql"), block.Text);
            lines = "psql -X -v ON_ERROR_STOP=1 < block.sql";
        }
        var exported = string.Concat(block.Lines.Where(l => l.StartsWith("export ", StringComparison.Ordinal)).Select(l => l + "\n"));
        var (exitCode, output, _) = await _shell.RunAsync($"exec 2>&1\n. ./exported\n{lines}");
        await File.AppendAllTextAsync(Path.Combine(_shell.Home, "exported"), exported);
        return (exitCode, output);
    }

    /// <summary>Runs a block that is to do.</summary>
    public async Task RunAllAsync(IEnumerable<Block> blocks)
    {
        foreach (var block in blocks)
        {
            var (exitCode, output) = await RunAsync(block);
            Assert.True(exitCode == 0, $"{block.Text}\n{output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Db.DisposeAsync();
        await _second.DisposeAsync();
        await _server.DisposeAsync();
        _shell.Dispose();
    }

    private static NpgsqlConnectionStringBuilder Settings(EmbeddedPostgresServer server, string database) =>
        new(server.ConnectionString) { Database = database, IncludeErrorDetail = true, Pooling = false };

    private async Task FillAsync()
    {
        await Db.ExecuteAsync("CREATE ROLE indexer LOGIN; GRANT exograph_loader TO indexer");
        await Db.ExecuteAsync("ALTER TABLE exograph.loads ALTER load_id RESTART 41");
        await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();
        var other = await Sample.BeginAsync(Db, "partition_threshold => 0");
        await Db.ExecuteAsync(
            $"UPDATE {other.Staged("packages")} SET name = translate(name, 'alphbet', 'gmnrdel')");
        await other.FinalizeAsync();
        await using var indexer = await Session.OpenAsync(Settings(_server, "index"));
        await indexer.BecomeAsync("indexer");
        foreach (var package in (string[])["epsilon", "zeta"])
        {
            var open = await Sample.BeginAsync(indexer, "partition_threshold => 0");
            await indexer.ExecuteAsync($"UPDATE {open.Staged("packages")} SET name = '{package}' WHERE id = 1");
        }
    }

    private async Task FillHomeAsync()
    {
        using var bundle = new BundleDirectory().AddBasics("app").WithManifest();
        Directory.Move(bundle.Path, Path.Combine(_shell.Home, "app.bundle"));
        Directory.CreateDirectory(bundle.Path);
        await File.WriteAllTextAsync(Path.Combine(_shell.Home, "exported"), "");
        var services = new StringBuilder();
        foreach (var name in (string[])["other", "standby"])
        {
            var second = Settings(_second, "index");
            services.Append($"[{name}]\nhost={second.Host}\nport={second.Port}\nuser={second.Username}\ndbname={second.Database}\n");
        }
        var file = Path.Combine(_shell.Home, ".pg_service.conf");
        await File.WriteAllTextAsync(file, services.ToString());
        _shell.Variables["PGSERVICEFILE"] = file;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_shell.Home, (UnixFileMode)0x1FF); // for the server's user
    }
}

using System.Diagnostics;
using Exograph.EmbeddedPostgres;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Servers and backends that die. They have a server of their own, and a database each.</summary>
public sealed class CrashTests(CrashTests.Victim victim) : IClassFixture<CrashTests.Victim>
{
    [Fact]
    public async Task A_staging_that_a_crash_has_emptied_is_not_taken_for_an_empty_one()
    {
        var database = await victim.CreateDatabaseAsync();
        int id;
        string[] before;
        await using (var session = await victim.OpenAsync(database))
        {
            await (await Sample.BeginAsync(session, "partition_threshold => 0")).FinalizeAsync();
            before = await session.IndexAsync();
            id = (await Sample.BeginAsync(session)).Id;
        }

        await victim.Server.StopAsync(StopMode.Immediate);
        await victim.Server.RestartAsync();

        await using var again = await victim.OpenAsync(database);
        foreach (var sql in new[]
        {
            $"CALL exograph.finalize_load({id})", $"SELECT * FROM exograph.check_load({id})",
            $"SELECT * FROM exograph.files_lacking({id})",
        })
        {
            var error = await again.FailsAsync("XG004", sql);
            Assert.Equal($"load {id}: its staging is lost", error.MessageText);
            Assert.Equal("Staging tables are unlogged: the server emptied them when it recovered from a crash.", error.Detail);
            Assert.Equal($"Nothing of it reached the index. CALL exograph.abandon_load({id}), and load again.", error.Hint);
        }
        Assert.Equal(before, await again.IndexAsync());

        await again.ExecuteAsync($"CALL exograph.abandon_load({id})");
        var load = await Sample.BeginAsync(again);
        await load.FinalizeAsync();
        Assert.Equal(new Outcome(2) { Existing = 2 }, await load.OutcomeAsync("definitions"));
        Assert.Equal(before, await again.IndexAsync());
    }

    [Fact]
    public async Task A_restart_in_order_keeps_the_staging()
    {
        var database = await victim.CreateDatabaseAsync();
        int id;
        await using (var session = await victim.OpenAsync(database))
            id = (await Sample.BeginAsync(session)).Id;

        await victim.Server.StopAsync(StopMode.Fast);
        await victim.Server.RestartAsync();

        await using var again = await victim.OpenAsync(database);
        await again.ExecuteAsync($"CALL exograph.finalize_load({id})");
        foreach (var (table, rows) in Sample.Rows)
            Assert.Equal(rows, await again.CountAsync($"exograph.{table}"));
    }

    [Fact]
    public async Task Maps_that_are_kept_and_facts_in_every_partition_survive_a_crash()
    {
        var database = await victim.CreateDatabaseAsync();
        string[] before;
        await using (var session = await victim.OpenAsync(database))
        {
            await (await Sample.BeginAsync(session, "partition_threshold => 2, keep_maps => true")).FinalizeAsync();
            before = await session.IndexAsync();
        }

        await victim.Server.KillAsync();
        await victim.Server.RestartAsync();

        await using var again = await victim.OpenAsync(database);
        Assert.Equal(before, await again.IndexAsync());
        Assert.Equal(2, await again.CountAsync("exograph_load_1.map_files"));
        await again.ExecuteAsync("CALL exograph.drop_maps(1)");
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("close gate")]
    [InlineData("merge graph_nodes")]
    [InlineData("attach definitions")]
    [InlineData("finish")]
    public async Task A_backend_killed_while_it_finalizes_leaves_nothing_in_the_index(string phase)
    {
        var database = await victim.CreateDatabaseAsync();
        int id;
        await using (var session = await victim.OpenAsync(database))
        await using (var holder = await victim.OpenAsync(database))
        {
            await PhaseStop.InstallAsync(session);
            var load = await Sample.BeginAsync(session, "partition_threshold => 2");
            id = load.Id;
            await PhaseStop.HoldAsync(holder, phase);
            var finalizing = load.FinalizeAsync();
            await holder.UntilBlockedAsync(session);
            using (var backend = Process.GetProcessById(session.ProcessId))
                backend.Kill();
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => finalizing);
            // A backend that died so takes all others with it.
            await UntilEndedAsync(holder);
        }

        await using var again = await victim.ReopenAsync(database);
        Assert.Empty(await again.IndexAsync());
        Assert.Equal(["open|0"], await again.RowsAsync(
            "SELECT state, (SELECT count(*) FROM exograph.load_tables) FROM exograph.loads"));
        await again.FailsAsync("XG004", $"CALL exograph.finalize_load({id})");
        await again.ExecuteAsync($"CALL exograph.abandon_load({id})");
        await again.ExecuteAsync("UPDATE public.stop SET at_phase = ''");
        await (await Sample.BeginAsync(again)).FinalizeAsync();
        Assert.Equal(2, await again.CountAsync("exograph.definitions"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deferred_indexes_are_built_after_a_crash(bool whileTheyAreBuilt)
    {
        var database = await victim.CreateDatabaseAsync();
        string[] before, deferred;
        await using (var session = await victim.OpenAsync(database))
        await using (var holder = await victim.OpenAsync(database))
        {
            await session.ExecuteAsync("COMMENT ON INDEX exograph.fragments_file_id IS 'of the files'");
            await SlowIndex.InstallAsync(session);
            before = await session.CatalogAsync();
            await (await Sample.BeginAsync(session)).FinalizeAsync("defer_indexes => true");
            deferred = await session.RowsAsync("TABLE exograph.deferred_indexes ORDER BY index_name");
            if (whileTheyAreBuilt)
            {
                await SlowIndex.HoldAsync(holder);
                var rebuilding = session.ExecuteAsync("CALL exograph.rebuild_indexes()");
                await holder.UntilBlockedAsync(session);
                using (var backend = Process.GetProcessById(session.ProcessId))
                    backend.Kill();
                await Assert.ThrowsAnyAsync<NpgsqlException>(() => rebuilding);
                await UntilEndedAsync(holder);
            }
            else
            {
                await victim.Server.KillAsync();
                await victim.Server.RestartAsync();
            }
        }

        await using var again = await victim.ReopenAsync(database);
        Assert.NotEmpty(deferred);
        Assert.Equal(deferred, await again.RowsAsync("TABLE exograph.deferred_indexes ORDER BY index_name"));
        await again.ExecuteAsync("CALL exograph.rebuild_indexes()");
        Assert.Equal(before, await again.CatalogAsync());
        Assert.Equal(0, await again.CountAsync("exograph.deferred_indexes"));
    }

    internal static async Task UntilEndedAsync(Session session)
    {
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            for (var look = 0; look < 1_000; look++)
            {
                await session.ExecuteAsync("SELECT 1");
                await Task.Delay(10);
            }
        });
    }

    /// <summary>A server to be mistreated.</summary>
    public class Victim : IAsyncLifetime
    {
        private const string Template = "migrated";

        internal EmbeddedPostgresServer Server { get; private set; } = null!;

        private protected virtual Dictionary<string, string> ServerSettings => [];

        public async ValueTask InitializeAsync()
        {
            Server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions { ServerSettings = ServerSettings });
            await using (var session = await OpenAsync("postgres"))
                await session.ExecuteAsync($"CREATE DATABASE {Template} TEMPLATE template0 ENCODING 'UTF8'");
            await using var dataSource = NpgsqlDataSource.Create(Settings(Template).ConnectionString);
            await new ExographClient(dataSource).MigrateAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            GC.SuppressFinalize(this);
        }

        internal async Task<string> CreateDatabaseAsync()
        {
            var name = $"test_{Guid.NewGuid():N}";
            await using var session = await ReopenAsync("postgres");
            await session.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
            await session.ExecuteAsync($"GRANT CREATE ON DATABASE {name} TO exograph_owner");
            return name;
        }

        /// <summary>A database, for sessions that come and go.</summary>
        internal async Task<NpgsqlDataSource> CreateDataSourceAsync() => NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(Settings(await CreateDatabaseAsync()).ConnectionString)
            {
                Pooling = true,
                IncludeErrorDetail = true,
            });

        internal Task<Session> OpenAsync(string database) => Session.OpenAsync(Settings(database));

        /// <summary>Opens a session as soon as the server has recovered.</summary>
        internal async Task<Session> ReopenAsync(string database)
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    return await OpenAsync(database);
                }
                catch (NpgsqlException) when (attempt < 1_000)
                {
                    await Task.Delay(10);
                }
            }
        }

        private NpgsqlConnectionStringBuilder Settings(string database) =>
            new(Server.ConnectionString) { Database = database, Pooling = false };
    }
}

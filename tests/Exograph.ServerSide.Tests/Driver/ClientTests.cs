using System.Runtime.CompilerServices;
using Exograph.ServerSide.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>The client as the one entry to everything.</summary>
public sealed class ClientTests
{
    private static readonly string[] s_terms = ["b", "a", "b"];

    [Fact]
    public async Task A_client_of_a_connection_string_migrates_and_loads_rows_of_any_enumerable()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var client = ExographClient.Create(database.ConnectionString);
        var pending = await client.GetPendingMigrationsAsync();
        Assert.Equal(pending, await client.MigrateAsync());
        Assert.Empty(await client.MigrateAsync());

        await using var session = await client.BeginLoadAsync();
        Assert.Equal(2, await session.StageAsync(SampleRows.Terms));
        Assert.Equal(2, await session.StageAsync(SampleRows.Packages.ToAsyncEnumerable()));
        Assert.Equal(2, (await session.FinalizeAsync()).Tables.Single(t => t.Table == IndexTable.Terms).Inserted);
    }

    [Fact]
    public async Task Maps_are_dropped_partitions_merged_and_terms_resolved()
    {
        await using var database = await TestDatabase.CreateAsync();
        var client = database.Client;
        var options = new LoadOptions { KeepMaps = true, PartitionThreshold = 0 };
        for (var i = 0; i < 2; i++)
        {
            await using var session = await client.BeginLoadAsync(options);
            await session.StageAsync(SampleRows.Files.Select(f => f with { PackageId = null, PackageVersionId = null }));
            await session.StageAsync([new CommentRow { FileId = 2, Text = $"comment {i}" }]);
            await session.FinalizeAsync();
        }
        Assert.Equal([2, 1], (await client.ListLoadsAsync()).Select(l => l.LoadId));

        await client.DropMapsAsync(1);
        Assert.Equal(["exograph_load_2"], await database.ColumnAsync<string>(
            "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'exograph\\_load\\_%'"));

        const string Partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'exograph.comments'::regclass";
        var before = await database.ScalarAsync<long>(Partitions);
        var notes = new Notes();
        await client.MergePartitionsAsync(new MergePartitionsOptions { Keep = 0, Progress = notes });
        Assert.Equal(before - 1, await database.ScalarAsync<long>(Partitions));
        Assert.Contains(notes.Lines, l => l.Contains("comments"));

        Assert.Equal(
            await database.ColumnAsync<int>("SELECT 1 WHERE false"), await client.ResolveTermsAsync([]));
        var ids = await client.ResolveTermsAsync(s_terms);
        Assert.Equal(ids, await client.ResolveTermsAsync(s_terms));
        Assert.Equal(ids, await client.ResolveTermsAsync(s_terms.ToAsyncEnumerable()));
        Assert.Equal((ids[0], 2), (ids[2], ids.Distinct().Count()));
    }

    [Fact]
    public async Task A_load_is_undone_with_or_without_those_that_lean_on_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        var client = database.Client;
        for (var i = 0; i < 3; i++)
        {
            await using var session = await client.BeginLoadAsync();
            await session.StageAsync([new PackageRow { Id = 1, Ecosystem = "hex", Name = i == 1 ? "other" : "greeter" }]);
            await session.FinalizeAsync();
        }

        var refused = await Assert.ThrowsAsync<LoadException>(() => client.UndoAsync(1));
        Assert.Equal(("XG015", 1), (refused.SqlState, refused.LoadId));
        Assert.Contains("load 3", refused.Message + refused.Detail, StringComparison.Ordinal);
        Assert.Equal([2], await client.UndoAsync(2));
        var notes = new Notes();
        Assert.Equal([1, 3], await client.UndoAsync(1, new UndoOptions { Dependents = true, Progress = notes }));

        Assert.Contains(notes.Lines, l => l == "undo_load: 1 rows of packages");
        Assert.All(await client.ListLoadsAsync(), l => Assert.Equal(LoadState.Undone, l.State));
        Assert.Equal([1, 3], await client.UndoAsync(3));
    }

    [Fact]
    public async Task Rows_that_a_load_left_out_can_be_read()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { OnReject = RejectPolicy.Skip });
        await session.StageAsync([new CommentRow { FileId = 5, Text = "of no file" }]);
        await session.FinalizeAsync();

        var reject = Assert.Single(await database.Client.GetRejectsAsync(session.LoadId));

        Assert.Equal((IndexTable.Comments, "file_id is no number of a valid row in staged_files"), (reject.Table, reject.Reason));
        Assert.Null(reject.Place);
        Assert.Empty(await database.Client.GetRejectsAsync(session.LoadId, new RejectOptions { Limit = 0 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => database.Client.GetRejectsAsync(session.LoadId, new RejectOptions { Limit = -1 }));
    }

    [Fact]
    public async Task Any_number_of_terms_is_resolved_in_their_order()
    {
        await using var database = await TestDatabase.CreateAsync();
        var terms = Enumerable.Range(0, 12_000).Select(i => $"term {i % 11_000}").ToList();

        var ids = await database.Client.ResolveTermsAsync(terms.Where(t => t.Length > 0));

        Assert.Equal(11_000, ids.Distinct().Count());
        Assert.Equal(
            terms.Zip(ids).Distinct().OrderBy(t => t.Second).Select(t => t.First),
            await database.ColumnAsync<string>("SELECT term FROM exograph.terms ORDER BY id"));
    }

    [Fact]
    public async Task Open_loads_and_who_waits_for_whom_are_told()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { Label = "waits" });
        await session.StageAsync(SampleRows.Terms);
        var idle = Assert.Single(await database.Client.ListOpenLoadsAsync());
        Assert.Equal((session.LoadId, "waits", database.Settings.Username), (idle.LoadId, idle.Label, idle.Owner));
        Assert.Equal((true, null, null, null), (idle.StagedBytes > 0, idle.ProcessId, idle.Phase, idle.Table));
        Assert.Empty(await database.Client.ListLockWaitsAsync());

        await using var holder = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await new NpgsqlCommand("INSERT INTO exograph_in.terms (term) VALUES ('held')", holder).ExecuteNonQueryAsync();
        var finalizing = session.FinalizeAsync();
        IReadOnlyList<LockWait> waits;
        while ((waits = await database.Client.ListLockWaitsAsync()).Count == 0 && !finalizing.IsCompleted)
            await Task.Delay(10);

        var wait = Assert.Single(waits);
        Assert.Equal(("exograph.gate", holder.ProcessID, "idle in transaction"), (wait.WaitsFor, wait.HolderProcessId, wait.HolderState));
        Assert.Equal((database.Settings.Username, database.Settings.Username), (wait.WaitingRole, wait.HolderRole));
        Assert.True(wait.WaitingSince is null || wait.HolderSince <= wait.WaitingSince);
        var waiting = Assert.Single(await database.Client.ListOpenLoadsAsync());
        Assert.Equal((wait.WaitingProcessId, LoadPhase.CloseGate, null), (waiting.ProcessId, waiting.Phase, waiting.Table));
        await transaction.CommitAsync();
        await finalizing;
        Assert.Empty(await database.Client.ListOpenLoadsAsync());
    }

    [Theory]
    [InlineData("lock_timeout")]
    [InlineData("statement_timeout")] // to the client it is a cancellation, like one that comes late
    public async Task Disposing_a_session_abandons_the_load_once_what_is_in_the_way_has_ended(string setting)
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = database.Settings;
        await using var impatient = NpgsqlDataSource.Create(settings.ConnectionString);
        var session = await new ExographClient(impatient).BeginLoadAsync();
        await database.ExecuteAsync($"ALTER DATABASE {database.Settings.Database} SET {setting} = '100ms'");
        impatient.Clear(); // the next session has it
        await using var other = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var look = new NpgsqlCommand($"TABLE exograph_load_{session.LoadId}.staged_terms", other);
        await look.ExecuteNonQueryAsync();

        var disposing = session.DisposeAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        Assert.False(disposing.IsCompleted);
        await transaction.CommitAsync();
        await database.ExecuteAsync($"ALTER DATABASE {database.Settings.Database} RESET {setting}");
        impatient.Clear();
        await disposing;

        Assert.Equal(LoadState.Abandoned, (await database.Client.GetLoadAsync(session.LoadId)).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disposing_a_session_that_stages_rows_gives_them_up_and_abandons_the_load(bool isPaused)
    {
        await using var database = await TestDatabase.CreateAsync();
        var session = await database.Client.BeginLoadAsync(new LoadOptions { ChunkBytes = 1000, Connections = 2 });
        var begun = new TaskCompletionSource();
        var staging = session.StageAsync(Endless(isPaused, begun));
        await begun.Task;

        await session.DisposeAsync();

        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => staging);
        Assert.Contains(
            $"Load {session.LoadId}: the session was disposed while rows of terms were being staged", error.Message);
        Assert.Equal(LoadState.Abandoned, (await database.Client.GetLoadAsync(session.LoadId)).State);
    }

    [Fact]
    public async Task Errors_have_one_root_that_says_what_where_and_whether_to_try_again()
    {
        await using var database = await TestDatabase.CreateAsync();
        var client = database.Client;
        var noLoad = await Assert.ThrowsAnyAsync<ExographException>(() => client.GetLoadAsync(77));
        Assert.Equal(("XG001", 77, false), (noLoad.SqlState, noLoad.LoadId, noLoad.IsTransient));

        await using var holder = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await new NpgsqlCommand("LOCK TABLE exograph.files IN ROW EXCLUSIVE MODE", holder).ExecuteNonQueryAsync();
        var settings = database.Settings;
        settings.Options = "-c lock_timeout=100";
        await using var hasty = NpgsqlDataSource.Create(settings.ConnectionString);
        var locked = await Assert.ThrowsAnyAsync<ExographException>(() => new ExographClient(hasty).MergePartitionsAsync());
        Assert.Equal((PostgresErrorCodes.LockNotAvailable, true), (locked.SqlState, locked.IsTransient));

        settings.Database = "no_such_database";
        await using var nowhere = NpgsqlDataSource.Create(settings.ConnectionString);
        var refused = await Assert.ThrowsAnyAsync<ExographException>(() => new ExographClient(nowhere).ListLoadsAsync());
        Assert.Equal((PostgresErrorCodes.InvalidCatalogName, false), (refused.SqlState, refused.IsTransient));
        await Assert.ThrowsAnyAsync<ExographException>(() => new ExographClient(nowhere).MigrateAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_comes_out_of_a_service_collection(bool ofConnectionString)
    {
        await using var database = await TestDatabase.CreateAsync();
        var services = new ServiceCollection();
        if (ofConnectionString)
            services.AddExograph(database.ConnectionString);
        else
            services.AddSingleton(NpgsqlDataSource.Create(database.ConnectionString)).AddExograph();
        NpgsqlDataSource dataSource;
        await using (var provider = services.BuildServiceProvider())
        {
            var client = provider.GetRequiredService<ExographClient>();
            Assert.Empty(await client.ListLoadsAsync());
            Assert.Same(client, provider.GetRequiredService<ExographClient>());
            dataSource = client.DataSource;
        }
        if (ofConnectionString)
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await dataSource.OpenConnectionAsync());
        else
            await dataSource.DisposeAsync();
    }

    private static async IAsyncEnumerable<TermRow> Endless(
        bool isPaused, TaskCompletionSource begun, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var i = 1; ; i++)
        {
            yield return new TermRow { Id = i, Term = "t" };
            if (i == 2000)
                begun.SetResult();
            if (isPaused && i == 2000)
                await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }

    private sealed class Notes : IProgress<string>
    {
        public List<string> Lines { get; } = [];

        public void Report(string value) => Lines.Add(value);
    }
}

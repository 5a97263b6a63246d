using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

public sealed class LoadSessionTests
{
    [Fact]
    public async Task A_load_is_finalized_and_reported()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { Label = "all of it" });
        await SampleRows.StageAsync(session);
        var report = await session.FinalizeAsync();
        Assert.Equal((session.LoadId, "all of it", LoadState.Finalized), (report.LoadId, report.Label, report.State));
        Assert.NotNull(report.EndedAt);
        Assert.Contains(report.Phases, p => p is { Phase: LoadPhase.Merge, Table: IndexTable.Terms });
        Assert.All(report.Tables, t => Assert.Equal((2, 2), (t.Staged, t.Inserted)));
        Assert.Equal(12, report.Tables.Count);
    }

    [Fact]
    public async Task Finalizing_again_reports_the_same_and_changes_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        await session.StageAsync(SampleRows.Terms.ToAsyncEnumerable());
        var first = await session.FinalizeAsync();
        var again = await database.Client.FinalizeLoadAsync(session.LoadId);
        Assert.Equal(first.Tables, again.Tables);
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.terms"));
    }

    [Fact]
    public async Task Indexes_are_deferred_on_demand_and_those_that_cannot_be_rebuilt_are_named()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var session = await database.Client.BeginLoadAsync(new LoadOptions { DeferIndexes = true }))
        {
            await SampleRows.StageAsync(session);
            var report = await session.FinalizeAsync();
            Assert.StartsWith("indexes deferred until ", report.Tables.Single(t => t.Table == IndexTable.Fragments).Reason);
        }
        await database.ExecuteAsync("ALTER TABLE exograph.fragments RENAME exact_hash TO tree_hash");

        var left = Assert.Single(await database.Client.RebuildIndexesAsync());

        Assert.Equal((IndexTable.Fragments, "fragments_exact_hash"), (left.Table, left.Name));
        Assert.Equal("column \"exact_hash\" does not exist", left.Problem);
        Assert.Equal("CREATE INDEX fragments_exact_hash ON exograph.fragments USING btree (exact_hash)", left.Definition);
    }

    [Fact]
    public async Task Without_a_number_the_only_open_load_is_meant()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        await session.StageAsync(SampleRows.Terms.ToAsyncEnumerable());
        session.LeaveOpen();
        var report = await database.Client.FinalizeLoadAsync();
        Assert.Equal((session.LoadId, LoadState.Finalized), (report.LoadId, report.State));
        var none = await Assert.ThrowsAsync<LoadException>(() => database.Client.FinalizeLoadAsync());
        Assert.Equal("XG003", none.SqlState);
    }

    [Fact]
    public async Task Refused_rows_are_reported_with_state_and_hint_and_the_load_stays()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = database.Settings;
        settings.IncludeErrorDetail = false;
        await using var detailed = NpgsqlDataSource.Create(settings.ConnectionString);
        await using var session = await new ExographClient(detailed).BeginLoadAsync();
        await session.StageAsync(new CommentRow[] { new() { FileId = 5, Text = "of no file" } }.ToAsyncEnumerable());
        var rejects = await session.CheckAsync();
        Assert.Equal(IndexTable.Comments, Assert.Single(rejects).Table);
        var error = await Assert.ThrowsAsync<LoadException>(() => session.FinalizeAsync());
        Assert.Equal(("XG006", session.LoadId), (error.SqlState, error.LoadId));
        Assert.NotEmpty(error.Hint!);
        const string Rule = "file_id is no number of a valid row in staged_files";
        Assert.Equal((IndexTable.Comments, Rule), (error.Table, error.Rule));
        Assert.Equal([new RejectCount { Table = IndexTable.Comments, Rule = Rule, Rows = 1 }], error.Rejects);
        Assert.False(error.IsTransient);
        Assert.Equal(LoadState.Open, (await new ExographClient(detailed).GetLoadAsync(session.LoadId)).State);
        await session.StageAsync(new FileRow[] { SampleRows.Files[1] with { Id = 5 } }.ToAsyncEnumerable());
        Assert.Equal(LoadState.Finalized, (await session.FinalizeAsync()).State);
    }

    [Fact]
    public async Task A_load_that_is_refused_is_left_open_by_the_session_that_is_disposed()
    {
        await using var database = await TestDatabase.CreateAsync();
        LoadException error;
        await using (var session = await database.Client.BeginLoadAsync())
        {
            await session.StageAsync(new CommentRow[] { new() { FileId = 5, Text = "of no file" } }.ToAsyncEnumerable());
            error = await Assert.ThrowsAsync<LoadException>(() => session.FinalizeAsync());
        }
        Assert.Contains($"SELECT * FROM exograph.check_load({error.LoadId})", error.Hint);
        var reject = Assert.Single(await database.Client.CheckLoadAsync(error.LoadId));
        Assert.Equal((error.Table, error.Rule), (reject.Table, reject.Reason));
        var report = await database.Client.FinalizeLoadAsync(error.LoadId, new FinalizeOptions { OnReject = RejectPolicy.Skip });
        Assert.Equal(1, report.Tables.Single(t => t.Table == IndexTable.Comments).Rejected);
    }

    [Fact]
    public async Task A_session_refuses_to_end_its_load_while_rows_are_being_staged()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        var more = new TaskCompletionSource();
        var staging = session.StageAsync(Paused(more.Task));
        foreach (var call in new Func<Task>[]
        {
            () => session.FinalizeAsync(), () => session.SealAsync(), () => session.CheckAsync(), () => session.AbandonAsync(),
        })
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(call);
            Assert.Contains("because rows are being staged", error.Message);
        }
        more.SetResult();
        Assert.Equal(2, await staging);
        var report = await session.FinalizeAsync();
        Assert.Equal(2, report.Tables.Single(t => t.Table == IndexTable.Terms).Inserted);
    }

    [Fact]
    public async Task A_session_stages_nothing_while_its_load_is_being_finalized_or_when_it_is_over()
    {
        await using var database = await TestDatabase.CreateAsync();
        LoadSession? session = null;
        var refused = new List<Task>();
        var options = new LoadOptions { Progress = new OnPhase(() => refused.Add(StageAsync())) };
        await using (session = await database.Client.BeginLoadAsync(options))
        {
            await SampleRows.StageAsync(session);
            var report = await session.FinalizeAsync();
            Assert.NotEmpty(refused);
            foreach (var task in refused)
                await Assert.ThrowsAsync<InvalidOperationException>(() => task);

            Assert.Same(report, await session.FinalizeAsync());
            Assert.Contains("it is finalized", (await Assert.ThrowsAsync<InvalidOperationException>(StageAsync)).Message);
            await Assert.ThrowsAsync<InvalidOperationException>(() => session.AbandonAsync());
        }
        await Assert.ThrowsAsync<ObjectDisposedException>(StageAsync);

        await using var other = await database.Client.BeginLoadAsync();
        await other.AbandonAsync();
        await other.AbandonAsync();
        Assert.Contains("it is abandoned", (await Assert.ThrowsAsync<InvalidOperationException>(() => other.FinalizeAsync())).Message);

        Task StageAsync() => session!.StageAsync(SampleRows.Terms.ToAsyncEnumerable());
    }

    [Fact]
    public async Task Options_that_would_be_ignored_are_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => database.Client.BeginLoadAsync(new LoadOptions { OnReject = RejectPolicy.Fail, RejectLimit = 3 }));
        await Assert.ThrowsAsync<ArgumentException>(() => database.Client.FinalizeLoadAsync(1, new FinalizeOptions { OnReject = RejectPolicy.Fail, RejectLimit = 3 }));
        await Assert.ThrowsAsync<ArgumentException>(
            () => database.Client.BeginLoadAsync(new LoadOptions { TermsAreResolved = true }));
    }

    [Fact]
    public async Task Rejects_may_be_skipped_within_a_limit()
    {
        await using var database = await TestDatabase.CreateAsync();
        var options = new LoadOptions { OnReject = RejectPolicy.Skip, RejectLimit = 1 };
        await using var session = await database.Client.BeginLoadAsync(options);
        await session.StageAsync(SampleRows.Terms.ToAsyncEnumerable());
        await session.StageAsync(new CommentRow[] { new() { FileId = 5, Text = "of no file" } }.ToAsyncEnumerable());
        var report = await session.FinalizeAsync();
        Assert.Equal(1, report.Tables.Single(t => t.Table == IndexTable.Comments).Rejected);
        Assert.Equal(2, report.Tables.Single(t => t.Table == IndexTable.Terms).Inserted);
    }

    [Fact]
    public async Task A_session_that_was_not_finalized_abandons_its_load()
    {
        await using var database = await TestDatabase.CreateAsync();
        int loadId;
        await using (var session = await database.Client.BeginLoadAsync())
        {
            loadId = session.LoadId;
            await SampleRows.StageAsync(session);
        }
        await IsAbandonedAsync(database, loadId);
    }

    [Fact]
    public async Task Cancelling_while_rows_are_staged_leaves_an_abandoned_load()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var cancellation = new CancellationTokenSource();
        var session = await database.Client.BeginLoadAsync(new LoadOptions { ChunkBytes = 1000 });
        await using (session)
        {
            var staging = session.StageAsync(Endless(cancelAfter: 20_000, cancellation), cancellation.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => staging);
        }
        await IsAbandonedAsync(database, session.LoadId);
    }

    [Fact]
    public async Task Cancelling_finalize_leaves_an_abandoned_load()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var cancellation = new CancellationTokenSource();
        var session = await database.Client.BeginLoadAsync(new LoadOptions { Progress = new OnPhase(cancellation.Cancel) });
        await using (session)
        {
            await SampleRows.StageAsync(session);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.FinalizeAsync(cancellation.Token));
        }
        await IsAbandonedAsync(database, session.LoadId);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.packages"));
    }

    [Fact]
    public async Task Staging_that_differs_from_what_was_streamed_is_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        await session.StageAsync(SampleRows.Terms.ToAsyncEnumerable());
        await database.ExecuteAsync($"INSERT INTO exograph_load_{session.LoadId}.staged_terms (id, term) VALUES (7, 'by hand')");
        var error = await Assert.ThrowsAsync<LoadException>(() => session.FinalizeAsync());
        Assert.Equal("XG005", error.SqlState);
    }

    [Fact]
    public async Task A_backend_killed_during_finalize_is_asked_again_and_nothing_is_loaded_twice()
    {
        await using var database = await TestDatabase.CreateAsync();
        var kills = 0;
        var options = new LoadOptions
        {
            Progress = new OnPhase(() =>
            {
                if (Interlocked.Increment(ref kills) <= 2)
                    KillFinalize(database);
            }),
            RetryDelays = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(50), 8)],
        };
        await using var session = await database.Client.BeginLoadAsync(options);
        await SampleRows.StageAsync(session);
        var report = await session.FinalizeAsync();
        Assert.Equal(LoadState.Finalized, report.State);
        Assert.True(kills > 2, "the first two attempts were to be killed");
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.comments"));
    }

    [Fact]
    public async Task A_server_that_stays_away_ends_the_attempts()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = database.Settings;
        settings.Host = "127.0.0.1";
        settings.Port = 1;
        await using var nowhere = NpgsqlDataSource.Create(settings.ConnectionString);
        var error = await Assert.ThrowsAsync<ConnectionException>(
            () => new ExographClient(nowhere).FinalizeLoadAsync(1, new FinalizeOptions { RetryDelays = [TimeSpan.Zero, TimeSpan.Zero] }));
        Assert.True(error.IsTransient);
    }

    [Theory]
    [InlineData("SELECT 1", "XG001")]
    [InlineData("CALL exograph.abandon_load({0})", "XG002")]
    public async Task A_load_that_is_not_there_or_not_open_is_refused(string before, string expected)
    {
        await using var database = await TestDatabase.CreateAsync();
        var loadId = expected == "XG001" ? 77 : 1;
        if (expected == "XG002")
            Assert.Equal(1, await database.ScalarAsync<int>("SELECT exograph.begin_load('x')"));
        await database.ExecuteAsync(string.Format(null, before, loadId));
        var error = await Assert.ThrowsAsync<LoadException>(() => database.Client.FinalizeLoadAsync(loadId));
        Assert.Equal((expected, loadId), (error.SqlState, error.LoadId));
    }

    [Fact]
    public async Task A_database_without_exograph_is_refused_with_a_hint()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var error = await Assert.ThrowsAsync<LoadException>(() => database.Client.BeginLoadAsync());
        Assert.Contains("exograph-load migrate", error.Hint);
    }

    [Fact]
    public async Task Progress_tells_rows_and_phases()
    {
        await using var database = await TestDatabase.CreateAsync();
        var seen = new Collected();
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { Progress = seen });
        await session.StageAsync(SampleRows.Terms.ToAsyncEnumerable());
        await session.FinalizeAsync();
        Assert.Contains(seen.Reports, p => p is { Table: IndexTable.Terms, RowsStaged: 2, Notice: null });
        Assert.Contains(seen.Reports, p => p.Notice?.Contains("merge terms") == true && p.LoadId == session.LoadId);
    }

    private static async Task IsAbandonedAsync(TestDatabase database, int loadId)
    {
        var states = await database.ColumnAsync<string>($"SELECT state FROM exograph.loads WHERE load_id = {loadId}");
        Assert.Equal(["abandoned"], states);
        Assert.True(await database.ScalarAsync<bool>($"SELECT to_regnamespace('exograph_load_{loadId}') IS NULL"));
    }

    private static void KillFinalize(TestDatabase database)
    {
        using var connection = database.DataSource.OpenConnection();
        using var command = new NpgsqlCommand("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'CALL exograph.finalize_load%'
            """, connection);
        command.ExecuteNonQuery();
    }

    private static async IAsyncEnumerable<TermRow> Paused(Task more)
    {
        yield return SampleRows.Terms[0];
        await more;
        yield return SampleRows.Terms[1];
    }

    private static async IAsyncEnumerable<TermRow> Endless(int cancelAfter, CancellationTokenSource cancellation)
    {
        for (var i = 1; ; i++)
        {
            yield return new TermRow { Id = i, Term = "t" };
            if (i == cancelAfter)
                await cancellation.CancelAsync();
        }
    }

    private sealed class OnPhase(Action act) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value)
        {
            if (value.Notice is not null)
                act();
        }
    }

    private sealed class Collected : IProgress<LoadProgress>
    {
        private readonly List<LoadProgress> _reports = [];

        public List<LoadProgress> Reports
        {
            get
            {
                lock (_reports)
                    return [.. _reports];
            }
        }

        public void Report(LoadProgress value)
        {
            lock (_reports)
                _reports.Add(value);
        }
    }
}

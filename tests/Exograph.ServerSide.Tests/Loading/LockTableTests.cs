using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>A server whose table of locks others have filled but for a few.</summary>
public sealed class LockTableTests(LockTableTests.SmallServer server) : IClassFixture<LockTableTests.SmallServer>
{
    private const string Partitions = "exograph.fact_partitions WHERE table_name = 'definitions' AND first_load > 0";

    [Theory]
    [InlineData(-80, 11, "load 11: partitions of old loads are not merged: out of shared memory")] // more than that a load takes to drop its staging, after merging
    [InlineData(400, 10, null)]
    public async Task A_load_does_not_fail_where_merging_finds_too_few_locks(int room, int partitions, string? warning)
    {
        var database = await server.CreateDatabaseAsync();
        await using var session = await server.OpenAsync(database);
        await using var others = await server.OpenAsync(database);
        for (var n = 1; n <= 10; n++)
            await LoadAsync(session, n);
        var load = await StageAsync(session, 11);
        await session.ExecuteAsync($"BEGIN; {load.FinalizeSql("partition_threshold => 0")}");
        var locks = await session.CountAsync("pg_locks WHERE pid = pg_backend_pid()");
        await session.ExecuteAsync("ROLLBACK");
        session.Notices.Clear();
        await TakeLocksAsync(others, but: locks + room);

        await load.FinalizeAsync("partition_threshold => 0, most_partitions => 4");

        Assert.Equal(partitions, await session.CountAsync(Partitions));
        Assert.Equal(warning, session.Notices.SingleOrDefault(notice => notice.Severity == "WARNING")?.MessageText);
        await others.ExecuteAsync("SELECT pg_advisory_unlock_all()");
        await (await StageAsync(session, 12)).FinalizeAsync("partition_threshold => 0, most_partitions => 4");
        Assert.InRange(await session.CountAsync(Partitions), 2, 4);
        Assert.Equal(24, await session.CountAsync("exograph.definitions"));
        Assert.Empty(await session.RowsAsync("SELECT * FROM exograph.check_index()"));
    }

    [Theory]
    [InlineData("undo_load", "CALL exograph.undo_load(3)", "exograph.merge_partitions() makes them fewer")]
    [InlineData("delete_package", "SELECT exograph.delete_package('hex', 'alpha3')", "exograph.merge_partitions() makes them fewer")]
    [InlineData("delete_package_version", "SELECT exograph.delete_package_version('hex', 'alpha3', '1.0')",
        "exograph.merge_partitions() makes them fewer")]
    [InlineData("sweep_terms", "SELECT exograph.sweep_terms()", "exograph.merge_partitions() makes them fewer")]
    [InlineData("merge_partitions", "SELECT exograph.merge_partitions(0)", "those of others are free when their transactions end")]
    [InlineData("DELETE FROM exograph.files", "DELETE FROM exograph.files", "exograph.merge_partitions() makes them fewer")]
    [InlineData("check_index", "SELECT exograph.check_index()", "exograph.merge_partitions() makes them fewer")]
    public async Task Who_finds_too_few_locks_is_told_what_to_do_and_nothing_is_changed(string what, string sql, string remedy)
    {
        var database = await server.CreateDatabaseAsync();
        await using var session = await server.OpenAsync(database);
        await using var others = await server.OpenAsync(database);
        for (var n = 1; n <= 3; n++)
            await LoadAsync(session, n);
        await session.ExecuteAsync("INSERT INTO exograph.terms (term) VALUES ('unused')");
        var before = await session.IndexAsync();
        await TakeLocksAsync(others, but: what == "sweep_terms" ? 10 : 30);

        var error = await session.FailsAsync("53200", sql);

        Assert.Equal($"{what}: out of shared memory", error.MessageText);
        Assert.Contains(remedy, error.Hint, StringComparison.Ordinal);
        await others.ExecuteAsync("SELECT pg_advisory_unlock_all()");
        await using var again = await server.OpenAsync(database); // the client closes a session that had this error
        Assert.Equal(before, await again.IndexAsync());
        await again.ExecuteAsync(sql);
        var after = await again.IndexAsync();
        Assert.Equal(what is "merge_partitions" or "check_index", before.SequenceEqual(after));
    }

    [Fact]
    public async Task A_load_that_replaces_and_finds_too_few_locks_stays_open_and_tells_what_to_do()
    {
        var database = await server.CreateDatabaseAsync();
        await using var session = await server.OpenAsync(database);
        await using var others = await server.OpenAsync(database);
        for (var n = 1; n <= 40; n++)
            await LoadAsync(session, n);
        var load = await StageAsync(session, 40);
        await session.ExecuteAsync($"BEGIN; {(await StageAsync(session, 41)).FinalizeSql()}"); // looks into no partition
        var locks = await session.CountAsync("pg_locks WHERE pid = pg_backend_pid()");
        await session.ExecuteAsync("ROLLBACK");
        var before = await session.IndexAsync();
        await TakeLocksAsync(others, but: locks);

        var error = await session.FailsAsync("53200", load.FinalizeSql("mode => 'replace'"));

        Assert.Equal($"load {load.Id}: replace: out of shared memory", error.MessageText);
        Assert.Contains("exograph.merge_partitions() makes them fewer", error.Hint, StringComparison.Ordinal);
        await others.ExecuteAsync("SELECT pg_advisory_unlock_all()");
        await using var again = await server.OpenAsync(database); // the client closes a session that had this error
        Assert.Equal(before, await again.IndexAsync());
        await again.ExecuteAsync(load.FinalizeSql("mode => 'replace'"));
        Assert.Empty(await again.RowsAsync("SELECT * FROM exograph.check_index()"));
    }

    private static async Task LoadAsync(Session session, int number) =>
        await (await StageAsync(session, number)).FinalizeAsync("partition_threshold => 0");

    /// <summary>A load with a row of each fact table, other ones for each number.</summary>
    private static async Task<Load> StageAsync(Session session, int number)
    {
        var load = await Sample.BeginAsync(session);
        await session.ExecuteAsync($"UPDATE {load.Staged("packages")} SET name = name || {number}");
        return load;
    }

    /// <summary>Takes all locks that the server has room for, but so many.</summary>
    private static Task TakeLocksAsync(Session session, long but) => session.ExecuteAsync(
        $"""
        DO $$ BEGIN
            FOR n IN 1 .. 1000000 LOOP
                PERFORM pg_advisory_lock(n);
            END LOOP;
        EXCEPTION WHEN out_of_memory THEN
            NULL;
        END $$;
        SELECT pg_advisory_unlock(n) FROM generate_series(1, {but}) n;
        """);

    /// <summary>A server with room for some 4,000 locks and some.</summary>
    public sealed class SmallServer : CrashTests.Victim
    {
        private protected override Dictionary<string, string> ServerSettings => new() { ["max_connections"] = "40" };
    }
}

using System.Diagnostics;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Backends that are killed while they take a load out, at each table that they work on.</summary>
public sealed class UndoCrashTests(CrashTests.Victim victim) : IClassFixture<CrashTests.Victim>
{
    [Theory]
    [InlineData("gate")]
    [InlineData("comments_shared")]
    [InlineData("graph_nodes")]
    [InlineData("fragments")]
    [InlineData("terms")]
    [InlineData("files")]
    [InlineData("packages")]
    [InlineData("file_paths")]
    [InlineData("complete_facts")]
    [InlineData("load_dependencies")]
    [InlineData("loads")]
    public async Task A_backend_killed_at_a_table_leaves_the_load_as_it_was(string table)
    {
        var database = await victim.CreateDatabaseAsync();
        string[] before;
        await using (var session = await victim.OpenAsync(database))
        await using (var holder = await victim.OpenAsync(database))
        {
            await session.ExecuteAsync(
                $"""
                CREATE FUNCTION exograph.stop() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
                CREATE TRIGGER stop BEFORE DELETE OR UPDATE ON exograph.{table} FOR EACH STATEMENT EXECUTE FUNCTION exograph.stop();
                """);
            await (await Sample.BeginAsync(session, "partition_threshold => 2, complete => '{definitions}'")).FinalizeAsync();
            before = await session.IndexAsync();
            await holder.ExecuteAsync("BEGIN; SELECT pg_advisory_xact_lock(1)");

            var undoing = session.ExecuteAsync("CALL exograph.undo_load(1)");
            await holder.UntilBlockedAsync(session);
            using (var backend = Process.GetProcessById(session.ProcessId))
                backend.Kill();
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => undoing);
            await CrashTests.UntilEndedAsync(holder); // it takes all others with it
        }

        await using var again = await victim.ReopenAsync(database);
        Assert.Equal(before, await again.IndexAsync());
        Assert.Equal(["finalized"], await again.RowsAsync("SELECT state FROM exograph.loads"));
        await again.ExecuteAsync("DROP FUNCTION exograph.stop() CASCADE; CALL exograph.undo_load(1)");
        Assert.Empty(await again.IndexAsync());
        Assert.Equal(["undone"], await again.RowsAsync("SELECT state FROM exograph.loads"));
    }

    [Fact]
    public async Task A_backend_killed_while_it_waits_for_readers_leaves_the_load_as_it_was()
    {
        var database = await victim.CreateDatabaseAsync();
        string[] before;
        await using (var session = await victim.OpenAsync(database))
        await using (var reader = await victim.OpenAsync(database))
        {
            await (await Sample.BeginAsync(session, "partition_threshold => 0")).FinalizeAsync();
            before = await session.IndexAsync();
            await reader.ExecuteAsync("BEGIN; SELECT FROM exograph.call_edges_load_1");

            var undoing = session.ExecuteAsync("CALL exograph.undo_load(1)");
            await reader.UntilBlockedAsync(session);
            using (var backend = Process.GetProcessById(session.ProcessId))
                backend.Kill();
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => undoing);
            await CrashTests.UntilEndedAsync(reader);
        }

        await using var again = await victim.ReopenAsync(database);
        Assert.Equal(before, await again.IndexAsync());
        await again.ExecuteAsync("CALL exograph.undo_load(1)");
        Assert.Empty(await again.IndexAsync());
    }
}

using System.Diagnostics;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>A backend that dies while it replaces, deletes or merges, which takes all others with it.</summary>
public sealed class RemovalCrashTests(CrashTests.Victim victim) : IClassFixture<CrashTests.Victim>
{
    private const string Replace = "mode => 'replace'";
    private const string MergeAll = "SELECT * FROM exograph.merge_partitions(0)";
    private const string Partitions = "SELECT partition_name FROM exograph.fact_partitions ORDER BY 1";
    private const string Leftovers =
        "pg_class WHERE relnamespace = 'exograph_private'::regnamespace AND relname ~ '^(gone|replaced)_'";

    [Theory]
    [InlineData("close gate")]
    [InlineData("replace")]
    [InlineData("replace comments")]
    [InlineData("replace definitions")]
    [InlineData("replace symbol_references")]
    [InlineData("replace call_edges")]
    [InlineData("replace fragments")]
    [InlineData("replace fragment_terms")]
    [InlineData("merge fragments")]
    [InlineData("replace graph_nodes")]
    [InlineData("merge graph_nodes")]
    [InlineData("attach definitions")]
    [InlineData("note dependencies")]
    [InlineData("finish")]
    public async Task A_load_that_is_killed_while_it_replaces_leaves_what_there_was(string phase)
    {
        var database = await victim.CreateDatabaseAsync();
        string[] before;
        int id;
        await using (var session = await victim.OpenAsync(database))
        await using (var holder = await victim.OpenAsync(database))
        {
            await (await Sample.BeginAsync(session, "partition_threshold => 0")).FinalizeAsync();
            await ChangeAsync(session);
            before = await session.IndexAsync();
            await PhaseStop.InstallAsync(session);
            var load = await Sample.BeginAsync(session, "partition_threshold => 0");
            id = load.Id;
            await PhaseStop.HoldAsync(holder, phase);
            await KillAsync(session, holder, load.FinalizeAsync(Replace));
        }

        await using var again = await victim.ReopenAsync(database);
        Assert.Equal(before, await again.IndexAsync());
        Assert.Equal(0, await again.CountAsync(Leftovers));
        Assert.Equal(0, await again.CountAsync($"exograph.load_dependencies WHERE {id} IN (load_id, depends_on)"));
        await again.ExecuteAsync($"CALL exograph.abandon_load({id}); UPDATE public.stop SET at_phase = ''");
        await (await Sample.BeginAsync(again)).FinalizeAsync(Replace);
        Assert.Equal(0, await again.CountAsync("exograph.definitions WHERE name = 'old'"));
        Assert.Equal(2, await again.CountAsync("exograph.definitions"));
        Assert.Empty(await again.RowsAsync("SELECT * FROM exograph.check_index()"));
    }

    [Theory]
    [InlineData("complete_facts")]
    [InlineData("comments")]
    [InlineData("symbol_references")]
    [InlineData("call_edges")]
    [InlineData("fragment_term_sets")]
    [InlineData("graph_nodes")]
    [InlineData("fragments")]
    [InlineData("file_paths")]
    [InlineData("files")]
    [InlineData("package_versions")]
    [InlineData("packages")]
    public async Task A_deletion_that_is_killed_leaves_what_there_was(string table)
    {
        var database = await victim.CreateDatabaseAsync();
        string[] before;
        await using (var session = await victim.OpenAsync(database))
        await using (var holder = await victim.OpenAsync(database))
        {
            await (await Sample.BeginAsync(session, "partition_threshold => 0, complete => exograph.complete_tables()")).FinalizeAsync();
            before = await session.IndexAsync();
            await session.ExecuteAsync(
                $"""
                CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
                CREATE TRIGGER stop BEFORE DELETE ON exograph.{table} FOR EACH STATEMENT EXECUTE FUNCTION public.stop();
                """);
            await holder.ExecuteAsync("BEGIN; SELECT pg_advisory_xact_lock(1)");
            await KillAsync(session, holder, session.ExecuteAsync("SELECT * FROM exograph.delete_package('hex', 'alpha')"));
        }

        await using var again = await victim.ReopenAsync(database);
        Assert.Equal(before, await again.IndexAsync());
        Assert.Equal(0, await again.CountAsync(Leftovers));
        Assert.NotEmpty(await again.RowsAsync("SELECT * FROM exograph.delete_package('hex', 'alpha')"));
        Assert.Equal(["beta"], await again.RowsAsync("SELECT name FROM exograph.packages"));
        Assert.Equal(0, await again.CountAsync("exograph.fragment_terms"));
        Assert.Empty(await again.RowsAsync("SELECT * FROM exograph.check_index()"));
    }

    [Fact]
    public async Task A_sweep_that_is_killed_leaves_what_there_was()
    {
        var database = await victim.CreateDatabaseAsync();
        await using (var session = await victim.OpenAsync(database))
        await using (var holder = await victim.OpenAsync(database))
        {
            await session.ExecuteAsync(
                """
                INSERT INTO exograph.terms (term) VALUES ('unused');
                CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
                CREATE TRIGGER stop AFTER DELETE ON exograph.terms FOR EACH STATEMENT EXECUTE FUNCTION public.stop();
                """);
            await holder.ExecuteAsync("BEGIN; SELECT pg_advisory_xact_lock(1)");
            await KillAsync(session, holder, session.ExecuteAsync("SELECT * FROM exograph.sweep_terms()"));
        }

        await using var again = await victim.ReopenAsync(database);
        Assert.Equal(1, await again.CountAsync("exograph.terms"));
        Assert.Equal(["terms|1"], await again.RowsAsync("SELECT * FROM exograph.sweep_terms()"));
    }

    [Theory]
    [InlineData("CREATE TABLE", 1)] // of the first table
    [InlineData("CREATE INDEX", 2)]
    [InlineData("ALTER TABLE", 1)] // its keys
    [InlineData("CREATE TABLE", 5)] // of the last
    [InlineData("CREATE INDEX", 14)]
    [InlineData("DROP TABLE", 1)]
    [InlineData("ALTER TABLE", 6)] // ATTACH
    [InlineData("ALTER TABLE", 7)] // DROP CONSTRAINT
    [InlineData("DROP TABLE", 5)]
    [InlineData("ALTER TABLE", 15)]
    public async Task A_merge_that_is_killed_leaves_what_there_was(string command, int which)
    {
        var database = await victim.CreateDatabaseAsync();
        string[] before, partitions;
        await using (var session = await victim.OpenAsync(database))
        await using (var holder = await victim.OpenAsync(database))
        {
            await LoadTwiceAsync(session);
            before = await session.IndexAsync();
            partitions = await session.RowsAsync(Partitions);
            await session.ExecuteAsync(
                $"""
                CREATE SEQUENCE public.commands;
                GRANT USAGE ON SEQUENCE public.commands TO PUBLIC;
                CREATE FUNCTION public.stop() RETURNS event_trigger LANGUAGE plpgsql AS
                    'BEGIN
                         IF nextval(''public.commands'') = {which} THEN
                             PERFORM pg_advisory_xact_lock(1);
                         END IF;
                     END';
                CREATE EVENT TRIGGER stop ON ddl_command_start WHEN TAG IN ('{command}') EXECUTE FUNCTION public.stop();
                """);
            await holder.ExecuteAsync("BEGIN; SELECT pg_advisory_xact_lock(1)");
            await KillAsync(session, holder, session.ExecuteAsync(MergeAll));
        }

        await using var again = await victim.ReopenAsync(database);
        await again.ExecuteAsync("DROP EVENT TRIGGER stop");
        await MergesAfterAllAsync(again, before, partitions);
    }

    [Theory]
    [InlineData("LOCK TABLE exograph.gate IN SHARE ROW EXCLUSIVE MODE")]
    [InlineData("SELECT FROM exograph.definitions")]
    public async Task A_merge_that_is_killed_while_it_waits_leaves_what_there_was(string work)
    {
        var database = await victim.CreateDatabaseAsync();
        string[] before, partitions;
        await using (var session = await victim.OpenAsync(database))
        await using (var holder = await victim.OpenAsync(database))
        {
            await LoadTwiceAsync(session);
            before = await session.IndexAsync();
            partitions = await session.RowsAsync(Partitions);
            await holder.ExecuteAsync($"BEGIN; {work}");
            await KillAsync(session, holder, session.ExecuteAsync(MergeAll));
        }

        await using var again = await victim.ReopenAsync(database);
        await MergesAfterAllAsync(again, before, partitions);
    }

    private static async Task LoadTwiceAsync(Session session)
    {
        for (var n = 0; n < 2; n++)
        {
            var load = await Sample.BeginAsync(session);
            await session.ExecuteAsync($"UPDATE {load.Staged("packages")} SET name = name || {n}");
            await load.FinalizeAsync("partition_threshold => 0");
        }
    }

    private static async Task MergesAfterAllAsync(Session session, string[] before, string[] partitions)
    {
        Assert.Equal(before, await session.IndexAsync());
        Assert.Equal(partitions, await session.RowsAsync(Partitions));
        Assert.Empty(await session.RowsAsync(
            "SELECT relname FROM pg_class WHERE relname LIKE '%\\_to\\_%' AND relnamespace = 'exograph'::regnamespace"));
        Assert.Equal(5, (await session.RowsAsync(MergeAll)).Length);
        Assert.Equal(before, await session.IndexAsync());
        Assert.Empty(await session.RowsAsync("SELECT * FROM exograph.check_index()"));
    }

    /// <summary>Makes the rows of the sample older than a load of the sample.</summary>
    private static Task ChangeAsync(Session session) => session.ExecuteAsync(
        "UPDATE exograph.definitions SET name = 'old'; UPDATE exograph.fragments SET mass = 0; UPDATE exograph.graph_nodes SET name = 'old'");

    private static async Task KillAsync(Session session, Session holder, Task work)
    {
        await holder.UntilBlockedAsync(session);
        using (var backend = Process.GetProcessById(session.ProcessId))
            backend.Kill();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => work);
        await CrashTests.UntilEndedAsync(holder);
    }
}

using System.Diagnostics;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>A backend that dies while it replaces or deletes, which takes all others with it.</summary>
public sealed class RemovalCrashTests(CrashTests.Victim victim) : IClassFixture<CrashTests.Victim>
{
    private const string Replace = "mode => 'replace'";
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

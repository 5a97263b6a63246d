using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>Words of the server that are values of enumerations here.</summary>
public sealed class ServerWordTests
{
    [Fact]
    public async Task Every_path_state_and_phase_of_the_server_has_its_value()
    {
        await using var database = await TestDatabase.CreateAsync();

        Assert.Equal(ValuesOf<LoadPath>(), await CheckedAsync("path_is_known"));
        Assert.Equal(ValuesOf<LoadState>(), await CheckedAsync("state_is_known"));
        var phases = await database.ColumnAsync<string>(
            """
            SELECT DISTINCT replace(m[1], ' ', '_') COLLATE "C"
            FROM pg_proc p, regexp_matches(p.prosrc, 'start_phase\([^,]+, ''([a-z ]+)''', 'g') m
            WHERE p.pronamespace = 'exograph_private'::regnamespace ORDER BY 1
            """);
        Assert.Equal(ValuesOf<LoadPhase>().Where(p => p != "check"), phases);
        Assert.Equal(phases, await database.ColumnAsync<string>(
            "SELECT DISTINCT replace(n, ' ', '_') COLLATE \"C\" FROM unnest(exograph_private.phase_names()) n ORDER BY 1"));
        Assert.Equal(ValuesOf<AttemptOutcome>().Append("unknown"), await CheckedAsync("outcome_is_known"));

        Task<List<string>> CheckedAsync(string constraint) => database.ColumnAsync<string>(
            $"""
            SELECT m[1] COLLATE "C"
            FROM pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''', 'g') m
            WHERE c.conname = '{constraint}' AND c.connamespace = 'exograph'::regnamespace ORDER BY 1
            """);

        static IEnumerable<string> ValuesOf<TEnum>() where TEnum : struct, Enum =>
            Enum.GetValues<TEnum>().Select(Names<TEnum>.Of).Where(n => n != "unknown").Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_only_a_newer_database_says_is_reported_as_unknown_and_of_a_table_an_error_with_a_remedy()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        await session.StageAsync(SampleRows.Terms);
        await session.FinalizeAsync();
        await database.ExecuteAsync(
            """
            ALTER TABLE exograph.load_tables DROP CONSTRAINT path_is_known;
            UPDATE exograph.load_tables SET path = 'beamed' WHERE table_name = 'terms';
            UPDATE exograph.load_phases SET phase = 'ponder' WHERE phase = 'merge' AND table_name = 'terms';
            """);

        var report = await database.Client.GetLoadAsync(session.LoadId);

        Assert.Equal(LoadPath.Unknown, report.Tables.Single(t => t.Table == IndexTable.Terms).Path);
        Assert.Contains(report.Phases, p => p is { Phase: LoadPhase.Unknown, Table: IndexTable.Terms });

        await database.ExecuteAsync("UPDATE exograph.load_tables SET table_name = 'gadgets' WHERE table_name = 'terms'");
        var error = await Assert.ThrowsAsync<LoadException>(() => database.Client.GetLoadAsync(session.LoadId));
        Assert.Equal("'gadgets' is no IndexTable that this library knows", error.Message);
        Assert.StartsWith("Use a driver at least as new", error.Hint, StringComparison.Ordinal);
    }
}

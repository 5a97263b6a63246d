using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// Everything that is done to an index, in random order, against the model: a class for each kind, as classes run side by side.
/// </summary>
public sealed class SequenceTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public Task After_every_step_the_index_equals_the_model() =>
        new Sequences(migrated.Database.DataSource).HoldAsync(percent: 35, seed: 20_000_000);
}

public sealed class MoreSequenceTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public Task After_every_step_the_index_equals_the_model() =>
        new Sequences(migrated.Database.DataSource).HoldAsync(percent: 35, seed: 30_000_000);
}

public sealed class StoppedSequenceTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public async Task A_step_that_does_not_come_to_its_end_has_happened_or_not()
    {
        await CrashPoint.InstallAsync(migrated.Database.DataSource);
        await new Sequences(migrated.Database.DataSource)
        {
            CrashPercent = 40,
            Crashes = [CrashKind.Cancel, CrashKind.Cancel, CrashKind.Terminate],
        }.HoldAsync(percent: 28, seed: 40_000_000);
    }
}

/// <summary>On a server of its own, which is killed.</summary>
public sealed class KilledSequenceTests(CrashTests.Victim victim) : IClassFixture<CrashTests.Victim>
{
    [Theory]
    [InlineData(true, 50_000_000)]
    [InlineData(false, 60_000_000)]
    public async Task A_step_during_which_the_server_dies_has_happened_or_not(bool stopsOnIndex, int seed)
    {
        await using var dataSource = await victim.CreateDataSourceAsync();
        await CrashPoint.InstallAsync(dataSource, stopsOnIndex);
        await new Sequences(dataSource)
        {
            CrashPercent = 40,
            Crashes = [CrashKind.Kill],
            Restart = async () =>
            {
                // A new segment has the log written out. A server does not start where its log tells of the beginning of an
                // unlogged table and not that the transaction failed, which has half removed the table's file ("File exists").
                await using (var flush = dataSource.CreateCommand("SELECT pg_switch_wal()"))
                    await flush.ExecuteNonQueryAsync();
                await victim.Server.KillAsync();
                await victim.Server.RestartAsync();
            },
        }.HoldAsync(percent: 1, seed);
    }
}

/// <summary>The oracle itself: an index that is spoilt behind the back of every call is told from the model's.</summary>
public sealed class SequenceOracleTests
{
    private const int MostSequences = 60;

    [Theory]
    [InlineData("INSERT", "load_dependencies", "NULL")]
    [InlineData("DELETE", "terms", "NULL")]
    [InlineData("DELETE", "comments", "NULL")]
    [InlineData("DELETE", "call_edges", "NULL")]
    [InlineData("UPDATE", "fragments", "OLD")]
    [InlineData("INSERT", "file_paths", "NULL")]
    [InlineData("DELETE", "definitions", "NULL")]
    [InlineData("DELETE", "symbol_references", "NULL")]
    [InlineData("INSERT", "complete_facts", "NULL")]
    [InlineData("UPDATE", "complete_facts", "OLD")]
    public Task A_statement_that_does_nothing_is_seen(string statement, string table, string instead) =>
        SeenAsync(statement, table, $"RETURN CASE current_user WHEN 'exograph_owner' THEN {instead} ELSE coalesce(NEW, OLD) END;");

    /// <summary>Other notes of the same two loads are there. Sequences that lean on one table alone are rare: the seed is that of one.</summary>
    [Theory]
    [InlineData("packages", 70_000_002)]
    [InlineData("package_versions", 70_000_002)]
    [InlineData("files", 70_000_002)]
    [InlineData("file_paths", 70_000_019)]
    [InlineData("fragments", 70_000_002)]
    [InlineData("graph_nodes", 70_000_002)]
    [InlineData("comments", 70_000_021)]
    [InlineData("definitions", 70_000_021)]
    [InlineData("symbol_references", 70_000_021)]
    [InlineData("call_edges", 70_000_021)]
    [InlineData("fragment_terms", 70_000_021)]
    public Task A_note_of_a_dependency_that_is_left_out_is_seen(string table, int seed) =>
        SeenAsync("INSERT", "load_dependencies", $"RETURN CASE WHEN NEW.table_name <> '{table}' THEN NEW END;", seed);

    [Theory]
    [InlineData("files", "packages")]
    [InlineData("fragments", "graph_nodes")]
    public Task A_note_of_a_dependency_that_has_no_reason_is_seen(string table, string instead) => SeenAsync(
        "INSERT", "load_dependencies",
        $"""
        IF NEW.table_name = '{table}' AND pg_trigger_depth() = 1 THEN
            INSERT INTO exograph.load_dependencies VALUES (NEW.load_id, NEW.depends_on, '{instead}', NEW.row_count);
        END IF;
        RETURN NEW;
        """);

    private static async Task SeenAsync(string statement, string table, string spoil, int seed = 70_000_000)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            $"""
            CREATE FUNCTION public.spoil() RETURNS trigger LANGUAGE plpgsql AS {Sql.Literal($"BEGIN {spoil} END")};
            CREATE TRIGGER spoil BEFORE {statement} ON exograph.{table} FOR EACH ROW EXECUTE FUNCTION public.spoil();
            """);

        var failure = await new Sequences(database.DataSource).FindFailureAsync(seed, MostSequences);

        Assert.NotNull(failure);
    }
}

using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>A driver and a schema that are not of one version.</summary>
public sealed class SchemaVersionTests
{
    [Fact]
    public async Task Without_a_schema_every_command_says_what_to_run()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var bundle = new BundleDirectory().AddBasics();
        foreach (var args in (string[][])
            [["load", bundle.Path], ["status"], ["status", "1"], ["check", "1"], ["finalize"], ["abandon", "1"], ["rebuild-indexes"]])
        {
            var run = await CliRun.RunAsync(database, args);
            Assert.Equal(ExitCode.Refused, run.ExitCode);
            Assert.Contains("Exograph is not installed in this database", run.Error, StringComparison.Ordinal);
            Assert.Contains("hint: Run exograph-load migrate.", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_driver_newer_than_the_schema_says_what_to_run()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            DROP FUNCTION exograph.begin_load;
            CREATE FUNCTION exograph.begin_load(label text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
            DELETE FROM exograph.schemaversions WHERE scriptname = (SELECT max(scriptname) FROM exograph.schemaversions);
            """);

        var error = await Assert.ThrowsAsync<LoadException>(() => database.Client.BeginLoadAsync());

        Assert.StartsWith("the database is older than this driver: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(("42883", "Run exograph-load migrate."), (error.SqlState, error.Hint));
    }

    [Fact]
    public async Task A_driver_older_than_the_schema_says_so()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            "DROP VIEW exograph.open_loads, exograph.load_report; ALTER TABLE exograph.loads RENAME COLUMN started_by TO begun_by; "
            + "INSERT INTO exograph.schemaversions (scriptname, applied) VALUES ('9999_future.sql', now())");

        var error = await Assert.ThrowsAsync<LoadException>(() => database.Client.ListLoadsAsync());

        Assert.StartsWith(
            "the database is newer than this driver, which does not know 9999_future.sql: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            ("42703", "Use a driver at least as new as the one that migrated the database."), (error.SqlState, error.Hint));
    }

    [Fact]
    public async Task Functions_of_another_version_are_told_from_a_fault_in_the_database()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("DROP FUNCTION exograph.seal_load");
        await using var session = await database.Client.BeginLoadAsync();

        var error = await Assert.ThrowsAsync<LoadException>(() => session.SealAsync());
        Assert.StartsWith("function exograph.seal_load", error.Message, StringComparison.Ordinal);

        await database.ExecuteAsync("UPDATE exograph.code_versions SET sha256 = 'another' WHERE name ~ 'seal_load'");
        error = await Assert.ThrowsAsync<LoadException>(() => session.SealAsync());
        Assert.StartsWith("the functions in the database are not those of this driver: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_default_is_named()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync($"ALTER DATABASE {database.Settings.Database} SET default_transaction_read_only = on");
        using var bundle = new BundleDirectory().AddBasics();

        var run = await CliRun.RunAsync(database, ["load", bundle.Path]);

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("Options=-c default_transaction_read_only=off", run.Error, StringComparison.Ordinal);
        run = await CliRun.RunAsync(null, ["load", bundle.Path, "--connection",
            database.ConnectionString + ";Options=-c default_transaction_read_only=off"]);
        Assert.Equal(ExitCode.Ok, run.ExitCode);
    }

    [Fact]
    public async Task By_hand_a_default_above_read_committed_is_named_with_what_to_say()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("SELECT exograph.begin_load('by hand')");
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var set = new Npgsql.NpgsqlCommand("SET default_transaction_isolation = 'repeatable read'", connection);
        await set.ExecuteNonQueryAsync();
        await using var call = new Npgsql.NpgsqlCommand("CALL exograph.finalize_load(1)", connection);

        var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => call.ExecuteNonQueryAsync());

        Assert.Equal("XG007", error.SqlState);
        Assert.Contains("SET default_transaction_isolation = 'read committed'", error.Hint, StringComparison.Ordinal);
        await using var begin = new Npgsql.NpgsqlCommand(
            "BEGIN ISOLATION LEVEL READ COMMITTED; CALL exograph.finalize_load(1); COMMIT", connection);
        await begin.ExecuteNonQueryAsync();
    }
}

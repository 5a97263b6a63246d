using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>The counts that a producer states.</summary>
public sealed class SealTests : LoadingTest
{
    [Fact]
    public async Task A_load_that_holds_what_was_sealed_is_finalized()
    {
        var load = await Sample.BeginAsync(Db);
        var counts = string.Join(", ", Sample.Rows.Select(r => $"\"{r.Key}\": {r.Value}"));
        await SealAsync(load, $"{{{counts}}}");

        await load.FinalizeAsync();

        Assert.Equal("finalized", await load.StateAsync());
    }

    [Fact]
    public async Task A_load_that_holds_anything_else_is_refused_until_it_agrees()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'p')");
        await load.StageAsync("terms", "id, term", "(1, 'a'), (2, 'b')");
        await SealAsync(load, """{"packages": 2, "terms": 2, "files": 1}""");

        var error = await Db.FailsAsync("XG005", load.FinalizeSql("on_reject => 'skip'"));
        Assert.Equal($"load {load.Id}: the staging does not hold what was sealed", error.MessageText);
        Assert.Equal("packages: 1 staged, 2 sealed; files: 0 staged, 1 sealed", error.Detail);
        Assert.Equal("Stage what is missing or remove what is too much, or seal the true counts: "
            + $"SELECT exograph.seal_load({load.Id}, ...).", error.Hint);
        Assert.Equal(0, await Db.CountAsync("exograph.load_tables"));

        // What is left out has no rows.
        await SealAsync(load, """{"packages": 1}""");
        error = await Db.FailsAsync("XG005", load.FinalizeSql());
        Assert.Equal("terms: 2 staged, 0 sealed", error.Detail);

        await SealAsync(load, """{"packages": 1, "terms": 2}""");
        await load.FinalizeAsync();
        Assert.Equal(["""{"terms": 2, "packages": 1}"""], await Db.RowsAsync("SELECT manifest FROM exograph.loads"));
    }

    [Theory]
    [InlineData("DELETE FROM {0}.staged_terms WHERE term IS NULL")]
    [InlineData("TRUNCATE {0}.staged_terms")]
    [InlineData("UPDATE {0}.staged_terms SET term = 'c' WHERE term IS NULL; INSERT INTO {0}.staged_terms VALUES (4, 'd')")]
    public async Task A_sealed_load_that_was_rejected_is_mended_as_the_error_advises(string mending)
    {
        foreach (var look in new[] { "finalize", "check" })
        {
            var load = await Load.BeginAsync(Db);
            await load.StageAsync("terms", "id, term", "(1, 'a'), (2, 'b'), (3, NULL)");
            await SealAsync(load, """{"terms": 3}""");
            if (look == "check")
                Assert.Single(await load.CheckAsync());
            else
                await Db.FailsAsync("XG006", load.FinalizeSql());
            await Db.ExecuteAsync(string.Format(null, mending, load.Schema));

            await load.FinalizeAsync();

            Assert.Equal("finalized", await load.StateAsync());
        }
    }

    [Fact]
    public async Task Rows_that_never_arrived_are_missed_however_often_one_looks()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("terms", "id, term", "(1, 'a'), (2, NULL)");
        await SealAsync(load, """{"terms": 3}""");

        Assert.Single(await load.CheckAsync());
        await Db.FailsAsync("XG005", load.FinalizeSql());
        await Db.FailsAsync("XG005", load.FinalizeSql("on_reject => 'skip'"));
        await SealAsync(load, """{"terms": 2}""");
        await Db.FailsAsync("XG006", load.FinalizeSql());
        await SealAsync(load, """{"terms": 4}"""); // what is sealed anew is verified anew
        await Db.FailsAsync("XG005", load.FinalizeSql());
    }

    [Fact]
    public async Task Only_numbers_of_rows_of_staging_tables_can_be_sealed()
    {
        var load = await Load.BeginAsync(Db);
        var bad = new List<string>();
        foreach (var (counts, culprit) in new[]
        {
            ("""{"packages": 1, "my table": 1}""", "\"my table\""), ("""{"file_paths": 1}""", "file_paths"),
            ("""{"files": "1"}""", "files"), ("""{"files": null}""", "files"), ("""{"files": 1.5}""", "files"),
            ("""{"files": -1}""", "files"), ("""{"files": 1e30}""", "files"),
        })
        {
            var error = await Record.ExceptionAsync(() => SealAsync(load, counts)) as PostgresException;
            var told = $"{error?.SqlState}: {error?.MessageText} {error?.Hint}";
            if (told != $"XG008: load {load.Id}: not a staging table with a number of rows: {culprit} "
                + "SELECT DISTINCT table_name FROM exograph.staging_columns lists the tables.")
                bad.Add($"{counts} {told}");
        }

        Assert.Empty(bad);
        Assert.Equal(["null"], await Db.RowsAsync("SELECT manifest FROM exograph.loads"));
    }

    [Fact]
    public async Task The_counts_are_an_object()
    {
        var load = await Load.BeginAsync(Db);

        foreach (var counts in new object[] { "[1]", "1", "null", DBNull.Value })
        {
            var error = await Db.FailsAsync("XG008", "SELECT exograph.seal_load($1, $2::text::jsonb)", load.Id, counts);
            Assert.Equal($"load {load.Id}: the counts must be a JSON object of table names and row counts", error.MessageText);
            Assert.StartsWith("For example ", error.Hint, StringComparison.Ordinal);
        }
    }

    private Task SealAsync(Load load, string counts) =>
        Db.ExecuteAsync("SELECT exograph.seal_load($1, $2::jsonb)", load.Id, counts);
}

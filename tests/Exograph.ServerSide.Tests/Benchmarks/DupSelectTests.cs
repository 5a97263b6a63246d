using System.Text.Json;
using Exograph.ServerSide.Benchmarks.DupSelect;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Benchmarks;

public sealed class DupSelectTests
{
    private static readonly FlatRow[] s_input = FlatRows.Generate(60, 60, seed: 1);

    [Fact]
    public async Task A_run_reports_every_method_and_every_claim()
    {
        await using var db = await TestDatabase.CreateAsync();
        var options = new DupSelectOptions { Rows = 60, Rounds = 1 };

        var figures = await DupSelectChapter.RunAsync(
            db.DataSource, options, checkpointAsync: _ => Task.CompletedTask, CancellationToken.None);

        var report = new Report(figures).ToString();
        Assert.All(Methods.All, method => Assert.Equal(4 * options.SizesOf(method).Count, figures.Of(method).Count()));
        // A fit, the times at each size, the counts.
        Assert.All(Methods.All, method => Assert.True(
            report.Split($"\n| {method.FullName} |").Length >= 3 + options.SizesOf(method).Count, method.FullName));
        Assert.All(Claims.All, claim => Assert.Contains($"### {claim.Statement}\n", report, StringComparison.Ordinal));
        Assert.Contains(
            "An id was burnt for every duplicate by 1, 2, 4a, 4c, 4d, 7b (one table) and 1, 2, 4a (three tables); none was by 3a",
            report, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(figures.ToJson());
        Assert.Equal(2 * Methods.All.Count, json.RootElement.GetProperty("fits").GetArrayLength());
        Assert.Equal(Claims.All.Count, json.RootElement.GetProperty("claims").GetArrayLength());
    }

    [Theory]
    [InlineData(1, "DELETE FROM dup_bench.specimen WHERE id = 1")]
    [InlineData(1, "UPDATE dup_bench.specimen SET description = 'another' WHERE id = 1")]
    [InlineData(1, "INSERT INTO dup_bench.specimen (name, description) VALUES ('nobody''s', 'none')")]
    [InlineData(3, "UPDATE dup_bench.place SET country_id = 3 - country_id WHERE id = 1", 200)]
    [InlineData(3, "INSERT INTO dup_bench.country (name) VALUES ('nobody''s')")]
    public async Task A_method_that_leaves_wrong_rows_is_found_out(int levels, string damage, int keys = 60)
    {
        var right = Methods.Find(levels, levels == 1 ? "5a" : "6a");
        var wrong = right with
        {
            RunAsync = async (connection, rows, cancellationToken) =>
            {
                var answer = await right.RunAsync(connection, rows, cancellationToken);
                await using var command = new NpgsqlCommand(damage, connection);
                Assert.Equal(1, await command.ExecuteNonQueryAsync(cancellationToken));
                return answer;
            },
        };
        var input = FlatRows.Generate(keys, keys, seed: 1);

        await RunAsync(right, input);
        var error = await Assert.ThrowsAsync<WrongResultException>(() => RunAsync(wrong, input));

        Assert.Contains("its tables do not hold the distinct input rows", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT CASE input_row WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE input_row END AS input_row, id FROM given")]
    [InlineData("SELECT input_row, 61 - id AS id FROM given")]
    [InlineData("SELECT * FROM given WHERE input_row > 1")]
    [InlineData("SELECT input_row, nullif(id, 1) AS id FROM given")]
    [InlineData("SELECT * FROM given UNION ALL SELECT * FROM given WHERE input_row = 1")]
    public async Task A_method_that_gives_wrong_keys_is_found_out(string given)
    {
        var error = await Assert.ThrowsAsync<WrongResultException>(() => RunAsync(Giving(given), s_input));

        Assert.Contains("not every input row got its own key", error.Message, StringComparison.Ordinal);
        await RunAsync(Giving("SELECT * FROM given"), s_input);
    }

    [Fact]
    public async Task A_natural_key_that_is_another_rows_is_found_out()
    {
        const string Given = "SELECT input_row, lag(name, 1, name) OVER (ORDER BY input_row) AS name FROM given";
        var swapped = Methods.Query("7a", "broken", Layout.OnePlain, $"""
            WITH given AS (
                INSERT INTO dup_bench.specimen_in (input_row, name, description) SELECT input_row, name, description
                FROM dup_input.input RETURNING input_row, name
            )
            {Sql.PlainKeys($"({Given}) i", "i.name")}
            """, Sql.DupReturn);

        await Assert.ThrowsAsync<WrongResultException>(() => RunAsync(swapped, s_input));
    }

    [Fact]
    public async Task A_client_that_mixes_up_its_keys_is_found_out()
    {
        var right = Methods.Find(1, "5g");
        var wrong = right with
        {
            RunAsync = async (connection, rows, cancellationToken) =>
            {
                var answer = await right.RunAsync(connection, rows, cancellationToken);
                return answer with { Ids = [.. answer.Ids!.Reverse()] };
            },
        };

        await RunAsync(right, s_input);
        await Assert.ThrowsAsync<WrongResultException>(() => RunAsync(wrong, s_input));
    }

    [Fact]
    public async Task An_index_that_is_not_used_is_found_out()
    {
        var method = Methods.Find(1, "5a") with
        {
            Layout = Layout.One with { Create = Layout.One.Create + "CREATE INDEX idle ON dup_bench.specimen (description);" },
            Scans = "idle",
        };

        var error = await Assert.ThrowsAsync<WrongResultException>(() => RunAsync(method, s_input));

        Assert.EndsWith("the index idle was never scanned.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rounds_that_burn_different_numbers_of_ids_are_an_error()
    {
        static Measurement Of(params long?[] burnt) => new(
            Methods.Find(1, "4a"), 100, 10, 10, [.. burnt.Select(ids => new Cost(0.1, 1_000, 1, ids))]);

        Assert.Equal(90, Of(90, 90).BurntIds);
        Assert.Null(Of(null, null).BurntIds);
        Assert.Throws<WrongResultException>(() => Of(90, 91));
    }

    [Fact]
    public void A_method_has_three_sizes_in_a_row_and_a_slow_one_smaller_ones()
    {
        var options = new DupSelectOptions { Rows = 100_000 };

        Assert.Equal([10_000, 30_000, 100_000], options.SizesOf(Methods.Find(1, "5a")));
        Assert.Equal([3_000, 10_000, 30_000], options.SizesOf(Methods.Find(1, "4a")));
        Assert.Equal([1_000, 3_000, 10_000], options.SizesOf(Methods.Find(1, "1")));
        Assert.Equal([300, 1_000, 3_000], options.SizesOf(Methods.Find(1, "4d")));
    }

    [Theory]
    [InlineData(null, "The load average at the start is not known.")]
    [InlineData(0.5, "The load average at the start was 0.50.")]
    [InlineData(0.51, "**The load average at the start was 0.51: other work ran beside, and the seconds cannot be trusted.**")]
    public void A_busy_machine_is_warned_of(double? load, string text) => Assert.Equal(text, LoadAverage.Describe(load));

    private static Method Giving(string given) => Methods.Query("5a", "broken", Layout.One, $"""
        WITH given AS (
            INSERT INTO dup_bench.specimen_in (input_row, name, description) SELECT input_row, name, description
            FROM dup_input.input RETURNING input_row, id
        )
        {Sql.Keys($"({given}) i", "i.id")}
        """, Sql.SelectThenInsert(Level.One[0]));

    private static async Task RunAsync(Method method, FlatRow[] input)
    {
        await using var db = await TestDatabase.CreateAsync();
        await using var connection = await db.DataSource.OpenConnectionAsync();
        var database = new Database(connection);
        await database.PutInputAsync(input, CancellationToken.None);
        await database.RunAsync(method, input, CancellationToken.None);
    }
}

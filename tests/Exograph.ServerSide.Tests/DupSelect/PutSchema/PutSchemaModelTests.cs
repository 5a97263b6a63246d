using System.Globalization;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect.PutSchema;

/// <summary>
/// put_schema does on random schemas and rows what a model in memory does. EXOGRAPH_SCHEMA_CASES is how many cases there are,
/// EXOGRAPH_SCHEMA_SEED the seed of the first; each has the next.
/// </summary>
public sealed class PutSchemaModelTests
{
    private const int Sessions = 4;

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    [Fact]
    public async Task Put_schema_and_what_put_schema_sql_prints_do_what_the_model_says()
    {
        await using var database = await TestDatabase.CreateAsync();
        var first = Setting("EXOGRAPH_SCHEMA_SEED", 1);
        var cases = Setting("EXOGRAPH_SCHEMA_CASES", 250);

        var failures = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(n => FailuresAsync(
            database, Enumerable.Range(first, cases).Where(seed => seed % Sessions == n))));

        Assert.True(failures.All(f => f.Count == 0), string.Join("\n\n", failures.SelectMany(f => f).Take(3)));
    }

    /// <summary>Runs cases one after the other, each in a transaction that is rolled back.</summary>
    private static async Task<List<string>> FailuresAsync(TestDatabase database, IEnumerable<int> seeds)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var quiet = new NpgsqlCommand("SET client_min_messages = error", connection))
            await quiet.ExecuteNonQueryAsync();
        var failures = new List<string>();
        foreach (var seed in seeds)
        {
            var put = new PutCase(seed);
            var differences = await put.DifferencesAsync(connection);
            if (differences.Count > 0)
                failures.Add($"EXOGRAPH_SCHEMA_SEED={seed}\n{string.Join('\n', differences)}\n{put.Script}");
        }
        return failures;
    }
}

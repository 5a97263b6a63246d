using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// Everything that is done to an index, in random order, against the model: a class for each kind, as classes run side by side.
/// </summary>
public sealed class SequenceTests(SequenceDatabase sequences) : IClassFixture<SequenceDatabase>
{
    [Fact]
    public Task After_every_step_the_index_equals_the_model() =>
        Sequence.HoldAsync(sequences.Database, percent: 35, seed: 20_000_000, crashPercent: 0);
}

public sealed class SequenceOfOthersTests(SequenceDatabase sequences) : IClassFixture<SequenceDatabase>
{
    [Fact]
    public Task After_every_step_the_index_equals_the_model() =>
        Sequence.HoldAsync(sequences.Database, percent: 35, seed: 30_000_000, crashPercent: 0);
}

public sealed class SequenceWithCrashesTests(SequenceDatabase sequences) : IClassFixture<SequenceDatabase>
{
    [Fact]
    public Task A_step_that_does_not_come_to_its_end_has_happened_or_not() =>
        Sequence.HoldAsync(sequences.Database, percent: 30, seed: 40_000_000, crashPercent: 40);
}

/// <summary>A database for sequences, one after the other, in which every statement can be stopped.</summary>
public sealed class SequenceDatabase : IAsyncLifetime
{
    internal TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync();
        await CrashPoint.InstallAsync(Database);
    }

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();
}

/// <summary>
/// Runs random sequences. A failure prints its seed and the smallest sequence found that fails. EXOGRAPH_MODEL_SEQUENCES is how
/// many sequences all tests have together; EXOGRAPH_MODEL_SEED is the seed of the first.
/// </summary>
internal static class Sequence
{
    /// <summary>How many sequences all tests together have by default.</summary>
    private const int DefaultSequences = 500;

    /// <param name="database">A database with an empty index and with points to crash at, that nobody else uses.</param>
    /// <param name="percent">The share of all sequences.</param>
    /// <param name="seed">The seed of the first sequence; each has the next.</param>
    /// <param name="crashPercent">How many of the steps do not come to their end at first.</param>
    public static async Task HoldAsync(TestDatabase database, int percent, int seed, int crashPercent)
    {
        var first = Property.Setting("EXOGRAPH_MODEL_SEED") ?? seed;
        var count = Math.Max(1, (Property.Setting("EXOGRAPH_MODEL_SEQUENCES") ?? DefaultSequences) * percent / 100);
        for (var i = first; i < first + count; i++)
        {
            var steps = new SequenceGenerator(new Random(i), crashPercent).Next();
            var differences = await RunAsync(database, steps);
            if (differences.Count == 0)
                continue;
            var smallest = await ShrinkAsync(database, steps);
            Assert.Fail(
                $"The sequence with EXOGRAPH_MODEL_SEED={i} fails:\n{string.Join('\n', differences)}\n\n"
                + $"Shrunk, it fails so:\n{string.Join('\n', await RunAsync(database, smallest))}\n\nwith these steps:\n"
                + string.Join('\n', smallest.Select((step, n) => $"{n + 1}: {step}")));
        }
    }

    /// <summary>Does the steps one after the other in an empty index, until something is wrong.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(TestDatabase database, IReadOnlyList<SequenceStep> steps)
    {
        await using var index = await TestIndex.OpenAsync(database, commits: true);
        for (var i = 0; i < steps.Count; i++)
        {
            var differences = await RunAsync(index, steps[i]);
            if (differences.Count > 0)
                return [$"after step {i + 1}, {steps[i].Operation}:", .. differences];
        }
        return [];
    }

    private static async Task<IReadOnlyList<string>> RunAsync(TestIndex index, SequenceStep step)
    {
        try
        {
            return await step.RunAsync(index);
        }
        catch (NpgsqlException exception)
        {
            return [Property.Describe(exception)];
        }
    }

    /// <summary>Leaves out steps, then rows.</summary>
    private static async Task<IReadOnlyList<SequenceStep>> ShrinkAsync(TestDatabase database, IReadOnlyList<SequenceStep> steps)
    {
        steps = await Shrinking.SmallestAsync(steps, fewer => RunAsync(database, fewer));
        var rows = steps.SelectMany((step, i) => step.Bundle.AllRows.Select(row => (Step: i, Row: row))).ToList();
        return Steps(await Shrinking.SmallestAsync(rows, fewer => RunAsync(database, Steps(fewer))));

        IReadOnlyList<SequenceStep> Steps(IReadOnlyList<(int Step, BundleRow Row)> chosen) =>
        [
            .. steps.Select((step, i) => step with { Bundle = new(chosen.Where(row => row.Step == i).Select(row => row.Row)) }),
        ];
    }
}

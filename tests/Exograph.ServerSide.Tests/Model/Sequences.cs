using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// Runs random sequences. A failure prints its seed and the smallest sequence found that fails. EXOGRAPH_MODEL_SEQUENCES is how
/// many sequences all tests have together; EXOGRAPH_MODEL_SEED is the seed of the first; EXOGRAPH_MODEL_FIRST has each test begin
/// so many sequences later, to go on where others ended.
/// </summary>
/// <param name="dataSource">A database with an empty index and with points to crash at, that nobody else uses.</param>
internal sealed class Sequences(NpgsqlDataSource dataSource)
{
    /// <summary>How many sequences all tests together have by default.</summary>
    private const int DefaultCount = 500;

    /// <summary>How many of the steps do not come to their end at first.</summary>
    public int CrashPercent { get; init; }

    /// <summary>What happens to them.</summary>
    public IReadOnlyList<CrashKind> Crashes { get; init; } = [];

    /// <summary>Kills the server and starts it again.</summary>
    public Func<Task>? Restart { get; init; }

    /// <param name="percent">The share of all sequences.</param>
    /// <param name="seed">The seed of the first sequence; each has the next.</param>
    public async Task HoldAsync(int percent, int seed)
    {
        var first = Property.Setting("EXOGRAPH_MODEL_SEED") ?? seed + (Property.Setting("EXOGRAPH_MODEL_FIRST") ?? 0);
        var count = Math.Max(1, (Property.Setting("EXOGRAPH_MODEL_SEQUENCES") ?? DefaultCount) * percent / 100);
        if (await FindFailureAsync(first, count) is not { } failure)
            return;
        var smallest = await ShrinkAsync(failure.Steps);
        Assert.Fail(
            $"The sequence with EXOGRAPH_MODEL_SEED={failure.Seed} fails:\n{string.Join('\n', failure.Differences)}\n\n"
            + $"Shrunk, it fails so:\n{string.Join('\n', await RunAsync(smallest))}\n\nwith these steps:\n"
            + string.Join('\n', smallest.Select((step, n) => $"{n + 1}: {step}")));
    }

    /// <summary>The first of so many sequences that fails.</summary>
    public async Task<SequenceFailure?> FindFailureAsync(int seed, int count)
    {
        for (var i = seed; i < seed + count; i++)
        {
            var steps = new SequenceGenerator(new Random(i), CrashPercent, Crashes).Next();
            if (await RunAsync(steps) is { Count: > 0 } differences)
                return new SequenceFailure(i, steps, differences);
        }
        return null;
    }

    /// <summary>Does the steps one after the other in an empty index, until something is wrong.</summary>
    private async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<SequenceStep> steps)
    {
        await using var index = await TestIndex.OpenAsync(dataSource, commits: true, Restart);
        for (var i = 0; i < steps.Count; i++)
        {
            var differences = await RunAsync(index, steps[i]);
            if (differences.Count > 0)
                return [$"after step {i + 1}, {steps[i].Operation}:", .. differences];
        }
        return await index.FindingsAsync();
    }

    private static async Task<IReadOnlyList<string>> RunAsync(TestIndex index, SequenceStep step)
    {
        try
        {
            var differences = await step.RunAsync(index);
            return differences.Count > 0
                ? differences
                : [.. await index.DependencyDifferencesAsync(), .. await index.DeclarationDifferencesAsync()];
        }
        catch (NpgsqlException exception)
        {
            return [Property.Describe(exception)];
        }
    }

    /// <summary>Leaves out steps, then rows.</summary>
    private async Task<IReadOnlyList<SequenceStep>> ShrinkAsync(IReadOnlyList<SequenceStep> steps)
    {
        steps = await Shrinking.SmallestAsync(steps, RunAsync);
        var rows = steps.SelectMany((step, i) => step.Bundle.AllRows.Select(row => (Step: i, Row: row))).ToList();
        return Steps(await Shrinking.SmallestAsync(rows, fewer => RunAsync(Steps(fewer))));

        IReadOnlyList<SequenceStep> Steps(IReadOnlyList<(int Step, BundleRow Row)> chosen) =>
        [
            .. steps.Select((step, i) => step with { Bundle = new(chosen.Where(row => row.Step == i).Select(row => row.Row)) }),
        ];
    }
}

/// <summary>A sequence that fails, and in what.</summary>
internal sealed record SequenceFailure(int Seed, IReadOnlyList<SequenceStep> Steps, IReadOnlyList<string> Differences);

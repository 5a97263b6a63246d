namespace Exograph.ServerSide.Tests.Model;

/// <summary>Makes random sequences of all that is done to an index.</summary>
/// <param name="random">Decides everything.</param>
/// <param name="crashPercent">How many of the steps first fail.</param>
internal sealed class SequenceGenerator(Random random, int crashPercent)
{
    private const int FewestSteps = 3;

    /// <summary>After the fewest, that there is one more.</summary>
    private const double OneMore = 0.4;

    /// <summary>A step passes 5 to 250 points; small numbers have to be as frequent as large ones.</summary>
    private const double MostPoints = 300;

    /// <summary>How often each operation is chosen.</summary>
    private static readonly (Operation Operation, int Weight)[] s_operations =
    [
        (Operation.Load, 10), (Operation.InsertRows, 4), (Operation.Abandon, 1), (Operation.MergePartitions, 3),
    ];

    // Two producers, whose rows have less in common with each other's than with their own earlier ones.
    private readonly BundleGenerator[] _producers = [new(random, defects: random.Next(8) == 0), new(random, defects: false)];
    private readonly List<Bundle> _earlier = [];

    public IReadOnlyList<SequenceStep> Next()
    {
        var steps = new List<SequenceStep> { Step(Operation.Load) };
        while (steps.Count < FewestSteps || random.NextDouble() < OneMore)
            steps.Add(Step(NextOperation()));
        return steps;
    }

    private SequenceStep Step(Operation operation) => new(
        operation,
        operation is Operation.Load or Operation.InsertRows or Operation.Abandon ? NextBundle() : new Bundle(),
        random.Next(),
        random.Next(100) < crashPercent ? NextCrash() : null);

    private Operation NextOperation()
    {
        var choice = random.Next(s_operations.Sum(operation => operation.Weight));
        return s_operations.First(operation => (choice -= operation.Weight) < 0).Operation;
    }

    /// <summary>New rows, or those of an earlier step again.</summary>
    private Bundle NextBundle()
    {
        if (_earlier.Count > 0 && random.Next(5) == 0)
            return BundleGenerator.Shuffled(_earlier[random.Next(_earlier.Count)], random);
        _earlier.Add(RowWise.Telling(_producers[random.Next(_producers.Length)].Next(), random));
        return _earlier[^1];
    }

    private CrashPoint NextCrash() =>
        new((int)Math.Exp(random.NextDouble() * Math.Log(MostPoints)), Terminates: random.Next(3) == 0);
}

namespace Exograph.ServerSide.Tests.Model;

/// <summary>Makes random sequences of all that is done to an index.</summary>
/// <param name="random">Decides everything.</param>
/// <param name="crashPercent">How many of the steps do not come to their end at first.</param>
/// <param name="crashes">What happens to them.</param>
internal sealed class SequenceGenerator(Random random, int crashPercent, IReadOnlyList<CrashKind> crashes)
{
    private const int FewestSteps = 4;

    /// <summary>After the fewest, that there is one more.</summary>
    private const double OneMore = 0.25;

    /// <summary>A step passes 5 to 250 points; small numbers have to be as frequent as large ones.</summary>
    private const double MostPoints = 300;

    /// <summary>How often each operation is chosen when there is something to do it to.</summary>
    private static readonly (Operation Operation, int Weight)[] s_operations =
    [
        (Operation.Load, 6), (Operation.Replace, 8), (Operation.InsertRows, 4), (Operation.Abandon, 1), (Operation.AbandonOld, 1),
        (Operation.ResolveTerms, 1),
        (Operation.MergePartitions, 4), (Operation.Undo, 16), (Operation.Delete, 6), (Operation.SweepTerms, 2),
    ];

    /// <summary>How often what brings rows is.</summary>
    private static readonly (Operation Operation, int Weight)[] s_bringing =
        [(Operation.Load, 6), (Operation.Replace, 2), (Operation.InsertRows, 2)];

    // Two producers, whose rows have less in common with each other's than with their own earlier ones.
    private readonly BundleGenerator[] _producers = [new(random, defects: random.Next(8) == 0), new(random, defects: false)];
    private readonly List<Bundle> _earlier = [];

    public IReadOnlyList<SequenceStep> Next()
    {
        var steps = new List<SequenceStep> { Step(Operation.Load), Step(Pick(s_bringing)) };
        while (steps.Count < FewestSteps || random.NextDouble() < OneMore)
            steps.Add(Step(Pick(s_operations)));
        return steps;
    }

    private SequenceStep Step(Operation operation) => new(
        operation,
        operation is Operation.MergePartitions or Operation.Undo or Operation.Delete or Operation.SweepTerms
            ? new Bundle() : NextBundle(),
        random.Next(),
        random.Next(100) < crashPercent ? NextCrash() : null);

    private Operation Pick((Operation Operation, int Weight)[] operations)
    {
        var choice = random.Next(operations.Sum(operation => operation.Weight));
        return operations.First(operation => (choice -= operation.Weight) < 0).Operation;
    }

    /// <summary>New rows, or those of an earlier step again.</summary>
    private Bundle NextBundle()
    {
        if (_earlier.Count > 0 && random.Next(5) == 0)
            return BundleGenerator.Shuffled(_earlier[random.Next(_earlier.Count)], random);
        var bundle = RowWise.Telling(_producers[random.Next(_producers.Length)].Next(), random);
        _earlier.Add(random.Next(2) == 0 ? bundle : Thinned(bundle));
        return _earlier[^1];
    }

    /// <summary>Facts of one or two tables, and what they refer to: who leans on whom is seen by a single table then.</summary>
    private Bundle Thinned(Bundle bundle)
    {
        var facts = random.GetItems([.. BundleTable.All.Where(table => !table.IsDimension)], 2);
        var rows = new HashSet<BundleRow>(bundle.AllRows.Where(row => facts.Contains(row.Table)));
        var byNumber = bundle.AllRows.Where(row => row.Table.IsDimension).ToLookup(row => (row.Table.Name, row.Number("id")));
        for (var added = rows.ToList(); added.Count > 0;)
        {
            added =
            [
                .. added
                    .SelectMany(row => row.Table.Columns
                        .Where(column => column.RefersTo is not null && row[column.Name] is not null)
                        .SelectMany(column => byNumber[(column.RefersTo!, row.Number(column.Name))]))
                    .Where(rows.Add),
            ];
        }
        return new Bundle(bundle.AllRows.Where(rows.Contains));
    }

    private CrashPoint NextCrash() =>
        new((int)Math.Exp(random.NextDouble() * Math.Log(MostPoints)), crashes[random.Next(crashes.Count)]);
}

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>Size of the chapter.</summary>
internal sealed record DupSelectOptions
{
    private const int FewestRows = 20;

    /// <summary>Input rows of the largest size.</summary>
    public int Rows { get; init; } = 100_000;

    /// <summary>Five agree by chance in 6 % of cases, three in 25 %.</summary>
    public int Rounds { get; init; } = 5;

    public int Seed { get; init; } = 1;

    /// <summary>Where the figures go as JSON, besides.</summary>
    public FileInfo? Json { get; init; }

    /// <summary>Each about three times the one before: at 100,000 rows 300, 1,000, 3,000, 10,000, 30,000, 100,000.</summary>
    public IReadOnlyList<int> Sizes =>
        [Size(3, 1000), Size(1, 100), Size(3, 100), Size(1, 10), Size(3, 10), Size(1, 1)];

    /// <summary>Three sizes in a row, which end as many steps below the largest as the method is slow.</summary>
    public IReadOnlyList<int> SizesOf(Method method) => [.. Sizes.Take(^(3 + method.StepsDown)..^method.StepsDown).Distinct()];

    private int Size(int numerator, int denominator) => (int)Math.Max(FewestRows, (long)Rows * numerator / denominator);
}

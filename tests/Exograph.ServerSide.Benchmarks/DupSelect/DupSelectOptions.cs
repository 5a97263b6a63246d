namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>Size of the chapter.</summary>
internal sealed record DupSelectOptions
{
    /// <summary>Input rows of the largest of three sizes; the others are a half and a quarter of it.</summary>
    public int Rows { get; init; } = 10_000;

    public int Rounds { get; init; } = 3;

    public int Seed { get; init; } = 1;

    /// <summary>Where the figures go as JSON, besides.</summary>
    public FileInfo? Json { get; init; }
}

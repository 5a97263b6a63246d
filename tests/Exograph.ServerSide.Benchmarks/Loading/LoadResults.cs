using System.Text.Json.Serialization;
using Exograph.ServerSide.Benchmarks.Loading.Contenders;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>What the benchmark measured, and where.</summary>
internal sealed record LoadResults
{
    public required string PostgresVersion { get; init; }

    public required int Processors { get; init; }

    public required IReadOnlyList<string> Settings { get; init; }

    public required int Seed { get; init; }

    public required int Rounds { get; init; }

    public required int Streams { get; init; }

    public required int IndexJobs { get; init; }

    public required IReadOnlyList<HeatResults> Heats { get; init; }
}

/// <summary>The contenders that loaded the same corpus.</summary>
internal sealed record HeatResults
{
    public required int Fragments { get; init; }

    public required int Packages { get; init; }

    /// <summary>Rows of all tables.</summary>
    public required long Rows { get; init; }

    /// <summary>What one processor needs to make the rows, without sending them.</summary>
    public required double GeneratingSeconds { get; init; }

    /// <summary>The settings that the loader works with, and the limit.</summary>
    public required IReadOnlyList<string> LoaderSettings { get; init; }

    /// <summary>What the index takes as the loader makes it.</summary>
    public required IReadOnlyList<TableSize> Sizes { get; init; }

    public required IReadOnlyList<ContenderResults> Contenders { get; init; }

    [JsonIgnore]
    public ContenderResults Limit => Contenders.Single(c => c.Name == RestoreContender.ContenderName);

    [JsonIgnore]
    public ContenderResults Loader => Contenders.Single(c => c.Name == LibraryContender.ContenderName);
}

/// <summary>A contender's rounds.</summary>
internal sealed record ContenderResults
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>One per round.</summary>
    public required IReadOnlyList<ContenderResult> Rounds { get; init; }

    /// <summary>Where the index came out unlike that of the loader, in words; empty where it is the same.</summary>
    public required IReadOnlyList<string> Differences { get; init; }

    public double Seconds => Median(Rounds.Select(r => r.Seconds));

    public double Fastest => Rounds.Min(r => r.Seconds);

    public double Slowest => Rounds.Max(r => r.Seconds);

    public double WalBytes => Median(Rounds.Select(r => (double)r.WalBytes));

    public long PeakBytes => Rounds.Max(r => r.PeakBytes);

    /// <summary>Medians of each phase.</summary>
    public IReadOnlyList<PhaseCost> Phases =>
    [
        .. Rounds.SelectMany(r => r.Phases).GroupBy(p => p.Phase).Select(p =>
            new PhaseCost(p.Key, Median(p.Select(c => c.Seconds)), (long)Median(p.Select(c => (double)c.WalBytes)))),
    ];

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}

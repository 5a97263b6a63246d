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

    /// <summary>What the index holds.</summary>
    public required IReadOnlyList<TableDigest> Tables { get; init; }

    public required IReadOnlyList<ContenderResults> Contenders { get; init; }

    /// <summary>What all are measured by.</summary>
    [JsonIgnore]
    public ContenderResults RowsRestored => Find(RestoreContender.OfRows);

    /// <summary>What the loader is measured by: the restore of its own tables.</summary>
    [JsonIgnore]
    public ContenderResults SetsRestored => Find(RestoreContender.OfSets);

    [JsonIgnore]
    public ContenderResults Loader => Find(LibraryContender.ContenderName);

    private ContenderResults Find(string name) => Contenders.Single(c => c.Name == name);
}

/// <summary>A contender's rounds.</summary>
internal sealed record ContenderResults
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>Why it does not load into an index that holds rows already.</summary>
    public required string? UnfitForStanding { get; init; }

    /// <summary>One per round.</summary>
    public required IReadOnlyList<ContenderResult> Rounds { get; init; }

    /// <summary>Where the index came out unlike that of the loader, in words; empty where it is the same.</summary>
    public required IReadOnlyList<string> Differences { get; init; }

    public Spread Seconds => Of(r => r.Seconds);

    /// <summary>Processor time of the server; null where it cannot be told.</summary>
    public Spread? ServerSeconds => IsProcessorTimeKnown ? Of(r => r.ServerSeconds!.Value) : null;

    /// <summary>Processor time of the client; null where it cannot be told.</summary>
    public Spread? ClientSeconds => IsProcessorTimeKnown ? Of(r => r.ClientSeconds!.Value) : null;

    public double WalBytes => Of(r => r.WalBytes).Median;

    public long PeakBytes => Rounds.Max(r => r.PeakBytes);

    /// <summary>What the index takes in the end.</summary>
    public IReadOnlyList<TableSize> Sizes => Rounds[^1].Sizes!;

    public long Bytes => Sizes.Sum(s => s.Bytes);

    /// <summary>What the terms of fragments take; null where it cannot be told.</summary>
    public long? TermBytes => Sizes.SingleOrDefault(s => s.Table == IndexTables.Told(IndexTables.TermSets))?.Bytes;

    /// <summary>Medians of each phase.</summary>
    public IReadOnlyList<PhaseCost> Phases =>
    [
        .. Rounds.SelectMany(r => r.Phases).GroupBy(p => p.Phase).Select(p =>
            new PhaseCost(p.Key, Spread.Of(p.Select(c => c.Seconds)).Median,
                (long)Spread.Of(p.Select(c => (double)c.WalBytes)).Median)),
    ];

    private bool IsProcessorTimeKnown => Rounds.All(r => r is { ServerSeconds: not null, ClientSeconds: not null });

    /// <summary>Its time in multiples of another's in the same round.</summary>
    public Spread RatioTo(ContenderResults other) => RatioTo(other, r => r.Seconds);

    /// <summary>Its processor time in multiples of another's in the same round: other work on the machine disturbs it less.</summary>
    public Spread? ProcessorRatioTo(ContenderResults other) =>
        IsProcessorTimeKnown ? RatioTo(other, r => r.ServerSeconds!.Value + r.ClientSeconds!.Value) : null;

    private Spread RatioTo(ContenderResults other, Func<ContenderResult, double> figure) =>
        Spread.Of(Rounds.Zip(other.Rounds, (mine, others) => figure(mine) / figure(others)));

    private Spread Of(Func<ContenderResult, double> figure) => Spread.Of(Rounds.Select(figure));
}

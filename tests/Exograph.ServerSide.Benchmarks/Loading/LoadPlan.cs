namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>What the benchmark is to run.</summary>
internal sealed record LoadPlan
{
    public required int Seed { get; init; }

    public required int Rounds { get; init; }

    /// <summary>The contenders asked for; both restores and the loader run with them in any case.</summary>
    public required IReadOnlyList<ILoadContender> Contenders { get; init; }

    /// <summary>Fragments of the corpus, by what a contender gets through.</summary>
    public required IReadOnlyDictionary<Pace, int> Fragments { get; init; }

    public required int Streams { get; init; }

    public required int IndexJobs { get; init; }

    /// <summary>The corpora, the largest first, each with those who load it: always both restores and the loader.</summary>
    public IEnumerable<(int Fragments, IReadOnlyList<ILoadContender> Contenders)> Heats() =>
        from contender in Contenders
        group contender by Fragments[contender.Pace] into heat
        orderby heat.Key descending
        select (heat.Key, (IReadOnlyList<ILoadContender>)
            [.. LoadContenders.All.Where(c => LoadContenders.IsYardstick(c) || heat.Contains(c))]);
}

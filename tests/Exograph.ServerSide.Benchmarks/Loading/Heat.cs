using System.Globalization;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>The contenders that load the same corpus, and what they have measured so far.</summary>
internal sealed class Heat(
    Corpus corpus, long rows, TimeSpan generating, IReadOnlyList<TableDigest> expected, IReadOnlyList<TableSize> sizes,
    IReadOnlyList<ILoadContender> contenders, Func<ILoadContender, string> inputOf)
{
    private readonly Dictionary<ILoadContender, (List<ContenderResult> Rounds, SortedSet<string> Differences)> _results =
        contenders.ToDictionary(c => c, _ => (new List<ContenderResult>(), new SortedSet<string>(StringComparer.Ordinal)));

    public Corpus Corpus => corpus;

    public IReadOnlyList<ILoadContender> Contenders => contenders;

    public string InputOf(ILoadContender contender) => inputOf(contender);

    public void Add(ILoadContender contender, ContenderResult result, IReadOnlyList<TableDigest> digest)
    {
        var (rounds, differences) = _results[contender];
        rounds.Add(result);
        differences.UnionWith(expected.Zip(digest).Where(p => p.First != p.Second).Select(p =>
            string.Create(CultureInfo.InvariantCulture,
                $"{p.First.Table}: {p.Second.Rows:N0} rows for {p.First.Rows:N0}, hash {p.Second.Hash} for {p.First.Hash}")));
    }

    public HeatResults Results() => new()
    {
        Fragments = corpus.Fragments,
        Packages = corpus.Packages,
        Rows = rows,
        GeneratingSeconds = generating.TotalSeconds,
        Sizes = sizes,
        Contenders =
        [
            .. contenders.Select(c => new ContenderResults
            {
                Name = c.Name,
                Description = c.Description,
                Rounds = _results[c].Rounds,
                Differences = [.. _results[c].Differences],
            }),
        ],
    };
}

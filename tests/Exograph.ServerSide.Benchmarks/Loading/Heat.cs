namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>The contenders that load the same corpus, and what they have measured so far.</summary>
internal sealed class Heat(
    Corpus corpus, long rows, TimeSpan generating, IReadOnlyList<string> loaderSettings,
    IReadOnlyDictionary<IndexForm, IndexContents> expected, IReadOnlyList<ILoadContender> contenders,
    Func<ILoadContender, string> inputOf)
{
    private readonly Dictionary<ILoadContender, (List<ContenderResult> Rounds, SortedSet<string> Differences)> _results =
        contenders.ToDictionary(c => c, _ => (new List<ContenderResult>(), new SortedSet<string>(StringComparer.Ordinal)));

    public Corpus Corpus => corpus;

    public IReadOnlyList<ILoadContender> Contenders => contenders;

    public string InputOf(ILoadContender contender) => inputOf(contender);

    public void Add(ILoadContender contender, ContenderResult result, IndexContents contents)
    {
        var (rounds, differences) = _results[contender];
        rounds.Add(result);
        differences.UnionWith(contents.DifferencesFrom(expected[contender.Form]));
    }

    public HeatResults Results() => new()
    {
        Fragments = corpus.Fragments,
        Packages = corpus.Packages,
        Rows = rows,
        GeneratingSeconds = generating.TotalSeconds,
        LoaderSettings = loaderSettings,
        Tables = expected[IndexForm.Sets].Tables,
        Contenders =
        [
            .. contenders.Select(c => new ContenderResults
            {
                Name = c.Name,
                Description = c.Description,
                UnfitForStanding = c.UnfitForStanding,
                Rounds = _results[c].Rounds,
                Differences = [.. _results[c].Differences],
            }),
        ],
    };
}

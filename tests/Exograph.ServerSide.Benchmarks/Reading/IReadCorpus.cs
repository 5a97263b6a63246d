using Exograph.Extract.CSharp;
using Exograph.ServerSide.Bundles;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary>What an index is loaded with.</summary>
internal interface IReadCorpus
{
    string Description { get; }

    /// <summary>Writes what is to be loaded into a directory.</summary>
    Task PrepareAsync(string directory, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Loads it by the library, into an index that holds nothing.</summary>
    Task LoadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken);
}

/// <summary>The generated one.</summary>
internal sealed class GeneratedCorpus(Corpus corpus) : IReadCorpus
{
    public string Description => $"Generated, {corpus.Fragments:N0} fragments";

    public async Task LoadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var options = new LoadOptions { Label = "generated", Ids = IdNumbering.Reserved };
        await using var session = await new ExographClient(dataSource).BeginLoadAsync(options, cancellationToken);
        await CorpusStaging.StageAsync(session, corpus, cancellationToken);
        await session.FinalizeAsync(cancellationToken);
    }
}

/// <summary>Trees of C# sources, as <c>exograph-extract</c> reads them: every project is a package.</summary>
internal sealed class CSharpTrees(IReadOnlyList<DirectoryInfo> trees) : IReadCorpus
{
    private readonly List<string> _bundles = [];

    public string Description => $"C#: {string.Join(", ", trees.Select(t => Path.GetFileName(Path.TrimEndingDirectorySeparator(t.FullName))))}";

    public async Task PrepareAsync(string directory, CancellationToken cancellationToken)
    {
        foreach (var tree in trees)
        {
            var bundle = Path.Combine(directory, $"bundle-{_bundles.Count}");
            await using (var sink = BundleSink.ToDirectory(bundle))
                await CSharpExtractor.ExtractAsync(new ExtractOptions { Directory = tree.FullName }, sink, null, cancellationToken);
            _bundles.Add(bundle);
        }
    }

    public Task LoadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        new BundleLoader(new ExographClient(dataSource)).LoadAsync(_bundles.Select(Bundle.Open), cancellationToken);
}

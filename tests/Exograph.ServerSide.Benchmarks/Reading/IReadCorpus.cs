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
        await dataSource.RunAsync(SecondVersions, cancellationToken);
    }

    /// <summary>Of five packages a version in which one file in seven is gone, and of the others one in three is another.</summary>
    private const string SecondVersions = """
        DO $$
        DECLARE
            v_load integer := exograph.begin_load('second versions');
        BEGIN
            PERFORM set_config('search_path', format('exograph_load_%s', v_load), true);
            INSERT INTO staged_packages (id, ecosystem, name) SELECT id, ecosystem, name FROM exograph.packages ORDER BY id LIMIT 5;
            INSERT INTO staged_package_versions (id, package_id, version) SELECT id, id, '2.0' FROM staged_packages;
            INSERT INTO staged_files (id, package_version_id, path, source, sha256)
            SELECT f.id, f.package_id, f.path, f.source, CASE WHEN f.id % 3 = 0 THEN sha256(f.sha256) ELSE f.sha256 END
            FROM exograph.files f JOIN staged_packages p ON p.id = f.package_id
            WHERE f.id % 7 > 0;
            INSERT INTO staged_fragments (id, file_id, content_hash, ast, kind, module, name, arity, line, end_line, mass, exact_hash)
            SELECT g.id, g.file_id, g.content_hash, g.ast, g.kind, g.module, g.name, g.arity, g.line, g.end_line, g.mass,
                   CASE WHEN g.file_id % 3 = 0 AND g.line = 1 THEN sha256(g.exact_hash) ELSE g.exact_hash END
            FROM exograph.fragments g JOIN staged_files f ON f.id = g.file_id;
            INSERT INTO staged_definitions (file_id, fragment_id, kind, module, name, arity, qualified_name, line, col)
            SELECT d.file_id, d.fragment_id, d.kind, d.module, d.name, d.arity, d.qualified_name, d.line, d.col
            FROM exograph.definitions d JOIN staged_files f ON f.id = d.file_id;
            PERFORM set_config('search_path', 'pg_catalog', true);
            CALL exograph.finalize_load(v_load);
        END
        $$
        """;
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

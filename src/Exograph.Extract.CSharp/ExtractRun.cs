namespace Exograph.Extract.CSharp;

/// <summary>One extraction, package by package.</summary>
internal sealed class ExtractRun(
    ExtractOptions options, BundleSink sink, LargeStackWorkers workers, IProgress<ExtractProgress>? progress,
    CancellationToken cancellationToken)
{
    private static readonly BundleTable[] s_tables = Enum.GetValues<BundleTable>();

    private readonly FactWriter _writer = new(sink);
    private long _warnings;

    public void Warn(string warning)
    {
        _warnings++;
        options.Warn?.Invoke(warning);
    }

    public async Task ExtractAsync(PackageSource package)
    {
        _writer.BeginPackage(package.Key);
        var index = new PackageIndex();
        var files = await GatherAsync(package, index).ConfigureAwait(false);
        var facts = workers.InOrderAsync(
            files,
            file => FileExtractor.Extract(
                Reread(file), package.Key, index, file.FirstNode, options.MinMass, cancellationToken),
            cancellationToken);
        await foreach (var one in facts.ConfigureAwait(false))
        {
            one.Warnings.ForEach(Warn);
            _writer.Write(one);
            await sink.WriteOutAsync(cancellationToken).ConfigureAwait(false);
            progress?.Report(new ExtractProgress(sink[BundleTable.Files].Rows, s_tables.Sum(table => sink[table].Rows)));
        }
    }

    public ExtractSummary Summarize() => new() { Rows = Rows(), Warnings = _warnings };

    private Dictionary<string, long> Rows() =>
        s_tables.ToDictionary(table => BundleTables.Names[(int)table], table => sink[table].Rows);

    /// <summary>The first pass: gathers the names of a package, and says which of its files are sources.</summary>
    private async Task<List<GatheredFile>> GatherAsync(PackageSource package, PackageIndex index)
    {
        var files = new List<GatheredFile>();
        var gathered = workers.InOrderAsync(package.Files, Gather, cancellationToken);
        await foreach (var (file, declarations) in gathered.ConfigureAwait(false))
        {
            if (file.LeftOut is { } reason)
                Warn($"{file.Path}: {reason}");
            if (declarations is null)
                continue;
            files.Add(file with { FirstNode = _writer.NextNode });
            _writer.NextNode = index.Add(declarations.All, declarations.GlobalUsings, _writer.NextNode);
        }
        index.Seal();
        return files;
    }

    private (GatheredFile File, GatheredNames? Names) Gather(string path)
    {
        if (SyntaxNames.IsTooLong(path))
            return (new GatheredFile(path, default, LeftOut: "left out: the path is longer than 2000 bytes"), null);
        if (new FileInfo(Path.Combine(options.Directory, path)).Length > options.MaxFileBytes)
            return (new GatheredFile(path, default, LeftOut: $"left out: more than {options.MaxFileBytes} bytes"), null);
        var source = SourceFile.Read(options.Directory, path);
        if (source.IsGenerated())
            return (new GatheredFile(path, default), null);
        var map = DeclarationMap.Of(FlatTree.Parse(source.Text, cancellationToken));
        return (new GatheredFile(path, source.Digest), new GatheredNames(map.All, map.GlobalUsings));
    }

    private SourceFile Reread(GatheredFile file)
    {
        var source = SourceFile.Read(options.Directory, file.Path);
        return source.Digest == file.Digest
            ? source
            : throw new ExtractException($"{file.Path} changed while the folder was read");
    }

    /// <summary>What is kept of a file between the passes.</summary>
    private sealed record GatheredFile(string Path, UInt128 Digest, long FirstNode = 0, string? LeftOut = null);

    /// <summary>A file's names without its tree, which would be kept with its map.</summary>
    private sealed record GatheredNames(IReadOnlyList<Declaration> All, List<string> GlobalUsings);
}

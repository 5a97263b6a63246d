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
        // The rest are counted: a tree of others could fill a log.
        const int maxWarnings = 1_000;
        if (++_warnings <= maxWarnings)
            options.Warn?.Invoke(warning);
        else if (_warnings == maxWarnings + 1)
            options.Warn?.Invoke("further warnings are counted only");
    }

    public async Task ExtractAsync(PackageSource package)
    {
        _writer.BeginPackage(package.Key);
        var index = new PackageIndex();
        var files = await GatherAsync(package, index).ConfigureAwait(false);
        var facts = workers.InOrderAsync(
            files,
            file => MemoryOf(file.Entry),
            options.MaxMemory,
            file => FileExtractor.Extract(
                Reread(file), file.Entry.Parsing, options.MaxMemory, package.Key, index, file.FirstNode, options.MinMass,
                cancellationToken),
            cancellationToken);
        var hiding = 0;
        await foreach (var one in facts.ConfigureAwait(false))
        {
            hiding += one.HidesCode ? 1 : 0;
            one.Warnings.ForEach(Warn);
            await _writer.WriteAsync(one, cancellationToken).ConfigureAwait(false);
            progress?.Report(new ExtractProgress(sink[BundleTable.Files].Rows, s_tables.Sum(table => sink[table].Rows)));
        }
        if (hiding > 0)
            options.Note?.Invoke(
                $"{package.Key.Package ?? "files of no package"}: in {hiding} of {files.Count} files code is left out by preprocessor symbols");
    }

    public ExtractSummary Summarize() => new() { Rows = Rows(), Warnings = _warnings };

    private Dictionary<string, long> Rows() =>
        s_tables.ToDictionary(table => BundleTables.Names[(int)table], table => sink[table].Rows);

    /// <summary>The first pass: gathers the names of a package, and says which of its files are sources.</summary>
    private async Task<List<GatheredFile>> GatherAsync(PackageSource package, PackageIndex index)
    {
        var files = new List<GatheredFile>();
        var gathered = workers.InOrderAsync(package.Files, MemoryOf, options.MaxMemory, Gather, cancellationToken);
        await foreach (var (file, declarations) in gathered.ConfigureAwait(false))
        {
            if (file.LeftOut is { } reason)
                Warn($"{file.Entry.Path} is left out: {reason}");
            if (declarations is null)
                continue;
            files.Add(file with { FirstNode = _writer.NextNode });
            _writer.NextNode = index.Add(declarations.All, declarations.GlobalUsings, _writer.NextNode);
        }
        index.Seal();
        return files;
    }

    private (GatheredFile File, GatheredNames? Names) Gather(SourceEntry entry)
    {
        if (SyntaxNames.IsTooLong(entry.Path))
            return (new GatheredFile(entry, default, LeftOut: "its path is longer than 2000 bytes"), null);
        if (SourceFile.Read(options.Directory, entry.Path, options.MaxFileBytes) is not { } source)
            return (new GatheredFile(entry, default, LeftOut: $"it has more than {options.MaxFileBytes} bytes"), null);
        if (source.IsGenerated())
            return (new GatheredFile(entry, default), null);
        var map = DeclarationMap.Of(FlatTree.Parse(source.Text, entry.Parsing, options.MaxMemory, cancellationToken));
        return (new GatheredFile(entry, source.Digest), new GatheredNames(map.All, map.GlobalUsings));
    }

    private SourceFile Reread(GatheredFile file)
    {
        var source = SourceFile.Read(options.Directory, file.Entry.Path, options.MaxFileBytes);
        return source?.Digest == file.Digest
            ? source
            : throw new ExtractException($"{file.Entry.Path} changed while the folder was read");
    }

    /// <summary>What a file may take while it is read: of the worst kind, one token for each byte.</summary>
    private long MemoryOf(SourceEntry entry) => Math.Min(entry.Bytes * FlatTree.BytesPerToken, options.MaxMemory);

    /// <summary>What is kept of a file between the passes.</summary>
    private sealed record GatheredFile(SourceEntry Entry, UInt128 Digest, long FirstNode = 0, string? LeftOut = null);

    /// <summary>A file's names without its tree, which would be kept with its map.</summary>
    private sealed record GatheredNames(IReadOnlyList<Declaration> All, List<string> GlobalUsings);
}

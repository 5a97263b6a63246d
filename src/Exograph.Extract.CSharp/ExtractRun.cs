using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.Extract.CSharp;

/// <summary>One extraction, package by package.</summary>
internal sealed class ExtractRun(
    ExtractOptions options, BundleSink sink, LargeStackWorkers workers, ReferencedProjects referenced, Warnings warnings,
    IProgress<ExtractProgress>? progress, CancellationToken cancellationToken)
{
    private static readonly BundleTable[] s_tables = Enum.GetValues<BundleTable>();

    private readonly FactWriter _writer = new(sink);

    public async Task ExtractAsync(PackageSource package)
    {
        _writer.BeginPackage(package.Key);
        var index = new PackageIndex();
        var files = await GatherAsync(package, index).ConfigureAwait(false);
        var compilation = await CompileAsync(package, files).ConfigureAwait(false);
        var facts = workers.InOrderAsync(
            files, file => FlatTree.MemoryOf(file.Entry, options.MaxMemory), options.MaxMemory,
            file => Extract(file, package, index, compilation), cancellationToken,
            new Patience<GatheredFile, FileFacts>(2 * options.MaxBindingTime, file => ExtractUnbound(file, package, index)));
        var hiding = 0;
        await foreach (var one in facts.ConfigureAwait(false))
        {
            hiding += one.HidesCode ? 1 : 0;
            one.Warnings.ForEach(warnings.Add);
            await _writer.WriteAsync(one, cancellationToken).ConfigureAwait(false);
            progress?.Report(new ExtractProgress(sink[BundleTable.Files].Rows, s_tables.Sum(table => sink[table].Rows)));
        }
        referenced.EndOf(package.Number);
        if (hiding > 0)
            options.Note?.Invoke(
                $"{package.Key.Package ?? "files of no package"}: in {hiding} of {files.Count} files code is left out by preprocessor symbols");
    }

    public ExtractSummary Summarize() => new() { Rows = Rows(), Warnings = warnings.Count };

    private Dictionary<string, long> Rows() =>
        s_tables.ToDictionary(table => BundleTables.Names[(int)table], table => sink[table].Rows);

    /// <summary>
    /// The first pass: gathers the names of a package, and says which of its files are sources. Their trees are kept for the compiler,
    /// unless they become too many.
    /// </summary>
    private async Task<List<GatheredFile>> GatherAsync(PackageSource package, PackageIndex index)
    {
        var files = new List<GatheredFile>();
        var binds = options.Bind;
        var chars = 0L;
        var gathered = workers.InOrderAsync(
            package.Files, file => FlatTree.MemoryOf(file, options.MaxMemory), options.MaxMemory, Gather, cancellationToken);
        await foreach (var (file, declarations) in gathered.ConfigureAwait(false))
        {
            if (file.LeftOut is { } reason)
                warnings.Add($"{file.Entry.Path} is left out: {reason}");
            if (declarations is null)
                continue;
            chars += file.Kept!.Source.Text.Length;
            if (binds && chars > BindingLimits.MaxChars(options.MaxMemory))
            {
                binds = false;
                Forget(package, files, index);
            }
            files.Add(file with { FirstNode = _writer.NextNode, Kept = binds ? file.Kept : null });
            _writer.NextNode = index.Add(
                declarations.All, declarations.GlobalUsings, _writer.NextNode, binds ? file.Kept.Parsed.Syntax : null);
        }
        index.Seal();
        return files;
    }

    private void Forget(PackageSource package, List<GatheredFile> files, PackageIndex index)
    {
        for (var i = 0; i < files.Count; i++)
            files[i] = files[i] with { Kept = null };
        index.ForgetPlaces();
        warnings.Add($"{package.Key.Package ?? "files of no package"}: too large to be bound within --max-memory; its names are resolved by syntax");
    }

    private (GatheredFile File, GatheredNames? Names) Gather(SourceEntry entry)
    {
        if (SyntaxNames.IsTooLong(entry.Path))
            return (new GatheredFile(entry, default, LeftOut: "its path is longer than 2000 bytes"), null);
        if (SourceFile.Read(options.Directory, entry.Path, options.MaxFileBytes) is not { } source)
            return (new GatheredFile(entry, default, LeftOut: $"it has more than {options.MaxFileBytes} bytes"), null);
        if (source.IsGenerated())
            return (new GatheredFile(entry, default), null);
        var parsed = Parse(source, entry);
        var map = DeclarationMap.Of(FlatTree.Of(parsed));
        return (new GatheredFile(entry, source.Digest) { Kept = new KeptFile(source, parsed) }, new GatheredNames(map.All, map.GlobalUsings));
    }

    private async Task<CSharpCompilation?> CompileAsync(PackageSource package, List<GatheredFile> files)
    {
        if (files is not [{ Kept: not null }, ..])
            return null;
        var projects = await referenced.OfAsync(package.Number, cancellationToken).ConfigureAwait(false);
        return Compilations.Of(package.Assembly, package.Items, [], files.Select(file => file.Kept!.Parsed.Syntax), projects);
    }

    /// <summary>The second pass over a file.</summary>
    private FileFacts Extract(GatheredFile file, PackageSource package, PackageIndex index, CSharpCompilation? compilation)
    {
        if (compilation is null || file.Kept is not { } kept)
            return ExtractUnbound(file, package, index, null);
        var binder = new CallBinder(compilation.GetSemanticModel(kept.Parsed.Syntax), index, options.MaxBindingTime, cancellationToken);
        return FileExtractor.Extract(kept.Source, kept.Parsed, package.Key, index, binder, file.FirstNode, options.MinMass);
    }

    private FileFacts ExtractUnbound(GatheredFile file, PackageSource package, PackageIndex index) =>
        ExtractUnbound(file, package, index, $"{file.Entry.Path}: the compiler takes too long; its names are resolved by syntax");

    private FileFacts ExtractUnbound(GatheredFile file, PackageSource package, PackageIndex index, string? warning)
    {
        var source = file.Kept?.Source ?? Reread(file);
        var facts = FileExtractor.Extract(
            source, file.Kept?.Parsed ?? Parse(source, file.Entry), package.Key, index, null, file.FirstNode, options.MinMass);
        if (warning is not null)
            facts.Warnings.Insert(0, warning);
        return facts;
    }

    private ParsedSource Parse(SourceFile source, SourceEntry entry) =>
        ParsedSource.Parse(source.Text, entry.Path, entry.Parsing, options.MaxMemory, cancellationToken);

    private SourceFile Reread(GatheredFile file)
    {
        var source = SourceFile.Read(options.Directory, file.Entry.Path, options.MaxFileBytes);
        return source?.Digest == file.Digest
            ? source
            : throw new ExtractException($"{file.Entry.Path} changed while the folder was read");
    }

    /// <summary>What is kept of a file between the passes.</summary>
    private sealed record GatheredFile(SourceEntry Entry, UInt128 Digest, long FirstNode = 0, string? LeftOut = null)
    {
        /// <summary>The file itself, where the package is bound.</summary>
        public KeptFile? Kept { get; init; }
    }

    private sealed record KeptFile(SourceFile Source, ParsedSource Parsed);

    /// <summary>A file's names without its tree, which would be kept with its map.</summary>
    private sealed record GatheredNames(IReadOnlyList<Declaration> All, List<string> GlobalUsings);
}

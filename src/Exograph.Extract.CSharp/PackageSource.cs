using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.Extract.CSharp;

/// <summary>A source file to read.</summary>
/// <param name="Path">Its path below the root.</param>
/// <param name="Bytes">Its size when it was found.</param>
/// <param name="Parsing">How it is parsed, with the preprocessor symbols of its project.</param>
internal sealed record SourceEntry(string Path, long Bytes, CSharpParseOptions Parsing);

/// <summary>A package to extract: its key, and which files it is made of.</summary>
/// <param name="Key">Its name and version; a null name stands for the files of no package.</param>
/// <param name="Files">In ordinal order of their paths, found anew on each enumeration.</param>
internal sealed record PackageSource(PackageKey Key, IEnumerable<SourceEntry> Files)
{
    /// <summary>The packages of a folder: first the files of none, then by the paths of their project files.</summary>
    public static IEnumerable<PackageSource> Find(ExtractOptions options, Action<string> warn, Action<string> note)
    {
        var walk = new SourceWalk(options.Directory, warn);
        var reader = new ProjectReader(options, warn, note);
        return options.Package is null ? EachProject(options, walk, reader, warn) : [Whole(options, walk, reader)];
    }

    private static PackageSource Whole(ExtractOptions options, SourceWalk walk, ProjectReader reader)
    {
        var parsing = new Dictionary<string, CSharpParseOptions> { [""] = FlatTree.ParseOptions(reader.Defined) };
        foreach (var project in walk.Projects())
            if (!parsing.ContainsKey(FolderOf(project)) || project.IndexOf('/', StringComparison.Ordinal) < 0)
                parsing[FolderOf(project)] = FlatTree.ParseOptions(reader.Read(project).Symbols);
        var key = new PackageKey(options.Ecosystem, options.Package, options.Version);
        return new PackageSource(key, walk.Sources("", intoProjects: true).Select(file => Entry(file, Nearest(file.Path))));

        CSharpParseOptions Nearest(string path)
        {
            CSharpParseOptions? found;
            for (var folder = FolderOf(path); !parsing.TryGetValue(folder, out found); folder = FolderOf(folder[..^1]))
            {
            }
            return found;
        }
    }

    private static IEnumerable<PackageSource> EachProject(
        ExtractOptions options, SourceWalk walk, ProjectReader reader, Action<string> warn)
    {
        if (!walk.HasProject())
        {
            var none = new PackageKey(options.Ecosystem, null, null);
            var parsing = FlatTree.ParseOptions(reader.Defined);
            yield return new PackageSource(none, walk.Sources("", intoProjects: false).Select(file => Entry(file, parsing)));
        }
        string? last = null;
        foreach (var path in walk.Projects())
        {
            var folder = FolderOf(path);
            var project = reader.Read(path);
            if (SyntaxNames.IsTooLong(project.Name) || SyntaxNames.IsTooLong(project.Version))
                throw new ExtractException($"{path}: name and version are at most 2000 bytes long");
            if (folder == last)
                warn($"{path}: not the first project in its folder, so that it gets no files");
            var parsing = FlatTree.ParseOptions(project.Symbols);
            var files = folder == last ? [] : walk.Sources(folder, intoProjects: false).Select(file => Entry(file, parsing));
            last = folder;
            yield return new PackageSource(new PackageKey(options.Ecosystem, project.Name, project.Version), files);
        }
    }

    private static string FolderOf(string path) => path[..(path.LastIndexOf('/') + 1)];

    private static SourceEntry Entry((string Path, long Bytes) file, CSharpParseOptions parsing) => new(file.Path, file.Bytes, parsing);
}

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
/// <param name="Assembly">The name of the assembly that the files make.</param>
/// <param name="Items">What is to know of the meaning of the names in them.</param>
/// <param name="Number">The number of the project; -1 for files of several, or none.</param>
internal sealed record PackageSource(
    PackageKey Key, IEnumerable<SourceEntry> Files, string Assembly, ProjectItems Items, int Number = -1)
{
    /// <summary>The packages of a folder: first the files of none, then by the paths of their project files.</summary>
    public static IEnumerable<PackageSource> Find(ExtractOptions options, ProjectTree projects, Action<string> warn)
    {
        var walk = new SourceWalk(options.Directory, warn);
        return options.Package is null ? EachProject(options, walk, projects, warn) : [Whole(options, walk, projects)];
    }

    private static PackageSource Whole(ExtractOptions options, SourceWalk walk, ProjectTree projects)
    {
        var parsing = new Dictionary<string, CSharpParseOptions> { [""] = FlatTree.ParseOptions(options.Define) };
        foreach (var entry in projects.All)
            if (!parsing.ContainsKey(entry.Folder) || entry.Folder.Length == 0)
                parsing[entry.Folder] = FlatTree.ParseOptions(entry.Project.Symbols);
        var key = new PackageKey(options.Ecosystem, options.Package, options.Version);
        var files = walk.Sources("", intoProjects: true).Select(file => new SourceEntry(file.Path, file.Bytes, Nearest(file.Path)));
        return new PackageSource(key, files, options.Package!, projects.Together());

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
        ExtractOptions options, SourceWalk walk, ProjectTree projects, Action<string> warn)
    {
        if (!walk.HasProject())
        {
            var none = new PackageKey(options.Ecosystem, null, null);
            var parsing = FlatTree.ParseOptions(options.Define);
            yield return new PackageSource(none, Sources(walk, "", parsing), "none", ProjectItems.None);
        }
        foreach (var entry in projects.All)
        {
            var project = entry.Project;
            if (SyntaxNames.IsTooLong(project.Name) || SyntaxNames.IsTooLong(project.Version))
                throw new ExtractException($"{entry.Path}: name and version are at most 2000 bytes long");
            if (!entry.HasFiles)
                warn($"{entry.Path}: not the first project in its folder, so that it gets no files");
            var key = new PackageKey(options.Ecosystem, project.Name, project.Version);
            yield return new PackageSource(key, ProjectTree.Sources(entry, walk), project.Assembly, project.Items, entry.Number);
        }
    }

    /// <summary>The files of a folder that are of no project below it.</summary>
    public static IEnumerable<SourceEntry> Sources(SourceWalk walk, string folder, CSharpParseOptions parsing) =>
        walk.Sources(folder, intoProjects: false).Select(file => new SourceEntry(file.Path, file.Bytes, parsing));

    public static string FolderOf(string path) => path[..(path.LastIndexOf('/') + 1)];
}

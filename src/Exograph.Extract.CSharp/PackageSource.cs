namespace Exograph.Extract.CSharp;

/// <summary>A package to extract: its key, and which files it is made of.</summary>
/// <param name="Key">Its name and version; a null name stands for the files of no package.</param>
/// <param name="Files">Paths in ordinal order, found anew on each enumeration.</param>
internal sealed record PackageSource(PackageKey Key, IEnumerable<string> Files)
{
    /// <summary>The packages of a folder: first the files of none, then by the paths of their project files.</summary>
    public static IEnumerable<PackageSource> Find(ExtractOptions options, Action<string> warn)
    {
        var root = options.Directory;
        if (options.Package is not null)
        {
            var key = new PackageKey(options.Ecosystem, options.Package, options.Version);
            yield return new PackageSource(key, SourceWalk.Sources(root, "", intoProjects: true));
            yield break;
        }
        if (!SourceWalk.HasProject(root))
        {
            var none = new PackageKey(options.Ecosystem, null, null);
            yield return new PackageSource(none, SourceWalk.Sources(root, "", intoProjects: false));
        }
        string? last = null;
        foreach (var project in SourceWalk.Projects(root))
        {
            var folder = project[..(project.LastIndexOf('/') + 1)];
            var (name, version) = ProjectFile.Read(Path.Combine(Path.GetFullPath(root), project), warn);
            if (SyntaxNames.IsTooLong(name) || SyntaxNames.IsTooLong(version))
                throw new ExtractException($"{project}: name and version are at most 2000 bytes long");
            if (folder == last)
                warn($"{project}: not the first project in its folder, so that it gets no files");
            var files = folder == last ? [] : SourceWalk.Sources(root, folder, intoProjects: false);
            last = folder;
            yield return new PackageSource(new PackageKey(options.Ecosystem, name, version), files);
        }
    }
}

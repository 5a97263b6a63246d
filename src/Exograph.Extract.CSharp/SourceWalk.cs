namespace Exograph.Extract.CSharp;

/// <summary>Finds source and project files in ordinal order of their paths, holding one directory per level.</summary>
internal static class SourceWalk
{
    private static readonly string[] s_generatedEndings =
        [".g.cs", ".g.i.cs", ".designer.cs", ".generated.cs", ".assemblyinfo.cs", ".assemblyattributes.cs"];

    /// <summary>The source files below a folder ("", or a path that ends in a slash), by path relative to the root.</summary>
    public static IEnumerable<string> Sources(string root, string folder, bool intoProjects) =>
        Walk(root, folder, intoProjects).Where(IsSource);

    /// <summary>The project files below the root.</summary>
    public static IEnumerable<string> Projects(string root) => Walk(root, "", intoProjects: true).Where(IsProject);

    public static bool HasProject(string directory) => Directory.EnumerateFiles(directory).Any(IsProject);

    private static bool IsProject(string path) => path.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase);

    private static bool IsSource(string path) =>
        path.EndsWith(".cs", StringComparison.OrdinalIgnoreCase)
        && !Array.Exists(s_generatedEndings, ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static bool IsLeftOut(string directory) =>
        directory.StartsWith('.') || directory is "bin" or "obj" or "node_modules";

    private static IEnumerable<string> Walk(string root, string folder, bool intoProjects)
    {
        var ahead = new Stack<string>();
        ahead.Push(folder);
        while (ahead.TryPop(out var path))
        {
            if (path.Length > 0 && !path.EndsWith('/'))
            {
                yield return path;
                continue;
            }
            var entries = List(root, path);
            if (!intoProjects && path != folder && entries.Exists(IsProject))
                continue;
            // A directory sorts with its slash, so that whole paths come in order.
            entries.Sort(static (a, b) => string.CompareOrdinal(b, a));
            entries.ForEach(ahead.Push);
        }
    }

    private static List<string> List(string root, string path)
    {
        var entries = new List<string>();
        foreach (var entry in new DirectoryInfo(Path.Combine(root, path)).EnumerateFileSystemInfos())
        {
            if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
                continue;
            if (!entry.Attributes.HasFlag(FileAttributes.Directory))
                entries.Add(path + entry.Name);
            else if (!IsLeftOut(entry.Name))
                entries.Add(path + entry.Name + '/');
        }
        return entries;
    }
}

using System.IO.Enumeration;
using Exograph.Shared;

namespace Exograph.Extract.CSharp;

/// <summary>Finds source and project files in ordinal order of their paths, holding one directory per level. Follows no links.</summary>
internal sealed class SourceWalk(string root, Action<string> warn)
{
    private static readonly string[] s_generatedEndings =
        [".g.cs", ".g.i.cs", ".designer.cs", ".generated.cs", ".assemblyinfo.cs", ".assemblyattributes.cs"];

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>The source files below a folder ("", or a path that ends in a slash), by path relative to the root, with their sizes.</summary>
    public IEnumerable<(string Path, long Bytes)> Sources(string folder, bool intoProjects) =>
        Walk(folder, intoProjects, IsSource).Where(file => IsSource(file.Path)).Select(file => (file.Path, file.Bytes));

    /// <summary>The project files below the root.</summary>
    public IEnumerable<string> Projects() =>
        Walk("", intoProjects: true, IsProject).Select(file => file.Path).Where(IsProject);

    /// <summary>Whether a project file is in the root itself.</summary>
    public bool HasProject() => List("", static _ => false, []).Exists(entry => IsProject(entry.Path));

    private static bool IsProject(string path) => path.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase);

    private static bool IsSource(string path) =>
        path.EndsWith(".cs", StringComparison.OrdinalIgnoreCase)
        && !Array.Exists(s_generatedEndings, ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static bool IsLeftOut(string directory) =>
        directory.StartsWith('.') || directory is "bin" or "obj" or "node_modules";

    private IEnumerable<Entry> Walk(string folder, bool intoProjects, Predicate<string> isWanted)
    {
        var ahead = new Stack<Entry>();
        ahead.Push(new Entry(folder, IsDirectory: true));
        while (ahead.TryPop(out var next))
        {
            if (!next.IsDirectory)
            {
                yield return next;
                continue;
            }
            var problems = new List<string>();
            var entries = List(next.Path, isWanted, problems);
            if (!intoProjects && next.Path != folder && entries.Exists(entry => !entry.IsDirectory && IsProject(entry.Path)))
                continue;
            problems.Sort(StringComparer.Ordinal);
            problems.ForEach(warn);
            // A directory sorts with its slash, so that whole paths come in order.
            entries.Sort(static (a, b) => string.CompareOrdinal(b.Path, a.Path));
            entries.ForEach(ahead.Push);
        }
    }

    /// <summary>The folders, sources and projects in a folder, and what is left out although it could be wanted.</summary>
    private List<Entry> List(string path, Predicate<string> isWanted, List<string> problems)
    {
        var entries = new List<Entry>();
        var found = new FileSystemEnumerable<Entry>(
            Path.Combine(root, path),
            (ref FileSystemEntry entry) => new Entry(path + entry.FileName.ToString(), entry.IsDirectory),
            s_everything);
        // Folders belong to the walk for sources.
        var warnsOfFolders = isWanted("folder.cs");
        foreach (var entry in found)
        {
            var isFolder = entry.IsDirectory;
            if (isFolder ? IsLeftOut(entry.Path[path.Length..]) : !IsSource(entry.Path) && !IsProject(entry.Path))
                continue;
            if (Problem(entry) is not { } problem)
                entries.Add(isFolder ? new Entry(entry.Path + '/', true) : entry with { Bytes = SizeOf(entry.Path) });
            else if (isFolder ? warnsOfFolders : isWanted(entry.Path))
                problems.Add($"{entry.Path} is left out: it {problem}");
        }
        return entries;
    }

    private string? Problem(Entry entry)
    {
        try
        {
            var problem = RegularFile.Problem(Path.Combine(root, entry.Path));
            return entry.IsDirectory && problem == "is a directory" ? null : problem;
        }
        catch (IOException)
        {
            // .NET replaces what is no UTF-8 in a name, and then does not find what it has listed.
            return entry.Path.Contains('\uFFFD', StringComparison.Ordinal) ? "has a name that is not UTF-8" : "is no longer there";
        }
    }

    private long SizeOf(string path) => new FileInfo(Path.Combine(root, path)) is { Exists: true } file ? file.Length : 0;

    private sealed record Entry(string Path, bool IsDirectory)
    {
        public long Bytes { get; init; }
    }
}

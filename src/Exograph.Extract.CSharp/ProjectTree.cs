using System.Collections.Immutable;

namespace Exograph.Extract.CSharp;

/// <summary>A project of the folder that is read.</summary>
/// <param name="Number">Its place in the order of paths.</param>
/// <param name="Path">The path of its file below the root.</param>
/// <param name="Project">What the file says.</param>
/// <param name="HasFiles">Whether it is the first in its folder, which gets the files.</param>
internal sealed record ProjectEntry(int Number, string Path, Project Project, bool HasFiles)
{
    public string Folder => PackageSource.FolderOf(Path);
}

/// <summary>The projects of a folder, by the paths of their files, and which of them sees which.</summary>
internal sealed class ProjectTree
{
    private readonly Dictionary<string, ProjectEntry> _byPath = [];
    private readonly Dictionary<string, ProjectEntry> _byPackage = new(StringComparer.OrdinalIgnoreCase);

    public ProjectTree(ExtractOptions options, Action<string> warn, Action<string> note)
    {
        var reader = new ProjectReader(options, warn, note);
        var all = ImmutableArray.CreateBuilder<ProjectEntry>();
        // The walk over the sources tells of folders; of project files nobody else does.
        foreach (var path in new SourceWalk(options.Directory, warn).Projects())
        {
            var hasFiles = all.Count == 0 || all[^1].Folder != PackageSource.FolderOf(path);
            all.Add(new ProjectEntry(all.Count, path, reader.Read(path), hasFiles));
            _byPath.Add(path, all[^1]);
            _byPackage.TryAdd(all[^1].Project.Name, all[^1]);
        }
        All = all.ToImmutable();
    }

    public ImmutableArray<ProjectEntry> All { get; }

    /// <summary>The files of a project.</summary>
    public static IEnumerable<SourceEntry> Sources(ProjectEntry entry, SourceWalk walk) =>
        entry.HasFiles ? PackageSource.Sources(walk, entry.Folder, FlatTree.ParseOptions(entry.Project.Symbols)) : [];

    /// <summary>The projects that a project refers to itself, as projects or as the packages that they make, but for itself.</summary>
    public IEnumerable<ProjectEntry> ReferencesOf(ProjectEntry entry)
    {
        foreach (var path in entry.Project.Items.References)
            if (_byPath.TryGetValue(path, out var found) && found != entry)
                yield return found;
        foreach (var package in entry.Project.Items.Packages)
            if (_byPackage.TryGetValue(package, out var found) && found != entry)
                yield return found;
    }

    /// <summary>The projects that a project sees: those that it refers to, and those that these see, in the order in which they are met.</summary>
    public IReadOnlyList<ProjectEntry> SeenBy(ProjectEntry entry)
    {
        // Of more than anybody has the first count: each project is asked for all that it sees.
        const int maxSeen = 1_000;
        const int maxReferences = 20_000;
        var seen = new List<ProjectEntry>();
        var known = new HashSet<int> { entry.Number };
        var references = 0;
        for (var i = -1; i < seen.Count; i++)
            foreach (var next in ReferencesOf(i < 0 ? entry : seen[i]))
                if (++references <= maxReferences && seen.Count < maxSeen && known.Add(next.Number))
                    seen.Add(next);
        return seen;
    }

    /// <summary>The items of all projects, for files that are read as one package.</summary>
    public ProjectItems Together() => new(
        [], [], [.. All.SelectMany(entry => entry.Project.Items.GlobalUsings).Distinct()], [], All.Any(entry => entry.Project.Items.UsesWeb));
}

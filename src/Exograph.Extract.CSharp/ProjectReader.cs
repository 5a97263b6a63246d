using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.Extract.CSharp;

/// <summary>What is taken from a project file and the props files above it.</summary>
/// <param name="Name">The package's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Symbols">The preprocessor symbols that its sources are read with.</param>
/// <param name="Assembly">The name of its assembly.</param>
/// <param name="Items">What its items say about the meaning of names.</param>
internal sealed record Project(string Name, string Version, ImmutableArray<string> Symbols, string Assembly, ProjectItems Items);

/// <summary>Reads project files as far as that can be done without MSBuild, of which nothing is run.</summary>
internal sealed class ProjectReader(ExtractOptions options, Action<string> warn, Action<string> note)
{
    private const string Above = "Directory.Build.props";
    private const string Below = "Directory.Build.targets";

    // Each builds up on those before it: an order of its own, as in MSBuild.
    private static readonly string[] s_naming = ["PackageId", "AssemblyName", "Version", "VersionPrefix", "VersionSuffix"];

    private readonly Dictionary<string, ProjectScript?> _shared = [];

    /// <summary>The symbols of files that no project holds: those that the caller defines.</summary>
    public ImmutableArray<string> Defined { get; } = [.. options.Define];

    /// <summary>Reads a project by its path below the root.</summary>
    public Project Read(string path)
    {
        var full = Path.GetFullPath(Path.Combine(options.Directory, path));
        var project = Load(full, path) ?? new ProjectScript("", null, [], []);
        var above = Shared(full, Above);
        var below = Shared(full, Below);
        try
        {
            var framework = Choose(path, Evaluate(full, project, above, below, null, Ignore, []));
            var scripts = new List<ProjectScript>();
            var properties = Evaluate(full, project, above, below, framework, line => warn(
                $"{path}: its preprocessor symbols or target frameworks depend on what is not evaluated ({line})"), scripts);
            var symbols = SymbolsOf(properties, project.HasSdk ? framework : null, project.HasSdk);
            var items = ProjectItems.Of(options.Directory, full, scripts, properties);
            return new Project(NameOf(properties, path), VersionOf(properties), symbols, AssemblyOf(properties, path), items);
        }
        catch (ExtractException e)
        {
            warn($"{path} is not read: {e.Message}");
            var name = Path.GetFileNameWithoutExtension(path);
            return new Project(name, "0.0.0", Defined, name, ProjectItems.None);
        }

        static void Ignore(string line)
        {
        }
    }

    /// <summary>The files of a name above a project, the outermost first. MSBuild stops at the nearest, which names the next.</summary>
    private List<ProjectScript> Shared(string project, string name)
    {
        var found = new List<ProjectScript>();
        for (var folder = Path.GetDirectoryName(project); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var path = Path.Combine(folder, name);
            if (!_shared.TryGetValue(path, out var script))
                _shared.Add(path, script = new FileInfo(path).Exists || new FileInfo(path).LinkTarget is not null ? Load(path, path) : null);
            if (script is not null)
                found.Insert(0, script);
        }
        return found;
    }

    private ProjectScript? Load(string path, string shown)
    {
        try
        {
            return ProjectScript.Read(path);
        }
        catch (ExtractException e)
        {
            warn($"{shown} is not read: {e.Message}");
            return null;
        }
    }

    private ProjectProperties Evaluate(
        string path, ProjectScript project, List<ProjectScript> above, List<ProjectScript> below, TargetFramework? framework,
        Action<string> unknown, List<ProjectScript> ran)
    {
        var folder = Path.GetDirectoryName(path)!;
        var properties = new ProjectProperties();
        // As packages are made: dotnet pack builds Release.
        properties.Fix("Configuration", "Release");
        properties.Fix("Platform", "AnyCPU");
        properties["OS"] = "Unix";
        properties["MSBuildProjectName"] = Path.GetFileNameWithoutExtension(path);
        properties["MSBuildProjectFile"] = Path.GetFileName(path);
        if (framework is not null)
            properties.Fix("TargetFramework", framework.Text);
        above.ForEach(script => Run(script, folder, properties, unknown, ran));
        if (project.HasSdk)
            properties["DefineConstants"] += ";TRACE";
        Run(project, folder, properties, unknown, ran);
        if (framework is not null)
        {
            properties["TargetFrameworkIdentifier"] = framework.Identifier;
            properties["TargetFrameworkVersion"] = "v" + framework.VersionText;
        }
        below.ForEach(script => Run(script, folder, properties, unknown, ran));
        return properties;
    }

    private void Run(
        ProjectScript script, string folder, ProjectProperties properties, Action<string> unknown, List<ProjectScript> ran)
    {
        ran.Add(script);
        foreach (var property in script.Properties)
        {
            if (property.IsImport)
            {
                if (Import(script, folder, property, properties, ran) is { } imported)
                    Run(imported, folder, properties, unknown, ran);
                continue;
            }
            var matters = property.Name is "DefineConstants" or "TargetFramework" or "TargetFrameworks";
            var holds = ProjectCondition.Holds(property.Guards, properties);
            var value = holds == false ? null : properties.Expand(property.Value);
            if (matters && (holds is null || holds == true && value is null))
                unknown($"line {property.Line}");
            if (holds != true || value is null)
                continue;
            // A version of which a part is missing is none; of lists the rest will do.
            if (s_naming.Contains(property.Name) && (properties.IsPartial || value.Length == 0))
                continue;
            properties[property.Name] = value;
        }
    }

    /// <summary>
    /// The file that an import names, of those below the root: each but once, and not those that are read anyway. That it exists, of
    /// which conditions often ask, is seen when it is looked for.
    /// </summary>
    private ProjectScript? Import(
        ProjectScript script, string folder, ProjectProperty import, ProjectProperties properties, List<ProjectScript> ran)
    {
        const int maxScripts = 64;
        if (ran.Count >= maxScripts || ProjectCondition.Holds(import.Guards, properties) == false
            || properties.Expand(script.WithFolders(import.Value, folder)) is not { Length: > 0 } path
            || ProjectItems.BelowRoot(options.Directory, script.Folder, path) is not { } below || Path.GetFileName(below) is Above or Below)
            return null;
        var full = Path.GetFullPath(options.Directory);
        foreach (var part in below.Split('/')[..^1])
        {
            full = Path.Combine(full, part);
            if (new DirectoryInfo(full) is not { Exists: true, LinkTarget: null })
                return null;
        }
        full = Path.Combine(full, Path.GetFileName(below));
        if (!_shared.TryGetValue(full, out var imported))
            _shared.Add(full, imported = new FileInfo(full).Exists ? Load(full, below) : null);
        return imported is null || ran.Contains(imported) ? null : imported;
    }

    private TargetFramework? Choose(string path, ProjectProperties properties)
    {
        var names = properties["TargetFramework"] is { Length: > 0 } one ? one : properties["TargetFrameworks"];
        var frameworks = names.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(TargetFramework.Parse).OfType<TargetFramework>().ToList();
        var wanted = frameworks.Find(f => f.Text.Equals(options.Framework, StringComparison.OrdinalIgnoreCase));
        var chosen = wanted ?? TargetFramework.Newest(frameworks);
        if (chosen is not null && frameworks.Count > 1)
            note($"{path}: read as {chosen.Text}, one of {frameworks.Count} target frameworks");
        return chosen;
    }

    private static string NameOf(ProjectProperties properties, string path) =>
        properties["PackageId"] is { Length: > 0 } id ? id : AssemblyOf(properties, path);

    private static string AssemblyOf(ProjectProperties properties, string path) =>
        properties["AssemblyName"] is { Length: > 0 } assembly ? assembly : Path.GetFileNameWithoutExtension(path);

    private static string VersionOf(ProjectProperties properties)
    {
        if (properties["Version"] is { Length: > 0 } version)
            return version;
        if (properties["VersionPrefix"] is not { Length: > 0 } prefix)
            return "0.0.0";
        return properties["VersionSuffix"] is { Length: > 0 } suffix ? $"{prefix}-{suffix}" : prefix;
    }

    private ImmutableArray<string> SymbolsOf(ProjectProperties properties, TargetFramework? framework, bool hasSdk)
    {
        const int maxSymbols = 10_000;
        var symbols = properties["DefineConstants"].Split([';', ',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Where(SyntaxFacts.IsValidIdentifier);
        if (hasSdk)
            symbols = symbols.Append("RELEASE");
        if (framework is not null && !properties["DisableImplicitFrameworkDefines"].Equals("true", StringComparison.OrdinalIgnoreCase))
            symbols = symbols.Concat(framework.Symbols());
        return [.. symbols.Concat(Defined).Distinct(StringComparer.Ordinal).Take(maxSymbols)];
    }
}

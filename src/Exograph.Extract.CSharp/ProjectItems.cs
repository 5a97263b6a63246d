using System.Collections.Immutable;

namespace Exograph.Extract.CSharp;

/// <summary>What a project's items say about the meaning of the names in its sources.</summary>
/// <param name="References">Paths of the projects that it refers to, below the root.</param>
/// <param name="Packages">Names of the packages that it refers to, some of which may be projects of the tree.</param>
/// <param name="GlobalUsings">What follows <c>global using</c> for all of its files.</param>
/// <param name="Friends">Assemblies that see what is internal to it.</param>
/// <param name="UsesWeb">Whether it refers to the framework of ASP.NET Core.</param>
internal sealed record ProjectItems(
    ImmutableArray<string> References, ImmutableArray<string> Packages, ImmutableArray<string> GlobalUsings,
    ImmutableArray<string> Friends, bool UsesWeb)
{
    private const int MaxItems = 10_000;

    private static readonly string[] s_usings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private static readonly string[] s_webUsings =
    [
        "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http",
        "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    public static ProjectItems None { get; } = new([], [], [], [], false);

    /// <summary>Evaluates the items of a project and of the files above it, once all properties have their values.</summary>
    /// <param name="root">The folder that is read: projects outside of it are not known.</param>
    /// <param name="project">The path of the project file.</param>
    /// <param name="scripts">The files with the items, in their order.</param>
    /// <param name="properties">The properties of the project.</param>
    public static ProjectItems Of(string root, string project, IEnumerable<ProjectScript> scripts, ProjectProperties properties)
    {
        var folder = Path.GetDirectoryName(project)!;
        var all = scripts.ToList();
        var sdk = all.Select(script => script.Sdk).OfType<string>().FirstOrDefault();
        var isWeb = sdk?.StartsWith("Microsoft.NET.Sdk.Web", StringComparison.OrdinalIgnoreCase) ?? false;
        var references = new List<string>();
        var packages = new List<string>();
        var friends = new List<string>();
        var usings = sdk is not null && properties["ImplicitUsings"].ToLowerInvariant() is "enable" or "true"
            ? isWeb ? [.. s_usings, .. s_webUsings] : s_usings.ToList()
            : [];
        foreach (var (script, item) in all.SelectMany(script => script.Items.Select(item => (script, item))).Take(MaxItems))
        {
            // A reference too many does no harm: what is not known counts as holding.
            if (ProjectCondition.Holds(item.Guards, properties) == false)
                continue;
            string[] included = item.Include is null ? [] : Values(item.Include);
            switch (item.Kind)
            {
                case "ProjectReference":
                    references.AddRange(included.Select(path => BelowRoot(root, folder, path)).OfType<string>());
                    break;
                case "PackageReference":
                    packages.AddRange(included);
                    break;
                case "InternalsVisibleTo":
                    friends.AddRange(included.Select(name => name.Split(',')[0].Trim()));
                    break;
                case "FrameworkReference":
                    isWeb |= included.Contains("Microsoft.AspNetCore.App");
                    break;
                case "Using":
                    usings.AddRange(included.Select(name => Directive(name, item.Modifiers)));
                    if (item.Remove is not null)
                        usings.RemoveAll(Values(item.Remove).Contains);
                    break;
            }

            string[] Values(string list)
            {
                return properties.Expand(script.WithFolders(list, folder))?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
            }
        }
        return new ProjectItems([.. references.Distinct()], [.. packages.Distinct()], [.. usings.Distinct()], [.. friends.Distinct()], isWeb);
    }

    private static string Directive(string name, (string? Static, string? Alias) modifiers) =>
        modifiers.Alias is { Length: > 0 } alias ? $"{alias} = {name}"
        : "true".Equals(modifiers.Static, StringComparison.OrdinalIgnoreCase) ? "static " + name
        : name;

    /// <summary>The path of a file below the root, from the path by which a project names it; null for one outside.</summary>
    public static string? BelowRoot(string root, string folder, string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            return null;
        var below = Path.GetRelativePath(Path.GetFullPath(root), Path.GetFullPath(Path.Combine(folder, path.Replace('\\', '/')))).Replace('\\', '/');
        return below.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(below) ? null : below;
    }
}

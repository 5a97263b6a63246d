using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Exograph.Extract.CSharp;

/// <summary>
/// The base library that names are bound against: the reference assemblies of the SDK that this program runs on, else the
/// assemblies of its runtime. Which framework a project is for does not matter here: newer ones have what older ones had.
/// </summary>
internal static class ReferenceAssemblies
{
    private static readonly string s_runtime = Path.GetDirectoryName(typeof(object).Assembly.Location) ?? "";
    private static readonly Lazy<ImmutableArray<MetadataReference>> s_core = new(() =>
        Pack("Microsoft.NETCore.App.Ref") is [_, ..] pack ? pack : Runtime());

    private static readonly Lazy<ImmutableArray<MetadataReference>> s_web = new(() => Pack("Microsoft.AspNetCore.App.Ref"));

    /// <summary>The base library.</summary>
    public static ImmutableArray<MetadataReference> Core => s_core.Value;

    /// <summary>What ASP.NET Core has besides; none where the SDK does not bring it.</summary>
    public static ImmutableArray<MetadataReference> Web => s_web.Value;

    private static ImmutableArray<MetadataReference> Pack(string name)
    {
        // dotnet/shared/Microsoft.NETCore.App/10.0.0 and dotnet/packs/Microsoft.NETCore.App.Ref/10.0.0/ref/net10.0
        var pack = new DirectoryInfo(Path.Combine(s_runtime, "..", "..", "..", "packs", name));
        if (s_runtime.Length == 0 || !pack.Exists)
            return [];
        var newest = pack.EnumerateDirectories().Where(version => IsOfThisVersion(version.Name))
            .OrderBy(version => Version.TryParse(version.Name, out var number) ? number : new Version()).ThenBy(version => version.Name, StringComparer.Ordinal)
            .LastOrDefault();
        var framework = newest?.GetDirectories("ref").SelectMany(folder => folder.EnumerateDirectories()).FirstOrDefault();
        return framework is null ? [] : Assemblies(framework.EnumerateFiles("*.dll").Select(file => file.FullName));
    }

    private static bool IsOfThisVersion(string version) =>
        version.StartsWith($"{Environment.Version.Major}.{Environment.Version.Minor}.", StringComparison.Ordinal);

    private static ImmutableArray<MetadataReference> Runtime()
    {
        var trusted = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator);
        return Assemblies(trusted.Where(path => Path.GetDirectoryName(path) == s_runtime));
    }

    private static ImmutableArray<MetadataReference> Assemblies(IEnumerable<string> paths) =>
        [.. paths.Order(StringComparer.Ordinal).Select(path => MetadataReference.CreateFromFile(path))];
}

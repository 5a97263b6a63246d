using System.Xml;
using System.Xml.Linq;

namespace Exograph.Extract.CSharp;

/// <summary>Reads a package's name and version off a project file, as text: no MSBuild evaluation.</summary>
internal static class ProjectFile
{
    /// <summary>The package's name and version; what the file does not say, its name and the props files above do.</summary>
    public static (string Name, string Version) Read(string path, Action<string> warn)
    {
        var project = Load(path, warn);
        var name = Value(project, "PackageId") ?? Value(project, "AssemblyName") ?? Path.GetFileNameWithoutExtension(path);
        return (name, VersionOf(project) ?? VersionAbove(path, warn) ?? "0.0.0");
    }

    private static string? VersionAbove(string path, Action<string> warn)
    {
        for (var folder = Directory.GetParent(path); folder is not null; folder = folder.Parent)
        {
            var props = Path.Combine(folder.FullName, "Directory.Build.props");
            if (File.Exists(props) && VersionOf(Load(props, warn)) is { } version)
                return version;
        }
        return null;
    }

    private static string? VersionOf(XDocument? project) => Value(project, "Version") ?? Value(project, "VersionPrefix");

    private static string? Value(XDocument? project, string property) =>
        project?.Descendants()
            .Where(e => e.Name.LocalName == property && e.Parent?.Name.LocalName == "PropertyGroup")
            .Select(e => e.Value.Trim())
            .FirstOrDefault(value => value.Length > 0 && !value.Contains("$(", StringComparison.Ordinal));

    private static XDocument? Load(string path, Action<string> warn)
    {
        try
        {
            using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return XDocument.Load(reader);
        }
        catch (XmlException e)
        {
            warn($"{Path.GetFileName(path)} is not read: {e.Message}");
            return null;
        }
    }
}

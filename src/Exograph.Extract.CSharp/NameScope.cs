namespace Exograph.Extract.CSharp;

/// <summary>Where names are looked up: a file, a namespace or a type, within the one around it. Holds no syntax.</summary>
internal sealed class NameScope(NameScope? outer, string prefix)
{
    public NameScope? Outer { get; } = outer;

    /// <summary>The qualified name of the namespace or type; empty for the file.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>Namespaces that are imported here.</summary>
    public List<string> Usings { get; } = [];

    /// <summary>Types whose static members are imported here.</summary>
    public List<string> StaticUsings { get; } = [];

    public Dictionary<string, string> Aliases { get; } = [];
}

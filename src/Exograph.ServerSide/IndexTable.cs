using System.Collections.Frozen;
using System.Text.Json;

namespace Exograph.ServerSide;

/// <summary>A table of the index that loads report about: those that rows are staged for, and <c>file_paths</c>.</summary>
public enum IndexTable
{
    /// <summary><c>packages</c>.</summary>
    Packages,
    /// <summary><c>package_versions</c>.</summary>
    PackageVersions,
    /// <summary><c>files</c>.</summary>
    Files,
    /// <summary><c>file_paths</c>: the paths that share one file's content.</summary>
    FilePaths,
    /// <summary><c>terms</c>.</summary>
    Terms,
    /// <summary><c>fragments</c>.</summary>
    Fragments,
    /// <summary><c>graph_nodes</c>.</summary>
    GraphNodes,
    /// <summary><c>comments</c>.</summary>
    Comments,
    /// <summary><c>definitions</c>.</summary>
    Definitions,
    /// <summary><c>symbol_references</c>.</summary>
    SymbolReferences,
    /// <summary><c>call_edges</c>.</summary>
    CallEdges,
    /// <summary><c>fragment_terms</c>.</summary>
    FragmentTerms,
}

/// <summary>Values of an enumeration and what the database calls them: <c>FragmentTerms</c> is <c>fragment_terms</c>.</summary>
internal static class Names<TEnum> where TEnum : struct, Enum
{
    private static readonly FrozenDictionary<TEnum, string> s_names = Enum.GetValues<TEnum>()
        .ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

    private static readonly FrozenDictionary<string, TEnum> s_values = s_names.ToFrozenDictionary(n => n.Value, n => n.Key);

    public static string Of(TEnum value) => s_names[value];

    public static bool IsDefined(TEnum value) => s_names.ContainsKey(value);

    /// <summary>The value of a name; null where it is none.</summary>
    public static TEnum? Find(string? name) => name is not null && s_values.TryGetValue(name, out var value) ? value : null;

    /// <exception cref="LoadException">The database is newer than this library.</exception>
    public static TEnum Parse(string name) => Find(name)
        ?? throw new LoadException($"'{name}' is no {typeof(TEnum).Name} that this library knows") { Hint = SchemaVersion.NewerDriver };
}

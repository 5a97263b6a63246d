namespace Exograph.ServerSide;

/// <summary>Tables whose rows belong to files: those of <c>fragment_terms</c> by their fragments.</summary>
[Flags]
public enum FactTables
{
    /// <summary>None of them.</summary>
    None = 0,
    /// <summary><c>comments</c>.</summary>
    Comments = 1,
    /// <summary><c>definitions</c>.</summary>
    Definitions = 2,
    /// <summary><c>symbol_references</c>.</summary>
    SymbolReferences = 4,
    /// <summary><c>call_edges</c>.</summary>
    CallEdges = 8,
    /// <summary><c>fragments</c>.</summary>
    Fragments = 16,
    /// <summary><c>fragment_terms</c>.</summary>
    FragmentTerms = 32,
    /// <summary><c>graph_nodes</c>.</summary>
    GraphNodes = 64,
    /// <summary>All of them.</summary>
    All = Comments | Definitions | SymbolReferences | CallEdges | Fragments | FragmentTerms | GraphNodes,
}

/// <summary>The names of <see cref="FactTables"/> in the database.</summary>
internal static class FactTableNames
{
    private static readonly (FactTables Table, string Name)[] s_names =
    [
        (FactTables.Comments, "comments"), (FactTables.Definitions, "definitions"),
        (FactTables.SymbolReferences, "symbol_references"), (FactTables.CallEdges, "call_edges"),
        (FactTables.Fragments, "fragments"), (FactTables.FragmentTerms, "fragment_terms"),
        (FactTables.GraphNodes, "graph_nodes"),
    ];

    public static IEnumerable<string> All => s_names.Select(n => n.Name);

    public static string[] Of(FactTables tables) => [.. s_names.Where(n => tables.HasFlag(n.Table)).Select(n => n.Name)];

    /// <summary>The table of a name; none where it is no such table.</summary>
    public static FactTables Find(string name) => Array.Find(s_names, n => n.Name == name).Table;
}

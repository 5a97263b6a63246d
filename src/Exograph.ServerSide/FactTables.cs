using System.Numerics;

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
    public static string[] Of(FactTables tables) =>
        [.. Enum.GetValues<FactTables>().Where(t => IsOne(t) && tables.HasFlag(t)).Select(Names<FactTables>.Of)];

    /// <summary>The table of a name; none where it is no such table.</summary>
    public static FactTables Find(string name) => Names<FactTables>.Find(name) is { } table && IsOne(table) ? table : FactTables.None;

    public static FactTables Find(string[] names) => names.Aggregate(FactTables.None, (sum, name) => sum | Find(name));

    private static bool IsOne(FactTables table) => BitOperations.IsPow2((int)table);
}

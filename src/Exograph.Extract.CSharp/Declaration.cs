namespace Exograph.Extract.CSharp;

internal enum DeclarationRole
{
    Namespace,
    Type,
    /// <summary>What a call can end at.</summary>
    Callable,
    /// <summary>A property, field, event or enum member.</summary>
    Value,
}

/// <summary>Something with a name in a file. Holds no syntax, so that it can outlive the tree.</summary>
internal sealed class Declaration
{
    /// <summary>The index of its node in the tree.</summary>
    public required int Item { get; init; }

    /// <summary>The index of the declaration around it; -1 for none.</summary>
    public required int Parent { get; init; }

    public required DeclarationRole Role { get; init; }

    /// <summary>The kind of a definition's row; null for what is none, as namespaces.</summary>
    public required string? Kind { get; init; }

    public required string? Module { get; init; }
    public required string Name { get; init; }
    public required string Qualified { get; init; }
    public required NameScope Scope { get; init; }

    /// <summary>Parameters, or a type's type parameters.</summary>
    public int? Arity { get; init; }

    /// <summary>Where the name stands in the source.</summary>
    public required int Position { get; init; }

    /// <summary>Whether it is a node of the call graph.</summary>
    public bool IsNode { get; init; }

    /// <summary>How many arguments a call can have.</summary>
    public int MinArguments { get; init; }
    public int MaxArguments { get; init; }

    /// <summary>Whether the first argument may stand before the dot.</summary>
    public bool IsExtension { get; init; }

    /// <summary>Whether the name alone may lead here: not where it says no more than what it overrides or implements.</summary>
    public bool CanBeGuessed { get; init; }

    /// <summary>The name of a value's type, or of what a callable returns.</summary>
    public string? ValueType { get; init; }

    /// <summary>The names of a type's bases.</summary>
    public string[] Bases { get; init; } = [];
}

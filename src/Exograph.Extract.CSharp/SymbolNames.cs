using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>The names of what the compiler binds, as declarations have them in the bundle, wherever they are declared.</summary>
internal static class SymbolNames
{
    /// <summary>What a symbol is in: a type or a namespace; null for none.</summary>
    public static string? ModuleOf(ISymbol symbol)
    {
        var around = symbol.ContainingSymbol;
        // Members of an extension block are named as if they stood beside it.
        while (around is INamedTypeSymbol { TypeKind: TypeKind.Extension } or { Kind: SymbolKind.Property or SymbolKind.Event })
            around = around.ContainingSymbol;
        return around is null or INamespaceSymbol { IsGlobalNamespace: true } or IModuleSymbol or IAssemblySymbol ? null : QualifiedName(around);
    }

    public static string QualifiedName(ISymbol symbol) => SyntaxNames.Join(
        ModuleOf(symbol), symbol is INamedTypeSymbol type ? SyntaxNames.WithArity(type.Name, type.Arity) : NameOf(symbol));

    /// <summary>The name of a symbol without what it is in.</summary>
    public static string NameOf(ISymbol symbol) => symbol is IPropertySymbol { IsIndexer: true } ? "this[]" : symbol.Name;

    /// <summary>Where a symbol is declared, each place as declarations have it: where the name stands.</summary>
    public static IEnumerable<(SyntaxTree Tree, int Position)> PlacesOf(ISymbol symbol)
    {
        // A primary constructor has no name of its own; it is where its parameters are.
        if (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor, IsImplicitlyDeclared: false })
            foreach (var reference in symbol.DeclaringSyntaxReferences)
                if (reference.GetSyntax() is TypeDeclarationSyntax { ParameterList: { } parameters })
                    yield return (reference.SyntaxTree, parameters.SpanStart);
        foreach (var location in symbol.Locations)
            if (location.SourceTree is { } tree)
                yield return (tree, location.SourceSpan.Start);
    }
}

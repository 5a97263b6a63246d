using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>
/// Parameters and locals by the function they are in, with the names of their types where these are written. Blocks are not
/// told apart: names seldom change their type within one function.
/// </summary>
internal sealed class VariableTable
{
    private readonly Dictionary<(int Declaration, string Name), string?> _types = [];
    private readonly DeclarationMap _declarations;

    public VariableTable(FlatTree tree, DeclarationMap declarations)
    {
        _declarations = declarations;
        for (var i = 0; i < tree.Items.Length; i++)
        {
            if (tree.Items[i].Node is { } node && Variable(node) is { } variable)
                Add(declarations.Innermost(i), node, variable.Name, variable.Type);
        }
    }

    /// <summary>Looks a variable up from within a declaration; its type is null where it is not written.</summary>
    public bool TryFind(int declaration, string name, out string? type)
    {
        for (; declaration >= 0; declaration = _declarations.All[declaration].Parent)
        {
            if (_types.TryGetValue((declaration, name), out type))
                return true;
            if (_declarations.All[declaration].Role == DeclarationRole.Type)
                break;
        }
        type = null;
        return false;
    }

    private void Add(int declaration, SyntaxNode node, string name, string? type)
    {
        // The parameters of a primary constructor are in sight in the whole type.
        if (node is ParameterSyntax { Parent.Parent: TypeDeclarationSyntax } && declaration >= 0)
            declaration = _declarations.All[declaration].Role == DeclarationRole.Callable
                ? _declarations.All[declaration].Parent
                : declaration;
        if (_types.TryGetValue((declaration, name), out var other) && other != type)
            type = null;
        _types[(declaration, name)] = type;
    }

    private static (string Name, string? Type)? Variable(SyntaxNode node) => node switch
    {
        ParameterSyntax p => (p.Identifier.ValueText, SyntaxNames.OfType(p.Type)),
        VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Parent: not BaseFieldDeclarationSyntax } list } v =>
            (v.Identifier.ValueText, SyntaxNames.OfType(list.Type) ?? OfValue(v.Initializer?.Value)),
        ForEachStatementSyntax f => (f.Identifier.ValueText, SyntaxNames.OfType(f.Type)),
        CatchDeclarationSyntax c => (c.Identifier.ValueText, SyntaxNames.OfType(c.Type)),
        SingleVariableDesignationSyntax d => (d.Identifier.ValueText, SyntaxNames.OfType(OfDesignation(d))),
        _ => null,
    };

    private static TypeSyntax? OfDesignation(SingleVariableDesignationSyntax designation) => designation.Parent switch
    {
        DeclarationPatternSyntax pattern => pattern.Type,
        DeclarationExpressionSyntax expression => expression.Type,
        RecursivePatternSyntax pattern => pattern.Type,
        _ => null,
    };

    private static string? OfValue(ExpressionSyntax? value) => value switch
    {
        ObjectCreationExpressionSyntax creation => SyntaxNames.OfType(creation.Type),
        CastExpressionSyntax cast => SyntaxNames.OfType(cast.Type),
        BinaryExpressionSyntax { OperatorToken.RawKind: (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.AsKeyword } binary =>
            SyntaxNames.OfType(binary.Right as TypeSyntax),
        _ => null,
    };
}

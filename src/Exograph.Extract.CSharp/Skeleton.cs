using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>
/// What a file declares, as source without bodies, comments and values: all that other projects see of it, and about a fifth of its
/// size. A loop over the tokens, as source can nest deeper than any stack.
/// </summary>
internal static class Skeleton
{
    public static string Of(SyntaxNode root)
    {
        var text = new StringBuilder();
        foreach (var element in root.DescendantNodesAndTokens(node => InsteadOf(node) is null))
        {
            if (element.AsNode() is { } node)
                text.Append(InsteadOf(node));
            else
                text.Append(element.AsToken().Text).Append(' ');
        }
        return text.ToString();
    }

    /// <summary>The assemblies that a file names as friends of its own, without their keys.</summary>
    public static IEnumerable<string> FriendsOf(SyntaxNode root) => (root as CompilationUnitSyntax)?.AttributeLists
        .SelectMany(list => list.Attributes)
        .Where(attribute => SyntaxNames.OfPath(attribute.Name) is { } name
            && name.Split('.')[^1] is "InternalsVisibleTo" or "InternalsVisibleToAttribute")
        .Select(attribute => attribute.ArgumentList?.GetFirstToken(includeSkipped: false).GetNextToken() ?? default)
        .Where(token => token.Value is string)
        .Select(token => token.ValueText.Split(',')[0].Trim()) ?? [];

    private static string? InsteadOf(SyntaxNode node) => node switch
    {
        BlockSyntax => "{ } ",
        ArrowExpressionClauseSyntax => "=> throw null ",
        GlobalStatementSyntax or ConstructorInitializerSyntax => "",
        EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax } => "= default ",
        EqualsValueClauseSyntax { Parent.Parent.Parent: FieldDeclarationSyntax field } when !field.Modifiers.Any(SyntaxKind.ConstKeyword) => "",
        _ => null,
    };
}

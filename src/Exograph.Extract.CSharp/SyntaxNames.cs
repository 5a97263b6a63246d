using System.Collections.Concurrent;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>Names as they are written into the bundle: dotted, generic types with their arity as in <c>List`1</c>.</summary>
internal static class SyntaxNames
{
    // Longer chains are not names of anything, and following each from every one of its links takes quadratic time.
    private const int MaxParts = 16;

    private static readonly ConcurrentDictionary<SyntaxKind, string> s_kinds = new();

    /// <summary>The name of a kind of syntax; looking it up in the enumeration each time is slow.</summary>
    public static string Of(SyntaxKind kind) => s_kinds.GetOrAdd(kind, static k => k.ToString());

    public static string Join(string? container, string name) =>
        string.IsNullOrEmpty(container) ? name : container + "." + name;

    public static string WithArity(string name, int typeParameters) => typeParameters == 0 ? name : $"{name}`{typeParameters}";

    /// <summary>The name of a type as written, with its arity; null for what has none, as arrays and <c>var</c>.</summary>
    public static string? OfType(TypeSyntax? type)
    {
        while (true)
        {
            switch (type)
            {
                case NullableTypeSyntax nullable:
                    type = nullable.ElementType;
                    continue;
                case RefTypeSyntax byReference:
                    type = byReference.Type;
                    continue;
                case ScopedTypeSyntax scoped:
                    type = scoped.Type;
                    continue;
                case PredefinedTypeSyntax predefined:
                    return predefined.Keyword.Text;
                case IdentifierNameSyntax { Identifier.Text: "var" }:
                    return null;
                case NameSyntax name:
                    return OfPath(name);
                default:
                    return null;
            }
        }
    }

    /// <summary>The dotted name that an expression or a type consists of; null where it is anything else.</summary>
    public static string? OfPath(ExpressionSyntax? expression)
    {
        var parts = new List<string>();
        while (parts.Count < MaxParts)
        {
            switch (expression)
            {
                case QualifiedNameSyntax qualified:
                    parts.Add(Simple(qualified.Right));
                    expression = qualified.Left;
                    continue;
                case MemberAccessExpressionSyntax access when access.IsKind(SyntaxKind.SimpleMemberAccessExpression):
                    parts.Add(Simple(access.Name));
                    expression = access.Expression;
                    continue;
                case AliasQualifiedNameSyntax aliased:
                    parts.Add(Simple(aliased.Name));
                    if (!aliased.Alias.Identifier.IsKind(SyntaxKind.GlobalKeyword))
                        parts.Add(aliased.Alias.Identifier.ValueText);
                    return Reversed(parts);
                case SimpleNameSyntax simple:
                    parts.Add(Simple(simple));
                    return Reversed(parts);
                case PredefinedTypeSyntax predefined:
                    parts.Add(predefined.Keyword.Text);
                    return Reversed(parts);
                default:
                    return null;
            }
        }
        return null;
    }

    /// <summary>The last name of a path.</summary>
    public static SimpleNameSyntax? Last(NameSyntax name) => name switch
    {
        QualifiedNameSyntax qualified => qualified.Right,
        AliasQualifiedNameSyntax aliased => aliased.Name,
        _ => name as SimpleNameSyntax,
    };

    /// <summary>What is before the question mark that a member binding belongs to.</summary>
    public static ExpressionSyntax? Conditional(MemberBindingExpressionSyntax binding)
    {
        SyntaxNode inner = binding;
        for (var outer = binding.Parent; outer is not null; inner = outer, outer = outer.Parent)
            if (outer is ConditionalAccessExpressionSyntax conditional && conditional.WhenNotNull == inner)
                return conditional.Expression;
        return null;
    }

    /// <summary>Whether the text is longer than a bundle's names may be.</summary>
    public static bool IsTooLong(string? text)
    {
        const int maxBytes = 2000;
        return text is not null && text.Length > maxBytes / 3 && Encoding.UTF8.GetByteCount(text) > maxBytes;
    }

    private static string Simple(SimpleNameSyntax name) =>
        name is GenericNameSyntax generic ? WithArity(generic.Identifier.ValueText, generic.Arity) : name.Identifier.ValueText;

    private static string Reversed(List<string> parts)
    {
        if (parts.Count == 1)
            return parts[0];
        parts.Reverse();
        return string.Join('.', parts);
    }
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>
/// Finds members that the compiler would bind for hours: a lambda is bound for each overload of the call that it is an argument of,
/// and one within it for each of the overloads of its own call each time; and the time for names grows with the square of how deep
/// they nest.
/// </summary>
internal static class BindingCost
{
    // Of a method that the package does not have, as Task.Run or Select.
    private const int UsualOverloads = 4;

    /// <summary>The outermost members in which code, or lambdas for the number of overloads, nest too deeply.</summary>
    public static IReadOnlySet<int> TooCostly(FlatTree tree, DeclarationMap declarations, PackageIndex index)
    {
        var found = new HashSet<int>();
        AddDeep(found, tree, declarations);
        AddLambdas(found, tree, declarations, index);
        return found;
    }

    private static void AddDeep(HashSet<int> found, FlatTree tree, DeclarationMap declarations)
    {
        var depths = new int[tree.Items.Length];
        for (var i = 0; i < tree.Items.Length; i++)
        {
            var parent = tree.Items[i].Parent;
            depths[i] = parent < 0 ? 1 : depths[parent] + 1;
            if (depths[i] == BindingLimits.MaxDepth)
                found.Add(Outermost(declarations, declarations.Innermost(i)));
        }
    }

    private static void AddLambdas(HashSet<int> found, FlatTree tree, DeclarationMap declarations, PackageIndex index)
    {
        var open = new Stack<(int End, long Cost)>();
        for (var i = 0; i < tree.Items.Length; i++)
        {
            if (tree.Items[i].Node is not (AnonymousFunctionExpressionSyntax or QueryExpressionSyntax))
                continue;
            while (open.TryPeek(out var top) && top.End <= i)
                open.Pop();
            var cost = (open.TryPeek(out var around) ? around.Cost : 1) * Overloads(tree.Items[i].Node!, index);
            if (cost > BindingLimits.MaxLambdaBindings)
                found.Add(Outermost(declarations, declarations.Innermost(i)));
            open.Push((tree.Items[i].End, Math.Min(cost, BindingLimits.MaxLambdaBindings + 1)));
        }
    }

    /// <summary>The outermost member, no type, around a declaration, or that one itself.</summary>
    public static int Outermost(DeclarationMap declarations, int declaration)
    {
        while (declaration >= 0 && declarations.All[declaration].Parent is >= 0 and var parent
            && declarations.All[parent].Role is DeclarationRole.Callable or DeclarationRole.Value)
            declaration = parent;
        return declaration;
    }

    private static int Overloads(SyntaxNode lambda, PackageIndex index)
    {
        const int maxWrapping = 8;
        var at = lambda.Parent;
        for (var i = 0; i < maxWrapping && at is ExpressionSyntax and not BaseObjectCreationExpressionSyntax; i++)
            at = at.Parent;
        var called = (at as ArgumentSyntax)?.Parent?.Parent switch
        {
            InvocationExpressionSyntax { Expression: SimpleNameSyntax name } => name.Identifier.ValueText,
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } => access.Name.Identifier.ValueText,
            InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding } => binding.Name.Identifier.ValueText,
            ObjectCreationExpressionSyntax => ".ctor",
            _ => null,
        };
        return called is null ? lambda is QueryExpressionSyntax ? UsualOverloads : 1 : Math.Max(UsualOverloads, index.OverloadsOf(called));
    }
}

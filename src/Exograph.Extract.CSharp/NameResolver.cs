using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>How it was found what a name means; said in the metadata of an edge.</summary>
internal enum Resolution
{
    /// <summary>By usings, scopes and receivers, as they are written.</summary>
    Names,
    /// <summary>By nothing but the name.</summary>
    UniqueName,
    /// <summary>By the compiler.</summary>
    Semantics,
    /// <summary>By the compiler and the number of arguments, as the call does not compile.</summary>
    Candidates,
}

/// <summary>What a name was found to mean.</summary>
/// <param name="Module">What contains it; null where unknown.</param>
/// <param name="Name">Its name.</param>
/// <param name="Qualified">Its qualified name, or the text as written.</param>
/// <param name="Node">Its node in the package; 0 where it has none.</param>
/// <param name="IsExternal">Whether it was not found in the package.</param>
/// <param name="Resolution">How it was found.</param>
internal readonly record struct Target(
    string? Module, string Name, string Qualified, long Node, bool IsExternal = false, Resolution Resolution = Resolution.Names)
{
    public static Target Of(MemberEntry member) => Of(member.Declaration, member.Node);

    public static Target Of(Declaration declaration, long node) =>
        new(declaration.Module, declaration.Name, declaration.Qualified, node) { IsType = declaration.Role == DeclarationRole.Type };

    /// <summary>Whether it is a type.</summary>
    public bool IsType { get; init; }

    public static Target Of(TypeEntry type) => new(type.Module, type.Name, type.Qualified, type.Node) { IsType = true };

    public static Target External(string? module, string name) =>
        new(module, name, SyntaxNames.Join(module, name), 0, IsExternal: true);

    /// <summary>A dotted name that is not of the package.</summary>
    public static Target Written(string path)
    {
        var dot = path.LastIndexOf('.');
        var last = path[(dot + 1)..];
        var arity = last.IndexOf('`', StringComparison.Ordinal);
        return new Target(dot < 0 ? null : path[..dot], arity < 0 ? last : last[..arity], path, 0, IsExternal: true);
    }
}

/// <summary>
/// Says what names in one file mean, from syntax and the package's index alone. What is before a dot has a type where it is
/// written somewhere: of a variable, a member, a cast, a creation; what calls return is followed a few calls deep.
/// </summary>
internal sealed class NameResolver(PackageIndex index, DeclarationMap declarations, VariableTable variables, long firstNode)
{
    // Fluent chains would otherwise be followed from each of their links.
    private const int MaxSteps = 6;

    private readonly Dictionary<(NameScope, string), TypeEntry?> _types = [];
    private readonly Dictionary<(int Parent, string Name), int> _localFunctions = LocalFunctions(declarations);
    private readonly long[] _nodes = Nodes(declarations, firstNode);

    /// <summary>The node of a declaration of this file; 0 for none.</summary>
    public long NodeOf(int declaration) => _nodes[declaration];

    public TypeEntry? FindType(int declaration, string name) => FindType(ScopeOf(declaration), name);

    /// <summary>What an invocation calls; null for what has no name, or is a variable.</summary>
    public Target? FindCallee(InvocationExpressionSyntax call, int declaration) =>
        FindCallee(call, declaration, MaxSteps) is { } found ? found.Target : null;

    public Target FindConstructor(string type, int arguments, int declaration)
    {
        if (FindType(declaration, type) is not { } entry)
            return Target.External(type, ".ctor");
        return index.FindConstructor(entry, arguments) is { } member ? Target.Of(member) : Target.Of(entry);
    }

    /// <summary>The type whose constructor <c>: base(...)</c> or <c>: this(...)</c> calls.</summary>
    public string? InitializedType(ConstructorInitializerSyntax initializer, int declaration)
    {
        if (CurrentType(declaration) is not { } type)
            return null;
        if (initializer.IsKind(SyntaxKind.ThisConstructorInitializer))
            return type.Qualified;
        return type.Bases.Count > 0 ? type.Bases[0].Qualified : type.ExternalBase;
    }

    /// <summary>What a name after a dot, not called, means.</summary>
    public Target FindMember(ExpressionSyntax? receiver, string name, int declaration)
    {
        var value = ReceiverOf(receiver, declaration, MaxSteps);
        if (value.Type is { } type && index.FindMember(type, name) is { } member)
            return Target.Of(member);
        if (value.Name is not null && FindType(declaration, value.Name + "." + name) is { } nested)
            return Target.Of(nested);
        return Target.External(value.Name, name);
    }

    /// <summary>What a name that stands alone in an expression means, if a member in sight or a type of the package.</summary>
    public Target? FindAlone(string name, int declaration, out bool isType)
    {
        isType = false;
        if (variables.TryFind(declaration, name, out _))
            return null;
        if (FindInSight(declaration, type => index.FindMember(type, name)) is { } member)
            return Target.Of(member);
        isType = true;
        return FindType(declaration, name) is { } found ? Target.Of(found) : null;
    }

    private static Dictionary<(int, string), int> LocalFunctions(DeclarationMap declarations)
    {
        var found = new Dictionary<(int, string), int>();
        for (var i = 0; i < declarations.All.Count; i++)
            if (declarations.All[i] is { Kind: "local_function" } function)
                found.TryAdd((function.Parent, function.Name), i);
        return found;
    }

    private static long[] Nodes(DeclarationMap declarations, long node)
    {
        var nodes = new long[declarations.All.Count];
        for (var i = 0; i < nodes.Length; i++)
            nodes[i] = declarations.All[i].IsNode ? node++ : 0;
        return nodes;
    }

    private NameScope ScopeOf(int declaration) =>
        declaration < 0 ? declarations.FileScope : declarations.All[declaration].Scope;

    private TypeEntry? FindType(NameScope scope, string name)
    {
        if (!_types.TryGetValue((scope, name), out var type))
            _types.Add((scope, name), type = index.FindType(scope, name));
        return type;
    }

    private TypeEntry? CurrentType(int declaration) =>
        declarations.Enclosing(declaration, DeclarationRole.Type) is { } type && index.TryGetType(type.Qualified, out var entry)
            ? entry
            : null;

    /// <summary>Asks the types around a declaration from within, then those imported with using static.</summary>
    private MemberEntry? FindInSight(int declaration, Func<TypeEntry, MemberEntry?> find)
    {
        for (var at = declaration; at >= 0; at = declarations.All[at].Parent)
        {
            if (declarations.All[at] is { Role: DeclarationRole.Type } type
                && index.TryGetType(type.Qualified, out var entry) && find(entry) is { } found)
                return found;
        }
        for (var scope = ScopeOf(declaration); scope is not null; scope = scope.Outer)
            foreach (var name in scope.StaticUsings)
                if (FindType(scope, name) is { } entry && find(entry) is { } found)
                    return found;
        return null;
    }

    private Found? FindCallee(InvocationExpressionSyntax call, int declaration, int steps)
    {
        var arguments = call.ArgumentList.Arguments.Count;
        return call.Expression switch
        {
            SimpleNameSyntax name => FindUnqualified(name.Identifier.ValueText, arguments, declaration),
            MemberAccessExpressionSyntax access => FindQualified(
                ReceiverOf(access.Expression, declaration, steps), access.Name.Identifier.ValueText, arguments, declaration),
            MemberBindingExpressionSyntax binding => FindQualified(
                ReceiverOf(SyntaxNames.Conditional(binding), declaration, steps), binding.Name.Identifier.ValueText, arguments, declaration),
            _ => null,
        };
    }

    private Found? FindUnqualified(string name, int arguments, int declaration)
    {
        for (var at = declaration; at >= 0; at = declarations.All[at].Parent)
            if (_localFunctions.TryGetValue((at, name), out var local))
                return OfLocal(local);
        if (name is "nameof" or "" || variables.TryFind(declaration, name, out _))
            return null;
        if (FindInSight(declaration, type => index.FindCallable(type, name, arguments)) is { } callable)
            return Found.Of(callable);
        if (FindInSight(declaration, type => index.FindMember(type, name)) is { } value)
            return Found.OfHolder(value);
        return new Found(Target.External(null, name), null, null);
    }

    private Found OfLocal(int local)
    {
        var function = declarations.All[local];
        var target = new Target(function.Module, function.Name, function.Qualified, _nodes[local]);
        return new Found(target, function.ValueType, function.Scope);
    }

    private Found? FindQualified(Receiver receiver, string name, int arguments, int declaration)
    {
        if (name.Length == 0)
            return null;
        if (receiver.Type is { } type)
        {
            if ((index.FindCallable(type, name, arguments) ?? index.FindMember(type, name)) is { } member)
                return Found.OfHolder(member);
        }
        else if (receiver.IsNamespaceOrType && FindType(declaration, receiver.Name!) is { } entry
            && index.FindMember(entry, name) is { } found)
        {
            return Found.OfHolder(found);
        }
        var isUnknown = receiver.Name is null;
        if (index.FindUnique(name, arguments, onlyExtensions: !isUnknown) is { } unique)
            return Found.Of(unique, Resolution.UniqueName);
        return new Found(Target.External(receiver.Type?.ExternalBase ?? receiver.Name, name), null, null);
    }

    private Receiver ReceiverOf(ExpressionSyntax? expression, int declaration, int steps)
    {
        if (steps == 0)
            return default;
        switch (expression)
        {
            case ParenthesizedExpressionSyntax inner:
                return ReceiverOf(inner.Expression, declaration, steps - 1);
            case PostfixUnaryExpressionSyntax inner:
                return ReceiverOf(inner.Operand, declaration, steps - 1);
            case AwaitExpressionSyntax:
                return default;
            case ThisExpressionSyntax:
                return CurrentType(declaration) is { } own ? Receiver.Of(own) : default;
            case BaseExpressionSyntax:
                return BaseOf(declaration);
            case InterpolatedStringExpressionSyntax:
            case LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression }:
                return new Receiver(null, "string");
            case ObjectCreationExpressionSyntax creation:
                return OfTypeName(SyntaxNames.OfType(creation.Type), declaration);
            case CastExpressionSyntax cast:
                return OfTypeName(SyntaxNames.OfType(cast.Type), declaration);
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AsExpression } binary:
                return OfTypeName(SyntaxNames.OfType(binary.Right as TypeSyntax), declaration);
            case PredefinedTypeSyntax predefined:
                return new Receiver(null, predefined.Keyword.Text);
            case SimpleNameSyntax name:
                return OfName(name, declaration);
            case MemberAccessExpressionSyntax access:
                return OfAccess(access, declaration, steps - 1);
            case InvocationExpressionSyntax call:
                return FindCallee(call, declaration, steps - 1) is { } callee ? OfResult(callee) : default;
            case AliasQualifiedNameSyntax aliased:
                return OfPath(SyntaxNames.OfPath(aliased), declaration);
            default:
                return default;
        }
    }

    private Receiver BaseOf(int declaration)
    {
        if (CurrentType(declaration) is not { } type)
            return default;
        return type.Bases.Count > 0 ? Receiver.Of(type.Bases[0]) : new Receiver(null, type.ExternalBase ?? "object");
    }

    private Receiver OfName(SimpleNameSyntax name, int declaration)
    {
        var text = name.Identifier.ValueText;
        if (variables.TryFind(declaration, text, out var type))
            return OfTypeName(type, declaration);
        if (FindInSight(declaration, entry => index.FindMember(entry, text)) is { } member)
            return OfResult(Found.Of(member));
        return OfPath(SyntaxNames.OfPath(name), declaration);
    }

    private Receiver OfAccess(MemberAccessExpressionSyntax access, int declaration, int steps)
    {
        var left = ReceiverOf(access.Expression, declaration, steps);
        if (left.Type is { } type && index.FindMember(type, access.Name.Identifier.ValueText) is { } member)
            return OfResult(Found.Of(member));
        return left.IsNamespaceOrType || left.Type is not null && SyntaxNames.OfPath(access) is not null
            ? OfPath(SyntaxNames.OfPath(access), declaration)
            : default;
    }

    /// <summary>A dotted name that is no value: a type, or where it is not of the package and capitalized, its text.</summary>
    private Receiver OfPath(string? path, int declaration)
    {
        if (path is null)
            return default;
        if (FindType(declaration, path) is { } type)
            return Receiver.Of(type);
        return path.Length > 0 && char.IsUpper(path[0]) ? new Receiver(null, path, IsNamespaceOrType: true) : default;
    }

    private Receiver OfTypeName(string? name, int declaration) =>
        name is null || declarations.IsTypeParameter(declaration, name) ? default
        : FindType(declaration, name) is { } type ? Receiver.Of(type)
        : new Receiver(null, name);

    private Receiver OfResult(in Found found)
    {
        if (found.ValueType is null)
            return default;
        return FindType(found.Scope!, found.ValueType) is { } type ? Receiver.Of(type) : new Receiver(null, found.ValueType);
    }

    /// <summary>What is known of a value before a dot: its type, or the type's name where that is not of the package.</summary>
    private readonly record struct Receiver(TypeEntry? Type, string? Name, bool IsNamespaceOrType = false)
    {
        public static Receiver Of(TypeEntry type) => new(type, type.Qualified);
    }

    /// <summary>A target with the name of the type that it gives, and the scope in which that name has its meaning.</summary>
    private readonly record struct Found(Target Target, string? ValueType, NameScope? Scope)
    {
        public static Found Of(MemberEntry member, Resolution resolution = Resolution.Names) => new(
            Target.Of(member) with { Resolution = resolution }, member.Declaration.ValueType, member.Declaration.Scope);

        /// <summary>What is called; of a property, a field or an event, which holds a delegate, only the name: what it holds is not known.</summary>
        public static Found OfHolder(MemberEntry member) => member.Declaration.Role == DeclarationRole.Callable
            ? Of(member)
            : Of(member) with { Target = Target.Of(member) with { Node = 0 } };
    }
}

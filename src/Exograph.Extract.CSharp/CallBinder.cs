using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>
/// Says what the calls of one file call, by the compiler's own semantic model. It gives up, on the file, where the compiler fails
/// or takes too long; the rest is left to names. Each answer is whether it knows; the target is null where nothing with a name is meant.
/// </summary>
internal sealed class CallBinder(SemanticModel model, PackageIndex index, TimeSpan limit, CancellationToken cancellationToken)
{
    private readonly long _start = Environment.TickCount64;

    /// <summary>Why nothing is bound any more.</summary>
    public string? GivenUp { get; private set; }

    /// <summary>What an invocation, a creation or the call of another constructor calls.</summary>
    public bool Callee(SyntaxNode call, int arguments, out Target? target) => Try(call, arguments, CalleeOf, out target);

    /// <summary>What a name, or what is after a dot, means: a type or a member.</summary>
    public bool Symbol(SyntaxNode name, out Target? target) => Try(name, 0, SymbolOf, out target);

    /// <summary>The type of what a creation makes.</summary>
    public bool Created(SyntaxNode creation, out Target? target) => Try(creation, 0, CreatedBy, out target);

    private bool Try(SyntaxNode node, int arguments, Func<SyntaxNode, int, (bool, Target?)> bind, out Target? target)
    {
        target = null;
        if (GivenUp is not null)
            return false;
        cancellationToken.ThrowIfCancellationRequested();
        if (Environment.TickCount64 - _start > limit.TotalMilliseconds)
        {
            GivenUp = "the compiler takes too long";
            return false;
        }
        try
        {
            (var bound, target) = bind(node, arguments);
            return bound;
        }
        // Sources of others: whatever the compiler stumbles over, one file is resolved by its names.
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            GivenUp = $"the compiler fails ({e.GetType().Name})";
            return false;
        }
    }

    private (bool, Target?) CalleeOf(SyntaxNode call, int arguments)
    {
        var info = Info(call);
        if (info.Symbol is IMethodSymbol method)
            return (true, TargetOf(method, call, Resolution.Semantics));
        if (Candidate(info.CandidateSymbols, arguments) is { } candidate)
            return (true, TargetOf(candidate, call, Resolution.Candidates));
        return call switch
        {
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } => OfReceiver(access.Expression, access.Name),
            InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding } when SyntaxNames.Conditional(binding) is { } receiver =>
                OfReceiver(receiver, binding.Name),
            _ => (false, null),
        };
    }

    private (bool, Target?) CreatedBy(SyntaxNode creation, int arguments) =>
        model.GetTypeInfo(creation, cancellationToken).Type switch
        {
            INamedTypeSymbol { TypeKind: not TypeKind.Error } type => (true, TargetOf(type)),
            ITypeParameterSymbol => (true, null),
            _ => (false, null),
        };

    private (bool, Target?) SymbolOf(SyntaxNode name, int arguments) => Info(name) switch
    {
        { Symbol: INamedTypeSymbol { TypeKind: not TypeKind.Error } type } => (true, TargetOf(type)),
        { Symbol: IMethodSymbol { MethodKind: MethodKind.Constructor } constructor } => (true, TargetOf(constructor.ContainingType)),
        { Symbol: (IFieldSymbol or IPropertySymbol or IEventSymbol or IMethodSymbol) and { ContainingType: not null } member } =>
            (true, TargetOf(member, Resolution.Semantics)),
        { Symbol: null or INamedTypeSymbol } => (false, null),
        // A variable, a type parameter, a namespace.
        _ => (true, null),
    };

    private SymbolInfo Info(SyntaxNode node) => node switch
    {
        ExpressionSyntax expression => model.GetSymbolInfo(expression, cancellationToken),
        ConstructorInitializerSyntax initializer => model.GetSymbolInfo(initializer, cancellationToken),
        PrimaryConstructorBaseTypeSyntax initializer => model.GetSymbolInfo(initializer, cancellationToken),
        AttributeSyntax attribute => model.GetSymbolInfo(attribute, cancellationToken),
        _ => default,
    };

    /// <summary>Of a call that does not compile, the first candidate with so many parameters, if all have one name.</summary>
    private static IMethodSymbol? Candidate(IEnumerable<ISymbol> symbols, int arguments)
    {
        var candidates = symbols.OfType<IMethodSymbol>().OrderBy(Place).ToList();
        if (candidates.Count == 0 || candidates.Select(SymbolNames.QualifiedName).Distinct().Skip(1).Any())
            return null;
        return candidates.Find(method => Takes(method, arguments)) ?? candidates[0];

        static (string?, int) Place(IMethodSymbol method) =>
            method.Locations is [{ SourceTree: { } tree } location, ..] ? (tree.FilePath, location.SourceSpan.Start) : (null, 0);
    }

    private static bool Takes(IMethodSymbol method, int arguments) =>
        arguments >= method.Parameters.Count(parameter => !parameter.IsOptional && !parameter.IsParams)
        && (arguments <= method.Parameters.Length || method.Parameters is [.., { IsParams: true }]);

    /// <summary>What a call means of which the compiler knows no more than what is before the dot, and often not that.</summary>
    private (bool, Target?) OfReceiver(ExpressionSyntax receiver, SimpleNameSyntax name)
    {
        var symbol = model.GetSymbolInfo(receiver, cancellationToken).Symbol;
        var type = model.GetTypeInfo(receiver, cancellationToken).Type ?? symbol as ITypeSymbol;
        // It has no such member, inherits it from what is missing, or a package extends it. Where nothing is known of it, nothing is
        // guessed: by a name alone anything could be meant.
        var module = type is INamedTypeSymbol { TypeKind: not TypeKind.Error } named ? SymbolNames.QualifiedName(named.OriginalDefinition)
            : symbol is null && SyntaxNames.OfPath(receiver) is [var first, ..] written && char.IsUpper(first) ? written
            : null;
        return (true, Target.External(module, name.Identifier.ValueText));
    }

    private Target? TargetOf(IMethodSymbol method, SyntaxNode call, Resolution resolution)
    {
        if (method.MethodKind is MethodKind.DelegateInvoke or MethodKind.FunctionPointerSignature)
            return OfDelegate(call);
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (method.MethodKind == MethodKind.Constructor && method.IsImplicitlyDeclared)
            return TargetOf(method.ContainingType) with { Resolution = resolution };
        return method.ContainingSymbol is null ? null : TargetOf(method, resolution);
    }

    /// <summary>Where a delegate is called, the member that holds it, for the reference: what is called is not known.</summary>
    private Target? OfDelegate(SyntaxNode call) =>
        call is InvocationExpressionSyntax { Expression: { } value }
        && model.GetSymbolInfo(value, cancellationToken).Symbol is (IPropertySymbol or IFieldSymbol or IEventSymbol) and { } holder
            ? TargetOf(holder.OriginalDefinition, Resolution.Semantics) with { Node = 0, IsExternal = false }
            : null;

    private Target TargetOf(INamedTypeSymbol type) => TargetOf((ISymbol)type.OriginalDefinition, Resolution.Semantics);

    private Target TargetOf(ISymbol symbol, Resolution resolution)
    {
        symbol = symbol.OriginalDefinition;
        foreach (var (tree, position) in SymbolNames.PlacesOf(symbol))
            if (index.DeclaredAt(tree, position) is { } declared)
                return Target.Of(declared.Declaration, declared.Node) with { Resolution = resolution };
        var name = SymbolNames.NameOf(symbol);
        return new Target(
            SymbolNames.ModuleOf(symbol), name, SymbolNames.QualifiedName(symbol), 0, IsExternal: IsOutside(symbol), resolution);
    }

    private bool IsOutside(ISymbol symbol) => !SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, model.Compilation.Assembly);
}

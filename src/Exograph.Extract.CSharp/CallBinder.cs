using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>What the compiler says of a place in the source.</summary>
internal enum Bound
{
    /// <summary>Nothing: its names are to be resolved by syntax.</summary>
    Not,
    /// <summary>Nothing of what is before the dot; by a name alone anything could be meant.</summary>
    NotKnown,
    /// <summary>What is meant; of no target where it is nothing with a name.</summary>
    Known,
}

/// <summary>
/// Says what the calls of one file call, by the compiler's own semantic model. It gives up, on the file, where the compiler fails
/// or takes too long; the rest is left to names.
/// </summary>
internal sealed class CallBinder(SemanticModel model, PackageIndex index, TimeSpan limit, CancellationToken cancellationToken)
{
    private readonly long _start = Environment.TickCount64;

    /// <summary>Why nothing is bound any more.</summary>
    public string? GivenUp { get; private set; }

    /// <summary>What an invocation, a creation or the call of another constructor calls.</summary>
    public Bound Callee(SyntaxNode call, int arguments, out Target? target) => Try(call, arguments, CalleeOf, out target);

    /// <summary>What a name, or what is after a dot, means: a type or a member.</summary>
    public Bound Symbol(SyntaxNode name, out Target? target) => Try(name, 0, SymbolOf, out target);

    /// <summary>The type of what a creation makes.</summary>
    public Bound Created(SyntaxNode creation, out Target? target) => Try(creation, 0, CreatedBy, out target);

    private Bound Try(SyntaxNode node, int arguments, Func<SyntaxNode, int, (Bound, Target?)> bind, out Target? target)
    {
        target = null;
        if (GivenUp is not null)
            return Bound.Not;
        cancellationToken.ThrowIfCancellationRequested();
        if (Environment.TickCount64 - _start > limit.TotalMilliseconds)
        {
            GivenUp = "the compiler takes too long";
            return Bound.Not;
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
            return Bound.Not;
        }
    }

    private (Bound, Target?) CalleeOf(SyntaxNode call, int arguments)
    {
        var info = Info(call);
        if (info.Symbol is IMethodSymbol method)
            return (Bound.Known, TargetOf(method, call, Resolution.Semantics));
        if (Candidate(info.CandidateSymbols, arguments) is { } candidate)
            return (Bound.Known, TargetOf(candidate, call, Resolution.Candidates));
        return call switch
        {
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } => OfReceiver(access.Expression, access.Name),
            InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding } when SyntaxNames.Conditional(binding) is { } receiver =>
                OfReceiver(receiver, binding.Name),
            _ => (Bound.Not, null),
        };
    }

    private (Bound, Target?) CreatedBy(SyntaxNode creation, int arguments) =>
        model.GetTypeInfo(creation, cancellationToken).Type switch
        {
            INamedTypeSymbol { TypeKind: not TypeKind.Error } type => (Bound.Known, TargetOf(type)),
            ITypeParameterSymbol => (Bound.Known, null),
            _ => (Bound.Not, null),
        };

    private (Bound, Target?) SymbolOf(SyntaxNode name, int arguments) => Info(name) switch
    {
        { Symbol: INamedTypeSymbol { TypeKind: not TypeKind.Error } type } => (Bound.Known, TargetOf(type)),
        { Symbol: IMethodSymbol { MethodKind: MethodKind.Constructor } constructor } => (Bound.Known, TargetOf(constructor.ContainingType)),
        { Symbol: (IFieldSymbol or IPropertySymbol or IEventSymbol or IMethodSymbol) and { ContainingType: not null } member } =>
            (Bound.Known, TargetOf(member, Resolution.Semantics)),
        { Symbol: null or INamedTypeSymbol } => (Bound.Not, null),
        // A variable, a type parameter, a namespace.
        _ => (Bound.Known, null),
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

    /// <summary>What a call means of which the compiler knows no more than what is before the dot.</summary>
    private (Bound, Target?) OfReceiver(ExpressionSyntax receiver, SimpleNameSyntax name)
    {
        var type = model.GetTypeInfo(receiver, cancellationToken).Type ?? model.GetSymbolInfo(receiver, cancellationToken).Symbol as ITypeSymbol;
        if (type is null or { TypeKind: TypeKind.Error or TypeKind.Dynamic } or ITypeParameterSymbol)
            return (Bound.NotKnown, null);
        // It has no such member: it inherits it from what is missing, or a package extends it.
        var module = type is INamedTypeSymbol named ? SymbolNames.QualifiedName(named.OriginalDefinition) : null;
        return (Bound.Known, Target.External(module, name.Identifier.ValueText));
    }

    private Target? TargetOf(IMethodSymbol method, SyntaxNode call, Resolution resolution)
    {
        if (method.MethodKind is MethodKind.DelegateInvoke or MethodKind.FunctionPointerSignature)
            return OfDelegate(call);
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (method.MethodKind == MethodKind.Constructor && method.IsImplicitlyDeclared && !IsOutside(method))
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

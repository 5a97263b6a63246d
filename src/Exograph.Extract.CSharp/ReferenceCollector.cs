using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>Writes down a file's references, and the call edges among them.</summary>
internal sealed class ReferenceCollector(
    FlatTree tree, DeclarationMap declarations, NameResolver resolver, CallBinder? binder, IReadOnlySet<int> tooCostly, FragmentMap fragments, FileFacts facts)
{
    // As of definitions: a variable's type of 1,900 characters comes back with each call on it.
    private const int NamesPerChar = 32;
    private const int MinNames = 1 << 20;

    private readonly long _maxNames = MinNames + (long)NamesPerChar * tree.Text.Length;
    private long _names;
    private int _leftOut;
    private int _item;
    private int _declaration;

    public void Collect()
    {
        // Names in using directives and of namespaces are no expressions, although they look like some.
        var skipTo = 0;
        for (_item = 0; _item < tree.Items.Length; _item++)
        {
            ref readonly var item = ref tree.Items[_item];
            if (item.Node is null || item.Start < skipTo)
                continue;
            _declaration = declarations.Innermost(_item);
            if (item.Node is UsingDirectiveSyntax directive)
            {
                Using(directive);
                skipTo = item.Stop;
            }
            else if (item.Node is BaseNamespaceDeclarationSyntax space)
            {
                skipTo = space.Name.Span.End;
            }
            else
            {
                Visit((SyntaxNode)item.Node);
            }
        }
        if (_leftOut > 0)
            facts.Warnings.Add(
                $"{facts.Source.Path}: {_leftOut} references and calls are left out, because their names are many times the file");
    }

    /// <summary>Whether names of so many characters still go into what the file's facts may take.</summary>
    private bool Fits(int chars)
    {
        _names += chars;
        if (_names <= _maxNames)
            return true;
        _leftOut++;
        return false;
    }

    private void Visit(SyntaxNode node)
    {
        switch (node)
        {
            case InvocationExpressionSyntax call:
                Call(call);
                break;
            case ObjectCreationExpressionSyntax creation:
                Creation(SyntaxNames.OfType(creation.Type), creation, creation.Type);
                break;
            case ImplicitObjectCreationExpressionSyntax creation:
                Creation(TargetType(creation), creation, creation);
                break;
            case ConstructorInitializerSyntax initializer:
                Initializer(initializer);
                break;
            case PrimaryConstructorBaseTypeSyntax initializer when SyntaxNames.OfType(initializer.Type) is { } type:
                Constructor(type, initializer, initializer, initializer.ArgumentList);
                break;
            case AttributeSyntax attribute:
                Attribute(attribute);
                break;
            case MemberAccessExpressionSyntax access when !IsCalled(access):
                Member(access.Expression, access.Name);
                break;
            case MemberBindingExpressionSyntax binding when !IsCalled(binding):
                Symbol("member", Meaning(binding.Name, () => Target.External(null, binding.Name.Identifier.ValueText)), null, binding.Name);
                break;
            case NameSyntax { Parent: not QualifiedNameSyntax and not AliasQualifiedNameSyntax } name:
                Name(name);
                break;
        }
    }

    private void Using(UsingDirectiveSyntax directive)
    {
        if (SyntaxNames.OfType(directive.NamespaceOrType) is { } path)
            Symbol("using", Target.Written(path), null, directive.NamespaceOrType);
    }

    private void Call(InvocationExpressionSyntax call)
    {
        var arguments = call.ArgumentList.Arguments.Count;
        var target = Binder?.Callee(call, arguments, out var bound) == true ? bound : resolver.FindCallee(call, _declaration);
        if (target is not { } callee)
            return;
        var name = call.Expression switch
        {
            MemberAccessExpressionSyntax access => access.Name,
            MemberBindingExpressionSyntax binding => binding.Name,
            var simple => simple,
        };
        Symbol("call", callee, arguments, name);
        Edge(callee, name);
    }

    private void Creation(string? type, BaseObjectCreationExpressionSyntax creation, SyntaxNode at)
    {
        var target = Binder?.Created(creation, out var bound) == true ? bound
            : type is null ? null
            : TypeTarget(type);
        if (target is not { } created)
            return;
        Symbol("new", created, creation.ArgumentList?.Arguments.Count ?? 0, at);
        Constructor(type, creation, at, creation.ArgumentList);
    }

    private void Initializer(ConstructorInitializerSyntax initializer) =>
        Constructor(resolver.InitializedType(initializer, _declaration), initializer, initializer, initializer.ArgumentList);

    private void Constructor(string? type, SyntaxNode call, SyntaxNode at, ArgumentListSyntax? list)
    {
        var arguments = list?.Arguments.Count ?? 0;
        var target = Binder?.Callee(call, arguments, out var bound) == true ? bound
            : type is null || declarations.IsTypeParameter(_declaration, type) ? null
            : resolver.FindConstructor(type, arguments, _declaration);
        if (target is { } constructor)
            Edge(constructor, at);
    }

    private void Attribute(AttributeSyntax attribute)
    {
        if (SyntaxNames.OfPath(attribute.Name) is not { } name)
            return;
        var target = Meaning(attribute, () =>
            (resolver.FindType(_declaration, name + "Attribute") ?? resolver.FindType(_declaration, name)) is { } type
                ? Target.Of(type)
                : Target.Written(name));
        Symbol("attribute", target, attribute.ArgumentList?.Arguments.Count ?? 0, attribute.Name);
    }

    private void Member(ExpressionSyntax receiver, SimpleNameSyntax name) =>
        Symbol("member", Meaning(name, () => resolver.FindMember(receiver, name.Identifier.ValueText, _declaration)), null, name);

    private void Name(NameSyntax name)
    {
        if (SyntaxFacts.IsInTypeOnlyContext(name))
            TypeName(name);
        else if (name is IdentifierNameSyntax identifier && IsValue(identifier))
            Alone(identifier);
    }

    private void Alone(IdentifierNameSyntax name)
    {
        var isType = false;
        var target = Meaning(name, () => resolver.FindAlone(name.Identifier.ValueText, _declaration, out isType));
        // What the base library has is referred to where it is called, or stands after a dot.
        if (target is { IsExternal: false } found)
            Symbol(isType || found.IsType ? "type" : "member", found, null, name);
    }

    private void TypeName(NameSyntax name)
    {
        if (name.Parent is ObjectCreationExpressionSyntax or AttributeSyntax || SyntaxNames.OfType(name) is not { } text)
            return;
        if (name is IdentifierNameSyntax && declarations.IsTypeParameter(_declaration, text))
            return;
        Symbol(name.Parent is BaseTypeSyntax ? "base" : "type", Meaning(name, () => TypeTarget(text)), null, name);
    }

    /// <summary>What the compiler says of a name, or else what its spelling does.</summary>
    private Target? Meaning(SyntaxNode name, Func<Target?> byName) =>
        Binder?.Symbol(name, out var bound) == true ? bound : byName();

    /// <summary>The compiler, where it is to be asked.</summary>
    private CallBinder? Binder =>
        binder is not null && tooCostly.Count > 0 && tooCostly.Contains(BindingCost.Outermost(declarations, _declaration)) ? null : binder;

    private Target TypeTarget(string name) =>
        resolver.FindType(_declaration, name) is { } type ? Target.Of(type) : Target.Written(name);

    /// <summary>Whether an identifier is an expression of its own, not the name of an argument or after a dot.</summary>
    private static bool IsValue(IdentifierNameSyntax name) => name.Parent switch
    {
        MemberAccessExpressionSyntax access => access.Expression == name,
        InvocationExpressionSyntax => false,
        ExpressionSyntax or ArgumentSyntax or StatementSyntax or EqualsValueClauseSyntax or ArrowExpressionClauseSyntax
            or SwitchExpressionArmSyntax or WhenClauseSyntax or ConstantPatternSyntax or RelationalPatternSyntax
            or AttributeArgumentSyntax or InterpolationSyntax or CatchFilterClauseSyntax or CaseSwitchLabelSyntax
            or AnonymousObjectMemberDeclaratorSyntax => name.Parent is not GotoStatementSyntax && !IsInitialized(name),
        _ => false,
    };

    /// <summary>Whether a name is that of a member of another object, as before <c>=</c> in an initializer.</summary>
    private static bool IsInitialized(IdentifierNameSyntax name) =>
        name.Parent is AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax or WithExpressionSyntax } assignment
        && assignment.Left == name;

    private static bool IsCalled(ExpressionSyntax expression) =>
        expression.Parent is InvocationExpressionSyntax call && call.Expression == expression;

    /// <summary>The type that <c>new(...)</c> gets from the declaration that it initializes.</summary>
    private static string? TargetType(ImplicitObjectCreationExpressionSyntax creation) => creation.Parent?.Parent switch
    {
        VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax list } => SyntaxNames.OfType(list.Type),
        PropertyDeclarationSyntax property => SyntaxNames.OfType(property.Type),
        _ => (creation.Parent as ArrowExpressionClauseSyntax)?.Parent switch
        {
            MethodDeclarationSyntax method => SyntaxNames.OfType(method.ReturnType),
            PropertyDeclarationSyntax property => SyntaxNames.OfType(property.Type),
            _ => null,
        },
    };

    private void Symbol(string kind, Target? symbol, int? arity, SyntaxNode at)
    {
        if (symbol is not { Name.Length: > 0 } target)
            return;
        var (line, column) = tree.Place(at.SpanStart);
        if (SyntaxNames.IsTooLong(target.Qualified))
            facts.Warnings.Add($"{facts.Source.Path}:{line}: a name longer than 2000 bytes is left out");
        else if (Fits(target.Qualified.Length))
            facts.References.Add(new SymbolFact(
                fragments.Around(_item), kind, target.Module, target.Name, arity, target.Qualified, line, column));
    }

    private void Edge(Target target, SyntaxNode at)
    {
        var caller = _declaration;
        while (caller >= 0 && resolver.NodeOf(caller) == 0)
            caller = declarations.All[caller].Parent;
        if (caller < 0 || target.Node == 0 && !target.IsExternal || SyntaxNames.IsTooLong(target.Qualified)
            || !Fits(target.Qualified.Length + declarations.All[caller].Qualified.Length))
            return;
        var (line, column) = tree.Place(at.SpanStart);
        facts.Edges.Add(new EdgeFact(
            resolver.NodeOf(caller), declarations.All[caller].Qualified, target.Node, target.Module, target.Name,
            target.Qualified, target.Resolution, fragments.Around(_item), line, column));
    }
}

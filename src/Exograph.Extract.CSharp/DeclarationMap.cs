using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>The declarations of one file, in the order of the source; both passes number nodes by that order.</summary>
internal sealed class DeclarationMap
{
    private const string EntryPoint = "<Main>$";

    // What nests deeper counts as part of what is around it: names would grow without bound.
    private const int MaxDepth = 100;

    private readonly List<Declaration> _all = [];
    private readonly List<int> _depths = [];
    private readonly int[] _innermost;
    private readonly HashSet<(int Declaration, string Name)> _typeParameters = [];
    private readonly NameScope _file = new(null, "");
    private int _topLevel = -1;

    // A name of 1,900 characters around 100,000 members would take 400 times the file.
    private const int NamesPerChar = 32;
    private const int MinNames = 1 << 20;
    private readonly long _maxNames;
    private long _names;

    private DeclarationMap(FlatTree tree)
    {
        _innermost = new int[tree.Items.Length];
        _maxNames = MinNames + (long)NamesPerChar * tree.Text.Length;
    }

    public IReadOnlyList<Declaration> All => _all;

    /// <summary>The scope of the file itself, outside of any namespace.</summary>
    public NameScope FileScope => _file;

    /// <summary>Namespaces that the file imports into the whole package.</summary>
    public List<string> GlobalUsings { get; } = [];

    /// <summary>Definitions that are left out because the names of those before take as much as all may.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Places of names that are too long for a bundle.</summary>
    public List<int> TooLong { get; } = [];

    public static DeclarationMap Of(FlatTree tree)
    {
        var map = new DeclarationMap(tree);
        for (var i = 0; i < tree.Items.Length; i++)
        {
            var parent = tree.Items[i].Parent;
            map._innermost[i] = parent < 0 ? -1 : map._innermost[parent];
            if (tree.Items[i].Node is { } node)
                map.Visit(i, node);
        }
        return map;
    }

    /// <summary>The index of the declaration that an item is, or is within; -1 for none.</summary>
    public int Innermost(int item) => _innermost[item];

    /// <summary>The innermost declaration of a role around a declaration, or that one itself.</summary>
    public Declaration? Enclosing(int declaration, DeclarationRole role)
    {
        for (; declaration >= 0; declaration = _all[declaration].Parent)
            if (_all[declaration].Role == role)
                return _all[declaration];
        return null;
    }

    /// <summary>Whether a name within a declaration is that of a type parameter.</summary>
    public bool IsTypeParameter(int declaration, string name)
    {
        for (; declaration >= 0; declaration = _all[declaration].Parent)
            if (_typeParameters.Contains((declaration, name)))
                return true;
        return false;
    }

    private void Visit(int item, SyntaxNode node)
    {
        var parent = _innermost[item];
        if (parent >= 0 && _depths[parent] == MaxDepth)
            return;
        switch (node)
        {
            case CompilationUnitSyntax unit:
                AddUsings(unit.Usings, _file);
                break;
            case BaseNamespaceDeclarationSyntax space:
                Open(item, Namespace(item, parent, space));
                break;
            case TypeParameterSyntax parameter:
                _typeParameters.Add((parent, parameter.Identifier.ValueText));
                break;
            case GlobalStatementSyntax:
                _topLevel = _topLevel >= 0 ? _topLevel : Add(TopLevel(item, node));
                _innermost[item] = _topLevel;
                break;
            case ParameterListSyntax { Parent: TypeDeclarationSyntax and not ExtensionBlockDeclarationSyntax } primary:
                Open(item, Callable(item, parent, "constructor", ".ctor", primary, node.SpanStart, null));
                break;
            case ParameterSyntax { Parent.Parent: RecordDeclarationSyntax } positional:
                Add(Value(item, _all[parent].Parent, "property", positional.Identifier, positional.Type));
                break;
            case VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Parent: BaseFieldDeclarationSyntax } list } one:
                var kind = list.Parent is EventFieldDeclarationSyntax ? "event" : "field";
                Open(item, Value(item, parent, kind, one.Identifier, list.Type));
                break;
            case MemberDeclarationSyntax or LocalFunctionStatementSyntax:
                if ((Type(item, parent, node) ?? Function(item, parent, node) ?? ValueMember(item, parent, node)) is { } declared)
                    Open(item, declared);
                break;
        }
    }

    private void Open(int item, Declaration declaration) => _innermost[item] = Add(declaration);

    private int Add(Declaration declaration)
    {
        _all.Add(declaration);
        _depths.Add(declaration.Parent < 0 ? 1 : _depths[declaration.Parent] + 1);
        return _all.Count - 1;
    }

    private NameScope ScopeOf(int declaration) => declaration < 0 ? _file : _all[declaration].Scope;

    private string? QualifiedOf(int declaration) => declaration < 0 ? null : _all[declaration].Qualified;

    private void AddUsings(SyntaxList<UsingDirectiveSyntax> usings, NameScope scope)
    {
        foreach (var directive in usings)
        {
            if (SyntaxNames.OfType(directive.NamespaceOrType) is not { } name)
                continue;
            if (directive.Alias is { } alias)
                scope.Aliases[alias.Name.Identifier.ValueText] = name;
            else if (directive.StaticKeyword != default)
                scope.StaticUsings.Add(name);
            else if (directive.GlobalKeyword != default)
                GlobalUsings.Add(name);
            else
                scope.Usings.Add(name);
        }
    }

    private Declaration Namespace(int item, int parent, BaseNamespaceDeclarationSyntax space)
    {
        var scope = ScopeOf(parent);
        var name = SyntaxNames.OfPath(space.Name) ?? "";
        // One scope for each part, as the names of the outer parts are in sight too.
        foreach (var part in name.Split('.'))
            scope = new NameScope(scope, SyntaxNames.Join(scope.Prefix, part));
        AddUsings(space.Usings, scope);
        return new Declaration
        {
            Item = item,
            Parent = parent,
            Role = DeclarationRole.Namespace,
            Kind = null,
            Module = QualifiedOf(parent),
            Name = name,
            Qualified = scope.Prefix,
            Scope = scope,
            Position = space.Name.SpanStart,
        };
    }

    private Declaration? Type(int item, int parent, SyntaxNode node)
    {
        var (kind, identifier, typeParameters) = node switch
        {
            ExtensionBlockDeclarationSyntax => (null, default, null),
            ClassDeclarationSyntax t => ("class", t.Identifier, t.TypeParameterList),
            StructDeclarationSyntax t => ("struct", t.Identifier, t.TypeParameterList),
            RecordDeclarationSyntax t => ("record", t.Identifier, t.TypeParameterList),
            InterfaceDeclarationSyntax t => ("interface", t.Identifier, t.TypeParameterList),
            EnumDeclarationSyntax t => ("enum", t.Identifier, null),
            DelegateDeclarationSyntax t => ("delegate", t.Identifier, t.TypeParameterList),
            _ => ((string?)null, default(SyntaxToken), (TypeParameterListSyntax?)null),
        };
        if (kind is null)
            return null;
        var arity = typeParameters?.Parameters.Count ?? 0;
        var module = QualifiedOf(parent);
        var qualified = SyntaxNames.Join(module, SyntaxNames.WithArity(identifier.ValueText, arity));
        var bases = (node as BaseTypeDeclarationSyntax)?.BaseList?.Types.Select(t => SyntaxNames.OfType(t.Type)).OfType<string>();
        return new Declaration
        {
            Item = item,
            Parent = parent,
            Role = DeclarationRole.Type,
            Kind = Checked(kind, identifier.ValueText, qualified, identifier.SpanStart),
            Module = module,
            Name = identifier.ValueText,
            Qualified = qualified,
            Scope = new NameScope(ScopeOf(parent), qualified),
            Arity = arity,
            Position = identifier.SpanStart,
            IsNode = IsStorable(identifier.ValueText, qualified),
            Bases = bases?.ToArray() ?? [],
        };
    }

    private Declaration? Function(int item, int parent, SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax m => Callable(
            item, parent, "method", Explicit(m.ExplicitInterfaceSpecifier) + m.Identifier.ValueText, m.ParameterList,
            m.Identifier.SpanStart, m.ReturnType, m.ExplicitInterfaceSpecifier is null && !Has(m, SyntaxKind.OverrideKeyword)),
        LocalFunctionStatementSyntax f => Callable(
            item, parent, "local_function", f.Identifier.ValueText, f.ParameterList, f.Identifier.SpanStart, f.ReturnType),
        ConstructorDeclarationSyntax c => Callable(
            item, parent, "constructor", Has(c, SyntaxKind.StaticKeyword) ? ".cctor" : ".ctor", c.ParameterList,
            c.Identifier.SpanStart, null),
        DestructorDeclarationSyntax d => Callable(
            item, parent, "method", "Finalize", d.ParameterList, d.Identifier.SpanStart, null),
        OperatorDeclarationSyntax o => Callable(
            item, parent, "operator", $"{Explicit(o.ExplicitInterfaceSpecifier)}operator {o.OperatorToken.Text}",
            o.ParameterList, o.OperatorToken.SpanStart, o.ReturnType),
        ConversionOperatorDeclarationSyntax c => Callable(
            item, parent, "operator", $"{c.ImplicitOrExplicitKeyword.Text} operator {SyntaxNames.OfType(c.Type)}",
            c.ParameterList, c.OperatorKeyword.SpanStart, c.Type),
        IndexerDeclarationSyntax i => Callable(
            item, parent, "indexer", Explicit(i.ExplicitInterfaceSpecifier) + "this[]", i.ParameterList,
            i.ThisKeyword.SpanStart, i.Type),
        _ => null,
    };

    private Declaration? ValueMember(int item, int parent, SyntaxNode node) => node switch
    {
        PropertyDeclarationSyntax p => Value(
            item, parent, "property", p.Identifier, p.Type, Explicit(p.ExplicitInterfaceSpecifier), isNode: true),
        EventDeclarationSyntax e => Value(
            item, parent, "event", e.Identifier, e.Type, Explicit(e.ExplicitInterfaceSpecifier), isNode: true),
        EnumMemberDeclarationSyntax m => Value(item, parent, "enum_member", m.Identifier, null),
        _ => null,
    };

    private Declaration TopLevel(int item, SyntaxNode node) => new()
    {
        Item = item,
        Parent = -1,
        Role = DeclarationRole.Callable,
        Kind = null,
        Module = "Program",
        Name = EntryPoint,
        Qualified = "Program." + EntryPoint,
        Scope = _file,
        Arity = 0,
        Position = node.SpanStart,
        IsNode = true,
    };

    private Declaration Callable(
        int item, int parent, string kind, string name, BaseParameterListSyntax parameters, int position, TypeSyntax? returns,
        bool canBeGuessed = false)
    {
        var module = QualifiedOf(parent);
        var qualified = SyntaxNames.Join(module, name);
        var list = parameters.Parameters;
        var inBlock = parameters.Parent is MethodDeclarationSyntax { Parent: ExtensionBlockDeclarationSyntax } method
            && !Has(method, SyntaxKind.StaticKeyword);
        var receiver = inBlock ? 1 : 0;
        return new Declaration
        {
            Item = item,
            Parent = parent,
            Role = DeclarationRole.Callable,
            Kind = Checked(kind, name, qualified, position),
            Module = module,
            Name = name,
            Qualified = qualified,
            Scope = ScopeOf(parent),
            Arity = list.Count,
            Position = position,
            IsNode = IsStorable(name, qualified),
            MinArguments = receiver + list.Count(p => p.Default is null && !p.Modifiers.Any(SyntaxKind.ParamsKeyword)),
            MaxArguments = list.Any(p => p.Modifiers.Any(SyntaxKind.ParamsKeyword)) ? int.MaxValue : receiver + list.Count,
            IsExtension = inBlock || (list.Count > 0 && list[0].Modifiers.Any(SyntaxKind.ThisKeyword)),
            CanBeGuessed = canBeGuessed,
            ValueType = TypeParametersOf(parameters.Parent).Any(p => p.Identifier.ValueText == SyntaxNames.OfType(returns))
                ? null
                : TypeName(parent, returns),
        };
    }

    private Declaration Value(
        int item, int parent, string kind, SyntaxToken identifier, TypeSyntax? type, string prefix = "", bool isNode = false)
    {
        var module = QualifiedOf(parent);
        var name = prefix + identifier.ValueText;
        var qualified = SyntaxNames.Join(module, name);
        return new Declaration
        {
            Item = item,
            Parent = parent,
            Role = DeclarationRole.Value,
            Kind = Checked(kind, name, qualified, identifier.SpanStart),
            Module = module,
            Name = name,
            Qualified = qualified,
            Scope = ScopeOf(parent),
            Position = identifier.SpanStart,
            IsNode = isNode && IsStorable(name, qualified),
            ValueType = kind == "enum_member" ? module : TypeName(parent, type),
        };
    }

    private static SeparatedSyntaxList<TypeParameterSyntax> TypeParametersOf(SyntaxNode? function) => function switch
    {
        MethodDeclarationSyntax method => method.TypeParameterList?.Parameters ?? default,
        LocalFunctionStatementSyntax local => local.TypeParameterList?.Parameters ?? default,
        _ => default,
    };

    private string? TypeName(int declaration, TypeSyntax? type) =>
        SyntaxNames.OfType(type) is { } name && !IsTypeParameter(declaration, name) ? name : null;

    private string? Checked(string kind, string name, string qualified, int position)
    {
        _names += qualified.Length;
        if (SyntaxNames.IsTooLong(qualified))
            TooLong.Add(position);
        else if (_names > _maxNames)
            LeftOut++;
        return IsStorable(name, qualified) ? kind : null;
    }

    // The parser makes up empty names where it recovers from an error.
    private bool IsStorable(string name, string qualified) =>
        name.Length > 0 && _names <= _maxNames && !SyntaxNames.IsTooLong(qualified);

    private static bool Has(MemberDeclarationSyntax member, SyntaxKind modifier) => member.Modifiers.Any(modifier);

    private static string Explicit(ExplicitInterfaceSpecifierSyntax? specifier) =>
        specifier is null ? "" : SyntaxNames.OfPath(specifier.Name) + ".";
}

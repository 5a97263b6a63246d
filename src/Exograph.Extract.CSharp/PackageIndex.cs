using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;

namespace Exograph.Extract.CSharp;

/// <summary>A type of the package, of all its parts.</summary>
internal sealed class TypeEntry(string qualified, string? module, string name)
{
    public string Qualified { get; } = qualified;
    public string? Module { get; } = module;
    public string Name { get; } = name;

    /// <summary>The node of its first part.</summary>
    public long Node { get; set; }

    /// <summary>Bases that are types of the package; known once the index is sealed.</summary>
    public List<TypeEntry> Bases { get; } = [];

    /// <summary>The first base that is not.</summary>
    public string? ExternalBase { get; set; }
}

/// <summary>A member of a type of the package.</summary>
internal sealed class MemberEntry(Declaration declaration, long node, MemberEntry? next, MemberEntry? nextOfName)
{
    public Declaration Declaration { get; } = declaration;

    /// <summary>Its node; 0 for none.</summary>
    public long Node { get; } = node;

    /// <summary>An earlier member of the same type and name.</summary>
    public MemberEntry? Next { get; } = next;

    /// <summary>An earlier member of the same name that can be guessed.</summary>
    public MemberEntry? NextOfName { get; } = nextOfName;

    /// <summary>How many members of its type have its name, up to it.</summary>
    public int Position { get; } = (next?.Position ?? 0) + 1;

    /// <summary>How many members that can be guessed have its name, up to it.</summary>
    public int PositionOfName { get; } = (nextOfName?.PositionOfName ?? 0) + 1;

    public bool Takes(int arguments) =>
        Declaration.Role == DeclarationRole.Callable
        && arguments >= Declaration.MinArguments && arguments <= Declaration.MaxArguments;
}

/// <summary>
/// The names of one package, gathered in a first pass over its files, so that the second can say what a name means. This and
/// the terms are what grows: this with one package's definitions, not with the tree.
/// </summary>
internal sealed class PackageIndex
{
    private const int MaxBases = 64;

    // Each name is looked up in all of these, each call among all of those: of more than anybody writes the first count.
    private const int MaxUsings = 250;
    private const int MaxOverloads = 250;

    private readonly Dictionary<string, TypeEntry> _types = [];
    private readonly Dictionary<(TypeEntry Type, string Name), MemberEntry> _members = [];
    private readonly Dictionary<string, MemberEntry> _guessable = [];
    private readonly List<(TypeEntry Type, Declaration Declaration)> _unresolvedBases = [];
    private readonly List<string> _globalUsings = [];
    private readonly Dictionary<(SyntaxTree Tree, int Position), (Declaration Declaration, long Node)> _places = [];
    private readonly Dictionary<string, int> _overloads = [];

    /// <summary>
    /// Takes in a file's declarations and numbers its nodes from the number given; returns the next free one. Of a file that is to be
    /// bound, its tree is given, by which what is declared in it is found again.
    /// </summary>
    public long Add(IReadOnlyList<Declaration> declarations, IEnumerable<string> globalUsings, long node, SyntaxTree? tree)
    {
        foreach (var imported in globalUsings)
            if (_globalUsings.Count < MaxUsings && !_globalUsings.Contains(imported))
                _globalUsings.Add(imported);
        foreach (var declaration in declarations)
        {
            var own = declaration.IsNode ? node++ : 0;
            if (tree is not null && declaration.Kind is not null)
                _places[(tree, declaration.Position)] = (declaration, own);
            if (declaration.Kind is null)
                continue;
            if (declaration.Role == DeclarationRole.Type)
                AddType(declaration, own);
            else if (declaration.Parent >= 0 && declarations[declaration.Parent] is { Role: DeclarationRole.Type } type)
                AddMember(declaration, type, own);
        }
        return node;
    }

    /// <summary>Resolves bases; after this the index no longer changes, and can be read by several threads.</summary>
    public void Seal()
    {
        foreach (var (type, declaration) in _unresolvedBases)
        {
            foreach (var name in declaration.Bases)
            {
                // From the scope around the type, not from within: a type is no base of its own.
                if (FindType(declaration.Scope.Outer!, name) is not { } found)
                    type.ExternalBase ??= name;
                else if (found != type && type.Bases.Count < MaxBases && !type.Bases.Contains(found))
                    type.Bases.Add(found);
            }
        }
        _unresolvedBases.Clear();
    }

    /// <summary>What is declared at a place of a file that is bound.</summary>
    public (Declaration Declaration, long Node)? DeclaredAt(SyntaxTree tree, int position) =>
        _places.TryGetValue((tree, position), out var declared) ? declared : null;

    /// <summary>Forgets where things are declared: the package is not bound.</summary>
    public void ForgetPlaces() => _places.Clear();

    /// <summary>How many methods of the package have a name.</summary>
    public int OverloadsOf(string name) => _overloads.GetValueOrDefault(name);

    public bool TryGetType(string qualified, [NotNullWhen(true)] out TypeEntry? type) => _types.TryGetValue(qualified, out type);

    /// <summary>The type of the package that a name means in a scope.</summary>
    public TypeEntry? FindType(NameScope scope, string name)
    {
        for (var at = scope; at is not null; at = at.Outer)
        {
            if (_types.TryGetValue(SyntaxNames.Join(at.Prefix, name), out var type)
                || (FromAlias(at, name) is { } aliased && _types.TryGetValue(aliased, out type)))
                return type;
            foreach (var imported in at.Usings.Concat(at.StaticUsings).Take(MaxUsings))
                if (_types.TryGetValue(imported + "." + name, out type))
                    return type;
        }
        foreach (var imported in _globalUsings)
            if (_types.TryGetValue(imported + "." + name, out var type))
                return type;
        return null;
    }

    /// <summary>The first member of a name, of the type or else of its bases, that takes so many arguments.</summary>
    public MemberEntry? FindCallable(TypeEntry type, string name, int arguments) =>
        Find(type, name, member => member.Takes(arguments));

    /// <summary>The first member of a name of the type, or else of its bases.</summary>
    public MemberEntry? FindMember(TypeEntry type, string name) => Find(type, name, static _ => true);

    /// <summary>A constructor; these are not inherited.</summary>
    public MemberEntry? FindConstructor(TypeEntry type, int arguments) =>
        First(_members.GetValueOrDefault((type, ".ctor")), member => member.Takes(arguments));

    /// <summary>The one method of the package that a name before so many arguments, and after a dot, can mean.</summary>
    /// <param name="name">The method's name.</param>
    /// <param name="arguments">The number of arguments in parentheses.</param>
    /// <param name="onlyExtensions">Whether only extension methods count.</param>
    public MemberEntry? FindUnique(string name, int arguments, bool onlyExtensions)
    {
        MemberEntry? found = null;
        for (var member = _guessable.GetValueOrDefault(name); member is not null; member = member.NextOfName)
        {
            var isExtension = member.Declaration.IsExtension;
            if (onlyExtensions && !isExtension || !member.Takes(isExtension ? arguments + 1 : arguments))
                continue;
            if (found is not null && found.Declaration.Qualified != member.Declaration.Qualified)
                return null;
            found = member;
        }
        return found;
    }

    private static string? FromAlias(NameScope scope, string name)
    {
        if (scope.Aliases.Count == 0)
            return null;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var head = dot < 0 ? name : name[..dot];
        return scope.Aliases.TryGetValue(head, out var target) ? target + name[head.Length..] : null;
    }

    private MemberEntry? Find(TypeEntry type, string name, Func<MemberEntry, bool> suits)
    {
        var line = new List<TypeEntry> { type };
        for (var i = 0; i < line.Count && i < MaxBases; i++)
        {
            if (First(_members.GetValueOrDefault((line[i], name)), suits) is { } found)
                return found;
            foreach (var next in line[i].Bases)
                if (!line.Contains(next))
                    line.Add(next);
        }
        return null;
    }

    /// <summary>The member declared first: the chains have the last one first.</summary>
    private static MemberEntry? First(MemberEntry? chain, Func<MemberEntry, bool> suits)
    {
        MemberEntry? first = null;
        for (; chain is not null; chain = chain.Next)
            if (suits(chain))
                first = chain;
        return first;
    }

    private void AddType(Declaration declaration, long node)
    {
        if (!_types.TryGetValue(declaration.Qualified, out var type))
        {
            type = new TypeEntry(declaration.Qualified, declaration.Module, declaration.Name) { Node = node };
            _types.Add(declaration.Qualified, type);
        }
        if (declaration.Bases.Length > 0)
            _unresolvedBases.Add((type, declaration));
    }

    private void AddMember(Declaration declaration, Declaration container, long node)
    {
        if (declaration.Role == DeclarationRole.Callable)
            _overloads[declaration.Name] = OverloadsOf(declaration.Name) + 1;
        if (!_types.TryGetValue(container.Qualified, out var type))
            return;
        var key = (type, declaration.Name);
        var last = _members.GetValueOrDefault(key);
        if (last?.Position == MaxOverloads)
            return;
        var lastOfName = _guessable.GetValueOrDefault(declaration.Name);
        var isGuessable = declaration.CanBeGuessed && lastOfName?.PositionOfName != MaxOverloads;
        var member = new MemberEntry(declaration, node, last, isGuessable ? lastOfName : null);
        _members[key] = member;
        if (isGuessable)
            _guessable[declaration.Name] = member;
    }
}

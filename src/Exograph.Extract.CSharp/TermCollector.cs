using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>
/// The structural terms of a file. Each item brings its terms once, in preorder, so that those of a fragment are a range.
/// </summary>
internal sealed class TermCollector
{
    // Tables of data have as many literals as they like.
    private const int MaxTerms = 1000;
    private const int MaxNameLength = 128;
    private const int MaxLiteralLength = 64;

    private readonly FlatTree _tree;
    private readonly FileFacts _facts;
    private readonly Dictionary<string, int> _numbers = [];
    private readonly Dictionary<(SyntaxKind Outer, SyntaxKind Inner), int> _paths = [];
    private readonly List<int> _sequence = [];
    private readonly int[] _starts;
    private readonly Dictionary<int, int> _declared = [];
    private readonly List<int> _lastFragment = [];

    public TermCollector(FlatTree tree, DeclarationMap declarations, FileFacts facts)
    {
        _tree = tree;
        _facts = facts;
        _starts = new int[tree.Items.Length + 1];
        foreach (var declaration in declarations.All)
            if (declaration.Kind is not null && declaration.Name.Length <= MaxNameLength)
                _declared.TryAdd(declaration.Item, NumberOf($"def:{declaration.Name}/{declaration.Arity ?? 0}"));
        for (var i = 0; i < tree.Items.Length; i++)
        {
            _starts[i] = _sequence.Count;
            Append(i, tree.Items[i]);
        }
        _starts[^1] = _sequence.Count;
    }

    /// <summary>The distinct terms of a fragment, up to a limit. A type's stop at its members, fragments themselves.</summary>
    public int[] TermsOf(int fragment, int item)
    {
        var terms = new List<int>();
        var end = _tree.Items[item].End;
        Take(fragment, terms, _starts[item] + PathTerms(item), _starts[item + 1]);
        var isType = _tree.Items[item].Node is BaseTypeDeclarationSyntax;
        for (var i = item + 1; i < end;)
        {
            var isMember = isType && FragmentMap.IsMember(_tree.Items[i].Node);
            if (isMember)
                TakeDeclared(fragment, terms, i);
            else
                Take(fragment, terms, _starts[i], _starts[i + 1]);
            i = isMember ? _tree.Items[i].End : i + 1;
        }
        return [.. terms];
    }

    private void TakeDeclared(int fragment, List<int> terms, int member)
    {
        // The names of fields are those of the declarators below.
        var end = _tree.Items[member].Node is BaseFieldDeclarationSyntax ? _tree.Items[member].End : member + 1;
        for (var i = member; i < end; i++)
            if (_declared.TryGetValue(i, out var declared))
                Take(fragment, terms, declared);
    }

    private void Take(int fragment, List<int> terms, int from, int to)
    {
        for (var i = from; i < to; i++)
            Take(fragment, terms, _sequence[i]);
    }

    private void Take(int fragment, List<int> terms, int term)
    {
        if (_lastFragment[term] == fragment || terms.Count == MaxTerms)
            return;
        _lastFragment[term] = fragment;
        terms.Add(term);
    }

    /// <summary>The terms at an item's start that say where it is, and so do not belong to it.</summary>
    private int PathTerms(int item) => _tree.Items[item] is { Node: not null, Parent: >= 0 } ? 1 : 0;

    private void Append(int index, in FlatTree.Item item)
    {
        if (item.Node is null)
        {
            AppendToken(item.Token);
            return;
        }
        if (item.Parent >= 0)
            _sequence.Add(PathOf(_tree.Items[item.Parent].Kind, item.Kind));
        _sequence.Add(PathOf(SyntaxKind.None, item.Kind));
        if (_declared.TryGetValue(index, out var declared))
            _sequence.Add(declared);
        switch (item.Node)
        {
            case InvocationExpressionSyntax call when CalledName(call.Expression) is { Length: <= MaxNameLength } name:
                _sequence.Add(NumberOf($"call:{name}/{call.ArgumentList.Arguments.Count}"));
                break;
            case ObjectCreationExpressionSyntax creation
                when SyntaxNames.OfType(creation.Type) is { Length: <= MaxNameLength } type:
                _sequence.Add(NumberOf($"new:{type}/{creation.ArgumentList?.Arguments.Count ?? 0}"));
                break;
        }
    }

    private void AppendToken(in SyntaxToken token)
    {
        switch (token.Kind())
        {
            case SyntaxKind.IdentifierToken when token.ValueText.Length is > 0 and <= MaxNameLength:
                _sequence.Add(NumberOf("id:" + token.ValueText));
                break;
            case SyntaxKind.StringLiteralToken or SyntaxKind.NumericLiteralToken or SyntaxKind.CharacterLiteralToken
                when token.Text.Length <= MaxLiteralLength:
                _sequence.Add(NumberOf("lit:" + token.Text));
                break;
        }
    }

    private static string? CalledName(ExpressionSyntax expression) => expression switch
    {
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        _ => null,
    };

    private int PathOf(SyntaxKind outer, SyntaxKind inner)
    {
        if (_paths.TryGetValue((outer, inner), out var number))
            return number;
        number = NumberOf(outer == SyntaxKind.None
            ? "node:" + SyntaxNames.Of(inner)
            : $"path:{SyntaxNames.Of(outer)}>{SyntaxNames.Of(inner)}");
        _paths.Add((outer, inner), number);
        return number;
    }

    private int NumberOf(string term)
    {
        if (_numbers.TryGetValue(term, out var number))
            return number;
        number = _facts.Terms.Count;
        _numbers.Add(term, number);
        _facts.Terms.Add(term);
        _facts.TermDigests.Add(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(term))));
        _lastFragment.Add(-1);
        return number;
    }
}

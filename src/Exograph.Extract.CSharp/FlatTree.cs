using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Exograph.Extract.CSharp;

/// <summary>
/// A syntax tree as an array in preorder, nodes and tokens alike, so that everything after the parser is loops: source can
/// nest deeper than any stack.
/// </summary>
internal sealed class FlatTree
{
    private static readonly CSharpParseOptions s_options =
        new(LanguageVersion.Preview, DocumentationMode.None, SourceCodeKind.Regular);

    private static readonly SearchValues<char> s_brackets = SearchValues.Create("<>()[]{};");

    private readonly List<Item> _items = [];

    private FlatTree(SourceText text) => Text = text;

    /// <summary>The items in preorder; the compilation unit is the first.</summary>
    public Span<Item> Items => CollectionsMarshal.AsSpan(_items);

    public SourceText Text { get; }

    /// <summary>Whether the parser gave up because the source nests too deeply.</summary>
    public bool TooDeep { get; private init; }

    public static FlatTree Parse(string source, CancellationToken cancellationToken)
    {
        var text = SourceText.From(source);
        var isRunaway = IsRunaway(source);
        var parsed = isRunaway ? SourceText.From("") : text;
        var syntax = SyntaxFactory.ParseSyntaxTree(parsed, s_options, cancellationToken: cancellationToken);
        var root = syntax.GetRoot(cancellationToken);
        const string insufficientStack = "CS8078";
        var tooDeep = root.ContainsDiagnostics && syntax.GetDiagnostics(cancellationToken).Any(d => d.Id == insufficientStack);
        var tree = new FlatTree(text) { TooDeep = tooDeep || isRunaway };
        tree.Flatten(root);
        tree.Measure();
        return tree;
    }

    /// <summary>The 1-based line and column of a position.</summary>
    public (int Line, int Column) Place(int position)
    {
        var at = Text.Lines.GetLinePosition(position);
        return (at.Line + 1, at.Character + 1);
    }

    /// <summary>Whether brackets nest as deep as only broken or hostile source does: in types the parser has no guard.</summary>
    private static bool IsRunaway(ReadOnlySpan<char> source)
    {
        const int maxDepth = 10_000;
        var depth = 0;
        for (int at; (at = source.IndexOfAny(s_brackets)) >= 0; source = source[(at + 1)..])
        {
            depth = source[at] switch
            {
                '<' or '(' or '[' => depth + 1,
                '>' or ')' or ']' => Math.Max(0, depth - 1),
                _ => 0,
            };
            if (depth > maxDepth)
                return true;
        }
        return false;
    }

    private void Flatten(SyntaxNode root)
    {
        var open = new Stack<int>();
        foreach (var element in root.DescendantNodesAndTokensAndSelf())
        {
            while (open.TryPeek(out var top) && _items[top].Node != element.Parent)
                Close(open.Pop());
            var item = new Item
            {
                Node = element.AsNode(),
                Token = element.AsToken(),
                Kind = element.Kind(),
                Parent = open.TryPeek(out var parent) ? parent : -1,
                End = _items.Count + 1,
                Start = -1,
                Stop = -1,
            };
            if (element.IsNode)
                open.Push(_items.Count);
            _items.Add(item);
        }
        while (open.TryPop(out var last))
            Close(last);

        void Close(int index) => Items[index].End = _items.Count;
    }

    private void Measure()
    {
        var items = Items;
        for (var i = items.Length - 1; i >= 0; i--)
        {
            ref var item = ref items[i];
            if (item.Node is not null)
                item.Mass++;
            else if (!item.Token.IsMissing)
                (item.Start, item.Stop) = (item.Token.SpanStart, item.Token.Span.End);
            if (item.Parent < 0)
                continue;
            ref var parent = ref items[item.Parent];
            parent.Children++;
            parent.Mass += item.Mass;
            if (item.Start < 0)
                continue;
            parent.Start = item.Start;
            if (parent.Stop < 0)
                parent.Stop = item.Stop;
        }
    }

    /// <summary>A node or a token.</summary>
    internal struct Item
    {
        /// <summary>The node; null for a token.</summary>
        public SyntaxNode? Node;
        public SyntaxToken Token;
        public SyntaxKind Kind;
        /// <summary>The index of the node around it; -1 for the compilation unit.</summary>
        public int Parent;
        /// <summary>The index after the last item within it.</summary>
        public int End;
        /// <summary>Where its first token starts and its last one stops; -1 where the parser made up all of them.</summary>
        public int Start, Stop;
        /// <summary>The number of nodes in it, itself included.</summary>
        public int Mass;
        /// <summary>The number of items directly below it.</summary>
        public int Children;
    }
}

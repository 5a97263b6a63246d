using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Exograph.Extract.CSharp;

/// <summary>
/// A syntax tree as an array in preorder, nodes and tokens alike, so that everything after the parser is loops: source can
/// nest deeper than any stack.
/// </summary>
internal sealed class FlatTree
{
    /// <summary>What a token takes while its file is read, at worst: nodes, their items, facts, and what is not collected yet.</summary>
    public const int BytesPerToken = 2_500;

    // What may be null is never asked for, and finding it out takes as long as all the rest of binding.
    private static readonly CSharpParseOptions s_options =
        new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.None, SourceCodeKind.Regular)
            .WithFeatures([new("run-nullable-analysis", "never")]);

    private readonly List<Item> _items = [];

    private FlatTree(SourceText text) => Text = text;

    /// <summary>The items in preorder; the compilation unit is the first.</summary>
    public Span<Item> Items => CollectionsMarshal.AsSpan(_items);

    public SourceText Text { get; }

    /// <summary>Why the file is not parsed; null where it is.</summary>
    public string? Unparsed { get; private init; }

    /// <summary>How files are parsed for which these preprocessor symbols are defined.</summary>
    public static CSharpParseOptions ParseOptions(IEnumerable<string> symbols) => s_options.WithPreprocessorSymbols(symbols);

    /// <summary>What a file may take while it is read: of the worst kind, one token for each byte.</summary>
    public static long MemoryOf(SourceEntry file, long maxMemory) => Math.Min(file.Bytes * BytesPerToken, maxMemory);

    public static FlatTree Of(ParsedSource source)
    {
        var tree = new FlatTree(source.Text) { Unparsed = source.Unparsed };
        tree.Flatten(source.Syntax.GetRoot());
        tree.Measure();
        return tree;
    }

    /// <summary>The symbols of the conditions by which code is left out; null where none is.</summary>
    public IReadOnlyCollection<string>? HiddenBy()
    {
        const int maxDirectives = 1_000;
        if (Items[0].Node is not CompilationUnitSyntax { ContainsDirectives: true } root)
            return null;
        SortedSet<string>? symbols = null;
        var directive = root.GetFirstDirective(IsNotTaken);
        for (var i = 0; directive is not null && i < maxDirectives; i++, directive = directive.GetNextDirective(IsNotTaken))
        {
            symbols ??= new SortedSet<string>(StringComparer.Ordinal);
            if (directive is ConditionalDirectiveTriviaSyntax { Condition: { } condition })
                symbols.UnionWith(condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Select(n => n.Identifier.ValueText));
        }
        return symbols;

        static bool IsNotTaken(DirectiveTriviaSyntax directive) =>
            directive is BranchingDirectiveTriviaSyntax { BranchTaken: false, IsActive: true };
    }

    /// <summary>The 1-based line and column of a position.</summary>
    public (int Line, int Column) Place(int position)
    {
        var at = Text.Lines.GetLinePosition(position);
        return (at.Line + 1, at.Character + 1);
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

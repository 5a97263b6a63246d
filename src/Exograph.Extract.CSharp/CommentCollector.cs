using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.Extract.CSharp;

/// <summary>The comments of a file. Line comments on successive lines are one comment; their markers are left out.</summary>
internal sealed class CommentCollector(FlatTree tree, FragmentMap fragments, FileFacts facts)
{
    private readonly StringBuilder _text = new();
    private int _start = -1;
    private int _lastLine;

    public void Collect()
    {
        for (var i = 0; i < tree.Items.Length; i++)
        {
            ref readonly var item = ref tree.Items[i];
            if (item.Node is not null)
                continue;
            if (item.Token.HasLeadingTrivia)
                Read(item.Token.LeadingTrivia, MemberFrom(i));
            if (item.Token.HasTrailingTrivia)
                Read(item.Token.TrailingTrivia, fragments.MemberAround(i));
        }
        facts.CommentsText = string.Join('\n', facts.Comments.Select(c => c.Text));
    }

    /// <summary>The member that begins with a token, or else the one that the token is in.</summary>
    private int? MemberFrom(int token)
    {
        int? begun = null;
        var start = tree.Items[token].Start;
        var parent = tree.Items[token].Parent;
        for (; parent >= 0 && tree.Items[parent].Start == start; parent = tree.Items[parent].Parent)
            if (FragmentMap.IsMember(tree.Items[parent].Node) && fragments.At(parent) is { } fragment)
                begun = fragment;
        return begun ?? fragments.MemberAround(token);
    }

    private void Read(SyntaxTriviaList trivia, int? fragment)
    {
        foreach (var piece in trivia)
        {
            if (piece.IsKind(SyntaxKind.SingleLineCommentTrivia))
                AddLine(piece, fragment);
            else if (piece.IsKind(SyntaxKind.MultiLineCommentTrivia))
                AddBlock(piece, fragment);
        }
        Finish(fragment);
    }

    private void AddLine(SyntaxTrivia piece, int? fragment)
    {
        var line = tree.Place(piece.SpanStart).Line;
        if (_start >= 0 && line != _lastLine + 1)
            Finish(fragment);
        if (_start < 0)
            _start = piece.SpanStart;
        else
            _text.Append('\n');
        _lastLine = line;
        _text.Append(piece.ToString().AsSpan().TrimStart('/').Trim());
    }

    private void AddBlock(SyntaxTrivia piece, int? fragment)
    {
        Finish(fragment);
        _start = piece.SpanStart;
        var text = piece.ToString().AsSpan(2);
        if (text.EndsWith("*/"))
            text = text[..^2];
        foreach (var line in text.EnumerateLines())
            _text.Append(line.Trim().TrimStart('*').Trim()).Append('\n');
        Finish(fragment);
    }

    private void Finish(int? fragment)
    {
        if (_start < 0)
            return;
        var (line, column) = tree.Place(_start);
        var text = _text.ToString().Trim();
        if (text.Length > 0)
            facts.Comments.Add(new CommentFact(fragment, text, line, column));
        _text.Clear();
        _start = -1;
    }
}

using System.Buffers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.Extract.CSharp;

/// <summary>
/// Finds source that the parser would take minutes for, or its stack. Where brackets nest, it tries several readings of what is
/// in each of them, so that its time grows with the third power of their depth: 400 unclosed <c>[</c> take a second, 2,000 take
/// minutes. People write brackets some 20 deep.
/// </summary>
internal struct NestingScan
{
    private const int MaxDepth = 250;

    // What a file may cost: the squares of the depths of its brackets. Sound source has some 30 for each bracket.
    private const long MaxWork = 20_000_000;
    private const long MaxWorkPerChar = 50;

    // The parser reads a line of these words twice for each of them; 30 take half a minute.
    private const int MaxPartials = 8;

    // As with brackets that close nothing, all of them before are copied again for each.
    private const int MaxWheres = 1_000;

    // Words with nothing between them, as "from a in b select ref": read once for each, and all after it once more for each.
    private const int MaxWords = 200;

    // The tokenizer recurses into interpolations, and starts again where one is not closed.
    private const int MaxTokenizedDepth = 1_000;

    // For each directive the parser walks over all branches that are open, for each condition over all definitions too, and more
    // than once: 20,000 nested #if take 12 seconds.
    private const long MaxDirectiveSteps = 20_000_000;

    // In characters: the parser recurses into a condition, and 500,000 times "A==" are more than its stack.
    private const int MaxCondition = 10_000;

    private static readonly SearchValues<char> s_marks = SearchValues.Create("<>()[]{};?:,");

    private readonly byte[] _open;
    private readonly long _maxWork;
    private int _depth;
    private int _deepest;
    private long _work;
    private int _partials;
    private int _words;
    private int _gap;
    private int _longestGap;
    private int _braces;
    private int _strays;

    private NestingScan(int length)
    {
        _open = new byte[MaxTokenizedDepth + 1];
        _maxWork = MaxWork + MaxWorkPerChar * length;
    }

    private readonly bool IsTooMuch => _deepest > MaxDepth || _work > _maxWork || _partials > MaxPartials || _words > MaxWords;

    /// <summary>Whether the source nests as only broken or hostile source does.</summary>
    public static bool IsRunaway(string source, CSharpParseOptions options)
    {
        if (DirectiveSteps(source) > MaxDirectiveSteps)
            return true;
        // All characters first, those of strings and comments too; what is suspicious then is looked at token by token.
        var raw = new NestingScan(source.Length);
        raw.Text(source, stopAt: MaxTokenizedDepth);
        if (!raw.IsTooMuch && raw._longestGap < 2 * MaxWords && source.AsSpan().Count("partial") <= MaxPartials && source.AsSpan().Count("where") <= MaxWheres)
            return false;
        if (raw._deepest >= MaxTokenizedDepth)
            return true;
        var exact = new NestingScan(source.Length);
        var followsWord = false;
        foreach (var token in SyntaxFactory.ParseTokens(source, options: options))
        {
            var isWord = token.IsKind(SyntaxKind.IdentifierToken) || SyntaxFacts.IsKeywordKind(token.Kind());
            exact._words += isWord && followsWord ? 1 : 0;
            followsWord = isWord;
            if (token.IsKind(SyntaxKind.IdentifierToken))
                exact.Word(token.Text);
            else if (token.IsKind(SyntaxKind.EqualsGreaterThanToken))
                exact.Stray();
            else if (token.Text is [var mark] && s_marks.Contains(mark))
                exact.Mark(mark);
            else if (token.IsKind(SyntaxKind.InterpolatedStringToken))
                exact.Text(token.Text, stopAt: MaxTokenizedDepth);
            if (exact.IsTooMuch)
                return true;
        }
        return false;
    }

    /// <summary>What the parser walks over for directives. Lines of strings and comments count, too: no sound file comes near.</summary>
    private static long DirectiveSteps(ReadOnlySpan<char> source)
    {
        var (steps, open, definitions) = (0L, 0L, 0L);
        var branches = new Stack<long>();
        for (int at; (at = source.IndexOf('#')) >= 0;)
        {
            source = source[(at + 1)..].TrimStart(" \t\f\v");
            var length = 0;
            while (length < source.Length && char.IsAsciiLetterLower(source[length]))
                length++;
            var word = source[..length];
            source = source[length..];
            if (word is "if" or "elif")
            {
                if (word is "if")
                    branches.Push(open);
                steps += ++open + definitions;
                if (source.IndexOfAny('\r', '\n') is var end && (end < 0 ? source.Length : end) > MaxCondition)
                    return long.MaxValue;
            }
            else if (word is "else" or "region")
            {
                steps += ++open;
            }
            else if (word is "define" or "undef")
            {
                steps += open;
                definitions++;
            }
            else if (word is "endif")
            {
                steps += open;
                open = branches.TryPop(out var before) ? before : open;
            }
            else
            {
                steps += word is "endregion" && open > 0 ? open-- : open;
            }
        }
        return steps;
    }

    private void Text(ReadOnlySpan<char> text, int stopAt)
    {
        for (int at; _deepest < stopAt && (at = text.IndexOfAny(s_marks)) >= 0; text = text[(at + 1)..])
        {
            Mark(text[at]);
            _longestGap = Math.Max(_longestGap, _gap + at);
            _gap = text[at] is '<' or '>' or '?' or ':' ? _gap + at + 1 : 0;
        }
        _longestGap = Math.Max(_longestGap, _gap + text.Length);
    }

    private void Word(string text)
    {
        if (text == "partial")
            _partials++;
        else if (text == "where")
            _work += ++_strays;
    }

    /// <summary>Counts what the parser passes over; each time it copies what it has passed over before.</summary>
    private void Stray() => _work += _braces == 0 ? ++_strays : 0;

    /// <summary>Opens or closes. What is unclosed within brackets that close is closed with them.</summary>
    private void Mark(char mark)
    {
        if (mark is not ('<' or '>' or '?' or ':'))
            _words = 0;
        switch (mark)
        {
            case '(' or '[' or '{' or '<' or '?':
                if (_depth < MaxTokenizedDepth)
                    _open[_depth++] = (byte)mark;
                _deepest = Math.Max(_deepest, _depth);
                _work += (long)_depth * _depth;
                if (mark == '{')
                {
                    _braces++;
                    _partials = _strays = 0;
                }
                break;
            case ',':
                Stray();
                break;
            case ')':
                Close('(', "<?");
                break;
            case ']':
                Close('[', "<?");
                break;
            case '>':
                Close('<', "?");
                break;
            case ':':
                Close('?', "<");
                break;
            case '}':
                Close('{', "([<?");
                _partials = 0;
                break;
            case ';':
                while (_depth > 0 && _open[_depth - 1] is (byte)'<' or (byte)'?')
                    _depth--;
                _partials = 0;
                break;
        }
    }

    private void Close(char opening, string within)
    {
        const int maxUnclosed = 64;
        var at = _depth - 1;
        while (at >= 0 && at >= _depth - maxUnclosed && within.Contains((char)_open[at], StringComparison.Ordinal))
            at--;
        if (at >= 0 && _open[at] == opening)
        {
            _depth = at;
            _braces -= opening == '{' ? 1 : 0;
        }
        else
        {
            Stray();
        }
    }
}

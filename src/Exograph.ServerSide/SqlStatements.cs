namespace Exograph.ServerSide;

/// <summary>
/// Cuts a script into its statements and remembers where each begins: the server counts the position of an error from the
/// beginning of the statement.
/// </summary>
internal static class SqlStatements
{
    public static List<(int Start, string Text)> Split(string script)
    {
        var statements = new List<(int, string)>();
        var start = 0;
        var empty = true;
        var i = 0;
        while (i < script.Length)
        {
            var end = EndOfToken(script, i);
            var isComment = script.AsSpan(i) is ['-', '-', ..] or ['/', '*', ..];
            if (script[i] == ';')
            {
                if (!empty)
                    statements.Add((start, script[start..i]));
                empty = true;
            }
            else if (!isComment && !char.IsWhiteSpace(script[i]) && empty)
            {
                empty = false;
                start = i;
            }
            i = end;
        }
        if (!empty)
            statements.Add((start, script[start..]));
        return statements;
    }

    /// <summary>Line of a position in the script, both from 1.</summary>
    public static int LineOf(string script, int position) =>
        1 + script.AsSpan(0, Math.Min(position - 1, script.Length)).Count('\n');

    private static int EndOfToken(string s, int i) => s.AsSpan(i) switch
    {
        ['-', '-', ..] => EndOrLength(s, s.IndexOf('\n', i)),
        ['/', '*', ..] => EndOfBlockComment(s, i),
        ['\'', ..] => EndOfQuoted(s, i, '\'', escapes: i > 0 && s[i - 1] is 'E' or 'e' && !(i > 1 && IsNamePart(s[i - 2]))),
        ['"', ..] => EndOfQuoted(s, i, '"', escapes: false),
        ['$', ..] when i == 0 || !IsNamePart(s[i - 1]) => EndOfDollarQuoted(s, i),
        _ => i + 1,
    };

    private static int EndOfBlockComment(string s, int i)
    {
        var depth = 0;
        while (i < s.Length)
        {
            var (step, change) = s.AsSpan(i) switch
            {
                ['/', '*', ..] => (2, 1),
                ['*', '/', ..] => (2, -1),
                _ => (1, 0),
            };
            i += step;
            depth += change;
            if (depth == 0)
                return i;
        }
        return i;
    }

    private static int EndOfQuoted(string s, int i, char quote, bool escapes)
    {
        for (i++; i < s.Length; i++)
        {
            if (escapes && s[i] == '\\')
                i++;
            else if (s[i] == quote)
                return i + 1; // a doubled quote begins another quoted part: the same in effect
        }
        return s.Length;
    }

    private static int EndOfDollarQuoted(string s, int i)
    {
        var close = i + 1;
        while (close < s.Length && IsNamePart(s[close]) && s[close] != '$')
            close++;
        if (close >= s.Length || s[close] != '$')
            return i + 1; // a parameter such as $1
        var tag = s[i..(close + 1)];
        var end = s.IndexOf(tag, close + 1, StringComparison.Ordinal);
        return end < 0 ? s.Length : end + tag.Length;
    }

    private static int EndOrLength(string s, int end) => end < 0 ? s.Length : end;

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '$';
}

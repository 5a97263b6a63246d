using System.Globalization;
using System.Text;

namespace Exograph;

/// <summary>
/// Text of others as a person may see it: labels, names of files, cells, messages of a server. What a terminal would obey or
/// hide is shown as JSON escapes, <c>\u001B</c>: control characters (C0, DEL, C1), formatting characters (those that turn the
/// direction of text, invisible ones), line and paragraph separators, halves of surrogate pairs.
/// </summary>
/// <remarks>Linked into every program that writes to people, none of which depends on another for it.</remarks>
internal static class TerminalText
{
    // Persian and Indic words and emoji are spelled with these two.
    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;

    /// <summary>As one line: line breaks and tabs are escaped, too.</summary>
    public static string Line(ReadOnlySpan<char> text) => Escape(text, keepsLines: false);

    /// <summary>As lines: line breaks and tabs stay.</summary>
    public static string Lines(ReadOnlySpan<char> text) => Escape(text, keepsLines: true);

    /// <summary>As lines of which none can be taken for a line of ours: those after the first are indented.</summary>
    public static string Paragraph(ReadOnlySpan<char> text) =>
        Lines(text).TrimEnd('\n').Replace("\n", "\n  ", StringComparison.Ordinal);

    private static string Escape(ReadOnlySpan<char> text, bool keepsLines)
    {
        StringBuilder? escaped = null;
        var kept = 0;
        for (var i = 0; i < text.Length;)
        {
            var isRune = Rune.DecodeFromUtf16(text[i..], out var rune, out var length) == System.Buffers.OperationStatus.Done;
            var isLineEnd = keepsLines && (text[i] is '\n' or '\t' || text[i..].StartsWith("\r\n"));
            if (!isLineEnd && (!isRune || IsUnsafe(rune)))
            {
                escaped ??= new StringBuilder(text.Length + 16);
                escaped.Append(text[kept..i]);
                foreach (var unit in text.Slice(i, length))
                    escaped.Append(Escaped(unit));
                kept = i + length;
            }
            i += length;
        }
        return escaped is null ? text.ToString() : escaped.Append(text[kept..]).ToString();
    }

    private static bool IsUnsafe(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => rune.Value is not (NonJoiner or Joiner),
        _ => false,
    };

    private static string Escaped(char unit) => unit switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}"),
    };
}

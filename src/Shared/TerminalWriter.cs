using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Exograph;

/// <summary>
/// Writes to a person, or to a script: whatever is written, nothing reaches the terminal but text and line breaks. JSON stays
/// JSON, because its escapes are those of <see cref="TerminalText"/>.
/// </summary>
internal sealed class TerminalWriter(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
{
    /// <summary>The writer beneath, for a library that escapes what it is given and moves the cursor itself.</summary>
    public TextWriter Unescaped => inner;

    public override Encoding Encoding => inner.Encoding;

    /// <summary>A line of ours in which every value is shown as one line, whatever it holds.</summary>
    public void WriteLine(TerminalLine line) => inner.WriteLine(line.ToString());

    /// <summary>Text of others after a word of ours, on as many lines as it has; those after the first are indented.</summary>
    public void WriteParagraph(string word, string text) => inner.WriteLine(word + TerminalText.Paragraph(text));

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer) => inner.Write(TerminalText.Lines(buffer));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void WriteLine() => inner.WriteLine();

    public override void WriteLine(string? value) => inner.WriteLine(TerminalText.Lines(value));

    public override void Flush() => inner.Flush();
}

/// <summary>Interpolated text: its literals are ours, its values anybody's.</summary>
[InterpolatedStringHandler]
internal readonly struct TerminalLine(int literalLength, int formattedCount)
{
    private readonly StringBuilder _text = new(literalLength + 16 * formattedCount);

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted<T>(T value, string? format = null) => _text.Append(TerminalText.Line(
        value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString()));

    public override string ToString() => _text.ToString();
}

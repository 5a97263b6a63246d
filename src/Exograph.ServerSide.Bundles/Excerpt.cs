using System.Text;

namespace Exograph.ServerSide.Bundles;

/// <summary>Shows a piece of input in an error message: short, on one line, without control characters.</summary>
internal static class Excerpt
{
    private const int Longest = 60;

    public static string Of(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return "nothing";
        var shown = new StringBuilder("'");
        var rest = text;
        while (!rest.IsEmpty && shown.Length <= Longest)
        {
            var status = Rune.DecodeFromUtf8(rest, out var rune, out var consumed);
            if (status != System.Buffers.OperationStatus.Done)
                shown.Append($"\\x{rest[0]:x2}");
            else if (Rune.IsControl(rune))
                shown.Append($"\\u{rune.Value:x4}");
            else
                shown.Append(rune);
            rest = rest[consumed..];
        }
        return shown.Append(rest.IsEmpty ? "'" : $"...' ({text.Length:N0} bytes)").ToString();
    }

    /// <summary>Position of the first byte, from 1, that is no valid UTF-8; 0 where all of it is.</summary>
    public static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        if (System.Text.Unicode.Utf8.IsValid(text))
            return 0;
        var position = 0;
        while (Rune.DecodeFromUtf8(text[position..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
            position += consumed;
        return position + 1;
    }
}

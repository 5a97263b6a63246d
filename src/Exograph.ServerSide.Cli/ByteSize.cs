using System.CommandLine.Parsing;
using System.Globalization;

namespace Exograph.ServerSide.Cli;

/// <summary>Sizes as people write them: <c>8GB</c>, <c>500 MB</c>, <c>4096</c>. As for PostgreSQL, 1KB is 1,024 bytes.</summary>
/// <param name="Bytes">The size.</param>
internal readonly record struct ByteSize(long Bytes)
{
    private static readonly (string Unit, int Shift)[] s_units =
        [("TB", 40), ("GB", 30), ("MB", 20), ("KB", 10), ("B", 0), ("", 0)];

    public override string ToString()
    {
        var bytes = Bytes;
        var (unit, shift) = Array.Find(s_units, u => bytes >= 1L << u.Shift && bytes >> u.Shift << u.Shift == bytes);
        return $"{bytes >> shift}{unit ?? "B"}";
    }

    public static bool TryParse(string text, out ByteSize size)
    {
        size = default;
        var (unit, shift) = Array.Find(s_units, u => text.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase));
        var digits = text.AsSpan(0, text.Length - unit.Length).TrimEnd();
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number < 1 || number > long.MaxValue >> shift)
        {
            return false;
        }
        size = new(number << shift);
        return true;
    }

    /// <summary>The value of an option. What is no size is an error of the command line.</summary>
    public static ByteSize Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (!TryParse(text, out var size))
            result.AddError($"expected a size such as 8GB or 500MB, found '{text}'");
        return size;
    }
}

using System.Globalization;

namespace Exograph.ServerSide.Cli;

/// <summary>Sizes as people write them: <c>8GB</c>, <c>500 MB</c>, <c>4096</c>. As for PostgreSQL, 1KB is 1,024 bytes.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, int Shift)[] s_units =
        [("TB", 40), ("GB", 30), ("MB", 20), ("KB", 10), ("B", 0), ("", 0)];

    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var (unit, shift) = Array.Find(s_units, u => text.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase));
        var digits = text.AsSpan(0, text.Length - unit.Length).TrimEnd();
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number < 1 || number > long.MaxValue >> shift)
        {
            return false;
        }
        bytes = number << shift;
        return true;
    }
}

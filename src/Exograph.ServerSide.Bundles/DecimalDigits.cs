using System.Globalization;

namespace Exograph.ServerSide.Bundles;

/// <summary>Writes a numeric, of any length that the server takes, as it is sent: by digits to the base of 10,000.</summary>
internal static class DecimalDigits
{
    private const int Group = 4;
    private const int MostWhole = 131_072;
    private const int MostFraction = 16_383;
    private const ushort Positive = 0;
    private const ushort Negative = 0x4000;
    private const ushort NotANumber = 0xC000;
    private const ushort Infinite = 0xD000;
    private const ushort NegativeInfinite = 0xF000;

    /// <summary>Whether the text was one, and has been written.</summary>
    public static bool Write(CopyEncoder encoder, ReadOnlySpan<byte> text)
    {
        if (Scalars.Special(text) is { } special)
        {
            encoder.Numeric([], 0, double.IsNaN(special) ? NotANumber : special > 0 ? Infinite : NegativeInfinite, 0);
            return true;
        }
        var isNegative = text is [(byte)'-', ..];
        var mantissa = text is [(byte)'-' or (byte)'+', ..] ? text[1..] : text;
        var exponent = 0;
        if (mantissa.IndexOfAny((byte)'e', (byte)'E') is >= 0 and var at)
        {
            if (!int.TryParse(mantissa[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || Math.Abs((long)exponent) > MostWhole)
                return false;
            mantissa = mantissa[..at];
        }
        var point = mantissa.IndexOf((byte)'.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var fraction = point < 0 ? [] : mantissa[(point + 1)..];
        if (whole.Length + fraction.Length == 0 || whole.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        if (whole.Length + (long)exponent > MostWhole || fraction.Length - (long)exponent > MostFraction)
            return false;
        Write(encoder, isNegative, [.. whole, .. fraction], whole.Length + exponent, Math.Max(0, fraction.Length - exponent));
        return true;
    }

    /// <param name="encoder">Where to.</param>
    /// <param name="isNegative">Whether it is below zero.</param>
    /// <param name="digits">All digits.</param>
    /// <param name="whole">How many of them are before the point; may be negative, or more than there are.</param>
    /// <param name="scale">Digits behind the point that are shown.</param>
    private static void Write(CopyEncoder encoder, bool isNegative, ReadOnlySpan<byte> digits, int whole, int scale)
    {
        var zeros = digits.IndexOfAnyExcept((byte)'0');
        if (zeros < 0)
        {
            encoder.Numeric([], 0, Positive, (short)scale);
            return;
        }
        digits = digits[zeros..].TrimEnd((byte)'0');
        whole -= zeros;
        // The first group ends where the digits of a whole number of groups, counted from the point, begin.
        var weight = (int)Math.Ceiling(whole / (double)Group) - 1;
        var first = whole - weight * Group;
        var groups = new short[(int)Math.Ceiling((digits.Length - first) / (double)Group) + 1];
        for (var i = 0; i < digits.Length; i++)
        {
            var place = i + Group - first;
            groups[place / Group] += (short)((digits[i] - '0') * Power(Group - 1 - place % Group));
        }
        encoder.Numeric(groups, (short)weight, isNegative ? Negative : Positive, (short)scale);
    }

    private static int Power(int exponent) => exponent switch { 0 => 1, 1 => 10, 2 => 100, _ => 1000 };
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Exograph.ServerSide.Bundles;

/// <summary>Writes values of the server's own types as both forms of a bundle spell them.</summary>
internal static partial class Scalars
{
    private const NumberStyles Float = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
    private const int LongestTime = 64;
    private const int MicrosecondTicks = 10;

    private static readonly DateTime s_epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static void Write(CopyEncoder encoder, ColumnType type, ReadOnlySpan<byte> text)
    {
        var isWritten = type switch
        {
            ColumnType.Boolean => Boolean(encoder, text),
            ColumnType.SmallInt => SmallInt(encoder, Fields.Parse(text, type)),
            ColumnType.Real => Real(encoder, text),
            ColumnType.Double => Double(encoder, text),
            ColumnType.Numeric => DecimalDigits.Write(encoder, text),
            ColumnType.Uuid => Uuid(encoder, text),
            ColumnType.Date => Date(encoder, text),
            ColumnType.Timestamp or ColumnType.TimestampTz => Time(encoder, text, hasZone: type == ColumnType.TimestampTz),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };
        if (!isWritten)
            throw BadValueException.Expected(Fields.Expected(type), text);
    }

    private static bool Boolean(CopyEncoder encoder, ReadOnlySpan<byte> text)
    {
        bool? value = Ascii(text).ToLowerInvariant() switch
        {
            "t" or "true" or "y" or "yes" or "on" or "1" => true,
            "f" or "false" or "n" or "no" or "off" or "0" => false,
            _ => null,
        };
        if (value is { } known)
            encoder.Boolean(known);
        return value is not null;
    }

    private static bool SmallInt(CopyEncoder encoder, long value)
    {
        if (value is < short.MinValue or > short.MaxValue)
            return false;
        encoder.SmallInt((short)value);
        return true;
    }

    private static bool Real(CopyEncoder encoder, ReadOnlySpan<byte> text)
    {
        var isSpecial = Special(text) is not null;
        if (!isSpecial && (!float.TryParse(text, Float, CultureInfo.InvariantCulture, out var parsed) || float.IsInfinity(parsed)))
            return false;
        encoder.Real(isSpecial ? (float)Special(text)!.Value : float.Parse(text, Float, CultureInfo.InvariantCulture));
        return true;
    }

    private static bool Double(CopyEncoder encoder, ReadOnlySpan<byte> text)
    {
        if (Special(text) is { } special)
        {
            encoder.Double(special);
            return true;
        }
        if (!double.TryParse(text, Float, CultureInfo.InvariantCulture, out var value) || double.IsInfinity(value))
            return false;
        encoder.Double(value);
        return true;
    }

    /// <summary>What is spelled by letters: NaN and the infinities.</summary>
    public static double? Special(ReadOnlySpan<byte> text) => Ascii(text).ToLowerInvariant() switch
    {
        "nan" => double.NaN,
        "infinity" or "inf" or "+infinity" => double.PositiveInfinity,
        "-infinity" or "-inf" => double.NegativeInfinity,
        _ => null,
    };

    private static bool Uuid(CopyEncoder encoder, ReadOnlySpan<byte> text)
    {
        if (!Guid.TryParse(Ascii(text), CultureInfo.InvariantCulture, out var value))
            return false;
        encoder.Uuid(value);
        return true;
    }

    private static bool Date(CopyEncoder encoder, ReadOnlySpan<byte> text)
    {
        if (Special(text) is { } special && double.IsInfinity(special))
        {
            encoder.Date(special > 0 ? int.MaxValue : int.MinValue);
            return true;
        }
        if (!DateOnly.TryParseExact(Ascii(text), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return false;
        encoder.Date(date.DayNumber - DateOnly.FromDateTime(s_epoch).DayNumber);
        return true;
    }

    /// <summary>Where the server would take an offset and ignore it, one that is not 0 is refused.</summary>
    private static bool Time(CopyEncoder encoder, ReadOnlySpan<byte> text, bool hasZone)
    {
        if (Special(text) is { } special && double.IsInfinity(special))
        {
            encoder.Timestamp(special > 0 ? long.MaxValue : long.MinValue);
            return true;
        }
        var match = Iso8601().Match(Ascii(text));
        if (!match.Success
            || !DateTime.TryParseExact(match.Groups["date"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day))
            return false;
        var zone = match.Groups["zone"];
        if (hasZone && !zone.Success)
            return false;
        var clock = TimeSpan.FromHours(Number("hour"), Number("minute"), Number("second"));
        if (Number("hour") > 23 || Number("minute") > 59 || Number("second") > 59)
            return false;
        var offset = new TimeSpan(Number("hours"), Number("minutes"), 0);
        if (offset > TimeSpan.FromHours(16) || Number("minutes") > 59 || !hasZone && offset != TimeSpan.Zero)
            return false;
        var ticks = (day - s_epoch).Ticks + clock.Ticks - (match.Groups["sign"].Value == "-" ? -offset.Ticks : offset.Ticks);
        encoder.Timestamp(ticks / MicrosecondTicks + Microseconds(match.Groups["fraction"].Value));
        return true;

        int Number(string part) => match.Groups[part] is { Success: true } group ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Digits behind the second, rounded as the server rounds them.</summary>
    private static long Microseconds(string fraction) => fraction.Length == 0 ? 0
        : (long)Math.Round(decimal.Parse($"0.{fraction}", CultureInfo.InvariantCulture) * 1_000_000, MidpointRounding.ToEven);

    /// <summary>A short text of these types; empty for anything that is none.</summary>
    private static string Ascii(ReadOnlySpan<byte> text) =>
        text.Length <= LongestTime && System.Text.Ascii.IsValid(text) ? Encoding.ASCII.GetString(text) : "";

    [GeneratedRegex(@"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
        + @"([T ](?<hour>[0-9]{2}):(?<minute>[0-9]{2})(:(?<second>[0-9]{2})([.,](?<fraction>[0-9]{1,20}))?)?)?"
        + @" ?(?<zone>Z|z|UTC|(?<sign>[+-])(?<hours>[0-9]{2})(:?(?<minutes>[0-9]{2}))?)?\z")]
    private static partial Regex Iso8601();
}

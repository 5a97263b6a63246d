using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Exograph.ServerSide.Bundles;

/// <summary>Writes values that both forms of a bundle spell alike.</summary>
internal static class Fields
{
    /// <summary>A bigint or integer: a number of a row is shifted, any other is taken as it is.</summary>
    public static void Number(CopyEncoder encoder, StagedColumn column, int dimension, long value, NumberShift.Reader numbers)
    {
        if (dimension >= 0)
            encoder.Number(column, numbers.Apply(dimension, value));
        else if (column.Type == ColumnType.BigInt)
            encoder.BigInt(value);
        else if (value is >= int.MinValue and <= int.MaxValue)
            encoder.Integer((int)value);
        else
            throw new BadValueException($"expected {Expected(ColumnType.Integer)}, found {value}");
    }

    /// <summary>A bigint[] or integer[]: numbers of rows are shifted, any other are taken as they are.</summary>
    public static void Array(CopyEncoder encoder, StagedColumn column, int dimension, List<long> values, NumberShift.Reader numbers)
    {
        var elements = CollectionsMarshal.AsSpan(values);
        if (dimension < 0)
        {
            encoder.BigIntArray(elements);
            return;
        }
        foreach (ref var number in elements)
            number = numbers.Apply(dimension, number);
        encoder.Set<long>(column, elements);
    }

    /// <summary>Text that is valid UTF-8.</summary>
    public static void Text(CopyEncoder encoder, ReadOnlySpan<byte> value)
    {
        var nul = value.IndexOf((byte)0);
        if (nul >= 0)
            throw new BadValueException($"expected text without NUL, found one at byte {nul + 1}");
        encoder.Utf8(value);
    }

    public static void Bytea(CopyEncoder encoder, ReadOnlySpan<byte> value)
    {
        if (!value.StartsWith("\\x"u8) || value.Length % 2 != 0)
            throw BadValueException.Expected(Expected(ColumnType.Bytea), value);
        var digits = value[2..];
        if (Convert.FromHexString(digits, encoder.Bytea(digits.Length / 2), out _, out _) != OperationStatus.Done)
            throw BadValueException.Expected(Expected(ColumnType.Bytea), value);
    }

    /// <summary>Digits, with a minus sign where negative.</summary>
    public static long Parse(ReadOnlySpan<byte> text, ColumnType type) =>
        text is not [(byte)'+', ..]
        && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw BadValueException.Expected(Expected(type), text);

    public static string Expected(ColumnType type) => type switch
    {
        ColumnType.BigInt => "a whole number from -9223372036854775808 to 9223372036854775807",
        ColumnType.Integer => "a whole number from -2147483648 to 2147483647",
        ColumnType.Text => "text",
        ColumnType.Bytea => "\\x and an even number of hexadecimal digits",
        ColumnType.BigIntArray or ColumnType.IntegerArray => "an array of whole numbers",
        ColumnType.Jsonb or ColumnType.Json => "JSON",
        ColumnType.Boolean => "true or false",
        ColumnType.SmallInt => "a whole number from -32768 to 32767",
        ColumnType.Real or ColumnType.Double => "a number such as 1.5e3, in the range of its type",
        ColumnType.Numeric => "a number such as -12.50",
        ColumnType.Uuid => "a UUID",
        ColumnType.Date => "a date such as 2026-11-30",
        ColumnType.Timestamp => "a time such as 2026-11-30 12:00:00, without an offset from UTC",
        ColumnType.TimestampTz => "a time with its offset from UTC, such as 2026-11-30 12:00:00+00",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}

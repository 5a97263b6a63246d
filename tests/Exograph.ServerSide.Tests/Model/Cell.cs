using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>The natural key of an index row, or the identity of a fact: what stands for it wherever it is pointed at.</summary>
internal sealed record RowKey(string Table, string Text)
{
    public override string ToString() => $"{Table}[{Text}]";
}

/// <summary>What the model needs to know about values: their canonical text and their order.</summary>
internal static class Cell
{
    private const int LongestShown = 80;

    /// <summary>A text that is equal for equal cells and differs for different ones. Long values are shown as a digest.</summary>
    public static string Render(object? cell) => cell switch
    {
        null => "null",
        long number => number.ToString(CultureInfo.InvariantCulture),
        string text => Quote(text),
        byte[] bytes => Abbreviate("\\x" + Convert.ToHexStringLower(bytes), bytes.Length),
        long[] numbers => Abbreviate("{" + string.Join(",", numbers) + "}", numbers.Length),
        Json json => Abbreviate(json.Stored, json.Stored.Length),
        RowKey key => key.ToString(),
        _ => throw new ArgumentException($"{cell.GetType()} is not a cell"),
    };

    /// <summary>The same, but equal for jsonb values that differ in the scale of numbers only.</summary>
    public static string RenderValue(object? cell) =>
        cell is Json json ? Abbreviate(json.Value, json.Value.Length) : Render(cell);

    /// <summary>The text in quotes, in ASCII, so that look-alikes are told apart.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            if (character is '"' or '\\')
                quoted.Append('\\').Append(character);
            else if (character is >= ' ' and <= '~')
                quoted.Append(character);
            else
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }
        return Abbreviate(quoted.Append('"').ToString(), Encoding.UTF8.GetByteCount(text));
    }

    /// <summary>
    /// PostgreSQL's ascending order: nulls last, texts bytewise. References are ordered by the ids they came to.
    /// </summary>
    public static int Compare(object? left, object? right, Func<RowKey, long> idOf) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        (long l, long r) => l.CompareTo(r),
        (string l, string r) => CompareText(l, r),
        (Json l, Json r) => l.CompareTo(r),
        (RowKey l, RowKey r) => idOf(l).CompareTo(idOf(r)),
        _ => throw new ArgumentException($"{left.GetType()} and {right.GetType()} have no order"),
    };

    public static int CompareText(string left, string right) =>
        Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    private static string Abbreviate(string rendered, int size)
    {
        if (rendered.Length <= LongestShown)
            return rendered;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rendered)));
        return $"{rendered[..12]}..({size} long, {digest[..20]})";
    }
}

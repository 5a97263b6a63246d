using System.Text.Json;

namespace Exograph.ServerSide.Cli.Bundles;

/// <summary>Finds JSON that PostgreSQL's jsonb cannot hold, or would change in silence.</summary>
internal static class JsonText
{
    /// <summary>Deeper nesting is an error. PostgreSQL itself gives up at some thousands, by its stack.</summary>
    public const int MaxDepth = 256;

    // numeric: digits before and after the decimal point
    private const long MostWholeDigits = 131_072;
    private const long MostFractionDigits = 16_383;

    public static JsonReaderOptions Options { get; } = new() { MaxDepth = MaxDepth };

    /// <summary>Checks a whole JSON text, which must be valid UTF-8.</summary>
    public static void Check(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, Options);
            reader.Read();
            CheckValue(ref reader);
            reader.Read(); // refuses whatever follows the value
        }
        catch (JsonException e)
        {
            throw Syntax(e);
        }
    }

    /// <summary>Checks the value that <paramref name="reader"/> stands on, and moves to its last token.</summary>
    public static void CheckValue(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            CheckScalar(ref reader);
            return;
        }
        var depth = reader.CurrentDepth;
        var keys = new Stack<HashSet<string>>();
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    keys.Push([]);
                    break;
                case JsonTokenType.EndObject:
                    keys.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    if (!keys.Peek().Add(String(ref reader)))
                        throw BadValueException.Expected("each key once", reader.ValueSpan);
                    break;
                default:
                    CheckScalar(ref reader);
                    break;
            }
        }
        while (!(reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray && reader.CurrentDepth == depth)
               && reader.Read());
    }

    public static BadValueException Syntax(JsonException e)
    {
        var problem = e.Message;
        var place = problem.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return new BadValueException(
            $"expected JSON, but at byte {e.BytePositionInLine + 1}: {(place < 0 ? problem : problem[..place])}", inner: e);
    }

    /// <summary>The string that the reader stands on: no NUL, no lone surrogate.</summary>
    public static string String(ref Utf8JsonReader reader)
    {
        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw LoneSurrogate(reader.ValueSpan, e);
        }
        return text.Contains('\0') ? throw Nul(reader.ValueSpan) : text;
    }

    public static BadValueException LoneSurrogate(ReadOnlySpan<byte> text, Exception inner) =>
        new($"expected surrogates in pairs, found a lone one in {Excerpt.Of(text)}", inner: inner);

    public static BadValueException Nul(ReadOnlySpan<byte> text) =>
        new($"expected text without NUL, found \\u0000 in {Excerpt.Of(text)}");

    private static void CheckScalar(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
            String(ref reader);
        else if (reader.TokenType == JsonTokenType.Number)
            CheckNumber(reader.ValueSpan);
    }

    private static void CheckNumber(ReadOnlySpan<byte> number)
    {
        var exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = exponentAt < 0 ? number : number[..exponentAt];
        long exponent = 0;
        var known = exponentAt < 0 || long.TryParse(number[(exponentAt + 1)..], out exponent);
        var point = mantissa.IndexOf((byte)'.');
        var whole = point < 0 ? mantissa.Length : point;
        var fraction = point < 0 ? 0 : mantissa.Length - point - 1;
        if (!known || Math.Abs(exponent) > 2 * MostWholeDigits
            || whole + exponent > MostWholeDigits || fraction - exponent > MostFractionDigits)
        {
            throw BadValueException.Expected("a number within PostgreSQL's numeric", number);
        }
    }
}

using System.Text.Json;

namespace Exograph.ServerSide.Bundles;

/// <summary>Finds JSON that PostgreSQL's jsonb cannot hold, or would change in silence.</summary>
internal static class JsonText
{
    /// <summary>Deeper nesting is an error. PostgreSQL itself gives up at some thousands, by its stack.</summary>
    public const int MaxDepth = 256;

    /// <summary>Most characters that a number may print: 1e131071 takes some bytes and prints 131 kB.</summary>
    private const long LongestNumber = 1000;

    /// <summary>
    /// Most bytes that a value may print, where a byte of text counts as the six of \\u0001, and an element or a key as four bytes.
    /// The server rejects what prints more.
    /// </summary>
    private const long MostPrinted = 32 << 20;
    private const int PrintedByte = 6;
    private const int PrintedElement = 4 * PrintedByte;

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
        long printed = 0;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            CheckScalar(ref reader, ref printed);
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
                    Print(ref printed, 0);
                    break;
                case JsonTokenType.EndArray:
                    break;
                case JsonTokenType.EndObject:
                    keys.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    if (!keys.Peek().Add(String(ref reader)))
                        throw BadValueException.Expected("each key once", reader.ValueSpan);
                    Print(ref printed, PrintedByte * (long)reader.ValueSpan.Length);
                    break;
                default:
                    CheckScalar(ref reader, ref printed);
                    break;
            }
        }
        while (!(reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray && reader.CurrentDepth == depth)
               && reader.Read());
    }

    /// <summary>What is wrong, without the text that the message quotes: a file that is no bundle may hold anything.</summary>
    public static BadValueException Syntax(JsonException e)
    {
        var problem = e.Message;
        if (problem.IndexOf(" LineNumber:", StringComparison.Ordinal) is >= 0 and var place)
            problem = problem[..place];
        if (problem.LastIndexOf("' is ", StringComparison.Ordinal) is >= 0 and var verb && problem[0] == '\'')
            problem = "this" + problem[(verb + 1)..];
        else if (problem.IndexOf(" before '", StringComparison.Ordinal) is >= 0 and var digit)
            problem = problem[..digit] + ".";
        return new BadValueException($"expected JSON, but at byte {e.BytePositionInLine + 1}: {problem}", inner: e);
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

    private static void CheckScalar(ref Utf8JsonReader reader, ref long printed)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
            String(ref reader);
        if (reader.TokenType == JsonTokenType.Number)
            Print(ref printed, PrintedLength(reader.ValueSpan));
        else if (reader.TokenType == JsonTokenType.String)
            Print(ref printed, PrintedByte * (long)reader.ValueSpan.Length);
        else
            Print(ref printed, 0);
    }

    private static void Print(ref long printed, long bytes)
    {
        printed += bytes + PrintedElement;
        if (printed > MostPrinted)
            throw new BadValueException("expected JSON that prints at most 32 MiB, a byte of text counted as six, found more");
    }

    /// <summary>Characters of a number as numeric prints it, without an exponent.</summary>
    private static long PrintedLength(ReadOnlySpan<byte> number)
    {
        var exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = exponentAt < 0 ? number : number[..exponentAt];
        long exponent = 0;
        var known = exponentAt < 0 || long.TryParse(number[(exponentAt + 1)..], out exponent);
        var sign = mantissa[0] == (byte)'-' ? 1 : 0;
        var point = mantissa.IndexOf((byte)'.');
        var whole = (point < 0 ? mantissa.Length : point) - sign;
        var fraction = point < 0 ? 0 : mantissa.Length - point - 1;
        if (!known || Math.Abs(exponent) > LongestNumber)
            throw TooLong(number);
        var length = sign + Math.Max(1, whole + exponent) + (fraction > exponent ? 1 + fraction - exponent : 0);
        return length <= LongestNumber ? length : throw TooLong(number);
    }

    private static BadValueException TooLong(ReadOnlySpan<byte> number) =>
        BadValueException.Expected($"a number that prints at most {LongestNumber:N0} characters without an exponent", number);
}

using System.Text;
using System.Text.Json;

namespace Exograph.ServerSide.Bundles;

/// <summary>Spells a JSON array as PostgreSQL spells arrays: elements in quotes, which all types take.</summary>
internal static class ArrayLiteral
{
    public static byte[] Of(ReadOnlySpan<byte> json)
    {
        var literal = new StringBuilder();
        var reader = new Utf8JsonReader(json, JsonText.Options);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    Separate(literal).Append('{');
                    break;
                case JsonTokenType.EndArray:
                    literal.Append('}');
                    break;
                case JsonTokenType.Null:
                    Separate(literal).Append("NULL");
                    break;
                case JsonTokenType.String:
                    var text = JsonText.String(ref reader)
                        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
                    Separate(literal).Append('"').Append(text).Append('"');
                    break;
                case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                    Separate(literal).Append(Encoding.UTF8.GetString(reader.ValueSpan));
                    break;
                default:
                    throw BadValueException.Expected("an array of strings, numbers and arrays", json);
            }
        }
        return Encoding.UTF8.GetBytes(literal.ToString());
    }

    private static StringBuilder Separate(StringBuilder literal) => literal is [] or [.., '{'] ? literal : literal.Append(',');
}

using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Exograph.ServerSide.Cli;

/// <summary>Writes rows as aligned text; columns of numbers to the right.</summary>
internal static class TextTable
{
    private const int WidestCell = 100;

    public static void Write(TerminalWriter output, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<object?>> rows)
    {
        var values = rows.ToList();
        var cells = values.Select(r => r.Select(Cell).ToArray()).Prepend([.. headers.Select(Cell)]).ToList();
        var isNumber = headers.Select((_, i) => values.All(r => r[i] is null or int or long or double)).ToArray();
        var widths = headers.Select((_, i) => cells.Max(r => Width(r[i]))).ToArray();
        foreach (var row in cells)
        {
            var line = row.Select((cell, i) => Pad(cell, widths[i], isNumber[i]));
            output.WriteLine(string.Join("  ", line).TrimEnd());
        }
    }

    /// <summary>What the database calls a value.</summary>
    public static string Name(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static string Cell(object? value) => value switch
    {
        null => "",
        double d => d.ToString("N0"),
        int or long => string.Format(null, "{0:N0}", value),
        Enum e => Name(e),
        DateTimeOffset t => t.ToString("u"),
        _ => Shorten(TerminalText.Line(value.ToString())),
    };

    private static string Pad(string cell, int width, bool left)
    {
        var spaces = new string(' ', width - Width(cell));
        return left ? spaces + cell : cell + spaces;
    }

    private static string Shorten(string text)
    {
        if (Width(text) <= WidestCell)
            return text;
        var room = WidestCell - "...".Length;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            room -= Width(rune);
            if (room < 0)
                break;
            length += rune.Utf16SequenceLength;
        }
        return text[..length] + "...";
    }

    private static int Width(string text) => text.EnumerateRunes().Sum(Width);

    /// <summary>Columns that a terminal gives to a character: two for East Asian ones and emoji, none where it joins another.</summary>
    private static int Width(Rune rune) => rune.ToString().GetCellWidth();
}

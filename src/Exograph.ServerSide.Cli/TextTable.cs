using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Exograph.ServerSide.Cli;

/// <summary>A text that is shown as it is where there is room, and shortened elsewhere.</summary>
/// <param name="Text">The text.</param>
/// <param name="KeepsEnd">Whether its end says more than its beginning: names, paths.</param>
internal readonly record struct Whole(string? Text, bool KeepsEnd = false);

/// <summary>Writes rows as aligned text; columns of numbers to the right.</summary>
internal static class TextTable
{
    private const int WidestCell = 100;
    private const int NarrowestCell = 8;
    private const string Gap = "  ";
    private const string Cut = "...";

    /// <param name="output">Where to.</param>
    /// <param name="headers">Names of the columns.</param>
    /// <param name="rows">Their values.</param>
    /// <param name="columns">
    /// What a line may take on a terminal; null where it may be as long as it is. What does not fit is shown without the columns
    /// named first in <paramref name="leastFirst"/>, and then cut.
    /// </param>
    /// <param name="leastFirst">Headers of columns that can be left out, the one that would be missed least first.</param>
    public static void Write(TerminalWriter output, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<object?>> rows,
        int? columns = null, params ReadOnlySpan<string> leastFirst)
    {
        var values = rows.ToList();
        var cells = values.Select(r => r.Select(Cell).ToArray()).Prepend([.. headers.Select(Cell)]).ToList();
        var isNumber = headers.Select((_, i) => values.All(r => r[i] is null or int or long or double)).ToArray();
        var widths = headers.Select((_, i) => cells.Max(r => Width(r[i]))).ToArray();
        var shown = Enumerable.Range(0, headers.Count).ToList();
        int Total() => shown.Sum(i => widths[i] + Gap.Length) - Gap.Length;
        foreach (var header in leastFirst)
        {
            if (Total() > columns)
                shown.RemoveAll(i => headers[i] == header);
        }
        // The widest ones end up as wide as each other.
        while (Total() > columns && shown.Where(i => !isNumber[i] && widths[i] > NarrowestCell).ToList() is { Count: > 0 } wide)
            widths[wide.MaxBy(i => widths[i])]--;
        var keepsEnd = headers.Select((_, i) => values.Exists(r => r[i] is Whole { KeepsEnd: true })).ToArray();
        foreach (var row in cells)
        {
            var line = string.Join(Gap, shown.Select(i => Pad(keepsEnd[i] ? CropStart(row[i], widths[i]) : Crop(row[i], widths[i]), widths[i], isNumber[i]))).TrimEnd();
            output.WriteLine(columns is { } most ? Crop(line, most) : line);
        }
    }

    /// <summary>As much of a text as fits so many columns of a terminal.</summary>
    public static string Crop(string text, int columns)
    {
        if (Width(text) <= columns)
            return text;
        if (columns <= Cut.Length)
            return Cut[..Math.Max(0, columns)];
        var room = columns - Cut.Length;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            room -= Width(rune);
            if (room < 0)
                break;
            length += rune.Utf16SequenceLength;
        }
        return text[..length] + Cut;
    }

    /// <summary>As much of the end of a text as fits so many columns of a terminal.</summary>
    public static string CropStart(string text, int columns)
    {
        var width = Width(text);
        if (width <= columns)
            return text;
        if (columns <= Cut.Length)
            return Cut[..Math.Max(0, columns)];
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (width <= columns - Cut.Length)
                break;
            width -= Width(rune);
            length += rune.Utf16SequenceLength;
        }
        return Cut + text[length..];
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
        Whole w => TerminalText.Line(w.Text),
        _ => Crop(TerminalText.Line(value.ToString()), WidestCell),
    };

    private static string Pad(string cell, int width, bool left)
    {
        var spaces = new string(' ', width - Width(cell));
        return left ? spaces + cell : cell + spaces;
    }

    /// <summary>Columns that a terminal gives to a text.</summary>
    public static int Width(string text) => text.EnumerateRunes().Sum(Width);

    /// <summary>Columns that a terminal gives to a character: two for East Asian ones and emoji, none where it joins another.</summary>
    private static int Width(Rune rune) => rune.ToString().GetCellWidth();
}

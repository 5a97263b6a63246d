namespace Exograph.ServerSide.Cli;

/// <summary>Writes rows as aligned text; columns of numbers to the right.</summary>
internal static class TextTable
{
    private const int WidestCell = 100;

    public static void Write(TextWriter output, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<object?>> rows)
    {
        var values = rows.ToList();
        var cells = values.Select(r => r.Select(Cell).ToArray()).Prepend([.. headers]).ToList();
        var isNumber = headers.Select((_, i) => values.All(r => r[i] is null or int or long or double)).ToArray();
        var widths = headers.Select((_, i) => cells.Max(r => r[i].Length)).ToArray();
        foreach (var row in cells)
        {
            var line = row.Select((cell, i) => isNumber[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            output.WriteLine(string.Join("  ", line).TrimEnd());
        }
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        double d => d.ToString("N0"),
        int or long => string.Format(null, "{0:N0}", value),
        DateTimeOffset t => t.ToString("u"),
        _ => Shorten(value.ToString() ?? ""),
    };

    private static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= WidestCell ? line : line[..(WidestCell - 3)] + "...";
    }
}

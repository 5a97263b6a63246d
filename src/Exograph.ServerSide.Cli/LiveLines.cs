using System.Text;
using Spectre.Console;

namespace Exograph.ServerSide.Cli;

/// <summary>
/// Lines at the end of what a terminal shows, drawn again in place: in one write, from the top, each line over the one before it.
/// No line reaches the last column, so that none is wrapped, and no more lines are drawn than fit the screen.
/// </summary>
/// <param name="console">The terminal; what is written there is obeyed.</param>
/// <param name="size">Its columns and rows of now.</param>
internal sealed class LiveLines(TextWriter console, Func<(int Columns, int Rows)> size)
{
    private const string EraseLineRest = "\u001b[K";
    private const string EraseBelow = "\u001b[J";

    private readonly Lock _lock = new();
    private IReadOnlyList<string> _drawn = [];

    /// <summary>Columns that a line may take.</summary>
    public int Columns => size().Columns - 1;

    /// <summary>Whether a terminal moves the cursor where it is told to.</summary>
    public static bool Fits(CliContext context, TextWriter terminal) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = context.Ansi,
        Out = new AnsiConsoleOutput(terminal),
    }).Profile.Capabilities.Ansi;

    /// <summary>Puts lines in the place of those drawn before.</summary>
    public void Draw(IReadOnlyList<string> lines)
    {
        lock (_lock)
            Write(text: null, lines);
    }

    /// <summary>Writes text above the lines, which stays.</summary>
    public void Above(string text)
    {
        lock (_lock)
            Write(text, _drawn);
    }

    /// <summary>Lets the lines drawn last stay as they are; the next ones come below.</summary>
    public void Leave()
    {
        lock (_lock)
            _drawn = [];
    }

    private void Write(string? text, IReadOnlyList<string> lines)
    {
        var (columns, rows) = size();
        var shown = lines.Skip(Math.Max(0, lines.Count - (rows - 1))).Select(l => TextTable.Crop(TerminalText.Line(l), columns - 1)).ToList();
        var frame = new StringBuilder();
        // A terminal that became narrower since has wrapped them.
        var above = _drawn.Sum(l => 1 + Math.Max(0, TextTable.Width(l) - 1) / columns);
        if (above > 0)
            frame.Append($"\u001b[{Math.Min(above, rows - 1)}A\r");
        if (text is not null)
            frame.Append(EraseBelow).Append(TerminalText.Paragraph(text)).Append('\n');
        foreach (var line in shown)
            frame.Append(line).Append(EraseLineRest).Append('\n');
        frame.Append(EraseBelow);
        console.Write(frame.ToString()); // a StringBuilder would be written piece by piece
        console.Flush();
        _drawn = shown;
    }
}

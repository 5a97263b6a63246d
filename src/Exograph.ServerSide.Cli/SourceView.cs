namespace Exograph.ServerSide.Cli;

/// <summary>
/// Shows places in sources, file by file: the lines around each, and in its line what is meant, by colour on a terminal and by a line of
/// carets elsewhere.
/// </summary>
/// <param name="context">Where to.</param>
/// <param name="columns">Columns of the terminal; null where lines may be as long as they are.</param>
/// <param name="questions">Where sources come from.</param>
/// <param name="around">Lines to show before and after the one that is meant.</param>
internal sealed class SourceView(CliContext context, int? columns, IndexQuestions questions, int around)
{
    private const string Tab = "    ";

    private readonly TerminalWriter _output = context.Output;
    private readonly bool _isColoured = context.OutputIsTerminal && context.Variable("NO_COLOR") is null
        && LiveLines.Fits(context, context.Output.Unescaped);
    private readonly List<SourcePlace> _places = [];
    private bool _hasBegun;

    /// <summary>Adds a place, and shows those of the file before.</summary>
    public async Task AddAsync(SourcePlace place, CancellationToken cancellationToken)
    {
        if (_places.Count > 0 && (_places[0].FileId != place.FileId || _places[0].File != place.File))
            await EndAsync(cancellationToken);
        _places.Add(place);
    }

    /// <summary>Shows what was added last.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_places.Count == 0)
            return;
        if (_hasBegun)
            _output.WriteLine();
        _hasBegun = true;
        WriteHeading(_places[0].File is { Length: > 0 } file ? file : "(in no file)", indent: "");
        var isKnown = around == 0 && _places.TrueForAll(p => p.Text.Length > 0);
        var lines = !isKnown && _places[0].FileId is { } id && await questions.FileAsync(id, cancellationToken) is { } found
            ? LinesOf(found.Source)
            : null;
        // What has a title is shown by itself, matches of a text in the order of lines.
        foreach (var group in _places.GroupBy(p => p.Title is null ? null : p))
            Write([.. group], lines);
        _places.Clear();
    }

    /// <summary>Writes a source with the numbers of its lines.</summary>
    public static void WriteWhole(TerminalWriter output, string source, int? columns)
    {
        var lines = LinesOf(source);
        var width = Digits(lines.Length);
        output.WriteLine();
        foreach (var (i, line) in lines.Index())
        {
            var text = Pad(i + 1, width) + " | " + Shown(line);
            output.WriteLine((columns is { } most ? TextTable.Crop(text, most) : text).TrimEnd());
        }
    }

    private void Write(IReadOnlyList<SourcePlace> places, string[]? lines)
    {
        if (places[0].Title is { } title)
            WriteHeading(title, indent: "  ");
        foreach (var place in places.Where(p => p.Line is null && p.Text.Length > 0))
            WriteLine("  ? > ", place.Text, place);
        var meant = places.Where(p => p.Line is not null).GroupBy(p => p.Line!.Value).ToDictionary(g => g.Key, g => g.First());
        var shown = lines is null
            ? new SortedSet<int>(meant.Keys.Where(line => meant[line].Text.Length > 0))
            : [.. meant.Keys.SelectMany(line => Around(line, lines.Length))];
        var width = Digits(shown.Count > 0 ? shown.Max : 0);
        var before = 0;
        foreach (var line in shown)
        {
            if (before > 0 && line > before + 1 && around > 0)
                _output.WriteLine("  ...");
            before = line;
            WriteLine($"  {Pad(line, width)} {(meant.ContainsKey(line) ? '>' : '|')} ", lines?[line - 1] ?? meant[line].Text, meant.GetValueOrDefault(line));
        }
    }

    private IEnumerable<int> Around(int line, int last)
    {
        var first = Math.Max(1, line - around);
        return Enumerable.Range(first, Math.Max(0, (int)Math.Min(last, (long)line + around) - first + 1));
    }

    /// <summary>Of paths and names the end says most.</summary>
    private void WriteHeading(string text, string indent)
    {
        var shown = TerminalText.Line(text);
        _output.WriteLine(indent + (columns is { } most ? TextTable.CropStart(shown, most - 1 - indent.Length) : shown));
    }

    /// <summary>A line, as much of it as fits: what is marked is always seen.</summary>
    private void WriteLine(string gutter, string line, SourcePlace? place)
    {
        var at = place is null ? -1 : Find(line, place);
        if (at < 0)
        {
            var shown = Shown(line);
            _output.WriteLine((gutter + (columns is { } all ? TextTable.Crop(shown, all - 1 - gutter.Length) : shown)).TrimEnd());
            return;
        }
        var end = at + place!.Mark.Length;
        var (before, mark, after) = (Shown(line[..at]), Shown(line[at..end]), Shown(line[end..]));
        if (columns is { } most)
        {
            var room = most - 1 - gutter.Length;
            mark = TextTable.Crop(mark, room);
            before = TextTable.CropStart(before, Math.Max(0, Math.Max(room - TextTable.Width(after), room / 2) - TextTable.Width(mark)));
            after = TextTable.Crop(after, Math.Max(0, room - TextTable.Width(before) - TextTable.Width(mark)));
        }
        if (_isColoured)
        {
            _output.WriteLine($"{gutter}{before}\u001b[1;31m{mark}\u001b[m{after}");
            return;
        }
        _output.WriteLine((gutter + before + mark + after).TrimEnd());
        _output.WriteLine($"{new string(' ', gutter.Length - 2)}| {new string(' ', TextTable.Width(before))}{new string('^', TextTable.Width(mark))}");
    }

    /// <summary>
    /// Where in a line the mark is: at the column, of which producers count UTF-16 units or characters, else where it is first; -1 where
    /// it is not there.
    /// </summary>
    private static int Find(string line, SourcePlace place)
    {
        if (place.Mark.Length == 0)
            return -1;
        if (place.Col is { } col)
        {
            var characters = line.EnumerateRunes().Take(Math.Max(0, col - 1)).Sum(r => r.Utf16SequenceLength);
            foreach (var at in (int[])[characters, col - 1])
            {
                if (at >= 0 && at <= line.Length && line.AsSpan(at).StartsWith(place.Mark, StringComparison.Ordinal))
                    return at;
            }
        }
        return line.IndexOf(place.Mark, StringComparison.Ordinal);
    }

    private static string[] LinesOf(string source)
    {
        var lines = source.Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    private static string Shown(string text) =>
        TerminalText.Line(text.TrimEnd('\r').Replace("\t", Tab, StringComparison.Ordinal));

    private static string Pad(int line, int width) => $"{line}".PadLeft(width);

    private static int Digits(int number) => $"{number}".Length;
}

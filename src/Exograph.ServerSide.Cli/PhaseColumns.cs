using System.Globalization;
using System.Text;

namespace Exograph.ServerSide.Cli;

/// <summary>The columns of <see cref="PhaseView"/>, or of <see cref="PutView"/>, that a terminal has room for.</summary>
internal sealed class PhaseColumns
{
    private const int LeastOfHand = 10;
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(0.05);

    /// <summary>Columns in the order in which they are shown. Where there is no room for all, the highest rank goes first.</summary>
    private static readonly (string Name, int Width, int Rank)[] s_columns =
        [("rows", 11, 1), ("MB", 7, 4), ("rows/s", 10, 3), ("time", 7, 0), ("left", 7, 2)];

    private readonly string _name;
    private readonly int _nameWidth;
    private readonly List<(string Name, int Width)> _shown;
    private readonly bool _showsHand;

    private PhaseColumns(int columns, string name, int nameWidth, IEnumerable<string> wanted)
    {
        (_name, _nameWidth) = (name, nameWidth);
        var room = columns - nameWidth;
        var ranks = s_columns.Where(c => wanted.Contains(c.Name)).OrderBy(c => c.Rank)
            .TakeWhile(c => (room -= 1 + c.Width) >= 0).Select(c => c.Rank).ToHashSet();
        _shown = [.. s_columns.Where(c => ranks.Contains(c.Rank)).Select(c => (c.Name, c.Width))];
        _showsHand = columns - nameWidth - _shown.Sum(c => 1 + c.Width) >= LeastOfHand;
    }

    /// <summary>Of the phases of a load.</summary>
    public static PhaseColumns For(int columns) => new(columns, "phase", nameWidth: 13, s_columns.Select(c => c.Name));

    /// <summary>Of tables that are put in: nothing tells how many bytes are left.</summary>
    public static PhaseColumns ForTables(int columns, IEnumerable<string> names) =>
        new(columns, "table", Math.Clamp(names.Select(TextTable.Width).DefaultIfEmpty().Max(), 13, 32), ["rows", "time"]);

    public string Header() => Join(_name, _shown.Select(c => c.Name), "at hand");

    public string Line(PhaseLine line, TimeSpan? left, bool isCurrent) => Join(line.Name, _shown.Select(c => c.Name switch
    {
        "rows" => line.Rows == 0 ? "" : line.Rows.ToString("N0", CultureInfo.InvariantCulture),
        "MB" => line.Bytes is { } bytes ? Megabytes(bytes) : "",
        "rows/s" => Rate(line),
        "time" => Time(line.Elapsed),
        _ => left is { } time ? Time(time) : "",
    }), isCurrent ? line.AtHand : "");

    /// <summary>Seconds, minutes and seconds, or hours, minutes and seconds.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds < 59.95
        ? time.TotalSeconds.ToString("N1", CultureInfo.InvariantCulture) + " s"
        : TimeSpan.FromSeconds(Math.Round(time.TotalSeconds)).ToString(time.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture);

    public static string Megabytes(long bytes) =>
        (bytes / 1e6).ToString(bytes < 1_000_000_000 ? "N1" : "N0", CultureInfo.InvariantCulture);

    /// <summary>Of rows that are staged, at any time; of those that the server works on, when it is through with them.</summary>
    private static string Rate(PhaseLine line) => line.Rows == 0 || line.Elapsed < s_shortest || !line.IsDone && line.Bytes is null
        ? ""
        : (line.Rows / line.Elapsed.TotalSeconds).ToString("N0", CultureInfo.InvariantCulture);

    private string Join(string name, IEnumerable<string> cells, string atHand)
    {
        var shown = TextTable.Crop(name, _nameWidth);
        var line = new StringBuilder(shown).Append(' ', Math.Max(0, _nameWidth - TextTable.Width(shown)));
        foreach (var (cell, column) in cells.Zip(_shown))
            line.Append(' ').Append(cell.PadLeft(column.Width));
        return (_showsHand ? line.Append("  ").Append(atHand) : line).ToString().TrimEnd();
    }
}

using System.Globalization;
using System.Text;

namespace Exograph.ServerSide.Cli;

/// <summary>The columns of <see cref="PhaseView"/> that a terminal has room for.</summary>
internal sealed class PhaseColumns
{
    private const int NameWidth = 13;
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(0.05);

    /// <summary>Columns in the order in which they are shown, with the width from which they are.</summary>
    private static readonly (string Name, int Width, int From)[] s_columns =
        [("rows", 11, 32), ("MB", 7, 60), ("rows/s", 10, 52), ("time", 7, 0), ("left", 7, 40)];

    private readonly List<(string Name, int Width)> _shown;

    private PhaseColumns(int columns) => _shown = [.. s_columns.Where(c => c.From <= columns).Select(c => (c.Name, c.Width))];

    public static PhaseColumns For(int columns) => new(columns);

    public string Header() => Join("phase", _shown.Select(c => c.Name), "at hand");

    public string Line(PhaseLine line, TimeSpan? left, bool isCurrent) => Join(line.Name, _shown.Select(c => c.Name switch
    {
        "rows" => line.Rows == 0 ? "" : line.Rows.ToString("N0", CultureInfo.InvariantCulture),
        "MB" => line.Bytes is { } bytes ? Megabytes(bytes) : "",
        "rows/s" => Rate(line, isCurrent),
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
    private static string Rate(PhaseLine line, bool isCurrent) =>
        line.Rows == 0 || line.Elapsed < s_shortest || isCurrent && line.Bytes is null
            ? ""
            : (line.Rows / line.Elapsed.TotalSeconds).ToString("N0", CultureInfo.InvariantCulture);

    private string Join(string name, IEnumerable<string> cells, string atHand)
    {
        var line = new StringBuilder(name.PadRight(NameWidth));
        foreach (var (cell, column) in cells.Zip(_shown))
            line.Append(' ').Append(cell.PadLeft(column.Width));
        return line.Append("  ").Append(atHand).ToString().TrimEnd();
    }
}

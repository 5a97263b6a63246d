using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>
/// A terminal: what is written moves its cursor, wraps at its last column and scrolls. It knows no sequence but those that move up,
/// erase and colour: another is an error.
/// </summary>
internal sealed partial class Screen(int columns, int rows) : TextWriter(CultureInfo.InvariantCulture)
{
    private readonly Lock _lock = new();
    private readonly List<StringBuilder> _lines = [new()];
    private readonly List<string> _frames = [];
    private int _row;
    private int _column;
    private bool _isColoured;

    public (int Columns, int Rows) Size => (columns, rows);

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>All lines, those that have scrolled out of sight among them.</summary>
    public string[] Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines.Select(l => l.ToString().TrimEnd())];
        }
    }

    /// <summary>What could be seen after each write.</summary>
    public string[] Frames
    {
        get
        {
            lock (_lock)
                return [.. _frames];
        }
    }

    /// <summary>What was written in colour, each piece by itself.</summary>
    public List<string> Coloured { get; } = [];

    /// <summary>Whether a line was too long for the terminal.</summary>
    public bool HasWrapped { get; private set; }

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_lock)
        {
            for (var i = 0; i < buffer.Length; i++)
            {
                if (buffer[i] != '\u001b')
                {
                    Put(buffer[i]);
                    continue;
                }
                var sequence = Sequence().Match(buffer[i..].ToString());
                if (!sequence.Success)
                    throw new InvalidOperationException($"unknown sequence in {buffer[i..]}");
                Obey(sequence.Groups["what"].Value, sequence.Groups["count"] is { Length: > 0 } count ? int.Parse(count.Value) : sequence.Value == "\u001b[m" ? 0 : 1);
                i += sequence.Length - 1;
            }
            _frames.Add(string.Join('\n', _lines.Skip(_lines.Count - rows).Select(l => l.ToString().TrimEnd())));
        }
    }

    private void Put(char value)
    {
        if (value == '\r')
            _column = 0;
        else if (value == '\n')
            Down();
        else
        {
            if (_column == columns)
            {
                HasWrapped = true;
                Down();
            }
            if (_isColoured)
                Coloured[^1] += value;
            var line = _lines[_row];
            if (_column < line.Length)
                line[_column] = value;
            else
                line.Append(' ', _column - line.Length).Append(value);
            _column++;
        }
    }

    private void Down()
    {
        (_row, _column) = (_row + 1, 0);
        if (_row == _lines.Count)
            _lines.Add(new());
    }

    private void Obey(string what, int count)
    {
        if (what == "m")
        {
            _isColoured = count > 0;
            if (_isColoured)
                Coloured.Add("");
        }
        else if (what == "A")
            _row = Math.Max(Math.Max(0, _lines.Count - rows), _row - count);
        else
        {
            if (_lines[_row].Length > _column)
                _lines[_row].Length = _column;
            for (var row = _row + 1; what == "J" && row < _lines.Count; row++)
                _lines[row].Clear();
        }
    }

    [GeneratedRegex(@"^\x1b\[(?<count>\d*)(;\d+)?(?<what>[AKJm])")]
    private static partial Regex Sequence();
}

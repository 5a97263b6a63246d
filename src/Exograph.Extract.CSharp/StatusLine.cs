using System.Diagnostics;
using System.Globalization;

namespace Exograph.Extract.CSharp;

/// <summary>Lines for people, and on a terminal one line that is written over as the work goes on.</summary>
internal sealed class StatusLine(TextWriter output, bool rewrites) : IProgress<ExtractProgress>
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();
    private int _shown;

    public void Report(ExtractProgress value)
    {
        if (!rewrites || _sinceLast.Elapsed < s_between)
            return;
        _sinceLast.Restart();
        var text = string.Create(CultureInfo.InvariantCulture, $"{value.Files:N0} files, {value.Rows:N0} rows");
        output.Write('\r' + text.PadRight(_shown));
        _shown = text.Length;
    }

    public void Line(string text)
    {
        if (_shown > 0)
            output.Write('\r' + new string(' ', _shown) + '\r');
        _shown = 0;
        output.WriteLine(TerminalText.Paragraph(text));
    }
}

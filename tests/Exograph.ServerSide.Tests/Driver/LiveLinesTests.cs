using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>Lines that are drawn again in place.</summary>
public sealed class LiveLinesTests
{
    [Theory]
    [InlineData(80, 24)]
    [InlineData(20, 6)]
    [InlineData(3, 2)]
    public void Nothing_is_left_of_what_was_drawn_before_and_no_line_is_too_long(int columns, int rows)
    {
        var random = new Random(columns);
        var screen = new Screen(columns, rows);
        screen.WriteLine("a");
        var lines = new LiveLines(screen, () => screen.Size);
        var above = new List<string> { "a" };
        IReadOnlyList<string> drawn = [];
        for (var frame = 0; frame < 200; frame++)
        {
            if (frame % 7 == 3)
            {
                above.Add("n" + frame % 10);
                lines.Above(above[^1]);
            }
            drawn = [.. Enumerable.Range(0, random.Next(30)).Select(_ => new string((char)random.Next('b', 'z'), random.Next(100)))];
            lines.Draw(drawn);
        }

        var shown = drawn.TakeLast(rows - 1).Select(l => TextTable.Crop(l, columns - 1));
        Assert.Equal(above.Concat(shown).Append(""), TrimEnd(screen.Lines));
        Assert.False(screen.HasWrapped);
    }

    [Fact]
    public void What_is_left_stays_and_the_next_lines_come_below()
    {
        var screen = new Screen(80, 24);
        var lines = new LiveLines(screen, () => screen.Size);
        lines.Draw(["one", "two"]);
        lines.Draw(["done"]);
        lines.Leave();
        lines.Draw(["three"]);
        lines.Draw([]);

        Assert.Equal(["done", ""], TrimEnd(screen.Lines));
    }

    [Fact]
    public void A_frame_is_one_write()
    {
        var screen = new Screen(80, 24);
        var lines = new LiveLines(screen, () => screen.Size);
        lines.Draw(["one", "two"]);
        lines.Draw(["three", "four"]);
        Assert.Equal(["one\ntwo", "three\nfour"], screen.Frames.Select(f => f.TrimEnd('\n')));
    }

    [Theory]
    [InlineData("plain", 5, "plain")]
    [InlineData("plain text", 7, "plai...")]
    [InlineData("plain", 3, "...")]
    [InlineData("plain", 0, "")]
    [InlineData("漢字漢字", 7, "漢字...")]
    public void A_text_is_cut_to_columns(string text, int columns, string cut) => Assert.Equal(cut, TextTable.Crop(text, columns));

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(59.96, "1:00")]
    [InlineData(3_599, "59:59")]
    [InlineData(36_000, "10:00:00")]
    public void A_time_is_as_short_as_can_be(double seconds, string shown) =>
        Assert.Equal(shown, PhaseColumns.Time(TimeSpan.FromSeconds(seconds)));

    private static IEnumerable<string> TrimEnd(string[] lines) =>
        lines.Reverse().SkipWhile(l => l.Length == 0).Reverse().Append("");
}

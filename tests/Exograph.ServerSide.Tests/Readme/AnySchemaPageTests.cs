using System.Text.RegularExpressions;
using Xunit;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>
/// Every block of docs/any-schema.md is run, in the order of the page, in one database. What is shown as text is printed by the block
/// before, which fails where the text is an error, and nowhere else.
/// </summary>
public sealed partial class AnySchemaPageTests
{
    [Fact]
    public async Task The_page_does_what_it_says()
    {
        await using var cluster = await OperatedCluster.StartAsync();
        var blocks = Pages.BlocksOf(Pages.AnySchema).ToList();

        for (var i = 0; i < blocks.Count; i++)
        {
            if (blocks[i].Language == "text")
                continue;
            var (exitCode, output) = await cluster.RunAsync(blocks[i]);
            var shown = blocks.ElementAtOrDefault(i + 1) is { Language: "text" } text ? text : null;
            Assert.True((exitCode != 0) == (shown is not null && Error().IsMatch(shown.Text)), $"{blocks[i].Text}\n{output}");
            Assert.True(shown is null || shown.IsExcerptOf(output), $"{blocks[i].Text}\n{output}");
        }
    }

    [GeneratedRegex("(?m)^error: ")]
    private static partial Regex Error();
}

using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Support;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>What is shown between fences, and the page that shows it.</summary>
internal sealed record Block(string Page, string Language, string Text)
{
    public IEnumerable<string> Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>What follows a heading of the second level, up to the next.</summary>
internal sealed record Section(string Title, IReadOnlyList<Block> Blocks);

/// <summary>README, CONTRIBUTING and the pages of docs, but for what programs have printed.</summary>
internal static partial class Pages
{
    /// <summary>What programs have printed, with the commands.</summary>
    public static IReadOnlyList<string> Printed { get; } =
        ["docs/load-benchmark.md", "docs/dup-select-benchmark.md", "docs/read-benchmark.md"];

    /// <summary>The page of which OperationsPageTests runs every block.</summary>
    public const string Operations = "docs/operations.md";

    /// <summary>The page that AnySchemaPageTests runs.</summary>
    public const string AnySchema = "docs/any-schema.md";

    /// <summary>The page that ClusterPageTests runs.</summary>
    public const string Cluster = "docs/cluster.md";

    /// <summary>The page on questions, whose commands ReadmeTests runs.</summary>
    public const string Asking = "docs/asking.md";

    public static string Readme { get; } = Read("README.md");

    public static IReadOnlyList<string> All { get; } =
    [
        "README.md", "CONTRIBUTING.md",
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Select(f => "docs/" + Path.GetFileName(f))
            .Except(Printed).Order(StringComparer.Ordinal),
    ];

    public static IReadOnlyList<Block> Blocks { get; } = [.. All.SelectMany(BlocksOf)];

    public static string Read(string file) => File.ReadAllText(Repository.PathOf(file));

    public static IEnumerable<Block> BlocksOf(string page) => BlocksIn(page, Read(page));

    public static IEnumerable<Section> SectionsOf(string page) =>
        from section in Heading().Split(Read(page)).Skip(1)
        let title = section[..section.IndexOf('\n', StringComparison.Ordinal)]
        select new Section(title, [.. BlocksIn(page, section)]);

    /// <summary>The block, and what the page says it prints.</summary>
    public static (Block Block, Block? Printed) Find(string language, Func<Block, bool> isMeant)
    {
        for (var i = 0; i < Blocks.Count; i++)
        {
            if (Blocks[i].Language == language && isMeant(Blocks[i]))
                return (Blocks[i], PrintedBy(i));
        }
        throw new InvalidOperationException($"no page shows this block of {language}");
    }

    /// <summary>The next block of the page, if it is one of text.</summary>
    public static Block? PrintedBy(int block) =>
        Blocks.ElementAtOrDefault(block + 1) is { Language: "text" } next && next.Page == Blocks[block].Page ? next : null;

    /// <summary>Whether the pieces of a block, whole lines between those that are left out (...), come in this order.</summary>
    public static bool IsExcerptOf(this Block block, string whole)
    {
        var text = "\n" + whole;
        var at = 0;
        foreach (var piece in LeftOut().Split("\n" + block.Text).Where(p => p.Trim().Length > 0))
        {
            var lines = piece.TrimStart('\n');
            at = text.IndexOf("\n" + lines, at, StringComparison.Ordinal);
            if (at < 0)
                return false;
            at += lines.Length;
        }
        return true;
    }

    private static IEnumerable<Block> BlocksIn(string page, string text) =>
        Fenced().Matches(text).Select(m => new Block(page, m.Groups[1].Value, m.Groups[2].Value));

    [GeneratedRegex("(?m)^## ")]
    private static partial Regex Heading();

    [GeneratedRegex(@"(?ms)^```(\w+)\n(.*?)^```$")]
    private static partial Regex Fenced();

    [GeneratedRegex(@"(?m)^(?:-- )?\.\.\.\n")]
    private static partial Regex LeftOut();
}

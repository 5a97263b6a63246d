using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;
using Exograph.Extract.CSharp;
using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Readme;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>What <c>--help</c> of the two tools shows.</summary>
public sealed partial class HelpTests
{
    private const string Loader = "exograph-load";
    private const string Extractor = "exograph-extract";
    private const int Terminal = 80;
    private static readonly char[] s_space = [' ', '\n', '\r'];

    public static TheoryData<string, string> Commands =>
    [
        .. from tool in (string[])[Loader, Extractor]
           from command in Root(tool).Subcommands.SelectMany(c => c.Subcommands.Select(s => $"{c.Name} {s.Name}").Prepend(c.Name)).Prepend("")
           select (tool, command),
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public void At_80_columns_no_word_is_broken(string tool, string command)
    {
        var narrow = Help(tool, command, Terminal);

        Assert.All(narrow.Split('\n'), line => Assert.True(line.TrimEnd().Length <= Terminal, line));
        Assert.Equal(Words(Help(tool, command, int.MaxValue)), Words(narrow));
    }

    [Fact]
    public void The_values_of_options_are_shown_as_they_are_given()
    {
        var help = Words(Help(Loader, "load", Terminal));

        Assert.Superset(
            (HashSet<string>)
            [
                "<all|tables>", "comments,call_edges,", "call_edges,", "fragment_terms,", "<numbered|reserved>", "<fail|skip>", "8GB]",
                "256MB]",
            ],
            help.ToHashSet());
    }

    [Fact]
    public void The_values_of_the_extractor_are_those_of_its_page()
    {
        var help = Help(Extractor, "csharp", int.MaxValue);
        var values = Value().Matches(Pages.Blocks.Single(b => b.Language == "usage").Text).Select(m => m.Groups[1].Value).ToList();

        Assert.Contains("1024", values);
        Assert.All(values, value => Assert.True(
            help.Contains($"<{value}>", StringComparison.OrdinalIgnoreCase)
            || help.Contains($"[default: {value}]", StringComparison.Ordinal), value));
    }

    private static RootCommand Root(string tool) => tool == Extractor ? ExtractCommand.Root() : new CliApp(new CliContext
    {
        Output = new(TextWriter.Null),
        Error = new(TextWriter.Null),
        StandardInput = () => Stream.Null,
        Variable = _ => null,
        CurrentDirectory = "/",
    }).Root();

    private static string Help(string tool, string command, int width)
    {
        var root = Root(tool);
        ((HelpAction)root.Options.OfType<HelpOption>().Single().Action!).MaxWidth = width;
        var output = new StringWriter();
        root.Parse($"{command} --help").Invoke(new InvocationConfiguration { Output = output });
        return output.ToString();
    }

    private static IEnumerable<string> Words(string text) =>
        text.Split(s_space, StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);

    /// <summary>What follows an option; brackets are part of it where they are paired.</summary>
    [GeneratedRegex(@"(?:--[a-z-]+|-o) ((?:[^\s\[\]]|\[[^\]]*\])+)")]
    private static partial Regex Value();
}

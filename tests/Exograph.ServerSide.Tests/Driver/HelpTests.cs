using System.CommandLine;
using System.CommandLine.Help;
using Exograph.ServerSide.Cli;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>What <c>exograph-load --help</c> shows.</summary>
public sealed class HelpTests
{
    private const int Terminal = 80;
    private static readonly char[] s_space = [' ', '\n', '\r'];

    public static TheoryData<string> Commands => [.. Root().Subcommands.Select(c => c.Name).Prepend("")];

    [Theory]
    [MemberData(nameof(Commands))]
    public void At_80_columns_no_word_is_broken(string command)
    {
        var narrow = Help(command, Terminal);

        Assert.All(narrow.Split('\n'), line => Assert.True(line.TrimEnd().Length <= Terminal, line));
        Assert.Equal(Words(Help(command, int.MaxValue)), Words(narrow));
    }

    [Fact]
    public void The_values_of_options_are_shown_as_they_are_given()
    {
        var help = Words(Help("load", Terminal));

        Assert.Superset(
            (HashSet<string>)
            [
                "<all|tables>", "comments,call_edges,", "call_edges,", "fragment_terms,", "<numbered|reserved>", "<fail|skip>", "8GB]",
                "256MB]",
            ],
            help.ToHashSet());
    }

    private static RootCommand Root() => new CliApp(new CliContext
    {
        Output = new(TextWriter.Null),
        Error = new(TextWriter.Null),
        StandardInput = () => Stream.Null,
        Variable = _ => null,
        CurrentDirectory = "/",
    }).Root();

    private static string Help(string command, int width)
    {
        var root = Root();
        ((HelpAction)root.Options.OfType<HelpOption>().Single().Action!).MaxWidth = width;
        var output = new StringWriter();
        root.Parse($"{command} --help").Invoke(new InvocationConfiguration { Output = output });
        return output.ToString();
    }

    private static IEnumerable<string> Words(string text) =>
        text.Split(s_space, StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Find;

/// <summary>What <c>exograph-load find</c> shows. docs/asking.md has a block for each question, which ReadmeTests runs.</summary>
public sealed partial class FindCommandTests(AskedDatabase asked) : IClassFixture<AskedDatabase>
{
    [Fact]
    public async Task Alone_it_lists_the_questions_with_an_example_each()
    {
        var help = await CliRun.RunAsync(null, ["find"]);

        Assert.Equal((0, ""), (help.ExitCode, help.Error));
        Assert.Equal(help.Output, (await CliRun.RunAsync(null, ["find", "--help"])).Output);
        var questions = new CliApp(new CliContext
        {
            Output = new(TextWriter.Null),
            Error = new(TextWriter.Null),
            StandardInput = () => Stream.Null,
            Variable = _ => null,
            CurrentDirectory = "/",
        }).Root().Subcommands.Single(c => c.Name == "find").Subcommands.Select(c => c.Name).ToList();
        Assert.Equal(13, questions.Count);
        Assert.All(questions, q => Assert.Matches($"(?m)^ +find {q} ", help.Output));
    }

    [Fact]
    public async Task Pages_lead_on_to_the_next_and_end_with_the_whole_answer()
    {
        var whole = (await RunAsync(["find", "definitions", "Store%"])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var rows = new List<string>();
        for (var arguments = (string[])["find", "definitions", "Store%", "--limit", "4"]; ;)
        {
            var page = await RunAsync(arguments);
            rows.AddRange(page.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1));
            if (More().Match(page.Error) is not { Success: true } more)
            {
                Assert.Equal("", page.Error);
                break;
            }
            arguments = ["find", "definitions", "Store%", "--limit", "4", "--after", more.Groups[1].Value];
        }

        Assert.True(rows.Count > 8);
        Assert.Equal(whole.Skip(1).Select(Squeezed), rows.Select(Squeezed));

        static string Squeezed(string row) => Spaces().Replace(row, " ");
    }

    [Theory]
    [InlineData("definitions", "--after", "zzz")]
    [InlineData("callers", "--after", "ZGVmaW5pdGlvbnMgKHgp")] // of definitions
    [InlineData("definitions", "--limit", "0")]
    [InlineData("definitions", "--context", "-1")]
    [InlineData("callers", "--depth", "none")]
    [InlineData("callers", "--dot", "--json")]
    [InlineData("path", "--limit", "3")]
    [InlineData("copies", "--file", "lib/cart.ex")]
    [InlineData("outline", "5", "--package")]
    public async Task What_makes_no_sense_is_told_before_anything_is_asked(string question, params string[] arguments)
    {
        var run = await CliRun.RunAsync(asked.Database, ["find", question, .. question == "outline" ? [] : (string[])["x"], .. arguments]);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("changes store 1.0 9", "there is no version '9' of package 'store' [XG008]\nhint: There are: 1.1, 1.0.")]
    [InlineData("shared store nothing", "there is no package 'nothing' [XG008]\nhint: ")]
    [InlineData("text a(", "pattern => 'a(' is no regular expression: ")]
    public async Task What_the_server_refuses_is_told_with_its_hint(string question, string message)
    {
        var run = await CliRun.RunAsync(asked.Database, ["find", .. question.Split(' ')]);

        Assert.Equal((4, ""), (run.ExitCode, run.Output));
        Assert.StartsWith($"error: {message}", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("definitions", "nothing", "nothing found\nhint: % stands for any text")]
    [InlineData("references", "Console.WriteLine", "nothing found\nhint: what no package here defines")]
    [InlineData("text", "nothing", "nothing found\n")]
    [InlineData("file", "nothing", "nothing found\n")]
    [InlineData("outline", "nothing", "error: no file is called nothing\n")]
    [InlineData("copies", "nothing", "error: no fragment is called nothing\n")]
    public async Task Nothing_is_said_on_standard_error_and_by_the_exit_code(string question, string name, string told)
    {
        foreach (var json in (string[][])[[], ["--json"]])
        {
            var run = await CliRun.RunAsync(asked.Database, ["find", question, name, .. json]);

            Assert.Equal((6, ""), (run.ExitCode, run.Output));
            Assert.StartsWith(told, run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_name_of_several_is_listed_with_ids_of_which_each_will_do()
    {
        var several = await CliRun.RunAsync(asked.Database, ["find", "copies", "Query.run"]);
        var ids = Id().Matches(several.Error).Select(m => m.Groups[1].Value).ToList();

        Assert.Equal(2, several.ExitCode);
        Assert.Equal(2, ids.Count);
        var one = await RunAsync(["find", "copies", ids[0]]);
        Assert.Equal(one, await RunAsync(["find", "copies", "Query.run", "--version", "1.0"]));
        Assert.Equal(3, one.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal((await RunAsync(["find", "outline", "lib/store.ex", "--version", "1.1"])).Output,
            (await RunAsync(["find", "outline", "3"])).Output);
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Lines_of_JSON_are_objects_and_tables_fit_the_terminal(string question)
    {
        var arguments = question.Split(' ');
        var json = await RunAsync(["find", .. arguments, "--json"]);
        var rows = json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(JsonValueKind.Object, row.ValueKind));

        foreach (var columns in new[] { 40, 80, 200 })
        {
            var screen = new Screen(columns, 24);
            Assert.Equal(0, (await CliRun.RunAsync(asked.Database, ["find", .. arguments], screen: screen)).ExitCode);
            Assert.False(screen.HasWrapped, string.Join('\n', screen.Lines));
        }
    }

    public static TheoryData<string> Questions =>
    [
        "definitions Store.get", "definitions Store% --context 2", "references run --context 0", "callers Query.one --depth all", "callees Cart.total",
        "path Cart.total Query.run", "fragments node:def", "copies Cart.run", "copies --file lib/query.ex", "similar Cart.load --minimum 0.1",
        "shared store shop", "changes store 1.0 1.1", "text [a-z] --in both", "text def --context 1", "text def --context 2147483647", "file lib/cart.ex", "outline lib/cart.ex",
    ];

    [Fact]
    public async Task JSON_has_the_columns_of_the_SQL()
    {
        var call = JsonDocument.Parse((await RunAsync(["find", "callers", "Query.one", "--version", "1.1", "--json"])).Output).RootElement;

        Assert.Equal(
            ["ecosystem", "package", "version", "path", "file_id", "level", "line", "col", "caller", "callee", "metadata", "caller_node_id",
             "callee_node_id", "call_site_fragment_id", "after"],
            call.EnumerateObject().Select(p => p.Name));
        Assert.Equal(JsonValueKind.Object, call.GetProperty("metadata").ValueKind);
        var page = await RunAsync(["find", "callers", "Query.one", "--version", "1.1", "--json", "--depth", "2", "--after", call.GetProperty("after").GetString()!]);
        Assert.Equal("Cart.total/1", JsonDocument.Parse(page.Output).RootElement.GetProperty("caller").GetString());
    }

    [Fact]
    public async Task What_is_meant_is_red_on_a_terminal_and_has_carets_elsewhere()
    {
        var question = (string[])["find", "definitions", "Store.count", "--context", "1"];
        var carets = (await RunAsync(question)).Output;
        Assert.Equal(
            """
            hex store 1.1 lib/store.ex
              function Store.count/0
              4 |   def all, do: Store.all()
              5 >   def count, do: length(all())
                |       ^^^^^
              6 | end

            """.Replace("Store.all()", "Store.Query.all()", StringComparison.Ordinal), carets);

        var screen = new Screen(80, 24);
        await CliRun.RunAsync(asked.Database, question, screen: screen);
        Assert.Equal(["count"], screen.Coloured);
        Assert.DoesNotContain(screen.Lines, line => line.Contains('^', StringComparison.Ordinal));

        var plain = new Screen(80, 24);
        await CliRun.RunAsync(asked.Database, question, variables: new() { ["NO_COLOR"] = "1" }, screen: plain);
        Assert.Empty(plain.Coloured);
        Assert.Equal(carets.Split('\n'), plain.Lines);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(48)]
    public async Task What_is_meant_is_seen_on_a_narrow_terminal(int columns)
    {
        var screen = new Screen(columns, 24);
        await CliRun.RunAsync(asked.Database, ["find", "text", @"ids\), do: ids", "--package", "shop"], screen: screen);

        Assert.False(screen.HasWrapped);
        Assert.Equal(["ids), do: ids"], screen.Coloured.Select(t => t.Trim()));

        var callers = new Screen(columns, 24);
        await CliRun.RunAsync(asked.Database, ["find", "callers", "Query.one", "--version", "1.1", "--context", "0"], screen: callers);
        Assert.Matches(@"calls Store\.Query\.one/1$", callers.Lines[1]);
    }

    [Fact]
    public async Task A_terminal_is_shown_50_rows_and_a_pipe_all()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            INSERT INTO exograph_in.files (path, source, sha256) VALUES ('a', 'a', sha256('a'));
            INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name, line, col)
            SELECT f.id, 'def', 'n', repeat('long.', 50) || 'n', n, 1 FROM exograph.files f, generate_series(1, 60) n
            """);
        var screen = new Screen(80, 24);
        await CliRun.RunAsync(database, ["find", "definitions", "n"], screen: screen);

        Assert.Equal(50, screen.Lines.Count(l => l.StartsWith("def ", StringComparison.Ordinal)));
        Assert.Contains(screen.Lines, l => l.StartsWith("50 rows, and there are more: --after ", StringComparison.Ordinal));
        var whole = (await CliRun.RunAsync(database, ["find", "definitions", "n"])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(61, whole.Length);
        Assert.All(whole.Skip(1), line => Assert.Contains(new string('x', 50).Replace("x", "long.") + "n ", line, StringComparison.Ordinal));
        Assert.Equal(60, (await CliRun.RunAsync(database, ["find", "definitions", "n", "--json"])).Output.Count(c => c == '\n'));
    }

    [Fact]
    public async Task A_graph_is_one_that_Graphviz_reads_whatever_names_hold()
    {
        var (nodes, edges) = Graph((await RunAsync(["find", "callees", "Cart.total", "--depth", "all", "--dot"])).Output);
        Assert.Equal(["Cart.total/1", "Store.Query.one/1", "Store.Query.run/1", "Store.get/1"], nodes.Values.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["Cart.total/1 Store.get/1", "Store.Query.one/1 Store.Query.run/1", "Store.get/1 Store.Query.one/1"],
            edges.Select(e => $"{nodes[e.From]} {nodes[e.To]}").Order(StringComparer.Ordinal));

        var (evil, circle) = Graph((await RunAsync(["find", "callers", AskedDatabase.Evil, "--dot"])).Output);
        Assert.Equal([TerminalText.Line(AskedDatabase.Evil)], evil.Values);
        Assert.Equal([(evil.Keys.Single(), evil.Keys.Single())], circle);
    }

    [Fact]
    public async Task Nothing_of_names_paths_and_sources_reaches_the_terminal_as_it_is()
    {
        var evil = AskedDatabase.Evil;
        string[][] questions =
        [
            ["definitions", "%owned%"], ["definitions", "%owned%", "--context", "3"], ["references", "%owned%"],
            ["references", "%owned%", "--context", "1"], ["callers", "%owned%"], ["callers", "%owned%", "--context", "0"],
            ["callees", "%owned%", "--dot"], ["path", "%owned%", "%owned%"], ["fragments", evil], ["copies", $"{asked.EvilFragment}"],
            ["similar", $"{asked.EvilFragment}"], ["similar", $"{asked.EvilFragment}", "--context", "2"], ["shared", evil, evil],
            ["changes", evil, evil, evil], ["text", "owned", "--in", "both"], ["text", "owned", "--context", "2"], ["text", $"({evil}"],
            ["file", $"{asked.EvilFile}"], ["file", evil], ["outline", $"{asked.EvilFile}"], ["outline", "x" + evil], ["copies", evil],
            ["definitions", "x", "--after", evil], [evil],
        ];
        foreach (var question in questions)
        {
            foreach (var json in (string[][])[[], ["--json"]])
            {
                if (question.Contains("--dot") && json.Length > 0)
                    continue;
                var run = await CliRun.RunAsync(asked.Database, ["find", .. question, .. json]);
                Assert.True(run.ExitCode is 0 or 2 or 4 or 6, run.Error);
                AssertPlain(question, run.Output);
                AssertPlain(question, run.Error);
            }
            var screen = new Screen(80, 24); // which knows no sequence of theirs
            await CliRun.RunAsync(asked.Database, ["find", .. question], screen: screen);
            AssertPlain(question, string.Concat(screen.Lines)); // a graph is as wide as it is
        }
        var path = JsonDocument.Parse((await RunAsync(["find", "definitions", "%owned%", "--json"])).Output).RootElement.GetProperty("path");
        Assert.Equal(evil, path.GetString());
    }

    private async Task<CliRun> RunAsync(string[] arguments)
    {
        var run = await CliRun.RunAsync(asked.Database, arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }

    /// <summary>Every line of a graph is a node or an edge; labels are as Graphviz shows them.</summary>
    private static (Dictionary<string, string> Nodes, List<(string From, string To)> Edges) Graph(string dot)
    {
        var lines = dot.TrimEnd('\n').Split('\n');
        Assert.Equal(("digraph calls {", "}"), (lines[0], lines[^1]));
        var nodes = new Dictionary<string, string>();
        var edges = new List<(string, string)>();
        foreach (var line in lines[1..^1].Where(l => l is not ("  rankdir=LR;" or "  node [shape=box];")))
        {
            if (Node().Match(line) is { Success: true } node)
                nodes.Add(node.Groups[1].Value, Escape().Replace(node.Groups[2].Value, "$1").Replace("&amp;", "&", StringComparison.Ordinal));
            else
                edges.Add((Edge().Match(line).Groups[1].Value, Edge().Match(line).Groups[2].Value));
        }
        Assert.All(edges, e => Assert.True(nodes.ContainsKey(e.Item1) && nodes.ContainsKey(e.Item2)));
        return (nodes, edges);
    }

    private static void AssertPlain(string[] question, string text)
    {
        Assert.False(text.Contains("\nload 9 forged", StringComparison.Ordinal), $"{string.Join(' ', question)} shows\n{text}");
        Assert.DoesNotContain(text.Replace("\r\n", "\n", StringComparison.Ordinal).EnumerateRunes(), rune => rune.Value != '\n' && Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.Surrogate);
    }

    [GeneratedRegex(@"^\d+ rows?, and there are more: --after (\S+)\n$")]
    private static partial Regex More();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"(?m)^  (\d+)  ")]
    private static partial Regex Id();

    [GeneratedRegex("""^  (n\d+) \[label="((?:[^"\\]|\\.)*)"\];$""")]
    private static partial Regex Node();

    [GeneratedRegex(@"^  (n\d+) -> (n\d+);$")]
    private static partial Regex Edge();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}

using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Extract;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>What README and its pages show is what happens.</summary>
public sealed partial class ReadmeTests
{
    internal static (string Directory, string Script)[] AllScripts { get; } =
    [
        ("examples/by-hand", "load.sql"),
        ("examples/row-wise", "insert.sql"),
        (".", "examples/herbarium/load.sql"),
        ("examples/asking", "questions.sql"),
        ("examples/loads", "rejects.sql"),
        ("examples/loads", "reserved.sql"),
        ("examples/loads", "complete.sql"),
    ];

    public static TheoryData<string, string> Scripts => new(AllScripts);

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task An_example_is_shown_as_it_is_with_what_it_prints(string directory, string script)
    {
        var source = Pages.Read($"{directory}/{script}");
        var shown = Enumerable.Range(0, Pages.Blocks.Count)
            .Where(i => Pages.Blocks[i].Language == "sql" && Pages.Blocks[i].IsExcerptOf(source)).ToList();
        Assert.NotEmpty(shown);
        await using var database = await TestDatabase.CreateAsync();

        var printed = await Psql.RunAsync(database, script, Repository.PathOf(directory));

        Assert.All(shown.Select(Pages.PrintedBy).OfType<Block>(), block => Assert.True(block.IsExcerptOf(printed),
            $"{block.Page} shows\n{block.Text}\nof {script}, which prints\n{printed}"));
    }

    [Fact]
    public async Task The_chapter_by_hand_begins_with_an_empty_database()
    {
        var (block, _) = Pages.Find("sh", b => b.Text.Contains("load.sql", StringComparison.Ordinal));
        var (_, shown) = Pages.Find("sql", b => b.IsExcerptOf(Pages.Read("examples/by-hand/load.sql")));
        await using var database = await TestDatabase.CreateEmptyAsync();

        var printed = await Shell.RunAsync(database, block.Text);

        Assert.True(shown!.IsExcerptOf(printed), printed);
    }

    [Fact]
    public async Task The_lines_of_the_command_line_load()
    {
        var (block, _) = Pages.Find("sh", b => b.Text.Contains("exograph-load load", StringComparison.Ordinal));
        await using var database = await TestDatabase.CreateAsync();

        await Shell.RunAsync(database, block.Text);

        Assert.Equal(
            ["finalized 1 0", "finalized 0 1", "finalized 0 1"],
            await database.ColumnAsync<string>("""
                SELECT concat_ws(' ', r.state, r.inserted, r.existing) FROM exograph.load_report r
                WHERE r.table_name = 'packages' ORDER BY r.load_id
                """));
    }

    [Fact]
    public async Task The_demo_prints_what_is_shown_of_it()
    {
        var (_, shown) = Pages.Find("sh", b => b.Text.EndsWith(" demo\n", StringComparison.Ordinal));
        using var folder = new SourceFolder().With("A.cs", "class A { void F() { F(); } }");

        var demo = await CliRun.RunAsync(null, ["demo", "--source", folder.Sources]);

        Assert.Equal(0, demo.ExitCode);
        var pieces = new Block(shown!.Page, shown.Language, WithoutFigures(shown.Text));
        Assert.True(pieces.IsExcerptOf(WithoutFigures(demo.Output)), demo.Output);

        static string WithoutFigures(string text) => Spaces().Replace(Figure().Replace(text, "0"), " ");
    }

    [Fact]
    public async Task The_page_on_asking_shows_what_the_command_and_the_library_print()
    {
        await using var database = await TestDatabase.CreateAsync();
        await Psql.RunAsync(database, "index.sql", Repository.PathOf("examples/asking"));
        var shown = Enumerable.Range(0, Pages.Blocks.Count).Where(i => Pages.Blocks[i] is { Page: Pages.Asking, Language: "sh" })
            .Select(i => (Pages.Blocks[i].Text, Printed: Pages.PrintedBy(i)!)).ToList();

        // One shell, in which what is printed is told apart by the blocks.
        var printed = (await Shell.RunAsync(database, string.Join("echo ---\n", shown.Select(b => b.Text)))).Split("---\n");
        Assert.Equal(shown.Select(b => b.Printed.Text), printed);
        var output = new StringWriter();
        await AskingExample.RunAsync(database.ConnectionString, output, CancellationToken.None);
        Assert.True(Pages.Find("csharp", b => b.Page == Pages.Asking).Printed!.IsExcerptOf(output.ToString()), output.ToString());
    }

    [Fact]
    public async Task The_example_of_the_library_loads()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();

        var report = await LibraryExample.RunAsync(database.ConnectionString, CancellationToken.None);

        Assert.Equal(LoadState.Finalized, report.State);
        Assert.Equal(1, report.Tables.Single(t => t.Table == IndexTable.Files).Inserted);
    }

    [Fact]
    public async Task The_example_of_a_view_gives_the_same_ids_again()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);

        var ids = await RowExample.RunAsync(dataSource, ["a", "b", "a"], CancellationToken.None);

        Assert.Equal(["a", "b"], ids.Keys.Order(StringComparer.Ordinal));
        Assert.NotEqual(ids["a"], ids["b"]);
        Assert.Equal(ids["b"], (await RowExample.RunAsync(dataSource, ["c", "b"], CancellationToken.None))["b"]);
    }

    [Fact]
    public void The_error_table_lists_every_error_of_the_loader()
    {
        var raised = SqlFiles("sql").Concat(SqlFiles("migrations"))
            .SelectMany(f => ErrorCode().Matches(File.ReadAllText(f)).Select(m => m.Value));
        var listed = ErrorRow().Matches(Pages.Readme).Select(m => m.Groups[1].Value);

        Assert.Equal(raised.Distinct().Order(StringComparer.Ordinal), listed);

        static IEnumerable<string> SqlFiles(string folder) =>
            Directory.EnumerateFiles(Repository.PathOf(folder), "*.sql", SearchOption.AllDirectories);
    }

    [GeneratedRegex(@"[\d,]+")]
    private static partial Regex Figure();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\bXG\d{3}\b(?=')")]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"(?m)^\| (XG\d{3}) \|")]
    private static partial Regex ErrorRow();
}

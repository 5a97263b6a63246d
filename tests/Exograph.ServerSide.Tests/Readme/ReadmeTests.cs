using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>What README shows is what happens.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string s_readme = Read("README.md");

    [Theory]
    [InlineData("examples/by-hand", "load.sql")]
    [InlineData("examples/row-wise", "insert.sql")]
    [InlineData(".", "examples/herbarium/load.sql")]
    public async Task An_example_is_shown_as_it_is_with_what_it_prints(string directory, string script)
    {
        Assert.Contains($"```sql\n{Read($"{directory}/{script}")}```", s_readme, StringComparison.Ordinal);
        await using var database = await TestDatabase.CreateAsync();

        var printed = await Psql.RunAsync(database, script, Repository.PathOf(directory));

        Assert.Contains($"```text\n{printed}```", s_readme, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_of_the_library_is_shown_as_it_is_and_loads()
    {
        AssertShown("LibraryExample.cs");
        await using var database = await TestDatabase.CreateEmptyAsync();

        var report = await LibraryExample.RunAsync(database.ConnectionString, CancellationToken.None);

        Assert.Equal(LoadState.Finalized, report.State);
        Assert.Equal(1, report.Tables.Single(t => t.Table == IndexTable.Files).Inserted);
    }

    [Fact]
    public async Task The_example_of_a_view_is_shown_as_it_is_and_gives_the_same_ids_again()
    {
        AssertShown("RowExample.cs");
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
        var listed = ErrorRow().Matches(s_readme).Select(m => m.Groups[1].Value);

        Assert.Equal(raised.Distinct().Order(StringComparer.Ordinal), listed);

        static IEnumerable<string> SqlFiles(string folder) =>
            Directory.EnumerateFiles(Repository.PathOf(folder), "*.sql", SearchOption.AllDirectories);
    }

    [Fact]
    public void Every_variable_of_the_programs_is_in_README_or_in_a_page()
    {
        var pages = s_readme + string.Concat(Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Select(File.ReadAllText));
        var read = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(f => Variable().Matches(File.ReadAllText(f)).Select(m => m.Value)).Distinct();

        Assert.All(read, variable => Assert.Contains($"`{variable}", pages, StringComparison.Ordinal));
    }

    [Fact]
    public void The_example_of_an_upgrader_is_shown_as_it_is() => AssertShown("DbUpExample.cs", Read("docs/operations.md"));

    private static void AssertShown(string file) => AssertShown(file, s_readme);

    private static void AssertShown(string file, string page)
    {
        var example = Read($"tests/Exograph.ServerSide.Tests/Readme/{file}").Split("        // README\n")[1];
        Assert.Contains($"```csharp\n{Indent().Replace(example, "")}```", page, StringComparison.Ordinal);
    }

    private static string Read(string file) => File.ReadAllText(Repository.PathOf(file));

    [GeneratedRegex("(?m)^        ")]
    private static partial Regex Indent();

    [GeneratedRegex(@"\bEXOGRAPH_[A-Z_]+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\bXG\d{3}\b(?=')")]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"(?m)^\| (XG\d{3}) \|")]
    private static partial Regex ErrorRow();
}

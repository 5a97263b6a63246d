using System.CommandLine;
using System.Text.RegularExpressions;
using Exograph.ServerSide.Benchmarks.Calls;
using Exograph.ServerSide.Benchmarks.DupSelect;
using Exograph.ServerSide.Benchmarks.Flat;
using Exograph.ServerSide.Benchmarks.Growth;
using Exograph.ServerSide.Benchmarks.Loading;
using Exograph.ServerSide.Benchmarks.Partitions;
using Exograph.ServerSide.Benchmarks.Reading;
using Exograph.ServerSide.Benchmarks.Reload;
using Exograph.ServerSide.Benchmarks.Schemas;
using Exograph.ServerSide.Benchmarks.Waits;
using Exograph.ServerSide.Benchmarks.Wal;
using Exograph.ServerSide.Tests.Extract;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>No page shows what no test runs, and no link leads nowhere.</summary>
[Trait("Kind", "Lint")]
public sealed partial class PageTests
{
    /// <summary>What DupSelect.InserterViewOfPackagesTests, OperationsPageTests, AnySchemaPageTests and ClusterPageTests run.</summary>
    private static readonly string[] s_runByOthers = ["docs/dup-select.md", Pages.Operations, Pages.AnySchema, Pages.Cluster];

    [Fact]
    public void README_has_at_most_350_lines() => Assert.True(Pages.Readme.Count(c => c == '\n') <= 350);

    [Fact]
    public void Every_block_is_of_a_kind_that_is_run()
    {
        Assert.Subset(
            new HashSet<string> { "sql", "sh", "csharp", "text", "usage", "diagram" },
            Pages.Blocks.Select(b => b.Language).ToHashSet(StringComparer.Ordinal));
        Assert.Equal(
            Pages.All.Sum(page => FenceLine().Count(Pages.Read(page))),
            2 * Pages.Blocks.Count);
    }

    [Fact]
    public void SQL_is_that_of_a_script_which_is_run()
    {
        var scripts = ReadmeTests.AllScripts.Select(s => Pages.Read($"{s.Directory}/{s.Script}")).ToList();

        Assert.All(
            Pages.Blocks.Where(b => b.Language == "sql" && !s_runByOthers.Contains(b.Page)),
            block => Assert.True(scripts.Any(block.IsExcerptOf), $"{block.Page} shows\n{block.Text}\nwhich is no script's"));
    }

    [Fact]
    public void Csharp_is_that_of_an_example_which_is_compiled_and_run()
    {
        var examples = Directory.EnumerateFiles(Repository.PathOf("tests/Exograph.ServerSide.Tests/Readme"), "*Example.cs")
            .Select(f => Indent().Replace(File.ReadAllText(f).Split("        // README\n")[1], ""));

        Assert.Equal(
            examples.Order(StringComparer.Ordinal),
            Pages.Blocks.Where(b => b.Language == "csharp").Select(b => b.Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Lines_of_shells_are_run_or_understood()
    {
        var scripts = Pages.Read(".ci/run");
        var tools = Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
            .Where(f => File.ReadAllText(f).Contains("<PackAsTool>true<", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension);
        var benchmarks = Benchmarks();

        Assert.All(Pages.Blocks.Where(b => b.Language == "sh" && !s_runByOthers.Contains(b.Page)).SelectMany(b => b.Lines), shown =>
        {
            var line = Remark().Replace(shown, "");
            var isRun = line switch
            {
                "dotnet run --project src/Exograph.ServerSide.Cli -- demo" => true, // ReadmeTests
                "dotnet pack --output packages" => true,                            // .ci/packages
                _ when Tool().Match(line) is { Success: true } tool => tools.Contains(tool.Groups[1].Value),
                _ when Benchmark().Match(line) is { Success: true } benchmark =>
                    benchmarks.Parse(benchmark.Groups[1].Value).Errors.Count == 0,
                _ when Run().IsMatch(line) => true, // ReadmeTests
                _ => line == ".ci/run" || scripts.Contains(line, StringComparison.Ordinal),
            };
            Assert.True(isRun, shown);
        });
    }

    [Fact]
    public void Printed_pages_begin_with_commands_that_are_understood()
    {
        var benchmarks = Benchmarks();

        Assert.All(Pages.Printed, page =>
        {
            var commands = Printing().Matches(Pages.Read(page)).Select(m => Benchmark().Match(m.Groups[1].Value).Groups[1].Value).ToList();
            Assert.NotEmpty(commands);
            Assert.All(commands, command => Assert.Empty(benchmarks.Parse(command).Errors));
        });
    }

    [Fact]
    public async Task Options_that_are_shown_are_those_of_the_help()
    {
        using var tool = ExtractTool.Start("csharp", "--help");
        var help = await tool.StandardOutput.ReadToEndAsync();
        await tool.WaitForExitAsync();

        Assert.Equal(
            Options(help).Except(["--help", "--output"]),
            Options(Pages.Blocks.Single(b => b.Language == "usage").Text));

        static IEnumerable<string> Options(string text) =>
            Option().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);
    }

    [Fact]
    public void README_has_every_phase_of_a_load()
    {
        var phases = Directory.EnumerateFiles(Repository.PathOf("sql"), "*.sql", SearchOption.AllDirectories)
            .SelectMany(f => Phase().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);

        Assert.Contains("verify", phases);
        Assert.All(phases, phase => Assert.Contains($"**{phase}**", Pages.Readme, StringComparison.Ordinal));
    }

    [Fact]
    public void README_counts_the_tests_but_for_lints()
    {
        var tests = typeof(PageTests).Assembly.GetTypes().Where(t => !t.IsAbstract && !IsLint(t)).SelectMany(t => t.GetMethods())
            .Count(m => m.IsDefined(typeof(FactAttribute), inherit: true));

        Assert.Contains($"`dotnet test` runs some {Math.Round(tests / 100.0) * 100:N0} tests", Pages.Readme, StringComparison.Ordinal);

        static bool IsLint(Type type) =>
            type.GetCustomAttributesData().Any(a => a.AttributeType == typeof(TraitAttribute) && "Lint".Equals(a.ConstructorArguments[1].Value));
    }

    [Fact]
    public async Task README_has_every_command()
    {
        var help = await CliRun.RunAsync(null, ["--help"]);
        var commands = Command().Matches(help.Output.Split("Commands:")[1]).Select(m => m.Groups[1].Value).ToList();

        Assert.Contains("load", commands);
        Assert.All(commands, command => Assert.Contains($"`{command}", Pages.Readme, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_variable_of_the_programs_is_in_a_page()
    {
        var pages = string.Concat(Pages.All.Select(Pages.Read));
        var read = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(f => Variable().Matches(File.ReadAllText(f)).Select(m => m.Value)).Distinct();

        Assert.All(read, variable => Assert.Contains($"`{variable}", pages, StringComparison.Ordinal));
    }

    [Fact]
    public void Links_lead_to_files_and_headings()
    {
        var broken =
            from page in Pages.All
            from link in Link().Matches(Pages.Read(page))
            let path = link.Groups[1].Value
            let anchor = link.Groups[2].Value
            where !path.Contains("://", StringComparison.Ordinal)
            let file = path.Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, path)
            where !Path.Exists(Repository.PathOf(file)) || (anchor.Length > 0 && !Headings(file).Contains(anchor))
            select $"{page}: {path}#{anchor}";

        Assert.Empty(broken);

        static IEnumerable<string> Headings(string file) =>
            Heading().Matches(Pages.Read(file)).Select(m => NoLetter().Replace(m.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));
    }

    private static RootCommand Benchmarks() => new()
    {
        LoadCommand.Create(), DupSelectCommand.Create(), WalCommand.Create(), GrowthCommand.Create(), WaitsCommand.Create(),
        ReloadCommand.Create(), ReadCommand.Create(), PartitionsCommand.Create(), CallEdgesCommand.Create(), FlatRowsCommand.Create(),
        SchemaCommand.Create(),
    };

    [GeneratedRegex("(?m)^        ")]
    private static partial Regex Indent();

    [GeneratedRegex("(?m)^    (dotnet run .*)$")]
    private static partial Regex Printing();

    [GeneratedRegex("(?m)^```")]
    private static partial Regex FenceLine();

    [GeneratedRegex(@"start_phase\([^,]+, '([a-z ]+)'")]
    private static partial Regex Phase();

    [GeneratedRegex("(?m)^  ([a-z][a-z-]*) ")]
    private static partial Regex Command();

    [GeneratedRegex(@"\bEXOGRAPH_[A-Z_]+")]
    private static partial Regex Variable();

    [GeneratedRegex("--[a-z][a-z-]*")]
    private static partial Regex Option();

    [GeneratedRegex(@"\s{2,}#.*$")]
    private static partial Regex Remark();

    [GeneratedRegex(@"^dotnet tool install --global (\S+) --add-source packages$")]
    private static partial Regex Tool();

    [GeneratedRegex(@"^dotnet run -c Release --project tests/Exograph\.ServerSide\.Benchmarks -- (.*)$")]
    private static partial Regex Benchmark();

    [GeneratedRegex("^(exograph-(load|extract)|psql|cd) ")]
    private static partial Regex Run();

    [GeneratedRegex(@"\]\(([^)#\s]*)#?([^)\s]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex("(?m)^#+ (.*)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoLetter();
}

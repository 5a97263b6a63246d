using Exograph.Extract.CSharp;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Extract;

/// <summary>Extracted facts need no second writing where ids are reserved.</summary>
public class KeptBundleTests
{
    private static readonly string[] s_ofPackage =
        ["files", "fragments", "graph_nodes", "comments", "definitions", "symbol_references", "call_edges"];

    private static readonly string[] s_facts =
        ["comments", "definitions", "symbol_references", "call_edges", "fragment_terms"];

    [Fact]
    public async Task Facts_of_a_new_package_are_attached_as_they_were_staged()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var folder = new SourceFolder()
            .With("A.cs", "/* a */ class A { public int F() => new B().G(1) + System.Math.Abs(2); public int H() => F() * 3; }")
            .With("B.cs", "/* b */ class B { public int G(int x) { var a = new A(); return a.F() + System.Math.Max(x, 4); } }");
        await using (var sink = BundleSink.ToDirectory(folder.Bundle))
            await CSharpExtractor.ExtractAsync(
                new ExtractOptions { Directory = folder.Sources, Package = "P", Version = "1", MinMass = 3 }, sink);

        var run = await CliRun.RunAsync(
            database, ["load", folder.Bundle, "--ids", "reserved", "--partition-threshold", "0"]);

        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
        Assert.Equal(
            s_facts.Select(table => $"{table}: attached, all rows were final"),
            await database.ColumnAsync<string>(
                """
                SELECT concat(table_name, ': ', path, ', ', reason) FROM exograph.load_tables
                WHERE reason IS NOT NULL ORDER BY position
                """));
    }

    [Fact]
    public async Task Who_asks_for_the_callers_of_a_method_finds_those_of_other_projects_of_the_tree()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var folder = new SourceFolder()
            .With("lib/Lib.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />")
            .With("lib/Tool.cs", "namespace Lib; public class Tool { public void Add(int x) { } public void Twice() { Add(1); Add(2); } }")
            .With("app/App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><ProjectReference Include=\"../lib/Lib.csproj\" /></ItemGroup></Project>")
            .With("app/App.cs", """
                using System.Collections.Generic;
                using Lib;
                class App { void Run(Tool tool, List<int> list) { tool.Add(1); list.Add(2); } }
                """);
        await using (var sink = BundleSink.ToDirectory(folder.Bundle))
            await CSharpExtractor.ExtractAsync(new ExtractOptions { Directory = folder.Sources }, sink);

        var run = await CliRun.RunAsync(database, ["load", folder.Bundle]);

        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
        Assert.Equal(
            ["App: App.Run", "Lib: Lib.Tool.Twice", "Lib: Lib.Tool.Twice"],
            await database.ColumnAsync<string>(
                "SELECT concat(package, ': ', caller) FROM exograph_find.callers('Lib.Tool.Add') ORDER BY 1"));
    }

    [Fact]
    public async Task Every_row_of_a_package_names_package_and_version()
    {
        using var folder = new SourceFolder().With("A.cs", "/* a */ class A { int F(int x) => F(x) + System.Math.Abs(x); }");

        var bundle = await folder.ExtractAsync();

        foreach (var table in s_ofPackage)
        {
            Assert.NotEmpty(bundle[table]);
            Assert.All(bundle.Texts(table, "package_id").Concat(bundle.Texts(table, "package_version_id")),
                number => Assert.Equal("1", number));
        }
    }
}

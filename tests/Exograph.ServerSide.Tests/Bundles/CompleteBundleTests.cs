using System.Text.Json;
using Exograph.Extract.CSharp;
using Exograph.ServerSide.Tests.Driver;
using Exograph.ServerSide.Tests.Extract;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Bundles;

/// <summary>Bundles that are declared complete are not sent again.</summary>
public sealed class CompleteBundleTests
{
    private const string NotSent = "not sent, declared complete earlier: facts of ";

    private static readonly string[] s_keys = ["packages", "package_versions", "files", "file_paths"];

    [Theory]
    [InlineData("numbered")]
    [InlineData("reserved")]
    public async Task A_bundle_loaded_again_sends_packages_versions_and_files_and_nothing_else(string ids)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var folder = Sample();
        await ExtractAsync(folder);
        var first = await LoadAsync(database, [folder.Bundle], ids);
        Assert.DoesNotContain(NotSent, first.Output);
        var content = await ReservedLoadTests.ContentAsync(database);

        var again = await LoadAsync(database, [folder.Bundle], ids);

        Assert.Contains($"{NotSent}2 files\n", again.Output);
        Assert.Equal(s_keys, await StagedAsync(database, 2));
        Assert.Equal(content, await ReservedLoadTests.ContentAsync(database));
        Assert.Contains("read " + Path.Combine(folder.Bundle, "fragment_term_sets.ndjson"), first.Error);
        Assert.DoesNotContain("fragment_term_sets.ndjson", again.Error);
    }

    [Fact]
    public async Task A_new_file_among_standing_ones_comes_with_its_facts_and_calls()
    {
        using var folder = Sample();
        await using var whole = await TestDatabase.CreateAsync();
        await using var database = await TestDatabase.CreateAsync();
        await ExtractAsync(folder);
        await LoadAsync(database, [folder.Bundle]);
        folder.With("C.cs", "class C { int F() => new A().G() + Unknown.H(); }");
        await ExtractAsync(folder);
        await LoadAsync(whole, [folder.Bundle]);

        var run = await LoadAsync(database, [folder.Bundle]);

        Assert.Contains($"{NotSent}2 files\n", run.Output);
        Assert.Equal(await ReservedLoadTests.ContentAsync(whole), await ReservedLoadTests.ContentAsync(database));
        var staged = await database.ScalarAsync<long>(
            "SELECT sum(staged)::bigint FROM exograph.load_tables WHERE load_id = 2 AND table_name = 'fragment_terms'");
        Assert.InRange(staged, 1, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.fragment_terms") / 2);
    }

    [Fact]
    public async Task A_deleted_file_comes_back_with_the_calls_of_others_into_it()
    {
        using var folder = Sample();
        await using var database = await TestDatabase.CreateAsync();
        await ExtractAsync(folder);
        await LoadAsync(database, [folder.Bundle]);
        var content = await ReservedLoadTests.ContentAsync(database);
        await database.ExecuteAsync("DELETE FROM exograph.files WHERE path = 'A.cs'");
        Assert.NotEqual(content, await ReservedLoadTests.ContentAsync(database));

        await LoadAsync(database, [folder.Bundle]);

        Assert.Equal(content, await ReservedLoadTests.ContentAsync(database));
    }

    [Fact]
    public async Task Bundles_that_share_a_load_are_asked_about_one_by_one()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var one = new BundleDirectory().AddBasics("one", "1").Add("comments.csv", "file_id,text\n1,of one\n").WithManifest();
        using var two = new BundleDirectory().AddBasics("two", "2").Add("comments.csv", "file_id,text\n1,of two\n").WithManifest();
        using var terms = new BundleDirectory().Add("terms.csv", "id,term\n1,of no file\n").WithManifest();
        await LoadAsync(database, [one.Path]);

        var run = await LoadAsync(database, [one.Path, two.Path, one.Path, terms.Path]);

        Assert.Contains($"{NotSent}2 files\n", run.Output);
        Assert.Equal(["of one", "of two"], await database.ColumnAsync<string>("SELECT text FROM exograph.comments ORDER BY 1"));
        Assert.Equal(1, await database.ScalarAsync<long>(
            "SELECT staged FROM exograph.load_tables WHERE load_id = 2 AND table_name = 'comments'"));
        Assert.Equal(["of no file"], await database.ColumnAsync<string>("SELECT term FROM exograph.terms"));
    }

    [Fact]
    public async Task Some_tables_may_be_declared_and_the_json_tells_what_was_not_sent()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics().Add("comments.csv", "file_id,text\n1,a\n")
            .Add("definitions.csv", "file_id,kind,name,qualified_name\n1,k,n,q\n").WithManifest();
        string[] load = ["load", bundle.Path, "--complete", "comments,fragments", "--json"];
        await CliRun.RunAsync(database, load);

        var run = await CliRun.RunAsync(database, load);

        using var report = JsonDocument.Parse(run.Output);
        Assert.Equal(1, report.RootElement[0].GetProperty("files_not_sent").GetInt32());
        Assert.Equal([.. s_keys, "definitions"], await StagedAsync(database, 2));
        Assert.Equal("{comments,fragments}",
            await database.ScalarAsync<string>("SELECT tables::text FROM exograph.complete_facts"));
    }

    [Fact]
    public async Task A_stream_is_sent_whole_and_declared()
    {
        await using var database = await TestDatabase.CreateAsync();
        var input = $$"""
            {"table":"comments","file_id":1,"text":"c"}
            {"table":"files","id":1,"path":"a","source":"s","sha256":"\\x{{new string('c', 64)}}"}
            {"table":"end","rows":{"comments":1,"files":1} }

            """;
        for (var i = 0; i < 2; i++)
            Assert.Equal(0, (await CliRun.RunAsync(database, ["load", "-", "--complete", "all"], input)).ExitCode);
        Assert.Equal([.. s_keys[2..], "comments"], await StagedAsync(database, 2));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.complete_facts"));
    }

    /// <summary>Two files, each of which calls the other and something outside.</summary>
    private static SourceFolder Sample() => new SourceFolder()
        .With("A.cs", "/* a */ class A { public int F() => new B().G(1) + System.Math.Abs(2); public int G() => F() * 3; }")
        .With("B.cs", "/* b */ class B { public int G(int x) { var a = new A(); return a.F() + System.Math.Max(x, 4); } }");

    private static async Task ExtractAsync(SourceFolder folder)
    {
        await using var sink = BundleSink.ToDirectory(folder.Bundle, force: true);
        await CSharpExtractor.ExtractAsync(
            new ExtractOptions { Directory = folder.Sources, Package = "P", Version = "1", MinMass = 3 }, sink);
        BundleDirectory.CountRows(folder.Bundle);
    }

    private static async Task<CliRun> LoadAsync(TestDatabase database, string[] bundles, string ids = "numbered")
    {
        var run = await CliRun.RunAsync(database, ["load", .. bundles, "--complete", "all", "--ids", ids]);
        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
        return run;
    }

    private static Task<List<string>> StagedAsync(TestDatabase database, int load) => database.ColumnAsync<string>(
        $"SELECT table_name FROM exograph.load_tables WHERE load_id = {load} AND staged > 0 ORDER BY position");
}

using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Bundles;

/// <summary>Rows that the server rejects are told by file and line.</summary>
public sealed class RejectPlaceTests
{
    private static readonly string[] s_reasonsOfPairs =
    [
        "term_id is missing", "term_id is no number of a valid row in staged_terms", "fragment_id is missing",
        "fragment_id is no number of a valid row in staged_fragments", "fragment_id is no number of a valid row in staged_fragments",
    ];

    private const string Dangling = "file_id is no number of a valid row in staged_files";

    [Theory]
    [InlineData("numbered")]
    [InlineData("reserved")]
    public async Task A_reject_is_told_by_file_and_line_whatever_its_form_and_bundle(string ids)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var good = new BundleDirectory().AddBasics("one", "1").Add("comments.csv", "file_id,text\n1,of one\n");
        using var bad = new BundleDirectory().AddBasics("two", "2")
            .Add("comments.csv", "text,file_id,line\n\"two\nlines\",1,\n,1,\nof no file,7,3\nof two,1,\n")
            .Add("definitions.ndjson.gz", """
                {"file_id":1,"kind":"k","name":"n","qualified_name":"q"}
                {"qualified_name":"q","name":"\u00e9","kind":"k","file_id":8,"line":null}

                """)
            .Add("fragments.ndjson", """
                {"id":1,"file_id":1,"ast":"\\x00ff","kind":"k","line":1,"mass":1,"sub_hashes":[1,-2]}
                {"id":2,"file_id":9,"ast":"\\x00ff","kind":"k","line":1,"mass":1,"sub_hashes":[1,-2]}

                """)
            .Add("graph_nodes.ndjson", """
                {"id":1,"file_id":9,"engine":"e","kind":"k","qualified_name":"q","metadata":{"b":1.0,  "a":2}}

                """);
        string[] load = ["load", good.Path, bad.Path, "--ids", ids];

        var refused = await CliRun.RunAsync(database, load);

        Assert.Equal(4, refused.ExitCode);
        Assert.Equal(
            [
                $"{bad.Path}/comments.csv, line 4: text is missing", $"{bad.Path}/comments.csv, line 5: {Dangling}",
                $"{bad.Path}/definitions.ndjson.gz, line 2: {Dangling}", $"{bad.Path}/fragments.ndjson, line 2: {Dangling}",
                $"{bad.Path}/graph_nodes.ndjson, line 1: {Dangling}",
            ],
            Places(refused).Order(StringComparer.Ordinal));

        var skipped = await CliRun.RunAsync(database, [.. load, "--on-reject", "skip"]);
        Assert.Equal(0, skipped.ExitCode);
        Assert.Equal(Places(refused).Order(StringComparer.Ordinal), Places(skipped).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_rows_that_are_alike_each_is_told()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().Add("terms.csv", "id,term\n1,a\n2,b\n1,a\n");
        var run = await CliRun.RunAsync(database, ["load", bundle.Path]);
        Assert.Equal(
            [$"{bundle.Path}/terms.csv, line 2: id is used more than once", $"{bundle.Path}/terms.csv, line 4: id is used more than once"],
            Places(run).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("numbered")]
    [InlineData("reserved")]
    public async Task A_reject_of_a_stream_is_told_by_line_whatever_came_before(string ids)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var good = new BundleDirectory().AddBasics("one", "1");
        const string Stream = """
            {"table":"comments","file_id":1,"text":"dangling"}
            {"table":"terms","id":1,"term":"alike"}
            {"table":"comments","file_id":7,"text":"dangling","line":null}
            {"table":"graph_nodes","id":1,"file_id":9,"engine":"e","kind":"k","qualified_name":"q","metadata":{"b":1.0,  "a":2}}
            {"table":"terms","id":1,"term":"alike"}
            {"table":"end","rows":{"comments":2,"terms":2,"graph_nodes":1}}
            """;
        string[] load = ["load", good.Path, "-", "--ids", ids];

        var refused = await CliRun.RunAsync(database, load, Stream);

        Assert.Equal(4, refused.ExitCode);
        Assert.Equal(
            [
                $"standard input, line 1: {Dangling}", "standard input, line 2: id is used more than once",
                $"standard input, line 3: {Dangling}", $"standard input, line 4: {Dangling}",
                "standard input, line 5: id is used more than once",
            ],
            Places(refused).Order(StringComparer.Ordinal));
        var skipped = await CliRun.RunAsync(database, [.. load, "--on-reject", "skip"], Stream);
        Assert.Equal(0, skipped.ExitCode);
        Assert.Equal(Places(refused).Order(StringComparer.Ordinal), Places(skipped).Order(StringComparer.Ordinal));
    }

    /// <summary>A pair without a term, one without a fragment, and such as name a row that is not there.</summary>
    [Theory]
    [InlineData("fragment_terms.csv", "fragment_id,term_id\n1,1\n1,\n1,9\n,1\n7,1\n7,2\n", new[] { 3, 4, 5, 6, 7 })]
    [InlineData("fragment_terms.csv", "term_id,fragment_id\n1,1\n,1\n9,1\n1,\n1,7\n2,7\n", new[] { 3, 4, 5, 6, 7 })]
    [InlineData(
        "fragment_terms.ndjson",
        """
        {"fragment_id":1,"term_id":1}
        {"fragment_id":1,"term_id":null}
        {"fragment_id":1,"term_id":9}
        {"term_id":1}
        {"fragment_id":7,"term_id":1}
        {"fragment_id":7,"term_id":2}
        """, new[] { 2, 3, 4, 5, 6 })]
    [InlineData("fragment_term_sets.csv.gz", "term_ids,fragment_id\n{},1\n\"{1,9,2}\",1\n,1\n{1},\n\"{1,2}\",7\n", new[] { 4, 3, 5, 6, 6 })]
    [InlineData(
        "fragment_term_sets.ndjson",
        """
        {"fragment_id":1,"term_ids":[]}
        {"fragment_id":1,"term_ids":[2,9,1]}
        {"fragment_id":1}
        {"term_ids":[1]}
        {"fragment_id":7,"term_ids":[2,1]}
        """, new[] { 3, 2, 4, 5, 5 })]
    public async Task Pairs_and_sets_of_terms_have_the_same_rejects_each_on_its_line(string name, string text, int[] lines)
    {
        using var bundle = new BundleDirectory().AddBasics("p", "s").Add("terms.csv", "id,term\n1,a\n2,b\n")
            .Add("fragments.csv", "id,file_id,ast,kind,line,mass\n1,1,\\x00,k,1,1\n");
        bundle.Add(name, text);
        foreach (var ids in new[] { "numbered", "reserved" })
        {
            await using var database = await TestDatabase.CreateAsync();
            var refused = await CliRun.RunAsync(database, ["load", bundle.Path, "--ids", ids]);
            Assert.Equal(4, refused.ExitCode);
            Assert.Equal(Expected($"{bundle.Path}/{name}", 0), Places(refused).Order(StringComparer.Ordinal));
            var skipped = await CliRun.RunAsync(database, ["load", bundle.Path, "--ids", ids, "--on-reject", "skip"]);
            Assert.Equal(0, skipped.ExitCode);
            Assert.Equal(Expected($"{bundle.Path}/{name}", 0), Places(skipped).Order(StringComparer.Ordinal));
            Assert.Equal(5, await database.ScalarAsync<long>(
                "SELECT rejected FROM exograph.load_tables WHERE table_name = 'fragment_terms' ORDER BY load_id DESC LIMIT 1"));
            if (!name.EndsWith(".ndjson", StringComparison.Ordinal))
                continue;
            using var before = new BundleDirectory().AddBasics("before", "b");
            var streamed = await CliRun.RunAsync(database, ["load", before.Path, "-", "--ids", ids], Stream(name[..^".ndjson".Length], text));
            Assert.Equal(Expected("standard input", 4), Places(streamed).Order(StringComparer.Ordinal));
        }

        IEnumerable<string> Expected(string file, int before) => s_reasonsOfPairs.Zip(lines, (reason, line) => $"{file}, line {line + before}: {reason}").Order(StringComparer.Ordinal);
    }

    /// <summary>A stream of the rows and, before them, of what they refer to.</summary>
    private static string Stream(string table, string rows)
    {
        var lines = rows.Split('\n');
        var named = lines.Select(line => $"{{\"table\":\"{table}\",{line[1..]}");
        return $$$"""
            {"table":"files","id":1,"path":"a.ex","source":"s","sha256":"\\x{{{new string('a', 64)}}}"}
            {"table":"terms","id":1,"term":"a"}
            {"table":"terms","id":2,"term":"b"}
            {"table":"fragments","id":1,"file_id":1,"ast":"\\x00","kind":"k","line":1,"mass":1}
            {{{string.Join('\n', named)}}}
            {"table":"end","rows":{"files":1,"terms":2,"fragments":1,"{{{table}}}":{{{lines.Length}}}}}
            """;
    }

    private static IEnumerable<string> Places(CliRun run) =>
        run.Error.Split('\n').Where(l => l.StartsWith("reject: ", StringComparison.Ordinal)).Select(l => l["reject: ".Length..]);
}

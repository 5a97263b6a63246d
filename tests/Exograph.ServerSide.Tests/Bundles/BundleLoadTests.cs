using Exograph.ServerSide.Tests.Driver;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Bundles;

/// <summary>Good bundles arrive in the index as they were written.</summary>
public sealed class BundleLoadTests
{
    [Fact]
    public async Task Csv_tells_an_empty_text_from_null()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics().Add("definitions.csv",
            "file_id,kind,module,name,qualified_name,line\n1,f,,\"\",q1,1\n1,f,\"\",n,q2,\n");
        await LoadAsync(database, bundle);
        Assert.Equal(
            ["q1|null||1", "q2||n|null"],
            await database.ColumnAsync<string>("""
                SELECT qualified_name || '|' || coalesce(module, 'null') || '|' || name || '|' || coalesce(line::text, 'null')
                FROM exograph.definitions ORDER BY 1
                """));
    }

    [Theory]
    [InlineData("id,term\r\n1,a\r\n2,\"b\r\nc\"\r\n", new[] { "a", "b\r\nc" })]
    [InlineData("\uFEFFid,term\n1,a\n", new[] { "a" })]
    [InlineData("term,id\na,1", new[] { "a" })]
    [InlineData("id,term\n1,\\.\n2,\"say \"\"hi\"\", ok\"\n", new[] { "\\.", "say \"hi\", ok" })]
    [InlineData("id,term\n1,sep=;\n2,#x\n3, padded \n", new[] { " padded ", "#x", "sep=;" })]
    public async Task Csv_is_read_as_of_rfc_4180(string text, string[] expected)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().Add("terms.csv", text);
        await LoadAsync(database, bundle);
        Assert.Equal(expected, await TermsAsync(database));
    }

    [Theory]
    [InlineData("{\"id\":1,\"term\":\"a\"}\n{\"term\":\"b\",\"id\":2}\n\n \n", new[] { "a", "b" })]
    [InlineData("\uFEFF{\"id\":1,\"term\":\"a\"}\r\n{\"id\":2,\"term\":\"b\"}", new[] { "a", "b" })]
    [InlineData(" { \"id\" : 1 , \"term\" : \"\\u00e9\\ud83d\\ude00\\n\" } \n", new[] { "é😀\n" })]
    public async Task Ndjson_is_read_in_any_order_of_members(string text, string[] expected)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().Add("terms.ndjson", text);
        await LoadAsync(database, bundle);
        Assert.Equal(expected, await TermsAsync(database));
    }

    [Theory]
    [InlineData(
        ".csv", "id,ecosystem,name,metadata\n1,hex,p,\"{\"\"b\"\":1e400,\"\"a\"\":[1.0,null,\"\"\u00e9\"\"]}\"\n2,hex,q,\n")]
    [InlineData(
        ".csv.gz", "id,ecosystem,name,metadata\n1,hex,p,\"{\"\"b\"\":1e400,\"\"a\"\":[1.0,null,\"\"\u00e9\"\"]}\"\n2,hex,q,\n")]
    [InlineData(
        ".ndjson",
        "{\"id\":1,\"ecosystem\":\"hex\",\"name\":\"p\",\"metadata\":{\"b\":1e400,\"a\":[1.0,null,\"\\u00e9\"]}}\n"
        + "{\"id\":2,\"ecosystem\":\"hex\",\"name\":\"q\",\"metadata\":null}\n")]
    [InlineData(
        ".ndjson.gz",
        "{\"id\":1,\"ecosystem\":\"hex\",\"name\":\"p\",\"metadata\":{\"b\":1e400,\"a\":[1.0,null,\"\\u00e9\"]}}\n"
        + "{\"id\":2,\"ecosystem\":\"hex\",\"name\":\"q\"}\n")]
    public async Task Metadata_arrive_as_jsonb_in_every_form(string extension, string text)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().Add("packages" + extension, text);
        await LoadAsync(database, bundle);
        Assert.Equal([true, false], await database.ColumnAsync<bool>("""
            SELECT metadata = '{"a": [1.0, null, "é"], "b": 1e400}' FROM exograph.packages ORDER BY name
            """));
        Assert.Equal("{}", await database.ScalarAsync<string>("SELECT metadata::text FROM exograph.packages WHERE name = 'q'"));
    }

    [Theory]
    [InlineData(
        ".csv",
        "id,file_id,ast,kind,line,mass,sub_hashes\n1,1,\\x00fF,k,-1,3,\"{1,-2,9223372036854775807}\"\n2,1,\\x,k,2,3,{}\n")]
    [InlineData(
        ".ndjson",
        "{\"id\":1,\"file_id\":1,\"ast\":\"\\\\x00fF\",\"kind\":\"k\",\"line\":-1,\"mass\":3,"
        + "\"sub_hashes\":[1, -2, 9223372036854775807]}\n"
        + "{\"id\":2,\"file_id\":1,\"ast\":\"\\\\x\",\"kind\":\"k\",\"line\":2,\"mass\":3,\"sub_hashes\":[]}\n")]
    public async Task Bytes_and_arrays_arrive_in_both_forms(string extension, string text)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics().Add("fragments" + extension, text);
        await LoadAsync(database, bundle);
        Assert.Equal(
            [@"\x00ff|-1|{1,-2,9223372036854775807}", @"\x|2|{}"],
            await database.ColumnAsync<string>("""
                SELECT concat_ws('|', ast, line, sub_hashes) FROM exograph.fragments ORDER BY line
                """));
    }

    [Fact]
    public async Task Several_bundles_share_a_load_without_mixing_their_numbers()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var one = new BundleDirectory().AddBasics("one", "1").Add("comments.csv", "file_id,text\n1,of one\n");
        using var two = new BundleDirectory().AddBasics("two", "2")
            .AddFile(7, "2")
            .Add("comments.csv", "file_id,text\n7,of two\n");
        using var three = new BundleDirectory().AddBasics("three", "3")
            .Add("comments.ndjson", "{\"file_id\":1,\"text\":\"of three\"}\n");
        var run = await CliRun.RunAsync(database, ["load", one.Path, two.Path, three.Path]);
        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.loads"));
        Assert.Equal(["one: of one", "three: of three", "two: of two"], await database.ColumnAsync<string>("""
            SELECT p.name || ': ' || c.text FROM exograph.comments c JOIN exograph.packages p ON p.id = c.package_id ORDER BY 1
            """));
    }

    [Theory]
    [InlineData("fragment_terms.csv", "numbered")]
    [InlineData("fragment_term_sets.csv", "numbered")]
    [InlineData("fragment_term_sets.ndjson.gz", "numbered")]
    [InlineData("fragment_terms.ndjson.gz", "reserved")]
    [InlineData("fragment_term_sets.csv", "reserved")]
    [InlineData("fragment_term_sets.ndjson", "reserved")]
    public async Task Bundles_of_pairs_and_of_sets_give_one_index(string name, string ids)
    {
        await using var expected = await TestDatabase.CreateAsync();
        await LoadTermsAsync(expected, "fragment_terms.ndjson", "numbered");
        await using var database = await TestDatabase.CreateAsync();

        await LoadTermsAsync(database, name, ids);

        Assert.Equal(
            ["one f1 b", "one f1 c", "one f2 a", "two f1 b", "two f1 c", "two f2 a"],
            await database.ColumnAsync<string>("""
                SELECT concat_ws(' ', p.name, f.kind, t.term)
                FROM exograph.fragment_terms x JOIN exograph.terms t ON t.id = x.term_id
                JOIN exograph.fragments f ON f.id = x.fragment_id JOIN exograph.packages p ON p.id = f.package_id ORDER BY 1
                """));
        Assert.Equal(await ReservedLoadTests.ContentAsync(expected), await ReservedLoadTests.ContentAsync(database));
        Assert.Equal("6 staged, 6 inserted", await database.ScalarAsync<string>(
            "SELECT format('%s staged, %s inserted', staged, inserted) FROM exograph.load_tables WHERE table_name = 'fragment_terms'"));
    }

    [Fact]
    public async Task A_manifest_counts_sets_as_rows_of_their_file_and_a_bundle_may_hold_both_forms()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = Terms("one").Add("fragment_term_sets.csv", "fragment_id,term_ids\n1,\"{3,2}\"\n2,{1}\n")
            .Add("fragment_terms.csv", "fragment_id,term_id\n1,3\n2,3\n").WithManifest();
        await LoadAsync(database, bundle);
        Assert.Equal("5 staged, 4 inserted, 1 collapsed", await database.ScalarAsync<string>("""
            SELECT format('%s staged, %s inserted, %s collapsed', staged, inserted, collapsed)
            FROM exograph.load_tables WHERE table_name = 'fragment_terms'
            """));
    }

    /// <summary>Two bundles of one load, the second of which has its numbers shifted.</summary>
    private static async Task LoadTermsAsync(TestDatabase database, string name, string ids)
    {
        var isCsv = name.Contains(".csv", StringComparison.Ordinal);
        var text = (name.Contains("sets", StringComparison.Ordinal), isCsv) switch
        {
            (true, true) => "term_ids,fragment_id\n\"{3,2}\",1\n{1},2\n",
            (true, false) => "{\"fragment_id\":1,\"term_ids\":[3,2]}\n{\"term_ids\":[1],\"fragment_id\":2}\n",
            (false, true) => "term_id,fragment_id\n3,1\n2,1\n1,2\n",
            (false, false) => "{\"fragment_id\":1,\"term_id\":3}\n{\"term_id\":2,\"fragment_id\":1}\n{\"fragment_id\":2,\"term_id\":1}\n",
        };
        using var one = Terms("one").Add(name, text);
        using var two = Terms("two").Add(name, text);
        var run = await CliRun.RunAsync(database, ["load", one.Path, two.Path, "--ids", ids, "--partition-threshold", "0"]);
        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
    }

    /// <summary>Two fragments and three terms.</summary>
    private static BundleDirectory Terms(string package) => new BundleDirectory().AddBasics(package, package)
        .Add("fragments.csv", "id,file_id,ast,kind,line,mass\n1,1,\\x,f1,1,1\n2,1,\\x,f2,2,1\n")
        .Add("terms.csv", "id,term\n1,a\n2,b\n3,c\n");

    [Fact]
    public async Task A_reference_without_its_row_does_not_hit_a_row_of_the_next_bundle()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var one = new BundleDirectory().AddBasics("one").Add("comments.csv", "file_id,text\n2,dangling\n");
        using var two = new BundleDirectory().AddBasics("two", "2");
        var run = await CliRun.RunAsync(database, ["load", one.Path, two.Path]);
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("[XG006]", run.Error);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.comments"));
    }

    [Fact]
    public async Task A_bound_on_staged_bytes_makes_further_loads()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var one = new BundleDirectory().AddBasics("one", "1");
        using var two = new BundleDirectory().AddBasics("two", "2");
        using var three = new BundleDirectory().AddBasics("three", "3");
        var run = await CliRun.RunAsync(database, ["load", one.Path, two.Path, three.Path, "--max-staged", "1B"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(3, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.loads WHERE state = 'finalized'"));
        Assert.Equal(3, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.packages"));
    }

    [Fact]
    public async Task Numbers_close_to_the_limit_begin_a_further_load()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var one = new BundleDirectory().Add("terms.csv", $"id,term\n{int.MaxValue},a\n");
        using var two = new BundleDirectory().Add("terms.csv", "id,term\n1,b\n");
        var run = await CliRun.RunAsync(database, ["load", one.Path, two.Path]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["a", "b"], await TermsAsync(database));
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.loads WHERE state = 'finalized'"));
    }

    [Fact]
    public async Task Numbers_that_do_not_fit_behind_another_bundle_are_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var one = new BundleDirectory().Add("terms.csv", "id,term\n1,a\n");
        using var two = new BundleDirectory().Add("terms.csv", $"id,term\n{int.MaxValue},b\n");
        var run = await CliRun.RunAsync(database, ["load", one.Path, two.Path]);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("terms.csv, line 2, column id: the number 2147483647 of terms is too large to share a load", run.Error);
        Assert.Empty(await TermsAsync(database));
    }

    [Fact]
    public async Task A_stream_may_mix_its_tables()
    {
        await using var database = await TestDatabase.CreateAsync();
        var hash = new string('c', 64);
        var input = $$"""
            {"table":"comments","file_id":1,"text":"first"}
            {"id":1,"term":"t","table":"terms"}
            {"table":"files","id":1,"path":"a","source":"s","sha256":"\\x{{hash}}"}
            {"table":"comments","file_id":1,"text":"second"}
            {"table":"end","rows":{"comments":2,"terms":1,"files":1} }

            """;
        var run = await CliRun.RunAsync(database, ["load", "-"], input);
        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
        Assert.Equal(["first", "second"], await database.ColumnAsync<string>("SELECT text FROM exograph.comments ORDER BY 1"));
        Assert.Equal(["t"], await TermsAsync(database));
    }

    [Fact]
    public async Task A_field_of_a_hundred_megabytes_loads_in_both_forms()
    {
        await using var database = await TestDatabase.CreateAsync();
        var big = new string('x', 100_000_000);
        using (var csv = new BundleDirectory().Add("comments.csv", $"file_id,text\n1,\"{big}\"\n"))
            await LoadAsync(database, csv.AddBasics());
        using (var json = new BundleDirectory().Add("comments.ndjson", $"{{\"file_id\":1,\"text\":\"\\n{big}\"}}\n"))
            await LoadAsync(database, json.AddBasics());
        var lengths = await database.ColumnAsync<int>("SELECT length(text) FROM exograph.comments ORDER BY 1");
        Assert.Equal([100_000_000, 100_000_001], lengths);
    }

    private static async Task LoadAsync(TestDatabase database, BundleDirectory bundle)
    {
        var run = await CliRun.RunAsync(database, ["load", bundle.Path]);
        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
    }

    private static Task<List<string>> TermsAsync(TestDatabase database) =>
        database.ColumnAsync<string>("SELECT term FROM exograph.terms ORDER BY term");
}

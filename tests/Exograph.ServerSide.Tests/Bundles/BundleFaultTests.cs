using System.Text;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Bundles;

/// <summary>Every kind of bad input: an error that names file, line and column, and nothing finalized.</summary>
public sealed class BundleFaultTests(MigratedDatabase shared) : IClassFixture<MigratedDatabase>
{
    private const string Terms = "terms.csv";
    private const string Json = "terms.ndjson";
    private const string TooLong = "expected a number that prints at most 1,000 characters without an exponent";

    [Theory]
    [InlineData("id,term\n1,a\n2\n", "terms.csv, line 3: expected 2 fields, found 1")]
    [InlineData("id,term\n1,a,b\n", "terms.csv, line 2: expected 2 fields, found 3")]
    [InlineData("id,term\n1,a\n\n", "terms.csv, line 3: expected 2 fields, found 1")]
    [InlineData("id,term\n1,a\"b\n", "terms.csv, line 2: expected CSV as of RFC 4180")]
    [InlineData("id,term\n1,\"a\"b\n", "terms.csv, line 2: expected CSV as of RFC 4180")]
    [InlineData("id,term\n1,\"two\nlines\"\n2,\"never closed\n3,b\n", "terms.csv, line 4: expected CSV as of RFC 4180")]
    [InlineData("id,term\n1,\"ends with a doubled quote\"\"", "terms.csv, line 2: expected CSV as of RFC 4180")]
    [InlineData("id,term,extra\n1,a,b\n", "terms.csv, line 1: expected columns of terms (id, term), found 'extra'")]
    [InlineData("ID,term\n1,a\n", "terms.csv, line 1: expected columns of terms (id, term), found 'ID'")]
    [InlineData("id\n1\n", "terms.csv, line 1: expected the required columns term in the header")]
    [InlineData("id,term,term\n1,a,b\n", "terms.csv, line 1, column term: expected each column once in the header")]
    [InlineData("", "terms.csv, line 1: expected a header line")]
    [InlineData(
        "id,term\nx,a\n", "terms.csv, line 2, column id: expected a whole number from -2147483648 to 2147483647, found 'x'")]
    [InlineData("id,term\n1.0,a\n", "terms.csv, line 2, column id: expected a whole number")]
    [InlineData("id,term\n+1,a\n", "terms.csv, line 2, column id: expected a whole number")]
    [InlineData("id,term\n 1,a\n", "terms.csv, line 2, column id: expected a whole number")]
    [InlineData("id,term\nNaN,a\n", "terms.csv, line 2, column id: expected a whole number")]
    [InlineData(
        "id,term\n\"\",a\n",
        "terms.csv, line 2, column id: expected a whole number from -2147483648 to 2147483647, found nothing")]
    [InlineData("id,term\n0,a\n", "terms.csv, line 2, column id: expected a number of terms from 1 to 2147483647, found 0")]
    [InlineData("id,term\n2147483648,a\n", "terms.csv, line 2, column id: expected a number of terms from 1 to 2147483647")]
    [InlineData("id,term\n99999999999999999999,a\n", "terms.csv, line 2, column id: expected a whole number")]
    [InlineData("id,term\n1,a\0b\n", "terms.csv, line 2, column term: expected text without NUL, found one at byte 2")]
    public async Task A_bad_csv_file_is_refused_with_line_and_column(string text, string expected) =>
        await IsRefusedAsync(b => b.Add(Terms, text), expected);

    [Theory]
    [InlineData("{\"id\":1,\"term\":\"a\"}\n{\"id\":2,\"te", "terms.ndjson, line 2: expected JSON, but at byte")]
    [InlineData(
        "{\"id\":1,\"term\":\"a\"}\n\n{\"id\":2,\"term\":\"b\"}\n",
        "terms.ndjson, line 2: expected a JSON object, found a blank line")]
    [InlineData("[1]\n", "terms.ndjson, line 1: expected a JSON object, found an array")]
    [InlineData("{\"id\":1,\"term\":\"a\"} {}\n", "terms.ndjson, line 1: expected JSON, but at byte")]
    [InlineData("{\"id\":1,\"term\":\"a\",\"id\":2}\n", "terms.ndjson, line 1, column id: expected each member once")]
    [InlineData("{\"id\":1,\"word\":\"a\"}\n", "terms.ndjson, line 1: expected members of terms (id, term), found 'word'")]
    [InlineData(
        "{\"table\":\"terms\",\"id\":1,\"term\":\"a\"}\n",
        "terms.ndjson, line 1: expected members of terms (id, term), found 'table'")]
    [InlineData("{\"id\":\"1\",\"term\":\"a\"}\n", "terms.ndjson, line 1, column id: expected a whole number")]
    [InlineData("{\"id\":1.0,\"term\":\"a\"}\n", "terms.ndjson, line 1, column id: expected a whole number")]
    [InlineData("{\"id\":1e400,\"term\":\"a\"}\n", "terms.ndjson, line 1, column id: expected a whole number")]
    [InlineData("{\"id\":1e2,\"term\":\"a\"}\n", "terms.ndjson, line 1, column id: expected a whole number")]
    [InlineData(
        "{\"id\":2147483648,\"term\":\"a\"}\n",
        "terms.ndjson, line 1, column id: expected a number of terms from 1 to 2147483647")]
    [InlineData("{\"id\":true,\"term\":\"a\"}\n", "terms.ndjson, line 1, column id: expected a whole number")]
    [InlineData("{\"id\":1,\"term\":5}\n", "terms.ndjson, line 1, column term: expected a string, found '5'")]
    [InlineData("{\"id\":1,\"term\":{\"a\":1}}\n", "terms.ndjson, line 1, column term: expected a string, found '{\"a\":1}'")]
    [InlineData("{\"id\":1,\"term\":\"a\\u0000\"}\n", "terms.ndjson, line 1, column term: expected text without NUL")]
    [InlineData(
        "{\"id\":1,\"term\":\"\\ud800\"}\n", "terms.ndjson, line 1, column term: expected surrogates in pairs, found a lone one")]
    [InlineData(
        "{\"id\":1,\"term\":\"a\\udc00\"}\n",
        "terms.ndjson, line 1, column term: expected surrogates in pairs, found a lone one")]
    [InlineData("{\"id\":NaN,\"term\":\"a\"}\n", "terms.ndjson, line 1: expected JSON, but at byte")]
    [InlineData("{'id':1}\n", "terms.ndjson, line 1: expected JSON, but at byte 2")]
    public async Task A_bad_ndjson_file_is_refused_with_line_and_column(string text, string expected) =>
        await IsRefusedAsync(b => b.Add(Json, text), expected);

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}", "expected each key once, found 'a'")]
    [InlineData("{\"a\":[{\"b\":1,\"b\":2}]}", "expected each key once, found 'b'")]
    [InlineData("{\"a\":\"\\u0000\"}", "expected text without NUL")]
    [InlineData("{\"\\u0000\":1}", "expected text without NUL")]
    [InlineData("{\"a\":\"\\udfff\"}", "expected surrogates in pairs")]
    [InlineData("{\"a\":1e131071}", TooLong + ", found '1e131071'")]
    [InlineData("{\"a\":[1,{\"b\":-1e1000}]}", TooLong)]
    [InlineData("{\"a\":1e1000}", TooLong)]
    [InlineData("{\"a\":1e-999}", TooLong)]
    [InlineData("{\"a\":0e-16383}", TooLong)]
    [InlineData("{\"a\":1e99999999999999999999}", TooLong)]
    public async Task Metadata_that_jsonb_cannot_hold_is_refused_in_both_forms(string metadata, string expected)
    {
        await IsRefusedAsync(
            b => b.Add("packages.ndjson", $"{{\"id\":1,\"ecosystem\":\"hex\",\"name\":\"p\",\"metadata\":{metadata}}}\n"),
            $"packages.ndjson, line 1, column metadata: {expected}");
        await IsRefusedAsync(
            b => b.Add("packages.csv", $"id,ecosystem,name,metadata\n1,hex,p,\"{metadata.Replace("\"", "\"\"")}\"\n"),
            $"packages.csv, line 2, column metadata: {expected}");
    }

    [Fact]
    public async Task Metadata_that_is_small_to_store_and_huge_to_print_is_refused()
    {
        foreach (var metadata in new[]
        {
            "[" + string.Join(",", Enumerable.Repeat("1e998", 40_000)) + "]", "[\"" + new string('x', 6_000_000) + "\"]",
            "[" + string.Join(",", Enumerable.Repeat("{}", 1_500_000)) + "]",
        })
        {
            await IsRefusedAsync(
                b => b.Add("packages.ndjson", $"{{\"id\":1,\"ecosystem\":\"hex\",\"name\":\"p\",\"metadata\":{metadata}}}\n"),
                "packages.ndjson, line 1, column metadata: expected JSON that prints at most 32 MiB");
        }
    }

    [Theory]
    [InlineData("comments.csv", "file_id,text\n1,a\n1,", "", "comments.csv, line 3, column text")]
    [InlineData("fragments.ndjson", "{\"id\":1,\"ast\":\"\\\\x", "\"}", "fragments.ndjson, line 1, column ast")]
    public async Task A_row_that_prints_more_than_128_MiB_is_refused(string file, string before, string after, string place) =>
        await IsRefusedAsync(b => b.Add(file, before + new string('0', 140_000_000) + after),
            $"{place}: the row prints more than 128 MiB");

    [Theory]
    [InlineData("packages.csv", "root:x:0:0\nsecret:y\n", "expected columns of packages (id, ecosystem, name, metadata), found no name of any")]
    [InlineData("packages.ndjson", "{\"secret\":\"root\"}\n", "expected members of packages (id, ecosystem, name, metadata), found another")]
    [InlineData("packages.ndjson", "\"root secret\"\n", "expected a JSON object, found a string")]
    [InlineData("packages.ndjson", "root:x:0:0:secret\n", "expected JSON, but at byte 1: this is an invalid start of a value.")]
    [InlineData("packages.ndjson", "nsecret=root\n", "expected JSON, but at byte 2: this is an invalid JSON literal. Expected the literal 'null'.")]
    [InlineData("packages.ndjson", "troot'is'secret\n", "expected JSON, but at byte 3: this is an invalid JSON literal. Expected the literal 'true'.")]
    [InlineData("packages.ndjson", "07secret\n", "expected JSON, but at byte 2: Invalid leading zero.")]
    public async Task Nothing_is_repeated_of_a_file_that_is_no_bundle(string file, string text, string expected)
    {
        var error = await IsRefusedAsync(b => b.Add(file, text), expected);
        Assert.DoesNotContain("root", error);
        Assert.DoesNotContain("secret", error);
    }

    [Fact]
    public async Task Nesting_beyond_the_limit_is_refused()
    {
        var deep = new string('[', 300) + new string(']', 300);
        await IsRefusedAsync(
            b => b.Add("packages.ndjson", $"{{\"id\":1,\"ecosystem\":\"hex\",\"name\":\"p\",\"metadata\":{deep}}}\n"),
            "packages.ndjson, line 1: expected JSON, but at byte");
    }

    [Theory]
    [InlineData(
        "files.csv", "id,path,source,sha256\n1,a,b,abcd\n",
        "column sha256: expected \\x and an even number of hexadecimal digits, found 'abcd'")]
    [InlineData("files.csv", "id,path,source,sha256\n1,a,b,\\xabc\n", "column sha256: expected \\x and an even number")]
    [InlineData("files.csv", "id,path,source,sha256\n1,a,b,\\xzz\n", "column sha256: expected \\x and an even number")]
    [InlineData("files.ndjson", "{\"id\":1,\"sha256\":\"zz\"}\n", "column sha256: expected \\x and an even number")]
    [InlineData("files.ndjson", "{\"id\":1,\"sha256\":7}\n", "column sha256: expected a string of \\x and an even number")]
    [InlineData(
        "fragments.ndjson", "{\"id\":1,\"sub_hashes\":\"{1}\"}\n", "column sub_hashes: expected an array of whole numbers")]
    [InlineData("fragments.ndjson", "{\"id\":1,\"sub_hashes\":[1.5]}\n", "column sub_hashes: expected a whole number")]
    [InlineData("fragments.ndjson", "{\"id\":1,\"sub_hashes\":[null]}\n", "column sub_hashes: expected a whole number")]
    [InlineData(
        "fragments.csv", "id,file_id,ast,kind,line,mass,sub_hashes\n1,1,\\x00,k,1,1,\"[1]\"\n",
        "column sub_hashes: expected whole numbers as {1,2,3}")]
    [InlineData(
        "fragments.csv", "id,file_id,ast,kind,line,mass,sub_hashes\n1,1,\\x00,k,1,1,\"{1,}\"\n",
        "column sub_hashes: expected a whole number")]
    [InlineData(
        "fragments.csv", "id,file_id,ast,kind,line,mass\n1,1,\\x00,k,2147483648,1\n",
        "column line: expected a whole number from -2147483648 to 2147483647")]
    [InlineData(
        "fragments.csv", "id,file_id,ast,kind,line,mass\n1,1099511627776,\\x00,k,1,1\n",
        "column file_id: expected a number of files from 1 to 1099511627775")]
    [InlineData("fragments.ndjson", "{\"id\":1,\"sub_hashes\":[\"1\"]}\n", "column sub_hashes: expected a whole number")]
    [InlineData("fragment_term_sets.ndjson", "{\"fragment_id\":1,\"term_ids\":7}\n", "column term_ids: expected an array of whole numbers")]
    [InlineData("fragment_term_sets.ndjson", "{\"term_ids\":[1,null]}\n", "column term_ids: expected a whole number")]
    [InlineData("fragment_term_sets.ndjson", "{\"term_ids\":[1,0]}\n", "column term_ids: expected a number of terms from 1 to 2147483647, found 0")]
    [InlineData(
        "fragment_term_sets.csv", "fragment_id,term_ids\n1,\"{1,2147483648}\"\n",
        "column term_ids: expected a number of terms from 1 to 2147483647, found 2147483648")]
    [InlineData("fragment_term_sets.csv", "fragment_id,term_ids\n1,7\n", "column term_ids: expected whole numbers as {1,2,3}")]
    [InlineData("fragment_term_sets.csv", "term_ids,fragment_id\n{1},0\n", "column fragment_id: expected a number of fragments from 1")]
    [InlineData("comments.csv", "file_id,text\n-1,x\n", "column file_id: expected a number of files from 1")]
    public async Task A_value_of_the_wrong_type_is_refused(string file, string text, string expected) =>
        await IsRefusedAsync(b => b.Add(file, text), expected);

    [Theory]
    [InlineData("term.csv", "expected the name of a table before .csv")]
    [InlineData("loads.ndjson", "expected the name of a table before .ndjson")]
    [InlineData("TERMS.CSV", "expected the name of a table before .csv")]
    [InlineData("x.csv.gz", "expected the name of a table before .csv.gz")]
    public async Task A_file_that_looks_like_a_table_but_is_none_is_refused(string file, string expected) =>
        await IsRefusedAsync(b => b.Add(Terms, "id,term\n").Add(file, "id,term\n"), expected, begins: false);

    [Fact]
    public async Task Two_files_of_one_table_are_refused() => await IsRefusedAsync(
        b => b.Add(Terms, "id,term\n").Add(Json, ""), "expected one file per table", begins: false);

    [Fact]
    public async Task A_directory_without_tables_is_refused() => await IsRefusedAsync(
        b => b.Add("README", "nothing"), "expected files such as packages.csv", begins: false);

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_refused()
    {
        await IsRefusedAsync(b => b.AddRaw(Terms, [.. "id,term\n1,ab"u8, 0xFF, .. "\n"u8]),
            "terms.csv, line 2, column term: expected UTF-8, found another byte at position 3");
        await IsRefusedAsync(b => b.AddRaw(Json, [.. "{\"id\":1,\"term\":\""u8, 0xC3, .. "\"}\n"u8]),
            "terms.ndjson, line 1: expected UTF-8, found another byte at position 17");
        await IsRefusedAsync(b => b.AddRaw(Json, [.. "{\"id\":1,\"term\":\""u8, 0xED, 0xA0, 0x80, .. "\"}\n"u8]),
            "terms.ndjson, line 1: expected UTF-8");
    }

    [Fact]
    public async Task Utf16_is_refused() => await IsRefusedAsync(
        b => b.AddRaw(Terms, [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("id,term\n1,a\n")]),
        "terms.csv, line 1: expected UTF-8, found another encoding");

    [Fact]
    public async Task A_line_beyond_the_limit_is_refused()
    {
        var longText = new string('x', 300_000);
        await IsRefusedAsync(b => b.Add(Terms, $"id,term\n1,{longText}\n"), "terms.csv", limit: "100KB");
        await IsRefusedAsync(b => b.Add(Json, $"{{\"id\":1,\"term\":\"{longText}\"}}\n"),
            "terms.ndjson, line 1: expected lines of at most 102,400 bytes", limit: "100KB");
    }

    [Theory]
    [InlineData(
        "{\"table\":\"terms\",\"id\":1,\"term\":\"a\"}\n{\"table\":\"words\",\"id\":1}\n",
        "standard input, line 2, column table: expected a table (packages")]
    [InlineData(
        "{\"id\":1,\"term\":\"a\"}\n", "standard input, line 1: expected an object whose member \"table\" names its table")]
    [InlineData(
        "{\"table\":\"terms\",\"id\":1,\"table\":\"terms\"}\n",
        "standard input, line 1, column table: expected each member once")]
    [InlineData("5\n", "standard input, line 1: expected an object whose member")]
    [InlineData("{\"table\":\"terms\",\"id\":1,\"term\":\"a\"", "standard input, line 1: expected JSON, but at byte")]
    public async Task A_bad_stream_is_refused_with_its_line(string input, string expected)
    {
        var run = await CliRun.RunAsync(shared.Database, ["load", "-"], input);
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains(expected, run.Error);
    }

    private async Task<string> IsRefusedAsync(
        Func<BundleDirectory, BundleDirectory> fill, string expected, bool begins = true, string limit = "256MB")
    {
        using var bundle = fill(new BundleDirectory());
        var label = Guid.NewGuid().ToString();
        var run = await CliRun.RunAsync(shared.Database, ["load", bundle.Path, "--label", label, "--longest-line", limit]);
        Assert.Contains(expected, run.Error);
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.DoesNotContain("   at ", run.Error);
        var states = await shared.Database.ColumnAsync<string>($"SELECT state FROM exograph.loads WHERE label = '{label}'");
        Assert.Equal(begins ? ["abandoned"] : [], states);
        return run.Error;
    }
}

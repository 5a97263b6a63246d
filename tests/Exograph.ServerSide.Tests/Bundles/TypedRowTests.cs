using System.Text.Json;
using System.Text.Json.Nodes;
using Exograph.ServerSide.Bundles;
using Exograph.ServerSide.Tests.Driver;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Bundles;

/// <summary>Bundles read as rows by whoever has another use for them than loading.</summary>
public sealed class TypedRowTests
{
    [Fact]
    public async Task Every_column_of_every_table_is_read_as_it_was_written()
    {
        using var bundle = new BundleDirectory();
        Write(bundle, SampleRows.Packages);
        Write(bundle, SampleRows.Versions);
        Write(bundle, SampleRows.Files);
        bundle.Add("terms.csv.gz", $"id,term\n1,t\n{int.MaxValue},\"\"\n");
        Write(bundle, SampleRows.Fragments);
        Write(bundle, SampleRows.Nodes);
        Write(bundle, SampleRows.Comments);
        Write(bundle, SampleRows.Definitions);
        Write(bundle, SampleRows.References);
        Write(bundle, SampleRows.Edges);
        Write(bundle, SampleRows.FragmentTerms);
        Write(bundle, SampleRows.FragmentTermSets);
        var read = Bundle.Open(bundle.Path);

        await AssertReadAsync(read, SampleRows.Packages);
        await AssertReadAsync(read, SampleRows.Versions);
        await AssertReadAsync(read, SampleRows.Files);
        await AssertReadAsync(read, SampleRows.Terms);
        await AssertReadAsync(read, SampleRows.Fragments);
        await AssertReadAsync(read, SampleRows.Nodes);
        await AssertReadAsync(read, SampleRows.Comments);
        await AssertReadAsync(read, SampleRows.Definitions);
        await AssertReadAsync(read, SampleRows.References);
        await AssertReadAsync(read, SampleRows.Edges);
        await AssertReadAsync(read, SampleRows.FragmentTerms);
        await AssertReadAsync(read, SampleRows.FragmentTermSets);
    }

    [Fact]
    public async Task A_table_without_a_file_has_no_rows_and_a_reader_that_stops_early_leaves_nothing_open()
    {
        using var bundle = new BundleDirectory().Add("terms.csv", "id,term\n" + string.Concat(Enumerable.Range(1, 9999).Select(i => $"{i},t{i}\n")));
        var read = Bundle.Open(bundle.Path);

        Assert.Empty(await read.ReadAsync<FileRow>().ToListAsync());
        Assert.Equal("t2", (await read.ReadAsync<TermRow>().Skip(1).FirstAsync()).Term);
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var row in read.ReadAsync<TermRow>(cancellationToken: cancellation.Token))
                await cancellation.CancelAsync();
        });
    }

    [Fact]
    public async Task A_row_that_lacks_a_value_is_told_by_line_and_column_and_other_faults_as_when_loading()
    {
        using var bundle = new BundleDirectory().Add("terms.csv", "id,term\n1,a\n2,\n").Add("comments.csv", "file_id,text\nx,a\n")
            .Add("packages.csv", "id,ecosystem,name\n1,hex,p\n").Add("manifest.json", """{"rows":{"packages":2,"terms":2,"comments":1}}""");
        var read = Bundle.Open(bundle.Path);

        var lacking = await Assert.ThrowsAsync<BundleException>(async () => await read.ReadAsync<TermRow>().ToListAsync());
        Assert.Equal((3, "term"), (lacking.Line, lacking.Column));
        Assert.EndsWith("terms.csv, line 3, column term: expected a value, found none", lacking.Message);
        var bad = await Assert.ThrowsAsync<BundleException>(async () => await read.ReadAsync<CommentRow>().ToListAsync());
        Assert.Equal((2, "file_id"), (bad.Line, bad.Column));
        var cut = await Assert.ThrowsAsync<BundleException>(async () => await read.ReadAsync<PackageRow>().ToListAsync());
        Assert.EndsWith("packages.csv: expected 2 rows, as manifest.json counts them, found 1", cut.Message);
        Assert.Throws<InvalidOperationException>(() => Bundle.FromStream(Stream.Null, "-").ReadAsync<TermRow>());
    }

    private static async Task AssertReadAsync<TRow>(Bundle bundle, TRow[] rows) where TRow : StagedRow =>
        Assert.Equal(rows.Select(Line), (await bundle.ReadAsync<TRow>().ToListAsync()).Select(Line));

    private static void Write<TRow>(BundleDirectory bundle, TRow[] rows) where TRow : StagedRow =>
        bundle.Add(StagedTable.For<TRow>().Name + ".ndjson", string.Concat(rows.Select(row => Line(row) + "\n")));

    /// <summary>The row as NDJSON, JSON that it lacks as the empty object.</summary>
    private static string Line(StagedRow row) => JsonSerializer.Serialize(row.GetType().GetProperties().ToDictionary(
        p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name),
        p => p.GetValue(row) switch
        {
            var json when p.Name == "Metadata" => JsonNode.Parse((string?)json ?? "{}"),
            ReadOnlyMemory<byte> bytes => @"\x" + Convert.ToHexStringLower(bytes.Span),
            ReadOnlyMemory<long> longs => longs.ToArray(),
            ReadOnlyMemory<int> ints => ints.ToArray(),
            var value => value,
        }));
}

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Exograph.ServerSide.Bundles;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Bundles;

public sealed class GzipTests
{
    /// <summary>Compressible, stored as it is, and empty: each ends differently.</summary>
    public static TheoryData<byte[]> Contents => new()
    {
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},term {i}\n"))),
        RandomNumberGenerator.GetBytes(150_000),
        new byte[] { 7 },
        Array.Empty<byte>(),
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task Intact_members_are_read_one_after_the_other(byte[] content)
    {
        var gzip = BundleDirectory.Gzip(content);
        Assert.Equal(content, await ReadAsync(gzip));
        byte[] thrice = [.. content, .. content, .. content];
        Assert.Equal(thrice, await ReadAsync([.. gzip, .. gzip, .. gzip]));
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task A_cut_at_any_place_is_found(byte[] content)
    {
        var gzip = BundleDirectory.Gzip(content);
        var places = Enumerable.Range(1, 99).Select(percent => gzip.Length * percent / 100)
            .Concat(Enumerable.Range(1, 20))
            .Concat(Enumerable.Range(1, 40).Select(back => gzip.Length - back))
            .Where(place => place > 0 && place < gzip.Length).Distinct();
        foreach (var place in places)
            await IsDamagedAsync(gzip[..place], $"cut at {place} of {gzip.Length}");
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task A_cut_in_a_later_member_is_found(byte[] content)
    {
        var gzip = BundleDirectory.Gzip(content);
        foreach (var kept in new[] { 1, 2, 3, 9, 10, 11, gzip.Length / 2, gzip.Length - 8, gzip.Length - 1 })
            await IsDamagedAsync([.. gzip, .. gzip[..kept]], $"second member cut at {kept}");
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task A_flipped_bit_in_checksum_or_size_is_found(byte[] content)
    {
        var gzip = BundleDirectory.Gzip(content);
        for (var back = 1; back <= 8; back++)
        {
            var flipped = gzip.ToArray();
            flipped[^back] ^= 0x10;
            await IsDamagedAsync(flipped, $"bit flipped {back} bytes before the end");
        }
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0x1F })]
    [InlineData(new byte[] { 0x1F, 0x8B })]
    [InlineData(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 })]
    public async Task Bytes_behind_the_last_member_are_found(byte[] garbage) =>
        await IsDamagedAsync([.. BundleDirectory.Gzip("id,term\n"u8.ToArray()), .. garbage], "garbage at the end");

    [Fact]
    public async Task Data_that_are_no_gzip_are_found() => await IsDamagedAsync("id,term\n1,a\n"u8.ToArray(), "plain text");

    [Fact]
    public async Task A_bomb_is_read_in_small_memory()
    {
        var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var i = 0; i < 200; i++)
                await gzip.WriteAsync(new byte[1 << 20]);
        }
        bomb.Position = 0;
        await using var stream = new CheckedGzipStream(bomb, "bomb.csv.gz");
        var lines = new LineReader(stream, "bomb.csv.gz", longestLine: 1 << 20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = await Assert.ThrowsAsync<BundleException>(async () => await lines.ReadAsync(default));
        Assert.Contains("expected lines of at most 1,048,576 bytes", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public async Task An_empty_file_is_no_gzip()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddRaw("terms.ndjson.gz", []);
        var run = await CliRun.RunAsync(database, ["load", bundle.Path]);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("terms.ndjson.gz: expected gzip data, found an empty file", run.Error);
    }

    private static async Task IsDamagedAsync(byte[] gzip, string what)
    {
        try
        {
            await ReadAsync(gzip);
        }
        catch (BundleException e)
        {
            Assert.StartsWith("terms.csv.gz: expected intact gzip data", e.Message);
            return;
        }
        Assert.Fail($"not found: {what}");
    }

    private static async Task<byte[]> ReadAsync(byte[] gzip)
    {
        await using var stream = new CheckedGzipStream(new MemoryStream(gzip), "terms.csv.gz");
        var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }
}

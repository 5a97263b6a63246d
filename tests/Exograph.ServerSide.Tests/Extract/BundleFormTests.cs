using System.IO.Compression;
using Exograph.Extract.CSharp;
using Xunit;

namespace Exograph.ServerSide.Tests.Extract;

public class BundleFormTests
{
    private static SourceFolder Sample() => new SourceFolder()
        .With("a/A.csproj", "<Project/>")
        .With("a/One.cs", "namespace N; class One { /* \"quoted\" é */ public int F(int x) => G(x) + 1; int G(int x) => x; }")
        .With("a/Two.cs", "namespace N; public class Two : One { void H() { F(1); System.Console.WriteLine(\"\\\\ \u2028\"); } }")
        .With("loose.cs", "class Loose { }");

    [Fact]
    public async Task Two_runs_give_the_same_bytes()
    {
        using var folder = Sample();
        for (var i = 0; i < 40; i++)
            folder.With($"a/More{i}.cs", $"namespace N{i % 3}; class More{i} {{ int F{i}() => More{i + 1}.F{i + 1}(); }}");

        var first = await folder.ExtractBytesAsync(o => o with { Parallelism = 1 });
        var second = await folder.ExtractBytesAsync(o => o with { Parallelism = 4 });

        Assert.NotEmpty(first);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task The_directory_form_holds_the_same_rows_as_the_stream()
    {
        using var folder = Sample();
        await using (var sink = BundleSink.ToDirectory(folder.Bundle))
            await CSharpExtractor.ExtractAsync(new ExtractOptions { Directory = folder.Sources }, sink);

        var directory = ExtractedBundle.OfDirectory(folder.Bundle);
        var stream = await folder.ExtractAsync(o => o);

        Assert.Equal(11, Directory.EnumerateFiles(folder.Bundle, "*.ndjson").Count());
        Assert.Equal(stream.Rows(), directory.Rows());
        directory.AssertSound();
    }

    [Fact]
    public async Task Compressed_files_hold_what_plain_ones_hold()
    {
        using var folder = Sample();
        var options = new ExtractOptions { Directory = folder.Sources };
        await using (var plain = BundleSink.ToDirectory(folder.Bundle))
            await CSharpExtractor.ExtractAsync(options, plain);
        await using (var gzip = BundleSink.ToDirectory(folder.Bundle + "-gz", gzip: true))
            await CSharpExtractor.ExtractAsync(options, gzip);

        foreach (var file in Directory.EnumerateFiles(folder.Bundle, "*.ndjson"))
        {
            await using var packed = File.OpenRead(Path.Combine(folder.Bundle + "-gz", Path.GetFileName(file) + ".gz"));
            using var unpacked = new MemoryStream();
            await new GZipStream(packed, CompressionMode.Decompress).CopyToAsync(unpacked);
            Assert.Equal(await File.ReadAllBytesAsync(file), unpacked.ToArray());
        }
    }

    [Fact]
    public async Task The_summary_counts_the_rows()
    {
        using var folder = Sample();
        using var stream = new MemoryStream();
        await using var sink = BundleSink.ToStream(stream);

        var summary = await CSharpExtractor.ExtractAsync(new ExtractOptions { Directory = folder.Sources }, sink);

        var bundle = ExtractedBundle.OfStream(stream.ToArray());
        Assert.Equal(11, summary.Rows.Count);
        Assert.All(summary.Rows, table => Assert.Equal(bundle[table.Key].Count, table.Value));
        Assert.Equal(3, summary.Rows["files"]);
    }

    [Fact]
    public void A_directory_with_files_in_it_is_refused()
    {
        using var folder = new SourceFolder();
        Directory.CreateDirectory(folder.Bundle);
        File.WriteAllText(Path.Combine(folder.Bundle, "mine.txt"), "");

        Assert.Throws<ExtractException>(() => BundleSink.ToDirectory(folder.Bundle));
        Assert.Single(Directory.EnumerateFileSystemEntries(folder.Bundle));
    }

    [Fact]
    public async Task Force_replaces_the_bundle_and_leaves_other_files()
    {
        using var folder = Sample();
        Directory.CreateDirectory(folder.Bundle);
        File.WriteAllText(Path.Combine(folder.Bundle, "mine.txt"), "kept");
        File.WriteAllText(Path.Combine(folder.Bundle, "terms.csv.gz"), "an older bundle");

        await using (var sink = BundleSink.ToDirectory(folder.Bundle, force: true))
            await CSharpExtractor.ExtractAsync(new ExtractOptions { Directory = folder.Sources }, sink);

        Assert.Equal("kept", File.ReadAllText(Path.Combine(folder.Bundle, "mine.txt")));
        Assert.False(File.Exists(Path.Combine(folder.Bundle, "terms.csv.gz")));
        Assert.Equal(13, Directory.EnumerateFileSystemEntries(folder.Bundle).Count());
    }

    [Fact]
    public async Task Links_with_the_names_of_unfinished_files_are_replaced_not_followed()
    {
        using var folder = Sample().With("precious.txt", "kept");
        Directory.CreateDirectory(folder.Bundle);
        var precious = Path.Combine(folder.Sources, "precious.txt");
        foreach (var name in (string[])["files.ndjson.partial", "manifest.json.partial", "terms.ndjson", "manifest.json"])
            File.CreateSymbolicLink(Path.Combine(folder.Bundle, name), precious);

        await using (var sink = BundleSink.ToDirectory(folder.Bundle, force: true))
            await CSharpExtractor.ExtractAsync(new ExtractOptions { Directory = folder.Sources }, sink);

        Assert.Equal("kept", File.ReadAllText(precious));
        ExtractedBundle.OfDirectory(folder.Bundle).AssertSound();
    }

    [Fact]
    public void A_directory_in_which_a_file_cannot_be_made_keeps_none()
    {
        using var folder = new SourceFolder();
        Directory.CreateDirectory(Path.Combine(folder.Bundle, "comments.ndjson.partial"));

        Assert.Throws<ExtractException>(() => BundleSink.ToDirectory(folder.Bundle, force: true));

        Assert.Equal("comments.ndjson.partial", Path.GetFileName(Assert.Single(Directory.EnumerateFileSystemEntries(folder.Bundle))));
    }

    [Fact]
    public async Task A_bundle_that_is_not_finished_has_no_manifest()
    {
        using var folder = Sample();
        await using (var sink = BundleSink.ToDirectory(folder.Bundle))
        {
            Assert.Equal(11, Directory.EnumerateFiles(folder.Bundle, "*.partial").Count());
            await CSharpExtractor.ExtractAsync(new ExtractOptions { Directory = folder.Sources }, sink);
        }

        Assert.True(File.Exists(Path.Combine(folder.Bundle, "manifest.json")));
        Assert.Empty(Directory.EnumerateFiles(folder.Bundle, "*.partial"));
    }

    [Fact]
    public async Task A_cancelled_run_leaves_no_directory()
    {
        using var folder = Sample();
        using var cancellation = new CancellationTokenSource();
        var progress = new CancelsAtOnce(cancellation);

        await using (var sink = BundleSink.ToDirectory(folder.Bundle))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CSharpExtractor.ExtractAsync(
                new ExtractOptions { Directory = folder.Sources }, sink, progress, cancellation.Token));

        Assert.False(Directory.Exists(folder.Bundle));
    }

    [Fact]
    public async Task A_failed_run_leaves_an_older_bundle_as_it_was()
    {
        using var folder = Sample();
        var options = new ExtractOptions { Directory = folder.Sources };
        await using (var sink = BundleSink.ToDirectory(folder.Bundle))
            await CSharpExtractor.ExtractAsync(options, sink);
        var before = ExtractedBundle.OfDirectory(folder.Bundle).Rows().ToList();

        await using (var sink = BundleSink.ToDirectory(folder.Bundle, force: true))
            await Assert.ThrowsAsync<ExtractException>(() => CSharpExtractor.ExtractAsync(options with { MinMass = 0 }, sink));

        Assert.Equal(before, ExtractedBundle.OfDirectory(folder.Bundle).Rows());
        Assert.Equal(12, Directory.EnumerateFileSystemEntries(folder.Bundle).Count());
    }

    [Fact]
    public async Task A_file_that_changes_between_the_passes_fails_the_run()
    {
        using var folder = new SourceFolder();
        for (var i = 0; i < 9; i++)
            folder.With($"File{i}.cs", "class A { }");
        // Told of after the first file, when the last one is not yet read ahead.
        var progress = new Changes(() => folder.With("File8.cs", "class A { void New() { } }"));

        await using var sink = BundleSink.ToStream(Stream.Null);
        var failure = await Assert.ThrowsAsync<ExtractException>(() => CSharpExtractor.ExtractAsync(
            new ExtractOptions { Directory = folder.Sources, Parallelism = 1, Bind = false }, sink, progress));

        Assert.Contains("File8.cs changed", failure.Message, StringComparison.Ordinal);
    }

    private sealed class CancelsAtOnce(CancellationTokenSource cancellation) : IProgress<ExtractProgress>
    {
        public void Report(ExtractProgress value) => cancellation.Cancel();
    }

    private sealed class Changes(Action change) : IProgress<ExtractProgress>
    {
        public void Report(ExtractProgress value) => change();
    }
}

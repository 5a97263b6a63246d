using System.Diagnostics;
using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Bundles;

/// <summary>A bundle that its producer did not finish is not loaded, wherever it ends.</summary>
public sealed class WholeBundleTests(MigratedDatabase shared) : IClassFixture<MigratedDatabase>
{
    private const string Term = "{\"table\":\"terms\",\"id\":1,\"term\":\"a\"}\n";
    private const string End = "{\"table\":\"end\",\"rows\":{\"terms\":1}}\n";

    [Theory]
    [InlineData("", "standard input: expected rows and an end record such as {")]
    [InlineData("\n", "standard input, line 1: expected an end record such as {")]
    [InlineData(Term, "standard input, line 1: expected an end record such as {")]
    [InlineData(Term + Term + End, "standard input, line 3: expected 1 rows of terms, as the end record counts them, found 2")]
    [InlineData(End, "standard input, line 1: expected 1 rows of terms, as the end record counts them, found 0")]
    [InlineData(
        Term + "{\"table\":\"end\",\"rows\":{\"terms\":1,\"files\":2}}",
        "standard input, line 2: expected 2 rows of files, as the end record counts them, found 0")]
    [InlineData(Term + "{\"table\":\"end\",\"rows\":{}}\n", "expected 0 rows of terms, as the end record counts them, found 1")]
    [InlineData(Term + End + Term, "standard input, line 3: expected nothing behind the end record, found a further line")]
    [InlineData(Term + End + End, "standard input, line 3: expected nothing behind the end record, found a further line")]
    [InlineData(Term + "{\"table\":\"end\"}\n", "line 2: expected an end record such as {")]
    [InlineData(Term + "{\"table\":\"end\",\"terms\":1}\n", "line 2: expected an end record such as {")]
    [InlineData(Term + "{\"table\":\"end\",\"rows\":1}\n", "line 2, column rows: expected an object of tables")]
    [InlineData(Term + "{\"table\":\"end\",\"rows\":{\"word\":1}}\n", "line 2, column rows: expected tables (packages, ")]
    [InlineData(Term + "{\"table\":\"end\",\"rows\":{\"terms\":-1}}\n", "column rows: expected the number of rows of terms")]
    [InlineData(Term + "{\"table\":\"end\",\"rows\":{\"terms\":1.5}}\n", "column rows: expected the number of rows of terms")]
    [InlineData(Term + "{\"table\":\"end\",\"rows\":{\"terms\":\"1\"}}\n", "column rows: expected the number of rows of terms")]
    [InlineData(Term + "{\"table\":\"end\",\"rows\":{\"terms\":1,\"terms\":1}}\n", "column rows: expected each table once")]
    public async Task A_stream_without_an_end_record_that_counts_its_rows_is_refused(string input, string expected)
    {
        var label = Guid.NewGuid().ToString();
        var run = await CliRun.RunAsync(shared.Database, ["load", "-", "--complete", "all", "--label", label], input);
        Assert.Contains(expected, run.Error);
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Equal(["abandoned"],
            await shared.Database.ColumnAsync<string>($"SELECT state FROM exograph.loads WHERE label = '{label}'"));
    }

    [Fact]
    public async Task A_stream_that_is_cut_off_at_any_byte_is_refused()
    {
        var whole = Term + "{\"rows\":{\"terms\":1},\"table\":\"end\"}";
        for (var length = 0; length < whole.Length; length++)
        {
            var run = await CliRun.RunAsync(shared.Database, ["load", "-"], whole[..length]);
            Assert.Equal((length, 3), (length, run.ExitCode));
        }
        Assert.Equal(0, (await CliRun.RunAsync(shared.Database, ["load", "-"], whole)).ExitCode);
    }

    [Fact]
    public async Task A_stream_may_say_that_it_is_empty()
    {
        var run = await CliRun.RunAsync(shared.Database, ["load", "-"], "{\"table\":\"end\",\"rows\":{\"files\":0}}\n\n");
        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
    }

    [Theory]
    [InlineData("{\"rows\":{\"terms\":2}}", "terms.csv: expected 2 rows, as manifest.json counts them, found 1")]
    [InlineData("{\"rows\":{}}", "terms.csv: expected 0 rows, as manifest.json counts them, found 1")]
    [InlineData("{\"rows\":{\"terms\":1,\"files\":3}}", "expected a file of files, of which manifest.json counts 3 rows")]
    [InlineData("", "manifest.json: expected JSON, but at byte 1")]
    [InlineData("{\"rows\":{\"terms\":1}", "manifest.json: expected JSON, but at byte")]
    [InlineData("{\"rows\":{\"terms\":1}} x", "manifest.json: expected JSON, but at byte")]
    [InlineData("{\"table\":\"end\",\"rows\":{\"terms\":1}}", "manifest.json: expected a manifest such as {")]
    [InlineData("[1]", "manifest.json: expected a manifest such as {")]
    public async Task A_directory_that_differs_from_its_manifest_is_refused(string manifest, string expected)
    {
        using var bundle = new BundleDirectory().Add("terms.csv", "id,term\n1,a\n").Add("manifest.json", manifest);
        var run = await CliRun.RunAsync(shared.Database, ["load", bundle.Path]);
        Assert.Contains(expected, run.Error);
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task A_directory_without_a_manifest_is_loaded_with_a_note_but_never_declared_complete()
    {
        using var bundle = new BundleDirectory().Add("terms.csv", "id,term\n1,of no manifest\n");
        var plain = await CliRun.RunAsync(shared.Database, ["load", bundle.Path]);
        Assert.Equal(0, plain.ExitCode);
        Assert.Contains($"note: {bundle.Path}: no manifest.json, so a file that was cut off", plain.Error);

        var complete = await CliRun.RunAsync(shared.Database, ["load", bundle.Path, "--complete", "comments"]);
        Assert.Equal((3, ""), (complete.ExitCode, complete.Output));
        Assert.Contains($"{bundle.Path}: expected manifest.json, which counts the rows, found none", complete.Error);

        var counted = await CliRun.RunAsync(shared.Database, ["load", bundle.WithManifest().Path, "--complete", "comments"]);
        Assert.Equal(0, counted.ExitCode);
        Assert.DoesNotContain("note: ", counted.Error);
    }

    [Theory]
    [InlineData("terms.csv", "id,term\n")]
    [InlineData("terms.ndjson", "")]
    public async Task A_directory_without_rows_is_refused_unless_its_manifest_says_so(string file, string text)
    {
        using var bundle = new BundleDirectory().Add(file, text);
        var run = await CliRun.RunAsync(shared.Database, ["load", bundle.Path]);
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains($"{bundle.Path}: expected rows, found none in any of its files", run.Error);
        Assert.Equal(0, (await CliRun.RunAsync(shared.Database, ["load", bundle.WithManifest().Path])).ExitCode);
    }

    [Theory]
    [InlineData("terms.csv")]
    [InlineData("manifest.json")]
    public async Task Only_regular_files_are_read(string name)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var elsewhere = new BundleDirectory().Add("secret", "root:hash:1\n");
        foreach (var (make, problem) in new (Action<string> Make, string Problem)[]
        {
            (path => Process.Start("mkfifo", [path]).WaitForExit(), "is a named pipe"),
            (path => File.CreateSymbolicLink(path, "/dev/zero"), "is a symbolic link"),
            (path => File.CreateSymbolicLink(path, Path.Combine(elsewhere.Path, "secret")), "is a symbolic link"),
            (path => Directory.CreateDirectory(path), "is a directory"),
        })
        {
            using var bundle = new BundleDirectory().Add("packages.csv", "id,ecosystem,name\n1,e,n\n");
            make(Path.Combine(bundle.Path, name));
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            var run = await CliRun.RunAsync(shared.Database, ["load", bundle.Path], cancellationToken: patience.Token);
            Assert.Equal((3, ""), (run.ExitCode, run.Output));
            Assert.Contains($"{Path.Combine(bundle.Path, name)}", run.Error);
            Assert.Contains(problem, run.Error);
            Assert.DoesNotContain("root", run.Error);
        }
    }

    [Fact]
    public async Task A_producer_that_dies_at_a_line_boundary_ends_with_exit_code_3()
    {
        var start = new ProcessStartInfo("sh",
            ["-c", $"(printf '%s\\n' '{Term.Trim()}'; exit 3) | dotnet {typeof(CliApp).Assembly.Location} load - --complete all"])
        {
            RedirectStandardError = true,
            Environment = { ["EXOGRAPH_CONNECTION"] = shared.Database.ConnectionString },
        };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(3, process.ExitCode);
        Assert.Contains("the producer has not finished", error);
    }
}

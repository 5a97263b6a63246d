using Exograph.Extract.CSharp;
using Xunit;

namespace Exograph.ServerSide.Tests.Extract;

public class ExtractCommandTests
{
    [Fact]
    public async Task Wrong_usage_is_2()
    {
        using var folder = new SourceFolder().With("A.cs", "class A { }");
        string[][] wrong =
        [
            [],
            ["csharp"],
            ["csharp", folder.Sources],
            ["csharp", folder.Sources, "-o", folder.Bundle, "--unknown"],
            ["csharp", folder.Sources, "-o", folder.Bundle, "--min-mass", "many"],
            ["csharp", folder.Sources, "-o", folder.Bundle, "--package", "P"],
            ["csharp", folder.Sources, "-o", "-", "--gzip"],
            ["csharp", folder.Sources, "-o", folder.Bundle, "--define", "1A"],
            ["csharp", folder.Sources, "-o", folder.Bundle, "--framework", "x y"],
            ["csharp", folder.Sources, "-o", folder.Bundle, "--max-memory", "0"],
            ["csharp", folder.Sources + "-not-there", "-o", folder.Bundle],
            ["csharp", folder.Sources, "-o", folder.Sources],
        ];

        foreach (var args in wrong)
            Assert.Equal(2, await ExtractCommand.RunAsync(args));
        Assert.False(Directory.Exists(folder.Bundle));
    }

    [Fact]
    public async Task A_directory_is_written()
    {
        using var folder = new SourceFolder().With("A.cs", "class A { }");

        var code = await ExtractCommand.RunAsync(
            ["csharp", folder.Sources, "--package", "P", "--version", "1", "--ecosystem", "e", "-o", folder.Bundle, "-q"]);

        var bundle = ExtractedBundle.OfDirectory(folder.Bundle);
        Assert.Equal(0, code);
        Assert.Equal("e", ExtractedBundle.Text(Assert.Single(bundle["packages"]), "ecosystem"));
        Assert.Equal("1", ExtractedBundle.Text(Assert.Single(bundle["package_versions"]), "version"));
    }

    [Fact]
    public async Task Standard_output_carries_the_stream_and_nothing_else()
    {
        using var folder = new SourceFolder().With("A.cs", "class A { /* \0 */ }");
        using var tool = ExtractTool.Start("csharp", folder.Sources, "-o", "-");

        var errors = tool.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        await tool.StandardOutput.BaseStream.CopyToAsync(output);
        await tool.WaitForExitAsync();

        Assert.Equal(0, tool.ExitCode);
        Assert.Equal(await folder.ExtractBytesAsync(o => o), output.ToArray());
        Assert.Contains("warning: A.cs", await errors, StringComparison.Ordinal);
    }
}

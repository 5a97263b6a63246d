using System.Diagnostics;
using Exograph.Extract.CSharp;
using Xunit;

namespace Exograph.ServerSide.Tests.Extract;

/// <summary>Trees that belong to others: what is no file is neither opened nor passed over in silence.</summary>
public class SourceTreeTests
{
    private const string SomeProject = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><Version>1.0.0</Version></PropertyGroup></Project>";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_named_pipe_is_left_out_wherever_a_file_is_expected()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var folder = new SourceFolder().With("a/A.csproj", SomeProject).With("a/A.cs", "class A { }");
        MakePipe(folder, "a/Pipe.cs");
        MakePipe(folder, "b/B.csproj");
        MakePipe(folder, "Directory.Build.props");
        folder.With("b/B.cs", "class B { }");

        var bundle = await folder.ExtractAsync(o => o).WaitAsync(s_patience);

        Assert.Equal(["b/B.cs", "a/A.cs"], bundle.Texts("files", "path"));
        Assert.Equal(["A"], bundle.Texts("packages", "name"));
        Assert.Contains("a/Pipe.cs is left out: it is a named pipe", bundle.Warnings);
        Assert.Contains("b/B.csproj is left out: it is a named pipe", bundle.Warnings);
        Assert.Contains(bundle.Warnings, w => w.Contains("Directory.Build.props", StringComparison.Ordinal) && w.Contains("named pipe", StringComparison.Ordinal));
        Assert.Equal(3, bundle.Warnings.Count);
    }

    [Fact]
    public async Task Links_to_project_files_are_not_read()
    {
        using var folder = new SourceFolder().With("a/A.cs", "class A { }").With("a/B.csproj", SomeProject);
        var secret = Path.Combine(folder.Sources, "secret.xml");
        File.WriteAllText(secret, "<Project><PropertyGroup><Version>6.6.6</Version></PropertyGroup></Project>");
        File.CreateSymbolicLink(Path.Combine(folder.Sources, "a", "A.csproj"), secret);
        File.CreateSymbolicLink(Path.Combine(folder.Sources, "Directory.Build.props"), secret);

        var bundle = await folder.ExtractAsync(o => o);

        Assert.Equal(["B"], bundle.Texts("packages", "name"));
        Assert.Equal(["1.0.0"], bundle.Texts("package_versions", "version"));
        Assert.Equal(2, bundle.Warnings.Count);
    }

    [Fact]
    public async Task A_name_that_is_not_UTF_8_is_said()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var folder = new SourceFolder().With("A.cs", "class A { }");
        await RunAsync("sh", "-c", $"cd '{folder.Sources}' && printf 'class B {{ }}' > \"$(printf 'caf\\351.cs')\""
            + " && mkdir \"$(printf 'd\\351')\" && printf 'class C { }' > \"$(printf 'd\\351')/C.cs\"");

        var bundle = await folder.ExtractAsync();

        Assert.Equal(["A.cs"], bundle.Texts("files", "path"));
        Assert.Equal(
            ["caf\uFFFD.cs is left out: it has a name that is not UTF-8", "d\uFFFD is left out: it has a name that is not UTF-8"],
            bundle.Warnings.Order(StringComparer.Ordinal));
        // Nor does .NET find it when the folder is removed.
        await RunAsync("sh", "-c", $"rm -r '{folder.Sources}'/*");
    }

    public static TheoryData<string, string> HostileProjects => new()
    {
        { string.Concat(Enumerable.Repeat("<a>", 200_000)), "nest more than" },
        { "<Project>" + string.Concat(Enumerable.Repeat("<a>", 100_000)) + string.Concat(Enumerable.Repeat("</a>", 100_000)) + "</Project>", "nest more than" },
        { "<Project><PropertyGroup><A>secret</B></PropertyGroup></Project>", "no XML" },
        { "<!DOCTYPE p [<!ENTITY a \"secret\"><!ENTITY b \"&a;&a;&a;&a;\">]><Project><PropertyGroup><PackageId>&b;</PackageId></PropertyGroup></Project>", "no XML" },
        { "<Project>" + new string(' ', 1 << 20) + "</Project>", "more than 1048576 bytes" },
        {
            "<Project><PropertyGroup><A>secretsecret</A>" + string.Concat(Enumerable.Repeat("<A>$(A)$(A)</A>", 64)) + "</PropertyGroup></Project>",
            "expand without bound"
        },
        {
            "<Project><Choose>" + string.Concat(Enumerable.Repeat("<When Condition=\"'$(A)'=='secret'\"/>", 20_000)) + "</Choose></Project>",
            "alternatives"
        },
    };

    [Theory]
    [MemberData(nameof(HostileProjects))]
    public async Task A_project_file_that_cannot_be_read_ends_nothing_and_is_not_quoted(string text, string reason)
    {
        using var folder = new SourceFolder().With("P.csproj", text).With("A.cs", "class A { }");

        var bundle = await folder.ExtractAsync(o => o).WaitAsync(s_patience);

        Assert.Equal(["P"], bundle.Texts("packages", "name"));
        Assert.Equal(["0.0.0"], bundle.Texts("package_versions", "version"));
        var warning = Assert.Single(bundle.Warnings);
        Assert.Contains(reason, warning, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("INT", 2)]
    [InlineData("HUP", 1)]
    public async Task A_signal_ends_the_tool_and_leaves_nothing(string signal, int number)
    {
        // Under nohup, or in the background of a shell, what the tests start ignores some as well.
        if (!OperatingSystem.IsLinux() || IsIgnored(number))
            return;
        using var folder = new SourceFolder();
        // Enough work for the signal to come in the middle of it.
        for (var i = 0; i < 3_000; i++)
            folder.With($"A{i}.cs", $"class A{i} {{ {string.Concat(Enumerable.Repeat("void F() { G(1); }", 100))} }}");
        using var tool = ExtractTool.Start("csharp", folder.Sources, "--package", "P", "--version", "1", "-o", folder.Bundle);
        var errors = tool.StandardError.ReadToEndAsync();
        while (!Directory.Exists(folder.Bundle) || !Directory.EnumerateFiles(folder.Bundle, "*.partial").Any())
        {
            Assert.False(tool.HasExited, "the tool ended before the signal");
            await Task.Delay(20);
        }

        var since = Stopwatch.StartNew();
        await RunAsync("kill", "-" + signal, tool.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await tool.WaitForExitAsync().WaitAsync(s_patience);

        Assert.Equal(1, tool.ExitCode);
        Assert.False(Directory.Exists(folder.Bundle));
        Assert.Contains("cancelled", await errors, StringComparison.Ordinal);
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Names_of_files_do_not_reach_the_terminal_raw()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var folder = new SourceFolder().With("a\u001b[31m\u0007\u202e\u009b.cs", "#if X\nclass A { }\n#endif");
        using var tool = ExtractTool.Start("csharp", folder.Sources, "-o", folder.Bundle);

        var errors = await tool.StandardError.ReadToEndAsync();
        await tool.WaitForExitAsync();

        Assert.Contains("gives no definitions", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(errors, c => c != '\n' && (char.IsControl(c) || c == '\u202e'));
    }

    [Fact]
    public async Task Warnings_without_end_are_counted()
    {
        using var folder = new SourceFolder();
        for (var i = 0; i < 1_100; i++)
            folder.With($"A{i}.cs", "#if X\nclass A { }\n#endif");

        var warnings = new List<string>();
        await using var sink = BundleSink.ToStream(Stream.Null);
        var summary = await CSharpExtractor.ExtractAsync(
            new ExtractOptions { Directory = folder.Sources, Warn = warnings.Add }, sink);

        Assert.Equal(1_100, summary.Warnings);
        Assert.Equal(1_001, warnings.Count);
        Assert.Contains("counted only", warnings[^1], StringComparison.Ordinal);
    }

    private static void MakePipe(SourceFolder folder, string path)
    {
        var full = Path.Combine(folder.Sources, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        using var made = Process.Start("mkfifo", [full]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }

    private static bool IsIgnored(int signal)
    {
        var ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) & (1UL << (signal - 1))) != 0;
    }

    private static async Task RunAsync(string program, params string[] args)
    {
        using var run = Process.Start(program, args);
        await run.WaitForExitAsync();
        Assert.Equal(0, run.ExitCode);
    }
}

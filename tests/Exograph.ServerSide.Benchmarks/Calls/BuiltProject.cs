using System.Diagnostics;
using System.Text.Json;
using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.ServerSide.Benchmarks.Calls;

/// <summary>
/// A project as its build gives it to the compiler: its command line, with the packages restored. Evaluating it runs the project's
/// build files, which is for trees that are trusted.
/// </summary>
internal sealed record BuiltProject(string Path, CSharpCommandLineArguments Arguments)
{
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public string Assembly => System.IO.Path.GetFileNameWithoutExtension(Arguments.OutputFileName)!;

    /// <summary>Restores and evaluates a project; what MSBuild says where that fails.</summary>
    public static async Task<(BuiltProject? Project, string Problem)> OfAsync(
        string path, IEnumerable<string> properties, CancellationToken cancellationToken)
    {
        string[] given = [.. properties.Select(property => "-p:" + property)];
        var framework = await FrameworkOfAsync(path, cancellationToken);
        string[] choice = framework is null ? [] : [$"-p:TargetFramework={framework}"];
        var restored = await BuildAsync(path, ["-t:Restore", .. given], cancellationToken);
        var output = await BuildAsync(
            path,
            [
                "-t:Compile", "-p:Configuration=Release", "-p:ProvideCommandLineArgs=true", "-p:SkipCompilerExecution=true",
                "-p:DesignTimeBuild=true", "-p:BuildProjectReferences=false", "-getItem:CscCommandLineArgs", .. given, .. choice,
            ],
            cancellationToken);
        var json = output.IndexOf('{', StringComparison.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json < 0 ? "" : output[json..(output.LastIndexOf('}') + 1)]);
            var arguments = document.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray()
                .Select(item => item.GetProperty("Identity").GetString()!).ToList();
            var folder = System.IO.Path.GetDirectoryName(path)!;
            if (arguments.Count > 0)
                return (new BuiltProject(path, CSharpCommandLineParser.Default.Parse(arguments, folder, null)), "");
        }
        catch (JsonException)
        {
        }
        return (null, (restored + "\n" + output).Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))?.Trim() ?? output.Trim());
    }

    /// <summary>The target framework to take: the newest .NET of several, as the extractor does.</summary>
    private static async Task<string?> FrameworkOfAsync(string path, CancellationToken cancellationToken)
    {
        var output = await BuildAsync(path, ["-getProperty:TargetFramework,TargetFrameworks"], cancellationToken);
        if (output.IndexOf('{', StringComparison.Ordinal) is < 0)
            return null;
        using var document = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..(output.LastIndexOf('}') + 1)]);
        var properties = document.RootElement.GetProperty("Properties");
        if (properties.GetProperty("TargetFramework").GetString() is { Length: > 0 })
            return null;
        return properties.GetProperty("TargetFrameworks").GetString()!
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .OrderByDescending(name => name.StartsWith("net", StringComparison.Ordinal) && name.Contains('.', StringComparison.Ordinal) && !name.StartsWith("netstandard", StringComparison.Ordinal) && !name.StartsWith("netcoreapp", StringComparison.Ordinal))
            .ThenByDescending(name => name.StartsWith("netcoreapp", StringComparison.Ordinal))
            .ThenByDescending(name => name.StartsWith("netstandard", StringComparison.Ordinal))
            .ThenBy(name => name.Contains('-', StringComparison.Ordinal))
            .ThenByDescending(name => Version.TryParse(name.Split('-')[0].TrimStart("netcoreappstandard".ToCharArray()), out var version) ? version : new Version())
            .FirstOrDefault();
    }

    private static async Task<string> BuildAsync(string path, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = System.IO.Path.GetDirectoryName(path)!,
            ArgumentList = { "msbuild", path, "-nologo", "-v:q", "-p:TreatWarningsAsErrors=false", "-p:WarningsAsErrors=", "-p:NuGetAudit=false" },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return output + await errors;
    }
}

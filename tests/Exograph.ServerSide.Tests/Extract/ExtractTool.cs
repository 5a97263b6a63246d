using System.Diagnostics;
using Exograph.Extract.CSharp;

namespace Exograph.ServerSide.Tests.Extract;

/// <summary>The tool as a process of its own.</summary>
internal static class ExtractTool
{
    public static Process Start(params string[] args)
    {
        var tests = typeof(ExtractTool).Assembly.Location;
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "exec",
                "--runtimeconfig", Path.ChangeExtension(tests, ".runtimeconfig.json"),
                "--depsfile", Path.ChangeExtension(tests, ".deps.json"),
                typeof(ExtractCommand).Assembly.Location,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var arg in args)
            start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }
}

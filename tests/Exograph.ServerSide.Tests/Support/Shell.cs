using System.Diagnostics;
using Exograph.Extract.CSharp;
using Exograph.ServerSide.Cli;
using Xunit;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>Runs lines of bash as somebody does who has installed the tools and sits at the root of this repository.</summary>
internal static class Shell
{
    /// <summary>What the lines print on standard output; none may fail. ~/src/app is a small project.</summary>
    public static async Task<string> RunAsync(TestDatabase database, string lines)
    {
        var home = Directory.CreateTempSubdirectory("exograph-shell-").FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(home, "examples"), Repository.PathOf("examples"));
            var app = Directory.CreateDirectory(Path.Combine(home, "src/app")).FullName;
            File.WriteAllText(Path.Combine(app, "App.csproj"), "<Project Sdk=\"Microsoft.NET.Sdk\" />");
            File.WriteAllText(Path.Combine(app, "App.cs"), "class App { void Run() { Run(); } }");
            var tools = Directory.CreateDirectory(Path.Combine(home, "tools")).FullName;
            var tests = typeof(Shell).Assembly.Location;
            var run = $"dotnet exec --runtimeconfig '{Path.ChangeExtension(tests, ".runtimeconfig.json")}' "
                + $"--depsfile '{Path.ChangeExtension(tests, ".deps.json")}'";
            Install(tools, "exograph-load", $"{run} '{typeof(CliApp).Assembly.Location}'");
            Install(tools, "exograph-extract", $"{run} '{typeof(ExtractCommand).Assembly.Location}'");
            var (psql, libraries) = await Psql.ProgramAsync();
            Install(tools, "psql", libraries is null ? $"'{psql}'" : $"env LD_LIBRARY_PATH='{libraries}' '{psql}'");
            return await RunAsync(database, lines, home, tools);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<string> RunAsync(TestDatabase database, string lines, string home, string tools)
    {
        var settings = database.Settings;
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", lines])
        {
            WorkingDirectory = home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["HOME"] = home,
                ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}",
                ["EXOGRAPH_CONNECTION"] = database.ConnectionString,
                ["PGHOST"] = settings.Host,
                ["PGPORT"] = $"{settings.Port}",
                ["PGUSER"] = settings.Username,
                ["PGPASSWORD"] = settings.Password,
                ["PGDATABASE"] = settings.Database,
            },
        };
        using var bash = Process.Start(start)!;
        var error = bash.StandardError.ReadToEndAsync();
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.True(bash.ExitCode == 0, await error);
        return output;
    }

    private static void Install(string tools, string name, string command)
    {
        var tool = Path.Combine(tools, name);
        File.WriteAllText(tool, $"#!/bin/sh\nexec {command} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}

using System.Diagnostics;
using Exograph.Extract.CSharp;
using Exograph.ServerSide.Cli;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>
/// Runs lines of bash as somebody does who has installed the tools and sits at the root of this repository. ~/src/app is a small
/// project.
/// </summary>
internal sealed class Shell : IDisposable
{
    private readonly string _tools;

    private Shell(string home)
    {
        Home = home;
        _tools = Directory.CreateDirectory(Path.Combine(home, "tools")).FullName;
        Variables = new() { ["HOME"] = home, ["PATH"] = $"{_tools}:{Environment.GetEnvironmentVariable("PATH")}" };
    }

    /// <summary>Where the lines are run. It stays from one run to the next.</summary>
    public string Home { get; }

    /// <summary>The environment, beside that of this process.</summary>
    public Dictionary<string, string?> Variables { get; }

    /// <summary>A shell whose tools and psql connect to a database.</summary>
    public static async Task<Shell> OpenAsync(NpgsqlConnectionStringBuilder settings)
    {
        var shell = new Shell(Directory.CreateTempSubdirectory("exograph-shell-").FullName);
        foreach (var (name, value) in Libpq(settings))
            shell.Variables[name] = value;
        Directory.CreateSymbolicLink(Path.Combine(shell.Home, "examples"), Repository.PathOf("examples"));
        var app = Directory.CreateDirectory(Path.Combine(shell.Home, "src/app")).FullName;
        File.WriteAllText(Path.Combine(app, "App.csproj"), "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        File.WriteAllText(Path.Combine(app, "App.cs"), "class App { void Run() { Run(); } }");
        var tests = typeof(Shell).Assembly.Location;
        var run = $"dotnet exec --runtimeconfig '{Path.ChangeExtension(tests, ".runtimeconfig.json")}' "
            + $"--depsfile '{Path.ChangeExtension(tests, ".deps.json")}'";
        shell.Install("exograph-load", $"{run} '{typeof(CliApp).Assembly.Location}'");
        shell.Install("exograph-extract", $"{run} '{typeof(ExtractCommand).Assembly.Location}'");
        var (psql, libraries) = await Psql.ProgramAsync();
        shell.Install("psql", libraries is null ? $"'{psql}'" : $"env LD_LIBRARY_PATH='{libraries}' '{psql}'");
        return shell;
    }

    /// <summary>What the lines print on standard output; none may fail.</summary>
    public static async Task<string> RunAsync(TestDatabase database, string lines)
    {
        using var shell = await OpenAsync(database.Settings);
        shell.Variables["EXOGRAPH_CONNECTION"] = database.ConnectionString;
        var (exitCode, output, error) = await shell.RunAsync(lines);
        Assert.True(exitCode == 0, error);
        return output;
    }

    /// <summary>Makes a command of the shell.</summary>
    public void Install(string name, string command)
    {
        var tool = Path.Combine(_tools, name);
        File.WriteAllText(tool, $"#!/bin/sh\nexec {command} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>How the first line that fails ends, and what they all print.</summary>
    public async Task<(int ExitCode, string Output, string Error)> RunAsync(string lines)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", lines])
        {
            WorkingDirectory = Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        using var bash = Process.Start(start)!;
        var error = bash.StandardError.ReadToEndAsync();
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return (bash.ExitCode, output, await error);
    }

    public void Dispose() => Directory.Delete(Home, recursive: true);

    private static IEnumerable<(string Name, string? Value)> Libpq(NpgsqlConnectionStringBuilder settings) =>
    [
        ("PGHOST", settings.Host), ("PGPORT", $"{settings.Port}"), ("PGUSER", settings.Username), ("PGPASSWORD", settings.Password),
        ("PGPASSFILE", settings.Passfile), ("PGDATABASE", settings.Database),
    ];
}

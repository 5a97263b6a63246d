using System.Diagnostics;
using System.Runtime.Versioning;
using Exograph.ServerSide.Cli;
using Xunit;

namespace Exograph.ServerSide.Tests.EmbeddedPostgres;

[UnsupportedOSPlatform("windows")]
public sealed class HostileDirectoryTests
{
    private static readonly string[] s_programs =
    [
        "bin/initdb", "bin/pg_ctl", "bin/postgres", "bin/pg_config", "bin/npm", "bin/node", "initdb", "pg_ctl", "postgres", "pg_config", "npm",
        "node", "sh", "setpriv", "runuser", "su", "chown", "cp", "mv", "rm", "rmdir", "true", "env", "apt-get", "head", "tail", "cat",
        "C:/Program Files/PostgreSQL/18/bin/initdb", "C:/Program Files/PostgreSQL/18/bin/pg_ctl",
        "C:/Program Files/PostgreSQL/18/bin/postgres",
    ];

    [Fact]
    public async Task Nothing_of_the_current_directory_is_run()
    {
        using var tree = new ScratchDirectory();
        foreach (var program in s_programs)
            tree.WriteProgram("tree/" + program, $"echo $0 $* >> '{tree["was-run"]}'; echo 'postgres (PostgreSQL) 18.9'");
        await File.WriteAllTextAsync(tree["was-run"], "");
        File.SetUnixFileMode(tree["was-run"], (UnixFileMode)0b110_110_110);
        await File.WriteAllTextAsync(tree["tree/.npmrc"], "registry=http://127.0.0.1:1/\n");
        await File.WriteAllTextAsync(tree["tree/A.cs"], "class A { void F() { F(); } }");
        var start = new ProcessStartInfo("dotnet", [typeof(CliApp).Assembly.Location, "demo", "--source", "."])
        {
            WorkingDirectory = tree["tree"],
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $":.:bin:{start.Environment["PATH"]}:";
        start.Environment["LD_LIBRARY_PATH"] = "";

        using var demo = Process.Start(start)!;
        var output = demo.StandardOutput.ReadToEndAsync();
        var error = await demo.StandardError.ReadToEndAsync();
        await demo.WaitForExitAsync();

        Assert.True(demo.ExitCode == 0, error);
        Assert.Contains("load 2 \"demo, again\": finalized", await output, StringComparison.Ordinal);
        Assert.Equal("", await File.ReadAllTextAsync(tree["was-run"]));
    }
}

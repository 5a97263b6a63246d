using System.Text;
using Exograph.ServerSide.Cli;
using Spectre.Console;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>Runs <c>exograph-load</c> in this process.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    public static async Task<CliRun> RunAsync(
        TestDatabase? database, string[] args, string? input = null, Dictionary<string, string>? variables = null,
        bool errorIsTerminal = false, Stream? standardInput = null, Screen? screen = null,
        CancellationToken cancellationToken = default)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var context = new CliContext
        {
            Output = new(screen ?? TextWriter.Synchronized(output)),
            Error = new(screen ?? TextWriter.Synchronized(error)),
            OutputIsTerminal = screen is not null,
            ErrorIsTerminal = errorIsTerminal || screen is not null,
            Ansi = screen is not null ? AnsiSupport.Yes : AnsiSupport.No,
            TerminalSize = () => screen?.Size ?? (80, 24),
            StandardInput = () => standardInput ?? new MemoryStream(Encoding.UTF8.GetBytes(input ?? "")),
            Variable = name => name == "EXOGRAPH_CONNECTION" && database is not null
                ? database.ConnectionString
                : variables?.GetValueOrDefault(name),
            CurrentDirectory = Path.GetTempPath(),
        };
        var exitCode = await CliApp.RunAsync(args, context, cancellationToken);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }
}

using Spectre.Console;

namespace Exograph.ServerSide.Cli;

/// <summary>What the program sees of its surroundings.</summary>
internal sealed record CliContext
{
    /// <summary>Results.</summary>
    public required TerminalWriter Output { get; init; }

    /// <summary>Progress, notes and errors.</summary>
    public required TerminalWriter Error { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal, which shows progress bars.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether that terminal takes colours; tests read what is written without them.</summary>
    public AnsiSupport Ansi { get; init; } = AnsiSupport.Detect;

    public required Func<Stream> StandardInput { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public required string CurrentDirectory { get; init; }

    public static CliContext ForProcess() => new()
    {
        Output = new(Console.Out),
        Error = new(Console.Error),
        ErrorIsTerminal = !Console.IsErrorRedirected,
        StandardInput = Console.OpenStandardInput,
        Variable = name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
        CurrentDirectory = Directory.GetCurrentDirectory(),
    };
}

using Spectre.Console;

namespace Exograph.ServerSide.Cli;

/// <summary>What the program sees of its surroundings.</summary>
internal sealed record CliContext
{
    /// <summary>Results.</summary>
    public required TerminalWriter Output { get; init; }

    /// <summary>Progress, notes and errors.</summary>
    public required TerminalWriter Error { get; init; }

    /// <summary>Whether <see cref="Output"/> is a terminal, whose lines are to fit.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal, on which progress is drawn in place.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether that terminal moves its cursor where it is told to.</summary>
    public AnsiSupport Ansi { get; init; } = AnsiSupport.Detect;

    /// <summary>Columns and rows of the terminal.</summary>
    public Func<(int Columns, int Rows)> TerminalSize { get; init; } = () => (80, 24);

    public required Func<Stream> StandardInput { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public required string CurrentDirectory { get; init; }

    public static CliContext ForProcess() => new()
    {
        Output = new(Console.Out),
        Error = new(Console.Error),
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        TerminalSize = () => (Positive(Console.WindowWidth, 80), Positive(Console.WindowHeight, 24)),
        StandardInput = Console.OpenStandardInput,
        Variable = name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
        CurrentDirectory = Directory.GetCurrentDirectory(),
    };

    /// <summary>A terminal of which nobody has said how large it is says 0.</summary>
    private static int Positive(int value, int otherwise) => value > 0 ? value : otherwise;
}

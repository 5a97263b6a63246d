using System.CommandLine;
using System.Text;

namespace Exograph.ServerSide.Cli;

/// <summary>The options that questions have in common.</summary>
internal sealed class FindOptionSet
{
    /// <summary>Rows that a terminal is shown where nobody says how many.</summary>
    private const int RowsOfTerminal = 50;

    private readonly Option<string?> _package = new("--package")
    {
        Description = "Package that is meant; any by default.",
        HelpName = "name",
    };

    private readonly Option<string?> _version = new("--version")
    {
        Description = "Version of the package; any by default.",
        HelpName = "version",
    };

    private readonly Option<string?> _ecosystem = new("--ecosystem")
    {
        Description = "Ecosystem of the package; any by default.",
        HelpName = "name",
    };

    private readonly Option<Count?> _limit = Count.Option("--limit", $"Most rows; by default {RowsOfTerminal} on a terminal, else all.");

    private readonly Option<string?> _after = new("--after")
    {
        Description = "Go on after the rows of before, by the token that they ended with.",
        HelpName = "token",
    };

    private readonly Option<int?> _context = new("--context")
    {
        Description = "Show the source of each row, with so many lines before and after. Lines of a text are shown without, by default.",
        HelpName = "lines",
    };

    public IEnumerable<Option> Scope => [_package, _version, _ecosystem];

    public Option<string?> Ecosystem => _ecosystem;

    public Option<string?> Version => _version;

    public IEnumerable<Option> Page => [_limit, _after];

    public Option<int?> Context => _context;

    public QuestionScope ScopeOf(ParseResult parsed) => new()
    {
        Package = parsed.GetValue(_package),
        Version = parsed.GetValue(_version),
        Ecosystem = parsed.GetValue(_ecosystem),
    };

    /// <summary>Which rows are to be shown; a bound only for who reads them one by one.</summary>
    public QuestionPage PageOf(ParseResult parsed, string question, bool isRead) => new()
    {
        Limit = parsed.CommandResult.Command.Options.Contains(_limit)
            ? (parsed.GetValue(_limit) ?? new Count(isRead ? RowsOfTerminal : null)).Most
            : null,
        After = parsed.GetValue(_after) is { } token ? Decode(question, token) : null,
    };

    /// <summary>How many lines of source to show beside the one that is meant; null where none is to be shown.</summary>
    public int? ContextOf(ParseResult parsed)
    {
        var lines = parsed.GetValue(_context);
        return lines is null or >= 0 ? lines : throw new UsageException($"--context is 0 or more, not {lines}");
    }

    /// <summary>A token as it is shown and given back: without quotes and blanks, whatever names are in it, and of its question.</summary>
    public static string Encode(string question, string token) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{question} {token}")).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Decode(string question, string token)
    {
        var text = "";
        try
        {
            var padded = token.Replace('-', '+').Replace('_', '/').PadRight((token.Length + 3) / 4 * 4, '=');
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(padded));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // told below
        }
        return text.StartsWith(question + " ", StringComparison.Ordinal) && !text.Contains('\0', StringComparison.Ordinal)
            ? text[(question.Length + 1)..]
            : throw new UsageException($"--after is a token that an answer of find {question} has ended with, not {token}");
    }
}

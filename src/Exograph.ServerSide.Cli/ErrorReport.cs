using System.Net.Sockets;
using System.Text.RegularExpressions;
using Exograph.EmbeddedPostgres;
using Exograph.Extract.CSharp;
using Exograph.ServerSide.Bundles;
using Npgsql;

namespace Exograph.ServerSide.Cli;

/// <summary>Says on standard error what went wrong, and turns it into an exit code.</summary>
internal static partial class ErrorReport
{
    public static int Write(Exception e, CliContext context)
    {
        var failed = e as FailedException;
        var (code, message, detail, hint) = Describe(failed?.Cause ?? e, failed?.BadInput);
        context.Error.WriteParagraph("error: ", WithoutPasswords(message));
        WriteRejects(failed?.Rejects ?? [], context);
        if (!string.IsNullOrEmpty(detail))
            context.Error.WriteParagraph("detail: ", WithoutPasswords(detail));
        if (!string.IsNullOrEmpty(hint))
            context.Error.WriteParagraph("hint: ", hint);
        if (failed is not null)
            context.Error.WriteParagraph("note: ", failed.Fate);
        if (context.Variable("EXOGRAPH_DEBUG") == "1")
            context.Error.WriteLine(WithoutPasswords(e.ToString()));
        return code;
    }

    /// <summary>Says which rows the server rejects.</summary>
    public static void WriteRejects(IEnumerable<string> rejects, CliContext context)
    {
        foreach (var reject in rejects)
            context.Error.WriteParagraph("reject: ", reject);
    }

    private static (int Code, string Message, string? Detail, string? Hint) Describe(Exception e, string? badInput) => e switch
    {
        OperationCanceledException => (ExitCode.Cancelled, "cancelled", null, null),
        UsageException => (ExitCode.Usage, e.Message, null, "exograph-load --help explains the options."),
        NothingFoundException => (ExitCode.NothingFound, e.Message, null, null),
        BundleException =>
            (ExitCode.BadInput, e.Message, null, badInput ?? "Nothing of this load was finalized. docs/bundle-format.md is the format."),
        ExtractException => (ExitCode.BadInput, e.Message, null, null),
        ConnectionException lost => (ExitCode.CannotConnect, WithState(lost.Message, lost.SqlState), lost.Detail,
            lost.Hint ?? "exograph-load status tells what became of the load."),
        ExographException refused => (ExitCode.Refused, WithState(refused.Message, refused.SqlState), refused.Detail, refused.Hint),
        PostgresException postgres =>
            (ExitCode.Refused, WithState(postgres.MessageText, postgres.SqlState), postgres.Detail, postgres.Hint),
        NoConnectionException =>
            (ExitCode.CannotConnect, e.Message, null, "--connection, EXOGRAPH_CONNECTION or PGHOST say where the server is."),
        EmbeddedPostgresException => (ExitCode.CannotConnect, e.Message, null, null),
        NpgsqlException or SocketException => (ExitCode.CannotConnect, $"the server was lost: {e.Message}", null,
            "exograph-load status tells what became of the load."),
        IOException or UnauthorizedAccessException => (ExitCode.BadInput, e.Message, null, null),
        _ => (ExitCode.Unexpected, $"{e.GetType().Name}: {e.Message}", null, "EXOGRAPH_DEBUG=1 shows where."),
    };

    private static string WithState(string message, string? sqlState) => sqlState is null ? message : $"{message} [{sqlState}]";

    /// <summary>
    /// A connection string whose quotes the shell has taken becomes several arguments, of which an error may repeat any.
    /// </summary>
    private static string WithoutPasswords(string text) =>
        PasswordOfUri().Replace(Password().Replace(text, "${name}..."), "${before}...@");

    /// <summary>The parser names the types of .NET: all that it parses by itself are numbers.</summary>
    public static string WithoutTypes(string message) => Type().Replace(
        message, type => type.Groups["whole"].Success ? "a whole number" : "a number");

    [GeneratedRegex(@"expected type 'System\.((?<whole>Int(32|64))|Double)'")]
    private static partial Regex Type();

    [GeneratedRegex(@"(?<name>\b(password|passwd|pwd|psw)\s*=\s*)([""][^""]*[""]|[^;\s'""]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Password();

    [GeneratedRegex(@"(?<before>\bpostgres(ql)?://[^\s:/@]*:)[^\s@]*@", RegexOptions.IgnoreCase)]
    private static partial Regex PasswordOfUri();
}

using System.Data;
using System.Text.RegularExpressions;
using DbUp.Builder;
using DbUp.Engine;
using DbUp.Postgresql;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>Runs scripts as they are: tells each before it begins, can be cancelled, and says on which line a script failed.</summary>
internal sealed partial class MigrationExecutor(
    UpgradeConfiguration engine, IProgress<string>? progress, CancellationToken cancellationToken)
    : PostgresqlScriptExecutor(
        () => engine.ConnectionManager, () => engine.Log, null, () => false, [], () => engine.Journal), IScriptExecutor
{
    /// <summary>The first script makes the schema, or refuses it.</summary>
    void IScriptExecutor.VerifySchema()
    {
    }

    public override void Execute(SqlScript script, IDictionary<string, string> variables)
    {
        progress?.Report(script.Name);
        base.Execute(script, variables);
    }

    protected override string PreprocessScriptContents(SqlScript script, IDictionary<string, string> variables) =>
        script.Contents;

    /// <summary>DbUp knows no cancellation.</summary>
    protected override void ExecuteNonQuery(IDbCommand command) =>
        ((NpgsqlCommand)command).ExecuteNonQueryAsync(cancellationToken).GetAwaiter().GetResult();

    protected override void ExecuteCommandsWithinExceptionHandler(
        int index, SqlScript script, Action executeCommand)
    {
        try
        {
            executeCommand();
        }
        catch (PostgresException e)
        {
            throw Failure(script, LineOf(script.Contents, index, e.Position), e);
        }
    }

    /// <summary>The server counts the position of an error from the beginning of the statement, if it knows one.</summary>
    private int LineOf(string text, int statement, int position)
    {
        var start = 0;
        var commands = engine.ConnectionManager.SplitScriptIntoCommands(text).Take(statement + 1).ToList();
        foreach (var command in commands)
            start = text.IndexOf(command, start, StringComparison.Ordinal) + command.Length;
        start -= commands[^1].Length;
        var place = position > 0 ? start + position - 1 : start + Comments().Match(commands[^1]).Length;
        return 1 + text.AsSpan(0, place).Count('\n');
    }

    private static MigrationException Failure(SqlScript script, int line, PostgresException e) =>
        new($"{script.Name}, line {line}: {e.MessageText}", e)
        {
            Script = script.Name,
            Line = line,
            SqlState = e.SqlState,
            Detail = e.Detail,
            Hint = e.Hint ?? e.SqlState switch
            {
                PostgresErrorCodes.InsufficientPrivilege => "Scripts run as exograph_owner. If the object is named like one of ours "
                    + "and belongs to somebody else, drop it or ALTER .. OWNER TO exograph_owner.",
                PostgresErrorCodes.ReadOnlySqlTransaction => LoadException.ReadOnlyHint,
                _ => null,
            },
        };

    [GeneratedRegex(@"\A(?:\s+|--.*|/\*(?s:.*?)\*/)*")]
    private static partial Regex Comments();
}

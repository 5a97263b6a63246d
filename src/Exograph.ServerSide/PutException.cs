using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// Rows cannot be put into a schema: the server refused (<see cref="ExographException.SqlState"/> is set, the inner exception is the
/// server's), or this library, because a table, a column or a value makes no sense. Nothing was put in.
/// </summary>
public sealed class PutException : ExographException
{
    /// <summary>SQLSTATE of rows that cannot be put in.</summary>
    internal const string RowsAreBad = "23000";

    internal PutException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>Table at fault, of the target; null where no single one is.</summary>
    public string? TargetTable { get; internal init; }
    /// <summary>Ordinal of the row among those given for the table, from 1; null where no row is at fault, or several are.</summary>
    public long? Row { get; internal init; }
    /// <summary>Column at fault; null where none is.</summary>
    public string? Column { get; internal init; }
    /// <summary>The rows that cannot be put in, the first <see cref="PutOptions.RejectsReturned"/>; empty where the error is another.</summary>
    public IReadOnlyList<PutReject> Rejects { get; internal init; } = [];

    /// <summary>How many rows cannot be put in; 0 where the error is another.</summary>
    public long Rejected { get; internal init; }

    internal static PutException FromServer(PostgresException e, (string Problem, string Hint)? version = null) =>
        new(version is null ? e.MessageText : $"{version.Value.Problem}: {e.MessageText}", e)
        {
            SqlState = e.SqlState,
            TargetTable = e.TableName,
            Rule = e.ConstraintName,
            Column = e.ColumnName,
            Detail = e.Detail,
            Hint = version?.Hint ?? e.Hint,
        };

    /// <summary>Rows cannot be put in.</summary>
    /// <param name="e">The error.</param>
    /// <param name="rejects">The first of them.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="onReject">What was to become of them.</param>
    internal static PutException FromRejects(PostgresException e, IReadOnlyList<PutReject> rejects, long count, RejectPolicy onReject) =>
        rejects.Count == 0 ? FromServer(e) : new PutException(e.MessageText, e)
        {
            SqlState = e.SqlState,
            TargetTable = rejects[0].Table,
            Rule = rejects[0].Rule,
            Hint = onReject == RejectPolicy.Skip ? "The limit allows no more to be left out." : "OnReject = Skip, --on-reject skip, leaves them out.",
            Rejects = rejects,
            Rejected = count,
        };

    /// <summary>An error of COPY names the line of its input, which is the row, and the column.</summary>
    internal static PutException FromCopy(PostgresException e, string table, long rowsBefore)
    {
        var (line, column) = CopyPlace.Of(e);
        return new PutException(Describe(table, rowsBefore + line, column, e.MessageText), e)
        {
            SqlState = e.SqlState,
            TargetTable = table,
            Row = rowsBefore + line,
            Column = column,
            Detail = e.Detail,
            Hint = e.Hint,
        };
    }

    internal static PutException FromValue(Exception? e, string problem, string table, long row, string? column) =>
        new(Describe(table, row, column, problem), e) { TargetTable = table, Row = row, Column = column };

    private static string Describe(string table, long? row, string? column, string problem) =>
        $"{table}{(row is null ? "" : $", row {row}")}{(column is null ? "" : $", column {column}")}: {problem}";
}

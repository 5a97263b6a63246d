using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// A load was refused: by the server (<see cref="ExographException.SqlState"/> is set, the inner exception is the server's), or by this library,
/// because a row holds a value that cannot be stored.
/// </summary>
public sealed class LoadException : ExographException
{
    /// <summary>Not overruled: whoever made a role or a database read-only may have had a reason.</summary>
    internal const string ReadOnlyHint = "The server is a standby, or default_transaction_read_only is on for the role or the "
        + "database. Options=-c default_transaction_read_only=off in the connection string puts it off for this program.";

    private const string RightsHint = "exograph_reader may read the index, exograph_loader may load, exograph_owner may do the rest: "
        + "GRANT one of them to the role, or connect as another.";

    private const string RowsBreakRules = "XG006";

    internal LoadException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>Ordinal of the row among those given for <see cref="ExographException.Table"/>, from 1; null where no row is at fault.</summary>
    public long? Row { get; internal init; }
    /// <summary>Column at fault; null where none is.</summary>
    public string? Column { get; internal init; }
    /// <summary>Which rules how many staged rows break; empty where the error is another.</summary>
    public IReadOnlyList<RejectCount> Rejects { get; internal init; } = [];

    /// <param name="e">The error.</param>
    /// <param name="loadId">Number of the load.</param>
    /// <param name="version">How the schema differs from that of this library, where that may be the cause.</param>
    internal static LoadException FromServer(PostgresException e, int? loadId, (string Problem, string Hint)? version = null) =>
        new(version is null ? e.MessageText : $"{version.Value.Problem}: {e.MessageText}", e)
        {
            SqlState = e.SqlState,
            LoadId = loadId,
            Table = e.SqlState == RowsBreakRules ? Names<IndexTable>.Find(e.TableName) : null,
            Rule = e.SqlState == RowsBreakRules ? e.ConstraintName : null,
            Rejects = e.SqlState == RowsBreakRules ? RejectCount.Parse(e.MessageText) : [],
            Detail = e.Detail,
            Hint = version?.Hint ?? HintOf(e),
        };

    /// <summary>An error of COPY names the line of its input, which is the row of the chunk, and the column.</summary>
    /// <param name="e">The error.</param>
    /// <param name="loadId">Number of the load.</param>
    /// <param name="table">Table at work.</param>
    /// <param name="rowsBefore">Rows given before the chunk; null where some were left out, so that the row is not known.</param>
    internal static LoadException FromCopy(PostgresException e, int loadId, StagedTable table, long? rowsBefore)
    {
        var (line, column) = CopyPlace.Of(e);
        var row = rowsBefore + line;
        return new LoadException($"{table.Name}{Describe(row, column)}: {e.MessageText}", e)
        {
            SqlState = e.SqlState,
            LoadId = loadId,
            Table = table.Table,
            Row = row,
            Column = column,
            Detail = e.Detail,
            Hint = HintOf(e),
        };
    }

    internal static LoadException FromField(FieldException e, int loadId, StagedTable table, long row, string? column) =>
        new($"{table.Name}{Describe(row, column)}: {e.Message}", e.InnerException)
        {
            LoadId = loadId,
            Table = table.Table,
            Row = row,
            Column = column,
        };

    private static string Describe(long? row, string? column) =>
        (row is null ? "" : $", row {row}") + (column is null ? "" : $", column {column}");

    /// <summary>The server's hint, or ours where it has none. For a column that COPY does not find it has none that helps.</summary>
    private static string? HintOf(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.UndefinedColumn => SchemaVersion.Hint,
        PostgresErrorCodes.ReadOnlySqlTransaction => ReadOnlyHint, // the server means sessions of psql
        PostgresErrorCodes.InsufficientPrivilege => e.Hint ?? RightsHint,
        _ => e.Hint,
    };
}

using Exograph.ServerSide.Tests.Loading;
using Npgsql;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>A test of the row functions of the toolkit.</summary>
public abstract class DupSelectTest : LoadingTest
{
    /// <summary>Inserts or finds a row of a table; the columns of the row that came back, joined by '|'.</summary>
    private protected Task<string> SelectAsync(string table, string row, params object[] values) =>
        SelectAsync(Db, table, row, values);

    private protected static Task<string> SelectAsync(Session session, string table, string row, params object[] values) =>
        OneAsync(session, Call("select", table, row), values);

    private protected Task<string> ReturnAsync(string table, string row) => OneAsync(Db, Call("return", table, row), []);

    private protected Task<PostgresException> SelectFailsAsync(string sqlState, string table, string row) =>
        Db.FailsAsync(sqlState, Call("select", table, row));

    private protected Task<PostgresException> ReturnFailsAsync(string sqlState, string table, string row) =>
        Db.FailsAsync(sqlState, Call("return", table, row));

    /// <summary>The call once for each row, not once for each of its columns.</summary>
    private protected static string Call(string function, string table, string row) =>
        $"SELECT r.* FROM (SELECT) one CROSS JOIN LATERAL dup_select.insert_on_duplicate_key_{function}(ROW({row})::{table}) AS r";

    private static async Task<string> OneAsync(Session session, string sql, object[] values) =>
        Xunit.Assert.Single(await session.RowsAsync(sql, values));
}

using Npgsql;
using NpgsqlTypes;

namespace Exograph.ServerSide.Benchmarks.Wal;

/// <summary>Ways to write rows into a table of two columns, an integer and a text of one character.</summary>
internal static class WaysToWrite
{
    public static IReadOnlyList<(string Way, Func<NpgsqlDataSource, int, CancellationToken, Task> Write)> All { get; } =
    [
        ("INSERT, a row a statement, one transaction", InsertAsync),
        ("INSERT .. SELECT", (dataSource, rows, cancellationToken) => dataSource.RunAsync(
            $"INSERT INTO two SELECT n, 'x' FROM generate_series(1, {rows}) n", cancellationToken)),
        ("COPY", CopyAsync),
    ];

    private static async Task InsertAsync(NpgsqlDataSource dataSource, int rows, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("INSERT INTO two VALUES ($1, $2)", connection);
        var number = new NpgsqlParameter<int>();
        command.Parameters.Add(number);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "x" });
        await command.PrepareAsync(cancellationToken);
        for (var n = 1; n <= rows; n++)
        {
            number.TypedValue = n;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task CopyAsync(NpgsqlDataSource dataSource, int rows, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var importer = await connection.BeginBinaryImportAsync(
            "COPY two FROM STDIN (FORMAT BINARY)", cancellationToken);
        for (var n = 1; n <= rows; n++)
        {
            await importer.StartRowAsync(cancellationToken);
            await importer.WriteAsync(n, NpgsqlDbType.Integer, cancellationToken);
            await importer.WriteAsync("x", NpgsqlDbType.Text, cancellationToken);
        }
        await importer.CompleteAsync(cancellationToken);
    }
}

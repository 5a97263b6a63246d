using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Exograph.ServerSide;

/// <summary>Sends rows of values to a temporary table by COPY in the binary format. Not thread-safe.</summary>
/// <param name="connection">The session of the table.</param>
/// <param name="table">The table, whose rows have numbers.</param>
/// <param name="mayBeNull">Whether a column may be null in rows of the caller's type.</param>
/// <param name="progress">Is told how many rows have been written, now and then.</param>
internal sealed class ValueCopy(NpgsqlConnection connection, StagingTable table, Func<int, bool> mayBeNull, Action<long> progress)
{
    /// <summary>Rows between two reports.</summary>
    private const int Step = 1 << 14;

    private long _row = table.Rows;

    /// <returns>Rows sent.</returns>
    /// <exception cref="PutException">A row is at fault.</exception>
    public async Task<long> SendAsync(IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var importer = await connection.BeginBinaryImportAsync(table.CopyCommand(), cancellationToken).ConfigureAwait(false);
        await using (importer.ConfigureAwait(false))
        {
            importer.Timeout = TimeSpan.Zero; // none: whoever is in a hurry has the token
            await foreach (var row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
                await WriteAsync(importer, row, cancellationToken).ConfigureAwait(false);
            try
            {
                await importer.CompleteAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException e) when (CopyPlace.Of(e).Line is not null)
            {
                throw PutException.FromCopy(e, table.Target.Name, table.Rows);
            }
        }
        var sent = _row - table.Rows;
        table.Rows = _row;
        return sent;
    }

    private async ValueTask WriteAsync(NpgsqlBinaryImporter importer, object?[] row, CancellationToken cancellationToken)
    {
        _row++;
        if (row is null || row.Length != table.Columns.Count)
            throw Refuse(null, $"expected {table.Columns.Count} values, found {row?.Length.ToString(CultureInfo.InvariantCulture) ?? "null"}", null);
        await importer.StartRowAsync(cancellationToken).ConfigureAwait(false);
        await importer.WriteAsync(_row, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < row.Length; i++)
        {
            try
            {
                await WriteAsync(importer, i, row[i], cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidCastException or NotSupportedException or ArgumentException or OverflowException or FormatException)
            {
                throw Refuse(e, $"a {row[i]?.GetType().Name} cannot be stored as {table.Columns[i].Type}: {e.Message}", i);
            }
        }
        if ((_row - table.Rows) % Step == 0)
            progress(_row);
    }

    private async ValueTask WriteAsync(NpgsqlBinaryImporter importer, int i, object? value, CancellationToken cancellationToken)
    {
        if (value is null or DBNull)
        {
            if (!mayBeNull(i))
                throw Refuse(null, "null, in a property that is not to be null", i);
            await importer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
            return;
        }
        var type = table.Columns[i].TypeName;
        value = value is Enum name ? OfEnum(name, type) : type is null ? Text(value) : value;
        if (value is string text && text.Contains('\0'))
            throw Refuse(null, $"the text holds a NUL character at position {text.IndexOf('\0') + 1}, which PostgreSQL cannot store", i);
        await importer.WriteAsync(value, type is null ? "text" : $"pg_catalog.{type}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A member by its number in a column of numbers, else by its name as drivers name labels of an enum.</summary>
    private static object OfEnum(Enum value, string? type) => type switch
    {
        "int2" => Convert.ToInt16(value, CultureInfo.InvariantCulture),
        "int4" => Convert.ToInt32(value, CultureInfo.InvariantCulture),
        "int8" => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        _ => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()),
    };

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private PutException Refuse(Exception? e, string problem, int? column) =>
        PutException.FromValue(e, problem, table.Target.Name, _row, column is { } i ? table.Columns[i].Name : null);
}

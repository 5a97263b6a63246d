using DuckDB.NET.Data;
using Npgsql;
using NpgsqlTypes;

namespace Exograph.ServerSide.Benchmarks.Loading.Writing;

/// <summary>How a client writes rows of the corpus into a table: its columns, and what of a row goes into each.</summary>
internal sealed class TableWriter<TRow>(string table)
{
    private readonly List<Column> _columns = [];

    public string Table => table;

    /// <summary>Names of the columns, for SQL.</summary>
    public string ColumnList => string.Join(", ", _columns.Select(c => c.Name));

    public int ColumnCount => _columns.Count;

    public TableWriter<TRow> Add<T>(string column, NpgsqlDbType type, Func<TRow, T> get)
    {
        _columns.Add(new Column<T>(column, type, get));
        return this;
    }

    /// <summary>Names and types of the columns, for CREATE TABLE.</summary>
    public string Definitions => string.Join(", ", _columns.Select(c => $"{c.Name} {c.SqlType}"));

    /// <summary>Copies rows into <paramref name="target"/>, by one COPY.</summary>
    public async Task CopyAsync(
        NpgsqlDataSource dataSource, string target, IEnumerable<TRow> rows, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var importer = await connection.BeginBinaryImportAsync(
            $"COPY {target} ({ColumnList}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        importer.Timeout = Timeout.InfiniteTimeSpan;
        foreach (var row in rows)
        {
            await importer.StartRowAsync(cancellationToken);
            foreach (var column in _columns)
                await column.WriteAsync(importer, row, cancellationToken);
        }
        await importer.CompleteAsync(cancellationToken);
    }

    /// <summary>Writes a row of DuckDB's appender, to a table that has just these columns in their order.</summary>
    public void Append(IDuckDBAppenderRow target, TRow row)
    {
        foreach (var column in _columns)
            column.Append(target, row);
        target.EndRow();
    }

    /// <summary>Adds the parameters of one row of an INSERT.</summary>
    public void AddParameters(NpgsqlCommand command)
    {
        foreach (var column in _columns)
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = column.Type });
    }

    /// <summary>Sets the parameters of one row, from <paramref name="first"/> on.</summary>
    public void SetParameters(NpgsqlCommand command, int first, TRow row)
    {
        for (var n = 0; n < _columns.Count; n++)
            command.Parameters[first + n].Value = _columns[n].ValueOf(row) ?? DBNull.Value;
    }

    private abstract class Column(string name, NpgsqlDbType type)
    {
        public string Name => name;

        public NpgsqlDbType Type => type;

        public string SqlType => type switch
        {
            NpgsqlDbType.Array | NpgsqlDbType.Bigint => "bigint[]",
            // A client's own staging table sorts and compares as the index does.
            NpgsqlDbType.Text => "text COLLATE \"C\"",
            _ => type.ToString(),
        };

        public abstract object? ValueOf(TRow row);

        public abstract void Append(IDuckDBAppenderRow target, TRow row);

        public abstract Task WriteAsync(NpgsqlBinaryImporter importer, TRow row, CancellationToken cancellationToken);
    }

    private sealed class Column<T>(string name, NpgsqlDbType type, Func<TRow, T> get) : Column(name, type)
    {
        public override object? ValueOf(TRow row) => get(row);

        public override void Append(IDuckDBAppenderRow target, TRow row)
        {
            _ = get(row) switch
            {
                null => target.AppendNullValue(),
                long value => target.AppendValue(value),
                int value => target.AppendValue(value),
                string value => target.AppendValue(value),
                ReadOnlyMemory<byte> value => target.AppendValue(value.ToArray()),
                long[] values => target.AppendValue<long>(values),
                var value => throw new NotSupportedException($"{Name} is a {value.GetType()}"),
            };
        }

        public override Task WriteAsync(NpgsqlBinaryImporter importer, TRow row, CancellationToken cancellationToken) =>
            get(row) is { } value
                ? importer.WriteAsync(value, Type, cancellationToken)
                : importer.WriteNullAsync(cancellationToken);
    }
}

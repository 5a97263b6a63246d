using Npgsql;
using NpgsqlTypes;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>What is told to an inserter view about one row.</summary>
internal sealed class RowWiseInsert(BundleRow row)
{
    private readonly List<(string Column, object? Value)> _values = [];

    public BundleRow Row => row;

    /// <summary>The rows that are named by their natural keys, parents first: they are created unless they stand.</summary>
    public List<ValidRow> NamedByKey { get; } = [];

    public IEnumerable<string> Columns => _values.Select(value => value.Column);

    public void Add(string column, object? value)
    {
        if (!Columns.Contains(column))
            _values.Add((column, value));
    }

    /// <summary>The row's values for the columns, with their types; NULL where it has none.</summary>
    public IEnumerable<NpgsqlParameter> Parameters(IEnumerable<string> columns) => columns.Select(column =>
    {
        var value = _values.Find(value => value.Column == column).Value;
        return new NpgsqlParameter
        {
            Value = value switch
            {
                null => DBNull.Value,
                Json json => json.Text,
                long number when TypeOf(column) == NpgsqlDbType.Integer => (int)number,
                _ => value,
            },
            NpgsqlDbType = TypeOf(column),
        };
    });

    private NpgsqlDbType TypeOf(string column) => row.Table.Has(column)
        ? row.Table.Columns[row.Table.Position(column)].Type switch
        {
            ColumnType.Bigint => NpgsqlDbType.Bigint,
            ColumnType.Integer => NpgsqlDbType.Integer,
            ColumnType.Bytea => NpgsqlDbType.Bytea,
            ColumnType.BigintArray => NpgsqlDbType.Array | NpgsqlDbType.Bigint,
            ColumnType.Jsonb => NpgsqlDbType.Jsonb,
            _ => NpgsqlDbType.Text,
        }
        : column.Split('_')[^1] switch
        {
            "sha256" or "hash" => NpgsqlDbType.Bytea,
            "line" or "col" => NpgsqlDbType.Integer,
            _ => NpgsqlDbType.Text,
        };
}

using System.Collections.Frozen;

namespace Exograph.ServerSide;

/// <summary>A column of a table that rows are put into, as it is staged: by the base type of a domain, without a limit on its length.</summary>
/// <param name="Type">The type, as SQL.</param>
/// <param name="TypeName">The same as the catalog has it; null where it is none of the server's own, so that drivers may not know it.</param>
/// <param name="Read">How it is staged by whoever reads text.</param>
internal sealed record TargetColumn(string Type, string? TypeName, StagedColumn Read);

/// <summary>A table that rows are put into.</summary>
internal sealed class TargetTable(uint id, string name, IReadOnlyList<TargetColumn> columns, IReadOnlyList<string> primaryKey)
    : RowTable(name, [.. columns.Select(c => c.Read)])
{
    private static readonly FrozenDictionary<string, ColumnType> s_read = new Dictionary<string, ColumnType>
    {
        ["bool"] = ColumnType.Boolean,
        ["int2"] = ColumnType.SmallInt,
        ["int4"] = ColumnType.Integer,
        ["int8"] = ColumnType.BigInt,
        ["float4"] = ColumnType.Real,
        ["float8"] = ColumnType.Double,
        ["numeric"] = ColumnType.Numeric,
        ["text"] = ColumnType.Text,
        ["varchar"] = ColumnType.Text,
        ["bpchar"] = ColumnType.Text,
        ["bytea"] = ColumnType.Bytea,
        ["uuid"] = ColumnType.Uuid,
        ["date"] = ColumnType.Date,
        ["timestamp"] = ColumnType.Timestamp,
        ["timestamptz"] = ColumnType.TimestampTz,
        ["json"] = ColumnType.Json,
        ["jsonb"] = ColumnType.Jsonb,
    }.ToFrozenDictionary();

    /// <summary>Number of the table in the catalog.</summary>
    public uint Id => id;

    /// <summary>Columns of its primary key, in their order; empty where it has none.</summary>
    public IReadOnlyList<string> PrimaryKey => primaryKey;

    /// <summary>A column by its name.</summary>
    public TargetColumn? Find(string column) => columns.FirstOrDefault(c => c.Read.Name == column);

    /// <summary>Describes a column.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type, as SQL.</param>
    /// <param name="typeName">The same as the catalog has it; null where it is none of the server's own.</param>
    public static TargetColumn Column(string name, string type, string? typeName) => new(type, typeName,
        new StagedColumn(name, typeName is null ? ColumnType.Literal : s_read.GetValueOrDefault(typeName, ColumnType.Literal), Required: false));
}

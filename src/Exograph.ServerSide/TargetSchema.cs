using Npgsql;

namespace Exograph.ServerSide;

/// <summary>The tables of a schema, from the catalog.</summary>
internal sealed class TargetSchema
{
    private readonly Dictionary<string, TargetTable> _tables;

    private TargetSchema(string name, IEnumerable<TargetTable> tables)
    {
        Name = name;
        _tables = tables.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    public string Name { get; }

    public IEnumerable<TargetTable> Tables => _tables.Values;

    /// <summary>Names of the tables, in their order.</summary>
    public IReadOnlyList<string> TableNames => [.. _tables.Keys.Order(StringComparer.Ordinal)];

    public TargetTable? Find(string table) => _tables.GetValueOrDefault(table);

    /// <exception cref="PutException">There is none of that name.</exception>
    public TargetTable Get(string table) => Find(table) ?? throw new PutException($"schema {Name} has no table {table}")
    {
        SqlState = PostgresErrorCodes.UndefinedTable,
        TargetTable = table,
        Hint = $"It has {RowTable.List(TableNames)}.",
    };

    /// <summary>Reads the tables of a schema: the partitions of a table are the table.</summary>
    /// <exception cref="PutException">There is no such schema, or it has no table.</exception>
    public static async Task<TargetSchema> ReadAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var columns = await PutStatements.Columns.RunAsync(connection, [Statements.Argument(schema)], cancellationToken).ConfigureAwait(false);
        if (columns is [] or [{ Exists: false }])
        {
            throw new PutException(columns is [] ? $"there is no schema {schema}" : $"schema {schema} has no table")
            {
                SqlState = PostgresErrorCodes.InvalidSchemaName,
                Hint = "Its name is taken as it is written, capital letters and all.",
            };
        }
        return new TargetSchema(schema, columns.GroupBy(c => c.TableId).Select(t => new TargetTable(
            t.Key, t.First().Table, [.. t.Where(c => c.Column is not null).Select(c => TargetTable.Column(c.Column!, c.Type!, c.TypeName))],
            t.First().PrimaryKey)));
    }
}

/// <summary>A column of a table, as the catalog has it; a table without columns is a row without one.</summary>
internal sealed record CatalogColumn(
    bool Exists, uint TableId, string Table, string[] PrimaryKey, string? Column, string? Type, string? TypeName);

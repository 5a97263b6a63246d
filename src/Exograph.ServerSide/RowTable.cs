namespace Exograph.ServerSide;

/// <summary>How values of a column are written in the binary format of COPY.</summary>
internal enum ColumnType
{
    BigInt,
    Integer,
    Text,
    Bytea,
    BigIntArray,
    IntegerArray,
    Jsonb,
    Boolean,
    SmallInt,
    Real,
    Double,
    Numeric,
    Uuid,
    Date,
    Timestamp,
    TimestampTz,
    Json,
    /// <summary>Of any other type, as text that the server casts.</summary>
    Literal,
}

/// <summary>What is known of a table by whoever reads rows for it: its name and columns, in their order.</summary>
internal abstract class RowTable(string name, IReadOnlyList<StagedColumn> columns)
{
    /// <summary>Columns that messages name.</summary>
    private const int MostShown = 40;

    public string Name { get; } = name;

    public IReadOnlyList<StagedColumn> Columns { get; } = columns;

    /// <summary>Name and columns, as messages show them.</summary>
    public override string ToString() => $"{Name} ({List(Columns.Select(c => c.Name))})";

    /// <summary>Names as messages show them: the first of very many.</summary>
    public static string List(IEnumerable<string> names)
    {
        var all = names.ToList();
        var shown = string.Join(", ", all.Take(MostShown));
        return all.Count <= MostShown ? shown : $"{shown} and {all.Count - MostShown:N0} more";
    }
}

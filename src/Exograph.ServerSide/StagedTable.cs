using System.Collections.Frozen;

namespace Exograph.ServerSide;

/// <summary>A column that rows are read for.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Type">Type of the column.</param>
/// <param name="Required">Whether the server rejects a row without a value.</param>
/// <param name="NumberOf">Table whose numbers the column holds; null for any other column.</param>
internal sealed record StagedColumn(string Name, ColumnType Type, bool Required, string? NumberOf = null)
{
    public const long LargestNumber = (1L << 40) - 1;

    /// <summary>The tables whose rows have numbers.</summary>
    public static IReadOnlyList<string> Dimensions { get; } =
        ["packages", "package_versions", "files", "terms", "fragments", "graph_nodes"];

    /// <summary>Place of <see cref="NumberOf"/> among <see cref="Dimensions"/>; -1 where the column holds other values.</summary>
    public int Dimension { get; } = Dimensions.TakeWhile(d => d != NumberOf).Count() is var i && i < Dimensions.Count ? i : -1;

    /// <summary>Whether it holds the row's own number.</summary>
    public bool IsKey { get; } = Name == "id";

    /// <summary>Whether JSON that is missing is the empty object, as in the index: with it a fact's row is final.</summary>
    public bool MissingIsEmpty { get; init; }
}

/// <summary>
/// A staging table: its columns in their order, and how a typed row is written. The one description of the format that COPY,
/// the typed rows and the bundle readers share.
/// </summary>
/// <param name="name">Its name without <c>staged_</c>.</param>
/// <param name="columns">Its columns.</param>
/// <param name="countedAs">Name of the table that its rows are counted and reported as.</param>
internal abstract class StagedTable(string name, IReadOnlyList<StagedColumn> columns, string countedAs) : RowTable(name, columns)
{
    /// <summary>The table that its rows are counted as: pairs, where a row is a set of them.</summary>
    public IndexTable Table { get; } = Names<IndexTable>.Parse(countedAs);

    /// <summary>Whether its rows have numbers of their own.</summary>
    public bool IsDimension { get; } = columns[0].IsKey;

    /// <summary>The table as one whose rows belong to files; none where they do not.</summary>
    public FactTables Facts { get; } = FactTableNames.Find(countedAs);

    /// <summary>All staging tables; a table comes after those it refers to.</summary>
    public static IReadOnlyList<StagedTable> All { get; } = StagedTables.Describe();

    private static readonly FrozenDictionary<string, StagedTable> s_byName = All.ToFrozenDictionary(t => t.Name);

    /// <summary>A column with numbers of files.</summary>
    public static StagedColumn FileNumber { get; } = s_byName["files"].Columns[0];

    public static StagedTable? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>The table of sets that pairs are sent to; null where rows are sent as they are.</summary>
    public StagedTable? SentTo => Name == "fragment_terms" ? s_byName["fragment_term_sets"] : null;

    public static StagedTable<TRow> For<TRow>() where TRow : StagedRow =>
        All.OfType<StagedTable<TRow>>().SingleOrDefault()
        ?? throw new ArgumentException($"{typeof(TRow).Name} is no row of a staging table; use one of the sealed row types.");

    /// <summary>COPY of the given columns into this table of a load. The names are constants: nothing needs quoting.</summary>
    public string CopyCommand(int loadId, IEnumerable<StagedColumn> columns) =>
        $"COPY exograph_load_{loadId}.staged_{Name} ({string.Join(", ", columns.Select(c => c.Name))}) "
        + "FROM STDIN (FORMAT BINARY)";
}

internal sealed class StagedTable<TRow>(
    string name, IReadOnlyList<StagedColumn> columns, Action<CopyEncoder, TRow>[] writers, string countedAs)
    : StagedTable(name, columns, countedAs)
    where TRow : StagedRow
{
    /// <summary>Writes the fields of <paramref name="row"/> in the order of <see cref="RowTable.Columns"/>.</summary>
    public void Write(CopyEncoder encoder, TRow row)
    {
        foreach (var write in writers)
            write(encoder, row);
    }
}

internal sealed class StagedTableBuilder<TRow>(string name, string? countedAs = null) where TRow : StagedRow
{
    private readonly List<StagedColumn> _columns = [];
    private readonly List<Action<CopyEncoder, TRow>> _writers = [];

    /// <summary>A column that holds numbers of rows of <paramref name="table"/>.</summary>
    public StagedTableBuilder<TRow> Number(string column, string table, Func<TRow, long?> get, bool required = false) =>
        AddNumber(new(column, ColumnType.BigInt, required, table), get);

    /// <summary>A column that holds numbers of terms, which are integers.</summary>
    public StagedTableBuilder<TRow> TermNumber(string column, Func<TRow, int?> get) =>
        AddNumber(new(column, ColumnType.Integer, Required: true, "terms"), r => get(r));

    /// <summary>A column that holds sets of numbers of terms.</summary>
    public StagedTableBuilder<TRow> TermNumbers(string column, Func<TRow, ReadOnlyMemory<int>> get)
    {
        var terms = new StagedColumn(column, ColumnType.IntegerArray, Required: true, "terms");
        return Add(terms, (e, r) => e.Set(terms, get(r).Span));
    }

    public StagedTableBuilder<TRow> Integer(string column, Func<TRow, int?> get, bool required = false) =>
        Add(new(column, ColumnType.Integer, required), (e, r) => e.Integer(get(r)));

    public StagedTableBuilder<TRow> Text(string column, Func<TRow, string?> get, bool required = false) =>
        Add(new(column, ColumnType.Text, required), (e, r) => e.Text(get(r)));

    public StagedTableBuilder<TRow> Bytea(string column, Func<TRow, ReadOnlyMemory<byte>?> get, bool required = false) =>
        Add(new(column, ColumnType.Bytea, required), (e, r) => e.Bytea(get(r)));

    public StagedTableBuilder<TRow> BigIntArray(string column, Func<TRow, ReadOnlyMemory<long>?> get) =>
        Add(new(column, ColumnType.BigIntArray, Required: false), (e, r) => e.BigIntArray(get(r)));

    public StagedTableBuilder<TRow> Jsonb(string column, Func<TRow, string?> get) =>
        Add(new(column, ColumnType.Jsonb, Required: false) { MissingIsEmpty = true }, (e, r) => e.Jsonb(get(r) ?? "{}"));

    public StagedTable<TRow> Build() => new(name, _columns, [.. _writers], countedAs ?? name);

    private StagedTableBuilder<TRow> AddNumber(StagedColumn column, Func<TRow, long?> get) =>
        Add(column, (e, r) => e.Number(column, get(r)));

    private StagedTableBuilder<TRow> Add(StagedColumn column, Action<CopyEncoder, TRow> write)
    {
        _columns.Add(column);
        _writers.Add(write);
        return this;
    }
}

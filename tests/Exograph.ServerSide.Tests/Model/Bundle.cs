using System.Text;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// A staged row. Cells are <see langword="null"/>, <see cref="long"/>, <see cref="string"/>, <see cref="byte"/>[],
/// <see cref="long"/>[] or <see cref="Json"/>; a row is not changed once it is in a bundle.
/// </summary>
internal sealed class BundleRow(BundleTable table, object?[] cells)
{
    public BundleTable Table => table;

    public IReadOnlyList<object?> Cells => cells;

    public object? this[string column] => cells[table.Position(column)];

    public long? Number(string column) => (long?)this[column];

    public BundleRow With(string column, object? cell)
    {
        var changed = (object?[])cells.Clone();
        changed[table.Position(column)] = cell;
        return new BundleRow(table, changed);
    }

    public override string ToString()
    {
        var named = table.Columns
            .Where(column => this[column.Name] is not null)
            .Select(column => $"{column.Name}={Cell.Render(this[column.Name])}");
        return $"{table.Name}: {string.Join(", ", named)}";
    }
}

/// <summary>The staged rows of one load.</summary>
internal sealed class Bundle
{
    private readonly Dictionary<BundleTable, List<BundleRow>> _rows = BundleTable.All.ToDictionary(
        table => table,
        _ => new List<BundleRow>());

    public Bundle()
    {
    }

    public Bundle(IEnumerable<BundleRow> rows)
    {
        foreach (var row in rows)
            Add(row);
    }

    /// <summary>All rows, parents before children, in the order in which they are staged.</summary>
    public IEnumerable<BundleRow> AllRows => BundleTable.All.SelectMany(table => _rows[table]);

    public IReadOnlyList<BundleRow> this[BundleTable table] => _rows[table];

    public void Add(BundleRow row) => _rows[row.Table].Add(row);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var row in AllRows)
            text.Append("  ").Append(row).Append('\n');
        return text.ToString();
    }
}

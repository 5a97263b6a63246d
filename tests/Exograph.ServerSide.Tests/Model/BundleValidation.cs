using System.Text;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>A row that may go in: its references resolved to keys, its defaults and parents filled in.</summary>
internal sealed record ValidRow(BundleRow Row, RowKey Key, object?[] Cells)
{
    public long Number => Row.Number("id")!.Value;

    public object? this[string column] => Cells[Row.Table.Position(column)];

    public RowKey? Package => Row.Table == BundleTable.Packages ? Key : (RowKey?)this["package_id"];

    public RowKey? Version => Row.Table == BundleTable.PackageVersions ? Key : (RowKey?)this["package_version_id"];

    /// <summary>The row as it comes to stand where another row creates it by naming its key.</summary>
    public object?[] CellsOfItsKey() =>
    [
        .. Row.Table.Columns.Select((column, i) =>
            Row.Table.Payload.Contains(i) && column.Name != "package_id" ? BundleValidation.Default(column) : Cells[i]),
    ];
}

/// <summary>Which rows of a bundle are rejected, and what the others stand for.</summary>
internal sealed class BundleValidation
{
    private const long LargestNumber = (1L << 40) - 1;

    private readonly Dictionary<string, Dictionary<long, ValidRow>> _byNumber = [];
    private readonly Dictionary<BundleTable, List<ValidRow>> _valid = [];
    private readonly List<BundleRow> _rejected = [];

    public BundleValidation(Bundle bundle)
    {
        foreach (var table in BundleTable.All)
        {
            var valid = _valid[table] = [];
            var used = table.IsDimension ? bundle[table].CountBy(row => row.Number("id") ?? 0).ToDictionary() : [];
            foreach (var row in bundle[table])
            {
                if (Keeps(row, used) && Resolve(row) is { } resolved)
                    valid.Add(resolved);
                else
                    _rejected.Add(row);
            }
            if (table.IsDimension)
                _byNumber[table.Name] = valid.ToDictionary(row => row.Number);
        }
    }

    public IReadOnlyList<BundleRow> Rejected => _rejected;

    public IReadOnlyList<ValidRow> this[BundleTable table] => _valid[table];

    public IEnumerable<ValidRow> AllValid => BundleTable.All.SelectMany(table => _valid[table]);

    /// <summary>A fragment without a hash is known by its file and place: the digest itself is the loader's business.</summary>
    public static RowKey KeyOf(BundleTable table, IReadOnlyList<object?> cells)
    {
        var computed = table == BundleTable.Fragments && cells[table.Position("content_hash")] is null;
        IEnumerable<string> key = computed ? ["file_id", "kind", "line", "end_line", "exact_hash"] : table.Key;
        var text = string.Join(", ", key.Select(column => Cell.Render(cells[table.Position(column)])));
        return new RowKey(table.Name, computed ? "computed: " + text : text);
    }

    public static object? Default(BundleColumn column) => column.Name switch
    {
        "metadata" => new Json("{}"),
        "comments_text" => "",
        "sub_hashes" => Array.Empty<long>(),
        _ => null,
    };

    /// <summary>
    /// The SQLSTATEs of the rules that a row breaks when it is inserted by itself: nothing where it is good. A number has no
    /// meaning then, and a reference that leads nowhere is an id that does not stand; beside a file, it contradicts this too.
    /// </summary>
    public IReadOnlySet<string> SqlStates(BundleRow row)
    {
        var states = new HashSet<string>();
        foreach (var column in row.Table.Columns.Where(column => column.Name != "id"))
        {
            if (row[column.Name] is not { } cell)
            {
                if (column.Required)
                    states.Add("23502");
            }
            else if (!Fits(column, cell))
            {
                states.Add("23514");
            }
            else if (column.RefersTo is not null && Parent(row, column.Name) is null)
            {
                states.Add("23503");
                if (row.Table.Has("package_version_id") && column.Name is "package_id" or "package_version_id")
                    states.Add("XG010");
            }
        }
        if (Contradicts(row))
            states.Add("XG010");
        return states;
    }

    /// <summary>The row that a reference column points at, if it is there and good.</summary>
    public ValidRow? Parent(BundleRow row, string column)
    {
        if (!row.Table.Has(column))
            return null;
        var parents = _byNumber[row.Table.Columns[row.Table.Position(column)].RefersTo!];
        return row.Number(column) is { } number ? parents.GetValueOrDefault(number) : null;
    }

    /// <summary>The rules that look at the row's own cells, and at whether its references lead anywhere.</summary>
    private bool Keeps(BundleRow row, Dictionary<long, int> used)
    {
        if (row.Table.IsDimension
            && (row.Number("id") is not (>= 1 and <= LargestNumber) || used[row.Number("id")!.Value] > 1))
            return false;
        return row.Table.Columns.All(column => row[column.Name] is { } cell
            ? Fits(column, cell) && (column.RefersTo is null || Parent(row, column.Name) is not null)
            : !column.Required);
    }

    private static bool Fits(BundleColumn column, object cell)
    {
        if (column.MaxBytes is not { } most)
            return true;
        var size = cell is byte[] bytes ? bytes.Length : Encoding.UTF8.GetByteCount((string)cell);
        return size >= column.MinBytes && size <= most;
    }

    /// <summary>The row with its references resolved; nothing where it contradicts its file or its version.</summary>
    private ValidRow? Resolve(BundleRow row)
    {
        var table = row.Table;
        var cells = table.Columns
            .Select(column => column.RefersTo is null ? row[column.Name] ?? Default(column) : Parent(row, column.Name)?.Key)
            .ToArray();
        if (table.Has("package_version_id"))
        {
            if (Contradicts(row))
                return null;
            var (package, version) = Home(row);
            cells[table.Position("package_version_id")] = version;
            cells[table.Position("package_id")] = package;
        }
        return new ValidRow(row, KeyOf(table, cells), cells);
    }

    /// <summary>Whether the row names another package or version than that of its file or its version.</summary>
    private bool Contradicts(BundleRow row)
    {
        if (!row.Table.Has("package_version_id"))
            return false;
        var (package, version) = Home(row);
        return (Parent(row, "package_version_id") is { } namedVersion && namedVersion.Key != version)
            || (Parent(row, "package_id") is { } namedPackage && namedPackage.Key != package);
    }

    /// <summary>The package and the version that a row belongs to: those of its file, else of its version.</summary>
    private (RowKey? Package, RowKey? Version) Home(BundleRow row)
    {
        var home = Parent(row, "file_id") ?? Parent(row, "package_version_id");
        return (home?.Package, home?.Version);
    }
}

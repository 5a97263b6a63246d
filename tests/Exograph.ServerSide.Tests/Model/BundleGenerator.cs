namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// Makes random bundles that overlap: the values of all bundles of one generator come from the same small pools, so that keys
/// collide within a load and between loads.
/// </summary>
internal sealed class BundleGenerator
{
    private const long NoSuchNumber = 7_777_777;

    private readonly Random _random;
    private readonly ValuePools _pools;
    private readonly bool _large;
    private readonly bool _mayHaveDefects;
    private Bundle _earlier = new();
    private double _defects;

    /// <param name="random">Decides everything.</param>
    /// <param name="defects">Whether bundles may hold rows to be rejected.</param>
    public BundleGenerator(Random random, bool defects = true)
    {
        _random = random;
        _pools = new ValuePools(random);
        _large = Chance(0.06);
        _mayHaveDefects = defects;
    }

    /// <summary>The same rows in another order.</summary>
    public static Bundle Shuffled(Bundle bundle, Random random)
    {
        var rows = bundle.AllRows.ToArray();
        random.Shuffle(rows);
        return new Bundle(rows);
    }

    /// <summary>A bundle that may hold some of the good rows of the one before, under other numbers.</summary>
    public Bundle Next()
    {
        _defects = _mayHaveDefects && Chance(0.55) ? 0.02 + (0.1 * _random.NextDouble()) : 0;
        var bundle = Chance(0.7) ? SomeOfTheEarlierRows() : new Bundle();
        var most = _large && Chance(0.7) ? 60 : Chance(0.3) ? 15 : 6;
        foreach (var table in BundleTable.All)
        {
            var needed = table.Columns.Where(column => column.Required && column.RefersTo is not null);
            if (Chance(0.1) || needed.Any(column => Numbers(bundle, column.RefersTo!).Count == 0))
                continue;
            var numbers = table.IsDimension ? FreeNumbers(bundle, table, most) : [];
            for (var rows = _random.Next(1, most + 1); rows > 0; rows--)
                bundle.Add(NextRow(bundle, table, numbers));
        }
        _earlier = new Bundle(new BundleValidation(bundle).AllValid.Select(row => row.Row));
        return Shuffled(bundle, _random);
    }

    private Bundle SomeOfTheEarlierRows() => BundleSplitter.Renumbered(BundleSplitter.Split(_earlier, 2, _random)[0], _random);

    private BundleRow NextRow(Bundle bundle, BundleTable table, Queue<long> numbers)
    {
        var row = bundle[table].Count > 0 && Chance(0.3) ? Variant(bundle, Pick(bundle[table])) : FreshRow(bundle, table);
        if (table.IsDimension)
            row = row.With("id", numbers.Dequeue());
        // A defect of a parent spreads to its children.
        return Chance(table.IsDimension ? _defects / 2 : _defects) ? Damaged(bundle, row) : row;
    }

    private BundleRow FreshRow(Bundle bundle, BundleTable table)
    {
        var row = new BundleRow(table, new object?[table.Columns.Count]);
        foreach (var column in table.Columns.Where(column => column.Name != "id" && (column.Required || Chance(0.7))))
            row = row.With(column.Name, Value(bundle, table, column));
        return Consistent(bundle, row);
    }

    /// <summary>A copy with at most two differences: often of equal key.</summary>
    private BundleRow Variant(Bundle bundle, BundleRow row)
    {
        for (var changes = _random.Next(3); changes > 0; changes--)
        {
            var column = Pick(row.Table.Columns);
            if (column.Name != "id" && (column.Required || Chance(0.7)))
                row = row.With(column.Name, Value(bundle, row.Table, column));
        }
        return Consistent(bundle, row);
    }

    private object? Value(Bundle bundle, BundleTable table, BundleColumn column) =>
        column.RefersTo is { } parent ? PickNumber(bundle, parent) : _pools.Value(table, column);

    /// <summary>The row with a package and a version that do not contradict its file and its version, or with none.</summary>
    private BundleRow Consistent(Bundle bundle, BundleRow row)
    {
        if (!row.Table.Has("package_version_id"))
            return row;
        var file = row.Table.Has("file_id") ? RowOf(bundle, BundleTable.Files, row.Number("file_id")) : null;
        var versionNumber = (file ?? row).Number("package_version_id");
        if (file is not null)
            row = row.With("package_version_id", TwinOrNull(bundle, BundleTable.PackageVersions, versionNumber));
        var version = RowOf(bundle, BundleTable.PackageVersions, versionNumber);
        return row.With("package_id", TwinOrNull(bundle, BundleTable.Packages, version?.Number("package_id")));
    }

    /// <summary>A number of the package or version that goes by the same name, as there may be several, or none.</summary>
    private long? TwinOrNull(Bundle bundle, BundleTable table, long? number)
    {
        if (Chance(0.5) || RowOf(bundle, table, number) is not { } row)
            return null;
        var name = NameOf(bundle, row);
        return Pick([.. bundle[table].Where(other => NameOf(bundle, other) == name)]).Number("id");
    }

    private static (object?, object?, object?) NameOf(Bundle bundle, BundleRow row)
    {
        if (row.Table == BundleTable.Packages)
            return (row["ecosystem"], row["name"], null);
        var package = RowOf(bundle, BundleTable.Packages, row.Number("package_id"));
        return (package?["ecosystem"], package?["name"], row["version"]);
    }

    /// <summary>The row with something done to it that the loader often has to reject it for.</summary>
    private BundleRow Damaged(Bundle bundle, BundleRow row)
    {
        var columns = row.Table.Columns;
        var references = columns.Where(column => column.RefersTo is not null).ToList();
        var limited = columns.Where(column => column.MaxBytes is not null).ToList();
        switch (_random.Next(5))
        {
            case 0 when references.Count > 0:
                var reference = Pick(references);
                return row.With(reference.Name, Chance(0.6) ? OutOfRange(reference) : NoSuchNumber);
            case 1 when limited.Count > 0:
                var column = Pick(limited);
                return row.With(column.Name, _pools.TooLong(column));
            case 2 when row.Table.IsDimension:
                return row.With("id", Chance(0.6) ? OutOfRange(columns[0]) : PickNumber(bundle, row.Table.Name));
            case 3 when row.Table.Has("package_version_id"):
                var contradicting = Pick<string>(["packages", "package_versions"]);
                return row.With(contradicting[..^1] + "_id", PickNumber(bundle, contradicting));
            default:
                return row.With(Pick(columns).Name, null);
        }
    }

    private long OutOfRange(BundleColumn column) =>
        Pick<long>([0, -1, column.Type == ColumnType.Bigint ? 1L << 40 : int.MinValue]);

    private Queue<long> FreeNumbers(Bundle bundle, BundleTable table, int count)
    {
        var used = Numbers(bundle, table.Name);
        var largest = table == BundleTable.Terms ? int.MaxValue : (1L << 40) - 1;
        var numbers = Enumerable.Range(1, used.Count + (2 * count)).Select(number => (long)number)
            .Append(largest).Except(used).ToArray();
        if (Chance(0.7))
            _random.Shuffle(numbers);
        return new Queue<long>(numbers);
    }

    private long? PickNumber(Bundle bundle, string table) =>
        Numbers(bundle, table) is { Count: > 0 } numbers ? Pick(numbers) : null;

    private static List<long> Numbers(Bundle bundle, string table) =>
        [.. bundle[BundleTable.Named(table)].Select(row => row.Number("id")).OfType<long>()];

    private static BundleRow? RowOf(Bundle bundle, BundleTable table, long? number) =>
        number is null ? null : bundle[table].FirstOrDefault(row => row.Number("id") == number);

    private T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    private bool Chance(double probability) => _random.NextDouble() < probability;
}

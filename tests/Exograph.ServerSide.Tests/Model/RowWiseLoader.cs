using Npgsql;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// Inserts the rows of a bundle through the inserter views, parents first, and the model's beside. Of what a bundle may hold, a
/// number that is missing, out of range or used twice has no meaning here: such rows are left out.
/// </summary>
/// <param name="connection">Where to insert.</param>
/// <param name="transaction">The transaction to stay in; every row commits without.</param>
/// <param name="model">What is expected.</param>
/// <param name="random">Chooses between the ways to say the same.</param>
internal sealed class RowWiseLoader(
    NpgsqlConnection connection, NpgsqlTransaction? transaction, IndexModel model, Random random)
{
    private const string SavePoint = "before_row";
    private const int DigestBytes = 32;
    private const long LargestNumber = (1L << 40) - 1;

    private static readonly BundleTable[] s_createdByName =
        [BundleTable.Packages, BundleTable.PackageVersions, BundleTable.Terms, BundleTable.GraphNodes];

    private readonly Dictionary<RowKey, long> _ids = [];
    private readonly Dictionary<RowKey, byte[]> _hashes = [];
    private readonly List<string> _differences = [];

    /// <summary>The ids that the views told.</summary>
    public IReadOnlyDictionary<RowKey, long> Ids => _ids;

    /// <summary>Inserts the rows, and returns what the views did other than expected.</summary>
    public async Task<IReadOnlyList<string>> InsertAsync(Bundle bundle)
    {
        bundle = WithMeaning(bundle);
        var validation = new BundleValidation(bundle);
        var naming = new RowWiseNaming(model, validation, _ids, _hashes, random);
        var leftToOthers = LeftToOthers(validation, naming);
        foreach (var table in BundleTable.All)
        {
            var valid = validation[table].Where(row => !leftToOthers.Contains(row.Row));
            await InsertAsync(table, [.. table.IsDimension ? valid.OrderBy(row => row.Number) : valid], naming);
            foreach (var row in bundle[table].Where(validation.Rejected.Contains))
                await RefuseAsync(row, validation.SqlStates(row), naming);
        }
        return _differences;
    }

    /// <summary>The rows whose numbers mean something.</summary>
    private static Bundle WithMeaning(Bundle bundle)
    {
        var usable = BundleTable.All.Where(table => table.IsDimension).ToDictionary(
            table => table,
            table => bundle[table].CountBy(row => row.Number("id") ?? 0)
                .Where(number => number is { Key: >= 1 and <= LargestNumber, Value: 1 })
                .Select(number => number.Key)
                .ToHashSet());
        return new Bundle(bundle.AllRows.Where(
            row => !row.Table.IsDimension || (row.Number("id") is { } number && usable[row.Table].Contains(number))));
    }

    /// <summary>
    /// Some rows that say no more than their key, and are named by a row that is inserted: that one creates them.
    /// </summary>
    private HashSet<BundleRow> LeftToOthers(BundleValidation validation, RowWiseNaming naming)
    {
        var children = validation.AllValid
            .SelectMany(child => child.Row.Table.Columns
                .Where(column => column.RefersTo is not null)
                .Select(column => (Parent: validation.Parent(child.Row, column.Name), Child: child.Row, Column: column.Name)))
            .Where(reference => reference.Parent is not null)
            .ToLookup(reference => reference.Parent!.Row, reference => (reference.Child, reference.Column));
        var left = new HashSet<BundleRow>();
        foreach (var row in validation.AllValid.Reverse().Where(row => s_createdByName.Contains(row.Row.Table)))
        {
            var bare = row.CellsOfItsKey().Zip(row.Cells).All(pair => Cell.Render(pair.First) == Cell.Render(pair.Second));
            var named = children[row.Row].Any(child => !left.Contains(child.Child) && Tells(child.Child, child.Column));
            var nameable = row.Row.Table != BundleTable.GraphNodes
                || children[row.Row].All(child => naming.TellsNode(child.Child, child.Column.Split('_')[0]));
            if (bare && named && nameable && random.Next(3) == 0)
                left.Add(row.Row);
        }
        return left;

        // A package_id beside a version or a file is a repetition: the version tells the package.
        static bool Tells(BundleRow child, string column) => column switch
        {
            "package_id" => child.Table == BundleTable.PackageVersions || child.Number("package_version_id") is not null,
            _ => true,
        };
    }

    private async Task InsertAsync(BundleTable table, IReadOnlyList<ValidRow> rows, RowWiseNaming naming)
    {
        if (rows.Count == 0)
            return;
        var inserts = rows.Select(row => naming.Insert(row.Row)!).ToList();
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (random.Next(5) == 0)
        {
            Add(batch, inserts);
        }
        else
        {
            batch.EnableErrorBarriers = transaction is null; // a transaction for each row
            inserts.ForEach(insert => Add(batch, [insert]));
        }
        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var (row, insert) in rows.Zip(inserts))
        {
            while (!await reader.ReadAsync())
            {
                if (!await reader.NextResultAsync())
                    throw new InvalidOperationException($"nothing was returned for {row.Row}");
            }
            insert.NamedByKey.ForEach(named => model.Insert(named.Key, named.CellsOfItsKey(), isNamed: true));
            Compare(row, model.Insert(row.Key, row.Cells), BulkLoader.ReadCells(table, reader));
        }
    }

    private static void Add(NpgsqlBatch batch, List<RowWiseInsert> inserts)
    {
        var table = inserts[0].Row.Table;
        string[] columns = [.. inserts.SelectMany(insert => insert.Columns).Distinct()];
        var command = new NpgsqlBatchCommand();
        foreach (var parameter in inserts.SelectMany(insert => insert.Parameters(columns)))
            command.Parameters.Add(parameter);
        var rows = inserts.Select((_, i) =>
            $"({string.Join(", ", columns.Select((_, j) => $"${(i * columns.Length) + j + 1}"))})");
        var values = columns.Length == 0 ? "DEFAULT VALUES" : $"({string.Join(", ", columns)}) VALUES {string.Join(", ", rows)}";
        command.CommandText = $"INSERT INTO exograph_in.{table.Name} {values} RETURNING {BulkLoader.ColumnList(table)}";
        batch.BatchCommands.Add(command);
    }

    /// <summary>The row that came back is the one that stands.</summary>
    private void Compare(ValidRow row, object?[] standing, object?[] returned)
    {
        var table = row.Row.Table;
        foreach (var (column, i) in table.Columns.Select((column, i) => (column, i)))
        {
            var (expected, found) = (standing[i], returned[i]);
            if (column.Name == "content_hash" && found is byte[] hash)
            {
                _hashes[row.Key] = hash;
                expected ??= hash.Length == DigestBytes ? hash : null; // a computed one
            }
            if (column.Name == "id")
                Learn(row.Key, found);
            else if (column.RefersTo is not null && expected is RowKey key)
                Learn(key, found);
            else if (Cell.RenderValue(expected) != Cell.RenderValue(found))
                _differences.Add($"{row.Row} returned {column.Name} {Cell.Render(found)}, {Cell.Render(expected)} stands");
        }
    }

    private void Learn(RowKey key, object? id)
    {
        if (id is not long number)
            _differences.Add($"no id was returned for {key}");
        else if (_ids.TryGetValue(key, out var known) && known != number)
            _differences.Add($"{key} is {known} and {number}");
        else
            _ids[key] = number;
    }

    private async Task RefuseAsync(BundleRow row, IReadOnlySet<string> sqlStates, RowWiseNaming naming)
    {
        if (naming.Insert(row) is not { } insert)
            return;
        await using var own = transaction is null ? await connection.BeginTransactionAsync() : null;
        if (transaction is not null)
            await transaction.SaveAsync(SavePoint);
        await using var batch = new NpgsqlBatch(connection, own ?? transaction);
        Add(batch, [insert]);
        try
        {
            await batch.ExecuteNonQueryAsync();
            _differences.Add($"was not refused with {string.Join(" or ", sqlStates)}: {row}");
        }
        catch (PostgresException exception)
        {
            if (!sqlStates.Contains(exception.SqlState))
                _differences.Add($"was refused with {exception.Message}, not {string.Join(" or ", sqlStates)}: {row}");
        }
        if (transaction is not null)
            await transaction.RollbackAsync(SavePoint);
    }
}

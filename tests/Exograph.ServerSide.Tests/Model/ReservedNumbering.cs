namespace Exograph.ServerSide.Tests.Model;

/// <summary>Numbers the rows of a bundle by ids that a load reserves, in their order or in none, with gaps or without.</summary>
internal sealed class ReservedNumbering(BulkLoader loader, int load, Random random)
{
    private const long LargestNumber = (1L << 40) - 1;

    private readonly Dictionary<(string Table, long Old), long> _numbers = [];

    /// <summary>The bundle under its new numbers, and those of its terms that stand already and are not to be staged.</summary>
    /// <param name="bundle">Rows, good and bad: numbers out of range stay as they are.</param>
    /// <param name="resolvesTerms">Whether good terms are resolved instead of staged.</param>
    public async Task<(Bundle Renumbered, IReadOnlyList<BundleRow> Resolved)> NumberAsync(Bundle bundle, bool resolvesTerms)
    {
        var resolved = resolvesTerms ? await ResolveTermsAsync(bundle) : [];
        foreach (var table in BundleTable.All.Where(table => table.IsDimension))
            await ReserveAsync(bundle, table);
        var rows = bundle.AllRows.Select(Renumbered).ToList();
        // Equal terms have become one.
        var terms = rows.Where(row => row.Table == BundleTable.Terms && resolved.Contains(row.Number("id") ?? 0))
            .GroupBy(row => row.Number("id"))
            .ToList();
        var superfluous = terms.SelectMany(equal => equal.Skip(1)).ToHashSet();
        return (new Bundle(rows.Where(row => !superfluous.Contains(row))), [.. terms.Select(equal => equal.First())]);
    }

    private async Task<HashSet<long>> ResolveTermsAsync(Bundle bundle)
    {
        var terms = new BundleValidation(bundle)[BundleTable.Terms];
        var ids = await loader.ResolveTermsAsync(load, [.. terms.Select(term => (string)term["term"]!)]);
        foreach (var (term, id) in terms.Zip(ids))
            _numbers.Add((BundleTable.Terms.Name, term.Number), id);
        return [.. ids];
    }

    /// <summary>A number that no row has gets an id as well, so that it does not become that of another row.</summary>
    private async Task ReserveAsync(Bundle bundle, BundleTable table)
    {
        var numbers = bundle.AllRows
            .SelectMany(row => row.Table.Columns
                .Where(column => NumberedTable(row, column) == table.Name)
                .Select(column => row.Number(column.Name) ?? 0))
            .Where(number => number is >= 1 and <= LargestNumber && !_numbers.ContainsKey((table.Name, number)))
            .Distinct()
            .Order()
            .ToArray();
        if (numbers.Length == 0)
            return;
        var ids = await loader.ReserveAsync(load, table, numbers.Length + (random.Next(2) == 0 ? 0 : 3));
        if (random.Next(2) == 0)
            random.Shuffle(numbers);
        while (ids.Count > numbers.Length)
            ids.RemoveAt(random.Next(ids.Count));
        foreach (var (number, id) in numbers.Zip(ids))
            _numbers.Add((table.Name, number), id);
    }

    private BundleRow Renumbered(BundleRow row)
    {
        foreach (var column in row.Table.Columns)
        {
            if (NumberedTable(row, column) is { } table && row.Number(column.Name) is { } old
                && _numbers.TryGetValue((table, old), out var number))
                row = row.With(column.Name, number);
        }
        return row;
    }

    private static string? NumberedTable(BundleRow row, BundleColumn column) =>
        column.Name == "id" ? row.Table.Name : column.RefersTo;
}

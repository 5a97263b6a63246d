namespace Exograph.ServerSide.Tests.Model;

/// <summary>Rewrites bundles into others that must come to the same index.</summary>
internal static class BundleSplitter
{
    /// <summary>
    /// The good rows, with equal payloads where keys are equal, so that it does not matter which comes first. Paths of equal
    /// files stay different: all of them are kept.
    /// </summary>
    public static Bundle Agreeing(Bundle bundle)
    {
        var agreeing = new Bundle();
        foreach (var equal in new BundleValidation(bundle).AllValid.GroupBy(row => row.Key))
        {
            var first = equal.First();
            foreach (var valid in equal)
            {
                var row = valid.Row;
                foreach (var name in row.Table.Payload.Select(i => row.Table.Columns[i].Name).Where(name => name != "path"))
                    row = row.With(name, first.Row[name]);
                agreeing.Add(row);
            }
        }
        return agreeing;
    }

    /// <summary>Parts that together hold every row at least once, each with the parents that its rows need.</summary>
    public static IReadOnlyList<Bundle> Split(Bundle bundle, int parts, Random random)
    {
        var chosen = Enumerable.Range(0, parts).Select(_ => new HashSet<BundleRow>()).ToList();
        var byNumber = bundle.AllRows
            .Where(row => row.Table.IsDimension)
            .ToDictionary(row => (row.Table.Name, row.Number("id")!.Value));
        foreach (var row in bundle.AllRows)
        {
            for (var copies = random.Next(4) == 0 ? 2 : 1; copies > 0; copies--)
                AddWithParents(row, chosen[random.Next(parts)], byNumber);
        }
        return [.. chosen.Select(rows => new Bundle(bundle.AllRows.Where(rows.Contains)))];
    }

    /// <summary>The same rows under other numbers. Where payloads agree, it does not matter whose number is the lowest.</summary>
    public static Bundle Renumbered(Bundle bundle, Random random)
    {
        var numbers = new Dictionary<(string Table, long Old), long>();
        foreach (var table in BundleTable.All.Where(table => table.IsDimension))
        {
            var free = Enumerable.Range(1, bundle[table].Count + 3).Select(number => (long)number).ToArray();
            random.Shuffle(free);
            foreach (var (row, number) in bundle[table].Zip(free))
                numbers.Add((table.Name, row.Number("id")!.Value), number);
        }
        return new Bundle(bundle.AllRows.Select(row => Renumbered(row, numbers)));
    }

    private static BundleRow Renumbered(BundleRow row, Dictionary<(string Table, long Old), long> numbers)
    {
        foreach (var column in row.Table.Columns)
        {
            var table = column.Name == "id" ? row.Table.Name : column.RefersTo;
            if (table is not null && row.Number(column.Name) is { } old)
                row = row.With(column.Name, numbers[(table, old)]);
        }
        return row;
    }

    private static void AddWithParents(
        BundleRow row, HashSet<BundleRow> part, Dictionary<(string Table, long Number), BundleRow> byNumber)
    {
        if (!part.Add(row))
            return;
        foreach (var column in row.Table.Columns.Where(column => column.RefersTo is not null && row[column.Name] is not null))
            AddWithParents(byNumber[(column.RefersTo!, row.Number(column.Name)!.Value)], part, byNumber);
    }
}

namespace Exograph.ServerSide.Bundles;

/// <summary>
/// Tells the shard of each row of a bundle: that of its package, which it names, or what it refers to does. Rows that belong to no
/// package, and those that refer to nothing that was read, are for the home shard, where the server says what is wrong with them.
/// Tables are to be read in the order of <see cref="Waves"/>, those of one wave at once.
/// </summary>
internal sealed class ShardRouter(int home)
{
    private readonly NumberMap[] _shards = [.. StagedColumn.Dimensions.Select(_ => new NumberMap())];

    /// <summary>Each table after those whose numbers it may have to be found by. Terms go wherever sets of them went.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Waves { get; } =
    [
        ["packages"], ["package_versions"], ["files"], ["fragments"], ["graph_nodes"],
        ["comments", "definitions", "symbol_references", "call_edges", "fragment_terms", "fragment_term_sets"], ["terms"],
    ];

    /// <summary>Where packages went, by their number as it is staged.</summary>
    public void Place(long package, int shard) => _shards[0][package] = shard;

    /// <summary>The shard of a row, which is known by its own number from now on.</summary>
    /// <param name="row">The numbers of the row.</param>
    public int Route(IReadOnlyList<RowNumber> row)
    {
        int shard = 0;
        RowNumber? key = null;
        foreach (var number in row)
        {
            var (column, value) = number;
            if (column.IsKey && column.NumberOf != "packages")
                key = number;
            else if (shard == 0 && column.NumberOf != "terms")
                shard = _shards[column.Dimension][value];
        }
        if (shard == 0)
            shard = home;
        if (key is var (own, n))
            _shards[own.Dimension][n] = shard;
        return shard;
    }
}

using System.Collections.Concurrent;

namespace Exograph.ServerSide.Bundles;

/// <summary>Sends each row of a table to its shard, encoded once.</summary>
/// <param name="session">The load of the cluster.</param>
/// <param name="router">Tells the shards.</param>
/// <param name="sets">Shards that sets of terms went to: terms go to all of these.</param>
/// <param name="table">Table of the rows.</param>
/// <param name="columns">Columns that the rows come with.</param>
internal sealed class SplitTarget(
    ClusterSession session, ShardRouter router, ConcurrentDictionary<int, bool> sets, StagedTable table,
    IReadOnlyList<StagedColumn> columns) : IRowTarget
{
    private const int Capacity = 1 << 16;

    private readonly CopyEncoder _row = new(Capacity, ids: null, notesNumbers: true);
    private readonly Dictionary<int, TableStream> _streams = [];

    public IReadOnlyList<StagedColumn> Columns => columns;

    public long Rows { get; private set; }

    public CopyEncoder BeginRow()
    {
        _row.BeginRow(columns.Count);
        Rows++;
        return _row;
    }

    public async ValueTask EndRowAsync(CancellationToken cancellationToken)
    {
        if (table.Table == IndexTable.Terms)
        {
            foreach (var shard in sets.Keys)
                await AddAsync(shard, cancellationToken);
        }
        else
            await AddAsync(router.Route(_row.Numbers), cancellationToken);
        _row.DropRow();
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var stream in _streams.Values)
            await stream.CompleteAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _row.Dispose();
        foreach (var stream in _streams.Values)
            await stream.DisposeAsync();
    }

    private ValueTask AddAsync(int shard, CancellationToken cancellationToken) => _streams.TryGetValue(shard, out var stream)
        ? stream.AddRowAsync(_row.Row, _row.RowCounted, cancellationToken)
        : AddFirstAsync(shard, cancellationToken);

    private async ValueTask AddFirstAsync(int shard, CancellationToken cancellationToken)
    {
        var stream = (await session.OnShardAsync(shard, cancellationToken)).OpenTable(table, columns);
        _streams.Add(shard, stream);
        if (table.Table == IndexTable.FragmentTerms)
            sets.TryAdd(shard, true);
        await stream.AddRowAsync(_row.Row, _row.RowCounted, cancellationToken);
    }
}

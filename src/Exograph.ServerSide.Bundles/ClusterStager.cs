using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;

namespace Exograph.ServerSide.Bundles;

/// <summary>Stages the rows of bundles on the shards of their packages. A bundle is read once, but for its packages.</summary>
internal sealed class ClusterStager(ClusterSession session, BundleOptions options)
{
    private long _rowsRead;

    /// <summary>Parses, checks, splits and stages the bundle.</summary>
    /// <exception cref="BundleException">The bundle is at fault, or a stream. The load can only be abandoned.</exception>
    public async Task StageAsync(StagedBundle staged, CancellationToken cancellationToken)
    {
        var (bundle, shift) = staged;
        if (bundle.Stream is not null)
            throw new BundleException(bundle.Name, "expected a directory, found a stream: which shard a row of a cluster belongs to "
                + "is known when its package, version and file have been read, and those of a stream come in any order");
        _rowsRead = 0;
        var router = new ShardRouter(await session.PlaceHomeAsync(cancellationToken));
        await PlaceAsync(bundle, shift, router, cancellationToken);
        var sets = new ConcurrentDictionary<int, bool>();
        foreach (var wave in ShardRouter.Waves)
        {
            await Parallel.ForEachAsync(
                bundle.Files.Where(f => wave.Contains(f.Table.Name)),
                new ParallelOptions { MaxDegreeOfParallelism = options.Readers, CancellationToken = cancellationToken },
                async (file, token) =>
                {
                    var numbers = shift.ForReader();
                    var rows = await new TableFileReader(file, options).ReadAsync(
                        columns => ValueTask.FromResult<IRowTarget>(new SplitTarget(session, router, sets, file.Table, columns)),
                        numbers, token);
                    bundle.CheckCount(file, rows);
                    Interlocked.Add(ref _rowsRead, rows);
                    numbers.Complete();
                });
        }
        if (_rowsRead == 0 && bundle.Manifest is null)
            throw new BundleException(bundle.Name, "expected rows, found none in any of its files");
    }

    /// <summary>Asks where the packages go, those of an ecosystem at once. One without a name is for the server to reject.</summary>
    private async Task PlaceAsync(Bundle bundle, NumberShift shift, ShardRouter router, CancellationToken cancellationToken)
    {
        if (bundle.Files.FirstOrDefault(f => f.Table.Table == IndexTable.Packages) is not { } file)
            return;
        var packages = new List<(long Number, string Ecosystem, string Name)>();
        await new TableFileReader(file, options with { Progress = null }).ReadAsync(
            columns => ValueTask.FromResult<IRowTarget>(new RowLook(ids: null, file.Table, columns, (fields, _) =>
            {
                if (fields is [{ } id, { } ecosystem, { } name, ..])
                    packages.Add((BinaryPrimitives.ReadInt64BigEndian(id.Span), Encoding.UTF8.GetString(ecosystem.Span),
                        Encoding.UTF8.GetString(name.Span)));
                return ValueTask.CompletedTask;
            })), shift.ForReader(), cancellationToken);
        foreach (var ecosystem in packages.GroupBy(p => p.Ecosystem, StringComparer.Ordinal))
        {
            var names = ecosystem.Select(p => p.Name).Distinct(StringComparer.Ordinal).ToList();
            var shards = await session.PlaceAsync(ecosystem.Key, names, cancellationToken);
            foreach (var (number, _, name) in ecosystem)
                router.Place(number, shards[name]);
        }
    }
}

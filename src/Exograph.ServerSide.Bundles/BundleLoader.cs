namespace Exograph.ServerSide.Bundles;

/// <summary>What became of a load of bundles.</summary>
public enum BundleLoadState
{
    /// <summary>None was begun.</summary>
    NotBegun,
    /// <summary>Its rows are in the index.</summary>
    Finalized,
    /// <summary>It is open: it was to be left so, or could not be finalized or abandoned.</summary>
    Open,
    /// <summary>It was abandoned: nothing of it was loaded.</summary>
    Abandoned,
    /// <summary>The server was lost while the load was being finalized: it is open, or finalized.</summary>
    Unknown,
}

/// <summary>
/// Loads any number of bundles into as few loads as the bound on staged bytes allows. For one call,
/// whose outcome can be read from the properties however it ended.
/// </summary>
public sealed class BundleLoader
{
    /// <summary>Rejected rows of a load that are looked for in its bundles.</summary>
    internal static readonly RejectOptions Shown = new() { Limit = 20 };

    /// <summary>With more of them the server would be asked for too long.</summary>
    private const long MostSought = 1_000_000;

    private readonly ExographClient _client;
    private readonly BundleLoadOptions _options;
    private readonly List<LoadReport> _reports = [];
    private readonly List<ClusterReport> _clusterReports = [];
    private readonly List<PlacedReject> _rejects = [];
    private readonly List<StagedBundle> _staged = [];

    /// <summary>A loader into the database of <paramref name="client"/>.</summary>
    public BundleLoader(ExographClient client, BundleLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new BundleLoadOptions();
    }

    /// <summary>Reports of the loads that ended well.</summary>
    public IReadOnlyList<LoadReport> Reports => _reports;

    /// <summary>The same of loads of a cluster, with what became of each shard; none where loads are those of one index.</summary>
    public IReadOnlyList<ClusterReport> ClusterReports => _clusterReports;

    /// <summary>
    /// The first rows of each load that the server refused or left out, with the lines they came from. Bundles that come as streams
    /// cannot be read again: of them the first 2,097,152 rows are known, a set counted as its pairs.
    /// </summary>
    public IReadOnlyList<PlacedReject> Rejects => _rejects;

    /// <summary>Number of the load that was begun last; null where none was.</summary>
    public int? LoadId { get; private set; }

    /// <summary>What became of that load.</summary>
    public BundleLoadState State { get; private set; }

    /// <summary>Why that load stays open though it was to be abandoned; null otherwise.</summary>
    public Exception? AbandonFailure { get; private set; }

    /// <summary>Loads all bundles. An error abandons the load at work; those before it stay finalized.</summary>
    /// <returns><see cref="Reports"/>.</returns>
    /// <exception cref="BundleException">A bundle is at fault.</exception>
    /// <exception cref="LoadException">The server refused the load, or a row of it.</exception>
    /// <exception cref="ConnectionException">The server was lost and could not be reached again.</exception>
    public async Task<IReadOnlyList<LoadReport>> LoadAsync(
        IEnumerable<Bundle> bundles, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundles);
        var rest = new Queue<Bundle>(bundles);
        if (_options.Load.Complete != FactTables.None && rest.FirstOrDefault(b => !b.IsCounted) is { } uncounted)
        {
            throw new BundleException(uncounted.Name, $"expected {Bundle.ManifestName}, which counts the rows, found none: without "
                + "it nothing tells a file that was cut off from one that is complete");
        }
        // From here on nothing goes back to the caller's synchronization context.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (rest.Count > 0)
            await LoadNextAsync(rest, cancellationToken);
        return _reports;
    }

    private async Task LoadNextAsync(Queue<Bundle> bundles, CancellationToken cancellationToken)
    {
        _staged.Clear();
        (LoadId, State, AbandonFailure) = (null, BundleLoadState.NotBegun, null);
        var load = await BeginAsync(cancellationToken);
        LoadId = load.LoadId;
        try
        {
            await using (load)
                await StageAsync(load, bundles, cancellationToken);
            State = load.IsFinalized ? BundleLoadState.Finalized : BundleLoadState.Open;
        }
        catch (Exception e)
        {
            State = load.IsAbandoned ? BundleLoadState.Abandoned
                : load.IsFinalized ? BundleLoadState.Finalized
                : ConnectionLoss.Is(e) ? BundleLoadState.Unknown
                : BundleLoadState.Open;
            AbandonFailure = load.AbandonFailure;
            if (e is LoadException { Rejects.Count: > 0 } refused)
                await PlaceAsync(load, refused.Rejects.Sum(r => r.Rows), () => load.CheckAsync(Shown, cancellationToken), cancellationToken);
            throw;
        }
    }

    private async Task<BundleLoad> BeginAsync(CancellationToken cancellationToken) => _options.ConnectShard is { } connect
        ? new BundleLoad.OfCluster(
            await _client.Cluster.BeginLoadAsync(connect, _options.Load, cancellationToken), _options.Reading, _clusterReports)
        : new BundleLoad.OfIndex(_client, await _client.BeginLoadAsync(_options.Load, cancellationToken), _options.Reading);

    private async Task StageAsync(BundleLoad load, Queue<Bundle> bundles, CancellationToken cancellationToken)
    {
        var shift = NumberShift.None;
        do
        {
            var bundle = new StagedBundle(bundles.Dequeue(), shift);
            _staged.Add(bundle);
            await load.StageAsync(bundle, cancellationToken);
            shift = shift.Next();
        }
        while (bundles.Count > 0 && load.BytesStaged < _options.MaxStaged && !shift.IsHalfUsed);
        var report = _options.LeaveOpen ? await load.LeaveOpenAsync(cancellationToken) : await load.FinalizeAsync(cancellationToken);
        _reports.Add(report);
        await PlaceAsync(
            load, report.Tables.Sum(t => t.Rejected), () => load.GetRejectsAsync(Shown, cancellationToken), cancellationToken);
    }

    /// <summary>Finds the first of the rows that the server refused, by file and line.</summary>
    private async Task PlaceAsync(
        BundleLoad load, long count, Func<Task<IReadOnlyList<RejectedRow>>> ask, CancellationToken cancellationToken)
    {
        if (count is 0 or > MostSought)
            return;
        try
        {
            var finder = new RejectFinder(load.Ids, _options.Reading);
            _rejects.AddRange(await finder.FindAsync(await ask(), _staged, cancellationToken));
        }
        catch (Exception e) when (e is ExographException or IOException)
        {
            // What is told of the failure itself must not be lost for it.
        }
    }
}

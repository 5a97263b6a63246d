using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// An open load of a cluster: packages are placed, the rows of each are staged by a session of its shard, then
/// <see cref="FinalizeAsync"/> brings all of it into the indexes of all shards, or none. Disposing a session that was not finalized
/// abandons the load, unless the coordinator refused to finalize it. Thread-safe as <see cref="LoadSession"/> is.
/// </summary>
public sealed class ClusterSession : IAsyncDisposable
{
    /// <summary>Bytes of a table that wait to be sent, on all shards together.</summary>
    private const int BufferBytes = 16 << 20;
    private const int LeastChunk = 256 << 10;

    private static readonly TimeSpan s_disposeTimeout = TimeSpan.FromSeconds(15);

    private readonly ClusterClient _cluster;
    private readonly LoadOptions _options;
    private readonly Func<Shard, NpgsqlDataSource> _connect;
    private readonly SemaphoreSlim _joining = new(1, 1);
    private readonly SortedDictionary<int, Joined> _joined = [];
    private readonly Dictionary<(IndexTable Table, int Shard), long> _staged = [];
    private ClusterReport? _report;
    private bool _leaveOpen;

    internal ClusterSession(ClusterClient cluster, int loadId, LoadOptions options, IReadOnlyList<Shard> shards,
        Func<Shard, NpgsqlDataSource> connect)
    {
        _cluster = cluster;
        _options = options;
        _connect = connect;
        LoadId = loadId;
        Shards = shards;
    }

    /// <summary>Number of the load on the coordinator.</summary>
    public int LoadId { get; }

    /// <summary>The attached shards.</summary>
    public IReadOnlyList<Shard> Shards { get; }

    /// <summary>Bytes staged so far on all shards, in the binary format of COPY.</summary>
    public long BytesStaged
    {
        get
        {
            lock (_joined)
                return _joined.Values.Sum(j => j.Session.BytesStaged);
        }
    }

    private Joined[] AllJoined
    {
        get
        {
            lock (_joined)
                return [.. _joined.Values];
        }
    }

    internal bool IsFinalized => _report is not null;

    internal bool IsAbandoned { get; private set; }

    /// <summary>Why disposing could not abandon the load; null where it did, or did not have to.</summary>
    internal Exception? AbandonFailure { get; private set; }

    /// <summary>
    /// Where packages of an ecosystem are or, where they are new, will be: numbers of shards by name. Shards are asked for their size
    /// once a call, so many names go in one.
    /// </summary>
    /// <exception cref="LoadException">The load is not open; no shard has space; a package is on a shard that is detached.</exception>
    public async Task<IReadOnlyDictionary<string, int>> PlaceAsync(
        string ecosystem, IReadOnlyCollection<string> names, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ecosystem);
        var placed = await _cluster.PlaceAsync(LoadId, ecosystem, [.. names], cancellationToken).ConfigureAwait(false);
        return placed.ToDictionary(p => p.Name!, p => p.Shard, StringComparer.Ordinal);
    }

    /// <summary>The shard of rows that belong to no package.</summary>
    public async Task<int> PlaceHomeAsync(CancellationToken cancellationToken = default) =>
        (await _cluster.PlaceAsync(LoadId, null, [], cancellationToken).ConfigureAwait(false))[0].Shard;

    /// <summary>
    /// The session by which rows are staged on a shard: the same one each time. Its rows refer to rows of the same shard only. It is
    /// not to be finalized, abandoned or disposed by itself.
    /// </summary>
    /// <param name="shard">Number of the shard, as <see cref="PlaceAsync"/> returns it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LoadException">The shard cannot take part.</exception>
    /// <exception cref="ConnectionException">The coordinator or the shard cannot be reached.</exception>
    public async Task<LoadSession> OnShardAsync(int shard, CancellationToken cancellationToken = default)
    {
        await _joining.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            lock (_joined)
            {
                if (_joined.TryGetValue(shard, out var known))
                    return known.Session;
            }
            var address = Shards.FirstOrDefault(s => s.Number == shard)
                ?? throw new ArgumentOutOfRangeException(nameof(shard), shard, "There is no such shard, or it is detached.");
            var number = await _cluster.JoinLoadAsync(LoadId, shard, cancellationToken).ConfigureAwait(false);
            var client = new ExographClient(_connect(address), _cluster.Logger, ownsDataSource: true);
            var session = new LoadSession(client, number, _options with
            {
                ChunkBytes = Math.Clamp(BufferBytes / Shards.Count, LeastChunk, _options.ChunkBytes),
                Progress = _options.Progress is { } progress ? new ShardProgress(this, shard, progress) : null,
            });
            session.LeaveOpen(); // the coordinator abandons it
            lock (_joined)
                _joined.Add(shard, new(address, client, session));
            return session;
        }
        finally
        {
            _joining.Release();
        }
    }

    /// <summary>
    /// Brings the rows of all shards into their indexes, all or none. When the coordinator is lost meanwhile, asks it again what
    /// became of the load. After a <see cref="LoadException"/> the staged rows are as before: the call may be repeated, and disposing
    /// the session leaves the load open, for somebody to look at it.
    /// </summary>
    /// <exception cref="LoadException">The coordinator, or a shard, which the message names, refused the load.</exception>
    /// <exception cref="ConnectionException">A server was lost and could not be reached again.</exception>
    public async Task<ClusterReport> FinalizeAsync(CancellationToken cancellationToken = default)
    {
        if (_report is not null)
            return _report;
        await SealAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _cluster.FinalizeLoadAsync(LoadId, _options.ForFinalize(), cancellationToken).ConfigureAwait(false);
            return _report = await ReportAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            _leaveOpen = true; // all rows are there: what stands in the way is for somebody to look at
            throw;
        }
    }

    /// <summary>Tells the shards how many rows were staged, and lets the load stay open when the session is disposed.</summary>
    public async Task<ClusterReport> LeaveOpenAsync(CancellationToken cancellationToken = default)
    {
        await SealAsync(cancellationToken).ConfigureAwait(false);
        _leaveOpen = true;
        return await ReportAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The staged rows that break a rule, of all shards. Nothing is changed.</summary>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public async Task<IReadOnlyList<RejectedRow>> CheckAsync(
        RejectOptions? options = null, CancellationToken cancellationToken = default)
    {
        var rows = new List<RejectedRow>();
        foreach (var (_, _, session) in AllJoined)
            rows.AddRange(await session.CheckAsync(options, cancellationToken).ConfigureAwait(false));
        return rows;
    }

    /// <summary>The rows that the finalized load has left out, of all shards: <see cref="RejectPolicy.Skip"/>.</summary>
    /// <exception cref="LoadException">A shard refused.</exception>
    public async Task<IReadOnlyList<RejectedRow>> GetRejectsAsync(
        RejectOptions? options = null, CancellationToken cancellationToken = default)
    {
        var rows = new List<RejectedRow>();
        foreach (var (_, client, session) in AllJoined)
            rows.AddRange(await client.GetRejectsAsync(session.LoadId, options, cancellationToken).ConfigureAwait(false));
        return rows;
    }

    /// <summary>Drops the staged rows on all shards and ends the load.</summary>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public async Task AbandonAsync(CancellationToken cancellationToken = default)
    {
        if (IsAbandoned)
            return;
        foreach (var (_, _, session) in AllJoined)
            await session.DisposeAsync().ConfigureAwait(false); // COPYs that are under way would be waited for
        await _cluster.AbandonLoadAsync(LoadId, cancellationToken).ConfigureAwait(false);
        IsAbandoned = true;
    }

    /// <summary>
    /// Abandons the load unless it was finalized, abandoned or left open. Never throws: what cannot be abandoned in 15 seconds stays
    /// open, and can be abandoned by its number.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_report is null && !IsAbandoned && !_leaveOpen)
        {
            using var timeout = new CancellationTokenSource(s_disposeTimeout);
            var abandoning = AbandonAsync(timeout.Token);
            await abandoning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            AbandonFailure = abandoning.Exception?.InnerException;
        }
        foreach (var (_, client, session) in AllJoined)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            await client.DisposeAsync().ConfigureAwait(false);
        }
        _joining.Dispose();
    }

    private Task SealAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(AllJoined.Select(s => s.Session.SealAsync(cancellationToken)));

    /// <summary>A shard that does not answer now has no report: the load is what it is without.</summary>
    private async Task<ClusterReport> ReportAsync(CancellationToken cancellationToken)
    {
        var (load, isCommitted) = await _cluster.GetLoadAsync(LoadId, cancellationToken).ConfigureAwait(false);
        var reports = new List<ShardReport>();
        foreach (var (shard, client, session) in AllJoined)
        {
            try
            {
                reports.Add(new(shard, await client.GetLoadAsync(session.LoadId, cancellationToken).ConfigureAwait(false)));
            }
            catch (ConnectionException)
            {
            }
        }
        return new ClusterReport
        {
            Load = load with { Tables = ClusterReport.Together(reports.SelectMany(r => r.Load.Tables)) },
            IsCommittedEverywhere = isCommitted,
            Shards = reports,
        };
    }

    private LoadProgress Together(LoadProgress progress, int shard)
    {
        if (progress.Table is not { } table)
            return progress with { LoadId = LoadId };
        lock (_staged)
        {
            _staged[(table, shard)] = progress.RowsStaged;
            var rows = _staged.Where(s => s.Key.Table == table).Sum(s => s.Value);
            return progress with { LoadId = LoadId, RowsStaged = rows, BytesStaged = BytesStaged };
        }
    }

    private sealed record Joined(Shard Shard, ExographClient Client, LoadSession Session);

    /// <summary>Reports what a shard has as a part of all.</summary>
    private sealed class ShardProgress(ClusterSession session, int shard, IProgress<LoadProgress> progress) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value) => progress.Report(session.Together(value, shard));
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// An open load: rows are staged, then <see cref="FinalizeAsync"/> brings them into the index. Disposing a session that was not
/// finalized abandons the load, unless it was left open by <see cref="LeaveOpen"/> or because the server refused to finalize it. Rows of several
/// tables may be staged at the same time; what the state of the session does not allow is an
/// <see cref="InvalidOperationException"/>.
/// </summary>
public sealed class LoadSession : IAsyncDisposable
{
    private static readonly TimeSpan s_disposeTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_keysTimeout = TimeSpan.FromSeconds(0.1);

    private readonly ExographClient _client;
    private readonly CancellationTokenSource _disposing = new();
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly LoadOptions _options;
    private readonly SessionState _state;
    private readonly ChunkSender _sender;
    private readonly SemaphoreSlim _preparing = new(1, 1);
    private readonly ConcurrentBag<Task> _keys = [];
    private readonly Dictionary<IndexTable, long> _counts = [];
    private long _bytesStaged;
    private (long First, long Last)? _newFiles;
    private IndexTable? _incompleteTable;
    private LoadReport? _report;
    private bool _leaveOpen;
    private bool _prepared;

    internal LoadSession(ExographClient client, int loadId, LoadOptions options)
    {
        _client = client;
        _options = options;
        LoadId = loadId;
        _state = new SessionState(typeof(LoadSession), $"Load {loadId}");
        _sender = new ChunkSender(client, loadId, options.RetryDelays);
        Streams = new SemaphoreSlim(options.Connections, options.Connections);
        if (options.Ids == IdNumbering.Reserved)
            Ids = new ReservedIds(ReserveAsync, options.TermsAreResolved);
    }

    /// <summary>Number of the load.</summary>
    public int LoadId { get; }

    /// <summary>Bytes staged so far, in the binary format of COPY.</summary>
    public long BytesStaged => Interlocked.Read(ref _bytesStaged);

    internal SemaphoreSlim Streams { get; }

    /// <summary>What translates the numbers of rows; null where they are sent as they are.</summary>
    internal ReservedIds? Ids { get; }

    /// <summary>What tells the rows that must be sent; null where all are.</summary>
    internal RowFilter? Filter { get; set; }

    /// <summary>Whether the load declares anything complete, so that it makes sense to ask what exists.</summary>
    internal bool Declares => _options.Complete != FactTables.None;

    /// <summary>Files whose facts are not sent; null where it was not asked.</summary>
    internal long? FilesNotSent { get; private set; }

    internal int ChunkBytes => _options.ChunkBytes;

    /// <summary>
    /// Stages rows, with as many COPY streams as the options allow. Each COPY commits on its own; rows whose connection is lost
    /// are sent again where they have not arrived. May be called several times for one table, and for several tables at once.
    /// When it throws, part of the rows may be staged: the load can only be abandoned.
    /// </summary>
    /// <returns>Number of rows staged by this call; rows left out because they exist do not count.</returns>
    /// <exception cref="InvalidOperationException">
    /// The load is being finalized, or has been finalized or abandoned. An <see cref="ObjectDisposedException"/> where the session
    /// was disposed, before or meanwhile.
    /// </exception>
    /// <exception cref="LoadException">
    /// A row holds a value that cannot be stored, the server refused it, or the server was lost and cannot say what it has.
    /// </exception>
    /// <exception cref="ConnectionException">The server was lost and could not be reached again.</exception>
    public Task<long> StageAsync<TRow>(IAsyncEnumerable<TRow> rows, CancellationToken cancellationToken = default)
        where TRow : StagedRow
    {
        ArgumentNullException.ThrowIfNull(rows);
        return StageAsync<TRow>(async (stream, table, token) =>
        {
            await foreach (var row in rows.WithCancellation(token).ConfigureAwait(false))
                await stream.WriteAsync(table, row, token).ConfigureAwait(false);
        }, cancellationToken);
    }

    /// <inheritdoc cref="StageAsync{TRow}(IAsyncEnumerable{TRow}, CancellationToken)"/>
    public Task<long> StageAsync<TRow>(IEnumerable<TRow> rows, CancellationToken cancellationToken = default)
        where TRow : StagedRow
    {
        ArgumentNullException.ThrowIfNull(rows);
        return StageAsync<TRow>(async (stream, table, token) =>
        {
            foreach (var row in rows)
                await stream.WriteAsync(table, row, token).ConfigureAwait(false);
        }, cancellationToken);
    }

    /// <summary>
    /// Asks which facts of the staged files no earlier load has declared complete. Stage packages, versions and files before. A
    /// producer need not even extract the others. May be called again; where facts are deleted after the last answer, finalizing
    /// fails with SQLSTATE XG011, and not in silence.
    /// </summary>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public Task<FilesLacking> FilesLackingAsync(CancellationToken cancellationToken = default) =>
        AskAsync(range: null, cancellationToken);

    /// <summary>
    /// Asks as <see cref="FilesLackingAsync"/> does; of the rows staged from now on, those are left out of whose file an earlier
    /// load has declared the table complete, and this one does (<see cref="LoadOptions.Complete"/>). Rows that others refer to:
    /// <list type="bullet">
    /// <item>a fragment is left out only where its file lacks nothing at all, a graph node where its file lacks neither
    /// nodes nor calls, and neither where a row that was sent before refers to it;</item>
    /// <item>calls and nodes that belong to no file are sent;</item>
    /// <item>terms are left out where no file lacks any of <c>fragment_terms</c>.</item>
    /// </list>
    /// Stage fragments before their terms. A row that refers to one of another file that was left out is refused: where there are
    /// such, stage facts first, then graph nodes, fragments, their terms, and terms.
    /// </summary>
    /// <exception cref="InvalidOperationException">The load declares nothing complete.</exception>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public async Task<FilesLacking> LeaveOutExistingAsync(CancellationToken cancellationToken = default)
    {
        if (!Declares)
            throw new InvalidOperationException("This load declares nothing complete: LoadOptions.Complete is not set.");
        var lacking = await FilesLackingAsync(cancellationToken).ConfigureAwait(false);
        Filter = new RowFilter(lacking, _options.Complete, referrersFirst: false);
        FilesNotSent = lacking.Count(_options.Complete);
        return lacking;
    }

    /// <summary>
    /// Asks about the files staged since this was called last, and returns a filter for their facts, for tables that are staged
    /// after those that refer to them. Null where nothing of them exists.
    /// </summary>
    internal async Task<RowFilter?> FilterNewFilesAsync(CancellationToken cancellationToken)
    {
        FilesNotSent ??= 0;
        if (_newFiles is not { } range)
            return null;
        _newFiles = null;
        var lacking = await AskAsync(range, cancellationToken).ConfigureAwait(false);
        FilesNotSent += lacking.Count(_options.Complete);
        return (lacking.All & _options.Complete) == _options.Complete
            ? null
            : new RowFilter(lacking, _options.Complete, referrersFirst: true);
    }

    /// <summary>
    /// Ids of terms, in their order; those that do not exist in the index are added to it at once, and stay whatever becomes of
    /// the load. Needs <see cref="LoadOptions.TermsAreResolved"/>; <see cref="FragmentTermRow.TermId"/> is such an id then.
    /// Waits while another load is being finalized.
    /// </summary>
    /// <exception cref="InvalidOperationException">The terms of this load are staged.</exception>
    /// <exception cref="LoadException">The load is not open, or a term cannot be stored.</exception>
    public Task<IReadOnlyList<int>> ResolveTermsAsync(IAsyncEnumerable<string> terms, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return _options.TermsAreResolved
            ? ExographClient.InBatchesAsync(
                terms,
                batch => AgainAsync(() => _client.ResolveBatchAsync(batch, LoadId, cancellationToken), cancellationToken),
                cancellationToken)
            : throw new InvalidOperationException("The terms of this load are staged: LoadOptions.TermsAreResolved is not set.");
    }

    /// <inheritdoc cref="ResolveTermsAsync(IAsyncEnumerable{string}, CancellationToken)"/>
    public Task<IReadOnlyList<int>> ResolveTermsAsync(IEnumerable<string> terms, CancellationToken cancellationToken = default) =>
        ResolveTermsAsync(terms.ToAsyncEnumerable(), cancellationToken);

    /// <summary>Tells the server how many rows per table this session staged; finalize refuses any other number.</summary>
    /// <exception cref="InvalidOperationException">Rows are being staged, or the load is over.</exception>
    /// <exception cref="LoadException">The load is not open, or a <c>StageAsync</c> failed.</exception>
    public async Task SealAsync(CancellationToken cancellationToken = default)
    {
        _state.BeginAlone("seal it");
        try
        {
            await SealAloneAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _state.EndAlone();
        }
    }

    /// <summary>The staged rows that break a rule. Nothing is changed.</summary>
    /// <param name="options">How many of them to return.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="InvalidOperationException">Rows are being staged, or the load is over.</exception>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public async Task<IReadOnlyList<RejectedRow>> CheckAsync(
        RejectOptions? options = null, CancellationToken cancellationToken = default)
    {
        _state.BeginAlone("check it");
        try
        {
            return await _client.CheckLoadAsync(LoadId, options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _state.EndAlone();
        }
    }

    /// <summary>
    /// Seals the load and brings its rows into the index, all or none. When the server is lost meanwhile, asks it again what became
    /// of the load. After a <see cref="LoadException"/> the staged rows are as before: the call may be repeated, and disposing the session
    /// leaves the load open, for somebody to look at it. Called again after success it returns the same report.
    /// </summary>
    /// <exception cref="InvalidOperationException">Rows are being staged, or the load has been abandoned.</exception>
    /// <exception cref="LoadException">
    /// The server refused the load; <see cref="ExographException.SqlState"/> says why, <see cref="LoadException.Rejects"/> which rules
    /// rows break.
    /// </exception>
    /// <exception cref="ConnectionException">The server was lost and could not be reached again.</exception>
    public async Task<LoadReport> FinalizeAsync(CancellationToken cancellationToken = default)
    {
        if (_report is { } known)
            return known;
        _state.BeginAlone("finalize it");
        try
        {
            await SealAloneAsync(cancellationToken).ConfigureAwait(false);
            _report = await FinishAsync(cancellationToken).ConfigureAwait(false);
            _client.Server.Telemetry.EndLoad(_begun, LoadState.Finalized);
            return _report;
        }
        finally
        {
            _state.EndAlone(_report is null ? null : "finalized");
        }
    }

    /// <summary>Drops the staged rows and ends the load.</summary>
    /// <exception cref="InvalidOperationException">Rows are being staged, or the load has been finalized.</exception>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public async Task AbandonAsync(CancellationToken cancellationToken = default)
    {
        if (IsAbandoned)
            return;
        _state.BeginAlone("abandon it");
        try
        {
            await AgainAsync(() => _client.AbandonLoadAsync(LoadId, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            IsAbandoned = true;
            _client.Server.Telemetry.EndLoad(_begun, LoadState.Abandoned);
        }
        finally
        {
            _state.EndAlone(IsAbandoned ? "abandoned" : null);
        }
    }

    /// <summary>Lets the load stay open when the session is disposed, for somebody to look at it and finalize it later.</summary>
    public void LeaveOpen() => _leaveOpen = true;

    /// <summary>
    /// Abandons the load unless it was finalized, abandoned or left open. Rows that are being staged are given up, and what else is
    /// being done is waited for. Never throws: where that takes longer than 15 seconds, or the server cannot be reached so long, the
    /// load stays open, and can be abandoned by its number.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (!_state.Dispose())
            return;
        using var timeout = new CancellationTokenSource(s_disposeTimeout);
        await _disposing.CancelAsync().ConfigureAwait(false);
        var idle = _state.WhenIdleAsync().WaitAsync(timeout.Token);
        await idle.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_report is null && !IsAbandoned && !_leaveOpen)
        {
            var abandoning = AbandonAtLastAsync(timeout.Token);
            await abandoning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            IsAbandoned = abandoning.IsCompletedSuccessfully;
            if (IsAbandoned)
                _client.Server.Telemetry.EndLoad(_begun, LoadState.Abandoned);
            else
            {
                AbandonFailure = abandoning.Exception?.InnerException;
                Log.NotAbandoned(_client.Server.Logger, AbandonFailure, LoadId);
            }
        }
        // Whoever could not be waited for may still use the others.
        if (idle.IsCompletedSuccessfully)
        {
            _disposing.Dispose();
            _preparing.Dispose();
            Ids?.Dispose();
        }
    }

    /// <summary>
    /// Abandons the load, trying again where something is in the way that may pass: sessions that were given up may still be ending, and
    /// the request to cancel a statement of one may come late, and to the next one of its connection.
    /// </summary>
    private async Task AbandonAtLastAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await _client.AbandonLoadAsync(LoadId, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ExographException e)
                when ((e.IsTransient || e.SqlState == PostgresErrorCodes.QueryCanceled) && attempt < _options.RetryDelays.Count)
            {
                await (ConnectionLoss.Is(e)
                    ? _client.Server.PauseAsync(e, _options.RetryDelays[attempt], cancellationToken)
                    : Task.Delay(_options.RetryDelays[attempt], cancellationToken)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether the load was abandoned, by a call or by disposing.</summary>
    internal bool IsAbandoned { get; private set; }

    /// <summary>Why disposing could not abandon the load; null where it did, or did not have to.</summary>
    internal Exception? AbandonFailure { get; private set; }

    /// <summary>Whether the rows are in the index.</summary>
    internal bool IsFinalized => _report is not null;

    /// <summary>Whether it pays to index them by a session of its own, if there may be one.</summary>
    private bool HasManySets
    {
        get
        {
            lock (_counts)
            {
                return Ids is not null && _options.Connections > 1
                    && _counts.GetValueOrDefault(IndexTable.FragmentTerms) >= SetIndexing.LeastPairs(_options);
            }
        }
    }

    private async Task SealAloneAsync(CancellationToken cancellationToken)
    {
        RefusePart();
        Dictionary<IndexTable, long> counts;
        lock (_counts)
            counts = new(_counts);
        await AgainAsync(async () =>
        {
            await _client.SealLoadAsync(LoadId, counts, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<LoadReport> FinishAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!HasManySets)
                return await CallFinalizeAsync(cancellationToken).ConfigureAwait(false);
            var indexing = new SetIndexing(_client, LoadId);
            await using (indexing.ConfigureAwait(false))
            {
                await indexing.BegunAsync(cancellationToken).ConfigureAwait(false);
                return await CallFinalizeAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.FinalizeFailed(_client.Server.Logger, e, LoadId);
            _leaveOpen = true; // all rows are there: what stands in the way is for somebody to look at
            throw;
        }
    }

    private async Task<LoadReport> CallFinalizeAsync(CancellationToken cancellationToken)
    {
        var report = await _client.FinalizeLoadAsync(LoadId, _options.ForFinalize(), cancellationToken).ConfigureAwait(false);
        return report with { FilesNotSent = FilesNotSent };
    }

    private void RefusePart()
    {
        if (_incompleteTable is { } table)
        {
            throw new LoadException(
                $"load {LoadId} holds only part of the rows of {Names<IndexTable>.Of(table)}: staging them failed")
            {
                LoadId = LoadId,
                Table = table,
                Hint = "Abandon the load and stage everything again.",
            };
        }
    }

    private Task<FilesLacking> AskAsync((long First, long Last)? range, CancellationToken cancellationToken) => AgainAsync(
        () => _client.FilesLackingAsync(LoadId, range, Ids, cancellationToken), cancellationToken);

    private Task<T> AgainAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) =>
        _client.Server.AgainAsync(_options.RetryDelays, work, cancellationToken);

    internal TableStream OpenTable(StagedTable table, IReadOnlyList<StagedColumn> columns)
    {
        if (_options.TermsAreResolved && table.Table == IndexTable.Terms)
            throw new InvalidOperationException("The terms of this load are resolved, not staged: use ResolveTermsAsync.");
        RefusePart();
        _state.BeginStaging();
        var stream = new TableStream(this, table, columns);
        if (table.Table is IndexTable.Packages or IndexTable.PackageVersions)
            _keys.Add(stream.Ended);
        return stream;
    }

    /// <summary>Ends what <see cref="OpenTable"/> began; with part of the rows the load is no longer to be finalized.</summary>
    internal void CloseTable(StagedTable table, bool isComplete)
    {
        if (!isComplete)
            _incompleteTable ??= table.Table;
        _state.EndStaging();
    }

    internal void Count(StagedTable table, CopyEncoder chunk)
    {
        Interlocked.Add(ref _bytesStaged, chunk.Length);
        long sum;
        lock (_counts)
        {
            sum = _counts[table.Table] = _counts.GetValueOrDefault(table.Table) + chunk.Counted;
            if (table.Table == IndexTable.Files && chunk.Keys is var (first, last))
                _newFiles = (Math.Min(first, _newFiles?.First ?? first), Math.Max(last, _newFiles?.Last ?? last));
        }
        var name = Names<IndexTable>.Of(table.Table);
        Log.RowsStaged(_client.Server.Logger, LoadId, chunk.Counted, name);
        _client.Server.Telemetry.CountStaged(name, chunk.Counted, chunk.Length);
        _options.Progress?.Report(new LoadProgress
        {
            LoadId = LoadId,
            Table = table.Table,
            RowsStaged = sum,
            BytesStaged = BytesStaged,
        });
    }

    /// <summary>
    /// Tells the server, once, that facts come now, so that it stages them without WAL where their files exist. The next table asks
    /// again where neither versions nor files have been staged.
    /// </summary>
    internal async Task PrepareFactsAsync(CancellationToken cancellationToken)
    {
        await _preparing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_prepared)
                return;
            // Where all tables are staged at once, packages and versions are soon there. The first chunk of facts is full.
            await Task.WhenAny(Task.WhenAll(_keys), Task.Delay(s_keysTimeout, cancellationToken)).ConfigureAwait(false);
            _keys.Clear();
            _prepared = await AgainAsync(() => _client.PrepareFactsAsync(LoadId, cancellationToken), cancellationToken)
                .ConfigureAwait(false) is not null;
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <summary>One COPY, committed when it returns.</summary>
    internal Task CopyAsync(string command, StagedTable table, ReadOnlyMemory<byte> rows, CancellationToken cancellationToken) =>
        _sender.SendAsync(command, table, rows, cancellationToken);

    private Task<IReadOnlyList<IdRange>> ReserveAsync(string table, long count, CancellationToken cancellationToken) =>
        AgainAsync(
            () => _client.ReserveIdsAsync(LoadId, Names<IndexTable>.Parse(table), count, cancellationToken), cancellationToken);

    /// <summary>Gives up where the session is disposed meanwhile.</summary>
    private async Task<long> StageAsync<TRow>(
        Func<TableStream, StagedTable<TRow>, CancellationToken, Task> write, CancellationToken cancellationToken)
        where TRow : StagedRow
    {
        var table = StagedTable.For<TRow>();
        var stream = OpenTable(table, table.Columns);
        await using (stream.ConfigureAwait(false))
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
            try
            {
                await write(stream, table, ending.Token).ConfigureAwait(false);
                ending.Token.ThrowIfCancellationRequested();
                await stream.CompleteAsync(ending.Token).ConfigureAwait(false);
                return stream.Sent;
            }
            catch (Exception) when (_disposing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new ObjectDisposedException(
                    nameof(LoadSession), $"Load {LoadId}: the session was disposed while rows of {table.Name} were being staged.");
            }
        }
    }
}

using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// Stages rows of one table. Rows are encoded into a chunk; a full chunk is sent by a COPY of its own, while the next one is
/// being filled. So one table can keep several connections busy, and memory is bounded by the chunks under way. Not thread-safe.
/// </summary>
internal sealed class TableStream(LoadSession session, StagedTable table, IReadOnlyList<StagedColumn> columns) : IRowTarget
{
    private readonly RowFilter? _filter = session.Filter;
    private readonly List<Task> _sending = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TermSetPacker? _packer = table.SentTo is null ? null : new TermSetPacker(columns);
    private CopyEncoder? _chunk;
    private long _rows;

    /// <summary>Rows sent before the chunk; null where they are not the rows that came.</summary>
    private long? _rowsBefore = table.SentTo is null ? 0 : null;
    private long _leftOut;
    private bool _begun;
    private bool _complete;
    private bool _closed;

    public StagedTable Table => table;

    /// <summary>Ends when the server has all rows, or no more will come.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Is shown each row as it is sent.</summary>
    public Action<StagedTable, ReadOnlyMemory<byte>>? RowEnded { get; set; }

    public IReadOnlyList<StagedColumn> Columns => columns;

    /// <summary>Rows begun so far.</summary>
    public long Rows => _rows;

    /// <summary>Those of them that were not left out.</summary>
    public long Sent => _rows - _leftOut;

    public CopyEncoder BeginRow()
    {
        var chunk = Chunk();
        chunk.BeginRow(columns.Count);
        _rows++;
        return chunk;
    }

    public ValueTask EndRowAsync(CancellationToken cancellationToken)
    {
        if (_filter is not null && !Keeps(_filter))
        {
            _chunk!.DropRow();
            _leftOut++;
            return ValueTask.CompletedTask;
        }
        return EndKeptRowAsync(cancellationToken);
    }

    /// <summary>Adds a row that another encoder has written, in the order of <see cref="Columns"/>, with the numbers of its producer.</summary>
    public ValueTask AddRowAsync(ReadOnlyMemory<byte> row, long counted, CancellationToken cancellationToken)
    {
        Chunk().AddRow(row.Span, counted);
        _rows++;
        _rowsBefore = null; // it is not the row of this number for whoever wrote it
        return EndKeptRowAsync(cancellationToken);
    }

    private ValueTask EndKeptRowAsync(CancellationToken cancellationToken)
    {
        if (_chunk!.HasUntranslated)
            return new ValueTask(TranslateAsync(cancellationToken));
        RowEnded?.Invoke(table, _chunk.Row);
        _packer?.Pack(_chunk);
        return _chunk.Length < session.ChunkBytes ? ValueTask.CompletedTask : new ValueTask(SendAsync(cancellationToken));
    }

    /// <summary>Sends what is left and waits until the server has all of it.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_packer is { IsEmpty: false })
            _packer.WriteTo(Chunk());
        if (_chunk is { Rows: > 0 })
            await SendAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(_sending).ConfigureAwait(false);
        _sending.Clear();
        _complete = true;
        _ended.TrySetResult();
    }

    /// <summary>Writes a row of the table, which has all columns.</summary>
    public ValueTask WriteAsync<TRow>(StagedTable<TRow> rowTable, TRow row, CancellationToken cancellationToken)
        where TRow : StagedRow
    {
        var encoder = BeginRow();
        try
        {
            rowTable.Write(encoder, row);
        }
        catch (FieldException e)
        {
            throw Refuse(e);
        }
        return EndRowAsync(cancellationToken);
    }

    private LoadException Refuse(FieldException e)
    {
        var column = _chunk is { } chunk && chunk.Field < columns.Count ? columns[chunk.Field].Name : null;
        return LoadException.FromField(e, session.LoadId, table, Rows, column);
    }

    /// <summary>
    /// Waits until no COPY is under way any more. Where rows were begun and not completed, the load is no longer to be finalized.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_closed)
            return;
        _closed = true;
        _chunk?.Dispose();
        _chunk = null;
        foreach (var task in _sending)
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.TrySetResult();
        session.CloseTable(table, _complete);
    }

    private CopyEncoder Chunk() => _chunk ??=
        new CopyEncoder(session.ChunkBytes + LoadOptions.ChunkSlack, session.Ids, notesNumbers: _filter is not null);

    private async Task TranslateAsync(CancellationToken cancellationToken)
    {
        await _chunk!.TranslateAsync(cancellationToken).ConfigureAwait(false);
        await EndKeptRowAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool Keeps(RowFilter filter)
    {
        try
        {
            return filter.Keeps(table, _chunk!.Numbers);
        }
        catch (FieldException e)
        {
            throw LoadException.FromField(e, session.LoadId, table, Rows, column: null);
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        if (!_begun && session.Ids is not null && !table.IsDimension)
            await session.PrepareFactsAsync(cancellationToken).ConfigureAwait(false);
        _begun = true;
        await session.Streams.WaitAsync(cancellationToken).ConfigureAwait(false);
        var chunk = _chunk!;
        _chunk = null;
        var target = _packer is null ? table : table.SentTo!;
        if (_packer is not null && !_packer.Pays(chunk))
        {
            _packer.WriteTo(chunk);
            _packer = null;
        }
        var command = target.CopyCommand(session.LoadId, target == table ? columns : target.Columns);
        _sending.Add(CopyAsync(chunk, target, command, _leftOut > 0 ? null : _rowsBefore, cancellationToken));
        _rowsBefore += chunk.Rows;
        foreach (var done in _sending.FindAll(t => t.IsCompleted))
        {
            await done.ConfigureAwait(false);
            _sending.Remove(done);
        }
    }

    private async Task CopyAsync(
        CopyEncoder chunk, StagedTable target, string command, long? rowsBefore, CancellationToken cancellationToken)
    {
        try
        {
            await session.CopyAsync(command, target, chunk.Finish(), cancellationToken).ConfigureAwait(false);
            session.Count(table, chunk);
        }
        catch (PostgresException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw LoadException.FromCopy(e, session.LoadId, table, rowsBefore);
        }
        catch (NpgsqlException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw ConnectionException.Lost(e, session.LoadId);
        }
        finally
        {
            session.Streams.Release();
            chunk.Dispose();
        }
    }
}

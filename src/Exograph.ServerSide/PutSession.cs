using System.Runtime.CompilerServices;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// Rows on their way into the tables of a schema: they are staged, with keys of their own, then <see cref="PutAsync"/> puts them in by
/// their natural keys. All of it is one transaction on one connection; disposing a session that has not put its rows in leaves
/// nothing. One thing is done at a time; what the state of the session does not allow is an <see cref="InvalidOperationException"/>.
/// </summary>
public sealed class PutSession : IAsyncDisposable
{
    private static readonly TimeSpan s_disposeTimeout = TimeSpan.FromSeconds(15);

    private readonly Server _server;
    private readonly NpgsqlConnection _connection;
    private readonly string _searchPath;
    private readonly PutOptions _options;
    private readonly SessionState _state;
    private readonly CancellationTokenSource _disposing = new();
    private readonly Dictionary<string, StagingTable> _staged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _maps = new(StringComparer.Ordinal);
    private bool _done;

    private PutSession(Server server, NpgsqlConnection connection, TargetSchema target, string searchPath, PutOptions options)
    {
        (_server, _connection, Target, _searchPath, _options) = (server, connection, target, searchPath, options);
        _state = new SessionState(typeof(PutSession), $"Rows for schema {target.Name}");
    }

    /// <summary>Name of the schema.</summary>
    public string Schema => Target.Name;

    /// <summary>Names of its tables.</summary>
    public IReadOnlyList<string> Tables => Target.TableNames;

    internal TargetSchema Target { get; }

    /// <summary>Tables that rows have been staged for.</summary>
    internal IEnumerable<StagingTable> Staged => _staged.Values;

    internal static async Task<PutSession> BeginAsync(Server server, string schema, PutOptions options, CancellationToken cancellationToken)
    {
        var connection = await ServerCall.OpenAsync(server.DataSource, cancellationToken).ConfigureAwait(false);
        try
        {
            await connection.ExecuteAsync("BEGIN ISOLATION LEVEL READ COMMITTED", cancellationToken).ConfigureAwait(false);
            var path = await PutStatements.Setting.RunAsync(
                connection, [Statements.Argument("search_path")], cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(ServerCall.PinPath, cancellationToken).ConfigureAwait(false);
            var target = await TargetSchema.ReadAsync(connection, schema, cancellationToken).ConfigureAwait(false);
            foreach (var table in options.Mapping.Keys.Concat(options.NaturalKeys.Keys))
                target.Get(table);
            return new PutSession(server, connection, target, path[0], options);
        }
        catch (Exception e)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw e switch
            {
                PostgresException refused => PutException.FromServer(refused),
                NpgsqlException lost => ConnectionException.LostPut(lost, ending: false),
                _ => e,
            };
        }
    }

    /// <summary>
    /// Stages rows for a table by COPY in the binary format. May be called several times for a table, with the same columns. When it
    /// throws, the session can only be disposed.
    /// </summary>
    /// <param name="table">Name of a table of the schema, as it is written.</param>
    /// <param name="columns">Names of columns of it, any of them left out; or others that <see cref="PutOptions.Mapping"/> uses.</param>
    /// <param name="rows">Rows of values for these columns, of types that Npgsql stores in theirs; of a type that is not the server's
    /// own as text, which the server casts.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Number of rows.</returns>
    /// <exception cref="PutException">There is no such table or column, or a value cannot be stored.</exception>
    /// <exception cref="ConnectionException">The server was lost.</exception>
    public Task<long> StageAsync(string table, IReadOnlyList<string> columns, IAsyncEnumerable<object?[]> rows,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return StageAsync(table, columns, rows, mayBeNull: _ => true, cancellationToken);
    }

    /// <inheritdoc cref="StageAsync(string, IReadOnlyList{string}, IAsyncEnumerable{object[]}, CancellationToken)"/>
    public Task<long> StageAsync(string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return StageAsync(table, columns, rows.ToAsyncEnumerable(), cancellationToken);
    }

    /// <summary>
    /// Stages objects: a public property is the column of its name, <c>UnitPrice</c> that of <c>unit_price</c>, or the one that a
    /// <see cref="System.ComponentModel.DataAnnotations.Schema.ColumnAttribute"/> names; null is NULL where the property is nullable, and
    /// an error where not.
    /// </summary>
    /// <param name="table">Name of a table of the schema, as it is written.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Number of rows.</returns>
    /// <exception cref="PutException">There is no such table or column, or a value cannot be stored.</exception>
    /// <exception cref="ConnectionException">The server was lost.</exception>
    public Task<long> StageAsync<T>(string table, IAsyncEnumerable<T> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return StageAsync(table, RowShape<T>.Columns, rows.Select(RowShape<T>.Values), RowShape<T>.MayBeNull, cancellationToken);
    }

    /// <inheritdoc cref="StageAsync{T}(string, IAsyncEnumerable{T}, CancellationToken)"/>
    public Task<long> StageAsync<T>(string table, IEnumerable<T> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return StageAsync(table, rows.ToAsyncEnumerable(), cancellationToken);
    }

    /// <summary>
    /// Stages objects for the table that their type is named after, <c>OrderLine</c> for <c>order_line</c>, or that a
    /// <see cref="System.ComponentModel.DataAnnotations.Schema.TableAttribute"/> names.
    /// </summary>
    /// <inheritdoc cref="StageAsync{T}(string, IAsyncEnumerable{T}, CancellationToken)"/>
    public Task<long> StageAsync<T>(IAsyncEnumerable<T> rows, CancellationToken cancellationToken = default) =>
        StageAsync(RowShape<T>.Table, rows, cancellationToken);

    /// <inheritdoc cref="StageAsync{T}(IAsyncEnumerable{T}, CancellationToken)"/>
    public Task<long> StageAsync<T>(IEnumerable<T> rows, CancellationToken cancellationToken = default) =>
        StageAsync(RowShape<T>.Table, rows, cancellationToken);

    /// <summary>
    /// Stages the tables of a schema of another database that this schema has, too, by COPY between the two, as of one moment.
    /// </summary>
    /// <param name="source">The other database.</param>
    /// <param name="options">Which schema, and what of it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Tables that were left out.</returns>
    /// <exception cref="PutException">This schema does not have all of its tables or columns, or one of the servers refused.</exception>
    /// <exception cref="ConnectionException">A server cannot be reached, or was lost.</exception>
    public Task<IReadOnlyList<string>> StageFromAsync(
        NpgsqlDataSource source, PutSourceOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return AloneAsync(
            "stage rows", over: null, token => PutSource.StageAsync(this, source, options ?? new PutSourceOptions(), token), cancellationToken);
    }

    /// <summary>
    /// Puts all rows that have been staged into the schema, all or none, and commits; a dry run is rolled back. Nothing can be staged
    /// afterwards.
    /// </summary>
    /// <returns>What became of the rows.</returns>
    /// <exception cref="PutException">The server refused; <see cref="PutException.Rejects"/> are the rows that cannot be put in.</exception>
    /// <exception cref="ConnectionException">The server was lost.</exception>
    public async Task<PutReport> PutAsync(CancellationToken cancellationToken = default)
    {
        var report = await PutStagedAsync(cancellationToken).ConfigureAwait(false);
        await EndAsync(cancellationToken).ConfigureAwait(false);
        return report;
    }

    /// <summary>
    /// What keys have become, of the rows that were staged for a table and put in: of a primary key of one column. Needs
    /// <see cref="PutOptions.KeepMaps"/>.
    /// </summary>
    /// <param name="table">Name of the table.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="InvalidOperationException">Maps were not kept, or nothing has been put in.</exception>
    /// <exception cref="PutException">Its primary key is none of one column.</exception>
    public async IAsyncEnumerable<KeyValuePair<TOld, TNew>> MapAsync<TOld, TNew>(
        string table, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Target.Get(table).PrimaryKey.Count != 1)
        {
            throw new PutException($"the primary key of {table} is none of one column")
            {
                TargetTable = table,
                Hint = "MapAsync(table) has keys of several.",
            };
        }
        await foreach (var key in ReadMapAsync(
            table, r => KeyValuePair.Create(r.GetFieldValue<TOld>(1), r.GetFieldValue<TNew>(2)), cancellationToken).ConfigureAwait(false))
        {
            yield return key;
        }
    }

    /// <summary>
    /// What keys have become, of the rows that were staged for a table and put in, by the columns of the primary key. Needs
    /// <see cref="PutOptions.KeepMaps"/>.
    /// </summary>
    /// <param name="table">Name of the table.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="InvalidOperationException">Maps were not kept, or nothing has been put in.</exception>
    public IAsyncEnumerable<PutKey> MapAsync(string table, CancellationToken cancellationToken = default)
    {
        var width = Target.Get(table).PrimaryKey.Count;
        return ReadMapAsync(table, r => new PutKey
        {
            Existed = r.GetBoolean(0),
            Old = [.. Enumerable.Range(1, width).Select(i => r.IsDBNull(i) ? null : r.GetValue(i))],
            New = [.. Enumerable.Range(1 + width, width).Select(i => r.IsDBNull(i) ? null : r.GetValue(i))],
        }, cancellationToken);
    }

    /// <summary>Rolls back what was not put in, and gives the connection back. What is being done is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_state.Dispose())
            return;
        await _disposing.CancelAsync().ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(s_disposeTimeout);
        await _state.WhenIdleAsync().WaitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_done && _maps.Count > 0)
        {
            // A connection string may say that connections are not reset.
            var drop = _connection.ExecuteAsync($"DROP TABLE IF EXISTS {string.Join(", ", _maps.Values)}", timeout.Token);
            await drop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await _connection.DisposeAsync().ConfigureAwait(false); // what is open is rolled back
        _disposing.Dispose();
    }

    /// <summary>Does something alone; where it fails, nothing else can be done.</summary>
    internal async Task<T> AloneAsync<T>(string what, string? over, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        _state.BeginAlone(what);
        var end = "over: an error came before";
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        try
        {
            var result = await work(either.Token).ConfigureAwait(false);
            end = over;
            return result;
        }
        catch (PostgresException e)
        {
            var version = SchemaVersion.MayDiffer(e)
                ? await SchemaVersion.ExplainAsync(_server.DataSource, cancellationToken).ConfigureAwait(false)
                : null;
            throw PutException.FromServer(e, version);
        }
        catch (NpgsqlException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw ConnectionException.LostPut(e, ending: over is not null);
        }
        finally
        {
            _state.EndAlone(end);
        }
    }

    /// <summary>Makes the temporary table that rows for a table are staged in, or finds it.</summary>
    internal async Task<StagingTable> CreateAsync(
        TargetTable table, IReadOnlyList<StagingColumn> columns, bool hasLines, CancellationToken cancellationToken)
    {
        if (_staged.TryGetValue(table.Name, out var known))
        {
            if (known.Columns.SequenceEqual(columns))
                return known;
            var names = RowTable.List(known.Columns.Select(c => c.Name));
            throw new PutException($"rows of {table.Name} have been staged with other columns: {names}")
            {
                TargetTable = table.Name,
                Hint = "Give null where a row lacks a value.",
            };
        }
        var staged = new StagingTable(table, columns, hasLines);
        await _connection.ExecuteAsync(staged.CreateCommand(), cancellationToken).ConfigureAwait(false);
        _staged.Add(table.Name, staged);
        return staged;
    }

    /// <summary>Where rows go that are read for a table from text.</summary>
    internal IRowTarget Open(StagingTable table, IReadOnlyList<StagedColumn> columns, Func<long> line) => new ReadCopy(
        _connection, table, columns, line, (rows, bytes) => Sent(table.Target.Name, rows, bytes));

    /// <summary>Has columns go of which no row has a value, so that they are as if they had not been named.</summary>
    internal async Task DropColumnsAsync(StagingTable table, IReadOnlyList<string> columns, CancellationToken cancellationToken)
    {
        if (columns.Count == table.Columns.Count)
        {
            await _connection.ExecuteAsync($"DROP TABLE {table.QualifiedName}", cancellationToken).ConfigureAwait(false);
            _staged.Remove(table.Target.Name);
        }
        else if (columns.Count > 0)
        {
            var drops = string.Join(", ", columns.Select(c => $"DROP COLUMN {Identifier.Quote(c)}"));
            await _connection.ExecuteAsync($"ALTER TABLE {table.QualifiedName} {drops}", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has all staged tables go.</summary>
    internal async Task DropAsync(CancellationToken cancellationToken)
    {
        var names = string.Join(", ", Staged.Select(t => t.QualifiedName));
        await _connection.ExecuteAsync($"DROP TABLE {names}", cancellationToken).ConfigureAwait(false);
        _staged.Clear();
    }

    /// <summary>Sends on what a query of another server answers.</summary>
    internal Task<bool> PipeAsync(StagingTable table, NpgsqlConnection source, string query, CancellationToken cancellationToken)
    {
        Sent(table.Target.Name, 0, 0);
        return _server.Telemetry.MeasureAsync("COPY", null, table.Name, async () =>
        {
            await RawCopy.PipeAsync(source, query, _connection, table.CopyCommand(), cancellationToken).ConfigureAwait(false);
            return true;
        });
    }

    /// <summary>Tells how many rows of a table have been staged.</summary>
    internal void Sent(string table, long rows, int bytes)
    {
        _server.Telemetry.CountStaged(table, 0, bytes);
        _options.Progress?.Report(new PutProgress { Table = table, RowsStaged = rows });
    }

    /// <summary>Puts the rows in, without committing: others may be staged afterwards, as rows of another source.</summary>
    internal Task<PutReport> PutStagedAsync(CancellationToken cancellationToken) =>
        AloneAsync("put rows in", over: null, token =>
            _server.Telemetry.MeasureAsync(PutStatements.Put.Name, null, null, () => PutAloneAsync(token)), cancellationToken);

    /// <summary>Commits, or rolls a dry run back.</summary>
    internal async Task EndAsync(CancellationToken cancellationToken) =>
        _done = await AloneAsync("commit", over: _options.DryRun ? "over: it was a dry run" : "committed", async token =>
        {
            await _connection.ExecuteAsync(_options.DryRun ? "ROLLBACK" : "COMMIT", token).ConfigureAwait(false);
            return !_options.DryRun;
        }, cancellationToken).ConfigureAwait(false);

    /// <summary>The statements that would put the rows in, of tables without rows.</summary>
    internal Task<string> PrintAsync(CancellationToken cancellationToken) =>
        new PutCall(_connection, _searchPath, Schema, _staged, _options).PrintAsync(cancellationToken);

    private Task<long> StageAsync(string table, IReadOnlyList<string> columns, IAsyncEnumerable<object?[]> rows,
        Func<int, bool> mayBeNull, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(columns);
        return AloneAsync("stage rows", over: null, async token =>
        {
            var target = Target.Get(table);
            var staging = await CreateAsync(target, [.. columns.Select(c => Column(target, c))], hasLines: true, token).ConfigureAwait(false);
            return await _server.Telemetry.MeasureAsync("COPY", null, staging.Name, async () =>
            {
                var copy = new ValueCopy(_connection, staging, mayBeNull, n => Sent(table, n, 0));
                var sent = await copy.SendAsync(rows, token).ConfigureAwait(false);
                Sent(table, staging.Rows, 0);
                return sent;
            }).ConfigureAwait(false);
        }, cancellationToken);
    }

    private StagingColumn Column(TargetTable table, string column)
    {
        if (table.Find(column) is { } known)
            return known.TypeName is { } name ? new StagingColumn(column, known.Type, name) : StagingColumn.OfText(column);
        if (_options.Mapping.GetValueOrDefault(table.Name)?.Columns.Count > 0)
            return StagingColumn.OfText(column); // for an expression
        throw NoColumn(table, column);
    }

    internal static PutException NoColumn(TargetTable table, string column) => new($"{table.Name} has no column {column}")
    {
        SqlState = PostgresErrorCodes.UndefinedColumn,
        TargetTable = table.Name,
        Column = column,
        Hint = $"It has {RowTable.List(table.Columns.Select(c => c.Name))}.",
    };

    private async Task<PutReport> PutAloneAsync(CancellationToken cancellationToken)
    {
        if (_staged.Count == 0)
            throw new PutException("no rows have been staged") { Hint = $"The tables of {Schema} are {RowTable.List(Tables)}." };
        _options.Progress?.Report(new PutProgress());
        var call = new PutCall(_connection, _searchPath, Schema, _staged, _options);
        var report = await call.RunAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (table, map) in call.Maps)
            _maps[table] = map;
        await DropAsync(cancellationToken).ConfigureAwait(false);
        Log.Put(_server.Logger, Schema, report.Tables.Sum(t => t.Inserted), report.Tables.Sum(t => t.Updated),
            report.Tables.Sum(t => t.Existing), report.Tables.Sum(t => t.Rejected));
        return report;
    }

    private async IAsyncEnumerable<T> ReadMapAsync<T>(
        string table, Func<NpgsqlDataReader, T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!_done || !_options.KeepMaps)
            throw new InvalidOperationException("There are no maps: they need PutOptions.KeepMaps, and come with PutAsync.");
        var key = Target.Get(table).PrimaryKey;
        if (!_maps.TryGetValue(table, out var map) || key.Count == 0)
            throw new InvalidOperationException($"There is no map of {table}: no rows were staged for it, or it has no primary key.");
        var columns = key.Select(c => Identifier.Quote($"old_{c}")).Concat(key.Select(c => Identifier.Quote($"new_{c}")));
        var command = new NpgsqlCommand($"SELECT existing, {string.Join(", ", columns)} FROM {map} ORDER BY put__row", _connection)
        {
            CommandTimeout = 0,
        };
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    yield return read(reader);
            }
        }
    }
}

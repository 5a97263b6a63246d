using Npgsql;
using NpgsqlTypes;

namespace Exograph.ServerSide;

/// <summary>
/// Begins loads, and ends or inspects those that are open. Every statement is a transaction of its own, at READ COMMITTED and
/// under a pinned search_path, and nothing is left on a connection: a pooler in transaction mode may sit in between.
/// </summary>
public static class BulkLoad
{
    /// <summary>Begins a load.</summary>
    /// <exception cref="LoadException">Exograph is not installed, the role may not load, or an option is bad.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached.</exception>
    public static async Task<LoadSession> BeginAsync(
        NpgsqlDataSource dataSource, LoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        options ??= new LoadOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1, nameof(options));
        Check(options.OnReject, options.RejectLimit);
        if (options is { TermsAreResolved: true, Ids: not IdNumbering.Reserved })
            throw new ArgumentException("TermsAreResolved needs Ids to be Reserved.", nameof(options));
        if ((options.Complete & ~FactTables.All) != 0)
            throw new ArgumentOutOfRangeException(nameof(options), options.Complete, "Complete must be a set of FactTables.");
        const string Begin = "SELECT exograph.begin_load($1, $2, $3, $4, $5, $6, defer_indexes => $7, complete => $8)";
        var loadId = await RunAsync(dataSource, loadId: null, Begin, command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Text, options.Label));
            AddOptions(command, options.OnReject, options.RejectLimit, options.KeepMaps, options.PartitionThreshold);
            command.Parameters.Add(Parameter(NpgsqlDbType.Text, options.Ids switch
            {
                IdNumbering.Numbered => "numbered",
                IdNumbering.Reserved => "reserved",
                _ => throw new ArgumentOutOfRangeException(nameof(options), options.Ids, "Ids must be Numbered or Reserved."),
            }));
            command.Parameters.Add(Parameter(NpgsqlDbType.Boolean, options.DeferIndexes));
            command.Parameters.Add(Parameter(NpgsqlDbType.Array | NpgsqlDbType.Text,
                options.Complete == FactTables.None ? null : FactTableNames.Of(options.Complete)));
            return command.ExecuteScalarAsync(cancellationToken);
        }, cancellationToken).ConfigureAwait(false);
        return new LoadSession(dataSource, (int)loadId!, options);
    }

    /// <summary>
    /// Adopts the rows of an open load, all or none, and returns the report. A load that is finalized already is only reported.
    /// When the server is lost meanwhile, it is asked again what became of the load: it is never loaded twice.
    /// </summary>
    /// <param name="dataSource">The server.</param>
    /// <param name="loadId">Number of the load; null for the caller's only open one.</param>
    /// <param name="options">Options that win over those of the beginning.</param>
    /// <param name="cancellationToken">Cancels; nothing of the load has been adopted then.</param>
    /// <exception cref="LoadException">The server refused the load; <see cref="LoadException.SqlState"/> says why.</exception>
    /// <exception cref="NpgsqlException">The server was lost and could not be reached again.</exception>
    public static async Task<LoadReport> FinalizeAsync(
        NpgsqlDataSource dataSource, int? loadId = null, FinalizeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        options ??= new FinalizeOptions();
        Check(options.OnReject, options.RejectLimit);
        // The server says what is wrong where there is none or several; the number must be known before a connection can be lost.
        var id = loadId ?? await FindAsync(dataSource, cancellationToken).ConfigureAwait(false);
        if (id is not { } number)
            number = await CallFinalizeAsync(dataSource, loadId: null, options, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                // Asking first is what makes a repetition safe where the commit was done and its answer lost.
                if (attempt == 0 || await StateAsync(dataSource, number, cancellationToken).ConfigureAwait(false) == "open")
                    await CallFinalizeAsync(dataSource, number, options, cancellationToken).ConfigureAwait(false);
                return await ReportAsync(dataSource, number, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (attempt < options.RetryDelays.Count && IsWorthAsking(e, attempt))
            {
                await ConnectionLoss.PauseAsync(dataSource, options.RetryDelays[attempt], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The staged rows of an open load that break a rule. Nothing is changed.</summary>
    /// <param name="dataSource">The server.</param>
    /// <param name="loadId">Number of the load; null for the caller's only open one.</param>
    /// <param name="limit">Most rows to return.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public static Task<IReadOnlyList<RejectedRow>> CheckAsync(
        NpgsqlDataSource dataSource, int? loadId = null, int limit = 1000, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return RejectsAsync(dataSource, loadId, limit,
            "SELECT table_name, reason, staged_row::text, staged_ctid::text FROM exograph.check_load($1) LIMIT $2",
            cancellationToken);
    }

    /// <summary>The rows that a finalized load has left out.</summary>
    internal static Task<IReadOnlyList<RejectedRow>> SkippedAsync(
        NpgsqlDataSource dataSource, int loadId, int limit, CancellationToken cancellationToken) =>
        RejectsAsync(dataSource, loadId, limit,
            "SELECT table_name, reason, staged_row::text, NULL FROM exograph.load_rejects WHERE load_id = $1 LIMIT $2",
            cancellationToken);

    private static Task<IReadOnlyList<RejectedRow>> RejectsAsync(
        NpgsqlDataSource dataSource, int? loadId, int limit, string query, CancellationToken cancellationToken)
    {
        return RunAsync(dataSource, loadId, query, command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, loadId));
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, limit));
            return ReadAsync(command, r => new RejectedRow
            {
                Table = r.GetString(0),
                Reason = r.GetString(1),
                Row = r.GetString(2),
                Place = r.IsDBNull(3) ? null : r.GetString(3),
            }, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>Drops the staged rows of an open load and ends it.</summary>
    /// <param name="dataSource">The server.</param>
    /// <param name="loadId">Number of the load; null for the caller's only open one.</param>
    /// <param name="cancellationToken">Cancels; the load stays open then.</param>
    /// <returns>Number of the load.</returns>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public static async Task<int> AbandonAsync(
        NpgsqlDataSource dataSource, int? loadId = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var id = loadId ?? await FindAsync(dataSource, cancellationToken).ConfigureAwait(false);
        await RunAsync(dataSource, id, "CALL exograph.abandon_load($1)", command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, id));
            return command.ExecuteNonQueryAsync(cancellationToken);
        }, cancellationToken).ConfigureAwait(false);
        return id.GetValueOrDefault();
    }

    /// <summary>What became of a load.</summary>
    /// <exception cref="LoadException">There is no such load.</exception>
    public static async Task<LoadReport> ReportAsync(
        NpgsqlDataSource dataSource, int loadId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var found = await LoadsAsync(dataSource, loadId, cancellationToken).ConfigureAwait(false);
        if (found is not [var load])
            throw new LoadException($"there is no load {loadId}") { LoadId = loadId, SqlState = "XG001" };
        return load with
        {
            Tables = await TablesAsync(dataSource, loadId, cancellationToken).ConfigureAwait(false),
            Phases = await PhasesAsync(dataSource, loadId, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>All loads, the latest first, without their tables and phases.</summary>
    /// <exception cref="LoadException">The server refused: Exograph is not installed, or the role may not read.</exception>
    public static Task<IReadOnlyList<LoadReport>> ListAsync(
        NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return LoadsAsync(dataSource, loadId: null, cancellationToken);
    }

    /// <summary>
    /// Builds the indexes that loads have deferred (<see cref="LoadOptions.DeferIndexes"/>), as they were. One that cannot be
    /// built does not keep the others from it.
    /// </summary>
    /// <param name="dataSource">The server.</param>
    /// <param name="progress">Where the server's words are reported.</param>
    /// <param name="cancellationToken">Cancels; nothing has been built then.</param>
    /// <returns>The indexes that are still deferred, each with the reason.</returns>
    /// <exception cref="LoadException">The server refused.</exception>
    public static async Task<IReadOnlyList<DeferredIndex>> RebuildIndexesAsync(
        NpgsqlDataSource dataSource, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await RunAsync(dataSource, loadId: null, "CALL exograph.rebuild_indexes()", async command =>
        {
            void Report(object sender, NpgsqlNoticeEventArgs e) => progress?.Report(e.Notice.MessageText);
            command.Connection.Notice += Report;
            try
            {
                return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                command.Connection.Notice -= Report;
            }
        }, cancellationToken).ConfigureAwait(false);
        const string Query = """
            SELECT table_name, index_name, definition, problem FROM exograph.deferred_indexes ORDER BY table_name, index_name
            """;
        return await RunAsync(dataSource, loadId: null, Query, command => ReadAsync(command, r => new DeferredIndex
        {
            Table = r.GetString(0),
            Name = r.GetString(1),
            Definition = r.GetString(2),
            Problem = r.IsDBNull(3) ? null : r.GetString(3),
        }, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    internal static Task SealAsync(NpgsqlDataSource dataSource, int loadId, string counts, CancellationToken cancellationToken) =>
        RunAsync(dataSource, loadId, "SELECT exograph.seal_load($1, $2)", command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, loadId));
            command.Parameters.Add(Parameter(NpgsqlDbType.Jsonb, counts));
            return command.ExecuteNonQueryAsync(cancellationToken);
        }, cancellationToken);

    internal static Task<IReadOnlyList<IdRange>> ReserveIdsAsync(
        NpgsqlDataSource dataSource, int loadId, string table, long count, CancellationToken cancellationToken) =>
        RunAsync(dataSource, loadId, "SELECT first, last FROM exograph.reserve_ids($1, $2, $3)", command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, loadId));
            command.Parameters.Add(Parameter(NpgsqlDbType.Text, table));
            command.Parameters.Add(Parameter(NpgsqlDbType.Bigint, count));
            return ReadAsync(command, r => new IdRange(r.GetInt64(0), r.GetInt64(1)), cancellationToken);
        }, cancellationToken);

    internal static Task<IReadOnlyList<int>> ResolveTermsAsync(
        NpgsqlDataSource dataSource, int loadId, string[] terms, CancellationToken cancellationToken) =>
        RunAsync(dataSource, loadId, "SELECT unnest(exograph.resolve_terms($1, $2))", command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Array | NpgsqlDbType.Text, terms));
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, loadId));
            return ReadAsync(command, r => r.GetInt32(0), cancellationToken);
        }, cancellationToken);

    /// <summary>
    /// What became of a transaction of this role: committed, aborted, in progress; null where the server has forgotten. One in
    /// progress is told to end.
    /// </summary>
    internal static async Task<string?> TransactionOutcomeAsync(
        NpgsqlDataSource dataSource, int loadId, string transaction, CancellationToken cancellationToken)
    {
        const string Query = "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8)";
        const string End = """
            SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid)) FROM pg_catalog.pg_stat_activity a
            WHERE a.backend_xid OPERATOR(pg_catalog.=) pg_catalog.xid($1::pg_catalog.xid8)
            """;
        var outcome = await AskAsync(Query).ConfigureAwait(false) as string;
        if (outcome == "in progress")
            await AskAsync(End).ConfigureAwait(false);
        return outcome;

        Task<object?> AskAsync(string query) => RunAsync(dataSource, loadId, query, command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Text, transaction));
            return command.ExecuteScalarAsync(cancellationToken);
        }, cancellationToken);
    }

    /// <summary>What the staged files lack.</summary>
    /// <param name="dataSource">The server.</param>
    /// <param name="loadId">Number of the load.</param>
    /// <param name="range">Numbers in the staging to ask about; null for all.</param>
    /// <param name="lacking">Where the answer goes.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static Task<FilesLacking> FilesLackingAsync(
        NpgsqlDataSource dataSource, int loadId, (long First, long Last)? range, FilesLacking lacking,
        CancellationToken cancellationToken)
    {
        // Joined to what is staged, so that a number that is not staged is told apart from one that lacks nothing.
        var query = $"""
            SELECT s.id, array_agg(l.table_name) FILTER (WHERE l.table_name IS NOT NULL)
            FROM exograph_load_{loadId}.staged_files s LEFT JOIN exograph.files_lacking($1, $2, $3) l ON l.number = s.id
            WHERE ($2 IS NULL OR s.id BETWEEN $2 AND $3) AND s.id IS NOT NULL
            GROUP BY s.id
            """;
        return RunAsync(dataSource, loadId, query, async command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, loadId));
            command.Parameters.Add(Parameter(NpgsqlDbType.Bigint, range?.First));
            command.Parameters.Add(Parameter(NpgsqlDbType.Bigint, range?.Last));
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    string[] names = reader.IsDBNull(1) ? [] : reader.GetFieldValue<string[]>(1);
                    lacking.Add(reader.GetInt64(0), names.Aggregate(FactTables.None, (sum, n) => sum | FactTableNames.Find(n)));
                }
            }
            return lacking;
        }, cancellationToken);
    }

    /// <returns>Number of the load that was finalized.</returns>
    private static Task<int> CallFinalizeAsync(
        NpgsqlDataSource dataSource, int? loadId, FinalizeOptions options, CancellationToken cancellationToken)
    {
        const string Call = """
            CALL exograph.finalize_load(load_id => $1, on_reject => $2, reject_limit => $3, keep_maps => $4,
                                        partition_threshold => $5, defer_indexes => $6)
            """;
        return RunAsync(dataSource, loadId, Call, async command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, loadId));
            AddOptions(command, options.OnReject, options.RejectLimit, options.KeepMaps, options.PartitionThreshold);
            command.Parameters.Add(Parameter(NpgsqlDbType.Boolean, options.DeferIndexes));
            void Report(object sender, NpgsqlNoticeEventArgs e) =>
                options.Progress?.Report(new LoadProgress { LoadId = loadId ?? 0, Phase = e.Notice.MessageText });
            command.Connection.Notice += Report;
            try
            {
                return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            }
            finally
            {
                command.Connection.Notice -= Report;
            }
        }, cancellationToken);
    }

    /// <summary>
    /// Whether the outcome of finalize is unknown, or may change: the connection was lost, or, on a repetition, the backend of the
    /// lost connection is still at work and holds its locks.
    /// </summary>
    private static bool IsWorthAsking(Exception e, int attempt) =>
        ConnectionLoss.Is(e) || attempt > 0 && e is LoadException { SqlState: PostgresErrorCodes.LockNotAvailable };

    /// <summary>The only open load of the role in force; null where there is none, or several.</summary>
    private static async Task<int?> FindAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        const string Query = """
            SELECT load_id FROM exograph.open_loads WHERE owner = current_user LIMIT 2
            """;
        var open = await RunAsync(dataSource, loadId: null, Query, c => ReadAsync(c, r => r.GetInt32(0), cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return open is [var only] ? only : null;
    }

    private static async Task<string?> StateAsync(NpgsqlDataSource dataSource, int loadId, CancellationToken cancellationToken)
    {
        const string Query = "SELECT state FROM exograph.loads WHERE load_id = $1";
        var state = await RunAsync(dataSource, loadId, Query, command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, loadId));
            return command.ExecuteScalarAsync(cancellationToken);
        }, cancellationToken).ConfigureAwait(false);
        return (string?)state;
    }

    private static Task<IReadOnlyList<LoadReport>> LoadsAsync(
        NpgsqlDataSource dataSource, int? loadId, CancellationToken cancellationToken)
    {
        const string Query = """
            SELECT load_id, label, state, started_by, started_at, ended_at
            FROM exograph.loads WHERE $1 IS NULL OR load_id = $1 ORDER BY load_id DESC
            """;
        return RunAsync(dataSource, loadId, Query, command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, loadId));
            return ReadAsync(command, r => new LoadReport
            {
                LoadId = r.GetInt32(0),
                Label = r.GetString(1),
                State = r.GetString(2),
                StartedBy = r.GetString(3),
                StartedAt = r.GetFieldValue<DateTimeOffset>(4),
                EndedAt = r.IsDBNull(5) ? null : r.GetFieldValue<DateTimeOffset>(5),
                Tables = [],
                Phases = [],
            }, cancellationToken);
        }, cancellationToken);
    }

    private static Task<IReadOnlyList<LoadReportTable>> TablesAsync(
        NpgsqlDataSource dataSource, int loadId, CancellationToken cancellationToken)
    {
        const string Query = """
            SELECT table_name, staged, inserted, existing, collapsed, rejected, conflicting, path, milliseconds, wal_bytes, reason
            FROM exograph.load_tables WHERE load_id = $1 ORDER BY position
            """;
        return RunAsync(dataSource, loadId, Query, command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, loadId));
            return ReadAsync(command, r => new LoadReportTable
            {
                Table = r.GetString(0),
                Staged = r.GetInt64(1),
                Inserted = r.GetInt64(2),
                Existing = r.GetInt64(3),
                Collapsed = r.GetInt64(4),
                Rejected = r.GetInt64(5),
                Conflicting = r.GetInt64(6),
                Path = r.GetString(7),
                Milliseconds = r.GetDouble(8),
                WalBytes = r.GetInt64(9),
                Reason = r.IsDBNull(10) ? null : r.GetString(10),
            }, cancellationToken);
        }, cancellationToken);
    }

    private static Task<IReadOnlyList<LoadReportPhase>> PhasesAsync(
        NpgsqlDataSource dataSource, int loadId, CancellationToken cancellationToken)
    {
        const string Query = """
            SELECT concat_ws(' ', phase, table_name), coalesce(milliseconds, 0), coalesce(wal_bytes, 0)
            FROM exograph.load_phases WHERE load_id = $1 ORDER BY position
            """;
        return RunAsync(dataSource, loadId, Query, command =>
        {
            command.Parameters.Add(Parameter(NpgsqlDbType.Integer, loadId));
            return ReadAsync(command, r => new LoadReportPhase
            {
                Phase = r.GetString(0),
                Milliseconds = r.GetDouble(1),
                WalBytes = r.GetInt64(2),
            }, cancellationToken);
        }, cancellationToken);
    }

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(
        ServerCall command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                rows.Add(read(reader));
        }
        return rows;
    }

    /// <summary>Runs one statement; an error of the server becomes a <see cref="LoadException"/>.</summary>
    private static async Task<T> RunAsync<T>(
        NpgsqlDataSource dataSource, int? loadId, string text, Func<ServerCall, Task<T>> run, CancellationToken cancellationToken)
    {
        var connection = await ServerCall.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                return await ServerCall.RunAsync(connection, text, run, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException e)
            {
                var version = SchemaVersion.MayDiffer(e)
                    ? await SchemaVersion.ExplainAsync(dataSource, cancellationToken).ConfigureAwait(false)
                    : null;
                throw LoadException.FromServer(e, loadId, version);
            }
        }
    }

    /// <summary>What the server would take and never look at is refused.</summary>
    private static void Check(RejectPolicy? onReject, long? rejectLimit)
    {
        if (onReject is not (null or RejectPolicy.Fail or RejectPolicy.Skip))
            throw new ArgumentOutOfRangeException(nameof(onReject), onReject, "OnReject must be Fail or Skip.");
        if (onReject == RejectPolicy.Fail && rejectLimit is not null)
            throw new ArgumentException("RejectLimit bounds the rows that are skipped: with OnReject Fail none is.", nameof(rejectLimit));
    }

    private static void AddOptions(
        ServerCall command, RejectPolicy? onReject, long? rejectLimit, bool? keepMaps, long? partitionThreshold)
    {
        command.Parameters.Add(Parameter(NpgsqlDbType.Text, onReject switch
        {
            null => null,
            RejectPolicy.Skip => "skip",
            _ => "fail",
        }));
        command.Parameters.Add(Parameter(NpgsqlDbType.Bigint, rejectLimit));
        command.Parameters.Add(Parameter(NpgsqlDbType.Boolean, keepMaps));
        command.Parameters.Add(Parameter(NpgsqlDbType.Bigint, partitionThreshold));
    }

    private static NpgsqlParameter Parameter(NpgsqlDbType type, object? value) =>
        new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}

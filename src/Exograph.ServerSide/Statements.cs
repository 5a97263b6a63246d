using Npgsql;
using NpgsqlTypes;

namespace Exograph.ServerSide;

/// <summary>A statement of this library.</summary>
/// <param name="Name">What it is called in spans, metrics and logs: the public call, or the relation that is read.</param>
/// <param name="Text">Its SQL.</param>
/// <param name="Read">Reads a row of its answer.</param>
internal sealed record Statement<T>(string Name, string Text, Func<NpgsqlDataReader, T> Read)
{
    /// <summary>Whether it commits by itself, and is to be in no transaction.</summary>
    public bool CommitsItself { get; init; }
}

/// <summary>All statements that this library sends, but for COPY and what the migrator runs.</summary>
internal static class Statements
{
    public static readonly Statement<int> Begin = new("begin_load",
        """
        SELECT exograph.begin_load($1, on_reject => $2, reject_limit => $3, keep_maps => $4, partition_threshold => $5,
                                   defer_indexes => $6, mode => $7, most_partitions => $8, ids => $9, complete => $10)
        """, r => r.GetInt32(0));

    public static readonly Statement<int> FinalizeLoad = new("finalize_load", """
        CALL exograph.finalize_load(load_id => $1, on_reject => $2, reject_limit => $3, keep_maps => $4,
                                    partition_threshold => $5, defer_indexes => $6, mode => $7, most_partitions => $8)
        """, r => r.GetInt32(0));

    public static readonly Statement<bool> IsCoordinator = new("cluster.shards",
        "SELECT EXISTS (SELECT FROM exograph_cluster.shards)", r => r.GetBoolean(0));

    /// <summary>The attached shards, where the role in force has a user there.</summary>
    public static readonly Statement<Shard> Shards = new("cluster.shards", """
        SELECT s.number, s.name, s.hosts, s.port, s.dbname, u.remote_user
        FROM exograph_cluster.shards s JOIN exograph_cluster.users u ON u.role = current_user
        WHERE s.state = 'attached' ORDER BY s.number
        """, r => new Shard
    {
        Number = r.GetInt32(0),
        Name = r.GetString(1),
        Hosts = r.GetString(2),
        Port = r.GetString(3),
        Database = r.GetString(4),
        User = r.GetString(5),
    });

    public static readonly Statement<int> BeginInCluster = new("cluster.begin_load",
        """
        SELECT exograph_cluster.begin_load($1, on_reject => $2, reject_limit => $3, keep_maps => $4, partition_threshold => $5,
                                           mode => $6, complete => $7)
        """, r => r.GetInt32(0));

    public static readonly Statement<(string? Name, int Shard)> Place = new("cluster.place",
        "SELECT name, shard FROM exograph_cluster.place($1, $2, $3)", r => (Text(r, 0), r.GetInt32(1)));

    public static readonly Statement<int> JoinLoad = new("cluster.join_load",
        "SELECT exograph_cluster.join_load($1, $2)", r => r.GetInt32(0));

    public static readonly Statement<bool> FinalizeInCluster = new("cluster.finalize_load", """
        CALL exograph_cluster.finalize_load($1, on_reject => $2, reject_limit => $3, keep_maps => $4, partition_threshold => $5,
                                            mode => $6)
        """, Nothing)
    { CommitsItself = true };

    /// <summary>A load of the cluster, and whether it is committed on all of its shards.</summary>
    public static readonly Statement<(LoadReport Load, bool IsCommitted)> LoadInCluster = new("cluster.loads", """
        SELECT id, label, CASE state WHEN 'committed' THEN 'finalized' ELSE state END, who, begun_at, decided_at, finalized_at IS NOT NULL
        FROM exograph_cluster.loads WHERE id = $1
        """, r => (ReadLoad(r), r.GetBoolean(6)));

    public static readonly Statement<bool> AbandonInCluster =
        new("cluster.abandon_load", "CALL exograph_cluster.abandon_load($1)", Nothing);

    public static readonly Statement<ResolvedPart> ResolveLoads = new("cluster.resolve_loads",
        "SELECT load_id, shard, outcome, detail FROM exograph_cluster.resolve_loads()", r => new ResolvedPart
        {
            LoadId = Integer(r, 0),
            Shard = r.GetInt32(1),
            Outcome = r.GetString(2),
            Detail = Text(r, 3),
        });

    public static readonly Statement<ShardStatus> ClusterStatus = new("cluster.cluster_status", """
        SELECT number, name, state, home, hosts, port, dbname, database_bytes, capacity_bytes, packages, open_loads, to_commit, prepared,
               oldest_prepared, problem
        FROM exograph_cluster.cluster_status ORDER BY number
        """, r => new ShardStatus
    {
        Number = r.GetInt32(0),
        Name = r.GetString(1),
        IsAttached = r.GetString(2) == "attached",
        IsHome = r.GetBoolean(3),
        Hosts = r.GetString(4),
        Port = r.GetString(5),
        Database = r.GetString(6),
        DatabaseBytes = Number(r, 7),
        CapacityBytes = Number(r, 8),
        Packages = r.GetInt64(9),
        OpenLoads = r.GetInt64(10),
        ToCommit = r.GetInt64(11),
        Prepared = Integer(r, 12),
        OldestPrepared = Time(r, 13),
        Problem = Text(r, 14),
    });

    public static readonly Statement<int> AddShard = new("cluster.add_shard",
        "SELECT exograph_cluster.add_shard($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", r => r.GetInt32(0));

    public static readonly Statement<bool> MapUser = new("cluster.map_user", "SELECT exograph_cluster.map_user($1, $2, $3)", Nothing);

    public static readonly Statement<bool> AttachShard = new("cluster.attach_shard", "SELECT exograph_cluster.attach_shard($1)", Nothing);

    public static readonly Statement<bool> DetachShard = new("cluster.detach_shard", "SELECT exograph_cluster.detach_shard($1)", Nothing);

    public static readonly Statement<bool> MovePackage =
        new("cluster.move_package", "CALL exograph_cluster.move_package($1, $2, $3)", Nothing) { CommitsItself = true };

    public static readonly Statement<RejectedRow> Check = new("check_load",
        SelectRejects("staged_ctid::text FROM exograph.check_load($1) r"), ReadReject);

    public static readonly Statement<RejectedRow> LeftOut = new("load_rejects",
        SelectRejects("NULL FROM (SELECT * FROM exograph.load_rejects WHERE load_id = $1) r"), ReadReject);

    public static readonly Statement<bool> Abandon = new("abandon_load", "CALL exograph.abandon_load($1)", Nothing);

    public static readonly Statement<bool> IndexStagedSets =
        new("index_staged_sets", "CALL exograph.index_staged_sets($1)", Nothing);

    public static readonly Statement<bool> DropMaps = new("drop_maps", "CALL exograph.drop_maps($1)", Nothing);

    public static readonly Statement<DeletedRows> DeletePackage = new("delete_package",
        "SELECT table_name, deleted FROM exograph.delete_package($1, $2)", ReadDeleted);

    public static readonly Statement<DeletedRows> DeletePackageVersion = new("delete_package_version",
        "SELECT table_name, deleted FROM exograph.delete_package_version($1, $2, $3)", ReadDeleted);

    public static readonly Statement<DeletedRows> SweepTerms =
        new("sweep_terms", "SELECT table_name, deleted FROM exograph.sweep_terms()", ReadDeleted);

    public static readonly Statement<bool> Undo = new("undo_load", "CALL exograph.undo_load($1, $2)", Nothing);

    public static readonly Statement<int> UndoneWith = new("loads", """
        SELECT load_id FROM exograph.loads
        WHERE undone_at = (SELECT undone_at FROM exograph.loads WHERE load_id = $1) ORDER BY load_id
        """, r => r.GetInt32(0));

    public static readonly Statement<PartitionMerge> MergePartitions = new("merge_partitions", """
        SELECT table_name, first_load, last_load, partitions, status, detail FROM exograph.merge_partitions($1)
        """, r => new PartitionMerge
    {
        Table = Text(r, 0),
        FirstLoad = r.GetInt32(1),
        LastLoad = r.GetInt32(2),
        Partitions = Integer(r, 3),
        Status = Names<PartitionMergeStatus>.Parse(r.GetString(4)),
        Detail = Text(r, 5),
    });

    public static readonly Statement<bool> RebuildIndexes = new("rebuild_indexes", "CALL exograph.rebuild_indexes()", Nothing);

    public static readonly Statement<DeferredIndex> DeferredIndexes = new("deferred_indexes", """
        SELECT table_name, index_name, definition, problem FROM exograph.deferred_indexes ORDER BY table_name, index_name
        """, r => new DeferredIndex
    {
        Table = Names<IndexTable>.Parse(r.GetString(0)),
        Name = r.GetString(1),
        Definition = r.GetString(2),
        Problem = Text(r, 3),
    });

    public static readonly Statement<Finding> CheckIndex = new("check_index",
        "SELECT finding, object, detail, mend FROM exograph.check_index()",
        r => new Finding { Kind = r.GetString(0), Place = r.GetString(1), Detail = r.GetString(2), Mend = r.GetString(3) });

    public static readonly Statement<Advice> Doctor = new("doctor", "SELECT finding, here, to_try, mend FROM exograph.doctor()",
        r => new Advice { Subject = r.GetString(0), Here = r.GetString(1), ToTry = Text(r, 2), Mend = Text(r, 3) });

    public static readonly Statement<PackageSize> IndexSizes = new("index_sizes", """
        SELECT ecosystem, package, table_name, rows, bytes FROM exograph.index_sizes()
        """, r => new PackageSize
    {
        Ecosystem = Text(r, 0),
        Package = Text(r, 1),
        Table = r.GetString(2),
        Rows = r.GetInt64(3),
        Bytes = r.GetInt64(4),
    });

    public static readonly Statement<PublicCall> Help = new("help", "SELECT call, does FROM exograph.help()",
        r => new PublicCall { Call = r.GetString(0), Does = r.GetString(1) });

    public static readonly Statement<bool> Seal = new("seal_load", "SELECT exograph.seal_load($1, $2)", Nothing);

    public static readonly Statement<IdRange> ReserveIds = new("reserve_ids",
        "SELECT first, last FROM exograph.reserve_ids($1, $2, $3)", r => new IdRange(r.GetInt64(0), r.GetInt64(1)));

    public static readonly Statement<bool?> PrepareFacts = new("prepare_facts",
        "SELECT exograph.prepare_facts($1)", r => r.IsDBNull(0) ? null : r.GetBoolean(0));

    public static readonly Statement<int> ResolveTerms = new("resolve_terms",
        "SELECT unnest(exograph.resolve_terms($1, $2))", r => r.GetInt32(0));

    /// <summary>What became of a transaction of this role: committed, aborted, in progress; null where the server has forgotten.</summary>
    public static readonly Statement<string?> TransactionOutcome = new("pg_xact_status",
        "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8)", r => Text(r, 0));

    public static readonly Statement<bool> EndTransaction = new("pg_terminate_backend", """
        SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid)) FROM pg_catalog.pg_stat_activity a
        WHERE a.backend_xid OPERATOR(pg_catalog.=) pg_catalog.xid($1::pg_catalog.xid8)
        """, Nothing);

    /// <summary>The open loads of the role in force: two are as good as many.</summary>
    public static readonly Statement<int> OwnOpenLoads = new("open_loads",
        "SELECT load_id FROM exograph.open_loads WHERE owner = current_user LIMIT 2", r => r.GetInt32(0));

    public static readonly Statement<LoadState> State = new("loads",
        "SELECT state FROM exograph.loads WHERE load_id = $1", r => Names<LoadState>.Parse(r.GetString(0)));

    public static readonly Statement<LoadReport> Loads = new("loads", """
        SELECT load_id, label, state, started_by, started_at, ended_at
        FROM exograph.loads WHERE $1 IS NULL OR load_id = $1 ORDER BY load_id DESC
        """, ReadLoad);

    public static readonly Statement<LoadReportTable> Tables = new("load_tables", """
        SELECT table_name, staged, inserted, existing, collapsed, rejected, conflicting, path, milliseconds, wal_bytes, reason, replaced
        FROM exograph.load_tables WHERE load_id = $1 ORDER BY position
        """, r => new LoadReportTable
    {
        Table = Names<IndexTable>.Parse(r.GetString(0)),
        Staged = r.GetInt64(1),
        Inserted = r.GetInt64(2),
        Existing = r.GetInt64(3),
        Collapsed = r.GetInt64(4),
        Rejected = r.GetInt64(5),
        Conflicting = r.GetInt64(6),
        Path = Names<LoadPath>.Find(r.GetString(7)) ?? LoadPath.Unknown,
        Milliseconds = r.GetDouble(8),
        WalBytes = r.GetInt64(9),
        Reason = Text(r, 10),
        Replaced = r.GetInt64(11),
    });

    public static readonly Statement<LoadReportPhase> Phases = new("load_phases", """
        SELECT phase, table_name, coalesce(milliseconds, 0), coalesce(wal_bytes, 0)
        FROM exograph.load_phases WHERE load_id = $1 ORDER BY position
        """, r => new LoadReportPhase
    {
        Phase = LoadPhases.Parse(r.GetString(0)),
        Table = Text(r, 1) is { } table ? Names<IndexTable>.Parse(table) : null,
        Milliseconds = r.GetDouble(2),
        WalBytes = r.GetInt64(3),
    });

    public static readonly Statement<LoadAttempt> Attempts = new("load_attempts", """
        SELECT attempt, outcome, started_at, phase, table_name, sqlstate, message
        FROM exograph.load_attempts WHERE load_id = $1 ORDER BY attempt
        """, r => new LoadAttempt
    {
        Attempt = r.GetInt32(0),
        Outcome = Names<AttemptOutcome>.Find(r.GetString(1)) ?? AttemptOutcome.Unknown,
        StartedAt = Time(r, 2),
        Phase = Text(r, 3) is { } phase ? LoadPhases.Parse(phase) : null,
        Table = Names<IndexTable>.Find(Text(r, 4)),
        SqlState = Text(r, 5),
        Message = Text(r, 6),
    });

    public static readonly Statement<bool> NoteAttempt = new("note_attempt",
        "SELECT exograph.note_attempt($1, $2, $3)", r => r.GetBoolean(0));

    public static readonly Statement<AbandonedLoad> AbandonOld = new("abandon_loads",
        "SELECT load_id, label, owner, outcome, detail FROM exograph.abandon_loads($1)", r => new AbandonedLoad
        {
            LoadId = r.GetInt32(0),
            Label = r.GetString(1),
            Owner = Text(r, 2),
            IsAbandoned = r.GetString(3) == "abandoned",
            Detail = Text(r, 4),
        });

    public static readonly Statement<OpenLoad> OpenLoads = new("open_loads", """
        SELECT load_id, label, started_by, started_at, owner, staged_bytes, pid, phase, table_name, rows_done, rows_to_do,
               phase_seconds, seconds, seconds_left, working_role, working_since, server_progress, failed_attempts, last_failure
        FROM exograph.open_loads WHERE $1 IS NULL OR load_id = $1 ORDER BY load_id
        """, r => new OpenLoad
    {
        LoadId = r.GetInt32(0),
        Label = r.GetString(1),
        StartedBy = r.GetString(2),
        StartedAt = r.GetFieldValue<DateTimeOffset>(3),
        Owner = Text(r, 4),
        StagedBytes = Number(r, 5),
        ProcessId = Integer(r, 6),
        Phase = Text(r, 7) is { } phase ? LoadPhases.Parse(phase) : null,
        Table = Names<IndexTable>.Find(Text(r, 8)),
        RowsDone = Number(r, 9),
        RowsToDo = r.GetInt64(10),
        PhaseElapsed = Seconds(r, 11),
        Elapsed = Seconds(r, 12),
        Remaining = Seconds(r, 13),
        WorkingRole = Text(r, 14),
        WorkingSince = Time(r, 15),
        ServerProgress = Text(r, 16),
        FailedAttempts = r.GetInt32(17),
        LastFailure = Text(r, 18),
    });

    public static readonly Statement<LockWait> LockWaits = new("lock_waits", """
        SELECT waiting_pid, waiting_role, waiting_application, waiting_since, mode, waits_for,
               holder_pid, holder_role, holder_application, holder_since, holder_state
        FROM exograph.lock_waits ORDER BY waiting_since, waiting_pid, holder_pid
        """, r => new LockWait
    {
        WaitingProcessId = r.GetInt32(0),
        WaitingRole = Text(r, 1),
        WaitingApplication = Text(r, 2),
        WaitingSince = Time(r, 3),
        Mode = r.GetString(4),
        WaitsFor = Text(r, 5),
        HolderProcessId = Integer(r, 6),
        HolderRole = Text(r, 7),
        HolderApplication = Text(r, 8),
        HolderSince = Time(r, 9),
        HolderState = Text(r, 10),
    });

    /// <summary>Joined to what is staged, so that a number that is not staged is told apart from one that lacks nothing.</summary>
    public static Statement<(long File, FactTables Lacks)> FilesLacking(int loadId) => new("files_lacking", $"""
        SELECT s.id, array_agg(l.table_name) FILTER (WHERE l.table_name IS NOT NULL)
        FROM exograph_load_{loadId}.staged_files s LEFT JOIN exograph.files_lacking($1, $2, $3) l ON l.number = s.id
        WHERE ($2 IS NULL OR s.id BETWEEN $2 AND $3) AND s.id IS NOT NULL
        GROUP BY s.id
        """, r => (r.GetInt64(0), FactTableNames.Find(r.IsDBNull(1) ? [] : r.GetFieldValue<string[]>(1))));

    public static NpgsqlParameter Argument(int? value) => Argument(NpgsqlDbType.Integer, value);

    public static NpgsqlParameter Argument(long? value) => Argument(NpgsqlDbType.Bigint, value);

    public static NpgsqlParameter Argument(double value) => Argument(NpgsqlDbType.Double, value);

    public static NpgsqlParameter Argument(bool? value) => Argument(NpgsqlDbType.Boolean, value);

    public static NpgsqlParameter Argument(string? value) => Argument(NpgsqlDbType.Text, value);

    public static NpgsqlParameter Argument(string[]? value) => Argument(NpgsqlDbType.Array | NpgsqlDbType.Text, value);

    public static NpgsqlParameter Argument(TimeSpan value) => Argument(NpgsqlDbType.Interval, value);

    public static NpgsqlParameter Json(string value) => Argument(NpgsqlDbType.Jsonb, value);

    private static NpgsqlParameter Argument(NpgsqlDbType type, object? value) =>
        new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };

    /// <summary>Of the terms of a set that break a rule, which are one reject, as many as they are counted: pairs.</summary>
    private static string SelectRejects(string places) => $"""
        SELECT r.table_name, r.reason, coalesce(p.pair, r.staged_row)::text, {places}
        LEFT JOIN LATERAL (
            SELECT jsonb_build_object('fragment_id', r.staged_row -> 'fragment_id', 'term_id', t.term_id) AS pair
            FROM jsonb_array_elements(CASE jsonb_typeof(r.staged_row -> 'term_ids') WHEN 'array' THEN r.staged_row -> 'term_ids' END)
                AS t (term_id)
        ) p ON true
        LIMIT $2
        """;

    private static LoadReport ReadLoad(NpgsqlDataReader r) => new()
    {
        LoadId = r.GetInt32(0),
        Label = r.GetString(1),
        State = Names<LoadState>.Parse(r.GetString(2)),
        StartedBy = r.GetString(3),
        StartedAt = r.GetFieldValue<DateTimeOffset>(4),
        EndedAt = Time(r, 5),
        Tables = [],
        Phases = [],
    };

    private static DeletedRows ReadDeleted(NpgsqlDataReader r) => new()
    {
        Table = Names<IndexTable>.Parse(r.GetString(0)),
        Deleted = r.GetInt64(1),
    };

    private static RejectedRow ReadReject(NpgsqlDataReader r) => new()
    {
        Table = Names<IndexTable>.Parse(r.GetString(0)),
        Reason = r.GetString(1),
        Row = r.GetString(2),
        Place = Text(r, 3),
    };

    public static string? Text(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader r, int column) =>
        r.IsDBNull(column) ? null : r.GetFieldValue<DateTimeOffset>(column);

    public static long? Number(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetInt64(column);

    public static int? Integer(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetInt32(column);

    private static TimeSpan? Seconds(NpgsqlDataReader r, int column) =>
        r.IsDBNull(column) ? null : TimeSpan.FromSeconds(r.GetDouble(column));

    private static bool Nothing(NpgsqlDataReader r) => true;
}

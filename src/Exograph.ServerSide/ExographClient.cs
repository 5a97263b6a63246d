using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using static Exograph.ServerSide.Statements;

namespace Exograph.ServerSide;

/// <summary>
/// Exograph in one database: a method for each thing that can be done. Every statement is a transaction of its own, at READ
/// COMMITTED and under a pinned search_path, and nothing is left on a connection: a pooler in transaction mode may sit in between.
/// What goes wrong is an <see cref="ExographException"/>. Thread-safe; one for each data source is enough.
/// </summary>
public sealed class ExographClient : IAsyncDisposable, IDisposable
{
    private const int TermsOfBatch = 5_000;
    private static readonly TimeSpan s_noteTimeout = TimeSpan.FromSeconds(5);

    private readonly bool _ownsDataSource;

    /// <summary>A client for the database of <paramref name="dataSource"/>, which stays the caller's.</summary>
    /// <param name="dataSource">The database, without Multiplexing.</param>
    /// <param name="loggerFactory">Where to log, under the category <see cref="ExographTelemetry.Name"/>.</param>
    public ExographClient(NpgsqlDataSource dataSource, ILoggerFactory? loggerFactory = null)
        : this(dataSource, loggerFactory, ownsDataSource: false)
    {
    }

    private ExographClient(NpgsqlDataSource dataSource, ILoggerFactory? loggerFactory, bool ownsDataSource)
        : this(dataSource, (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger(ExographTelemetry.Name), ownsDataSource)
    {
    }

    /// <summary>A client for a database beside one whose logger it shares.</summary>
    internal ExographClient(NpgsqlDataSource dataSource, ILogger logger, bool ownsDataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        Server = new Server(dataSource, logger);
        Questions = new IndexQuestions(Server);
        Cluster = new ClusterClient(this);
        _ownsDataSource = ownsDataSource;
    }

    /// <summary>A client with a data source of its own, which is disposed with it.</summary>
    /// <param name="connectionString">Connection string of Npgsql.</param>
    /// <param name="loggerFactory">Where to log; Npgsql logs there, too, under categories of its own.</param>
    public static ExographClient Create(string connectionString, ILoggerFactory? loggerFactory = null) => new(
        new NpgsqlDataSourceBuilder(connectionString).UseLoggerFactory(loggerFactory).Build(), loggerFactory, ownsDataSource: true);

    /// <summary>Version of the schema that this library installs: the number of its last migration.</summary>
    public static int LatestSchemaVersion => MigrationScripts.Embedded.Version;

    /// <summary>The database.</summary>
    public NpgsqlDataSource DataSource => Server.DataSource;

    /// <summary>What can be asked of the index.</summary>
    public IndexQuestions Questions { get; }

    /// <summary>What can be done where the index coordinates a cluster.</summary>
    public ClusterClient Cluster { get; }

    internal Server Server { get; }

    /// <summary>Installs Exograph in the database or brings it up to date. Several may do so at once: they take turns.</summary>
    /// <returns>Names of the scripts that were applied, of migrations with their numbers: none where the database was up to date.</returns>
    /// <exception cref="MigrationException">A script failed, or the database is newer than this library.</exception>
    /// <exception cref="ConnectionException">The server cannot be reached.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(
        MigrateOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new MigrateOptions();
        var applied = await MigratorAsync("migrate", async m =>
        {
            var applied = await m.MigrateAsync(options.Progress, cancellationToken).ConfigureAwait(false);
            if (options.TextSearch)
                await m.AddTextIndexesAsync(cancellationToken).ConfigureAwait(false);
            return applied;
        }).ConfigureAwait(false);
        if (applied.Count > 0)
            Log.Migrated(Server.Logger, applied.Count);
        return applied;
    }

    /// <summary>Names of the scripts that <see cref="MigrateAsync"/> would apply. Changes nothing.</summary>
    /// <exception cref="MigrationException">The database is newer than this library.</exception>
    /// <exception cref="ConnectionException">The server cannot be reached.</exception>
    public Task<IReadOnlyList<string>> GetPendingMigrationsAsync(CancellationToken cancellationToken = default) =>
        MigratorAsync("pending_migrations", m => m.GetPendingAsync(cancellationToken));

    /// <summary>
    /// The whole installation as one script for psql, to be reviewed and run by hand. It applies what is new, as
    /// <see cref="MigrateAsync"/> does, and applies all re-runnable code.
    /// </summary>
    public static string PrintMigration(MigrateOptions? options = null) => Migrator.Print(options?.TextSearch ?? false);

    /// <summary>
    /// Takes Exograph out of the database with all that it holds, and its roles unless another database of the cluster knows them.
    /// Refuses where loads are open or something of others depends on it, unless forced. All or nothing.
    /// </summary>
    /// <returns>What the server says of roles, and of what went by force.</returns>
    /// <exception cref="MigrationException">The server refused.</exception>
    /// <exception cref="ConnectionException">The server cannot be reached.</exception>
    public Task<IReadOnlyList<string>> UninstallAsync(
        UninstallOptions? options = null, CancellationToken cancellationToken = default) =>
        MigratorAsync("uninstall", _ => Uninstaller.RunAsync(DataSource, options?.Force ?? false, cancellationToken));

    /// <summary>What <see cref="UninstallAsync"/> does as one script for psql, to be reviewed and run by hand.</summary>
    public static string PrintUninstall(UninstallOptions? options = null) => Uninstaller.Print(options?.Force ?? false);

    /// <summary>Begins a load.</summary>
    /// <exception cref="LoadException">Exograph is not installed, the role may not load, or an option is bad.</exception>
    /// <exception cref="ConnectionException">The server cannot be reached.</exception>
    public async Task<LoadSession> BeginLoadAsync(LoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new LoadOptions();
        options.Check();
        var loadId = await OneAsync(Begin, null,
        [
            Argument(options.Label),
            .. options.ForFinalize().Arguments(),
            Argument(Names<IdNumbering>.Of(options.Ids)),
            Argument(options.Complete == FactTables.None ? null : FactTableNames.Of(options.Complete)),
        ], cancellationToken).ConfigureAwait(false);
        Log.LoadBegun(Server.Logger, loadId, options.Label);
        return new LoadSession(this, loadId, options);
    }

    /// <summary>
    /// Begins to put rows into the tables of any schema by their natural keys: <c>dup_select.put_schema</c>, with rows of the caller. The
    /// connection is the session's until it is disposed.
    /// </summary>
    /// <param name="schema">Name of the schema, as it is written.</param>
    /// <param name="options">What becomes of rows that exist, and of bad ones.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="PutException">There is no such schema, or the options name tables that it does not have.</exception>
    /// <exception cref="ConnectionException">The server cannot be reached.</exception>
    public Task<PutSession> BeginPutAsync(string schema, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        options ??= new PutOptions();
        options.Check();
        return PutSession.BeginAsync(Server, schema, options, cancellationToken);
    }

    /// <summary>
    /// Brings the rows of an open load into the index, all or none, and returns the report. A load that is finalized already is
    /// only reported. When the server is lost meanwhile, it is asked again what became of the load: it is never loaded twice.
    /// </summary>
    /// <param name="loadId">Number of the load; null for the caller's only open one.</param>
    /// <param name="options">Options that win over those of the beginning.</param>
    /// <param name="cancellationToken">Cancels; nothing of the load is in the index then.</param>
    /// <exception cref="LoadException">The server refused the load, which stays open.</exception>
    /// <exception cref="ConnectionException">The server was lost and could not be reached again.</exception>
    public async Task<LoadReport> FinalizeLoadAsync(
        int? loadId = null, FinalizeOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new FinalizeOptions();
        options.Check();
        // The server says what is wrong where there is none or several; the number must be known before a connection can be lost.
        var id = loadId ?? await FindAsync(cancellationToken).ConfigureAwait(false);
        if (id is not { } number)
            number = await CallFinalizeAsync(null, options, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                // Asking first is what makes a repetition safe where the commit was done and its answer lost.
                if (attempt == 0 || await StateAsync(number, cancellationToken).ConfigureAwait(false) == LoadState.Open)
                    await CallFinalizeAsync(number, options, cancellationToken).ConfigureAwait(false);
                var report = await GetLoadAsync(number, cancellationToken).ConfigureAwait(false);
                Log.LoadFinalized(Server.Logger, number,
                    report.Tables.Sum(t => t.Inserted), report.Tables.Sum(t => t.Existing), report.Tables.Sum(t => t.Rejected));
                Server.Telemetry.CountAdopted(report);
                return report;
            }
            catch (Exception e) when (attempt < options.RetryDelays.Count && IsWorthAsking(e, attempt))
            {
                await Server.PauseAsync(e, options.RetryDelays[attempt], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The staged rows of an open load that break a rule. Nothing is changed.</summary>
    /// <param name="loadId">Number of the load; null for the caller's only open one.</param>
    /// <param name="options">How many of them to return.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public Task<IReadOnlyList<RejectedRow>> CheckLoadAsync(
        int? loadId = null, RejectOptions? options = null, CancellationToken cancellationToken = default) =>
        RejectsAsync(Check, loadId, options, cancellationToken);

    /// <summary>The rows that a finalized load has left out: <see cref="RejectPolicy.Skip"/>.</summary>
    /// <param name="loadId">Number of the load.</param>
    /// <param name="options">How many of them to return.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LoadException">The server refused.</exception>
    public Task<IReadOnlyList<RejectedRow>> GetRejectsAsync(
        int loadId, RejectOptions? options = null, CancellationToken cancellationToken = default) =>
        RejectsAsync(LeftOut, loadId, options, cancellationToken);

    /// <summary>Drops the staged rows of an open load and ends it.</summary>
    /// <param name="loadId">Number of the load; null for the caller's only open one.</param>
    /// <param name="cancellationToken">Cancels; the load stays open then.</param>
    /// <returns>Number of the load.</returns>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public async Task<int> AbandonLoadAsync(int? loadId = null, CancellationToken cancellationToken = default)
    {
        var id = loadId ?? await FindAsync(cancellationToken).ConfigureAwait(false);
        await AllAsync(Abandon, id, [Argument(id)], cancellationToken).ConfigureAwait(false);
        Log.LoadAbandoned(Server.Logger, id.GetValueOrDefault());
        return id.GetValueOrDefault();
    }

    /// <summary>
    /// Abandons the open loads that were begun longer ago than <see cref="AbandonLoadsOptions.OlderThan"/>, those of dropped roles,
    /// too. One that cannot go now does not keep the others from it. For members of <c>exograph_owner</c>.
    /// </summary>
    /// <returns>What became of each.</returns>
    /// <exception cref="LoadException">The server refused.</exception>
    public Task<IReadOnlyList<AbandonedLoad>> AbandonLoadsAsync(
        AbandonLoadsOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new AbandonLoadsOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.OlderThan, TimeSpan.Zero, nameof(options));
        return AllAsync(AbandonOld, null, [Argument(options.OlderThan)], cancellationToken);
    }

    /// <summary>What became of a load.</summary>
    /// <exception cref="LoadException">There is no such load.</exception>
    public async Task<LoadReport> GetLoadAsync(int loadId, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<NpgsqlParameter> Number() => [Argument((int?)loadId)];
        var found = await AllAsync(Loads, loadId, Number(), cancellationToken).ConfigureAwait(false);
        if (found is not [var load])
            throw new LoadException($"there is no load {loadId}") { LoadId = loadId, SqlState = "XG001" };
        return load with
        {
            Tables = await AllAsync(Tables, loadId, Number(), cancellationToken).ConfigureAwait(false),
            Phases = await AllAsync(Phases, loadId, Number(), cancellationToken).ConfigureAwait(false),
            Attempts = await AllAsync(Attempts, loadId, Number(), cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>All loads, the latest first, without their tables and phases.</summary>
    /// <exception cref="LoadException">The server refused: Exograph is not installed, or the role may not read.</exception>
    public Task<IReadOnlyList<LoadReport>> ListLoadsAsync(CancellationToken cancellationToken = default) =>
        AllAsync(Loads, null, [Argument((int?)null)], cancellationToken);

    /// <summary>The open loads, the oldest first: how much is staged, and which session is at which phase of finalizing.</summary>
    /// <exception cref="LoadException">The server refused: Exograph is not installed, or the role may not read.</exception>
    public Task<IReadOnlyList<OpenLoad>> ListOpenLoadsAsync(CancellationToken cancellationToken = default) =>
        AllAsync(OpenLoads, null, [Argument((int?)null)], cancellationToken);

    /// <summary>
    /// What is being done with an open load, as often as <see cref="WatchOptions.Interval"/> says. It ends when the load is
    /// finalized or abandoned; of a load that is not open there is nothing to see.
    /// </summary>
    /// <param name="loadId">Number of the load.</param>
    /// <param name="options">How often to look.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="LoadException">The server refused: Exograph is not installed, or the role may not read.</exception>
    /// <exception cref="ConnectionException">The server was lost and could not be reached again.</exception>
    public async IAsyncEnumerable<OpenLoad> WatchLoadAsync(
        int loadId, WatchOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new WatchOptions();
        while (await AllAsync(OpenLoads, loadId, [Argument((int?)loadId)], cancellationToken).ConfigureAwait(false) is [var load])
        {
            yield return load;
            await Task.Delay(options.Interval, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The sessions at work on Exograph that wait for a lock, each with those that hold it; who waits longest is first.</summary>
    /// <exception cref="LoadException">The server refused: Exograph is not installed, or the role may not read.</exception>
    public Task<IReadOnlyList<LockWait>> ListLockWaitsAsync(CancellationToken cancellationToken = default) =>
        AllAsync(LockWaits, null, [], cancellationToken);

    /// <summary>Tells the server how many rows of each table were staged; finalize refuses any other number.</summary>
    /// <exception cref="LoadException">The load is not open, or belongs to somebody else.</exception>
    public Task SealLoadAsync(
        int loadId, IReadOnlyDictionary<IndexTable, long> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var counts = JsonSerializer.Serialize(rows.ToDictionary(r => Names<IndexTable>.Of(r.Key), r => r.Value));
        return AllAsync(Seal, loadId, [Argument((int?)loadId), Json(counts)], cancellationToken);
    }

    /// <summary>
    /// Reserves ids of a table for a load, which stay reserved whatever becomes of it. A session does so by itself:
    /// <see cref="IdNumbering.Reserved"/>.
    /// </summary>
    /// <exception cref="LoadException">The load is not open, was begun without reserved ids, or belongs to somebody else.</exception>
    public Task<IReadOnlyList<IdRange>> ReserveIdsAsync(
        int loadId, IndexTable table, long count, CancellationToken cancellationToken = default) =>
        AllAsync(ReserveIds, loadId, [Argument((int?)loadId), Argument(Names<IndexTable>.Of(table)), Argument((long?)count)],
            cancellationToken);

    /// <summary>Tells the server that facts will be staged now. Null where it does not know yet what their files are.</summary>
    internal async Task<bool?> PrepareFactsAsync(int loadId, CancellationToken cancellationToken) =>
        (await AllAsync(PrepareFacts, loadId, [Argument((int?)loadId)], cancellationToken).ConfigureAwait(false)).Single();

    /// <summary>
    /// Ids of terms, in their order; those that do not exist in the index are added to it at once, 5,000 in a transaction. Waits
    /// while a load is being finalized.
    /// </summary>
    /// <param name="terms">The terms.</param>
    /// <param name="loadId">The open load that they are for, if any.</param>
    /// <param name="cancellationToken">Cancels; terms that were added stay.</param>
    /// <exception cref="LoadException">The load is not open, or a term cannot be stored.</exception>
    public Task<IReadOnlyList<int>> ResolveTermsAsync(
        IAsyncEnumerable<string> terms, int? loadId = null, CancellationToken cancellationToken = default) =>
        InBatchesAsync(terms, batch => ResolveBatchAsync(batch, loadId, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ResolveTermsAsync(IAsyncEnumerable{string}, int?, CancellationToken)"/>
    public Task<IReadOnlyList<int>> ResolveTermsAsync(
        IEnumerable<string> terms, int? loadId = null, CancellationToken cancellationToken = default) =>
        ResolveTermsAsync(terms.ToAsyncEnumerable(), loadId, cancellationToken);

    /// <summary>Drops the tables that map the numbers of a finalized load to ids: <see cref="LoadOptions.KeepMaps"/>.</summary>
    /// <exception cref="LoadException">The load is open, there is none, or it belongs to somebody else.</exception>
    public Task DropMapsAsync(int loadId, CancellationToken cancellationToken = default) =>
        AllAsync(DropMaps, loadId, [Argument((int?)loadId)], cancellationToken);

    /// <summary>
    /// Deletes a package with its versions, files and all that hangs on them. Writers wait meanwhile, readers do not. For members of
    /// <c>exograph_owner</c>.
    /// </summary>
    /// <returns>The rows that went, per table; of fragments, pairs with a term. None where there is no such package.</returns>
    /// <exception cref="LoadException">The server refused, or another session is in the way.</exception>
    public Task<IReadOnlyList<DeletedRows>> DeletePackageAsync(
        string ecosystem, string name, CancellationToken cancellationToken = default) =>
        AllAsync(DeletePackage, null, [Argument(ecosystem), Argument(name)], cancellationToken);

    /// <summary>Deletes a version of a package, as <see cref="DeletePackageAsync"/> does; the package stays.</summary>
    /// <returns>The rows that went, per table. None where there is no such version.</returns>
    /// <exception cref="LoadException">The server refused, or another session is in the way.</exception>
    public Task<IReadOnlyList<DeletedRows>> DeletePackageVersionAsync(
        string ecosystem, string name, string version, CancellationToken cancellationToken = default) =>
        AllAsync(DeletePackageVersion, null, [Argument(ecosystem), Argument(name), Argument(version)], cancellationToken);

    /// <summary>
    /// Deletes the terms that no fragment holds and no open load has resolved. Others write while the index is looked through. For
    /// members of <c>exograph_owner</c>.
    /// </summary>
    /// <returns>How many went; nothing where every term is used.</returns>
    /// <exception cref="LoadException">The server refused, or another session is in the way.</exception>
    public Task<IReadOnlyList<DeletedRows>> SweepTermsAsync(CancellationToken cancellationToken = default) =>
        AllAsync(SweepTerms, null, [], cancellationToken);

    /// <summary>
    /// Takes a finalized load back out of the index: its facts, and what it brought to the dimensions. Refused where others lean on
    /// it (<c>XG015</c>), unless they go along. A load that is undone already stays so. For members of <c>exograph_owner</c>.
    /// </summary>
    /// <returns>The loads that went, the one that was asked for among them.</returns>
    /// <exception cref="LoadException">The server refused, or another session is in the way.</exception>
    public async Task<IReadOnlyList<int>> UndoAsync(
        int loadId, UndoOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new UndoOptions();
        await Server.RunAsync(
            Undo, [Argument((int?)loadId), Argument(options.Dependents)], loadId, n => options.Progress?.Report(n), cancellationToken)
            .ConfigureAwait(false);
        return await AllAsync(UndoneWith, loadId, [Argument((int?)loadId)], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Merges partitions of old loads, with the provenance of their rows, in as many transactions as the server's table of locks
    /// demands. Readers wait only while the old ones are dropped. For members of <c>exograph_owner</c>.
    /// </summary>
    /// <returns>What was merged, and what is in the way.</returns>
    /// <exception cref="LoadException">The server refused, or another session is in the way.</exception>
    public async Task<IReadOnlyList<PartitionMerge>> MergePartitionsAsync(
        MergePartitionsOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new MergePartitionsOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Keep, nameof(options));
        var merged = new List<PartitionMerge>();
        while (true)
        {
            var found = await Server.RunAsync(
                MergePartitions, [Argument((int?)options.Keep)], null, n => options.Progress?.Report(n), cancellationToken)
                .ConfigureAwait(false);
            merged.AddRange(found.Where(m => m.Status == PartitionMergeStatus.Merged));
            var isPostponed = found.Any(m => m.Status == PartitionMergeStatus.Postponed);
            if (!isPostponed || found.All(m => m.Status != PartitionMergeStatus.Merged))
                return [.. merged, .. found.Where(m => m.Status != PartitionMergeStatus.Merged)];
        }
    }

    /// <summary>
    /// Builds the indexes that loads have deferred (<see cref="LoadOptions.DeferIndexes"/>), as they were. One that cannot be
    /// built does not keep the others from it.
    /// </summary>
    /// <returns>The indexes that are still deferred, each with the reason.</returns>
    /// <exception cref="LoadException">The server refused.</exception>
    public async Task<IReadOnlyList<DeferredIndex>> RebuildIndexesAsync(
        RebuildIndexesOptions? options = null, CancellationToken cancellationToken = default)
    {
        await Server.RunAsync(RebuildIndexes, [], null, n => options?.Progress?.Report(n), cancellationToken).ConfigureAwait(false);
        return await AllAsync(DeferredIndexes, null, [], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is wrong with the index, in the order in which it is best mended. Reads everything, and keeps nobody waiting.</summary>
    /// <exception cref="LoadException">The server refused: Exograph is not installed, or the role may not read.</exception>
    public Task<IReadOnlyList<Finding>> CheckIndexAsync(CancellationToken cancellationToken = default) =>
        AllAsync(CheckIndex, null, [], cancellationToken);

    /// <summary>
    /// What about the installation is not as it should be or might be better: roles, rights, open loads, partitions, settings, and
    /// whether the schema is that of this library.
    /// </summary>
    /// <exception cref="LoadException">The server refused: Exograph is not installed, or the role may not read.</exception>
    public async Task<IReadOnlyList<Advice>> DoctorAsync(CancellationToken cancellationToken = default)
    {
        var advice = await AllAsync(Doctor, null, [], cancellationToken).ConfigureAwait(false);
        var version = await SchemaVersion.ExplainAsync(DataSource, cancellationToken).ConfigureAwait(false);
        return
        [
            .. advice,
            new Advice
            {
                Subject = "driver",
                Here = version?.Problem ?? $"schema {LatestSchemaVersion:0000}, as the database",
                ToTry = version?.Hint,
            },
        ];
    }

    /// <summary>What each package takes in each table, the largest first.</summary>
    /// <exception cref="LoadException">The server refused: Exograph is not installed, or the role may not read.</exception>
    public Task<IReadOnlyList<PackageSize>> ListSizesAsync(CancellationToken cancellationToken = default) =>
        AllAsync(IndexSizes, null, [], cancellationToken);

    /// <summary>The calls that this role may make in SQL, each with what it does.</summary>
    /// <exception cref="LoadException">The server refused: Exograph is not installed, or the role may not read.</exception>
    public Task<IReadOnlyList<PublicCall>> ListCallsAsync(CancellationToken cancellationToken = default) =>
        AllAsync(Help, null, [], cancellationToken);

    /// <summary>Disposes the data source where it is this client's own.</summary>
    public void Dispose()
    {
        if (_ownsDataSource)
            DataSource.Dispose();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync() => _ownsDataSource ? DataSource.DisposeAsync() : ValueTask.CompletedTask;

    /// <summary>Resolves so many terms at a time that no array of them is large, and a round trip counts little.</summary>
    internal static async Task<IReadOnlyList<int>> InBatchesAsync(
        IAsyncEnumerable<string> terms, Func<string[], Task<IReadOnlyList<int>>> resolve, CancellationToken cancellationToken)
    {
        var ids = new List<int>();
        await foreach (var batch in terms.Chunk(TermsOfBatch).WithCancellation(cancellationToken).ConfigureAwait(false))
            ids.AddRange(await resolve(batch).ConfigureAwait(false));
        return ids;
    }

    internal Task<IReadOnlyList<int>> ResolveBatchAsync(string[] terms, int? loadId, CancellationToken cancellationToken) =>
        AllAsync(ResolveTerms, loadId, [Argument(terms), Argument(loadId)], cancellationToken);

    /// <summary>What the staged files lack.</summary>
    /// <param name="loadId">Number of the load.</param>
    /// <param name="range">Numbers in the staging to ask about; null for all.</param>
    /// <param name="ids">What translates the numbers; null where they are sent as they are.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal async Task<FilesLacking> FilesLackingAsync(
        int loadId, (long First, long Last)? range, ReservedIds? ids, CancellationToken cancellationToken)
    {
        var lacking = new FilesLacking(ids);
        var answer = await AllAsync(Statements.FilesLacking(loadId), loadId,
            [Argument((int?)loadId), Argument(range?.First), Argument(range?.Last)], cancellationToken).ConfigureAwait(false);
        foreach (var (file, lacks) in answer)
            lacking.Add(file, lacks);
        return lacking;
    }

    internal async Task IndexStagedSetsAsync(int loadId, Action<string> notices, CancellationToken cancellationToken) =>
        await Server.RunAsync(IndexStagedSets, [Argument((int?)loadId)], loadId, notices, cancellationToken).ConfigureAwait(false);

    /// <summary>What became of a transaction of this role; one in progress is told to end. Null where the server has forgotten.</summary>
    internal async Task<string?> TransactionOutcomeAsync(int loadId, string transaction, CancellationToken cancellationToken)
    {
        var outcome = await OneAsync(TransactionOutcome, loadId, [Argument(transaction)], cancellationToken).ConfigureAwait(false);
        if (outcome == "in progress")
            await OneAsync(EndTransaction, loadId, [Argument(transaction)], cancellationToken).ConfigureAwait(false);
        return outcome;
    }

    /// <returns>Number of the load that was finalized.</returns>
    private async Task<int> CallFinalizeAsync(int? loadId, FinalizeOptions options, CancellationToken cancellationToken)
    {
        var hasBegun = false;
        void Report(string notice)
        {
            hasBegun = true;
            Log.Noticed(Server.Logger, loadId ?? 0, notice);
            var (phase, table) = LoadPhases.ParseNotice(notice, loadId ?? 0);
            options.Progress?.Report(new LoadProgress { LoadId = loadId ?? 0, Notice = notice, Phase = phase, PhaseTable = table });
        }
        try
        {
            var numbers = await Server.RunAsync(
                FinalizeLoad, [Argument(loadId), .. options.Arguments()], loadId, Report, cancellationToken).ConfigureAwait(false);
            return numbers[0];
        }
        catch (Exception e) when (hasBegun && loadId is not null)
        {
            await NoteAttemptAsync(loadId, e).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Enters why an attempt to finalize a load failed, in a transaction of its own: that of the attempt is gone. What is not told,
    /// the server enters with the next call on the load, without the reason.
    /// </summary>
    private async Task NoteAttemptAsync(int? loadId, Exception failure)
    {
        var (state, message) = failure switch
        {
            LoadException { SqlState: { } code } => (code, failure.Message),
            OperationCanceledException => (PostgresErrorCodes.QueryCanceled, "cancelled by the caller"),
            _ => (null, ""), // the server was lost: it may be at work yet
        };
        if (state is null)
            return;
        using var timeout = new CancellationTokenSource(s_noteTimeout);
        Task noting = AllAsync(NoteAttempt, loadId, [Argument(loadId), Argument(state), Argument(message)], timeout.Token);
        await noting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Whether the outcome of finalize is unknown, or may change: the connection was lost, or, on a repetition, the backend of the
    /// lost connection is still at work and holds its locks.
    /// </summary>
    internal static bool IsWorthAsking(Exception e, int attempt) =>
        ConnectionLoss.Is(e) || attempt > 0 && e is LoadException { SqlState: PostgresErrorCodes.LockNotAvailable };

    /// <summary>The only open load of the role in force; null where there is none, or several.</summary>
    private async Task<int?> FindAsync(CancellationToken cancellationToken) =>
        await AllAsync(OwnOpenLoads, null, [], cancellationToken).ConfigureAwait(false) is [var only] ? only : null;

    private async Task<LoadState?> StateAsync(int loadId, CancellationToken cancellationToken) =>
        await AllAsync(State, loadId, [Argument((int?)loadId)], cancellationToken).ConfigureAwait(false) is [var state] ? state : null;

    private Task<IReadOnlyList<RejectedRow>> RejectsAsync(
        Statement<RejectedRow> statement, int? loadId, RejectOptions? options, CancellationToken cancellationToken)
    {
        options ??= new RejectOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Limit, nameof(options));
        return AllAsync(statement, loadId, [Argument(loadId), Argument((int?)options.Limit)], cancellationToken);
    }

    private Task<IReadOnlyList<T>> AllAsync<T>(
        Statement<T> statement, int? loadId, IReadOnlyList<NpgsqlParameter> arguments, CancellationToken cancellationToken) =>
        Server.RunAsync(statement, arguments, loadId, notices: null, cancellationToken);

    private async Task<T> OneAsync<T>(
        Statement<T> statement, int? loadId, IReadOnlyList<NpgsqlParameter> arguments, CancellationToken cancellationToken) =>
        (await AllAsync(statement, loadId, arguments, cancellationToken).ConfigureAwait(false))[0];

    private Task<T> MigratorAsync<T>(string operation, Func<Migrator, Task<T>> work) =>
        Server.Telemetry.MeasureAsync(operation, loadId: null, table: null, async () =>
        {
            try
            {
                return await work(new Migrator(DataSource)).ConfigureAwait(false);
            }
            catch (PostgresException e)
            {
                throw MigrationException.FromServer(e);
            }
            catch (Exception e) when (ConnectionException.Is(e))
            {
                throw ConnectionException.Lost(e);
            }
        });
}

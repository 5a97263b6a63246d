using Microsoft.Extensions.Logging;
using Npgsql;
using static Exograph.ServerSide.Statements;

namespace Exograph.ServerSide;

/// <summary>
/// What can be done where an index coordinates a cluster: schema <c>exograph_cluster</c>, a method for each call. What goes wrong is
/// an <see cref="ExographException"/>, which names the shard at fault.
/// </summary>
public sealed class ClusterClient
{
    private readonly ExographClient _client;

    internal ClusterClient(ExographClient client) => _client = client;

    internal ILogger Logger => _client.Server.Logger;

    /// <summary>Whether this index coordinates a cluster: loads go to its shards then, by <see cref="BeginLoadAsync"/>.</summary>
    /// <exception cref="ConnectionException">The server cannot be reached.</exception>
    public async Task<bool> ExistsAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return (await RunAsync(IsCoordinator, [], cancellationToken).ConfigureAwait(false))[0];
        }
        catch (LoadException)
        {
            return false; // no Exograph, an old one, or a role without rights: whatever is called next says so
        }
    }

    /// <summary>The shards, each asked now: three seconds for one that is down.</summary>
    /// <exception cref="LoadException">The server refused.</exception>
    public Task<IReadOnlyList<ShardStatus>> GetStatusAsync(CancellationToken cancellationToken = default) =>
        RunAsync(ClusterStatus, [], cancellationToken);

    /// <summary>
    /// Makes an index a shard of the cluster that this one coordinates, and its packages enter the directory. The first is for a
    /// superuser; later ones are for members of <c>exograph_owner</c>, too.
    /// </summary>
    /// <returns>Number of the shard.</returns>
    /// <exception cref="LoadException">It cannot be a shard: <see cref="ExographException.SqlState"/> and the message say why.</exception>
    public async Task<int> AddShardAsync(NewShard shard, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shard);
        return (await RunAsync(AddShard,
        [
            Argument(shard.Name), Argument(shard.Hosts), Argument(shard.Port), Argument(shard.Database), Argument(shard.Reader),
            Argument(shard.ReaderPassword), Argument(shard.Owner), Argument(shard.OwnerPassword), Argument(shard.Number),
            Argument(shard.CapacityBytes),
        ], cancellationToken).ConfigureAwait(false))[0];
    }

    /// <summary>Has a shard that was left out take part again.</summary>
    /// <exception cref="LoadException">It does not answer, or is not fit.</exception>
    public Task AttachShardAsync(int shard, CancellationToken cancellationToken = default) =>
        RunAsync(AttachShard, [Argument((int?)shard)], cancellationToken);

    /// <summary>Leaves a shard out: questions are answered without it, and loads refuse to touch it. It need not answer.</summary>
    /// <exception cref="LoadException">There is no such shard, or the role may not.</exception>
    public Task DetachShardAsync(int shard, CancellationToken cancellationToken = default) =>
        RunAsync(DetachShard, [Argument((int?)shard)], cancellationToken);

    /// <summary>Says as whom a role of the coordinator works on the shards, in place of what was said before.</summary>
    /// <param name="role">The role.</param>
    /// <param name="remoteUser">Name of the role on all shards; null for none any more.</param>
    /// <param name="password">Its password; null with <paramref name="remoteUser"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LoadException">The server refused.</exception>
    public Task MapUserAsync(string role, string? remoteUser, string? password, CancellationToken cancellationToken = default) =>
        RunAsync(MapUser, [Argument(role), Argument(remoteUser), Argument(password)], cancellationToken);

    /// <summary>
    /// Finishes what sessions, shards or coordinators that died have left prepared: what is decided is committed, anything else
    /// rolled back.
    /// </summary>
    /// <returns>What was found so, and what became of it; none where nothing is in doubt.</returns>
    /// <exception cref="LoadException">The server refused.</exception>
    public Task<IReadOnlyList<ResolvedPart>> ResolveLoadsAsync(CancellationToken cancellationToken = default) =>
        RunAsync(ResolveLoads, [], cancellationToken);

    /// <summary>Moves a package, whole, to another shard. Called again after an error, it is tried again.</summary>
    /// <param name="ecosystem">Ecosystem of the package.</param>
    /// <param name="name">Its name.</param>
    /// <param name="shard">Number of the shard that it goes to.</param>
    /// <param name="cancellationToken">Cancels: before the decision, nothing has changed.</param>
    /// <exception cref="LoadException">A shard refused, or the role may not.</exception>
    public Task MovePackageAsync(string ecosystem, string name, int shard, CancellationToken cancellationToken = default) =>
        RunAsync(MovePackage, [Argument(ecosystem), Argument(name), Argument((int?)shard)], cancellationToken);

    /// <summary>
    /// Begins a load of the cluster. Rows go to the shards by connections of their own, as the user that the caller is mapped to there.
    /// </summary>
    /// <param name="connect">Makes the data source of a shard, which the session disposes.</param>
    /// <param name="options">As of any load, but for reserved ids, deferred indexes and bounded partitions.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LoadException">
    /// The index coordinates no cluster, the role has no user on the shards, a shard cannot take part, or an option is bad.
    /// </exception>
    /// <exception cref="ConnectionException">The server cannot be reached.</exception>
    public async Task<ClusterSession> BeginLoadAsync(
        Func<Shard, NpgsqlDataSource> connect, LoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connect);
        options ??= new LoadOptions();
        options.Check();
        options.CheckForCluster();
        var loadId = (await RunAsync(BeginInCluster,
        [
            Argument(options.Label),
            .. options.ForFinalize().ArgumentsInCluster(),
            Argument(options.Complete == FactTables.None ? null : FactTableNames.Of(options.Complete)),
        ], cancellationToken).ConfigureAwait(false))[0];
        Log.LoadBegun(Logger, loadId, options.Label);
        var shards = await RunAsync(Shards, [], cancellationToken, loadId).ConfigureAwait(false);
        return new ClusterSession(this, loadId, options, shards, connect);
    }

    /// <summary>
    /// Brings the rows of an open load into the indexes of all of its shards, all or none. Called again, it goes on with what is
    /// decided.
    /// </summary>
    /// <param name="loadId">Number of the load of the cluster.</param>
    /// <param name="options">Options that win over those of the beginning.</param>
    /// <param name="cancellationToken">Cancels; nothing of the load is in any index then, unless it was decided.</param>
    /// <exception cref="LoadException">The coordinator, or a shard, refused the load, which stays open.</exception>
    /// <exception cref="ConnectionException">The coordinator was lost and could not be reached again.</exception>
    public async Task FinalizeLoadAsync(
        int loadId, FinalizeOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new FinalizeOptions();
        options.Check();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await RunAsync(
                    FinalizeInCluster, [Argument((int?)loadId), .. options.ArgumentsInCluster()], cancellationToken, loadId)
                    .ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (attempt < options.RetryDelays.Count && ExographClient.IsWorthAsking(e, attempt))
            {
                await _client.Server.PauseAsync(e, options.RetryDelays[attempt], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Drops the staged rows of an open load on all of its shards and ends it.</summary>
    /// <exception cref="LoadException">The load is decided, or belongs to somebody else.</exception>
    public async Task AbandonLoadAsync(int loadId, CancellationToken cancellationToken = default)
    {
        await RunAsync(AbandonInCluster, [Argument((int?)loadId)], cancellationToken, loadId).ConfigureAwait(false);
        Log.LoadAbandoned(Logger, loadId);
    }

    /// <returns>The load, without tables, and whether it is committed on all of its shards.</returns>
    internal async Task<(LoadReport Load, bool IsCommitted)> GetLoadAsync(int loadId, CancellationToken cancellationToken) =>
        (await RunAsync(LoadInCluster, [Argument((int?)loadId)], cancellationToken, loadId).ConfigureAwait(false))[0];

    internal Task<IReadOnlyList<(string? Name, int Shard)>> PlaceAsync(
        int loadId, string? ecosystem, string[] names, CancellationToken cancellationToken) =>
        RunAsync(Place, [Argument((int?)loadId), Argument(ecosystem), Argument(names)], cancellationToken, loadId);

    internal async Task<int> JoinLoadAsync(int loadId, int shard, CancellationToken cancellationToken) =>
        (await RunAsync(JoinLoad, [Argument((int?)loadId), Argument((int?)shard)], cancellationToken, loadId).ConfigureAwait(false))[0];

    private Task<IReadOnlyList<T>> RunAsync<T>(
        Statement<T> statement, IReadOnlyList<NpgsqlParameter> arguments, CancellationToken cancellationToken, int? loadId = null) =>
        _client.Server.RunAsync(statement, arguments, loadId, notices: null, cancellationToken);
}

namespace Exograph.ServerSide.Bundles;

/// <summary>A load that bundles are staged in: one of an index, or one of a cluster.</summary>
internal abstract class BundleLoad : IAsyncDisposable
{
    /// <summary>Number of the load.</summary>
    public abstract int LoadId { get; }

    /// <summary>Bytes staged so far.</summary>
    public abstract long BytesStaged { get; }

    public abstract bool IsFinalized { get; }

    public abstract bool IsAbandoned { get; }

    /// <summary>Why disposing could not abandon the load; null where it did, or did not have to.</summary>
    public abstract Exception? AbandonFailure { get; }

    /// <summary>What translates the numbers of rows; null where they are sent as they are.</summary>
    public virtual ReservedIds? Ids => null;

    /// <summary>Parses, checks and stages a bundle.</summary>
    public abstract Task StageAsync(StagedBundle bundle, CancellationToken cancellationToken);

    public abstract Task<LoadReport> FinalizeAsync(CancellationToken cancellationToken);

    /// <summary>Seals the load, and has it stay open.</summary>
    public abstract Task<LoadReport> LeaveOpenAsync(CancellationToken cancellationToken);

    /// <summary>The staged rows that break a rule.</summary>
    public abstract Task<IReadOnlyList<RejectedRow>> CheckAsync(RejectOptions options, CancellationToken cancellationToken);

    /// <summary>The rows that were left out.</summary>
    public abstract Task<IReadOnlyList<RejectedRow>> GetRejectsAsync(RejectOptions options, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>A load of one index.</summary>
    public sealed class OfIndex(ExographClient client, LoadSession session, BundleOptions reading) : BundleLoad
    {
        private readonly BundleStager _stager = new(session, reading);

        public override int LoadId => session.LoadId;

        public override long BytesStaged => session.BytesStaged;

        public override bool IsFinalized => session.IsFinalized;

        public override bool IsAbandoned => session.IsAbandoned;

        public override Exception? AbandonFailure => session.AbandonFailure;

        public override ReservedIds? Ids => session.Ids;

        public override Task StageAsync(StagedBundle bundle, CancellationToken cancellationToken) =>
            _stager.StageAsync(bundle, cancellationToken);

        public override Task<LoadReport> FinalizeAsync(CancellationToken cancellationToken) => session.FinalizeAsync(cancellationToken);

        public override async Task<LoadReport> LeaveOpenAsync(CancellationToken cancellationToken)
        {
            await session.SealAsync(cancellationToken);
            session.LeaveOpen();
            var report = await client.GetLoadAsync(session.LoadId, cancellationToken);
            return report with { FilesNotSent = session.FilesNotSent };
        }

        public override Task<IReadOnlyList<RejectedRow>> CheckAsync(RejectOptions options, CancellationToken cancellationToken) =>
            client.CheckLoadAsync(LoadId, options, cancellationToken);

        public override Task<IReadOnlyList<RejectedRow>> GetRejectsAsync(RejectOptions options, CancellationToken cancellationToken) =>
            client.GetRejectsAsync(LoadId, options, cancellationToken);

        public override ValueTask DisposeAsync() => session.DisposeAsync();
    }

    /// <summary>A load of a cluster.</summary>
    /// <param name="session">The load.</param>
    /// <param name="reading">How bundles are read.</param>
    /// <param name="reports">Where the report goes, with what became of each shard.</param>
    public sealed class OfCluster(ClusterSession session, BundleOptions reading, List<ClusterReport> reports) : BundleLoad
    {
        private readonly ClusterStager _stager = new(session, reading);
        private IReadOnlyList<RejectedRow> _broken = [];

        public override int LoadId => session.LoadId;

        public override long BytesStaged => session.BytesStaged;

        public override bool IsFinalized => session.IsFinalized;

        public override bool IsAbandoned => session.IsAbandoned;

        public override Exception? AbandonFailure => session.AbandonFailure;

        public override Task StageAsync(StagedBundle bundle, CancellationToken cancellationToken) =>
            _stager.StageAsync(bundle, cancellationToken);

        public override async Task<LoadReport> FinalizeAsync(CancellationToken cancellationToken)
        {
            try
            {
                return Keep(await session.FinalizeAsync(cancellationToken));
            }
            catch (LoadException e) when (e.Rejects.Count > 0)
            {
                // Once the session is disposed, nobody is connected to the shards.
                _broken = await session.CheckAsync(BundleLoader.Shown, cancellationToken);
                throw;
            }
        }

        public override async Task<LoadReport> LeaveOpenAsync(CancellationToken cancellationToken) =>
            Keep(await session.LeaveOpenAsync(cancellationToken));

        public override Task<IReadOnlyList<RejectedRow>> CheckAsync(RejectOptions options, CancellationToken cancellationToken) =>
            Task.FromResult(_broken);

        public override Task<IReadOnlyList<RejectedRow>> GetRejectsAsync(RejectOptions options, CancellationToken cancellationToken) =>
            session.GetRejectsAsync(options, cancellationToken);

        public override ValueTask DisposeAsync() => session.DisposeAsync();

        private LoadReport Keep(ClusterReport report)
        {
            reports.Add(report);
            return report.Load;
        }
    }
}

using Exograph.ServerSide.Cli.Bundles;
using Npgsql;

namespace Exograph.ServerSide.Cli;

/// <param name="Bundles">Bundles in their order.</param>
/// <param name="Load">Options of each load.</param>
/// <param name="Reading">How bundles are read.</param>
/// <param name="MaxStaged">Bytes staged from which the next bundle begins a load of its own.</param>
/// <param name="Finalize">Whether loads are finalized, or left open.</param>
internal sealed record LoadPlan(
    IReadOnlyList<Bundle> Bundles, LoadOptions Load, BundleOptions Reading, long MaxStaged, bool Finalize);

/// <summary>Loads any number of bundles into as few loads as the bound on staged bytes allows.</summary>
internal sealed class LoadRunner(NpgsqlDataSource dataSource, LoadPlan plan, ProgressView view)
{
    private readonly LoadOptions _load = plan.Load with { Progress = view };
    private readonly BundleOptions _reading = plan.Reading with { Progress = view };
    private readonly List<LoadReport> _reports = [];

    /// <summary>Loads all bundles. An error abandons the load at work; those before it stay finalized.</summary>
    public async Task<IReadOnlyList<LoadReport>> RunAsync(CancellationToken cancellationToken)
    {
        var rest = new Queue<Bundle>(plan.Bundles);
        while (rest.Count > 0)
            await LoadAsync(rest, cancellationToken);
        return _reports;
    }

    private async Task LoadAsync(Queue<Bundle> bundles, CancellationToken cancellationToken)
    {
        var session = await BulkLoad.BeginAsync(dataSource, _load, cancellationToken);
        try
        {
            await using (session)
                await LoadAsync(session, bundles, cancellationToken);
        }
        catch (Exception e)
        {
            throw new LoadFailedException(e, WhatBecame(session, e));
        }
    }

    private async Task LoadAsync(LoadSession session, Queue<Bundle> bundles, CancellationToken cancellationToken)
    {
        var loader = new BundleLoader(session, _reading);
        var shift = NumberShift.None;
        do
        {
            await loader.StageAsync(bundles.Dequeue(), shift, cancellationToken);
            shift = shift.Next();
        }
        while (bundles.Count > 0 && session.BytesStaged < plan.MaxStaged && !shift.IsHalfUsed);
        _reports.Add(plan.Finalize
            ? await session.FinalizeAsync(cancellationToken)
            : await LeaveAsync(session, cancellationToken));
    }

    private string WhatBecame(LoadSession session, Exception e)
    {
        var load = session.LoadId;
        var fate = session.IsAbandoned ? $"load {load} is abandoned: nothing of it was loaded"
            : session.IsFinalized ? $"load {load} is finalized"
            : ConnectionLoss.Is(e) ? $"load {load} is open, or finalized: exograph-load status {load} tells which"
            : $"load {load} stays open: exograph-load check {load} lists rows that break a rule, finalize {load} tries again, "
                + $"abandon {load} drops it";
        return _reports.Count == 0 ? fate
            : $"{fate}; before it {string.Join(", ", _reports.Select(r => $"load {r.LoadId}"))} ended well";
    }

    private async Task<LoadReport> LeaveAsync(LoadSession session, CancellationToken cancellationToken)
    {
        await session.SealAsync(cancellationToken);
        session.LeaveOpen();
        var report = await BulkLoad.ReportAsync(dataSource, session.LoadId, cancellationToken);
        return report with { FilesNotSent = session.FilesNotSent };
    }
}

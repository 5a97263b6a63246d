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
    /// <summary>Rejected rows that are shown with their lines.</summary>
    private const int MostShown = 20;

    /// <summary>With more of them the server would be asked for too long.</summary>
    private const long MostSought = 1_000_000;

    private readonly LoadOptions _load = plan.Load with { Progress = view };
    private readonly BundleOptions _reading = plan.Reading with { Progress = view };
    private readonly List<LoadReport> _reports = [];
    private readonly List<PlacedReject> _skipped = [];
    private readonly List<(Bundle Bundle, NumberShift Shift)> _staged = [];

    /// <summary>The first of the rows that each load has left out.</summary>
    public IReadOnlyList<PlacedReject> Skipped => _skipped;

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
        _staged.Clear();
        var session = await BulkLoad.BeginAsync(dataSource, _load, cancellationToken);
        try
        {
            await using (session)
                await LoadAsync(session, bundles, cancellationToken);
        }
        catch (Exception e)
        {
            throw new LoadFailedException(e, WhatBecame(session, e))
            {
                Rejects = e is LoadException { Rejects.Count: > 0 } refused
                    ? await PlaceAsync(
                        session, refused.Rejects.Sum(r => r.Rows),
                        () => BulkLoad.CheckAsync(dataSource, session.LoadId, MostShown, cancellationToken), cancellationToken)
                    : [],
            };
        }
    }

    private async Task LoadAsync(LoadSession session, Queue<Bundle> bundles, CancellationToken cancellationToken)
    {
        var loader = new BundleLoader(session, _reading);
        var shift = NumberShift.None;
        do
        {
            _staged.Add((bundles.Peek(), shift));
            await loader.StageAsync(bundles.Dequeue(), shift, cancellationToken);
            shift = shift.Next();
        }
        while (bundles.Count > 0 && session.BytesStaged < plan.MaxStaged && !shift.IsHalfUsed);
        var report = plan.Finalize
            ? await session.FinalizeAsync(cancellationToken)
            : await LeaveAsync(session, cancellationToken);
        _reports.Add(report);
        _skipped.AddRange(await PlaceAsync(
            session, report.Tables.Sum(t => t.Rejected),
            () => BulkLoad.SkippedAsync(dataSource, session.LoadId, MostShown, cancellationToken), cancellationToken));
    }

    /// <summary>The first of the rows that the server refused, by file and line.</summary>
    private async Task<IReadOnlyList<PlacedReject>> PlaceAsync(
        LoadSession session, long count, Func<Task<IReadOnlyList<RejectedRow>>> ask, CancellationToken cancellationToken)
    {
        if (count is 0 or > MostSought || _staged.TrueForAll(s => s.Bundle.Files.Count == 0))
            return [];
        try
        {
            return await new RejectFinder(session.Ids, _reading).FindAsync(await ask(), _staged, cancellationToken);
        }
        catch (Exception e) when (e is LoadException or NpgsqlException or BundleException or IOException)
        {
            return []; // what is told of the failure itself must not be lost for it
        }
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

using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary>A load failed: why, and what became of it.</summary>
internal sealed class LoadFailedException(Exception cause, BundleLoader loader) : Exception(cause.Message, cause)
{
    public Exception Cause { get; } = cause;

    public string Fate { get; } = Describe(loader);

    /// <summary>The first of the rows that the server refused.</summary>
    public IReadOnlyList<PlacedReject> Rejects { get; } = loader.Rejects;

    private static string Describe(BundleLoader loader)
    {
        var load = loader.LoadId;
        var fate = loader.State switch
        {
            BundleLoadState.Abandoned => $"load {load} is abandoned: nothing of it was loaded",
            BundleLoadState.Finalized => $"load {load} is finalized",
            BundleLoadState.Unknown => $"load {load} is open, or finalized: exograph-load status {load} tells which",
            _ => $"load {load} stays open: exograph-load check {load} lists rows that break a rule, finalize {load} tries again, "
                + $"abandon {load} drops it",
        };
        return loader.Reports.Count == 0 ? fate
            : $"{fate}; before it {string.Join(", ", loader.Reports.Select(r => $"load {r.LoadId}"))} ended well";
    }
}

using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary>Rows did not get where they were to go: why, what became of them, and which are at fault.</summary>
internal sealed class FailedException(Exception cause, string fate, IReadOnlyList<string> rejects, string? badInput = null)
    : Exception(cause.Message, cause)
{
    public Exception Cause { get; } = cause;

    public string Fate { get; } = fate;

    /// <summary>Lines for a person about the first of the rows that the server refused.</summary>
    public IReadOnlyList<string> Rejects { get; } = rejects;

    /// <summary>What helps where a file is at fault.</summary>
    public string? BadInput { get; } = badInput;

    public static FailedException Of(Exception cause, BundleLoader loader, bool inCluster) =>
        new(cause, FateOf(loader, inCluster), RejectLines.Of(loader.Rejects));

    private static string FateOf(BundleLoader loader, bool inCluster)
    {
        var load = loader.LoadId;
        var why = loader.AbandonFailure is { } failure ? $", as it could not be abandoned ({failure.Message})" : "";
        var fate = loader.State switch
        {
            BundleLoadState.Abandoned => $"load {load} is abandoned: nothing of it was loaded",
            BundleLoadState.Finalized => $"load {load} is finalized",
            BundleLoadState.Unknown when inCluster => $"load {load} is open, or decided: exograph-load cluster finalize {load} goes on with it",
            BundleLoadState.Unknown => $"load {load} is open, or finalized: exograph-load status {load} tells which",
            _ when inCluster => $"load {load} stays open{why}: exograph-load cluster finalize {load} tries again, cluster abandon {load} drops it",
            _ => $"load {load} stays open{why}: exograph-load check {load} lists rows that break a rule, finalize {load} tries again, "
                + $"abandon {load} drops it",
        };
        return loader.Reports.Count == 0 ? fate
            : $"{fate}; before it {string.Join(", ", loader.Reports.Select(r => $"load {r.LoadId}"))} ended well";
    }
}

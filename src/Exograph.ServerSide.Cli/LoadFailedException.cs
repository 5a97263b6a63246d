using Exograph.ServerSide.Cli.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary>A load failed: why, and what became of it.</summary>
internal sealed class LoadFailedException(Exception cause, string fate) : Exception(cause.Message, cause)
{
    public Exception Cause { get; } = cause;

    public string Fate { get; } = fate;

    /// <summary>The first of the rows that the server refused.</summary>
    public IReadOnlyList<PlacedReject> Rejects { get; init; } = [];
}

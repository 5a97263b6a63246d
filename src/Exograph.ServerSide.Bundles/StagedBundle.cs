namespace Exograph.ServerSide.Bundles;

/// <summary>A bundle that is being staged, with what it takes to find the lines of its rows afterwards.</summary>
internal sealed record StagedBundle(Bundle Bundle, NumberShift Shift)
{
    /// <summary>The rows of a stream, which cannot be read again.</summary>
    public RowHashes Lines { get; } = new();
}

namespace Exograph.ServerSide.Benchmarks.Calls;

/// <summary>Where something stands in a file of a tree; line and column from 1.</summary>
internal readonly record struct Place(string Path, int Line, int Column)
{
    public override string ToString() => $"{Path}:{Line}:{Column}";
}

/// <summary>What the judge found a call to call.</summary>
/// <param name="Name">Its qualified name.</param>
/// <param name="Declared">Where it is declared in the tree; nowhere for what is outside of it.</param>
internal sealed record TrueCall(string Name, IReadOnlySet<Place> Declared);

/// <summary>An edge of the extractor.</summary>
/// <param name="Name">The callee's qualified name.</param>
/// <param name="Declared">Where the callee's node is; null where it is known by its name only.</param>
/// <param name="Resolution">How the extractor says that it found it.</param>
internal sealed record ExtractedCall(string Name, Place? Declared, string Resolution);

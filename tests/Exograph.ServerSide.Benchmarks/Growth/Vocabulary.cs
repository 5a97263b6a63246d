namespace Exograph.ServerSide.Benchmarks.Growth;

/// <summary>Where the terms of one load after the other come from.</summary>
internal enum Vocabulary
{
    /// <summary>Each load brings terms that no other has.</summary>
    Own,

    /// <summary>All loads stage the same terms.</summary>
    Shared,

    /// <summary>All loads have the same terms, and ask for their ids before they stage what names them.</summary>
    Resolved,
}

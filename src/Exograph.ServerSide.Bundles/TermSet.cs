using System.Buffers.Binary;

namespace Exograph.ServerSide.Bundles;

/// <summary>Takes rows of <c>fragment_term_sets</c> apart into the pairs that the server counts, and rejects, in their place.</summary>
internal static class TermSet
{
    private const int ArrayHeader = 20;

    /// <summary>The table whose rows the pairs are.</summary>
    public static StagedTable Pairs { get; } = StagedTable.For<FragmentTermRow>();

    public static bool IsOf(StagedTable table) => table.SentTo is null && table.Table == Pairs.Table;

    /// <summary>The terms of a set, each as a field of a pair; of a set that is missing, one that is missing.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>?> Terms(ReadOnlyMemory<byte>? set)
    {
        if (set is not { } array)
        {
            yield return null;
            yield break;
        }
        for (var at = ArrayHeader; at < array.Length; at += sizeof(int) * 2)
            yield return array.Slice(at + sizeof(int), BinaryPrimitives.ReadInt32BigEndian(array.Span[at..]));
    }
}

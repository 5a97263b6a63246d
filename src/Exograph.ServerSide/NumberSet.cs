using System.Collections.Concurrent;

namespace Exograph.ServerSide;

/// <summary>A set of numbers that lie close together: a bit for each, in pages of 512 bytes. Grows only. Thread-safe.</summary>
internal sealed class NumberSet
{
    private const int PageBits = 12;
    private const int WordBits = 6;

    private readonly ConcurrentDictionary<long, ulong[]> _pages = [];

    public bool IsEmpty => _pages.IsEmpty;

    public bool Contains(long number) =>
        _pages.TryGetValue(number >> PageBits, out var page) && (Volatile.Read(ref page[Word(number)]) & Bit(number)) != 0;

    public void Add(long number)
    {
        var page = _pages.GetOrAdd(number >> PageBits, static _ => new ulong[1 << PageBits - WordBits]);
        if ((Volatile.Read(ref page[Word(number)]) & Bit(number)) == 0)
            Interlocked.Or(ref page[Word(number)], Bit(number));
    }

    private static int Word(long number) => (int)(number & (1 << PageBits) - 1) >> WordBits;

    private static ulong Bit(long number) => 1UL << (int)(number & (1 << WordBits) - 1);
}

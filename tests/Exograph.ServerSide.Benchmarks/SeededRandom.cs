using System.Runtime.InteropServices;

namespace Exograph.ServerSide.Benchmarks;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): the same numbers from the same seed
/// on every runtime. It is cheap, because the contenders' time includes making the rows.
/// </summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 to below <paramref name="bound"/>.</summary>
    public int Next(int bound) => (int)((NextBits() >> 32) * (uint)bound >> 32);

    /// <summary>A number that is not negative.</summary>
    public long NextInt64() => (long)(NextBits() >> 1);

    /// <summary>Fills a span, whose length is a multiple of eight.</summary>
    public void NextBytes(Span<byte> bytes)
    {
        foreach (ref var bits in MemoryMarshal.Cast<byte, ulong>(bytes))
            bits = NextBits();
    }

    private ulong NextBits()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

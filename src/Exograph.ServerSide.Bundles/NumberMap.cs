namespace Exograph.ServerSide.Bundles;

/// <summary>The shards that numbered rows went to, two bytes a row where numbers are dense. To be read by many once it is filled.</summary>
internal sealed class NumberMap
{
    private const int PageBits = 14;

    private readonly Dictionary<long, ushort[]> _pages = [];

    /// <summary>The shard of a row; 0 where none is known.</summary>
    public int this[long number]
    {
        get => _pages.TryGetValue(number >> PageBits, out var page) ? page[Place(number)] : 0;
        set
        {
            if (!_pages.TryGetValue(number >> PageBits, out var page))
                _pages.Add(number >> PageBits, page = new ushort[1 << PageBits]);
            page[Place(number)] = checked((ushort)value);
        }
    }

    private static int Place(long number) => (int)(number & ((1 << PageBits) - 1));
}

namespace Exograph.ServerSide.Bundles;

/// <summary>
/// Lets several bundles share a load: each numbers its rows from 1, so the numbers of a bundle are shifted past all that the
/// bundles before it used. One offset per numbered table and bundle keeps references intact.
/// </summary>
internal sealed class NumberShift
{
    private static readonly string[] s_dimensions = [.. StagedColumn.Dimensions];

    private readonly long[] _offsets;
    private readonly long[] _largest = new long[s_dimensions.Length];
    private readonly Lock _lock = new();

    private NumberShift(long[] offsets) => _offsets = offsets;

    /// <summary>For the first bundle of a load: numbers stay as they are.</summary>
    public static NumberShift None => new(new long[s_dimensions.Length]);

    /// <summary>Whether so many numbers are used up that the next bundle should begin a load of its own.</summary>
    public bool IsHalfUsed => s_dimensions.Index().Any(d => _offsets[d.Index] > Limit(d.Item) / 2);

    /// <summary>
    /// For the bundle after this one. References count as well as rows: one without its row must not hit the next bundle.
    /// </summary>
    public NumberShift Next()
    {
        lock (_lock)
            return new([.. _offsets.Zip(_largest, (offset, largest) => offset + largest)]);
    }

    public Reader ForReader() => new(this);

    private static long Limit(string dimension) => dimension == "terms" ? int.MaxValue : StagedColumn.LargestNumber;

    /// <summary>The shift as one reader of the bundle uses it, on its own thread.</summary>
    internal sealed class Reader(NumberShift shift)
    {
        private readonly long[] _largest = new long[s_dimensions.Length];

        public long Apply(int dimension, long number)
        {
            var limit = Limit(s_dimensions[dimension]);
            if (number < 1 || number > limit)
                throw new BadValueException($"expected a number of {s_dimensions[dimension]} from 1 to {limit}, found {number}");
            var shifted = number + shift._offsets[dimension];
            if (shifted > limit)
                throw new BadValueException(
                    $"the number {number} of {s_dimensions[dimension]} is too large to share a load with the bundles before it "
                    + $"(together at most {limit}): load this bundle by a call of its own");
            if (number > _largest[dimension])
                _largest[dimension] = number;
            return shifted;
        }

        /// <summary>Makes the numbers that this reader saw known to the bundles that follow.</summary>
        public void Complete()
        {
            lock (shift._lock)
            {
                for (var i = 0; i < _largest.Length; i++)
                    shift._largest[i] = Math.Max(shift._largest[i], _largest[i]);
            }
        }
    }
}

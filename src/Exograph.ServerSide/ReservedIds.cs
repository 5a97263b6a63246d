using System.Collections.Concurrent;

namespace Exograph.ServerSide;

/// <summary>Ids of a table that a load has reserved.</summary>
/// <param name="First">The least of them.</param>
/// <param name="Last">The greatest of them.</param>
public readonly record struct IdRange(long First, long Last);

/// <summary>
/// Translates the numbers that a producer gives its rows into ids that the load has reserved. Numbers are taken a block at a
/// time, whoever mentions one of it first, a row or a reference: so tables come in any order, and memory grows by some hundred
/// bytes with each block. Thread-safe.
/// </summary>
/// <param name="reserve">Reserves so many ids of a dimension.</param>
/// <param name="termsAreIds">Whether numbers of terms are ids of the index already.</param>
internal sealed class ReservedIds(Func<string, long, CancellationToken, Task<IReadOnlyList<IdRange>>> reserve, bool termsAreIds)
    : IDisposable
{
    private const string Terms = "terms";

    private readonly Dimension[] _dimensions = [.. StagedColumn.Dimensions.Select(name => new Dimension(name))];

    /// <summary>The id of a number, if its block is known.</summary>
    /// <exception cref="FieldException">The number is out of range.</exception>
    public bool TryTranslate(StagedColumn column, long number, out long id)
    {
        if (termsAreIds && column.NumberOf == Terms)
        {
            id = number;
            return true;
        }
        if (number is < 1 or > StagedColumn.LargestNumber)
            throw new FieldException($"the number {number} of {column.NumberOf} is not from 1 to {StagedColumn.LargestNumber}");
        return _dimensions[column.Dimension].TryTranslate(number, out id);
    }

    /// <summary>The id of a number, whose block is reserved if it is not known.</summary>
    public async ValueTask<long> TranslateAsync(StagedColumn column, long number, CancellationToken cancellationToken)
    {
        long id;
        while (!TryTranslate(column, number, out id))
            await _dimensions[column.Dimension].ReserveAsync(number, reserve, cancellationToken).ConfigureAwait(false);
        return id;
    }

    public void Dispose()
    {
        foreach (var dimension in _dimensions)
            dimension.Dispose();
    }

    private sealed class Dimension(string name) : IDisposable
    {
        /// <summary>
        /// So far ahead of its rows may a number be mentioned and its id still be above theirs: where rows have equal keys, the
        /// lowest wins.
        /// </summary>
        private const int MostAhead = 1 << 20;

        /// <summary>Most numbers are low ones: their blocks are found in an array, without hashing.</summary>
        private const int MostLowBlocks = 1 << 20;

        /// <summary>
        /// Numbers of a block, as a power of 2. The server takes 0.7 µs for an id, so a block is no larger than what a small load
        /// uses; and what is not used is lost, while there are but 2^31 ids of terms.
        /// </summary>
        private readonly int _bits = name switch
        {
            "packages" or "package_versions" => 8,
            "files" or Terms => 10,
            _ => 13,
        };

        private readonly ConcurrentDictionary<long, Block> _blocks = [];
        private readonly SemaphoreSlim _reserving = new(1, 1);
        private volatile Block?[] _lowBlocks = [];
        private long _next;

        public bool TryTranslate(long number, out long id)
        {
            var index = number >> _bits;
            var low = _lowBlocks;
            var block = index < low.Length ? low[index] : _blocks.GetValueOrDefault(index);
            id = block is null ? 0 : block.IdAt((int)(number & ((1L << _bits) - 1)));
            return block is not null;
        }

        public async Task ReserveAsync(
            long number, Func<string, long, CancellationToken, Task<IReadOnlyList<IdRange>>> reserve,
            CancellationToken cancellationToken)
        {
            var block = number >> _bits;
            await _reserving.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (_blocks.ContainsKey(block))
                    return;
                var missing = new List<long>();
                for (var b = block >= _next && block - _next < MostAhead >> _bits ? _next : block; b <= block; b++)
                {
                    if (!_blocks.ContainsKey(b))
                        missing.Add(b);
                }
                var ranges = await reserve(name, (long)missing.Count << _bits, cancellationToken).ConfigureAwait(false);
                var ids = new Stack<IdRange>(ranges.OrderByDescending(r => r.First));
                foreach (var b in missing)
                    Add(b, Block.Take(ids, 1 << _bits));
                while (_blocks.ContainsKey(_next))
                    _next++;
            }
            finally
            {
                _reserving.Release();
            }
        }

        public void Dispose() => _reserving.Dispose();

        private void Add(long index, Block block)
        {
            _blocks[index] = block;
            var low = _lowBlocks;
            if (index < low.Length)
            {
                low[index] = block;
            }
            else if (index < MostLowBlocks)
            {
                var longer = new Block?[Math.Max(16, 2 * (index + 1))];
                foreach (var (b, known) in _blocks)
                {
                    if (b < longer.Length)
                        longer[b] = known;
                }
                _lowBlocks = longer;
            }
        }
    }

    /// <summary>The ids of the numbers of a block: a run of them, or several where others took ids meanwhile.</summary>
    private sealed class Block
    {
        private readonly int[] _offsets;
        private readonly long[] _ids;

        private Block(List<(int Offset, long Id)> runs)
        {
            _offsets = [.. runs.Select(r => r.Offset)];
            _ids = [.. runs.Select(r => r.Id)];
        }

        /// <summary>Takes so many ids from the top of the stack, in their order.</summary>
        public static Block Take(Stack<IdRange> ranges, int count)
        {
            var runs = new List<(int, long)>();
            for (var taken = 0; taken < count;)
            {
                var range = ranges.Pop();
                var length = (int)Math.Min(count - taken, range.Last - range.First + 1);
                runs.Add((taken, range.First));
                taken += length;
                if (range.First + length <= range.Last)
                    ranges.Push(range with { First = range.First + length });
            }
            return new Block(runs);
        }

        public long IdAt(int offset)
        {
            if (_offsets.Length == 1)
                return _ids[0] + offset;
            var run = Array.BinarySearch(_offsets, offset);
            if (run < 0)
                run = ~run - 1;
            return _ids[run] + offset - _offsets[run];
        }
    }
}

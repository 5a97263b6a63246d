using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>How numbers are translated, against a server that is made up.</summary>
public sealed class ReservedIdsTests
{
    private static readonly StagedColumn s_file = new("file_id", ColumnType.BigInt, Required: true, "files");
    private static readonly StagedColumn s_package = new("package_id", ColumnType.BigInt, Required: true, "packages");
    private static readonly StagedColumn s_term = new("term_id", ColumnType.Integer, Required: true, "terms");

    /// <summary>Ids of files that are reserved at once.</summary>
    private const int Block = 1_024;

    private readonly List<(string Table, long Count)> _calls = [];
    private long _last = 100;

    [Fact]
    public async Task A_block_is_reserved_once_and_its_ids_follow_its_numbers()
    {
        using var ids = new ReservedIds(ReserveAsync, termsAreIds: false);
        Assert.False(ids.TryTranslate(s_file, 7, out _));
        var translated = await Task.WhenAll(
            Enumerable.Range(1, 1000).Select(n => ids.TranslateAsync(s_file, n, default).AsTask()));
        Assert.Equal(Enumerable.Range(1, 1000).Select(n => 101L + n), translated);
        Assert.True(ids.TryTranslate(s_file, Block - 1, out var last));
        Assert.Equal(101 + Block - 1, last);
        Assert.Equal([("files", (long)Block)], _calls);
    }

    [Fact]
    public async Task The_blocks_before_one_are_reserved_with_it_so_that_order_is_kept()
    {
        using var ids = new ReservedIds(ReserveAsync, termsAreIds: false);
        var ahead = await ids.TranslateAsync(s_file, 200_000, default);
        Assert.Equal([("files", 196L * Block)], _calls);
        Assert.Equal(101 + 200_000, ahead);
        Assert.True(ids.TryTranslate(s_file, 1, out var first));
        Assert.Equal(102, first);
    }

    [Fact]
    public async Task A_number_far_ahead_takes_a_block_of_its_own()
    {
        using var ids = new ReservedIds(ReserveAsync, termsAreIds: false);
        Assert.Equal(101 + Block - 1, await ids.TranslateAsync(s_file, (1L << 40) - 1, default));
        Assert.Equal(101 + Block + 1, await ids.TranslateAsync(s_file, 1, default));
        Assert.Equal([("files", (long)Block), ("files", (long)Block)], _calls);
    }

    [Fact]
    public async Task Tables_have_blocks_and_ids_of_their_own()
    {
        using var ids = new ReservedIds(ReserveAsync, termsAreIds: false);
        await ids.TranslateAsync(s_term, 1025, default);
        await ids.TranslateAsync(s_package, 1, default);
        Assert.Equal([("terms", 2048L), ("packages", 256L)], _calls);
    }

    [Fact]
    public async Task Ids_that_others_took_meanwhile_are_left_out()
    {
        // The server gives runs of 3, 6, 9 .. ids with a gap of one after each, in any order.
        using var ids = new ReservedIds(
            (_, count, _) => Task.FromResult<IReadOnlyList<IdRange>>([.. InRuns(count).Reverse()]), termsAreIds: false);
        var expected = InRuns(2 * Block).SelectMany(r => Enumerable.Range((int)r.First, (int)(r.Last - r.First + 1)))
            .Select(id => (long)id).ToList();
        await ids.TranslateAsync(s_file, Block, default);
        var translated = new List<long>();
        for (var number = 1; number < 2 * Block; number++)
        {
            Assert.True(ids.TryTranslate(s_file, number, out var id));
            translated.Add(id);
        }
        Assert.Equal(expected.Skip(1), translated);
    }

    [Fact]
    public async Task What_failed_is_tried_again()
    {
        var fails = true;
        using var ids = new ReservedIds(
            (table, count, token) => fails ? throw new TimeZoneNotFoundException() : ReserveAsync(table, count, token), false);
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => ids.TranslateAsync(s_file, 1, default).AsTask());
        fails = false;
        Assert.Equal(102, await ids.TranslateAsync(s_file, 1, default));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1L << 40)]
    public void A_number_out_of_range_is_refused(long number)
    {
        using var ids = new ReservedIds(ReserveAsync, termsAreIds: false);
        var error = Assert.Throws<FieldException>(() => ids.TryTranslate(s_file, number, out _));
        Assert.Equal($"the number {number} of files is not from 1 to 1099511627775", error.Message);
    }

    [Fact]
    public void Ids_of_terms_may_be_taken_as_they_are()
    {
        using var ids = new ReservedIds(ReserveAsync, termsAreIds: true);
        Assert.True(ids.TryTranslate(s_term, 4711, out var id));
        Assert.Equal(4711, id);
        Assert.False(ids.TryTranslate(s_file, 4711, out _));
        Assert.Empty(_calls);
    }

    private static IEnumerable<IdRange> InRuns(long count)
    {
        long first = 1;
        for (long length = 3; count > 0; length += 3)
        {
            var taken = Math.Min(length, count);
            yield return new IdRange(first, first + taken - 1);
            first += taken + 1;
            count -= taken;
        }
    }

    private Task<IReadOnlyList<IdRange>> ReserveAsync(string table, long count, CancellationToken cancellationToken)
    {
        _calls.Add((table, count));
        var first = _last + 1;
        _last += count;
        return Task.FromResult<IReadOnlyList<IdRange>>([new IdRange(first, _last)]);
    }
}

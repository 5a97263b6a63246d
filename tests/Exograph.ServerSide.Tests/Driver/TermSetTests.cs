using System.Text;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>Terms of fragments, staged as pairs or as sets, and sent as sets.</summary>
public sealed class TermSetTests
{
    private const int Files = 3;

    [Theory]
    [InlineData(IdNumbering.Numbered)]
    [InlineData(IdNumbering.Reserved)]
    public async Task Pairs_in_the_order_of_their_fragments_are_sent_as_sets_and_counted_as_pairs(IdNumbering ids)
    {
        await using var database = await TestDatabase.CreateAsync();
        var progress = new List<LoadProgress>();
        await using var session = await BeginAsync(database, ids, progress);

        Assert.Equal(5, await session.StageAsync(Pairs((1, 3), (1, 1), (1, 2), (2, 2), (3, 1))));

        Assert.Equal(["1: a b c", "2: b", "3: a"], await StagedSetsAsync(database, session));
        Assert.Equal(0, await CountAsync(database, session, "staged_fragment_terms"));
        Assert.Equal(5, progress.Last(p => p.Table == IndexTable.FragmentTerms).RowsStaged);
        var terms = await FinalizeAsync(session);
        Assert.Equal((5, 5, 0), (terms.Staged, terms.Inserted, terms.Collapsed));
        Assert.Equal(ids == IdNumbering.Reserved ? LoadPath.Attached : LoadPath.Partition, terms.Path);
        Assert.Equal(5, await database.ScalarAsync<long>(
            "SELECT (manifest ->> 'fragment_terms')::bigint FROM exograph.loads"));
        Assert.Equal(["1 a", "1 b", "1 c", "2 b", "3 a"], await ContentAsync(database));
    }

    [Theory]
    [InlineData(IdNumbering.Numbered)]
    [InlineData(IdNumbering.Reserved)]
    public async Task Pairs_in_any_order_and_repeated_ones_are_all_counted_and_none_is_lost(IdNumbering ids)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await BeginAsync(database, ids);

        Assert.Equal(8, await session.StageAsync(Pairs((1, 1), (2, 3), (1, 2), (2, 1), (2, 1), (1, 1), (1, 3), (3, 3))));

        Assert.Equal(["1: a", "1: a c", "1: b", "2: a a", "2: c", "3: c"],
            (await StagedSetsAsync(database, session)).Order(StringComparer.Ordinal));
        var terms = await FinalizeAsync(session);
        Assert.Equal((8, 6, 2), (terms.Staged, terms.Inserted, terms.Collapsed));
        Assert.Equal(["1 a", "1 b", "1 c", "2 a", "2 c", "3 c"], await ContentAsync(database));
    }

    [Theory]
    [InlineData(IdNumbering.Numbered)]
    [InlineData(IdNumbering.Reserved)]
    public async Task Sets_are_staged_in_order_whatever_theirs_and_counted_as_pairs(IdNumbering ids)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await BeginAsync(database, ids);
        FragmentTermSetRow[] sets = [Set(1, 3, 1, 2), Set(2, 3), Set(3)];

        Assert.Equal(3, await session.StageAsync(sets));

        Assert.Equal(["1: a b c", "2: c", "3:"], await StagedSetsAsync(database, session));
        var first = await FinalizeAsync(session);
        Assert.Equal((4, 4), (first.Staged, first.Inserted));

        await using var again = await BeginAsync(database, ids);
        await again.StageAsync([Set(1, 3, 2, 3), Set(1, 1), Set(2, 1)]);
        var second = await FinalizeAsync(again);
        Assert.Equal((5, 1, 5), (second.Staged, second.Inserted, second.Inserted + second.Existing + second.Collapsed));
        Assert.Equal(["1 a", "1 b", "1 c", "2 a", "2 c"], await ContentAsync(database));
    }

    [Fact]
    public async Task A_set_goes_on_in_the_next_chunk_and_one_that_is_too_long_is_cut()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { ChunkBytes = 100 });
        var pairs = Enumerable.Range(1, TermSetPacker.MostTerms + 1).Select(n => new FragmentTermRow { FragmentId = 1, TermId = n });

        Assert.Equal(TermSetPacker.MostTerms + 1 + 20, await session.StageAsync(
            pairs.Concat(Enumerable.Range(2, 20).Select(n => new FragmentTermRow { FragmentId = n, TermId = 1 }))));

        Assert.Equal([.. Enumerable.Repeat(1, 21), TermSetPacker.MostTerms], await database.ColumnAsync<int>(
            $"SELECT cardinality(term_ids) FROM exograph_load_{session.LoadId}.staged_fragment_term_sets ORDER BY 1"));
        await session.SealAsync();
    }

    [Theory]
    [InlineData(IdNumbering.Numbered)]
    [InlineData(IdNumbering.Reserved)]
    public async Task Pairs_of_which_no_sets_can_be_made_are_sent_as_they_are(IdNumbering ids)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await BeginAsync(database, ids, chunkBytes: 400);
        var pairs = Enumerable.Range(0, 900).Select(n => (1 + n % 3, 1 + n / 300)).ToArray(); // in the order of terms

        Assert.Equal(900, await session.StageAsync(Pairs(pairs)));

        var sets = await CountAsync(database, session, "staged_fragment_term_sets");
        Assert.InRange(sets, 1, 20);
        Assert.Equal(900 - sets, await CountAsync(database, session, "staged_fragment_terms"));
        var terms = await FinalizeAsync(session);
        Assert.Equal((900, 9, 891), (terms.Staged, terms.Inserted, terms.Collapsed));
        Assert.Equal(9, (await ContentAsync(database)).Count);
    }

    [Fact]
    public async Task A_chunk_of_sets_whose_connection_is_lost_arrives_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        var losses = 0;
        await using var proxy = new CutProxy(database, sent => Encoding.Latin1.GetString(sent).Contains("PGCOPY")
            && Interlocked.Increment(ref losses) % 3 == 0 ? Loss.Unnoticed : Loss.None);
        await using var session = await new ExographClient(proxy.DataSource).BeginLoadAsync(new LoadOptions
        {
            ChunkBytes = 2_000,
            RetryDelays = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(50), 8)],
        });

        Assert.Equal(4_000, await session.StageAsync(
            Enumerable.Range(0, 4_000).Select(n => new FragmentTermRow { FragmentId = 1 + n / 10, TermId = 1 + n % 10 })));

        Assert.Equal((400, 4_000), (
            await CountAsync(database, session, "staged_fragment_term_sets"),
            await database.ScalarAsync<long>(
                $"SELECT sum(cardinality(term_ids)) FROM exograph_load_{session.LoadId}.staged_fragment_term_sets")));
        Assert.True(losses > 3, $"{losses}");
    }

    /// <summary>A load of files 1 to 3 with a fragment each, and of the terms a, b and c.</summary>
    private static async Task<LoadSession> BeginAsync(
        TestDatabase database, IdNumbering ids, List<LoadProgress>? progress = null, int chunkBytes = 1 << 20)
    {
        var session = await database.Client.BeginLoadAsync(new LoadOptions
        {
            Ids = ids,
            PartitionThreshold = 0,
            ChunkBytes = chunkBytes,
            Progress = progress is null ? null : new Collected(progress),
        });
        var numbers = Enumerable.Range(1, Files).ToList();
        await session.StageAsync(numbers.Select(n => new FileRow
        {
            Id = n,
            Path = $"{n}",
            Source = "",
            Sha256 = Enumerable.Repeat((byte)n, 32).ToArray(),
        }));
        await session.StageAsync(numbers.Select(
            n => new FragmentRow { Id = n, FileId = n, Ast = Array.Empty<byte>(), Kind = $"{n}", Line = 1, Mass = 1 }));
        await session.StageAsync("abc".Select((c, i) => new TermRow { Id = i + 1, Term = $"{c}" }));
        return session;
    }

    private static IEnumerable<FragmentTermRow> Pairs(params (int Fragment, int Term)[] pairs) =>
        pairs.Select(p => new FragmentTermRow { FragmentId = p.Fragment, TermId = p.Term });

    private static FragmentTermSetRow Set(int fragment, params int[] terms) => new() { FragmentId = fragment, TermIds = terms };

    private static async Task<LoadReportTable> FinalizeAsync(LoadSession session) =>
        (await session.FinalizeAsync()).Tables.Single(t => t.Table == IndexTable.FragmentTerms);

    private static Task<long> CountAsync(TestDatabase database, LoadSession session, string table) =>
        database.ScalarAsync<long>($"SELECT count(*) FROM exograph_load_{session.LoadId}.{table}");

    /// <summary>The staged sets by the names of fragments and terms, in the order of their elements.</summary>
    private static Task<List<string>> StagedSetsAsync(TestDatabase database, LoadSession session) => database.ColumnAsync<string>($"""
        SELECT concat_ws(' ', f.kind || ':', string_agg(t.term, ' ' ORDER BY e.position))
        FROM exograph_load_{session.LoadId}.staged_fragment_term_sets s
        JOIN exograph_load_{session.LoadId}.staged_fragments f ON f.id = s.fragment_id
        LEFT JOIN unnest(s.term_ids) WITH ORDINALITY AS e (term_id, position) ON true
        LEFT JOIN exograph_load_{session.LoadId}.staged_terms t ON t.id = e.term_id
        GROUP BY s.ctid, f.kind ORDER BY f.kind, s.ctid
        """);

    private static Task<List<string>> ContentAsync(TestDatabase database) => database.ColumnAsync<string>("""
        SELECT f.kind || ' ' || t.term FROM exograph.fragment_terms x
        JOIN exograph.fragments f ON f.id = x.fragment_id JOIN exograph.terms t ON t.id = x.term_id ORDER BY 1
        """);

    private sealed class Collected(List<LoadProgress> into) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value)
        {
            lock (into)
                into.Add(value);
        }
    }
}

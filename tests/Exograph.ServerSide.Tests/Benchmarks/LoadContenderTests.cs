using Exograph.EmbeddedPostgres;
using Exograph.ServerSide.Benchmarks;
using Exograph.ServerSide.Benchmarks.Loading;
using Exograph.ServerSide.Benchmarks.Loading.Contenders;
using Exograph.ServerSide.Benchmarks.Loading.Writing;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Benchmarks;

public sealed class LoadContenderTests
{
    /// <summary>A package of 600 fragments, and one of 10.</summary>
    private static readonly Corpus s_corpus = new(610, seed: 1);

    private static readonly Lazy<Task<IndexContents>> s_loaded = new(async () =>
    {
        await using var db = await LoadedAsync(s_corpus);
        return await IndexContents.ReadAsync(db.DataSource, CancellationToken.None);
    });

    [Theory]
    [InlineData(RestoreContender.OfRows)]
    [InlineData(RestoreContender.OfSets)]
    [InlineData("loader-half")]
    [InlineData("loader-again")]
    [InlineData("by-hand")]
    [InlineData("by-hand-half")]
    [InlineData("by-hand-again")]
    [InlineData("duckdb")]
    [InlineData("duckdb-resolved")]
    [InlineData("natural-keys")]
    [InlineData("client-copy")]
    [InlineData("exograph")]
    [InlineData("row-by-row")]
    [InlineData("ef-core")]
    public async Task A_contender_leaves_the_index_that_the_loader_does(string name)
    {
        var contender = LoadContenders.Find(name);
        // Only a restore needs one that holds rows.
        await using var reference = contender is RestoreContender ? await LoadedAsync(s_corpus) : await TestDatabase.CreateAsync();
        await using var db = contender.Standing switch
        {
            Standing.Nothing => await TestDatabase.CreateAsync(),
            Standing.Half => await LoadedAsync(s_corpus.FirstHalf()),
            _ => await LoadedAsync(s_corpus),
        };
        var expected = await s_loaded.Value;
        if (contender.Form == IndexForm.Rows)
            await RowForm.ApplyAsync(reference.DataSource, CancellationToken.None);

        var contents = await RunAsync(contender, db, reference);

        Assert.Equal(61_000, contents.Tables.Single(t => t.Table == "fragment_terms").Rows);
        Assert.Equal(expected.Tables, contents.Tables);
        var keys = contender.Form == IndexForm.Elsewhere
            ? new HashSet<string>() : await IndexContents.ReadKeysAsync(reference.DataSource, CancellationToken.None);
        Assert.Empty(contents.DifferencesFrom(expected with { Keys = keys }));
    }

    [Fact]
    public async Task A_pair_that_is_lacking_or_stored_twice_is_found_out()
    {
        await using var db = await LoadedAsync(s_corpus);
        var expected = await IndexContents.ReadAsync(db.DataSource, CancellationToken.None);

        await db.ExecuteAsync("""
            INSERT INTO exograph.fragment_term_sets SELECT fragment_id, term_ids[1:1], 0 FROM exograph.fragment_term_sets LIMIT 1
            """);
        var twice = await IndexContents.ReadAsync(db.DataSource, CancellationToken.None);
        await db.ExecuteAsync("DELETE FROM exograph.fragment_term_sets WHERE load_id > 0 AND fragment_id % 100 = 0");
        var lacking = await IndexContents.ReadAsync(db.DataSource, CancellationToken.None);

        Assert.StartsWith("fragment_terms: 61,001 rows for 61,000", Assert.Single(twice.DifferencesFrom(expected)), StringComparison.Ordinal);
        Assert.StartsWith("fragment_terms: 60,", Assert.Single(lacking.DifferencesFrom(expected)), StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_cannot_load_into_a_standing_index_says_why()
    {
        var standing = LoadContenders.All.Where(c => c.Standing != Standing.Nothing).ToLookup(c => c.Name.Split('-')[^1]);

        Assert.Equal(standing["half"].Count(), standing["again"].Count());
        Assert.Equal(
            LoadContenders.All.Count(c => c.Standing == Standing.Nothing && c.UnfitForStanding is null), standing["half"].Count());
    }

    [Fact]
    public void Pairs_of_a_fragment_are_packed_into_a_set()
    {
        var pairs = new[] { (1, 7), (1, 3), (2, 7), (4, 1) }.Select(p => new FragmentTermRow { FragmentId = p.Item1, TermId = p.Item2 });

        var sets = TermSet.Pack(pairs).ToList();

        Assert.Equal([1, 2, 4], sets.Select(s => s.FragmentId));
        Assert.Equal([[7, 3], [7], [1]], sets.Select(s => s.TermIds));
        Assert.Empty(TermSet.Pack([]));
    }

    [Fact]
    public void A_ratio_is_of_times_in_the_same_round()
    {
        var ratio = Of(2, 9, 4).RatioTo(Of(1, 3, 4));

        Assert.Equal(new Spread(2, 1, 3), ratio);
        Assert.Equal("2.00 (1.00–3.00)", ratio.ToString());
        Assert.Equal("5.00", $"{Of(5).Seconds}");

        static ContenderResults Of(params double[] seconds) => new()
        {
            Name = "some",
            Description = "",
            UnfitForStanding = null,
            Differences = [],
            Rounds =
            [
                .. seconds.Select(s => new ContenderResult
                {
                    Seconds = s, WalBytes = 0, PeakBytes = 0, ServerSeconds = null, ClientSeconds = null, Sizes = null, Phases = [],
                }),
            ],
        };
    }

    [Fact]
    public async Task Processor_time_is_that_of_the_server_and_of_the_client_with_its_children()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "read from /proc");
        await using var db = await TestDatabase.CreateAsync();
        var client = ProcessorTime.OfTree(Environment.ProcessId);
        var server = await ProcessorTime.OfServerAsync(db.DataSource, CancellationToken.None);

        await ExternalProcess.RunAsync(["sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"], CancellationToken.None);
        await db.ScalarAsync<long>("SELECT count(DISTINCT md5(i::text)) FROM generate_series(1, 200000) i");

        Assert.True(ProcessorTime.OfTree(Environment.ProcessId) - client > 0.05);
        Assert.True(await ProcessorTime.OfServerAsync(db.DataSource, CancellationToken.None) - server > 0.05);
    }

    private static async Task<TestDatabase> LoadedAsync(Corpus corpus)
    {
        var db = await TestDatabase.CreateAsync();
        await using var session = await db.Client.BeginLoadAsync(new LoadOptions { Ids = IdNumbering.Reserved });
        await CorpusStaging.StageAsync(session, corpus, CancellationToken.None);
        await session.FinalizeAsync();
        return db;
    }

    private static async Task<IndexContents> RunAsync(ILoadContender contender, TestDatabase db, TestDatabase reference)
    {
        var input = Directory.CreateTempSubdirectory("exograph-contender-");
        try
        {
            var binaries = await PostgresBinaries.FindAsync();
            await contender.PrepareInputAsync(new InputContext
            {
                Corpus = s_corpus,
                Directory = input.FullName,
                Reference = reference.DataSource,
                BinDirectory = binaries.BinDirectory,
                Jobs = 2,
            }, CancellationToken.None);
            await contender.PrepareDatabaseAsync(db.DataSource, input.FullName, CancellationToken.None);
            await using var context = new ContenderContext(new ContenderSettings
            {
                ConnectionString = db.ConnectionString,
                Fragments = s_corpus.Fragments,
                Seed = 1,
                Input = input.FullName,
                Streams = 4,
                IndexJobs = 2,
                BinDirectory = binaries.BinDirectory,
            });
            await contender.LoadAsync(context, CancellationToken.None);
            await contender.PresentAsync(db.DataSource, input.FullName, CancellationToken.None);
            Assert.NotEmpty(context.Phases);
            return await IndexContents.ReadAsync(db.DataSource, CancellationToken.None);
        }
        finally
        {
            input.Delete(recursive: true);
        }
    }
}

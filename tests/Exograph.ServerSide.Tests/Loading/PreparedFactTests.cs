using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Whether facts of loads with reserved ids are staged with WAL, which they are to keep, or without.</summary>
public sealed class PreparedFactTests : LoadingTest
{
    private const string Written = "partition|staged without WAL, since much of it existed";
    private const string WrittenSets = "partition|pairs, unordered sets, or terms or fragments that existed already";

    [Fact]
    public async Task Facts_of_files_that_exist_are_staged_without_wal_and_written_again()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.StageDimensionsAsync(from: 21);

        Assert.False(await PrepareAsync(sample));

        Assert.Equal(Sample.Facts, await UnloggedAsync(sample));
        await sample.StageFactsAsync(1, 40, line: 21);
        await sample.Load.FinalizeAsync();
        foreach (var fact in Sample.Facts)
        {
            Assert.Equal(fact == "fragment_terms" ? WrittenSets : Written, await sample.PathAsync(fact));
            Assert.Equal(new Outcome(40) { Inserted = 20, Existing = 20 }, await sample.Load.OutcomeAsync(fact));
            Assert.Equal(60, await Db.CountAsync($"exograph.{fact}"));
        }
        await AllIsLoggedAsync();
    }

    [Theory]
    [InlineData(37, true)]
    [InlineData(36, false)]
    public async Task Facts_stay_logged_where_at_most_a_tenth_of_the_files_exists(int from, bool logged)
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.StageDimensionsAsync(from: from);

        Assert.Equal(logged, await PrepareAsync(sample));

        Assert.Equal(logged ? [] : Sample.Facts, await UnloggedAsync(sample));
    }

    /// <summary>Several streams send files, and the last chunk, which is small, is the first to arrive.</summary>
    [Theory]
    [InlineData(10, true)]
    [InlineData(9, false)]
    public async Task Versions_of_which_no_file_has_arrived_count_as_if_they_had_as_many_as_others(int versions, bool logged)
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.StageDimensionsAsync(from: 21);
        await Db.ExecuteAsync($"DELETE FROM {sample.Load.Staged("files")} WHERE path <= 'a40'");
        await sample.Load.StageAsync("package_versions", "id, package_id, version",
            $"SELECT {sample.Id("package_versions", 2)} + n, {sample.Id("packages", 2)}, '1.' || n FROM generate_series(1, {versions} - 2) n");

        Assert.Equal(logged, await PrepareAsync(sample));

        Assert.Equal(logged ? [] : Sample.Facts, await UnloggedAsync(sample));
    }

    [Fact]
    public async Task What_was_told_by_versions_is_corrected_by_files_that_come_later()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.StageDimensionsAsync(from: 40);
        var files = sample.Load.Staged("files");
        await Db.ExecuteAsync($"CREATE TABLE public.later AS TABLE {files}; TRUNCATE {files}");
        Assert.False(await PrepareAsync(sample));
        Assert.Equal(Sample.Facts, await UnloggedAsync(sample));
        await Db.ExecuteAsync($"INSERT INTO {files} TABLE public.later");

        Assert.True(await PrepareAsync(sample));

        Assert.Empty(await UnloggedAsync(sample));
        await sample.StageFactsAsync(1, 40, line: 40);
        await sample.Load.FinalizeAsync();
        Assert.StartsWith("patched|", await sample.PathAsync("definitions"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facts_of_new_files_of_a_version_that_exists_have_no_wal()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.StageDimensionsAsync(content: "b");

        Assert.False(await PrepareAsync(sample));

        await sample.StageFactsAsync(1, 40);
        await sample.Load.FinalizeAsync();
        Assert.Equal(Written, await sample.PathAsync("definitions"));
    }

    [Theory]
    [InlineData("a", false)]
    [InlineData("b", true)]
    public async Task Files_without_version_tell_it_themselves(string content, bool logged)
    {
        var first = await Load.BeginAsync(Db);
        await first.StageAsync("files", "id, path, source, sha256", "(1, 'a', 'a', sha256('a'))");
        await first.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.Load.StageAsync("files", "id, path, source, sha256",
            $"({sample.Id("files", 1)}, '{content}', '{content}', sha256('{content}'))");

        Assert.Equal(logged, await PrepareAsync(sample));
    }

    [Fact]
    public async Task Facts_that_are_staged_or_are_being_staged_stay_as_they_are()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.StageDimensionsAsync();
        await sample.Load.StageAsync("comments", "file_id, text, line", $"({sample.Id("files", 1)}, 'early', 77)");
        var stager = await OpenAsync();
        await stager.ExecuteAsync("BEGIN");
        await sample.Load.Through(stager).StageAsync("definitions", "file_id, kind, name, qualified_name, line",
            $"({sample.Id("files", 1)}, 'k', 'early', 'early', 77)");

        Assert.False(await PrepareAsync(sample));

        await stager.ExecuteAsync("COMMIT");
        Assert.Equal(["symbol_references", "call_edges", "fragment_terms"], await UnloggedAsync(sample));
        await sample.StageFactsAsync(1, 40);
        await sample.Load.FinalizeAsync();
        foreach (var fact in Sample.Facts)
            Assert.Equal(fact is "comments" or "definitions" ? 41 : 40, await Db.CountAsync($"exograph.{fact}"));
        await AllIsLoggedAsync();
    }

    [Fact]
    public async Task What_existed_when_facts_were_staged_and_is_new_in_the_end_is_logged_in_the_index()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var sample = await ReservedSample.ReserveAsync(Db);
        await sample.StageDimensionsAsync();
        Assert.False(await PrepareAsync(sample));
        await sample.StageFactsAsync(1, 40);
        await Db.ExecuteAsync("DELETE FROM exograph.packages; DELETE FROM exograph.terms");

        await sample.Load.FinalizeAsync();

        foreach (var fact in Sample.Facts)
            Assert.Equal(new Outcome(40) { Inserted = 40 }, await sample.Load.OutcomeAsync(fact));
        await AllIsLoggedAsync();
    }

    [Fact]
    public async Task Nothing_is_told_of_a_load_of_which_neither_files_nor_versions_with_their_packages_are_staged()
    {
        var sample = await ReservedSample.ReserveAsync(Db);
        await IsUnknownAsync();
        await sample.Load.StageAsync("package_versions", "id, package_id, version",
            $"({sample.Id("package_versions", 1)}, {sample.Id("packages", 1)}, '1.0')");
        await IsUnknownAsync();
        Assert.Empty(await UnloggedAsync(sample));

        async Task IsUnknownAsync() =>
            Assert.Equal(["null"], await Db.RowsAsync($"SELECT exograph.prepare_facts({sample.Load.Id})"));
    }

    [Fact]
    public async Task Facts_of_a_load_numbered_by_its_producer_have_no_wal()
    {
        var load = await Load.BeginAsync(Db);
        Assert.False(await Db.ScalarAsync<bool>("SELECT exograph.prepare_facts()"));
        Assert.Equal(["u"], await Db.RowsAsync(
            $"SELECT DISTINCT relpersistence::text FROM pg_class WHERE relnamespace = '{load.Schema}'::regnamespace AND relkind = 'r'"));
    }

    private Task<bool> PrepareAsync(ReservedSample sample) =>
        Db.ScalarAsync<bool>($"SELECT exograph.prepare_facts({sample.Load.Id})");

    /// <summary>The facts whose staging table is unlogged.</summary>
    private async Task<IReadOnlyList<string>> UnloggedAsync(ReservedSample sample)
    {
        var unlogged = new List<string>();
        foreach (var fact in Sample.Facts)
        {
            if (await Db.CountAsync($"pg_class WHERE oid = '{sample.Staged(fact)}'::regclass AND relpersistence = 'u'") > 0)
                unlogged.Add(fact);
        }
        return unlogged;
    }

    private async Task AllIsLoggedAsync() => Assert.Equal(["p"], await Db.RowsAsync(
        "SELECT DISTINCT relpersistence::text FROM pg_class WHERE relnamespace = 'exograph'::regnamespace AND relkind IN ('r', 'i')"));
}

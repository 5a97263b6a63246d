using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>Sessions that leave out the facts that earlier loads have declared complete.</summary>
public sealed class LeaveOutTests
{
    private static readonly LoadOptions s_complete = new() { Complete = FactTables.All };

    [Theory]
    [InlineData(IdNumbering.Numbered, false)]
    [InlineData(IdNumbering.Numbered, true)]
    [InlineData(IdNumbering.Reserved, false)]
    [InlineData(IdNumbering.Reserved, true)]
    public async Task A_reload_sends_packages_versions_and_files_and_nothing_else(IdNumbering ids, bool asSets)
    {
        await using var database = await TestDatabase.CreateAsync();
        var options = s_complete with { Ids = ids };
        Assert.Equal(0, (await LoadAsync(database, options, [1, 2, 3])).FilesNotSent);
        var content = await ReservedLoadTests.ContentAsync(database);

        var report = await LoadAsync(database, options, [1, 2, 3], asSets: asSets);

        Assert.Equal(3, report.FilesNotSent);
        Assert.Equal([IndexTable.Packages, IndexTable.PackageVersions, IndexTable.Files, IndexTable.FilePaths], Staged(report));
        Assert.All(report.Tables, t => Assert.Equal(0, t.Inserted));
        Assert.Equal(content, await ReservedLoadTests.ContentAsync(database));
        Assert.Empty(await database.ColumnAsync<string>(
            "SELECT table_name FROM exograph.reserved_ids WHERE load_id = 2 AND table_name NOT LIKE 'package%' "
            + "AND table_name <> 'files'"));
    }

    [Theory]
    [InlineData(IdNumbering.Numbered, false)]
    [InlineData(IdNumbering.Numbered, true)]
    [InlineData(IdNumbering.Reserved, false)]
    [InlineData(IdNumbering.Reserved, true)]
    public async Task A_new_file_among_standing_ones_brings_its_own_facts(IdNumbering ids, bool asSets)
    {
        await using var whole = await TestDatabase.CreateAsync();
        await LoadAsync(whole, new LoadOptions(), [1, 2, 3]);
        await using var database = await TestDatabase.CreateAsync();
        var options = s_complete with { Ids = ids };
        await LoadAsync(database, options, [1, 3]);

        var report = await LoadAsync(database, options, [1, 2, 3], asSets: asSets);

        Assert.Equal(2, report.FilesNotSent);
        Assert.Equal(1, report.Tables.Single(t => t.Table == IndexTable.Comments).Staged);
        Assert.Equal(2, report.Tables.Single(t => t.Table == IndexTable.FragmentTerms).Staged);
        Assert.Equal(await ReservedLoadTests.ContentAsync(whole), await ReservedLoadTests.ContentAsync(database));
    }

    [Fact]
    public async Task Calls_that_were_not_declared_bring_what_they_refer_to()
    {
        await using var whole = await TestDatabase.CreateAsync();
        await LoadAsync(whole, new LoadOptions(), [1, 2], withCalls: true);
        await using var database = await TestDatabase.CreateAsync();
        await LoadAsync(database, s_complete with { Complete = FactTables.All & ~FactTables.CallEdges }, [1, 2]);

        var report = await LoadAsync(database, s_complete, [1, 2], withCalls: true);

        Assert.Equal([IndexTable.Fragments, IndexTable.GraphNodes, IndexTable.CallEdges], Staged(report).Skip(4));
        Assert.Equal(2, report.Tables.Single(t => t.Table == IndexTable.CallEdges).Inserted);
        Assert.Equal(await ReservedLoadTests.ContentAsync(whole), await ReservedLoadTests.ContentAsync(database));
    }

    [Fact]
    public async Task A_table_that_this_load_does_not_declare_is_sent()
    {
        await using var database = await TestDatabase.CreateAsync();
        await LoadAsync(database, s_complete, [1]);

        var report = await LoadAsync(database, s_complete with { Complete = FactTables.Comments }, [1]);

        Assert.Equal(1, report.FilesNotSent);
        Assert.DoesNotContain(IndexTable.Comments, Staged(report));
        Assert.Contains(IndexTable.Definitions, Staged(report));
        Assert.All(report.Tables, t => Assert.Equal(0, t.Inserted));
    }

    [Fact]
    public async Task The_answer_tells_per_file_what_is_worth_extracting()
    {
        await using var database = await TestDatabase.CreateAsync();
        await LoadAsync(database, s_complete with { Complete = FactTables.Comments | FactTables.CallEdges }, [1, 2]);
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { Ids = IdNumbering.Reserved });
        await StageKeysAsync(session, [2, 3]);

        var lacking = await session.FilesLackingAsync();

        Assert.Equal(FactTables.All & ~FactTables.Comments & ~FactTables.CallEdges, lacking[2]);
        Assert.Equal(FactTables.All, lacking[3]);
        Assert.Equal(FactTables.All, lacking[1]); // not staged here
        Assert.Equal(FactTables.All, lacking[1L << 39]);
        Assert.Equal((2, 0, FactTables.All), (lacking.Files, lacking.LackingNothing, lacking.Any));
    }

    [Fact]
    public async Task Rows_that_belong_to_no_file_are_sent()
    {
        await using var database = await TestDatabase.CreateAsync();
        await LoadAsync(database, s_complete, [1]);
        await using var session = await database.Client.BeginLoadAsync(s_complete);
        await StageKeysAsync(session, [1]);
        await session.LeaveOutExistingAsync();

        CallEdgeRow[] calls = [Call(7, 8), Call(7, 8) with { FileId = 1 }];
        Assert.Equal(1, await session.StageAsync(calls.ToAsyncEnumerable()));
        GraphNodeRow[] nodes = [Node(7) with { FileId = null }, Node(8) with { FileId = 1 }, Node(9) with { FileId = 1 }];
        Assert.Equal(2, await session.StageAsync(nodes.ToAsyncEnumerable()));
        var report = await session.FinalizeAsync();
        Assert.Equal(1, report.Tables.Single(t => t.Table == IndexTable.CallEdges).Inserted);
    }

    [Fact]
    public async Task A_reference_to_a_row_of_another_file_that_was_left_out_is_refused_and_sent_where_it_comes_first()
    {
        await using var database = await TestDatabase.CreateAsync();
        await LoadAsync(database, s_complete, [1]);
        CommentRow[] comments = [Comment(2) with { FragmentId = 11 }];
        FragmentRow[] fragments = [Fragment(1), Fragment(2)];
        await using (var session = await database.Client.BeginLoadAsync(s_complete))
        {
            await StageKeysAsync(session, [1, 2]);
            await session.LeaveOutExistingAsync();
            Assert.Equal(1, await session.StageAsync(fragments.ToAsyncEnumerable()));
            var error = await Assert.ThrowsAsync<LoadException>(() => session.StageAsync(comments.ToAsyncEnumerable()));
            Assert.Equal((IndexTable.Comments, 1L), (error.Table, error.Row));
            Assert.Contains("fragment_id refers to row 11 of fragments, which was left out", error.Message);
        }
        await using (var session = await database.Client.BeginLoadAsync(s_complete))
        {
            await StageKeysAsync(session, [1, 2]);
            await session.LeaveOutExistingAsync();
            Assert.Equal(1, await session.StageAsync(comments.ToAsyncEnumerable()));
            Assert.Equal(2, await session.StageAsync(fragments.ToAsyncEnumerable()));
            await session.FinalizeAsync();
        }
        Assert.Equal("f1", await database.ScalarAsync<string>(
            """
            SELECT g.kind FROM exograph.comments c
            JOIN exograph.fragments g ON g.id = c.fragment_id JOIN exograph.files f ON f.id = c.file_id
            WHERE f.path = '2'
            """));
    }

    [Fact]
    public async Task Finalizing_fails_where_facts_were_deleted_since_the_answer()
    {
        await using var database = await TestDatabase.CreateAsync();
        await LoadAsync(database, s_complete, [1, 2]);
        await using var session = await database.Client.BeginLoadAsync(s_complete);
        await StageKeysAsync(session, [1, 2]);
        await session.LeaveOutExistingAsync();
        await database.ExecuteAsync("DELETE FROM exograph.files WHERE path = '1'");

        Assert.Equal("XG011", (await Assert.ThrowsAsync<LoadException>(() => session.FinalizeAsync())).SqlState);
    }

    [Fact]
    public async Task What_a_load_declares_must_be_a_set_of_tables()
    {
        await using var database = await TestDatabase.CreateAsync();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => database.Client.BeginLoadAsync(new LoadOptions { Complete = (FactTables)1024 }));
        await using var session = await database.Client.BeginLoadAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.LeaveOutExistingAsync());
        Assert.Equal(0, (await session.FilesLackingAsync()).Files);
        Assert.Null((await session.FinalizeAsync()).FilesNotSent);
    }

    private static IEnumerable<IndexTable> Staged(LoadReport report) =>
        report.Tables.Where(t => t.Staged > 0).Select(t => t.Table);

    /// <summary>Loads files, each with two fragments that share a term with those of all files, in the order of the tables.</summary>
    private static async Task<LoadReport> LoadAsync(
        TestDatabase database, LoadOptions options, int[] files, bool withCalls = false, bool asSets = false)
    {
        await using var session = await database.Client.BeginLoadAsync(options);
        await StageKeysAsync(session, files);
        if (options.Complete != FactTables.None)
            await session.LeaveOutExistingAsync();
        await session.StageAsync(files.Append(0).Select(n => new TermRow { Id = n + 1, Term = $"t{n}" }).ToAsyncEnumerable());
        await session.StageAsync(files.Select(Fragment).ToAsyncEnumerable());
        await session.StageAsync(files.Select(Node).ToAsyncEnumerable());
        await session.StageAsync(files.Select(Comment).ToAsyncEnumerable());
        await session.StageAsync(files.Select(n => new DefinitionRow
        {
            FileId = n,
            FragmentId = 10 + n,
            Kind = "k",
            Name = "n",
            QualifiedName = $"q{n}",
        }).ToAsyncEnumerable());
        if (withCalls)
            await session.StageAsync(new[] { Call(1, 2) with { FileId = 1 }, Call(2, 1) with { FileId = 2 } }.ToAsyncEnumerable());
        var sets = files.Select(n => new FragmentTermSetRow { FragmentId = 10 + n, TermIds = new[] { 1, n + 1 } });
        if (asSets)
            await session.StageAsync(sets);
        else
            await session.StageAsync(sets.SelectMany(
                s => s.TermIds.ToArray().Select(t => new FragmentTermRow { FragmentId = s.FragmentId, TermId = t })));
        return await session.FinalizeAsync();
    }

    private static async Task StageKeysAsync(LoadSession session, int[] files)
    {
        await session.StageAsync(new PackageRow[] { new() { Id = 1, Ecosystem = "hex", Name = "p" } }.ToAsyncEnumerable());
        await session.StageAsync(
            new PackageVersionRow[] { new() { Id = 1, PackageId = 1, Version = "1.0" } }.ToAsyncEnumerable());
        await session.StageAsync(files.Select(n => new FileRow
        {
            Id = n,
            PackageVersionId = 1,
            Path = $"{n}",
            Source = "",
            Sha256 = Enumerable.Repeat((byte)n, 32).ToArray(),
        }).ToAsyncEnumerable());
    }

    private static FragmentRow Fragment(int file) =>
        new() { Id = 10 + file, FileId = file, Ast = Array.Empty<byte>(), Kind = $"f{file}", Line = 1, Mass = 1 };

    private static GraphNodeRow Node(int number) => new()
    {
        Id = number,
        FileId = number,
        FragmentId = number < 4 ? 10 + number : null,
        Engine = "e",
        Kind = "k",
        QualifiedName = $"n{number}",
    };

    private static CommentRow Comment(int file) => new() { FileId = file, FragmentId = 10 + file, Text = $"c{file}" };

    private static CallEdgeRow Call(int caller, int callee) => new()
    {
        CallerNodeId = caller,
        CalleeNodeId = callee,
        CallerQualifiedName = $"n{caller}",
        CalleeQualifiedName = $"n{callee}",
    };
}

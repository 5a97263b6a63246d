using System.Collections.Concurrent;
using System.Diagnostics;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>The session that indexes many sets of terms while another finalizes their load.</summary>
public sealed class SetIndexingTests
{
    private const int Terms = 1_000;

    private static readonly LoadOptions s_reserved = new() { Ids = IdNumbering.Reserved };

    /// <summary>Options, fragments of 1,000 terms each, sessions that index them.</summary>
    public static TheoryData<LoadOptions, int, int> Loads => new()
    {
        { s_reserved, 1_000, 1 },
        { s_reserved, 999, 0 },
        { s_reserved with { TermsAreResolved = true }, 200, 1 },
        { s_reserved with { TermsAreResolved = true }, 199, 0 },
        { s_reserved with { Connections = 1 }, 1_000, 0 },
        { new LoadOptions(), 1_000, 0 },
    };

    [Theory]
    [MemberData(nameof(Loads))]
    public async Task Many_sets_of_a_load_with_reserved_ids_are_indexed_by_a_session_of_their_own(
        LoadOptions options, int fragments, int sessions)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var calls = new Calls(database);
        await using var session = await database.Client.BeginLoadAsync(options);
        await StageAsync(session, fragments, options.TermsAreResolved);

        var report = await session.FinalizeAsync();

        Assert.Equal(fragments * (long)Terms, report.Tables.Single(t => t.Table == IndexTable.FragmentTerms).Inserted);
        Assert.Equal(sessions, calls.Seen.Count);
        Assert.All(calls.Seen, c => Assert.Equal(ActivityStatusCode.Unset, c.Status));
    }

    [Fact]
    public async Task A_server_that_cannot_index_them_beside_finalizes_alone()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("DROP PROCEDURE exograph.index_staged_sets");
        using var calls = new Calls(database);
        await using var session = await database.Client.BeginLoadAsync(s_reserved);
        await StageAsync(session, 1_000);

        var report = await session.FinalizeAsync();

        Assert.Equal(LoadPath.Attached, report.Tables.Single(t => t.Table == IndexTable.FragmentTerms).Path);
        Assert.Equal(ActivityStatusCode.Error, Assert.Single(calls.Seen).Status);
    }

    [Fact]
    public async Task A_load_that_is_refused_can_be_mended_and_finalized()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(s_reserved);
        await StageAsync(session, 1_000);
        await session.StageAsync([new CommentRow { PackageId = 7, PackageVersionId = 7, FileId = 7, Text = "lost", Line = 1 }]);

        var error = await Assert.ThrowsAsync<LoadException>(() => session.FinalizeAsync());

        Assert.Equal("XG006", error.SqlState);
        await database.ExecuteAsync($"DELETE FROM exograph_load_{session.LoadId}.staged_comments");
        var report = await session.FinalizeAsync();
        Assert.Equal(LoadPath.Attached, report.Tables.Single(t => t.Table == IndexTable.FragmentTerms).Path);
    }

    private static async Task StageAsync(LoadSession session, int fragments, bool termsAreResolved = false)
    {
        await session.StageAsync([SampleRows.Packages[0]]);
        await session.StageAsync([SampleRows.Versions[0]]);
        await session.StageAsync([SampleRows.Files[0]]);
        IReadOnlyList<int> terms = [.. Enumerable.Range(1, Terms)];
        if (termsAreResolved)
            terms = await session.ResolveTermsAsync(terms.Select(n => $"t{n}"));
        else
            await session.StageAsync(terms.Select(n => new TermRow { Id = n, Term = $"t{n}" }));
        await session.StageAsync(Enumerable.Range(1, fragments).Select(n => new FragmentRow
        {
            Id = n,
            FileId = SampleRows.Files[0].Id,
            Ast = Array.Empty<byte>(),
            Kind = "def",
            Line = n,
            Mass = 1,
        }));
        int[] set = [.. terms];
        await session.StageAsync(Enumerable.Range(1, fragments).Select(n => new FragmentTermSetRow { FragmentId = n, TermIds = set }));
    }

    /// <summary>The calls of index_staged_sets that have ended.</summary>
    private sealed class Calls : IDisposable
    {
        private readonly ActivityListener _listener;

        public Calls(TestDatabase database)
        {
            var name = database.Settings.Database;
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == ExographTelemetry.Name,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = span =>
                {
                    if (Equals(span.GetTagItem("db.namespace"), name)
                        && Equals(span.GetTagItem("db.operation.name"), "index_staged_sets"))
                    {
                        Seen.Enqueue(span);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public ConcurrentQueue<Activity> Seen { get; } = new();

        public void Dispose() => _listener.Dispose();
    }
}

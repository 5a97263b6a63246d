using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Find;

/// <summary>The library asks what the functions answer, row for row.</summary>
public sealed class IndexQuestionsTests(AskedDatabase asked) : IClassFixture<AskedDatabase>
{
    private static readonly QuestionScope s_now = new() { Package = "store", Version = "1.1", Ecosystem = "hex" };

    private IndexQuestions Questions => asked.Database.Client.Questions;

    [Fact]
    public async Task Every_question_has_the_answer_of_its_function()
    {
        await CompareAsync("definitions('Store.%', 'store', '1.1', 'hex', 'function')", "path, line, qualified_name, arity, fragment_id, place",
            Questions.DefinitionsAsync("Store.%", "function", s_now), d => [d.Path, d.Line, d.QualifiedName, d.Arity, d.FragmentId, d.Token]);
        await CompareAsync("references_to('Store.%', 'store', '1.1', 'hex', 'call')", "version, line, col, kind, fragment_id, place",
            Questions.ReferencesAsync("Store.%", "call", s_now), r => [r.Version, r.Line, r.Col, r.Kind, r.FragmentId, r.Token]);
        const string Calls = "level, package, path, line, caller, callee, metadata, caller_node_id, callee_node_id, call_site_fragment_id";
        await CompareAsync("callers('Query.one', NULL, 'store', '1.1', 'hex')", Calls + ", step", Questions.CallersAsync("Query.one", null, s_now), OfCall);
        await CompareAsync("callees('Cart.total', 3)", Calls + ", step", Questions.CalleesAsync("Cart.total", 3), OfCall);
        await CompareAsync("call_path('Cart.total', 'Query.run')", Calls + ", NULL", Questions.CallPathAsync("Cart.total", "Query.run"), OfCall);
        const string Fragments = "ecosystem, path, line, end_line, kind, module, name, arity, mass, file_id, fragment_id";
        await CompareAsync("fragments_with('{node:def,call:run/1}', 'store', kind => 'function')", Fragments + ", NULL, fragment_id",
            Questions.FragmentsAsync(["node:def", "call:run/1"], "function", new() { Package = "store" }), OfFragment);
        await CompareAsync("copies_of(5, 'store')", Fragments + ", NULL, fragment_id", Questions.CopiesAsync(5, new() { Package = "store" }), OfFragment);
        await CompareAsync("similar(13, 0.1, 'store')", Fragments + ", similarity, rank", Questions.SimilarAsync(13, 0.1, new() { Package = "store" }), OfFragment);
        await CompareAsync("copies_of_file(2)", "package, version, path, file_id", Questions.FileCopiesAsync(2), f => [f.Package, f.Version, f.Path, f.FileId]);
        await CompareAsync("shared_code('store', 'store', '1.0', '1.1', minimum_mass => 5)",
            "mass, kind, version, path, line, module, name, copies, fragment_id, other_version, other_path, other_end_line, other_copies, other_fragment_id, rank",
            Questions.SharedCodeAsync(s_now with { Version = "1.0" }, s_now, 5), s =>
                [s.Mass, s.Kind, s.One.Version, s.One.Path, s.One.Line, s.One.Module, s.One.Name, s.One.Copies, s.One.FragmentId,
                 s.Other.Version, s.Other.Path, s.Other.EndLine, s.Other.Copies, s.Other.FragmentId, s.Token]);
        await CompareAsync("changes('store', '1.0', '1.1', 'hex')", "what, change, kind, name, arity, path, old_path, file_id, old_file_id, place",
            Questions.ChangesAsync("store", "1.0", "1.1", "hex"),
            c => [c.What, c.Change, c.Kind, c.Name, c.Arity, c.Path, c.OldPath, c.FileId, c.OldFileId, c.Token]);
        await CompareAsync("text('FETCHES', true, true, true, 'store')", "version, path, line, col, found_in, match, text, hit",
            Questions.TextAsync("FETCHES", IndexedTexts.Sources | IndexedTexts.Comments, ignoreCase: true, new() { Package = "store" }),
            t => [t.Version, t.Path, t.Line, t.Col, t.In == IndexedTexts.Comments ? "comment" : "source", t.Match, t.Text, t.Token]);
        const string Files = "package, version, path, array_to_string(paths, ','), lines, bytes, encode(sha256, 'hex'), source, file_id";
        await CompareAsync("file('lib/store.ex')", Files, Questions.FilesAsync("lib/store.ex"), OfFile);
        await CompareAsync("file(5)", Files, new[] { (await Questions.FileAsync(5))! }.ToAsyncEnumerable(), OfFile);
        await CompareAsync("outline(3)", "depth, line, end_line, col, kind, name, arity, qualified_name, fragment_id", Questions.OutlineAsync(3),
            o => [o.Depth, o.Line, o.EndLine, o.Col, o.Kind, o.Name, o.Arity, o.QualifiedName, o.FragmentId]);
        Assert.Null(await Questions.FileAsync(99));
        Assert.Empty(await Questions.TextAsync("def", IndexedTexts.None).ToListAsync());

        static object?[] OfCall(FoundCall c) =>
            [c.Level, c.Package, c.Path, c.Line, c.Caller, c.Callee, c.Metadata, c.CallerNodeId, c.CalleeNodeId, c.CallSiteFragmentId, c.Token];
        static object?[] OfFragment(FoundFragment f) =>
            [f.Ecosystem, f.Path, f.Line, f.EndLine, f.Kind, f.Module, f.Name, f.Arity, f.Mass, f.FileId, f.FragmentId, f.Similarity, f.Token];
        static object?[] OfFile(IndexedFile f) => [f.Package, f.Version, f.Path, string.Join(',', f.Paths), f.Lines, f.Bytes, f.Sha256, f.Source, f.FileId];
    }

    [Fact]
    public async Task A_long_answer_comes_page_by_page_without_a_connection_being_held()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            INSERT INTO exograph_in.files (path, source, sha256) SELECT 'a' || n, repeat(E'needle\n', 300), sha256(int4send(n)) FROM generate_series(1, 20) n;
            INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name, line, col)
            SELECT (SELECT min(id) FROM exograph.files), 'def', 'n', 'n', n, 1 FROM generate_series(1, 5500) n
            """);
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1, Timeout = 5 };
        await using var client = ExographClient.Create(settings.ConnectionString);

        var lines = new List<int?>();
        await foreach (var definition in client.Questions.DefinitionsAsync("n"))
        {
            if (lines.Count % 1000 == 0)
                Assert.Equal(300, (await client.Questions.FileAsync(definition.FileId!.Value))!.Lines); // by the only connection
            lines.Add(definition.Line);
        }
        Assert.Equal(Enumerable.Range(1, 5500), lines.Select(l => l!.Value));
        Assert.Equal(6000, await client.Questions.TextAsync("needle").Select(t => (t.FileId, t.Line)).Distinct().CountAsync());
        Assert.Equal(20, await client.Questions.TextAsync("needle").Select(t => t.FileId).Distinct().CountAsync());

        var third = await client.Questions.DefinitionsAsync("n", page: new() { Limit = 3 }).LastAsync();
        Assert.Equal([4, 5], await client.Questions.DefinitionsAsync("n", page: new() { After = third.Token, Limit = 2 }).Select(d => d.Line!.Value).ToListAsync());
    }

    [Fact]
    public async Task What_is_refused_is_an_exception_with_a_hint()
    {
        var depth = await Assert.ThrowsAsync<LoadException>(async () => await Questions.CallersAsync("a", 0).ToListAsync());
        Assert.Equal("XG008", depth.SqlState);
        Assert.NotNull(depth.Hint);
        Assert.Equal("2201B", (await Assert.ThrowsAsync<LoadException>(async () => await Questions.TextAsync("a(").ToListAsync())).SqlState);
        Assert.Equal("XG008", (await Assert.ThrowsAsync<LoadException>(
            async () => await Questions.ChangesAsync("store", "1.0", "9").ToListAsync())).SqlState);
        Assert.Throws<ArgumentOutOfRangeException>(() => Questions.DefinitionsAsync("a", page: new() { Limit = 0 }));
        Assert.Throws<ArgumentNullException>(() => Questions.DefinitionsAsync(null!));

        var nowhere = new NpgsqlConnectionStringBuilder(asked.Database.ConnectionString) { Database = "there is none" };
        await using var client = ExographClient.Create(nowhere.ConnectionString);
        await Assert.ThrowsAsync<ConnectionException>(async () => await client.Questions.DefinitionsAsync("a").ToListAsync());
    }

    [Fact]
    public async Task A_question_can_be_cancelled_by_either_token()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Questions.DefinitionsAsync("a", cancellationToken: cancelled.Token).ToListAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Questions.DefinitionsAsync("a").ToListAsync(cancelled.Token));
    }

    private async Task CompareAsync<T>(string question, string columns, IAsyncEnumerable<T> answer, Func<T, object?[]> values)
    {
        var expected = await asked.Database.ColumnAsync<string>(
            $"SELECT (SELECT string_agg(coalesce(v.value, '-'), '|' ORDER BY v.place) FROM json_array_elements_text(json_build_array({columns})) "
            + $"WITH ORDINALITY AS v (value, place)) FROM exograph_find.{question}");
        Assert.NotEmpty(expected);
        Assert.Equal(expected, await answer.Select(a => string.Join('|', values(a).Select(v => FormattableString.Invariant($"{v ?? "-"}")))).ToListAsync());
    }
}

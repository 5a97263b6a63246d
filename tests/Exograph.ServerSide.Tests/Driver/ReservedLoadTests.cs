using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>Loads whose session puts reserved ids in the place of the producer's numbers.</summary>
public sealed class ReservedLoadTests
{
    private const int Files = 300;
    private const int FactsPerFile = 20;

    private static readonly LoadOptions s_reserved =
        new() { Ids = IdNumbering.Reserved, PartitionThreshold = 0, ChunkBytes = 20_000 };

    [Fact]
    public async Task The_same_rows_numbered_either_way_give_the_same_index()
    {
        await using var numbered = await TestDatabase.CreateAsync();
        await using var reserved = await TestDatabase.CreateAsync();
        foreach (var (database, options) in new[] { (numbered, new LoadOptions()), (reserved, s_reserved) })
        {
            await using var session = await database.Client.BeginLoadAsync(options);
            await SampleRows.StageAsync(session);
            var report = await session.FinalizeAsync();
            Assert.All(report.Tables, t => Assert.Equal((2, 2), (t.Staged, t.Inserted)));
        }
        var expected = await ContentAsync(numbered);
        Assert.Equal(22, expected.Count);
        Assert.Equal(expected, await ContentAsync(reserved));
    }

    [Fact]
    public async Task Facts_of_new_rows_are_attached_as_they_were_staged_whatever_the_order()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("SELECT setval('exograph.files_id_seq', 1000000)"); // so that ids are no numbers
        await using var session = await database.Client.BeginLoadAsync(s_reserved);
        // Backwards: all references before the rows they are to.
        await session.StageAsync(References().Reverse().ToAsyncEnumerable());
        await session.StageAsync(FragmentTerms().ToAsyncEnumerable());
        await session.StageAsync(Fragments().Reverse().ToAsyncEnumerable());
        await session.StageAsync(Terms().ToAsyncEnumerable());
        await session.StageAsync(FileRows().Reverse().ToAsyncEnumerable());
        await session.StageAsync(Versions().ToAsyncEnumerable());
        await session.StageAsync(Packages().ToAsyncEnumerable());
        await IsWholeAsync(database, await session.FinalizeAsync());
    }

    [Fact]
    public async Task Edges_without_metadata_are_attached_with_an_empty_object()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(s_reserved);
        await SampleRows.StageAsync(session);
        var report = await session.FinalizeAsync();
        var edges = report.Tables.Single(t => t.Table == IndexTable.CallEdges);
        Assert.Equal((2, LoadPath.Attached, "all rows were final"), (edges.Inserted, edges.Path, edges.Reason));
        Assert.Equal(["5", "{}"],
            await database.ColumnAsync<string>("SELECT metadata::text FROM exograph.call_edges ORDER BY caller_qualified_name"));
    }

    [Fact]
    public async Task Tables_may_be_staged_at_the_same_time()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(s_reserved);
        await Task.WhenAll(
            Task.Run(() => session.StageAsync(References().ToAsyncEnumerable())),
            Task.Run(() => session.StageAsync(FragmentTerms().ToAsyncEnumerable())),
            Task.Run(() => session.StageAsync(Fragments().ToAsyncEnumerable())),
            Task.Run(() => session.StageAsync(Terms().ToAsyncEnumerable())),
            Task.Run(() => session.StageAsync(FileRows().ToAsyncEnumerable())),
            Task.Run(() => session.StageAsync(Versions().ToAsyncEnumerable())),
            Task.Run(() => session.StageAsync(Packages().ToAsyncEnumerable())));
        await IsWholeAsync(database, await session.FinalizeAsync());
        Assert.Equal(1,
            await database.ScalarAsync<long>("SELECT count(*) FROM exograph.reserved_ids WHERE table_name = 'files'"));
    }

    [Fact]
    public async Task The_same_again_is_staged_without_wal_whether_tables_come_one_by_one_or_at_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        foreach (var (again, atOnce) in new[] { (false, false), (true, false), (true, true) })
        {
            await using var session = await database.Client.BeginLoadAsync(s_reserved with { ChunkBytes = 4 << 20 });
            if (!atOnce)
            {
                await session.StageAsync(Packages().ToAsyncEnumerable());
                await session.StageAsync(Versions().ToAsyncEnumerable());
                await session.StageAsync(FileRows().ToAsyncEnumerable());
            }
            await Task.WhenAll(
                Task.Run(() => atOnce ? session.StageAsync(Packages().ToAsyncEnumerable()) : Task.FromResult(0L)),
                Task.Run(() => atOnce ? session.StageAsync(Versions().ToAsyncEnumerable()) : Task.FromResult(0L)),
                Task.Run(() => atOnce ? session.StageAsync(FileRows().ToAsyncEnumerable()) : Task.FromResult(0L)),
                Task.Run(() => session.StageAsync(Fragments().ToAsyncEnumerable())),
                Task.Run(() => session.StageAsync(References().ToAsyncEnumerable())));
            if (!atOnce) // else a busy machine may take too long for the versions
            {
                Assert.Equal(again ? "u" : "p", await database.ScalarAsync<string>(
                    $"SELECT relpersistence::text FROM pg_class WHERE oid = 'exograph_load_{session.LoadId}.staged_symbol_references'::regclass"));
            }
            var report = await session.FinalizeAsync();
            var references = report.Tables.Single(t => t.Table == IndexTable.SymbolReferences);
            Assert.Equal((again ? 0 : Files * FactsPerFile, again ? Files * FactsPerFile : 0), (references.Inserted, references.Existing));
        }
    }

    [Fact]
    public async Task The_lowest_number_wins_though_a_higher_one_is_mentioned_first()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(s_reserved);
        var rows = Numbers(3)
            .Select(n => new PackageRow { Id = 280_000 - 90_000 * n, Ecosystem = "hex", Name = "p", Metadata = $"{n}" });
        await session.StageAsync(rows.ToAsyncEnumerable());
        await session.FinalizeAsync();
        Assert.Equal(["3"], await database.ColumnAsync<string>("SELECT metadata::text FROM exograph.packages"));
    }

    [Fact]
    public async Task Terms_are_resolved_instead_of_staged()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("INSERT INTO exograph.terms (term) VALUES ('standing'), ('term 7')");
        await using var session = await database.Client.BeginLoadAsync(s_reserved with { TermsAreResolved = true });
        var ids = await session.ResolveTermsAsync([.. Terms().Select(t => t.Term)]);
        Assert.Equal(2, ids[6]);
        await session.StageAsync(Packages().ToAsyncEnumerable());
        await session.StageAsync(Versions().ToAsyncEnumerable());
        await session.StageAsync(FileRows().ToAsyncEnumerable());
        await session.StageAsync(Fragments().ToAsyncEnumerable());
        await session.StageAsync(References().ToAsyncEnumerable());
        await session.StageAsync(FragmentTerms().Select(t => t with { TermId = ids[t.TermId - 1] }).ToAsyncEnumerable());
        await IsWholeAsync(database, await session.FinalizeAsync());
    }

    [Fact]
    public async Task Resolved_and_staged_terms_do_not_mix()
    {
        await using var database = await TestDatabase.CreateAsync();
        await Assert.ThrowsAsync<ArgumentException>(
            () => database.Client.BeginLoadAsync(new LoadOptions { TermsAreResolved = true }));
        await using var staging = await database.Client.BeginLoadAsync(s_reserved);
        await Assert.ThrowsAsync<InvalidOperationException>(() => staging.ResolveTermsAsync(["a"]));
        await using var resolving = await database.Client.BeginLoadAsync(s_reserved with { TermsAreResolved = true });
        await Assert.ThrowsAsync<InvalidOperationException>(() => resolving.StageAsync(Terms().ToAsyncEnumerable()));
        Assert.Empty(await resolving.ResolveTermsAsync([]));
        var error = await Assert.ThrowsAsync<LoadException>(() => resolving.ResolveTermsAsync(["a", null!]));
        Assert.Equal(("22004", resolving.LoadId), (error.SqlState, error.LoadId));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.terms"));
    }

    [Fact]
    public async Task A_number_out_of_range_is_refused_with_row_and_column()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(s_reserved);
        var error = await Assert.ThrowsAsync<LoadException>(() => session.StageAsync(
            References().Take(1).Append(new() { FileId = 1, FragmentId = 0, Kind = "k", Name = "n", QualifiedName = "q" })
                .ToAsyncEnumerable()));
        Assert.Equal((IndexTable.SymbolReferences, 2L, "fragment_id"), (error.Table, error.Row, error.Column));
        Assert.EndsWith("the number 0 of fragments is not from 1 to 1099511627775", error.Message);
    }

    [Fact]
    public async Task A_reference_to_a_row_that_was_not_staged_is_a_reject()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(s_reserved);
        await session.StageAsync(new CommentRow[] { new() { FileId = 5, Text = "of no file" } }.ToAsyncEnumerable());
        await session.StageAsync(new FileRow[] { SampleRows.Files[1] with { Id = 6 } }.ToAsyncEnumerable());
        Assert.Equal("file_id is no number of a valid row in staged_files", Assert.Single(await session.CheckAsync()).Reason);
    }

    [Fact]
    public async Task Where_the_ids_of_terms_end_staging_ends_with_the_servers_error()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("SELECT setval('exograph.terms_id_seq', 2147483000)");
        await using var session = await database.Client.BeginLoadAsync(s_reserved);
        var error = await Assert.ThrowsAsync<LoadException>(() => session.StageAsync(Terms().ToAsyncEnumerable()));
        Assert.Equal(("XG012", session.LoadId), (error.SqlState, error.LoadId));
    }

    [Fact]
    public async Task The_command_line_loads_either_way()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics();
        var run = await CliRun.RunAsync(database, ["load", bundle.Path, bundle.Path, "--ids", "reserved", "--json"]);
        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
        Assert.Contains("\"reason\": ", run.Output);
        Assert.Equal("reserved", await database.ScalarAsync<string>("SELECT options ->> 'ids' FROM exograph.loads"));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.files"));
    }

    private static async Task IsWholeAsync(TestDatabase database, LoadReport report)
    {
        var facts = report.Tables.Where(t => t.Reason is not null).ToList();
        Assert.Equal([IndexTable.SymbolReferences, IndexTable.FragmentTerms], facts.Select(t => t.Table));
        Assert.All(facts, t => Assert.Equal(
            (Files * FactsPerFile, LoadPath.Attached, "all rows were final"), (t.Inserted, t.Path, t.Reason)));
        // What every row names is the row that was meant.
        Assert.Equal(Files * FactsPerFile, await database.ScalarAsync<long>(
            """
            SELECT count(*)
            FROM exograph.symbol_references r
            JOIN exograph.files f ON f.id = r.file_id AND f.package_version_id = r.package_version_id
            JOIN exograph.fragments g ON g.id = r.fragment_id AND g.file_id = f.id AND g.line = r.line
            WHERE f.path = r.qualified_name
            """));
        Assert.Equal(Files * FactsPerFile, await database.ScalarAsync<long>(
            """
            SELECT count(*)
            FROM exograph.fragment_terms x
            JOIN exograph.terms t ON t.id = x.term_id
            JOIN exograph.fragments g ON g.id = x.fragment_id
            JOIN exograph.files f ON f.id = g.file_id
            WHERE t.term = 'term ' || f.path
            """));
    }

    private static IEnumerable<PackageRow> Packages() => [new() { Id = 1, Ecosystem = "hex", Name = "p" }];

    private static IEnumerable<PackageVersionRow> Versions() => [new() { Id = 1, PackageId = 1, Version = "1.0" }];

    private static IEnumerable<FileRow> FileRows() => Numbers(Files).Select(n => new FileRow
    {
        Id = n,
        PackageId = 1,
        PackageVersionId = 1,
        Path = $"{n}",
        Source = "",
        Sha256 = Hash(n),
    });

    private static IEnumerable<TermRow> Terms() => Numbers(Files).Select(n => new TermRow { Id = n, Term = $"term {n}" });

    /// <summary>As many of each file as it has facts.</summary>
    private static IEnumerable<FragmentRow> Fragments() => Numbers(Files * FactsPerFile).Select(n => new FragmentRow
    {
        Id = n,
        FileId = FileOf(n),
        Kind = "k",
        Line = n,
        Mass = 1,
        Ast = Array.Empty<byte>(),
    });

    private static IEnumerable<SymbolReferenceRow> References() => Numbers(Files * FactsPerFile).Select(Reference);

    private static SymbolReferenceRow Reference(int number) => new()
    {
        PackageId = 1,
        PackageVersionId = 1,
        FileId = FileOf(number),
        FragmentId = number,
        Kind = "k",
        Name = "n",
        QualifiedName = $"{FileOf(number)}",
        Line = number,
    };

    private static IEnumerable<FragmentTermRow> FragmentTerms() =>
        Numbers(Files * FactsPerFile).Select(n => new FragmentTermRow { FragmentId = n, TermId = FileOf(n) });

    private static int FileOf(int fact) => (fact - 1) / FactsPerFile + 1;

    private static IEnumerable<int> Numbers(int count) => Enumerable.Range(1, count);

    private static byte[] Hash(int number) => System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number));

    /// <summary>The rows of all tables without ids: what they refer to is told by names.</summary>
    internal static Task<List<string>> ContentAsync(TestDatabase database)
    {
        const string Names =
            """
            p AS (SELECT id, p.name FROM exograph.packages p),
            v AS (SELECT id, v.version FROM exograph.package_versions v),
            f AS (SELECT id, f.path FROM exograph.files f),
            t AS (SELECT id, t.term FROM exograph.terms t),
            g AS (SELECT id, g.kind FROM exograph.fragments g),
            n AS (SELECT id, n.qualified_name FROM exograph.graph_nodes n)
            """;
        var tables = Session.IndexTables.Where(t => t != "file_paths").Select(table => $"""
            SELECT '{table}' || jsonb_object_agg(r.key, CASE
                WHEN r.key IN ('id', 'load_id') THEN NULL
                WHEN r.key = 'package_id' THEN (SELECT to_jsonb(p.name) FROM p WHERE p.id = r.id)
                WHEN r.key = 'package_version_id' THEN (SELECT to_jsonb(v.version) FROM v WHERE v.id = r.id)
                WHEN r.key = 'file_id' THEN (SELECT to_jsonb(f.path) FROM f WHERE f.id = r.id)
                WHEN r.key = 'term_id' THEN (SELECT to_jsonb(t.term) FROM t WHERE t.id = r.id)
                WHEN r.key LIKE '%fragment_id' THEN (SELECT to_jsonb(g.kind) FROM g WHERE g.id = r.id)
                WHEN r.key LIKE '%node_id' THEN (SELECT to_jsonb(n.qualified_name) FROM n WHERE n.id = r.id)
                ELSE r.value END)::text
            FROM (
                SELECT x.i, c.key, c.value, CASE WHEN c.key LIKE '%_id' THEN (c.value #>> ARRAY[]::text[])::bigint END AS id
                FROM (SELECT row_number() OVER () AS i, to_jsonb(t) AS row FROM exograph.{table} t) x, jsonb_each(x.row) c
            ) r
            GROUP BY r.i
            """);
        return database.ColumnAsync<string>($"WITH {Names} {string.Join("\nUNION ALL\n", tables)}\nORDER BY 1");
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Which row becomes the one of its natural key.</summary>
public sealed class MergeTests : LoadingTest
{
    [Fact]
    public async Task The_lowest_number_wins_a_key_that_is_staged_twice()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name, metadata",
            """(7, 'hex', 'a', '{"n": 7}'), (3, 'hex', 'a', '{"n": 3}')""");
        await load.StageAsync("package_versions", "id, package_id, version, source_ref, checksum",
            "(9, 3, '1.0', 'ref 9', 'sum 9'), (4, 7, '1.0', 'ref 4', 'sum 4')");
        await load.StageAsync("files", "id, package_version_id, path, source, comments_text, sha256",
            "(8, 4, 'eight.ex', 'source 8', 'eight', sha256('f')), (5, 9, 'five.ex', 'source 5', 'five', sha256('f'))");
        await load.StageAsync("terms", "id, term", "(6, 'call'), (2, 'call')");
        await load.StageAsync("fragments", "id, file_id, content_hash, ast, kind, line, mass",
            @"(3, 5, '\xff', '\x03', 'def', 1, 1), (2, 8, '\xff', '\x02', 'def', 1, 1)");
        await load.StageAsync("graph_nodes", "id, file_id, engine, kind, qualified_name, name",
            "(9, 5, 'static', 'function', 'A.a/0', 'nine'), (1, 8, 'static', 'function', 'A.a/0', 'one')");

        await load.FinalizeAsync();

        Assert.Equal(["""{"n": 3}"""], await Db.RowsAsync("SELECT metadata FROM exograph.packages"));
        Assert.Equal(["1.0|ref 4|sum 4"],
            await Db.RowsAsync("SELECT version, source_ref, checksum FROM exograph.package_versions"));
        Assert.Equal(["five.ex|source 5|five"], await Db.RowsAsync("SELECT path, source, comments_text FROM exograph.files"));
        Assert.Equal(["call"], await Db.RowsAsync("SELECT term FROM exograph.terms"));
        Assert.Equal(["02"], await Db.RowsAsync("SELECT ast FROM exograph.fragments"));
        Assert.Equal(["one"], await Db.RowsAsync("SELECT name FROM exograph.graph_nodes"));
        var differing = new Outcome(2) { Inserted = 1, Collapsed = 1, Conflicting = 1 };
        foreach (var table in new[] { "packages", "package_versions", "files", "fragments", "graph_nodes" })
            Assert.Equal(differing, await load.OutcomeAsync(table));
        Assert.Equal(differing with { Conflicting = 0 }, await load.OutcomeAsync("terms"));
    }

    [Fact]
    public async Task A_payload_that_differs_from_the_row_that_stands_is_counted_as_conflicting()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync(
            $"""
            UPDATE {load.Staged("packages")} SET metadata = '[1]' WHERE id = 1;
            UPDATE {load.Staged("package_versions")} SET checksum = 'other' WHERE id = 2;
            UPDATE {load.Staged("files")} SET source = 'other', path = 'other' WHERE id = 1;
            UPDATE {load.Staged("fragments")} SET ast = 'other', content_hash = NULL WHERE id = 2;
            UPDATE {load.Staged("graph_nodes")} SET fragment_id = 2 WHERE id = 1;
            """);
        await load.StageAsync("packages", "id, ecosystem, name", "(3, 'hex', 'alpha')"); // equal to what stands

        await load.FinalizeAsync();

        foreach (var table in new[] { "package_versions", "files", "fragments", "graph_nodes" })
            Assert.Equal(new Outcome(2) { Existing = 2, Conflicting = 1 }, await load.OutcomeAsync(table));
        Assert.Equal(new Outcome(3) { Existing = 3, Conflicting = 1 }, await load.OutcomeAsync("packages"));
        Assert.Equal(["source a", "source b"], await Db.RowsAsync("SELECT source FROM exograph.files ORDER BY 1"));
    }

    [Fact]
    public async Task What_refers_to_a_number_that_lost_refers_to_the_row_that_won()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'a'), (2, 'hex', 'a')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0'), (2, 2, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            "(1, 1, 'a.ex', 'a', sha256('a')), (2, 2, 'a.ex', 'a', sha256('a'))");
        await load.StageAsync("terms", "id, term", "(1, 'call'), (2, 'call')");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass",
            @"(1, 1, '\x01', 'def', 1, 1), (2, 2, '\x01', 'def', 1, 1)");
        await load.StageAsync("graph_nodes", "id, file_id, fragment_id, engine, kind, qualified_name",
            "(1, 1, 1, 'static', 'function', 'A.a/0'), (2, 2, 2, 'static', 'function', 'A.a/0')");
        await load.StageAsync("definitions", "package_id, package_version_id, file_id, fragment_id, kind, name, qualified_name",
            "(2, 1, 2, 2, 'def', 'a', 'A.a/0')");
        await load.StageAsync("call_edges", "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name",
            "(2, 1, 'A.a/0', 'A.a/0')");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(2, 2)");

        await load.FinalizeAsync();

        Assert.Equal(["true|true|true|true"], await Db.RowsAsync(
            """
            SELECT d.package_id = p.id, d.package_version_id = v.id, d.file_id = f.id, d.fragment_id = g.id
            FROM exograph.definitions d, exograph.packages p, exograph.package_versions v, exograph.files f, exograph.fragments g
            """));
        Assert.Equal(["true|true"], await Db.RowsAsync(
            "SELECT e.caller_node_id = n.id, e.callee_node_id = n.id FROM exograph.call_edges e, exograph.graph_nodes n"));
        Assert.Equal(["true|true"], await Db.RowsAsync(
            """
            SELECT x.fragment_id = g.id, x.term_id = t.id
            FROM exograph.fragment_terms x, exograph.fragments g, exograph.terms t
            """));
    }

    [Fact]
    public async Task Nodes_are_equal_whichever_number_of_their_version_they_name()
    {
        for (var round = 0; round < 2; round++)
        {
            var load = await Load.BeginAsync(Db);
            await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'a')");
            await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0'), (2, 1, '1.0')");
            await load.StageAsync("files", "id, package_version_id, path, source, sha256",
                "(1, 1, 'a.ex', 'a', sha256('a')), (2, 2, 'a.ex', 'a', sha256('a'))");
            await load.StageAsync("graph_nodes", "id, package_version_id, file_id, engine, kind, qualified_name",
                """
                (1, 1, NULL, 'static', 'function', 'A'), (2, 2, NULL, 'static', 'function', 'A'),
                (3, 1, 1, 'static', 'function', 'A'), (4, NULL, 1, 'static', 'function', 'A'),
                (5, 1, 2, 'static', 'function', 'A')
                """);
            await load.FinalizeAsync();

            Assert.Equal(round == 0 ? new Outcome(5) { Inserted = 2, Collapsed = 3 } : new Outcome(5) { Existing = 5 },
                await load.OutcomeAsync("graph_nodes"));
        }
    }

    [Fact]
    public async Task The_row_that_stands_wins_over_a_staged_one()
    {
        var first = await Sample.BeginAsync(Db);
        await first.FinalizeAsync();
        var before = await Db.IndexAsync();

        var second = await Load.BeginAsync(Db);
        await Sample.StageDimensionsAsync(second);
        await Db.ExecuteAsync(
            $$"""
            UPDATE {{second.Staged("packages")}} SET metadata = '{"new": true}';
            UPDATE {{second.Staged("package_versions")}} SET source_ref = 'new', checksum = 'new';
            UPDATE {{second.Staged("files")}} SET source = 'new', comments_text = 'new';
            UPDATE {{second.Staged("fragments")}} SET ast = '\xff', name = 'new', mass = 99;
            UPDATE {{second.Staged("graph_nodes")}} SET name = 'new', fragment_id = NULL;
            """);
        await second.FinalizeAsync();

        Assert.Equal(before, await Db.IndexAsync());
        foreach (var table in new[] { "packages", "package_versions", "files", "fragments", "graph_nodes" })
            Assert.Equal(new Outcome(2) { Existing = 2, Conflicting = 2 }, await second.OutcomeAsync(table));
        Assert.Equal(new Outcome(2) { Existing = 2 }, await second.OutcomeAsync("terms"));
    }

    [Fact]
    public async Task A_row_belongs_to_the_load_that_brought_it()
    {
        var first = await Sample.BeginAsync(Db);
        await first.FinalizeAsync();
        var second = await Load.BeginAsync(Db);
        await second.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha'), (2, 'hex', 'gamma')");
        await second.StageAsync("terms", "id, term", "(1, 'call'), (2, 'new')");
        await second.FinalizeAsync();

        Assert.Equal([$"alpha|{first.Id}", $"beta|{first.Id}", $"gamma|{second.Id}"],
            await Db.RowsAsync("SELECT name, load_id FROM exograph.packages ORDER BY name"));
        Assert.Equal([$"call|{first.Id}", $"def|{first.Id}", $"new|{second.Id}"],
            await Db.RowsAsync("SELECT term, load_id FROM exograph.terms ORDER BY term"));
    }

    [Fact]
    public async Task Payloads_that_only_look_different_are_not_counted_as_conflicting()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name, metadata",
            """
            (1, 'hex', 'a', '{}'), (2, 'hex', 'a', NULL), (3, 'hex', 'b', '{"x": 1, "y": 2}'),
            (4, 'hex', 'b', '{"y": 2.0, "x": 1.0}')
            """);
        await load.StageAsync("files", "id, path, source, comments_text, sha256",
            "(1, 'a.ex', 'a', '', sha256('a')), (2, 'another.ex', 'a', NULL, sha256('a'))");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass, sub_hashes",
            @"(1, 1, '\x01', 'def', 1, 1, '{}'), (2, 2, '\x01', 'def', 1, 1, NULL)");
        await load.StageAsync("graph_nodes", "id, file_id, fragment_id, engine, kind, qualified_name, metadata",
            "(1, 1, 1, 'static', 'function', 'A.a/0', '{}'), (2, 2, 2, 'static', 'function', 'A.a/0', NULL)");

        await load.FinalizeAsync();

        Assert.Equal(new Outcome(4) { Inserted = 2, Collapsed = 2 }, await load.OutcomeAsync("packages"));
        foreach (var table in new[] { "files", "fragments", "graph_nodes" })
            Assert.Equal(new Outcome(2) { Inserted = 1, Collapsed = 1 }, await load.OutcomeAsync(table));
    }

    [Fact]
    public async Task What_was_left_out_gets_its_default()
    {
        var load = await Sample.BeginAsync(Db);
        await load.FinalizeAsync();

        Assert.Equal(["{}|null|null"], await Db.RowsAsync(
            """
            SELECT DISTINCT p.metadata, v.source_ref, v.checksum
            FROM exograph.packages p JOIN exograph.package_versions v ON v.package_id = p.id
            """));
        Assert.Equal([""], await Db.RowsAsync("SELECT DISTINCT comments_text FROM exograph.files"));
        Assert.Equal(["{}|null|null"],
            await Db.RowsAsync("SELECT DISTINCT sub_hashes, module, end_line FROM exograph.fragments"));
        Assert.Equal(["{}|null"], await Db.RowsAsync("SELECT DISTINCT metadata, external_id FROM exograph.graph_nodes"));
        Assert.Equal(["{}"], await Db.RowsAsync("SELECT metadata FROM exograph.call_edges"));
    }

    [Fact]
    public async Task Loads_that_one_session_finalizes_do_not_mix()
    {
        var first = await Load.BeginAsync(Db);
        var second = await Load.BeginAsync(Db);
        await first.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'first')");
        await second.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'second')");

        await second.FinalizeAsync();
        await first.FinalizeAsync();

        Assert.Equal([$"first|{first.Id}", $"second|{second.Id}"],
            await Db.RowsAsync("SELECT name, load_id FROM exograph.packages ORDER BY name"));
    }

    [Fact]
    public async Task An_empty_load_can_be_finalized()
    {
        var load = await Load.BeginAsync(Db);

        await load.FinalizeAsync();

        Assert.Equal("finalized", await load.StateAsync());
        Assert.Equal(["0|empty"], await Db.RowsAsync("SELECT DISTINCT staged, path FROM exograph.load_report"));
    }
}

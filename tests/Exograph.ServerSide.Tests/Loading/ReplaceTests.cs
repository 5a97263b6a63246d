using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>mode => 'replace': what a load brings takes the place of what the index has of its files.</summary>
public sealed class ReplaceTests : LoadingTest
{
    private const string Replace = "mode => 'replace'";

    /// <summary>Every row of the index by its keys, without ids, loads and terms that nothing holds.</summary>
    private const string Content =
        """
        SELECT 'file', f.path, f.comments_text, NULL, NULL, NULL FROM exograph.files f
        UNION ALL
        SELECT 'fragment', f.path, g.line::text, g.name, encode(g.ast, 'hex'), g.mass::text
        FROM exograph.fragments g JOIN exograph.files f ON f.id = g.file_id
        UNION ALL
        SELECT 'term', f.path, g.line::text, t.term, NULL, NULL
        FROM exograph.fragment_terms x
        JOIN exograph.terms t ON t.id = x.term_id
        JOIN exograph.fragments g ON g.id = x.fragment_id
        JOIN exograph.files f ON f.id = g.file_id
        UNION ALL
        SELECT 'node', f.path, n.qualified_name, n.name, n.metadata::text, g.line::text
        FROM exograph.graph_nodes n LEFT JOIN exograph.files f ON f.id = n.file_id LEFT JOIN exograph.fragments g ON g.id = n.fragment_id
        UNION ALL
        SELECT 'comment', f.path, c.text, c.line::text, g.line::text, NULL
        FROM exograph.comments c JOIN exograph.files f ON f.id = c.file_id LEFT JOIN exograph.fragments g ON g.id = c.fragment_id
        UNION ALL
        SELECT 'definition', f.path, d.qualified_name, d.line::text, d.name, g.line::text
        FROM exograph.definitions d JOIN exograph.files f ON f.id = d.file_id LEFT JOIN exograph.fragments g ON g.id = d.fragment_id
        UNION ALL
        SELECT 'reference', f.path, d.qualified_name, d.line::text, d.name, g.line::text
        FROM exograph.symbol_references d JOIN exograph.files f ON f.id = d.file_id
        LEFT JOIN exograph.fragments g ON g.id = d.fragment_id
        UNION ALL
        SELECT 'call', f.path, a.qualified_name, b.qualified_name, e.line::text, g.line::text
        FROM exograph.call_edges e
        JOIN exograph.graph_nodes a ON a.id = e.caller_node_id
        JOIN exograph.graph_nodes b ON b.id = e.callee_node_id
        LEFT JOIN exograph.files f ON f.id = e.file_id
        LEFT JOIN exograph.fragments g ON g.id = e.call_site_fragment_id
        ORDER BY 1, 2, 3, 4, 5, 6
        """;

    public static TheoryData<string, string, bool> Ways()
    {
        var ways = new TheoryData<string, string, bool>();
        foreach (var before in new[] { "partition_threshold => 0", "" })
        {
            foreach (var after in new[] { "partition_threshold => 0", "" })
            {
                ways.Add(before, after, false);
                ways.Add(before, after, true);
            }
        }
        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_all_files_are_loaded_again_with_is_all_that_is_left(string before, string after, bool asSets)
    {
        await LoadAsync("new", after, asSets);
        var expected = await Db.RowsAsync(Content);
        await Db.ExecuteAsync("DELETE FROM exograph.packages; DELETE FROM exograph.files");
        await LoadAsync("old", before, asSets);
        Assert.NotEqual(expected, await Db.RowsAsync(Content));

        var load = await LoadAsync("new", $"{after}{(after.Length > 0 ? ", " : "")}{Replace}", asSets);

        Assert.Equal(expected, await Db.RowsAsync(Content));
        Assert.Equal(
            [
                "files|2", "terms|0", "fragments|4", "graph_nodes|4", "comments|2", "definitions|4", "symbol_references|4",
                "call_edges|4", "fragment_terms|6",
            ],
            await ReplacedAsync(load));
        Assert.Equal(new Outcome(4) { Inserted = 4 }, await load.OutcomeAsync("definitions"));
        Assert.Equal(new Outcome(4) { Inserted = 2, Existing = 2 }, await load.OutcomeAsync("fragments"));
        Assert.Equal(new Outcome(4) { Inserted = 2, Existing = 2 }, await load.OutcomeAsync("graph_nodes"));
        Assert.Equal(0, await Db.CountAsync($"exograph.definitions WHERE abs(load_id) <> {load.Id}"));
        Assert.Empty(await Db.RowsAsync("SELECT * FROM exograph.check_index()"));

        // Once more, it makes no difference.
        await LoadAsync("new", Replace, asSets);
        Assert.Equal(expected, await Db.RowsAsync(Content));
    }

    [Fact]
    public async Task A_load_of_reserved_ids_replaces_too()
    {
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync();
        var before = await CountsAsync();
        await Db.ExecuteAsync("UPDATE exograph.definitions SET name = 'old'; UPDATE exograph.fragments SET mass = 0");
        var expected = await Db.RowsAsync("SELECT id FROM exograph.fragments ORDER BY 1");

        var again = await ReservedSample.BeginAsync(Db);
        await again.Load.FinalizeAsync(Replace);

        Assert.Equal(before, await CountsAsync());
        Assert.Equal(expected, await Db.RowsAsync("SELECT id FROM exograph.fragments ORDER BY 1"));
        Assert.Equal(0, await Db.CountAsync("exograph.definitions WHERE name = 'old'"));
        Assert.Equal(0, await Db.CountAsync($"exograph.fragments WHERE mass = 0 OR load_id <> {again.Load.Id}"));
        Assert.Equal(new Outcome(40) { Inserted = 40 }, await again.Load.OutcomeAsync("definitions"));
        Assert.Equal(new Outcome(40) { Existing = 40 }, await again.Load.OutcomeAsync("fragments"));
    }

    [Fact]
    public async Task Tables_of_which_the_load_brings_nothing_stay_unless_it_declares_them_complete()
    {
        await LoadAsync("old", "");
        var load = await Load.BeginAsync(Db, $"{Replace}, complete => '{{comments}}'");
        await StageFilesAsync(load, comments: null);
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name, line", "(1, 'def', 'n', 'N', 9)");

        await load.FinalizeAsync();

        // Of both files: the second one has no definition any more.
        Assert.Equal(["N"], await Db.RowsAsync("SELECT qualified_name FROM exograph.definitions"));
        Assert.Equal(0, await Db.CountAsync("exograph.comments"));
        Assert.Equal(["", ""], await Db.RowsAsync("SELECT comments_text FROM exograph.files"));
        foreach (var (table, rows) in new[] { ("symbol_references", 4), ("call_edges", 4), ("fragments", 4), ("graph_nodes", 4), ("fragment_terms", 6) })
            Assert.Equal(rows, await Db.CountAsync($"exograph.{table}"));
        Assert.Equal(["comments|2", "definitions|4", "files|2"], (await ReplacedAsync(load)).Where(r => !r.EndsWith("|0", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Comments_text_that_is_not_staged_stays_while_comments_do()
    {
        await LoadAsync("old", "");
        var load = await Load.BeginAsync(Db, Replace);
        await StageFilesAsync(load, comments: null);
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name, line", "(1, 'def', 'n', 'N', 9)");

        await load.FinalizeAsync();

        Assert.Equal(["old 1", "old 2"], await Db.RowsAsync("SELECT comments_text FROM exograph.files ORDER BY 1"));
        Assert.Equal(2, await Db.CountAsync("exograph.comments"));
    }

    [Fact]
    public async Task What_other_files_refer_to_is_kept_by_its_key_and_what_goes_takes_their_calls_along()
    {
        await LoadAsync("old", "partition_threshold => 0");
        var other = await Load.BeginAsync(Db);
        await StageFilesAsync(other, "old", also: "(3, NULL, 'c.ex', 's', sha256('c'), '')");
        await StageNodesAsync(other, "old");
        await other.StageAsync("graph_nodes", "id, file_id, fragment_id, engine, kind, qualified_name", "(9, 3, 1, 'static', 'f', 'C')");
        await other.StageAsync("call_edges", "file_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
            "(3, 9, 1, 'C', 'A', 1), (3, 9, 2, 'C', 'A.old', 2)");
        await other.StageAsync("definitions", "file_id, fragment_id, kind, name, qualified_name",
            "(3, 1, 'def', 'kept', 'K'), (3, 2, 'def', 'lost', 'L')");
        await other.FinalizeAsync();
        var kept = await Db.RowsAsync("SELECT id FROM exograph.graph_nodes WHERE qualified_name IN ('A', 'B') ORDER BY 1");

        var load = await LoadAsync("new", Replace);

        Assert.Equal(kept, await Db.RowsAsync("SELECT id FROM exograph.graph_nodes WHERE qualified_name IN ('A', 'B') ORDER BY 1"));
        Assert.Equal(["C|A|1"], await Db.RowsAsync(
            """
            SELECT a.qualified_name, b.qualified_name, e.line FROM exograph.call_edges e
            JOIN exograph.graph_nodes a ON a.id = e.caller_node_id JOIN exograph.graph_nodes b ON b.id = e.callee_node_id
            JOIN exograph.files f ON f.id = e.file_id AND f.path = 'c.ex'
            """));
        Assert.Equal(["kept|1", "lost|null"], await Db.RowsAsync(
            """
            SELECT d.name, g.line FROM exograph.definitions d JOIN exograph.files f ON f.id = d.file_id AND f.path = 'c.ex'
            LEFT JOIN exograph.fragments g ON g.id = d.fragment_id ORDER BY 1
            """));
        Assert.Equal("1", Assert.Single(await Db.RowsAsync(
            "SELECT g.line FROM exograph.graph_nodes n JOIN exograph.fragments g ON g.id = n.fragment_id WHERE n.qualified_name = 'C'")));
        // Of the calls four were of the files, and one went with its node.
        Assert.Contains("call_edges|5", await ReplacedAsync(load));
        // The loads that had the nodes, and that refer to them, lean on the one that has them now.
        Assert.Equal([$"1|{load.Id}", $"{other.Id}|{load.Id}"], await Db.RowsAsync(
            $"""
            SELECT load_id, depends_on FROM exograph.load_dependencies
            WHERE table_name = 'graph_nodes' AND depends_on = {load.Id} ORDER BY 1
            """));
    }

    [Fact]
    public async Task Rows_that_break_a_rule_are_left_out_and_a_file_that_does_keeps_what_it_has()
    {
        await LoadAsync("old", "");
        var load = await Load.BeginAsync(Db, $"{Replace}, on_reject => 'skip'");
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            "(1, 1, 'a.ex', 's', sha256('a')), (2, 1, NULL, 's', sha256('b'))");
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name, line", "(1, 'def', 'n', 'N', 9), (2, 'def', 'm', 'M', 9)");
        await load.StageAsync("symbol_references", "file_id, kind, name, qualified_name, line", "(2, 'def', 'm', 'M', 9)");

        await load.FinalizeAsync();

        Assert.Equal(["a.ex|N", "b.ex|B", "b.ex|B.old"], await Db.RowsAsync(
            "SELECT f.path, d.qualified_name FROM exograph.definitions d JOIN exograph.files f ON f.id = d.file_id ORDER BY 1, 2"));
        // No valid reference was staged.
        Assert.Equal(4, await Db.CountAsync("exograph.symbol_references"));
        Assert.Equal(new Outcome(2) { Inserted = 1, Rejected = 1 }, await load.OutcomeAsync("definitions"));
        Assert.Contains("definitions|2", await ReplacedAsync(load));
    }

    [Fact]
    public async Task What_was_declared_complete_is_void_and_the_load_that_replaces_is_told_of_nothing()
    {
        await LoadAsync("old", "complete => exograph.complete_tables()");
        var told = await Load.BeginAsync(Db, "complete => '{definitions}'");
        await StageFilesAsync(told, "old");
        Assert.Empty(await Db.RowsAsync($"SELECT * FROM exograph.files_lacking({told.Id})"));

        var load = await Load.BeginAsync(Db, $"{Replace}, complete => '{{definitions}}'");
        await StageFilesAsync(load, "new");
        Assert.Equal(14, (await Db.RowsAsync($"SELECT * FROM exograph.files_lacking({load.Id})")).Length);
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name, line", "(1, 'def', 'n', 'N', 9)");
        await load.StageAsync("comments", "file_id, text", "(1, 'n')");
        await load.FinalizeAsync();

        Assert.Equal(
            [
                "1|{symbol_references,call_edges,fragments,fragment_terms,graph_nodes}", $"{load.Id}|{{definitions}}",
            ],
            await Db.RowsAsync("SELECT DISTINCT load_id, tables FROM exograph.complete_facts ORDER BY 1"));
        await Db.FailsAsync("XG011", told.FinalizeSql());
        // Nor may one that was told of facts, and has not sent them, remove them.
        var late = await Load.BeginAsync(Db, "complete => '{definitions}'");
        await StageFilesAsync(late, "new");
        await Db.ExecuteAsync($"SELECT * FROM exograph.files_lacking({late.Id})");
        await late.StageAsync("definitions", "file_id, kind, name, qualified_name, line", "(1, 'def', 'n', 'N', 9)");
        var error = await Db.FailsAsync("XG011", late.FinalizeSql(Replace));
        Assert.Equal($"load {late.Id}: of 2 file(s), facts that were told to exist would be replaced by none", error.MessageText);
        await late.FinalizeAsync();
    }

    [Fact]
    public async Task Who_may_delete_may_replace()
    {
        await LoadAsync("old", "");
        var role = await CreateRoleAsync("indexer", "exograph_loader");
        var indexer = await OpenAsAsync(role);
        var error = await indexer.FailsAsync("42501", $"SELECT exograph.begin_load('x', {Replace})");
        Assert.EndsWith($"which role {Sql.Name(role)} does not have", error.MessageText, StringComparison.Ordinal);
        var load = await Load.BeginAsync(indexer);
        await StageFilesAsync(load, "new");
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name, line", "(1, 'def', 'n', 'N', 9)");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass", @"(1, 1, '\x', 'def', 1, 1)");
        await load.StageAsync("terms", "id, term", "(1, 't')");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 1)");
        await Db.ExecuteAsync($"GRANT DELETE ON exograph.definitions TO {Sql.Name(role)}");
        var before = await Db.IndexAsync();

        error = await indexer.FailsAsync("42501", load.FinalizeSql(Replace));
        Assert.Equal(
            $"mode 'replace' takes DELETE on exograph.fragments, exograph.fragment_term_sets, which role {Sql.Name(role)} does not have",
            error.MessageText);
        Assert.Equal(
            $"GRANT DELETE ON exograph.fragments, exograph.fragment_term_sets TO {Sql.Name(role)} gives that right; "
            + "mode => 'union' needs none.", error.Hint);
        Assert.Equal(before, await Db.IndexAsync());

        await Db.ExecuteAsync($"GRANT DELETE ON exograph.fragments, exograph.fragment_term_sets TO {Sql.Name(role)}");
        await load.FinalizeAsync(Replace);
        Assert.Equal(["N"], await Db.RowsAsync("SELECT qualified_name FROM exograph.definitions"));
        await indexer.ExecuteAsync($"SELECT exograph.begin_load('x', {Replace})");
        await indexer.FailsAsync("42501", $"SELECT exograph.begin_load('x', {Replace}, complete => '{{comments}}')");

        var owner = await OpenAsAsync(await CreateRoleAsync("dba", "exograph_owner", "exograph_loader"));
        await owner.ExecuteAsync($"SELECT exograph.begin_load('x', {Replace})");
    }

    [Fact]
    public async Task Readers_see_either()
    {
        await LoadAsync("old", "");
        var before = await Db.RowsAsync(Content);
        var load = await StageAsync("new", "", false);
        var reader = await OpenAsync();
        await reader.ExecuteAsync("SET lock_timeout = '1s'");
        await Db.ExecuteAsync("BEGIN");
        await load.FinalizeAsync(Replace);

        Assert.Equal(before, await reader.RowsAsync(Content));
        await Db.ExecuteAsync("COMMIT");
        Assert.Equal(await Db.RowsAsync(Content), await reader.RowsAsync(Content));
        Assert.NotEqual(before, await reader.RowsAsync(Content));
    }

    [Fact]
    public async Task Calls_and_nodes_that_belong_to_no_file_are_not_of_it()
    {
        var first = await Load.BeginAsync(Db);
        await StageFilesAsync(first, "old");
        await StageNodesAsync(first, "old");
        await first.StageAsync("graph_nodes", "id, package_version_id, engine, kind, qualified_name", "(8, 1, 'static', 'm', 'V'), (9, NULL, 'static', 'm', 'O')");
        await first.StageAsync("call_edges", "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name",
            "(9, 8, 'O', 'V'), (9, 1, 'O', 'A'), (1, 9, 'A', 'O')");
        await first.FinalizeAsync();

        await LoadAsync("new", Replace);

        // Without a file, a call is its caller's.
        Assert.Equal(["O|A", "O|V"], await Db.RowsAsync(
            """
            SELECT a.qualified_name, b.qualified_name FROM exograph.call_edges e
            JOIN exograph.graph_nodes a ON a.id = e.caller_node_id JOIN exograph.graph_nodes b ON b.id = e.callee_node_id
            WHERE e.file_id IS NULL ORDER BY 1, 2
            """));
        Assert.Equal(2, await Db.CountAsync("exograph.graph_nodes WHERE file_id IS NULL"));
    }

    [Fact]
    public async Task A_mode_that_there_is_not_is_refused()
    {
        await Db.FailsAsync("XG008", "SELECT exograph.begin_load('x', mode => 'merge')");
        var load = await Load.BeginAsync(Db, Replace);
        await Db.FailsAsync("XG008", load.FinalizeSql("mode => ''"));
        Assert.Equal("replace", await Db.ScalarAsync<string>($"SELECT options ->> 'mode' FROM exograph.loads WHERE load_id = {load.Id}"));
    }

    private async Task<Load> LoadAsync(string word, string options, bool asSets = false)
    {
        var load = await StageAsync(word, options, asSets);
        await load.FinalizeAsync();
        return load;
    }

    /// <summary>
    /// Two files of a package with two fragments, nodes, definitions, references and calls each: one that every such load brings,
    /// and one of the given word.
    /// </summary>
    private async Task<Load> StageAsync(string word, string options, bool asSets)
    {
        var load = await Load.BeginAsync(Db, options);
        await StageFilesAsync(load, word);
        await StageNodesAsync(load, word);
        await load.StageAsync("terms", "id, term", $"(1, 'every'), (2, '{word}')");
        await load.StageAsync(asSets ? "fragment_term_sets" : "fragment_terms", asSets ? "fragment_id, term_ids" : "fragment_id, term_id",
            asSets ? "(1, '{1,2}'), (2, '{2}'), (3, '{1,2}'), (4, '{2}')" : "(1, 1), (1, 2), (2, 2), (3, 1), (3, 2), (4, 2)");
        await load.StageAsync("comments", "file_id, fragment_id, text, line", $"(1, 2, '{word}', 1), (2, 4, '{word}', 1)");
        foreach (var table in new[] { "definitions", "symbol_references" })
        {
            await load.StageAsync(table, "file_id, fragment_id, kind, name, qualified_name, line",
                $"(1, 1, 'def', '{word}', 'A', 1), (1, 2, 'def', 'a', 'A.{word}', 2), (2, 3, 'def', '{word}', 'B', 1), (2, 4, 'def', 'b', 'B.{word}', 2)");
        }
        await load.StageAsync("call_edges",
            "file_id, call_site_fragment_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
            "(1, 1, 1, 2, 'a', 'b', 1), (1, 2, 2, 1, 'a', 'b', 2), (2, 3, 3, 1, 'a', 'b', 3), (2, 4, 4, 3, 'a', 'b', 4)");
        return load;
    }

    private static async Task StageFilesAsync(Load load, string? comments, string? also = null)
    {
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256, comments_text",
            string.Join(", ",
                ((string?[])[
                    $"(1, 1, 'a.ex', 's', sha256('a'), {(comments is null ? "NULL" : $"'{comments} 1'")})",
                    $"(2, 1, 'b.ex', 's', sha256('b'), {(comments is null ? "NULL" : $"'{comments} 2'")})", also,
                ]).OfType<string>()));
    }

    private static async Task StageNodesAsync(Load load, string word)
    {
        await load.StageAsync("fragments", "id, file_id, content_hash, ast, kind, name, line, mass",
            $"""
            SELECT i, (i + 1) / 2, CASE i % 2 WHEN 1 THEN 'every' ELSE '{word}' END::bytea, '{word}'::bytea, 'def', '{word}', 2 - i % 2,
                   length('{word}') FROM generate_series(1, 4) i
            """);
        await load.StageAsync("graph_nodes", "id, file_id, fragment_id, engine, kind, name, qualified_name, metadata",
            $$"""
            SELECT i, (i + 1) / 2, i, 'static', 'f', '{{word}}', chr(64 + (i + 1) / 2) || CASE i % 2 WHEN 0 THEN '.{{word}}' ELSE '' END,
                   '{"{{word}}": 1}' FROM generate_series(1, 4) i
            """);
    }

    private Task<string[]> ReplacedAsync(Load load) => Db.RowsAsync(
        $"""
        SELECT table_name, replaced FROM exograph.load_report
        WHERE load_id = {load.Id} AND table_name NOT IN ('packages', 'package_versions', 'file_paths')
        """);

    private async Task<string[]> CountsAsync() => await Db.RowsAsync(
        string.Join(" UNION ALL ", Session.IndexTables.Select(t => $"SELECT '{t}', count(*) FROM exograph.{t}")));
}

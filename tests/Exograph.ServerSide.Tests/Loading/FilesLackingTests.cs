using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Loads declare facts of their files complete; later ones ask which files lack any.</summary>
public sealed class FilesLackingTests : LoadingTest
{
    private const string All = "complete => exograph.complete_tables()";

    private static readonly string[] s_tables =
        ["comments", "definitions", "symbol_references", "call_edges", "fragments", "fragment_terms", "graph_nodes"];

    private static readonly string[] s_badNumbers = ["3", "4", "5", "6", "7", "8", "null"];

    [Fact]
    public async Task A_file_lacks_what_no_earlier_load_has_declared_complete()
    {
        await (await Sample.BeginAsync(Db, "complete => '{definitions,comments}'")).FinalizeAsync();
        var load = await BeginKeysAsync();

        var others = s_tables.Skip(2).ToArray();
        Assert.Equal(others.Select(t => $"1|{t}").Concat(others.Select(t => $"2|{t}")), await LackingAsync(load));
        Assert.Equal(["1|1|{comments,definitions}", "2|1|{comments,definitions}"], await DeclaredAsync());
    }

    [Fact]
    public async Task What_another_role_declares_complete_counts_only_where_the_owner_grants_it()
    {
        var role = await CreateRoleAsync("other", "exograph_loader");
        var other = await OpenAsAsync(role);
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        await (await Sample.BeginAsync(other, All)).FinalizeAsync();
        async Task<int> LackingOfAsync(Session session)
        {
            var load = await BeginKeysAsync(session: session);
            var lacking = await session.RowsAsync($"SELECT * FROM exograph.files_lacking({load.Id})");
            await session.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");
            return lacking.Length;
        }

        Assert.Equal(0, await LackingOfAsync(other));
        Assert.Equal(2 * s_tables.Length, await LackingOfAsync(loader));
        Assert.Equal(2 * s_tables.Length, await LackingOfAsync(Db));
        await Db.ExecuteAsync($"GRANT INSERT ON exograph.complete_facts TO {Sql.Name(role)}");
        Assert.Equal(0, await LackingOfAsync(loader));
        await Db.ExecuteAsync($"REVOKE INSERT ON exograph.complete_facts FROM {Sql.Name(role)}");

        // Its own declaration, beside that of the other, which it does not trust.
        await (await Sample.BeginAsync(loader, "complete => '{comments}'")).FinalizeAsync();
        Assert.Equal(2 * (s_tables.Length - 1), await LackingOfAsync(loader));
        Assert.Equal(0, await LackingOfAsync(other));
        // The superuser's counts for everybody.
        await (await Sample.BeginAsync(Db, "complete => '{comments,definitions}'")).FinalizeAsync();
        Assert.Equal(2 * (s_tables.Length - 2), await LackingOfAsync(loader));
    }

    [Fact]
    public async Task A_right_to_declare_that_is_revoked_between_the_question_and_the_end_fails_the_load()
    {
        var role = await CreateRoleAsync("other", "exograph_loader");
        await (await Sample.BeginAsync(await OpenAsAsync(role), All)).FinalizeAsync();
        await Db.ExecuteAsync($"GRANT INSERT ON exograph.complete_facts TO {Sql.Name(role)}");
        var load = await BeginKeysAsync();
        Assert.Empty(await LackingAsync(load));
        await Db.ExecuteAsync($"REVOKE INSERT ON exograph.complete_facts FROM {Sql.Name(role)}");

        await Db.FailsAsync("XG011", load.FinalizeSql());
    }

    [Fact]
    public async Task A_number_that_stands_for_no_row_lacks_all()
    {
        await (await Sample.BeginAsync(Db, All)).FinalizeAsync();
        var load = await BeginKeysAsync();
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            """
            (3, 1, 'new', '', sha256('new')), (4, 9, 'no version', '', sha256('a')), (5, NULL, 'no package', '', sha256('a')),
            (6, 1, 'twice', '', sha256('a')), (6, 1, 'twice', '', sha256('b')), (NULL, 1, 'no number', '', sha256('a')),
            (7, 1, 'no hash', '', NULL), (8, 2, 'other version', '', sha256('a'))
            """);

        Assert.Equal(
            s_badNumbers.SelectMany(file => s_tables.Select(t => $"{file}|{t}")),
            await LackingAsync(load));
        Assert.Equal(s_tables.Select(t => $"6|{t}"),
            await Db.RowsAsync($"SELECT * FROM exograph.files_lacking({load.Id}, 6, 6)"));
    }

    [Theory]
    [InlineData("packages", "(1, 'hex', 'again')")]
    [InlineData("package_versions", "(1, 2, '1.0')")]
    public async Task Where_the_number_of_a_parent_is_used_twice_a_file_lacks_all(string table, string row)
    {
        await (await Sample.BeginAsync(Db, All)).FinalizeAsync();
        var load = await BeginKeysAsync();
        await load.StageAsync(table, table == "packages" ? "id, ecosystem, name" : "id, package_id, version", row);

        Assert.Equal(2 * s_tables.Length, (await LackingAsync(load)).Length);
    }

    [Fact]
    public async Task A_file_without_package_is_found_by_its_content()
    {
        const string Columns = "id, path, source, sha256";
        var first = await Load.BeginAsync(Db, "complete => '{comments}'");
        await first.StageAsync("files", Columns, "(1, 'a', 'a', sha256('a'))");
        await first.FinalizeAsync();
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("files", Columns, "(7, 'elsewhere', 'a', sha256('a')), (8, 'b', 'b', sha256('b'))");

        var lacking = await LackingAsync(load);

        Assert.DoesNotContain("7|comments", lacking);
        Assert.Contains("8|comments", lacking);
        Assert.Equal(13, lacking.Length);
    }

    [Fact]
    public async Task Facts_sent_nevertheless_change_nothing()
    {
        await (await Sample.BeginAsync(Db, All)).FinalizeAsync();
        var index = await Db.IndexAsync();
        var again = await Sample.BeginAsync(Db, All);

        Assert.Empty(await LackingAsync(again));
        await again.FinalizeAsync();

        Assert.Equal(index, await Db.IndexAsync());
        Assert.Equal(new Outcome(2) { Existing = 2 }, await again.OutcomeAsync("definitions"));
        Assert.Equal(2, (await DeclaredAsync()).Length);
    }

    [Fact]
    public async Task What_is_declared_later_is_added_for_new_files_and_for_standing_ones()
    {
        await (await Sample.BeginAsync(Db, "complete => '{comments,call_edges}'")).FinalizeAsync();
        var second = await Sample.BeginAsync(Db, "complete => '{comments,definitions}'");
        await second.StageAsync("files", "id, path, source, sha256", "(3, 'c', 'c', sha256('c'))");
        await second.FinalizeAsync();

        Assert.Equal(
            [
                "1|1|{comments,call_edges}", "1|2|{definitions}", "2|1|{comments,call_edges}", "2|2|{definitions}",
                "3|2|{comments,definitions}",
            ],
            await DeclaredAsync());
    }

    [Fact]
    public async Task A_table_of_which_a_row_was_rejected_is_not_declared()
    {
        var load = await Sample.BeginAsync(Db, All + ", on_reject => 'skip'");
        await load.StageAsync("comments", "file_id, text", "(9, 'of no file')");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass", @"(3, 1, '\x', NULL, 1, 1)");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(3, 1)");

        await load.FinalizeAsync();

        const string Rest = "{definitions,symbol_references,call_edges,graph_nodes}";
        Assert.Equal([$"1|1|{Rest}", $"2|1|{Rest}"], await DeclaredAsync());
    }

    [Theory]
    [InlineData("in the load that declares")]
    [InlineData("in an earlier load")]
    public async Task Calls_are_not_declared_where_one_stands_as_another_files(string where)
    {
        if (where == "in an earlier load")
            await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var load = await Sample.BeginAsync(Db, All);
        await load.StageAsync(
            "call_edges", "file_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
            "(2, 1, 2, 'A.a/0', 'B.b/0', 2)");

        await load.FinalizeAsync();

        const string Rest = "{comments,definitions,symbol_references,fragments,fragment_terms,graph_nodes}";
        Assert.Equal([$"1|{load.Id}|{Rest}", $"2|{load.Id}|{Rest}"], await DeclaredAsync());
    }

    [Fact]
    public async Task A_load_that_declares_nothing_spends_nothing_on_it()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        await (await Sample.BeginAsync(Db, "complete => '{}'")).FinalizeAsync();
        await (await Sample.BeginAsync(Db, All)).FinalizeAsync();

        Assert.Equal(["3"], await Db.RowsAsync("SELECT load_id FROM exograph.load_phases WHERE phase = 'declare complete'"));
    }

    [Fact]
    public async Task With_a_file_go_its_declarations_and_those_of_calls_into_it()
    {
        await (await Sample.BeginAsync(Db, All)).FinalizeAsync();
        await Db.ExecuteAsync("DELETE FROM exograph.files WHERE path = 'lib/b.ex'");
        var load = await BeginKeysAsync();

        // File 1 called file 2.
        Assert.Equal(s_tables.Select(t => $"2|{t}").Prepend("1|call_edges"), await LackingAsync(load));
        Assert.Equal(1, await Db.CountAsync("exograph.complete_facts"));
    }

    [Theory]
    [InlineData("comments", "comments")]
    [InlineData("definitions", "definitions")]
    [InlineData("symbol_references", "symbol_references")]
    [InlineData("call_edges", "call_edges")]
    [InlineData("fragments", "fragments", "fragment_terms")]
    [InlineData("graph_nodes", "call_edges", "graph_nodes")]
    public async Task Rows_deleted_by_hand_are_lacking_again(string table, params string[] lacking)
    {
        await (await Sample.BeginAsync(Db, All)).FinalizeAsync();
        await Db.ExecuteAsync($"DELETE FROM exograph.{table} WHERE file_id = 1");

        Assert.Equal(lacking.Select(t => $"1|{t}"), await LackingAsync(await BeginKeysAsync()));
    }

    [Theory]
    [InlineData("DELETE FROM exograph.fragment_terms t USING exograph.fragments f WHERE f.id = t.fragment_id AND f.file_id = 1")]
    [InlineData("DELETE FROM exograph.fragment_term_sets t USING exograph.fragments f WHERE f.id = t.fragment_id AND f.file_id = 1")]
    [InlineData("UPDATE exograph.fragment_term_sets t SET term_ids = t.term_ids[2:] FROM exograph.fragments f "
        + "WHERE f.id = t.fragment_id AND f.file_id = 1")]
    public async Task Fragment_terms_deleted_by_hand_are_lacking_again(string delete)
    {
        await (await Sample.BeginAsync(Db, All)).FinalizeAsync();
        await Db.ExecuteAsync("UPDATE exograph.fragment_term_sets SET term_ids = term_ids"); // takes nothing away
        Assert.Empty(await LackingAsync(await BeginKeysAsync()));
        await Db.ExecuteAsync(delete);

        Assert.Equal(["1|fragment_terms"], await LackingAsync(await BeginKeysAsync()));
    }

    [Fact]
    public async Task A_package_can_be_deleted_with_all_that_was_declared()
    {
        await (await Sample.BeginAsync(Db, All)).FinalizeAsync();
        await Db.ExecuteAsync("DELETE FROM exograph.packages");
        Assert.Equal(0, await Db.CountAsync("exograph.complete_facts"));
        Assert.Equal(0, await Db.CountAsync("exograph.call_edges"));
    }

    [Fact]
    public async Task Files_that_share_content_hashes_are_declared_for_fragments_each_by_its_own()
    {
        const string Columns = "id, file_id, content_hash, ast, kind, line, mass";
        var first = await Load.BeginAsync(Db, All);
        await first.StageAsync("files", "id, path, source, sha256", "(1, 'a', 'a', sha256('a')), (2, 'b', 'b', sha256('b'))");
        await first.StageAsync("fragments", Columns, @"(1, 1, '\x01', '\x', 'k', 1, 1), (2, 2, '\x01', '\x', 'k', 1, 1)");
        await first.FinalizeAsync();

        Assert.Equal(["1", "2"],
            await Db.RowsAsync("SELECT file_id FROM exograph.complete_facts WHERE tables @> '{fragments}' ORDER BY 1"));
        Assert.Equal(["1", "2"], await Db.RowsAsync("SELECT file_id FROM exograph.fragments ORDER BY 1"));
    }

    [Fact]
    public async Task A_load_fails_where_what_it_was_told_to_stand_is_gone()
    {
        await (await Sample.BeginAsync(Db, All)).FinalizeAsync();
        var load = await BeginKeysAsync(All);
        Assert.Empty(await LackingAsync(load));
        await Db.ExecuteAsync("DELETE FROM exograph.files WHERE path = 'lib/b.ex'");

        var error = await Db.FailsAsync("XG011", load.FinalizeSql());
        Assert.Equal($"load {load.Id}: of 2 file(s), facts that were told to exist do so no longer", error.MessageText);
        Assert.Contains($"exograph.files_lacking({load.Id})", error.Hint);
        Assert.Equal(0, await Db.CountAsync("exograph.files WHERE path = 'lib/b.ex'"));

        Assert.Equal(1 + s_tables.Length, (await LackingAsync(load)).Length);
        await load.FinalizeAsync();
        Assert.Equal(1, await Db.CountAsync("exograph.files WHERE path = 'lib/b.ex'"));
    }

    [Fact]
    public async Task Two_loads_that_declare_the_same_files_at_once_declare_each_table_once()
    {
        var others = new[] { await OpenAsync(), await OpenAsync(), await OpenAsync() };
        var loads = new List<Load>();
        foreach (var other in others)
            loads.Add(await Sample.BeginAsync(other, All));

        await Task.WhenAll(loads.Select(l => l.FinalizeAsync()));

        Assert.Equal(
            s_tables.Order(StringComparer.Ordinal).SelectMany(t => new[] { $"1|{t}|1", $"2|{t}|1" }).Order(StringComparer.Ordinal),
            (await Db.RowsAsync(
                """
                SELECT c.file_id, t.name, count(*)
                FROM exograph.complete_facts c CROSS JOIN unnest(c.tables) AS t (name) GROUP BY c.file_id, t.name
                """)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Only_the_loads_role_may_ask_and_only_while_it_is_open()
    {
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        var load = await Sample.BeginAsync(loader);
        var other = await OpenAsAsync(await CreateRoleAsync("other", "exograph_loader"));
        var reader = await OpenAsAsync(await CreateRoleAsync("reader", "exograph_reader"));
        var ask = $"SELECT * FROM exograph.files_lacking({load.Id})";

        await other.FailsAsync("42501", ask);
        await reader.FailsAsync("42501", ask);
        await other.FailsAsync("XG003", "SELECT * FROM exograph.files_lacking()");
        await Db.FailsAsync("XG001", "SELECT * FROM exograph.files_lacking(99)");
        Assert.Equal(14, (await loader.RowsAsync("SELECT * FROM exograph.files_lacking()")).Length);
        await load.FinalizeAsync();
        await loader.FailsAsync("XG002", ask);
    }

    [Fact]
    public async Task Only_tables_with_facts_of_files_can_be_declared()
    {
        foreach (var (complete, named) in new[] { ("{comments,terms}", "'terms'"), ("{NULL,it's}", "NULL, 'it''s'") })
        {
            var error = await Db.FailsAsync("XG008", "SELECT exograph.begin_load('x', complete => $1::text[])", complete);
            Assert.Equal($"complete must hold any of '{string.Join("', '", s_tables)}', not {named}", error.MessageText);
            Assert.Equal("They are the tables of which the load brings all rows of each of its files.", error.Hint);
        }
        Assert.Equal(0, await Db.CountAsync("exograph.loads"));
        var load = await Load.BeginAsync(Db, "complete => '{definitions,comments,definitions}'");
        Assert.Equal("""["comments", "definitions"]""",
            await Db.ScalarAsync<string>("SELECT (options -> 'complete')::text FROM exograph.loads WHERE load_id = $1", load.Id));
    }

    /// <summary>The packages, versions and files of the sample.</summary>
    private async Task<Load> BeginKeysAsync(string options = "", Session? session = null)
    {
        var load = await Load.BeginAsync(session ?? Db, options);
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha'), (2, 'hex', 'beta')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0'), (2, 2, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            "(1, 1, 'lib/a.ex', 'source a', sha256('a')), (2, 1, 'lib/b.ex', 'source b', sha256('b'))");
        return load;
    }

    private Task<string[]> LackingAsync(Load load) => Db.RowsAsync($"SELECT * FROM exograph.files_lacking({load.Id})");

    private Task<string[]> DeclaredAsync() =>
        Db.RowsAsync("SELECT file_id, load_id, tables FROM exograph.complete_facts ORDER BY 1, 2");
}

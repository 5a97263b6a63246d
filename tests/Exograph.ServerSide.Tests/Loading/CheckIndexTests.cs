using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>check_index: an index that is broken in one way, what is found, and that the printed statements mend it.</summary>
public sealed class CheckIndexTests : LoadingTest
{
    private const string Unchecked = "SET session_replication_role = replica;";
    private const string Checked = "RESET session_replication_role;";
    private const string Sets = "exograph.fragment_term_sets";

    /// <summary>Has an index miss what is done meanwhile, as a corrupted one does.</summary>
    private static string Behind(string index, string sql) =>
        $"UPDATE pg_index SET indisready = false WHERE indexrelid = 'exograph.{index}'::regclass; {sql}; "
        + $"UPDATE pg_index SET indisready = true WHERE indexrelid = 'exograph.{index}'::regclass";

    private static string SkippingConstraints(string sql) => $"{Unchecked} {sql}; {Checked}";

    /// <summary>What is broken, how, the finding and where it is.</summary>
    public static TheoryData<string, string, string, string> Faults => new()
    {
        { "files of a version", SkippingConstraints("DELETE FROM exograph.package_versions"), "orphans", "exograph.files" },
        { "versions of a package", SkippingConstraints("DELETE FROM exograph.packages"), "orphans", "exograph.package_versions" },
        { "facts of a file", SkippingConstraints("DELETE FROM exograph.files"), "orphans", "exograph.definitions" },
        { "paths of a file", SkippingConstraints("DELETE FROM exograph.files"), "orphans", "exograph.file_paths" },
        { "declarations of a file", SkippingConstraints("DELETE FROM exograph.files"), "orphans", "exograph.complete_facts" },
        { "nodes of a file", SkippingConstraints("DELETE FROM exograph.files"), "orphans", "exograph.graph_nodes" },
        { "calls of a node", SkippingConstraints("DELETE FROM exograph.graph_nodes WHERE name IS NULL"), "orphans", "exograph.call_edges" },
        { "fragment of a comment", SkippingConstraints("DELETE FROM exograph.fragments"), "orphans", "exograph.comments" },
        { "sets of a fragment", SkippingConstraints("DELETE FROM exograph.fragments"), "orphans", Sets },
        { "a fragment of no file", "INSERT INTO exograph.fragments (file_id, content_hash, ast, kind, line, mass) VALUES (999, '\\x01', '\\x', 'k', 1, 1)", "orphans", "exograph.fragments" },
        { "a node of no version", "INSERT INTO exograph.graph_nodes (package_version_id, engine, kind, qualified_name) VALUES (999, 'e', 'k', 'q')", "orphans", "exograph.graph_nodes" },
        { "a node of no fragment", "UPDATE exograph.graph_nodes SET fragment_id = 999", "orphans", "exograph.graph_nodes" },
        { "a comment of no file", "UPDATE exograph.comments SET file_id = 999", "orphans", "exograph.comments" },
        { "a definition of no fragment", "UPDATE exograph.definitions SET fragment_id = 999", "orphans", "exograph.definitions" },
        { "a reference of no file", "INSERT INTO exograph.symbol_references (file_id, kind, name, qualified_name) VALUES (999, 'k', 'n', 'q')", "orphans", "exograph.symbol_references" },
        { "a reference of no fragment", "UPDATE exograph.symbol_references SET fragment_id = 999", "orphans", "exograph.symbol_references" },
        { "a call of no version", "INSERT INTO exograph.call_edges (package_version_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name) VALUES (999, 1, 1, 'a', 'b')", "orphans", "exograph.call_edges" },
        { "a call of no file", "UPDATE exograph.call_edges SET file_id = 999", "orphans", "exograph.call_edges" },
        { "a call to no node", "UPDATE exograph.call_edges SET callee_node_id = 999", "orphans", "exograph.call_edges" },
        { "a call of no fragment", "UPDATE exograph.call_edges SET call_site_fragment_id = 999", "orphans", "exograph.call_edges" },
        { "a set of no fragment", $"INSERT INTO {Sets} (fragment_id, term_ids) VALUES (999, ARRAY[1])", "orphans", Sets },
        { "a report without load", SkippingConstraints("INSERT INTO exograph.load_rejects VALUES (99, 'files', 'x', '{}')"), "orphans", "exograph.load_rejects" },
        { "declarations of an unknown load", "UPDATE exograph.complete_facts SET load_id = 99", "orphans", "exograph.complete_facts" },
        { "facts of a load that the ledger does not know", "INSERT INTO exograph.definitions (file_id, kind, name, qualified_name, load_id) SELECT min(id), 'k', 'n', 'q', -99 FROM exograph.files", "unknown load", "load 99" },
        { "a ledger that was emptied", "DELETE FROM exograph.loads WHERE load_id = 1", "unknown load", "load 1" },
        { "facts of an abandoned load", "SELECT exograph.begin_load('a'); CALL exograph.abandon_load(); INSERT INTO exograph.definitions (file_id, kind, name, qualified_name, load_id) SELECT min(f.id), 'k', 'n', 'q', -max(l.load_id) FROM exograph.files f, exograph.loads l", "not finalized", "exograph.definitions" },
        { "files of an abandoned load", "SELECT exograph.begin_load('a'); CALL exograph.abandon_load(); UPDATE exograph.files SET load_id = (SELECT max(load_id) FROM exograph.loads) WHERE id = (SELECT max(id) FROM exograph.files)", "not finalized", "exograph.files" },
        {
            "facts outside of their partition",
            """
            ALTER TABLE exograph.definitions DETACH PARTITION exograph.definitions_load_1;
            UPDATE exograph.definitions_load_1 SET load_id = 2 WHERE line = 1 AND name = 'a';
            ALTER TABLE exograph.definitions_load_1 ADD CONSTRAINT believed CHECK (load_id IS NOT NULL AND load_id = 1) NOT VALID;
            UPDATE pg_constraint SET convalidated = true WHERE conname = 'believed';
            ALTER TABLE exograph.definitions ATTACH PARTITION exograph.definitions_load_1 FOR VALUES FROM (1) TO (2);
            ALTER TABLE exograph.definitions_load_1 DROP CONSTRAINT believed
            """,
            "out of bounds", "exograph.definitions_load_1"
        },
        { "an identity in two partitions", "INSERT INTO exograph.definitions SELECT package_id, package_version_id, file_id, fragment_id, kind, module, name, arity, qualified_name, line, col, 0 FROM exograph.definitions WHERE load_id = 1", "identity twice", "exograph.definitions" },
        { "a comment in two partitions", "INSERT INTO exograph.comments SELECT package_id, package_version_id, file_id, fragment_id, text, line, col, -2 FROM exograph.comments WHERE load_id = 1", "identity twice", "exograph.comments" },
        { "a call in two partitions", "INSERT INTO exograph.call_edges SELECT package_id, package_version_id, file_id, caller_node_id, callee_node_id, call_site_fragment_id, caller_qualified_name, callee_qualified_name, line, col, metadata, 0 FROM exograph.call_edges WHERE load_id = 1", "identity twice", "exograph.call_edges" },
        { "an identity twice in one partition", Behind("symbol_references_shared_file_id_line_col_kind_qualified_na_idx", "INSERT INTO exograph.symbol_references SELECT * FROM exograph.symbol_references WHERE load_id = 0"), "identity twice", "exograph.symbol_references" },
        { "sets that are not ascending", $"UPDATE {Sets} SET term_ids = ARRAY[2, 1] WHERE cardinality(term_ids) = 2", "terms not ascending", Sets },
        { "sets with a term twice", $"UPDATE {Sets} SET term_ids = ARRAY[1, 1, 2] WHERE cardinality(term_ids) = 2", "terms not ascending", Sets },
        { "sets with NULL", $"UPDATE {Sets} SET term_ids = ARRAY[1, 2, NULL] WHERE cardinality(term_ids) = 2", "terms not ascending", Sets },
        { "sets that are not disjoint", $"INSERT INTO {Sets} SELECT fragment_id, ARRAY[1], 0 FROM {Sets} WHERE cardinality(term_ids) = 2", "sets not disjoint", Sets },
        { "sets that are not disjoint and hold more", $"INSERT INTO {Sets} SELECT fragment_id, ARRAY[1, 3], -2 FROM {Sets} WHERE cardinality(term_ids) = 2", "sets not disjoint", Sets },
        { "empty sets", $"UPDATE {Sets} SET term_ids = '{{}}' WHERE load_id = 0", "empty set", Sets },
        { "terms that are gone", SkippingConstraints("DELETE FROM exograph.terms WHERE id = 2"), "terms that do not exist", Sets },
        { "a row-wise set of several terms", $"ALTER TABLE {Sets}_shared DROP CONSTRAINT row_wise_set_holds_one_term_at_most; UPDATE {Sets} SET term_ids = ARRAY[1, 3] WHERE load_id = 0", "row-wise set of several terms", Sets },
        { "a package that is not that of the file", "UPDATE exograph.definitions SET package_id = 2", "not where its file is", "exograph.definitions" },
        { "a version that is not that of the file", "UPDATE exograph.fragments SET package_version_id = 2", "not where its file is", "exograph.fragments" },
        { "a package that is not that of the version", "UPDATE exograph.files SET package_id = 2", "not where its version is", "exograph.files" },
        { "a node without file in another package", "UPDATE exograph.graph_nodes SET file_id = NULL, package_id = 2 WHERE id = 1", "not where its version is", "exograph.graph_nodes" },
        { "a partition that was detached", "ALTER TABLE exograph.definitions DETACH PARTITION exograph.definitions_load_1", "partition not attached", "exograph.definitions_load_1" },
        { "a partition that is half detached", "UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'exograph.comments_load_1'::regclass", "partition not attached", "exograph.comments_load_1" },
        { "a partition of no load", "CREATE TABLE exograph.comments_load_77 (LIKE exograph.comments)", "partition not attached", "exograph.comments_load_77" },
        { "a shared partition that is gone", "DROP TABLE exograph.comments_shared", "missing partition", "exograph.comments" },
        { "a table of others", "CREATE TABLE exograph.notes (text text)", "table of others", "exograph.notes" },
        { "staging of a load that is not open", "SELECT exograph.begin_load('a'); UPDATE exograph.loads SET state = 'abandoned', ended_at = now() WHERE state = 'open'", "staging left behind", "schema exograph_load_3" },
        { "staging of a load that is not in the ledger", "SELECT exograph.begin_load('a'); DELETE FROM exograph.loads WHERE state = 'open'", "staging left behind", "schema exograph_load_3" },
        { "an open load without staging", "SELECT exograph.begin_load('a'); DROP SCHEMA exograph_load_3 CASCADE", "staging lost", "load 3" },
        { "an open load whose staging a crash has emptied", "SELECT exograph.begin_load('a'); TRUNCATE exograph_load_3.staging_token", "staging lost", "load 3" },
        { "an index that is missing", "DROP INDEX exograph.definitions_name", "missing index", "exograph.definitions" },
        { "an index of a dimension that is missing", "DROP INDEX exograph.fragments_exact_hash", "missing index", "exograph.fragments" },
        { "an index that is invalid", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'exograph.files_package_id'::regclass", "invalid index", "exograph.files" },
        { "an index that was left by REINDEX CONCURRENTLY", "CREATE INDEX files_path_ccnew ON exograph.files (path); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'exograph.files_path_ccnew'::regclass", "invalid index", "exograph.files" },
        { "an index that no partition has", "DROP INDEX exograph.definitions_name; CREATE INDEX definitions_name ON ONLY exograph.definitions (name)", "index not attached", "exograph.definitions_shared" },
        { "an index that is not attached", "DROP INDEX exograph.definitions_name; CREATE INDEX definitions_name ON ONLY exograph.definitions (name); CREATE INDEX mine ON exograph.definitions_load_1 (name)", "index not attached", "exograph.definitions_load_1" },
        { "a partitioned index that is invalid", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'exograph.definitions_name'::regclass", "invalid index", "exograph.definitions" },
        { "a deferred index", "SELECT exograph.begin_load('a', defer_indexes => true); INSERT INTO exograph_load_3.staged_terms (id, term) VALUES (1, 'new'); CALL exograph.finalize_load()", "deferred index", "exograph.terms" },
        { "a trigger that is missing", "DROP TRIGGER delete_facts_of_terms ON exograph.terms", "missing trigger", "exograph.terms" },
        { "a trigger of a view that is missing", "DROP TRIGGER insert_file ON exograph_in.files", "missing trigger", "exograph_in.files" },
        { "a trigger that is disabled", "ALTER TABLE exograph.fragments DISABLE TRIGGER remove_dependents", "disabled trigger", "exograph.fragments" },
        { "foreign keys that are disabled", "ALTER TABLE exograph.files DISABLE TRIGGER ALL", "foreign keys disabled", "exograph.files" },
        { "a foreign key that is missing", "ALTER TABLE exograph.files DROP CONSTRAINT files_package_id_fkey", "missing constraint", "exograph.files" },
        { "a foreign key that is not validated", "ALTER TABLE exograph.file_paths DROP CONSTRAINT file_paths_file_id_fkey, ADD CONSTRAINT file_paths_file_id_fkey FOREIGN KEY (file_id) REFERENCES exograph.files ON DELETE CASCADE NOT VALID", "constraint not validated", "exograph.file_paths" },
        { "a foreign key that does other things", "ALTER TABLE exograph.file_paths DROP CONSTRAINT file_paths_file_id_fkey, ADD CONSTRAINT file_paths_file_id_fkey FOREIGN KEY (file_id) REFERENCES exograph.files", "other constraint", "exograph.file_paths" },
        { "a natural key that is missing", "ALTER TABLE exograph.packages DROP CONSTRAINT packages_natural_key", "missing constraint", "exograph.packages" },
        { "packages that are there twice", Behind("packages_natural_key", "INSERT INTO exograph.packages (ecosystem, name) SELECT ecosystem, name FROM exograph.packages"), "key twice", "exograph.packages" },
        { "terms that are there twice", Behind("terms_natural_key", $"INSERT INTO exograph.terms (term) SELECT term FROM exograph.terms WHERE id = 1; UPDATE {Sets} SET term_ids = ARRAY[4] WHERE load_id = 0"), "key twice", "exograph.terms" },
        { "nodes that are there twice", Behind("graph_nodes_natural_key", "INSERT INTO exograph.graph_nodes (package_id, package_version_id, file_id, engine, kind, qualified_name, line) SELECT package_id, package_version_id, file_id, engine, kind, qualified_name, line FROM exograph.graph_nodes"), "key twice", "exograph.graph_nodes" },
        { "a package that its index does not find", Behind("packages_natural_key", "INSERT INTO exograph.packages (ecosystem, name) VALUES ('hex', 'unseen')"), "broken index", "exograph.packages_natural_key" },
        { "a digest that is not in the index", Behind("terms_natural_key", "INSERT INTO exograph.terms (term) VALUES ('unseen')"), "broken index", "exograph.terms_natural_key" },
        { "an id that its index does not find", Behind("files_pkey", "INSERT INTO exograph.files (path, source, sha256) VALUES ('p', 's', sha256('s'))"), "broken index", "exograph.files_pkey" },
        { "a sequence that is behind", "SELECT setval(pg_get_serial_sequence('exograph.files', 'id'), 1)", "sequence behind", "exograph.files" },
        { "a ledger whose sequence is behind", "SELECT setval(pg_get_serial_sequence('exograph.loads', 'load_id'), 1)", "sequence behind", "exograph.loads" },
        { "reserved ids that are given again", "INSERT INTO exograph.reserved_ids VALUES (2, 'terms', 500, 600)", "sequence behind", "exograph.terms" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_is_found_and_mended_by_what_is_printed(string fault, string sql, string finding, string place)
    {
        await FillAsync();
        Assert.Equal([], await FindingsAsync());

        await Db.ExecuteAsync(sql);

        var found = await FindingsAsync();
        Assert.True(found.Any(f => f.Finding == finding && f.Place == place), $"{fault}: {string.Join('\n', found)}");
        // One fault may show as several, and what hangs on a deleted row goes in the next round.
        for (var round = 0; round < 2 && found.Count > 0; round++)
        {
            foreach (var statement in found.Select(f => f.Mend).Distinct())
                await Db.ExecuteAsync(statement);
            found = await FindingsAsync();
        }
        Assert.Equal([], found);
        await (await Sample.BeginAsync(Db)).FinalizeAsync(); // a load finds everything where it wants it
        Assert.Equal([], await FindingsAsync());
    }

    /// <summary>There are such since PostgreSQL 18.</summary>
    [Fact]
    public async Task A_foreign_key_that_is_not_enforced_is_found_and_mended()
    {
        if (await Db.ScalarAsync<bool>("SELECT current_setting('server_version_num')::int >= 180000"))
        {
            await A_fault_is_found_and_mended_by_what_is_printed(
                "a foreign key that is not enforced", "ALTER TABLE exograph.files ALTER CONSTRAINT files_package_id_fkey NOT ENFORCED",
                "constraint not enforced", "exograph.files");
        }
    }

    [Fact]
    public async Task What_is_expected_is_what_migrations_make()
    {
        // Of an index, constraint or trigger that is new or changed, sql/operations/expected.sql has a line.
        Assert.Equal(
            await Db.RowsAsync(
                """
                SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                WHERE c.relnamespace = 'exograph'::regnamespace AND k.conislocal AND c.relname <> 'schemaversions'
                    AND (k.contype IN ('p', 'u', 'f') OR k.conname = 'row_wise_set_holds_one_term_at_most')
                ORDER BY 1, 2
                """),
            await Db.RowsAsync("SELECT * FROM exograph_private.expected_constraints ORDER BY 1, 2"));
        Assert.Equal(
            await Db.RowsAsync(
                """
                SELECT c.relname, x.relname, replace(pg_get_indexdef(x.oid), ' ON ONLY ', ' ON ')
                FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
                WHERE c.relnamespace = 'exograph'::regnamespace AND NOT c.relispartition
                    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u'))
                ORDER BY 1, 2
                """),
            await Db.RowsAsync("SELECT * FROM exograph_private.expected_indexes ORDER BY 1, 2"));
        Assert.Equal(
            await Db.RowsAsync(
                """
                SELECT c.relnamespace::regnamespace::text, c.relname, t.tgname, pg_get_triggerdef(t.oid)
                FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                WHERE c.relnamespace::regnamespace::text IN ('exograph', 'exograph_in') AND NOT c.relispartition AND NOT t.tgisinternal
                ORDER BY 1, 2, 3
                """),
            await Db.RowsAsync("SELECT * FROM exograph_private.expected_triggers ORDER BY 1, 2, 3"));
        Assert.Equal(
            await Db.RowsAsync(
                """
                SELECT relname FROM pg_class
                WHERE relnamespace = 'exograph'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1
                """),
            await Db.RowsAsync("SELECT table_name FROM exograph_private.expected_tables ORDER BY 1"));
    }

    [Fact]
    public async Task A_load_that_is_being_finalized_is_neither_waited_for_nor_found_wanting()
    {
        await FillAsync();
        var loader = await OpenAsync();
        var load = await Sample.BeginAsync(loader, "partition_threshold => 0, ids => 'reserved'");
        await loader.ExecuteAsync($"BEGIN; CALL exograph.abandon_load({load.Id}); SAVEPOINT s");
        var second = await Sample.BeginAsync(await OpenAsync());

        Assert.Equal([], await FindingsAsync());

        await loader.ExecuteAsync("COMMIT");
        await second.FinalizeAsync();
        Assert.Equal([], await FindingsAsync());
    }

    [Fact]
    public async Task Loads_and_single_rows_go_on_while_somebody_checks()
    {
        await FillAsync();
        var checker = await OpenAsync();
        await checker.ExecuteAsync("BEGIN; SELECT * FROM exograph.check_index()");
        await Db.ExecuteAsync("SET lock_timeout = '10s'");

        await Db.ExecuteAsync("INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'another')");
        await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();

        await checker.ExecuteAsync("COMMIT");
    }

    [Theory]
    [InlineData("exograph_loader")]
    [InlineData("exograph_reader")]
    public async Task Who_may_read_may_check(string role)
    {
        await FillAsync();
        await Db.ExecuteAsync("UPDATE exograph.graph_nodes SET file_id = NULL, package_id = 2");
        var session = await OpenAsAsync(await CreateRoleAsync("checker", role));

        Assert.Equal(["not where its version is|exograph.graph_nodes|2 rows have another package"],
            await session.RowsAsync("SELECT finding, object, detail FROM exograph.check_index()"));
    }

    [Fact]
    public async Task The_settings_of_the_caller_are_left_as_they_were()
    {
        await Db.ExecuteAsync("BEGIN; SET LOCAL work_mem = '1MB'; SELECT * FROM exograph.check_index()");

        Assert.Equal(["1MB|on"], await Db.RowsAsync("SELECT current_setting('work_mem'), current_setting('enable_indexscan')"));
    }

    /// <summary>Load 1 with partitions of its own and declarations, load 2 with none, and a row of each fact inserted by itself.</summary>
    private async Task FillAsync()
    {
        await (await Sample.BeginAsync(Db, "partition_threshold => 0, complete => '{definitions}'")).FinalizeAsync();
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        await Db.ExecuteAsync(
            $"""
            INSERT INTO exograph.terms (id, term) VALUES (3, 'third');
            SELECT setval(pg_get_serial_sequence('exograph.terms', 'id'), 3);
            INSERT INTO exograph.symbol_references (package_id, package_version_id, file_id, kind, name, qualified_name, line)
            SELECT package_id, package_version_id, id, 'call', 'x', 'X.x/0', 100 FROM exograph.files ORDER BY id LIMIT 1;
            INSERT INTO {Sets} (fragment_id, term_ids) SELECT max(id), ARRAY[1] FROM exograph.fragments;
            """);
    }

    private async Task<List<(string Finding, string Place, string Detail, string Mend)>> FindingsAsync() =>
        [.. (await Db.RowsAsync("SELECT concat_ws(E'\\x01', finding, object, detail, mend) FROM exograph.check_index()"))
            .Select(r => r.Split('\x01')).Select(r => (r[0], r[1], r[2], r[3]))];
}

using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.RowWise;

/// <summary>Where facts go that come by themselves, and that none exists twice, in whatever partition.</summary>
public sealed class ExistingFactTests : LoadingTest
{
    [Fact]
    public async Task Rows_that_come_by_themselves_carry_load_0_and_share_a_partition()
    {
        await Row.InsertAllAsync(Db);

        foreach (var table in Session.IndexTables)
            Assert.Equal(["0"], await Db.RowsAsync($"SELECT DISTINCT load_id FROM exograph.{table}"));
        foreach (var fact in Sample.Facts.Select(Sample.TableOf))
        {
            Assert.Equal([$"exograph.{fact}_shared"],
                await Db.RowsAsync($"SELECT DISTINCT tableoid::regclass::text FROM exograph.{fact}"));
        }
        Assert.Equal(0, await Db.CountAsync("exograph.loads"));
        Assert.Equal(0, await Db.ScalarAsync<long>("SELECT generation FROM exograph.gate"));
    }

    [Fact]
    public async Task Rows_are_inserted_with_all_the_extra_checks_of_plpgsql()
    {
        await Db.ExecuteAsync("SET plpgsql.extra_errors = 'all'; SET plpgsql.extra_warnings = 'all'");

        await Row.InsertAllAsync(Db);
        await Row.InsertAllAsync(Db);
        await Db.ExecuteAsync(Row.Insert("call_edges", ("caller_node_id", "1"), ("line", "9")));

        Assert.Equal(2, await Db.CountAsync("exograph.call_edges"));
    }

    [Theory]
    [InlineData(0, "_load_1")]
    [InlineData(1_000, "_shared")]
    public async Task A_fact_that_a_load_brought_is_found_and_not_inserted_again(int threshold, string partition)
    {
        await (await Sample.BeginAsync(Db, $"partition_threshold => {threshold}")).FinalizeAsync();
        var before = await Db.IndexAsync();

        await InsertSampleFactsAsync(Db);

        Assert.Equal(before, await Db.IndexAsync());
        foreach (var fact in Sample.Facts.Select(Sample.TableOf))
        {
            Assert.Equal([$"exograph.{fact}{partition}"],
                await Db.RowsAsync($"SELECT DISTINCT tableoid::regclass::text FROM exograph.{fact}"));
        }
    }

    [Fact]
    public async Task A_fact_in_a_merged_partition_is_found_and_not_inserted_again()
    {
        await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();
        var second = await Load.BeginAsync(Db, "partition_threshold => 0");
        await Sample.StageDimensionsAsync(second);
        await second.StageAsync("definitions", "file_id, kind, name, qualified_name", "(1, 'def', 'new', 'N')");
        await second.StageAsync("comments", "file_id, text", "(1, 'new')");
        await second.FinalizeAsync();
        await Db.ExecuteAsync("SELECT exograph.merge_partitions(keep => 0)");
        Assert.Equal(["1"], await Db.RowsAsync(
            "SELECT count(DISTINCT tableoid) FROM exograph.definitions"));
        var before = await Db.IndexAsync();

        await InsertSampleFactsAsync(Db);
        await Db.ExecuteAsync(
            "INSERT INTO exograph_in.comments (file_id, text, line, col) SELECT file_id, text, line, col FROM exograph.comments");
        await Db.ExecuteAsync(
            """
            INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name, line, col)
            SELECT file_id, kind, name, qualified_name, line, col FROM exograph.definitions
            """);

        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task A_fact_inserted_by_itself_is_found_by_a_later_load()
    {
        await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();
        await Db.ExecuteAsync(string.Join(";", Sample.Facts.Select(fact => $"DELETE FROM exograph.{fact}")));
        await InsertSampleFactsAsync(Db);
        var before = await Db.IndexAsync();

        var load = await Sample.BeginAsync(Db, "partition_threshold => 0");
        await load.FinalizeAsync();

        Assert.Equal(before, await Db.IndexAsync());
        foreach (var fact in Sample.Facts)
        {
            var rows = Sample.Rows[fact];
            // By itself it named no fragment.
            Assert.Equal(new Outcome(rows) { Existing = rows, Conflicting = fact == "fragment_terms" ? 0 : rows },
                await load.OutcomeAsync(fact));
        }
    }

    [Fact]
    public async Task Lines_and_columns_that_are_null_are_equal_to_each_other_and_to_nothing_else()
    {
        await Row.InsertParentsAsync(Db, "comments");
        await Row.InsertAllAsync(Db);
        foreach (var fact in Sample.Facts.Except(["fragment_terms"]))
        {
            await Db.ExecuteAsync($"DELETE FROM exograph.{fact}");
            foreach (var (line, column) in new[] { ("NULL", "NULL"), ("0", "NULL"), ("NULL", "0"), ("0", "0"), ("-1", "0") })
            {
                await Db.ExecuteAsync(Row.Insert(fact, ("line", line), ("col", column)));
                await Db.ExecuteAsync(Row.Insert(fact, ("line", line), ("col", column)));
            }
            Assert.Equal(["-1|0", "0|0", "0|null", "null|0", "null|null"],
                await Db.RowsAsync($"SELECT line, col FROM exograph.{fact} ORDER BY line, col"));
        }
    }

    [Fact]
    public async Task A_fragment_without_hash_gets_the_one_that_a_load_gives_it()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            "(1, 1, 'a', 's', sha256('a')), (2, NULL, 'b', 's', sha256('a'))");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, end_line, mass, exact_hash",
            """
            (1, 1, '\x01', 'def', 1, 2, 3, '\x05'), (2, 2, '\x01', 'def', 1, NULL, 3, NULL), (3, 1, '\x01', '', 0, NULL, 3, NULL)
            """);
        await load.FinalizeAsync();
        var before = await Db.IndexAsync();

        Assert.Equal(["1", "2", "3"], await Db.RowsAsync(
            """
            INSERT INTO exograph_in.fragments (ecosystem, package, version, file_sha256, ast, kind, line, end_line, mass,
                                               exact_hash)
            VALUES ('hex', 'alpha', '1.0', sha256('a'), '\x01', 'def', 1, 2, 3, '\x05'),
                   (NULL, NULL, NULL, sha256('a'), '\x01', 'def', 1, NULL, 3, NULL),
                   ('hex', 'alpha', '1.0', sha256('a'), '\x01', '', 0, NULL, 3, NULL)
            RETURNING id
            """));

        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task A_given_hash_is_kept_and_a_computed_one_returned()
    {
        await Row.InsertParentsAsync(Db, "fragments");

        Assert.Equal(["01"], await Db.RowsAsync($"{Row.Insert("fragments")} RETURNING content_hash"));
        Assert.Equal(["true"], await Db.RowsAsync(
            $"""
            {Row.Insert("fragments", ("content_hash", null))}
            RETURNING content_hash
                = exograph.fragment_content_hash('hex', 'alpha', '1.0', sha256('a'), 'def', 1, 2, '\x03')
            """));
    }

    [Fact]
    public async Task A_file_without_package_is_found_again_and_is_not_that_of_a_package()
    {
        (string, string?)[] none = [("ecosystem", null), ("package", null), ("version", null)];
        Assert.Equal(["1"], await Db.RowsAsync($"{Row.Insert("files")} RETURNING id"));
        var first = await Db.RowsAsync($"{Row.Insert("files", none)} RETURNING id, package_id, package_version_id");
        var again = await Db.RowsAsync($"{Row.Insert("files", none)} RETURNING id, package_id, package_version_id");

        Assert.Equal(["2|null|null"], first);
        Assert.Equal(first, again);
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("files", "id, path, source, sha256", "(1, 'other', 's', sha256('a'))");
        await load.FinalizeAsync();
        Assert.Equal(new Outcome(1) { Existing = 1, Conflicting = 1 }, await load.OutcomeAsync("files"));
        // Its facts name it by its hash alone.
        await Db.ExecuteAsync(Row.Insert("comments", [.. none, ("fragment_content_hash", null)]));
        Assert.Equal([$"{first[0]}|why"],
            await Db.RowsAsync("SELECT file_id, package_id, package_version_id, text FROM exograph.comments"));
    }

    [Fact]
    public async Task The_paths_of_one_content_are_all_kept()
    {
        foreach (var path in new[] { "a", "b", "a", "c" })
        {
            Assert.Equal(["1|a"], await Db.RowsAsync(
                $"{Row.Insert("files", ("path", Sql.Literal(path)))} RETURNING id, path"));
        }
        Assert.Equal(["1|a|0", "1|b|0", "1|c|0"],
            await Db.RowsAsync("SELECT file_id, path, load_id FROM exograph.file_paths ORDER BY path"));
    }

    [Fact]
    public async Task Terms_of_a_megabyte_are_found_again_and_told_from_each_other()
    {
        var term = new string('é', 1 << 19);
        foreach (var _ in new[] { 1, 2 })
        {
            Assert.Equal(1, await Db.ScalarAsync<int>("INSERT INTO exograph_in.terms (term) VALUES ($1) RETURNING id", term));
            Assert.Equal(2,
                await Db.ScalarAsync<int>("INSERT INTO exograph_in.terms (term) VALUES ($1) RETURNING id", term + "x"));
        }
        await Row.InsertParentsAsync(Db, "terms");
        await Db.ExecuteAsync(Row.Insert("fragments"));
        Assert.Equal(2, await Db.ScalarAsync<int>(
            "INSERT INTO exograph_in.fragment_terms (fragment_content_hash, term) VALUES ('\\x01', $1) RETURNING term_id",
            term + "x"));
    }

    [Fact]
    public async Task Texts_that_look_alike_are_different_keys()
    {
        string[] texts =
        [
            "a", "A", "a ", " a", "", "a\t", "caf\u00e9", "cafe\u0301", "it's", "\"q\"", "a,b", "a, b", "(a,b)", "\\x41", "\\",
            "$$", "%s", "\\N", "NULL", "\u00df", "ss", "\ud83d\ude00", "\u0001",
        ];
        foreach (var _ in new[] { 1, 2 })
        {
            foreach (var text in texts)
            {
                foreach (var (sql, number) in new[]
                {
                    ("INSERT INTO exograph_in.terms (term) VALUES ($1) RETURNING term = $1", 1),
                    ("INSERT INTO exograph_in.packages (ecosystem, name) VALUES ($1, $1) RETURNING name = $1", 2),
                    ("INSERT INTO exograph_in.package_versions (ecosystem, package, version) VALUES ('hex', $1, $1) "
                        + "RETURNING version = $1", 3),
                    ("INSERT INTO exograph_in.files (path, source, sha256) VALUES ($1, 's', sha256('a')) "
                        + "RETURNING source = 's'", 4),
                    ("INSERT INTO exograph_in.graph_nodes (engine, kind, external_id, qualified_name) VALUES ($1, $1, $1, $1) "
                        + "RETURNING qualified_name = $1", 5),
                    ("INSERT INTO exograph_in.comments (file_sha256, text) VALUES (sha256('a'), $1) RETURNING text = $1", 6),
                    ("INSERT INTO exograph_in.definitions (file_sha256, kind, name, qualified_name) "
                        + "VALUES (sha256('a'), $1, 'n', $1) RETURNING qualified_name = $1", 7),
                })
                {
                    Assert.True(await Db.ScalarAsync<bool>(sql, text), $"{number}: {text}");
                }
            }
        }

        foreach (var table in new[] { "terms", "graph_nodes", "comments", "definitions", "file_paths" })
            Assert.Equal(texts.Length, await Db.CountAsync($"exograph.{table}"));
        Assert.Equal(2 * texts.Length, await Db.CountAsync("exograph.packages"));
        Assert.Equal(texts.Length, await Db.CountAsync("exograph.package_versions"));
        Assert.Equal(1, await Db.CountAsync("exograph.files"));
    }

    [Fact]
    public async Task The_settings_of_the_session_do_not_matter()
    {
        foreach (var setting in new[]
        {
            "standard_conforming_strings = off", "bytea_output = escape", "quote_all_identifiers = on", "array_nulls = off",
            "DateStyle = 'German, DMY'", "transform_null_equals = on", "search_path = pg_temp", "enable_seqscan = off",
            "plpgsql.variable_conflict = use_column", "plan_cache_mode = force_generic_plan", "row_security = off",
            "default_transaction_deferrable = on", "backslash_quote = off",
        })
        {
            await Db.ExecuteAsync("DELETE FROM exograph.packages; DELETE FROM exograph.terms; DELETE FROM exograph.graph_nodes");
            await using var session = await OpenAsync();
            await session.ExecuteAsync($"SET {setting}");
            // Backslashes in the texts of these rows would be escapes under the first setting.
            if (setting.StartsWith("standard", StringComparison.Ordinal))
                await Row.InsertAllAsync(Db);
            else
                await Row.InsertAllAsync(session);
            var before = await Db.IndexAsync();
            await session.ExecuteAsync(
                """
                INSERT INTO exograph_in.fragments (ecosystem, package, version, file_sha256, ast, kind, line, mass)
                VALUES ('hex', 'alpha', '1.0', pg_catalog.sha256('a'), '', 'def', 1, 3);
                INSERT INTO exograph_in.graph_nodes (engine, kind, qualified_name) VALUES ('static', 'external', 'B.b/0');
                INSERT INTO exograph_in.terms (term) VALUES (pg_catalog.chr(92)), ('call'), (pg_catalog.chr(92))
                """);
            Assert.Equal(before.Length + 2, (await Db.IndexAsync()).Length);
        }
    }

    /// <summary>The facts of <see cref="Sample"/>, by natural key.</summary>
    private static Task InsertSampleFactsAsync(Session session) => session.ExecuteAsync(
        """
        INSERT INTO exograph_in.comments (ecosystem, package, version, file_sha256, text, line, col)
        VALUES ('hex', 'alpha', '1.0', sha256('a'), 'why', 1, 3);
        INSERT INTO exograph_in.definitions (ecosystem, package, version, file_sha256, kind, name, qualified_name, line, col)
        VALUES ('hex', 'alpha', '1.0', sha256('a'), 'def', 'a', 'A.a/0', 1, 3),
               ('hex', 'alpha', '1.0', sha256('b'), 'def', 'b', 'B.b/0', 1, 3);
        INSERT INTO exograph_in.symbol_references (ecosystem, package, version, file_sha256, kind, name, qualified_name, line,
                                                   col)
        VALUES ('hex', 'alpha', '1.0', sha256('a'), 'call', 'b', 'B.b/0', 2, 5);
        INSERT INTO exograph_in.call_edges (caller_ecosystem, caller_package, caller_version, caller_file_sha256, caller_engine,
            caller_kind, caller_qualified_name, caller_line, callee_ecosystem, callee_package, callee_version,
            callee_file_sha256, callee_engine, callee_kind, callee_qualified_name, callee_line, line)
        VALUES ('hex', 'alpha', '1.0', sha256('a'), 'static', 'function', 'A.a/0', 1,
                'hex', 'alpha', '1.0', sha256('b'), 'static', 'function', 'B.b/0', 1, 2);
        INSERT INTO exograph_in.fragment_terms (fragment_id, term)
        SELECT g.id, t.term
        FROM exograph.fragments g JOIN exograph.terms t ON (g.name, t.term) IN (('a', 'call'), ('a', 'def'), ('b', 'def'))
        """);
}

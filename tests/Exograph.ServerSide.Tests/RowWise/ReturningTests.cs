using System.Globalization;
using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.RowWise;

/// <summary>What INSERT .. RETURNING tells, and the ways to insert.</summary>
public sealed class ReturningTests : LoadingTest
{
    [Fact]
    public async Task Every_view_returns_the_new_row_and_then_the_existing_one()
    {
        foreach (var view in Row.Of.Keys)
        {
            var columns = await IndexColumnsAsync(view);
            var fresh = await Db.RowsAsync($"{Row.Insert(view)} RETURNING {columns}");
            var before = await Db.IndexAsync();
            var again = await Db.RowsAsync($"{Row.Insert(view)} RETURNING {columns}");

            Assert.Equal(fresh, again);
            Assert.Equal(before, await Db.IndexAsync());
            Assert.Equal(fresh, await Db.RowsAsync($"SELECT {columns} FROM exograph.{view} ORDER BY 1 LIMIT 1"));
        }
        Assert.Equal(2, await Db.CountAsync("exograph.graph_nodes")); // that of the view, and the callee
    }

    [Fact]
    public async Task The_columns_of_the_keys_are_returned_as_they_are()
    {
        await Row.InsertAllAsync(Db);
        foreach (var view in Row.Of.Keys)
        {
            var keys = string.Join(", ", Row.Of[view].Keys);
            Assert.Equal(await Db.RowsAsync($"SELECT {keys} FROM exograph_in.{view} ORDER BY 1 LIMIT 1"),
                await Db.RowsAsync($"{Row.Insert(view)} RETURNING {keys}"));
        }
    }

    [Fact]
    public async Task The_existing_row_wins_and_is_what_is_returned()
    {
        await Row.InsertAllAsync(Db);
        var before = await Db.IndexAsync();

        foreach (var (view, change, column, existing) in new[]
        {
            ("packages", ("metadata", "'{\"other\": 1}'"), "metadata", "{\"a\": 1}"),
            ("package_versions", ("checksum", "'other'"), "checksum", "sum"),
            ("files", ("source", "'other'"), "source", "source a"),
            ("fragments", ("mass", "99"), "mass", "3"),
            ("graph_nodes", ("arity", "99"), "arity", "0"),
            ("definitions", ("name", "'other'"), "name", "a"),
            ("symbol_references", ("module", "'other'"), "module", "A"),
            ("call_edges", ("metadata", "'{\"other\": 1}'"), "metadata", "{\"d\": 4}"),
        })
        {
            Assert.Equal([existing], await Db.RowsAsync($"{Row.Insert(view, change)} RETURNING {column}"));
        }
        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task An_existing_row_is_returned_with_the_id_of_its_fragment_not_of_the_one_that_was_given()
    {
        await Row.InsertAllAsync(Db);
        await Db.ExecuteAsync(Row.Insert("fragments", ("content_hash", "'\\x77'")));

        foreach (var view in new[] { "comments", "definitions", "symbol_references", "graph_nodes" })
        {
            Assert.Equal(["1"], await Db.RowsAsync(
                $"{Row.Insert(view, ("fragment_content_hash", "'\\x77'"))} RETURNING fragment_id"));
        }
        Assert.Equal(["1"], await Db.RowsAsync(
            $"{Row.Insert("call_edges", ("call_site_content_hash", "'\\x77'"))} RETURNING call_site_fragment_id"));
    }

    [Fact]
    public async Task A_content_hash_names_the_fragment_of_the_rows_own_file_and_must_name_one()
    {
        await Row.InsertAllAsync(Db);
        await Db.ExecuteAsync(Row.Insert("files", ("sha256", "sha256('b')")));
        (string, string?) otherFile = ("file_sha256", "sha256('b')");

        Assert.Equal(["2"], await Db.RowsAsync($"{Row.Insert("fragments", otherFile)} RETURNING id"));
        Assert.Equal(["2"], await Db.RowsAsync($"{Row.Insert("definitions", otherFile)} RETURNING fragment_id"));
        Assert.Equal(["1"], await Db.RowsAsync($"{Row.Insert("definitions")} RETURNING fragment_id"));
        foreach (var ambiguous in new[] { Row.Insert("fragment_terms"), Row.Insert("graph_nodes", ("file_sha256", null)) })
        {
            var error = await Db.FailsAsync("XG010", ambiguous);
            Assert.Equal(@"content_hash \x01 is that of several fragments", error.MessageText);
            Assert.Equal("Two of them have the ids 1 and 2.", error.Detail);
        }
        Assert.Equal(["3"], await Db.RowsAsync($"{Row.Insert("fragments", ("line", "7"))} RETURNING id"));
        await Db.FailsAsync("XG010", Row.Insert("definitions", ("line", "7")));
    }

    [Fact]
    public async Task A_file_creates_its_package_and_version_and_returns_their_ids()
    {
        var ids = Assert.Single(await Db.RowsAsync($"{Row.Insert("files")} RETURNING id, package_id, package_version_id"));

        Assert.Equal([ids], await Db.RowsAsync(
            """
            SELECT f.id, p.id, v.id
            FROM exograph.files f
            JOIN exograph.package_versions v ON v.id = f.package_version_id
            JOIN exograph.packages p ON p.id = v.package_id AND p.id = f.package_id
            WHERE p.ecosystem = 'hex' AND p.name = 'alpha' AND v.version = '1.0'
            """));
    }

    [Fact]
    public async Task A_call_creates_its_nodes_and_their_versions()
    {
        var ids = Assert.Single(await Db.RowsAsync(
            """
            INSERT INTO exograph_in.call_edges (caller_ecosystem, caller_package, caller_version, caller_engine, caller_kind,
                caller_qualified_name, callee_ecosystem, callee_package, callee_version, callee_engine, callee_kind,
                callee_qualified_name, callee_line, ecosystem, package, version)
            VALUES ('hex', 'beta', '1', 'e', 'k', 'B', 'hex', 'alpha', '2', 'e', 'k', 'A', 7, 'hex', 'gamma', '3')
            RETURNING package_id, package_version_id, caller_node_id, callee_node_id
            """));

        Assert.Equal([ids], await Db.RowsAsync(
            """
            SELECT e.package_id, e.package_version_id, e.caller_node_id, e.callee_node_id
            FROM exograph.call_edges e
            JOIN exograph_in.graph_nodes r ON r.id = e.caller_node_id AND r.package = 'beta' AND r.version = '1'
            JOIN exograph_in.graph_nodes l ON l.id = e.callee_node_id AND l.package = 'alpha' AND l.version = '2' AND l.line = 7
            JOIN exograph.packages p ON p.id = e.package_id AND p.name = 'gamma'
            """));
        Assert.Equal(3, await Db.CountAsync("exograph.package_versions"));
    }

    [Fact]
    public async Task A_node_may_call_itself()
    {
        await Db.ExecuteAsync(
            """
            INSERT INTO exograph_in.call_edges (caller_engine, caller_kind, caller_qualified_name, callee_engine, callee_kind,
                                                callee_qualified_name)
            VALUES ('e', 'k', 'A', 'e', 'k', 'A')
            """);

        Assert.Equal(["true"], await Db.RowsAsync("SELECT caller_node_id = callee_node_id FROM exograph.call_edges"));
        Assert.Equal(1, await Db.CountAsync("exograph.graph_nodes"));
    }

    [Fact]
    public async Task Many_rows_in_one_statement_find_each_other()
    {
        Assert.Equal(["1", "2", "1"], await Db.RowsAsync(
            "INSERT INTO exograph_in.terms (term) VALUES ('a'), ('b'), ('a') RETURNING id"));
        Assert.Equal(["1|1", "2|1", "3|2"], await Db.RowsAsync(
            """
            INSERT INTO exograph_in.package_versions (ecosystem, package, version)
            VALUES ('hex', 'p', '1'), ('hex', 'p', '2'), ('hex', 'q', '1') RETURNING id, package_id
            """));
    }

    [Fact]
    public async Task Rows_of_a_query_are_inserted_with_those_that_came_before_in_sight()
    {
        await Db.ExecuteAsync(
            """
            INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256)
            SELECT 'hex', 'p' || i % 3, '1', 'f' || i, 's', sha256(convert_to((i / 3 % 5)::text, 'UTF8'))
            FROM generate_series(0, 99) i
            """);

        Assert.Equal(3, await Db.CountAsync("exograph.packages"));
        Assert.Equal(15, await Db.CountAsync("exograph.files"));
        Assert.Equal(100, await Db.CountAsync("exograph.file_paths"));
        Assert.Equal(15, await Db.ScalarAsync<long>("SELECT last_value FROM exograph.files_id_seq"));
    }

    [Fact]
    public async Task Common_table_expressions_hand_ids_on()
    {
        await Db.ExecuteAsync(
            """
            WITH file AS (
                INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256)
                VALUES ('hex', 'p', '1', 'f', 's', sha256('f')) RETURNING id
            )
            INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name) SELECT id, 'def', 'n', 'q' FROM file
            """);

        Assert.Equal(["q|true|true"], await Db.RowsAsync(
            "SELECT qualified_name, package_id IS NOT NULL, package_version_id IS NOT NULL FROM exograph.definitions"));
    }

    [Fact]
    public async Task Text_can_be_copied_into_a_view()
    {
        await Db.CopyTextAsync("exograph_in.files (ecosystem, package, version, path, source, sha256)",
            $"""
            hex	p	1	a.ex	tab \t and "quotes"	\\x{new string('a', 64)}
            \N	\N	\N	b.ex		\\x{new string('b', 64)}
            hex	p	1	c.ex	again	\\x{new string('a', 64)}

            """.ReplaceLineEndings("\n"));

        Assert.Equal(["a.ex|tab \t and \"quotes\"", "b.ex|"],
            await Db.RowsAsync("SELECT path, source FROM exograph.files ORDER BY path"));
        Assert.Equal(["a.ex", "b.ex", "c.ex"], await Db.RowsAsync("SELECT path FROM exograph.file_paths ORDER BY path"));
    }

    [Fact]
    public async Task Binary_rows_can_be_copied_into_a_view()
    {
        await Row.InsertParentsAsync(Db, "fragment_terms");
        await using (var copy = await Db.BeginCopyAsync("exograph_in.fragment_terms (fragment_content_hash, term)"))
        {
            for (var i = 0; i < 300; i++)
                await copy.WriteRowAsync(default, (byte[])[1], (i % 100).ToString(CultureInfo.InvariantCulture));
            await copy.CompleteAsync();
        }

        Assert.Equal(100, await Db.CountAsync("exograph.fragment_terms"));
        Assert.Equal(101, await Db.CountAsync("exograph.terms"));
    }

    [Fact]
    public async Task A_copy_with_a_bad_row_leaves_nothing()
    {
        var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => Db.CopyTextAsync("exograph_in.packages (ecosystem, name)", "hex\tgood\nhex\t\\N\n"));

        Assert.Equal("23502", error.SqlState);
        Assert.Empty(await Db.IndexAsync());
    }

    /// <summary>What the index table holds, without the load.</summary>
    private Task<string> IndexColumnsAsync(string table) => Db.ScalarAsync<string>(
        """
        SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = ('exograph.' || $1)::regclass AND attnum > 0 AND attname <> 'load_id'
        """,
        table);
}

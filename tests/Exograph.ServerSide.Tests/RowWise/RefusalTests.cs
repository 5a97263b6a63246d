using Exograph.ServerSide.Tests.Loading;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.RowWise;

/// <summary>What an inserter view refuses, and that nothing of a refused row stays.</summary>
public sealed class RefusalTests : LoadingTest
{
    private const string FileKey = "ecosystem package version file_sha256";

    private static readonly Func<PostgresException, bool> s_any = _ => true;

    [Fact]
    public async Task Rows_are_neither_updated_nor_deleted_whether_any_match_or_not()
    {
        foreach (var rows in new[] { false, true })
        {
            if (rows)
                await Row.InsertAllAsync(Db);
            var before = await Db.IndexAsync();
            foreach (var (view, row) in Row.Of)
            {
                var column = row.Keys.Last();
                foreach (var sql in new[]
                {
                    $"UPDATE exograph_in.{view} SET {column} = NULL", $"DELETE FROM exograph_in.{view}",
                    $"UPDATE exograph_in.{view} SET {column} = NULL WHERE false", $"DELETE FROM exograph_in.{view} WHERE false",
                })
                {
                    var error = await Db.FailsAsync("0A000", sql);
                    Assert.StartsWith($"{sql[..6]} on exograph_in.{view} is not possible", error.MessageText,
                        StringComparison.Ordinal);
                    Assert.NotEmpty(error.Hint!);
                }
            }
            Assert.Equal(before, await Db.IndexAsync());
        }
    }

    [Fact]
    public async Task An_id_that_is_given_is_refused()
    {
        foreach (var existing in new[] { false, true })
        {
            if (existing)
                await Row.InsertAllAsync(Db);
            var before = await Db.IndexAsync();
            foreach (var view in Row.Dimensions)
            {
                var error = await Db.FailsAsync("428C9", Row.Insert(view, ("id", "7")));
                Assert.NotEmpty(error.Hint!);
            }
            Assert.Equal(before, await Db.IndexAsync());
        }
    }

    [Fact]
    public async Task A_required_value_that_is_missing_is_named()
    {
        (string View, string Missing, string Named)[] cases =
        [
            ("packages", "ecosystem", "ecosystem"),
            ("packages", "name", "name"),
            ("package_versions", "version", "version"),
            ("package_versions", "package", "name"),
            ("package_versions", "ecosystem", "ecosystem"),
            ("package_versions", "ecosystem package", "package_id"),
            ("files", "path", "path"),
            ("files", "source", "source"),
            ("files", "sha256", "sha256"),
            ("files", "package", "name"),
            ("terms", "term", "term"),
            ("fragments", "file_sha256", "file_id"),
            ("fragments", "ast", "ast"),
            ("fragments", "kind", "kind"),
            ("fragments", "line", "line"),
            ("fragments", "mass", "mass"),
            ("fragments", "content_hash kind", "kind"),
            ("fragments", "content_hash line", "line"),
            ("fragments", "content_hash file_sha256", "file_id"),
            ("graph_nodes", "engine", "engine"),
            ("graph_nodes", "kind", "kind"),
            ("graph_nodes", "qualified_name", "qualified_name"),
            ("comments", "file_sha256", "file_id"),
            ("comments", "text", "text"),
            ("definitions", "file_sha256", "file_id"),
            ("definitions", "kind", "kind"),
            ("definitions", "name", "name"),
            ("definitions", "qualified_name", "qualified_name"),
            ("symbol_references", "file_sha256", "file_id"),
            ("symbol_references", "kind", "kind"),
            ("symbol_references", "name", "name"),
            ("symbol_references", "qualified_name", "qualified_name"),
            ("call_edges", "caller_engine", "engine"),
            ("call_edges", "callee_kind", "kind"),
            ("call_edges", "caller_qualified_name", "qualified_name"),
            ("call_edges", "callee_engine callee_kind", "callee_node_id"),
            ("fragment_terms", "fragment_content_hash", "fragment_id"),
            ("fragment_terms", "term", "term_id"),
        ];
        await AllRefusedAsync("23502", cases.Select(c => (
            c.View,
            Row.Insert(c.View, Without(c.Missing)),
            (Func<PostgresException, bool>)(error => error.ColumnName == c.Named))));
    }

    [Fact]
    public async Task A_call_of_nodes_named_by_id_must_tell_their_names()
    {
        var caller = "(SELECT id FROM exograph.graph_nodes WHERE engine = 'static' AND kind = 'function')";
        var callee = "(SELECT id FROM exograph.graph_nodes WHERE engine = 'static' AND kind = 'external')";
        await Row.InsertAllAsync(Db);
        var before = await Db.IndexAsync();
        foreach (var (role, line) in new[] { ("caller", 2), ("callee", 2), ("caller", 99), ("callee", 99) }) // 2 exists
        {
            var other = role == "caller" ? "callee" : "caller";
            var error = await Db.FailsAsync("23502",
                $"""
                INSERT INTO exograph_in.call_edges (caller_node_id, callee_node_id, {other}_qualified_name, line, col)
                VALUES ({caller}, {callee}, 'x', {line}, 5)
                """);
            Assert.Equal($"{role}_qualified_name", error.ColumnName);
        }
        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused()
    {
        (string View, string Column, int Bytes)[] cases =
        [
            ("packages", "ecosystem", 501),
            ("packages", "name", 2001),
            ("package_versions", "version", 2001),
            ("package_versions", "package", 2001),
            ("files", "path", 2001),
            ("files", "version", 2001),
            ("fragments", "kind", 501),
            ("fragments", "module", 2001),
            ("fragments", "name", 2001),
            ("graph_nodes", "engine", 501),
            ("graph_nodes", "kind", 501),
            ("graph_nodes", "external_id", 2001),
            ("graph_nodes", "module", 2001),
            ("graph_nodes", "name", 2001),
            ("graph_nodes", "qualified_name", 2001),
            ("definitions", "kind", 501),
            ("definitions", "module", 2001),
            ("definitions", "name", 2001),
            ("definitions", "qualified_name", 2001),
            ("symbol_references", "kind", 501),
            ("symbol_references", "module", 2001),
            ("symbol_references", "name", 2001),
            ("symbol_references", "qualified_name", 2001),
            ("call_edges", "caller_engine", 501),
            ("call_edges", "callee_qualified_name", 2001),
        ];
        // In bytes, not in characters.
        await AllRefusedAsync("23514", cases.Select(c => (
            c.View,
            Row.Insert(c.View, (c.Column, $"repeat('é', {c.Bytes / 2}) || repeat('x', {c.Bytes % 2})")),
            s_any)));
        foreach (var (view, column, bytes) in cases)
            await Db.ExecuteAsync($"BEGIN; {Row.Insert(view, (column, $"repeat('x', {bytes - 1})"))}; ROLLBACK");
    }

    [Fact]
    public async Task A_hash_of_a_wrong_length_is_refused()
    {
        (string View, string Column, int Bytes)[] cases =
        [
            ("files", "sha256", 31),
            ("files", "sha256", 33),
            ("files", "sha256", 0),
            ("fragments", "content_hash", 501),
            ("fragments", "exact_hash", 501),
        ];
        await AllRefusedAsync("23514", cases.Select(c => (
            c.View, Row.Insert(c.View, (c.Column, $"decode(repeat('00', {c.Bytes}), 'hex')")), s_any)));
    }

    [Fact]
    public async Task A_file_or_fragment_that_does_not_exist_is_asked_for()
    {
        (string View, string Column, string Value)[] cases =
        [
            ("fragments", "file_sha256", "sha256('z')"),
            ("fragments", "version", "'9.9'"),
            ("graph_nodes", "file_sha256", "sha256('z')"),
            ("comments", "file_sha256", "sha256('z')"),
            ("definitions", "file_sha256", "sha256('z')"),
            ("symbol_references", "package", "'nowhere'"),
            ("call_edges", "file_sha256", "sha256('z')"),
            ("call_edges", "caller_file_sha256", "sha256('z')"),
            ("call_edges", "callee_file_sha256", "sha256('z')"),
            ("graph_nodes", "fragment_content_hash", "'\\x99'"),
            ("comments", "fragment_content_hash", "'\\x99'"),
            ("definitions", "fragment_content_hash", "'\\x99'"),
            ("symbol_references", "fragment_content_hash", "'\\x99'"),
            ("call_edges", "call_site_content_hash", "'\\x99'"),
            ("fragment_terms", "fragment_content_hash", "'\\x99'"),
        ];
        await AllRefusedAsync("23503", cases.Select(c => (
            c.View,
            Row.Insert(c.View, (c.Column, c.Value)),
            (Func<PostgresException, bool>)(error => error.Hint is "Insert it through exograph_in.files first."
                or "Insert it through exograph_in.fragments first."))));
    }

    [Fact]
    public async Task An_id_that_does_not_exist_is_refused()
    {
        (string View, string Column, string InPlaceOf)[] cases =
        [
            ("package_versions", "package_id", "ecosystem package"),
            ("files", "package_version_id", "ecosystem package version"),
            ("files", "package_id", "ecosystem package"),
            ("fragments", "file_id", "ecosystem package version file_sha256"),
            ("graph_nodes", "file_id", "ecosystem package version file_sha256"),
            ("graph_nodes", "package_version_id", "ecosystem package version file_sha256"),
            ("graph_nodes", "fragment_id", "fragment_content_hash"),
            ("comments", "file_id", "ecosystem package version file_sha256"),
            ("comments", "fragment_id", "fragment_content_hash"),
            ("definitions", "fragment_id", "fragment_content_hash"),
            ("symbol_references", "fragment_id", "fragment_content_hash"),
            ("call_edges", "file_id", "ecosystem package version file_sha256"),
            ("call_edges", "call_site_fragment_id", "call_site_content_hash"),
            ("fragment_terms", "fragment_id", "fragment_content_hash"),
            ("fragment_terms", "term_id", "term"),
        ];
        int[] ids = [0, -1, 777_777];
        await AllRefusedAsync("23503", cases.SelectMany(c => ids.Select(id => (
            c.View,
            Row.Insert(c.View, [(c.Column, $"{id}"), .. Without(c.InPlaceOf)]),
            (Func<PostgresException, bool>)(error => c.Column is not ("file_id" or "fragment_id") || error.Hint is not null)))));
    }

    [Fact]
    public async Task A_node_that_does_not_exist_is_refused()
    {
        await Row.InsertAllAsync(Db);
        foreach (var role in new[] { "caller", "callee" })
        {
            var keys = Row.Of["call_edges"].Keys
                .Where(key => key.StartsWith(role, StringComparison.Ordinal) && key != role + "_qualified_name");
            await Db.FailsAsync("23503",
                Row.Insert("call_edges", [(role + "_node_id", "777777"), .. Without(string.Join(' ', keys))]));
        }
    }

    [Fact]
    public async Task An_id_that_contradicts_the_key_is_refused()
    {
        (string View, string Column, string Other)[] cases =
        [
            ("package_versions", "package_id", "beta"),
            ("files", "package_version_id", "beta"),
            ("files", "package_id", "beta"),
            ("fragments", "file_id", "beta"),
            ("fragments", "file_id", "b"),
            ("fragments", "package_id", "beta"),
            ("graph_nodes", "file_id", "b"),
            ("graph_nodes", "package_version_id", "beta"),
            ("graph_nodes", "package_id", "beta"),
            ("graph_nodes", "fragment_id", "b"),
            ("comments", "file_id", "b"),
            ("comments", "package_version_id", "beta"),
            ("comments", "fragment_id", "b"),
            ("definitions", "file_id", "b"),
            ("definitions", "package_id", "beta"),
            ("definitions", "fragment_id", "b"),
            ("symbol_references", "file_id", "beta"),
            ("symbol_references", "fragment_id", "b"),
            ("call_edges", "file_id", "b"),
            ("call_edges", "package_version_id", "beta"),
            ("call_edges", "call_site_fragment_id", "b"),
            ("call_edges", "caller_node_id", "b"),
            ("call_edges", "callee_node_id", "b"),
            ("fragment_terms", "fragment_id", "b"),
            ("fragment_terms", "term_id", "b"),
        ];
        await InsertOthersAsync();
        await AllRefusedAsync("XG010", cases.Select(c => (
            c.View,
            Row.Insert(c.View, (c.Column, c.Column switch
            {
                "package_id" => "(SELECT id FROM exograph.packages WHERE name = 'beta')",
                "package_version_id" => "(SELECT id FROM exograph_in.package_versions WHERE package = 'beta')",
                "file_id" => $"(SELECT id FROM exograph.files WHERE path = '{c.Other}')",
                "term_id" => "(SELECT id FROM exograph.terms WHERE term = 'b')",
                "caller_node_id" or "callee_node_id" => "(SELECT id FROM exograph.graph_nodes WHERE qualified_name = 'b')",
                _ => "(SELECT id FROM exograph.fragments WHERE content_hash = '\\xbb')",
            })),
            (Func<PostgresException, bool>)(error => error.Hint is not null))));
    }

    [Fact]
    public async Task What_is_said_beside_the_id_of_a_file_must_be_of_that_file()
    {
        (string Column, string Value)[] cases =
        [
            ("ecosystem", "'npm'"),
            ("package", "'beta'"),
            ("version", "'2.0'"),
            ("file_sha256", "sha256('b')"),
            ("package_id", "(SELECT id FROM exograph.packages WHERE name = 'beta')"),
            ("package_version_id", "(SELECT id FROM exograph_in.package_versions WHERE package = 'beta')"),
        ];
        string[] views = ["fragments", "graph_nodes", "comments", "definitions", "symbol_references", "call_edges"];
        (string, string?) file = ("file_id", "(SELECT id FROM exograph.files WHERE path = 'lib/a.ex')");
        await InsertOthersAsync();
        await AllRefusedAsync("XG010", views.SelectMany(view => cases.Select(c => (
            view, Row.Insert(view, [.. Without(FileKey), file, (c.Column, c.Value)]), s_any))));
    }

    [Fact]
    public async Task A_package_without_version_is_refused_as_in_bulk()
    {
        (string, string?) package = ("package_id", "(SELECT min(id) FROM exograph.packages)");
        string[] views = ["files", "graph_nodes", "call_edges"];
        await AllRefusedAsync("XG010", views.SelectMany(view => new[]
        {
            (view, Row.Insert(view, [.. Without(FileKey), package]), s_any),
            (view, Row.Insert(view, Without("version")), s_any),
        }));
    }

    [Fact]
    public async Task A_package_without_version_is_told_what_is_missing()
    {
        var error = await Db.FailsAsync("XG010", Row.Insert("files", ("version", null)));

        Assert.Equal("a package is named, but no version of it", error.MessageText);
        Assert.Equal("Give its version, too, or package_version_id alone; or leave the package out.", error.Hint);
    }

    [Theory]
    [InlineData("files", "package_id", "1", "package", "'beta'", "package beta contradicts package_id 1, which has package alpha")]
    [InlineData("definitions", "file_id", "1", "version", "'2'", "version 2 contradicts file_id 1, which has version 1.0")]
    [InlineData("definitions", "fragment_id", "1", "fragment_content_hash", "'\\x02'",
        @"content_hash \x02 contradicts fragment_id 1, which has content_hash \x01")]
    [InlineData("fragment_terms", "term_id", "1", "term", "'other'", "term other contradicts term_id 1, which has term call")]
    [InlineData("call_edges", "caller_node_id", "1", "caller_engine", "'e'",
        "engine e contradicts caller_node_id 1, which has engine static")]
    [InlineData("call_edges", "callee_node_id", "2", "callee_package", "'beta'",
        "package beta contradicts callee_node_id 2, which has none")]
    public async Task A_contradiction_shows_what_is_given_and_what_exists(
        string view, string id, string value, string column, string given, string message)
    {
        await Row.InsertAllAsync(Db);

        var error = await Db.FailsAsync("XG010", Row.Insert(view, (id, value), (column, given)));

        Assert.Equal(message, error.MessageText);
    }

    [Theory]
    [InlineData("package_versions", "package_id", "packages")]
    [InlineData("files", "package_id", "packages")]
    [InlineData("files", "package_version_id", "package_versions")]
    [InlineData("definitions", "file_id", "files")]
    [InlineData("definitions", "fragment_id", "fragments")]
    [InlineData("call_edges", "caller_node_id", "graph_nodes")]
    [InlineData("call_edges", "callee_node_id", "graph_nodes")]
    [InlineData("fragment_terms", "term_id", "terms")]
    public async Task An_id_that_does_not_exist_is_missing_even_beside_a_key_that_does(string view, string id, string table)
    {
        await Row.InsertAllAsync(Db);

        var error = await Db.FailsAsync("23503", Row.Insert(view, (id, "777777")));

        Assert.Equal($"there is no row in exograph.{table} with id 777777", error.MessageText);
        Assert.Equal($"Insert it through exograph_in.{table} first.", error.Hint);
    }

    [Fact]
    public async Task Beside_the_id_of_a_node_its_key_may_be_given_in_part()
    {
        await Row.InsertAllAsync(Db);
        var before = await Db.IndexAsync();
        var keys = Row.Of["call_edges"].Where(c => c.Key.StartsWith("caller_", StringComparison.Ordinal)
            && c.Key != "caller_qualified_name").ToList();
        foreach (var (column, value) in keys)
        {
            await Db.ExecuteAsync(Row.Insert("call_edges",
                [.. keys.Select(key => (key.Key, (string?)null)), ("caller_node_id", "1"), (column, value)]));
        }

        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task A_refused_row_leaves_none_of_the_parents_that_it_would_have_made()
    {
        foreach (var sql in new[]
        {
            Row.Insert("files", ("source", null)), Row.Insert("fragments"), Row.Insert("graph_nodes"), Row.Insert("comments"),
            Row.Insert("package_versions", ("version", null)), Row.Insert("call_edges", ("caller_file_sha256", "sha256('z')")),
        })
        {
            await Assert.ThrowsAsync<PostgresException>(() => Db.ExecuteAsync(sql));
        }
        Assert.Empty(await Db.IndexAsync());
    }

    [Fact]
    public async Task One_bad_row_refuses_the_whole_statement()
    {
        await Db.FailsAsync("23502", "INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'good'), ('hex', NULL)");

        Assert.Empty(await Db.IndexAsync());
    }

    private static (string Column, string? Value)[] Without(string columns) =>
        [.. columns.Split(' ').Select(column => (column, (string?)null))];

    /// <summary>
    /// Makes sure that a view refuses rows, both where its own complete row exists and where it does not, and that none of
    /// them leaves a trace.
    /// </summary>
    private async Task AllRefusedAsync(
        string sqlState, IEnumerable<(string View, string Sql, Func<PostgresException, bool> IsRight)> cases)
    {
        var wrong = new List<string>();
        var ofView = cases.ToLookup(c => c.View);
        foreach (var view in Row.Of.Keys)
        {
            foreach (var existing in new[] { false, true })
            {
                if (existing)
                    await Db.ExecuteAsync(Row.Insert(view));
                var before = await Db.IndexAsync();
                foreach (var (_, sql, isRight) in ofView[view])
                {
                    await Db.ExecuteAsync("BEGIN");
                    var exception = await Record.ExceptionAsync(() => Db.ExecuteAsync(sql));
                    await Db.ExecuteAsync("ROLLBACK");
                    if (exception is not PostgresException error)
                        wrong.Add($"accepted{(existing ? ", as the key exists" : "")}: {sql}");
                    else if (error.SqlState != sqlState || !isRight(error))
                        wrong.Add($"{error.MessageText} ({error.SqlState}, column {error.ColumnName}, hint {error.Hint}): {sql}");
                }
                Assert.Equal(before, await Db.IndexAsync());
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Another package with a file, and of the first package another file, fragment, node and term.</summary>
    private Task InsertOthersAsync() => Db.ExecuteAsync(string.Join(";\n",
        Row.Insert("files", ("package", "'beta'"), ("path", "'beta'")),
        Row.Insert("files", ("sha256", "sha256('b')"), ("path", "'b'")),
        Row.Insert("fragments", ("file_sha256", "sha256('b')"), ("content_hash", "'\\xbb'")),
        Row.Insert("graph_nodes", ("file_sha256", null), ("fragment_content_hash", null), ("qualified_name", "'b'")),
        Row.Insert("terms", ("term", "'b'"))));
}

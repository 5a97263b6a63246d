using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>delete_package and delete_package_version.</summary>
public sealed class DeletePackageTests : LoadingTest
{
    private const string Completeness = "SELECT file_id, load_id, tables FROM exograph.complete_facts ORDER BY 1, 2";

    /// <summary>Has foreign keys do what triggers do.</summary>
    private const string ByForeignKeys =
        """
        DO $$
        DECLARE
            r exograph_private.references;
        BEGIN
            FOR r IN SELECT * FROM exograph_private.references f WHERE NOT f.has_key AND f.parent <> 'loads' LOOP
                EXECUTE format('ALTER TABLE exograph.%I ADD FOREIGN KEY (%I) REFERENCES exograph.%I ON DELETE %s', r.table_name,
                               r.column_name, r.parent, CASE r.on_orphan WHEN 'clear' THEN 'SET NULL' ELSE 'CASCADE' END);
                EXECUTE format('ALTER TABLE exograph.%I DISABLE TRIGGER remove_dependents', r.parent);
            END LOOP;
        END
        $$;
        """;

    [Theory]
    [InlineData("SELECT * FROM exograph.delete_package('hex', 'alpha')", "packages", "name = 'alpha'")]
    [InlineData("SELECT * FROM exograph.delete_package_version('hex', 'alpha', '1.0')", "package_versions",
        "version = '1.0' AND package_id = (SELECT id FROM exograph.packages WHERE name = 'alpha')")]
    [InlineData(null, "packages", "name = 'alpha'")]
    [InlineData(null, "packages", "true")]
    [InlineData(null, "package_versions", "version = '2.0'")]
    [InlineData(null, "files", "path IN ('f2', 'f4')")]
    [InlineData(null, "files", "path = 'f9'")]
    [InlineData(null, "fragments", "file_id = 2")]
    [InlineData(null, "graph_nodes", "kind = 'module'")]
    [InlineData(null, "graph_nodes", "id = 2")]
    public async Task What_goes_is_what_foreign_keys_would_take_along(string? call, string table, string condition)
    {
        await LoadAsync();
        var before = await CountsAsync();
        await Db.ExecuteAsync($"BEGIN; {ByForeignKeys} DELETE FROM exograph.{table} WHERE {condition}");
        var (index, counts, completeness) = (await Db.IndexAsync(), await CountsAsync(), await Db.RowsAsync(Completeness));
        await Db.ExecuteAsync("ROLLBACK");
        Assert.True(condition == "true" || counts.Values.All(count => count > 0), "Something is to stay of every table.");

        var deleted = await Db.RowsAsync(call ?? $"DELETE FROM exograph.{table} WHERE {condition}");

        Assert.Equal(index, await Db.IndexAsync());
        Assert.Equal(completeness, await Db.RowsAsync(Completeness));
        Assert.Equal(
            Session.IndexTables.Where(t => call is not null && counts[t] < before[t]).Select(t => $"{t}|{before[t] - counts[t]}"),
            deleted);
        Assert.Equal(["false"], await Db.RowsAsync("SELECT removing FROM exograph.gate"));
        Assert.Empty(await Db.RowsAsync("SELECT finding, object, detail FROM exograph.check_index()"));
    }

    [Theory]
    [InlineData("exograph.delete_package('hex', 'gamma')", "there is no package hex gamma")]
    [InlineData("exograph.delete_package(NULL, 'alpha')", "there is no package <NULL> alpha")]
    [InlineData("exograph.delete_package_version('hex', 'alpha', '9')", "there is no version 9 of package hex alpha")]
    public async Task What_is_not_there_is_told_and_nothing_goes(string call, string notice)
    {
        await LoadAsync();
        var before = await Db.IndexAsync();

        Assert.Empty(await Db.RowsAsync($"SELECT * FROM {call}"));

        Assert.Equal(notice, Db.Notices.Last().MessageText);
        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task A_version_leaves_its_package_and_the_others()
    {
        await LoadAsync();

        await Db.ExecuteAsync("SELECT * FROM exograph.delete_package_version('hex', 'alpha', '1.0')");

        Assert.Equal(["alpha|2.0", "beta|1.0"], await Db.RowsAsync(
            "SELECT p.name, v.version FROM exograph.packages p JOIN exograph.package_versions v ON v.package_id = p.id ORDER BY 1"));
        Assert.Equal(["2.0"], await Db.RowsAsync(
            """
            SELECT DISTINCT v.version FROM exograph.definitions d
            JOIN exograph.package_versions v ON v.id = d.package_version_id
            JOIN exograph.packages p ON p.id = v.package_id AND p.name = 'alpha'
            """));
    }

    [Theory]
    [InlineData("exograph.delete_package('hex', 'alpha')")]
    [InlineData("exograph.delete_package_version('hex', 'alpha', '1.0')")]
    public async Task It_is_for_members_of_exograph_owner(string call)
    {
        await LoadAsync();
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        Assert.Contains("permission denied", (await loader.FailsAsync("42501", $"SELECT * FROM {call}")).MessageText,
            StringComparison.Ordinal);

        // Whoever was granted EXECUTE alone is told what is lacking.
        var other = await CreateRoleAsync("other", "exograph_reader");
        await Db.ExecuteAsync(
            $"GRANT EXECUTE ON FUNCTION exograph.delete_package, exograph.delete_package_version TO {Sql.Name(other)}");
        var error = await (await OpenAsAsync(other)).FailsAsync("42501", $"SELECT * FROM {call}");
        Assert.EndsWith($"is for members of exograph_owner, which role {Sql.Name(other)} is not", error.MessageText,
            StringComparison.Ordinal);
        Assert.Equal("It takes away what others have loaded.", error.Detail);

        var owner = await OpenAsAsync(await CreateRoleAsync("dba", "exograph_owner"));
        Assert.NotEmpty(await owner.RowsAsync($"SELECT * FROM {call}"));
    }

    [Theory]
    [InlineData("BEGIN ISOLATION LEVEL REPEATABLE READ", "XG007")]
    [InlineData("BEGIN READ ONLY", "25006")]
    [InlineData("BEGIN; INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'new')", "XG007")]
    public async Task A_transaction_in_which_it_cannot_be_right_is_refused(string begin, string sqlState)
    {
        await LoadAsync();
        var before = await Db.IndexAsync();

        await Db.ExecuteAsync(begin);
        await Db.FailsAsync(sqlState, "SELECT * FROM exograph.delete_package('hex', 'alpha')");
        await Db.ExecuteAsync("ROLLBACK");

        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task Readers_go_on_and_writers_wait()
    {
        await LoadAsync();
        var before = await Db.IndexAsync();
        var (reader, writer) = (await OpenAsync(), await OpenAsync());
        await Db.ExecuteAsync("BEGIN; SELECT * FROM exograph.delete_package('hex', 'alpha')");

        await reader.ExecuteAsync("SET lock_timeout = '1s'");
        Assert.Equal(before, await reader.IndexAsync());
        var writing = writer.ExecuteAsync(
            """
            INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256)
            VALUES ('hex', 'alpha', '1.0', 'n', 'new', sha256('new'))
            """);
        await Db.UntilBlockedAsync(writer);
        await Db.ExecuteAsync("COMMIT");
        await writing;

        Assert.Equal(["n"], await Db.RowsAsync(
            "SELECT path FROM exograph.files f JOIN exograph.packages p ON p.id = f.package_id AND p.name = 'alpha'"));
    }

    [Fact]
    public async Task What_others_have_hung_on_the_index_is_asked_row_by_row()
    {
        await LoadAsync();
        await Db.ExecuteAsync(
            """
            CREATE TABLE public.noted (fragment_id bigint REFERENCES exograph.fragments);
            INSERT INTO public.noted
            SELECT max(f.id) FROM exograph.fragments f JOIN exograph.packages p ON p.id = f.package_id AND p.name = 'alpha';
            """);
        var before = await Db.IndexAsync();

        var error = await Db.FailsAsync("23503", "SELECT * FROM exograph.delete_package('hex', 'alpha')");

        Assert.Equal("noted", error.TableName);
        Assert.Equal(before, await Db.IndexAsync());
    }

    [Fact]
    public async Task A_load_that_was_told_of_what_goes_is_told_again()
    {
        await LoadAsync();
        var load = await Load.BeginAsync(Db, "complete => '{definitions}'");
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256", "(1, 1, 'f1', 's', sha256('s'))");
        Assert.DoesNotContain("1|definitions", await Db.RowsAsync($"SELECT * FROM exograph.files_lacking({load.Id})"));

        await Db.ExecuteAsync("SELECT * FROM exograph.delete_package('hex', 'alpha')");

        await Db.FailsAsync("XG011", load.FinalizeSql());
    }

    /// <summary>
    /// Two packages, one of two versions, in partitions of their own and in the shared ones, with calls, nodes and fragments that
    /// refer to each other across packages, and rows that belong to no file.
    /// </summary>
    private async Task LoadAsync()
    {
        foreach (var options in new[] { "partition_threshold => 0, complete => exograph.complete_tables()", "" })
        {
            var load = await Load.BeginAsync(Db, options);
            var n = options.Length == 0 ? 2 : 1;
            await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha'), (2, 'hex', 'beta')");
            await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0'), (2, 1, '2.0'), (3, 2, '1.0')");
            await load.StageAsync("files", "id, package_version_id, path, source, sha256",
                "SELECT i, nullif(i, 4), 'f' || i, 's', sha256('s') FROM generate_series(1, 4) i");
            await load.StageAsync("terms", "id, term", "SELECT i, 't' || i FROM generate_series(1, 5) i");
            await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass",
                $@"SELECT i, i, '\x', 'def', {n}, 1 FROM generate_series(1, 4) i");
            await load.StageAsync("graph_nodes", "id, package_version_id, file_id, fragment_id, engine, kind, qualified_name, line",
                $"""
                SELECT i, nullif(i, 4), i, 1 + i % 4, 'static', 'function', 'F' || i, {n} FROM generate_series(1, 4) i
                UNION ALL SELECT 4 + i, nullif(i, 4), NULL, 1, 'static', 'module', 'M' || i, {n} FROM generate_series(1, 4) i
                """);
            await load.StageAsync("comments", "file_id, fragment_id, text, line",
                $"SELECT i, j, 'why', 10 * {n} + j FROM generate_series(1, 4) i, generate_series(1, 4) j");
            foreach (var table in new[] { "definitions", "symbol_references" })
            {
                await load.StageAsync(table, "file_id, fragment_id, kind, name, qualified_name, line",
                    $"SELECT i, j, 'k', 'a', 'A', 10 * {n} + j FROM generate_series(1, 4) i, generate_series(1, 4) j");
            }
            await load.StageAsync("call_edges",
                "package_version_id, file_id, call_site_fragment_id, caller_node_id, callee_node_id, "
                + "caller_qualified_name, callee_qualified_name, line",
                $"""
                SELECT nullif(f, 4), f, 1 + i % 4, i, j, 'a', 'b', 100 * {n} + f
                FROM generate_series(1, 4) f, generate_series(1, 8) i, generate_series(1, 8) j
                UNION ALL
                SELECT nullif(i % 5, 4), NULL, 1, 8, 4, 'a', 'b', 200 * {n} + i FROM generate_series(1, 4) i
                """);
            await load.StageAsync("fragment_terms", "fragment_id, term_id",
                $"SELECT i, {n} + j FROM generate_series(1, 4) i, generate_series(0, i - 1) j");
            await load.FinalizeAsync();
        }
    }

    private async Task<Dictionary<string, long>> CountsAsync()
    {
        var counts = new Dictionary<string, long>();
        foreach (var table in Session.IndexTables)
            counts.Add(table, await Db.CountAsync($"exograph.{table}"));
        return counts;
    }
}

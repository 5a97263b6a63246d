using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Files, their paths, and the package that rows have from their file.</summary>
public sealed class FileMergeTests : LoadingTest
{
    private const string FileColumns = "id, package_version_id, path, source, sha256";

    [Fact]
    public async Task Every_path_of_equal_files_is_kept()
    {
        var first = await WithVersionAsync();
        await first.StageAsync("files", FileColumns,
            "(1, 1, 'b.ex', 's', sha256('s')), (2, 1, 'a.ex', 's', sha256('s')), (3, 1, 'b.ex', 's', sha256('s'))");
        await first.FinalizeAsync();
        var second = await WithVersionAsync();
        await second.StageAsync("files", FileColumns, "(1, 1, 'c.ex', 's', sha256('s')), (2, 1, 'a.ex', 's', sha256('s'))");
        await second.FinalizeAsync();

        Assert.Equal(["b.ex"], await Db.RowsAsync("SELECT path FROM exograph.files"));
        Assert.Equal([$"a.ex|{first.Id}", $"b.ex|{first.Id}", $"c.ex|{second.Id}"],
            await Db.RowsAsync("SELECT path, load_id FROM exograph.file_paths WHERE file_id = 1 ORDER BY 1"));
        Assert.Equal(new Outcome(3) { Inserted = 2, Collapsed = 1 }, await first.OutcomeAsync("file_paths"));
        Assert.Equal(new Outcome(2) { Inserted = 1, Existing = 1 }, await second.OutcomeAsync("file_paths"));
        Assert.Equal(new Outcome(2) { Existing = 2 }, await second.OutcomeAsync("files"));
    }

    [Fact]
    public async Task Equal_contents_of_two_versions_are_two_files()
    {
        var load = await WithVersionAsync();
        await load.StageAsync("package_versions", "id, package_id, version", "(2, 1, '2.0')");
        await load.StageAsync("files", FileColumns, "(1, 1, 'a.ex', 's', sha256('s')), (2, 2, 'a.ex', 's', sha256('s'))");

        await load.FinalizeAsync();

        Assert.Equal(["1.0", "2.0"], await Db.RowsAsync(
            "SELECT v.version FROM exograph.files f JOIN exograph.package_versions v ON v.id = f.package_version_id ORDER BY 1"));
    }

    [Fact]
    public async Task A_file_needs_no_package()
    {
        for (var round = 0; round < 2; round++)
        {
            var load = await WithVersionAsync();
            await load.StageAsync("files", FileColumns,
                "(1, NULL, 'a.ex', 's', sha256('s')), (2, NULL, 'b.ex', 's', sha256('s')), (3, 1, 'a.ex', 's', sha256('s'))");
            await load.StageAsync("definitions", "file_id, kind, name, qualified_name",
                "(1, 'def', 'a', 'A.a/0'), (3, 'def', 'a', 'A.a/0')");
            await load.FinalizeAsync();
        }

        Assert.Equal(["false|false", "true|true"],
            await Db.RowsAsync("SELECT package_id IS NULL, package_version_id IS NULL FROM exograph.files ORDER BY 1"));
        Assert.Equal(["false|1", "true|2"], await Db.RowsAsync(
            """
            SELECT f.package_id IS NULL, count(*)
            FROM exograph.files f JOIN exograph.file_paths p ON p.file_id = f.id GROUP BY f.id ORDER BY 1
            """));
        Assert.Equal(["false|false", "true|true"],
            await Db.RowsAsync("SELECT package_id IS NULL, package_version_id IS NULL FROM exograph.definitions ORDER BY 1"));
    }

    [Fact]
    public async Task Package_and_version_are_filled_in_from_the_file()
    {
        var load = await Sample.BeginAsync(Db);

        await load.FinalizeAsync();

        foreach (var table in new[]
        {
            "files", "fragments", "graph_nodes", "comments", "definitions", "symbol_references", "call_edges",
        })
        {
            Assert.Equal(["alpha|1.0"], await Db.RowsAsync(
                $"""
                SELECT DISTINCT p.name, v.version
                FROM exograph.{table} t
                LEFT JOIN exograph.package_versions v ON v.id = t.package_version_id
                LEFT JOIN exograph.packages p ON p.id = t.package_id
                """));
        }
    }

    [Fact]
    public async Task A_node_or_edge_without_file_has_the_package_of_its_version()
    {
        var load = await WithVersionAsync();
        await load.StageAsync("graph_nodes", "id, package_version_id, engine, kind, qualified_name",
            "(1, 1, 'static', 'function', 'A.a/0'), (2, NULL, 'static', 'function', 'A.a/0')");
        await load.StageAsync("call_edges",
            "package_id, package_version_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name",
            "(1, 1, 1, 2, 'A.a/0', 'A.a/0'), (NULL, NULL, 2, 1, 'A.a/0', 'A.a/0')");

        await load.FinalizeAsync();

        foreach (var table in new[] { "graph_nodes", "call_edges" })
        {
            Assert.Equal(["null|null", "p|1.0"], await Db.RowsAsync(
                $"""
                SELECT p.name, v.version
                FROM exograph.{table} t
                LEFT JOIN exograph.package_versions v ON v.id = t.package_version_id
                LEFT JOIN exograph.packages p ON p.id = t.package_id
                ORDER BY 1 NULLS FIRST
                """));
        }
    }

    private async Task<Load> WithVersionAsync()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'p')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
        return load;
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Content hashes of fragments, given and computed.</summary>
public sealed class FragmentMergeTests : LoadingTest
{
    private const string Columns = "id, file_id, ast, kind, line, end_line, mass, exact_hash";

    [Fact]
    public async Task A_fragment_without_content_hash_gets_one_that_is_the_same_in_every_load()
    {
        // Other numbers and another order the second time.
        var first = await Load.BeginAsync(Db);
        await first.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'p')");
        await first.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
        await first.StageAsync("files", "id, package_version_id, path, source, sha256", "(1, 1, 'a.ex', 'a', sha256('a'))");
        await first.StageAsync("fragments", Columns,
            @"(1, 1, '\x01', 'def', 1, NULL, 1, NULL), (2, 1, '\x01', 'def', 2, 3, 1, '\x0a')");
        await first.FinalizeAsync();
        var second = await Load.BeginAsync(Db);
        await second.StageAsync("packages", "id, ecosystem, name", "(7, 'npm', 'q'), (8, 'hex', 'p')");
        await second.StageAsync("package_versions", "id, package_id, version", "(9, 8, '1.0')");
        await second.StageAsync("files", "id, package_version_id, path, source, sha256", "(4, 9, 'a.ex', 'a', sha256('a'))");
        await second.StageAsync("fragments", Columns,
            @"(5, 4, '\x01', 'def', 2, 3, 1, '\x0a'), (6, 4, '\x01', 'def', 1, NULL, 1, NULL)");
        await second.FinalizeAsync();

        Assert.Equal(new Outcome(2) { Inserted = 2 }, await first.OutcomeAsync("fragments"));
        Assert.Equal(new Outcome(2) { Existing = 2 }, await second.OutcomeAsync("fragments"));
        Assert.Equal(["true", "true"], await Db.RowsAsync(
            """
            SELECT g.content_hash = exograph.fragment_content_hash(
                p.ecosystem, p.name, v.version, f.sha256, g.kind, g.line, g.end_line, g.exact_hash)
            FROM exograph.fragments g
            JOIN exograph.files f ON f.id = g.file_id
            JOIN exograph.package_versions v ON v.id = f.package_version_id
            JOIN exograph.packages p ON p.id = v.package_id
            """));
    }

    [Fact]
    public async Task The_computed_hash_tells_apart_what_its_parts_tell_apart()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'p'), (2, 'hex', 'q'), (3, 'he', 'xp')");
        await load.StageAsync("package_versions", "id, package_id, version",
            "(1, 1, '1.0'), (2, 1, '2.0'), (3, 2, '1.0'), (4, 3, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            """
            (1, 1, 'a.ex', 'a', sha256('a')), (2, 2, 'a.ex', 'a', sha256('a')), (3, 3, 'a.ex', 'a', sha256('a')),
            (4, 4, 'a.ex', 'a', sha256('a')), (5, NULL, 'a.ex', 'a', sha256('a')), (6, 1, 'b.ex', 'b', sha256('b'))
            """);
        await load.StageAsync("fragments", Columns,
            @"(1, 1, '\x', 'def', 1, 2, 1, NULL), (2, 2, '\x', 'def', 1, 2, 1, NULL), (3, 3, '\x', 'def', 1, 2, 1, NULL),
              (4, 4, '\x', 'def', 1, 2, 1, NULL), (5, 5, '\x', 'def', 1, 2, 1, NULL), (6, 6, '\x', 'def', 1, 2, 1, NULL),
              (7, 1, '\x', 'defp', 1, 2, 1, NULL), (8, 1, '\x', 'def', 2, 2, 1, NULL), (9, 1, '\x', 'def', 1, 3, 1, NULL),
              (10, 1, '\x', 'def', 1, NULL, 1, NULL), (11, 1, '\x', 'def', 1, 2, 1, '\x'),
              (12, 1, '\x', 'def', 1, 2, 1, '\x0a')");

        await load.FinalizeAsync();

        Assert.Equal(new Outcome(12) { Inserted = 12 }, await load.OutcomeAsync("fragments"));
        Assert.Equal(["12|32"],
            await Db.RowsAsync("SELECT count(DISTINCT content_hash), max(octet_length(content_hash)) FROM exograph.fragments"));
    }

    [Fact]
    public async Task A_hash_of_text_alone_merges_nothing_of_two_packages_and_deleting_one_leaves_the_other()
    {
        foreach (var package in new[] { "a", "b" })
        {
            var load = await Load.BeginAsync(Db);
            await load.StageAsync("packages", "id, ecosystem, name", $"(1, 'hex', '{package}')");
            await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
            await load.StageAsync("files", "id, package_version_id, path, source, sha256", "(1, 1, 'a.ex', 'a', sha256('a'))");
            await load.StageAsync("fragments", "id, file_id, content_hash, ast, kind, line, mass",
                @"(1, 1, '\xab', '\x01', 'def', 1, 1), (2, 1, '\xab', '\x01', 'def', 7, 1), (3, 1, '\xab', '\x02', 'def', 7, 1)");
            await load.StageAsync("definitions", "file_id, fragment_id, kind, name, qualified_name",
                "(1, 3, 'def', 'a', 'A.a/0')");
            await load.FinalizeAsync();
            Assert.Equal(new Outcome(3) { Inserted = 2, Collapsed = 1, Conflicting = 1 }, await load.OutcomeAsync("fragments"));
        }

        await Db.ExecuteAsync("DELETE FROM exograph.packages WHERE name = 'a'");

        Assert.Equal(["b|1|01", "b|7|01"], await Db.RowsAsync(
            """
            SELECT p.name, g.line, g.ast FROM exograph.fragments g JOIN exograph.packages p ON p.id = g.package_id ORDER BY 1, 2
            """));
        Assert.Equal(["7"], await Db.RowsAsync(
            "SELECT g.line FROM exograph.definitions d JOIN exograph.fragments g ON g.id = d.fragment_id"));
    }
}

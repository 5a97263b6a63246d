using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Keys are equal where their bytes are, however long they may be.</summary>
public sealed class KeyEqualityTests : LoadingTest
{
    /// <summary>No two of them are equal, though each is like another by some rule other than bytes.</summary>
    private static readonly string[] s_lookalikes =
    [
        "", " ", "  ", "\t", "\n", "\r\n",
        "Straße", "STRASSE", "straße", "strasse", "a", "A", "a ", " a", "а" /* Cyrillic */, "ａ" /* full width */,
        "caf\u00e9", "cafe\u0301", "\u212b", "\u00c5", "A\u030a", "a\u200b", "\ufeffa",
        "1", "1.0", "01", "null", "NULL", "{}", "\\x61", "\\141", "\\", "\\\\", "a\\b", "a\\\\b", "'", "''", "\"", "%", "_",
        "\ud83d\ude00", "\uffff", "\u0001",
    ];

    private static readonly char[] s_printable = [.. Enumerable.Range(' ', 95).Select(c => (char)c)];

    [Fact]
    public async Task Texts_are_equal_where_their_bytes_are()
    {
        Assert.Equal(s_lookalikes.Length, s_lookalikes.Distinct(StringComparer.Ordinal).Count());
        for (var round = 0; round < 2; round++)
        {
            var load = await LookalikesAsync();
            await load.FinalizeAsync();

            foreach (var table in new[] { "packages", "package_versions", "terms", "graph_nodes", "comments", "definitions" })
            {
                var all = s_lookalikes.Length;
                Assert.Equal(round == 0 ? new Outcome(all) { Inserted = all } : new Outcome(all) { Existing = all },
                    await load.OutcomeAsync(table));
            }
            Assert.Equal(round == 0 ? s_lookalikes.Length : 0, (await load.OutcomeAsync("file_paths")).Inserted);
        }
        Assert.Equal(s_lookalikes.Order(StringComparer.Ordinal),
            (await Db.RowsAsync("SELECT term FROM exograph.terms")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_empty_text_is_not_a_missing_one()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("graph_nodes", "id, engine, kind, external_id, qualified_name",
            "(1, 'e', 'k', NULL, 'q'), (2, 'e', 'k', '', 'q'), (3, 'e', 'k', '-', 'q'), (4, 'e', 'k', NULL, 'q')");

        await load.FinalizeAsync();

        Assert.Equal(["", "-", "null"],
            await Db.RowsAsync("SELECT external_id FROM exograph.graph_nodes ORDER BY external_id NULLS LAST"));
    }

    [Fact]
    public async Task The_parts_of_a_node_key_do_not_run_into_each_other()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("graph_nodes", "id, engine, kind, external_id, qualified_name, line, col",
            """
            (1, 'ab', 'c', NULL, 'd', 1, 2), (2, 'a', 'bc', NULL, 'd', 1, 2), (3, 'a', 'b', 'c', 'd', 1, 2),
            (4, 'a', 'b', 'cd', '', 1, 2), (5, 'a', 'b', '', 'cd', 1, 2), (6, 'a', 'b', NULL, 'cd', 1, 2),
            (7, 'a', 'b', NULL, 'cd', NULL, 2), (8, 'a', 'b', NULL, 'cd', 1, NULL), (9, 'a', 'b', NULL, 'cd', 0, 2),
            (10, 'a', 'b', NULL, 'cd', 12, NULL), (11, 'a', 'b', NULL, '1:cd', 1, 2), (12, '1:a', 'b', NULL, 'cd', 1, 2),
            (13, 'a', 'b', NULL, '0:-x', 1, 2), (14, 'a1:b-', '', NULL, 'x', 1, 2), (15, 'a', 'b-0:', NULL, 'x', 1, 2),
            (16, 'a', 'b', '', 'x', 1, 2), (17, 'a', 'b', NULL, '0:x', 1, 2)
            """);

        await load.FinalizeAsync();

        Assert.Equal(new Outcome(17) { Inserted = 17 }, await load.OutcomeAsync("graph_nodes"));
    }

    [Fact]
    public async Task Terms_of_any_length_load_and_are_found_again()
    {
        int[] lengths = [2_692, 2_693, 8_192, 1 << 20];
        var terms = lengths.SelectMany(length => new[] { Random(length), new string('r', length) }).ToList();
        // One that differs from a long one in its last character only, which none of the others has.
        terms.Add(terms[^2][..^1] + "\t");
        var ids = new string[2];
        for (var round = 0; round < 2; round++)
        {
            var load = await Load.BeginAsync(Db);
            foreach (var firstNumber in new[] { 1, 100 })
            {
                await load.StageAsync("terms", "id, term",
                    $"SELECT {firstNumber} + n, term FROM unnest($1) WITH ORDINALITY AS t (term, n)", [terms.ToArray()]);
            }
            await load.FinalizeAsync();

            Assert.Equal(
                round == 0 ? new Outcome(18) { Inserted = 9, Collapsed = 9 } : new Outcome(18) { Existing = 18 },
                await load.OutcomeAsync("terms"));
            ids[round] = string.Join(',', await Db.RowsAsync("SELECT id FROM exograph.terms ORDER BY id"));
        }
        Assert.Equal(ids[0], ids[1]);
        Assert.Equal(terms, await Db.RowsAsync("SELECT term FROM exograph.terms ORDER BY id"));
    }

    [Fact]
    public async Task Values_of_the_greatest_length_allowed_load_whatever_they_hold()
    {
        // Each index entry must take its longest columns at once, uncompressed.
        var (wide, name) = (Random(500), Random(2_000));
        foreach (var threshold in new[] { 0, 1_000 })
        {
            var load = await Load.BeginAsync(Db, $"partition_threshold => {threshold}");
            await load.StageAsync("packages", "id, ecosystem, name", "SELECT 1, $1, $2", wide, name);
            await load.StageAsync("package_versions", "id, package_id, version", "SELECT 1, 1, $1", name);
            await load.StageAsync("files", "id, package_version_id, path, source, sha256", "SELECT 1, 1, $1, '', sha256($2)",
                name, new byte[] { (byte)threshold });
            await load.StageAsync("fragments", "id, file_id, content_hash, ast, kind, module, name, line, mass, exact_hash",
                "SELECT 1, 1, $4, '', $1, $2, $3, 1, 1, $4", wide, name, name, Encoding.ASCII.GetBytes(wide));
            await load.StageAsync("graph_nodes", "id, file_id, engine, external_id, kind, module, name, qualified_name",
                "SELECT 1, 1, $1, $2, $1, $2, $2, $2", wide, name);
            await load.StageAsync("comments", "file_id, text", "SELECT 1, $1", Random(100_000));
            foreach (var table in new[] { "definitions", "symbol_references" })
            {
                await load.StageAsync(table, "file_id, kind, module, name, qualified_name, line, col",
                    "SELECT 1, $1, $2, $2, $2, 1, 1", wide, name);
            }
            await load.StageAsync("call_edges", "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name",
                "SELECT 1, 1, $1, $1", name);

            Assert.Empty(await load.CheckAsync());
            await load.FinalizeAsync();

            foreach (var table in new[] { "comments", "definitions", "symbol_references", "call_edges" })
                Assert.Equal(new Outcome(1) { Inserted = 1 }, await load.OutcomeAsync(table));
        }
    }

    private async Task<Load> LookalikesAsync()
    {
        const string Each = "unnest($1) WITH ORDINALITY AS t (value, n)";
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", $"SELECT n, 'hex', value FROM {Each}", [s_lookalikes]);
        await load.StageAsync("package_versions", "id, package_id, version", $"SELECT n, 1, value FROM {Each}", [s_lookalikes]);
        await load.StageAsync("files", "id, path, source, sha256", $"SELECT n, value, '', sha256('') FROM {Each}",
            [s_lookalikes]);
        await load.StageAsync("terms", "id, term", $"SELECT n, value FROM {Each}", [s_lookalikes]);
        await load.StageAsync("graph_nodes", "id, engine, kind, qualified_name", $"SELECT n, 'e', 'k', value FROM {Each}",
            [s_lookalikes]);
        await load.StageAsync("comments", "file_id, text", $"SELECT 1, value FROM {Each}", [s_lookalikes]);
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name", $"SELECT 1, 'def', '', value FROM {Each}",
            [s_lookalikes]);
        return load;
    }

    /// <summary>Text that does not compress.</summary>
    private static string Random(int length) => RandomNumberGenerator.GetString(s_printable, length);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Exograph.ServerSide.Tests.Loading;

namespace Exograph.ServerSide.Tests.Find;

/// <summary>
/// A small index of several loads that overlap: names with all that a pattern could take for its own, files of several versions and of
/// none, fragments whose terms came with several loads and one by one, calls in circles.
/// </summary>
internal sealed class RandomIndex(Random random)
{
    public static IReadOnlyList<string> Ecosystems { get; } = ["hex", "npm"];

    public static IReadOnlyList<string> Packages { get; } = ["alpha", "b_ta%"];

    public static IReadOnlyList<string> Versions { get; } = ["1.0", "2.0"];

    public static IReadOnlyList<string> Paths { get; } = ["lib/a.ex", "lib/b.ex", "Ü b.ex", "lib/%.ex"];

    /// <summary>Contents of files, with words that mean something to a regular expression.</summary>
    public static IReadOnlyList<string> Sources { get; } =
    [
        "", "\n", "get_all(x)\nGet.all\r\n  get\n", "a+b\nwörd get", "x\n\nword word\nend", "one line of C:\\x[1] and get\n",
    ];

    private static readonly string[] s_modules = ["", "Repo", "Ecto.Repo", "a_b", "axb", "p%q", @"App\Models", "Ünï.Ç", "x/y"];
    private static readonly string[] s_names = ["get", "get!", "g_t", "gxt", "100%", "..", ".ctor", "a/b", @"b\s", "ge"];
    private static readonly string[] s_comments = ["see get", "word\nand get\nword", "GET a+b", "nothing"];

    /// <summary>Loads a few bundles, and inserts some pairs of fragment and term one by one.</summary>
    public async Task FillAsync(Session db)
    {
        for (var loads = random.Next(1, 4); loads > 0; loads--)
            await LoadAsync(db);
        await db.ExecuteAsync(
            $"""
            INSERT INTO exograph_in.fragment_terms (fragment_id, term_id)
            SELECT f.id, t.id FROM exograph.fragments f CROSS JOIN exograph.terms t
            ORDER BY exograph.text_digest(f.id || ' ' || t.id || ' ' || {random.Next(1000)}) LIMIT {random.Next(8)}
            """);
        if (random.Next(2) == 0)
            await db.ExecuteAsync("SELECT exograph.merge_partitions(0)");
        await db.ExecuteAsync("ANALYZE");
    }

    /// <summary>A qualified name that a definition, reference or node may have, and its last part.</summary>
    public (string Qualified, string Name, int? Arity) NextName()
    {
        var (module, name) = (Pick(s_modules), Pick(s_names));
        int? arity = random.Next(3) == 0 ? null : random.Next(3);
        var qualified = module.Length == 0 ? name : $"{module}.{name}";
        return (arity is { } n && random.Next(2) == 0 ? $"{qualified}/{n}" : qualified, name, arity);
    }

    public T Pick<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

    private async Task LoadAsync(Session db)
    {
        var load = await Load.BeginAsync(db);
        await StageAsync(load, "packages", "id, ecosystem, name", 4, i => [i, Ecosystems[(i - 1) / 2], Packages[(i - 1) % 2]]);
        await StageAsync(load, "package_versions", "id, package_id, version", 8, i => [i, (i + 1) / 2, Versions[i % 2]]);
        var files = random.Next(3, 9);
        await StageAsync(load, "files", "id, package_version_id, path, source, comments_text, sha256", files, i =>
        {
            var source = Pick(Sources);
            return [i, Maybe(random.Next(1, 6)), Pick(Paths), source, "", SHA256.HashData(Encoding.UTF8.GetBytes(source))];
        });
        await StageAsync(load, "terms", "id, term", 6, i => [i, $"t_{i}"]);
        var fragments = random.Next(4, 16);
        await StageAsync(load,
            "fragments", "id, file_id, content_hash, ast, kind, name, line, end_line, mass, exact_hash, sub_hashes", fragments, i =>
        {
            // What tells a fragment from others depends on one number, so that later loads find it.
            var number = random.Next(5);
            return
            [
                i, random.Next(1, files + 1), new[] { (byte)number }, "ast"u8.ToArray(), Pick(["def", "class"]), Pick(s_names),
                1 + (2 * number % 6), number == 3 ? null : 1 + (2 * number % 6) + (3 * (number % 3)), 1 + random.Next(3),
                Maybe(new[] { (byte)random.Next(3) }),
                $"{{{string.Join(',', Enumerable.Range(1, 5).Where(_ => random.Next(2) == 0))}}}",
            ];
        });
        await StageAsync(load, "fragment_terms", "fragment_id, term_id", random.Next(4, 24),
            _ => [random.Next(1, fragments + 1), random.Next(1, 7)]);
        var nodes = Enumerable.Range(0, random.Next(3, 9)).Select(_ => NextName()).ToArray();
        await StageAsync(load,
            "graph_nodes", "id, file_id, package_version_id, engine, kind, name, arity, qualified_name, line", nodes.Length, i =>
        {
            var isInFile = random.Next(3) > 0;
            return
            [
                i, isInFile ? random.Next(1, files + 1) : null, isInFile ? null : Maybe(random.Next(1, 9)),
                Pick(["e", "e", "f"]), Pick(["function", "external"]),
                nodes[i - 1].Name, nodes[i - 1].Arity, nodes[i - 1].Qualified, Maybe(random.Next(1, 9)),
            ];
        });
        foreach (var table in (string[])["definitions", "symbol_references"])
        {
            await StageAsync(load,
                table, "file_id, fragment_id, kind, name, arity, qualified_name, line, col", random.Next(4, 20), _ =>
            {
                var (qualified, name, arity) = NextName();
                return
                [
                    random.Next(1, files + 1), Maybe(random.Next(1, fragments + 1)), Pick(["def", "call"]), name, arity, qualified,
                    Maybe(random.Next(1, 9)), Maybe(random.Next(1, 3)),
                ];
            });
        }
        await StageAsync(load, "comments", "file_id, text, line, col", random.Next(6),
            _ => [random.Next(1, files + 1), Pick(s_comments), Maybe(random.Next(1, 4)), Maybe(random.Next(1, 3))]);
        await StageAsync(load,
            "call_edges", "file_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line, col",
            random.Next(3, 14), _ =>
        {
            var (caller, callee) = (random.Next(nodes.Length), random.Next(nodes.Length));
            return
            [
                Maybe(random.Next(1, files + 1)), caller + 1, callee + 1, nodes[caller].Qualified, nodes[callee].Qualified,
                Maybe(random.Next(1, 4)), null,
            ];
        });
        await load.FinalizeAsync($"partition_threshold => {Pick([0, 1000])}");
    }

    private static async Task StageAsync(Load load, string table, string columns, int rows, Func<int, object?[]> row)
    {
        if (rows > 0)
        {
            await load.StageAsync(table, columns, string.Join(", ",
                Enumerable.Range(1, rows).Select(i => $"({string.Join(", ", row(i).Select(Literal))})")));
        }
    }

    private object? Maybe(object value) => random.Next(4) == 0 ? null : value;

    private static string Literal(object? value) => value switch
    {
        null => "NULL",
        byte[] bytes => $@"'\x{Convert.ToHexStringLower(bytes)}'",
        string text => Sql.Literal(text),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>
/// A load that brings rows for every table: package 1 with version 1 and files 1 and 2, and package 2 with version 2 and nothing
/// else.
/// </summary>
internal static class Sample
{
    /// <summary>Rows per staging table, in the order of loading.</summary>
    public static IReadOnlyDictionary<string, long> Rows { get; } = new Dictionary<string, long>
    {
        ["packages"] = 2,
        ["package_versions"] = 2,
        ["files"] = 2,
        ["terms"] = 2,
        ["fragments"] = 2,
        ["graph_nodes"] = 2,
        ["comments"] = 1,
        ["definitions"] = 2,
        ["symbol_references"] = 1,
        ["call_edges"] = 1,
        ["fragment_terms"] = 3,
    };

    public static IReadOnlyList<string> Facts { get; } =
        ["comments", "definitions", "symbol_references", "call_edges", "fragment_terms"];

    /// <summary>The tables of a load's staging, those that the sample leaves empty among them.</summary>
    public static IEnumerable<string> Staged { get; } = [.. Rows.Keys, "fragment_term_sets"];

    /// <summary>The table that holds the rows of one of the index: pairs of fragment and term lie in sets.</summary>
    public static string TableOf(string name) => name == "fragment_terms" ? "fragment_term_sets" : name;

    public static async Task<Load> BeginAsync(Session session, string options = "")
    {
        var load = await Load.BeginAsync(session, options);
        await StageAsync(load);
        return load;
    }

    public static async Task StageAsync(Load load)
    {
        await StageDimensionsAsync(load);
        await load.StageAsync("comments", "file_id, fragment_id, text, line, col", "(1, 1, 'why', 1, 3)");
        await load.StageAsync("definitions", "file_id, fragment_id, kind, name, qualified_name, line, col",
            "(1, 1, 'def', 'a', 'A.a/0', 1, 3), (2, 2, 'def', 'b', 'B.b/0', 1, 3)");
        await load.StageAsync("symbol_references", "file_id, fragment_id, kind, name, qualified_name, line, col",
            "(1, 1, 'call', 'b', 'B.b/0', 2, 5)");
        await load.StageAsync("call_edges",
            "file_id, call_site_fragment_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
            "(1, 1, 1, 2, 'A.a/0', 'B.b/0', 2)");
        await load.StageAsync("fragment_terms", "fragment_id, term_id", "(1, 1), (1, 2), (2, 2)");
    }

    public static async Task StageDimensionsAsync(Load load)
    {
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'alpha'), (2, 'hex', 'beta')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0'), (2, 2, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            "(1, 1, 'lib/a.ex', 'source a', sha256('a')), (2, 1, 'lib/b.ex', 'source b', sha256('b'))");
        await load.StageAsync("terms", "id, term", "(1, 'call'), (2, 'def')");
        await load.StageAsync("fragments", "id, file_id, ast, kind, name, line, mass",
            @"(1, 1, '\x01', 'def', 'a', 1, 3), (2, 2, '\x02', 'def', 'b', 1, 3)");
        await load.StageAsync("graph_nodes", "id, file_id, fragment_id, engine, kind, qualified_name, line",
            "(1, 1, 1, 'static', 'function', 'A.a/0', 1), (2, 2, 2, 'static', 'function', 'B.b/0', 1)");
    }
}

using Exograph.ServerSide.Benchmarks.Loading.Writing;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>
/// Staging with natural keys: rows that name their parents by key are copied into UNLOGGED tables, then a plain INSERT ..
/// SELECT per table joins the keys, into the tables with their keys, indexes and foreign keys on.
/// </summary>
internal sealed class NaturalKeyContender : ILoadContender
{
    private const string OfVersion = """
        JOIN exograph.packages p ON p.ecosystem = s.ecosystem AND p.name = s.package
        JOIN exograph.package_versions v ON v.package_id = p.id AND v.version = s.version
        """;

    private const string OfFile = $"""
        {OfVersion}
        JOIN exograph.files f ON f.package_version_id = v.id AND f.sha256 = s.file_sha256
        """;

    private const string OfFragment = $"""
        {OfFile}
        JOIN exograph.fragments r ON r.content_hash = s.fragment_content_hash
        """;

    /// <summary>The statements in their order, by the table that they fill.</summary>
    private static readonly (string Table, string Insert)[] s_inserts =
    [
        ("packages", """
            INSERT INTO exograph.packages (ecosystem, name)
            SELECT ecosystem, name FROM natural_packages ON CONFLICT DO NOTHING
            """),
        ("package_versions", """
            INSERT INTO exograph.package_versions (package_id, version)
            SELECT p.id, s.version FROM natural_package_versions s
            JOIN exograph.packages p ON p.ecosystem = s.ecosystem AND p.name = s.package
            ON CONFLICT DO NOTHING
            """),
        ("files", $"""
            INSERT INTO exograph.files (package_id, package_version_id, path, source, sha256)
            SELECT p.id, v.id, s.path, s.source, s.sha256 FROM natural_files s {OfVersion} ON CONFLICT DO NOTHING
            """),
        ("file_paths", $"""
            INSERT INTO exograph.file_paths (file_id, path)
            SELECT f.id, s.path FROM natural_files s {OfVersion}
            JOIN exograph.files f ON f.package_version_id = v.id AND f.sha256 = s.sha256
            ON CONFLICT DO NOTHING
            """),
        ("terms", "INSERT INTO exograph.terms (term) SELECT term FROM natural_terms ON CONFLICT DO NOTHING"),
        ("fragments", $"""
            INSERT INTO exograph.fragments (package_id, package_version_id, file_id, content_hash, ast, kind, module, name, arity,
                                            line, end_line, mass, exact_hash, sub_hashes)
            SELECT p.id, v.id, f.id, s.content_hash, s.ast, s.kind, s.module, s.name, s.arity,
                   s.line, s.end_line, s.mass, s.exact_hash, s.sub_hashes
            FROM natural_fragments s {OfFile} ON CONFLICT DO NOTHING
            """),
        ("graph_nodes", $"""
            INSERT INTO exograph.graph_nodes (package_id, package_version_id, file_id, fragment_id, engine, kind, module, name,
                                              arity, qualified_name, line, col)
            SELECT p.id, v.id, f.id, r.id, s.engine, s.kind, s.module, s.name, s.arity, s.qualified_name, s.line, s.col
            FROM natural_graph_nodes s {OfFragment} ON CONFLICT DO NOTHING
            """),
        ("comments", $"""
            INSERT INTO exograph.comments (package_id, package_version_id, file_id, fragment_id, text, line, col)
            SELECT p.id, v.id, f.id, r.id, s.text, s.line, s.col FROM natural_comments s {OfFragment} ON CONFLICT DO NOTHING
            """),
        ("definitions", Symbols("definitions")),
        ("symbol_references", Symbols("symbol_references")),
        ("call_edges", $"""
            INSERT INTO exograph.call_edges (package_id, package_version_id, file_id, caller_node_id, callee_node_id,
                                             call_site_fragment_id, caller_qualified_name, callee_qualified_name, line, col)
            SELECT p.id, v.id, f.id, caller.id, callee.id, r.id, s.caller_qualified_name, s.callee_qualified_name, s.line, s.col
            FROM natural_call_edges s {OfFile}
            JOIN exograph.fragments r ON r.content_hash = s.call_site_content_hash
            {OfNode("caller")}
            {OfNode("callee")}
            ON CONFLICT DO NOTHING
            """),
        ("fragment_term_sets", """
            INSERT INTO exograph.fragment_term_sets (fragment_id, term_ids, load_id)
            SELECT r.id, array_agg(DISTINCT t.id ORDER BY t.id), -1 FROM natural_fragment_terms s
            JOIN exograph.fragments r ON r.content_hash = s.fragment_content_hash
            JOIN exograph.terms t ON t.term = s.term
            GROUP BY r.id
            ON CONFLICT DO NOTHING
            """),
    ];

    public string Name => "natural-keys";

    public string Description => "COPY of rows with natural keys into staging, then INSERT .. SELECT by joins on them";

    public Pace Pace => Pace.Chunks;

    public string UnfitForStanding => ILoadContender.BlindOnConflict;

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        await context.PhaseAsync("staging", () => StageAsync(context, cancellationToken), cancellationToken);
        foreach (var (table, insert) in s_inserts)
        {
            // Analyzed at once: the next statement joins it.
            await context.PhaseAsync($"inserting {table}", async () =>
            {
                await context.DataSource.RunAsync(insert, cancellationToken);
                await context.DataSource.RunAsync($"ANALYZE exograph.{table}", cancellationToken);
            }, cancellationToken);
        }
        var staging = string.Join(", ", s_inserts.Select(i => IndexTables.Told(i.Table)).Where(t => t != "file_paths").Select(t => $"natural_{t}"));
        await context.DataSource.RunAsync($"DROP TABLE {staging}", cancellationToken);
    }

    /// <summary>All tables at once, by as many streams as the loader has.</summary>
    private static Task StageAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var corpus = context.Corpus;
        var tables = new NaturalTables(new NaturalKeys(corpus));

        Func<Task> Stage<TRow>(TableWriter<TRow> writer, IEnumerable<TRow> rows) => async () =>
        {
            var target = $"natural_{writer.Table}";
            await context.DataSource.RunAsync($"CREATE UNLOGGED TABLE {target} ({writer.Definitions})", cancellationToken);
            await writer.CopyAsync(context.DataSource, target, rows, cancellationToken);
            await context.DataSource.RunAsync($"ANALYZE {target}", cancellationToken);
        };

        return Parallel.ForEachAsync(
            [
                Stage(tables.FragmentTerms, corpus.FragmentTermRows()), Stage(tables.References, corpus.SymbolReferenceRows()),
                Stage(tables.Fragments, corpus.FragmentRows()), Stage(tables.CallEdges, corpus.CallEdgeRows()),
                Stage(tables.Nodes, corpus.GraphNodeRows()), Stage(tables.Definitions, corpus.DefinitionRows()),
                Stage(tables.Files, corpus.FileRows()), Stage(tables.Comments, corpus.CommentRows()),
                Stage(tables.Terms, corpus.TermRows()), Stage(tables.Versions, corpus.PackageVersionRows()),
                Stage(tables.Packages, corpus.PackageRows()),
            ],
            new ParallelOptions { MaxDegreeOfParallelism = context.Settings.Streams, CancellationToken = cancellationToken },
            async (stage, _) => await stage());
    }

    private static string Symbols(string table) => $"""
        INSERT INTO exograph.{table} (package_id, package_version_id, file_id, fragment_id, kind, module, name, arity,
                                      qualified_name, line, col)
        SELECT p.id, v.id, f.id, r.id, s.kind, s.module, s.name, s.arity, s.qualified_name, s.line, s.col
        FROM natural_{table} s {OfFragment} ON CONFLICT DO NOTHING
        """;

    private static string OfNode(string end) => $"""
        JOIN exograph.packages {end}_p ON {end}_p.ecosystem = s.{end}_ecosystem AND {end}_p.name = s.{end}_package
        JOIN exograph.package_versions {end}_v ON {end}_v.package_id = {end}_p.id AND {end}_v.version = s.{end}_version
        JOIN exograph.files {end}_f ON {end}_f.package_version_id = {end}_v.id AND {end}_f.sha256 = s.{end}_file_sha256
        JOIN exograph.graph_nodes {end}
            ON {end}.file_id = {end}_f.id AND {end}.engine = s.{end}_engine AND {end}.kind = s.{end}_kind
            AND {end}.qualified_name = s.{end}_qualified_name AND {end}.external_id IS NULL
            AND {end}.line IS NOT DISTINCT FROM s.{end}_line AND {end}.col IS NOT DISTINCT FROM s.{end}_col
        """;
}

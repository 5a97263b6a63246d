using Exograph.ServerSide.Benchmarks.Loading.Writing;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>
/// A prepared INSERT .. ON CONFLICT per row, from the client, in one transaction: a dimension's returns the id of the new row or
/// of the one that stands, in one round trip.
/// </summary>
internal sealed class RowByRowContender : ILoadContender
{
    private const string GraphNodeKey =
        "exograph.graph_node_digest(package_version_id, file_id, engine, kind, external_id, qualified_name, line, col)";

    public string Name => "row-by-row";

    public string Description => "INSERT .. ON CONFLICT of one row at a time from the client, prepared, one transaction";

    public Pace Pace => Pace.Rows;

    public string UnfitForStanding => ILoadContender.BlindOnConflict;

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var corpus = context.Corpus;
        var ids = new ResolvedIds(corpus);
        var tables = new ResolvedTables(ids);
        await using var connection = await context.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // A row that stands is updated with what it holds, because DO NOTHING would not return its id.
        Task DimensionAsync<TRow>(
            TableWriter<TRow> writer, IEnumerable<TRow> rows, string key, string column, Action<TRow, long> note) =>
            context.PhaseAsync($"inserting {writer.Table}", async () =>
            {
                await using var insert = new ChunkedInsert<TRow>(connection, writer, rowsPerChunk: 1,
                    $"ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column} RETURNING id::bigint");
                foreach (var row in rows)
                    await insert.RunAsync([row], r => note(row, r.GetInt64(0)), cancellationToken);
            }, cancellationToken);

        Task FactsAsync<TRow>(TableWriter<TRow> writer, IEnumerable<TRow> rows) =>
            context.PhaseAsync($"inserting {writer.Table}", async () =>
            {
                await using var insert = new ChunkedInsert<TRow>(connection, writer, rowsPerChunk: 1, "ON CONFLICT DO NOTHING");
                await insert.RunAsync(rows, cancellationToken: cancellationToken);
            }, cancellationToken);

        await DimensionAsync(tables.Packages, corpus.PackageRows(), "ecosystem, name", "name",
            (r, id) => ids.Packages[r.Id] = id);
        await DimensionAsync(tables.Versions, corpus.PackageVersionRows(), "package_id, version", "version",
            (r, id) => ids.Versions[r.Id] = id);
        await DimensionAsync(tables.Files, corpus.FileRows(), "package_version_id, sha256", "sha256",
            (r, id) => ids.Files[r.Id] = id);
        await FactsAsync(tables.FilePaths, corpus.FileRows());
        await DimensionAsync(tables.Terms, corpus.TermRows(), "exograph.text_digest(term)", "term",
            (r, id) => ids.Terms[r.Id] = (int)id);
        await DimensionAsync(tables.Fragments, corpus.FragmentRows(), "content_hash, file_id, line, end_line", "content_hash",
            (r, id) => ids.Fragments[r.Id] = id);
        await DimensionAsync(tables.Nodes, corpus.GraphNodeRows(), GraphNodeKey, "engine", (r, id) => ids.Nodes[r.Id] = id);
        await FactsAsync(tables.Comments, corpus.CommentRows());
        await FactsAsync(tables.Definitions, corpus.DefinitionRows());
        await FactsAsync(tables.References, corpus.SymbolReferenceRows());
        await FactsAsync(tables.CallEdges, corpus.CallEdgeRows());
        await FactsAsync(tables.FragmentTermSets, TermSet.Pack(corpus.FragmentTermRows()));
        await transaction.CommitAsync(cancellationToken);
        await context.AnalyzeAsync(cancellationToken);
    }
}

using Exograph.ServerSide.Benchmarks.Loading.Writing;
using NpgsqlTypes;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>
/// The client resolves everything: it numbers new rows itself, from where the server's sequences are, holds every natural key
/// in a dictionary, and copies final rows into the tables with their keys, indexes and foreign keys on.
/// </summary>
internal sealed class ClientResolvedContender : ILoadContender
{
    public string Name => "client-copy";

    public string Description => "all ids resolved by dictionaries in the client, COPY into the constrained index tables";

    public Pace Pace => Pace.Chunks;

    public string UnfitForStanding => "what others have loaded is in no dictionary of the client";

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var corpus = context.Corpus;
        var ids = new ResolvedIds(corpus);
        var tables = new ResolvedTables(ids);

        Task CopyAsync<TRow>(TableWriter<TRow> writer, IEnumerable<TRow> rows) =>
            writer.CopyAsync(context.DataSource, writer.Table, rows, cancellationToken);

        // One COPY per dimension: each refers to those before it.
        async Task DimensionAsync<TRow, TKey>(
            TableWriter<TRow> writer, IEnumerable<TRow> rows, Func<TRow, TKey> keyOf, Action<TRow, long> note)
            where TKey : notnull
        {
            var dictionary = await KeyDictionary<TKey>.CreateAsync(context.DataSource, writer.Table, cancellationToken);
            var id = 0L;
            if (writer.Table == tables.Terms.Table)
                writer.Add("id", NpgsqlDbType.Integer, _ => (int)id);
            else
                writer.Add("id", NpgsqlDbType.Bigint, _ => id);

            IEnumerable<TRow> NewRows()
            {
                foreach (var row in rows)
                {
                    var isNew = dictionary.TryAdd(keyOf(row), out id);
                    note(row, id);
                    if (isNew)
                        yield return row;
                }
            }
            await context.PhaseAsync($"copying {writer.Table}", async () =>
            {
                await CopyAsync(writer, NewRows());
                await dictionary.SaveAsync(cancellationToken);
            }, cancellationToken);
        }

        await DimensionAsync(tables.Packages, corpus.PackageRows(), r => (r.Ecosystem, r.Name),
            (r, id) => ids.Packages[r.Id] = id);
        await DimensionAsync(tables.Versions, corpus.PackageVersionRows(), r => (ids.Packages[r.PackageId], r.Version),
            (r, id) => ids.Versions[r.Id] = id);
        await DimensionAsync(tables.Files, corpus.FileRows(), r => (ids.VersionOfFile(r.Id), Convert.ToHexString(r.Sha256.Span)),
            (r, id) => ids.Files[r.Id] = id);
        await DimensionAsync(tables.Terms, corpus.TermRows(), r => r.Term, (r, id) => ids.Terms[r.Id] = (int)id);
        await DimensionAsync(tables.Fragments, corpus.FragmentRows(), r => Convert.ToHexString(r.ContentHash!.Value.Span),
            (r, id) => ids.Fragments[r.Id] = id);
        await DimensionAsync(tables.Nodes, corpus.GraphNodeRows(),
            r => (ids.Files[r.FileId!.Value], r.Engine, r.Kind, r.ExternalId, r.QualifiedName, r.Line, r.Col),
            (r, id) => ids.Nodes[r.Id] = id);

        // The facts do not refer to each other.
        var streams = new ParallelOptions { MaxDegreeOfParallelism = context.Settings.Streams };
        await context.PhaseAsync("copying facts", () => Parallel.ForEachAsync<Func<Task>>(
            [
                () => CopyAsync(tables.FragmentTermSets, TermSet.Pack(corpus.FragmentTermRows())),
                () => CopyAsync(tables.References, corpus.SymbolReferenceRows()),
                () => CopyAsync(tables.CallEdges,
                    corpus.CallEdgeRows().DistinctBy(r => (r.CallerNodeId, r.CalleeNodeId, r.Line, r.Col))),
                () => CopyAsync(tables.Definitions, corpus.DefinitionRows()),
                () => CopyAsync(tables.Comments, corpus.CommentRows()),
                () => CopyAsync(tables.FilePaths, corpus.FileRows()),
            ], streams, async (copy, _) => await copy()), cancellationToken);
        await context.AnalyzeAsync(cancellationToken);
    }
}

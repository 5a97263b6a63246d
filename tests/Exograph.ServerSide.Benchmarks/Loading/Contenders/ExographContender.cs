using Exograph.ServerSide.Benchmarks.Loading.Writing;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>
/// Exograph's own algorithm: package by package, a transaction each, INSERT of many rows ON CONFLICT DO NOTHING RETURNING; the
/// ids of rows that stood are fetched by SELECT into dictionaries; facts go in chunks into the constrained tables. The calls
/// come last, because they may lead into any package.
/// </summary>
internal sealed class ExographContender : ILoadContender
{
    /// <summary>Between the 1,000 and 3,000 of Exograph: 14 columns of them fit the 65,535 parameters of a statement.</summary>
    private const int RowsPerChunk = 2_000;

    public string Name => "exograph";

    public string Description => $"Exograph's own algorithm: package by package, INSERT of {RowsPerChunk:N0} rows ON CONFLICT DO "
        + "NOTHING RETURNING, SELECT of ids into dictionaries, facts in chunks";

    public Pace Pace => Pace.Chunks;

    public string UnfitForStanding => ILoadContender.BlindOnConflict;

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        await using var connection = await context.DataSource.OpenConnectionAsync(cancellationToken);
        await using var load = new Run(connection, context.Corpus);
        await context.PhaseAsync("packages", async () =>
        {
            foreach (var package in PackageRows.Of(context.Corpus))
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await load.InsertAsync(package, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
        }, cancellationToken);
        await context.PhaseAsync("calls", async () =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await load.InsertRestAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }, cancellationToken);
        await context.AnalyzeAsync(cancellationToken);
    }

    private sealed class Run : IAsyncDisposable
    {
        private const string Standing = "ON CONFLICT DO NOTHING";

        private readonly NpgsqlConnection _connection;
        private readonly Corpus _corpus;
        private readonly TermRow[] _terms;
        private readonly ResolvedIds _ids;
        private readonly ChunkedInsert<PackageRow> _packages;
        private readonly ChunkedInsert<PackageVersionRow> _versions;
        private readonly ChunkedInsert<FileRow> _files;
        private readonly ChunkedInsert<FileRow> _filePaths;
        private readonly ChunkedInsert<TermRow> _termRows;
        private readonly ChunkedInsert<FragmentRow> _fragments;
        private readonly ChunkedInsert<GraphNodeRow> _nodes;
        private readonly ChunkedInsert<CommentRow> _comments;
        private readonly ChunkedInsert<DefinitionRow> _definitions;
        private readonly ChunkedInsert<SymbolReferenceRow> _references;
        private readonly ChunkedInsert<CallEdgeRow> _calls;
        private readonly ChunkedInsert<TermSet> _fragmentTerms;
        private readonly List<IAsyncDisposable> _inserts = [];

        public Run(NpgsqlConnection connection, Corpus corpus)
        {
            _connection = connection;
            _corpus = corpus;
            _terms = [.. corpus.TermRows()];
            _ids = new ResolvedIds(corpus);
            var tables = new ResolvedTables(_ids);
            _packages = Insert(tables.Packages, $"{Standing} RETURNING id, name");
            _versions = Insert(tables.Versions, $"{Standing} RETURNING id, version");
            _files = Insert(tables.Files, $"{Standing} RETURNING id, sha256");
            _filePaths = Insert(tables.FilePaths, Standing);
            _termRows = Insert(tables.Terms, $"{Standing} RETURNING id::bigint, term");
            _fragments = Insert(tables.Fragments, $"{Standing} RETURNING id, content_hash");
            _nodes = Insert(tables.Nodes, $"{Standing} RETURNING id, file_id, qualified_name, line");
            _comments = Insert(tables.Comments, Standing);
            _definitions = Insert(tables.Definitions, Standing);
            _references = Insert(tables.References, Standing);
            _calls = Insert(tables.CallEdges, Standing);
            _fragmentTerms = Insert(tables.FragmentTermSets, Standing);
        }

        public async Task InsertAsync(PackageRows rows, CancellationToken cancellationToken)
        {
            await ResolveAsync(_packages, [rows.Package], r => r.Name, r => r.GetString(1),
                "SELECT id, name FROM exograph.packages WHERE ecosystem = $1 AND name = ANY($2)",
                missing => [rows.Package.Ecosystem, missing], (r, id) => _ids.Packages[r.Id] = id, cancellationToken);
            await ResolveAsync(_versions, [rows.Version], r => r.Version, r => r.GetString(1),
                "SELECT id, version FROM exograph.package_versions WHERE package_id = $1 AND version = ANY($2)",
                missing => [_ids.Packages[rows.Number], missing], (r, id) => _ids.Versions[r.Id] = id, cancellationToken);
            await ResolveAsync(_files, rows.Files, r => Key(r.Sha256), r => Key(r.GetFieldValue<byte[]>(1)),
                "SELECT id, sha256 FROM exograph.files WHERE package_version_id = $1 AND sha256 = ANY($2)",
                missing => [_ids.Versions[rows.Number], Bytes(missing)], (r, id) => _ids.Files[r.Id] = id, cancellationToken);
            await _filePaths.RunAsync(rows.Files, cancellationToken: cancellationToken);

            var terms = rows.FragmentTerms.Select(t => t.TermId).Distinct().Select(n => _terms[n - 1]).ToList();
            await ResolveTermsAsync(terms, cancellationToken);
            await ResolveAsync(_fragments, rows.Fragments, r => Key(r.ContentHash!.Value), r => Key(r.GetFieldValue<byte[]>(1)),
                "SELECT id, content_hash FROM exograph.fragments WHERE content_hash = ANY($1)",
                missing => [Bytes(missing)], (r, id) => _ids.Fragments[r.Id] = id, cancellationToken);
            await ResolveAsync(_nodes, rows.Nodes, r => (_ids.Files[r.FileId!.Value], r.QualifiedName, r.Line!.Value),
                r => (r.GetInt64(1), r.GetString(2), r.GetInt32(3)),
                "SELECT id, file_id, qualified_name, line FROM exograph.graph_nodes WHERE file_id = ANY($1)",
                missing => [missing.Select(m => m.Item1).Distinct().ToArray()], (r, id) => _ids.Nodes[r.Id] = id,
                cancellationToken);

            await _comments.RunAsync(rows.Comments, cancellationToken: cancellationToken);
            await _definitions.RunAsync(rows.Definitions, cancellationToken: cancellationToken);
            await _references.RunAsync(rows.References, cancellationToken: cancellationToken);
            await _fragmentTerms.RunAsync(TermSet.Pack(rows.FragmentTerms), cancellationToken: cancellationToken);
        }

        /// <summary>The calls, and the terms that no fragment holds.</summary>
        public async Task InsertRestAsync(CancellationToken cancellationToken)
        {
            await ResolveTermsAsync([.. _terms.Where(t => _ids.Terms[t.Id] == 0)], cancellationToken);
            await _calls.RunAsync(_corpus.CallEdgeRows(), cancellationToken: cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var insert in _inserts)
                await insert.DisposeAsync();
        }

        private Task ResolveTermsAsync(List<TermRow> terms, CancellationToken cancellationToken) => ResolveAsync(
            _termRows, terms, r => r.Term, r => r.GetString(1),
            """
            SELECT t.id::bigint, t.term
            FROM unnest($1) wanted
            JOIN exograph.terms t ON exograph.text_digest(t.term) = exograph.text_digest(wanted) AND t.term = wanted
            """,
            missing => [missing], (r, id) => _ids.Terms[r.Id] = (int)id, cancellationToken);

        /// <summary>Inserts the rows that are new, and notes the ids of all: of those that stood by a SELECT.</summary>
        private async Task ResolveAsync<TRow, TKey>(
            ChunkedInsert<TRow> insert, IReadOnlyList<TRow> rows, Func<TRow, TKey> keyOf, Func<NpgsqlDataReader, TKey> readKey,
            string select, Func<TKey[], object[]> parametersOf, Action<TRow, long> note, CancellationToken cancellationToken)
            where TKey : notnull
        {
            var ids = new Dictionary<TKey, long>(rows.Count);
            void Read(NpgsqlDataReader reader) => ids[readKey(reader)] = reader.GetInt64(0);

            await insert.RunAsync(rows, Read, cancellationToken);
            var missing = rows.Select(keyOf).Where(k => !ids.ContainsKey(k)).ToArray();
            if (missing.Length > 0)
            {
                await using var command = new NpgsqlCommand(select, _connection);
                foreach (var value in parametersOf(missing))
                    command.Parameters.Add(new NpgsqlParameter { Value = value });
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                    Read(reader);
            }
            foreach (var row in rows)
                note(row, ids[keyOf(row)]);
        }

        private ChunkedInsert<TRow> Insert<TRow>(TableWriter<TRow> writer, string suffix)
        {
            var insert = new ChunkedInsert<TRow>(_connection, writer, RowsPerChunk, suffix);
            _inserts.Add(insert);
            return insert;
        }

        /// <summary>Bytes as a key of a dictionary.</summary>
        private static string Key(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);

        private static byte[][] Bytes(string[] keys) => [.. keys.Select(Convert.FromHexString)];
    }
}

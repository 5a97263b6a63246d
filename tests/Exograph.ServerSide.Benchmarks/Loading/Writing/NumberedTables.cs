using DuckDB.NET.Data;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace Exograph.ServerSide.Benchmarks.Loading.Writing;

/// <summary>A table with its rows.</summary>
internal interface IFilledTable
{
    /// <summary>Its name, without a schema.</summary>
    string Name { get; }

    /// <summary>Names and types of its columns, for CREATE TABLE.</summary>
    string Definitions { get; }

    /// <summary>Copies the rows into a table of PostgreSQL's.</summary>
    Task CopyAsync(NpgsqlDataSource dataSource, string target, CancellationToken cancellationToken);

    /// <summary>Appends the rows to a table of DuckDB's.</summary>
    void Append(DuckDBConnection connection, string catalog, string schema);
}

/// <summary>The corpus as a producer numbers it: rows name their parents by the numbers of these, and every dimension has an id.</summary>
internal sealed class NumberedTables
{
    public NumberedTables(Corpus corpus)
    {
        var tables = new ResolvedTables(ResolvedIds.OfNumbers(corpus));
        FragmentTerms = new FilledTable<FragmentTermRow>(
            new TableWriter<FragmentTermRow>("fragment_terms")
                .Add("fragment_id", Bigint, r => r.FragmentId)
                .Add("term_id", Integer, r => r.TermId),
            corpus.FragmentTermRows());
        Others =
        [
            Filled(tables.References, corpus.SymbolReferenceRows()),
            Filled(tables.Fragments.Add("id", Bigint, r => r.Id), corpus.FragmentRows()),
            Filled(tables.CallEdges, corpus.CallEdgeRows().DistinctBy(r => (r.CallerNodeId, r.CalleeNodeId, r.Line, r.Col))),
            Filled(tables.Nodes.Add("id", Bigint, r => r.Id).Add("external_id", Text, r => r.ExternalId), corpus.GraphNodeRows()),
            Filled(tables.Definitions, corpus.DefinitionRows()),
            Filled(tables.Files.Add("id", Bigint, r => r.Id), corpus.FileRows()),
            Filled(tables.Comments, corpus.CommentRows()),
            Filled(tables.FilePaths, corpus.FileRows()),
            Filled(tables.Terms.Add("id", Integer, r => r.Id), corpus.TermRows()),
            Filled(tables.Versions.Add("id", Bigint, r => r.Id), corpus.PackageVersionRows()),
            Filled(tables.Packages.Add("id", Bigint, r => r.Id), corpus.PackageRows()),
        ];
    }

    /// <summary>Pairs.</summary>
    public IFilledTable FragmentTerms { get; }

    public IReadOnlyList<IFilledTable> Others { get; }

    /// <summary>The largest first.</summary>
    public IReadOnlyList<IFilledTable> All => [FragmentTerms, .. Others];

    private static FilledTable<TRow> Filled<TRow>(TableWriter<TRow> writer, IEnumerable<TRow> rows) => new(writer, rows);

    private sealed class FilledTable<TRow>(TableWriter<TRow> writer, IEnumerable<TRow> rows) : IFilledTable
    {
        public string Name => writer.Table.Split('.')[^1];

        public string Definitions => writer.Definitions;

        public Task CopyAsync(NpgsqlDataSource dataSource, string target, CancellationToken cancellationToken) =>
            writer.CopyAsync(dataSource, target, rows, cancellationToken);

        public void Append(DuckDBConnection connection, string catalog, string schema)
        {
            using var appender = connection.CreateAppender(catalog, schema, Name);
            foreach (var row in rows)
                writer.Append(appender.CreateRow(), row);
        }
    }
}

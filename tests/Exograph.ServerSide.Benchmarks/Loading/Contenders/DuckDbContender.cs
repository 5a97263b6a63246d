using System.Globalization;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Exograph.ServerSide.Benchmarks.Loading.Writing;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>
/// DuckDB, an embedded column store: rows by its appender, several tables at once, into the tables of <see cref="DuckDbIndex"/>;
/// then a checkpoint. Either the producer's numbers are the ids, or they are resolved by <see cref="SetMerge"/>.
/// </summary>
internal sealed partial class DuckDbContender(string name, bool resolves) : ILoadContender
{
    private const string ResolvedTerms = """
        INSERT INTO exograph.fragment_terms (fragment_id, term_id)
        SELECT DISTINCT g.id, t.id
        FROM staged.fragment_terms s
        JOIN staged.fragment_ids g ON g.number = s.fragment_id
        JOIN staged.term_ids t ON t.number = s.term_id
        WHERE NOT EXISTS (SELECT 1 FROM exograph.fragment_terms d WHERE d.fragment_id = g.id AND d.term_id = t.id)
        ORDER BY t.id, g.id;
        """;

    public string Name => name;

    public string Description => "DuckDB: rows appended to keyed tables, the terms of fragments ordered by term, checkpoint; "
        + (resolves ? "ids resolved and duplicates refused by its own SQL, the statements of by-hand" : "ids are the producer's numbers");

    public Pace Pace => Pace.Whole;

    public IndexForm Form => IndexForm.Elsewhere;

    public string UnfitForStanding => resolves
        ? "its database is always made anew here" : "its keys refuse numbers that are taken";

    public async Task PrepareDatabaseAsync(NpgsqlDataSource dataSource, string input, CancellationToken cancellationToken)
    {
        File.Delete(DuckDbIndex.FileIn(input));
        await RowForm.ApplyAsync(dataSource, cancellationToken);
        await (await IndexSchema.ReadAsync(dataSource, cancellationToken)).StripAsync(dataSource, cancellationToken);
    }

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var (tables, input) = (new NumberedTables(context.Corpus), context.Settings.Input);
        using var connection = DuckDbIndex.Open(input);
        connection.Run($"ATTACH ':memory:' AS {DuckDbIndex.Staging}; CREATE SCHEMA exograph; CREATE SEQUENCE ids");
        foreach (var table in tables.All)
            connection.Run(DuckDbIndex.Create(table.Name, Columns(table, isNumberedByDefault: resolves)));

        Task AppendAsync(IEnumerable<IFilledTable> filled, string catalog, string schema) => ContenderContext.InParallelAsync(
            context.Settings.Streams, filled, (table, token) => Task.Run(() =>
            {
                using var stream = DuckDbIndex.Open(input);
                if (catalog == DuckDbIndex.Staging)
                    stream.Run($"CREATE TABLE {DuckDbIndex.Staging}.{table.Name} ({Columns(table, isNumberedByDefault: false)})");
                table.Append(stream, catalog, schema);
            }, token), cancellationToken);

        await context.PhaseAsync("appending", () => resolves
            ? AppendAsync(tables.All, DuckDbIndex.Staging, "main")
            : Task.WhenAll(
                AppendAsync([tables.FragmentTerms], DuckDbIndex.Staging, "main"),
                AppendAsync(tables.Others, DuckDbIndex.Catalog, "exograph")),
            cancellationToken);
        IEnumerable<(string Table, string Sql)> statements = resolves
            ? new SetMerge("CREATE TABLE").Statements.Append(("fragment_terms", ResolvedTerms))
            : [("fragment_terms", DuckDbIndex.OrderedByTerm)];
        foreach (var (table, sql) in statements)
        {
            await context.PhaseAsync(
                $"inserting {table}", () => Task.Run(() => connection.Run(sql), cancellationToken), cancellationToken);
        }
        await context.PhaseAsync(
            "checkpoint", () => Task.Run(() => connection.Run("CHECKPOINT"), cancellationToken), cancellationToken);
        context.Sizes = SizesOf(connection, new FileInfo(DuckDbIndex.FileIn(input)).Length);
    }

    /// <summary>By CSV.</summary>
    public async Task PresentAsync(NpgsqlDataSource dataSource, string input, CancellationToken cancellationToken)
    {
        using var connection = DuckDbIndex.Open(input);
        foreach (var table in IndexTables.All)
        {
            var columns = ColumnsOf(connection, table);
            var file = Path.Combine(input, $"{table}.csv");
            connection.Run($"""
                COPY (SELECT {string.Join(", ", columns.Select(InCsv))} FROM exograph.{table}) TO '{file}' (FORMAT csv, HEADER false)
                """);
            await using var target = await dataSource.OpenConnectionAsync(cancellationToken);
            await using (var copy = await target.BeginTextImportAsync(
                $"COPY exograph.{table} ({string.Join(", ", columns.Select(c => c.Name))}) FROM STDIN (FORMAT csv)", cancellationToken))
            {
                using var rows = File.OpenText(file);
                var block = new char[1 << 20];
                while (await rows.ReadBlockAsync(block, cancellationToken) is > 0 and var read)
                    await copy.WriteAsync(block.AsMemory(0, read), cancellationToken);
            }
            File.Delete(file);
        }
    }

    private static string InCsv((string Name, string Type) column) => column.Type switch
    {
        "BLOB" => $@"'\x' || hex({column.Name})",
        "BIGINT[]" => $"'{{' || array_to_string({column.Name}, ',') || '}}'",
        _ => column.Name,
    };

    /// <summary>The blocks of the terms of fragments, and all else of the file.</summary>
    private static TableSize[] SizesOf(DuckDBConnection connection, long bytes)
    {
        const string Terms = "fragment_terms";
        var ofTerms = connection.Query($"""
            SELECT count(DISTINCT s.block_id) * (SELECT max(block_size) FROM pragma_database_size())
            FROM pragma_storage_info('exograph.{Terms}') s WHERE s.persistent
            """, r => Convert.ToInt64(r.GetValue(0), CultureInfo.InvariantCulture))[0];
        return [new TableSize(Terms, ofTerms, 0), new TableSize("other", bytes - ofTerms, 0)];
    }

    private static IReadOnlyList<(string Name, string Type)> ColumnsOf(DuckDBConnection connection, string table) =>
        connection.Query($"""
            SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'exograph' AND table_name = '{table}'
            """, r => (r.GetString(0), r.GetString(1)));

    private static string Columns(IFilledTable table, bool isNumberedByDefault)
    {
        var columns = table.Definitions.Replace(" COLLATE \"C\"", "", StringComparison.Ordinal);
        return isNumberedByDefault ? Id().Replace(columns, "$0 DEFAULT nextval('ids')") : columns;
    }

    [GeneratedRegex(@"\bid (Bigint|Integer)\b")]
    private static partial Regex Id();
}

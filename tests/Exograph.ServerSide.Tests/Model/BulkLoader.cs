using System.Globalization;
using System.Text;
using System.Text.Json;
using Exograph.ServerSide.Tests.Loading;
using Npgsql;
using NpgsqlTypes;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// The loader under test, as plain SQL gets at it. Nothing of the driver library is used: that is typed, and would not stage a
/// NULL in a required column.
/// </summary>
/// <param name="connection">Where to load.</param>
/// <param name="givenHashes">The content hashes that bundles bring, as cells are rendered.</param>
internal sealed class BulkLoader(NpgsqlConnection connection, HashSet<string> givenHashes)
{
    public Task<int> BeginAsync(
        long? partitionThreshold = null, string? onReject = null, bool reserved = false, string? mode = null, string[]? complete = null) =>
        ScalarAsync<int>(
            "SELECT exograph.begin_load('model', partition_threshold => $1, on_reject => $2, ids => $3, mode => $4, complete => $5)",
            new NpgsqlParameter { Value = (object?)partitionThreshold ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new NpgsqlParameter { Value = (object?)onReject ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter { Value = reserved ? "reserved" : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter { Value = (object?)mode ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter
            {
                Value = (object?)complete ?? DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            });

    /// <summary>What files_lacking tells of the staged files: number and table.</summary>
    public Task<List<(long? Number, string Table)>> LackingAsync(int load) => ListAsync(
        "SELECT number, table_name FROM exograph.files_lacking($1)",
        r => (r.IsDBNull(0) ? (long?)null : r.GetInt64(0), r.GetString(1)),
        load);

    /// <summary>What counts as complete: ids of files, each with a table.</summary>
    public Task<List<(long File, string Table)>> CompleteAsync() => ListAsync(
        "SELECT DISTINCT file_id, unnest(tables) FROM exograph.complete_facts", r => (r.GetInt64(0), r.GetString(1)));

    /// <summary>What check_index finds.</summary>
    public Task<List<string>> FindingsAsync() =>
        ListAsync("SELECT concat_ws(': ', finding, object, detail) FROM exograph.check_index()", r => r.GetString(0));

    /// <summary>What becomes of the open loads that are older than two days when these are abandoned.</summary>
    public Task<List<(int Load, string Outcome)>> AbandonOldAsync() => ListAsync(
        "SELECT load_id, outcome FROM exograph.abandon_loads('2 days')", r => (r.GetInt32(0), r.GetString(1)));

    /// <summary>Ids of terms, of no load.</summary>
    public Task ResolveTermsAsync(string[] terms) =>
        ScalarAsync<int[]>("SELECT exograph.resolve_terms($1)", new NpgsqlParameter { Value = terms });

    /// <summary>Ids that nobody else gets, in ascending order.</summary>
    public Task<List<long>> ReserveAsync(int load, BundleTable table, int count) => ListAsync(
        $"SELECT generate_series(first, last) FROM exograph.reserve_ids($1, '{table.Name}', {count}) ORDER BY 1",
        r => r.GetInt64(0),
        load);

    /// <summary>Ids of terms, in their order.</summary>
    public async Task<IReadOnlyList<long>> ResolveTermsAsync(int load, string[] terms)
    {
        var ids = await ScalarAsync<int[]>(
            "SELECT exograph.resolve_terms($1, $2)", new NpgsqlParameter { Value = terms }, new NpgsqlParameter { Value = load });
        return [.. ids.Select(id => (long)id)];
    }

    /// <summary>Stages a bundle, its pairs of fragment and term in whatever form <paramref name="random"/> chooses.</summary>
    public async Task StageAsync(int load, Bundle bundle, Random random)
    {
        ExpectHashesOf(bundle);
        var (pairs, sets) = TermSets.Form(bundle[BundleTable.FragmentTerms], random);
        foreach (var table in BundleTable.All)
        {
            await CopyAsync($"exograph_load_{load}.staged_{table.Name} ({ColumnList(table)})",
                [.. (table == BundleTable.FragmentTerms ? pairs : bundle[table]).Select(row => row.Cells.Select(CopyText))]);
        }
        await CopyAsync($"exograph_load_{load}.staged_fragment_term_sets (fragment_id, term_ids)",
            [.. sets.Select(set => new[] { CopyText(set.Fragment), set.Terms ?? CopyText(null) })]);
        if (random.Next(2) == 0)
            await ExecuteAsync($"CALL exograph.index_staged_sets({load})");
    }

    /// <summary>Takes note of the content hashes that a bundle brings: all others will be computed ones.</summary>
    public void ExpectHashesOf(Bundle bundle) =>
        givenHashes.UnionWith(bundle[BundleTable.Fragments].Select(fragment => Cell.Render(fragment["content_hash"])));

    public Task FinalizeAsync(int load, string? onReject = null, string? mode = null) =>
        ExecuteAsync(FinalizeSql(load, onReject, mode));

    public static string FinalizeSql(int load, string? onReject, string? mode) =>
        $"CALL exograph.finalize_load({load}, on_reject => {Literal(onReject)}, mode => {Literal(mode)})";

    public Task<string> StateAsync(int load) =>
        ScalarAsync<string>("SELECT state FROM exograph.loads WHERE load_id = $1", new NpgsqlParameter { Value = load });

    /// <summary>Which of these loads have been undone.</summary>
    public async Task<IReadOnlySet<int>> UndoneAsync(IReadOnlyList<int> loads) => (await ListAsync(
        $"SELECT load_id FROM exograph.loads WHERE state = 'undone' AND load_id IN ({string.Join(", ", loads)})",
        r => r.GetInt32(0))).ToHashSet();

    /// <summary>Who leans on which of these loads for which table, as the index has noted it.</summary>
    public Task<List<Dependency>> DependenciesAsync(IReadOnlyList<int> loads) => ListAsync(
        $"SELECT load_id, depends_on, table_name FROM exograph.load_dependencies WHERE depends_on IN ({string.Join(", ", loads)})",
        r => new Dependency(r.GetInt32(0), r.GetInt32(1), r.GetString(2)));

    public async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public Task<List<TableCounts>> ReportAsync(int load) => ListAsync(
        """
        SELECT table_name, staged, inserted, existing, collapsed, rejected, conflicting, replaced
        FROM exograph.load_report WHERE load_id = $1
        """,
        r => new TableCounts(
            r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6),
            r.GetInt64(7)),
        load);

    public Task<List<string>> CheckAsync(int load) => RejectsAsync("exograph.check_load($1)", load);

    public Task<List<string>> RejectsAsync(int load) =>
        RejectsAsync("(SELECT * FROM exograph.load_rejects WHERE load_id = $1)", load);

    /// <summary>The rejects, those of the terms of a set as pairs.</summary>
    private Task<List<string>> RejectsAsync(string source, int load) => ListAsync(
        $"""
        SELECT table_name, (CASE WHEN staged_row ? 'term_ids'
                                THEN jsonb_build_object('fragment_id', staged_row -> 'fragment_id', 'term_id', t)
                                ELSE staged_row END)::text
        FROM {source} r LEFT JOIN LATERAL jsonb_array_elements(r.staged_row -> 'term_ids') t ON true
        """,
        RejectedRow, load);

    /// <summary>The staged rows, as they stand.</summary>
    public async Task<List<string>> StagedAsync(int load)
    {
        var rows = new List<string>();
        foreach (var table in BundleTable.All)
        {
            var sets = table != BundleTable.FragmentTerms ? "" :
                $" UNION ALL SELECT fragment_id, unnest(coalesce(term_ids, '{{NULL}}')) FROM exograph_load_{load}.staged_fragment_term_sets";
            rows.AddRange(await ListAsync(
                $"SELECT {ColumnList(table)} FROM exograph_load_{load}.staged_{table.Name}{sets}",
                r => Describe(table, ReadCells(table, r))));
        }
        return rows;
    }

    /// <summary>How far each sequence of the index has come.</summary>
    public Task<List<string>> SequencesAsync() => ListAsync(
        """
        SELECT format('%s at %s', sequencename, last_value) FROM pg_sequences
        WHERE schemaname = 'exograph' AND sequencename <> 'loads_load_id_seq' ORDER BY sequencename
        """,
        r => r.GetString(0));

    public Task<bool> HasStagingAsync(int load) =>
        ScalarAsync<bool>("SELECT to_regnamespace($1) IS NOT NULL", new NpgsqlParameter { Value = $"exograph_load_{load}" });

    /// <summary>What is in the index, with the id of every dimension row.</summary>
    public async Task<(IndexContent Content, Func<RowKey, long> IdOf)> ReadIndexAsync()
    {
        var index = new IndexReader(givenHashes);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var table in BundleTable.All)
            batch.BatchCommands.Add(new($"SELECT {ColumnList(table)}, load_id FROM exograph.{table.Name}"));
        batch.BatchCommands.Add(new("SELECT file_id, path, load_id FROM exograph.file_paths"));
        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var table in BundleTable.All)
        {
            while (await reader.ReadAsync())
                index.Add(table, ReadCells(table, reader), Owner(reader.GetInt32(table.Columns.Count), table));
            await reader.NextResultAsync();
        }
        while (await reader.ReadAsync())
            index.AddFilePath(reader.GetInt64(0), reader.GetString(1), reader.GetInt32(2));
        return (index.Content, index.IdOf);
    }

    /// <summary>Sets of terms that are empty, unordered or overlap with another of their fragment.</summary>
    public Task<List<string>> BrokenTermSetsAsync() => ListAsync(
        """
        SELECT format('no set: %s of fragment %s', term_ids, fragment_id) FROM exograph.fragment_term_sets
        WHERE term_ids = '{}' OR term_ids <> ARRAY(SELECT DISTINCT t FROM unnest(term_ids) t ORDER BY t)
        UNION ALL
        SELECT format('in two sets of fragment %s: term %s', fragment_id, t)
        FROM exograph.fragment_term_sets, unnest(term_ids) t GROUP BY fragment_id, t HAVING count(*) > 1
        """,
        r => r.GetString(0));

    /// <summary>Takes back what loads have left. The ledger stays.</summary>
    public async Task EmptyIndexAsync()
    {
        var statements = await ListAsync(
            """
            SELECT format('CALL exograph.abandon_load(%s)', load_id) FROM exograph.loads WHERE state = 'open'
            UNION ALL
            SELECT format('DROP TABLE %s', p.inhrelid::regclass)
            FROM pg_inherits p JOIN pg_class c ON c.oid = p.inhrelid
            WHERE c.relkind = 'r' AND c.relnamespace = 'exograph'::regnamespace AND c.relname NOT LIKE '%\_shared'
            """,
            r => r.GetString(0));
        statements.AddRange(BundleTable.All.Reverse().Select(table => $"DELETE FROM exograph.{table.Name}"));
        statements.Add("DELETE FROM exograph.load_dependencies");
        await ExecuteAsync(string.Join(";\n", statements));
    }

    /// <summary>A row as rejected rows are compared: jsonb does not tell SQL's null from its own.</summary>
    public static string Describe(BundleTable table, IReadOnlyList<object?> cells) =>
        $"{table}: " + string.Join(", ", cells
            .Zip(table.Columns, (cell, column) => (Cell: cell, column.Name))
            .Where(named => named.Cell is not (null or Json { Value: "null" }))
            .Select(named => $"{named.Name}={Cell.Render(named.Cell)}"));

    public static string ColumnList(BundleTable table) => string.Join(", ", table.Columns.Select(column => column.Name));

    /// <summary>The columns of a table, in their order, from the beginning of a row.</summary>
    public static object?[] ReadCells(BundleTable table, NpgsqlDataReader reader) =>
        [.. table.Columns.Select((column, i) => reader.IsDBNull(i) ? null : ReadCell(column.Type, reader, i))];

    /// <summary>Whose a row is: the facts of a small load carry its number negated.</summary>
    private static int Owner(int load, BundleTable table) => table.IsDimension ? load : Math.Abs(load);

    private static string Literal(string? text) => text is null ? "NULL" : Sql.Literal(text);

    private static string RejectedRow(NpgsqlDataReader reader)
    {
        var table = BundleTable.Named(reader.GetString(0));
        using var row = JsonDocument.Parse(reader.GetString(1));
        var cells = table.Columns
            .Select(column => row.RootElement.TryGetProperty(column.Name, out var cell) ? FromJson(column.Type, cell) : null)
            .ToArray();
        return Describe(table, cells);
    }

    private static object? FromJson(ColumnType type, JsonElement cell) => type switch
    {
        _ when cell.ValueKind == JsonValueKind.Null => null,
        ColumnType.Bigint or ColumnType.Integer => cell.GetInt64(),
        ColumnType.Text => cell.GetString(),
        ColumnType.Bytea => Convert.FromHexString(cell.GetString()!.AsSpan(2)),
        ColumnType.BigintArray => cell.EnumerateArray().Select(number => number.GetInt64()).ToArray(),
        _ => new Json(cell.GetRawText()),
    };

    private static object ReadCell(ColumnType type, NpgsqlDataReader reader, int ordinal) => type switch
    {
        ColumnType.Bigint => reader.GetInt64(ordinal),
        ColumnType.Integer => (long)reader.GetInt32(ordinal),
        ColumnType.Text => reader.GetString(ordinal),
        ColumnType.Bytea => reader.GetFieldValue<byte[]>(ordinal),
        ColumnType.BigintArray => reader.GetFieldValue<long[]>(ordinal),
        _ => new Json(reader.GetString(ordinal)),
    };

    private static string CopyText(object? cell) => cell switch
    {
        null => "\\N",
        long number => number.ToString(CultureInfo.InvariantCulture),
        byte[] bytes => "\\\\x" + Convert.ToHexStringLower(bytes),
        long[] numbers => "{" + string.Join(',', numbers) + "}",
        Json json => Escape(json.Text),
        _ => Escape((string)cell),
    };

    private static string Escape(string text) => new StringBuilder(text)
        .Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t").ToString();

    private async Task CopyAsync(string target, IReadOnlyCollection<IEnumerable<string>> rows)
    {
        if (rows.Count == 0)
            return;
        await using var writer = await connection.BeginTextImportAsync($"COPY {target} FROM STDIN");
        await writer.WriteAsync(string.Concat(rows.Select(row => string.Join('\t', row) + "\n")));
    }

    private async Task<T> ScalarAsync<T>(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, int? load = null)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        if (load is { } number)
            command.Parameters.Add(new() { Value = number });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }
}

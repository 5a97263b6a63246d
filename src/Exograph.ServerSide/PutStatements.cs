using System.Text.Json.Nodes;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>The statements of putting rows into a schema.</summary>
internal static class PutStatements
{
    private const string Arguments = """
        (pg_catalog.pg_my_temp_schema()::pg_catalog.regnamespace, $1::pg_catalog.regnamespace,
         mapping => $2, natural_keys => $3, on_existing => $4, without_key => $5, on_reject => $6, reject_limit => $7, keep_maps => $8)
        """;

    /// <summary>Tables and columns of a schema; no row where there is none, one without a table where it has none.</summary>
    public static readonly Statement<CatalogColumn> Columns = new("pg_class", """
        SELECT c.oid IS NOT NULL, coalesce(c.oid, 0), coalesce(c.relname, ''), p.columns, a.attname,
               pg_catalog.format_type(t.oid, -1),
               CASE WHEN t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace AND t.typtype IN ('b', 'r', 'm')
                         AND t.typname !~ '^_?reg' THEN t.typname::text END
        FROM pg_catalog.pg_namespace n
        LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN LATERAL (
            WITH RECURSIVE base (id) AS (
                SELECT a.atttypid
                UNION ALL
                SELECT d.typbasetype FROM base b JOIN pg_catalog.pg_type d ON d.oid = b.id AND d.typtype = 'd'
            )
            SELECT t.* FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.id AND t.typtype <> 'd'
        ) t ON true
        CROSS JOIN LATERAL (
            SELECT ARRAY(
                SELECT k.attname::text
                FROM pg_catalog.pg_constraint i
                CROSS JOIN LATERAL unnest(i.conkey) WITH ORDINALITY AS u (attnum, n)
                JOIN pg_catalog.pg_attribute k ON k.attrelid = c.oid AND k.attnum = u.attnum
                WHERE i.conrelid = c.oid AND i.contype = 'p' ORDER BY u.n) AS columns
        ) p
        WHERE n.nspname = $1
        ORDER BY c.relname COLLATE "C", a.attnum
        """, r => new CatalogColumn(r.GetBoolean(0), r.GetFieldValue<uint>(1), r.GetString(2), r.GetFieldValue<string[]>(3),
            r.IsDBNull(4) ? null : r.GetString(4), r.IsDBNull(5) ? null : r.GetString(5), r.IsDBNull(6) ? null : r.GetString(6)));

    public static readonly Statement<PutTable> Put = new("put_schema", $"""
        SELECT table_name, rows_in, inserted, existing, updated, collapsed, conflicting, rejected FROM dup_select.put_schema{Arguments}
        """, r => new PutTable
    {
        Table = r.GetString(0),
        RowsIn = r.GetInt64(1),
        Inserted = r.GetInt64(2),
        Existing = r.GetInt64(3),
        Updated = r.GetInt64(4),
        Collapsed = r.GetInt64(5),
        Conflicting = r.GetInt64(6),
        Rejected = r.GetInt64(7),
    });

    /// <summary>Has put_schema tell by notices what it is at.</summary>
    public const string TellProgress = "SET LOCAL dup_select.progress = on";

    /// <summary>The statements that would run.</summary>
    public static readonly Statement<string> Print = new("put_schema_sql", $"""
        SELECT dup_select.put_schema_sql{Arguments}
        """, r => r.GetString(0));

    /// <summary>Rows put aside, with their ordinals in the place of lines; without the columns of ours.</summary>
    public static readonly Statement<PutReject> Rejects = new("put_rejects", """
        SELECT table_name, row_number, rule, detail, ("row" - $2::text[])::text FROM pg_temp.put_rejects
        ORDER BY table_name COLLATE "C", row_number LIMIT $1
        """, r => new PutReject
    {
        Table = r.GetString(0),
        Line = r.GetInt64(1),
        Rule = r.GetString(2),
        Detail = r.IsDBNull(3) ? null : r.GetString(3),
        Row = r.GetString(4),
    });

    /// <summary>The temporary tables in which keys are kept.</summary>
    public static readonly Statement<(string Table, string Map)> Maps = new("put_report",
        "SELECT table_name, map_name FROM pg_temp.put_report WHERE map_name IS NOT NULL", r => (r.GetString(0), r.GetString(1)));

    public static readonly Statement<string> SetPath =
        new("set_config", "SELECT pg_catalog.set_config('search_path', $1, true)", r => r.GetString(0));

    public static readonly Statement<string> Setting = new("current_setting", "SELECT pg_catalog.current_setting($1)", r => r.GetString(0));

    /// <summary>Runs a statement on a connection in a transaction, and returns the rows of its answer.</summary>
    public static async Task<IReadOnlyList<T>> RunAsync<T>(this Statement<T> statement, NpgsqlConnection connection,
        IReadOnlyList<NpgsqlParameter> arguments, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(statement.Text, connection) { CommandTimeout = 0 };
        await using (command.ConfigureAwait(false))
        {
            foreach (var argument in arguments)
                command.Parameters.Add(argument);
            var rows = new List<T>();
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    rows.Add(statement.Read(reader));
            }
            return rows;
        }
    }

    /// <summary>Runs a statement that answers nothing.</summary>
    public static async Task ExecuteAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a notice of put_schema tells. Null for one of a trigger.</summary>
    public static PutProgress? ProgressOf(PostgresNotice notice) =>
        notice.MessageText.StartsWith("put_schema: ", StringComparison.Ordinal) && Names<PutPhase>.Find(notice.Detail ?? "") is { } phase
            ? new PutProgress { Table = notice.TableName is { Length: > 0 } table ? table : null, Phase = phase }
            : null;

    /// <summary>The arguments of put_schema.</summary>
    public static IReadOnlyList<NpgsqlParameter> ArgumentsOf(string schema, IEnumerable<StagingTable> tables, PutOptions options) =>
    [
        Statements.Argument(Identifier.Quote(schema)),
        Statements.Json(Mapping(tables, options).ToJsonString()),
        Statements.Json(NaturalKeys(schema, options).ToJsonString()),
        Statements.Argument(Names<ExistingRows>.Of(options.OnExisting)),
        Statements.Argument(Names<KeylessRows>.Of(options.WithoutKey)),
        Statements.Argument(Names<RejectPolicy>.Of(options.OnReject)),
        Statements.Argument(options.RejectLimit),
        Statements.Argument((bool?)options.KeepMaps),
    ];

    private static JsonObject Mapping(IEnumerable<StagingTable> tables, PutOptions options)
    {
        var mapping = new JsonObject();
        foreach (var table in tables)
        {
            var special = options.Mapping.GetValueOrDefault(table.Target.Name) ?? new PutMapping();
            var wishes = new JsonObject { ["into"] = Identifier.Quote(table.Target.Name) };
            if (table.Line is { } line)
                wishes["order_by"] = Identifier.Quote(line);
            if (special.Columns.Count > 0)
            {
                wishes["columns"] = new JsonObject(special.Columns.Select(
                    c => KeyValuePair.Create(Identifier.Quote(c.Key), (JsonNode?)c.Value)));
            }
            if (special.OnExisting is { } existing)
                wishes["on_existing"] = Names<ExistingRows>.Of(existing);
            if (special.WithoutKey is { } keyless)
                wishes["without_key"] = Names<KeylessRows>.Of(keyless);
            mapping[Identifier.Quote(table.Name)] = wishes;
        }
        return mapping;
    }

    private static JsonObject NaturalKeys(string schema, PutOptions options) => new(options.NaturalKeys.Select(k =>
        KeyValuePair.Create($"{Identifier.Quote(schema)}.{Identifier.Quote(k.Key)}",
            (JsonNode?)new JsonArray([.. k.Value.Select(c => (JsonNode)Identifier.Quote(c))]))));
}

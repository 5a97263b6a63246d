using System.Globalization;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>A connection of its own, used as one would use psql: SQL text in, rows as text out.</summary>
internal sealed class Session : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private Session(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notice += (_, e) => Notices.Add(e.Notice);
    }

    /// <summary>The tables that loads add to, in the order of loading.</summary>
    public static IReadOnlyList<string> IndexTables { get; } =
    [
        "packages", "package_versions", "files", "file_paths", "terms", "fragments", "graph_nodes", "comments", "definitions",
        "symbol_references", "call_edges", "fragment_terms",
    ];

    /// <summary>What the server has told so far beside its answers.</summary>
    public List<PostgresNotice> Notices { get; } = [];

    public int ProcessId => _connection.ProcessID;

    /// <summary>The role that logged in.</summary>
    public string UserName => _connection.UserName!;

    public static async Task<Session> OpenAsync(NpgsqlConnectionStringBuilder settings)
    {
        // Not pooled: roles, temporary tables and settings must not reach the next test.
        var unpooled = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Pooling = false,
            IncludeErrorDetail = true,
        };
        var connection = new NpgsqlConnection(unpooled.ConnectionString);
        await connection.OpenAsync();
        return new Session(connection);
    }

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The only value of a query.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public Task<long> CountAsync(string table) => ScalarAsync<long>($"SELECT count(*) FROM {table}");

    /// <summary>The rows of a query, their columns joined by '|'.</summary>
    public async Task<string[]> RowsAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        var row = new object[reader.FieldCount];
        while (await reader.ReadAsync())
        {
            reader.GetValues(row);
            rows.Add(string.Join('|', row.Select(Text)));
        }
        return [.. rows];
    }

    /// <summary>Every row of the index as text, to tell whether anything changed.</summary>
    public Task<string[]> IndexAsync() => RowsAsync(
        string.Join(" UNION ALL ", IndexTables.Select(t => $"SELECT '{t}', t::text FROM exograph.{t} t")) + " ORDER BY 1, 2");

    /// <summary>Indexes and keys of the tables that are not partitioned, to tell whether anything changed.</summary>
    public Task<string[]> CatalogAsync() => RowsAsync(
        """
        SELECT concat_ws(' ', i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisclustered,
                         pg_get_userbyid(x.relowner), s.spcname, obj_description(i.indexrelid),
                         (SELECT string_agg(a.attname || a.attstattarget, ' ') FROM pg_attribute a
                          WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)) COLLATE "C"
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_class x ON x.oid = i.indexrelid
        LEFT JOIN pg_tablespace s ON s.oid = x.reltablespace
        WHERE c.relnamespace = 'exograph'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
        UNION ALL
        SELECT concat_ws(' ', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid), c.convalidated,
                         obj_description(c.oid))
        FROM pg_constraint c
        WHERE c.connamespace = 'exograph'::regnamespace AND c.conparentid = 0
        ORDER BY 1
        """);

    /// <summary>Runs SQL that must fail with <paramref name="sqlState"/>.</summary>
    public async Task<PostgresException> FailsAsync(string sqlState, string sql, params object[] values)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql, values));
        Assert.True(error.SqlState == sqlState, $"Expected {sqlState}, got {error.SqlState}: {error.MessageText}");
        return error;
    }

    /// <summary>Goes on as if logged in under the name of a role.</summary>
    public Task BecomeAsync(string role) => ExecuteAsync($"SET SESSION AUTHORIZATION {Sql.Name(role)}");

    /// <summary>Returns when another session waits for a lock that this one holds.</summary>
    public async Task UntilBlockedAsync(Session other)
    {
        // Locks are no data: each look sees the newest, in whatever transaction. The limit only ends a test that has failed.
        for (var look = 0; look < 3_000; look++)
        {
            if (await ScalarAsync<bool>("SELECT pg_backend_pid() = ANY (pg_blocking_pids($1))", other.ProcessId))
                return;
            await Task.Delay(10);
        }
        Assert.Fail("The other session never waited for this one.");
    }

    /// <summary>Returns when another session waits for a lock, whoever holds it.</summary>
    public async Task UntilWaitingAsync(Session other)
    {
        for (var look = 0; look < 3_000; look++)
        {
            if (await ScalarAsync<bool>("SELECT cardinality(pg_blocking_pids($1)) > 0", other.ProcessId))
                return;
            await Task.Delay(10);
        }
        Assert.Fail("The other session never waited.");
    }

    /// <summary>Opens a COPY into a table; its lock is held until the importer is disposed.</summary>
    public Task<NpgsqlBinaryImporter> BeginCopyAsync(string target) =>
        _connection.BeginBinaryImportAsync($"COPY {target} FROM STDIN (FORMAT binary)");

    /// <summary>Copies rows in the text format of COPY into a table.</summary>
    public async Task CopyTextAsync(string target, string rows)
    {
        await using var copy = await _connection.BeginTextImportAsync($"COPY {target} FROM STDIN");
        await copy.WriteAsync(rows);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, _connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private static string Text(object value) => value switch
    {
        DBNull => "null",
        bool truth => truth ? "true" : "false",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        Array items => $"{{{string.Join(',', items.Cast<object>())}}}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}

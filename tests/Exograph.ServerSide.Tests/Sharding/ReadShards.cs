using System.Globalization;
using Exograph.EmbeddedPostgres;
using Exograph.ServerSide.Tests.Loading;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Sharding;

/// <summary>
/// The same rows in one index and split over three shards by package, each read by a coordinator of its own: databases of one server
/// that asks for passwords, as a mapping of who is no superuser must have one. Nobody changes them for good.
/// </summary>
public sealed class ReadShards : IAsyncLifetime
{
    /// <summary>A package that takes quoting.</summary>
    public const string Odd = """it's "odd" {\, 100%}""";

    private const string Reader = "reads shards";

    private EmbeddedPostgresServer? _server;

    /// <summary>Why nothing can be read here, or null.</summary>
    internal string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        _server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions { Tcp = true });
        await using var postgres = await OpenAsync("postgres");
        if (await postgres.CountAsync("pg_available_extensions WHERE name IN ('postgres_fdw', 'dblink')") < 2)
        {
            Missing = "This server has no postgres_fdw or no dblink.";
            return;
        }
        await postgres.ExecuteAsync("CREATE DATABASE coordinator TEMPLATE template0 ENCODING 'UTF8'");
        await using (var dataSource = NpgsqlDataSource.Create(Settings("coordinator").ConnectionString))
            await new ExographClient(dataSource).MigrateAsync();
        await postgres.ExecuteAsync($"CREATE ROLE {Sql.Name(Reader)} LOGIN PASSWORD 'secret' IN ROLE exograph_reader");
        await postgres.ExecuteAsync("CREATE ROLE asks IN ROLE exograph_reader");
        foreach (var name in new[] { "whole_coordinator", "whole", "shard_1", "shard_2", "shard_3" })
        {
            await postgres.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE coordinator");
            await postgres.ExecuteAsync($"GRANT CREATE ON DATABASE {name} TO exograph_owner");
        }

        await FillAsync("whole", 1, [1, 2], [3, 4], [5, 6]);
        await FillAsync("shard_1", 1, [3], [6]);
        await FillAsync("shard_2", 2, [1, 4]);
        await FillAsync("shard_3", 3, [2], [5]);
        await CoordinateAsync("whole_coordinator", (1, "whole"));
        await CoordinateAsync("coordinator", (1, "shard_1"), (2, "shard_2"), (3, "shard_3"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>A session of the superuser, in a database that this server has.</summary>
    internal Task<Session> OpenAsync(string database) => Session.OpenAsync(Settings(database));

    /// <summary>A session of a role that is only a reader.</summary>
    internal async Task<Session> OpenAsReaderAsync(string database)
    {
        var session = await OpenAsync(database);
        await session.BecomeAsync("asks");
        return session;
    }

    private NpgsqlConnectionStringBuilder Settings(string database) => new(_server!.ConnectionString) { Database = database };

    private async Task FillAsync(string database, int shard, params int[][] loads)
    {
        await using var db = await OpenAsync(database);
        await db.ExecuteAsync($"UPDATE exograph_shard.number SET number = {shard}, cluster = gen_random_uuid()");
        await db.ExecuteAsync("SET ROLE exograph_owner; CALL exograph_private.name_shard(); RESET ROLE");
        foreach (var packages in loads)
            await StageAsync(await Load.BeginAsync(db), packages);
        if (shard == 1)
        {
            await db.ExecuteAsync(
                """
                INSERT INTO exograph_in.files (path, source, sha256) VALUES ('scratch.ex', 'x', sha256('scratch'));
                INSERT INTO exograph_in.definitions (file_id, kind, name, qualified_name, line, col)
                SELECT id, 'def', 'scratch', 'Scratch.scratch/0', 1, 1 FROM exograph.files WHERE path = 'scratch.ex'
                """);
        }
        await db.ExecuteAsync("ANALYZE");
    }

    /// <summary>
    /// Packages of two versions with eight files each, of which two are alike; of each file ten functions, which call the next, one of
    /// the package after it, and Lib.get/2.
    /// </summary>
    private static async Task StageAsync(Load load, int[] packages)
    {
        var files = $"unnest(ARRAY[{string.Join(',', packages)}]) AS p, generate_series(0, 1) AS v, generate_series(1, 8) AS f, "
            + "LATERAL (SELECT (p * 10 + v) * 100 + f) AS i (file)";
        var functions = $"{files}, generate_series(1, 10) AS n";
        const string Name = "format('App%s.M%s.%s/1', p, f, CASE n WHEN 10 THEN 'it''s \"odd\" \\ 100%' ELSE 'fun' || n END)";
        const string Next = "format('App%s.M%s.%s/1', p, f, CASE n WHEN 9 THEN 'it''s \"odd\" \\ 100%' ELSE 'fun' || n % 10 + 1 END)";
        const string OfOther = "format('App%s.M%s.fun%s/1', p % 6 + 1, f, n)";
        await load.StageAsync("packages", "id, ecosystem, name",
            $"SELECT p, 'hex', CASE p WHEN 4 THEN {Sql.Literal(Odd)} ELSE 'package ' || p END FROM unnest(ARRAY[{string.Join(',', packages)}]) AS p");
        await load.StageAsync("package_versions", "id, package_id, version",
            $"SELECT DISTINCT p * 10 + v, p, '1.' || v FROM {files}");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            $"SELECT file, p * 10 + v, format('lib/%s.ex', f), 'source', sha256(format('%s %s %s', p, v, least(f, 7))::bytea) FROM {files}");
        await load.StageAsync("terms", "id, term", """(1, 'call:get'), (2, 'it''s {odd}, "term" \'), (3, 'def'), (4, 'rare')""");
        await load.StageAsync("fragments", "id, file_id, content_hash, ast, kind, name, line, end_line, mass, exact_hash",
            $"""
            SELECT file * 100 + n, file, sha256(format('%s %s', file, n)::bytea), 'tree', 'def', 'fun' || n, n * 10, n * 10 + 5,
                   CASE n WHEN 1 THEN 1000 + f WHEN 2 THEN 200 + f WHEN 3 THEN 50 + f ELSE n END,
                   sha256(CASE WHEN n = 2 AND v = 0 AND p IN (1, 3) THEN 'on two shards ' || f WHEN n = 3 THEN 'everywhere ' || f
                               ELSE format('%s %s', file, n) END::bytea)
            FROM {functions}
            """);
        await load.StageAsync("fragment_terms", "fragment_id, term_id",
            $"SELECT file * 100 + n, t FROM {functions}, generate_series(1, 4) AS t WHERE t = 3 OR t < 3 AND n % (t + 1) = 0 OR n = 4 AND f = p");
        await load.StageAsync("graph_nodes", "id, package_version_id, file_id, engine, kind, qualified_name, line",
            $"""
            SELECT file * 100 + n, p * 10 + v, file, 'e', 'function', {Name}, n FROM {functions}
            UNION ALL
            SELECT 50000000 + file * 100 + n, p * 10 + v, NULL, 'e', 'external', {OfOther}, NULL FROM {functions} WHERE n = 1
            UNION ALL
            SELECT DISTINCT 60000000 + p * 10 + v, p * 10 + v, NULL::int, 'e', 'external', 'Lib.get/2', NULL::int FROM {files}
            """);
        await load.StageAsync("definitions", "file_id, fragment_id, kind, name, arity, qualified_name, line, col",
            $"SELECT file, file * 100 + n, 'def', CASE n WHEN 10 THEN 'it''s \"odd\" \\ 100%' ELSE 'fun' || n END, 1, {Name}, n, 1 FROM {functions}");
        await load.StageAsync("symbol_references", "file_id, kind, name, arity, qualified_name, line, col",
            $"SELECT file, 'call', 'fun' || n, 1, {OfOther}, n, 3 FROM {functions} UNION ALL "
            + $"SELECT file, 'call', 'get', 2, 'Lib.get/2', n, 5 FROM {functions}");
        await load.StageAsync("comments", "file_id, text, line, col", $"SELECT file, 'why ' || n, n, 1 FROM {functions}");
        await load.StageAsync("call_edges",
            "file_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line",
            $"""
            SELECT file, file * 100 + n, file * 100 + n % 10 + 1, {Name}, {Next}, n FROM {functions}
            UNION ALL
            SELECT file, file * 100 + n, 50000000 + file * 100 + n, {Name}, {OfOther}, n FROM {functions} WHERE n = 1
            UNION ALL
            SELECT file, file * 100 + n, 60000000 + p * 10 + v, {Name}, 'Lib.get/2', n FROM {functions} WHERE n <= p
            """);
        await load.FinalizeAsync("partition_threshold => 0");
    }

    private async Task CoordinateAsync(string database, params (int Number, string Database)[] shards)
    {
        await using var db = await OpenAsync(database);
        await db.ExecuteAsync(
            """
            CREATE EXTENSION postgres_fdw;
            CREATE EXTENSION dblink SCHEMA exograph_dblink;
            GRANT USAGE ON SCHEMA exograph_dblink TO exograph_owner;
            """);
        foreach (var (number, of) in shards)
        {
            await db.ExecuteAsync(string.Format(CultureInfo.InvariantCulture,
                """
                CREATE SERVER exograph_shard_{0} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{1}', dbname '{2}',
                    connect_timeout '3', options '-c cursor_tuple_fraction=1', use_remote_estimate 'false', fdw_startup_cost '100',
                    fdw_tuple_cost '1', async_capable 'true', fetch_size '10000');
                GRANT USAGE ON FOREIGN SERVER exograph_shard_{0} TO exograph_owner;
                CREATE USER MAPPING FOR exograph_owner SERVER exograph_shard_{0} OPTIONS (user '{3}', password 'secret');
                INSERT INTO exograph_cluster.shards (number, name, server, hosts, port, dbname, home, added_by)
                VALUES ({0}, 'the shard ' || {0}, 'exograph_shard_{0}', '127.0.0.1', '{1}', '{2}', {0} = 1, 'a test');
                SELECT exograph_cluster.attach_tables({0});
                """, number, _server!.Port, of, Reader));
            await using var shard = await OpenAsync(of);
            foreach (var name in await shard.RowsAsync("SELECT name FROM exograph.packages"))
                await db.ExecuteAsync("INSERT INTO exograph_cluster.packages (ecosystem, name, shard) VALUES ('hex', $1, $2)", name, number);
        }
    }
}

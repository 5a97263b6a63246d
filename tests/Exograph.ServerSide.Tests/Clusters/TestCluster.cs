using Exograph.EmbeddedPostgres;
using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.Clusters;

/// <summary>A coordinator with three empty shards, used as one would use psql. Role "loads" works on the shards by the same name.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    /// <summary>All that an index holds of packages, by natural keys, with the second paths of files and what is declared complete.</summary>
    private static readonly string[] s_contents =
    [
        "SELECT 'package', ecosystem, package, metadata FROM exograph_shard.packages",
        "SELECT 'version', package, version, source_ref, checksum, metadata FROM exograph_shard.package_versions",
        "SELECT 'file', package, version, path, source, comments_text, sha256 FROM exograph_shard.files",
        "SELECT 'path', package, version, path, sha256 FROM exograph_shard.file_paths",
        "SELECT 'fragment', package, path, line, end_line, kind, module, name, arity, mass, content_hash, exact_hash, sub_hashes, ast "
            + "FROM exograph_shard.fragments",
        "SELECT 'node', package, path, line, col, engine, external_id, kind, qualified_name, metadata FROM exograph_shard.graph_nodes",
        "SELECT 'comment', package, path, line, col, text FROM exograph_shard.comments",
        "SELECT 'definition', package, path, line, col, kind, name, qualified_name FROM exograph_shard.definitions",
        "SELECT 'reference', package, path, line, col, kind, name, qualified_name FROM exograph_shard.symbol_references",
        "SELECT 'call', package, path, line, col, caller_qualified_name, callee_qualified_name, metadata FROM exograph_shard.call_edges",
        "SELECT 'term', package, path, line, term FROM exograph_shard.fragment_terms",
        "SELECT 'complete', f.path, c.tables FROM exograph.complete_facts c JOIN exograph.files f ON f.id = c.file_id",
    ];

    private readonly ClusterServers _servers;
    private readonly string _name;

    private TestCluster(ClusterServers servers, string name) => (_servers, _name) = (servers, name);

    public static IReadOnlyList<int> Shards { get; } = [1, 2, 3];

    /// <summary>Of a superuser, on the coordinator.</summary>
    public Session Admin { get; private set; } = null!;

    /// <summary>Of role "loads", on the coordinator.</summary>
    public Session Loader { get; private set; } = null!;

    public static async Task<TestCluster> CreateAsync(ClusterServers servers)
    {
        var cluster = new TestCluster(servers, $"test_{Guid.NewGuid():N}");
        await Task.WhenAll(
            CreateDatabasesAsync(servers.Coordinators, cluster._name),
            CreateDatabasesAsync(servers.FirstShards, cluster.DatabaseOf(1)),
            CreateDatabasesAsync(servers.OtherShards, cluster.DatabaseOf(2), cluster.DatabaseOf(3)));
        await cluster.ReopenAsync();
        return cluster;
    }

    public async Task AddShardsAsync()
    {
        foreach (var shard in Shards)
            await Admin.ExecuteAsync($"SELECT exograph_cluster.add_shard({ArgumentsOf(shard)})");
        await Admin.ExecuteAsync($"SELECT exograph_cluster.map_user('loads', 'loads', '{ClusterServers.Password}')");
        foreach (var shard in Shards) // so that a test knows where they go
            await Admin.ExecuteAsync($"INSERT INTO exograph_cluster.packages VALUES ('hex', 'package {shard}', {shard})");
    }

    /// <summary>Those of add_shard.</summary>
    public string ArgumentsOf(int shard, string password = ClusterServers.Password) =>
        $"'shard {shard}', '127.0.0.1', '{ServerOf(shard).Port}', '{DatabaseOf(shard)}', 'reads', '{password}', 'owns', '{password}'";

    public EmbeddedPostgresServer ServerOf(int shard) => shard switch
    {
        0 => _servers.Coordinators,
        1 => _servers.FirstShards,
        _ => _servers.OtherShards,
    };

    /// <summary>By which a role works with a server, by its password. 0: of the coordinator.</summary>
    public string ConnectionStringOf(string role, int shard = 0) =>
        $"Host=127.0.0.1;Port={ServerOf(shard).Port};Database={DatabaseOf(shard)};Username={role};Password={ClusterServers.Password}";

    /// <summary>0: of the coordinator.</summary>
    public string DatabaseOf(int shard) => shard == 0 ? _name : $"{_name}_{shard}";

    /// <summary>Opens the sessions of the coordinator anew, as soon as it has recovered.</summary>
    public async Task ReopenAsync()
    {
        if (Admin is not null)
        {
            await Admin.DisposeAsync();
            await Loader.DisposeAsync();
        }
        Admin = await ClusterServers.ReopenAsync(_servers.Coordinators, _name);
        Loader = await OpenAsync("loads");
    }

    /// <summary>A session of a role on the coordinator.</summary>
    public async Task<Session> OpenAsync(string role)
    {
        var session = await ClusterServers.OpenAsync(_servers.Coordinators, _name);
        await session.BecomeAsync(role);
        return session;
    }

    /// <summary>A session of a superuser on a shard.</summary>
    public Task<Session> OpenShardAsync(int shard) => ClusterServers.ReopenAsync(ServerOf(shard), DatabaseOf(shard));

    public async Task<int> BeginAsync() => await Loader.ScalarAsync<int>("SELECT exograph_cluster.begin_load('a test')");

    /// <summary>Begins a load with a package for each shard, and stages them.</summary>
    public async Task<int> StageAsync()
    {
        var load = await BeginAsync();
        foreach (var shard in Shards)
            await StageAsync(load, await PlaceAsync(load, $"package {shard}"), $"package {shard}");
        return load;
    }

    public Task<int> PlaceAsync(int load, string package) => Loader.ScalarAsync<int>(
        "SELECT shard FROM exograph_cluster.place($1, 'hex', ARRAY[$2])", load, package);

    public Task<int> JoinAsync(int load, int shard) => Loader.ScalarAsync<int>("SELECT exograph_cluster.join_load($1, $2)", load, shard);

    /// <summary>Stages a package on a shard, as role "loads" there.</summary>
    public async Task StageAsync(int load, int shard, string package)
    {
        var shardLoad = await JoinAsync(load, shard);
        await using var session = await OpenShardAsync(shard);
        await session.BecomeAsync("loads");
        await StageRowsAsync(session, shardLoad, package, 0);
    }

    /// <summary>Rows of a package for a load of one index; numbers begin behind <paramref name="offset"/>.</summary>
    public static Task StageRowsAsync(Session session, int load, string package, int offset) => session.ExecuteAsync(
        $"""
        SET search_path = exograph_load_{load};
        INSERT INTO staged_packages (id, ecosystem, name) VALUES ({offset + 1}, 'hex', '{package}');
        INSERT INTO staged_package_versions (id, package_id, version) VALUES ({offset + 1}, {offset + 1}, '1.0');
        INSERT INTO staged_files (id, package_version_id, path, source, sha256)
        VALUES ({offset + 1}, {offset + 1}, 'a.ex', 'one', sha256('one')), ({offset + 2}, {offset + 1}, 'b.ex', '{package}', sha256('{package}'));
        INSERT INTO staged_terms (id, term) VALUES ({offset + 1}, 'call'), ({offset + 2}, '{package}');
        INSERT INTO staged_fragments (id, file_id, ast, kind, name, line, mass)
        VALUES ({offset + 1}, {offset + 1}, '1', 'def', 'a', 1, 3), ({offset + 2}, {offset + 2}, '2', 'def', 'b', 1, 3);
        INSERT INTO staged_graph_nodes (id, file_id, fragment_id, engine, kind, qualified_name, line)
        VALUES ({offset + 1}, {offset + 1}, {offset + 1}, 'e', 'function', 'A.a/0', 1),
               ({offset + 2}, {offset + 2}, {offset + 2}, 'e', 'function', 'B.b/0', 1);
        INSERT INTO staged_definitions (file_id, fragment_id, kind, name, qualified_name, line, col)
        VALUES ({offset + 1}, {offset + 1}, 'def', 'a', 'A.a/0', 1, 3), ({offset + 2}, {offset + 2}, 'def', 'b', 'B.b/0', 1, 3);
        INSERT INTO staged_call_edges (file_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line)
        VALUES ({offset + 1}, {offset + 1}, {offset + 2}, 'A.a/0', 'B.b/0', 2);
        INSERT INTO staged_fragment_terms (fragment_id, term_id)
        VALUES ({offset + 1}, {offset + 1}), ({offset + 1}, {offset + 2}), ({offset + 2}, {offset + 2});
        RESET search_path;
        """);

    /// <summary>The facts of an index by natural keys.</summary>
    public static Task<string[]> FactsAsync(Session session) => session.RowsAsync(
        """
        SELECT 'definition', p.name, v.version, f.path, d.qualified_name || ' ' || d.line
        FROM exograph.definitions d
        JOIN exograph.files f ON f.id = d.file_id
        JOIN exograph.package_versions v ON v.id = f.package_version_id
        JOIN exograph.packages p ON p.id = v.package_id
        UNION ALL
        SELECT 'edge', p.name, v.version, f.path, e.caller_qualified_name || ' ' || n.qualified_name
        FROM exograph.call_edges e
        JOIN exograph.graph_nodes n ON n.id = e.callee_node_id
        JOIN exograph.files f ON f.id = e.file_id
        JOIN exograph.package_versions v ON v.id = f.package_version_id
        JOIN exograph.packages p ON p.id = v.package_id
        UNION ALL
        SELECT 'term', p.name, v.version, f.path, g.name || ' ' || t.term
        FROM exograph.fragment_terms x
        JOIN exograph.terms t ON t.id = x.term_id
        JOIN exograph.fragments g ON g.id = x.fragment_id
        JOIN exograph.files f ON f.id = g.file_id
        JOIN exograph.package_versions v ON v.id = f.package_version_id
        JOIN exograph.packages p ON p.id = v.package_id
        """);

    /// <summary>All that an index holds.</summary>
    public static async Task<string[]> ContentsAsync(Session session)
    {
        var rows = new List<string>();
        foreach (var query in s_contents)
            rows.AddRange(await session.RowsAsync(query));
        return [.. rows];
    }

    /// <summary>All that the shards hold, in one order.</summary>
    public async Task<string[]> ContentsAsync() => [.. (await OnShardsAsync(ContentsAsync)).Order(StringComparer.Ordinal)];

    /// <summary>The facts of all shards.</summary>
    public async Task<string[]> FactsAsync() => await OnShardsAsync(FactsAsync);

    /// <summary>What is prepared on the shards for this cluster.</summary>
    public async Task<string[]> PreparedAsync() => await OnShardsAsync(
        s => s.RowsAsync("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"));

    /// <summary>Fails unless each shard has its package, once, and nothing is prepared.</summary>
    public async Task AssertLoadedAsync()
    {
        Assert.Empty(await PreparedAsync());
        foreach (var shard in Shards)
        {
            await using var session = await OpenShardAsync(shard);
            Assert.Equal([$"package {shard}"], await session.RowsAsync("SELECT name FROM exograph.packages"));
            Assert.Equal(6, (await FactsAsync(session)).Length);
        }
    }

    /// <summary>Fails unless nothing has reached any shard, and nothing is prepared.</summary>
    public async Task AssertNothingAsync()
    {
        Assert.Empty(await PreparedAsync());
        Assert.Empty(await OnShardsAsync(s => s.IndexAsync()));
    }

    public Task<string> StateAsync(int load) => Admin.ScalarAsync<string>("SELECT state FROM exograph_cluster.loads WHERE id = $1", load);

    public Task FinalizeAsync(int load) => Loader.ExecuteAsync($"CALL exograph_cluster.finalize_load({load})");

    public Task<string[]> ResolveAsync() => Admin.RowsAsync("SELECT load_id, shard, outcome FROM exograph_cluster.resolve_loads()");

    /// <summary>Keeps loads of a shard from closing its gate until the session ends its transaction.</summary>
    public async Task<Session> HoldAsync(int shard)
    {
        var session = await OpenShardAsync(shard);
        await session.ExecuteAsync("BEGIN; LOCK TABLE exograph.gate IN ROW EXCLUSIVE MODE");
        return session;
    }

    /// <summary>Returns when so many shards have prepared a load.</summary>
    public async Task UntilPreparedAsync(int count)
    {
        for (var look = 0; look < 1_000; look++)
        {
            if ((await PreparedAsync()).Length == count)
                return;
            await Task.Delay(10);
        }
        Assert.Fail("It was never prepared.");
    }

    public async ValueTask DisposeAsync()
    {
        await Admin.DisposeAsync();
        await Loader.DisposeAsync();
    }

    private static async Task CreateDatabasesAsync(EmbeddedPostgresServer server, params string[] names)
    {
        await using var session = await ClusterServers.ReopenAsync(server, "postgres");
        foreach (var name in names)
        {
            await session.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {ClusterServers.Template}");
            await session.ExecuteAsync($"GRANT CREATE ON DATABASE {name} TO exograph_owner");
        }
    }

    private async Task<string[]> OnShardsAsync(Func<Session, Task<string[]>> query)
    {
        var rows = new List<string>();
        foreach (var shard in Shards)
        {
            await using var session = await OpenShardAsync(shard);
            rows.AddRange(await query(session));
        }
        return [.. rows];
    }
}

using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.Clusters;

/// <summary>A package that moves from shard 1 to shard 3 is there or here, and whole.</summary>
public sealed class MovePackageTests(ClusterServers servers) : IClassFixture<ClusterServers>
{
    private const string Move = "CALL exograph_cluster.move_package('hex', 'package 1', 3)";

    [Fact]
    public async Task A_package_moves_with_all_that_hangs_on_it()
    {
        await using var cluster = await LoadedAsync();
        await using var owner = await OpenOwnerAsync(cluster);
        var before = await cluster.ContentsAsync();
        Assert.Contains("path|package 1|1.0|again/a.ex|", string.Join('\n', before), StringComparison.Ordinal);
        Assert.Contains("complete|a.ex|", string.Join('\n', before), StringComparison.Ordinal);

        await owner.ExecuteAsync(Move);

        Assert.Equal(before, await cluster.ContentsAsync());
        await AssertOnAsync(cluster, 3);
        foreach (var shard in TestCluster.Shards)
        {
            await using var session = await cluster.OpenShardAsync(shard);
            Assert.Empty(await session.RowsAsync("SELECT * FROM exograph.check_index()"));
        }
        await owner.ExecuteAsync(Move);
        Assert.Equal("package package 1 of hex is on shard 3 already", owner.Notices[^1].MessageText);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_move_that_the_coordinator_does_not_survive_is_undone_or_done_by_what_was_decided(bool isDecided)
    {
        await using var cluster = await LoadedAsync();
        await using (var owner = await OpenOwnerAsync(cluster))
        {
            var before = await cluster.ContentsAsync();
            var move = await owner.ScalarAsync<int>("SELECT exograph_cluster.begin_move('hex', 'package 1', 3)");
            await owner.ExecuteAsync($"BEGIN; SELECT exograph_cluster.prepare_load({move}, NULL, NULL, NULL, NULL, NULL)");
            if (isDecided)
                await owner.ExecuteAsync("COMMIT");
            Assert.Equal(2, (await cluster.PreparedAsync()).Length);

            await servers.Coordinators.KillAsync();
            await servers.Coordinators.RestartAsync();
            await cluster.ReopenAsync();

            var outcome = isDecided ? "committed" : "rolled back";
            Assert.Equal([$"{move}|1|{outcome}", $"{move}|3|{outcome}"], await cluster.ResolveAsync());
            Assert.Equal(before, await cluster.ContentsAsync());
        }
        await AssertOnAsync(cluster, isDecided ? 3 : 1);
        await using var again = await cluster.OpenAsync("owns");
        await again.ExecuteAsync(Move);
        await AssertOnAsync(cluster, 3);
        Assert.Equal(["2|finalized"], await cluster.Admin.RowsAsync("SELECT id, state FROM exograph_cluster.loads WHERE id > 1"));
    }

    [Fact]
    public async Task A_move_that_fails_changes_nothing_and_can_be_tried_again_or_given_up()
    {
        await using var cluster = await LoadedAsync();
        await using var owner = await OpenOwnerAsync(cluster);
        var before = await cluster.ContentsAsync();
        await using var target = await cluster.OpenShardAsync(3);
        await target.ExecuteAsync($"REVOKE CREATE ON DATABASE {cluster.DatabaseOf(3)} FROM exograph_owner");
        await owner.FailsAsync("42501", Move); // while the package is being read
        await AssertNobodyReadsAsync(cluster, 1);
        await target.ExecuteAsync($"GRANT CREATE ON DATABASE {cluster.DatabaseOf(3)} TO exograph_owner");
        await target.ExecuteAsync("ALTER TABLE exograph.files ADD CONSTRAINT no_more CHECK (path <> 'a.ex') NOT VALID");

        var error = await owner.FailsAsync("23514", Move);

        Assert.StartsWith("shard 3 (shard 3): ", error.MessageText, StringComparison.Ordinal);
        Assert.Equal(before, await cluster.ContentsAsync());
        await AssertOnAsync(cluster, 1);
        Assert.Equal(["open"], await cluster.Admin.RowsAsync("SELECT state FROM exograph_cluster.loads WHERE id = 2"));
        await owner.ExecuteAsync("CALL exograph_cluster.abandon_load(2)");
        await target.ExecuteAsync("ALTER TABLE exograph.files DROP CONSTRAINT no_more");
        await owner.ExecuteAsync(Move);
        await AssertOnAsync(cluster, 3);
    }

    [Fact]
    public async Task A_load_that_has_staged_a_package_where_it_no_longer_is_is_refused()
    {
        await using var cluster = await LoadedAsync();
        await using var owner = await OpenOwnerAsync(cluster);
        var old = await cluster.StageAsync();
        await owner.ExecuteAsync(Move);

        var error = await cluster.Loader.FailsAsync("55000", $"CALL exograph_cluster.finalize_load({old})");

        Assert.Equal($"a package has moved since load {old} of the cluster was begun: package 1 of hex, to shard 3", error.MessageText);
        await AssertOnAsync(cluster, 3);
        var load = await cluster.BeginAsync();
        Assert.Equal(3, await cluster.PlaceAsync(load, "package 1"));
        await cluster.StageAsync(load, 3, "package 1");
        await cluster.FinalizeAsync(load);
        await AssertOnAsync(cluster, 3);
    }

    [Fact]
    public async Task What_cannot_move_is_said()
    {
        await using var cluster = await LoadedAsync();
        await using var owner = await OpenOwnerAsync(cluster);

        await cluster.Loader.FailsAsync("42501", Move);
        var unknown = await owner.FailsAsync("XG008", "CALL exograph_cluster.move_package('hex', 'never', 3)");
        Assert.Equal("the directory has no package 'never' of 'hex'", unknown.MessageText);
        Assert.Equal("there is no shard 9", (await owner.FailsAsync("XG008", "CALL exograph_cluster.move_package('hex', 'package 1', 9)")).MessageText);
        await owner.FailsAsync("2D000", $"BEGIN; {Move}");
        await owner.ExecuteAsync("ROLLBACK");
        await owner.ExecuteAsync("SELECT exograph_cluster.detach_shard(3)");
        Assert.Equal("shard 3 (shard 3) is detached", (await owner.FailsAsync("55000", Move)).MessageText);
        await AssertOnAsync(cluster, 1);
    }

    /// <summary>A cluster with a package on each shard, of which that on the first has a row of every kind.</summary>
    private async Task<TestCluster> LoadedAsync()
    {
        var cluster = await servers.CreateAsync();
        await cluster.Admin.ExecuteAsync($"SELECT exograph_cluster.map_user('owns', 'owns', '{ClusterServers.Password}')");
        var load = await cluster.Loader.ScalarAsync<int>("SELECT exograph_cluster.begin_load('a test', complete => '{definitions}')");
        foreach (var shard in TestCluster.Shards)
            await cluster.StageAsync(load, shard, $"package {shard}");
        await using (var shard = await cluster.OpenShardAsync(1))
        {
            await shard.ExecuteAsync(
                """
                SET search_path = exograph_load_1;
                INSERT INTO staged_files (id, package_version_id, path, source, sha256) VALUES (9, 1, 'again/a.ex', 'one', sha256('one'));
                INSERT INTO staged_graph_nodes (id, package_version_id, engine, kind, qualified_name, metadata)
                VALUES (9, 1, 'e', 'external', 'Other.c/1', '{"from": "elsewhere \\ \""}');
                INSERT INTO staged_call_edges (caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line, file_id)
                VALUES (2, 9, 'B.b/0', 'Other.c/1', 4, 2);
                INSERT INTO staged_comments (file_id, fragment_id, text, line, col) VALUES (2, 2, E'# it''s\n\\ done', 3, 1);
                INSERT INTO staged_symbol_references (file_id, fragment_id, kind, name, qualified_name, line)
                VALUES (1, 1, 'call', 'b', 'B.b/0', 2);
                INSERT INTO staged_fragments (id, file_id, ast, kind, line, mass, exact_hash, sub_hashes)
                VALUES (9, 2, '\x00ff5c', 'call', 2, 5, '\x01', '{7,-8}');
                RESET search_path;
                """);
        }
        await cluster.FinalizeAsync(load);
        return cluster;
    }

    private static Task<Session> OpenOwnerAsync(TestCluster cluster) => cluster.OpenAsync("owns");

    /// <summary>Fails where a transaction of the role that reads is open on a shard, and stays so.</summary>
    private static async Task AssertNobodyReadsAsync(TestCluster cluster, int shard)
    {
        await using var session = await cluster.OpenShardAsync(shard);
        for (var look = 0; look < 500; look++)
        {
            if (await session.CountAsync("pg_stat_activity WHERE datname = current_database() AND usename = 'reads' AND xact_start IS NOT NULL") == 0)
                return;
            await Task.Delay(20);
        }
        Assert.Fail("It is open.");
    }

    /// <summary>Fails unless the package is on one shard, as the directory says, and nothing is prepared.</summary>
    private static async Task AssertOnAsync(TestCluster cluster, int expected)
    {
        Assert.Empty(await cluster.PreparedAsync());
        foreach (var shard in TestCluster.Shards)
        {
            await using var session = await cluster.OpenShardAsync(shard);
            Assert.Equal(shard == expected ? 1 : 0, await session.CountAsync("exograph.packages WHERE name = 'package 1'"));
        }
        Assert.Equal([$"{expected}"], await cluster.Admin.RowsAsync("SELECT shard FROM exograph_cluster.packages WHERE name = 'package 1'"));
    }
}

using System.Diagnostics;
using System.Globalization;
using Exograph.EmbeddedPostgres;
using Exograph.ServerSide.Tests.Loading;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Clusters;

/// <summary>Loads of a cluster: on all of their shards or on none.</summary>
public sealed class ClusterTests(ClusterServers servers) : IClassFixture<ClusterServers>
{
    [Fact]
    public async Task The_same_rows_in_one_index_and_on_three_shards_are_the_same_facts()
    {
        await using var cluster = await servers.CreateAsync();
        var one = await Load.BeginAsync(cluster.Admin);
        foreach (var shard in TestCluster.Shards)
            await TestCluster.StageRowsAsync(cluster.Admin, one.Id, $"package {shard}", shard * 10);
        await one.FinalizeAsync();

        var load = await cluster.StageAsync();
        await cluster.FinalizeAsync(load);

        Assert.Equal((await TestCluster.FactsAsync(cluster.Admin)).Order(StringComparer.Ordinal),
            (await cluster.FactsAsync()).Order(StringComparer.Ordinal));
        await cluster.AssertLoadedAsync();
        Assert.Equal(["finalized|true"],
            await cluster.Admin.RowsAsync("SELECT state, finalized_at >= decided_at FROM exograph_cluster.loads"));
        Assert.Empty(await cluster.ResolveAsync());
        await cluster.FinalizeAsync(load);
        Assert.StartsWith("load 1 of the cluster was finalized at ", cluster.Loader.Notices[^1].MessageText, StringComparison.Ordinal);
        await cluster.AssertLoadedAsync();
    }

    [Fact]
    public async Task A_bad_row_on_one_shard_undoes_the_load_on_all_and_the_error_names_the_shard()
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        await using var shard = await cluster.OpenShardAsync(2);
        await shard.ExecuteAsync("INSERT INTO exograph_load_1.staged_packages (id, ecosystem) VALUES (9, 'hex')");

        var error = await cluster.Loader.FailsAsync("XG006", $"CALL exograph_cluster.finalize_load({load})");

        Assert.Equal("shard 2 (shard 2): load 1: 1 staged row(s) break a rule: packages: 1 with name is missing", error.MessageText);
        Assert.EndsWith("Nothing of the load is prepared on any shard.", error.Detail, StringComparison.Ordinal);
        Assert.StartsWith("On the shard: SELECT * FROM exograph.check_load(1) lists them.", error.Hint, StringComparison.Ordinal);
        await cluster.AssertNothingAsync();
        Assert.Equal("open", await cluster.StateAsync(load));

        await cluster.Loader.ExecuteAsync($"CALL exograph_cluster.finalize_load({load}, on_reject => 'skip')");
        await cluster.AssertLoadedAsync();
    }

    /// <param name="held">The shards that have not prepared the load yet.</param>
    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    public async Task A_session_that_dies_before_the_decision_leaves_nothing_once_it_is_resolved(params int[] held)
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        var prepared = TestCluster.Shards.Except(held).ToList();
        var holders = await Task.WhenAll(held.Select(cluster.HoldAsync));
        var finalizing = cluster.FinalizeAsync(load);
        await cluster.UntilPreparedAsync(prepared.Count);
        await using var other = await cluster.OpenAsync("loads");
        var working = await other.FailsAsync("55P03", $"CALL exograph_cluster.finalize_load({load})");
        Assert.Equal("load 1 of the cluster: another session is working on it", working.MessageText);
        Assert.Contains($"process {cluster.Loader.ProcessId} ", working.Detail, StringComparison.Ordinal);
        var second = await other.ScalarAsync<int>("SELECT exograph_cluster.begin_load('second')");
        var waiting = await other.FailsAsync("55P03", $"CALL exograph_cluster.finalize_load({second})");
        Assert.Equal("finalize_load: another session is finalizing a load of the cluster, or adding a shard", waiting.MessageText);
        Assert.Contains($"process {cluster.Loader.ProcessId} ", waiting.Detail, StringComparison.Ordinal);
        Assert.Equal(prepared.Select(s => $"1|{s}|at work"), await cluster.ResolveAsync());

        await cluster.Admin.ExecuteAsync("SELECT pg_terminate_backend($1)", cluster.Loader.ProcessId);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => finalizing);
        foreach (var shard in held)
            await UntilGoneAsync(await cluster.OpenShardAsync(shard)); // the shard notices within a second
        Assert.Equal(prepared.Select(s => $"1|{s}|rolled back"), await cluster.ResolveAsync());
        foreach (var holder in holders)
            await holder.DisposeAsync();
        await cluster.AssertNothingAsync();
        await other.ExecuteAsync($"CALL exograph_cluster.finalize_load({load})");
        await cluster.AssertLoadedAsync();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task What_shards_have_prepared_survives_their_crash_and_ends_as_was_decided(bool isFirst, bool isDecided)
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        await cluster.Loader.ExecuteAsync($"BEGIN; SELECT exograph_cluster.prepare_load({load}, NULL, NULL, NULL, NULL, NULL)");
        await cluster.Loader.ExecuteAsync(isDecided ? "COMMIT" : "ROLLBACK");
        var crashed = isFirst ? servers.FirstShards : servers.OtherShards;
        await crashed.StopAsync(StopMode.Immediate);
        await crashed.RestartAsync();

        if (!isDecided)
        {
            Assert.Equal(["1|1|rolled back", "1|2|rolled back", "1|3|rolled back"], await cluster.ResolveAsync());
            await cluster.AssertNothingAsync();
            return;
        }
        await cluster.Loader.ExecuteAsync($"SELECT exograph_cluster.commit_load({load})");
        await cluster.AssertLoadedAsync();
    }

    [Fact]
    public async Task A_shard_that_crashes_when_it_has_prepared_does_not_keep_the_others_from_it()
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        await using (var holder = await cluster.HoldAsync(2))
        {
            var finalizing = cluster.FinalizeAsync(load);
            await cluster.UntilPreparedAsync(2);
            await servers.FirstShards.StopAsync(StopMode.Immediate);
            await servers.FirstShards.RestartAsync();
            await holder.ExecuteAsync("COMMIT");
            await finalizing;
        }

        await cluster.AssertLoadedAsync();
    }

    [Fact]
    public async Task A_shard_that_crashes_while_it_loads_undoes_the_load_and_is_staged_again()
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        await using (var holder = await cluster.HoldAsync(2))
        {
            var finalizing = cluster.Loader.FailsAsync("08006", $"CALL exograph_cluster.finalize_load({load})");
            await cluster.UntilPreparedAsync(2);
            await servers.OtherShards.StopAsync(StopMode.Immediate);
            var error = await finalizing;
            Assert.StartsWith("shard 2 (shard 2): ", error.MessageText, StringComparison.Ordinal);
            Assert.Contains("In doubt: shard 3 (shard 3): no connection", error.Detail, StringComparison.Ordinal);
            await servers.OtherShards.RestartAsync();
        }

        Assert.Equal(["1|3|rolled back"], await cluster.ResolveAsync()); // prepared before the crash
        await cluster.AssertNothingAsync();
        var lost = await cluster.Loader.FailsAsync("XG004", $"CALL exograph_cluster.finalize_load({load})");
        Assert.Matches("^shard [23] ", lost.MessageText);
        await cluster.AssertNothingAsync();
        Assert.Equal(1, await cluster.JoinAsync(load, 1)); // that did not crash
        foreach (var shard in new[] { 2, 3 })
        {
            Assert.NotEqual(1, await cluster.JoinAsync(load, shard));
            await cluster.StageAsync(load, shard, $"package {shard}");
        }
        await cluster.FinalizeAsync(load);
        await cluster.AssertLoadedAsync();
    }

    [Theory]
    [InlineData("prepared", "")]
    [InlineData("decided", "")]
    [InlineData("committed", "1")]
    [InlineData("committed", "2")]
    [InlineData("committed", "3")]
    [InlineData("committed", "1,3")]
    [InlineData("committed", "2,3")]
    [InlineData("committed", "1,2,3")]
    public async Task A_coordinator_that_crashes_is_resolved_by_what_it_has_decided(string point, string onShards)
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        // The first transaction of finalize_load.
        await cluster.Loader.ExecuteAsync($"BEGIN; SELECT exograph_cluster.prepare_load({load}, NULL, NULL, NULL, NULL, NULL)");
        if (point != "prepared")
            await cluster.Loader.ExecuteAsync("COMMIT");
        var gids = await cluster.PreparedAsync();
        Assert.Equal(3, gids.Length);
        foreach (var number in onShards.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            await using var shard = await cluster.OpenShardAsync(int.Parse(number, CultureInfo.InvariantCulture));
            await shard.ExecuteAsync($"COMMIT PREPARED '{gids.Single(g => g.EndsWith($":{number}", StringComparison.Ordinal))}'");
        }

        await servers.Coordinators.KillAsync();
        await servers.Coordinators.RestartAsync();
        await cluster.ReopenAsync();

        if (point == "prepared")
        {
            Assert.Equal("open", await cluster.StateAsync(load));
            Assert.Equal(["1|1|rolled back", "1|2|rolled back", "1|3|rolled back"], await cluster.ResolveAsync());
            await cluster.AssertNothingAsync();
            await cluster.FinalizeAsync(load);
        }
        else
        {
            Assert.Equal("committed", await cluster.StateAsync(load));
            await cluster.Loader.FailsAsync("XG002", $"CALL exograph_cluster.abandon_load({load})");
            Assert.Equal(["1|1|committed", "1|2|committed", "1|3|committed"], await cluster.ResolveAsync());
        }
        await cluster.AssertLoadedAsync();
        Assert.Equal("finalized", await cluster.StateAsync(load));
        Assert.Empty(await cluster.ResolveAsync());
    }

    [Fact]
    public async Task A_decided_load_is_committed_on_a_shard_that_was_down_when_it_answers_again()
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        await cluster.Loader.ExecuteAsync($"SELECT exograph_cluster.prepare_load({load}, NULL, NULL, NULL, NULL, NULL)");
        await servers.FirstShards.StopAsync();

        await cluster.Loader.ExecuteAsync($"SELECT exograph_cluster.commit_load({load})");

        Assert.Equal("load 1 of the cluster is decided, and not committed on shards 1 yet", cluster.Loader.Notices[^1].MessageText);
        Assert.Equal(["null|1|no answer", "1|1|no answer"], (await cluster.ResolveAsync()).OrderDescending(StringComparer.Ordinal));
        Assert.Equal(["1|1|no connection", "2|0|null", "3|0|null"], await cluster.Admin.RowsAsync(
            "SELECT number, to_commit, substring(problem FROM 'no connection') FROM exograph_cluster.cluster_status ORDER BY number"));
        await servers.FirstShards.RestartAsync();
        await cluster.FinalizeAsync(load); // as resolve_loads would
        await cluster.AssertLoadedAsync();
        Assert.Equal("finalized", await cluster.StateAsync(load));
    }

    [Fact]
    public async Task A_shard_that_hangs_is_waited_for_until_the_caller_gives_up_and_is_resolved_when_it_goes_on()
    {
        await using var cluster = await servers.CreateAsync();
        // Since 16 dblink heeds no connect_timeout: who cancels is waiting for the connection that is to undo the load.
        var isBounded = await cluster.Admin.ScalarAsync<bool>("SELECT current_setting('server_version_num')::integer < 160000");
        var load = await cluster.StageAsync();
        await using (var holder = await cluster.HoldAsync(1))
        {
            var finalizing = cluster.Loader.FailsAsync("57014", $"CALL exograph_cluster.finalize_load({load})");
            await cluster.UntilPreparedAsync(2);
            await SignalAsync(servers.FirstShards, "STOP");
            try
            {
                await cluster.Admin.ExecuteAsync("SELECT pg_cancel_backend($1)", cluster.Loader.ProcessId);
                if (!isBounded)
                {
                    await Task.Delay(TimeSpan.FromSeconds(5));
                    Assert.False(finalizing.IsCompleted);
                    await cluster.Admin.ExecuteAsync("SELECT pg_cancel_backend($1)", cluster.Loader.ProcessId);
                }
                var error = await finalizing;
                Assert.Contains(isBounded ? "In doubt: shard 1 (shard 1): no connection" : "In doubt: ", error.Detail, StringComparison.Ordinal);
                if (isBounded)
                    Assert.Equal(["1|no connection", "2|null", "3|null"], await cluster.Admin.RowsAsync(
                        "SELECT number, substring(problem FROM 'no connection') FROM exograph_cluster.cluster_status ORDER BY number"));
            }
            finally
            {
                await SignalAsync(servers.FirstShards, "CONT"); // other tests need it
            }
        }

        await UntilGoneAsync(await cluster.OpenShardAsync(1));
        await cluster.ResolveAsync(); // it may have prepared the load before it noticed
        await cluster.AssertNothingAsync();
        await cluster.FinalizeAsync(load);
        await cluster.AssertLoadedAsync();
    }

    [Fact]
    public async Task A_shard_that_gives_up_by_itself_is_told_beside_the_others_and_who_is_cancelled_leaves_no_connection()
    {
        await using var cluster = await servers.CreateAsync();
        await using var shard = await cluster.OpenShardAsync(2);
        await shard.ExecuteAsync("BEGIN; LOCK exograph.code_versions");
        await cluster.Admin.ExecuteAsync("SET statement_timeout = '500ms'");

        await cluster.Admin.FailsAsync("57014", "TABLE exograph_cluster.cluster_status");

        await cluster.Admin.ExecuteAsync("RESET statement_timeout");
        Assert.Equal(["true"], await cluster.Admin.RowsAsync("SELECT exograph_dblink.dblink_get_connections() IS NULL"));
        await using (var owner = await cluster.OpenShardAsync(2))
            await owner.ExecuteAsync($"ALTER ROLE reads IN DATABASE {cluster.DatabaseOf(2)} SET statement_timeout = '200ms'");
        Assert.Equal(
            ["1|true|null", "2|false|shard 2 (shard 2): canceling statement due to statement timeout", "3|true|null"],
            await cluster.Admin.RowsAsync("SELECT number, database_bytes > 0 IS TRUE, problem FROM exograph_cluster.cluster_status ORDER BY 1"));
        Assert.True(await cluster.BeginAsync() > 0);
        Assert.Equal(["true"], await cluster.Admin.RowsAsync("SELECT exograph_dblink.dblink_get_connections() IS NULL"));
    }

    [Fact]
    public async Task A_detached_shard_is_not_touched_and_keeps_its_packages()
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        await cluster.Admin.ExecuteAsync("SELECT exograph_cluster.detach_shard(2)");

        foreach (var call in new[]
        {
            $"CALL exograph_cluster.finalize_load({load})", $"SELECT exograph_cluster.join_load({load}, 2)",
        })
        {
            var error = await cluster.Loader.FailsAsync("55000", call);
            Assert.Equal("shard 2 (shard 2) is detached", error.MessageText);
        }
        var placed = await cluster.Loader.FailsAsync("55000", $"SELECT * FROM exograph_cluster.place({load}, 'hex', '{{package 2}}')");
        Assert.Equal("package package 2 of hex is on shard 2 (shard 2), which is detached", placed.MessageText);
        Assert.Equal(["1", "3"], await cluster.Loader.RowsAsync(
            "SELECT DISTINCT shard FROM exograph_cluster.place($1, 'hex', '{new 1,new 2,new 3,new 4}') ORDER BY 1", load));

        await cluster.Admin.ExecuteAsync("SELECT exograph_cluster.attach_shard(2)");
        await cluster.FinalizeAsync(load);
        await cluster.AssertLoadedAsync();
    }

    [Fact]
    public async Task A_shard_of_another_version_takes_part_in_no_load()
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        await using var shard = await cluster.OpenShardAsync(3);
        await shard.ExecuteAsync("DELETE FROM exograph.code_versions WHERE name = (SELECT min(name) FROM exograph.code_versions)");

        foreach (var call in new[]
        {
            $"CALL exograph_cluster.finalize_load({load})", $"SELECT exograph_cluster.join_load({load}, 3)",
            "SELECT exograph_cluster.begin_load('later')",
        })
        {
            var error = await cluster.Loader.FailsAsync("55000", call);
            Assert.Equal("shard 3 (shard 3): its schema is of another version than that of the coordinator", error.MessageText);
            Assert.StartsWith($"That is database {cluster.DatabaseOf(3)} at 127.0.0.1:", error.Detail, StringComparison.Ordinal);
            Assert.Equal("exograph-load migrate, by one version, on all shards and on the coordinator.", error.Hint);
        }
        await cluster.AssertNothingAsync();
    }

    [Fact]
    public async Task What_cannot_be_a_shard_is_not_added()
    {
        await using var cluster = await servers.CreateAsync();
        await using var other = await servers.CreateAsync();

        async Task<string> RefusedAsync(string sqlState, string arguments) =>
            (await cluster.Admin.FailsAsync(sqlState, $"SELECT exograph_cluster.add_shard({arguments})")).MessageText;

        string Arguments(int port, string database) => $"'new', '127.0.0.1', '{port}', '{database}', 'reads', '{ClusterServers.Password}', "
            + $"'owns', '{ClusterServers.Password}'";

        Assert.Equal("shard 4 (new): its server prepares no transactions",
            await RefusedAsync("55000", Arguments(servers.Coordinators.Port, ClusterServers.Template)));
        Assert.Equal("shard 4 (new): its database holds no index of this version",
            await RefusedAsync("55000", Arguments(servers.FirstShards.Port, "postgres")));
        Assert.StartsWith("shard 4 (new): it is shard 1 of cluster ",
            await RefusedAsync("55000", Arguments(servers.FirstShards.Port, other.DatabaseOf(1))), StringComparison.Ordinal);
        Assert.Equal("shard 4 (new): it is shard 1 of this cluster already",
            await RefusedAsync("55000", Arguments(servers.FirstShards.Port, cluster.DatabaseOf(1))));
        Assert.Equal("there is a shard 2 (shard 2) already", await RefusedAsync("XG008", cluster.ArgumentsOf(2)));
        Assert.StartsWith("shard 4 (new): no connection: ",
            await RefusedAsync("08001", Arguments(servers.FirstShards.Port, "nowhere")), StringComparison.Ordinal);
        Assert.Equal(3, await cluster.Admin.CountAsync("exograph_cluster.shards"));
        Assert.Equal(6, await cluster.Admin.CountAsync("pg_foreign_server"));
    }

    [Fact]
    public async Task The_packages_of_an_index_that_becomes_a_shard_enter_the_directory()
    {
        await using var cluster = await servers.CreateAsync();
        await cluster.FinalizeAsync(await cluster.StageAsync());
        await using var again = await ClusterServers.OpenAsync(servers.Coordinators, cluster.DatabaseOf(0));
        await again.ExecuteAsync("SELECT exograph_cluster.detach_tables(1); DELETE FROM exograph_cluster.packages; "
            + "DELETE FROM exograph_cluster.load_shards WHERE shard = 1; DELETE FROM exograph_cluster.shards WHERE number = 1; "
            + "DROP SERVER exograph_shard_1 CASCADE");

        await again.ExecuteAsync($"SELECT exograph_cluster.add_shard({cluster.ArgumentsOf(1)}, number => 1)");

        Assert.Equal(["hex|package 1|1|null"], await again.RowsAsync("TABLE exograph_cluster.packages"));
        Assert.Equal(["loads"], await again.RowsAsync("SELECT remote_user FROM exograph_cluster.users"));
        var load = await cluster.BeginAsync();
        Assert.Equal(1, await cluster.PlaceAsync(load, "package 1"));
        Assert.Equal(2, await cluster.JoinAsync(load, 1));
    }

    [Fact]
    public async Task A_role_works_on_the_shards_as_it_is_mapped_and_not_otherwise()
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        await using var stranger = await cluster.OpenAsync("stranger");

        var error = await stranger.FailsAsync("42501", "SELECT exograph_cluster.begin_load('mine')");
        Assert.Equal("role stranger has no user on the shards", error.MessageText);
        Assert.StartsWith("A member of exograph_owner runs: SELECT exograph_cluster.map_user('stranger', ", error.Hint,
            StringComparison.Ordinal);
        foreach (var call in new[]
        {
            $"CALL exograph_cluster.finalize_load({load})", $"CALL exograph_cluster.abandon_load({load})",
            $"SELECT exograph_cluster.join_load({load}, 1)", $"SELECT exograph_cluster.place({load}, 'hex', '{{a}}')",
        })
        {
            Assert.Equal("load 1 of the cluster belongs to role loads", (await stranger.FailsAsync("42501", call)).MessageText);
        }
        foreach (var call in new[]
        {
            $"SELECT exograph_cluster.add_shard({cluster.ArgumentsOf(1)})", "SELECT exograph_cluster.attach_shard(1)",
            "SELECT exograph_cluster.detach_shard(1)", "SELECT exograph_cluster.map_user('stranger', 'loads', 'guessed')",
            "SELECT exograph_dblink.dblink_get_connections()", "IMPORT FOREIGN SCHEMA exograph FROM SERVER exograph_shard_1 INTO public",
        })
        {
            await stranger.FailsAsync("42501", call);
        }

        await cluster.Admin.ExecuteAsync($"SELECT exograph_cluster.map_user('stranger', 'stranger', '{ClusterServers.Password}')");
        var mine = await stranger.ScalarAsync<int>("SELECT exograph_cluster.begin_load('mine')");
        await stranger.ExecuteAsync($"SELECT exograph_cluster.join_load({mine}, 1)");
        await using var shard = await cluster.OpenShardAsync(1);
        Assert.Equal(["loads", "stranger"], await shard.RowsAsync("SELECT started_by FROM exograph.loads ORDER BY load_id"));
        await cluster.Admin.ExecuteAsync("SELECT exograph_cluster.map_user('stranger', NULL, NULL)");
        await stranger.FailsAsync("42501", $"SELECT exograph_cluster.join_load({mine}, 1)");
    }

    [Fact]
    public async Task Passwords_show_neither_in_errors_nor_in_views_nor_in_the_log()
    {
        await using var cluster = await servers.CreateAsync();
        var wrong = await cluster.Admin.FailsAsync("08001", $"SELECT exograph_cluster.add_shard({cluster.ArgumentsOf(1, "wrong secret")}, 7)"
            .Replace("'shard 1'", "'new'", StringComparison.Ordinal));
        var mapped = await cluster.Admin.FailsAsync("42704", "SELECT exograph_cluster.map_user('nobody', 'loads', 'wrong secret')");
        await using var loader = await cluster.OpenAsync("loads");

        foreach (var error in new[] { wrong, mapped })
            Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        var log = await File.ReadAllTextAsync(servers.Coordinators.LogFile);
        Assert.Contains("there is no role 'nobody'", log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
        // Tests beside it call as roles that may not keep their statements out of the log.
        Assert.DoesNotContain(log.Split('\n').Where(l => l.Contains(cluster.DatabaseOf(1), StringComparison.Ordinal)),
            l => l.Contains(ClusterServers.Password, StringComparison.Ordinal));
        Assert.Empty(await loader.RowsAsync("SELECT FROM pg_user_mappings WHERE umoptions IS NOT NULL"));
    }

    [Fact]
    public async Task A_load_that_is_abandoned_is_so_on_its_shards_and_its_packages_stay_placed()
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();
        // A session that was lost before the decision.
        await cluster.Loader.ExecuteAsync($"BEGIN; SELECT exograph_cluster.prepare_load({load}, NULL, NULL, NULL, NULL, NULL); ROLLBACK");
        Assert.Equal(3, (await cluster.PreparedAsync()).Length);

        await cluster.Loader.ExecuteAsync($"CALL exograph_cluster.abandon_load({load})");

        await cluster.AssertNothingAsync();
        foreach (var shard in TestCluster.Shards)
        {
            await using var session = await cluster.OpenShardAsync(shard);
            Assert.Equal(["abandoned"], await session.RowsAsync("SELECT state FROM exograph.loads"));
        }
        Assert.Equal(3, await cluster.Admin.CountAsync("exograph_cluster.packages"));
        await cluster.Loader.FailsAsync("XG002", $"CALL exograph_cluster.finalize_load({load})");
        await cluster.Loader.ExecuteAsync($"CALL exograph_cluster.abandon_load({load})");
    }

    [Fact]
    public async Task Packages_go_where_space_is_and_stay_there()
    {
        await using var cluster = await servers.CreateAsync();
        await cluster.Admin.ExecuteAsync("UPDATE exograph_cluster.shards SET capacity_bytes = CASE number WHEN 2 THEN 1e9 ELSE 1 END");
        var load = await cluster.BeginAsync();

        Assert.Equal(2, await cluster.PlaceAsync(load, "a"));
        Assert.Equal(["null|1"], await cluster.Loader.RowsAsync("SELECT * FROM exograph_cluster.place($1, NULL, NULL)", load));
        await cluster.Admin.ExecuteAsync("UPDATE exograph_cluster.shards SET capacity_bytes = 1");
        Assert.Equal(2, await cluster.PlaceAsync(load, "a"));
        var full = await cluster.Loader.FailsAsync("55000", $"SELECT * FROM exograph_cluster.place({load}, 'hex', '{{b,c}}')");
        Assert.Equal("no shard has space left for 2 new packages", full.MessageText);
        await cluster.Admin.ExecuteAsync("UPDATE exograph_cluster.shards SET capacity_bytes = NULL");
        await cluster.Loader.ExecuteAsync("SELECT * FROM exograph_cluster.place($1, 'npm', ARRAY(SELECT 'p' || n FROM generate_series(1, 30) n))", load);
        Assert.Equal(["1|true", "2|true", "3|true"], await cluster.Admin.RowsAsync(
            "SELECT shard, count(*) BETWEEN 8 AND 12 FROM exograph_cluster.packages WHERE ecosystem = 'npm' GROUP BY shard ORDER BY shard"));
    }

    [Fact]
    public async Task Finalizing_inside_a_transaction_is_refused_before_anything_is_done()
    {
        await using var cluster = await servers.CreateAsync();
        var load = await cluster.StageAsync();

        await cluster.Loader.FailsAsync("2D000", $"BEGIN; CALL exograph_cluster.finalize_load({load})");

        await cluster.Loader.ExecuteAsync("ROLLBACK");
        await cluster.AssertNothingAsync();
        Assert.Empty(await cluster.ResolveAsync());
    }

    [Fact]
    public async Task Uninstalling_a_coordinator_takes_its_servers_and_passwords_along()
    {
        await using var cluster = await servers.CreateAsync();
        await using var dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(servers.Coordinators.ConnectionString)
        {
            Database = cluster.DatabaseOf(0),
            Pooling = false,
        }.ConnectionString);

        await new ExographClient(dataSource).UninstallAsync();

        Assert.Equal(0, await cluster.Admin.CountAsync("pg_foreign_server"));
        Assert.Equal(0, await cluster.Admin.CountAsync("pg_user_mapping"));
        Assert.Equal(["plpgsql"], await cluster.Admin.RowsAsync("SELECT extname FROM pg_extension"));
    }

    /// <summary>Sends a signal to all processes of a server.</summary>
    private static async Task SignalAsync(EmbeddedPostgresServer server, string signal)
    {
        var postmaster = (await File.ReadAllLinesAsync(Path.Combine(server.DataDirectory, "postmaster.pid")))[0];
        using var sent = Process.Start("sh", ["-c", $"kill -{signal} {postmaster} $(cat /proc/{postmaster}/task/{postmaster}/children)"]);
        await sent.WaitForExitAsync();
    }

    /// <summary>Returns when nobody but superusers is in the database of a session.</summary>
    private static async Task UntilGoneAsync(Session session)
    {
        await using var looking = session;
        for (var look = 0; look < 1_000; look++)
        {
            if (await looking.CountAsync("pg_stat_activity WHERE datname = current_database() AND usename = 'loads'") == 0)
                return;
            await Task.Delay(10);
        }
        Assert.Fail("The process on the shard goes on.");
    }
}

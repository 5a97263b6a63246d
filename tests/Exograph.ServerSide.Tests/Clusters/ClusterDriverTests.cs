using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Clusters;

/// <summary>The command and the library, against a coordinator.</summary>
public sealed class ClusterDriverTests(ClusterServers servers) : IClassFixture<ClusterServers>
{
    private const int Packages = 7;

    [Fact]
    public async Task A_bundle_is_split_by_package_and_is_what_one_index_would_be()
    {
        await using var cluster = await servers.CreateAsync();
        await using var one = await TestDatabase.CreateAsync();
        using var bundle = Bundle();
        Assert.Equal(0, (await CliRun.RunAsync(one, ["load", bundle.Path])).ExitCode);

        var load = await RunAsync(cluster, "load", bundle.Path);

        Assert.True(load.ExitCode == 0, load.Error);
        await using var whole = await Session.OpenAsync(one.Settings);
        Assert.Equal((await TestCluster.ContentsAsync(whole)).Order(StringComparer.Ordinal), await cluster.ContentsAsync());
        Assert.Empty(await cluster.PreparedAsync());
        Assert.Equal([$"{Packages}|3"], await cluster.Admin.RowsAsync(
            "SELECT count(*), count(DISTINCT shard) FROM exograph_cluster.packages WHERE name ~ '^p[0-9]_'"));
        Assert.Contains("load 1 \"exograph-bundle-", load.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^shard +name +load there +state", load.Output);
        Assert.Matches(@"(?m)^packages +7 +7 ", load.Output);
        Assert.Matches(@"(?m)^files +15 +15 ", load.Output);

        var again = await RunAsync(cluster, "load", bundle.Path);
        Assert.Matches(@"(?m)^files +15 +0 +15 ", again.Output);
        Assert.Equal((await TestCluster.ContentsAsync(whole)).Order(StringComparer.Ordinal), await cluster.ContentsAsync());
    }

    [Fact]
    public async Task A_bad_row_is_told_with_its_line_and_nothing_reaches_any_shard()
    {
        await using var cluster = await servers.CreateAsync();
        using var bundle = Bundle();
        await File.AppendAllTextAsync(Path.Combine(bundle.Path, "comments.csv"), "777,too late,1\n");

        var load = await RunAsync(cluster, "load", bundle.Path);

        Assert.True(load.ExitCode == 4, load.Error);
        Assert.Matches(@"error: shard \d \(shard \d\): load \d: 1 staged row\(s\) break a rule: comments: 1 with ", load.Error);
        Assert.Contains("comments.csv, line 9: ", load.Error, StringComparison.Ordinal);
        Assert.Contains("note: load 1 stays open: exograph-load cluster finalize 1 tries again, cluster abandon 1 drops it", load.Error,
            StringComparison.Ordinal);
        await cluster.AssertNothingAsync();
        var abandon = await RunAsync(cluster, "cluster", "abandon", "1");
        Assert.Equal("abandoned load 1\n", abandon.Output);
        await AssertAbandonedAsync(cluster);

        var skip = await RunAsync(cluster, "load", bundle.Path, "--on-reject", "skip");
        Assert.True(skip.ExitCode == 0, skip.Error);
        Assert.Contains("comments.csv, line 9: ", skip.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_load_of_a_cluster_cannot_do_is_said_and_leaves_no_load_open()
    {
        await using var cluster = await servers.CreateAsync();
        using var bundle = Bundle();

        var reserved = await RunAsync(cluster, "load", bundle.Path, "--ids", "reserved");
        Assert.Equal(2, reserved.ExitCode);
        Assert.Contains("neither --ids reserved nor", reserved.Error, StringComparison.Ordinal);
        var stream = await RunAsync(cluster, "load", "-");
        Assert.Contains("expected a directory, found a stream", stream.Error, StringComparison.Ordinal);
        var connection = cluster.ConnectionStringOf("loads");
        var refused = await CliRun.RunAsync(null, ["load", bundle.Path, "--connection", connection],
            variables: new() { ["EXOGRAPH_SHARD_PASSWORD"] = "wrong" });
        Assert.True(refused.ExitCode == 5, refused.Error);
        Assert.Contains("password authentication failed", refused.Error, StringComparison.Ordinal);
        Assert.Contains("is abandoned", refused.Error, StringComparison.Ordinal);
        await using var stranger = await cluster.OpenAsync("stranger");
        var nobody = await CliRun.RunAsync(null, ["load", bundle.Path, "--connection", cluster.ConnectionStringOf("stranger")]);
        Assert.Contains("role stranger has no user on the shards", nobody.Error, StringComparison.Ordinal);

        await AssertAbandonedAsync(cluster);
    }

    [Fact]
    public async Task An_index_that_coordinates_nothing_says_so()
    {
        await using var database = await TestDatabase.CreateAsync();

        Assert.Equal("this index coordinates no cluster: add-shard makes it one\n",
            await PrintedAsync(CliRun.RunAsync(database, ["cluster", "status"])));
        Assert.Equal("nothing is in doubt\n", await PrintedAsync(CliRun.RunAsync(database, ["cluster", "resolve"])));
        var move = await CliRun.RunAsync(database, ["cluster", "move-package", "hex", "a", "2"]);
        Assert.Equal(4, move.ExitCode);
        Assert.Contains("this index coordinates no cluster [55000]", move.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_the_library_go_to_the_shard_of_their_package()
    {
        await using var cluster = await servers.CreateAsync();
        await using var client = ExographClient.Create(cluster.ConnectionStringOf("loads"));
        Assert.True(await client.Cluster.ExistsAsync());

        await using var load = await client.Cluster.BeginLoadAsync(Connect(cluster), new LoadOptions { Label = "rows" });
        var placed = await load.PlaceAsync("hex", ["package 1", "package 3"]);
        Assert.Equal(1, placed["package 1"]);
        foreach (var (name, shard) in placed)
        {
            var session = await load.OnShardAsync(shard);
            await session.StageAsync([new PackageRow { Id = 1, Ecosystem = "hex", Name = name }]);
        }
        var report = await load.FinalizeAsync();

        Assert.True(report.IsCommittedEverywhere);
        Assert.Equal(("rows", LoadState.Finalized, 2), (report.Load.Label, report.Load.State, report.Load.Tables.Sum(t => t.Inserted)));
        Assert.Equal([1, 3], report.Shards.Select(s => s.Shard.Number));
        Assert.Equal(2, (await client.Cluster.GetStatusAsync()).Count(s => s.DatabaseBytes > 0 && s.Packages == 1 && s.Number != 2));
    }

    [Fact]
    public async Task A_session_that_is_disposed_is_abandoned_on_all_shards()
    {
        await using var cluster = await servers.CreateAsync();
        await using var client = ExographClient.Create(cluster.ConnectionStringOf("loads"));

        await using (var load = await client.Cluster.BeginLoadAsync(Connect(cluster)))
        {
            foreach (var shard in TestCluster.Shards)
                await (await load.OnShardAsync(shard)).StageAsync([new PackageRow { Id = 1, Ecosystem = "hex", Name = $"package {shard}" }]);
        }

        await cluster.AssertNothingAsync();
        await AssertAbandonedAsync(cluster);
    }

    [Fact]
    public async Task The_commands_do_what_the_calls_do()
    {
        await using var cluster = await servers.CreateAsync();
        await cluster.FinalizeAsync(await cluster.StageAsync());
        await cluster.Admin.ExecuteAsync($"SELECT exograph_cluster.map_user('owns', 'owns', '{ClusterServers.Password}')");
        Task<CliRun> OwnsAsync(params string[] args) => RunAsAsync(cluster, "owns", ["cluster", .. args]);

        var status = await PrintedAsync(OwnsAsync("status"));
        Assert.Matches(@"(?m)^ +1  shard 1  attached +1 ", status);
        Assert.Equal("detached shard 2\n", await PrintedAsync(OwnsAsync("detach", "2")));
        Assert.Matches(@"(?m)^ +2  shard 2  detached +1 ", await PrintedAsync(OwnsAsync("status")));
        Assert.Equal("attached shard 2\n", await PrintedAsync(OwnsAsync("attach", "2")));
        Assert.Equal("package package 1 of hex is on shard 2\n", await PrintedAsync(OwnsAsync("move-package", "hex", "package 1", "2")));
        await using var second = await cluster.OpenShardAsync(2);
        Assert.Equal(["package 1", "package 2"], await second.RowsAsync("SELECT name FROM exograph.packages ORDER BY 1"));
        Assert.Equal("nothing is in doubt\n", await PrintedAsync(OwnsAsync("resolve")));
        Assert.Equal("stranger is loads on the shards\n", (await CliRun.RunAsync(null,
            ["cluster", "map-user", "stranger", "--user", "loads", "--connection", cluster.ConnectionStringOf("owns")],
            variables: new() { ["EXOGRAPH_SHARD_PASSWORD"] = ClusterServers.Password })).Output);
        Assert.Equal("stranger has no user on the shards\n", await PrintedAsync(OwnsAsync("map-user", "stranger", "--none")));
        var load = await cluster.BeginAsync();
        await cluster.StageAsync(load, 3, "package 3");
        await cluster.Loader.ExecuteAsync($"BEGIN; SELECT exograph_cluster.prepare_load({load}, NULL, NULL, NULL, NULL, NULL); ROLLBACK");
        Assert.Equal($"load {load}, shard 3: rolled back\n", await PrintedAsync(OwnsAsync("resolve")));
        Assert.Equal($"finalized load {load}\n", await PrintedAsync(RunAsync(cluster, "cluster", "finalize", $"{load}")));
    }

    [Fact]
    public async Task An_index_becomes_a_shard_by_a_command_that_has_no_password_on_its_line()
    {
        await using var cluster = await servers.CreateAsync();
        await using (var other = await ClusterServers.OpenAsync(servers.FirstShards, "postgres"))
            await other.ExecuteAsync($"CREATE DATABASE {cluster.DatabaseOf(4)} TEMPLATE {ClusterServers.Template}");
        string[] command =
        [
            "cluster", "add-shard", "the fourth", "--hosts", "127.0.0.1", "--port", $"{servers.FirstShards.Port}", "--dbname", cluster.DatabaseOf(4),
            "--reader", "reads", "--owner", "owns", "--capacity", "2GB", "--connection", cluster.ConnectionStringOf("owns"),
        ];

        var missing = await CliRun.RunAsync(null, command);
        Assert.Contains("EXOGRAPH_READER_PASSWORD is to have the password", missing.Error, StringComparison.Ordinal);
        var added = await CliRun.RunAsync(null, command, variables: new()
        {
            ["EXOGRAPH_READER_PASSWORD"] = ClusterServers.Password,
            ["EXOGRAPH_OWNER_PASSWORD"] = ClusterServers.Password,
        });

        Assert.True(added.ExitCode == 0, added.Error);
        Assert.Equal("added shard 4\n", added.Output);
        Assert.Equal(["the fourth|2147483648"], await cluster.Admin.RowsAsync(
            "SELECT name, capacity_bytes FROM exograph_cluster.shards WHERE number = 4"));
    }

    private static Func<Shard, NpgsqlDataSource> Connect(TestCluster cluster) =>
        shard => NpgsqlDataSource.Create(cluster.ConnectionStringOf(shard.User, shard.Number));

    private static Task<CliRun> RunAsync(TestCluster cluster, params string[] args) => RunAsAsync(cluster, "loads", args);

    private static Task<CliRun> RunAsAsync(TestCluster cluster, string role, string[] args) =>
        CliRun.RunAsync(null, [.. args, "--connection", cluster.ConnectionStringOf(role)], input: "{}\n");

    /// <summary>What a command prints, which must not fail.</summary>
    private static async Task<string> PrintedAsync(Task<CliRun> running)
    {
        var run = await running;
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }

    private static async Task AssertAbandonedAsync(TestCluster cluster)
    {
        Assert.Empty(await cluster.Admin.RowsAsync("SELECT FROM exograph_cluster.loads WHERE state <> 'abandoned'"));
        foreach (var shard in TestCluster.Shards)
        {
            await using var session = await cluster.OpenShardAsync(shard);
            Assert.Empty(await session.RowsAsync("SELECT FROM exograph.loads WHERE state <> 'abandoned'"));
        }
    }

    /// <summary>Packages with two files each and rows of every table, and a file without package; numbers run through all of them.</summary>
    private static BundleDirectory Bundle()
    {
        var texts = new Dictionary<string, StringBuilder>();
        void Add(string table, string header, FormattableString row)
        {
            if (!texts.TryGetValue(table, out var text))
                texts.Add(table, text = new StringBuilder(header).Append('\n'));
            text.Append(row.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }
        string Hash(string text) => "\\x" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

        for (var term = 1; term <= 5; term++)
            Add("terms", "id,term", $"{term},term {term}");
        for (var p = 1; p <= Packages; p++)
        {
            Add("packages", "id,ecosystem,name", $"{p},hex,p{p}_");
            Add("package_versions", "id,package_id,version", $"{p},{p},1.{p}");
            for (var f = 2 * p - 1; f <= 2 * p; f++)
            {
                Add("files", "id,package_version_id,path,source,sha256", $"{f},{p},lib/{f}.ex,source {f},{Hash($"source {f}")}");
                Add("fragments", "id,file_id,ast,kind,name,line,mass,exact_hash", $"{f},{f},\\x0{p},def,f{f},1,{p},\\x0{f % 3}");
                Add("graph_nodes", "id,file_id,fragment_id,engine,kind,qualified_name,line", $"{f},{f},{f},e,function,M.f{f}/0,1");
                Add("definitions", "file_id,fragment_id,kind,name,qualified_name,line", $"{f},{f},def,f{f},M.f{f}/0,1");
                Add("symbol_references", "file_id,fragment_id,kind,name,qualified_name,line", $"{f},{f},call,f1,M.f1/0,2");
                Add("fragment_terms", "fragment_id,term_id", $"{f},{1 + f % 5}");
                Add("fragment_terms", "fragment_id,term_id", $"{f},{1 + p % 5}");
            }
            Add("comments", "file_id,text,line", $"{2 * p},of {p},{p}");
            Add("call_edges", "caller_node_id,callee_node_id,caller_qualified_name,callee_qualified_name,line",
                $"{2 * p - 1},{2 * p},M.f{2 * p - 1}/0,M.f{2 * p}/0,{p}");
        }
        Add("files", "", $"99,,README,nobody's,{Hash("nobody's")}");
        var bundle = new BundleDirectory();
        foreach (var (table, text) in texts)
            bundle.Add($"{table}.csv", text.ToString());
        return bundle;
    }
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Clusters;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>Every block of docs/cluster.md is run, in its order, on a coordinator and three indexes that become its shards.</summary>
public sealed partial class ClusterPageTests(ClusterServers servers) : IClassFixture<ClusterServers>
{
    [Fact]
    public async Task The_page_does_what_it_says()
    {
        await using var cluster = await servers.CreateAsync(isBare: true);
        foreach (var section in Pages.SectionsOf(Pages.Cluster))
        {
            // Roles are those of the page, beside those of the other tests of these servers.
            var role = section.Title switch { "Loading" => "page_loads", "Moving a package" => "page_owns", _ => "" };
            var script = new StringBuilder();
            foreach (var block in section.Blocks)
            {
                if (block.Text.Contains("CREATE ROLE", StringComparison.Ordinal))
                {
                    for (var shard = 0; shard <= 2; shard++)
                        await RunSqlAsync(cluster, "", Here(cluster, block.Text), shard);
                }
                else if (block.Language == "sh")
                    await RunCommandAsync(cluster, role, block.Text);
                else
                    script.Append(Here(cluster, block.Text));
            }
            if (script.Length > 0)
                await RunSqlAsync(cluster, role, script.ToString(), shard: 0);
        }

        Assert.Equal(["finalized"], await cluster.Admin.RowsAsync("SELECT DISTINCT state FROM exograph_cluster.loads"));
        Assert.Equal(["greeter"], await cluster.Admin.RowsAsync("SELECT package FROM exograph_all.packages"));
        Assert.Equal(["left-pad|3"], await cluster.Admin.RowsAsync(
            "SELECT name, shard FROM exograph_cluster.packages WHERE name = 'left-pad'"));
    }

    /// <summary>Hosts, databases, roles and passwords of the page as they are here.</summary>
    private static string Here(TestCluster cluster, string sql)
    {
        sql = Host().Replace(sql, m =>
        {
            var shard = int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return $"'127.0.0.1', '{cluster.ServerOf(shard).Port}', '{cluster.DatabaseOf(shard)}'";
        });
        return Role().Replace(sql, "${before}page_${name}").Replace("a password", ClusterServers.Password, StringComparison.Ordinal);
    }

    private static async Task RunSqlAsync(TestCluster cluster, string role, string sql, int shard)
    {
        using var directory = new BundleDirectory().Add("blocks.sql", sql);
        await Psql.RunAsync(Settings(cluster, role, shard), "blocks.sql", directory.Path);
    }

    private static async Task RunCommandAsync(TestCluster cluster, string role, string lines)
    {
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            Assert.Equal("exograph-load", words[0]);
            var arguments = words[1..].Select(w => w.Contains('/', StringComparison.Ordinal) ? Repository.PathOf(w) : w);
            var run = await CliRun.RunAsync(null, [.. arguments, "--connection", Settings(cluster, role, 0).ConnectionString]);
            Assert.True(run.ExitCode == 0, $"{line}\n{run.Error}");
        }
    }

    private static NpgsqlConnectionStringBuilder Settings(TestCluster cluster, string role, int shard) => role.Length == 0
        ? new(cluster.ServerOf(shard).ConnectionString) { Database = cluster.DatabaseOf(shard) }
        : new(cluster.ConnectionStringOf(role, shard));

    [GeneratedRegex("'shard-([123])', '5432', 'code'")]
    private static partial Regex Host();

    [GeneratedRegex("(?<before>'|ROLE )(?<name>(reads|loads|owns)\\b)")]
    private static partial Regex Role();
}

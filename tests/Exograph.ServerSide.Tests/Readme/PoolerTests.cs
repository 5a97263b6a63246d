using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>No documented way needs a session of its own: all work behind a pooler in transaction mode.</summary>
public sealed class PoolerTests
{
    private const int AtOnce = 4;
    private const int Connections = 3;

    [Fact]
    public async Task The_pooler_of_these_tests_shares_sessions()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var pooler = await TransactionPooler.StartAsync(database, connections: 1);
        if (pooler is null)
            return;
        using var scripts = new BundleDirectory().Add("a.sql", "SET search_path TO left_behind;\n").Add("b.sql", "SHOW search_path;\n");

        await Psql.RunAsync(pooler.Settings, "a.sql", scripts.Path);

        Assert.Contains("left_behind", await Psql.RunAsync(pooler.Settings, "b.sql", scripts.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("examples/by-hand", "load.sql")]
    [InlineData("examples/row-wise", "insert.sql")]
    public async Task Scripts_that_run_at_once_do_not_mix(string directory, string script)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var pooler = await TransactionPooler.StartAsync(database, Connections);
        if (pooler is null)
            return;

        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(
            _ => Psql.RunAsync(pooler.Settings, script, Repository.PathOf(directory))));

        if (script == "load.sql")
            Assert.Equal(
                Enumerable.Repeat("finalized 31", AtOnce),
                await database.ColumnAsync<string>("""
                    SELECT l.state || ' ' || sum(t.staged) FROM exograph.loads l JOIN exograph.load_tables t USING (load_id)
                    GROUP BY l.load_id, l.state
                    """));
    }

    [Theory]
    [InlineData("numbered")]
    [InlineData("reserved")]
    public async Task Loads_of_the_command_line_that_run_at_once_do_not_mix(string ids)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var pooler = await TransactionPooler.StartAsync(database, Connections);
        if (pooler is null)
            return;
        string[] connection = ["--connection", pooler.Settings.ConnectionString];
        await RunAsync(["migrate"]);
        var bundles = Enumerable.Range(0, AtOnce).Select(i => new BundleDirectory().AddBasics(package: $"p{i}").Add("comments.csv",
            "file_id,line,text\n" + string.Concat(Enumerable.Range(0, 2000).Select(line => $"1,{line},of {i}\n"))).WithManifest()).ToList();

        await Task.WhenAll(bundles.Select(bundle => RunAsync(["load", bundle.Path, "--ids", ids, "--complete", "all"])));

        Assert.Equal(
            Enumerable.Range(0, AtOnce).Select(i => $"p{i} of {i} 2000"),
            await database.ColumnAsync<string>("""
                SELECT p.name || ' ' || c.text || ' ' || count(*)
                FROM exograph.comments c JOIN exograph.packages p ON p.id = c.package_id GROUP BY p.name, c.text ORDER BY 1
                """));
        await RunAsync(["status", "1"]);
        await RunAsync(["load", bundles[0].Path, "--no-finalize"]);
        await RunAsync(["check"]);
        await RunAsync(["abandon"]);
        await RunAsync(["rebuild-indexes"]);
        bundles.ForEach(bundle => bundle.Dispose());

        async Task RunAsync(string[] args)
        {
            var run = await CliRun.RunAsync(null, [.. args, .. connection]);
            Assert.True(run.ExitCode == 0, $"{args[0]}: {run.Error}");
        }
    }
}

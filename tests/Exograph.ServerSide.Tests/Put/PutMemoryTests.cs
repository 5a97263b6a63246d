using System.Text;
using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Bundles;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Put;

[Collection(nameof(RunsAlone))]
public sealed class PutMemoryTests
{
    private const int Rows = 1_000_000;

    [Fact]
    public async Task Memory_does_not_grow_with_the_files()
    {
        await using var database = await TestDatabase.CreateAsync();
        await CreateAsync(database);
        var rows = new StringBuilder("code,name\n");
        for (var i = 1; i <= Rows; i++)
            rows.Append(i).Append(",a name that is somewhat longer than others and number ").Append(i).Append('\n');
        using var files = new BundleDirectory().Add("item.csv", rows.ToString());
        rows.Clear();
        var before = GC.GetTotalAllocatedBytes();

        var run = await CliRun.RunAsync(database, ["put", "--into", "wares", files.Path]);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100L << 20);
        Assert.Equal(Rows, await database.ScalarAsync<long>("SELECT count(*) FROM wares.item"));
    }

    [Fact]
    public async Task Memory_does_not_grow_with_the_rows_of_another_database()
    {
        await using var database = await TestDatabase.CreateAsync();
        await CreateAsync(database);
        await using var other = await TestDatabase.CreateEmptyAsync();
        await CreateAsync(other);
        await other.ExecuteAsync($"INSERT INTO wares.item SELECT i, 'a name that is somewhat longer than others and number ' || i FROM generate_series(1, {Rows}) i");
        var before = GC.GetTotalAllocatedBytes();

        var run = await CliRun.RunAsync(database, ["put", "--into", "wares", "--from", other.ConnectionString]);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100L << 20);
        Assert.Equal(Rows, await database.ScalarAsync<long>("SELECT count(*) FROM wares.item"));
    }

    [Fact]
    public async Task Rows_that_are_streamed_are_not_gathered()
    {
        await using var database = await TestDatabase.CreateAsync();
        await CreateAsync(database);
        await using var session = await database.Client.BeginPutAsync("wares");
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: false);
        var most = 0L;
        await session.StageAsync("item", ["code", "name"], Enumerable.Range(1, Rows).Select(i =>
        {
            if (i % 100_000 == 0)
            {
                GC.Collect();
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
            }
            return new object?[] { i, "a name that is somewhat longer than others" };
        }));
        Assert.InRange(most - before, long.MinValue, 50L << 20);
        Assert.Equal(Rows, (await session.PutAsync()).Tables.Single().Inserted);
    }

    private static Task CreateAsync(TestDatabase database) =>
        database.ExecuteAsync("CREATE SCHEMA wares; CREATE TABLE wares.item (code integer PRIMARY KEY, name text NOT NULL)");
}

using System.Text;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Bundles;

/// <summary>Tests that look at the memory of the whole process: nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;

[Collection(nameof(RunsAlone))]
public sealed class BundleMemoryTests
{
    [Fact]
    public async Task Memory_does_not_grow_with_the_bundle()
    {
        await using var database = await TestDatabase.CreateAsync();
        var rows = new StringBuilder("id,term\n");
        for (var i = 1; i <= 1_000_000; i++)
            rows.Append(i).Append(",a term that is somewhat longer than others and number ").Append(i).Append('\n');
        using var bundle = new BundleDirectory().Add("terms.csv", rows.ToString());
        var before = GC.GetTotalAllocatedBytes();
        var run = await CliRun.RunAsync(database, ["load", bundle.Path]);
        Assert.Equal(0, run.ExitCode);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100L << 20);
        Assert.Equal(1_000_000, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.terms"));
    }
}

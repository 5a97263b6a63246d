using System.Transactions;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>What the caller's transactions and data source mean to a load.</summary>
public sealed class CallersConnectionTests
{
    [Fact]
    public async Task A_load_takes_no_part_in_a_transaction_of_the_caller()
    {
        await using var database = await TestDatabase.CreateAsync();
        int loadId;
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var session = await database.Client.BeginLoadAsync();
            await session.StageAsync(SampleRows.Packages.ToAsyncEnumerable());
            loadId = (await session.FinalizeAsync()).LoadId;
        }

        Assert.Equal(LoadState.Finalized, (await database.Client.GetLoadAsync(loadId)).State);
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.packages"));
    }

    [Fact]
    public async Task A_data_source_that_multiplexes_is_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = database.Settings;
        settings.Multiplexing = true;
        await using var multiplexing = NpgsqlDataSource.Create(settings.ConnectionString);

        await Assert.ThrowsAsync<NotSupportedException>(() => new ExographClient(multiplexing).BeginLoadAsync());
        var run = await CliRun.RunAsync(null, ["status", "--connection", settings.ConnectionString]);
        Assert.Equal(0, run.ExitCode);
    }
}

using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Put;

/// <summary><c>exograph-load put --print-sql</c>: a script for psql that does the same.</summary>
public sealed class PutScriptTests(MigratedDatabase shared) : IClassFixture<MigratedDatabase>
{
    private readonly TestDatabase _database = shared.Database;

    [Fact]
    public async Task The_script_does_what_the_tool_does_in_a_database_that_has_nothing_of_ours()
    {
        var here = await Shop.CreateAsync(_database);
        using var files = Shop.Files("it's");
        files.Add("customer.ndjson", """{"id":1,"email":"a@x","tags":["x","y z"],"settings":{"a":1},"seen":"2026-01-01 00:00:00Z"}""" + "\n" + """{"id":2,"email":"b@x"}""");
        File.Delete($"{files.Path}/customer.csv");
        var printed = await CliRun.RunAsync(_database, ["put", "--into", here.Schema, "--print-sql", files.Path]);
        Assert.True(printed.ExitCode == ExitCode.Ok, printed.Error);
        Assert.DoesNotContain("dup_select", printed.Output);
        Assert.Empty(await here.PurchasesAsync());

        await using var empty = await TestDatabase.CreateEmptyAsync();
        var there = await Shop.CreateAsync(empty);
        using var home = new BundleDirectory().Add("put.sql", printed.Output.Replace(here.Schema, there.Schema, StringComparison.Ordinal));
        await Psql.RunAsync(empty, "put.sql", home.Path);
        Assert.Equal(ExitCode.Ok, (await CliRun.RunAsync(_database, ["put", "--into", here.Schema, files.Path])).ExitCode);

        const string Customers = "SELECT id, email, name, tags, settings, seen FROM customer ORDER BY 1";
        Assert.Equal(await here.PurchasesAsync(), await there.PurchasesAsync());
        Assert.Equal(2, (await there.PurchasesAsync()).Count);
        Assert.Equal(await here.RowsAsync(Customers), await there.RowsAsync(Customers));
    }

    [Fact]
    public async Task The_script_of_a_dry_run_rolls_back()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add("customer.csv", "email\na@x\n");
        var printed = await CliRun.RunAsync(_database, ["put", "--into", shop.Schema, "--print-sql", "--dry-run", files.Path]);
        files.Add("put.sql", printed.Output);
        Assert.Contains("customer", await Psql.RunAsync(_database, "put.sql", files.Path));
        Assert.Empty(await shop.RowsAsync("SELECT email FROM customer"));
    }
}

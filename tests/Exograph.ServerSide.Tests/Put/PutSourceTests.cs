using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Put;

/// <summary><c>exograph-load put --from</c>: one database into another.</summary>
public sealed class PutSourceTests(MigratedDatabase shared) : IClassFixture<MigratedDatabase>
{
    private readonly TestDatabase _database = shared.Database;

    [Fact]
    public async Task A_shop_of_another_database_whose_numbers_clash_is_merged_into_ours()
    {
        await using var other = await TestDatabase.CreateEmptyAsync();
        var there = await Shop.CreateAsync(other);
        var here = await Shop.CreateAsync(_database);
        using (var ann = Shop.Files("ann"))
            Assert.Equal(ExitCode.Ok, (await CliRun.RunAsync(_database, ["put", "--into", here.Schema, ann.Path])).ExitCode);
        await there.ExecuteAsync("""
            INSERT INTO customer (email, name, tags, settings, seen) VALUES ('bob@x', 'Bob', '{x,"y z"}', '{"a":1}', '2026-01-01 00:00:00+01'), ('shared@x', 'Shared');
            INSERT INTO category (parent_id, name) VALUES (NULL, 'Goods'), (1, 'bob goods');
            INSERT INTO product (sku, category_id) VALUES ('bob-1', 2), ('both', 1);
            INSERT INTO "order" (number, customer_id, state) VALUES ('bob-A', 2, 'paid_in_full');
            INSERT INTO line VALUES (1, 1, 3), (1, 2, 4);
            """.Replace("('shared@x', 'Shared')", "('shared@x', 'Shared', NULL, NULL, NULL)", StringComparison.Ordinal));

        var run = await RunAsync(other, here, "--from-schema", there.Schema);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Equal(
            ["shared@x|ann-A|ann-1|ann goods|Goods|3", "shared@x|ann-A|both|Goods|-|4",
             "shared@x|bob-A|bob-1|bob goods|Goods|3", "shared@x|bob-A|both|Goods|-|4"],
            await here.PurchasesAsync());
        Assert.Equal(["Bob|[\"x\",\"y z\"]|{\"a\": 1}|2025-12-31T23:00:00+00:00"], await here.RowsAsync("SELECT name, tags, settings, seen FROM customer WHERE email = 'bob@x'"));
        Assert.Equal(["paid_in_full"], await here.RowsAsync("SELECT state FROM \"order\" WHERE number = 'bob-A'"));
        Assert.Equal(ExitCode.Ok, (await RunAsync(other, here, "--from-schema", there.Schema)).ExitCode);
        Assert.Equal(4, (await here.PurchasesAsync()).Count);
    }

    [Fact]
    public async Task Tables_and_columns_that_the_target_lacks_are_an_error_until_they_are_left_out()
    {
        await using var other = await TestDatabase.CreateEmptyAsync();
        var here = await Shop.CreateAsync(_database);
        await other.ExecuteAsync($"""
            CREATE SCHEMA {here.Schema}; SET LOCAL search_path = {here.Schema};
            CREATE TABLE client (id integer PRIMARY KEY, email text, phone text); INSERT INTO client VALUES (1, 'a@x', '1');
            CREATE TABLE log (x integer)
            """);
        Assert.Contains("has no table log", (await RunAsync(other, here, "--map", "client=customer")).Error);
        Assert.Contains("customer has no column phone", (await RunAsync(other, here, "--map", "client=customer", "--leave-out", "log")).Error);
        Assert.Contains("has no logs", (await RunAsync(other, here, "--leave-out", "logs")).Error);
        var run = await RunAsync(other, here, "--map", "client=customer", "--leave-out", "log", "--leave-out", "client.phone");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Contains("note: left out: log", run.Error);
        Assert.Equal(["a@x"], await here.RowsAsync("SELECT email FROM customer"));
    }

    [Fact]
    public async Task A_row_that_is_rejected_is_shown_itself()
    {
        await using var other = await TestDatabase.CreateEmptyAsync();
        var here = await Shop.CreateAsync(_database);
        await other.ExecuteAsync($"CREATE SCHEMA {here.Schema}; CREATE TABLE {here.Schema}.customer (id integer, email text, level text); INSERT INTO {here.Schema}.customer VALUES (1, 'a@x', 'high'), (2, 'b@x', '5')");
        var run = await RunAsync(other, here);
        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("""reject: customer, {"id": 1, "email": "a@x", "level": "high"}: level does not cast to smallint""", run.Error);
        Assert.Empty(await here.RowsAsync("SELECT email FROM customer"));
        Assert.Equal(ExitCode.Ok, (await RunAsync(other, here, "--on-reject", "skip")).ExitCode);
        Assert.Equal(["b@x|5"], await here.RowsAsync("SELECT email, level FROM customer"));
    }

    [Fact]
    public async Task Rows_that_a_policy_hides_are_not_missed_in_silence()
    {
        await using var other = await TestDatabase.CreateEmptyAsync();
        var here = await Shop.CreateAsync(_database);
        var role = $"reader_{Guid.NewGuid():N}";
        await other.ExecuteAsync($"""
            CREATE SCHEMA {here.Schema}; CREATE TABLE {here.Schema}.customer (email text); INSERT INTO {here.Schema}.customer VALUES ('a@x');
            ALTER TABLE {here.Schema}.customer ENABLE ROW LEVEL SECURITY;
            CREATE ROLE {role}; GRANT USAGE ON SCHEMA {here.Schema} TO {role}; GRANT SELECT ON {here.Schema}.customer TO {role}
            """);
        try
        {
            var settings = other.Settings;
            settings.Options = $"-c role={role}";
            var run = await CliRun.RunAsync(_database, ["put", "--into", here.Schema, "--from", settings.ConnectionString]);
            Assert.Equal(ExitCode.Refused, run.ExitCode);
            Assert.Contains("row-level security policy", run.Error);
        }
        finally
        {
            await other.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_source_that_cannot_be_reached_is_told_without_its_password()
    {
        var here = await Shop.CreateAsync(_database);
        var run = await CliRun.RunAsync(_database, ["put", "--into", here.Schema, "--from", "postgresql://u:secret@127.0.0.1:1/x"]);
        Assert.Equal(ExitCode.CannotConnect, run.ExitCode);
        Assert.Contains("--from: cannot connect", run.Error);
        Assert.DoesNotContain("secret", run.Error);
    }

    private Task<CliRun> RunAsync(TestDatabase from, Shop shop, params string[] arguments) =>
        CliRun.RunAsync(_database, ["put", "--into", shop.Schema, "--from", from.ConnectionString, .. arguments]);
}

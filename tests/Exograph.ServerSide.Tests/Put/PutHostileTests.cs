using System.Text;
using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Put;

/// <summary>Files and schemas of which no good comes.</summary>
public sealed class PutHostileTests(MigratedDatabase shared) : IClassFixture<MigratedDatabase>
{
    private readonly TestDatabase _database = shared.Database;

    [Fact]
    public async Task A_link_in_a_directory_is_not_followed()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add("secret.txt", "email\nroot@x\n");
        File.CreateSymbolicLink($"{files.Path}/customer.csv", $"{files.Path}/secret.txt");
        var run = await RunAsync(shop, files.Path);
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("customer.csv: expected a regular file, but it is a", run.Error);
        Assert.DoesNotContain("root@x", run.Error);
        Assert.Empty(await shop.RowsAsync("SELECT email FROM customer"));
    }

    [Theory]
    [InlineData("a \"b\" 'c'; DROP TABLE x; --")]
    [InlineData("put_report")]
    [InlineData("put_customer")]
    [InlineData("a_name_that_takes_all_of_the_sixty_three_bytes_of_an_identifier")]
    [InlineData("Käse $1 \\")]
    public async Task A_table_may_be_called_anything(string name)
    {
        var shop = await Shop.CreateAsync(_database);
        var quoted = $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        await shop.ExecuteAsync($"CREATE TABLE {quoted} (id serial PRIMARY KEY, {quoted} text UNIQUE); ");
        using var files = new BundleDirectory().Add("x.csv", $"id,\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n1,v\n2,\n2,\n");

        var run = await RunAsync(shop, "--map", $"x={name}", "--on-reject", "skip", files.Path);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Contains("v", await shop.RowsAsync($"SELECT {quoted} FROM {quoted}"));
    }

    [Fact]
    public async Task A_path_is_no_table()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add("x.csv", "id\n1\n");
        Assert.Contains("x.csv: expected a table of", (await RunAsync(shop, "--map", "x=../customer", files.Path)).Error);
        await shop.ExecuteAsync("CREATE TABLE \"../up\" (id integer PRIMARY KEY, v text UNIQUE)");
        using var more = new BundleDirectory().Add("x.csv", "id,v\n1,a\n");
        Assert.Equal(ExitCode.Ok, (await RunAsync(shop, "--map", "x=../up", more.Path)).ExitCode);
        Assert.Equal(["1|a"], await shop.RowsAsync("TABLE \"../up\""));
    }

    [Fact]
    public async Task A_column_may_be_called_like_one_of_ours()
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync("""
            CREATE TABLE staged_odd (staged_line integer PRIMARY KEY, put__row text UNIQUE, staged_line_2 text, existing text, "row" text NOT NULL, line text);
            """);
        using var files = new BundleDirectory().Add("staged_odd.csv",
            "staged_line,put__row,staged_line_2,existing,row,line\n5,a,b,c,d,e\n6,b,,,,x\n");

        var run = await RunAsync(shop, "--on-reject", "skip", files.Path);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Contains("staged_odd.csv, line 3: \"row\" is missing", run.Error);
        Assert.Equal(["5|a|b|c|d|e"], await shop.RowsAsync("TABLE staged_odd"));
    }

    [Fact]
    public async Task A_trigger_that_names_a_table_without_its_schema_means_the_table()
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync($"""
            INSERT INTO customer (email) VALUES ('old@x');
            CREATE TABLE visit (id serial PRIMARY KEY, number text UNIQUE, note text);
            CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := (SELECT count(*) FROM customer); RETURN NEW; END';
            CREATE TRIGGER t BEFORE INSERT ON visit FOR EACH ROW EXECUTE FUNCTION noted();
            """);
        using var files = new BundleDirectory().Add("visit.csv", "number\nA\n");
        var settings = _database.Settings;
        settings.SearchPath = shop.Schema;
        var run = await CliRun.RunAsync(null, ["put", "--into", shop.Schema, "--connection", settings.ConnectionString, files.Path]);
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Equal(["A|1"], await shop.RowsAsync("SELECT number, note FROM visit"));
    }

    [Fact]
    public async Task A_thousand_columns_are_read()
    {
        var shop = await Shop.CreateAsync(_database);
        var names = Enumerable.Range(1, 1000).Select(i => $"c{i}").ToList();
        await shop.ExecuteAsync($"CREATE TABLE wide (id integer PRIMARY KEY, {string.Join(", ", names.Select(n => $"{n} integer"))})");
        var csv = new StringBuilder($"id,{string.Join(',', names)}\n");
        for (var i = 1; i <= 20; i++)
            csv.Append(i).Append(',').AppendJoin(',', names.Select((_, n) => n)).Append('\n');
        using var files = new BundleDirectory().Add("wide.csv", csv.ToString());

        var run = await RunAsync(shop, files.Path);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Equal(["20|19980"], await shop.RowsAsync("SELECT count(*), sum(c1000) FROM wide"));
    }

    [Fact]
    public async Task What_needs_no_terminal_to_be_obeyed_is_escaped()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add("order.csv", "number,customer_id\n\u001b[31m,77\n");
        var run = await RunAsync(shop, files.Path);
        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.DoesNotContain('\u001b', run.Error);
    }

    private Task<CliRun> RunAsync(Shop shop, params string[] arguments) =>
        CliRun.RunAsync(_database, ["put", "--into", shop.Schema, .. arguments]);
}

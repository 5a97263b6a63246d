using System.Text.Json;
using System.Text.RegularExpressions;
using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Put;

/// <summary><c>exograph-load put</c> of directories of files.</summary>
public sealed class PutFileTests(MigratedDatabase shared) : IClassFixture<MigratedDatabase>
{
    private readonly TestDatabase _database = shared.Database;

    [Fact]
    public async Task Two_shops_whose_numbers_clash_become_one()
    {
        var shop = await Shop.CreateAsync(_database);
        using var ann = Shop.Files("ann");
        using var bob = Shop.Files("bob");

        var run = await RunAsync(shop, ann.Path, bob.Path);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Equal(
            ["shared@x|ann-A|ann-1|ann goods|Goods|3", "shared@x|ann-A|both|Goods|-|4",
             "shared@x|bob-A|bob-1|bob goods|Goods|3", "shared@x|bob-A|both|Goods|-|4"],
            await shop.PurchasesAsync());
        Assert.Equal(["ann@x|ann", "bob@x|bob", "shared@x|Shared"], await shop.RowsAsync("SELECT email, name FROM customer ORDER BY 1"));
        Assert.Contains("customer   2         1         1", run.Output.Split(bob.Path)[1]);
    }

    [Fact]
    public async Task A_terminal_shows_each_table_with_its_rows_and_time()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = Shop.Files("ann");
        var screen = new Screen(80, 40);

        var run = await CliRun.RunAsync(_database, ["put", "--into", shop.Schema, files.Path], screen: screen);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.False(screen.HasWrapped);
        Assert.Contains("table                rows    time  at hand", screen.Lines);
        Assert.Contains(screen.Lines, l => Regex.IsMatch(l, "^customer +2 +[0-9.]+ s$"));
        Assert.Contains(screen.Lines, l => Regex.IsMatch(l, "^line +[0-9]+ +[0-9.]+ s$"));
    }

    [Fact]
    public async Task The_same_folder_put_in_again_changes_nothing_and_burns_no_numbers()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = Shop.Files("ann");
        Assert.Equal(ExitCode.Ok, (await RunAsync(shop, files.Path)).ExitCode);
        var before = await shop.RowsAsync("SELECT id, email, xmin FROM customer ORDER BY 1");

        var again = await RunAsync(shop, "--json", files.Path);

        Assert.Equal(ExitCode.Ok, again.ExitCode);
        using var report = JsonDocument.Parse(again.Output);
        Assert.All(report.RootElement[0].GetProperty("tables").EnumerateArray(), t =>
        {
            Assert.Equal(0, t.GetProperty("inserted").GetInt64());
            Assert.Equal(t.GetProperty("rows_in").GetInt64(), t.GetProperty("existing").GetInt64());
        });
        Assert.Equal(before, await shop.RowsAsync("SELECT id, email, xmin FROM customer ORDER BY 1"));
        Assert.Equal(["2"], await shop.RowsAsync("SELECT last_value FROM customer_id_seq"));
    }

    [Fact]
    public async Task Rows_that_exist_may_be_updated_or_refused()
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync("INSERT INTO customer (email, name) VALUES ('a@x', 'old')");
        using var files = new BundleDirectory().Add("customer.csv", "email,name\na@x,new\nb@x,other\n");

        var refused = await RunAsync(shop, "--on-existing", "fail", files.Path);
        Assert.Equal(ExitCode.Refused, refused.ExitCode);
        Assert.Contains($"reject: {files.Path}/customer.csv, line 2: exists already", refused.Error);
        Assert.Equal(["a@x|old"], await shop.RowsAsync("SELECT email, name FROM customer"));

        Assert.Equal(ExitCode.Ok, (await RunAsync(shop, "--on-existing", "update", files.Path)).ExitCode);
        Assert.Equal(["a@x|new", "b@x|other"], await shop.RowsAsync("SELECT email, name FROM customer ORDER BY 1"));
    }

    [Theory]
    [InlineData("customer.csv", "id,email,born\n1,a@x,2020-01-01\n2,\"b\n@x\",2020-02-30\n", ", line 3, column born: expected a date such as 2026-11-30, found '2020-02-30'")]
    [InlineData("customer.csv", "id,email\n1,a@x\n2\n", ", line 3: expected 2 fields, found 1")]
    [InlineData("customer.csv", "id,email,nome\n1,a@x,a\n", ", line 1: expected columns of customer (id, email,")]
    [InlineData("customer.csv", "email,email\na@x,a@x\n", ", line 1, column email: expected each column once")]
    [InlineData("customer.csv", "email,name\na@x,\"a\n", ", line 2: expected CSV as of RFC 4180")]
    [InlineData("customer.csv", "email,name\na@x,a\0b\n", ", line 2, column name: expected text without NUL")]
    [InlineData("customer.csv", "email,seen\na@x,2020-01-01 12:00:00\n", ", line 2, column seen: expected a time with its offset from UTC")]
    [InlineData("customer.csv", "email,score\na@x,1.2.3\n", ", line 2, column score: expected a number such as -12.50, found '1.2.3'")]
    [InlineData("customer.csv", "email,level\na@x,32768\n", ", line 2, column level: expected a whole number from -32768 to 32767")]
    [InlineData("customer.csv", "email,active\na@x,maybe\n", ", line 2, column active: expected true or false, found 'maybe'")]
    [InlineData("customer.csv", "email,settings\na@x,{\n", ", line 2, column settings: expected JSON")]
    [InlineData("customer.csv", "email,rating\na@x,1e99\n", ", line 2, column rating: expected a number")]
    [InlineData("customer.ndjson", "{\"email\":\"a@x\"}\n{\"email\":\"b@x\",\"token\":\"12\"}\n", ", line 2, column token: expected a UUID, found '12'")]
    [InlineData("customer.ndjson", "{\"email\":\"a@x\"}\n{\"email\":\"b@x\",\"nome\":1}\n", ", line 2: expected members of customer")]
    [InlineData("customer.ndjson", "{\"email\":\"a\\u0000@x\"}\n", ", line 1, column email: expected text without NUL")]
    [InlineData("customer.ndjson", "{\"email\":{\"a\":1}}\n", ", line 1, column email: expected a string")]
    public async Task A_bad_line_is_told_by_file_line_and_column_and_nothing_is_put_in(string file, string text, string message)
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add(file, text).Add("category.csv", "id,name\n1,Goods\n");

        var run = await RunAsync(shop, "--on-reject", "skip", files.Path);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains($"error: {files.Path}/{file}{message}", run.Error);
        Assert.Contains("note: nothing was put in", run.Error);
        Assert.Empty(await shop.RowsAsync("SELECT name FROM category"));
    }

    /// <summary>In the order of the file, whose lines are not the numbers of its rows.</summary>
    private const string BadRows =
        "id,email,name,balance\n7,a@x,a,1\n1,,b,1\n2,c@x,\"a name\nthat is longer than it may be\",1\n3,d@x,d,-5\n9,e@x,e,\n";

    [Fact]
    public async Task A_row_that_the_server_rejects_is_told_by_file_and_line()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add("customer.csv", BadRows)
            .Add("order.ndjson", "{\"id\":1,\"number\":\"A\",\"customer_id\":7}\n{\"id\":2,\"number\":\"B\",\"customer_id\":1}\n{\"id\":3,\"number\":\"C\",\"customer_id\":7,\"state\":\"lost\"}\n");

        var refused = await RunAsync(shop, files.Path);
        Assert.Equal(ExitCode.Refused, refused.ExitCode);
        Assert.Equal(0, refused.Output.Length);
        Assert.Empty(await shop.RowsAsync("SELECT email FROM customer"));
        var skipped = await RunAsync(shop, "--on-reject", "skip", files.Path);
        Assert.Equal(ExitCode.Ok, skipped.ExitCode);

        var customers = $"reject: {files.Path}/customer.csv, line";
        var orders = $"reject: {files.Path}/order.ndjson, line";
        Assert.All([refused, skipped], run =>
        {
            Assert.Contains($"{customers} 3: email is missing", run.Error);
            Assert.Contains($"{customers} 4: name does not cast to character varying(20)", run.Error);
            Assert.Contains($"{customers} 6: violates customer_balance_check", run.Error);
            Assert.Contains($"{orders} 2: customer_id refers to no row of {shop.Schema}.customer", run.Error);
            Assert.Contains($"{orders} 3: state does not cast to {shop.Schema}.state", run.Error);
            Assert.Equal(5, run.Error.Split("reject: ").Length - 1);
        });
        Assert.Equal(["a@x|A", "e@x|-"], await shop.RowsAsync("SELECT email, number FROM customer c LEFT JOIN \"order\" o ON o.customer_id = c.id ORDER BY 1"));
    }

    [Fact]
    public async Task No_more_rows_are_skipped_than_the_limit_says()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add("customer.csv", BadRows);

        Assert.Equal(ExitCode.Ok, (await RunAsync(shop, "--on-reject", "skip", "--reject-limit", "3", "--dry-run", files.Path)).ExitCode);
        var run = await RunAsync(shop, "--on-reject", "skip", "--reject-limit", "2", files.Path);

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains($"{files.Path}/customer.csv, line 3: email is missing", run.Error);
        Assert.Empty(await shop.RowsAsync("SELECT email FROM customer"));
    }

    [Fact]
    public async Task A_nightly_folder_with_bad_rows_in_it_is_put_in_twice_with_the_same_outcome()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add("customer.csv", BadRows);
        Assert.Equal(ExitCode.Ok, (await RunAsync(shop, "--on-reject", "skip", files.Path)).ExitCode);
        var first = await shop.RowsAsync("TABLE customer ORDER BY id");

        var again = await RunAsync(shop, "--on-reject", "skip", files.Path);

        Assert.Equal(ExitCode.Ok, again.ExitCode);
        Assert.Contains("customer   5         0         2        0          0            0         3", again.Output);
        Assert.Equal(first, await shop.RowsAsync("TABLE customer ORDER BY id"));
    }

    [Fact]
    public async Task A_dry_run_reports_all_and_changes_nothing()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = Shop.Files("ann");
        using var more = Shop.Files("bob");

        var run = await RunAsync(shop, "--dry-run", files.Path, more.Path);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains("dry run: nothing was put in", run.Output);
        Assert.Contains("customer   2         1         1", run.Output.Split(more.Path)[1]); // the second finds what the first brings
        Assert.Equal(["0"], await shop.RowsAsync("SELECT (SELECT count(*) FROM customer) + (SELECT count(*) FROM line) AS n"));
    }

    [Fact]
    public async Task Every_type_arrives_as_it_was_written()
    {
        var shop = await Shop.CreateAsync(_database);
        const string Columns = "email, born, seen, score, active, token, settings, picture, rating, level, tags, balance";
        using var csv = new BundleDirectory().Add("customer.csv",
            "email,born,seen,score,active,token,settings,picture,rating,level,tags,balance\n"
            + "a@x,2024-02-29,2024-02-29T23:30:00.1234567-01:30,-1234.5,no,{0F8FAD5B-D9CD-469F-A165-70867728950E},\"{\"\"a\"\": [1]}\",\\x00ff,1.5,-3,\"{x,\"\"y z\"\"}\",1e-3\n"
            + "b@x,-infinity,infinity,0.00,T,,null,\\x,NaN,,{},Infinity\n"
            + "c@x,0001-01-01,1999-12-31 23:59:59Z,100000.004,1,,,,,,,0\n");
        using var json = new BundleDirectory().Add("customer.ndjson", """
            {"email":"a@x","born":"2024-02-29","seen":"2024-03-01 01:00:00.123457+00","score":-1234.50,"active":false,"token":"0f8fad5b-d9cd-469f-a165-70867728950e","settings":{"a":[1]},"picture":"\\x00ff","rating":1.5,"level":-3,"tags":["x","y z"],"balance":0.001}
            {"email":"b@x","born":"-infinity","seen":"infinity","score":"0","active":true,"settings":null,"picture":"\\x","rating":"NaN","tags":[],"balance":"inf"}
            {"email":"c@x","born":"0001-01-01","seen":"1999-12-31 23:59:59Z","score":1.00000004e5,"active":true,"balance":0}
            """);
        foreach (var files in new[] { csv, json })
        {
            var run = await RunAsync(shop, files.Path);
            Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
            Assert.Equal(
                ["a@x|2024-02-29|2024-03-01T01:00:00.123457+00:00|-1234.50|false|0f8fad5b-d9cd-469f-a165-70867728950e|{\"a\": [1]}|\\x00ff|1.5|-3|[\"x\",\"y z\"]|0.001",
                 "b@x|-infinity|infinity|0.00|true|-|-|\\x|NaN|-|[]|Infinity",
                 "c@x|0001-01-01|1999-12-31T23:59:59+00:00|100000.00|true|-|-|-|-|-|-|0"],
                await shop.RowsAsync($"SELECT {Columns} FROM customer ORDER BY 1"));
            await shop.ExecuteAsync("DELETE FROM customer");
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0.000")]
    [InlineData("12345678901234567890123456789012345678.000000000000000000000000000009")]
    [InlineData("0.00012")]
    [InlineData("10000")]
    [InlineData("-9999.9999")]
    [InlineData("1e40")]
    [InlineData("123e-7")]
    [InlineData("00012.50")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    public async Task A_number_is_what_the_server_reads(string number)
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync("CREATE TABLE number (id integer PRIMARY KEY, value numeric)");
        using var files = new BundleDirectory().Add("number.csv", $"id,value\n1,{number}\n");
        Assert.Equal(ExitCode.Ok, (await RunAsync(shop, "--natural-key", "number=id", files.Path)).ExitCode);
        Assert.Equal([$"{await _database.ScalarAsync<string>($"SELECT '{number}'::numeric::text")}"], await shop.RowsAsync("SELECT value::text FROM number"));
    }

    [Fact]
    public async Task Tables_and_columns_that_are_left_out_are_not_asked_for()
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync("INSERT INTO customer (id, email) VALUES (41, 'a@x')");
        // A column that no line has is no key with NULL in it.
        using var files = new BundleDirectory().Add("order.ndjson", """{"number":"A","customer_id":1}""").Add("customer.ndjson", """{"id":1,"email":"a@x"}""")
            .Add("README.md", "nobody's").Add("log.csv", "x\n1\n");

        var run = await RunAsync(shop, "--leave-out", "log", files.Path);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Equal(["A|41"], await shop.RowsAsync("SELECT number, customer_id FROM \"order\""));
    }

    [Fact]
    public async Task Files_may_be_called_otherwise_than_their_tables()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add("Kunden=2026.csv", "id,email\n1,a@x\n").Add("order.csv", "number,customer_id\nA,1\n");

        var run = await RunAsync(shop, "--map", "Kunden=2026=customer", files.Path);
        Assert.Equal(ExitCode.BadInput, run.ExitCode); // the first = separates
        File.Move($"{files.Path}/Kunden=2026.csv", $"{files.Path}/Kunden.csv");
        run = await RunAsync(shop, "--map", "Kunden=customer", files.Path);

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Equal(["a@x|A"], await shop.RowsAsync("SELECT email, number FROM customer c JOIN \"order\" o ON o.customer_id = c.id"));
    }

    [Fact]
    public async Task Rows_that_nothing_tells_apart_are_refused_until_it_is_said_what_does()
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync("CREATE TABLE note (id serial PRIMARY KEY, at date, text text)");
        using var files = new BundleDirectory().Add("note.csv", "at,text\n2026-01-01,a\n2026-01-01,a\n2026-01-01,b\n");

        Assert.Contains("nothing tells the rows of", (await RunAsync(shop, files.Path)).Error);
        Assert.Equal(ExitCode.Ok, (await RunAsync(shop, "--without-key", "append", files.Path)).ExitCode);
        Assert.Equal(["3"], await shop.RowsAsync("SELECT count(*) FROM note"));
        Assert.Equal(ExitCode.Ok, (await RunAsync(shop, "--without-key", "match", files.Path)).ExitCode);
        Assert.Equal(["3"], await shop.RowsAsync("SELECT count(*) FROM note"));
        Assert.Equal(ExitCode.Ok, (await RunAsync(shop, "--natural-key", "note=at,text", files.Path)).ExitCode);
        Assert.Equal(["3"], await shop.RowsAsync("SELECT count(*) FROM note"));
    }

    [Fact]
    public async Task What_a_manifest_counts_must_be_there()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add("customer.csv", "email\na@x\n").Add("manifest.json", """{"rows":{"customer":2}}""");
        var run = await RunAsync(shop, files.Path);
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("customer.csv: expected 2 rows, as manifest.json counts them, found 1", run.Error);

        files.Add("manifest.json", """{"rows":{"customer":1,"order":5}}""");
        Assert.Contains("expected a file of order, of which manifest.json counts 5 rows", (await RunAsync(shop, files.Path)).Error);
        files.Add("manifest.json", """{"rows":{"customer":1}}""");
        Assert.Equal(ExitCode.Ok, (await RunAsync(shop, files.Path)).ExitCode);
    }

    [Theory]
    [InlineData("expected directories of files, or --from", "--into", "s")]
    [InlineData("not both", "--into", "s", "--from", "host=x", "files")]
    [InlineData("it needs --on-reject skip", "--into", "s", "--reject-limit", "3", "files")]
    [InlineData("--json has no effect", "--into", "s", "--print-sql", "--json", "files")]
    [InlineData("--natural-key is table=column,column, not 'a'", "--into", "s", "--natural-key", "a", "files")]
    [InlineData("'--into' is required", "files")]
    public async Task What_makes_no_sense_is_told_before_anything_is_done(string message, params string[] arguments)
    {
        var run = await CliRun.RunAsync(_database, ["put", .. arguments]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public async Task A_table_or_schema_that_is_not_there_is_told_with_those_that_are()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = new BundleDirectory().Add("client.csv", "email\na@x\n");
        var run = await RunAsync(shop, files.Path);
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains($"client.csv: expected the name of a table of {shop.Schema} before .csv; the tables are category, customer, line, order, product", run.Error);
        run = await CliRun.RunAsync(_database, ["put", "--into", "nowhere", files.Path]);
        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("there is no schema nowhere", run.Error);
    }

    [Fact]
    public async Task Cancelling_puts_nothing_in_and_says_so()
    {
        var shop = await Shop.CreateAsync(_database);
        using var files = Shop.Files("ann");
        using var cancellation = new CancellationTokenSource();
        // It cannot end before the lock goes: the cancellation meets it for certain.
        await using var other = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var wait = new NpgsqlCommand($"LOCK TABLE {shop.Schema}.line", other))
            await wait.ExecuteNonQueryAsync();
        var running = CliRun.RunAsync(_database, ["put", "--into", shop.Schema, files.Path], cancellationToken: cancellation.Token);
        var waits = $"SELECT count(*) FROM pg_locks WHERE relation = '{shop.Schema}.line'::regclass AND NOT granted";
        while (await _database.ScalarAsync<long>(waits) == 0)
            await Task.Delay(20);
        await cancellation.CancelAsync();

        var run = await running;
        await transaction.RollbackAsync();

        Assert.Equal(ExitCode.Cancelled, run.ExitCode);
        Assert.Contains("error: cancelled", run.Error);
        Assert.Contains("note: nothing was put in", run.Error);
        Assert.Empty(await shop.RowsAsync("SELECT email FROM customer"));
    }

    [Fact]
    public async Task The_report_fits_eighty_columns()
    {
        var shop = await Shop.CreateAsync(_database);
        await shop.ExecuteAsync("ALTER TABLE customer RENAME TO a_table_of_customers_whose_name_is_very_long_indeed");
        using var files = new BundleDirectory().Add("customer.csv", "email\na@x\n");
        var screen = new Screen(80, 24);
        var run = await CliRun.RunAsync(_database,
            ["put", "--into", shop.Schema, "--map", "customer=a_table_of_customers_whose_name_is_very_long_indeed", files.Path], screen: screen);
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.False(screen.HasWrapped);
        Assert.Contains(screen.Lines, l => l.StartsWith("table", StringComparison.Ordinal) && l.EndsWith("rejected", StringComparison.Ordinal));
    }

    private Task<CliRun> RunAsync(Shop shop, params string[] arguments) =>
        CliRun.RunAsync(_database, ["put", "--into", shop.Schema, .. arguments]);
}

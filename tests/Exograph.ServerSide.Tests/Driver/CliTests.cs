using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

public sealed class CliTests
{
    private const string Dangling = "file_id,text\n9,of no file\n";

    [Fact]
    public async Task A_load_is_reported_as_an_aligned_table_and_its_phases_go_to_standard_error()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics();
        var run = await CliRun.RunAsync(database, ["load", bundle.Path, "--label", "a label"]);
        Assert.Equal(0, run.ExitCode);
        var lines = run.Output.Split('\n');
        Assert.Equal("load 1 \"a label\": finalized", lines[0]);
        Assert.Matches("^table +staged +inserted +existing +collapsed +rejected +conflicting +path +ms +WAL bytes$", lines[1]);
        Assert.Matches("^packages +1 +1 +0 +0 +0 +0 +merged ", lines[2]);
        Assert.Contains("load 1: merge packages", run.Error);
    }

    [Fact]
    public async Task Json_is_one_document_on_standard_output()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics();
        var run = await CliRun.RunAsync(database, ["load", bundle.Path, "--json"]);
        using var report = JsonDocument.Parse(run.Output);
        var table = report.RootElement[0].GetProperty("tables")[0];
        Assert.Equal(("packages", 1), (table.GetProperty("table").GetString(), table.GetProperty("inserted").GetInt32()));
        using var list = JsonDocument.Parse((await CliRun.RunAsync(database, ["status", "--json"])).Output);
        Assert.Equal(["load_id", "label", "state", "started_by", "started_at", "ended_at", "progress"],
            list.RootElement[0].EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task Refused_rows_can_be_listed_and_then_skipped_or_abandoned()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().Add("comments.csv", Dangling).Add("terms.csv", "id,term\n1,a\n");
        var load = await CliRun.RunAsync(database, ["load", bundle.Path]);
        Assert.Equal((4, ""), (load.ExitCode, load.Output));
        Assert.Matches("(?s)error: load 1: .*: comments: 1 with .*\\[XG006\\]\nreject: .*comments.csv, line 2: .*\ndetail: First rows: comments .*\nhint: ", load.Error);
        var check = await CliRun.RunAsync(database, ["check", "--json"]);
        Assert.Equal(4, check.ExitCode);
        using (var rejects = JsonDocument.Parse(check.Output))
            Assert.Equal(9, rejects.RootElement[0].GetProperty("row").GetProperty("file_id").GetInt32());
        var listed = (await CliRun.RunAsync(database, ["check"])).Output.Split('\n');
        Assert.Matches("^table +reason +place +row$", listed[0]);
        Assert.Matches("^comments +file_id is .* +\\(0,1\\) +\\{", listed[1]);
        Assert.Contains("open", (await CliRun.RunAsync(database, ["status"])).Output);
        var finalize = await CliRun.RunAsync(database, ["finalize", "--on-reject", "skip", "--reject-limit", "1"]);
        Assert.Equal(0, finalize.ExitCode);
        Assert.Matches("(?m)^comments +1 +0 +0 +0 +1 ", finalize.Output);
        Assert.StartsWith(finalize.Output, (await CliRun.RunAsync(database, ["status", "1"])).Output, StringComparison.Ordinal);

        Assert.Equal(4, (await CliRun.RunAsync(database, ["load", bundle.Path])).ExitCode);
        Assert.Equal((0, "abandoned load 2\n"), Pair(await CliRun.RunAsync(database, ["abandon"])));
        Assert.Equal(4, (await CliRun.RunAsync(database, ["abandon"])).ExitCode);
    }

    [Fact]
    public async Task What_became_of_a_load_that_failed_is_said()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bad = new BundleDirectory().Add("comments.csv", Dangling);
        using var terms = new BundleDirectory().Add("terms.csv", "id,term\n1,a\n");
        using var broken = new BundleDirectory().Add("terms.csv", "id,term\nx,a\n");

        var refused = await CliRun.RunAsync(database, ["load", bad.Path]);
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("note: load 1 stays open: exograph-load check 1 lists rows", refused.Error);

        var second = await CliRun.RunAsync(database, ["load", terms.Path, broken.Path, "--max-staged", "1"]);
        Assert.Equal(3, second.ExitCode);
        Assert.Contains("note: load 3 is abandoned: nothing of it was loaded; before it load 2 ended well", second.Error);

        // As where the disk fills: the server refuses rows while they are staged.
        await database.ExecuteAsync("""
            CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN
                ALTER TABLE IF EXISTS exograph_load_4.staged_terms ADD CONSTRAINT full_disk CHECK (term <> 'a');
            EXCEPTION WHEN duplicate_object THEN NULL;
            END
            $$;
            CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE TABLE AS') EXECUTE FUNCTION refuse();
            """);
        var full = await CliRun.RunAsync(database, ["load", terms.Path]);
        Assert.Equal(4, full.ExitCode);
        Assert.Contains("full_disk", full.Error);
        Assert.Contains("note: load 4 is abandoned: nothing of it was loaded", full.Error);
        Assert.Equal(["open", "finalized", "abandoned", "abandoned"],
            await database.ColumnAsync<string>("SELECT state FROM exograph.loads ORDER BY load_id"));
    }

    [Fact]
    public async Task A_load_can_be_staged_now_and_finalized_later()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics();
        var load = await CliRun.RunAsync(database, ["load", bundle.Path, "--no-finalize"]);
        Assert.Equal((0, $"load 1 \"{Path.GetFileName(bundle.Path)}\": open\n"), Pair(load));
        Assert.Equal((0, "no rejects\n"), Pair(await CliRun.RunAsync(database, ["check", "1"])));
        Assert.Equal(0, (await CliRun.RunAsync(database, ["finalize", "1"])).ExitCode);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.files"));
    }

    [Fact]
    public async Task Maps_are_dropped_and_partitions_of_old_loads_merged()
    {
        await using var database = await TestDatabase.CreateAsync();
        for (var i = 0; i < 2; i++)
        {
            using var bundle = new BundleDirectory().AddBasics().Add("comments.csv", $"file_id,text\n1,comment {i}\n");
            string[] options = ["--partition-threshold", "0", "--keep-maps"];
            Assert.Equal(0, (await CliRun.RunAsync(database, ["load", bundle.Path, .. options])).ExitCode);
        }

        Assert.Equal((0, "dropped the maps of load 1\n"), Pair(await CliRun.RunAsync(database, ["drop-maps", "1"])));
        Assert.Equal(["exograph_load_2"], await database.ColumnAsync<string>(
            "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'exograph\\_load\\_%'"));
        Assert.Equal(2, (await CliRun.RunAsync(database, ["merge-partitions", "--keep", "-1"])).ExitCode);
        var merged = await CliRun.RunAsync(database, ["merge-partitions", "--keep", "0"]);
        Assert.Equal((0, """
            table     loads   partitions  status  detail
            comments  1 to 2           2  merged

            """), Pair(merged));
        Assert.Contains("merging the partitions of comments from load 1 to 2", merged.Error);
    }

    [Fact]
    public async Task A_load_is_undone_and_who_leans_on_it_is_named()
    {
        await using var database = await TestDatabase.CreateAsync();
        for (var i = 0; i < 2; i++)
        {
            using var bundle = new BundleDirectory().AddBasics();
            Assert.Equal(0, (await CliRun.RunAsync(database, ["load", bundle.Path, "--label", $"load {i}"])).ExitCode);
        }

        var refused = await CliRun.RunAsync(database, ["undo", "1"]);
        Assert.Equal((4, ""), Pair(refused));
        Assert.Contains("load 1 cannot be undone alone: others lean on it", refused.Error);
        Assert.Contains("load 2 ('load 1') found", refused.Error);
        Assert.Equal((0, "{\n  \"undone\": [\n    1,\n    2\n  ]\n}\n"),
            Pair(await CliRun.RunAsync(database, ["undo", "1", "--dependents", "--json"])));
        Assert.Equal((0, "undone: load 1, 2\n"), Pair(await CliRun.RunAsync(database, ["undo", "2"])));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.files"));
    }

    [Fact]
    public async Task Indexes_are_deferred_and_rebuilt()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics();
        var load = await CliRun.RunAsync(database, ["load", bundle.Path, "--defer-indexes"]);
        Assert.Equal(0, load.ExitCode);
        Assert.Matches("load 1: [0-9]+ indexes are deferred until CALL exograph.rebuild_indexes\\(\\)", load.Error);
        await database.ExecuteAsync("CREATE INDEX files_package_id ON exograph.files (path)");

        var refused = await CliRun.RunAsync(database, ["rebuild-indexes", "--json"]);
        Assert.Equal(4, refused.ExitCode);
        using (var left = JsonDocument.Parse(refused.Output))
            Assert.Equal("files_package_id", left.RootElement[0].GetProperty("name").GetString());
        Assert.Contains("exograph.files_package_id was not built: ", refused.Error);
        var table = await CliRun.RunAsync(database, ["rebuild-indexes"]);
        Assert.Equal(4, table.ExitCode);
        Assert.Matches("^table +index +problem\nfiles +files_package_id +exograph.files_package_id exists", table.Output);

        await database.ExecuteAsync("DROP INDEX exograph.files_package_id");
        var rebuilt = await CliRun.RunAsync(database, ["rebuild-indexes"]);
        Assert.Equal((0, "every index is there\n"), Pair(rebuilt));
        Assert.Contains("building exograph.files_package_id", rebuilt.Error);
    }

    [Fact]
    public async Task Migrate_says_what_it_did_and_a_database_without_exograph_what_to_do()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var bundle = new BundleDirectory().AddBasics();
        var load = await CliRun.RunAsync(database, ["load", bundle.Path]);
        Assert.Equal(4, load.ExitCode);
        Assert.Contains("Run exograph-load migrate", load.Error);
        var first = await CliRun.RunAsync(database, ["migrate"]);
        Assert.Equal(
            $"installed {MigrationScripts.Embedded.Migrations.Count} migrations and {MigrationScripts.Embedded.Code.Count} code files "
            + $"into {database.Settings.Database} as schema version {ExographClient.LatestSchemaVersion}\n",
            first.Output);
        Assert.Contains("applying 0001_schemas_and_roles.sql", first.Error);
        Assert.Equal((0, $"up to date: {database.Settings.Database} has schema version {ExographClient.LatestSchemaVersion}\n"), Pair(await CliRun.RunAsync(database, ["migrate"])));
    }

    [Fact]
    public async Task Migrate_builds_indexes_for_searching_texts_where_it_is_asked_to_and_leaves_them_otherwise()
    {
        const string Count = "SELECT count(*) FROM pg_class WHERE relname IN ('files_source_trgm', 'comments_text_trgm')";
        await using var database = await TestDatabase.CreateAsync();

        Assert.Equal((0, $"up to date: {database.Settings.Database} has schema version {ExographClient.LatestSchemaVersion}, with indexes for searching texts\n"), Pair(await CliRun.RunAsync(database, ["migrate", "--text-search"])));
        await database.ExecuteAsync("DELETE FROM exograph.code_versions");
        Assert.StartsWith("installed 0 migrations", (await CliRun.RunAsync(database, ["migrate"])).Output);
        Assert.Equal(2, await database.ScalarAsync<long>(Count));
        Assert.Equal((0, Migrator.Print(textSearch: true)), Pair(await CliRun.RunAsync(null, ["migrate", "--print", "--text-search"])));
    }

    [Fact]
    public async Task Migrate_print_needs_no_server()
    {
        var run = await CliRun.RunAsync(null, ["migrate", "--print"]);
        Assert.Equal((0, Migrator.Print()), Pair(run));
        Assert.Contains("\\set ON_ERROR_STOP on", run.Output);
    }

    [Theory]
    [InlineData("bogus")]
    [InlineData("load")]
    [InlineData("load", "x", "--connections", "0")]
    [InlineData("load", "-", "-")]
    [InlineData("load", "x", "--max-staged", "8 parsecs")]
    [InlineData("load", "x", "--longest-line", "2GB")]
    [InlineData("load", "x", "--on-reject", "maybe")]
    [InlineData("load", "x", "--reject-limit", "3")]
    [InlineData("load", "x", "--reject-limit", "3", "--on-reject", "fail")]
    [InlineData("load", "x", "--complete", "comments,files")]
    [InlineData("status", "one")]
    [InlineData("status", "--connection", "Host=x;Bogus=1")]
    [InlineData("status", "--connection", "postgresql://u:secret@h/db?bogus=1")]
    [InlineData("status", "--connection", "postgresql://u:secret@h:port/db")]
    public async Task A_command_line_that_makes_no_sense_is_refused(params string[] args)
    {
        var run = await CliRun.RunAsync(null, args);
        Assert.Equal((2, ""), Pair(run));
        Assert.StartsWith("error: ", run.Error);
        Assert.DoesNotContain("secret", run.Error);
    }

    [Fact]
    public async Task The_demo_says_why_it_has_nothing_to_load()
    {
        using var empty = new BundleDirectory().Add("main.py", "print()\n");

        var run = await CliRun.RunAsync(null, ["demo", "--source", empty.Path]);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains($"there is no C# source in {empty.Path}: --source names", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_without_the_password()
    {
        var run = await CliRun.RunAsync(null, ["status", "--connection", "Host=127.0.0.1;Port=1;Username=u;Password=secret"]);
        Assert.Equal((5, ""), Pair(run));
        Assert.StartsWith("error: cannot connect: ", run.Error);
        var debug = await CliRun.RunAsync(null, ["status", "--connection", "postgresql://u:secret@127.0.0.1:1/db"],
            variables: new() { ["EXOGRAPH_DEBUG"] = "1" });
        Assert.Contains("   at ", debug.Error);
        Assert.DoesNotContain("secret", run.Error + debug.Error);
    }

    [Fact]
    public async Task Cancelling_a_load_whose_producer_hangs_abandons_it_at_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var cancellation = new CancellationTokenSource();
        var producer = new HangingStream();
        var running = CliRun.RunAsync(
            database, ["load", "-"], standardInput: producer, cancellationToken: cancellation.Token);
        await producer.Asked;
        await cancellation.CancelAsync();
        var run = await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((130, ""), Pair(run));
        Assert.Contains("note: load 1 is abandoned", run.Error);
        Assert.Equal(["abandoned"], await database.ColumnAsync<string>("SELECT state FROM exograph.loads"));
    }

    [Fact]
    public async Task Cancelling_abandons_the_load()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics();
        using var cancellation = new CancellationTokenSource();
        // Finalize cannot end before the lock goes: the cancellation meets it for certain.
        await using var blocker = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE exograph.packages IN ROW EXCLUSIVE MODE", blocker))
            await command.ExecuteNonQueryAsync();
        var running = CliRun.RunAsync(database, ["load", bundle.Path], cancellationToken: cancellation.Token);
        while (await database.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
            await Task.Delay(10);
        await cancellation.CancelAsync();
        var run = await running;
        Assert.Equal((130, ""), Pair(run));
        Assert.Contains("error: cancelled", run.Error);
        Assert.Equal(["abandoned"], await database.ColumnAsync<string>("SELECT state FROM exograph.loads"));
    }

    [Fact]
    public async Task The_program_writes_results_and_errors_apart_and_ends_with_the_exit_code()
    {
        await using var database = await TestDatabase.CreateAsync();
        var start = new ProcessStartInfo("dotnet", [typeof(CliApp).Assembly.Location, "load", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["EXOGRAPH_CONNECTION"] = database.ConnectionString },
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(
            "{\"table\":\"terms\",\"id\":1,\"term\":\"from a pipe\"}\n{\"table\":\"end\",\"rows\":{\"terms\":1}}\n");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith("load 1 \"-\": finalized\n", await output);
        Assert.Contains("read standard input", error);
        Assert.Equal("from a pipe", await database.ScalarAsync<string>("SELECT term FROM exograph.terms"));
    }

    private static (int, string) Pair(CliRun run) => (run.ExitCode, run.Output);

    /// <summary>Gives a line, and then nothing for good, whoever cancels.</summary>
    private sealed class HangingStream : MemoryStream
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _given;

        public Task Asked => _asked.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_given)
            {
                _given = true;
                return Encoding.UTF8.GetBytes("{\"table\":\"terms\",\"id\":1,\"term\":\"a\"}\n", buffer.Span);
            }
            _asked.SetResult();
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return 0;
        }
    }
}

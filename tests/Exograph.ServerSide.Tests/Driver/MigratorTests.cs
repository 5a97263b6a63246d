using System.Collections.Concurrent;
using System.Transactions;
using Exograph.ServerSide.Tests.Readme;
using Exograph.ServerSide.Tests.Support;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

public sealed class MigratorTests
{
    private const string CodeVersions = """
        CREATE TABLE exograph.code_versions (
            name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
        """;

    private const string FromTheFuture =
        "INSERT INTO exograph.schemaversions (scriptname, applied) VALUES ('9999_future.sql', now())";

    [Fact]
    public async Task A_second_run_applies_nothing()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var migrator = new Migrator(database.DataSource);
        var pending = await migrator.GetPendingAsync();
        Assert.Equal(pending, await migrator.MigrateAsync());
        Assert.NotEmpty(pending);
        Assert.Empty(await migrator.GetPendingAsync());
        Assert.Empty(await migrator.MigrateAsync());
    }

    [Fact]
    public async Task Twenty_migrators_at_once_apply_each_script_once()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var runs = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Task.Run(() => new Migrator(database.DataSource).MigrateAsync())));
        var expected = MigrationScripts.Embedded.Migrations.Concat(MigrationScripts.Embedded.Code).Select(s => s.Name);
        Assert.Equal(expected.Order(StringComparer.Ordinal), runs.SelectMany(r => r).Order(StringComparer.Ordinal));
        Assert.Equal(
            MigrationScripts.Embedded.Migrations.Select(s => s.Name),
            await database.ColumnAsync<string>("SELECT scriptname FROM exograph.schemaversions ORDER BY schemaversionsid"));
    }

    [Fact]
    public async Task The_journal_is_that_of_dbup()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await new Migrator(database.DataSource, Scripts(("0002_a.sql", CodeVersions))).MigrateAsync();
        Assert.Equal(
            ["schemaversionsid integer t", "scriptname character varying(255) t", "applied timestamp without time zone t"],
            await database.ColumnAsync<string>("""
                SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull) FROM pg_attribute
                WHERE attrelid = 'exograph.schemaversions'::regclass AND attnum > 0 ORDER BY attnum
                """));
    }

    [Fact]
    public async Task A_migrator_killed_in_a_script_leaves_a_database_that_the_next_one_completes()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var slow = Scripts(("0002_a.sql", CodeVersions), ("0003_b.sql", "CREATE TABLE exograph.b (); SELECT pg_sleep(60);"));
        var killed = new Migrator(database.DataSource, slow).MigrateAsync();
        await WaitForAsync(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' "
            + "AND state = 'active' AND datname = current_database() AND pid <> pg_backend_pid()");
        await Assert.ThrowsAnyAsync<Exception>(() => killed);
        Assert.Equal(
            [MigrationScripts.Embedded.Migrations[0].Name, "0002_a.sql"],
            await database.ColumnAsync<string>("SELECT scriptname FROM exograph.schemaversions ORDER BY 1"));
        var mended = Scripts(("0002_a.sql", CodeVersions), ("0003_b.sql", "CREATE TABLE exograph.b ();"));
        Assert.Equal(["0003_b.sql"], await new Migrator(database.DataSource, mended).MigrateAsync());
    }

    [Fact]
    public async Task A_database_newer_than_the_driver_is_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(FromTheFuture);
        var error = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.DataSource).MigrateAsync());
        Assert.Contains("newer than this driver, which does not know 9999_future.sql", error.Message);
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData("SELECT 1;\n\n-- comment; with 'quote\nSELECT\n  nonsense FROM\n nowhere;", "42P01", 6)]
    [InlineData("SELECT ';'; SELECT $$;\n$$;\nSELECT 1 /* ; /* nested */ ; */;\nSELEC 1;", "42601", 4)]
    [InlineData(
        "SELECT E'\\';';\nSELECT \"a;b\" FROM (VALUES (1)) AS t (\"a;b\");\nDO $x$ BEGIN\n RAISE 'stop; here'; END $x$;", "P0001",
        3)]
    [InlineData("SELECT 1; -- said; twice\n/* two\nlines; */\n-- and one\nDO $$ BEGIN RAISE 'stop'; END $$;", "P0001", 5)]
    public async Task A_failing_script_is_named_with_its_line(string script, string sqlState, int line)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var scripts = Scripts(("0002_a.sql", CodeVersions), ("0003_bad.sql", "CREATE TABLE exograph.gone ();" + script));
        var error = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.DataSource, scripts).MigrateAsync());
        Assert.Equal(("0003_bad.sql", line, sqlState), (error.Script, error.Line, error.SqlState));
        Assert.StartsWith($"0003_bad.sql, line {line}: ", error.Message);
        Assert.Equal(
            [MigrationScripts.Embedded.Migrations[0].Name, "0002_a.sql"],
            await database.ColumnAsync<string>("SELECT scriptname FROM exograph.schemaversions ORDER BY 1"));
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regclass('exograph.gone') IS NULL"));
    }

    [Fact]
    public async Task Changed_code_is_applied_again_as_a_whole()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var migrations = Scripts(("0002_a.sql", CodeVersions)).Migrations;
        var first = new MigrationScript("f.sql", "CREATE OR REPLACE VIEW exograph.v AS SELECT 1 AS one;");
        var before = new MigrationScripts(migrations, [first, new("g.sql", "CREATE OR REPLACE VIEW exograph.w AS SELECT 1 AS x FROM exograph.v;")]);
        var after = before with { Code = [first, new("g.sql", "CREATE OR REPLACE VIEW exograph.w AS SELECT 2 AS x FROM exograph.v;")] };
        await new Migrator(database.DataSource, before).MigrateAsync();
        Assert.Empty(await new Migrator(database.DataSource, before).MigrateAsync());
        Assert.Equal(["f.sql", "g.sql"], await new Migrator(database.DataSource, after).MigrateAsync());
        Assert.Equal(2, await database.ScalarAsync<int>("SELECT x FROM exograph.w"));
    }

    [Fact]
    public async Task Code_that_fails_is_not_applied_in_part()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var migrations = Scripts(("0002_a.sql", CodeVersions)).Migrations;
        var good = new MigrationScript("f.sql", "CREATE VIEW exograph.v AS SELECT 1 AS one;");
        var bad = new MigrationScripts(migrations, [good, new("g.sql", "SELECT 1 / 0;")]);

        var error = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database.DataSource, bad).MigrateAsync());

        Assert.Equal("g.sql, line 1: division by zero", error.Message);
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regclass('exograph.v') IS NULL"));
        Assert.Equal(["f.sql"], await new Migrator(database.DataSource, bad with { Code = [good] }).MigrateAsync());
    }

    [Fact]
    public async Task Cancelling_ends_the_script_that_runs()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var cancellation = new CancellationTokenSource();
        var slow = Scripts(("0002_a.sql", CodeVersions), ("0003_b.sql", "CREATE TABLE exograph.b (); SELECT pg_sleep(600);"));
        var migration = new Migrator(database.DataSource, slow).MigrateAsync(cancellationToken: cancellation.Token);
        const string Sleeping = "SELECT true FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' "
            + "AND datname = current_database() AND pid <> pg_backend_pid()";
        await WaitForAsync(database, Sleeping);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => migration.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Empty(await database.ColumnAsync<bool>(Sleeping));
        Assert.Equal(["0003_b.sql"], await new Migrator(database.DataSource, slow).GetPendingAsync());
    }

    [Fact]
    public async Task Migrations_have_neither_the_timeout_nor_the_logger_nor_the_transaction_of_the_caller()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var log = new MessageLog();
        var builder = new NpgsqlDataSourceBuilder(database.ConnectionString + ";Command Timeout=1;Multiplexing=true");
        await using var dataSource = builder.UseLoggerFactory(log).Build();
        await using (var command = dataSource.CreateCommand("SELECT 'logged'"))
            await command.ExecuteScalarAsync();
        Assert.Contains("logged", log.Text);
        var slow = Scripts(("0002_a.sql", CodeVersions), ("0003_b.sql", "SELECT pg_sleep(1.5);"));

        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            Assert.Equal(3, (await new Migrator(dataSource, slow).MigrateAsync()).Count);

        Assert.Empty(await new Migrator(dataSource, slow).GetPendingAsync());
        Assert.DoesNotContain("pg_sleep", log.Text);
    }

    [Fact]
    public async Task An_upgrader_of_DbUp_over_the_same_files_makes_the_same_schema()
    {
        await using var theirs = await TestDatabase.CreateEmptyAsync();
        await using var ours = await TestDatabase.CreateAsync();

        DbUpExample.Run(theirs.ConnectionString, Repository.Root);

        await ours.ExecuteAsync("DELETE FROM exograph.code_versions");
        Assert.Equal(await SchemaAsync(ours), await SchemaAsync(theirs));
        DbUpExample.Run(theirs.ConnectionString, Repository.Root);
        Assert.Equal(MigrationScripts.Embedded.Code.Select(s => s.Name), await new Migrator(theirs.DataSource).MigrateAsync());
    }

    [Fact]
    public void The_scripts_are_built_in_once_each_in_their_order()
    {
        var scripts = MigrationScripts.Embedded;
        Assert.Equal(scripts.Code.Count, scripts.Code.DistinctBy(s => s.Name).Count());
        var migrations = scripts.Migrations.Select(s => s.Name).ToList();
        Assert.Equal(migrations.Order(StringComparer.Ordinal), migrations);
        Assert.NotEmpty(scripts.Code);
    }

    [Fact]
    public async Task The_printed_script_installs_the_same_as_the_migrator()
    {
        await using var printed = await TestDatabase.CreateEmptyAsync();
        await using var migrated = await TestDatabase.CreateAsync();
        var script = Migrator.Print();
        var scripts = MigrationScripts.Embedded;
        Assert.Equal((Installed(scripts.Migrations.Count), ""), await PsqlAsync(printed, script));
        Assert.Equal(await SchemaAsync(migrated), await SchemaAsync(printed));
        Assert.Empty(await new Migrator(printed.DataSource).MigrateAsync());
        Assert.Equal((Installed(0), ""), await PsqlAsync(printed, script));
        await printed.ExecuteAsync(FromTheFuture);
        Assert.Contains("newer than this script", (await PsqlAsync(printed, script)).Error);

        string Installed(int migrations) => $"installed {migrations} migrations and {scripts.Code.Count} code files into "
            + $"{printed.Settings.Database} as schema version {scripts.Migrations.Count}\n";
    }

    [Fact]
    public async Task The_printed_script_builds_indexes_for_searching_texts_where_it_is_asked_to()
    {
        await using var printed = await TestDatabase.CreateEmptyAsync();

        var (output, error) = await PsqlAsync(printed, Migrator.Print(textSearch: true));

        Assert.StartsWith("installed ", output);
        Assert.DoesNotContain("ERROR", error);
        Assert.Equal(2, await printed.ScalarAsync<long>(
            "SELECT count(*) FROM pg_class WHERE relname IN ('files_source_trgm', 'comments_text_trgm')"));
    }

    private static async Task<(string Output, string Error)> PsqlAsync(TestDatabase database, string script)
    {
        using var directory = new BundleDirectory().Add("install.sql", script);
        var (_, output, error) = await Psql.RunAsync(database.Settings, ["-f", "install.sql"], directory.Path);
        return (output, error);
    }

    /// <summary>Every relation with its columns, every function with its text, and who may what.</summary>
    private static Task<List<string>> SchemaAsync(TestDatabase database) => database.ColumnAsync<string>("""
        SELECT concat_ws(' ', c.oid::regclass, c.relkind, pg_get_userbyid(c.relowner), c.relacl, obj_description(c.oid),
                         (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull),
                                            ',' ORDER BY attnum)
                          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname ~ '^(exograph|dup_select)' AND c.relkind <> 't'
        UNION ALL
        SELECT concat_ws(' ', pg_get_functiondef(p.oid), pg_get_userbyid(p.proowner), p.proacl, obj_description(p.oid))
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname ~ '^(exograph|dup_select)' AND p.prokind IN ('f', 'p')
        UNION ALL
        SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid <> 0
        UNION ALL
        SELECT concat_ws(' ', name, sha256) FROM exograph.code_versions
        UNION ALL
        SELECT scriptname FROM exograph.schemaversions
        ORDER BY 1
        """);

    /// <summary>The first script makes roles and schemas; the rest of an installation of our own comes after it.</summary>
    private static MigrationScripts Scripts(params (string Name, string Text)[] migrations) =>
        new([MigrationScripts.Embedded.Migrations[0], .. migrations.Select(m => new MigrationScript(m.Name, m.Text))], []);

    private sealed class MessageLog : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> _messages = new();

        public string Text => string.Join('\n', _messages);

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _messages.Enqueue(formatter(state, exception));

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Repeats a query until it finds a row.</summary>
    private static async Task WaitForAsync(TestDatabase database, string query)
    {
        while ((await database.ColumnAsync<bool>(query)).Count == 0)
            await Task.Delay(20);
    }
}

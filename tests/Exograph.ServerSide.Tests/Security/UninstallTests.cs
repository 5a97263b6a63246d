using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>What uninstall leaves, and what it refuses.</summary>
public sealed class UninstallTests(EmptyServer server) : EmptyServerTest(server)
{
    /// <summary>All that a database and its cluster know of, with who may what.</summary>
    private const string Catalog =
        """
        SELECT 'schema', nspname::text, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
        UNION ALL SELECT 'relation', oid::regclass::text, relacl::text FROM pg_class WHERE oid >= 16384 AND relpersistence <> 't'
        UNION ALL SELECT 'routine', oid::regprocedure::text, proacl::text FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT 'type', oid::regtype::text, typacl::text FROM pg_type WHERE oid >= 16384
        UNION ALL SELECT 'constraint', conname::text, conrelid::regclass::text FROM pg_constraint WHERE oid >= 16384
        UNION ALL SELECT 'trigger', tgname::text, tgrelid::regclass::text FROM pg_trigger WHERE oid >= 16384
        UNION ALL SELECT 'comment', description, '' FROM pg_description WHERE objoid >= 16384
        UNION ALL SELECT 'role', rolname::text, '' FROM pg_roles
        UNION ALL SELECT 'member', roleid::regrole::text, member::regrole::text FROM pg_auth_members
        UNION ALL SELECT 'database', datname::text, coalesce(datacl, acldefault('d', datdba))::text FROM pg_database
        UNION ALL SELECT 'extension', extname::text, '' FROM pg_extension
        UNION ALL SELECT 'default', defaclrole::regrole::text, defaclacl::text FROM pg_default_acl
        UNION ALL SELECT 'setting', setdatabase::text, setconfig::text FROM pg_db_role_setting
        UNION ALL SELECT 'dependency', classid::regclass::text, refobjid::regrole::text FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND deptype <> 'i'
        ORDER BY 1, 2, 3
        """;

    private ExographClient Client => new(DataSource);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_leaves_the_catalog_as_it_was_before_and_installs_again(bool printed)
    {
        var before = await Admin.RowsAsync(Catalog);
        await Client.MigrateAsync(new MigrateOptions { TextSearch = true });
        await Admin.ExecuteAsync("CREATE ROLE loader; GRANT exograph_loader TO loader; GRANT pg_read_all_stats TO exograph_owner");
        await (await Sample.BeginAsync(Admin, "partition_threshold => 0, keep_maps => true")).FinalizeAsync();
        await Admin.ExecuteAsync("SELECT exograph.begin_load('given up'); CALL exograph.abandon_load()");

        if (printed)
        {
            using var directory = new BundleDirectory().Add("uninstall.sql", ExographClient.PrintUninstall());
            await Psql.RunAsync(Settings, "uninstall.sql", directory.Path);
        }
        else
        {
            Assert.Equal(["dropped roles exograph_loader, exograph_owner, exograph_reader"], await Client.UninstallAsync());
        }

        await Admin.ExecuteAsync("DROP ROLE loader");
        Assert.Equal(before, await Admin.RowsAsync(Catalog));
        await Client.UninstallAsync(); // nothing is left to do
        Assert.Equal(before, await Admin.RowsAsync(Catalog));
        Assert.NotEmpty(await Client.MigrateAsync());
        await (await Sample.BeginAsync(Admin)).FinalizeAsync();
    }

    [Fact]
    public async Task Roles_stay_while_another_database_knows_them_and_go_with_the_last()
    {
        await using var postgres = await Session.OpenAsync(SettingsOf("postgres"));
        var before = await postgres.RowsAsync("SELECT rolname FROM pg_roles ORDER BY 1");
        await postgres.ExecuteAsync($"CREATE DATABASE {Name}_2 TEMPLATE template0 ENCODING 'UTF8'");
        await using var second = NpgsqlDataSource.Create(SettingsOf(Name + "_2").ConnectionString + ";Pooling=false");
        var other = new ExographClient(second);
        await Client.MigrateAsync();
        await other.MigrateAsync();

        Assert.Equal([$"roles exograph_loader, exograph_owner, exograph_reader stay: they are known in database {Name}_2"],
            await Client.UninstallAsync());
        await using (var session = await Session.OpenAsync(SettingsOf(Name + "_2")))
            await (await Sample.BeginAsync(session)).FinalizeAsync(); // it has lost nothing
        await other.UninstallAsync();

        await postgres.ExecuteAsync($"DROP DATABASE {Name}_2 WITH (FORCE)");
        Assert.Equal(before, await postgres.RowsAsync("SELECT rolname FROM pg_roles ORDER BY 1"));
    }

    [Fact]
    public async Task Open_loads_are_named_and_lost_only_by_force()
    {
        await Client.MigrateAsync();
        await Sample.BeginAsync(Admin);

        var error = await Assert.ThrowsAsync<MigrationException>(() => Client.UninstallAsync());

        Assert.Equal(("XG002", "loads are open, and would be lost"), (error.SqlState, error.Message));
        Assert.StartsWith("load 1 ('a test' of ", error.Detail, StringComparison.Ordinal);
        Assert.Equal(1, await Admin.CountAsync("exograph.open_loads"));
        await Client.UninstallAsync(new UninstallOptions { Force = true });
        Assert.Empty(await Admin.RowsAsync("SELECT nspname FROM pg_namespace WHERE nspname ~ 'exograph|dup_select'"));
    }

    [Theory]
    [InlineData("CREATE VIEW mine AS SELECT * FROM exograph.packages", "view mine")]
    [InlineData("CREATE TABLE mine (file bigint REFERENCES exograph.files)", "constraint mine_file_fkey on table mine")]
    [InlineData("CREATE TABLE mine (digest bytea DEFAULT exograph.text_digest('x'))", "default value for column digest of table mine")]
    [InlineData("CREATE TABLE mine (load exograph.loads)", "table mine")]
    [InlineData("CREATE FUNCTION mine() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM exograph.files'",
        "function public.mine(), whose text names a schema of ours")]
    [InlineData("CREATE SCHEMA s; GRANT CREATE ON SCHEMA s TO exograph_owner; SET ROLE exograph_owner; CREATE TABLE s.mine (); RESET ROLE",
        "table s.mine of role exograph_owner")]
    [InlineData("CREATE TABLE mine (a text); CREATE INDEX i ON mine USING gin (a exograph_trgm.gin_trgm_ops)", "index i")]
    public async Task What_others_have_built_on_it_is_named(string sql, string named)
    {
        await Client.MigrateAsync(new MigrateOptions { TextSearch = true });
        await Admin.ExecuteAsync(sql);

        var error = await Assert.ThrowsAsync<MigrationException>(() => Client.UninstallAsync());

        Assert.Equal("2BP01", error.SqlState);
        Assert.Contains(named.Split(',')[0].Replace("public.", "", StringComparison.Ordinal), error.Detail!.Replace("public.", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Contains("--force", error.Hint, StringComparison.Ordinal);
        Assert.Equal(0, await Admin.CountAsync("exograph.packages")); // nothing went
        Assert.Contains(await Client.UninstallAsync(new UninstallOptions { Force = true }), n => n.StartsWith("by force", StringComparison.Ordinal));
        Assert.Empty(await Admin.RowsAsync("SELECT nspname FROM pg_namespace WHERE nspname ~ 'exograph|dup_select'"));
    }

    [Fact]
    public async Task Who_is_no_superuser_uninstalls_what_he_has_installed()
    {
        await Admin.ExecuteAsync($"CREATE ROLE installer LOGIN CREATEROLE; GRANT ALL ON DATABASE {Name} TO installer WITH GRANT OPTION");
        var before = await Admin.RowsAsync(Catalog);
        await using var dataSource = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(Settings.ConnectionString) { Username = "installer", Pooling = false }.ConnectionString);
        await new ExographClient(dataSource).MigrateAsync();

        await new ExographClient(dataSource).UninstallAsync();

        Assert.Equal(before, await Admin.RowsAsync(Catalog));
        await Admin.ExecuteAsync("DROP OWNED BY installer");
    }

    [Theory]
    [InlineData("LOGIN")]
    [InlineData("LOGIN IN ROLE exograph_loader")]
    public async Task Who_may_not_is_told_so_before_anything_else(string role)
    {
        await Client.MigrateAsync();
        await Sample.BeginAsync(Admin);
        await Admin.ExecuteAsync($"CREATE ROLE stranger {role}");

        foreach (var force in new[] { false, true })
        {
            var error = await Assert.ThrowsAsync<MigrationException>(
                () => new ExographClient(DataSourceOf("stranger")).UninstallAsync(new UninstallOptions { Force = force }));
            Assert.Equal(("42501", "role stranger may not drop what belongs to exograph_owner", "A superuser may, or a member of exograph_owner."),
                (error.SqlState, error.Message, error.Hint));
        }

        await Client.UninstallAsync(new UninstallOptions { Force = true });
        await Admin.ExecuteAsync("DROP ROLE stranger");
    }

    [Fact]
    public async Task A_member_of_the_owner_is_told_what_he_cannot_take_back_and_where_nothing_is_left_to_drop()
    {
        await Client.MigrateAsync();
        await Admin.ExecuteAsync("CREATE ROLE dba LOGIN IN ROLE exograph_owner");

        var notes = await new ExographClient(DataSourceOf("dba")).UninstallAsync();

        Assert.Equal($"rights of exograph_owner on the database stay. Its owner runs: REVOKE ALL ON DATABASE {Name} FROM exograph_owner;", notes[0]);
        Assert.StartsWith("roles exograph_loader, exograph_owner, exograph_reader stay: ", notes[1], StringComparison.Ordinal);
        Assert.Equal(2, notes.Count);
        Assert.Equal([$"there is nothing of Exograph in database {Name}", "dropped roles exograph_loader, exograph_owner, exograph_reader"],
            await Client.UninstallAsync());
        await Admin.ExecuteAsync("DROP ROLE dba");
    }

    [Fact]
    public async Task A_session_in_the_way_is_named()
    {
        await Client.MigrateAsync();
        await using var holder = await Session.OpenAsync(Settings);
        await holder.ExecuteAsync("SET application_name = 'pg_dump'; BEGIN; SELECT FROM exograph.files; SELECT FROM exograph.fragment_terms");
        var named = $"process {holder.ProcessId} (role {Settings.Username}, application 'pg_dump')";
        await using var impatient = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(Settings.ConnectionString) { Options = "-c lock_timeout=300ms", Pooling = false }.ConnectionString);

        var error = await Assert.ThrowsAsync<MigrationException>(() => new ExographClient(impatient).UninstallAsync());
        Assert.Equal(("55P03", "Exograph is in use", $"It waited for longer than lock_timeout (300ms) for {named}."),
            (error.SqlState, error.Message, error.Detail));

        await Admin.ExecuteAsync("DELETE FROM exograph.code_versions"); // all code is due again
        error = await Assert.ThrowsAsync<MigrationException>(() => new ExographClient(impatient).MigrateAsync());
        Assert.Equal(("55P03", $"In use by {named}."), (error.SqlState, error.Detail));
        Assert.Contains("migrate again", error.Hint, StringComparison.Ordinal);

        error = await Assert.ThrowsAsync<MigrationException>(
            () => new Migrator(DataSource) { LongestWait = TimeSpan.FromMilliseconds(300) }.MigrateAsync());
        Assert.Equal(("55P03", $"In use by {named}."), (error.SqlState, error.Detail));

        await holder.ExecuteAsync("COMMIT");
        Assert.NotEmpty(await new ExographClient(impatient).MigrateAsync());
    }

    [Theory]
    [InlineData("status")]
    [InlineData("check-index")]
    [InlineData("doctor")]
    [InlineData("undo 1")]
    public async Task Who_lacks_a_right_is_told_which_roles_have_it(string command)
    {
        await Client.MigrateAsync();
        await Admin.ExecuteAsync("CREATE ROLE stranger LOGIN");
        var connection = new NpgsqlConnectionStringBuilder(Settings.ConnectionString) { Username = "stranger", Pooling = false }.ConnectionString;

        var run = await CliRun.RunAsync(null, [.. command.Split(' '), "--connection", connection]);

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("permission denied", run.Error, StringComparison.Ordinal);
        Assert.Contains("exograph_owner may do the rest: GRANT one of them", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        await Admin.ExecuteAsync("DROP ROLE stranger");
    }

    [Fact]
    public async Task The_command_asks_for_the_name_of_the_database()
    {
        await using var database = await TestDatabase.CreateAsync();
        var name = database.Settings.Database!;

        var refused = await CliRun.RunAsync(database, ["uninstall"], input: "yes\n");
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains("not confirmed: nothing was changed", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"{name} of {database.Settings.Host}, for good.", refused.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        await database.ExecuteAsync("TABLE exograph.packages");

        var done = await CliRun.RunAsync(database, ["uninstall"], input: name + "\n");
        Assert.Equal((ExitCode.Ok, $"uninstalled from {name}\n"), (done.ExitCode, done.Output));
        Assert.Equal((ExitCode.Refused, ""), await PairAsync(database, "status"));
        Assert.Equal(ExitCode.Ok, (await CliRun.RunAsync(database, ["uninstall", "--yes"])).ExitCode);
        Assert.Contains("DROP SCHEMA", (await CliRun.RunAsync(null, ["uninstall", "--print"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_be_applied_and_changes_nothing()
    {
        var before = await Admin.RowsAsync(Catalog);
        var connection = Settings.ConnectionString;

        var run = await CliRun.RunAsync(null, ["migrate", "--dry-run", "--connection", connection]);

        var scripts = MigrationScripts.Embedded;
        Assert.Equal((ExitCode.Ok, $"would be installed {scripts.Migrations.Count} migrations and {scripts.Code.Count} code files into {Name} "
            + $"as schema version {scripts.Version}"), (run.ExitCode, run.Output.TrimEnd().Split('\n')[^1]));
        Assert.StartsWith(scripts.Migrations[0].Name + "\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(before, await Admin.RowsAsync(Catalog));

        await Client.MigrateAsync();
        await Admin.ExecuteAsync($"REVOKE CREATE ON DATABASE {Name} FROM exograph_owner");
        const string Journal = "SELECT scriptname, applied FROM exograph.schemaversions";
        before = await Admin.RowsAsync(Catalog);
        var journal = await Admin.RowsAsync(Journal);
        run = await CliRun.RunAsync(null, ["migrate", "--dry-run", "--connection", connection]);
        Assert.StartsWith("would be mended: ", run.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        Assert.Equal(before, await Admin.RowsAsync(Catalog));
        Assert.Equal(journal, await Admin.RowsAsync(Journal));

        run = await CliRun.RunAsync(null, ["migrate", "--connection", connection]);
        Assert.StartsWith("mended: schemas, roles and rights", run.Output, StringComparison.Ordinal);
        run = await CliRun.RunAsync(null, ["migrate", "--dry-run", "--connection", connection]);
        Assert.Equal($"up to date: {Name} has schema version {scripts.Version}\n", run.Output);
    }

    private NpgsqlDataSource DataSourceOf(string role) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(Settings.ConnectionString) { Username = role, Pooling = false }.ConnectionString);

    [Theory]
    [InlineData("status abc", "a whole number")]
    [InlineData("undo abc", "a whole number")]
    [InlineData("merge-partitions --keep abc", "a whole number")]
    [InlineData("status --interval abc", "a number")]
    public async Task What_is_no_number_is_told_in_plain_words(string command, string expected)
    {
        var run = await CliRun.RunAsync(null, command.Split(' '));

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("'abc'", run.Error, StringComparison.Ordinal);
        Assert.Contains($"as {expected}", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
    }

    private static async Task<(int, string)> PairAsync(TestDatabase database, string command)
    {
        var run = await CliRun.RunAsync(database, [command]);
        return (run.ExitCode, run.Output);
    }
}

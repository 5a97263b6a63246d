using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>
/// What others have made before an installation, what the installing role has let others do by default, and what a restore did not
/// bring.
/// </summary>
public sealed class InstallationTests(EmptyServer server) : EmptyServerTest(server)
{
    private static readonly MigrationScript s_foundation = MigrationScripts.Embedded.Migrations[0];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Admin.ExecuteAsync("CREATE ROLE mallory LOGIN");
    }

    [Theory]
    [InlineData("exograph")]
    [InlineData("exograph_in")]
    [InlineData("dup_select")]
    [InlineData("exograph_private")]
    [InlineData("dup_select_private")]
    public async Task A_schema_of_somebody_else_is_refused(string schema)
    {
        await Admin.ExecuteAsync($"CREATE SCHEMA {schema} AUTHORIZATION mallory");

        await RefusedAsync("XG013", $"schema {schema} exists already and belongs to role mallory");
    }

    [Theory]
    [InlineData("CREATE FUNCTION exograph.begin_load(text) RETURNS integer LANGUAGE sql AS 'SELECT 1'", "exograph.begin_load(")]
    [InlineData("CREATE TABLE exograph.loads ()", "exograph.loads")]
    [InlineData("CREATE TABLE exograph.schemaversions (scriptname text)", "exograph.schemaversions")]
    [InlineData("CREATE VIEW exograph.schemaversions AS SELECT mallory() AS scriptname", "exograph.schemaversions")]
    [InlineData("CREATE DOMAIN exograph_in.text AS pg_catalog.text", "exograph_in.text")]
    [InlineData("CREATE OPERATOR dup_select.+ (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_catalog.textcat)", "dup_select.+(")]
    public async Task Something_of_somebody_else_in_a_schema_of_ours_is_refused(string made, string named)
    {
        await Admin.ExecuteAsync(
            "CREATE FUNCTION public.mallory() RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''trapped''; END'");
        foreach (var schema in (string[])["exograph", "exograph_in", "dup_select"])
            await Admin.ExecuteAsync($"CREATE SCHEMA {schema}; GRANT ALL ON SCHEMA {schema} TO mallory");
        await Admin.ExecuteAsync($"SET SESSION AUTHORIZATION mallory; {made}; RESET SESSION AUTHORIZATION");

        await RefusedAsync("XG013", named, "to role mallory");
    }

    [Fact]
    public async Task Something_of_the_installing_role_in_a_schema_of_ours_is_refused_unless_it_is_the_journal()
    {
        await Admin.ExecuteAsync("CREATE SCHEMA dup_select; CREATE TABLE dup_select.mine ()");

        await RefusedAsync("XG013", "dup_select.mine", "existed before the installation");
    }

    [Theory]
    [InlineData("exograph_owner", "LOGIN")]
    [InlineData("exograph_owner", "SUPERUSER")]
    [InlineData("exograph_owner", "CREATEROLE")]
    [InlineData("exograph_owner", "CREATEDB")]
    [InlineData("exograph_loader", "REPLICATION")]
    [InlineData("exograph_loader", "BYPASSRLS")]
    [InlineData("exograph_reader", "LOGIN")]
    public async Task A_role_of_ours_with_powers_is_refused(string role, string power)
    {
        await Admin.ExecuteAsync($"CREATE ROLE {role} {power}");

        await RefusedAsync("XG014", $"role {role} has powers that it must not have: {power}");
    }

    [Theory]
    [InlineData("exograph_owner")]
    [InlineData("exograph_loader")]
    public async Task A_role_of_ours_that_somebody_else_has_made_for_himself_is_refused(string role)
    {
        await Admin.ExecuteAsync("ALTER ROLE mallory CREATEROLE");
        await Admin.ExecuteAsync(
            $"SET SESSION AUTHORIZATION mallory; CREATE ROLE {role}; GRANT {role} TO mallory; RESET SESSION AUTHORIZATION");

        await RefusedAsync("XG014", $"role {role} has a member mallory");
        await Admin.ExecuteAsync($"DROP ROLE {role}");
    }

    [Fact]
    public async Task An_owner_that_is_a_member_of_another_role_is_refused()
    {
        await Admin.ExecuteAsync("CREATE ROLE exograph_owner; GRANT pg_read_server_files TO exograph_owner");

        await RefusedAsync("XG014", "role exograph_owner is a member of role pg_read_server_files");
    }

    [Fact]
    public async Task An_owner_whom_an_administrator_lets_see_the_sessions_of_others_is_welcome()
    {
        await Admin.ExecuteAsync("CREATE ROLE exograph_owner; GRANT pg_read_all_stats TO exograph_owner");

        await new Migrator(DataSource).MigrateAsync();

        Assert.Equal(1, await Admin.CountAsync("pg_auth_members WHERE member = 'exograph_owner'::regrole"));
    }

    [Fact]
    public async Task An_owner_with_default_privileges_is_refused()
    {
        await Admin.ExecuteAsync(
            "CREATE ROLE exograph_owner; ALTER DEFAULT PRIVILEGES FOR ROLE exograph_owner GRANT SELECT ON TABLES TO mallory");

        await RefusedAsync("XG014", "role exograph_owner has default privileges");
        await Admin.ExecuteAsync("DROP OWNED BY exograph_owner");
    }

    [Fact]
    public async Task Members_that_a_superuser_has_made_are_welcome()
    {
        await Admin.ExecuteAsync("CREATE ROLE exograph_owner; CREATE ROLE exograph_reader; GRANT exograph_reader TO mallory");
        await Admin.ExecuteAsync("CREATE ROLE ops; GRANT exograph_owner TO ops");

        await new Migrator(DataSource).MigrateAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Default_privileges_of_the_installing_role_give_nobody_anything(bool printed)
    {
        foreach (var kind in (string[])["TABLES", "SEQUENCES", "FUNCTIONS", "SCHEMAS", "TYPES"])
            await Admin.ExecuteAsync($"ALTER DEFAULT PRIVILEGES GRANT ALL ON {kind} TO mallory");
        // As an upgrader of DbUp leaves it, which makes the journal before the first script.
        await Admin.ExecuteAsync(
            "CREATE SCHEMA exograph; ALTER DEFAULT PRIVILEGES IN SCHEMA exograph GRANT ALL ON TABLES TO PUBLIC; "
            + MigrationSql.EnsureJournal);
        await Admin.ExecuteAsync("CREATE SCHEMA dup_select; GRANT CREATE ON SCHEMA dup_select TO mallory WITH GRANT OPTION");

        if (printed)
            await RunPrintedAsync();
        else
            await new Migrator(DataSource).MigrateAsync();
        var load = await Sample.BeginAsync(Admin, "keep_maps => true, partition_threshold => 0");
        await load.FinalizeAsync();
        await Admin.ExecuteAsync("UPDATE exograph.code_versions SET sha256 = 'another'");
        await new Migrator(DataSource).MigrateAsync();

        const string RightsOfOthers =
            """
            SELECT pg_describe_object(s.classid, s.objid, s.objsubid) FROM pg_shdepend s
            WHERE s.deptype = 'a' AND s.refobjid = 'mallory'::regrole AND s.classid <> 'pg_default_acl'::regclass
                AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
            UNION ALL
            SELECT c.oid::regclass::text FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
            WHERE c.relnamespace::regnamespace::text ~ '^(exograph|dup_select)' AND a.grantee = 0
            """;
        Assert.Empty(await Admin.RowsAsync(RightsOfOthers));
    }

    [Fact]
    public async Task Code_does_not_replace_what_belongs_to_somebody_else()
    {
        await new Migrator(DataSource).MigrateAsync();
        await Admin.ExecuteAsync("ALTER VIEW exograph.load_report OWNER TO mallory; DELETE FROM exograph.code_versions");

        var error = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(DataSource).MigrateAsync());

        Assert.Equal(("api/load_report.sql", "42501"), (error.Script, error.SqlState));
        Assert.Contains("load_report", error.Message, StringComparison.Ordinal);
        Assert.Contains("exograph_owner", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_create_roles_and_owns_the_database_installs_and_migrates_without_being_a_superuser()
    {
        await Admin.ExecuteAsync($"ALTER ROLE mallory CREATEROLE; ALTER DATABASE {Name} OWNER TO mallory");
        await using var installer = As("mallory");

        await new Migrator(installer).MigrateAsync();
        await Admin.ExecuteAsync("DELETE FROM exograph.code_versions");
        Assert.NotEmpty(await new Migrator(installer).MigrateAsync());
        Assert.Empty(await new Migrator(DataSource).GetPendingAsync());

        await Sample.BeginAsync(Admin);
        Assert.Equal(1, await Admin.ScalarAsync<int>("CALL exograph.finalize_load()"));
        await Admin.ExecuteAsync("REASSIGN OWNED BY mallory TO CURRENT_USER; DROP OWNED BY mallory");
    }

    [Fact]
    public async Task Who_may_not_install_is_told_what_to_ask_for()
    {
        await using var dataSource = As("mallory");

        var error = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(dataSource).MigrateAsync());
        Assert.Contains("CREATE ROLE exograph_owner", error.Hint, StringComparison.Ordinal);

        await Admin.ExecuteAsync("CREATE ROLE exograph_owner; CREATE ROLE exograph_loader; CREATE ROLE exograph_reader");
        error = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(dataSource).MigrateAsync());
        Assert.Equal("Have a superuser run: GRANT exograph_owner TO mallory;", error.Hint);

        await Admin.ExecuteAsync("GRANT exograph_owner TO mallory");
        error = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(dataSource).MigrateAsync());
        Assert.Equal($"Have the owner of the database run: GRANT CREATE ON DATABASE {Name} TO exograph_owner;", error.Hint);

        await Admin.ExecuteAsync($"GRANT CREATE ON DATABASE {Name} TO exograph_owner, mallory");
        await new Migrator(dataSource).MigrateAsync();

        await Admin.ExecuteAsync("REVOKE exograph_owner FROM mallory");
        error = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(dataSource).MigrateAsync());
        Assert.Contains("GRANT exograph_owner", error.Hint, StringComparison.Ordinal);
        await Admin.ExecuteAsync("DROP OWNED BY mallory");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Roles_owners_and_rights_that_a_restore_did_not_bring_are_made_again(bool printed)
    {
        await new Migrator(DataSource).MigrateAsync();
        var before = await DescribeAsync();
        var load = await Sample.BeginAsync(Admin, "partition_threshold => 0");
        await load.FinalizeAsync();
        // What a restore into a cluster without these roles leaves.
        await Admin.ExecuteAsync("REASSIGN OWNED BY exograph_owner TO CURRENT_USER");
        foreach (var role in (string[])["exograph_owner", "exograph_loader", "exograph_reader"])
            await Admin.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");

        Assert.Contains(s_foundation.Name, await new Migrator(DataSource).GetPendingAsync());
        if (printed)
            await RunPrintedAsync();
        else
            await new Migrator(DataSource).MigrateAsync();

        Assert.Empty(await new Migrator(DataSource).MigrateAsync());
        Assert.Empty(await Admin.RowsAsync(
            $"""
            SELECT pg_describe_object(d.classid, d.objid, 0)
            FROM pg_depend d JOIN pg_namespace n ON d.refclassid = 'pg_namespace'::regclass AND n.oid = d.refobjid
            WHERE n.nspname ~ '^(exograph|dup_select)' AND d.classid <> 'pg_rewrite'::regclass AND NOT EXISTS (
                SELECT FROM pg_shdepend s
                WHERE s.classid = d.classid AND s.objid = d.objid AND s.deptype = 'o' AND s.refobjid = 'exograph_owner'::regrole)
            """));
        await (await Sample.BeginAsync(Admin)).FinalizeAsync();
        await Admin.ExecuteAsync("SELECT exograph.merge_partitions(keep => 0)");
        await Admin.ExecuteAsync(
            "DO $$ BEGIN EXECUTE (SELECT string_agg(format('ALTER TABLE exograph.%s DETACH PARTITION %s; DROP TABLE %s', "
            + "split_part(inhparent::regclass::text, '.', 2), inhrelid::regclass, inhrelid::regclass), '; ') FROM pg_inherits "
            + "WHERE inhparent IN (SELECT oid FROM pg_class WHERE relkind = 'p') AND inhrelid::regclass::text !~ '_shared$'); END $$");
        Assert.Equal(before, await DescribeAsync());
    }

    [Fact]
    public async Task The_right_that_a_database_lacks_after_it_was_cloned_is_granted_again()
    {
        await new Migrator(DataSource).MigrateAsync();
        await Admin.ExecuteAsync($"REVOKE CREATE ON DATABASE {Name} FROM exograph_owner");

        await new Migrator(DataSource).MigrateAsync();

        Assert.Empty(await new Migrator(DataSource).MigrateAsync());
        await (await Sample.BeginAsync(Admin)).FinalizeAsync();
    }

    [Fact]
    public async Task Who_holds_the_migrators_advisory_lock_keeps_nobody_from_migrating_once_Exograph_stands()
    {
        await new Migrator(DataSource).MigrateAsync();
        await Admin.ExecuteAsync("DELETE FROM exograph.code_versions");
        await using var holder = await Session.OpenAsync(Settings);
        await holder.ExecuteAsync($"SET SESSION AUTHORIZATION mallory; SELECT pg_advisory_lock({MigrationSql.LockKey})");
        await holder.FailsAsync("42501", "DO $$ BEGIN LOCK TABLE exograph.schemaversions IN ACCESS SHARE MODE; END $$");

        Assert.NotEmpty(await new Migrator(DataSource).MigrateAsync().WaitAsync(TimeSpan.FromSeconds(60)));
        await Admin.ExecuteAsync("DELETE FROM exograph.code_versions");
        await RunPrintedAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Who_holds_the_migrators_advisory_lock_before_is_named()
    {
        await using var holder = await Session.OpenAsync(Settings);
        await holder.ExecuteAsync($"SET SESSION AUTHORIZATION mallory; SELECT pg_advisory_lock({MigrationSql.LockKey})");
        var migrator = new Migrator(DataSource) { LongestWait = TimeSpan.FromSeconds(1) };

        var error = await Assert.ThrowsAsync<MigrationException>(() => migrator.MigrateAsync());

        Assert.Contains($"process {holder.ProcessId} of role ", error.Message, StringComparison.Ordinal);
        await Admin.ExecuteAsync($"ALTER DATABASE {Name} SET lock_timeout = '1s'");
        var printed = await Assert.ThrowsAnyAsync<Exception>(RunPrintedAsync);
        Assert.Contains($"another session has held the lock of migrators for 1s: process {holder.ProcessId} of role ", printed.Message,
            StringComparison.Ordinal);
        Assert.Contains("HINT:  Let it end.", printed.Message, StringComparison.Ordinal);
        await holder.ExecuteAsync("SELECT pg_advisory_unlock_all()");
        Assert.NotEmpty(await migrator.MigrateAsync());
    }

    /// <summary>Refused by the migrator and by the printed script, with a remedy; nothing is made.</summary>
    private async Task RefusedAsync(string sqlState, params string[] words)
    {
        var error = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(DataSource).MigrateAsync());

        Assert.Equal((s_foundation.Name, sqlState), (error.Script, error.SqlState));
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
        Assert.False(string.IsNullOrEmpty(error.Hint));
        var printed = await Assert.ThrowsAnyAsync<Exception>(RunPrintedAsync);
        Assert.All(words, word => Assert.Contains(word, printed.Message, StringComparison.Ordinal));
        Assert.Equal(0, await Admin.CountAsync("pg_class c WHERE c.relname = 'load_tables'"));
    }

    private async Task RunPrintedAsync()
    {
        using var directory = new BundleDirectory().Add("install.sql", Migrator.Print());
        await Psql.RunAsync(Settings, "install.sql", directory.Path);
    }

    private async Task<string[]> DescribeAsync() => await Admin.RowsAsync(await File.ReadAllTextAsync(
        Repository.PathOf("tests/Exograph.ServerSide.Tests/Scripts/describe_schema.sql")));

    private NpgsqlDataSource As(string role) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(Settings.ConnectionString) { Username = role }.ConnectionString);
}

using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>doctor, index_sizes and help: what they tell, and that the statements printed do what they say.</summary>
public sealed class DoctorTests : LoadingTest
{
    /// <summary>What is not well, what is told of it, and whether the statement is to be run as it is.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "REVOKE SELECT ON exograph.files FROM exograph_reader", "missing right: SELECT on exograph.files for exograph_reader" },
        { "REVOKE EXECUTE ON FUNCTION exograph.reserve_ids FROM exograph_loader", "missing right: EXECUTE on exograph.reserve_ids(integer,text,bigint) for exograph_loader" },
        { "REVOKE USAGE ON SCHEMA exograph_in FROM exograph_loader", "missing right: USAGE on exograph_in for exograph_loader" },
        { "REVOKE EXECUTE ON FUNCTION dup_select.put_table FROM PUBLIC", "missing right: EXECUTE on dup_select.put_table(regclass,regclass,jsonb,jsonb,regclass,text,text,bigint) for PUBLIC" },
        { "DO $$ BEGIN EXECUTE format('REVOKE CREATE ON DATABASE %I FROM exograph_owner', current_database()); END $$", "missing right: exograph_owner may not create in database" },
        { "GRANT SELECT ON exograph.files TO PUBLIC", "right too many: SELECT on exograph.files for PUBLIC" },
        { "GRANT DELETE ON exograph.files TO exograph_loader", "right too many: DELETE on exograph.files for exograph_loader" },
        { "GRANT EXECUTE ON FUNCTION exograph.merge_partitions TO exograph_loader", "right too many: EXECUTE on exograph.merge_partitions(integer) for exograph_loader" },
        { "GRANT USAGE ON SCHEMA exograph_private TO PUBLIC", "right too many: USAGE on exograph_private for PUBLIC" },
        { "GRANT CREATE ON SCHEMA exograph TO pg_monitor", "right too many: CREATE on exograph for pg_monitor" },
        { "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$", "setting work_mem: 1MB" },
        { "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = ''1min''', current_database()); END $$", "setting statement_timeout: 1min" },
        { "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''serializable''', current_database()); END $$", "setting default_transaction_isolation: serializable" },
        { "SELECT exograph.begin_load('forgotten'); UPDATE exograph.loads SET started_at = now() - interval '8 days'", "staging: load 1, 'forgotten' of role" },
        { "INSERT INTO exograph.terms (term) SELECT 't' || i FROM generate_series(1, 12000) AS i; ANALYZE exograph.terms", "unused terms: some 100 of 100 terms, of a sample" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_is_not_well_is_told_and_what_is_printed_mends_it(string sql, string told)
    {
        Assert.DoesNotContain(await AdviceAsync(), a => a.Told.StartsWith(told, StringComparison.Ordinal));
        await Db.ExecuteAsync(sql);

        var advice = await AdviceAsync();
        var found = Assert.Single(advice, a => a.Told.StartsWith(told, StringComparison.Ordinal));
        if (!found.Mend.Contains("sweep_terms", StringComparison.Ordinal))
        {
            await Db.ExecuteAsync(found.Mend);
            Assert.DoesNotContain(await AdviceAsync(), a => a.Told.StartsWith(told, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Partitions_that_pile_up_are_told()
    {
        for (var load = 0; load < 65; load++)
            await Db.ExecuteAsync($"CREATE TABLE exograph.comments_load_{load + 1} PARTITION OF exograph.comments FOR VALUES FROM ({load + 1}) TO ({load + 2})");

        Assert.Contains(await AdviceAsync(), a => a.Told == "partitions: comments has 66" && a.Mend.Contains("merge_partitions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_load_of_a_role_that_is_gone_is_told_with_its_bytes()
    {
        var role = await CreateRoleAsync("gone", "exograph_loader");
        var session = await OpenAsAsync(role);
        await Sample.BeginAsync(session);
        await session.ExecuteAsync("RESET SESSION AUTHORIZATION");
        await DropRoleAsync(role);

        var found = Assert.Single(await AdviceAsync(), a => a.Told.StartsWith("staging", StringComparison.Ordinal));

        Assert.Contains($"of role {role}, which is gone", found.Told, StringComparison.Ordinal);
        Assert.Contains("kB staged", found.Told, StringComparison.Ordinal);
        await Db.ExecuteAsync(found.Mend);
        Assert.DoesNotContain(await AdviceAsync(), a => a.Told.StartsWith("staging", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("exograph_loader")]
    [InlineData("exograph_reader")]
    public async Task Who_may_read_is_told_of_the_settings_that_hold_for_him(string role)
    {
        var session = await OpenAsAsync(await CreateRoleAsync("asker", role));
        await session.ExecuteAsync("SET work_mem = '2MB'");

        var told = await session.RowsAsync("SELECT concat_ws(': ', finding, here) FROM exograph.doctor()");

        Assert.Contains("setting work_mem: 2MB", told);
        Assert.Contains(told, t => t.StartsWith("version: PostgreSQL ", StringComparison.Ordinal));
        Assert.DoesNotContain(told, t => t.StartsWith("missing", StringComparison.Ordinal) || t.StartsWith("right", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_dba_has_given_others_is_left_alone()
    {
        var role = await CreateRoleAsync("indexer", "exograph_loader");
        await Db.ExecuteAsync($"GRANT DELETE ON exograph.definitions, exograph.files TO {Sql.Name(role)}; GRANT INSERT ON exograph.complete_facts TO {Sql.Name(role)}");

        Assert.DoesNotContain(await AdviceAsync(), a => a.Told.StartsWith("right", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Too_many_partitions_are_told_table_by_table()
    {
        await Db.ExecuteAsync(
            "CREATE OR REPLACE FUNCTION exograph_private.most_partitions() RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT 1'");
        await (await Sample.BeginAsync(Db, "partition_threshold => 2")).FinalizeAsync();

        Assert.Equal(
            ["definitions has 2|at most 1|SELECT * FROM exograph.merge_partitions();",
             "fragment_term_sets has 2|at most 1|SELECT * FROM exograph.merge_partitions();"],
            await Db.RowsAsync("SELECT here, to_try, mend FROM exograph.doctor() WHERE finding = 'partitions' ORDER BY 1"));
    }

    [Fact]
    public async Task The_bytes_of_packages_are_those_of_the_tables()
    {
        const string Agree = """
            SELECT abs((SELECT sum(bytes) FROM exograph.index_sizes())
                       - (SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c
                          WHERE c.oid IN (SELECT i.inhrelid FROM pg_inherits i) AND c.relkind = 'r'
                              OR c.oid::regclass::text IN ('exograph.packages', 'exograph.package_versions', 'exograph.files',
                                                           'exograph.file_paths', 'exograph.terms', 'exograph.fragments',
                                                           'exograph.graph_nodes'))) < 10
            """;
        await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();

        Assert.Equal(
            ["alpha|call_edges|1", "alpha|comments|1", "alpha|definitions|2", "alpha|file_paths|2", "alpha|files|2", "alpha|fragment_term_sets|2", "alpha|fragments|2", "alpha|graph_nodes|2", "alpha|package_versions|1", "alpha|symbol_references|1", "beta|package_versions|1", "null|packages|2", "null|terms|2"],
            await Db.RowsAsync("SELECT package, table_name, rows FROM exograph.index_sizes() ORDER BY package, table_name"));
        Assert.Equal(["true"], await Db.RowsAsync(Agree));

        await Db.ExecuteAsync("CALL exograph.undo_load(1)");
        Assert.All(await Db.RowsAsync("SELECT package, rows FROM exograph.index_sizes()"), r => Assert.Equal("null|0", r));
        Assert.Equal(["true"], await Db.RowsAsync(Agree));
    }

    [Fact]
    public async Task Help_lists_what_a_role_may_call_by_their_comments()
    {
        var reader = await OpenAsAsync(await CreateRoleAsync("reader", "exograph_reader"));
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));

        var mayRead = await reader.RowsAsync("SELECT call, does FROM exograph.help()");
        var mayLoad = await loader.RowsAsync("SELECT call, does FROM exograph.help()");

        Assert.Contains("TABLE exograph.fact_partitions|Partitions of the fact tables with the loads they hold, estimated rows, and size in bytes with indexes.", mayRead);
        Assert.Contains("CALL exograph.abandon_load([load_id])|Drops the staging of an open load; nothing of it reaches the index.", mayLoad);
        Assert.DoesNotContain(mayRead, c => c.Contains("exograph_in.", StringComparison.Ordinal) || c.Contains("begin_load", StringComparison.Ordinal));
        Assert.Contains(mayLoad, c => c.StartsWith("INSERT INTO exograph_in.files|", StringComparison.Ordinal));
        Assert.DoesNotContain(mayLoad, c => c.Contains("_is_printable", StringComparison.Ordinal) || c.EndsWith('|'));
        Assert.All(mayLoad, c => Assert.EndsWith(".", c, StringComparison.Ordinal));
        Assert.Subset(mayLoad.ToHashSet(), mayRead.ToHashSet());
    }

    private async Task<List<(string Told, string Mend)>> AdviceAsync()
    {
        await using var session = await Session.OpenAsync(Connection);
        return [.. (await session.RowsAsync("SELECT concat_ws(E'\\x01', finding || ': ' || here, coalesce(mend, '')) FROM exograph.doctor()"))
            .Select(r => r.Split('\x01')).Select(r => (r[0], r[1]))];
    }
}

/// <summary>The same by exograph-load.</summary>
public sealed class DoctorCommandTests
{
    [Fact]
    public async Task The_commands_tell_by_their_exit_code_whether_something_is_wrong()
    {
        await using var database = await TestDatabase.CreateAsync();
        var run = await CliRun.RunAsync(database, ["check-index"]);
        Assert.Equal((ExitCode.Ok, "nothing is wrong\n"), (run.ExitCode, run.Output));

        await database.ExecuteAsync("DROP INDEX exograph.file_paths_path");
        run = await CliRun.RunAsync(database, ["check-index"]);
        Assert.Equal((ExitCode.Refused, """
            missing index: exograph.file_paths
              file_paths_path
              CREATE INDEX file_paths_path ON exograph.file_paths USING btree (path);

            """), (run.ExitCode, run.Output));
        run = await CliRun.RunAsync(database, ["check-index", "--json"]);
        Assert.Contains("\"kind\": \"missing index\"", run.Output, StringComparison.Ordinal);

        run = await CliRun.RunAsync(database, ["doctor"]);
        Assert.Equal(ExitCode.Refused, run.ExitCode); // a private server does without fsync
        Assert.Contains("driver: schema 00", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_of_another_version_is_told()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("UPDATE exograph.code_versions SET sha256 = 'another' WHERE name ~ 'seal_load'");

        var advice = await database.Client.DoctorAsync();

        Assert.Contains(advice, a => a.Subject == "driver" && a.Here == "the functions in the database are not those of this driver");
    }

    [Fact]
    public async Task Sizes_are_listed_by_package_and_help_by_call()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics();
        await CliRun.RunAsync(database, ["load", bundle.Path]);

        var sizes = await CliRun.RunAsync(database, ["sizes"]);
        var help = await CliRun.RunAsync(database, ["help"]);

        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (sizes.ExitCode, help.ExitCode));
        Assert.Contains("(terms)", sizes.Output, StringComparison.Ordinal);
        Assert.Contains("(all)", sizes.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("(without package)", sizes.Output, StringComparison.Ordinal);
        Assert.Contains("SELECT exograph.begin_load(label [on_reject, ", help.Output, StringComparison.Ordinal);
    }
}

using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Query indexes of dimensions that a load drops, and that are built again later.</summary>
public sealed class DeferredIndexTests : LoadingTest
{
    private const string Defer = "defer_indexes => true";

    private const string Rebuild = "CALL exograph.rebuild_indexes()";

    private static readonly string[] s_queryIndexes =
    [
        "files_package_id", "files_path", "files_sha256", "fragments_exact_hash", "fragments_file_id", "fragments_package", "graph_nodes_file_id",
        "graph_nodes_fragment_id", "graph_nodes_package", "graph_nodes_qualified_name", "terms_term",
    ];

    [Fact]
    public async Task Query_indexes_of_large_dimensions_are_dropped_and_keys_stay()
    {
        var before = await Db.CatalogAsync();

        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);

        var gone = before.Except(await Db.CatalogAsync()).ToArray();
        Assert.Equal(s_queryIndexes.Select(i => "exograph." + i), gone.Select(line => line.Split(' ')[0]));
        Assert.Equal(s_queryIndexes, await DeferredAsync());
        await Db.FailsAsync("23505", "INSERT INTO exograph.terms (term) VALUES ('call')");
        await Db.FailsAsync("23505", "INSERT INTO exograph.fragments SELECT * FROM exograph.fragments");
        await Db.FailsAsync("23503", "UPDATE exograph.files SET package_id = 77, package_version_id = 77");
    }

    [Fact]
    public async Task Rebuilding_leaves_the_catalog_as_it_was()
    {
        await Db.ExecuteAsync(
            """
            CREATE FUNCTION public.half(integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT $1 / 2';
            CREATE INDEX "My Index" ON exograph.fragments (public.half(mass) DESC, name text_pattern_ops NULLS FIRST)
                INCLUDE (kind) WITH (fillfactor = 70) WHERE mass > 0;
            COMMENT ON INDEX exograph."My Index" IS 'it''s \ mine';
            ALTER INDEX exograph."My Index" ALTER COLUMN 1 SET STATISTICS 500;
            CREATE INDEX mine ON exograph.terms USING hash (term);
            ALTER TABLE exograph.fragments CLUSTER ON fragments_file_id;
            """);
        var before = await Db.CatalogAsync();

        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
        Assert.Equal(s_queryIndexes.Length + 2, before.Except(await Db.CatalogAsync()).Count());
        await Db.ExecuteAsync(Rebuild);

        Assert.Equal(before, await Db.CatalogAsync());
        Assert.Empty(await DeferredAsync());
        // The statistics of the expression are there again.
        Assert.Equal(1, await Db.CountAsync("pg_stats WHERE tablename = 'My Index' AND attname = 'half'"));
    }

    [Fact]
    public async Task A_first_large_load_builds_its_keys_and_defers_the_rest()
    {
        await Db.ExecuteAsync("COMMENT ON INDEX exograph.terms_natural_key IS 'by digest'");
        var before = await Db.CatalogAsync();
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("terms", "id, term", "SELECT i, 't' || i FROM generate_series(3, 20002) i");

        await load.FinalizeAsync(Defer);

        Assert.Equal(1, await Db.CountAsync("exograph.load_phases WHERE phase = 'index' AND table_name = 'terms'"));
        Assert.Equal(s_queryIndexes.Length, before.Except(await Db.CatalogAsync()).Count());
        await Db.ExecuteAsync(Rebuild);
        Assert.Equal(before, await Db.CatalogAsync());
    }

    [Fact]
    public async Task Comments_survive_a_first_large_load_that_defers_nothing()
    {
        await Db.ExecuteAsync(
            """
            COMMENT ON INDEX exograph.terms_natural_key IS 'by digest';
            COMMENT ON INDEX exograph.fragments_file_id IS 'for deletions';
            COMMENT ON CONSTRAINT files_natural_key ON exograph.files IS 'one content each';
            COMMENT ON CONSTRAINT files_package_id_fkey ON exograph.files IS 'no orphans';
            """);
        var before = await Db.CatalogAsync();
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("terms", "id, term", "SELECT i, 't' || i FROM generate_series(3, 20002) i");

        await load.FinalizeAsync();

        Assert.Equal(2, await Db.CountAsync("exograph.load_phases WHERE phase = 'index' AND table_name = 'terms'"));
        Assert.Equal(before, await Db.CatalogAsync());
    }

    [Fact]
    public async Task Only_tables_that_the_load_brings_rows_for_lose_indexes()
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("files", "id, path, source, sha256", "(1, 'a', 'a', sha256('a'))");

        await load.FinalizeAsync(Defer);

        Assert.Equal(["files_package_id", "files_path", "files_sha256"], await DeferredAsync());
    }

    [Fact]
    public async Task The_option_may_be_given_at_the_beginning_and_taken_back_at_the_end()
    {
        await (await Sample.BeginAsync(Db, Defer)).FinalizeAsync("defer_indexes => false");
        Assert.Empty(await DeferredAsync());

        await (await Sample.BeginAsync(Db, Defer)).FinalizeAsync();
        Assert.Equal(s_queryIndexes, await DeferredAsync());
        Assert.Equal(["false", "true"],
            await Db.RowsAsync("SELECT (options ->> 'defer_indexes')::boolean FROM exograph.loads ORDER BY load_id"));
    }

    [Fact]
    public async Task The_caller_and_the_report_are_told_of_deferred_indexes()
    {
        var load = await Sample.BeginAsync(Db);
        await load.FinalizeAsync(Defer);

        var notice = Assert.Single(Db.Notices, n => n.MessageText.Contains("deferred", StringComparison.Ordinal));
        Assert.Equal($"load {load.Id}: 11 indexes are deferred until CALL exograph.rebuild_indexes()", notice.MessageText);
        Assert.Equal("TABLE exograph.deferred_indexes lists them.", notice.Hint);
        Assert.Equal(
            [
                "files|indexes deferred until rebuild_indexes(): 3", "fragments|indexes deferred until rebuild_indexes(): 3",
                "graph_nodes|indexes deferred until rebuild_indexes(): 4", "terms|indexes deferred until rebuild_indexes(): 1",
            ],
            await Db.RowsAsync("SELECT table_name, reason FROM exograph.load_report WHERE reason LIKE '%deferred%' ORDER BY 1"));

        // So is whoever loads without the option meanwhile.
        var next = await Sample.BeginAsync(Db);
        await next.FinalizeAsync();
        Assert.Contains(Db.Notices, n => n.MessageText.StartsWith($"load {next.Id}: 11 indexes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Loads_that_follow_find_nothing_to_drop_and_leave_readers_alone()
    {
        var before = await Db.CatalogAsync();
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
        var index = await Db.IndexAsync();
        var reader = await OpenAsync();
        await reader.ExecuteAsync("BEGIN; SELECT FROM exograph.files, exograph.fragments, exograph.graph_nodes, exograph.terms");

        await Db.ExecuteAsync("SET lock_timeout = '2s'");
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);

        Assert.Equal(index, await Db.IndexAsync());
        Assert.Equal(["1"], await Db.RowsAsync("SELECT DISTINCT load_id FROM exograph.deferred_indexes"));
        await Db.ExecuteAsync(Rebuild);
        Assert.Equal(before, await Db.CatalogAsync());
    }

    [Fact]
    public async Task Only_members_of_the_owner_defer_since_readers_wait_for_it()
    {
        var role = await CreateRoleAsync("loader", "exograph_loader");
        var loader = await OpenAsAsync(role);
        var load = await Sample.BeginAsync(loader);

        await loader.FailsAsync("42501", $"SELECT exograph.begin_load('a test', {Defer})");
        var error = await loader.FailsAsync("42501", load.FinalizeSql(Defer));

        Assert.Equal($"defer_indexes is for members of exograph_owner, which role \"{role}\" is not", error.MessageText);
        Assert.NotNull(error.Hint);
        Assert.Empty(await DeferredAsync());
        await Db.ExecuteAsync($"GRANT exograph_owner TO {Sql.Name(role)}");
        await load.FinalizeAsync(Defer);
        Assert.Equal(s_queryIndexes, await DeferredAsync());
    }

    [Fact]
    public async Task A_loader_may_rebuild_as_often_as_it_likes()
    {
        var before = await Db.CatalogAsync();
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
        var reader = await OpenAsAsync(await CreateRoleAsync("reader", "exograph_reader"));
        var loader = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));

        Assert.Equal(s_queryIndexes.Length, await reader.CountAsync("exograph.deferred_indexes"));
        await reader.FailsAsync("42501", Rebuild);
        await loader.ExecuteAsync(Rebuild);
        Assert.Equal(before, await Db.CatalogAsync());
        await loader.ExecuteAsync(Rebuild);

        Assert.Equal("no index is deferred", loader.Notices[^1].MessageText);
        Assert.Equal(before, await Db.CatalogAsync());
        await Db.ExecuteAsync("SET ROLE exograph_owner; " + Rebuild);
    }

    [Fact]
    public async Task An_index_made_by_hand_meanwhile_is_taken_if_it_is_the_same_and_told_if_it_is_not()
    {
        var before = await Db.CatalogAsync();
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
        await Db.ExecuteAsync(
            """
            SET ROLE exograph_owner;
            CREATE INDEX fragments_file_id ON exograph.fragments (file_id);
            CREATE INDEX fragments_exact_hash ON exograph.fragments (name);
            RESET ROLE;
            """);

        await Db.ExecuteAsync(Rebuild);

        Assert.Equal(["fragments_exact_hash"], await DeferredAsync());
        var warning = Assert.Single(Db.Notices, n => n.Severity == "WARNING");
        Assert.Equal("42710", warning.SqlState);
        Assert.Equal("exograph.fragments_exact_hash was not built: exograph.fragments_exact_hash exists, but is not the index "
            + "that was deferred, or is not valid", warning.MessageText);
        Assert.Equal("CREATE INDEX fragments_exact_hash ON exograph.fragments USING btree (exact_hash)", warning.Detail);
        Assert.Equal("Drop it or rename it. Put that right and call again, or, where it is not wanted any more: "
            + "DELETE FROM exograph.deferred_indexes WHERE index_name = 'fragments_exact_hash'.", warning.Hint);
        Assert.Equal(["exograph.fragments_exact_hash exists, but is not the index that was deferred, or is not valid"],
            await Db.RowsAsync("SELECT problem FROM exograph.deferred_indexes"));

        await Db.ExecuteAsync("DROP INDEX exograph.fragments_exact_hash");
        await Db.ExecuteAsync(Rebuild);
        Assert.Equal(before, await Db.CatalogAsync());
    }

    [Fact]
    public async Task An_index_made_by_hand_under_a_deferred_name_stays_when_the_next_load_defers()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
        await Db.ExecuteAsync("CREATE INDEX fragments_exact_hash ON exograph.fragments (name)");

        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);

        Assert.Equal(["CREATE INDEX fragments_exact_hash ON exograph.fragments USING btree (exact_hash)"], await Db.RowsAsync(
            "SELECT definition FROM exograph.deferred_indexes WHERE index_name = 'fragments_exact_hash'"));
        Assert.Equal(["CREATE INDEX fragments_exact_hash ON exograph.fragments USING btree (name)"],
            await Db.RowsAsync("SELECT pg_get_indexdef('exograph.fragments_exact_hash'::regclass)"));
    }

    [Fact]
    public async Task What_cannot_be_built_does_not_keep_the_others_from_it()
    {
        await Db.ExecuteAsync(
            """
            ALTER TABLE exograph.files ADD COLUMN mine integer;
            CREATE INDEX by_mine ON exograph.files (mine);
            CREATE INDEX by_mass ON exograph.fragments ((100 / (mass - 7)));
            """);
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
        await Db.ExecuteAsync(
            """
            ALTER TABLE exograph.files DROP COLUMN mine;
            UPDATE exograph.fragments SET mass = 7 WHERE name = 'a';
            """);

        await Db.ExecuteAsync(Rebuild);

        Assert.Equal(["by_mass|division by zero", "by_mine|column \"mine\" does not exist"],
            await Db.RowsAsync("SELECT index_name, problem FROM exograph.deferred_indexes ORDER BY 1"));
        Assert.Equal(["42703", "22012"], Db.Notices.Where(n => n.Severity == "WARNING").Select(n => n.SqlState));
        Assert.Equal(s_queryIndexes.Length, await Db.CountAsync(
            $"pg_class WHERE relkind = 'i' AND relname IN ({string.Join(", ", s_queryIndexes.Select(Sql.Literal))})"));

        await Db.ExecuteAsync(
            """
            UPDATE exograph.fragments SET mass = 3;
            DELETE FROM exograph.deferred_indexes WHERE index_name = 'by_mine';
            """);
        await Db.ExecuteAsync(Rebuild);
        Assert.Empty(await DeferredAsync());
        Assert.Equal(1, await Db.CountAsync("pg_class WHERE relname = 'by_mass'"));
    }

    [Fact]
    public async Task Without_one_of_the_index_tables_nothing_is_rebuilt_and_nothing_forgotten()
    {
        var before = await Db.CatalogAsync();
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);

        await Db.ExecuteAsync("ALTER TABLE exograph.graph_nodes RENAME TO nodes");
        var error = await Db.FailsAsync("42P01", Rebuild);

        Assert.Equal("relation \"exograph.graph_nodes\" does not exist", error.MessageText);
        Assert.Equal(s_queryIndexes, await DeferredAsync());
        await Db.ExecuteAsync("ALTER TABLE exograph.nodes RENAME TO graph_nodes; " + Rebuild);
        Assert.Equal(before, await Db.CatalogAsync());
    }

    [Fact]
    public async Task What_could_not_be_built_again_is_not_dropped()
    {
        var tablespace = $"elsewhere_{Guid.NewGuid():N}";
        await Db.ExecuteAsync("SET allow_in_place_tablespaces = on");
        await Db.ExecuteAsync($"CREATE TABLESPACE {tablespace} LOCATION ''");
        try
        {
            await Db.ExecuteAsync(
                $"""
                CREATE INDEX elsewhere ON exograph.fragments (mass) TABLESPACE {tablespace};
                CREATE INDEX of_extension ON exograph.fragments (mass);
                ALTER INDEX exograph.of_extension DEPENDS ON EXTENSION plpgsql;
                """);
            var before = await Db.CatalogAsync();

            await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
            Assert.Equal(s_queryIndexes, await DeferredAsync());

            await Db.ExecuteAsync($"GRANT CREATE ON TABLESPACE {tablespace} TO exograph_owner");
            await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
            Assert.Equal([tablespace], await Db.RowsAsync(
                "SELECT tablespace FROM exograph.deferred_indexes WHERE index_name = 'elsewhere'"));
            // The caller's own default is for tables of the caller's.
            await Db.ExecuteAsync($"SET default_tablespace = '{tablespace}'; {Rebuild}");

            Assert.Equal(before, await Db.CatalogAsync());
            Assert.Equal([tablespace], await Db.RowsAsync("SHOW default_tablespace"));
        }
        finally
        {
            await Db.ExecuteAsync($"RESET default_tablespace; DROP INDEX IF EXISTS exograph.elsewhere");
            await Db.ExecuteAsync($"DROP TABLESPACE {tablespace}");
        }
    }

    [Fact]
    public async Task A_reader_holds_deferring_up_for_lock_timeout_at_most()
    {
        var before = await Db.CatalogAsync();
        var load = await Sample.BeginAsync(Db);
        var reader = await OpenAsync();
        await reader.ExecuteAsync("BEGIN; SELECT FROM exograph.graph_nodes");

        await Db.ExecuteAsync("SET lock_timeout = '100ms'");
        var error = await Db.FailsAsync("55P03", load.FinalizeSql(Defer));

        Assert.Equal($"load {load.Id}: another transaction is reading graph_nodes", error.MessageText);
        Assert.StartsWith($"It waited for longer than lock_timeout (100ms). Process {reader.ProcessId} ", error.Detail,
            StringComparison.Ordinal);
        Assert.Equal("exograph.lock_waits shows who waits for whom. Nothing was changed: call again, perhaps with a longer lock_timeout, or with "
            + "defer_indexes => false.", error.Hint);
        Assert.Equal(before, await Db.CatalogAsync());
        Assert.Empty(await DeferredAsync());
        Assert.Equal(["100ms"], await Db.RowsAsync("SHOW lock_timeout"));

        await load.FinalizeAsync("defer_indexes => false");
        Assert.Equal(new Outcome(2) { Inserted = 2 }, await load.OutcomeAsync("files"));
    }

    [Fact]
    public async Task A_reader_that_goes_on_to_another_table_does_not_deadlock_with_deferring()
    {
        var load = await Sample.BeginAsync(Db);
        var reader = await OpenAsync();
        await reader.ExecuteAsync("BEGIN; SELECT FROM exograph.graph_nodes");
        var finalizing = load.FinalizeAsync(Defer);
        await reader.UntilBlockedAsync(Db);

        // Files were to be locked before graph_nodes.
        await reader.ExecuteAsync("SELECT FROM exograph.files");
        Assert.False(finalizing.IsCompleted);
        await reader.ExecuteAsync("COMMIT");

        await finalizing;
        Assert.Equal(s_queryIndexes, await DeferredAsync());
    }

    [Fact]
    public async Task A_writer_holds_rebuilding_up_for_lock_timeout_at_most()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
        var writer = await OpenAsync();
        await writer.ExecuteAsync("BEGIN; INSERT INTO exograph_in.terms (term) VALUES ('mine')");

        var error = await Db.FailsAsync("55P03", $"SET lock_timeout = '100ms'; {Rebuild}");
        Assert.Equal("rebuild_indexes: another transaction is writing to the index", error.MessageText);

        var own = await writer.FailsAsync("XG007", Rebuild);
        Assert.Equal("Commit first, then call rebuild_indexes.", own.Hint);
        await Db.ExecuteAsync(Rebuild);
        Assert.Empty(await DeferredAsync());
    }

    [Theory]
    [InlineData("pg_terminate_backend", "57P01")]
    [InlineData("pg_cancel_backend", "57014")]
    public async Task A_load_that_is_stopped_after_the_indexes_are_dropped_has_them_back(string stop, string sqlState)
    {
        var before = await Db.CatalogAsync();
        await PhaseStop.InstallAsync(Db);
        var load = await Sample.BeginAsync(Db);
        var victim = await OpenAsync();
        var other = await OpenAsync();
        await PhaseStop.HoldAsync(other, "merge graph_nodes");

        var finalizing = victim.FailsAsync(sqlState, load.FinalizeSql(Defer));
        await other.UntilBlockedAsync(victim);
        await other.ExecuteAsync($"SELECT {stop}($1)", victim.ProcessId);
        await finalizing;

        await other.ExecuteAsync("ROLLBACK");
        Assert.Equal(before, await Db.CatalogAsync());
        Assert.Empty(await DeferredAsync());
        await load.FinalizeAsync(Defer);
        await Db.ExecuteAsync(Rebuild);
        Assert.Equal(before, await Db.CatalogAsync());
    }

    [Theory]
    [InlineData("pg_terminate_backend", "57P01")]
    [InlineData("pg_cancel_backend", "57014")]
    public async Task Rebuilding_that_is_stopped_keeps_all_definitions(string stop, string sqlState)
    {
        await SlowIndex.InstallAsync(Db);
        var before = await Db.CatalogAsync();
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
        var deferred = await DeferredAsync();
        var victim = await OpenAsync();
        var other = await OpenAsync();
        await SlowIndex.HoldAsync(other);

        // All others have been built by then.
        var rebuilding = victim.FailsAsync(sqlState, Rebuild);
        await other.UntilBlockedAsync(victim);
        await other.ExecuteAsync($"SELECT {stop}($1)", victim.ProcessId);
        await rebuilding;

        await other.ExecuteAsync("COMMIT");
        Assert.Equal(deferred, await DeferredAsync());
        await Db.ExecuteAsync(Rebuild);
        Assert.Equal(before, await Db.CatalogAsync());
    }

    [Fact]
    public async Task Two_that_rebuild_at_once_build_each_index_once()
    {
        await SlowIndex.InstallAsync(Db);
        var before = await Db.CatalogAsync();
        await (await Sample.BeginAsync(Db)).FinalizeAsync(Defer);
        var other = await OpenAsync();
        var first = await OpenAsync();
        await SlowIndex.HoldAsync(other);

        var rebuilding = first.ExecuteAsync(Rebuild);
        await other.UntilBlockedAsync(first);
        var again = Db.ExecuteAsync(Rebuild);
        await other.UntilWaitingAsync(Db);
        await other.ExecuteAsync("COMMIT");
        await rebuilding;
        await again;

        Assert.Equal(before, await Db.CatalogAsync());
        Assert.DoesNotContain(Db.Notices, n => n.Severity == "WARNING");
    }

    private Task<string[]> DeferredAsync() =>
        Db.RowsAsync("""SELECT index_name FROM exograph.deferred_indexes ORDER BY index_name COLLATE "C" """);
}

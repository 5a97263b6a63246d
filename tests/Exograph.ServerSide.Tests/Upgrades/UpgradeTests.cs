using System.IO.Compression;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Upgrades;

/// <summary>
/// Databases that earlier versions have installed. The files of this folder are what <c>exograph-load migrate --print | gzip -9n</c>
/// printed then; they are never edited.
/// </summary>
public sealed class UpgradeTests
{
    private const string Folder = "tests/Exograph.ServerSide.Tests/";

    public static TheoryData<string> Versions =>
        [.. Directory.GetFiles(Repository.PathOf(Folder + "Upgrades"), "*.sql.gz").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_earlier_database_gets_the_schema_of_today_and_loses_nothing(string version)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var directory = new BundleDirectory().Add("install.sql", await UnpackAsync(version));
        await Psql.RunAsync(database, "install.sql", directory.Path);
        await using var session = await Session.OpenAsync(database.Settings);
        await Sample.BeginAsync(session);
        await session.ExecuteAsync("CALL exograph.finalize_load(1)");
        await Sample.BeginAsync(session);
        var before = await ContentAsync(database);

        await database.Client.MigrateAsync();

        Assert.Equal(await File.ReadAllLinesAsync(Repository.PathOf(Folder + "Scripts/schema.txt")), (await database.ColumnAsync<string>(
            await File.ReadAllTextAsync(Repository.PathOf(Folder + "Scripts/describe_schema.sql")))).SelectMany(l => l.Split('\n')));
        Assert.Equal(before, await ContentAsync(database));
        await session.ExecuteAsync("CALL exograph.finalize_load(2)"); // begun before the upgrade
        Assert.Equal(before, await ContentAsync(database));
        Assert.Equal(["finalized", "finalized"], await database.ColumnAsync<string>("SELECT state FROM exograph.loads"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_an_open_load_was_told_before_an_upgrade_is_checked_after_it(string version)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var directory = new BundleDirectory().Add("install.sql", await UnpackAsync(version));
        await Psql.RunAsync(database, "install.sql", directory.Path);
        await using var session = await Session.OpenAsync(database.Settings);
        await Sample.BeginAsync(session, "complete => '{definitions}'");
        await session.ExecuteAsync("CALL exograph.finalize_load(1)");
        await Sample.BeginAsync(session);
        Assert.Equal(0, await session.CountAsync("exograph.files_lacking(2) WHERE table_name = 'definitions'"));

        await database.Client.MigrateAsync();

        await session.ExecuteAsync("DELETE FROM exograph.definitions");
        await session.FailsAsync("XG011", "CALL exograph.finalize_load(2)");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Terms_are_the_same_pairs_after_an_upgrade_and_open_loads_go_on_with_theirs(string version)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var directory = new BundleDirectory().Add("install.sql", await UnpackAsync(version));
        await Psql.RunAsync(database, "install.sql", directory.Path);
        await using var session = await Session.OpenAsync(database.Settings);
        // In a partition, in the shared one, one by one, and in one made of two by merging.
        await (await StageTermsAsync(session, "(1, 1), (1, 2), (2, 1), (3, 3)")).FinalizeAsync("partition_threshold => 0");
        await (await StageTermsAsync(session, "(1, 3), (2, 2)")).FinalizeAsync("partition_threshold => 0");
        await session.ExecuteAsync("CALL exograph.merge_partitions(0)"); // a procedure then
        await (await StageTermsAsync(session, "(2, 1), (3, 1)")).FinalizeAsync("partition_threshold => 0");
        await (await StageTermsAsync(session, "(1, 4), (3, 4), (3, 5)")).FinalizeAsync("partition_threshold => 1000");
        foreach (var term in new[] { "t6", "t1", "row by row" })
            await session.ExecuteAsync(InsertPair(term));
        var numbered = await StageTermsAsync(session, "(1, 1), (2, 4)");
        // Of a role that is no superuser: it needs rights on what is new.
        await using var loader = await Session.OpenAsync(database.Settings);
        var role = Sql.Name($"loader {Guid.NewGuid():N}");
        await session.ExecuteAsync($"CREATE ROLE {role} IN ROLE exograph_loader");
        await loader.ExecuteAsync($"SET SESSION AUTHORIZATION {role}");
        var reserved = await StageTermsAsync(loader, "", "ids => 'reserved'");
        await loader.ExecuteAsync($"INSERT INTO {reserved.Staged("fragment_terms")} (fragment_id, term_id) "
            + $"SELECT g.id, t.id FROM {reserved.Staged("fragments")} g, {reserved.Staged("terms")} t WHERE g.line = 2 AND t.term = 't5'");
        const string Pairs = "SELECT g.line, w.term, x.load_id FROM exograph.fragment_terms x "
            + "JOIN exograph.fragments g ON g.id = x.fragment_id JOIN exograph.terms w ON w.id = x.term_id ORDER BY 1, 2, 3";
        var before = await session.RowsAsync(Pairs);
        var partitions = await session.RowsAsync(Partitions("fragment_terms"));

        await database.Client.MigrateAsync();

        Assert.Equal(12, before.Length);
        Assert.Equal(before, await session.RowsAsync(Pairs));
        Assert.Equal(partitions, (await session.RowsAsync(Partitions("fragment_term_sets")))
            .Select(p => p.Replace("_term_sets", "_terms", StringComparison.Ordinal)));
        Assert.Equal(0, await session.CountAsync("exograph.fragment_term_sets "
            + "WHERE term_ids = '{}' OR term_ids <> ARRAY(SELECT DISTINCT t FROM unnest(term_ids) t ORDER BY t)"));
        // Found where they stand, and not once more.
        await session.ExecuteAsync(InsertPair("row by row") + ";" + InsertPair("t4"));
        Assert.Equal(before, await session.RowsAsync(Pairs));

        await numbered.StageAsync("fragment_term_sets", "fragment_id, term_ids", "(3, '{6,5}')");
        await numbered.FinalizeAsync();
        Assert.Equal(new Outcome(4) { Inserted = 2, Existing = 2 }, await numbered.OutcomeAsync("fragment_terms"));
        await loader.FailsAsync("42501", $"UPDATE {reserved.Staged("fragment_term_sets")} SET load_id = 0");
        await loader.ExecuteAsync($"INSERT INTO {reserved.Staged("fragment_term_sets")} (fragment_id, term_ids) "
            + $"SELECT g.id, ARRAY[t.id] FROM {reserved.Staged("fragments")} g, {reserved.Staged("terms")} t WHERE g.line = 2 AND t.term = 't6'");
        await reserved.FinalizeAsync("partition_threshold => 0");
        Assert.Equal(new Outcome(2) { Inserted = 2 }, await reserved.OutcomeAsync("fragment_terms"));
        Assert.Equal(
            before.Append($"2|t4|-{numbered.Id}").Append($"3|t6|-{numbered.Id}").Append($"2|t5|{reserved.Id}")
                .Append($"2|t6|{reserved.Id}").Order(StringComparer.Ordinal),
            (await session.RowsAsync(Pairs)).Order(StringComparer.Ordinal));
        await session.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Pairs_that_are_written_while_the_table_becomes_sets_are_not_lost(string version)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var directory = new BundleDirectory().Add("install.sql", await UnpackAsync(version));
        await Psql.RunAsync(database, "install.sql", directory.Path);
        await using var session = await Session.OpenAsync(database.Settings);
        await (await StageTermsAsync(session, "(1, 1)")).FinalizeAsync();
        await using var writer = await Session.OpenAsync(database.Settings);
        await writer.ExecuteAsync("BEGIN; " + InsertPair("t2"));

        var migrating = database.Client.MigrateAsync();
        while (!await session.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_stat_activity a WHERE $1 = ANY (pg_blocking_pids(a.pid)))", writer.ProcessId))
        {
            Assert.False(migrating.IsCompleted, "It never waited for the writer.");
            await Task.Delay(10);
        }
        await writer.ExecuteAsync("COMMIT");
        await migrating;

        Assert.Equal(["t1", "t2"], await session.RowsAsync(
            "SELECT w.term FROM exograph.fragment_terms x JOIN exograph.terms w ON w.id = x.term_id ORDER BY 1"));
    }

    [Theory]
    [InlineData("CREATE VIEW public.ours AS SELECT * FROM exograph.fragment_terms", "DROP VIEW public.ours",
        "view public.ours depends on table exograph.fragment_terms")]
    [InlineData("CREATE PUBLICATION ours FOR TABLE exograph.fragment_terms", "ALTER PUBLICATION ours DROP TABLE exograph.fragment_terms",
        "ALTER PUBLICATION ours DROP TABLE exograph.fragment_terms")]
    [InlineData("GRANT SELECT ON exograph.fragment_terms TO PUBLIC", "REVOKE ALL ON exograph.fragment_terms FROM PUBLIC",
        "REVOKE ALL ON exograph.fragment_terms FROM PUBLIC")]
    [InlineData("GRANT SELECT (term_id) ON exograph.fragment_terms TO PUBLIC", "REVOKE ALL ON exograph.fragment_terms FROM PUBLIC",
        "REVOKE ALL ON exograph.fragment_terms FROM PUBLIC")]
    [InlineData("COMMENT ON TABLE exograph.fragment_terms IS 'ours'", "COMMENT ON TABLE exograph.fragment_terms IS NULL",
        "comment on table exograph.fragment_terms")]
    [InlineData("COMMENT ON COLUMN exograph.fragment_terms.term_id IS 'ours'",
        "COMMENT ON COLUMN exograph.fragment_terms.term_id IS NULL",
        "comment on column term_id of table exograph.fragment_terms")]
    [InlineData("ALTER TABLE exograph.fragment_terms ADD ours text", "ALTER TABLE exograph.fragment_terms DROP ours",
        "column ours of table exograph.fragment_terms")]
    [InlineData("CREATE INDEX ours ON exograph.fragment_terms (load_id)", "DROP INDEX exograph.ours", "index exograph.ours")]
    [InlineData("ALTER TABLE exograph.fragment_terms_shared ADD CONSTRAINT ours CHECK (term_id > 0)",
        "ALTER TABLE exograph.fragment_terms_shared DROP CONSTRAINT ours", "constraint ours on table exograph.fragment_terms_shared")]
    [InlineData("CREATE FUNCTION public.ours() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
        + "CREATE TRIGGER ours AFTER INSERT ON exograph.fragment_terms EXECUTE FUNCTION public.ours()",
        "DROP TRIGGER ours ON exograph.fragment_terms", "trigger ours on table exograph.fragment_terms")]
    public async Task What_others_made_of_the_table_of_pairs_is_told_before_it_becomes_sets(string made, string undone, string told)
    {
        foreach (var version in Versions.Select(v => v.Data))
        {
            await using var database = await TestDatabase.CreateEmptyAsync();
            using var directory = new BundleDirectory().Add("install.sql", await UnpackAsync(version));
            await Psql.RunAsync(database, "install.sql", directory.Path);
            await using var session = await Session.OpenAsync(database.Settings);
            await (await StageTermsAsync(session, "(1, 1)")).FinalizeAsync();
            await session.ExecuteAsync(made);

            var error = await Assert.ThrowsAsync<MigrationException>(() => database.Client.MigrateAsync());

            Assert.Equal("XG013", error.SqlState);
            Assert.Equal(told, error.Detail);
            Assert.Equal(1, await session.CountAsync("exograph.fragment_terms"));
            await session.ExecuteAsync(undone);
            await database.Client.MigrateAsync();
            Assert.Equal(1, await session.CountAsync("exograph.fragment_terms"));
        }
    }

    /// <summary>Stages terms t1 to t6 for three fragments, in the lines of their numbers.</summary>
    private static async Task<Load> StageTermsAsync(Session session, string pairs, string options = "")
    {
        var load = await Load.BeginAsync(session, options);
        var first = new Dictionary<string, long>();
        foreach (var (table, rows) in new[] { ("files", 1), ("fragments", 3), ("terms", 6) })
        {
            first[table] = options.Length == 0 ? 1 : await session.ScalarAsync<long>(
                $"SELECT first FROM exograph.reserve_ids({load.Id}, '{table}', {rows})");
        }
        await load.StageAsync("files", "id, path, source, sha256", $"({first["files"]}, 'a', 'a', sha256('a'))");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass",
            $@"SELECT {first["fragments"]} + n, {first["files"]}, '\x', 'def', n + 1, 1 FROM generate_series(0, 2) n");
        await load.StageAsync("terms", "id, term", $"SELECT {first["terms"]} + n, 't' || n + 1 FROM generate_series(0, 5) n");
        if (pairs.Length > 0)
            await load.StageAsync("fragment_terms", "fragment_id, term_id", pairs);
        return load;
    }

    private static string InsertPair(string term) =>
        $"INSERT INTO exograph_in.fragment_terms (fragment_id, term) SELECT id, '{term}' FROM exograph.fragments WHERE line = 1";

    private static string Partitions(string table) =>
        $"""
        SELECT c.relname::text, pg_get_expr(c.relpartbound, c.oid), pg_get_userbyid(c.relowner)::text
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'exograph.{table}'::regclass ORDER BY 1
        """;

    private static Task<List<string>> ContentAsync(TestDatabase database) => database.ColumnAsync<string>(
        """
        SELECT concat_ws(' ', p.name, v.version, f.path, d.qualified_name, d.line, d.load_id)
        FROM exograph.packages p
        JOIN exograph.package_versions v ON v.package_id = p.id
        LEFT JOIN exograph.files f ON f.package_version_id = v.id
        LEFT JOIN exograph.definitions d ON d.file_id = f.id
        ORDER BY 1
        """);

    private static async Task<string> UnpackAsync(string version)
    {
        await using var gzip = new GZipStream(
            File.OpenRead(Repository.PathOf($"{Folder}Upgrades/{version}")), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return await reader.ReadToEndAsync();
    }
}

using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>Functions and operators that somebody has made in public are never called, whoever runs what of ours.</summary>
public sealed class OverloadTests : LoadingTest
{
    private const string Tables =
        """
        SET search_path = pg_catalog;
        CREATE SCHEMA s;
        CREATE TABLE s.country (id serial PRIMARY KEY, iso varchar(2) NOT NULL UNIQUE, name text);
        CREATE TABLE s.place (
            id bigserial PRIMARY KEY, country_id integer REFERENCES s.country, names text[] NOT NULL, part varchar, mood public.mood,
            tags text[] NOT NULL DEFAULT ARRAY['new'] || 'x'::text, twice text[] GENERATED ALWAYS AS (names || part::text) STORED,
            note text DEFAULT 'n' || 1);
        CREATE UNIQUE INDEX place_key ON s.place (country_id, (names || part::text), num_nulls(part, names), coalesce(mood, 'sad'))
            NULLS NOT DISTINCT WHERE names <> '{}' AND mood <> 'ok';
        CREATE TABLE s.item (
            code text NOT NULL, kind "char" NOT NULL, place_id bigint REFERENCES s.place, seen timestamptz DEFAULT now(),
            facts jsonb, PRIMARY KEY (code, kind));
        CREATE TABLE s.part (id serial PRIMARY KEY, item_code text, item_kind "char", n integer,
            CONSTRAINT item FOREIGN KEY (item_code, item_kind) REFERENCES s.item, UNIQUE NULLS NOT DISTINCT (item_code, item_kind, n));
        CREATE TABLE s.word (id serial PRIMARY KEY, word varchar UNIQUE, spelled text);
        CREATE FUNCTION s.spell() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS
            'BEGIN NEW.word := lower(NEW.word); RETURN NEW; END';
        CREATE TRIGGER spell BEFORE INSERT ON s.word FOR EACH ROW EXECUTE FUNCTION s.spell();
        CREATE TABLE s.phrase (id serial PRIMARY KEY, word_id integer REFERENCES s.word, words text[] UNIQUE, free text);
        CREATE TABLE s.loose (a text, b integer DEFAULT 1);
        CREATE TABLE s.bare (id serial PRIMARY KEY, v varchar NOT NULL, mood public.mood, a text[]);
        CREATE UNIQUE INDEX ON s.bare ((CASE v WHEN 'x' THEN 'y' ELSE v END), nullif(a, '{}'), (mood IS DISTINCT FROM 'sad'))
            NULLS NOT DISTINCT WHERE ROW(v, a) <> ROW('', NULL::text[]);
        CREATE TABLE s.flat_bare AS SELECT v::varchar AS v, 'ok'::public.mood AS mood, '{}'::text[] AS a
        FROM unnest(ARRAY['x', 'y', 'z', 'x']) v;
        CREATE TABLE s.flat_part (n integer, code text, kind "char", names text[], part varchar, iso varchar(2), mood public.mood);
        INSERT INTO s.flat_part VALUES (1, 'c', 'k', '{a}', 'p', 'DE', NULL), (1, 'c', 'k', '{a}', 'p', 'DE', NULL),
            (2, 'c', 'k', '{b}', NULL, 'DK', 'sad'), (NULL, 'd', 'k', '{b}', NULL, NULL, 'ok');
        CREATE TABLE s.flat_phrase (word varchar, words text[], free text);
        INSERT INTO s.flat_phrase VALUES ('Word', '{a,b}', 'x'), ('wORD', '{a,b}', 'x'), (NULL, '{c}', NULL);
        CREATE TABLE s.flat_loose AS SELECT 'a'::text AS a, 1 AS b;
        CREATE TABLE s.node (id serial PRIMARY KEY, parent_id integer REFERENCES s.node, name varchar NOT NULL, note varchar
            CHECK (note <> 'bad'), UNIQUE NULLS NOT DISTINCT (parent_id, name));
        CREATE TABLE s.flat_node AS SELECT 'n' || n AS name, 'above' AS above FROM generate_series(1, 200) n;
        CREATE SCHEMA shop;
        CREATE TABLE shop.country AS SELECT n AS id, i::varchar(2) AS iso FROM (VALUES (1, 'DE'), (2, 'DE'), (3, 'DK')) v (n, i);
        CREATE TABLE shop.place AS SELECT n::bigint AS id, c AS country_id, '{a,b}'::text[] AS names, 'p'::varchar AS part
        FROM (VALUES (1, 2), (2, 3), (3, 9)) v (n, c);
        CREATE TABLE shop.item (code text, kind "char", place_id bigint, facts jsonb);
        INSERT INTO shop.item VALUES ('c', 'k', 1, '{"a": 1}'), ('d', 'k', 2, NULL), ('e', 'k', 3, NULL);
        CREATE TABLE shop.part AS SELECT 'c'::text AS item_code, 'k'::"char" AS item_kind, n FROM generate_series(1, 3) n;
        CREATE TABLE shop.node (id integer, parent_id integer, name varchar, note varchar);
        INSERT INTO shop.node VALUES (1, NULL, 'a', NULL), (2, 1, 'b', 'x'), (3, 2, 'c', 'bad'), (4, 2, 'd', NULL), (5, 1, 'b', 'y'),
            (6, NULL, 'e', NULL);
        CREATE TABLE shop.loose (a text, b text);
        INSERT INTO shop.loose VALUES ('a', '1'), ('a', '1'), ('b', 'no number'), ('c', '2');
        CREATE TABLE shop.bare AS SELECT v::varchar AS v, 'ok'::public.mood AS mood FROM unnest(ARRAY['x', 'y', 'x']) v;
        RESET search_path;
        """;

    /// <summary>In front of pg_catalog what is in public takes the place of what it is named like: only in a caller's own path.</summary>
    private const string Behind = "\"$user\", public", InFront = "public, pg_catalog";

    private const string PartMapping =
        """
        '{"n": "n + 0", "item.code": "format(''%s'', concat_ws('' '', code, n))", "item.kind": "kind",
          "item.place_id.names": "names || ''{x}''::text[]", "item.place_id.part": "part",
          "item.place_id.mood": "coalesce(mood, ''sad'')", "item.place_id.country_id.iso": "upper(iso)"}'
        """;

    private static readonly (string Source, string Target, string Mapping)[] Flat =
    [
        ("s.flat_part", "s.part", PartMapping),
        ("s.flat_phrase", "s.phrase", """'{"words": "words || free", "word_id.word": "word"}'"""),
        ("s.flat_phrase", "s.phrase", """'{"words": "words", "free": "free", "word_id.word": "word"}'"""),
        ("s.flat_loose", "s.loose", "NULL"), ("s.flat_bare", "s.bare", "NULL"), ("s.flat_part", "s.part", """'{"n": "n"}'"""),
        ("s.flat_node", "s.node", """'{"name": "name", "parent_id.name": "above"}'"""),
    ];

    [Fact]
    public async Task Installing_upgrading_and_loading_call_nothing_of_public()
    {
        var role = await CreateRoleAsync("hostile");
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var session = await Session.OpenAsync(database.Settings);
        await Overloads.MakeAsync(session, role);
        using var bundle = new BundleDirectory().AddBasics().WithManifest();
        using var rows = new BundleDirectory().Add("thing.csv", "k,n\na,1\nb,2\na,1\n");
        foreach (var schema in new[] { "shop", "target" })
        {
            await session.ExecuteAsync(
                $"CREATE SCHEMA {schema}; CREATE TABLE {schema}.thing (id serial PRIMARY KEY, k varchar UNIQUE, n smallint CHECK (n > 0))");
        }

        await database.Client.MigrateAsync();
        await session.ExecuteAsync("DELETE FROM exograph.code_versions"); // all of it is applied again
        await database.Client.MigrateAsync();
        foreach (var args in (string[][])
            [["migrate"], ["load", bundle.Path, "--complete", "all"], ["load", bundle.Path, "--ids", "reserved", "--complete", "all"],
             ["load", bundle.Path, "--on-reject", "skip"], ["status", "1"], ["status"], ["load", bundle.Path, "--no-finalize"],
             ["check"], ["abandon"], ["rebuild-indexes"], ["put", rows.Path, "--into", "shop", "--on-existing", "update"],
             ["put", "--from", database.ConnectionString, "--from-schema", "shop", "--into", "target"],
             ["find", "definitions", "A.%"], ["find", "callers", "a"], ["find", "text", "x"], ["doctor"], ["check-index"], ["sizes"],
             ["help"], ["merge-partitions"], ["undo", "1", "--dependents"], ["delete-package", "hex", "alpha"], ["sweep-terms"],
             ["uninstall", "--yes"]])
        {
            var run = await CliRun.RunAsync(database, args);
            var found = args[0] is "doctor" or "find"; // something wrong, nothing
            Assert.True(run.ExitCode == 0 || (found && run.ExitCode is 4 or 6), $"{args[0]}: {run.ExitCode} {run.Error}");
        }

        await Overloads.AssertUnusedAsync(session);
    }

    [Fact]
    public async Task The_printed_script_calls_nothing_of_public()
    {
        var role = await CreateRoleAsync("hostile");
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var session = await Session.OpenAsync(database.Settings);
        await Overloads.MakeAsync(session, role);
        using var directory = new BundleDirectory().Add("install.sql", Migrator.Print());

        await Psql.RunAsync(database, "install.sql", directory.Path);

        await Overloads.AssertUnusedAsync(session);
    }

    [Fact]
    public async Task The_scripts_bind_nothing_of_public_where_another_upgrader_runs_them()
    {
        var role = await CreateRoleAsync("hostile");
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var session = await Session.OpenAsync(database.Settings);
        await Overloads.MakeAsync(session, role);
        // The journal comes first. Bodies are looked at when they are called, which is under another path.
        await session.ExecuteAsync(
            """
            CREATE SCHEMA exograph;
            CREATE TABLE exograph.schemaversions (schemaversionsid serial PRIMARY KEY, scriptname varchar(255), applied timestamp);
            SET check_function_bodies = off;
            """);

        foreach (var file in Directory.GetFiles(Repository.PathOf("migrations"), "*.sql").Order(StringComparer.Ordinal).Concat(
            File.ReadLines(Repository.PathOf("sql/order.txt")).Where(l => l.EndsWith(".sql", StringComparison.Ordinal))
                .Select(l => Repository.PathOf("sql/" + l))))
        {
            await session.ExecuteAsync("BEGIN");
            await session.ExecuteAsync(await File.ReadAllTextAsync(file));
            await session.ExecuteAsync("COMMIT");
        }

        await Overloads.AssertUnusedAsync(session);
    }

    [Fact]
    public async Task Everything_that_is_called_by_hand_calls_nothing_of_public()
    {
        await Overloads.MakeAsync(Db, await CreateRoleAsync("hostile"));
        var staging = await OpenAsync();
        await staging.ExecuteAsync("SET search_path = pg_catalog");

        foreach (var options in new[]
        {
            "on_reject => 'skip', partition_threshold => 0, complete => '{comments,definitions}'",
            "on_reject => 'skip', keep_maps => true, defer_indexes => true", "partition_threshold => 0",
        })
        {
            var load = await Load.BeginAsync(Db, options);
            await Sample.StageAsync(load.Through(staging));
            if (options.Contains("skip", StringComparison.Ordinal))
                await load.Through(staging).StageAsync("terms", "id, term", "(9, NULL), (10, 'call')");
            await Db.ExecuteAsync($"SELECT * FROM exograph.check_load({load.Id})");
            await Db.ExecuteAsync($"SELECT * FROM exograph.files_lacking({load.Id})");
            await load.FinalizeAsync();
            await Db.ExecuteAsync("TABLE exograph.load_report");
            if (options.Contains("maps", StringComparison.Ordinal))
                await Db.ExecuteAsync($"CALL exograph.drop_maps({load.Id}); CALL exograph.rebuild_indexes()");
        }
        foreach (var sql in new[]
        {
            "SELECT exograph.begin_load('reserved', ids => 'reserved')", "SELECT exograph.reserve_ids(4, 'fragments', 10)",
            "SELECT exograph.resolve_terms(ARRAY['a', 'b']::text[], 4)", "TABLE exograph.open_loads", "CALL exograph.abandon_load(4)",
            "SELECT exograph.merge_partitions(keep => 0)",
        })
        {
            await Db.ExecuteAsync(sql);
        }
        foreach (var insert in new[]
        {
            "packages (ecosystem, name) VALUES ('hex', 'alpha'), ('hex', 'gamma')",
            "package_versions (ecosystem, package, version) VALUES ('hex', 'alpha', '1.0'), ('hex', 'delta', '2.0')",
            "terms (term) VALUES ('call'), ('new')",
            $"files (ecosystem, package, version, path, source, sha256) VALUES ('hex', 'alpha', '1.0', 'c.ex', 'c', '\\x{new string('a', 64)}')",
        })
        {
            await Db.ExecuteAsync($"INSERT INTO exograph_in.{insert} RETURNING *");
            await Db.ExecuteAsync($"INSERT INTO exograph_in.{insert} RETURNING *");
        }
        foreach (var view in await Db.RowsAsync(
            """
            SELECT pg_catalog.format('%I.%I'::pg_catalog.text, VARIADIC ARRAY[schemaname, viewname]::pg_catalog.text[])
            FROM pg_catalog.pg_views WHERE schemaname IN ('exograph', 'exograph_in')
            """))
        {
            await Db.ExecuteAsync($"TABLE {view}");
        }

        await Overloads.AssertUnusedAsync(Db);
    }

    [Theory]
    [InlineData(Behind)]
    [InlineData(InFront)]
    public async Task Operations_call_nothing_of_public(string path)
    {
        await LoadAsync(path);

        foreach (var sql in new[]
        {
            "CALL exograph.add_text_indexes()", "CALL exograph.add_similarity_index()", "CALL exograph.index_staged_sets(4)",
            "SELECT * FROM exograph.check_load(4)", "SELECT * FROM exograph.files_lacking(4)", "SELECT * FROM exograph.help()",
            "SELECT * FROM exograph.doctor()", "SELECT * FROM exograph.check_index()", "SELECT * FROM exograph.index_sizes()",
            "SELECT * FROM exograph.merge_partitions(keep => 0)", "CALL exograph.rebuild_indexes()",
            "SELECT * FROM exograph.delete_package_version('hex', 'beta', '1.0')",
            "SELECT * FROM exograph.delete_package('hex', 'alpha')", "SELECT * FROM exograph.sweep_terms()",
            "CALL exograph.finalize_load(4, most_partitions => 2)", "CALL exograph.undo_load(4, dependents => true)",
            "CALL exograph.drop_text_indexes()", "CALL exograph.drop_similarity_index()",
            "SELECT exograph.begin_load('left')", "SELECT * FROM exograph.abandon_loads('0')",
        })
        {
            await CallAsync(sql);
        }

        await Overloads.AssertUnusedAsync(Db);
    }

    /// <summary>Questions are folded into the caller's statement, so that they are read under the caller's path.</summary>
    [Fact]
    public async Task Questions_call_nothing_of_public()
    {
        await LoadAsync(Behind);

        foreach (var question in new[]
        {
            "definitions('A.%', page => 2)", "references_to('b')", "callers('B.b', depth => 3, version => '1.0')",
            "callees('a', depth => NULL, package => 'alpha')", "call_path('A.a', 'B.b')", "fragments_with('{call,def}')",
            "copies_of(1)", "copies_of_file(1, package => 'beta')", "similar(1, minimum => 0.1)", "shared_code('alpha', 'beta')",
            "changes('alpha', '1.0', '1.0')", "outline(1)", "text('so.rce', comments => true, ignore_case => true)",
            "file('lib/a.ex', version => '1.0')", "file(1)",
        })
        {
            await CallAsync($"SELECT * FROM exograph_find.{question}");
        }

        await Overloads.AssertUnusedAsync(Db);
    }

    [Theory]
    [InlineData(Behind)]
    [InlineData(InFront)]
    public async Task An_inserter_view_calls_nothing_of_public(string path)
    {
        await MakeTablesAsync(path);

        foreach (var (source, target, mapping) in Flat)
        {
            foreach (var more in new[] { "", ", select_first => false", ", security_definer => true" })
            {
                var view = $"'s.view', {mapping}, '{source}'{more}";
                await CallAsync($"CALL dup_select.create_inserter_view('{target}', {view})");
                var columns = string.Join(", ", await Db.RowsAsync(
                    $"""
                    SELECT attname FROM pg_catalog.pg_attribute
                    WHERE attrelid OPERATOR(pg_catalog.=) '{source}'::pg_catalog.regclass AND attnum OPERATOR(pg_catalog.>) 0
                    """));
                foreach (var _ in new[] { 1, 2 })
                    await CallAsync($"INSERT INTO s.view ({columns}) SELECT {columns} FROM {source} RETURNING *");
                await CallAsync("TABLE s.view");
                await CallAsync("DROP VIEW s.view; DROP FUNCTION s.view_insert()");
                // By hand, too.
                await CallAsync(await Db.ScalarAsync<string>($"SELECT dup_select.inserter_view_sql('{target}', {view})"));
                await CallAsync($"INSERT INTO s.view ({columns}) SELECT {columns} FROM {source} RETURNING *");
                await CallAsync("DROP VIEW s.view; DROP FUNCTION s.view_insert()");
            }
        }

        await Overloads.AssertUnusedAsync(Db);
    }

    [Theory]
    [InlineData(Behind)]
    [InlineData(InFront)]
    public async Task A_row_that_is_inserted_or_found_calls_nothing_of_public(string path)
    {
        await MakeTablesAsync(path);

        foreach (var row in new[]
        {
            "NULL, 'DE', NULL)::s.country", "NULL, NULL, '{z}', 'p', NULL, NULL, NULL, NULL)::s.place",
            "'c', 'k', NULL, NULL, NULL)::s.item", "NULL, 'c', 'k', 1)::s.part", "NULL, 'WORD', NULL)::s.word",
            "NULL, NULL, '{a}', NULL)::s.phrase", "NULL, 'x', 'ok', NULL)::s.bare",
        })
        {
            var call = $"dup_select.insert_on_duplicate_key_select(ROW({row})";
            foreach (var _ in new[] { 1, 2 })
                await CallAsync($"SELECT r.* FROM (SELECT) one CROSS JOIN LATERAL {call} AS r");
        }
        await CallAsync("SELECT (dup_select.insert_on_duplicate_key_return(ROW('r', 'k', NULL, NULL, NULL)::s.item)).code");

        await Overloads.AssertUnusedAsync(Db);
    }

    /// <summary>Rows that are put in one by one, behind a trigger, level by level, and levels together; new ones, and those that are
    /// there.</summary>
    [Theory]
    [InlineData(Behind)]
    [InlineData(InFront)]
    public async Task Put_table_calls_nothing_of_public(string path)
    {
        await MakeTablesAsync(path);

        foreach (var (source, target, mapping) in Flat)
        {
            foreach (var how in new[] { "keep", "keep", "update" })
            {
                await CallAsync($"SELECT * FROM dup_select.put_table('{source}', '{target}', {mapping}, on_existing => '{how}')");
                await CallAsync("TABLE pg_temp.put_report");
                await CallAsync($"SELECT dup_select.default_mapping('{target}')");
                var script = await Db.ScalarAsync<string>(
                    $"SELECT dup_select.put_table_sql('{source}', '{target}', {mapping}, on_existing => '{how}')");
                await CallAsync($"BEGIN; {script} COMMIT");
            }
            await CallAsync(
                $"SELECT * FROM dup_select.put_table('{source}', '{target}', {mapping}, on_existing => 'fail', on_reject => 'skip')");
            await CallAsync("TABLE pg_temp.put_rejects");
        }

        await Overloads.AssertUnusedAsync(Db);
    }

    [Theory]
    [InlineData(Behind)]
    [InlineData(InFront)]
    public async Task Put_schema_calls_nothing_of_public(string path)
    {
        await MakeTablesAsync(path);

        foreach (var how in new[]
        {
            "on_existing => 'keep', on_reject => 'skip'", "on_existing => 'update', on_reject => 'skip', keep_maps => true",
            "on_existing => 'fail', on_reject => 'skip', reject_limit => 1000",
        })
        {
            var arguments = $"'shop', 's', without_key => 'match', {how}";
            await CallAsync($"SELECT * FROM dup_select.put_schema({arguments})");
            await CallAsync("TABLE pg_temp.put_rejects");
            var script = await Db.ScalarAsync<string>($"SELECT dup_select.put_schema_sql({arguments})");
            await CallAsync($"BEGIN; {script} COMMIT");
        }

        // The last call has put aside all 25 rows of the source: they are there, or bad.
        await Db.ExecuteAsync("SET search_path = pg_catalog");
        Assert.Equal(["4|2|2|25"], await Db.RowsAsync(
            """
            SELECT (SELECT count(*) FROM s.node), (SELECT count(*) FROM s.country), (SELECT count(*) FROM s.loose),
                   (SELECT count(*) FROM pg_temp.put_rejects)
            """));
        await Overloads.AssertUnusedAsync(Db);
    }

    /// <summary>Three loads that are finalized, and one that is staged.</summary>
    private async Task LoadAsync(string path)
    {
        await Overloads.MakeAsync(Db, await CreateRoleAsync("hostile"));
        await Db.ExecuteAsync($"SET search_path = {path}");
        var staging = await OpenAsync();
        await staging.ExecuteAsync("SET search_path = pg_catalog");
        foreach (var finalize in new[] { "", "mode => 'replace', partition_threshold => 0", "partition_threshold => 0", null })
        {
            var load = await Load.BeginAsync(Db);
            await Sample.StageAsync(load.Through(staging));
            if (finalize is not null)
                await CallAsync(load.FinalizeSql(finalize));
        }
    }

    private async Task MakeTablesAsync(string path)
    {
        await Overloads.MakeAsync(Db, await CreateRoleAsync("hostile"));
        await Db.ExecuteAsync(Tables);
        await Db.ExecuteAsync($"SET search_path = {path}");
    }

    /// <summary>Runs SQL. Where it is trapped, tells in which function.</summary>
    private async Task CallAsync(string sql)
    {
        try
        {
            await Db.ExecuteAsync(sql);
        }
        catch (PostgresException error)
        {
            Assert.Fail($"{error.MessageText}\n{error.Where}\n{sql[..Math.Min(sql.Length, 200)]}");
        }
    }
}

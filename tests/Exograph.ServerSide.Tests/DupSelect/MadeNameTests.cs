using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>Whatever generated statements make up, tables and columns may be called the same.</summary>
public sealed partial class MadeNameTests : GeneratorTest
{
    /// <summary>No column can be named so.</summary>
    private static readonly string[] s_system = ["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"];

    private const string Tables =
        """
        CREATE TABLE s.country (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE s.place (id serial PRIMARY KEY, country_id int REFERENCES s.country, name text, live boolean DEFAULT true);
        CREATE UNIQUE INDEX ON s.place (country_id, lower(name || '''')) NULLS NOT DISTINCT WHERE live;
        CREATE TABLE s.item (id int DEFAULT 1, code text, place_id int REFERENCES s.place, PRIMARY KEY (id, code));
        CREATE TABLE s.made (id serial PRIMARY KEY, item_id int, item_code text, n int, word text UNIQUE,
            CONSTRAINT item FOREIGN KEY (item_id, item_code) REFERENCES s.item);
        CREATE FUNCTION s.same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER same BEFORE INSERT ON s.made FOR EACH ROW EXECUTE FUNCTION s.same();
        CREATE TABLE s.loose (a text);
        CREATE TABLE s.flat (no int, code text, place text, country text, word text, n int);
        """;

    private const string Made =
        """
        {"id": "no * 1", "word": "upper(word)", "item.id": "no", "item.code": "code", "item.place_id.name": "place",
         "item.place_id.country_id.name": "country"}
        """;

    private const string Keyless = "\"none of these\" int)";

    /// <summary>Of SQL and PL/pgSQL, beside those that are printed in lower case.</summary>
    private const string Words =
        """
        new old found tg_op tg_name excluded existing input given stored key begin by declare execute foreach if loop strict while
        into using then when case end from for select exit return perform raise
        """;

    [Fact]
    public async Task Columns_may_be_named_as_anything_that_the_statements_say()
    {
        await TablesAsync(Tables);
        var tried = new HashSet<string>([.. s_system, "id"]);
        var names = Identifiers(Words + await TextsAsync("s.made", Made, "s.flat") + await TextsAsync("s.loose", null, null));
        for (var round = 1; round <= 2 && names.Length > 0; round++)
        {
            var said = "";
            foreach (var some in names.Where(tried.Add).Chunk(30))
            {
                var key = string.Join(", ", some.Select(Sql.Name));
                foreach (var index in new[]
                {
                    $"UNIQUE NULLS NOT DISTINCT ({key}))",
                    $"UNIQUE ({key})); CREATE TRIGGER same BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.same()",
                    $"\"none of these\" int); CREATE UNIQUE INDEX ON s.t ({string.Join(", ", some.Select(n => $"lower({Sql.Name(n)} || '''')"))})",
                    Keyless,
                })
                {
                    await Db.ExecuteAsync(
                        $"""
                        CREATE TABLE s.t (id serial PRIMARY KEY, {string.Join(" text, ", some.Select(Sql.Name))} text, {index};
                        CREATE TABLE s.i AS SELECT {string.Join(", ", some.Select(n => $"v AS {Sql.Name(n)}"))}
                        FROM unnest(ARRAY['a', 'b', 'a']) AS given (v);
                        """);
                    said += await TextsAsync("s.t", null, null) + await TextsAsync("s.t", null, "s.i");
                    await ViewAsync("s.t", null);
                    await Db.ExecuteAsync($"INSERT INTO s.t_in ({key}) SELECT {key} FROM s.i");
                    Assert.Equal(3, (await Db.RowsAsync("SELECT output_key FROM dup_select.put_table('s.i', 's.t')")).Length);

                    var rows = index == Keyless ? 6 : 2;
                    Assert.Equal(rows, await Db.CountAsync("s.t"));
                    Assert.Equal(["a", "b"], await Db.RowsAsync($"SELECT DISTINCT {Sql.Name(some[^1])} FROM s.t_in ORDER BY 1"));
                    await Db.ExecuteAsync("DROP TABLE s.t CASCADE; DROP TABLE s.i; DROP FUNCTION s.t_in_insert()");
                }
            }
            names = Some(Identifiers(said));
        }
    }

    [Fact]
    public async Task Tables_and_their_references_may_be_named_as_anything_that_the_statements_say()
    {
        await TablesAsync(Tables);
        var tried = new HashSet<string>(s_system);
        var names = Identifiers(Words + await TextsAsync("s.made", Made, "s.flat") + await TextsAsync("s.loose", null, null));
        for (var round = 1; round <= 2; round++)
        {
            var said = "";
            foreach (var some in names.Where(tried.Add).Chunk(6))
            {
                await Db.ExecuteAsync("CREATE SCHEMA other");
                foreach (var name in some)
                {
                    await Db.ExecuteAsync(
                        $"CREATE TABLE other.{Sql.Name(name)} (id serial PRIMARY KEY, {Sql.Name(name == "id" ? "key" : name)} text UNIQUE)");
                }
                var columns = some.Select(n => Sql.Name($"{n}_{(n == "id" ? "key" : n)}")).ToArray();
                await Db.ExecuteAsync(
                    $"""
                    CREATE TABLE other.{Sql.Name("the " + some[0])} (id serial PRIMARY KEY, {string.Join(", ", some.Select(
                        n => $"{Sql.Name(n + "_id")} int REFERENCES other.{Sql.Name(n)}"))}, code text UNIQUE);
                    CREATE TABLE other.{Sql.Name("i " + some[0])} AS
                    SELECT code, {string.Join(", ", columns.Select((c, n) => $"v || {n} AS {c}"))}
                    FROM (VALUES ('x', 'a'), ('y', 'b'), ('z', 'a')) AS given (code, v);
                    """);
                var target = $"other.{Sql.Name("the " + some[0])}";
                var source = $"other.{Sql.Name("i " + some[0])}";
                said += await TextsAsync(target, null, source);
                await Db.ExecuteAsync($"CALL dup_select.create_inserter_view({Sql.Literal(target)}, 'other.\"a view\"')");
                var all = string.Join(", ", columns.Append("code"));
                await Db.ExecuteAsync($"INSERT INTO other.\"a view\" ({all}) SELECT {all} FROM {source}");
                await Db.ExecuteAsync($"DELETE FROM {target} WHERE code = 'z'");

                await Db.RowsAsync($"SELECT output_key FROM dup_select.put_table({Sql.Literal(source)}, {Sql.Literal(target)})");

                Assert.Equal(await Db.RowsAsync($"SELECT {all} FROM {source} ORDER BY code"),
                    await Db.RowsAsync($"SELECT {all} FROM other.\"a view\" ORDER BY code"));
                foreach (var name in some)
                    Assert.Equal(2, await Db.CountAsync($"other.{Sql.Name(name)}"));
                await Db.ExecuteAsync("SET client_min_messages = error; DROP SCHEMA other CASCADE; RESET client_min_messages");
            }
            names = Some(Identifiers(said));
        }
    }

    [Fact]
    public async Task Levels_and_columns_whose_joined_names_are_alike_are_told_apart()
    {
        await TablesAsync(
            """
            CREATE TABLE s.a (id serial PRIMARY KEY, b__c text UNIQUE);
            CREATE TABLE s.b (id serial PRIMARY KEY, c text UNIQUE);
            CREATE TABLE s.put (id serial PRIMARY KEY, "row" text, done text, n text, a_id int REFERENCES s.a, a__b_id int REFERENCES s.b,
                UNIQUE ("row", done, n));
            CREATE TABLE s.flat AS SELECT 'r'::text AS "row", 'd'::text AS done, 'n'::text AS n, 'one'::text AS one, 'two'::text AS two;
            """);
        const string mapping = """{"row": "row", "done": "done", "n": "n", "a_id.b__c": "one", "a__b_id.c": "two"}""";

        await Db.RowsAsync($"SELECT * FROM dup_select.put_table('s.flat', 's.put', '{mapping}')");
        await ViewAsync("s.put", mapping, ", input => 's.flat'");
        await Db.ExecuteAsync("INSERT INTO s.put_in (row, done, n, one, two) TABLE s.flat");

        Assert.Equal(["one|two"], await Db.RowsAsync("SELECT b__c, c FROM s.put JOIN s.a ON a.id = a_id JOIN s.b ON b.id = a__b_id"));
    }

    [Fact]
    public async Task Put_table_may_be_called_by_a_trigger_of_a_table_that_it_fills()
    {
        await TablesAsync(
            """
            CREATE TABLE s.t (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.log (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.logged AS SELECT 'x'::text AS name;
            CREATE TABLE s.i AS SELECT unnest(ARRAY['a', 'b', 'a']) AS name;
            CREATE FUNCTION s.log() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM FROM dup_select.put_table(''s.logged'', ''s.log''); RETURN NULL; END';
            CREATE TRIGGER log AFTER INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.log();
            """);

        Assert.Equal(["1", "2", "1"], await Db.RowsAsync("SELECT output_key ->> 'id' FROM dup_select.put_table('s.i', 's.t')"));
        Assert.Equal(1, await Db.CountAsync("s.log"));
    }

    /// <summary>Everything that the two generators print about a table.</summary>
    private async Task<string> TextsAsync(string target, string? mapping, string? source)
    {
        var view = await PrintedAsync(target, mapping, source is null ? "" : $", input => {Sql.Literal(source)}");
        return source is null ? view : view + await Db.ScalarAsync<string>(
            $"SELECT dup_select.put_table_sql({Sql.Literal(source)}, {Sql.Literal(target)}, {MappingText(mapping)})");
    }

    /// <summary>Names made of names multiply: of several hundred, which take minutes, some sixty from first to last.</summary>
    private static string[] Some(string[] names) => [.. names.Where((_, n) => n % ((names.Length / 60) + 1) == 0)];

    private static string[] Identifiers(string text) =>
        [.. Identifier().Matches(text).Select(m => m.Value).Where(n => n.Length < 25).Distinct().Order(StringComparer.Ordinal)];

    [GeneratedRegex("[a-z_][a-z_0-9]*")]
    private static partial Regex Identifier();
}

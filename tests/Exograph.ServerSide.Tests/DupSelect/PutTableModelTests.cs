using System.Globalization;
using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>On random rows, the view, put_table and a model of a few lines make the same tables.</summary>
public sealed class PutTableModelTests : GeneratorTest
{
    /// <summary>The keys of b and c, which tell no case apart: by the mapping and an index, or by triggers.</summary>
    private static readonly Dictionary<string, (string B, string Keys)> s_caseless = new()
    {
        ["expressions"] = ("upper(b)", "CREATE UNIQUE INDEX c_key ON {0}.c (lower(name));"),
        ["triggers"] = ("b",
            """
            ALTER TABLE {0}.c ADD slug text UNIQUE;
            CREATE FUNCTION {0}.fill_slug() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN NEW.slug := lower(NEW.name); RETURN NEW; END';
            CREATE TRIGGER fill_slug BEFORE INSERT ON {0}.c FOR EACH ROW EXECUTE FUNCTION {0}.fill_slug();
            CREATE FUNCTION {0}.change_name() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN NEW.name := upper(NEW.name); RETURN NEW; END';
            CREATE TRIGGER change_name BEFORE INSERT ON {0}.b FOR EACH ROW EXECUTE FUNCTION {0}.change_name();
            """),
    };

    private static readonly string?[] s_words = [null, "x", "y", "Y", "z, \"w\"", ""];

    public static IEnumerable<object[]> Cases =>
        s_caseless.Keys.SelectMany(_ => Enumerable.Range(1, 12), (keys, seed) => new object[] { keys, seed });

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_view_and_put_table_do_what_the_model_says(string keys, int seed)
    {
        var random = new Random(seed);
        var mapping =
            $$"""
            {"code": "code", "n": "n", "a_id.name": "a", "a_id.b_id.name": "{{s_caseless[keys].B}}", "a_id.b_id.size": "size",
             "c_id.name": "c"}
            """;
        foreach (var schema in new[] { "s", "by_set" })
        {
            // Nulls are distinct in b's key, equal in a's.
            await Db.ExecuteAsync(
                $"""
                CREATE SCHEMA {schema};
                CREATE TABLE {schema}.b (id serial PRIMARY KEY, name text UNIQUE, size int);
                CREATE TABLE {schema}.a (id serial PRIMARY KEY, b_id int REFERENCES {schema}.b, name text,
                    UNIQUE NULLS NOT DISTINCT (b_id, name));
                CREATE TABLE {schema}.c (id serial PRIMARY KEY, name text NOT NULL);
                {string.Format(CultureInfo.InvariantCulture, s_caseless[keys].Keys, schema)}
                CREATE TABLE {schema}.t (id serial PRIMARY KEY, code text UNIQUE, n int DEFAULT 5,
                    a_id int REFERENCES {schema}.a, c_id int REFERENCES {schema}.c);
                CREATE TABLE {schema}.i (code text, n int, a text, b text, size int, c text);
                """);
        }
        await ViewAsync("s.t", mapping, ", input => 's.i'");
        var model = new Model();

        for (var batch = 0; batch < 3; batch++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 25)).Select(_ => Row.Next(random)).ToList();
            await Db.ExecuteAsync("TRUNCATE s.i, by_set.i");
            foreach (var row in rows)
                await Db.ExecuteAsync($"INSERT INTO s.i VALUES ({row.Values}); INSERT INTO by_set.i VALUES ({row.Values})");
            await Db.ExecuteAsync("INSERT INTO s.t_in (code, n, a, b, size, c) SELECT * FROM s.i");
            // In a statement of its own: the one that calls does not see the new rows.
            await Db.ExecuteAsync(
                $"""
                DROP TABLE IF EXISTS by_set.k;
                CREATE TABLE by_set.k AS SELECT * FROM dup_select.put_table('by_set.i', 'by_set.t', {Sql.Literal(mapping)})
                """);
            var answers = await Db.RowsAsync(
                """
                SELECT concat_ws('|', coalesce(i.code, '-'), coalesce(t.code, '-'))
                FROM by_set.k
                JOIN by_set.i ON i.ctid = k.input_row
                JOIN by_set.t ON t.id = (k.output_key ->> 'id')::int
                """);
            Assert.Equal(rows.Count, answers.Length);
            Assert.All(answers, key => Assert.Equal(key.Split('|')[0], key.Split('|')[1]));
            rows.ForEach(model.Insert);

            Assert.Equal(model.Rows, await ResultAsync("s"));
            Assert.Equal(model.Rows, await ResultAsync("by_set"));
            Assert.Equal(model.Counts, await CountsAsync("s"));
            Assert.Equal(model.Counts, await CountsAsync("by_set"));
        }
    }

    private async Task<List<string>> ResultAsync(string schema) => [.. (await Db.RowsAsync(
        $"""
        SELECT t.code, t.n, t.a_id IS NOT NULL, a.name, a.b_id IS NOT NULL, b.name, b.size, lower(c.name)
        FROM {schema}.t LEFT JOIN {schema}.a ON a.id = t.a_id LEFT JOIN {schema}.b ON b.id = a.b_id
        LEFT JOIN {schema}.c ON c.id = t.c_id
        """)).Order(StringComparer.Ordinal)];

    private Task<string[]> CountsAsync(string schema) => Db.RowsAsync(
        $"SELECT (SELECT count(*) FROM {schema}.a), (SELECT count(*) FROM {schema}.b), (SELECT count(*) FROM {schema}.c)");

    private sealed record Row(string? Code, int? N, string? A, string? B, int? Size, string? C)
    {
        public string Values => string.Join(", ", Literal(Code), Number(N), Literal(A), Literal(B), Number(Size), Literal(C));

        public static Row Next(Random random) => new(
            random.Next(4) == 0 ? null : $"k{random.Next(12)}", Digit(random), Word(random), Word(random), Digit(random), Word(random));

        private static string? Word(Random random) => s_words[random.Next(s_words.Length)];

        private static int? Digit(Random random) => random.Next(3) == 0 ? null : random.Next(3);

        private static string Literal(string? text) => text is null ? "NULL" : Sql.Literal(text);

        private static string Number(int? number) => number is { } n ? $"{n}" : "NULL";
    }

    /// <summary>The first row with a key makes it; a null is no key, but in the key of a it is a value.</summary>
    private sealed class Model
    {
        private readonly Dictionary<string, int?> _b = [];
        private readonly HashSet<(string? B, string? Name)> _a = [];
        private readonly HashSet<string> _c = [];
        private readonly Dictionary<string, string> _keyed = [];
        private readonly List<string> _unkeyed = [];

        public List<string> Rows => [.. _keyed.Values.Concat(_unkeyed).Order(StringComparer.Ordinal)];

        public string[] Counts => [$"{_a.Count}|{_b.Count}|{_c.Count}"];

        public void Insert(Row row)
        {
            var b = row.B?.ToUpperInvariant();
            if (b is not null)
                _b.TryAdd(b, row.Size);
            var hasA = row.A is not null || b is not null;
            if (hasA)
                _a.Add((b, row.A));
            var c = row.C?.ToLowerInvariant();
            if (c is not null)
                _c.Add(c);
            var text = string.Join('|', row.Code ?? "null", row.N ?? 5, hasA ? "true" : "false", row.A ?? "null",
                b is null ? "false" : "true", b ?? "null", b is not null && _b[b] is { } size ? $"{size}" : "null", c ?? "null");
            if (row.Code is null)
                _unkeyed.Add(text);
            else
                _keyed.TryAdd(row.Code, text);
        }
    }
}

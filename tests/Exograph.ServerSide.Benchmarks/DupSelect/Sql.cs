namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>
/// The SQL of the methods: that of the toolkit's, and what a careful hand would write. What is given back is told by a sum of
/// hashes, of each key with the number of its input row: two rows that got each other's keys change it.
/// </summary>
internal static class Sql
{
    public const string Mapping = """{"name": "name", "description": "description"}""";

    public const string MappingThree = """
        {"place_id.country_id.name": "country", "place_id.name": "place", "name": "name", "description": "description"}
        """;

    /// <summary>Column-based: distinct, insert, join back.</summary>
    public static string Sets { get; } = $"""
        INSERT INTO dup_bench.specimen (name, description)
        SELECT DISTINCT ON (i.name) i.name, i.description
        FROM dup_input.input i
        WHERE NOT EXISTS (SELECT FROM dup_bench.specimen s WHERE s.name = i.name)
        ON CONFLICT DO NOTHING;
        {Keys("dup_input.input i JOIN dup_bench.specimen s USING (name)")};
        """;

    public static string SetsThree { get; } = $"""
        {InsertSets("dup_input.input")}
        INSERT INTO dup_bench.specimen (place_id, name, description)
        SELECT DISTINCT ON (p.id, i.name) p.id, i.name, i.description
        FROM dup_input.input i
        JOIN dup_bench.country c ON c.name = i.country
        JOIN dup_bench.place p ON p.country_id = c.id AND p.name = i.place
        WHERE NOT EXISTS (SELECT FROM dup_bench.specimen s WHERE s.place_id = p.id AND s.name = i.name)
        ON CONFLICT DO NOTHING;
        {Keys($"dup_input.input i {Layout.JoinThree}")};
        """;

    /// <summary>The keys are made distinct once, n rows are joined once, and the planner knows what it joins.</summary>
    public static string SetsThreeOnce { get; } = $"""
        CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
        SELECT DISTINCT ON (country, place, name) country, place, name, description FROM dup_input.input;
        ANALYZE wanted;
        {InsertSets("wanted", "ANALYZE dup_bench.{0};")}
        INSERT INTO dup_bench.specimen (place_id, name, description)
        SELECT p.id, i.name, i.description
        FROM wanted i
        JOIN dup_bench.country c ON c.name = i.country
        JOIN dup_bench.place p ON p.country_id = c.id AND p.name = i.place
        WHERE NOT EXISTS (SELECT FROM dup_bench.specimen s WHERE s.place_id = p.id AND s.name = i.name)
        ON CONFLICT DO NOTHING;
        ANALYZE dup_bench.specimen;
        WITH found AS MATERIALIZED (
            SELECT i.country, i.place, i.name, s.id FROM wanted i {Layout.JoinThree}
        )
        {Keys("dup_input.input i JOIN found s USING (country, place, name)")};
        """;

    public static string ToolkitSelect { get; } = Keys("""
        (
            SELECT input_row,
                   dup_select.insert_on_duplicate_key_select(ROW(NULL, name, description)::dup_bench.specimen) AS stored
            FROM dup_input.input OFFSET 0
        ) i
        """, "(i.stored).id");

    public static string ToolkitReturn { get; } = PlainKeys("""
        (
            SELECT input_row,
                   dup_select.insert_on_duplicate_key_return(ROW(name, description)::dup_bench.specimen) AS stored
            FROM dup_input.input OFFSET 0
        ) i
        """, "(i.stored).name");

    /// <summary>A pass over the input for each table, which hands its ids to the next.</summary>
    public static string InsertIntoThreeViews { get; } = $"""
        WITH countries AS (
            INSERT INTO dup_bench.country_in (input_row, name) SELECT input_row, country FROM dup_input.input
            RETURNING input_row, id
        ), places AS (
            INSERT INTO dup_bench.place_in (input_row, country_id, name)
            SELECT i.input_row, c.id, i.place FROM dup_input.input i JOIN countries c USING (input_row)
            RETURNING input_row, id
        ), specimens AS (
            INSERT INTO dup_bench.specimen_in (input_row, place_id, name, description)
            SELECT i.input_row, p.id, i.name, i.description FROM dup_input.input i JOIN places p USING (input_row)
            RETURNING input_row, id
        )
        {Keys("specimens i", "i.id")}
        """;

    public static string InsertIntoPlainFlat { get; } =
        $"WITH i AS ({InsertNumbered(View.Flat)}, country, place, name) {PlainKeysThree("i", "i.country, i.place, i.name")}";

    /// <summary>A view of the whole input row: found or inserted at each of three levels.</summary>
    public static string SelectThenInsertThree { get; } = Inserter("flat", $"""
        SELECT NULL::bigint AS input_row, c.name AS country, p.name AS place, s.name, s.description, s.id
        FROM dup_bench.specimen s JOIN dup_bench.place p ON p.id = s.place_id JOIN dup_bench.country c ON c.id = p.country_id
        """, $"""
        {FindOrInsert(Level.Three[0], "v_country_id", ["NEW.country"])}
        {FindOrInsert(Level.Three[1], "v_place_id", ["v_country_id", "NEW.place"])}
        {FindOrInsert(Level.Three[2], "NEW.id", ["v_place_id", "NEW.name", "NEW.description"])}
        RETURN NEW;
        """, "DECLARE v_country_id bigint; v_place_id bigint;");

    /// <summary>Plain keys: the new row has the key already, whether it goes in or not.</summary>
    public static string DupReturn { get; } = Inserter("specimen", PlainQuery("name"), """
        INSERT INTO dup_bench.specimen (name, description) VALUES (NEW.name, NEW.description)
        ON CONFLICT ON CONSTRAINT specimen_key DO NOTHING;
        RETURN NEW;
        """);

    /// <summary>The same with an exception block: <see cref="InsertThenSelect"/> without the re-fetch.</summary>
    public static string DupReturnException { get; } = Inserter("specimen", PlainQuery("name"), """
        INSERT INTO dup_bench.specimen (name, description) VALUES (NEW.name, NEW.description);
        RETURN NEW;
        EXCEPTION WHEN unique_violation THEN
            RETURN NEW;
        """);

    public static string DupReturnThree { get; } = Inserter("flat", PlainQuery("country, place, name"), """
        INSERT INTO dup_bench.country (name) VALUES (NEW.country) ON CONFLICT ON CONSTRAINT country_key DO NOTHING;
        INSERT INTO dup_bench.place (country, name) VALUES (NEW.country, NEW.place)
        ON CONFLICT ON CONSTRAINT place_key DO NOTHING;
        INSERT INTO dup_bench.specimen (country, place, name, description)
        VALUES (NEW.country, NEW.place, NEW.name, NEW.description)
        ON CONFLICT ON CONSTRAINT specimen_key DO NOTHING;
        RETURN NEW;
        """);

    /// <summary>INSERT in an exception block, SELECT on a duplicate.</summary>
    public static string InsertThenSelect(Level level) => Trigger(level, $"""
        INSERT INTO dup_bench.{level.Table} ({string.Join(", ", level.Columns)})
        VALUES ({string.Join(", ", New(level))})
        RETURNING id INTO NEW.id;
        RETURN NEW;
        EXCEPTION WHEN unique_violation THEN
            SELECT t.id INTO STRICT NEW.id FROM dup_bench.{level.Table} t WHERE {KeyIs(level, New(level))};
            RETURN NEW;
        """);

    public static string SelectThenInsert(Level level, string? constraint = null) =>
        Trigger(level, FindOrInsert(level, "NEW.id", New(level), constraint) + "\nRETURN NEW;");

    public static string PutTable(string mapping) => Keys($"""
        dup_select.put_table('dup_input.input', 'dup_bench.specimen', '{mapping}') r
        JOIN dup_input.input i ON i.ctid = r.input_row
        """, "(r.output_key ->> 'id')::bigint");

    public static string MakeView(View view, string mapping) =>
        $"CALL dup_select.create_inserter_view('dup_bench.specimen', '{view.Name}', '{mapping}', 'dup_input.input');";

    public static string InsertInto(View view) => $"WITH i AS ({InsertNumbered(view)}, id) {Keys("i", "i.id")}";

    /// <summary>A generated view has no column for the row's number: rows come back as they went in, by number.</summary>
    public static string InsertIntoGenerated(View view) => $"""
        WITH r AS (INSERT INTO {view.Name} ({view.ColumnList}) SELECT {view.ColumnList} FROM dup_input.input RETURNING id)
        {Keys("(SELECT id, row_number() OVER () AS input_row FROM r) i", "i.id")}
        """;

    /// <summary>A row that was left out as a duplicate still wants its key: hence the join.</summary>
    public static string InsertDistinctInto(View view)
    {
        var key = string.Join(", ", view.Columns.SkipLast(1));
        return $"""
            WITH s AS (
                INSERT INTO {view.Name} ({view.ColumnList}) SELECT DISTINCT {view.ColumnList} FROM dup_input.input
                RETURNING {key}, id
            )
            {Keys($"dup_input.input i JOIN s USING ({key})")}
            """;
    }

    public static string InsertIntoPlain(View view) => $"WITH i AS ({InsertNumbered(view)}, name) {PlainKeys("i", "i.name")}";

    /// <summary>Number and hash of surrogate keys.</summary>
    public static string Keys(string from, string key = "s.id") =>
        $"SELECT count({key}), sum(hashint8extended({key}, i.input_row)) FROM {from}";

    /// <summary>The same of names.</summary>
    public static string PlainKeys(string from, string key) =>
        $"SELECT count({key}), sum(hashtextextended({key}, i.input_row)) FROM {from}";

    public static string PlainKeysThree(string from, string key) =>
        $"SELECT count(*), sum(hash_record_extended(ROW({key}), i.input_row)) FROM {from}";

    private static string PlainQuery(string key) =>
        $"SELECT NULL::bigint AS input_row, {key}, description FROM dup_bench.specimen";

    private static string InsertNumbered(View view) =>
        $"INSERT INTO {view.Name} (input_row, {view.ColumnList}) SELECT input_row, {view.ColumnList} FROM dup_input.input "
        + "RETURNING input_row";

    /// <summary>The parents of three tables, by sets; after each statement another, for the table.</summary>
    private static string InsertSets(string source, string after = "") => $"""
        INSERT INTO dup_bench.country (name)
        SELECT DISTINCT i.country
        FROM {source} i
        WHERE NOT EXISTS (SELECT FROM dup_bench.country c WHERE c.name = i.country)
        ON CONFLICT DO NOTHING;
        {after.Replace("{0}", "country", StringComparison.Ordinal)}
        INSERT INTO dup_bench.place (country_id, name)
        SELECT DISTINCT c.id, i.place
        FROM {source} i JOIN dup_bench.country c ON c.name = i.country
        WHERE NOT EXISTS (SELECT FROM dup_bench.place p WHERE p.country_id = c.id AND p.name = i.place)
        ON CONFLICT DO NOTHING;
        {after.Replace("{0}", "place", StringComparison.Ordinal)}
        """;

    /// <summary>SELECT, then INSERT .. ON CONFLICT DO NOTHING, then SELECT again: the id of a row, in a variable.</summary>
    private static string FindOrInsert(Level level, string id, IReadOnlyList<string> values, string? constraint = null) => $"""
        SELECT t.id INTO {id} FROM dup_bench.{level.Table} t WHERE {KeyIs(level, values)};
        IF {id} IS NULL THEN
            INSERT INTO dup_bench.{level.Table} ({string.Join(", ", level.Columns)}) VALUES ({string.Join(", ", values)})
            ON CONFLICT ON CONSTRAINT {constraint ?? $"{level.Table}_key"} DO NOTHING
            RETURNING id INTO {id};
            IF {id} IS NULL THEN
                SELECT t.id INTO STRICT {id} FROM dup_bench.{level.Table} t WHERE {KeyIs(level, values)};
            END IF;
        END IF;
        """;

    private static string KeyIs(Level level, IReadOnlyList<string> values) =>
        string.Join(" AND ", level.Key.Select((column, i) => $"t.{column} = {values[i]}"));

    private static string[] New(Level level) => [.. level.Columns.Select(column => $"NEW.{column}")];

    private static string Trigger(Level level, string body) => Inserter(level.Table, $"""
        SELECT NULL::bigint AS input_row, {string.Join(", ", level.Columns)}, id FROM dup_bench.{level.Table}
        """, body);

    // input_row goes through the trigger untouched, so that RETURNING tells which row a key is for.
    private static string Inserter(string name, string query, string body, string declare = "") => $"""
        CREATE VIEW dup_bench.{name}_in AS {query};
        CREATE FUNCTION dup_bench.{name}_in() RETURNS trigger LANGUAGE plpgsql AS $$
        {declare}
        BEGIN
        {body}
        END
        $$;
        CREATE TRIGGER {name}_in INSTEAD OF INSERT ON dup_bench.{name}_in FOR EACH ROW EXECUTE FUNCTION dup_bench.{name}_in();
        """;
}

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>The SQL of the methods: that of the toolkit's, and what a careful hand would write.</summary>
internal static class Sql
{
    private const string Mapping = """{"name": "name", "note": "note"}""";

    private const string MappingThree =
        """{"place_id.country_id.name": "country", "place_id.name": "place", "name": "name", "note": "note"}""";

    /// <summary>INSERT in an exception block, SELECT on a duplicate.</summary>
    public static string InsertThenSelect(string table, string? parent, string? note) => Trigger(table, parent, note, $"""
        INSERT INTO dup_bench.{table} ({Columns(parent, note)})
        VALUES ({NewColumns(parent, note)})
        RETURNING id INTO NEW.id;
        RETURN NEW;
        EXCEPTION WHEN unique_violation THEN
            SELECT t.id INTO STRICT NEW.id FROM dup_bench.{table} t WHERE {KeyIs(parent)};
            RETURN NEW;
        """);

    /// <summary>SELECT, then INSERT .. ON CONFLICT DO NOTHING, then SELECT again.</summary>
    public static string SelectThenInsert(string table, string? parent, string? note, string? constraint = null) => Trigger(table, parent, note, $"""
        SELECT t.id INTO NEW.id FROM dup_bench.{table} t WHERE {KeyIs(parent)};
        IF NEW.id IS NULL THEN
            INSERT INTO dup_bench.{table} ({Columns(parent, note)})
            VALUES ({NewColumns(parent, note)})
            ON CONFLICT ON CONSTRAINT {constraint ?? $"{table}_key"} DO NOTHING
            RETURNING id INTO NEW.id;
        END IF;
        IF NEW.id IS NULL THEN
            SELECT t.id INTO STRICT NEW.id FROM dup_bench.{table} t WHERE {KeyIs(parent)};
        END IF;
        RETURN NEW;
        """);

    /// <summary>A view of the whole input row: SELECT, then INSERT, at each of three levels.</summary>
    public const string SelectThenInsertThree = """
        CREATE VIEW dup_bench.flat_in AS
            SELECT c.name AS country, p.name AS place, s.name, s.note, s.id
            FROM dup_bench.specimen s JOIN dup_bench.place p ON p.id = s.place_id JOIN dup_bench.country c ON c.id = p.country_id;
        CREATE FUNCTION dup_bench.flat_in() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            v_country_id bigint;
            v_place_id   bigint;
        BEGIN
            SELECT t.id INTO v_country_id FROM dup_bench.country t WHERE t.name = NEW.country;
            IF NOT FOUND THEN
                INSERT INTO dup_bench.country (name) VALUES (NEW.country)
                ON CONFLICT ON CONSTRAINT country_key DO NOTHING RETURNING id INTO v_country_id;
            END IF;
            IF v_country_id IS NULL THEN
                SELECT t.id INTO STRICT v_country_id FROM dup_bench.country t WHERE t.name = NEW.country;
            END IF;

            SELECT t.id INTO v_place_id FROM dup_bench.place t WHERE t.country_id = v_country_id AND t.name = NEW.place;
            IF NOT FOUND THEN
                INSERT INTO dup_bench.place (country_id, name) VALUES (v_country_id, NEW.place)
                ON CONFLICT ON CONSTRAINT place_key DO NOTHING RETURNING id INTO v_place_id;
            END IF;
            IF v_place_id IS NULL THEN
                SELECT t.id INTO STRICT v_place_id FROM dup_bench.place t WHERE t.country_id = v_country_id AND t.name = NEW.place;
            END IF;

            SELECT t.id INTO NEW.id FROM dup_bench.specimen t WHERE t.place_id = v_place_id AND t.name = NEW.name;
            IF NOT FOUND THEN
                INSERT INTO dup_bench.specimen (place_id, name, note) VALUES (v_place_id, NEW.name, NEW.note)
                ON CONFLICT ON CONSTRAINT specimen_key DO NOTHING RETURNING id INTO NEW.id;
            END IF;
            IF NEW.id IS NULL THEN
                SELECT t.id INTO STRICT NEW.id FROM dup_bench.specimen t WHERE t.place_id = v_place_id AND t.name = NEW.name;
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER flat_in INSTEAD OF INSERT ON dup_bench.flat_in FOR EACH ROW EXECUTE FUNCTION dup_bench.flat_in();
        """;

    /// <summary>Plain keys: the new row has the key already, whether it goes in or not.</summary>
    public const string DupReturn = """
        CREATE VIEW dup_bench.specimen_in AS SELECT name, note FROM dup_bench.specimen;
        CREATE FUNCTION dup_bench.specimen_in() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO dup_bench.specimen (name, note) VALUES (NEW.name, NEW.note) ON CONFLICT ON CONSTRAINT specimen_key DO NOTHING;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER specimen_in INSTEAD OF INSERT ON dup_bench.specimen_in FOR EACH ROW EXECUTE FUNCTION dup_bench.specimen_in();
        """;

    /// <summary>The same with an exception block: <see cref="InsertThenSelect"/> without the re-fetch.</summary>
    public const string DupReturnException = """
        CREATE VIEW dup_bench.specimen_in AS SELECT name, note FROM dup_bench.specimen;
        CREATE FUNCTION dup_bench.specimen_in() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO dup_bench.specimen (name, note) VALUES (NEW.name, NEW.note);
            RETURN NEW;
        EXCEPTION WHEN unique_violation THEN
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER specimen_in INSTEAD OF INSERT ON dup_bench.specimen_in FOR EACH ROW EXECUTE FUNCTION dup_bench.specimen_in();
        """;

    public const string DupReturnThree = """
        CREATE VIEW dup_bench.flat_in AS SELECT country, place, name, note FROM dup_bench.specimen;
        CREATE FUNCTION dup_bench.flat_in() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO dup_bench.country (name) VALUES (NEW.country) ON CONFLICT ON CONSTRAINT country_key DO NOTHING;
            INSERT INTO dup_bench.place (country, name) VALUES (NEW.country, NEW.place) ON CONFLICT ON CONSTRAINT place_key DO NOTHING;
            INSERT INTO dup_bench.specimen (country, place, name, note) VALUES (NEW.country, NEW.place, NEW.name, NEW.note)
            ON CONFLICT ON CONSTRAINT specimen_key DO NOTHING;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER flat_in INSTEAD OF INSERT ON dup_bench.flat_in FOR EACH ROW EXECUTE FUNCTION dup_bench.flat_in();
        """;

    /// <summary>Column-based by hand: distinct, insert, join back.</summary>
    public const string Sets = """
        INSERT INTO dup_bench.specimen (name, note)
        SELECT DISTINCT ON (i.name) i.name, i.note
        FROM dup_input.input i
        WHERE NOT EXISTS (SELECT FROM dup_bench.specimen s WHERE s.name = i.name)
        ON CONFLICT DO NOTHING;
        SELECT count(*), sum(s.id) FROM dup_input.input i JOIN dup_bench.specimen s USING (name);
        """;

    public const string SetsThree = """
        INSERT INTO dup_bench.country (name)
        SELECT DISTINCT i.country
        FROM dup_input.input i
        WHERE NOT EXISTS (SELECT FROM dup_bench.country c WHERE c.name = i.country)
        ON CONFLICT DO NOTHING;
        INSERT INTO dup_bench.place (country_id, name)
        SELECT DISTINCT c.id, i.place
        FROM dup_input.input i JOIN dup_bench.country c ON c.name = i.country
        WHERE NOT EXISTS (SELECT FROM dup_bench.place p WHERE p.country_id = c.id AND p.name = i.place)
        ON CONFLICT DO NOTHING;
        INSERT INTO dup_bench.specimen (place_id, name, note)
        SELECT DISTINCT ON (p.id, i.name) p.id, i.name, i.note
        FROM dup_input.input i
        JOIN dup_bench.country c ON c.name = i.country
        JOIN dup_bench.place p ON p.country_id = c.id AND p.name = i.place
        WHERE NOT EXISTS (SELECT FROM dup_bench.specimen s WHERE s.place_id = p.id AND s.name = i.name)
        ON CONFLICT DO NOTHING;
        SELECT count(*), sum(s.id)
        FROM dup_input.input i
        JOIN dup_bench.country c ON c.name = i.country
        JOIN dup_bench.place p ON p.country_id = c.id AND p.name = i.place
        JOIN dup_bench.specimen s ON s.place_id = p.id AND s.name = i.name;
        """;

    public const string PutTable = $"""
        SELECT count(*), sum((output_key ->> 'id')::bigint)
        FROM dup_select.put_table('dup_input.input', 'dup_bench.specimen', '{Mapping}')
        """;

    public const string PutTableThree = $"""
        SELECT count(*), sum((output_key ->> 'id')::bigint)
        FROM dup_select.put_table('dup_input.input', 'dup_bench.specimen', '{MappingThree}')
        """;

    public const string MakeView =
        $"CALL dup_select.create_inserter_view('dup_bench.specimen', 'dup_bench.specimen_in', '{Mapping}', 'dup_input.input');";

    public const string MakeViewThree =
        $"CALL dup_select.create_inserter_view('dup_bench.specimen', 'dup_bench.flat_in', '{MappingThree}', 'dup_input.input');";

    public const string ToolkitSelect = """
        SELECT count((r.stored).id), sum((r.stored).id)
        FROM (
            SELECT dup_select.insert_on_duplicate_key_select(ROW(NULL, name, note)::dup_bench.specimen) AS stored
            FROM dup_input.input OFFSET 0
        ) r
        """;

    public const string ToolkitReturn = """
        SELECT count((r.stored).name), sum(length((r.stored).name)::bigint)
        FROM (
            SELECT dup_select.insert_on_duplicate_key_return(ROW(name, note)::dup_bench.specimen) AS stored
            FROM dup_input.input OFFSET 0
        ) r
        """;

    public const string InsertIntoView = """
        WITH r AS (INSERT INTO dup_bench.specimen_in (name, note) SELECT name, note FROM dup_input.input RETURNING id)
        SELECT count(id), sum(id) FROM r
        """;

    /// <summary>A row that was left out as a duplicate still wants its key: hence the join.</summary>
    public const string InsertDistinctIntoView = """
        WITH r AS (
            INSERT INTO dup_bench.specimen_in (name, note) SELECT DISTINCT name, note FROM dup_input.input RETURNING name, id
        )
        SELECT count(r.id), sum(r.id) FROM dup_input.input i JOIN r USING (name)
        """;

    public const string InsertIntoPlainView = """
        WITH r AS (INSERT INTO dup_bench.specimen_in (name, note) SELECT name, note FROM dup_input.input RETURNING name)
        SELECT count(name), sum(length(name)::bigint) FROM r
        """;

    /// <summary>A pass over the input for each table, which hands its ids to the next.</summary>
    public const string InsertIntoThreeViews = """
        WITH countries AS (
            INSERT INTO dup_bench.country_in (input_row, name) SELECT input_row, country FROM dup_input.input RETURNING input_row, id
        ), places AS (
            INSERT INTO dup_bench.place_in (input_row, country_id, name)
            SELECT i.input_row, c.id, i.place FROM dup_input.input i JOIN countries c USING (input_row) RETURNING input_row, id
        ), specimens AS (
            INSERT INTO dup_bench.specimen_in (input_row, place_id, name, note)
            SELECT i.input_row, p.id, i.name, i.note FROM dup_input.input i JOIN places p USING (input_row) RETURNING id
        )
        SELECT count(id), sum(id) FROM specimens
        """;

    public const string InsertIntoFlatView = """
        WITH r AS (
            INSERT INTO dup_bench.flat_in (country, place, name, note) SELECT country, place, name, note FROM dup_input.input RETURNING id
        )
        SELECT count(id), sum(id) FROM r
        """;

    public const string InsertDistinctIntoFlatView = """
        WITH r AS (
            INSERT INTO dup_bench.flat_in (country, place, name, note)
            SELECT DISTINCT country, place, name, note FROM dup_input.input RETURNING country, place, name, id
        )
        SELECT count(r.id), sum(r.id) FROM dup_input.input i JOIN r USING (country, place, name)
        """;

    public const string InsertIntoPlainFlatView = """
        WITH r AS (
            INSERT INTO dup_bench.flat_in (country, place, name, note) SELECT country, place, name, note FROM dup_input.input RETURNING name
        )
        SELECT count(name), sum(length(name)::bigint) FROM r
        """;

    // input_row goes through the trigger untouched, so that RETURNING tells which row a key is for.
    private static string Trigger(string table, string? parent, string? note, string body) => $"""
        CREATE VIEW dup_bench.{table}_in AS SELECT NULL::bigint AS input_row, {Columns(parent, note)}, id FROM dup_bench.{table};
        CREATE FUNCTION dup_bench.{table}_in() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
        {body}
        END
        $$;
        CREATE TRIGGER {table}_in INSTEAD OF INSERT ON dup_bench.{table}_in FOR EACH ROW EXECUTE FUNCTION dup_bench.{table}_in();
        """;

    private static string Columns(string? parent, string? note) => string.Join(", ", Given(parent, "name", note));

    private static string NewColumns(string? parent, string? note) => string.Join(", ", Given(parent, "name", note).Select(c => $"NEW.{c}"));

    private static string KeyIs(string? parent) => string.Join(" AND ", Given(parent, "name").Select(c => $"t.{c} = NEW.{c}"));

    private static IEnumerable<string> Given(params string?[] columns) => columns.OfType<string>();
}

using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>All rows of a table go in at once.</summary>
public sealed class PutTableTests : GeneratorTest
{
    private const string Tables =
        """
        CREATE TABLE s.country (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE s.place (id serial PRIMARY KEY, country_id int REFERENCES s.country, name text NOT NULL,
            UNIQUE (country_id, name));
        CREATE TABLE s.item (id serial PRIMARY KEY, code text UNIQUE, place_id int REFERENCES s.place, day date DEFAULT '2020-01-01');
        CREATE TABLE s.flat (code text, place text, country text, day text);
        """;

    private const string ItemMapping =
        """
        {"code": "code", "day": "to_date(day, 'YYYY-MM-DD')", "place_id.name": "place", "place_id.country_id.name": "upper(country)"}
        """;

    private const string Put = $"SELECT * FROM dup_select.put_table('s.flat', 's.item', $map${ItemMapping}$map$)";

    private const string PutText = $"SELECT input_row::text, output_key FROM ({Put}) AS p";

    [Fact]
    public async Task Every_input_row_gets_the_key_of_its_row()
    {
        await TablesAsync(Tables +
            """
            INSERT INTO s.country (name) VALUES ('PERU'); INSERT INTO s.item (code) VALUES ('old');
            INSERT INTO s.flat VALUES ('b', 'x', 'Peru', '2021-02-03'), ('old', 'y', 'Peru', NULL), ('a', 'x', 'peru', NULL),
                ('b', 'z', 'Chile', NULL), ('c', NULL, NULL, NULL);
            """);

        var result = await Db.RowsAsync(PutText);

        Assert.Equal(
            ["(0,1)|{\"id\": 3}", "(0,2)|{\"id\": 1}", "(0,3)|{\"id\": 2}", "(0,4)|{\"id\": 3}", "(0,5)|{\"id\": 4}"],
            result);
        Assert.Equal(["a|2020-01-01|x|PERU", "b|2021-02-03|x|PERU", "c|2020-01-01|null|null", "old|2020-01-01|null|null"],
            await Db.RowsAsync(
                """
                SELECT i.code, i.day::text, p.name, c.name
                FROM s.item i LEFT JOIN s.place p ON p.id = i.place_id LEFT JOIN s.country c ON c.id = p.country_id ORDER BY 1
                """));
        Assert.Equal(result, await Db.RowsAsync(PutText));
    }

    [Fact]
    public async Task Rows_that_have_no_key_are_new_ones_and_keep_their_own_ids()
    {
        await TablesAsync(Tables +
            """
            INSERT INTO s.flat VALUES ('a', 'x', NULL, NULL), ('b', 'x', NULL, NULL), (NULL, 'y', 'Peru', '2021-01-01'),
                (NULL, 'y', 'Peru', '2022-01-01');
            """);

        await Db.ExecuteAsync(Put);

        Assert.Equal(["x|2", "y|1"], await Db.RowsAsync("SELECT name, count(*) FROM s.place GROUP BY 1 ORDER BY 1"));
        Assert.Equal(["a|2", "b|2"], await Db.RowsAsync(
            "SELECT code, (SELECT count(DISTINCT place_id) FROM s.item WHERE code IS NOT NULL) FROM s.item WHERE code IS NOT NULL ORDER BY 1"));
        Assert.Equal(["2021-01-01", "2022-01-01"],
            await Db.RowsAsync("SELECT day::text FROM s.item WHERE code IS NULL ORDER BY 1"));
    }

    [Fact]
    public async Task Two_calls_fit_one_transaction()
    {
        await TablesAsync(Tables + "INSERT INTO s.flat VALUES ('a', 'x', 'Peru')");

        await Db.ExecuteAsync($"BEGIN; {Put}; INSERT INTO s.flat VALUES ('b', 'x', 'Peru'); {Put}; COMMIT");

        Assert.Equal(2, await Db.CountAsync("s.item"));
        Assert.Equal(1, await Db.CountAsync("s.place"));
    }

    [Fact]
    public async Task A_temporary_table_of_the_callers_own_is_not_taken_for_the_work_table()
    {
        await TablesAsync(Tables + "INSERT INTO s.flat VALUES ('a', 'x', 'Peru')");
        await Db.ExecuteAsync(
            "CREATE TEMPORARY TABLE put_table_rows AS SELECT 1 AS put__row; CREATE TYPE pg_temp.put_table_rows_2 AS (a int)");

        await Db.ExecuteAsync(Put);

        Assert.Equal(["a"], await Db.RowsAsync("SELECT code FROM s.item"));
        Assert.Equal(["1"], await Db.RowsAsync("TABLE pg_temp.put_table_rows"));
        Assert.Equal(["put_rejects", "put_report", "put_table_rows"], await Db.RowsAsync(
            "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' ORDER BY 1"));
    }

    [Fact]
    public async Task The_printed_statements_do_the_same_by_hand()
    {
        await TablesAsync(Tables + "INSERT INTO s.flat VALUES ('a', 'x', 'Peru'), ('b', 'x', 'Peru'), ('a', 'y', 'Chile')");
        var script = await Db.ScalarAsync<string>(Put.Replace("* FROM dup_select.put_table(", "dup_select.put_table_sql(",
            StringComparison.Ordinal));

        await Db.ExecuteAsync($"BEGIN; {script} COMMIT");
        // What the first round inserted, the second round joins back.
        await Db.ExecuteAsync($"BEGIN; {script} COMMIT");

        Assert.Equal(2, await Db.CountAsync("s.country"));
        Assert.Equal(["""(0,1)|{"id": 1}""", """(0,2)|{"id": 2}""", """(0,3)|{"id": 1}"""], await Db.RowsAsync(PutText));
    }

    [Fact]
    public async Task A_superclass_is_searched_for_rows_that_stand_in_another_child()
    {
        await TablesAsync(
            """
            CREATE TABLE s.party (id serial PRIMARY KEY, name text UNIQUE);
            CREATE TABLE s.person (born date, PRIMARY KEY (id), UNIQUE (name)) INHERITS (s.party);
            CREATE TABLE s.firm (PRIMARY KEY (id), UNIQUE (name)) INHERITS (s.party);
            INSERT INTO s.firm (name) VALUES ('Smith');
            CREATE TABLE s.i AS SELECT unnest(ARRAY['Jones', 'Smith', 'Jones']) AS name;
            CREATE FUNCTION s.same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            """);
        const string PutPeople = "SELECT output_key FROM dup_select.put_table('s.i', 's.person', superclass => 's.party')";
        string[] keys = ["""{"id": 2}""", """{"id": 1}""", """{"id": 2}"""];

        Assert.Equal(keys, await Db.RowsAsync(PutPeople));
        Assert.Equal(["2|Jones"], await Db.RowsAsync("SELECT id, name FROM s.person"));
        await Db.ExecuteAsync("CREATE TRIGGER same BEFORE INSERT ON s.person FOR EACH ROW EXECUTE FUNCTION s.same()");
        Assert.Equal(keys, await Db.RowsAsync(PutPeople));
        Assert.Contains("JOIN s.party", await Db.ScalarAsync<string>(
            "SELECT dup_select.put_table_sql('s.i', 's.person', superclass => 's.party')"), StringComparison.Ordinal);
        await Db.FailsAsync("22023", "SELECT dup_select.put_table('s.i', 's.person', superclass => 's.firm')");
    }

    [Fact]
    public async Task A_view_is_no_source()
    {
        await TablesAsync(Tables + "CREATE VIEW s.v AS SELECT code FROM s.flat");

        await Db.FailsAsync("42809", "SELECT dup_select.put_table('s.v', 's.item', '{\"code\": \"code\"}')");
    }

    [Fact]
    public async Task A_composite_key_and_a_table_without_primary_key_work()
    {
        await TablesAsync(
            """
            CREATE TABLE s.shelf (room int, no serial, label text NOT NULL, PRIMARY KEY (room, no), UNIQUE (room, label));
            CREATE TABLE s.book (title text UNIQUE, shelf_room int, shelf_no int,
                CONSTRAINT book_shelf FOREIGN KEY (shelf_room, shelf_no) REFERENCES s.shelf (room, no));
            CREATE TABLE s.i AS VALUES ('a', 1, 'x'), ('b', 1, 'x'), ('c', 2, 'x'), ('a', 3, 'z');
            """);

        Assert.Equal(["{}", "{}", "{}", "{}"], await Db.RowsAsync(
            """
            SELECT output_key FROM dup_select.put_table('s.i', 's.book',
                '{"title": "column1", "book_shelf.room": "column2", "book_shelf.label": "column3"}')
            """));
        Assert.Equal(["a|1|x", "b|1|x", "c|2|x"], await Db.RowsAsync(
            "SELECT title, room, label FROM s.book JOIN s.shelf ON room = shelf_room AND no = shelf_no ORDER BY 1"));
    }

    [Fact]
    public async Task An_id_that_is_mapped_wins_over_a_natural_key()
    {
        await TablesAsync(Tables +
            """
            INSERT INTO s.place (name) VALUES ('given');
            CREATE TABLE s.i AS VALUES ('a', 1, 'x', 'Peru'), ('b', NULL, 'y', NULL);
            """);

        await Db.ExecuteAsync(
            """
            SELECT dup_select.put_table('s.i', 's.item', '{"code": "column1", "place_id": "column2", "place_id.name": "column3",
                "place_id.country_id.name": "column4"}')
            """);

        Assert.Equal(["a|given", "b|y"],
            await Db.RowsAsync("SELECT code, name FROM s.item JOIN s.place p ON p.id = place_id ORDER BY 1"));
        Assert.Equal(0, await Db.CountAsync("s.country"));
    }

    [Fact]
    public async Task Eight_sessions_at_once_make_every_row_once()
    {
        await TablesAsync(Tables);
        await Db.ExecuteAsync(
            """
            INSERT INTO s.flat SELECT 'c' || n % 300, 'p' || n % 40, 'k' || n % 4 FROM generate_series(1, 1000) AS n ORDER BY random()
            """);
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var session = await OpenAsync();
            return await session.RowsAsync(PutText);
        }));

        Assert.Equal(["300|40|4"], await Db.RowsAsync(
            "SELECT (SELECT count(*) FROM s.item), (SELECT count(*) FROM s.place), (SELECT count(*) FROM s.country)"));
        Assert.All(results, rows => Assert.Equal(results[0], rows));
    }

    [Fact]
    public async Task A_key_that_a_concurrent_transaction_is_inserting_is_waited_for_and_found()
    {
        await TablesAsync(Tables + "INSERT INTO s.flat VALUES ('a', 'x', 'PERU')");
        var other = await OpenAsync();
        await other.ExecuteAsync("BEGIN; INSERT INTO s.country (name) VALUES ('PERU')");
        var waiting = await OpenAsync();
        var result = waiting.RowsAsync(PutText);
        await other.UntilBlockedAsync(waiting);
        await other.ExecuteAsync("COMMIT");

        Assert.Equal(["""(0,1)|{"id": 1}"""], await result);
        Assert.Equal(1, await Db.CountAsync("s.country"));
    }
}

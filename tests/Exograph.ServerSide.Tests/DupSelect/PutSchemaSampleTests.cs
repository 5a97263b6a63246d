using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>What public sample databases showed of put_schema.</summary>
public sealed class PutSchemaSampleTests : DupSelectTest
{
    [Fact]
    public async Task A_reference_that_only_partitions_have_is_followed()
    {
        await Db.ExecuteAsync("""
            CREATE SCHEMA shop;
            CREATE TABLE shop.rental (id serial PRIMARY KEY, no text NOT NULL UNIQUE);
            CREATE TABLE shop.payment (rental_id integer NOT NULL, day date NOT NULL, amount integer, PRIMARY KEY (rental_id, day))
                PARTITION BY RANGE (day);
            CREATE TABLE shop.payment_1 PARTITION OF shop.payment FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
            CREATE TABLE shop.payment_2 PARTITION OF shop.payment FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
            ALTER TABLE shop.payment_1 ADD FOREIGN KEY (rental_id) REFERENCES shop.rental;
            INSERT INTO shop.rental (no) VALUES ('a');
            INSERT INTO shop.payment VALUES (1, '2024-01-01', 10);
            CREATE SCHEMA other;
            CREATE TABLE other.rental AS SELECT * FROM (VALUES (1, 'b'), (2, 'a')) AS v (id, no);
            CREATE TABLE other.payment AS SELECT * FROM (VALUES
                (1, date '2024-01-01', 20), (1, date '2024-02-02', 21), (2, date '2024-01-01', 10)) AS v (rental_id, day, amount);
            """);

        await Db.ExecuteAsync("SELECT * FROM dup_select.put_schema('other', 'shop')");

        Assert.Equal(
            ["a|10", "b|20", "b|21"],
            await Db.RowsAsync("SELECT r.no, p.amount FROM shop.payment p JOIN shop.rental r ON r.id = p.rental_id ORDER BY 2"));
    }

    [Fact]
    public async Task A_lone_default_partition_takes_all_rows()
    {
        await Db.ExecuteAsync("""
            CREATE SCHEMA shop;
            CREATE TABLE shop.event (no integer PRIMARY KEY) PARTITION BY RANGE (no);
            CREATE TABLE shop.event_rest PARTITION OF shop.event DEFAULT;
            CREATE SCHEMA other;
            CREATE TABLE other.event AS SELECT 7 AS no;
            """);

        Assert.Equal(["1|0"], await Db.RowsAsync("SELECT inserted, rejected FROM dup_select.put_schema('other', 'shop')"));
        Assert.Equal(["7"], await Db.RowsAsync("SELECT no FROM shop.event"));
    }

    [Theory]
    [InlineData("serial")]
    [InlineData("integer DEFAULT nextval('shop.number')")]
    public async Task A_sequence_that_was_never_drawn_from_is_past_the_ids_that_were_kept(string type)
    {
        await Db.ExecuteAsync($"""
            CREATE SCHEMA shop;
            CREATE SEQUENCE shop.number;
            CREATE TABLE shop.tag (id {type} PRIMARY KEY, name text);
            CREATE SCHEMA other;
            CREATE TABLE other.tag AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v (id, name);
            """);

        await Db.ExecuteAsync("""SELECT * FROM dup_select.put_schema('other', 'shop', natural_keys => '{"shop.tag": ["id"]}')""");

        Assert.Equal(["3"], await Db.RowsAsync("INSERT INTO shop.tag (name) VALUES ('c') RETURNING id"));
    }

    [Fact]
    public async Task Of_rows_that_nothing_tells_apart_the_same_one_is_found_every_time()
    {
        await Db.ExecuteAsync("""
            CREATE SCHEMA shop;
            CREATE TABLE shop.header (id serial PRIMARY KEY, day date);
            CREATE TABLE shop.detail (header_id integer REFERENCES shop.header, n integer, PRIMARY KEY (header_id, n));
            INSERT INTO shop.header (day) SELECT '2024-01-01' FROM generate_series(1, 5);
            UPDATE shop.header SET id = id WHERE id < 3;
            INSERT INTO shop.detail VALUES (1, 7);
            CREATE SCHEMA other;
            CREATE TABLE other.header AS SELECT 9 AS id, date '2024-01-01' AS day;
            CREATE TABLE other.detail AS SELECT 9 AS header_id, 7 AS n;
            """);

        Assert.Equal(
            ["detail|0|1", "header|0|1"],
            await Db.RowsAsync("SELECT table_name, inserted, existing FROM dup_select.put_schema('other', 'shop', without_key => 'match')"));
    }

    [Theory]
    [InlineData("dup_select.put_schema('other', 'shop')")]
    [InlineData("dup_select.put_table('other.tag', 'shop.tag')")]
    [InlineData("dup_select.put_table('other.tag', 'shop.tag', on_existing => 'update')")]
    public async Task The_callers_settings_are_as_before(string call)
    {
        await Db.ExecuteAsync($"""
            CREATE SCHEMA shop;
            CREATE TABLE shop.tag (name text PRIMARY KEY);
            CREATE SCHEMA other;
            CREATE TABLE other.tag AS SELECT 'a' AS name;
            SET work_mem = '5MB';
            SET jit = on;
            SET default_statistics_target = 50;
            BEGIN;
            SELECT * FROM {call};
            """);

        Assert.Equal(["5MB|on|50"], await Db.RowsAsync(
            "SELECT current_setting('work_mem'), current_setting('jit'), current_setting('default_statistics_target')"));
        Assert.Equal(["a"], await Db.RowsAsync("SELECT name FROM shop.tag"));
    }
}

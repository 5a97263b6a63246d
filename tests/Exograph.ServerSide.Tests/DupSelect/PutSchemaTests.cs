using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>What random schemas do not reach: other sessions, rights, names, sequences, triggers, and what the caller gets wrong.</summary>
public sealed class PutSchemaTests : LoadingTest
{
    private const string Shop =
        """
        CREATE SCHEMA shop; CREATE SCHEMA i;
        CREATE TABLE shop.tag (id serial PRIMARY KEY, name text NOT NULL UNIQUE, note text);
        CREATE TABLE shop.product (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sku text NOT NULL UNIQUE,
            tag_id integer NOT NULL REFERENCES shop.tag, price numeric CHECK (price >= 0));
        CREATE TABLE i.tag (LIKE shop.tag);
        CREATE TABLE i.product (LIKE shop.product);
        INSERT INTO shop.tag (name) VALUES ('old');
        INSERT INTO shop.product (sku, tag_id, price) VALUES ('a', 1, 1);
        INSERT INTO i.tag VALUES (1, 'new'), (2, 'old');
        INSERT INTO i.product VALUES (1, 'b', 1, 2), (2, 'a', 2, 3), (3, 'c', 2, 4);
        """;

    private const string Report =
        "SELECT table_name, rows_in, inserted, existing, updated, collapsed, conflicting, rejected FROM ";

    private const string Contents =
        "SELECT p.sku, t.name, p.price FROM shop.product p JOIN shop.tag t ON t.id = p.tag_id ORDER BY p.sku";

    private static string Put(string more = "") => $"{Report}dup_select.put_schema('i', 'shop'{more})";

    [Fact]
    public async Task Rows_that_are_one_in_the_source_or_by_what_they_refer_to_collapse_also_where_the_target_has_them()
    {
        await Db.ExecuteAsync(
            """
            CREATE SCHEMA shop; CREATE SCHEMA i;
            CREATE TABLE shop.orders (id serial PRIMARY KEY, no text UNIQUE);
            CREATE TABLE shop.line (order_id integer REFERENCES shop.orders, n integer, what text, PRIMARY KEY (order_id, n));
            CREATE TABLE i.orders (LIKE shop.orders);
            CREATE TABLE i.line (LIKE shop.line);
            INSERT INTO i.orders VALUES (2, 'x'), (1, 'x');
            INSERT INTO i.line VALUES (2, 1, 'higher key'), (1, 1, 'lower key'), (1, 2, 'only one');
            """);

        Assert.Equal(["line|3|2|0|0|1|1|0", "orders|2|1|0|0|1|0|0"], await Db.RowsAsync(Put()));
        Assert.Equal(["1|lower key", "2|only one"], await Db.RowsAsync("SELECT n, what FROM shop.line ORDER BY n"));
        Assert.Equal(["line|3|0|2|0|1|1|0", "orders|2|0|1|0|1|0|0"], await Db.RowsAsync(Put()));

        await Db.ExecuteAsync("DELETE FROM i.orders WHERE id = 2; DELETE FROM i.line WHERE order_id = 2; INSERT INTO i.line VALUES (1, 2, 'only one')");
        Assert.Equal(["line|3|0|2|0|1|0|0", "orders|1|0|1|0|0|0|0"], await Db.RowsAsync(Put()));
        await Db.ExecuteAsync("DELETE FROM i.line; INSERT INTO i.line VALUES (1, 2, 'only one'), (1, 1, 'another'), (1, 3, 'new')");
        Assert.Equal(["line|3|1|2|0|0|1|0", "orders|1|0|1|0|0|0|0"], await Db.RowsAsync(Put()));
        Assert.Equal(["line|3|0|2|1|0|0|0", "orders|1|0|1|0|0|0|0"], await Db.RowsAsync(Put(", on_existing => 'update'")));
        Assert.Equal(["1|another", "2|only one", "3|new"], await Db.RowsAsync("SELECT n, what FROM shop.line ORDER BY n"));
    }

    [Fact]
    public async Task Rows_go_to_the_rows_of_their_natural_keys_and_their_references_follow()
    {
        await Db.ExecuteAsync(Shop);

        Assert.Equal(["product|3|2|1|0|0|1|0", "tag|2|1|1|0|0|0|0"], await Db.RowsAsync(Put()));
        Assert.Equal(["a|old|1", "b|new|2", "c|old|4"], await Db.RowsAsync(Contents));
        Assert.Equal(["product|3|0|2|1|0|0|0", "tag|2|0|2|0|0|0|0"], await Db.RowsAsync(Put(", on_existing => 'update'")));
        Assert.Equal(["a|old|3", "b|new|2", "c|old|4"], await Db.RowsAsync(Contents));
    }

    [Fact]
    public async Task Tables_that_are_called_like_temporary_ones_of_others_are_put_in()
    {
        foreach (var name in (string[])["x", "x_raw", "x_found", "x_map"])
        {
            await Db.ExecuteAsync(
                $"CREATE SCHEMA IF NOT EXISTS t; CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE t.{name} (id serial PRIMARY KEY, code integer UNIQUE);"
                + $"CREATE TABLE s.{name} AS SELECT * FROM (VALUES (1, '7'), (2, 'no number')) AS v (id, code)");
        }

        Assert.Equal(
            ["x|2|1|0|0|0|0|1", "x_found|2|1|0|0|0|0|1", "x_map|2|1|0|0|0|0|1", "x_raw|2|1|0|0|0|0|1"],
            await Db.RowsAsync($"{Report}dup_select.put_schema('s', 't', on_reject => 'skip')"));
    }

    [Fact]
    public async Task No_number_is_drawn_for_a_row_that_exists()
    {
        await Db.ExecuteAsync(Shop);
        await Db.ExecuteAsync(Put());
        for (var n = 0; n < 3; n++)
            await Db.ExecuteAsync(Put(", on_existing => 'update'"));

        await Db.ExecuteAsync("INSERT INTO shop.tag (name) VALUES ('next'); INSERT INTO shop.product (sku, tag_id) VALUES ('next', 1)");

        Assert.Equal(["3|4"], await Db.RowsAsync("SELECT (SELECT max(id) FROM shop.tag), (SELECT max(id) FROM shop.product)"));
    }

    [Fact]
    public async Task Sequences_go_on_after_numbers_that_were_kept()
    {
        await Db.ExecuteAsync(Shop + "UPDATE i.tag SET id = id + 20000 WHERE id = 1; UPDATE i.product SET tag_id = 20001 WHERE tag_id = 1;"
            + "UPDATE i.tag SET id = 1 WHERE id = 2; UPDATE i.product SET tag_id = 1 WHERE tag_id = 2");

        await Db.ExecuteAsync(Put(", natural_keys => '{\"shop.tag\": [\"id\"]}'"));
        await Db.ExecuteAsync("INSERT INTO shop.tag (name) VALUES ('next')");

        Assert.Equal(["old|1", "new|20001", "next|20002"], await Db.RowsAsync("SELECT name, id FROM shop.tag ORDER BY id"));
    }

    [Theory]
    [InlineData("i")]
    [InlineData("later")]
    public async Task Two_sessions_that_put_the_same_rows_at_once_put_each_of_them_once(string others)
    {
        await Db.ExecuteAsync(Shop + "CREATE SCHEMA later; CREATE TABLE later.tag (LIKE shop.tag); CREATE TABLE later.product (LIKE shop.product);"
            + "INSERT INTO later.tag SELECT 3 - id, name FROM i.tag; INSERT INTO later.product SELECT 9 - id, sku, 3 - tag_id, price FROM i.product");
        var (first, second) = (await OpenAsync(), await OpenAsync());
        await first.ExecuteAsync("BEGIN");
        await first.ExecuteAsync(Put());

        var waiting = second.RowsAsync($"{Report}dup_select.put_schema('{others}', 'shop')");
        await first.UntilBlockedAsync(second);
        await first.ExecuteAsync("COMMIT");

        Assert.Equal(["product|3|0|3|0|0|1|0", "tag|2|0|2|0|0|0|0"], await waiting);
        Assert.Equal(["a|old|1", "b|new|2", "c|old|4"], await Db.RowsAsync(Contents));
    }

    [Theory]
    [InlineData("ROLLBACK", "tag|2|1|1|0|0|0|0")]
    [InlineData("COMMIT", "tag|2|0|2|0|0|0|0")]
    public async Task A_row_that_another_session_is_inserting_is_waited_for_and_referred_to(string end, string tags)
    {
        await Db.ExecuteAsync(Shop);
        var (first, second) = (await OpenAsync(), await OpenAsync());
        await first.ExecuteAsync("BEGIN; INSERT INTO shop.tag (name) VALUES ('new')");

        var waiting = second.RowsAsync(Put());
        await first.UntilBlockedAsync(second);
        await first.ExecuteAsync(end);

        Assert.Equal(["product|3|2|1|0|0|1|0", tags], await waiting);
        Assert.Equal(["a|old|1", "b|new|2", "c|old|4"], await Db.RowsAsync(Contents));
    }

    [Fact]
    public async Task Rows_of_a_tree_that_another_session_inserts_in_part_are_found()
    {
        await Db.ExecuteAsync(
            """
            CREATE SCHEMA shop; CREATE SCHEMA i;
            CREATE TABLE shop.category (id serial PRIMARY KEY, parent_id integer REFERENCES shop.category, name text NOT NULL,
                UNIQUE NULLS NOT DISTINCT (parent_id, name));
            CREATE TABLE i.category (LIKE shop.category);
            INSERT INTO i.category VALUES (1, NULL, 'food'), (2, 1, 'fruit'), (3, 2, 'lemon');
            """);
        var (first, second) = (await OpenAsync(), await OpenAsync());
        await first.ExecuteAsync("BEGIN; INSERT INTO shop.category (name) VALUES ('food')");

        var waiting = second.RowsAsync(Put());
        await first.UntilBlockedAsync(second);
        await first.ExecuteAsync("COMMIT");

        Assert.Equal(["category|3|2|1|0|0|0|0"], await waiting);
        Assert.Equal(
            ["food|null", "fruit|food", "lemon|fruit"],
            await Db.RowsAsync("SELECT c.name, p.name FROM shop.category c LEFT JOIN shop.category p ON p.id = c.parent_id ORDER BY 1"));
    }

    [Fact]
    public async Task At_a_higher_isolation_a_key_that_another_session_inserted_is_a_serialization_failure()
    {
        await Db.ExecuteAsync(Shop);
        var session = await OpenAsync();
        await session.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        await session.RowsAsync("SELECT 1");
        await Db.ExecuteAsync("INSERT INTO shop.tag (name) VALUES ('new')");

        await session.FailsAsync("40001", Put());
    }

    [Fact]
    public async Task Rows_that_a_trigger_leaves_out_are_told()
    {
        await Db.ExecuteAsync(Shop +
            """
            CREATE FUNCTION shop.leave_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER leave_out BEFORE INSERT ON shop.tag FOR EACH ROW WHEN (NEW.name = 'new') EXECUTE FUNCTION shop.leave_out();
            """);

        var error = await Db.FailsAsync("P0002", Put());

        Assert.Equal("tag has not taken all rows that were new", error.MessageText);
        Assert.Contains("trigger", error.Hint, StringComparison.Ordinal);
        Assert.Equal(1, await Db.CountAsync("shop.product"));
    }

    [Fact]
    public async Task A_key_that_only_a_trigger_could_make_is_none()
    {
        await Db.ExecuteAsync(
            """
            CREATE SCHEMA s; CREATE SCHEMA i;
            CREATE TABLE s.t (id serial PRIMARY KEY, name text, slug text UNIQUE);
            CREATE FUNCTION s.slug() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.slug := lower(NEW.name); RETURN NEW; END';
            CREATE TRIGGER slug BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.slug();
            CREATE TABLE i.t (id integer, name text);
            INSERT INTO i.t VALUES (1, 'A');
            """);

        await Db.FailsAsync("22023", "SELECT dup_select.put_schema('i', 's')");

        await Db.ExecuteAsync("SELECT dup_select.put_schema('i', 's', natural_keys => '{\"s.t\": [\"name\"]}')");
        await Db.ExecuteAsync("SELECT dup_select.put_schema('i', 's', natural_keys => '{\"s.t\": [\"name\"]}')");
        Assert.Equal(["A|a"], await Db.RowsAsync("SELECT name, slug FROM s.t"));
    }

    [Fact]
    public async Task Whoever_may_select_and_insert_may_put_and_needs_update_only_to_update()
    {
        await Db.ExecuteAsync(Shop);
        var role = await CreateRoleAsync("anybody");
        var session = await OpenAsAsync(role);
        await session.FailsAsync("42501", Put());
        await Db.ExecuteAsync(
            $"""
            GRANT USAGE ON SCHEMA i, shop TO {Sql.Name(role)};
            GRANT SELECT ON ALL TABLES IN SCHEMA i, shop TO {Sql.Name(role)};
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA shop TO {Sql.Name(role)};
            """);
        await session.FailsAsync("42501", Put());
        await Db.ExecuteAsync($"GRANT INSERT ON ALL TABLES IN SCHEMA shop TO {Sql.Name(role)}");

        Assert.Equal(["product|3|2|1|0|0|1|0", "tag|2|1|1|0|0|0|0"], await session.RowsAsync(Put()));
        await session.FailsAsync("42501", Put(", on_existing => 'update'"));
    }

    [Fact]
    public async Task Row_security_holds_for_what_is_put_in()
    {
        await Db.ExecuteAsync(Shop + "ALTER TABLE shop.tag ENABLE ROW LEVEL SECURITY; CREATE POLICY old ON shop.tag USING (name = 'old')");
        var role = await CreateRoleAsync("anybody");
        await Db.ExecuteAsync(
            $"GRANT USAGE ON SCHEMA i, shop TO {Sql.Name(role)}; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA i, shop TO {Sql.Name(role)};"
            + $"GRANT USAGE ON ALL SEQUENCES IN SCHEMA shop TO {Sql.Name(role)}");
        var session = await OpenAsAsync(role);

        await session.FailsAsync("42501", Put());

        Assert.Equal(1, await Db.CountAsync("shop.tag"));
    }

    [Fact]
    public async Task Operators_and_functions_on_the_callers_path_are_not_taken_for_those_of_the_server()
    {
        await Db.ExecuteAsync(Shop +
            """
            CREATE SCHEMA evil;
            CREATE FUNCTION evil.no(text, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''evil''; END';
            CREATE FUNCTION evil.no(integer, integer) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''evil''; END';
            CREATE FUNCTION evil.no(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''evil''; END';
            CREATE FUNCTION evil.no(numeric, numeric) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''evil''; END';
            CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.no);
            CREATE OPERATOR evil.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = evil.no);
            CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.no);
            CREATE OPERATOR evil.= (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = evil.no);
            CREATE OPERATOR evil.>= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.no);
            CREATE OPERATOR evil.> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.no);
            CREATE OPERATOR evil.< (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.no);
            CREATE FUNCTION evil.pg_size_bytes(text) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''evil''; END';
            CREATE FUNCTION evil.count() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''evil''; END';
            CREATE TABLE evil.put_report (x integer);
            ALTER TABLE i.product ALTER id TYPE text, ALTER price TYPE text;
            INSERT INTO i.product VALUES (4, 'd', 1, 'much'), (4, 'e', 1, '1');
            """);
        var printed = await Db.ScalarAsync<string>("SELECT dup_select.put_schema_sql('i', 'shop', on_existing => 'update', on_reject => 'skip')");
        await Db.ExecuteAsync("SET search_path = evil, pg_catalog");

        foreach (var existing in new[] { "keep", "update" })
            await Db.ExecuteAsync($"BEGIN; {Put($", on_existing => '{existing}', on_reject => 'skip'")}; ROLLBACK");
        await Db.ExecuteAsync($"BEGIN; {printed}; COMMIT");

        await Db.ExecuteAsync("RESET search_path");
        Assert.Equal(["product|5|3|0|1|0|0|1", "tag|2|1|1|0|0|0|0"], await Db.RowsAsync($"{Report}pg_temp.put_report ORDER BY 1"));
    }

    [Fact]
    public async Task Names_may_be_any()
    {
        var name = new string('x', 62);
        await Db.ExecuteAsync(
            $""""
            CREATE SCHEMA "a b"; CREATE SCHEMA "I ""i""";
            CREATE TABLE "a b"."t%s'x" (id serial PRIMARY KEY, t text UNIQUE);
            CREATE TABLE "a b"."{name}1" (
                "the id" serial PRIMARY KEY, "put__row" text UNIQUE, s int, t int, w int, m int, input int, row_number int, rule text, "row" int,
                "%I" text, "$x$" text DEFAULT '$x$', put_s int, "{name}1" int, "{name}2" int, "old_the id" int, same_as int, existing int,
                "select" int REFERENCES "a b"."t%s'x");
            CREATE TABLE "I ""i"""."t%s'x" (id text, t text);
            CREATE TABLE "I ""i"""."{name}1" (LIKE "a b"."{name}1");
            ALTER TABLE "I ""i"""."{name}1" ALTER s TYPE text, ALTER "%I" TYPE varchar;
            INSERT INTO "I ""i"""."t%s'x" VALUES (1, 'x'), ('z', 'q');
            INSERT INTO "I ""i"""."{name}1" ("the id", put__row, s, "%I", "select") VALUES (7, 'k', 1, '%', 1), (8, 'l', 'no', '%', 1);
            """");
        var call = """"'"I ""i"""', '"a b"', on_reject => 'skip', keep_maps => true"""";

        Assert.Equal([$"t%s'x|2|1|0|0|0|0|1", $"{name}1|2|1|0|0|0|0|1"], await Db.RowsAsync($"{Report}dup_select.put_schema({call})"));
        Assert.Equal(
            [$"t%s'x|2|id does not cast to integer", $"{name}1|2|s does not cast to integer"],
            await Db.RowsAsync("SELECT table_name, row_number, rule FROM pg_temp.put_rejects ORDER BY table_name"));
        await Db.ExecuteAsync(await Db.ScalarAsync<string>($"SELECT dup_select.put_schema_sql({call})"));
        Assert.Equal(["k|1|%|$x$|1"], await Db.RowsAsync($"""SELECT put__row, s, "%I", "$x$", "select" FROM "a b"."{name}1" """));
    }

    [Fact]
    public async Task Views_and_temporary_tables_may_be_the_source()
    {
        await Db.ExecuteAsync(Shop +
            """
            CREATE SCHEMA v;
            CREATE VIEW v.labels AS SELECT id, name AS label FROM i.tag;
            CREATE TABLE v.ignored (x integer);
            CREATE TEMP TABLE tag AS TABLE i.tag;
            """);

        Assert.Equal(
            ["tag|2|1|1|0|0|0|0"],
            await Db.RowsAsync(Report +
                """
                dup_select.put_schema('v', 'shop',
                    '{"ignored": null, "labels": {"into": "tag", "columns": {"label": null, "name": "label"}}}')
                """));
        Assert.Equal(["tag|2|0|2|0|0|0|0"], await Db.RowsAsync($"{Report}dup_select.put_schema(pg_my_temp_schema()::regnamespace, 'shop')"));
    }

    [Fact]
    public async Task Maps_that_are_kept_tell_the_old_and_the_new_keys()
    {
        await Db.ExecuteAsync(Shop);

        await Db.ExecuteAsync(Put(", keep_maps => true"));

        Assert.Equal(
            ["1|2|false", "2|1|true"], await Db.RowsAsync("SELECT old_id, new_id, existing FROM pg_temp.put_tag_map ORDER BY 1"));
        await Db.ExecuteAsync(Put());
        Assert.True(await Db.ScalarAsync<bool>("SELECT to_regclass('pg_temp.put_tag_map') IS NULL"));
    }

    [Fact]
    public async Task Bad_rows_are_told_by_rule_and_more_of_them_than_may_be_put_nothing_in()
    {
        await Db.ExecuteAsync(Shop + "ALTER TABLE i.tag ALTER name DROP NOT NULL; INSERT INTO i.tag VALUES (3, NULL); INSERT INTO i.product VALUES (4, 'd', 3, 1), (5, 'e', 1, -1)");

        var error = await Db.FailsAsync("23000", Put());
        Assert.Equal("3 rows cannot be put in", error.MessageText);
        Assert.Contains("tag_id refers to no row of shop.tag", error.Detail, StringComparison.Ordinal);
        Assert.Contains("on_reject => 'skip'", error.Hint, StringComparison.Ordinal);
        await Db.FailsAsync("23000", Put(", on_reject => 'skip', reject_limit => 2"));
        Assert.Equal(1, await Db.CountAsync("shop.product"));

        await Db.ExecuteAsync(Put(", on_reject => 'skip', reject_limit => 3"));
        Assert.Equal(
            ["product|4|tag_id refers to no row of shop.tag|d", "product|5|violates product_price_check|e", "tag|3|name is missing|null"],
            await Db.RowsAsync("SELECT table_name, row_number, rule, \"row\" ->> 'sku' FROM pg_temp.put_rejects ORDER BY 1, 2"));
    }

    [Theory]
    [InlineData("22023", "'i', 'shop', '{\"tag\": [\"name\"]}'", "table tag is mapped to [\"name\"]")]
    [InlineData("22023", "'i', 'shop', natural_keys => '{\"tag\": {\"into\": \"tag\"}}'", "natural_keys gives {\"into\": \"tag\"} as a key")]
    [InlineData("22023", "'i', 'shop', natural_keys => '[\"name\"]'", "natural_keys is a jsonb object of tables, not [\"name\"]")]
    [InlineData("22023", "'i', 'shop', natural_keys => '{\"nix\": [\"name\"]}'", "natural_keys names nix, into which nothing is put")]
    [InlineData("22023", "'i', 'shop', '[]'", "the mapping of a schema is a jsonb object of its tables, not []")]
    [InlineData("42P01", "'i', 'shop', '{\"name\": \"name\"}'", "the mapping names name, which is no table of schema i")]
    [InlineData("42P01", "'i', 'shop', '{\"tag\": \"nix\"}'", "table tag of the source goes into shop.nix, which is no table")]
    [InlineData("42710", "'i', 'shop', '{\"tag\": \"product\"}'", "two tables of the source go into shop.product")]
    [InlineData("22023", "'i', 'shop', '{\"tag\": {\"colums\": {}}}'", "the mapping of i.tag has \"colums\"")]
    [InlineData("22023", "'i', 'shop', '{\"tag\": {\"order_by\": 1}}'", "the rows of i.tag are ordered by 1")]
    [InlineData("22023", "'i', 'shop', on_existing => 'skip'", "on_existing is 'skip'")]
    [InlineData("22023", "'i', 'shop', on_reject => 'keep'", "on_reject is 'keep'")]
    [InlineData("22023", "'i', 'i'", "schema i is source and target")]
    [InlineData("22004", "NULL, 'shop'", "the source schema is NULL")]
    public async Task What_is_mixed_up_is_told_with_what_helps(string state, string arguments, string message)
    {
        await Db.ExecuteAsync(Shop);

        foreach (var function in new[] { "put_schema", "put_schema_sql" })
        {
            var error = await Db.FailsAsync(state, $"SELECT dup_select.{function}({arguments})");
            Assert.Equal(message, error.MessageText);
            Assert.NotNull(error.Hint);
        }
    }

    [Fact]
    public async Task Another_role_of_the_session_is_told_what_is_in_its_way()
    {
        await Db.ExecuteAsync(Shop);
        await Db.ExecuteAsync(Put());
        var role = await CreateRoleAsync("anybody");
        await Db.ExecuteAsync($"GRANT USAGE ON SCHEMA i, shop TO {Sql.Name(role)}; SET ROLE {Sql.Name(role)}");

        var error = await Db.FailsAsync("42501", Put());

        Assert.Equal("another role has put rows in in this session", error.MessageText);
        await Db.ExecuteAsync("RESET ROLE");
    }

    [Fact]
    public async Task Tables_may_have_four_hundred_columns()
    {
        var columns = string.Join(", ", Enumerable.Range(1, 400).Select(n => $"c{n} integer"));
        await Db.ExecuteAsync(
            $"""
            CREATE SCHEMA s; CREATE SCHEMA i;
            CREATE TABLE s.t (k text PRIMARY KEY, {columns}); CREATE TABLE i.t (k text, {columns.Replace("integer", "text", StringComparison.Ordinal)});
            INSERT INTO i.t (k, c1, c400) VALUES ('a', '1', '2'), ('b', '1', 'x');
            """);

        await Db.ExecuteAsync("SELECT dup_select.put_schema('i', 's', on_reject => 'skip')");

        Assert.Equal(["a|1|2"], await Db.RowsAsync("SELECT k, c1, c400 FROM s.t"));
        Assert.Equal(["c400 does not cast to integer"], await Db.RowsAsync("SELECT rule FROM pg_temp.put_rejects"));
    }

    [Fact]
    public async Task A_call_is_quiet_and_tells_what_it_is_at_whoever_wants_to_know()
    {
        await Db.ExecuteAsync(Shop + "SET application_name = 'ours'");
        // What others see while it writes, a trigger sees, too.
        await Db.ExecuteAsync(
            """
            CREATE TABLE shop.seen (name text);
            CREATE FUNCTION shop.see() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO shop.seen VALUES (current_setting('application_name')); RETURN NULL; END $$;
            CREATE TRIGGER see AFTER INSERT ON shop.product EXECUTE FUNCTION shop.see();
            """);

        Db.Notices.Clear();
        await Db.ExecuteAsync(Put());

        Assert.Empty(Db.Notices);
        Assert.Equal(["put_schema: insert into shop.product"], await Db.RowsAsync("SELECT name FROM shop.seen"));
        Assert.Equal("ours", await Db.ScalarAsync<string>("SHOW application_name"));
        await Db.ExecuteAsync("SET dup_select.progress = on");
        await Db.ExecuteAsync(Put());
        var said = Db.Notices.Select(n => $"{n.Detail} {n.TableName}: {n.MessageText}").ToList();
        Assert.Contains("read tag: put_schema: read i.tag", said);
        Assert.Contains("find tag: put_schema: find rows of shop.tag, by tag_name_key", said);
        Assert.Contains("put product: put_schema: insert into shop.product", said);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NOT NULL")]
    [InlineData("DEFAULT 'a@b'")]
    public async Task A_value_that_violates_a_domain_is_rejected(string more)
    {
        await Db.ExecuteAsync(
            $"""
            CREATE SCHEMA shop; CREATE SCHEMA i;
            CREATE DOMAIN shop.address AS text CHECK (VALUE LIKE '%@%');
            CREATE DOMAIN shop.email AS shop.address {more};
            CREATE TABLE shop.t (k integer PRIMARY KEY, mail shop.email);
            CREATE TABLE i.t AS SELECT * FROM (VALUES (1, 'a@x'), (2, 'nomail')) AS v (k, mail);
            """);

        Assert.Equal(["t|2|1|0|0|0|0|1"], await Db.RowsAsync(Put(", on_reject => 'skip'")));
        Assert.Equal(["t|2|mail does not cast to shop.email"], await Db.RowsAsync("SELECT table_name, row_number, rule FROM pg_temp.put_rejects"));
    }

    [Fact]
    public async Task What_is_printed_of_temporary_tables_runs_in_every_session()
    {
        await Db.ExecuteAsync("CREATE SCHEMA shop; CREATE TABLE shop.t (k integer PRIMARY KEY); CREATE TEMPORARY TABLE t (k integer)");

        var sql = await Db.ScalarAsync<string>("SELECT dup_select.put_schema_sql(pg_my_temp_schema()::regnamespace, 'shop')");

        Assert.DoesNotContain("pg_temp_", sql, StringComparison.Ordinal);
        Assert.Contains("FROM pg_temp.t AS input", sql, StringComparison.Ordinal);
        var other = await OpenAsync();
        await other.ExecuteAsync("CREATE TEMPORARY TABLE t AS SELECT 1 AS k");
        await other.ExecuteAsync($"BEGIN; {sql}; COMMIT");
        Assert.Equal(1, await Db.CountAsync("shop.t"));
    }

    [Fact]
    public async Task The_report_names_the_map_of_a_long_name()
    {
        var name = new string('t', 63);
        await Db.ExecuteAsync(
            $"CREATE SCHEMA shop; CREATE SCHEMA i; CREATE TABLE shop.{name} (id serial PRIMARY KEY, k text UNIQUE); CREATE TABLE i.{name} AS SELECT 7 AS id, 'a' AS k");

        await Db.ExecuteAsync(Put(", keep_maps => true"));

        var map = await Db.ScalarAsync<string>("SELECT map_name FROM pg_temp.put_report");
        Assert.Equal(["7|1"], await Db.RowsAsync($"SELECT old_id, new_id FROM pg_temp.{Sql.Name(map)}"));
    }

    [Fact]
    public async Task A_key_that_its_default_makes_is_made_once()
    {
        await Db.ExecuteAsync(
            """
            CREATE SCHEMA shop; CREATE SCHEMA i;
            CREATE TABLE shop.t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), k text UNIQUE);
            CREATE TABLE i.t AS SELECT NULL::uuid AS id, k FROM unnest(ARRAY['a', 'b']) AS k;
            """);

        Assert.Equal(["t|2|2|0|0|0|0|0"], await Db.RowsAsync(Put(", on_existing => 'update'")));
    }

    [Fact]
    public async Task Rows_whose_keys_a_default_makes_are_not_one()
    {
        await Db.ExecuteAsync(
            """
            CREATE SCHEMA shop; CREATE SCHEMA i;
            CREATE TABLE shop.t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), note text);
            CREATE TABLE shop.u (t_id uuid PRIMARY KEY REFERENCES shop.t);
            CREATE TABLE i.t AS SELECT NULL::uuid AS id, note FROM unnest(ARRAY['a', 'b']) AS note
                UNION ALL SELECT '00000000-0000-0000-0000-000000000001', 'c';
            CREATE TABLE i.u AS SELECT '00000000-0000-0000-0000-000000000001'::uuid AS t_id;
            """);

        Assert.Equal(["t|3|3|0|0|0|0|0", "u|1|1|0|0|0|0|0"], await Db.RowsAsync(Put()));
        Assert.Equal(["a", "b", "c"], await Db.RowsAsync("SELECT note FROM shop.t ORDER BY 1"));
    }

    [Theory]
    [InlineData("(1, NULL), (2, 'x'), (3, 'x')")]
    [InlineData("(2, 'x'), (1, NULL), (3, 'x')")]
    [InlineData("(3, 'x'), (2, 'x'), (1, NULL)")]
    [InlineData("(1, 'x'), (2, NULL)")]
    public async Task A_row_is_found_by_its_key_also_where_it_is_one_with_another_whose_key_a_default_makes(string rows)
    {
        await Db.ExecuteAsync(
            $"""
            CREATE SCHEMA shop; CREATE SCHEMA i;
            CREATE TABLE shop.t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL DEFAULT 'x' UNIQUE);
            CREATE TABLE shop.u (n integer PRIMARY KEY, code text REFERENCES shop.t (code));
            CREATE TABLE i.t (id integer, code text);
            INSERT INTO i.t VALUES {rows};
            CREATE TABLE i.u AS SELECT 7 AS n, 'x' AS code;
            """);

        var report = await Db.RowsAsync(Put());

        var count = await Db.CountAsync("i.t");
        Assert.Equal([$"t|{count}|1|0|0|{count - 1}|0|0", "u|1|1|0|0|0|0|0"], report);
        Assert.Equal(["7|x"], await Db.RowsAsync("SELECT n, code FROM shop.u"));
    }

    [Theory]
    [InlineData("keep", "place|3|1|1|0|1|2|0", "old")]
    [InlineData("update", "place|3|1|0|1|1|1|0", "first")]
    public async Task Rows_of_a_tree_that_are_one_row_of_the_target_which_is_its_own_parent_are_one(string existing, string report, string note)
    {
        await Db.ExecuteAsync(
            """
            CREATE SCHEMA shop; CREATE SCHEMA i;
            CREATE TABLE shop.place (
                id uuid PRIMARY KEY DEFAULT gen_random_uuid(), up uuid REFERENCES shop.place, name text NOT NULL, note text, UNIQUE (up, name));
            INSERT INTO shop.place VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001', 'a', 'old');
            CREATE TABLE i.place (id uuid, up uuid, name text, note text, n integer);
            INSERT INTO i.place VALUES
                ('00000000-0000-0000-0000-000000000011', '00000000-0000-0000-0000-000000000001', 'a', 'second', 2),
                ('00000000-0000-0000-0000-000000000012', '00000000-0000-0000-0000-000000000011', 'a', 'first', 1),
                ('00000000-0000-0000-0000-000000000013', '00000000-0000-0000-0000-000000000012', 'b', 'new', 3);
            """);

        Assert.Equal([report], await Db.RowsAsync(Put($", '{{\"place\": {{\"order_by\": \"n\"}}}}', on_existing => '{existing}'")));
        Assert.Equal([$"a|{note}", "b|new"], await Db.RowsAsync("SELECT name, note FROM shop.place ORDER BY 1"));
        Assert.Equal(2, await Db.CountAsync("shop.place WHERE up = '00000000-0000-0000-0000-000000000001'"));
    }

    [Theory]
    [InlineData("i.place.code = 'b'", "visit|1|0|0|0|0|0|1", "place_code refers to no row of shop.place")]
    [InlineData("i.place.code = 'c'", "visit|1|1|0|0|0|0|0", null)]
    public async Task A_row_whose_parent_is_put_aside_late_does_not_go_to_another_one_that_has_its_key(
        string parent, string report, string? rule)
    {
        // b is Bern, as a is, and stays out as that does; c is not taken either, but is c there as well.
        await Db.ExecuteAsync(
            $"""
            CREATE SCHEMA shop; CREATE SCHEMA i;
            CREATE TABLE shop.place (code text PRIMARY KEY, name text UNIQUE, zip integer UNIQUE);
            CREATE TABLE shop.visit (id integer PRIMARY KEY, place_code text REFERENCES shop.place);
            INSERT INTO shop.place VALUES ('b', 'Basel', 4000), ('c', 'Chur', 7000), ('z', 'Zug', 3000);
            CREATE TABLE i.place AS SELECT * FROM (VALUES ('a', 'Bern', 3000), ('b', 'Bern', 3000), ('c', 'Chur', 7000)) v (code, name, zip);
            CREATE TABLE i.visit AS SELECT 1 AS id, code AS place_code FROM i.place WHERE {parent};
            """);

        Assert.Contains(report, await Db.RowsAsync(Put(
            """, natural_keys => '{"shop.place": ["name"]}', mapping => '{"place": {"on_existing": "fail"}}', on_reject => 'skip'""")));
        Assert.Equal(rule is null ? [] : [rule], await Db.RowsAsync("SELECT rule FROM pg_temp.put_rejects WHERE table_name = 'visit'"));
    }

    [Fact]
    public async Task Foreign_tables_are_read()
    {
        await Db.ExecuteAsync(
            """
            CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
            CREATE SCHEMA shop; CREATE SCHEMA i;
            CREATE TABLE shop.t (id serial PRIMARY KEY, k text UNIQUE); CREATE TABLE shop.u (t_id integer PRIMARY KEY REFERENCES shop.t);
            CREATE FOREIGN TABLE i.t (id integer, k text) SERVER files OPTIONS (program 'echo 8,a; echo 9,b', format 'csv');
            CREATE TABLE i.u AS SELECT 9 AS t_id;
            """);

        Assert.Equal(["t|2|2|0|0|0|0|0", "u|1|1|0|0|0|0|0"], await Db.RowsAsync(Put()));
        Assert.Equal(["b"], await Db.RowsAsync("SELECT k FROM shop.t JOIN shop.u ON t_id = id"));
    }

    [Fact]
    public async Task Only_natural_keys_that_refer_to_each_other_are_told()
    {
        await Db.ExecuteAsync(
            """
            CREATE SCHEMA shop; CREATE SCHEMA i;
            CREATE TABLE shop.a (id serial PRIMARY KEY, b_id integer UNIQUE);
            CREATE TABLE shop.b (id serial PRIMARY KEY, a_id integer UNIQUE REFERENCES shop.a);
            ALTER TABLE shop.a ADD FOREIGN KEY (b_id) REFERENCES shop.b;
            CREATE TABLE shop.c (id serial PRIMARY KEY, a_id integer UNIQUE REFERENCES shop.a);
            CREATE TABLE i.a (LIKE shop.a); CREATE TABLE i.b (LIKE shop.b); CREATE TABLE i.c (LIKE shop.c);
            """);

        var error = await Db.FailsAsync("0A000", Put());

        Assert.Equal("the natural keys of shop.a, shop.b refer to each other in a circle", error.MessageText);
    }

    [Fact]
    public async Task Many_tables_are_put_in_the_order_in_which_they_refer_to_each_other()
    {
        var random = new Random(1);
        var tables = Enumerable.Range(0, 60).Select(n => (Name: $"t{n}", Parents: Enumerable.Range(0, n).Where(_ => random.Next(n) < 2).ToList())).ToList();
        await Db.ExecuteAsync("CREATE SCHEMA shop; CREATE SCHEMA i;" + string.Concat(tables.Select(t =>
        {
            var references = t.Parents.Select(p => $", t{p}_id integer NOT NULL REFERENCES shop.t{p}");
            return $"CREATE TABLE shop.{t.Name} (id serial PRIMARY KEY, k text UNIQUE{string.Concat(references)});"
                + $"CREATE TABLE i.{t.Name} AS SELECT 5 AS id, 'k' AS k{string.Concat(t.Parents.Select(p => $", 5 AS t{p}_id"))};";
        })));

        await Db.ExecuteAsync(Put());

        Assert.Equal(["60"], await Db.RowsAsync("SELECT sum(inserted) FROM pg_temp.put_report"));
    }
}

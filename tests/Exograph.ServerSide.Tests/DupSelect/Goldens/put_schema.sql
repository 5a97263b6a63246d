CREATE SCHEMA shop;
CREATE TABLE shop.currency (code char(3) PRIMARY KEY, name text NOT NULL);
CREATE TABLE shop.category (
    id serial PRIMARY KEY, parent_id integer REFERENCES shop.category, name text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (parent_id, name));
CREATE TABLE shop.product (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, category_id integer NOT NULL REFERENCES shop.category,
    sku text NOT NULL UNIQUE, price numeric(10, 2) NOT NULL CHECK (price >= 0),
    currency char(3) NOT NULL DEFAULT 'EUR' REFERENCES shop.currency);
CREATE SCHEMA other_shop;
CREATE TABLE other_shop.currency (LIKE shop.currency);
CREATE TABLE other_shop.category (LIKE shop.category);
CREATE TABLE other_shop.product (id integer, category_id integer, sku text, price text, currency text);

-- SELECT dup_select.put_schema_sql('other_shop', 'shop');
-- To be run in one transaction. Where it fails with 40001 another session has inserted the same keys: run it again.

SELECT pg_catalog.set_config('put.search_path', pg_catalog.current_setting('search_path'), true), pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

-- What is left when it is done
DO $$
DECLARE
    v_name pg_catalog.text;
BEGIN
    FOREACH v_name IN ARRAY ARRAY[
        'put_report', 'put_rejects', 'put_category', 'put_category_raw', 'put_category_found',
        'put_category_map', 'put_currency', 'put_currency_raw', 'put_currency_found',
        'put_currency_map', 'put_product', 'put_product_raw', 'put_product_found',
        'put_product_map'] LOOP
        IF pg_catalog.to_regclass(pg_catalog.format('pg_temp.%I', v_name)) IS NOT NULL THEN
            EXECUTE pg_catalog.format('DROP TABLE pg_temp.%I', v_name);
        END IF;
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'another role has put rows in in this session' USING ERRCODE = 'insufficient_privilege',
        HINT = 'What it left is in the way: DISCARD TEMP as that role, or take another session.';
END
$$;

CREATE TEMPORARY TABLE put_report (
    table_name pg_catalog.text, rows_in pg_catalog.int8, inserted pg_catalog.int8 DEFAULT 0, existing pg_catalog.int8 DEFAULT 0,
    updated pg_catalog.int8 DEFAULT 0, collapsed pg_catalog.int8 DEFAULT 0, conflicting pg_catalog.int8 DEFAULT 0,
    rejected pg_catalog.int8 DEFAULT 0, map_name pg_catalog.text
);

CREATE TEMPORARY TABLE put_rejects (
    table_name pg_catalog.text, row_number pg_catalog.int8, rule pg_catalog.text, detail pg_catalog.text, "row" pg_catalog.jsonb
);

-- Read other_shop.category
CREATE TEMPORARY TABLE put_category (
    put__row pg_catalog.int8,
    put_id integer,
    put_parent_id integer,
    put_name text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_category (
    put__row, put_id, put_parent_id, put_name)
SELECT pg_catalog.row_number() OVER (),
    id, parent_id, name
FROM other_shop.category AS input;

INSERT INTO pg_temp.put_report (table_name, rows_in)
SELECT 'category', (SELECT pg_catalog.count(*) FROM pg_temp.put_category) OPERATOR(pg_catalog.+) pg_catalog.count(*)
FROM pg_temp.put_rejects AS r WHERE r.table_name OPERATOR(pg_catalog.=) 'category';

ANALYZE pg_temp.put_category (put__row, put_id, put_parent_id);

-- Read other_shop.currency
CREATE TEMPORARY TABLE put_currency (
    put__row pg_catalog.int8,
    put_code character(3),
    put_name text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_currency (
    put__row, put_code, put_name)
SELECT pg_catalog.row_number() OVER (),
    code, name
FROM other_shop.currency AS input;

INSERT INTO pg_temp.put_report (table_name, rows_in)
SELECT 'currency', (SELECT pg_catalog.count(*) FROM pg_temp.put_currency) OPERATOR(pg_catalog.+) pg_catalog.count(*)
FROM pg_temp.put_rejects AS r WHERE r.table_name OPERATOR(pg_catalog.=) 'currency';

ANALYZE pg_temp.put_currency (put__row, put_code);

-- Read other_shop.product
CREATE TEMPORARY TABLE put_product (
    put__row pg_catalog.int8,
    put_id integer,
    put_category_id integer,
    put_sku text,
    put_price numeric(10,2),
    put_currency character(3)
) ON COMMIT DROP;

DO $$
DECLARE
    v_from   pg_catalog.int8[] := '{1}';
    v_to     pg_catalog.int8[];
    v_first  pg_catalog.int8;
    v_last   pg_catalog.int8;
    v_column pg_catalog.int4;
    v_rule   pg_catalog.text;
    v_detail pg_catalog.text;
BEGIN
    INSERT INTO pg_temp.put_product (
        put__row, put_id, put_category_id, put_sku, put_price, put_currency)
    SELECT pg_catalog.row_number() OVER (),
        id, category_id, sku, CAST(CAST(price AS text) AS numeric), currency
    FROM other_shop.product AS input;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
    -- Some row does not cast. Which, halving tells.
    CREATE TEMPORARY TABLE put_product_raw ON COMMIT DROP AS
    SELECT pg_catalog.row_number() OVER () AS put__row, input.* FROM other_shop.product AS input WITH NO DATA;
    INSERT INTO pg_temp.put_product_raw SELECT pg_catalog.row_number() OVER (), input.* FROM other_shop.product AS input;
    CREATE INDEX ON pg_temp.put_product_raw (put__row);
    v_to := ARRAY(SELECT pg_catalog.count(*) FROM pg_temp.put_product_raw);
    WHILE pg_catalog.cardinality(v_to) OPERATOR(pg_catalog.>) 0 LOOP
        v_first := v_from[pg_catalog.cardinality(v_from)];
        v_last := v_to[pg_catalog.cardinality(v_to)];
        v_from := pg_catalog.trim_array(v_from, 1);
        v_to := pg_catalog.trim_array(v_to, 1);
        BEGIN
            INSERT INTO pg_temp.put_product (
                put__row, put_id, put_category_id, put_sku, put_price, put_currency)
            SELECT input.put__row,
                id, category_id, sku, CAST(CAST(price AS text) AS numeric), currency
            FROM pg_temp.put_product_raw AS input
            WHERE input.put__row OPERATOR(pg_catalog.>=) v_first AND input.put__row OPERATOR(pg_catalog.<=) v_last;
        EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
            IF v_first OPERATOR(pg_catalog.<) v_last THEN
                v_from := v_from OPERATOR(pg_catalog.||) ARRAY[
                    (v_first OPERATOR(pg_catalog.+) v_last) OPERATOR(pg_catalog./) 2 OPERATOR(pg_catalog.+) 1, v_first];
                v_to := v_to OPERATOR(pg_catalog.||) ARRAY[
                    v_last, (v_first OPERATOR(pg_catalog.+) v_last) OPERATOR(pg_catalog./) 2];
                CONTINUE;
            END IF;
            v_rule := 'does not cast';
            v_detail := SQLERRM;
            FOR v_column IN 1 .. 2 LOOP
                BEGIN
                    EXECUTE pg_catalog.format(
                        'INSERT INTO pg_temp.put_product (%I) SELECT %s FROM pg_temp.put_product_raw AS input WHERE input.put__row OPERATOR(pg_catalog.=) %s',
                        ('{put_price,put_currency}'::pg_catalog.text[])[v_column], ('{"CAST(CAST(price AS text) AS numeric)",currency}'::pg_catalog.text[])[v_column], v_first);
                    DELETE FROM pg_temp.put_product AS s WHERE s.put__row IS NULL;
                EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
                    v_rule := ('{"price does not cast to numeric(10,2)","currency does not cast to character(3)"}'::pg_catalog.text[])[v_column];
                    v_detail := SQLERRM;
                    EXIT;
                END;
            END LOOP;
            INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, detail, "row")
            SELECT 'product', v_first, v_rule, v_detail, pg_catalog.to_jsonb(input) OPERATOR(pg_catalog.-) 'put__row'
            FROM pg_temp.put_product_raw AS input WHERE input.put__row OPERATOR(pg_catalog.=) v_first;
        END;
    END LOOP;
END
$$;

INSERT INTO pg_temp.put_report (table_name, rows_in)
SELECT 'product', (SELECT pg_catalog.count(*) FROM pg_temp.put_product) OPERATOR(pg_catalog.+) pg_catalog.count(*)
FROM pg_temp.put_rejects AS r WHERE r.table_name OPERATOR(pg_catalog.=) 'product';

ANALYZE pg_temp.put_product (put__row, put_category_id, put_currency);

SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('put.search_path'), true);

-- Check rows for 'category'
WITH bad AS (
    DELETE FROM pg_temp.put_category AS s
    WHERE s.put_name IS NULL
    RETURNING s.put__row AS row_number, 'name is missing'::pg_catalog.text AS rule,
        pg_catalog.jsonb_build_object('id', s.put_id, 'parent_id', s.put_parent_id, 'name', s.put_name) AS "row"
)
INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
SELECT 'category', bad.row_number, bad.rule, bad."row" FROM bad;

WITH bad AS (
    DELETE FROM pg_temp.put_category AS s
    WHERE EXISTS (
        SELECT
        FROM (SELECT d.put_id FROM pg_temp.put_category AS d
              GROUP BY d.put_id HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1) AS d
        WHERE d.put_id OPERATOR(pg_catalog.=) s.put_id)
    RETURNING s.put__row AS row_number, 'id is there twice'::pg_catalog.text AS rule,
        pg_catalog.jsonb_build_object('id', s.put_id, 'parent_id', s.put_parent_id, 'name', s.put_name) AS "row"
)
INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
SELECT 'category', bad.row_number, bad.rule, bad."row" FROM bad;

WITH bad AS (
    DELETE FROM pg_temp.put_category AS s
    WHERE NOT (s.put__row OPERATOR(pg_catalog.=) ANY (
        WITH RECURSIVE down (put__row) AS (
            SELECT w.put__row FROM pg_temp.put_category AS w
            WHERE NOT EXISTS (SELECT FROM pg_temp.put_category AS p WHERE p.put_id OPERATOR(pg_catalog.=) w.put_parent_id)
            UNION
            SELECT w.put__row
            FROM down AS d
            JOIN pg_temp.put_category AS p ON p.put__row OPERATOR(pg_catalog.=) d.put__row
            JOIN pg_temp.put_category AS w ON p.put_id OPERATOR(pg_catalog.=) w.put_parent_id
        )
        SELECT d.put__row FROM down AS d))
    RETURNING s.put__row AS row_number, 'refers to itself in a circle'::pg_catalog.text AS rule,
        pg_catalog.jsonb_build_object('id', s.put_id, 'parent_id', s.put_parent_id, 'name', s.put_name) AS "row"
)
INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
SELECT 'category', bad.row_number, bad.rule, bad."row" FROM bad;

-- Check rows for 'currency'
WITH bad AS (
    DELETE FROM pg_temp.put_currency AS s
    WHERE s.put_code IS NULL
        OR s.put_name IS NULL
    RETURNING s.put__row AS row_number, CASE WHEN s.put_code IS NULL THEN 'code is missing'
            WHEN s.put_name IS NULL THEN 'name is missing' END AS rule,
        pg_catalog.jsonb_build_object('code', s.put_code, 'name', s.put_name) AS "row"
)
INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
SELECT 'currency', bad.row_number, bad.rule, bad."row" FROM bad;

-- Check rows for 'product'
WITH bad AS (
    DELETE FROM pg_temp.put_product AS s
    WHERE s.put_category_id IS NULL
        OR s.put_sku IS NULL
        OR s.put_price IS NULL
        OR NOT ((s.put_price OPERATOR(pg_catalog.>=) (0)::numeric))
    RETURNING s.put__row AS row_number, CASE WHEN s.put_category_id IS NULL THEN 'category_id is missing'
            WHEN s.put_sku IS NULL THEN 'sku is missing'
            WHEN s.put_price IS NULL THEN 'price is missing'
            WHEN NOT ((s.put_price OPERATOR(pg_catalog.>=) (0)::numeric)) THEN 'violates product_price_check' END AS rule,
        pg_catalog.jsonb_build_object('id', s.put_id, 'category_id', s.put_category_id, 'sku', s.put_sku,
        'price', s.put_price, 'currency', s.put_currency) AS "row"
)
INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
SELECT 'product', bad.row_number, bad.rule, bad."row" FROM bad;

WITH bad AS (
    DELETE FROM pg_temp.put_product AS s
    WHERE EXISTS (
        SELECT
        FROM (SELECT d.put_id FROM pg_temp.put_product AS d
              GROUP BY d.put_id HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1) AS d
        WHERE d.put_id OPERATOR(pg_catalog.=) s.put_id)
    RETURNING s.put__row AS row_number, 'id is there twice'::pg_catalog.text AS rule,
        pg_catalog.jsonb_build_object('id', s.put_id, 'category_id', s.put_category_id, 'sku', s.put_sku,
        'price', s.put_price, 'currency', s.put_currency) AS "row"
)
INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
SELECT 'product', bad.row_number, bad.rule, bad."row" FROM bad;

-- Check references
DO $$
DECLARE
    v_again pg_catalog.bool := true;
BEGIN
    WHILE v_again LOOP
        v_again := false;
        WITH bad AS (
            DELETE FROM pg_temp.put_category AS s
            WHERE pg_catalog.num_nulls(s.put_parent_id) OPERATOR(pg_catalog.=) 0
                AND NOT EXISTS (SELECT FROM pg_temp.put_category AS p WHERE p.put_id OPERATOR(pg_catalog.=) s.put_parent_id)
            RETURNING s.put__row AS row_number, 'parent_id refers to no row of shop.category'::pg_catalog.text AS rule,
                pg_catalog.jsonb_build_object('id', s.put_id, 'parent_id', s.put_parent_id, 'name', s.put_name) AS "row"
        )
        INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
        SELECT 'category', bad.row_number, bad.rule, bad."row" FROM bad;
        v_again := v_again OR FOUND;
        IF EXISTS (SELECT FROM pg_temp.put_rejects) THEN
            WITH bad AS (
                DELETE FROM pg_temp.put_product AS s
                WHERE pg_catalog.num_nulls(s.put_category_id) OPERATOR(pg_catalog.=) 0
                    AND NOT EXISTS (SELECT FROM pg_temp.put_category AS p WHERE p.put_id OPERATOR(pg_catalog.=) s.put_category_id)
                RETURNING s.put__row AS row_number, 'category_id refers to no row of shop.category'::pg_catalog.text AS rule,
                    pg_catalog.jsonb_build_object('id', s.put_id, 'category_id', s.put_category_id, 'sku', s.put_sku,
                    'price', s.put_price, 'currency', s.put_currency) AS "row"
            )
            INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
            SELECT 'product', bad.row_number, bad.rule, bad."row" FROM bad;
            v_again := v_again OR FOUND;
            WITH bad AS (
                DELETE FROM pg_temp.put_product AS s
                WHERE pg_catalog.num_nulls(s.put_currency) OPERATOR(pg_catalog.=) 0
                    AND NOT EXISTS (SELECT FROM pg_temp.put_currency AS p WHERE p.put_code OPERATOR(pg_catalog.=) s.put_currency)
                    AND NOT EXISTS (SELECT FROM shop.currency AS t WHERE t.code OPERATOR(pg_catalog.=) s.put_currency)
                RETURNING s.put__row AS row_number, 'currency refers to no row of shop.currency'::pg_catalog.text AS rule,
                    pg_catalog.jsonb_build_object('id', s.put_id, 'category_id', s.put_category_id, 'sku', s.put_sku,
                    'price', s.put_price, 'currency', s.put_currency) AS "row"
            )
            INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
            SELECT 'product', bad.row_number, bad.rule, bad."row" FROM bad;
            v_again := v_again OR FOUND;
        END IF;
    END LOOP;
END
$$;

DO $$
DECLARE
    v_rejects pg_catalog.int8 := (SELECT pg_catalog.count(*) FROM pg_temp.put_rejects);
BEGIN
    IF v_rejects OPERATOR(pg_catalog.>) 0 THEN
        RAISE EXCEPTION '% % cannot be put in', v_rejects,
            CASE WHEN v_rejects OPERATOR(pg_catalog.=) 1 THEN 'row' ELSE 'rows' END
            USING ERRCODE = 'integrity_constraint_violation',
                  DETAIL = (SELECT pg_catalog.string_agg(pg_catalog.format(
                                '%s of %s: %s, as %s', r.n, r.table_name, pg_catalog.concat_ws(': ', r.rule, r.detail),
                                pg_catalog."left"(r.example, 200)), pg_catalog.chr(10) ORDER BY r.n DESC, r.table_name, r.rule)
                            FROM (SELECT p.table_name, p.rule, pg_catalog.count(*) AS n, pg_catalog.min(p.detail) AS detail,
                                         pg_catalog.min(p."row"::pg_catalog.text) AS example
                                  FROM pg_temp.put_rejects AS p
                                  GROUP BY p.table_name, p.rule ORDER BY 3 DESC LIMIT 10) AS r),
                  HINT = 'on_reject => ''skip'' leaves them out, and pg_temp.put_rejects lists them then.';
    END IF;
END
$$;

UPDATE pg_temp.put_report AS r SET rejected = (
    SELECT pg_catalog.count(*) FROM pg_temp.put_rejects AS p WHERE p.table_name OPERATOR(pg_catalog.=) r.table_name);

-- Find rows of shop.category, by category_parent_id_name_key
CREATE TEMPORARY TABLE put_category_map (
    put__row pg_catalog.int8,
    old_id integer, new_id integer,
    existing pg_catalog.bool, same_as pg_catalog.int8
) ON COMMIT DROP;

DO $$
BEGIN
    LOOP
        CREATE TEMPORARY TABLE put_category_found ON COMMIT DROP AS
        SELECT s.put__row, s.put__old_1, t.id AS put__new_1, t.tableoid IS NOT NULL AS put__existing,
            NULL::pg_catalog.int8 AS put__first, s.put_parent_id AS put__key_1,
            s.put_name AS put__key_2
        FROM (
            SELECT w.put__row, w.put_id, coalesce(r1.new_id, w.put_parent_id) AS put_parent_id,
                w.put_name, w.put_id AS put__old_1
            FROM pg_temp.put_category AS w
            LEFT JOIN pg_temp.put_category_map AS r1 ON r1.old_id OPERATOR(pg_catalog.=) w.put_parent_id
            WHERE NOT EXISTS (SELECT FROM pg_temp.put_category_map AS m WHERE m.put__row OPERATOR(pg_catalog.=) w.put__row)
                AND (r1.put__row IS NOT NULL OR pg_catalog.num_nulls(w.put_parent_id) OPERATOR(pg_catalog.>) 0)
        ) AS s
        LEFT JOIN shop.category AS t ON parent_id OPERATOR(pg_catalog.=) s.put_parent_id
          AND name OPERATOR(pg_catalog.=) s.put_name;
        EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_category_found);
        UPDATE pg_temp.put_category_found AS s SET put__existing = true, put__new_1 = t.id
        FROM shop.category AS t
        WHERE NOT s.put__existing AND pg_catalog.num_nulls(s.put__key_1) OPERATOR(pg_catalog.>) 0
          AND (parent_id OPERATOR(pg_catalog.=) s.put__key_1 OR parent_id IS NULL AND s.put__key_1 IS NULL)
          AND name OPERATOR(pg_catalog.=) s.put__key_2;
        UPDATE pg_temp.put_category_found AS f SET put__first = d.first
        FROM (SELECT d.put__row, pg_catalog.first_value(d.put__row) OVER (PARTITION BY d.put__key_1, d.put__key_2 ORDER BY w.put_id, d.put__row) AS first
              FROM pg_temp.put_category_found AS d JOIN pg_temp.put_category AS w ON w.put__row OPERATOR(pg_catalog.=) d.put__row) AS d
        WHERE EXISTS (SELECT FROM pg_temp.put_category_found AS d
                      GROUP BY d.put__key_1, d.put__key_2 HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1)
          AND d.put__row OPERATOR(pg_catalog.=) f.put__row AND d.first OPERATOR(pg_catalog.<>) f.put__row;
        INSERT INTO pg_temp.put_category_map (put__row, old_id, new_id, existing)
        SELECT f.put__row, f.put__old_1, f.put__new_1,
            f.put__existing
        FROM pg_temp.put_category_found AS f
        WHERE f.put__first IS NULL AND f.put__existing;
        INSERT INTO pg_temp.put_category_map (put__row, old_id, new_id, existing)
        SELECT f.put__row, f.put__old_1, coalesce(f.put__new_1, pg_catalog.nextval('shop.category_id_seq'::pg_catalog.regclass)),
            f.put__existing
        FROM pg_temp.put_category_found AS f
        WHERE f.put__first IS NULL AND NOT f.put__existing
        ORDER BY f.put__old_1, f.put__row;
        INSERT INTO pg_temp.put_category_map (put__row, old_id, new_id, existing, same_as)
        SELECT f.put__row, f.put__old_1, m.new_id, m.existing, f.put__first
        FROM pg_temp.put_category_found AS f
        JOIN pg_temp.put_category_map AS m ON m.put__row OPERATOR(pg_catalog.=) f.put__first
        WHERE EXISTS (SELECT FROM pg_temp.put_category_found AS e WHERE e.put__first IS NOT NULL);
        DROP TABLE pg_temp.put_category_found;
    END LOOP;
END
$$;

UPDATE pg_temp.put_category_map AS m SET same_as = CASE WHEN d.first OPERATOR(pg_catalog.<>) m.put__row THEN d.first END
FROM (SELECT m.put__row, pg_catalog.first_value(m.put__row) OVER (PARTITION BY m.new_id ORDER BY w.put_id, m.put__row) AS first
      FROM pg_temp.put_category_map AS m JOIN pg_temp.put_category AS w ON w.put__row OPERATOR(pg_catalog.=) m.put__row
      WHERE m.existing AND pg_catalog.num_nulls(m.new_id) OPERATOR(pg_catalog.=) 0) AS d
WHERE EXISTS (SELECT FROM pg_temp.put_category_map AS m
              WHERE m.existing AND m.same_as IS NULL AND pg_catalog.num_nulls(m.new_id) OPERATOR(pg_catalog.=) 0
              GROUP BY m.new_id HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1)
  AND d.put__row OPERATOR(pg_catalog.=) m.put__row;

DROP TABLE pg_temp.put_category_found;

ANALYZE pg_temp.put_category_map (put__row, old_id);

-- Find rows of shop.currency, by currency_pkey
CREATE TEMPORARY TABLE put_currency_map (
    put__row pg_catalog.int8,
    old_code character(3), new_code character(3),
    existing pg_catalog.bool, same_as pg_catalog.int8
) ON COMMIT DROP;

CREATE TEMPORARY TABLE put_currency_found ON COMMIT DROP AS
SELECT s.put__row, s.put__old_1,
    CASE WHEN t.tableoid IS NULL THEN s.put_code ELSE t.code END AS put__new_1,
    t.tableoid IS NOT NULL AS put__existing, NULL::pg_catalog.int8 AS put__first, s.put_code,
    s.put_name,
    t.tableoid IS NOT NULL AND ((s.put_name OPERATOR(pg_catalog.=) t.name) IS NOT TRUE) AS put__differs
FROM (
    SELECT w.put__row, w.put_code, w.put_name, w.put_code AS put__old_1
    FROM pg_temp.put_currency AS w
) AS s
LEFT JOIN shop.currency AS t ON code OPERATOR(pg_catalog.=) s.put_code;

UPDATE pg_temp.put_currency_found AS f SET put__first = d.first
FROM (SELECT d.put__row, pg_catalog.first_value(d.put__row) OVER (PARTITION BY d.put_code ORDER BY w.put_code, d.put__row) AS first
      FROM pg_temp.put_currency_found AS d JOIN pg_temp.put_currency AS w ON w.put__row OPERATOR(pg_catalog.=) d.put__row) AS d
WHERE EXISTS (SELECT FROM pg_temp.put_currency_found AS d
              GROUP BY d.put_code HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1)
  AND d.put__row OPERATOR(pg_catalog.=) f.put__row AND d.first OPERATOR(pg_catalog.<>) f.put__row;

INSERT INTO pg_temp.put_currency_map (put__row, old_code, new_code, existing)
SELECT f.put__row, f.put__old_1, f.put__new_1,
    f.put__existing
FROM pg_temp.put_currency_found AS f
WHERE f.put__first IS NULL;

INSERT INTO pg_temp.put_currency_map (put__row, old_code, new_code, existing, same_as)
SELECT f.put__row, f.put__old_1, m.new_code, m.existing, f.put__first
FROM pg_temp.put_currency_found AS f
JOIN pg_temp.put_currency_map AS m ON m.put__row OPERATOR(pg_catalog.=) f.put__first
WHERE EXISTS (SELECT FROM pg_temp.put_currency_found AS e WHERE e.put__first IS NOT NULL);

ANALYZE pg_temp.put_currency_map (put__row, old_code);

-- Find rows of shop.product, by product_sku_key
CREATE TEMPORARY TABLE put_product_map (
    put__row pg_catalog.int8,
    old_id integer, new_id integer,
    existing pg_catalog.bool, same_as pg_catalog.int8
) ON COMMIT DROP;

DO $x$
DECLARE
    put__collapses CONSTANT pg_catalog.bool := EXISTS (SELECT FROM pg_temp.put_product AS s GROUP BY s.put_sku HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1);
BEGIN
    CREATE TEMPORARY TABLE put_product_found ON COMMIT DROP AS
SELECT s.put__row, s.put__old_1, t.id AS put__new_1, t.tableoid IS NOT NULL AS put__existing,
    NULL::pg_catalog.int8 AS put__first, s.put_id, s.put_category_id, s.put_sku, s.put_price,
    s.put_currency,
    t.tableoid IS NOT NULL AND ((s.put_category_id OPERATOR(pg_catalog.=) t.category_id) IS NOT TRUE
        OR (s.put_price OPERATOR(pg_catalog.=) t.price) IS NOT TRUE
        OR (s.put_currency OPERATOR(pg_catalog.=) t.currency) IS NOT TRUE AND s.put_currency IS DISTINCT FROM NULL) AS put__differs,
    s.put__dangles
FROM (
    SELECT w.put__row, w.put_id, coalesce(r1.new_id, w.put_category_id) AS put_category_id,
        w.put_sku, w.put_price, coalesce(r2.new_code, w.put_currency) AS put_currency,
        w.put_id AS put__old_1,
        CASE WHEN pg_catalog.num_nulls(w.put_category_id) OPERATOR(pg_catalog.=) 0
                AND r1.put__row IS NULL THEN 1
            WHEN pg_catalog.num_nulls(w.put_currency) OPERATOR(pg_catalog.=) 0
                AND r2.put__row IS NULL
                AND NOT EXISTS (SELECT FROM shop.currency AS t WHERE t.code OPERATOR(pg_catalog.=) w.put_currency) THEN 2 END AS put__dangles
    FROM pg_temp.put_product AS w
    LEFT JOIN pg_temp.put_category_map AS r1 ON r1.old_id OPERATOR(pg_catalog.=) w.put_category_id
    LEFT JOIN pg_temp.put_currency_map AS r2 ON r2.old_code OPERATOR(pg_catalog.=) w.put_currency AND r2.same_as IS NULL
) AS s
LEFT JOIN shop.product AS t ON sku OPERATOR(pg_catalog.=) s.put_sku
WHERE put__collapses
  OR t.tableoid IS NULL
  OR (s.put_category_id OPERATOR(pg_catalog.=) t.category_id) IS NOT TRUE
        OR (s.put_price OPERATOR(pg_catalog.=) t.price) IS NOT TRUE
        OR (s.put_currency OPERATOR(pg_catalog.=) t.currency) IS NOT TRUE AND s.put_currency IS DISTINCT FROM NULL
  OR s.put__dangles IS NOT NULL;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_temp.put_product_found AS f WHERE f.put__dangles IS NOT NULL) THEN
        WITH bad AS (
            DELETE FROM pg_temp.put_product AS s
            USING pg_temp.put_product_found AS f
            WHERE f.put__row OPERATOR(pg_catalog.=) s.put__row AND f.put__dangles IS NOT NULL
            RETURNING s.put__row AS row_number, f.put__dangles AS link,
                pg_catalog.jsonb_build_object('id', s.put_id, 'category_id', s.put_category_id, 'sku', s.put_sku,
                'price', s.put_price, 'currency', s.put_currency) AS "row"
        )
        INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
        SELECT 'product', bad.row_number, ('{"category_id refers to no row of shop.category","currency refers to no row of shop.currency"}'::pg_catalog.text[])[bad.link], bad."row" FROM bad;
        DELETE FROM pg_temp.put_product_found AS f WHERE f.put__dangles IS NOT NULL;
    END IF;
END
$$;
UPDATE pg_temp.put_product_found AS f SET put__first = d.first
FROM (SELECT d.put__row, pg_catalog.first_value(d.put__row) OVER (PARTITION BY d.put_sku ORDER BY w.put_id, d.put__row) AS first
      FROM pg_temp.put_product_found AS d JOIN pg_temp.put_product AS w ON w.put__row OPERATOR(pg_catalog.=) d.put__row) AS d
WHERE put__collapses
  AND d.put__row OPERATOR(pg_catalog.=) f.put__row AND d.first OPERATOR(pg_catalog.<>) f.put__row;
INSERT INTO pg_temp.put_product_map (put__row, old_id, new_id, existing)
SELECT f.put__row, f.put__old_1, f.put__new_1,
    f.put__existing
FROM pg_temp.put_product_found AS f
WHERE f.put__first IS NULL AND f.put__existing;
INSERT INTO pg_temp.put_product_map (put__row, old_id, new_id, existing)
SELECT f.put__row, f.put__old_1, coalesce(f.put__new_1, pg_catalog.nextval('shop.product_id_seq')),
    f.put__existing
FROM pg_temp.put_product_found AS f
WHERE f.put__first IS NULL AND NOT f.put__existing
ORDER BY f.put__old_1, f.put__row;
INSERT INTO pg_temp.put_product_map (put__row, old_id, new_id, existing, same_as)
SELECT f.put__row, f.put__old_1, m.new_id, m.existing, f.put__first
FROM pg_temp.put_product_found AS f
JOIN pg_temp.put_product_map AS m ON m.put__row OPERATOR(pg_catalog.=) f.put__first
WHERE EXISTS (SELECT FROM pg_temp.put_product_found AS e WHERE e.put__first IS NOT NULL);
END
$x$;

ANALYZE pg_temp.put_product_map (put__row, old_id);

-- Rows that refer to none
DO $$
DECLARE
    v_rejects pg_catalog.int8 := (SELECT pg_catalog.count(*) FROM pg_temp.put_rejects);
BEGIN
    IF v_rejects OPERATOR(pg_catalog.>) 0 THEN
        RAISE EXCEPTION '% % cannot be put in', v_rejects,
            CASE WHEN v_rejects OPERATOR(pg_catalog.=) 1 THEN 'row' ELSE 'rows' END
            USING ERRCODE = 'integrity_constraint_violation',
                  DETAIL = (SELECT pg_catalog.string_agg(pg_catalog.format(
                                '%s of %s: %s, as %s', r.n, r.table_name, pg_catalog.concat_ws(': ', r.rule, r.detail),
                                pg_catalog."left"(r.example, 200)), pg_catalog.chr(10) ORDER BY r.n DESC, r.table_name, r.rule)
                            FROM (SELECT p.table_name, p.rule, pg_catalog.count(*) AS n, pg_catalog.min(p.detail) AS detail,
                                         pg_catalog.min(p."row"::pg_catalog.text) AS example
                                  FROM pg_temp.put_rejects AS p
                                  GROUP BY p.table_name, p.rule ORDER BY 3 DESC LIMIT 10) AS r),
                  HINT = 'on_reject => ''skip'' leaves them out, and pg_temp.put_rejects lists them then.';
    END IF;
END
$$;

UPDATE pg_temp.put_report AS r SET rejected = (
    SELECT pg_catalog.count(*) FROM pg_temp.put_rejects AS p WHERE p.table_name OPERATOR(pg_catalog.=) r.table_name);

-- Count rows of 'category'
UPDATE pg_temp.put_report AS r SET (existing, collapsed) = (
    SELECT pg_catalog.count(*) FILTER (WHERE m.existing AND m.same_as IS NULL), pg_catalog.count(m.same_as)
    FROM pg_temp.put_category_map AS m)
WHERE r.table_name OPERATOR(pg_catalog.=) 'category';

-- Count rows of 'currency'
UPDATE pg_temp.put_report AS r SET (existing, collapsed, conflicting) = (
    SELECT pg_catalog.count(*) FILTER (WHERE m.put__existing AND m.put__first IS NULL), pg_catalog.count(m.put__first),
           pg_catalog.count(*) FILTER (WHERE m.put__differs AND m.put__first IS NULL)
    FROM pg_temp.put_currency_found AS m)
WHERE r.table_name OPERATOR(pg_catalog.=) 'currency';

-- Count rows of 'product'
UPDATE pg_temp.put_report AS r SET (existing, collapsed, conflicting) = (
    SELECT r.rows_in OPERATOR(pg_catalog.-) r.rejected OPERATOR(pg_catalog.-) pg_catalog.count(*) FILTER (
               WHERE NOT m.put__existing OR m.put__first IS NOT NULL), pg_catalog.count(m.put__first),
           pg_catalog.count(*) FILTER (WHERE m.put__differs AND m.put__first IS NULL)
    FROM pg_temp.put_product_found AS m)
WHERE r.table_name OPERATOR(pg_catalog.=) 'product';

-- Insert into shop.category
WITH added AS (
    INSERT INTO shop.category (
        id, parent_id, name)
    SELECT s.put__new_1, s.put_parent_id, s.put_name
    FROM (
        SELECT w.put__row, w.put_id, coalesce(r1.new_id, w.put_parent_id) AS put_parent_id,
            w.put_name, m.existing AS put__existing, m.same_as AS put__first,
            m.new_id AS put__new_1
        FROM pg_temp.put_category AS w
        LEFT JOIN pg_temp.put_category_map AS r1 ON r1.old_id OPERATOR(pg_catalog.=) w.put_parent_id
        JOIN pg_temp.put_category_map AS m ON m.put__row OPERATOR(pg_catalog.=) w.put__row
    ) AS s
    WHERE NOT s.put__existing AND s.put__first IS NULL
    ORDER BY s.put_parent_id, s.put_name
    ON CONFLICT (parent_id, name) DO NOTHING
    RETURNING 1
)
UPDATE pg_temp.put_report AS r SET inserted = n.rows
FROM (
    SELECT 'category', pg_catalog.count(*) FROM added
) AS n (name, rows)
WHERE n.name OPERATOR(pg_catalog.=) r.table_name;

DO $$
DECLARE
    v_table pg_catalog.text;
BEGIN
    SELECT r.table_name INTO v_table
    FROM pg_temp.put_report AS r
    WHERE r.table_name OPERATOR(pg_catalog.=) ANY (ARRAY['category'])
      AND r.rows_in OPERATOR(pg_catalog.<>) (r.inserted OPERATOR(pg_catalog.+) r.existing OPERATOR(pg_catalog.+) r.collapsed
          OPERATOR(pg_catalog.+) r.rejected)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% has not taken all rows that were new', v_table USING ERRCODE = 'serialization_failure',
            HINT = 'Another session has inserted some of them: run it again. '
                'Or a BEFORE trigger leaves rows out, or changes keys.';
    END IF;
END
$$;

-- Insert into shop.currency
WITH added AS (
    INSERT INTO shop.currency (
        code, name)
    SELECT s.put__new_1, s.put_name
    FROM pg_temp.put_currency_found AS s
    WHERE NOT s.put__existing AND s.put__first IS NULL
    ORDER BY s.put_code
    ON CONFLICT (code) DO NOTHING
    RETURNING 1
)
UPDATE pg_temp.put_report AS r SET inserted = n.rows
FROM (
    SELECT 'currency', pg_catalog.count(*) FROM added
) AS n (name, rows)
WHERE n.name OPERATOR(pg_catalog.=) r.table_name;

DO $$
DECLARE
    v_table pg_catalog.text;
BEGIN
    SELECT r.table_name INTO v_table
    FROM pg_temp.put_report AS r
    WHERE r.table_name OPERATOR(pg_catalog.=) ANY (ARRAY['currency'])
      AND r.rows_in OPERATOR(pg_catalog.<>) (r.inserted OPERATOR(pg_catalog.+) r.existing OPERATOR(pg_catalog.+) r.collapsed
          OPERATOR(pg_catalog.+) r.rejected)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% has not taken all rows that were new', v_table USING ERRCODE = 'serialization_failure',
            HINT = 'Another session has inserted some of them: run it again. '
                'Or a BEFORE trigger leaves rows out, or changes keys.';
    END IF;
END
$$;

-- Insert into shop.product
WITH added AS (
    INSERT INTO shop.product (
        id, category_id, sku, price, currency)
    OVERRIDING SYSTEM VALUE
    SELECT s.put__new_1, s.put_category_id, s.put_sku, s.put_price, coalesce(s.put_currency, 'EUR')
    FROM (
        SELECT f.put__row, f.put__existing, f.put__first, f.put__differs, f.put_id, f.put_category_id,
            f.put_sku, f.put_price, f.put_currency, m.new_id AS put__new_1
        FROM pg_temp.put_product_found AS f
        JOIN pg_temp.put_product_map AS m ON m.put__row OPERATOR(pg_catalog.=) f.put__row
    ) AS s
    WHERE NOT s.put__existing AND s.put__first IS NULL
    ORDER BY s.put_sku
    ON CONFLICT (sku) DO NOTHING
    RETURNING 1
)
UPDATE pg_temp.put_report AS r SET inserted = n.rows
FROM (
    SELECT 'product', pg_catalog.count(*) FROM added
) AS n (name, rows)
WHERE n.name OPERATOR(pg_catalog.=) r.table_name;

DO $$
DECLARE
    v_table pg_catalog.text;
BEGIN
    SELECT r.table_name INTO v_table
    FROM pg_temp.put_report AS r
    WHERE r.table_name OPERATOR(pg_catalog.=) ANY (ARRAY['product'])
      AND r.rows_in OPERATOR(pg_catalog.<>) (r.inserted OPERATOR(pg_catalog.+) r.existing OPERATOR(pg_catalog.+) r.collapsed
          OPERATOR(pg_catalog.+) r.rejected)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% has not taken all rows that were new', v_table USING ERRCODE = 'serialization_failure',
            HINT = 'Another session has inserted some of them: run it again. '
                'Or a BEFORE trigger leaves rows out, or changes keys.';
    END IF;
END
$$;

-- Rows of 'currency' that are there or are one
UPDATE pg_temp.put_report AS r SET conflicting = r.conflicting OPERATOR(pg_catalog.+) (
    SELECT pg_catalog.count(*)
    FROM pg_temp.put_currency_found AS s
    JOIN pg_temp.put_currency_found AS o ON o.put__row OPERATOR(pg_catalog.=) s.put__first
    WHERE (s.put_name OPERATOR(pg_catalog.=) o.put_name) IS NOT TRUE)
WHERE r.table_name OPERATOR(pg_catalog.=) 'currency' AND r.collapsed OPERATOR(pg_catalog.>) 0;

-- Rows of 'product' that are there or are one
UPDATE pg_temp.put_report AS r SET conflicting = r.conflicting OPERATOR(pg_catalog.+) (
    SELECT pg_catalog.count(*)
    FROM (
        SELECT f.put__row, f.put__existing, f.put__first, f.put__differs, f.put_id, f.put_category_id,
            f.put_sku, f.put_price, f.put_currency, m.new_id AS put__new_1
        FROM pg_temp.put_product_found AS f
        JOIN pg_temp.put_product_map AS m ON m.put__row OPERATOR(pg_catalog.=) f.put__row
    ) AS s
    JOIN (
        SELECT f.put__row, f.put__existing, f.put__first, f.put__differs, f.put_id, f.put_category_id,
            f.put_sku, f.put_price, f.put_currency, m.new_id AS put__new_1
        FROM pg_temp.put_product_found AS f
        JOIN pg_temp.put_product_map AS m ON m.put__row OPERATOR(pg_catalog.=) f.put__row
    ) AS o ON o.put__row OPERATOR(pg_catalog.=) s.put__first
    WHERE (s.put_category_id OPERATOR(pg_catalog.=) o.put_category_id) IS NOT TRUE
        OR (s.put_price OPERATOR(pg_catalog.=) o.put_price) IS NOT TRUE
        OR (s.put_currency OPERATOR(pg_catalog.=) o.put_currency) IS NOT TRUE AND s.put_currency IS DISTINCT FROM NULL)
WHERE r.table_name OPERATOR(pg_catalog.=) 'product' AND r.collapsed OPERATOR(pg_catalog.>) 0;

-- Report
DO $$
DECLARE
    v_report pg_catalog.record;
BEGIN
    SELECT * INTO v_report FROM pg_temp.put_report AS r
    WHERE r.rows_in OPERATOR(pg_catalog.<>) (r.inserted OPERATOR(pg_catalog.+) r.existing OPERATOR(pg_catalog.+) r.updated
        OPERATOR(pg_catalog.+) r.collapsed OPERATOR(pg_catalog.+) r.rejected)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'rows of % are unaccounted for', v_report.table_name
            USING ERRCODE = 'data_corrupted', DETAIL = v_report::pg_catalog.text, HINT = 'Nothing was put in.';
    END IF;
END
$$;

DROP TABLE pg_temp.put_category, pg_temp.put_category_map, pg_temp.put_currency,
    pg_temp.put_currency_found, pg_temp.put_currency_map, pg_temp.put_product,
    pg_temp.put_product_found, pg_temp.put_product_map;

SELECT * FROM pg_temp.put_report ORDER BY table_name;

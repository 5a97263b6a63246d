-- Types with modifiers, domains, enums, arrays, composite types, collations.
CREATE SCHEMA s;
CREATE TYPE s.colour AS ENUM ('red', 'green');
CREATE TYPE s.point AS (x integer, y integer);
CREATE DOMAIN s.code AS character(3) CHECK (VALUE <> '');
CREATE DOMAIN s.amount AS numeric(6,2) NOT NULL DEFAULT 0;
CREATE TABLE s.kind (id smallserial PRIMARY KEY, code s.code, flag bit(3), UNIQUE NULLS NOT DISTINCT (code, flag));
CREATE TABLE s.item (
    id      serial PRIMARY KEY,
    kind_id smallint REFERENCES s.kind,
    name    character varying(20) COLLATE "C" NOT NULL,
    colour  s.colour NOT NULL DEFAULT 'red',
    place   s.point,
    tags    text[] NOT NULL DEFAULT '{}',
    span    int4range,
    amount  s.amount,
    since   timestamp(0) without time zone,
    UNIQUE NULLS NOT DISTINCT (kind_id, name, colour, place, tags, span, since)
);
CREATE TABLE s.rows (
    kind_code text, kind_flag bit(3), name text, colour text, place s.point, tags text[], span int4range, amount text, since text);

-- SELECT dup_select.inserter_view_sql('s.item', mapping => '{"kind_id.code": "kind_code", "kind_id.flag": "kind_flag", "name": "name", "colour": "colour", "place": "place", "tags": "tags", "span": "span", "amount": "amount", "since": "since"}', input => 's.rows');
CREATE OR REPLACE VIEW s.item_in WITH (security_invoker = true) AS
SELECT
    item.id,
    item.kind_id,
    NULL::text AS kind_code,
    kind.flag AS kind_flag,
    NULL::text AS name,
    NULL::text AS colour,
    item.place,
    item.tags,
    item.span,
    NULL::text AS amount,
    NULL::text AS since
FROM s.item
LEFT JOIN s.kind ON kind.id OPERATOR(pg_catalog.=) item.kind_id;

CREATE OR REPLACE FUNCTION s.item_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_name character varying(20) COLLATE "C";
    v_colour s.colour;
    v_amount numeric(6,2);
    v_since timestamp(0) without time zone;
    v_kind_code s.code;
    v_path pg_catalog.text := pg_catalog.current_setting('search_path');
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.item_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.item.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.item_in', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    SELECT name, colour, amount, since, kind_code
    INTO v_name, v_colour, v_amount, v_since, v_kind_code
    FROM (SELECT NEW.*) AS input;
    PERFORM pg_catalog.set_config('search_path', v_path, true);

    NEW.tags := coalesce(NEW.tags, '{}');

    -- kind_id: s.kind, by kind_code_flag_key
    WHILE NEW.kind_id IS NULL AND
          pg_catalog.num_nonnulls(NEW.kind_flag, v_kind_code) OPERATOR(pg_catalog.>) 0 AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.kind_id FROM s.kind
        WHERE (code OPERATOR(pg_catalog.=) v_kind_code OR code IS NULL AND v_kind_code IS NULL)
          AND (flag OPERATOR(pg_catalog.=) NEW.kind_flag OR flag IS NULL AND NEW.kind_flag IS NULL);
        EXIT WHEN FOUND;
        INSERT INTO s.kind (code, flag) VALUES (v_kind_code, NEW.kind_flag)
        ON CONFLICT (code, flag) DO NOTHING
        RETURNING id INTO NEW.kind_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.item, by item_kind_id_name_colour_place_tags_span_since_key
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.item
        WHERE (kind_id OPERATOR(pg_catalog.=) NEW.kind_id OR kind_id IS NULL AND NEW.kind_id IS NULL)
          AND name OPERATOR(pg_catalog.=) v_name
          AND colour OPERATOR(pg_catalog.=) coalesce(v_colour, 'red')
          AND (place OPERATOR(pg_catalog.=) NEW.place OR place IS NOT DISTINCT FROM NULL AND NEW.place IS NOT DISTINCT FROM NULL)
          AND tags OPERATOR(pg_catalog.=) NEW.tags
          AND (span OPERATOR(pg_catalog.=) NEW.span OR span IS NULL AND NEW.span IS NULL)
          AND (since OPERATOR(pg_catalog.=) v_since OR since IS NULL AND v_since IS NULL);
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.item (kind_id, name, colour, place, tags, span, amount, since)
        VALUES (NEW.kind_id, v_name, coalesce(v_colour, 'red'), NEW.place, NEW.tags, NEW.span,
            coalesce(v_amount, 0), v_since)
        ON CONFLICT (kind_id, name, colour, place, tags, span, since) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.item'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.item_in
    FOR EACH ROW EXECUTE FUNCTION s.item_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.item_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.item_in_insert();

COMMENT ON VIEW s.item_in IS
    'INSERT puts a row into s.item, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON COLUMN s.item_in.kind_code IS 'Input only, it is stored as kind_id.code = kind_code.';
COMMENT ON COLUMN s.item_in.name IS 'Input only, it is stored as name = name.';
COMMENT ON COLUMN s.item_in.colour IS 'Input only, it is stored as colour = colour.';
COMMENT ON COLUMN s.item_in.amount IS 'Input only, it is stored as amount = amount.';
COMMENT ON COLUMN s.item_in.since IS 'Input only, it is stored as since = since.';
COMMENT ON FUNCTION s.item_in_insert() IS 'Trigger function of view s.item_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.item', '{"kind_id.code": "kind_code", "kind_id.flag": "kind_flag", "name": "name", "colour": "colour", "place": "place", "tags": "tags", "span": "span", "amount": "amount", "since": "since"}');
SELECT pg_catalog.set_config('put.search_path', pg_catalog.current_setting('search_path'), true), pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    item__name character varying(20) COLLATE "C",
    item__colour s.colour,
    item__place s.point,
    item__tags text[],
    item__span int4range,
    item__amount numeric(6,2),
    item__since timestamp(0) without time zone,
    kind__code s.code,
    kind__flag bit(3)
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, item__name, item__colour, item__place, item__tags, item__span, item__amount,
    item__since, kind__code, kind__flag)
SELECT input.ctid, name, CAST(CAST(colour AS text) AS s.colour), place, tags, span,
    CAST(CAST(amount AS text) AS numeric),
    CAST(CAST(since AS text) AS timestamp without time zone), kind_code, kind_flag
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, kind__code, kind__flag, item__name, item__colour, item__place, item__tags, item__span, item__since);

SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('put.search_path'), true);

-- kind_id: s.kind, by kind_code_flag_key
CREATE TEMPORARY TABLE put_kind ON COMMIT DROP AS
SELECT s.*, NULL::smallint AS item__kind_id
FROM (
    SELECT kind__code, kind__flag, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY kind__code, kind__flag
) AS s;

UPDATE pg_temp.put_kind AS s SET item__kind_id = id
FROM s.kind
WHERE s.item__kind_id IS NULL AND pg_catalog.num_nonnulls(s.kind__code, s.kind__flag) OPERATOR(pg_catalog.>) 0
  AND code OPERATOR(pg_catalog.=) s.kind__code
  AND flag OPERATOR(pg_catalog.=) s.kind__flag;
UPDATE pg_temp.put_kind AS s SET item__kind_id = id
FROM s.kind
WHERE s.item__kind_id IS NULL AND pg_catalog.num_nonnulls(s.kind__code, s.kind__flag) OPERATOR(pg_catalog.>) 0 AND pg_catalog.num_nulls(s.kind__code, s.kind__flag) OPERATOR(pg_catalog.>) 0
  AND (code OPERATOR(pg_catalog.=) s.kind__code OR code IS NULL AND s.kind__code IS NULL)
  AND (flag OPERATOR(pg_catalog.=) s.kind__flag OR flag IS NULL AND s.kind__flag IS NULL);
INSERT INTO s.kind (code, flag)
SELECT DISTINCT ON (s.kind__code, s.kind__flag)
    s.kind__code, s.kind__flag
FROM (
    SELECT s.put__row, s.kind__code, s.kind__flag, put_kind.item__kind_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_kind ON put_kind.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.item__kind_id IS NULL AND pg_catalog.num_nonnulls(s.kind__code, s.kind__flag) OPERATOR(pg_catalog.>) 0
ORDER BY s.kind__code, s.kind__flag, s.put__row
ON CONFLICT (code, flag) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_kind AS s SET item__kind_id = id
FROM s.kind
WHERE s.item__kind_id IS NULL AND pg_catalog.num_nonnulls(s.kind__code, s.kind__flag) OPERATOR(pg_catalog.>) 0
  AND code OPERATOR(pg_catalog.=) s.kind__code
  AND flag OPERATOR(pg_catalog.=) s.kind__flag;
UPDATE pg_temp.put_kind AS s SET item__kind_id = id
FROM s.kind
WHERE s.item__kind_id IS NULL AND pg_catalog.num_nonnulls(s.kind__code, s.kind__flag) OPERATOR(pg_catalog.>) 0 AND pg_catalog.num_nulls(s.kind__code, s.kind__flag) OPERATOR(pg_catalog.>) 0
  AND (code OPERATOR(pg_catalog.=) s.kind__code OR code IS NULL AND s.kind__code IS NULL)
  AND (flag OPERATOR(pg_catalog.=) s.kind__flag OR flag IS NULL AND s.kind__flag IS NULL);

ANALYZE pg_temp.put_kind (kind__code, kind__flag);

-- s.item, by item_kind_id_name_colour_place_tags_span_since_key
CREATE TEMPORARY TABLE put_item (put__row tid, put__id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_item
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_kind.item__kind_id, s.item__name, s.item__colour, s.item__place,
            s.item__tags, s.item__span, s.item__since
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_kind ON ROW(put_kind.kind__code, put_kind.kind__flag)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.kind__code, s.kind__flag)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_item WHERE put_item.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.item
  ON kind_id OPERATOR(pg_catalog.=) s.item__kind_id
  AND name OPERATOR(pg_catalog.=) s.item__name
  AND colour OPERATOR(pg_catalog.=) coalesce(s.item__colour, 'red')
  AND place OPERATOR(pg_catalog.=) s.item__place
  AND tags OPERATOR(pg_catalog.=) coalesce(s.item__tags, '{}')
  AND span OPERATOR(pg_catalog.=) s.item__span
  AND since OPERATOR(pg_catalog.=) s.item__since;
INSERT INTO pg_temp.put_item
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_kind.item__kind_id, s.item__name, s.item__colour, s.item__place,
            s.item__tags, s.item__span, s.item__since
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_kind ON ROW(put_kind.kind__code, put_kind.kind__flag)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.kind__code, s.kind__flag)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_item WHERE put_item.put__row OPERATOR(pg_catalog.=) s.put__row) AND pg_catalog.num_nulls(s.item__kind_id, s.item__place, s.item__span, s.item__since) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.item
  ON (kind_id OPERATOR(pg_catalog.=) s.item__kind_id OR kind_id IS NULL AND s.item__kind_id IS NULL)
  AND name OPERATOR(pg_catalog.=) s.item__name
  AND colour OPERATOR(pg_catalog.=) coalesce(s.item__colour, 'red')
  AND (place OPERATOR(pg_catalog.=) s.item__place OR place IS NOT DISTINCT FROM NULL AND s.item__place IS NOT DISTINCT FROM NULL)
  AND tags OPERATOR(pg_catalog.=) coalesce(s.item__tags, '{}')
  AND (span OPERATOR(pg_catalog.=) s.item__span OR span IS NULL AND s.item__span IS NULL)
  AND (since OPERATOR(pg_catalog.=) s.item__since OR since IS NULL AND s.item__since IS NULL);
INSERT INTO s.item (kind_id, name, colour, place, tags, span, amount, since)
SELECT DISTINCT ON (s.item__kind_id, s.item__name, coalesce(s.item__colour, 'red'), s.item__place, coalesce(s.item__tags, '{}'), s.item__span, s.item__since)
    s.item__kind_id, s.item__name, coalesce(s.item__colour, 'red'), s.item__place,
    coalesce(s.item__tags, '{}'), s.item__span, coalesce(s.item__amount, 0), s.item__since
FROM (
    SELECT s.put__row, put_kind.item__kind_id, s.item__name, s.item__colour, s.item__place,
        s.item__tags, s.item__span, s.item__amount, s.item__since
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_kind ON ROW(put_kind.kind__code, put_kind.kind__flag)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.kind__code, s.kind__flag)::pg_catalog.record
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_item WHERE put_item.put__row OPERATOR(pg_catalog.=) s.put__row)
ORDER BY s.item__kind_id, s.item__name, coalesce(s.item__colour, 'red'), s.item__place, coalesce(s.item__tags, '{}'), s.item__span, s.item__since, s.put__row
ON CONFLICT (kind_id, name, colour, place, tags, span, since) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_item
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_kind.item__kind_id, s.item__name, s.item__colour, s.item__place,
            s.item__tags, s.item__span, s.item__since
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_kind ON ROW(put_kind.kind__code, put_kind.kind__flag)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.kind__code, s.kind__flag)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_item WHERE put_item.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.item
  ON kind_id OPERATOR(pg_catalog.=) s.item__kind_id
  AND name OPERATOR(pg_catalog.=) s.item__name
  AND colour OPERATOR(pg_catalog.=) coalesce(s.item__colour, 'red')
  AND place OPERATOR(pg_catalog.=) s.item__place
  AND tags OPERATOR(pg_catalog.=) coalesce(s.item__tags, '{}')
  AND span OPERATOR(pg_catalog.=) s.item__span
  AND since OPERATOR(pg_catalog.=) s.item__since;
INSERT INTO pg_temp.put_item
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_kind.item__kind_id, s.item__name, s.item__colour, s.item__place,
            s.item__tags, s.item__span, s.item__since
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_kind ON ROW(put_kind.kind__code, put_kind.kind__flag)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.kind__code, s.kind__flag)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_item WHERE put_item.put__row OPERATOR(pg_catalog.=) s.put__row) AND pg_catalog.num_nulls(s.item__kind_id, s.item__place, s.item__span, s.item__since) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.item
  ON (kind_id OPERATOR(pg_catalog.=) s.item__kind_id OR kind_id IS NULL AND s.item__kind_id IS NULL)
  AND name OPERATOR(pg_catalog.=) s.item__name
  AND colour OPERATOR(pg_catalog.=) coalesce(s.item__colour, 'red')
  AND (place OPERATOR(pg_catalog.=) s.item__place OR place IS NOT DISTINCT FROM NULL AND s.item__place IS NOT DISTINCT FROM NULL)
  AND tags OPERATOR(pg_catalog.=) coalesce(s.item__tags, '{}')
  AND (span OPERATOR(pg_catalog.=) s.item__span OR span IS NULL AND s.item__span IS NULL)
  AND (since OPERATOR(pg_catalog.=) s.item__since OR since IS NULL AND s.item__since IS NULL);

SELECT s.put__row, pg_catalog.jsonb_build_object('id', s.put__id)
FROM (SELECT s.put__row, s.put__id FROM pg_temp.put_item AS s ORDER BY s.put__row OFFSET 0) AS s;

-- SELECT dup_select.inserter_view_sql('s.item', 's.item_by_default');
CREATE OR REPLACE VIEW s.item_by_default WITH (security_invoker = true) AS
SELECT
    item.id,
    item.kind_id,
    item.name,
    item.colour,
    item.place,
    item.tags,
    item.span,
    item.amount::numeric(6,2) AS amount,
    item.since,
    kind.code AS kind_code,
    kind.flag AS kind_flag
FROM s.item
LEFT JOIN s.kind ON kind.id OPERATOR(pg_catalog.=) item.kind_id;

CREATE OR REPLACE FUNCTION s.item_by_default_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.item_by_default'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.item.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.item_by_default', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    NEW.colour := coalesce(NEW.colour, 'red');
    NEW.tags := coalesce(NEW.tags, '{}');
    NEW.amount := coalesce(NEW.amount, 0);

    -- kind_id: s.kind, by kind_code_flag_key
    WHILE NEW.kind_id IS NULL AND
          pg_catalog.num_nonnulls(NEW.kind_code, NEW.kind_flag) OPERATOR(pg_catalog.>) 0 AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.kind_id FROM s.kind
        WHERE (code OPERATOR(pg_catalog.=) NEW.kind_code OR code IS NULL AND NEW.kind_code IS NULL)
          AND (flag OPERATOR(pg_catalog.=) NEW.kind_flag OR flag IS NULL AND NEW.kind_flag IS NULL);
        EXIT WHEN FOUND;
        INSERT INTO s.kind (code, flag) VALUES (NEW.kind_code, NEW.kind_flag)
        ON CONFLICT (code, flag) DO NOTHING
        RETURNING id INTO NEW.kind_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.item, by item_kind_id_name_colour_place_tags_span_since_key
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.item
        WHERE (kind_id OPERATOR(pg_catalog.=) NEW.kind_id OR kind_id IS NULL AND NEW.kind_id IS NULL)
          AND name OPERATOR(pg_catalog.=) NEW.name
          AND colour OPERATOR(pg_catalog.=) NEW.colour
          AND (place OPERATOR(pg_catalog.=) NEW.place OR place IS NOT DISTINCT FROM NULL AND NEW.place IS NOT DISTINCT FROM NULL)
          AND tags OPERATOR(pg_catalog.=) NEW.tags
          AND (span OPERATOR(pg_catalog.=) NEW.span OR span IS NULL AND NEW.span IS NULL)
          AND (since OPERATOR(pg_catalog.=) NEW.since OR since IS NULL AND NEW.since IS NULL);
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.item (kind_id, name, colour, place, tags, span, amount, since)
        VALUES (NEW.kind_id, NEW.name, NEW.colour, NEW.place, NEW.tags, NEW.span, NEW.amount,
            NEW.since)
        ON CONFLICT (kind_id, name, colour, place, tags, span, since) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.item'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.item_by_default
    FOR EACH ROW EXECUTE FUNCTION s.item_by_default_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.item_by_default
    FOR EACH STATEMENT EXECUTE FUNCTION s.item_by_default_insert();

COMMENT ON VIEW s.item_by_default IS
    'INSERT puts a row into s.item, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.item_by_default_insert() IS 'Trigger function of view s.item_by_default.';

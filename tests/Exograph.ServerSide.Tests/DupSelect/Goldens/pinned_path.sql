-- Expressions that mean the same under a pinned search_path only.
CREATE SCHEMA s;
CREATE TABLE s.lot (id serial PRIMARY KEY, code varchar(9), grade text NOT NULL);
CREATE UNIQUE INDEX one_code ON s.lot (coalesce(nullif(code, ''), 'none')) WHERE grade IS DISTINCT FROM 'void';
CREATE TABLE s.sample (
    id     serial PRIMARY KEY,
    lot_id integer NOT NULL REFERENCES s.lot,
    name   text NOT NULL,
    UNIQUE (lot_id, name)
);
CREATE TABLE s.rows (code text, grade text, name text);

-- SELECT dup_select.inserter_view_sql('s.sample', mapping => '{"lot_id.code": "code", "lot_id.grade": "upper(grade)", "name": "name"}', input => 's.rows');
CREATE OR REPLACE VIEW s.sample_in WITH (security_invoker = true) AS
SELECT
    sample.id,
    sample.lot_id,
    NULL::text AS code,
    NULL::text AS grade,
    sample.name
FROM s.sample
JOIN s.lot ON lot.id OPERATOR(pg_catalog.=) sample.lot_id;

CREATE OR REPLACE FUNCTION s.sample_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_lot_code character varying(9);
    v_lot_grade text;
    v_path pg_catalog.text := pg_catalog.current_setting('search_path');
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.sample_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.sample.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.sample_in', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    SELECT code, upper(grade)
    INTO v_lot_code, v_lot_grade
    FROM (SELECT NEW.*) AS input;
    PERFORM pg_catalog.set_config('search_path', v_path, true);

    -- lot_id: s.lot, by one_code
    WHILE NEW.lot_id IS NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.lot_id FROM s.lot
        WHERE COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text) OPERATOR(pg_catalog.=) (SELECT COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text) FROM (SELECT v_lot_code) AS given (code))
          AND (grade IS DISTINCT FROM 'void'::pg_catalog.text)
          AND ((SELECT (grade IS DISTINCT FROM 'void'::pg_catalog.text) FROM (SELECT v_lot_grade) AS given (grade)));
        EXIT WHEN FOUND;
        INSERT INTO s.lot (code, grade) VALUES (v_lot_code, v_lot_grade)
        ON CONFLICT (COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text)) WHERE (grade IS DISTINCT FROM 'void'::pg_catalog.text) DO NOTHING
        RETURNING id INTO NEW.lot_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.sample, by sample_lot_id_name_key
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.sample
        WHERE lot_id OPERATOR(pg_catalog.=) NEW.lot_id
          AND name OPERATOR(pg_catalog.=) NEW.name;
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.sample (lot_id, name) VALUES (NEW.lot_id, NEW.name)
        ON CONFLICT (lot_id, name) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.sample'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.sample_in
    FOR EACH ROW EXECUTE FUNCTION s.sample_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.sample_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.sample_in_insert();

COMMENT ON VIEW s.sample_in IS
    'INSERT puts a row into s.sample, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON COLUMN s.sample_in.code IS 'Input only, it is stored as lot_id.code = code.';
COMMENT ON COLUMN s.sample_in.grade IS 'Input only, it is stored as lot_id.grade = upper(grade).';
COMMENT ON FUNCTION s.sample_in_insert() IS 'Trigger function of view s.sample_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.sample', '{"lot_id.code": "code", "lot_id.grade": "upper(grade)", "name": "name"}');
SELECT pg_catalog.set_config('put.search_path', pg_catalog.current_setting('search_path'), true), pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    sample__name text,
    lot__code character varying(9),
    lot__grade text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, sample__name, lot__code, lot__grade)
SELECT input.ctid, name, code, upper(grade)
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, lot__code, sample__name);

SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('put.search_path'), true);

-- lot_id: s.lot, by one_code
CREATE TEMPORARY TABLE put_lot (put__row tid, sample__lot_id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_lot
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, s.lot__code, s.lot__grade, put_lot.sample__lot_id
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_lot ON put_lot.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE s.sample__lot_id IS NULL
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.lot
  ON COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text) OPERATOR(pg_catalog.=) (SELECT COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text) FROM (SELECT s.lot__code) AS given (code))
  AND (grade IS DISTINCT FROM 'void'::pg_catalog.text)
  AND ((SELECT (grade IS DISTINCT FROM 'void'::pg_catalog.text) FROM (SELECT s.lot__grade) AS given (grade)));
INSERT INTO s.lot (code, grade)
SELECT DISTINCT ON ((SELECT COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text) FROM (SELECT s.lot__code) AS given (code)))
    s.lot__code, s.lot__grade
FROM (
    SELECT s.put__row, s.lot__code, s.lot__grade, put_lot.sample__lot_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_lot ON put_lot.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.sample__lot_id IS NULL AND (SELECT COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text) FROM (SELECT s.lot__code) AS given (code)) IS NOT NULL AND ((SELECT (grade IS DISTINCT FROM 'void'::pg_catalog.text) FROM (SELECT s.lot__grade) AS given (grade))) IS TRUE
ORDER BY (SELECT COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text) FROM (SELECT s.lot__code) AS given (code)), s.put__row
ON CONFLICT (COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text)) WHERE (grade IS DISTINCT FROM 'void'::pg_catalog.text) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_lot
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, s.lot__code, s.lot__grade, put_lot.sample__lot_id
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_lot ON put_lot.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE s.sample__lot_id IS NULL
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.lot
  ON COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text) OPERATOR(pg_catalog.=) (SELECT COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text) FROM (SELECT s.lot__code) AS given (code))
  AND (grade IS DISTINCT FROM 'void'::pg_catalog.text)
  AND ((SELECT (grade IS DISTINCT FROM 'void'::pg_catalog.text) FROM (SELECT s.lot__grade) AS given (grade)));

-- lot_id: s.lot, by one_code: rows without a key
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM (
    SELECT s.put__row, s.lot__code, s.lot__grade, put_lot.sample__lot_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_lot ON put_lot.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
    WHERE s.sample__lot_id IS NULL AND NOT ((SELECT COALESCE(NULLIF((code)::pg_catalog.text, ''::pg_catalog.text), 'none'::pg_catalog.text) FROM (SELECT s.lot__code) AS given (code)) IS NOT NULL AND ((SELECT (grade IS DISTINCT FROM 'void'::pg_catalog.text) FROM (SELECT s.lot__grade) AS given (grade))) IS TRUE)
), added AS (
    INSERT INTO s.lot (code, grade)
    SELECT s.lot__code, s.lot__grade
    FROM (
    SELECT s.put__row, s.lot__code, s.lot__grade, put_lot.sample__lot_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_lot ON put_lot.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
INSERT INTO pg_temp.put_lot
SELECT asked.put__row, numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n;

-- s.sample, by sample_lot_id_name_key
CREATE TEMPORARY TABLE put_sample (put__row tid, put__id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_sample
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_lot.sample__lot_id, s.sample__name
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_lot ON put_lot.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_sample WHERE put_sample.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.sample
  ON lot_id OPERATOR(pg_catalog.=) s.sample__lot_id
  AND name OPERATOR(pg_catalog.=) s.sample__name;
INSERT INTO s.sample (lot_id, name)
SELECT DISTINCT ON (s.sample__lot_id, s.sample__name)
    s.sample__lot_id, s.sample__name
FROM (
    SELECT s.put__row, put_lot.sample__lot_id, s.sample__name
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_lot ON put_lot.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_sample WHERE put_sample.put__row OPERATOR(pg_catalog.=) s.put__row)
ORDER BY s.sample__lot_id, s.sample__name, s.put__row
ON CONFLICT (lot_id, name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_sample
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_lot.sample__lot_id, s.sample__name
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_lot ON put_lot.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_sample WHERE put_sample.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.sample
  ON lot_id OPERATOR(pg_catalog.=) s.sample__lot_id
  AND name OPERATOR(pg_catalog.=) s.sample__name;

SELECT s.put__row, pg_catalog.jsonb_build_object('id', s.put__id)
FROM (SELECT s.put__row, s.put__id FROM pg_temp.put_sample AS s ORDER BY s.put__row OFFSET 0) AS s;

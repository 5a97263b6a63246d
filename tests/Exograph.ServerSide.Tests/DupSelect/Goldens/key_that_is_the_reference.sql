-- The natural key of a parent is what refers to it.
CREATE SCHEMA s;
CREATE TABLE s.advisory (id text PRIMARY KEY, summary text);
CREATE TABLE s.affected (advisory_id text NOT NULL REFERENCES s.advisory, package text NOT NULL, PRIMARY KEY (advisory_id, package));
CREATE TABLE s.rows (advisory_id text, package text);

-- SELECT dup_select.inserter_view_sql('s.affected');
CREATE OR REPLACE VIEW s.affected_in WITH (security_invoker = true) AS
SELECT
    affected.advisory_id,
    affected.package
FROM s.affected
JOIN s.advisory ON advisory.id OPERATOR(pg_catalog.=) affected.advisory_id;

CREATE OR REPLACE FUNCTION s.affected_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_advisory_id_2 text;
    v_path pg_catalog.text := pg_catalog.current_setting('search_path');
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.affected_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.affected.';
    END IF;

    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    SELECT advisory_id
    INTO v_advisory_id_2
    FROM (SELECT NEW.*) AS input;
    PERFORM pg_catalog.set_config('search_path', v_path, true);

    NEW.advisory_id := NULL;

    -- advisory_id: s.advisory, by advisory_pkey
    WHILE NEW.advisory_id IS NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.advisory_id FROM s.advisory WHERE id OPERATOR(pg_catalog.=) v_advisory_id_2;
        EXIT WHEN FOUND;
        INSERT INTO s.advisory (id) VALUES (v_advisory_id_2)
        ON CONFLICT (id) DO NOTHING
        RETURNING id INTO NEW.advisory_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.affected, by affected_pkey
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        PERFORM FROM s.affected
        WHERE advisory_id OPERATOR(pg_catalog.=) NEW.advisory_id
          AND package OPERATOR(pg_catalog.=) NEW.package;
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.affected (advisory_id, package) VALUES (NEW.advisory_id, NEW.package)
        ON CONFLICT (advisory_id, package) DO NOTHING;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.affected'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.affected_in
    FOR EACH ROW EXECUTE FUNCTION s.affected_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.affected_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.affected_in_insert();

COMMENT ON VIEW s.affected_in IS
    'INSERT puts a row into s.affected, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.affected_in_insert() IS 'Trigger function of view s.affected_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.affected');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    affected__package text,
    advisory__id text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, affected__package, advisory__id)
SELECT input.ctid, package, advisory_id
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, advisory__id, affected__package);

-- advisory_id: s.advisory, by advisory_pkey
CREATE TEMPORARY TABLE put_advisory ON COMMIT DROP AS
SELECT s.*, id::text AS affected__advisory_id
FROM (
    SELECT advisory__id, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY advisory__id
) AS s
LEFT JOIN s.advisory
  ON id OPERATOR(pg_catalog.=) s.advisory__id;

INSERT INTO s.advisory (id)
SELECT DISTINCT ON (s.advisory__id)
    s.advisory__id
FROM (
    SELECT s.put__row, s.advisory__id, put_advisory.affected__advisory_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_advisory ON put_advisory.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.affected__advisory_id IS NULL
ORDER BY s.advisory__id, s.put__row
ON CONFLICT (id) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_advisory AS s SET affected__advisory_id = id
FROM s.advisory
WHERE s.affected__advisory_id IS NULL
  AND id OPERATOR(pg_catalog.=) s.advisory__id;

ANALYZE pg_temp.put_advisory (advisory__id);

-- s.affected, by affected_pkey
CREATE TEMPORARY TABLE put_affected (put__row tid, put__advisory_id text, put__package text) ON COMMIT DROP;

INSERT INTO pg_temp.put_affected
SELECT s.put__row, advisory_id, package
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_advisory.affected__advisory_id, s.affected__package
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_advisory ON put_advisory.advisory__id OPERATOR(pg_catalog.=) s.advisory__id
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_affected WHERE put_affected.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.affected
  ON advisory_id OPERATOR(pg_catalog.=) s.affected__advisory_id
  AND package OPERATOR(pg_catalog.=) s.affected__package;
INSERT INTO s.affected (advisory_id, package)
SELECT DISTINCT ON (s.affected__advisory_id, s.affected__package)
    s.affected__advisory_id, s.affected__package
FROM (
    SELECT s.put__row, put_advisory.affected__advisory_id, s.affected__package
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_advisory ON put_advisory.advisory__id OPERATOR(pg_catalog.=) s.advisory__id
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_affected WHERE put_affected.put__row OPERATOR(pg_catalog.=) s.put__row)
ORDER BY s.affected__advisory_id, s.affected__package, s.put__row
ON CONFLICT (advisory_id, package) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_affected
SELECT s.put__row, advisory_id, package
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_advisory.affected__advisory_id, s.affected__package
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_advisory ON put_advisory.advisory__id OPERATOR(pg_catalog.=) s.advisory__id
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_affected WHERE put_affected.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.affected
  ON advisory_id OPERATOR(pg_catalog.=) s.affected__advisory_id
  AND package OPERATOR(pg_catalog.=) s.affected__package;

SELECT s.put__row, pg_catalog.jsonb_build_object('advisory_id', s.put__advisory_id, 'package', s.put__package)
FROM (SELECT s.put__row, s.put__advisory_id, s.put__package FROM pg_temp.put_affected AS s ORDER BY s.put__row OFFSET 0) AS s;

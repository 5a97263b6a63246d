-- No unique key: every row is a new one, or natural_keys names columns.
CREATE SCHEMA s;
CREATE TABLE s.host (id serial PRIMARY KEY, name text);
CREATE TABLE s.event (host_id integer REFERENCES s.host, at timestamptz, message text);
CREATE TABLE s.rows (host_name text, at timestamptz, message text);

-- SELECT dup_select.inserter_view_sql('s.event', mapping => '{"host_id.name": "host_name", "at": "at", "message": "message"}', natural_keys => '{"s.host": ["name"]}');
CREATE OR REPLACE VIEW s.event_in WITH (security_invoker = true) AS
SELECT
    event.host_id,
    event.at,
    event.message,
    host.name AS host_name
FROM s.event
LEFT JOIN s.host ON host.id OPERATOR(pg_catalog.=) event.host_id;

CREATE OR REPLACE FUNCTION s.event_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.event_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.event.';
    END IF;

    -- host_id: s.host, by columns without a unique index
    WHILE NEW.host_id IS NULL AND NEW.host_name IS NOT NULL AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.host_id FROM s.host
        WHERE (name OPERATOR(pg_catalog.=) NEW.host_name OR name IS NULL AND NEW.host_name IS NULL);
        EXIT WHEN FOUND;
        INSERT INTO s.host (name) VALUES (NEW.host_name)
        RETURNING id INTO NEW.host_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.event: no unique key is filled by the input, every row is a new one
    IF v_attempts OPERATOR(pg_catalog.<) 100 THEN
        INSERT INTO s.event (host_id, at, message) VALUES (NEW.host_id, NEW.at, NEW.message);
        IF FOUND THEN RETURN NEW; END IF;
        RETURN NULL; -- a trigger of the table left it out
    END IF;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.event'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.event_in
    FOR EACH ROW EXECUTE FUNCTION s.event_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.event_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.event_in_insert();

COMMENT ON VIEW s.event_in IS
    'INSERT puts a row into s.event, finds or makes its parents by natural key, and gives the ids back. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.event_in_insert() IS 'Trigger function of view s.event_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.event', '{"host_id.name": "host_name", "at": "at", "message": "message"}', '{"s.host": ["name"]}');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    event__at timestamp with time zone,
    event__message text,
    host__name text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, event__at, event__message, host__name)
SELECT input.ctid, at, message, host_name
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, host__name);

-- host_id: s.host, by columns without a unique index
CREATE TEMPORARY TABLE put_host ON COMMIT DROP AS
SELECT s.*, NULL::integer AS event__host_id
FROM (
    SELECT host__name, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY host__name
) AS s;

UPDATE pg_temp.put_host AS s SET event__host_id = id
FROM s.host
WHERE s.event__host_id IS NULL AND s.host__name IS NOT NULL
  AND name OPERATOR(pg_catalog.=) s.host__name;
UPDATE pg_temp.put_host AS s SET event__host_id = id
FROM s.host
WHERE s.event__host_id IS NULL AND s.host__name IS NOT NULL AND pg_catalog.num_nulls(s.host__name) OPERATOR(pg_catalog.>) 0
  AND (name OPERATOR(pg_catalog.=) s.host__name OR name IS NULL AND s.host__name IS NULL);
INSERT INTO s.host (name)
SELECT DISTINCT ON (s.host__name)
    s.host__name
FROM (
    SELECT s.put__row, s.host__name, put_host.event__host_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_host ON put_host.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.event__host_id IS NULL AND s.host__name IS NOT NULL
ORDER BY s.host__name, s.put__row;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_host AS s SET event__host_id = id
FROM s.host
WHERE s.event__host_id IS NULL AND s.host__name IS NOT NULL
  AND name OPERATOR(pg_catalog.=) s.host__name;
UPDATE pg_temp.put_host AS s SET event__host_id = id
FROM s.host
WHERE s.event__host_id IS NULL AND s.host__name IS NOT NULL AND pg_catalog.num_nulls(s.host__name) OPERATOR(pg_catalog.>) 0
  AND (name OPERATOR(pg_catalog.=) s.host__name OR name IS NULL AND s.host__name IS NULL);

ANALYZE pg_temp.put_host (host__name);

-- s.event
CREATE TEMPORARY TABLE put_event (put__row tid) ON COMMIT DROP;

-- s.event: rows without a key
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM (
    SELECT s.put__row, put_host.event__host_id, s.event__at, s.event__message
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_host ON ROW(put_host.host__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.host__name)::pg_catalog.record
) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_event WHERE put_event.put__row OPERATOR(pg_catalog.=) s.put__row) AND NOT (false)
), added AS (
    INSERT INTO s.event (host_id, at, message)
    SELECT s.event__host_id, s.event__at, s.event__message
    FROM (
    SELECT s.put__row, put_host.event__host_id, s.event__at, s.event__message
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_host ON ROW(put_host.host__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.host__name)::pg_catalog.record
) AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING true AS put__done
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
INSERT INTO pg_temp.put_event
SELECT asked.put__row
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n;

SELECT s.put__row, pg_catalog.jsonb_build_object()
FROM (SELECT s.put__row FROM pg_temp.put_event AS s ORDER BY s.put__row OFFSET 0) AS s;

-- SELECT dup_select.inserter_view_sql('s.event', mapping => '{"host_id.name": "host_name", "at": "at", "message": "message"}', natural_keys => '{"s.host": ["name"], "s.event": ["at", "host_id"]}');
CREATE OR REPLACE VIEW s.event_in WITH (security_invoker = true) AS
SELECT
    event.host_id,
    event.at,
    event.message,
    host.name AS host_name
FROM s.event
LEFT JOIN s.host ON host.id OPERATOR(pg_catalog.=) event.host_id;

CREATE OR REPLACE FUNCTION s.event_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.event_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.event.';
    END IF;

    -- host_id: s.host, by columns without a unique index
    WHILE NEW.host_id IS NULL AND NEW.host_name IS NOT NULL AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.host_id FROM s.host
        WHERE (name OPERATOR(pg_catalog.=) NEW.host_name OR name IS NULL AND NEW.host_name IS NULL);
        EXIT WHEN FOUND;
        INSERT INTO s.host (name) VALUES (NEW.host_name)
        RETURNING id INTO NEW.host_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.event, by columns without a unique index
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        PERFORM FROM s.event
        WHERE (host_id OPERATOR(pg_catalog.=) NEW.host_id OR host_id IS NULL AND NEW.host_id IS NULL)
          AND (at OPERATOR(pg_catalog.=) NEW.at OR at IS NULL AND NEW.at IS NULL);
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.event (host_id, at, message) VALUES (NEW.host_id, NEW.at, NEW.message);
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.event'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.event_in
    FOR EACH ROW EXECUTE FUNCTION s.event_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.event_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.event_in_insert();

COMMENT ON VIEW s.event_in IS
    'INSERT puts a row into s.event, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.event_in_insert() IS 'Trigger function of view s.event_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.event', '{"host_id.name": "host_name", "at": "at", "message": "message"}', '{"s.host": ["name"], "s.event": ["at", "host_id"]}');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    event__at timestamp with time zone,
    event__message text,
    host__name text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, event__at, event__message, host__name)
SELECT input.ctid, at, message, host_name
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, host__name, event__at);

-- host_id: s.host, by columns without a unique index
CREATE TEMPORARY TABLE put_host ON COMMIT DROP AS
SELECT s.*, NULL::integer AS event__host_id
FROM (
    SELECT host__name, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY host__name
) AS s;

UPDATE pg_temp.put_host AS s SET event__host_id = id
FROM s.host
WHERE s.event__host_id IS NULL AND s.host__name IS NOT NULL
  AND name OPERATOR(pg_catalog.=) s.host__name;
UPDATE pg_temp.put_host AS s SET event__host_id = id
FROM s.host
WHERE s.event__host_id IS NULL AND s.host__name IS NOT NULL AND pg_catalog.num_nulls(s.host__name) OPERATOR(pg_catalog.>) 0
  AND (name OPERATOR(pg_catalog.=) s.host__name OR name IS NULL AND s.host__name IS NULL);
INSERT INTO s.host (name)
SELECT DISTINCT ON (s.host__name)
    s.host__name
FROM (
    SELECT s.put__row, s.host__name, put_host.event__host_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_host ON put_host.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.event__host_id IS NULL AND s.host__name IS NOT NULL
ORDER BY s.host__name, s.put__row;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_host AS s SET event__host_id = id
FROM s.host
WHERE s.event__host_id IS NULL AND s.host__name IS NOT NULL
  AND name OPERATOR(pg_catalog.=) s.host__name;
UPDATE pg_temp.put_host AS s SET event__host_id = id
FROM s.host
WHERE s.event__host_id IS NULL AND s.host__name IS NOT NULL AND pg_catalog.num_nulls(s.host__name) OPERATOR(pg_catalog.>) 0
  AND (name OPERATOR(pg_catalog.=) s.host__name OR name IS NULL AND s.host__name IS NULL);

ANALYZE pg_temp.put_host (host__name);

-- s.event, by columns without a unique index
CREATE TEMPORARY TABLE put_event (put__row tid) ON COMMIT DROP;

INSERT INTO pg_temp.put_event
SELECT DISTINCT ON (s.put__row) s.put__row
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_host.event__host_id, s.event__at
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_host ON ROW(put_host.host__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.host__name)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_event WHERE put_event.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.event
  ON host_id OPERATOR(pg_catalog.=) s.event__host_id
  AND at OPERATOR(pg_catalog.=) s.event__at;
INSERT INTO pg_temp.put_event
SELECT DISTINCT ON (s.put__row) s.put__row
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_host.event__host_id, s.event__at
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_host ON ROW(put_host.host__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.host__name)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_event WHERE put_event.put__row OPERATOR(pg_catalog.=) s.put__row) AND pg_catalog.num_nulls(s.event__host_id, s.event__at) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.event
  ON (host_id OPERATOR(pg_catalog.=) s.event__host_id OR host_id IS NULL AND s.event__host_id IS NULL)
  AND (at OPERATOR(pg_catalog.=) s.event__at OR at IS NULL AND s.event__at IS NULL);
INSERT INTO s.event (host_id, at, message)
SELECT DISTINCT ON (s.event__host_id, s.event__at)
    s.event__host_id, s.event__at, s.event__message
FROM (
    SELECT s.put__row, put_host.event__host_id, s.event__at, s.event__message
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_host ON ROW(put_host.host__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.host__name)::pg_catalog.record
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_event WHERE put_event.put__row OPERATOR(pg_catalog.=) s.put__row)
ORDER BY s.event__host_id, s.event__at, s.put__row;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_event
SELECT DISTINCT ON (s.put__row) s.put__row
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_host.event__host_id, s.event__at
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_host ON ROW(put_host.host__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.host__name)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_event WHERE put_event.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.event
  ON host_id OPERATOR(pg_catalog.=) s.event__host_id
  AND at OPERATOR(pg_catalog.=) s.event__at;
INSERT INTO pg_temp.put_event
SELECT DISTINCT ON (s.put__row) s.put__row
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_host.event__host_id, s.event__at
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_host ON ROW(put_host.host__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.host__name)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_event WHERE put_event.put__row OPERATOR(pg_catalog.=) s.put__row) AND pg_catalog.num_nulls(s.event__host_id, s.event__at) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.event
  ON (host_id OPERATOR(pg_catalog.=) s.event__host_id OR host_id IS NULL AND s.event__host_id IS NULL)
  AND (at OPERATOR(pg_catalog.=) s.event__at OR at IS NULL AND s.event__at IS NULL);

SELECT s.put__row, pg_catalog.jsonb_build_object()
FROM (SELECT s.put__row FROM pg_temp.put_event AS s ORDER BY s.put__row OFFSET 0) AS s;

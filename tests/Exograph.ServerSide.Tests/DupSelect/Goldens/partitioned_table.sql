-- A partitioned table, and a parent that the input gives by its id.
CREATE SCHEMA s;
CREATE TABLE s.sensor (id integer PRIMARY KEY, name text);
CREATE TABLE s.reading (
    sensor_id integer NOT NULL REFERENCES s.sensor,
    at        timestamptz NOT NULL,
    value     double precision,
    PRIMARY KEY (sensor_id, at)
) PARTITION BY RANGE (at);
CREATE TABLE s.reading_of_2026 PARTITION OF s.reading FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');
CREATE TABLE s.rows (sensor_id integer, at timestamptz, value double precision);

-- SELECT dup_select.inserter_view_sql('s.reading');
CREATE OR REPLACE VIEW s.reading_in WITH (security_invoker = true) AS
SELECT
    reading.sensor_id,
    reading.at,
    reading.value
FROM s.reading
JOIN s.sensor ON sensor.id OPERATOR(pg_catalog.=) reading.sensor_id;

CREATE OR REPLACE FUNCTION s.reading_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_sensor_id_2 integer;
    v_path pg_catalog.text := pg_catalog.current_setting('search_path');
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.reading_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.reading.';
    END IF;

    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    SELECT sensor_id
    INTO v_sensor_id_2
    FROM (SELECT NEW.*) AS input;
    PERFORM pg_catalog.set_config('search_path', v_path, true);

    NEW.sensor_id := NULL;

    -- sensor_id: s.sensor, by sensor_pkey
    WHILE NEW.sensor_id IS NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.sensor_id FROM s.sensor WHERE id OPERATOR(pg_catalog.=) v_sensor_id_2;
        EXIT WHEN FOUND;
        INSERT INTO s.sensor (id) VALUES (v_sensor_id_2)
        ON CONFLICT (id) DO NOTHING
        RETURNING id INTO NEW.sensor_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.reading, by reading_pkey
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        PERFORM FROM s.reading
        WHERE sensor_id OPERATOR(pg_catalog.=) NEW.sensor_id
          AND at OPERATOR(pg_catalog.=) NEW.at;
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.reading (sensor_id, at, value) VALUES (NEW.sensor_id, NEW.at, NEW.value)
        ON CONFLICT (sensor_id, at) DO NOTHING;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.reading'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.reading_in
    FOR EACH ROW EXECUTE FUNCTION s.reading_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.reading_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.reading_in_insert();

COMMENT ON VIEW s.reading_in IS
    'INSERT puts a row into s.reading, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.reading_in_insert() IS 'Trigger function of view s.reading_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.reading');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    reading__at timestamp with time zone,
    reading__value double precision,
    sensor__id integer
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, reading__at, reading__value, sensor__id)
SELECT input.ctid, at, value, sensor_id
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, sensor__id, reading__at);

-- sensor_id: s.sensor, by sensor_pkey
CREATE TEMPORARY TABLE put_sensor ON COMMIT DROP AS
SELECT s.*, id::integer AS reading__sensor_id
FROM (
    SELECT sensor__id, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY sensor__id
) AS s
LEFT JOIN s.sensor
  ON id OPERATOR(pg_catalog.=) s.sensor__id;

INSERT INTO s.sensor (id)
SELECT DISTINCT ON (s.sensor__id)
    s.sensor__id
FROM (
    SELECT s.put__row, s.sensor__id, put_sensor.reading__sensor_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_sensor ON put_sensor.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.reading__sensor_id IS NULL
ORDER BY s.sensor__id, s.put__row
ON CONFLICT (id) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_sensor AS s SET reading__sensor_id = id
FROM s.sensor
WHERE s.reading__sensor_id IS NULL
  AND id OPERATOR(pg_catalog.=) s.sensor__id;

ANALYZE pg_temp.put_sensor (sensor__id);

-- s.reading, by reading_pkey
CREATE TEMPORARY TABLE put_reading (put__row tid, put__sensor_id integer, put__at timestamp with time zone) ON COMMIT DROP;

INSERT INTO pg_temp.put_reading
SELECT s.put__row, sensor_id, at
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_sensor.reading__sensor_id, s.reading__at
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_sensor ON put_sensor.sensor__id OPERATOR(pg_catalog.=) s.sensor__id
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_reading WHERE put_reading.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.reading
  ON sensor_id OPERATOR(pg_catalog.=) s.reading__sensor_id
  AND at OPERATOR(pg_catalog.=) s.reading__at;
INSERT INTO s.reading (sensor_id, at, value)
SELECT DISTINCT ON (s.reading__sensor_id, s.reading__at)
    s.reading__sensor_id, s.reading__at, s.reading__value
FROM (
    SELECT s.put__row, put_sensor.reading__sensor_id, s.reading__at, s.reading__value
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_sensor ON put_sensor.sensor__id OPERATOR(pg_catalog.=) s.sensor__id
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_reading WHERE put_reading.put__row OPERATOR(pg_catalog.=) s.put__row)
ORDER BY s.reading__sensor_id, s.reading__at, s.put__row
ON CONFLICT (sensor_id, at) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_reading
SELECT s.put__row, sensor_id, at
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_sensor.reading__sensor_id, s.reading__at
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_sensor ON put_sensor.sensor__id OPERATOR(pg_catalog.=) s.sensor__id
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_reading WHERE put_reading.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.reading
  ON sensor_id OPERATOR(pg_catalog.=) s.reading__sensor_id
  AND at OPERATOR(pg_catalog.=) s.reading__at;

SELECT s.put__row, pg_catalog.jsonb_build_object('sensor_id', s.put__sensor_id, 'at', s.put__at)
FROM (SELECT s.put__row, s.put__sensor_id, s.put__at FROM pg_temp.put_reading AS s ORDER BY s.put__row OFFSET 0) AS s;

-- A tree, as deep as the paths of the mapping.
CREATE SCHEMA s;
CREATE TABLE s.place (
    id        serial PRIMARY KEY,
    parent_id integer REFERENCES s.place,
    name      text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (parent_id, name)
);
CREATE TABLE s.rows (continent text, country text, city text);

-- SELECT dup_select.inserter_view_sql('s.place', mapping => '{"parent_id.parent_id.name": "continent", "parent_id.name": "country", "name": "city"}');
CREATE OR REPLACE VIEW s.place_in WITH (security_invoker = true) AS
SELECT
    place.id,
    place.parent_id,
    parent.parent_id AS parent_parent_id,
    place.name AS city,
    parent.name AS country,
    parent_parent.name AS continent
FROM s.place
LEFT JOIN s.place AS parent ON parent.id OPERATOR(pg_catalog.=) place.parent_id
LEFT JOIN s.place AS parent_parent ON parent_parent.id OPERATOR(pg_catalog.=) parent.parent_id;

CREATE OR REPLACE FUNCTION s.place_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.place_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.place.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.place_in', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    -- parent_id.parent_id: s.place, by place_parent_id_name_key
    WHILE pg_catalog.num_nonnulls(NEW.parent_parent_id, NEW.parent_id) OPERATOR(pg_catalog.=) 0 AND
          NEW.continent IS NOT NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.parent_parent_id FROM s.place
        WHERE parent_id IS NULL AND name OPERATOR(pg_catalog.=) NEW.continent;
        EXIT WHEN FOUND;
        INSERT INTO s.place (name) VALUES (NEW.continent)
        ON CONFLICT (parent_id, name) DO NOTHING
        RETURNING id INTO NEW.parent_parent_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- parent_id: s.place, by place_parent_id_name_key
    WHILE NEW.parent_id IS NULL AND
          pg_catalog.num_nonnulls(NEW.country, NEW.parent_parent_id) OPERATOR(pg_catalog.>) 0 AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.parent_id FROM s.place
        WHERE (parent_id OPERATOR(pg_catalog.=) NEW.parent_parent_id OR parent_id IS NULL AND NEW.parent_parent_id IS NULL)
          AND name OPERATOR(pg_catalog.=) NEW.country;
        EXIT WHEN FOUND;
        INSERT INTO s.place (parent_id, name) VALUES (NEW.parent_parent_id, NEW.country)
        ON CONFLICT (parent_id, name) DO NOTHING
        RETURNING id INTO NEW.parent_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.place, by place_parent_id_name_key
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.place
        WHERE (parent_id OPERATOR(pg_catalog.=) NEW.parent_id OR parent_id IS NULL AND NEW.parent_id IS NULL)
          AND name OPERATOR(pg_catalog.=) NEW.city;
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.place (parent_id, name) VALUES (NEW.parent_id, NEW.city)
        ON CONFLICT (parent_id, name) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.place'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.place_in
    FOR EACH ROW EXECUTE FUNCTION s.place_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.place_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.place_in_insert();

COMMENT ON VIEW s.place_in IS
    'INSERT puts a row into s.place, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.place_in_insert() IS 'Trigger function of view s.place_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.place', '{"parent_id.parent_id.name": "continent", "parent_id.name": "country", "name": "city"}');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    place__name text,
    parent__name text,
    parent_parent__name text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, place__name, parent__name, parent_parent__name)
SELECT input.ctid, city, country, continent
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, parent_parent__name, parent__name, place__name);

-- parent_id.parent_id: s.place, by place_parent_id_name_key
CREATE TEMPORARY TABLE put_parent_parent ON COMMIT DROP AS
SELECT s.*, NULL::integer AS parent__parent_id
FROM (
    SELECT parent_parent__name, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY parent_parent__name
) AS s;

UPDATE pg_temp.put_parent_parent AS s SET parent__parent_id = id
FROM s.place
WHERE s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL
  AND parent_id IS NULL AND name OPERATOR(pg_catalog.=) s.parent_parent__name;
UPDATE pg_temp.put_parent_parent AS s SET parent__parent_id = id
FROM s.place
WHERE s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL AND pg_catalog.num_nulls(NULL::integer) OPERATOR(pg_catalog.>) 0
  AND parent_id IS NULL AND name OPERATOR(pg_catalog.=) s.parent_parent__name;
INSERT INTO s.place (name)
SELECT DISTINCT ON (s.parent_parent__name)
    s.parent_parent__name
FROM (
    SELECT s.put__row, s.parent_parent__name, put_parent_parent.parent__parent_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_parent_parent ON put_parent_parent.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL
ORDER BY s.parent_parent__name, s.put__row
ON CONFLICT (parent_id, name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_parent_parent AS s SET parent__parent_id = id
FROM s.place
WHERE s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL
  AND parent_id IS NULL AND name OPERATOR(pg_catalog.=) s.parent_parent__name;
UPDATE pg_temp.put_parent_parent AS s SET parent__parent_id = id
FROM s.place
WHERE s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL AND pg_catalog.num_nulls(NULL::integer) OPERATOR(pg_catalog.>) 0
  AND parent_id IS NULL AND name OPERATOR(pg_catalog.=) s.parent_parent__name;

ANALYZE pg_temp.put_parent_parent (parent_parent__name);

-- parent_id: s.place, by place_parent_id_name_key
CREATE TEMPORARY TABLE put_parent ON COMMIT DROP AS
SELECT s.*, put_parent_parent.parent__parent_id, NULL::integer AS place__parent_id
FROM (
    SELECT parent_parent__name, parent__name, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY parent_parent__name, parent__name
) AS s
LEFT JOIN pg_temp.put_parent_parent ON put_parent_parent.parent_parent__name OPERATOR(pg_catalog.=) s.parent_parent__name;

UPDATE pg_temp.put_parent AS s SET place__parent_id = id
FROM s.place
WHERE s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0
  AND parent_id OPERATOR(pg_catalog.=) s.parent__parent_id
  AND name OPERATOR(pg_catalog.=) s.parent__name;
UPDATE pg_temp.put_parent AS s SET place__parent_id = id
FROM s.place
WHERE s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.>) 0
  AND (parent_id OPERATOR(pg_catalog.=) s.parent__parent_id OR parent_id IS NULL AND s.parent__parent_id IS NULL)
  AND name OPERATOR(pg_catalog.=) s.parent__name;
INSERT INTO s.place (parent_id, name)
SELECT DISTINCT ON (s.parent__parent_id, s.parent__name)
    s.parent__parent_id, s.parent__name
FROM (
    SELECT s.put__row, put_parent_parent.parent__parent_id, s.parent__name,
        put_parent.place__parent_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_parent_parent ON put_parent_parent.parent_parent__name OPERATOR(pg_catalog.=) s.parent_parent__name
    JOIN pg_temp.put_parent ON put_parent.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0
ORDER BY s.parent__parent_id, s.parent__name, s.put__row
ON CONFLICT (parent_id, name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_parent AS s SET place__parent_id = id
FROM s.place
WHERE s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0
  AND parent_id OPERATOR(pg_catalog.=) s.parent__parent_id
  AND name OPERATOR(pg_catalog.=) s.parent__name;
UPDATE pg_temp.put_parent AS s SET place__parent_id = id
FROM s.place
WHERE s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.>) 0
  AND (parent_id OPERATOR(pg_catalog.=) s.parent__parent_id OR parent_id IS NULL AND s.parent__parent_id IS NULL)
  AND name OPERATOR(pg_catalog.=) s.parent__name;

ANALYZE pg_temp.put_parent (parent_parent__name, parent__name);

-- s.place, by place_parent_id_name_key
CREATE TEMPORARY TABLE put_place (put__row tid, put__id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_place
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_parent.place__parent_id, s.place__name
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_parent ON put_parent.parent__name OPERATOR(pg_catalog.=) s.parent__name AND ROW(put_parent.parent_parent__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.parent_parent__name)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_place WHERE put_place.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.place
  ON parent_id OPERATOR(pg_catalog.=) s.place__parent_id
  AND name OPERATOR(pg_catalog.=) s.place__name;
INSERT INTO pg_temp.put_place
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_parent.place__parent_id, s.place__name
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_parent ON put_parent.parent__name OPERATOR(pg_catalog.=) s.parent__name AND ROW(put_parent.parent_parent__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.parent_parent__name)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_place WHERE put_place.put__row OPERATOR(pg_catalog.=) s.put__row) AND pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.place
  ON (parent_id OPERATOR(pg_catalog.=) s.place__parent_id OR parent_id IS NULL AND s.place__parent_id IS NULL)
  AND name OPERATOR(pg_catalog.=) s.place__name;
INSERT INTO s.place (parent_id, name)
SELECT DISTINCT ON (s.place__parent_id, s.place__name)
    s.place__parent_id, s.place__name
FROM (
    SELECT s.put__row, put_parent.place__parent_id, s.place__name
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_parent ON put_parent.parent__name OPERATOR(pg_catalog.=) s.parent__name AND ROW(put_parent.parent_parent__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.parent_parent__name)::pg_catalog.record
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_place WHERE put_place.put__row OPERATOR(pg_catalog.=) s.put__row)
ORDER BY s.place__parent_id, s.place__name, s.put__row
ON CONFLICT (parent_id, name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_place
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_parent.place__parent_id, s.place__name
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_parent ON put_parent.parent__name OPERATOR(pg_catalog.=) s.parent__name AND ROW(put_parent.parent_parent__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.parent_parent__name)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_place WHERE put_place.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.place
  ON parent_id OPERATOR(pg_catalog.=) s.place__parent_id
  AND name OPERATOR(pg_catalog.=) s.place__name;
INSERT INTO pg_temp.put_place
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_parent.place__parent_id, s.place__name
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_parent ON put_parent.parent__name OPERATOR(pg_catalog.=) s.parent__name AND ROW(put_parent.parent_parent__name)::pg_catalog.record OPERATOR(pg_catalog.=) ROW(s.parent_parent__name)::pg_catalog.record
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_place WHERE put_place.put__row OPERATOR(pg_catalog.=) s.put__row) AND pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.place
  ON (parent_id OPERATOR(pg_catalog.=) s.place__parent_id OR parent_id IS NULL AND s.place__parent_id IS NULL)
  AND name OPERATOR(pg_catalog.=) s.place__name;

SELECT s.put__row, pg_catalog.jsonb_build_object('id', s.put__id)
FROM (SELECT s.put__row, s.put__id FROM pg_temp.put_place AS s ORDER BY s.put__row OFFSET 0) AS s;

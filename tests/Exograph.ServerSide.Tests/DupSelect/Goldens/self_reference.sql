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
    place__parent_id integer,
    place__name text,
    parent__parent_id integer,
    parent__name text,
    parent_parent__name text,
    put__id integer,
    parent_parent__settled boolean,
    parent__settled boolean,
    put__done boolean
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, place__name, parent__name, parent_parent__name, parent_parent__settled,
    parent__settled, put__done)
SELECT input.ctid, city, country, continent, false, false, false
FROM ONLY s.rows AS input;

CREATE INDEX ON pg_temp.put_table_rows (put__row);

ANALYZE pg_temp.put_table_rows;

-- parent_id.parent_id: s.place, by place_parent_id_name_key; parent_id: s.place, by place_parent_id_name_key; s.place, by place_parent_id_name_key
-- Repeat these until there is nothing to insert.
UPDATE pg_temp.put_table_rows AS s SET parent_parent__settled = true
WHERE NOT s.parent_parent__settled AND NOT (s.parent_parent__name IS NOT NULL);
UPDATE pg_temp.put_table_rows AS s SET parent__parent_id = id
FROM s.place
WHERE NOT s.parent_parent__settled AND s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL
  AND parent_id IS NULL AND name OPERATOR(pg_catalog.=) s.parent_parent__name;
UPDATE pg_temp.put_table_rows AS s SET parent__parent_id = id
FROM s.place
WHERE NOT s.parent_parent__settled AND s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL AND pg_catalog.num_nulls(NULL::integer) OPERATOR(pg_catalog.>) 0
  AND parent_id IS NULL AND name OPERATOR(pg_catalog.=) s.parent_parent__name;
UPDATE pg_temp.put_table_rows AS s SET parent__settled = true
WHERE NOT s.parent__settled AND NOT (pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0) AND (s.parent_parent__settled OR pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.=) 0);
UPDATE pg_temp.put_table_rows AS s SET place__parent_id = id
FROM s.place
WHERE NOT s.parent__settled AND s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND (s.parent_parent__settled OR pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.=) 0)
  AND parent_id OPERATOR(pg_catalog.=) s.parent__parent_id
  AND name OPERATOR(pg_catalog.=) s.parent__name;
UPDATE pg_temp.put_table_rows AS s SET place__parent_id = id
FROM s.place
WHERE NOT s.parent__settled AND s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND (s.parent_parent__settled OR pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.=) 0) AND pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.>) 0
  AND (parent_id OPERATOR(pg_catalog.=) s.parent__parent_id OR parent_id IS NULL AND s.parent__parent_id IS NULL)
  AND name OPERATOR(pg_catalog.=) s.parent__name;
UPDATE pg_temp.put_table_rows AS s SET put__id = id, put__done = true
FROM s.place
WHERE NOT s.put__done AND (s.parent__settled OR pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.=) 0)
  AND parent_id OPERATOR(pg_catalog.=) s.place__parent_id
  AND name OPERATOR(pg_catalog.=) s.place__name;
UPDATE pg_temp.put_table_rows AS s SET put__id = id, put__done = true
FROM s.place
WHERE NOT s.put__done AND (s.parent__settled OR pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.=) 0) AND pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.>) 0
  AND (parent_id OPERATOR(pg_catalog.=) s.place__parent_id OR parent_id IS NULL AND s.place__parent_id IS NULL)
  AND name OPERATOR(pg_catalog.=) s.place__name;
INSERT INTO s.place (name)
SELECT
    s.parent_parent__name
FROM (
    SELECT DISTINCT ON (k1, k2) *
    FROM (
        SELECT s.*, 1 AS put__n, NULL::integer AS k1, s.parent_parent__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.parent_parent__settled AND s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL
        UNION ALL
        SELECT s.*, 2 AS put__n, s.parent__parent_id AS k1, s.parent__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.parent__settled AND s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND (s.parent_parent__settled OR pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.=) 0)
        UNION ALL
        SELECT s.*, 3 AS put__n, s.place__parent_id AS k1, s.place__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.put__done AND (s.parent__settled OR pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.=) 0)
    ) AS s
    ORDER BY k1, k2, put__row, put__n
) AS s
WHERE s.put__n OPERATOR(pg_catalog.=) 1
ORDER BY k1, k2
ON CONFLICT (parent_id, name) DO NOTHING;
INSERT INTO s.place (parent_id, name)
SELECT
    s.parent__parent_id, s.parent__name
FROM (
    SELECT DISTINCT ON (k1, k2) *
    FROM (
        SELECT s.*, 1 AS put__n, NULL::integer AS k1, s.parent_parent__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.parent_parent__settled AND s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL
        UNION ALL
        SELECT s.*, 2 AS put__n, s.parent__parent_id AS k1, s.parent__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.parent__settled AND s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND (s.parent_parent__settled OR pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.=) 0)
        UNION ALL
        SELECT s.*, 3 AS put__n, s.place__parent_id AS k1, s.place__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.put__done AND (s.parent__settled OR pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.=) 0)
    ) AS s
    ORDER BY k1, k2, put__row, put__n
) AS s
WHERE s.put__n OPERATOR(pg_catalog.=) 2 AND (s.parent_parent__settled OR pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.=) 0)
ORDER BY k1, k2
ON CONFLICT (parent_id, name) DO NOTHING;
INSERT INTO s.place (parent_id, name)
SELECT
    s.place__parent_id, s.place__name
FROM (
    SELECT DISTINCT ON (k1, k2) *
    FROM (
        SELECT s.*, 1 AS put__n, NULL::integer AS k1, s.parent_parent__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.parent_parent__settled AND s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL
        UNION ALL
        SELECT s.*, 2 AS put__n, s.parent__parent_id AS k1, s.parent__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.parent__settled AND s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND (s.parent_parent__settled OR pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.=) 0)
        UNION ALL
        SELECT s.*, 3 AS put__n, s.place__parent_id AS k1, s.place__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.put__done AND (s.parent__settled OR pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.=) 0)
    ) AS s
    ORDER BY k1, k2, put__row, put__n
) AS s
WHERE s.put__n OPERATOR(pg_catalog.=) 3 AND (s.parent__settled OR pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.=) 0)
ORDER BY k1, k2
ON CONFLICT (parent_id, name) DO NOTHING;
-- Where 100 times do not do, the rest row by row.
SELECT pg_catalog.set_config('dup_select.enable_seqscan', pg_catalog.current_setting('enable_seqscan'), true),
    pg_catalog.set_config('enable_seqscan', 'off', true);
DO $$
#variable_conflict use_column
DECLARE
    v_row pg_catalog.tid;
BEGIN
    FOR v_row IN SELECT s.put__row FROM pg_temp.put_table_rows AS s WHERE NOT ((s.parent_parent__settled OR pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.=) 0) AND (s.parent__settled OR pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.=) 0) AND s.put__done) ORDER BY s.put__row LOOP
-- parent_id.parent_id: s.place, by place_parent_id_name_key
FOR v_attempts IN 1 .. 100 LOOP
UPDATE pg_temp.put_table_rows AS s SET parent__parent_id = id
FROM s.place
WHERE NOT s.parent_parent__settled AND s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
  AND parent_id IS NULL AND name OPERATOR(pg_catalog.=) s.parent_parent__name;
UPDATE pg_temp.put_table_rows AS s SET parent__parent_id = id
FROM s.place
WHERE NOT s.parent_parent__settled AND s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL AND s.put__row OPERATOR(pg_catalog.=) v_row AND pg_catalog.num_nulls(NULL::integer) OPERATOR(pg_catalog.>) 0
  AND parent_id IS NULL AND name OPERATOR(pg_catalog.=) s.parent_parent__name;
EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_table_rows AS s WHERE NOT s.parent_parent__settled AND s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL AND s.put__row OPERATOR(pg_catalog.=) v_row);
IF v_attempts OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', 'parent_id.parent_id: s.place, by place_parent_id_name_key' USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END IF;
INSERT INTO s.place (name)
SELECT DISTINCT ON (s.parent_parent__name)
    s.parent_parent__name
FROM pg_temp.put_table_rows AS s
WHERE NOT s.parent_parent__settled AND s.parent__parent_id IS NULL AND s.parent_parent__name IS NOT NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
ORDER BY s.parent_parent__name, s.put__row
ON CONFLICT (parent_id, name) DO NOTHING;
END LOOP;
-- parent_id: s.place, by place_parent_id_name_key
FOR v_attempts IN 1 .. 100 LOOP
UPDATE pg_temp.put_table_rows AS s SET place__parent_id = id
FROM s.place
WHERE NOT s.parent__settled AND s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row
  AND parent_id OPERATOR(pg_catalog.=) s.parent__parent_id
  AND name OPERATOR(pg_catalog.=) s.parent__name;
UPDATE pg_temp.put_table_rows AS s SET place__parent_id = id
FROM s.place
WHERE NOT s.parent__settled AND s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row AND pg_catalog.num_nulls(s.parent__parent_id) OPERATOR(pg_catalog.>) 0
  AND (parent_id OPERATOR(pg_catalog.=) s.parent__parent_id OR parent_id IS NULL AND s.parent__parent_id IS NULL)
  AND name OPERATOR(pg_catalog.=) s.parent__name;
EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_table_rows AS s WHERE NOT s.parent__settled AND s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row);
IF v_attempts OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', 'parent_id: s.place, by place_parent_id_name_key' USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END IF;
INSERT INTO s.place (parent_id, name)
SELECT DISTINCT ON (s.parent__parent_id, s.parent__name)
    s.parent__parent_id, s.parent__name
FROM pg_temp.put_table_rows AS s
WHERE NOT s.parent__settled AND s.place__parent_id IS NULL AND pg_catalog.num_nonnulls(s.parent__name, s.parent__parent_id) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row
ORDER BY s.parent__parent_id, s.parent__name, s.put__row
ON CONFLICT (parent_id, name) DO NOTHING;
END LOOP;
-- s.place, by place_parent_id_name_key
FOR v_attempts IN 1 .. 100 LOOP
UPDATE pg_temp.put_table_rows AS s SET put__id = id, put__done = true
FROM s.place
WHERE NOT s.put__done AND s.put__row OPERATOR(pg_catalog.=) v_row
  AND parent_id OPERATOR(pg_catalog.=) s.place__parent_id
  AND name OPERATOR(pg_catalog.=) s.place__name;
UPDATE pg_temp.put_table_rows AS s SET put__id = id, put__done = true
FROM s.place
WHERE NOT s.put__done AND s.put__row OPERATOR(pg_catalog.=) v_row AND pg_catalog.num_nulls(s.place__parent_id) OPERATOR(pg_catalog.>) 0
  AND (parent_id OPERATOR(pg_catalog.=) s.place__parent_id OR parent_id IS NULL AND s.place__parent_id IS NULL)
  AND name OPERATOR(pg_catalog.=) s.place__name;
EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_table_rows AS s WHERE NOT s.put__done AND s.put__row OPERATOR(pg_catalog.=) v_row);
IF v_attempts OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', 's.place, by place_parent_id_name_key' USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END IF;
INSERT INTO s.place (parent_id, name)
SELECT DISTINCT ON (s.place__parent_id, s.place__name)
    s.place__parent_id, s.place__name
FROM pg_temp.put_table_rows AS s
WHERE NOT s.put__done AND s.put__row OPERATOR(pg_catalog.=) v_row
ORDER BY s.place__parent_id, s.place__name, s.put__row
ON CONFLICT (parent_id, name) DO NOTHING;
END LOOP;
    END LOOP;
END
$$;
SELECT pg_catalog.set_config('enable_seqscan', pg_catalog.current_setting('dup_select.enable_seqscan'), true);

SELECT s.put__row, pg_catalog.jsonb_build_object('id', s.put__id) FROM pg_temp.put_table_rows AS s ORDER BY s.put__row;

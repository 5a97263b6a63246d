-- A unique index that includes a column beside its key: that is payload of the parent, not asked for.
CREATE SCHEMA s;
CREATE TABLE s.country (id serial PRIMARY KEY, name text NOT NULL, anthem text);
CREATE UNIQUE INDEX one_name ON s.country (name) INCLUDE (anthem);
CREATE TABLE s.city (
    id         serial PRIMARY KEY,
    country_id integer REFERENCES s.country,
    name       text NOT NULL,
    UNIQUE (country_id, name)
);
CREATE TABLE s.rows (country_name text, name text);

-- SELECT dup_select.inserter_view_sql('s.city');
CREATE OR REPLACE VIEW s.city_in WITH (security_invoker = true) AS
SELECT
    city.id,
    city.country_id,
    city.name,
    country.name AS country_name
FROM s.city
LEFT JOIN s.country ON country.id OPERATOR(pg_catalog.=) city.country_id;

CREATE OR REPLACE FUNCTION s.city_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.city_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.city.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.city_in', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    -- country_id: s.country, by one_name
    WHILE NEW.country_id IS NULL AND NEW.country_name IS NOT NULL AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.country_id FROM s.country WHERE name OPERATOR(pg_catalog.=) NEW.country_name;
        EXIT WHEN FOUND;
        INSERT INTO s.country (name) VALUES (NEW.country_name)
        ON CONFLICT (name) DO NOTHING
        RETURNING id INTO NEW.country_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.city, by city_country_id_name_key
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.city
        WHERE country_id OPERATOR(pg_catalog.=) NEW.country_id
          AND name OPERATOR(pg_catalog.=) NEW.name;
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.city (country_id, name) VALUES (NEW.country_id, NEW.name)
        ON CONFLICT (country_id, name) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.city'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.city_in
    FOR EACH ROW EXECUTE FUNCTION s.city_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.city_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.city_in_insert();

COMMENT ON VIEW s.city_in IS
    'INSERT puts a row into s.city, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.city_in_insert() IS 'Trigger function of view s.city_in.';

-- SELECT dup_select.inserter_view_sql('s.city', 's.with_anthem', '{"name": "name", "country_id.name": "country_name", "country_id.anthem": "anthem"}');
CREATE OR REPLACE VIEW s.with_anthem WITH (security_invoker = true) AS
SELECT
    city.id,
    city.country_id,
    city.name,
    country.name AS country_name,
    country.anthem
FROM s.city
LEFT JOIN s.country ON country.id OPERATOR(pg_catalog.=) city.country_id;

CREATE OR REPLACE FUNCTION s.with_anthem_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.with_anthem'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.city.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.with_anthem', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    -- country_id: s.country, by one_name
    WHILE NEW.country_id IS NULL AND NEW.country_name IS NOT NULL AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.country_id FROM s.country WHERE name OPERATOR(pg_catalog.=) NEW.country_name;
        EXIT WHEN FOUND;
        INSERT INTO s.country (name, anthem) VALUES (NEW.country_name, NEW.anthem)
        ON CONFLICT (name) DO NOTHING
        RETURNING id INTO NEW.country_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.city, by city_country_id_name_key
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.city
        WHERE country_id OPERATOR(pg_catalog.=) NEW.country_id
          AND name OPERATOR(pg_catalog.=) NEW.name;
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.city (country_id, name) VALUES (NEW.country_id, NEW.name)
        ON CONFLICT (country_id, name) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.city'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.with_anthem
    FOR EACH ROW EXECUTE FUNCTION s.with_anthem_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.with_anthem
    FOR EACH STATEMENT EXECUTE FUNCTION s.with_anthem_insert();

COMMENT ON VIEW s.with_anthem IS
    'INSERT puts a row into s.city, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.with_anthem_insert() IS 'Trigger function of view s.with_anthem.';

-- SELECT dup_select.put_table_sql('s.rows', 's.city');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    city__name text,
    country__name text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, city__name, country__name)
SELECT input.ctid, name, country_name
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, country__name, city__name);

-- country_id: s.country, by one_name
CREATE TEMPORARY TABLE put_country ON COMMIT DROP AS
SELECT s.*, id::integer AS city__country_id
FROM (
    SELECT country__name, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY country__name
) AS s
LEFT JOIN s.country
  ON s.country__name IS NOT NULL AND name OPERATOR(pg_catalog.=) s.country__name;

INSERT INTO s.country (name)
SELECT DISTINCT ON (s.country__name)
    s.country__name
FROM (
    SELECT s.put__row, s.country__name, put_country.city__country_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_country ON put_country.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.city__country_id IS NULL AND s.country__name IS NOT NULL
ORDER BY s.country__name, s.put__row
ON CONFLICT (name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_country AS s SET city__country_id = id
FROM s.country
WHERE s.city__country_id IS NULL AND s.country__name IS NOT NULL
  AND name OPERATOR(pg_catalog.=) s.country__name;

ANALYZE pg_temp.put_country (country__name);

-- s.city, by city_country_id_name_key
CREATE TEMPORARY TABLE put_city (put__row tid, put__id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_city
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_country.city__country_id, s.city__name
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_country ON put_country.country__name OPERATOR(pg_catalog.=) s.country__name
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_city WHERE put_city.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.city
  ON country_id OPERATOR(pg_catalog.=) s.city__country_id
  AND name OPERATOR(pg_catalog.=) s.city__name;
INSERT INTO s.city (country_id, name)
SELECT DISTINCT ON (s.city__country_id, s.city__name)
    s.city__country_id, s.city__name
FROM (
    SELECT s.put__row, put_country.city__country_id, s.city__name
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_country ON put_country.country__name OPERATOR(pg_catalog.=) s.country__name
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_city WHERE put_city.put__row OPERATOR(pg_catalog.=) s.put__row) AND s.city__country_id IS NOT NULL
ORDER BY s.city__country_id, s.city__name, s.put__row
ON CONFLICT (country_id, name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_city
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_country.city__country_id, s.city__name
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_country ON put_country.country__name OPERATOR(pg_catalog.=) s.country__name
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_city WHERE put_city.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.city
  ON country_id OPERATOR(pg_catalog.=) s.city__country_id
  AND name OPERATOR(pg_catalog.=) s.city__name;

-- s.city, by city_country_id_name_key: rows without a key
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM (
    SELECT s.put__row, put_country.city__country_id, s.city__name
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_country ON put_country.country__name OPERATOR(pg_catalog.=) s.country__name
) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_city WHERE put_city.put__row OPERATOR(pg_catalog.=) s.put__row) AND NOT (s.city__country_id IS NOT NULL)
), added AS (
    INSERT INTO s.city (country_id, name)
    SELECT s.city__country_id, s.city__name
    FROM (
    SELECT s.put__row, put_country.city__country_id, s.city__name
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_country ON put_country.country__name OPERATOR(pg_catalog.=) s.country__name
) AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id, true AS put__done
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
INSERT INTO pg_temp.put_city
SELECT asked.put__row, numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n;

SELECT s.put__row, pg_catalog.jsonb_build_object('id', s.put__id)
FROM (SELECT s.put__row, s.put__id FROM pg_temp.put_city AS s ORDER BY s.put__row OFFSET 0) AS s;

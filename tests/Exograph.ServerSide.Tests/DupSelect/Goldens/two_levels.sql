-- Parents of parents, by expressions over the input.
CREATE SCHEMA s;
CREATE TABLE s.ecosystem (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE s.package (
    id           serial PRIMARY KEY,
    ecosystem_id integer NOT NULL REFERENCES s.ecosystem,
    name         text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (ecosystem_id, name)
);
CREATE TABLE s.version (
    id         serial PRIMARY KEY,
    package_id integer REFERENCES s.package,
    version    text,
    released   date,
    UNIQUE NULLS NOT DISTINCT (package_id, version)
);
CREATE TABLE s.rows (ecosystem text, package text, version text, released text);

-- SELECT dup_select.inserter_view_sql('s.version', mapping => '{"package_id.ecosystem_id.name": "lower(btrim(ecosystem))", "package_id.name": "package", "version": "version", "released": "released::date"}', input => 's.rows');
CREATE OR REPLACE VIEW s.version_in WITH (security_invoker = true) AS
SELECT
    version.id,
    version.package_id,
    package.ecosystem_id,
    NULL::text AS ecosystem,
    package.name AS package,
    version.version,
    NULL::text AS released
FROM s.version
LEFT JOIN s.package ON package.id OPERATOR(pg_catalog.=) version.package_id
LEFT JOIN s.ecosystem ON ecosystem.id OPERATOR(pg_catalog.=) package.ecosystem_id;

CREATE OR REPLACE FUNCTION s.version_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_released date;
    v_ecosystem_name text;
    v_path pg_catalog.text := pg_catalog.current_setting('search_path');
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.version_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.version.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.version_in', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    SELECT released::date, lower(btrim(ecosystem))
    INTO v_released, v_ecosystem_name
    FROM (SELECT NEW.*) AS input;
    PERFORM pg_catalog.set_config('search_path', v_path, true);

    -- package_id.ecosystem_id: s.ecosystem, by ecosystem_name_key
    WHILE pg_catalog.num_nonnulls(NEW.ecosystem_id, NEW.package_id) OPERATOR(pg_catalog.=) 0 AND
          v_ecosystem_name IS NOT NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.ecosystem_id FROM s.ecosystem WHERE name OPERATOR(pg_catalog.=) v_ecosystem_name;
        EXIT WHEN FOUND;
        INSERT INTO s.ecosystem (name) VALUES (v_ecosystem_name)
        ON CONFLICT (name) DO NOTHING
        RETURNING id INTO NEW.ecosystem_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- package_id: s.package, by package_ecosystem_id_name_key
    WHILE NEW.package_id IS NULL AND
          pg_catalog.num_nonnulls(NEW.ecosystem_id, NEW.package) OPERATOR(pg_catalog.>) 0 AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.package_id FROM s.package
        WHERE ecosystem_id OPERATOR(pg_catalog.=) NEW.ecosystem_id
          AND name OPERATOR(pg_catalog.=) NEW.package;
        EXIT WHEN FOUND;
        INSERT INTO s.package (ecosystem_id, name) VALUES (NEW.ecosystem_id, NEW.package)
        ON CONFLICT (ecosystem_id, name) DO NOTHING
        RETURNING id INTO NEW.package_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.version, by version_package_id_version_key
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.version
        WHERE (package_id OPERATOR(pg_catalog.=) NEW.package_id OR package_id IS NULL AND NEW.package_id IS NULL)
          AND (version OPERATOR(pg_catalog.=) NEW.version OR version IS NULL AND NEW.version IS NULL);
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.version (package_id, version, released)
        VALUES (NEW.package_id, NEW.version, v_released)
        ON CONFLICT (package_id, version) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.version'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.version_in
    FOR EACH ROW EXECUTE FUNCTION s.version_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.version_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.version_in_insert();

COMMENT ON VIEW s.version_in IS
    'INSERT puts a row into s.version, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON COLUMN s.version_in.ecosystem IS 'Input only, it is stored as package_id.ecosystem_id.name = lower(btrim(ecosystem)).';
COMMENT ON COLUMN s.version_in.released IS 'Input only, it is stored as released = released::date.';
COMMENT ON FUNCTION s.version_in_insert() IS 'Trigger function of view s.version_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.version', '{"package_id.ecosystem_id.name": "lower(btrim(ecosystem))", "package_id.name": "package", "version": "version", "released": "released::date"}');
SELECT pg_catalog.set_config('put.search_path', pg_catalog.current_setting('search_path'), true), pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    version__version text,
    version__released date,
    package__name text,
    ecosystem__name text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, version__version, version__released, package__name, ecosystem__name)
SELECT input.ctid, version, released::date, package, lower(btrim(ecosystem))
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, ecosystem__name, package__name, version__version);

SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('put.search_path'), true);

-- package_id.ecosystem_id: s.ecosystem, by ecosystem_name_key
CREATE TEMPORARY TABLE put_ecosystem ON COMMIT DROP AS
SELECT s.*, id::integer AS package__ecosystem_id
FROM (
    SELECT ecosystem__name, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY ecosystem__name
) AS s
LEFT JOIN s.ecosystem
  ON s.ecosystem__name IS NOT NULL AND name OPERATOR(pg_catalog.=) s.ecosystem__name;

INSERT INTO s.ecosystem (name)
SELECT DISTINCT ON (s.ecosystem__name)
    s.ecosystem__name
FROM (
    SELECT s.put__row, s.ecosystem__name, put_ecosystem.package__ecosystem_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_ecosystem ON put_ecosystem.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.package__ecosystem_id IS NULL AND s.ecosystem__name IS NOT NULL
ORDER BY s.ecosystem__name, s.put__row
ON CONFLICT (name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_ecosystem AS s SET package__ecosystem_id = id
FROM s.ecosystem
WHERE s.package__ecosystem_id IS NULL AND s.ecosystem__name IS NOT NULL
  AND name OPERATOR(pg_catalog.=) s.ecosystem__name;

ANALYZE pg_temp.put_ecosystem (ecosystem__name);

-- package_id: s.package, by package_ecosystem_id_name_key
CREATE TEMPORARY TABLE put_package ON COMMIT DROP AS
SELECT s.*, id::integer AS version__package_id
FROM (
    SELECT s.*, put_ecosystem.package__ecosystem_id
    FROM (
        SELECT ecosystem__name, package__name, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
        FROM pg_temp.put_table_rows
        GROUP BY ecosystem__name, package__name
    ) AS s
    LEFT JOIN pg_temp.put_ecosystem ON put_ecosystem.ecosystem__name OPERATOR(pg_catalog.=) s.ecosystem__name
) AS s
LEFT JOIN s.package
  ON pg_catalog.num_nonnulls(s.package__ecosystem_id, s.package__name) OPERATOR(pg_catalog.>) 0 AND ecosystem_id OPERATOR(pg_catalog.=) s.package__ecosystem_id
  AND name OPERATOR(pg_catalog.=) s.package__name;

INSERT INTO s.package (ecosystem_id, name)
SELECT DISTINCT ON (s.package__ecosystem_id, s.package__name)
    s.package__ecosystem_id, s.package__name
FROM (
    SELECT s.put__row, put_ecosystem.package__ecosystem_id, s.package__name,
        put_package.version__package_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_ecosystem ON put_ecosystem.ecosystem__name OPERATOR(pg_catalog.=) s.ecosystem__name
    JOIN pg_temp.put_package ON put_package.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.version__package_id IS NULL AND pg_catalog.num_nonnulls(s.package__ecosystem_id, s.package__name) OPERATOR(pg_catalog.>) 0
ORDER BY s.package__ecosystem_id, s.package__name, s.put__row
ON CONFLICT (ecosystem_id, name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_package AS s SET version__package_id = id
FROM s.package
WHERE s.version__package_id IS NULL AND pg_catalog.num_nonnulls(s.package__ecosystem_id, s.package__name) OPERATOR(pg_catalog.>) 0
  AND ecosystem_id OPERATOR(pg_catalog.=) s.package__ecosystem_id
  AND name OPERATOR(pg_catalog.=) s.package__name;

ANALYZE pg_temp.put_package (ecosystem__name, package__name);

-- s.version, by version_package_id_version_key
CREATE TEMPORARY TABLE put_version (put__row tid, put__id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_version
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_package.version__package_id, s.version__version
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_package ON put_package.ecosystem__name OPERATOR(pg_catalog.=) s.ecosystem__name AND put_package.package__name OPERATOR(pg_catalog.=) s.package__name
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_version WHERE put_version.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.version
  ON package_id OPERATOR(pg_catalog.=) s.version__package_id
  AND version OPERATOR(pg_catalog.=) s.version__version;
INSERT INTO pg_temp.put_version
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_package.version__package_id, s.version__version
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_package ON put_package.ecosystem__name OPERATOR(pg_catalog.=) s.ecosystem__name AND put_package.package__name OPERATOR(pg_catalog.=) s.package__name
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_version WHERE put_version.put__row OPERATOR(pg_catalog.=) s.put__row) AND pg_catalog.num_nulls(s.version__package_id, s.version__version) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.version
  ON (package_id OPERATOR(pg_catalog.=) s.version__package_id OR package_id IS NULL AND s.version__package_id IS NULL)
  AND (version OPERATOR(pg_catalog.=) s.version__version OR version IS NULL AND s.version__version IS NULL);
INSERT INTO s.version (package_id, version, released)
SELECT DISTINCT ON (s.version__package_id, s.version__version)
    s.version__package_id, s.version__version, s.version__released
FROM (
    SELECT s.put__row, put_package.version__package_id, s.version__version, s.version__released
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_package ON put_package.ecosystem__name OPERATOR(pg_catalog.=) s.ecosystem__name AND put_package.package__name OPERATOR(pg_catalog.=) s.package__name
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_version WHERE put_version.put__row OPERATOR(pg_catalog.=) s.put__row)
ORDER BY s.version__package_id, s.version__version, s.put__row
ON CONFLICT (package_id, version) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_version
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_package.version__package_id, s.version__version
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_package ON put_package.ecosystem__name OPERATOR(pg_catalog.=) s.ecosystem__name AND put_package.package__name OPERATOR(pg_catalog.=) s.package__name
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_version WHERE put_version.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.version
  ON package_id OPERATOR(pg_catalog.=) s.version__package_id
  AND version OPERATOR(pg_catalog.=) s.version__version;
INSERT INTO pg_temp.put_version
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_package.version__package_id, s.version__version
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_package ON put_package.ecosystem__name OPERATOR(pg_catalog.=) s.ecosystem__name AND put_package.package__name OPERATOR(pg_catalog.=) s.package__name
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_version WHERE put_version.put__row OPERATOR(pg_catalog.=) s.put__row) AND pg_catalog.num_nulls(s.version__package_id, s.version__version) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.version
  ON (package_id OPERATOR(pg_catalog.=) s.version__package_id OR package_id IS NULL AND s.version__package_id IS NULL)
  AND (version OPERATOR(pg_catalog.=) s.version__version OR version IS NULL AND s.version__version IS NULL);

SELECT s.put__row, pg_catalog.jsonb_build_object('id', s.put__id)
FROM (SELECT s.put__row, s.put__id FROM pg_temp.put_version AS s ORDER BY s.put__row OFFSET 0) AS s;

-- Foreign keys of two columns that share one, in tables with composite primary keys.
CREATE SCHEMA s;
CREATE TABLE s.tenant (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE s.account (tenant_id integer REFERENCES s.tenant, number text, owner text, PRIMARY KEY (tenant_id, number));
CREATE TABLE s.transfer (
    tenant_id integer NOT NULL REFERENCES s.tenant,
    source    text NOT NULL,
    target    text,
    label     text NOT NULL,
    PRIMARY KEY (tenant_id, label),
    CONSTRAINT from_account FOREIGN KEY (tenant_id, source) REFERENCES s.account,
    CONSTRAINT to_account FOREIGN KEY (tenant_id, target) REFERENCES s.account
);
CREATE TABLE s.rows (tenant text, source text, target text, label text);

-- SELECT dup_select.inserter_view_sql('s.transfer', mapping => '{"tenant_id.name": "tenant", "from_account.tenant_id.name": "tenant", "from_account.number": "source", "to_account.tenant_id.name": "tenant", "to_account.number": "target", "label": "label"}', input => 's.rows');
CREATE OR REPLACE VIEW s.transfer_in WITH (security_invoker = true) AS
SELECT
    transfer.tenant_id,
    transfer.label,
    transfer.source,
    transfer.target,
    from_account.tenant_id AS from_account_tenant_id,
    to_account.tenant_id AS to_account_tenant_id,
    to_account_tenant.name AS tenant
FROM s.transfer
JOIN s.account AS from_account ON from_account.tenant_id OPERATOR(pg_catalog.=) transfer.tenant_id AND from_account.number OPERATOR(pg_catalog.=) transfer.source
JOIN s.tenant ON tenant.id OPERATOR(pg_catalog.=) transfer.tenant_id
LEFT JOIN s.account AS to_account ON to_account.tenant_id OPERATOR(pg_catalog.=) transfer.tenant_id AND to_account.number OPERATOR(pg_catalog.=) transfer.target
JOIN s.tenant AS from_account_tenant ON from_account_tenant.id OPERATOR(pg_catalog.=) from_account.tenant_id
LEFT JOIN s.tenant AS to_account_tenant ON to_account_tenant.id OPERATOR(pg_catalog.=) to_account.tenant_id;

CREATE OR REPLACE FUNCTION s.transfer_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_from_account_number text;
    v_to_account_number text;
    v_path pg_catalog.text := pg_catalog.current_setting('search_path');
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.transfer_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.transfer.';
    END IF;

    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    SELECT source, target
    INTO v_from_account_number, v_to_account_number
    FROM (SELECT NEW.*) AS input;
    PERFORM pg_catalog.set_config('search_path', v_path, true);

    NEW.source := NULL;
    NEW.target := NULL;

    -- to_account.tenant_id: s.tenant, by tenant_name_key
    WHILE pg_catalog.num_nonnulls(NEW.to_account_tenant_id, NEW.tenant_id, NEW.target) OPERATOR(pg_catalog.=) 0 AND
          NEW.tenant IS NOT NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.to_account_tenant_id FROM s.tenant WHERE name OPERATOR(pg_catalog.=) NEW.tenant;
        EXIT WHEN FOUND;
        INSERT INTO s.tenant (name) VALUES (NEW.tenant)
        ON CONFLICT (name) DO NOTHING
        RETURNING id INTO NEW.to_account_tenant_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- from_account.tenant_id: s.tenant, by tenant_name_key
    WHILE pg_catalog.num_nonnulls(NEW.from_account_tenant_id, NEW.tenant_id, NEW.source) OPERATOR(pg_catalog.=) 0 AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.from_account_tenant_id FROM s.tenant WHERE name OPERATOR(pg_catalog.=) NEW.tenant;
        EXIT WHEN FOUND;
        INSERT INTO s.tenant (name) VALUES (NEW.tenant)
        ON CONFLICT (name) DO NOTHING
        RETURNING id INTO NEW.from_account_tenant_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- to_account: s.account, by account_pkey
    WHILE pg_catalog.num_nulls(NEW.tenant_id, NEW.target) OPERATOR(pg_catalog.>) 0 AND
          v_to_account_number IS NOT NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT tenant_id, number INTO NEW.tenant_id, NEW.target FROM s.account
        WHERE tenant_id OPERATOR(pg_catalog.=) NEW.to_account_tenant_id
          AND number OPERATOR(pg_catalog.=) v_to_account_number;
        EXIT WHEN FOUND;
        INSERT INTO s.account (tenant_id, number) VALUES (NEW.to_account_tenant_id, v_to_account_number)
        ON CONFLICT (tenant_id, number) DO NOTHING
        RETURNING tenant_id, number INTO NEW.tenant_id, NEW.target;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- tenant_id: s.tenant, by tenant_name_key
    WHILE NEW.tenant_id IS NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.tenant_id FROM s.tenant WHERE name OPERATOR(pg_catalog.=) NEW.tenant;
        EXIT WHEN FOUND;
        INSERT INTO s.tenant (name) VALUES (NEW.tenant)
        ON CONFLICT (name) DO NOTHING
        RETURNING id INTO NEW.tenant_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- from_account: s.account, by account_pkey
    WHILE pg_catalog.num_nulls(NEW.tenant_id, NEW.source) OPERATOR(pg_catalog.>) 0 AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT tenant_id, number INTO NEW.tenant_id, NEW.source FROM s.account
        WHERE tenant_id OPERATOR(pg_catalog.=) NEW.from_account_tenant_id
          AND number OPERATOR(pg_catalog.=) v_from_account_number;
        EXIT WHEN FOUND;
        INSERT INTO s.account (tenant_id, number) VALUES (NEW.from_account_tenant_id, v_from_account_number)
        ON CONFLICT (tenant_id, number) DO NOTHING
        RETURNING tenant_id, number INTO NEW.tenant_id, NEW.source;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.transfer, by transfer_pkey
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        PERFORM FROM s.transfer
        WHERE tenant_id OPERATOR(pg_catalog.=) NEW.tenant_id
          AND label OPERATOR(pg_catalog.=) NEW.label;
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.transfer (tenant_id, source, target, label)
        VALUES (NEW.tenant_id, NEW.source, NEW.target, NEW.label)
        ON CONFLICT (tenant_id, label) DO NOTHING;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.transfer'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.transfer_in
    FOR EACH ROW EXECUTE FUNCTION s.transfer_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.transfer_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.transfer_in_insert();

COMMENT ON VIEW s.transfer_in IS
    'INSERT puts a row into s.transfer, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.transfer_in_insert() IS 'Trigger function of view s.transfer_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.transfer', '{"tenant_id.name": "tenant", "from_account.tenant_id.name": "tenant", "from_account.number": "source", "to_account.tenant_id.name": "tenant", "to_account.number": "target", "label": "label"}');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    transfer__label text,
    from_account__number text,
    tenant__name text,
    to_account__number text,
    from_account_tenant__name text,
    to_account_tenant__name text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, transfer__label, from_account__number, tenant__name, to_account__number,
    from_account_tenant__name, to_account_tenant__name)
SELECT input.ctid, label, source, tenant, target, tenant, tenant
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, to_account_tenant__name, from_account_tenant__name, to_account__number, tenant__name, from_account__number, transfer__label);

-- to_account.tenant_id: s.tenant, by tenant_name_key
CREATE TEMPORARY TABLE put_to_account_tenant ON COMMIT DROP AS
SELECT s.*, id::integer AS to_account__tenant_id
FROM (
    SELECT to_account_tenant__name, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY to_account_tenant__name
) AS s
LEFT JOIN s.tenant
  ON s.to_account_tenant__name IS NOT NULL AND name OPERATOR(pg_catalog.=) s.to_account_tenant__name;

INSERT INTO s.tenant (name)
SELECT DISTINCT ON (s.to_account_tenant__name)
    s.to_account_tenant__name
FROM (
    SELECT s.put__row, s.to_account_tenant__name, put_to_account_tenant.to_account__tenant_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_to_account_tenant ON put_to_account_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.to_account__tenant_id IS NULL AND s.to_account_tenant__name IS NOT NULL
ORDER BY s.to_account_tenant__name, s.put__row
ON CONFLICT (name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_to_account_tenant AS s SET to_account__tenant_id = id
FROM s.tenant
WHERE s.to_account__tenant_id IS NULL AND s.to_account_tenant__name IS NOT NULL
  AND name OPERATOR(pg_catalog.=) s.to_account_tenant__name;

ANALYZE pg_temp.put_to_account_tenant (to_account_tenant__name);

-- from_account.tenant_id: s.tenant, by tenant_name_key
CREATE TEMPORARY TABLE put_from_account_tenant ON COMMIT DROP AS
SELECT s.*, id::integer AS from_account__tenant_id
FROM (
    SELECT from_account_tenant__name, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY from_account_tenant__name
) AS s
LEFT JOIN s.tenant
  ON name OPERATOR(pg_catalog.=) s.from_account_tenant__name;

INSERT INTO s.tenant (name)
SELECT DISTINCT ON (s.from_account_tenant__name)
    s.from_account_tenant__name
FROM (
    SELECT s.put__row, s.from_account_tenant__name,
        put_from_account_tenant.from_account__tenant_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_from_account_tenant ON put_from_account_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.from_account__tenant_id IS NULL
ORDER BY s.from_account_tenant__name, s.put__row
ON CONFLICT (name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_from_account_tenant AS s SET from_account__tenant_id = id
FROM s.tenant
WHERE s.from_account__tenant_id IS NULL
  AND name OPERATOR(pg_catalog.=) s.from_account_tenant__name;

ANALYZE pg_temp.put_from_account_tenant (from_account_tenant__name);

-- to_account: s.account, by account_pkey
CREATE TEMPORARY TABLE put_to_account (put__row tid, transfer__tenant_id integer, transfer__target text) ON COMMIT DROP;

INSERT INTO pg_temp.put_to_account
SELECT s.put__row, tenant_id, number
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_to_account_tenant.to_account__tenant_id, s.to_account__number,
            put_to_account.transfer__tenant_id, put_to_account.transfer__target
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_to_account_tenant ON put_to_account_tenant.to_account_tenant__name OPERATOR(pg_catalog.=) s.to_account_tenant__name
        LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__target) OPERATOR(pg_catalog.>) 0 AND s.to_account__number IS NOT NULL
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.account
  ON tenant_id OPERATOR(pg_catalog.=) s.to_account__tenant_id
  AND number OPERATOR(pg_catalog.=) s.to_account__number;
INSERT INTO s.account (tenant_id, number)
SELECT DISTINCT ON (s.to_account__tenant_id, s.to_account__number)
    s.to_account__tenant_id, s.to_account__number
FROM (
    SELECT s.put__row, put_to_account_tenant.to_account__tenant_id, s.to_account__number,
        put_to_account.transfer__tenant_id, put_to_account.transfer__target
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_to_account_tenant ON put_to_account_tenant.to_account_tenant__name OPERATOR(pg_catalog.=) s.to_account_tenant__name
    LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__target) OPERATOR(pg_catalog.>) 0 AND s.to_account__number IS NOT NULL
ORDER BY s.to_account__tenant_id, s.to_account__number, s.put__row
ON CONFLICT (tenant_id, number) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_to_account
SELECT s.put__row, tenant_id, number
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_to_account_tenant.to_account__tenant_id, s.to_account__number,
            put_to_account.transfer__tenant_id, put_to_account.transfer__target
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_to_account_tenant ON put_to_account_tenant.to_account_tenant__name OPERATOR(pg_catalog.=) s.to_account_tenant__name
        LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__target) OPERATOR(pg_catalog.>) 0 AND s.to_account__number IS NOT NULL
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.account
  ON tenant_id OPERATOR(pg_catalog.=) s.to_account__tenant_id
  AND number OPERATOR(pg_catalog.=) s.to_account__number;

-- tenant_id: s.tenant, by tenant_name_key
CREATE TEMPORARY TABLE put_tenant (put__row tid, transfer__tenant_id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_tenant
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, s.tenant__name,
            coalesce(put_to_account.transfer__tenant_id, put_tenant.transfer__tenant_id) AS transfer__tenant_id
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
        LEFT JOIN pg_temp.put_tenant ON put_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE s.transfer__tenant_id IS NULL
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.tenant
  ON name OPERATOR(pg_catalog.=) s.tenant__name;
INSERT INTO s.tenant (name)
SELECT DISTINCT ON (s.tenant__name)
    s.tenant__name
FROM (
    SELECT s.put__row, s.tenant__name,
        coalesce(put_to_account.transfer__tenant_id, put_tenant.transfer__tenant_id) AS transfer__tenant_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
    LEFT JOIN pg_temp.put_tenant ON put_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.transfer__tenant_id IS NULL
ORDER BY s.tenant__name, s.put__row
ON CONFLICT (name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_tenant
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, s.tenant__name,
            coalesce(put_to_account.transfer__tenant_id, put_tenant.transfer__tenant_id) AS transfer__tenant_id
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
        LEFT JOIN pg_temp.put_tenant ON put_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE s.transfer__tenant_id IS NULL
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.tenant
  ON name OPERATOR(pg_catalog.=) s.tenant__name;

-- from_account: s.account, by account_pkey
CREATE TEMPORARY TABLE put_from_account (put__row tid, transfer__tenant_id integer, transfer__source text) ON COMMIT DROP;

INSERT INTO pg_temp.put_from_account
SELECT s.put__row, tenant_id, number
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_from_account_tenant.from_account__tenant_id, s.from_account__number,
            coalesce(put_to_account.transfer__tenant_id, put_tenant.transfer__tenant_id, put_from_account.transfer__tenant_id) AS transfer__tenant_id,
            put_from_account.transfer__source
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_from_account_tenant ON put_from_account_tenant.from_account_tenant__name OPERATOR(pg_catalog.=) s.from_account_tenant__name
        LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
        LEFT JOIN pg_temp.put_tenant ON put_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
        LEFT JOIN pg_temp.put_from_account ON put_from_account.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__source) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.account
  ON tenant_id OPERATOR(pg_catalog.=) s.from_account__tenant_id
  AND number OPERATOR(pg_catalog.=) s.from_account__number;
INSERT INTO s.account (tenant_id, number)
SELECT DISTINCT ON (s.from_account__tenant_id, s.from_account__number)
    s.from_account__tenant_id, s.from_account__number
FROM (
    SELECT s.put__row, put_from_account_tenant.from_account__tenant_id, s.from_account__number,
        coalesce(put_to_account.transfer__tenant_id, put_tenant.transfer__tenant_id, put_from_account.transfer__tenant_id) AS transfer__tenant_id,
        put_from_account.transfer__source
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_from_account_tenant ON put_from_account_tenant.from_account_tenant__name OPERATOR(pg_catalog.=) s.from_account_tenant__name
    LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
    LEFT JOIN pg_temp.put_tenant ON put_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
    LEFT JOIN pg_temp.put_from_account ON put_from_account.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__source) OPERATOR(pg_catalog.>) 0
ORDER BY s.from_account__tenant_id, s.from_account__number, s.put__row
ON CONFLICT (tenant_id, number) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_from_account
SELECT s.put__row, tenant_id, number
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_from_account_tenant.from_account__tenant_id, s.from_account__number,
            coalesce(put_to_account.transfer__tenant_id, put_tenant.transfer__tenant_id, put_from_account.transfer__tenant_id) AS transfer__tenant_id,
            put_from_account.transfer__source
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_from_account_tenant ON put_from_account_tenant.from_account_tenant__name OPERATOR(pg_catalog.=) s.from_account_tenant__name
        LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
        LEFT JOIN pg_temp.put_tenant ON put_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
        LEFT JOIN pg_temp.put_from_account ON put_from_account.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__source) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.account
  ON tenant_id OPERATOR(pg_catalog.=) s.from_account__tenant_id
  AND number OPERATOR(pg_catalog.=) s.from_account__number;

-- s.transfer, by transfer_pkey
CREATE TEMPORARY TABLE put_transfer (put__row tid, put__tenant_id integer, put__label text) ON COMMIT DROP;

INSERT INTO pg_temp.put_transfer
SELECT s.put__row, tenant_id, label
FROM (
    SELECT * FROM (
        SELECT s.put__row,
            coalesce(put_to_account.transfer__tenant_id, put_tenant.transfer__tenant_id, put_from_account.transfer__tenant_id) AS transfer__tenant_id,
            s.transfer__label
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
        LEFT JOIN pg_temp.put_tenant ON put_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
        LEFT JOIN pg_temp.put_from_account ON put_from_account.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_transfer WHERE put_transfer.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.transfer
  ON tenant_id OPERATOR(pg_catalog.=) s.transfer__tenant_id
  AND label OPERATOR(pg_catalog.=) s.transfer__label;
INSERT INTO s.transfer (tenant_id, source, target, label)
SELECT DISTINCT ON (s.transfer__tenant_id, s.transfer__label)
    s.transfer__tenant_id, s.transfer__source, s.transfer__target, s.transfer__label
FROM (
    SELECT s.put__row,
        coalesce(put_to_account.transfer__tenant_id, put_tenant.transfer__tenant_id, put_from_account.transfer__tenant_id) AS transfer__tenant_id,
        put_from_account.transfer__source, put_to_account.transfer__target, s.transfer__label
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
    LEFT JOIN pg_temp.put_tenant ON put_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
    LEFT JOIN pg_temp.put_from_account ON put_from_account.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_transfer WHERE put_transfer.put__row OPERATOR(pg_catalog.=) s.put__row)
ORDER BY s.transfer__tenant_id, s.transfer__label, s.put__row
ON CONFLICT (tenant_id, label) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_transfer
SELECT s.put__row, tenant_id, label
FROM (
    SELECT * FROM (
        SELECT s.put__row,
            coalesce(put_to_account.transfer__tenant_id, put_tenant.transfer__tenant_id, put_from_account.transfer__tenant_id) AS transfer__tenant_id,
            s.transfer__label
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_to_account ON put_to_account.put__row OPERATOR(pg_catalog.=) s.put__row
        LEFT JOIN pg_temp.put_tenant ON put_tenant.put__row OPERATOR(pg_catalog.=) s.put__row
        LEFT JOIN pg_temp.put_from_account ON put_from_account.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_transfer WHERE put_transfer.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.transfer
  ON tenant_id OPERATOR(pg_catalog.=) s.transfer__tenant_id
  AND label OPERATOR(pg_catalog.=) s.transfer__label;

SELECT s.put__row, pg_catalog.jsonb_build_object('tenant_id', s.put__tenant_id, 'label', s.put__label)
FROM (SELECT s.put__row, s.put__tenant_id, s.put__label FROM pg_temp.put_transfer AS s ORDER BY s.put__row OFFSET 0) AS s;

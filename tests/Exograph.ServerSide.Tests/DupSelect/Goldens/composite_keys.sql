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
    transfer__tenant_id integer,
    transfer__source text,
    transfer__target text,
    transfer__label text,
    from_account__tenant_id integer,
    from_account__number text,
    tenant__name text,
    to_account__tenant_id integer,
    to_account__number text,
    from_account_tenant__name text,
    to_account_tenant__name text,
    put__tenant_id integer,
    put__label text,
    to_account_tenant__settled boolean,
    from_account_tenant__settled boolean,
    to_account__settled boolean,
    tenant__settled boolean,
    from_account__settled boolean,
    put__done boolean
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, transfer__label, from_account__number, tenant__name, to_account__number,
    from_account_tenant__name, to_account_tenant__name, to_account_tenant__settled,
    from_account_tenant__settled, to_account__settled, tenant__settled, from_account__settled,
    put__done)
SELECT input.ctid, label, source, tenant, target, tenant, tenant, false, false, false, false,
    false, false
FROM ONLY s.rows AS input;

CREATE INDEX ON pg_temp.put_table_rows (put__row);

ANALYZE pg_temp.put_table_rows;

-- to_account.tenant_id: s.tenant, by tenant_name_key; from_account.tenant_id: s.tenant, by tenant_name_key; to_account: s.account, by account_pkey; tenant_id: s.tenant, by tenant_name_key; from_account: s.account, by account_pkey
-- Repeat these until there is nothing to insert.
UPDATE pg_temp.put_table_rows AS s SET to_account_tenant__settled = true
WHERE NOT s.to_account_tenant__settled AND NOT (s.to_account_tenant__name IS NOT NULL);
UPDATE pg_temp.put_table_rows AS s SET to_account__tenant_id = id
FROM s.tenant
WHERE NOT s.to_account_tenant__settled AND s.to_account__tenant_id IS NULL AND s.to_account_tenant__name IS NOT NULL
  AND name OPERATOR(pg_catalog.=) s.to_account_tenant__name;
UPDATE pg_temp.put_table_rows AS s SET from_account__tenant_id = id
FROM s.tenant
WHERE NOT s.from_account_tenant__settled AND s.from_account__tenant_id IS NULL
  AND name OPERATOR(pg_catalog.=) s.from_account_tenant__name;
UPDATE pg_temp.put_table_rows AS s SET to_account__settled = true
WHERE NOT s.to_account__settled AND NOT (s.to_account__number IS NOT NULL) AND (s.to_account_tenant__settled OR pg_catalog.num_nulls(s.to_account__tenant_id) OPERATOR(pg_catalog.=) 0);
UPDATE pg_temp.put_table_rows AS s SET transfer__tenant_id = tenant_id, transfer__target = number
FROM s.account
WHERE NOT s.to_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__target) OPERATOR(pg_catalog.>) 0 AND s.to_account__number IS NOT NULL AND (s.to_account_tenant__settled OR pg_catalog.num_nulls(s.to_account__tenant_id) OPERATOR(pg_catalog.=) 0)
  AND tenant_id OPERATOR(pg_catalog.=) s.to_account__tenant_id
  AND number OPERATOR(pg_catalog.=) s.to_account__number;
UPDATE pg_temp.put_table_rows AS s SET transfer__tenant_id = id
FROM s.tenant
WHERE NOT s.tenant__settled AND s.transfer__tenant_id IS NULL
  AND name OPERATOR(pg_catalog.=) s.tenant__name;
UPDATE pg_temp.put_table_rows AS s SET transfer__tenant_id = tenant_id, transfer__source = number
FROM s.account
WHERE NOT s.from_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__source) OPERATOR(pg_catalog.>) 0 AND (s.from_account_tenant__settled OR pg_catalog.num_nulls(s.from_account__tenant_id) OPERATOR(pg_catalog.=) 0)
  AND tenant_id OPERATOR(pg_catalog.=) s.from_account__tenant_id
  AND number OPERATOR(pg_catalog.=) s.from_account__number;
INSERT INTO s.tenant (name)
SELECT
    s.to_account_tenant__name
FROM (
    SELECT DISTINCT ON (k1) *
    FROM (
        SELECT s.*, 1 AS put__n, s.to_account_tenant__name AS k1
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.to_account_tenant__settled AND s.to_account__tenant_id IS NULL AND s.to_account_tenant__name IS NOT NULL
        UNION ALL
        SELECT s.*, 2 AS put__n, s.from_account_tenant__name AS k1
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.from_account_tenant__settled AND s.from_account__tenant_id IS NULL
        UNION ALL
        SELECT s.*, 4 AS put__n, s.tenant__name AS k1
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.tenant__settled AND s.transfer__tenant_id IS NULL
    ) AS s
    ORDER BY k1, put__row, put__n
) AS s
WHERE s.put__n OPERATOR(pg_catalog.=) 1
ORDER BY k1
ON CONFLICT (name) DO NOTHING;
INSERT INTO s.tenant (name)
SELECT
    s.from_account_tenant__name
FROM (
    SELECT DISTINCT ON (k1) *
    FROM (
        SELECT s.*, 1 AS put__n, s.to_account_tenant__name AS k1
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.to_account_tenant__settled AND s.to_account__tenant_id IS NULL AND s.to_account_tenant__name IS NOT NULL
        UNION ALL
        SELECT s.*, 2 AS put__n, s.from_account_tenant__name AS k1
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.from_account_tenant__settled AND s.from_account__tenant_id IS NULL
        UNION ALL
        SELECT s.*, 4 AS put__n, s.tenant__name AS k1
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.tenant__settled AND s.transfer__tenant_id IS NULL
    ) AS s
    ORDER BY k1, put__row, put__n
) AS s
WHERE s.put__n OPERATOR(pg_catalog.=) 2
ORDER BY k1
ON CONFLICT (name) DO NOTHING;
INSERT INTO s.account (tenant_id, number)
SELECT
    s.to_account__tenant_id, s.to_account__number
FROM (
    SELECT DISTINCT ON (k1, k2) *
    FROM (
        SELECT s.*, 3 AS put__n, s.to_account__tenant_id AS k1, s.to_account__number AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.to_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__target) OPERATOR(pg_catalog.>) 0 AND s.to_account__number IS NOT NULL AND (s.to_account_tenant__settled OR pg_catalog.num_nulls(s.to_account__tenant_id) OPERATOR(pg_catalog.=) 0)
        UNION ALL
        SELECT s.*, 5 AS put__n, s.from_account__tenant_id AS k1, s.from_account__number AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.from_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__source) OPERATOR(pg_catalog.>) 0 AND (s.from_account_tenant__settled OR pg_catalog.num_nulls(s.from_account__tenant_id) OPERATOR(pg_catalog.=) 0)
    ) AS s
    ORDER BY k1, k2, put__row, put__n
) AS s
WHERE s.put__n OPERATOR(pg_catalog.=) 3 AND (s.to_account_tenant__settled OR pg_catalog.num_nulls(s.to_account__tenant_id) OPERATOR(pg_catalog.=) 0)
ORDER BY k1, k2
ON CONFLICT (tenant_id, number) DO NOTHING;
INSERT INTO s.tenant (name)
SELECT
    s.tenant__name
FROM (
    SELECT DISTINCT ON (k1) *
    FROM (
        SELECT s.*, 1 AS put__n, s.to_account_tenant__name AS k1
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.to_account_tenant__settled AND s.to_account__tenant_id IS NULL AND s.to_account_tenant__name IS NOT NULL
        UNION ALL
        SELECT s.*, 2 AS put__n, s.from_account_tenant__name AS k1
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.from_account_tenant__settled AND s.from_account__tenant_id IS NULL
        UNION ALL
        SELECT s.*, 4 AS put__n, s.tenant__name AS k1
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.tenant__settled AND s.transfer__tenant_id IS NULL
    ) AS s
    ORDER BY k1, put__row, put__n
) AS s
WHERE s.put__n OPERATOR(pg_catalog.=) 4
ORDER BY k1
ON CONFLICT (name) DO NOTHING;
INSERT INTO s.account (tenant_id, number)
SELECT
    s.from_account__tenant_id, s.from_account__number
FROM (
    SELECT DISTINCT ON (k1, k2) *
    FROM (
        SELECT s.*, 3 AS put__n, s.to_account__tenant_id AS k1, s.to_account__number AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.to_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__target) OPERATOR(pg_catalog.>) 0 AND s.to_account__number IS NOT NULL AND (s.to_account_tenant__settled OR pg_catalog.num_nulls(s.to_account__tenant_id) OPERATOR(pg_catalog.=) 0)
        UNION ALL
        SELECT s.*, 5 AS put__n, s.from_account__tenant_id AS k1, s.from_account__number AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.from_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__source) OPERATOR(pg_catalog.>) 0 AND (s.from_account_tenant__settled OR pg_catalog.num_nulls(s.from_account__tenant_id) OPERATOR(pg_catalog.=) 0)
    ) AS s
    ORDER BY k1, k2, put__row, put__n
) AS s
WHERE s.put__n OPERATOR(pg_catalog.=) 5 AND (s.from_account_tenant__settled OR pg_catalog.num_nulls(s.from_account__tenant_id) OPERATOR(pg_catalog.=) 0)
ORDER BY k1, k2
ON CONFLICT (tenant_id, number) DO NOTHING;
-- Where 100 times do not do, the rest row by row.
SELECT pg_catalog.set_config('dup_select.enable_seqscan', pg_catalog.current_setting('enable_seqscan'), true),
    pg_catalog.set_config('enable_seqscan', 'off', true);
DO $$
#variable_conflict use_column
DECLARE
    v_row pg_catalog.tid;
BEGIN
    FOR v_row IN SELECT s.put__row FROM pg_temp.put_table_rows AS s WHERE NOT ((s.to_account_tenant__settled OR pg_catalog.num_nulls(s.to_account__tenant_id) OPERATOR(pg_catalog.=) 0) AND (s.from_account_tenant__settled OR pg_catalog.num_nulls(s.from_account__tenant_id) OPERATOR(pg_catalog.=) 0) AND (s.to_account__settled OR pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__target) OPERATOR(pg_catalog.=) 0) AND (s.tenant__settled OR pg_catalog.num_nulls(s.transfer__tenant_id) OPERATOR(pg_catalog.=) 0) AND (s.from_account__settled OR pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__source) OPERATOR(pg_catalog.=) 0)) ORDER BY s.put__row LOOP
-- to_account.tenant_id: s.tenant, by tenant_name_key
FOR v_attempts IN 1 .. 100 LOOP
UPDATE pg_temp.put_table_rows AS s SET to_account__tenant_id = id
FROM s.tenant
WHERE NOT s.to_account_tenant__settled AND s.to_account__tenant_id IS NULL AND s.to_account_tenant__name IS NOT NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
  AND name OPERATOR(pg_catalog.=) s.to_account_tenant__name;
EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_table_rows AS s WHERE NOT s.to_account_tenant__settled AND s.to_account__tenant_id IS NULL AND s.to_account_tenant__name IS NOT NULL AND s.put__row OPERATOR(pg_catalog.=) v_row);
IF v_attempts OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', 'to_account.tenant_id: s.tenant, by tenant_name_key' USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END IF;
INSERT INTO s.tenant (name)
SELECT DISTINCT ON (s.to_account_tenant__name)
    s.to_account_tenant__name
FROM pg_temp.put_table_rows AS s
WHERE NOT s.to_account_tenant__settled AND s.to_account__tenant_id IS NULL AND s.to_account_tenant__name IS NOT NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
ORDER BY s.to_account_tenant__name, s.put__row
ON CONFLICT (name) DO NOTHING;
END LOOP;
-- from_account.tenant_id: s.tenant, by tenant_name_key
FOR v_attempts IN 1 .. 100 LOOP
UPDATE pg_temp.put_table_rows AS s SET from_account__tenant_id = id
FROM s.tenant
WHERE NOT s.from_account_tenant__settled AND s.from_account__tenant_id IS NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
  AND name OPERATOR(pg_catalog.=) s.from_account_tenant__name;
EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_table_rows AS s WHERE NOT s.from_account_tenant__settled AND s.from_account__tenant_id IS NULL AND s.put__row OPERATOR(pg_catalog.=) v_row);
IF v_attempts OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', 'from_account.tenant_id: s.tenant, by tenant_name_key' USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END IF;
INSERT INTO s.tenant (name)
SELECT DISTINCT ON (s.from_account_tenant__name)
    s.from_account_tenant__name
FROM pg_temp.put_table_rows AS s
WHERE NOT s.from_account_tenant__settled AND s.from_account__tenant_id IS NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
ORDER BY s.from_account_tenant__name, s.put__row
ON CONFLICT (name) DO NOTHING;
END LOOP;
-- to_account: s.account, by account_pkey
FOR v_attempts IN 1 .. 100 LOOP
UPDATE pg_temp.put_table_rows AS s SET transfer__tenant_id = tenant_id, transfer__target = number
FROM s.account
WHERE NOT s.to_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__target) OPERATOR(pg_catalog.>) 0 AND s.to_account__number IS NOT NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
  AND tenant_id OPERATOR(pg_catalog.=) s.to_account__tenant_id
  AND number OPERATOR(pg_catalog.=) s.to_account__number;
EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_table_rows AS s WHERE NOT s.to_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__target) OPERATOR(pg_catalog.>) 0 AND s.to_account__number IS NOT NULL AND s.put__row OPERATOR(pg_catalog.=) v_row);
IF v_attempts OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', 'to_account: s.account, by account_pkey' USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END IF;
INSERT INTO s.account (tenant_id, number)
SELECT DISTINCT ON (s.to_account__tenant_id, s.to_account__number)
    s.to_account__tenant_id, s.to_account__number
FROM pg_temp.put_table_rows AS s
WHERE NOT s.to_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__target) OPERATOR(pg_catalog.>) 0 AND s.to_account__number IS NOT NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
ORDER BY s.to_account__tenant_id, s.to_account__number, s.put__row
ON CONFLICT (tenant_id, number) DO NOTHING;
END LOOP;
-- tenant_id: s.tenant, by tenant_name_key
FOR v_attempts IN 1 .. 100 LOOP
UPDATE pg_temp.put_table_rows AS s SET transfer__tenant_id = id
FROM s.tenant
WHERE NOT s.tenant__settled AND s.transfer__tenant_id IS NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
  AND name OPERATOR(pg_catalog.=) s.tenant__name;
EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_table_rows AS s WHERE NOT s.tenant__settled AND s.transfer__tenant_id IS NULL AND s.put__row OPERATOR(pg_catalog.=) v_row);
IF v_attempts OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', 'tenant_id: s.tenant, by tenant_name_key' USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END IF;
INSERT INTO s.tenant (name)
SELECT DISTINCT ON (s.tenant__name)
    s.tenant__name
FROM pg_temp.put_table_rows AS s
WHERE NOT s.tenant__settled AND s.transfer__tenant_id IS NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
ORDER BY s.tenant__name, s.put__row
ON CONFLICT (name) DO NOTHING;
END LOOP;
-- from_account: s.account, by account_pkey
FOR v_attempts IN 1 .. 100 LOOP
UPDATE pg_temp.put_table_rows AS s SET transfer__tenant_id = tenant_id, transfer__source = number
FROM s.account
WHERE NOT s.from_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__source) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row
  AND tenant_id OPERATOR(pg_catalog.=) s.from_account__tenant_id
  AND number OPERATOR(pg_catalog.=) s.from_account__number;
EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_table_rows AS s WHERE NOT s.from_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__source) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row);
IF v_attempts OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', 'from_account: s.account, by account_pkey' USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END IF;
INSERT INTO s.account (tenant_id, number)
SELECT DISTINCT ON (s.from_account__tenant_id, s.from_account__number)
    s.from_account__tenant_id, s.from_account__number
FROM pg_temp.put_table_rows AS s
WHERE NOT s.from_account__settled AND pg_catalog.num_nulls(s.transfer__tenant_id, s.transfer__source) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row
ORDER BY s.from_account__tenant_id, s.from_account__number, s.put__row
ON CONFLICT (tenant_id, number) DO NOTHING;
END LOOP;
    END LOOP;
END
$$;
SELECT pg_catalog.set_config('enable_seqscan', pg_catalog.current_setting('dup_select.enable_seqscan'), true);

-- s.transfer, by transfer_pkey
-- Repeat these until there is nothing to insert.
UPDATE pg_temp.put_table_rows AS s SET put__tenant_id = tenant_id, put__label = label, put__done = true
FROM s.transfer
WHERE NOT s.put__done
  AND tenant_id OPERATOR(pg_catalog.=) s.transfer__tenant_id
  AND label OPERATOR(pg_catalog.=) s.transfer__label;
INSERT INTO s.transfer (tenant_id, source, target, label)
SELECT DISTINCT ON (s.transfer__tenant_id, s.transfer__label)
    s.transfer__tenant_id, s.transfer__source, s.transfer__target, s.transfer__label
FROM pg_temp.put_table_rows AS s
WHERE NOT s.put__done
ORDER BY s.transfer__tenant_id, s.transfer__label, s.put__row
ON CONFLICT (tenant_id, label) DO NOTHING;

SELECT s.put__row, pg_catalog.jsonb_build_object('tenant_id', s.put__tenant_id, 'label', s.put__label) FROM pg_temp.put_table_rows AS s ORDER BY s.put__row;

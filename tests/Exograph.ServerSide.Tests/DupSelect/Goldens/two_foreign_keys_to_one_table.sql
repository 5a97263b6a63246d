-- Two foreign keys to one table; the row has no id of its own.
CREATE SCHEMA s;
CREATE TABLE s.node (id bigserial PRIMARY KEY, file text NOT NULL, name text, UNIQUE (file, name));
CREATE TABLE s.edge (
    caller_id bigint NOT NULL REFERENCES s.node,
    callee_id bigint REFERENCES s.node,
    line      integer,
    UNIQUE NULLS NOT DISTINCT (caller_id, callee_id, line)
);
CREATE TABLE s.rows (caller_file text, caller_name text, callee_file text, callee_name text, line integer);

-- SELECT dup_select.inserter_view_sql('s.edge');
CREATE OR REPLACE VIEW s.edge_in WITH (security_invoker = true) AS
SELECT
    edge.callee_id,
    edge.caller_id,
    edge.line,
    callee.file AS callee_file,
    callee.name AS callee_name,
    caller.file AS caller_file,
    caller.name AS caller_name
FROM s.edge
LEFT JOIN s.node AS callee ON callee.id OPERATOR(pg_catalog.=) edge.callee_id
JOIN s.node AS caller ON caller.id OPERATOR(pg_catalog.=) edge.caller_id;

CREATE OR REPLACE FUNCTION s.edge_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.edge_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.edge.';
    END IF;

    -- caller_id: s.node, by node_file_name_key
    WHILE NEW.caller_id IS NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.caller_id FROM s.node
        WHERE file OPERATOR(pg_catalog.=) NEW.caller_file
          AND name OPERATOR(pg_catalog.=) NEW.caller_name;
        EXIT WHEN FOUND;
        INSERT INTO s.node (file, name) VALUES (NEW.caller_file, NEW.caller_name)
        ON CONFLICT (file, name) DO NOTHING
        RETURNING id INTO NEW.caller_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- callee_id: s.node, by node_file_name_key
    WHILE NEW.callee_id IS NULL AND
          pg_catalog.num_nonnulls(NEW.callee_file, NEW.callee_name) OPERATOR(pg_catalog.>) 0 AND
          v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.callee_id FROM s.node
        WHERE file OPERATOR(pg_catalog.=) NEW.callee_file
          AND name OPERATOR(pg_catalog.=) NEW.callee_name;
        EXIT WHEN FOUND;
        INSERT INTO s.node (file, name) VALUES (NEW.callee_file, NEW.callee_name)
        ON CONFLICT (file, name) DO NOTHING
        RETURNING id INTO NEW.callee_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.edge, by edge_caller_id_callee_id_line_key
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        PERFORM FROM s.edge
        WHERE caller_id OPERATOR(pg_catalog.=) NEW.caller_id
          AND (callee_id OPERATOR(pg_catalog.=) NEW.callee_id OR callee_id IS NULL AND NEW.callee_id IS NULL)
          AND (line OPERATOR(pg_catalog.=) NEW.line OR line IS NULL AND NEW.line IS NULL);
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.edge (caller_id, callee_id, line) VALUES (NEW.caller_id, NEW.callee_id, NEW.line)
        ON CONFLICT (caller_id, callee_id, line) DO NOTHING;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.edge'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.edge_in
    FOR EACH ROW EXECUTE FUNCTION s.edge_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.edge_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.edge_in_insert();

COMMENT ON VIEW s.edge_in IS
    'INSERT puts a row into s.edge, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.edge_in_insert() IS 'Trigger function of view s.edge_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.edge');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    edge__caller_id bigint,
    edge__callee_id bigint,
    edge__line integer,
    callee__file text,
    callee__name text,
    caller__file text,
    caller__name text,
    caller__settled boolean,
    callee__settled boolean
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, edge__line, callee__file, callee__name, caller__file, caller__name,
    caller__settled, callee__settled)
SELECT input.ctid, line, callee_file, callee_name, caller_file, caller_name, false, false
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows;

-- caller_id: s.node, by node_file_name_key; callee_id: s.node, by node_file_name_key
-- Repeat these until there is nothing to insert.
UPDATE pg_temp.put_table_rows AS s SET edge__caller_id = id
FROM s.node
WHERE NOT s.caller__settled AND s.edge__caller_id IS NULL
  AND file OPERATOR(pg_catalog.=) s.caller__file
  AND name OPERATOR(pg_catalog.=) s.caller__name;
UPDATE pg_temp.put_table_rows AS s SET callee__settled = true
WHERE NOT s.callee__settled AND NOT (pg_catalog.num_nonnulls(s.callee__file, s.callee__name) OPERATOR(pg_catalog.>) 0);
UPDATE pg_temp.put_table_rows AS s SET edge__callee_id = id
FROM s.node
WHERE NOT s.callee__settled AND s.edge__callee_id IS NULL AND pg_catalog.num_nonnulls(s.callee__file, s.callee__name) OPERATOR(pg_catalog.>) 0
  AND file OPERATOR(pg_catalog.=) s.callee__file
  AND name OPERATOR(pg_catalog.=) s.callee__name;
INSERT INTO s.node (file, name)
SELECT
    s.caller__file, s.caller__name
FROM (
    SELECT DISTINCT ON (k1, k2) *
    FROM (
        SELECT pg_catalog.min(s.put__row) AS put__row, 1 AS put__n, true AS here, s.caller__file AS k1, s.caller__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.caller__settled AND s.edge__caller_id IS NULL AND s.caller__name IS NOT NULL
        GROUP BY 4, 5
        UNION ALL
        SELECT pg_catalog.min(s.put__row) AS put__row, 2 AS put__n, false AS here, s.callee__file AS k1, s.callee__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.callee__settled AND s.edge__callee_id IS NULL AND pg_catalog.num_nonnulls(s.callee__file, s.callee__name) OPERATOR(pg_catalog.>) 0 AND s.callee__name IS NOT NULL
        GROUP BY 4, 5
    ) AS contenders
    ORDER BY k1, k2, put__row, put__n
) AS contender
JOIN pg_temp.put_table_rows AS s ON s.put__row OPERATOR(pg_catalog.=) contender.put__row
WHERE contender.here
ORDER BY k1, k2
ON CONFLICT (file, name) DO NOTHING;
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM pg_temp.put_table_rows AS s
    WHERE NOT s.caller__settled AND s.edge__caller_id IS NULL AND NOT (s.caller__name IS NOT NULL)
), added AS (
    INSERT INTO s.node (file, name)
    SELECT s.caller__file, s.caller__name
    FROM pg_temp.put_table_rows AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
UPDATE pg_temp.put_table_rows AS s SET edge__caller_id = numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n
WHERE s.put__row OPERATOR(pg_catalog.=) asked.put__row;
INSERT INTO s.node (file, name)
SELECT
    s.callee__file, s.callee__name
FROM (
    SELECT DISTINCT ON (k1, k2) *
    FROM (
        SELECT pg_catalog.min(s.put__row) AS put__row, 1 AS put__n, false AS here, s.caller__file AS k1, s.caller__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.caller__settled AND s.edge__caller_id IS NULL AND s.caller__name IS NOT NULL
        GROUP BY 4, 5
        UNION ALL
        SELECT pg_catalog.min(s.put__row) AS put__row, 2 AS put__n, true AS here, s.callee__file AS k1, s.callee__name AS k2
        FROM pg_temp.put_table_rows AS s
        WHERE NOT s.callee__settled AND s.edge__callee_id IS NULL AND pg_catalog.num_nonnulls(s.callee__file, s.callee__name) OPERATOR(pg_catalog.>) 0 AND s.callee__name IS NOT NULL
        GROUP BY 4, 5
    ) AS contenders
    ORDER BY k1, k2, put__row, put__n
) AS contender
JOIN pg_temp.put_table_rows AS s ON s.put__row OPERATOR(pg_catalog.=) contender.put__row
WHERE contender.here
ORDER BY k1, k2
ON CONFLICT (file, name) DO NOTHING;
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM pg_temp.put_table_rows AS s
    WHERE NOT s.callee__settled AND s.edge__callee_id IS NULL AND pg_catalog.num_nonnulls(s.callee__file, s.callee__name) OPERATOR(pg_catalog.>) 0 AND NOT (s.callee__name IS NOT NULL)
), added AS (
    INSERT INTO s.node (file, name)
    SELECT s.callee__file, s.callee__name
    FROM pg_temp.put_table_rows AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
UPDATE pg_temp.put_table_rows AS s SET edge__callee_id = numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n
WHERE s.put__row OPERATOR(pg_catalog.=) asked.put__row;
-- Where 100 times do not do, the rest row by row.
CREATE TEMPORARY TABLE put_table_rows_copy ON COMMIT DROP AS TABLE pg_temp.put_table_rows;
TRUNCATE pg_temp.put_table_rows;
INSERT INTO pg_temp.put_table_rows TABLE pg_temp.put_table_rows_copy;
DROP TABLE IF EXISTS pg_temp.put_table_rows_copy;
CREATE INDEX ON pg_temp.put_table_rows (put__row);
SELECT pg_catalog.set_config('dup_select.enable_seqscan', pg_catalog.current_setting('enable_seqscan'), true),
    pg_catalog.set_config('enable_seqscan', 'off', true);
DO $$
#variable_conflict use_column
DECLARE
    v_row pg_catalog.tid;
BEGIN
    FOR v_row IN SELECT s.put__row FROM pg_temp.put_table_rows AS s WHERE NOT ((s.caller__settled OR pg_catalog.num_nulls(s.edge__caller_id) OPERATOR(pg_catalog.=) 0) AND (s.callee__settled OR pg_catalog.num_nulls(s.edge__callee_id) OPERATOR(pg_catalog.=) 0)) ORDER BY s.put__row LOOP
-- caller_id: s.node, by node_file_name_key
FOR v_attempts IN 1 .. 100 LOOP
UPDATE pg_temp.put_table_rows AS s SET edge__caller_id = id
FROM s.node
WHERE NOT s.caller__settled AND s.edge__caller_id IS NULL AND s.put__row OPERATOR(pg_catalog.=) v_row
  AND file OPERATOR(pg_catalog.=) s.caller__file
  AND name OPERATOR(pg_catalog.=) s.caller__name;
EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_table_rows AS s WHERE NOT s.caller__settled AND s.edge__caller_id IS NULL AND s.put__row OPERATOR(pg_catalog.=) v_row AND s.caller__name IS NOT NULL);
IF v_attempts OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', 'caller_id: s.node, by node_file_name_key' USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END IF;
INSERT INTO s.node (file, name)
SELECT DISTINCT ON (s.caller__file, s.caller__name)
    s.caller__file, s.caller__name
FROM pg_temp.put_table_rows AS s
WHERE NOT s.caller__settled AND s.edge__caller_id IS NULL AND s.put__row OPERATOR(pg_catalog.=) v_row AND s.caller__name IS NOT NULL
ORDER BY s.caller__file, s.caller__name, s.put__row
ON CONFLICT (file, name) DO NOTHING;
END LOOP;
-- caller_id: s.node, by node_file_name_key: rows without a key
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM pg_temp.put_table_rows AS s
    WHERE NOT s.caller__settled AND s.edge__caller_id IS NULL AND s.put__row OPERATOR(pg_catalog.=) v_row AND NOT (s.caller__name IS NOT NULL)
), added AS (
    INSERT INTO s.node (file, name)
    SELECT s.caller__file, s.caller__name
    FROM pg_temp.put_table_rows AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
UPDATE pg_temp.put_table_rows AS s SET edge__caller_id = numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n
WHERE s.put__row OPERATOR(pg_catalog.=) asked.put__row;
-- callee_id: s.node, by node_file_name_key
FOR v_attempts IN 1 .. 100 LOOP
UPDATE pg_temp.put_table_rows AS s SET edge__callee_id = id
FROM s.node
WHERE NOT s.callee__settled AND s.edge__callee_id IS NULL AND pg_catalog.num_nonnulls(s.callee__file, s.callee__name) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row
  AND file OPERATOR(pg_catalog.=) s.callee__file
  AND name OPERATOR(pg_catalog.=) s.callee__name;
EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.put_table_rows AS s WHERE NOT s.callee__settled AND s.edge__callee_id IS NULL AND pg_catalog.num_nonnulls(s.callee__file, s.callee__name) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row AND s.callee__name IS NOT NULL);
IF v_attempts OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', 'callee_id: s.node, by node_file_name_key' USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END IF;
INSERT INTO s.node (file, name)
SELECT DISTINCT ON (s.callee__file, s.callee__name)
    s.callee__file, s.callee__name
FROM pg_temp.put_table_rows AS s
WHERE NOT s.callee__settled AND s.edge__callee_id IS NULL AND pg_catalog.num_nonnulls(s.callee__file, s.callee__name) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row AND s.callee__name IS NOT NULL
ORDER BY s.callee__file, s.callee__name, s.put__row
ON CONFLICT (file, name) DO NOTHING;
END LOOP;
-- callee_id: s.node, by node_file_name_key: rows without a key
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM pg_temp.put_table_rows AS s
    WHERE NOT s.callee__settled AND s.edge__callee_id IS NULL AND pg_catalog.num_nonnulls(s.callee__file, s.callee__name) OPERATOR(pg_catalog.>) 0 AND s.put__row OPERATOR(pg_catalog.=) v_row AND NOT (s.callee__name IS NOT NULL)
), added AS (
    INSERT INTO s.node (file, name)
    SELECT s.callee__file, s.callee__name
    FROM pg_temp.put_table_rows AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
UPDATE pg_temp.put_table_rows AS s SET edge__callee_id = numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n
WHERE s.put__row OPERATOR(pg_catalog.=) asked.put__row;
    END LOOP;
END
$$;
SELECT pg_catalog.set_config('enable_seqscan', pg_catalog.current_setting('dup_select.enable_seqscan'), true);

-- s.edge, by edge_caller_id_callee_id_line_key
CREATE TEMPORARY TABLE put_edge (put__row tid) ON COMMIT DROP;

INSERT INTO pg_temp.put_edge
SELECT s.put__row
FROM (
    SELECT * FROM pg_temp.put_table_rows AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_edge WHERE put_edge.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.edge
  ON caller_id OPERATOR(pg_catalog.=) s.edge__caller_id
  AND callee_id OPERATOR(pg_catalog.=) s.edge__callee_id
  AND line OPERATOR(pg_catalog.=) s.edge__line;
INSERT INTO pg_temp.put_edge
SELECT s.put__row
FROM (
    SELECT * FROM pg_temp.put_table_rows AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_edge WHERE put_edge.put__row OPERATOR(pg_catalog.=) s.put__row) AND pg_catalog.num_nulls(s.edge__callee_id, s.edge__line) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.edge
  ON caller_id OPERATOR(pg_catalog.=) s.edge__caller_id
  AND (callee_id OPERATOR(pg_catalog.=) s.edge__callee_id OR callee_id IS NULL AND s.edge__callee_id IS NULL)
  AND (line OPERATOR(pg_catalog.=) s.edge__line OR line IS NULL AND s.edge__line IS NULL);
INSERT INTO s.edge (caller_id, callee_id, line)
SELECT DISTINCT ON (s.edge__caller_id, s.edge__callee_id, s.edge__line)
    s.edge__caller_id, s.edge__callee_id, s.edge__line
FROM pg_temp.put_table_rows AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_edge WHERE put_edge.put__row OPERATOR(pg_catalog.=) s.put__row)
ORDER BY s.edge__caller_id, s.edge__callee_id, s.edge__line, s.put__row
ON CONFLICT (caller_id, callee_id, line) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_edge
SELECT s.put__row
FROM (
    SELECT * FROM pg_temp.put_table_rows AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_edge WHERE put_edge.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.edge
  ON caller_id OPERATOR(pg_catalog.=) s.edge__caller_id
  AND callee_id OPERATOR(pg_catalog.=) s.edge__callee_id
  AND line OPERATOR(pg_catalog.=) s.edge__line;
INSERT INTO pg_temp.put_edge
SELECT s.put__row
FROM (
    SELECT * FROM pg_temp.put_table_rows AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_edge WHERE put_edge.put__row OPERATOR(pg_catalog.=) s.put__row) AND pg_catalog.num_nulls(s.edge__callee_id, s.edge__line) OPERATOR(pg_catalog.>) 0
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.edge
  ON caller_id OPERATOR(pg_catalog.=) s.edge__caller_id
  AND (callee_id OPERATOR(pg_catalog.=) s.edge__callee_id OR callee_id IS NULL AND s.edge__callee_id IS NULL)
  AND (line OPERATOR(pg_catalog.=) s.edge__line OR line IS NULL AND s.edge__line IS NULL);

SELECT s.put__row, pg_catalog.jsonb_build_object()
FROM (SELECT s.put__row FROM pg_temp.put_edge AS s ORDER BY s.put__row OFFSET 0) AS s;

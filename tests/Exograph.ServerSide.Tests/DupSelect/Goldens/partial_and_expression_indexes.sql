-- Keys that are expressions, or hold for some rows only.
CREATE SCHEMA s;
CREATE TABLE s.account (
    id         serial PRIMARY KEY,
    email      text NOT NULL,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX one_email ON s.account (lower(email)) WHERE deleted_at IS NULL;
CREATE TABLE s.login (
    id         serial PRIMARY KEY,
    account_id integer NOT NULL REFERENCES s.account,
    device     text,
    state      text NOT NULL DEFAULT 'open'
);
CREATE UNIQUE INDEX one_open_login ON s.login (account_id, coalesce(device, '')) WHERE state = 'open';
CREATE TABLE s.rows (account_email text, device text, state text);

-- SELECT dup_select.inserter_view_sql('s.login');
CREATE OR REPLACE VIEW s.login_in WITH (security_invoker = true) AS
SELECT
    login.id,
    login.account_id,
    login.device,
    login.state,
    account.email AS account_email
FROM s.login
JOIN s.account ON account.id OPERATOR(pg_catalog.=) login.account_id;

CREATE OR REPLACE FUNCTION s.login_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.login_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.login.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.login_in', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    NEW.state := coalesce(NEW.state, 'open');

    -- account_id: s.account, by one_email
    WHILE NEW.account_id IS NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.account_id FROM s.account
        WHERE pg_catalog.lower(email) OPERATOR(pg_catalog.=) pg_catalog.lower(NEW.account_email)
          AND (deleted_at IS NULL);
        EXIT WHEN FOUND;
        INSERT INTO s.account (email) VALUES (NEW.account_email)
        ON CONFLICT (pg_catalog.lower(email)) WHERE (deleted_at IS NULL) DO NOTHING
        RETURNING id INTO NEW.account_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.login, by one_open_login
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.login
        WHERE account_id OPERATOR(pg_catalog.=) NEW.account_id
          AND COALESCE(device, ''::pg_catalog.text) OPERATOR(pg_catalog.=) (SELECT COALESCE(device, ''::pg_catalog.text) FROM (SELECT NEW.device) AS given (device))
          AND (state OPERATOR(pg_catalog.=) 'open'::pg_catalog.text)
          AND ((SELECT (state OPERATOR(pg_catalog.=) 'open'::pg_catalog.text) FROM (SELECT NEW.state) AS given (state)));
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.login (account_id, device, state) VALUES (NEW.account_id, NEW.device, NEW.state)
        ON CONFLICT (account_id, COALESCE(device, ''::pg_catalog.text)) WHERE (state OPERATOR(pg_catalog.=) 'open'::pg_catalog.text) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.login'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.login_in
    FOR EACH ROW EXECUTE FUNCTION s.login_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.login_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.login_in_insert();

COMMENT ON VIEW s.login_in IS
    'INSERT puts a row into s.login, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.login_in_insert() IS 'Trigger function of view s.login_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.login');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    login__device text,
    login__state text,
    account__email text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, login__device, login__state, account__email)
SELECT input.ctid, device, state, account_email
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, account__email, login__device);

-- account_id: s.account, by one_email
CREATE TEMPORARY TABLE put_account (put__row tid, login__account_id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_account
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, s.account__email, put_account.login__account_id
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_account ON put_account.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE s.login__account_id IS NULL
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.account
  ON pg_catalog.lower(email) OPERATOR(pg_catalog.=) pg_catalog.lower(s.account__email)
  AND (deleted_at IS NULL);
INSERT INTO s.account (email)
SELECT DISTINCT ON (pg_catalog.lower(s.account__email))
    s.account__email
FROM (
    SELECT s.put__row, s.account__email, put_account.login__account_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_account ON put_account.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.login__account_id IS NULL AND pg_catalog.lower(s.account__email) IS NOT NULL
ORDER BY pg_catalog.lower(s.account__email), s.put__row
ON CONFLICT (pg_catalog.lower(email)) WHERE (deleted_at IS NULL) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_account
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, s.account__email, put_account.login__account_id
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_account ON put_account.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE s.login__account_id IS NULL
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.account
  ON pg_catalog.lower(email) OPERATOR(pg_catalog.=) pg_catalog.lower(s.account__email)
  AND (deleted_at IS NULL);

-- account_id: s.account, by one_email: rows without a key
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM (
    SELECT s.put__row, s.account__email, put_account.login__account_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_account ON put_account.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
    WHERE s.login__account_id IS NULL AND NOT (pg_catalog.lower(s.account__email) IS NOT NULL)
), added AS (
    INSERT INTO s.account (email)
    SELECT s.account__email
    FROM (
    SELECT s.put__row, s.account__email, put_account.login__account_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_account ON put_account.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
INSERT INTO pg_temp.put_account
SELECT asked.put__row, numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n;

-- s.login, by one_open_login
CREATE TEMPORARY TABLE put_login (put__row tid, put__id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_login
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_account.login__account_id, s.login__device, s.login__state
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_account ON put_account.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_login WHERE put_login.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.login
  ON account_id OPERATOR(pg_catalog.=) s.login__account_id
  AND COALESCE(device, ''::pg_catalog.text) OPERATOR(pg_catalog.=) (SELECT COALESCE(device, ''::pg_catalog.text) FROM (SELECT s.login__device) AS given (device))
  AND (state OPERATOR(pg_catalog.=) 'open'::pg_catalog.text)
  AND ((SELECT (state OPERATOR(pg_catalog.=) 'open'::pg_catalog.text) FROM (SELECT coalesce(s.login__state, 'open')) AS given (state)));
INSERT INTO s.login (account_id, device, state)
SELECT DISTINCT ON (s.login__account_id, (SELECT COALESCE(device, ''::pg_catalog.text) FROM (SELECT s.login__device) AS given (device)))
    s.login__account_id, s.login__device, coalesce(s.login__state, 'open')
FROM (
    SELECT s.put__row, put_account.login__account_id, s.login__device, s.login__state
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_account ON put_account.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_login WHERE put_login.put__row OPERATOR(pg_catalog.=) s.put__row) AND (SELECT COALESCE(device, ''::pg_catalog.text) FROM (SELECT s.login__device) AS given (device)) IS NOT NULL AND ((SELECT (state OPERATOR(pg_catalog.=) 'open'::pg_catalog.text) FROM (SELECT coalesce(s.login__state, 'open')) AS given (state))) IS TRUE
ORDER BY s.login__account_id, (SELECT COALESCE(device, ''::pg_catalog.text) FROM (SELECT s.login__device) AS given (device)), s.put__row
ON CONFLICT (account_id, COALESCE(device, ''::pg_catalog.text)) WHERE (state OPERATOR(pg_catalog.=) 'open'::pg_catalog.text) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_login
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_account.login__account_id, s.login__device, s.login__state
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_account ON put_account.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_login WHERE put_login.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.login
  ON account_id OPERATOR(pg_catalog.=) s.login__account_id
  AND COALESCE(device, ''::pg_catalog.text) OPERATOR(pg_catalog.=) (SELECT COALESCE(device, ''::pg_catalog.text) FROM (SELECT s.login__device) AS given (device))
  AND (state OPERATOR(pg_catalog.=) 'open'::pg_catalog.text)
  AND ((SELECT (state OPERATOR(pg_catalog.=) 'open'::pg_catalog.text) FROM (SELECT coalesce(s.login__state, 'open')) AS given (state)));

-- s.login, by one_open_login: rows without a key
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM (
    SELECT s.put__row, put_account.login__account_id, s.login__device, s.login__state
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_account ON put_account.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_login WHERE put_login.put__row OPERATOR(pg_catalog.=) s.put__row) AND NOT ((SELECT COALESCE(device, ''::pg_catalog.text) FROM (SELECT s.login__device) AS given (device)) IS NOT NULL AND ((SELECT (state OPERATOR(pg_catalog.=) 'open'::pg_catalog.text) FROM (SELECT coalesce(s.login__state, 'open')) AS given (state))) IS TRUE)
), added AS (
    INSERT INTO s.login (account_id, device, state)
    SELECT s.login__account_id, s.login__device, coalesce(s.login__state, 'open')
    FROM (
    SELECT s.put__row, put_account.login__account_id, s.login__device, s.login__state
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_account ON put_account.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id, true AS put__done
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
INSERT INTO pg_temp.put_login
SELECT asked.put__row, numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n;

SELECT s.put__row, pg_catalog.jsonb_build_object('id', s.put__id)
FROM (SELECT s.put__row, s.put__id FROM pg_temp.put_login AS s ORDER BY s.put__row OFFSET 0) AS s;

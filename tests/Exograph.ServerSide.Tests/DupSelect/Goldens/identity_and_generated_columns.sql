-- What the server fills: identities, defaults and generated columns, also in keys.
CREATE SCHEMA s;
CREATE TABLE s.term (
    id     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    term   text NOT NULL,
    digest text GENERATED ALWAYS AS (md5(term)) STORED UNIQUE
);
CREATE TABLE s.entry (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    term_id  integer NOT NULL REFERENCES s.term,
    language text NOT NULL DEFAULT 'en',
    price    numeric(5,2) DEFAULT 1.005,
    doubled  numeric(6,2) GENERATED ALWAYS AS (price * 2) STORED,
    UNIQUE (term_id, language, doubled)
);
CREATE TABLE s.rows (term_id integer, term text, language text, price numeric);

-- SELECT dup_select.inserter_view_sql('s.entry', mapping => '{"term_id.id": "term_id", "term_id.term": "term", "language": "language", "price": "price"}', input => 's.rows');
CREATE OR REPLACE VIEW s.entry_in WITH (security_invoker = true) AS
SELECT
    entry.id,
    entry.term_id,
    term.term,
    entry.language,
    NULL::numeric AS price
FROM s.entry
JOIN s.term ON term.id OPERATOR(pg_catalog.=) entry.term_id;

CREATE OR REPLACE FUNCTION s.entry_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_price numeric(5,2);
    v_term_id_2 integer;
    v_path pg_catalog.text := pg_catalog.current_setting('search_path');
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.entry_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.entry.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.entry_in', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    SELECT price, term_id
    INTO v_price, v_term_id_2
    FROM (SELECT NEW.*) AS input;
    PERFORM pg_catalog.set_config('search_path', v_path, true);

    NEW.term_id := NULL;

    NEW.language := coalesce(NEW.language, 'en');

    -- term_id: s.term, by term_digest_key
    WHILE NEW.term_id IS NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.term_id FROM s.term WHERE digest OPERATOR(pg_catalog.=) pg_catalog.md5(NEW.term);
        EXIT WHEN FOUND;
        INSERT INTO s.term (id, term)
        OVERRIDING SYSTEM VALUE
        VALUES (coalesce(v_term_id_2, pg_catalog.nextval('s.term_id_seq')), NEW.term)
        ON CONFLICT (digest) DO NOTHING
        RETURNING id INTO NEW.term_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.entry, by entry_term_id_language_doubled_key
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.entry
        WHERE term_id OPERATOR(pg_catalog.=) NEW.term_id
          AND language OPERATOR(pg_catalog.=) NEW.language
          AND doubled OPERATOR(pg_catalog.=) CAST((coalesce(v_price, CAST(1.005 AS numeric(5,2))) OPERATOR(pg_catalog.*) (2)::numeric) AS numeric(6,2));
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.entry (term_id, language, price)
        VALUES (NEW.term_id, NEW.language, coalesce(v_price, 1.005))
        ON CONFLICT (term_id, language, doubled) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.entry'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.entry_in
    FOR EACH ROW EXECUTE FUNCTION s.entry_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.entry_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.entry_in_insert();

COMMENT ON VIEW s.entry_in IS
    'INSERT puts a row into s.entry, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON COLUMN s.entry_in.price IS 'Input only, it is stored as price = price.';
COMMENT ON FUNCTION s.entry_in_insert() IS 'Trigger function of view s.entry_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.entry', '{"term_id.id": "term_id", "term_id.term": "term", "language": "language", "price": "price"}');
SELECT pg_catalog.set_config('put.search_path', pg_catalog.current_setting('search_path'), true), pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    entry__language text,
    entry__price numeric(5,2),
    term__id integer,
    term__term text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, entry__language, entry__price, term__id, term__term)
SELECT input.ctid, language, price, term_id, term
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, term__term, entry__language, entry__price);

SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('put.search_path'), true);

-- term_id: s.term, by term_digest_key
CREATE TEMPORARY TABLE put_term (put__row tid, entry__term_id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_term
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, s.term__term, put_term.entry__term_id
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_term ON put_term.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE s.entry__term_id IS NULL
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.term
  ON digest OPERATOR(pg_catalog.=) pg_catalog.md5(s.term__term);
INSERT INTO s.term (id, term)
OVERRIDING SYSTEM VALUE
SELECT DISTINCT ON (pg_catalog.md5(s.term__term))
    coalesce(s.term__id, pg_catalog.nextval('s.term_id_seq')), s.term__term
FROM (
    SELECT s.put__row, s.term__id, s.term__term, put_term.entry__term_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_term ON put_term.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.entry__term_id IS NULL AND pg_catalog.md5(s.term__term) IS NOT NULL
ORDER BY pg_catalog.md5(s.term__term), s.put__row
ON CONFLICT (digest) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_term
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, s.term__term, put_term.entry__term_id
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_term ON put_term.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE s.entry__term_id IS NULL
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.term
  ON digest OPERATOR(pg_catalog.=) pg_catalog.md5(s.term__term);

-- term_id: s.term, by term_digest_key: rows without a key
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM (
    SELECT s.put__row, s.term__id, s.term__term, put_term.entry__term_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_term ON put_term.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
    WHERE s.entry__term_id IS NULL AND NOT (pg_catalog.md5(s.term__term) IS NOT NULL)
), added AS (
    INSERT INTO s.term (id, term)
    OVERRIDING SYSTEM VALUE
    SELECT coalesce(s.term__id, pg_catalog.nextval('s.term_id_seq')), s.term__term
    FROM (
    SELECT s.put__row, s.term__id, s.term__term, put_term.entry__term_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_term ON put_term.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
INSERT INTO pg_temp.put_term
SELECT asked.put__row, numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n;

-- s.entry, by entry_term_id_language_doubled_key
CREATE TEMPORARY TABLE put_entry (put__row tid, put__id uuid) ON COMMIT DROP;

INSERT INTO pg_temp.put_entry
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_term.entry__term_id, s.entry__language, s.entry__price
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_term ON put_term.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_entry WHERE put_entry.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.entry
  ON term_id OPERATOR(pg_catalog.=) s.entry__term_id
  AND language OPERATOR(pg_catalog.=) coalesce(s.entry__language, 'en')
  AND doubled OPERATOR(pg_catalog.=) CAST((coalesce(s.entry__price, CAST(1.005 AS numeric(5,2))) OPERATOR(pg_catalog.*) (2)::numeric) AS numeric(6,2));
INSERT INTO s.entry (term_id, language, price)
SELECT DISTINCT ON (s.entry__term_id, coalesce(s.entry__language, 'en'), CAST((coalesce(s.entry__price, CAST(1.005 AS numeric(5,2))) OPERATOR(pg_catalog.*) (2)::numeric) AS numeric(6,2)))
    s.entry__term_id, coalesce(s.entry__language, 'en'), coalesce(s.entry__price, 1.005)
FROM (
    SELECT s.put__row, put_term.entry__term_id, s.entry__language, s.entry__price
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_term ON put_term.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_entry WHERE put_entry.put__row OPERATOR(pg_catalog.=) s.put__row) AND CAST((coalesce(s.entry__price, CAST(1.005 AS numeric(5,2))) OPERATOR(pg_catalog.*) (2)::numeric) AS numeric(6,2)) IS NOT NULL
ORDER BY s.entry__term_id, coalesce(s.entry__language, 'en'), CAST((coalesce(s.entry__price, CAST(1.005 AS numeric(5,2))) OPERATOR(pg_catalog.*) (2)::numeric) AS numeric(6,2)), s.put__row
ON CONFLICT (term_id, language, doubled) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_entry
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, put_term.entry__term_id, s.entry__language, s.entry__price
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp.put_term ON put_term.put__row OPERATOR(pg_catalog.=) s.put__row
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_entry WHERE put_entry.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.entry
  ON term_id OPERATOR(pg_catalog.=) s.entry__term_id
  AND language OPERATOR(pg_catalog.=) coalesce(s.entry__language, 'en')
  AND doubled OPERATOR(pg_catalog.=) CAST((coalesce(s.entry__price, CAST(1.005 AS numeric(5,2))) OPERATOR(pg_catalog.*) (2)::numeric) AS numeric(6,2));

-- s.entry, by entry_term_id_language_doubled_key: rows without a key
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM (
    SELECT s.put__row, put_term.entry__term_id, s.entry__language, s.entry__price
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_term ON put_term.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_entry WHERE put_entry.put__row OPERATOR(pg_catalog.=) s.put__row) AND NOT (CAST((coalesce(s.entry__price, CAST(1.005 AS numeric(5,2))) OPERATOR(pg_catalog.*) (2)::numeric) AS numeric(6,2)) IS NOT NULL)
), added AS (
    INSERT INTO s.entry (term_id, language, price)
    SELECT s.entry__term_id, coalesce(s.entry__language, 'en'), coalesce(s.entry__price, 1.005)
    FROM (
    SELECT s.put__row, put_term.entry__term_id, s.entry__language, s.entry__price
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_term ON put_term.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id, true AS put__done
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
INSERT INTO pg_temp.put_entry
SELECT asked.put__row, numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n;

SELECT s.put__row, pg_catalog.jsonb_build_object('id', s.put__id)
FROM (SELECT s.put__row, s.put__id FROM pg_temp.put_entry AS s ORDER BY s.put__row OFFSET 0) AS s;

-- SELECT dup_select.inserter_view_sql('s.entry', 's.entry_by_default');
CREATE OR REPLACE VIEW s.entry_by_default WITH (security_invoker = true) AS
SELECT
    entry.id,
    entry.term_id,
    entry.language,
    entry.price,
    term.term AS term_term
FROM s.entry
JOIN s.term ON term.id OPERATOR(pg_catalog.=) entry.term_id;

CREATE OR REPLACE FUNCTION s.entry_by_default_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.entry_by_default'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.entry.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.entry_by_default', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    NEW.language := coalesce(NEW.language, 'en');
    NEW.price := coalesce(NEW.price, 1.005);

    -- term_id: s.term, by term_digest_key
    WHILE NEW.term_id IS NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.term_id FROM s.term
        WHERE digest OPERATOR(pg_catalog.=) pg_catalog.md5(NEW.term_term);
        EXIT WHEN FOUND;
        INSERT INTO s.term (term) VALUES (NEW.term_term)
        ON CONFLICT (digest) DO NOTHING
        RETURNING id INTO NEW.term_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.entry, by entry_term_id_language_doubled_key
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.entry
        WHERE term_id OPERATOR(pg_catalog.=) NEW.term_id
          AND language OPERATOR(pg_catalog.=) NEW.language
          AND doubled OPERATOR(pg_catalog.=) CAST((NEW.price OPERATOR(pg_catalog.*) (2)::numeric) AS numeric(6,2));
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.entry (term_id, language, price) VALUES (NEW.term_id, NEW.language, NEW.price)
        ON CONFLICT (term_id, language, doubled) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.entry'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.entry_by_default
    FOR EACH ROW EXECUTE FUNCTION s.entry_by_default_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.entry_by_default
    FOR EACH STATEMENT EXECUTE FUNCTION s.entry_by_default_insert();

COMMENT ON VIEW s.entry_by_default IS
    'INSERT puts a row into s.entry, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.entry_by_default_insert() IS 'Trigger function of view s.entry_by_default.';

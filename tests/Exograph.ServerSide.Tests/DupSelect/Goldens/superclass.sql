-- A key that is looked up in all children of a superclass; a parent that has children.
CREATE SCHEMA s;
CREATE TABLE s.author (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE s.translator (language text) INHERITS (s.author);
CREATE TABLE s.work (id serial PRIMARY KEY, title text NOT NULL, author_id integer NOT NULL REFERENCES s.author);
CREATE TABLE s.book (pages integer, PRIMARY KEY (id), UNIQUE (title), FOREIGN KEY (author_id) REFERENCES s.author) INHERITS (s.work);
CREATE TABLE s.rows (title text, author_name text, pages integer);

-- SELECT dup_select.inserter_view_sql('s.book', superclass => 's.work');
CREATE OR REPLACE VIEW s.book_in WITH (security_invoker = true) AS
SELECT
    book.id,
    book.author_id,
    book.title,
    book.pages,
    author.name AS author_name
FROM s.book
JOIN ONLY s.author ON author.id OPERATOR(pg_catalog.=) book.author_id;

CREATE OR REPLACE FUNCTION s.book_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.book_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.book.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.book_in', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    -- author_id: s.author, by author_name_key
    WHILE NEW.author_id IS NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.author_id FROM ONLY s.author WHERE name OPERATOR(pg_catalog.=) NEW.author_name;
        EXIT WHEN FOUND;
        INSERT INTO s.author (name) VALUES (NEW.author_name)
        ON CONFLICT (name) DO NOTHING
        RETURNING id INTO NEW.author_id;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.book, by book_title_key, looked up in all of s.work
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.work AS existing WHERE title OPERATOR(pg_catalog.=) NEW.title;
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.book (title, author_id, pages) VALUES (NEW.title, NEW.author_id, NEW.pages)
        ON CONFLICT (title) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.book'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.book_in
    FOR EACH ROW EXECUTE FUNCTION s.book_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.book_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.book_in_insert();

COMMENT ON VIEW s.book_in IS
    'INSERT puts a row into s.book, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'The key may be in any table of s.work; one that a concurrent transaction inserts there is not seen. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.book_in_insert() IS 'Trigger function of view s.book_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.book', superclass => 's.work');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    book__title text,
    book__pages integer,
    author__name text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, book__title, book__pages, author__name)
SELECT input.ctid, title, pages, author_name
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, author__name, book__title);

-- author_id: s.author, by author_name_key
CREATE TEMPORARY TABLE put_author ON COMMIT DROP AS
SELECT s.*, id::integer AS book__author_id
FROM (
    SELECT author__name, pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY author__name
) AS s
LEFT JOIN ONLY s.author
  ON name OPERATOR(pg_catalog.=) s.author__name;

INSERT INTO s.author (name)
SELECT DISTINCT ON (s.author__name)
    s.author__name
FROM (
    SELECT s.put__row, s.author__name, put_author.book__author_id
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp.put_author ON put_author.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s.book__author_id IS NULL
ORDER BY s.author__name, s.put__row
ON CONFLICT (name) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp.put_author AS s SET book__author_id = id
FROM ONLY s.author
WHERE s.book__author_id IS NULL
  AND name OPERATOR(pg_catalog.=) s.author__name;

ANALYZE pg_temp.put_author (author__name);

-- s.book, by book_title_key
CREATE TEMPORARY TABLE put_book (put__row tid, put__id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_book
SELECT DISTINCT ON (s.put__row) s.put__row, id
FROM (
    SELECT * FROM pg_temp.put_table_rows AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_book WHERE put_book.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.work AS existing
  ON title OPERATOR(pg_catalog.=) s.book__title;
INSERT INTO s.book (title, author_id, pages)
SELECT DISTINCT ON (s.book__title)
    s.book__title, s.book__author_id, s.book__pages
FROM (
    SELECT s.put__row, s.book__title, put_author.book__author_id, s.book__pages
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_author ON put_author.author__name OPERATOR(pg_catalog.=) s.author__name
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_book WHERE put_book.put__row OPERATOR(pg_catalog.=) s.put__row)
ORDER BY s.book__title, s.put__row
ON CONFLICT (title) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_book
SELECT DISTINCT ON (s.put__row) s.put__row, id
FROM (
    SELECT * FROM pg_temp.put_table_rows AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_book WHERE put_book.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.work AS existing
  ON title OPERATOR(pg_catalog.=) s.book__title;

SELECT s.put__row, pg_catalog.jsonb_build_object('id', s.put__id)
FROM (SELECT s.put__row, s.put__id FROM pg_temp.put_book AS s ORDER BY s.put__row OFFSET 0) AS s;

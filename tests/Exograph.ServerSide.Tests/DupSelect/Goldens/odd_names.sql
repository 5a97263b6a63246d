-- Names that must be quoted, or are those of a trigger.
CREATE SCHEMA s;
CREATE TABLE s."The ""Parent""" ("Id" serial PRIMARY KEY, "a.b" text NOT NULL UNIQUE);
CREATE TABLE s.new (
    id         serial PRIMARY KEY,
    "Paren't"  integer NOT NULL CONSTRAINT "to it" REFERENCES s."The ""Parent""",
    "select"   text NOT NULL,
    v_attempts integer,
    found      integer,
    old        text,
    UNIQUE ("Paren't", "select", found)
);
CREATE TABLE s."The $$rows$$" ("it's" text, "select" text, v_attempts integer, found integer, old text);

-- SELECT dup_select.inserter_view_sql('s.new', 's."New $$rows$$"', '{"\"Paren''t\".\"a.b\"": "\"it''s\"", "\"select\"": "\"select\"", "v_attempts": "v_attempts", "found": "found", "old": "old"}', 's."The $$rows$$"');
CREATE OR REPLACE VIEW s."New $$rows$$" WITH (security_invoker = true) AS
SELECT
    new.id,
    new."Paren't",
    "Paren't"."a.b" AS "it's",
    new."select",
    new.v_attempts,
    new.found,
    new.old
FROM s.new
JOIN s."The ""Parent""" AS "Paren't" ON "Paren't"."Id" OPERATOR(pg_catalog.=) new."Paren't";

CREATE OR REPLACE FUNCTION s."New $$rows$$_insert"() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $x$
#variable_conflict use_column
DECLARE
    v_attempts_2 integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's."New $$rows$$"'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.new.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's."New $$rows$$"', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    -- "Paren't": s."The ""Parent""", by "The ""Parent""_a.b_key"
    WHILE NEW."Paren't" IS NULL AND v_attempts_2 OPERATOR(pg_catalog.<) 100 LOOP
        SELECT "Id" INTO NEW."Paren't" FROM s."The ""Parent""" WHERE "a.b" OPERATOR(pg_catalog.=) NEW."it's";
        EXIT WHEN FOUND;
        INSERT INTO s."The ""Parent""" ("a.b") VALUES (NEW."it's")
        ON CONFLICT ("a.b") DO NOTHING
        RETURNING "Id" INTO NEW."Paren't";
        v_attempts_2 := v_attempts_2 OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.new, by "new_Paren't_select_found_key"
    WHILE v_attempts_2 OPERATOR(pg_catalog.<) 100 LOOP
        SELECT id INTO NEW.id FROM s.new AS new_row
        WHERE "Paren't" OPERATOR(pg_catalog.=) NEW."Paren't"
          AND "select" OPERATOR(pg_catalog.=) NEW."select"
          AND found OPERATOR(pg_catalog.=) NEW.found;
        IF FOUND THEN RETURN NEW; END IF;
        INSERT INTO s.new ("Paren't", "select", v_attempts, found, old)
        VALUES (NEW."Paren't", NEW."select", NEW.v_attempts, NEW.found, NEW.old)
        ON CONFLICT ("Paren't", "select", found) DO NOTHING
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        v_attempts_2 := v_attempts_2 OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.new'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$x$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s."New $$rows$$"
    FOR EACH ROW EXECUTE FUNCTION s."New $$rows$$_insert"();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s."New $$rows$$"
    FOR EACH STATEMENT EXECUTE FUNCTION s."New $$rows$$_insert"();

COMMENT ON VIEW s."New $$rows$$" IS
    'INSERT puts a row into s.new, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s."New $$rows$$_insert"() IS 'Trigger function of view s."New $$rows$$".';

-- SELECT dup_select.put_table_sql('s."The $$rows$$"', 's.new', '{"\"Paren''t\".\"a.b\"": "\"it''s\"", "\"select\"": "\"select\"", "v_attempts": "v_attempts", "found": "found", "old": "old"}');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    new__select text,
    new__v_attempts integer,
    new__found integer,
    new__old text,
    "Paren't__a.b" text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, new__select, new__v_attempts, new__found, new__old, "Paren't__a.b")
SELECT input.ctid, "select", v_attempts, found, old, "it's"
FROM ONLY s."The $$rows$$" AS input;

ANALYZE pg_temp.put_table_rows (put__row, "Paren't__a.b", new__select, new__found);

-- "Paren't": s."The ""Parent""", by "The ""Parent""_a.b_key"
CREATE TEMPORARY TABLE "put_Paren't" ON COMMIT DROP AS
SELECT s.*, "Id"::integer AS "new__Paren't"
FROM (
    SELECT "Paren't__a.b", pg_catalog.min(put__row) AS put__row, pg_catalog.count(*) AS put__n
    FROM pg_temp.put_table_rows
    GROUP BY "Paren't__a.b"
) AS s
LEFT JOIN s."The ""Parent"""
  ON "a.b" OPERATOR(pg_catalog.=) s."Paren't__a.b";

INSERT INTO s."The ""Parent""" ("a.b")
SELECT DISTINCT ON (s."Paren't__a.b")
    s."Paren't__a.b"
FROM (
    SELECT s.put__row, s."Paren't__a.b", "put_Paren't"."new__Paren't"
    FROM pg_temp.put_table_rows AS s
    JOIN pg_temp."put_Paren't" ON "put_Paren't".put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
WHERE s."new__Paren't" IS NULL
ORDER BY s."Paren't__a.b", s.put__row
ON CONFLICT ("a.b") DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
UPDATE pg_temp."put_Paren't" AS s SET "new__Paren't" = "Id"
FROM s."The ""Parent"""
WHERE s."new__Paren't" IS NULL
  AND "a.b" OPERATOR(pg_catalog.=) s."Paren't__a.b";

ANALYZE pg_temp."put_Paren't" ("Paren't__a.b");

-- s.new, by "new_Paren't_select_found_key"
CREATE TEMPORARY TABLE put_new (put__row tid, put__id integer) ON COMMIT DROP;

INSERT INTO pg_temp.put_new
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, "put_Paren't"."new__Paren't", s.new__select, s.new__found
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp."put_Paren't" ON "put_Paren't"."Paren't__a.b" OPERATOR(pg_catalog.=) s."Paren't__a.b"
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_new WHERE put_new.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.new AS new_row
  ON "Paren't" OPERATOR(pg_catalog.=) s."new__Paren't"
  AND "select" OPERATOR(pg_catalog.=) s.new__select
  AND found OPERATOR(pg_catalog.=) s.new__found;
INSERT INTO s.new ("Paren't", "select", v_attempts, found, old)
SELECT DISTINCT ON (s."new__Paren't", s.new__select, s.new__found)
    s."new__Paren't", s.new__select, s.new__v_attempts, s.new__found, s.new__old
FROM (
    SELECT s.put__row, "put_Paren't"."new__Paren't", s.new__select, s.new__v_attempts,
        s.new__found, s.new__old
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp."put_Paren't" ON "put_Paren't"."Paren't__a.b" OPERATOR(pg_catalog.=) s."Paren't__a.b"
) AS s
WHERE NOT EXISTS (SELECT FROM pg_temp.put_new WHERE put_new.put__row OPERATOR(pg_catalog.=) s.put__row) AND s.new__found IS NOT NULL
ORDER BY s."new__Paren't", s.new__select, s.new__found, s.put__row
ON CONFLICT ("Paren't", "select", found) DO NOTHING;
-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.
INSERT INTO pg_temp.put_new
SELECT s.put__row, id
FROM (
    SELECT * FROM (
        SELECT s.put__row, "put_Paren't"."new__Paren't", s.new__select, s.new__found
        FROM pg_temp.put_table_rows AS s
        LEFT JOIN pg_temp."put_Paren't" ON "put_Paren't"."Paren't__a.b" OPERATOR(pg_catalog.=) s."Paren't__a.b"
    ) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_new WHERE put_new.put__row OPERATOR(pg_catalog.=) s.put__row)
    OFFSET 0 -- what is pending comes first
) AS s
JOIN s.new AS new_row
  ON "Paren't" OPERATOR(pg_catalog.=) s."new__Paren't"
  AND "select" OPERATOR(pg_catalog.=) s.new__select
  AND found OPERATOR(pg_catalog.=) s.new__found;

-- s.new, by "new_Paren't_select_found_key": rows without a key
WITH asked AS (
    SELECT s.put__row, pg_catalog.row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM (
    SELECT s.put__row, "put_Paren't"."new__Paren't", s.new__select, s.new__v_attempts,
        s.new__found, s.new__old
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp."put_Paren't" ON "put_Paren't"."Paren't__a.b" OPERATOR(pg_catalog.=) s."Paren't__a.b"
) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_new WHERE put_new.put__row OPERATOR(pg_catalog.=) s.put__row) AND NOT (s.new__found IS NOT NULL)
), added AS (
    INSERT INTO s.new ("Paren't", "select", v_attempts, found, old)
    SELECT s."new__Paren't", s.new__select, s.new__v_attempts, s.new__found, s.new__old
    FROM (
    SELECT s.put__row, "put_Paren't"."new__Paren't", s.new__select, s.new__v_attempts,
        s.new__found, s.new__old
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp."put_Paren't" ON "put_Paren't"."Paren't__a.b" OPERATOR(pg_catalog.=) s."Paren't__a.b"
) AS s JOIN asked ON asked.put__row OPERATOR(pg_catalog.=) s.put__row
    ORDER BY asked.put__n
    RETURNING id, true AS put__done
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS put__n FROM added
)
INSERT INTO pg_temp.put_new
SELECT asked.put__row, numbered.id
FROM asked JOIN numbered ON numbered.put__n OPERATOR(pg_catalog.=) asked.put__n;

SELECT s.put__row, pg_catalog.jsonb_build_object('id', s.put__id)
FROM (SELECT s.put__row, s.put__id FROM pg_temp.put_new AS s ORDER BY s.put__row OFFSET 0) AS s;

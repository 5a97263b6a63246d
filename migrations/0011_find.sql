-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- The schema of the questions, the places at which their pages end, and the index by which equal files are found.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;

-- The first script looks after schemas that existed before an installation; an upgrade finds here one that has come since.
DO $$
DECLARE
    v_owner text := (SELECT r.rolname FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
                     WHERE n.nspname = 'exograph_find');
    v_held  text := (SELECT format('%s %s', i.type, i.identity)
                     FROM pg_depend d
                     CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i
                     WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = to_regnamespace('exograph_find')
                         AND i.schema = 'exograph_find'
                     ORDER BY 1 LIMIT 1);
BEGIN
    IF v_owner <> 'exograph_owner' OR v_held IS NOT NULL THEN
        RAISE EXCEPTION 'schema exograph_find exists already and %',
            CASE WHEN v_held IS NULL THEN 'belongs to role ' || quote_ident(v_owner) ELSE 'holds ' || v_held END
            USING ERRCODE = 'XG013', HINT = 'Look what it is, and who made it; drop or rename it.';
    END IF;
END
$$;

SET LOCAL ROLE exograph_owner;

CREATE SCHEMA IF NOT EXISTS exograph_find AUTHORIZATION exograph_owner;
COMMENT ON SCHEMA exograph_find IS
    'Questions to the index, as functions that change nothing: SELECT * FROM exograph.help() lists them.';

-- What a page ends with, to be given back as after => to have the next; it travels as text, which every driver knows. Texts
-- compare as in the tables: bytewise.
CREATE TYPE exograph_find.place AS (
    qualified_name text COLLATE "C", file_id bigint, line integer, col integer, kind text COLLATE "C"
);
COMMENT ON TYPE exograph_find.place IS
    'Where a row is among the answers of definitions and references_to. A line or column that is NULL is -1.';

CREATE TYPE exograph_find.step AS (
    level integer, near text COLLATE "C", far text COLLATE "C", caller_node_id bigint, callee_node_id bigint, line integer,
    col integer
);
COMMENT ON TYPE exograph_find.step IS
    'Where a call is among the answers of callers and callees; near is the end that is nearer to where they began.';

CREATE TYPE exograph_find.hit AS (
    file_id bigint, line integer, col integer, found_in text COLLATE "C", digest bytea, nth integer
);
COMMENT ON TYPE exograph_find.hit IS
    'Where a row is among the answers of text: of a comment with its digest, and which of its lines it is.';

CREATE TYPE exograph_find.rank AS (weight numeric, key bytea);
COMMENT ON TYPE exograph_find.rank IS
    'Where a row is among answers that begin with the heaviest: those of similar and shared_code.';

CREATE TYPE exograph_find.change AS (what text COLLATE "C", name text COLLATE "C", arity integer, kind text COLLATE "C");
COMMENT ON TYPE exograph_find.change IS
    'Where a row is among the answers of changes. An arity that is NULL is -1.';

-- Copies of a file: the natural key begins with the version, of which there may be thousands.
CREATE INDEX files_sha256 ON exograph.files (sha256);

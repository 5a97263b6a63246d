-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- What operations on loads need to know: which loads lean on which, which have been taken out again,
-- and which attempts to finalize have failed.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Loads and writers end first, in the order in which a load takes these locks, and the next ones wait: what a load has found is
-- noted from here on.
LOCK TABLE exograph.loads IN ACCESS EXCLUSIVE MODE;
LOCK TABLE exograph.gate IN SHARE ROW EXCLUSIVE MODE;

ALTER TABLE exograph.loads
    ADD COLUMN undone_at timestamptz,
    DROP CONSTRAINT state_is_known,
    ADD CONSTRAINT state_is_known CHECK (state IN ('open', 'finalized', 'abandoned', 'undone')),
    ADD CONSTRAINT undone_means_taken_out CHECK ((state = 'undone') = (undone_at IS NOT NULL));

COMMENT ON COLUMN exograph.loads.state IS
    'open, finalized, abandoned, or undone: finalized, and taken out of the index again by undo_load.';
COMMENT ON COLUMN exograph.loads.undone_at IS 'When undo_load took the load out of the index. NULL where it did not.';

-- Row-wise writers of several sessions note the same at the same time. A unique key would have one wait for the other's
-- transaction; twice is as good as once.
CREATE TABLE exograph.load_dependencies (
    load_id    integer NOT NULL,
    depends_on integer NOT NULL,
    table_name text    NOT NULL,
    row_count  bigint,
    CONSTRAINT depends_on_another_load CHECK (load_id <> depends_on)
);

CREATE INDEX load_dependencies_load_id ON exograph.load_dependencies (load_id);
CREATE INDEX load_dependencies_depends_on ON exograph.load_dependencies (depends_on, load_id, table_name);

-- Without a key, a published table can lose no row.
ALTER TABLE exograph.load_dependencies REPLICA IDENTITY FULL;

COMMENT ON TABLE exograph.load_dependencies IS
    'Which loads lean on which: a load found rows of another existing and did not bring its own, so that undo_load must not take '
    'them away from it. What follows from a line is not noted: whoever finds a fact leans on what its load leans on.';
COMMENT ON COLUMN exograph.load_dependencies.load_id IS
    'Load that leans on the other. 0 stands for rows inserted one by one; it may be noted more than once.';
COMMENT ON COLUMN exograph.load_dependencies.depends_on IS
    'Load that brought the rows. 0: they were inserted one by one, which keeps nobody from anything.';
COMMENT ON COLUMN exograph.load_dependencies.table_name IS
    'Index table of the rows, as exograph.load_report has it. complete_facts: what the other load declared complete was not sent '
    'again.';
COMMENT ON COLUMN exograph.load_dependencies.row_count IS
    'How many rows were found; of facts, how many of their files, callers or fragments. NULL where nobody counted: of rows '
    'inserted one by one, and of what was loaded before this was noted.';

ALTER TABLE exograph.load_dependencies OWNER TO exograph_owner;

-- What was loaded before this was noted: whoever found rows of a table existing may have found them of any load before it. Terms
-- keep nobody from anything.
INSERT INTO exograph.load_dependencies (load_id, depends_on, table_name)
SELECT l.load_id, e.load_id, t.table_name
FROM exograph.loads l
JOIN exograph.load_tables t ON t.load_id = l.load_id AND t.existing > 0 AND t.table_name <> 'terms'
CROSS JOIN LATERAL (
    SELECT o.load_id
    FROM exograph.loads o
    JOIN exograph.load_tables b ON b.load_id = o.load_id AND b.table_name = t.table_name AND b.inserted > 0
    WHERE o.state = 'finalized' AND o.ended_at < l.ended_at
    UNION ALL
    SELECT 0
) e
WHERE l.state = 'finalized';

INSERT INTO exograph.load_dependencies (load_id, depends_on, table_name)
SELECT 0, l.load_id, t.table_name
FROM exograph.loads l
JOIN exograph.load_tables t ON t.load_id = l.load_id AND t.inserted > 0 AND t.table_name <> 'terms'
WHERE l.state = 'finalized'
    AND (EXISTS (SELECT FROM exograph.packages r WHERE r.load_id = 0)
         OR EXISTS (SELECT FROM exograph.package_versions r WHERE r.load_id = 0)
         OR EXISTS (SELECT FROM exograph.files r WHERE r.load_id = 0)
         OR EXISTS (SELECT FROM exograph.file_paths r WHERE r.load_id = 0)
         OR EXISTS (SELECT FROM exograph.fragments r WHERE r.load_id = 0)
         OR EXISTS (SELECT FROM exograph.graph_nodes r WHERE r.load_id = 0)
         OR EXISTS (SELECT FROM exograph.comments r WHERE r.load_id = 0)
         OR EXISTS (SELECT FROM exograph.definitions r WHERE r.load_id = 0)
         OR EXISTS (SELECT FROM exograph.symbol_references r WHERE r.load_id = 0)
         OR EXISTS (SELECT FROM exograph.call_edges r WHERE r.load_id = 0)
         OR EXISTS (SELECT FROM exograph.fragment_term_sets r WHERE r.load_id = 0));

-- Public routines of another kind or signature than they had: CREATE OR REPLACE would refuse them, or make a second one.
DO $$
DECLARE
    v_routine regprocedure;
BEGIN
    FOREACH v_routine IN ARRAY ARRAY[
        to_regprocedure('exograph.merge_partitions(integer)'),
        to_regprocedure('exograph.begin_load(text, text, bigint, boolean, bigint, text, boolean, text[])'),
        to_regprocedure('exograph.finalize_load(integer, text, bigint, boolean, bigint, boolean)'),
        to_regprocedure('dup_select.put_table(regclass, regclass, jsonb, jsonb, regclass)'),
        to_regprocedure('dup_select.put_table_sql(regclass, regclass, jsonb, jsonb, regclass)')]
    LOOP
        IF v_routine IS NOT NULL THEN
            EXECUTE format('DROP ROUTINE %s', v_routine);
        END IF;
    END LOOP;
END
$$;

CREATE TABLE exograph.load_attempts (
    load_id          integer     NOT NULL CONSTRAINT load_attempts_load_id_fkey REFERENCES exograph.loads ON DELETE CASCADE,
    attempt          integer     NOT NULL,
    outcome          text        NOT NULL DEFAULT 'unknown',
    started_at       timestamptz,
    phase            text,
    table_name       text,
    phase_started_at timestamptz,
    sqlstate         text,
    message          text,
    noted_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT load_attempts_pkey PRIMARY KEY (load_id, attempt),
    CONSTRAINT outcome_is_known CHECK (outcome IN ('failed', 'cancelled', 'unknown'))
);

COMMENT ON TABLE exograph.load_attempts IS
    'Attempts to finalize a load that did not commit. They are noted by the next call on the load that commits, and at once by a '
    'driver that calls note_attempt.';
COMMENT ON COLUMN exograph.load_attempts.attempt IS 'Number of the attempt, from 1. One that committed has a number and no row.';
COMMENT ON COLUMN exograph.load_attempts.outcome IS
    'failed, cancelled, or unknown: nobody told (psql does not), the session was lost, or the caller rolled back.';
COMMENT ON COLUMN exograph.load_attempts.started_at IS
    'When it began. NULL, like its phase, where four more had failed before it was noted.';
COMMENT ON COLUMN exograph.load_attempts.phase IS 'Last phase that it began, as in exograph.load_phases.';
COMMENT ON COLUMN exograph.load_attempts.table_name IS 'Index table at work then. NULL where the phase concerns the whole load.';
COMMENT ON COLUMN exograph.load_attempts.phase_started_at IS 'When it began that phase, to a tenth of a second.';
COMMENT ON COLUMN exograph.load_attempts.sqlstate IS 'SQLSTATE of the error that ended it. NULL where nobody told.';
COMMENT ON COLUMN exograph.load_attempts.message IS 'Message of that error, its first 2,000 characters.';
COMMENT ON COLUMN exograph.load_attempts.noted_at IS 'When the attempt was entered here.';

ALTER TABLE exograph.load_attempts OWNER TO exograph_owner;

-- What mode => 'replace' took away or wrote over.
ALTER TABLE exograph.load_tables ADD COLUMN replaced bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN exograph.load_tables.replaced IS
    'Rows that the index had and that gave way to this load (mode => ''replace''): those that went, and fragments, nodes and '
    'comments_text of files that were written over.';

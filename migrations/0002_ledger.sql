-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- The ledger: which loads there were, what became of every staged row, and how long each phase took.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE TABLE exograph.loads (
    load_id     integer     GENERATED ALWAYS AS IDENTITY CONSTRAINT loads_pkey PRIMARY KEY,
    label       text        NOT NULL,
    state       text        NOT NULL DEFAULT 'open',
    started_by  text        NOT NULL,
    role_oid    oid         NOT NULL,
    cluster     bigint      NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    options     jsonb       NOT NULL DEFAULT '{}',
    manifest    jsonb,
    CONSTRAINT label_at_most_2000_bytes CHECK (octet_length(label) <= 2000),
    CONSTRAINT state_is_known CHECK (state IN ('open', 'finalized', 'abandoned')),
    CONSTRAINT open_means_not_ended CHECK ((state = 'open') = (ended_at IS NULL))
);

COMMENT ON TABLE exograph.loads IS 'Ledger of loads, one row per begin_load.';
COMMENT ON COLUMN exograph.loads.load_id IS
    'Number of the load. Its rows carry it; facts of a small load carry it negated; row-wise rows carry 0.';
COMMENT ON COLUMN exograph.loads.state IS 'open, finalized or abandoned.';
COMMENT ON COLUMN exograph.loads.started_by IS 'Role that called begin_load, as it was named then.';
COMMENT ON COLUMN exograph.loads.role_oid IS
    'That role, whatever it is named now. It and its members may stage, finalize and abandon, those of exograph_owner as well.';
COMMENT ON COLUMN exograph.loads.cluster IS
    'System identifier of the cluster that role_oid belongs to. In another one, where the database was restored, the load '
    'belongs to the role of the name in started_by.';
COMMENT ON COLUMN exograph.loads.ended_at IS 'When the load was finalized or abandoned. NULL while it is open.';
COMMENT ON COLUMN exograph.loads.options IS
    'Options in force: those of begin_load, with those of finalize_load over them once it has run.';
COMMENT ON COLUMN exograph.loads.manifest IS 'Rows per table as the producer counted them (seal_load). NULL where it did not.';

CREATE INDEX loads_open ON exograph.loads (load_id) WHERE state = 'open';

CREATE TABLE exograph.load_tables (
    load_id      integer NOT NULL CONSTRAINT load_tables_load_id_fkey REFERENCES exograph.loads ON DELETE CASCADE,
    table_name   text    NOT NULL,
    position     integer NOT NULL,
    staged       bigint  NOT NULL,
    inserted     bigint  NOT NULL DEFAULT 0,
    existing     bigint  NOT NULL DEFAULT 0,
    collapsed    bigint  NOT NULL DEFAULT 0,
    rejected     bigint  NOT NULL DEFAULT 0,
    conflicting  bigint  NOT NULL DEFAULT 0,
    path         text    NOT NULL DEFAULT 'empty',
    milliseconds double precision NOT NULL DEFAULT 0,
    wal_bytes    bigint  NOT NULL DEFAULT 0,
    reason       text,
    CONSTRAINT load_tables_pkey PRIMARY KEY (load_id, table_name),
    CONSTRAINT path_is_known CHECK (path IN ('empty', 'merged', 'attached', 'patched', 'partition', 'shared'))
);

COMMENT ON TABLE exograph.load_tables IS
    'Report of a load: per table, what became of every staged row. staged = inserted + existing + collapsed + rejected.';
COMMENT ON COLUMN exograph.load_tables.table_name IS
    'Index table. file_paths has no staging table: its rows are the paths of staged_files.';
COMMENT ON COLUMN exograph.load_tables.position IS 'Order in which the tables are loaded.';
COMMENT ON COLUMN exograph.load_tables.staged IS 'Rows in the staging table when the load was finalized.';
COMMENT ON COLUMN exograph.load_tables.inserted IS 'Rows that this load added to the index.';
COMMENT ON COLUMN exograph.load_tables.existing IS 'Staged rows whose key or identity existed in the index before.';
COMMENT ON COLUMN exograph.load_tables.collapsed IS 'Staged rows equal in key or identity to one that this load inserted.';
COMMENT ON COLUMN exograph.load_tables.rejected IS 'Staged rows that broke a rule; exograph.load_rejects holds them.';
COMMENT ON COLUMN exograph.load_tables.conflicting IS
    'Of the rows of equal key or identity: those that differ from the one that won, be it of the load or of the index before it. '
    'They are counted under collapsed or existing as well.';
COMMENT ON COLUMN exograph.load_tables.path IS
    'How the rows went in: merged (dimension), attached (the staging table became the load''s partition as it was), patched '
    '(the same after some of its rows were changed), partition (written again as the load''s partition), shared (shared '
    'partition), empty (nothing new).';
COMMENT ON COLUMN exograph.load_tables.milliseconds IS 'Time that finalize_load spent on this table.';
COMMENT ON COLUMN exograph.load_tables.wal_bytes IS
    'WAL written by the whole server meanwhile, in bytes: an upper bound of what this table took.';
COMMENT ON COLUMN exograph.load_tables.reason IS
    'Why facts took that path; of a dimension, how many indexes the load has deferred. NULL where there is nothing to say.';

CREATE TABLE exograph.load_phases (
    load_id      integer     NOT NULL CONSTRAINT load_phases_load_id_fkey REFERENCES exograph.loads ON DELETE CASCADE,
    position     integer     NOT NULL,
    phase        text        NOT NULL,
    table_name   text,
    started_at   timestamptz NOT NULL,
    started_lsn  pg_lsn      NOT NULL,
    milliseconds double precision,
    wal_bytes    bigint,
    CONSTRAINT load_phases_pkey PRIMARY KEY (load_id, position)
);

-- finalize_load looks up which load analyzed a dimension last: the ledger grows with every load.
CREATE INDEX load_phases_analyze ON exograph.load_phases (table_name, started_at) WHERE phase = 'analyze';

COMMENT ON TABLE exograph.load_phases IS 'Phases of finalize_load in their order, with their time and WAL.';
COMMENT ON COLUMN exograph.load_phases.table_name IS 'Index table at work. NULL where the phase concerns the whole load.';
COMMENT ON COLUMN exograph.load_phases.wal_bytes IS 'WAL written by the whole server during the phase, in bytes.';

CREATE TABLE exograph.load_rejects (
    load_id    integer NOT NULL CONSTRAINT load_rejects_load_id_fkey REFERENCES exograph.loads ON DELETE CASCADE,
    table_name text    NOT NULL,
    reason     text    NOT NULL,
    staged_row jsonb   NOT NULL
);

COMMENT ON TABLE exograph.load_rejects IS 'Rows that finalize_load left out under on_reject => ''skip''.';
COMMENT ON COLUMN exograph.load_rejects.reason IS 'First rule that the row breaks.';
COMMENT ON COLUMN exograph.load_rejects.staged_row IS 'The row as it was staged.';

-- Without a key, a published table can lose no row: whoever publishes all tables could not delete a load.
ALTER TABLE exograph.load_rejects REPLICA IDENTITY FULL;

CREATE INDEX load_rejects_load_id ON exograph.load_rejects (load_id);

CREATE TABLE exograph.reserved_ids (
    load_id    integer NOT NULL CONSTRAINT reserved_ids_load_id_fkey REFERENCES exograph.loads ON DELETE CASCADE,
    table_name text    NOT NULL,
    first      bigint  NOT NULL,
    last       bigint  NOT NULL,
    CONSTRAINT reserved_ids_pkey PRIMARY KEY (load_id, table_name, first),
    CONSTRAINT table_gives_ids
        CHECK (table_name IN ('packages', 'package_versions', 'files', 'terms', 'fragments', 'graph_nodes')),
    CONSTRAINT last_is_not_before_first CHECK (last >= first)
);

COMMENT ON TABLE exograph.reserved_ids IS
    'Ranges of ids that loads have reserved. No other row of the table ever gets them, even where the load is abandoned.';
COMMENT ON COLUMN exograph.reserved_ids.table_name IS 'Dimension whose ids they are.';
COMMENT ON COLUMN exograph.reserved_ids.first IS 'First id of the range.';
COMMENT ON COLUMN exograph.reserved_ids.last IS 'Last id of the range, included.';

CREATE TABLE exograph.deferred_indexes (
    index_name  text        NOT NULL CONSTRAINT deferred_indexes_pkey PRIMARY KEY,
    table_name  text        NOT NULL,
    definition  text        NOT NULL,
    tablespace  text,
    attributes  text[]      NOT NULL DEFAULT '{}',
    load_id     integer     NOT NULL,
    deferred_at timestamptz NOT NULL DEFAULT now(),
    problem     text
);

COMMENT ON TABLE exograph.deferred_indexes IS
    'Query indexes of dimensions that loads have dropped, until exograph.rebuild_indexes() has built them again.';
COMMENT ON COLUMN exograph.deferred_indexes.index_name IS 'Name of the index, in schema exograph.';
COMMENT ON COLUMN exograph.deferred_indexes.definition IS 'Statement that builds it.';
COMMENT ON COLUMN exograph.deferred_indexes.tablespace IS 'Its tablespace. NULL is that of the database.';
COMMENT ON COLUMN exograph.deferred_indexes.attributes IS
    'Statements that put back what the definition does not hold: comment, statistics targets, CLUSTER mark.';
COMMENT ON COLUMN exograph.deferred_indexes.load_id IS
    'Load that dropped it. No foreign key: the definition must outlive the ledger.';
COMMENT ON COLUMN exograph.deferred_indexes.problem IS
    'Why the last exograph.rebuild_indexes() could not build it. NULL where none has tried yet.';

-- Advisory locks would do for the gate and for the turns, but any role that may connect can take and keep one. On these two
-- tables nobody has a right.
CREATE TABLE exograph.gate (
    one_row    boolean NOT NULL DEFAULT true CONSTRAINT gate_pkey PRIMARY KEY CONSTRAINT gate_is_one_row CHECK (one_row),
    generation bigint  NOT NULL DEFAULT 0
);

INSERT INTO exograph.gate DEFAULT VALUES;

COMMENT ON TABLE exograph.gate IS
    'The lock of this table is the gate: row-wise writers hold it in ROW EXCLUSIVE mode, finalize_load and its kin in SHARE ROW '
    'EXCLUSIVE. Its one row is updated by every load, so that a writer above READ COMMITTED can find out that its snapshot is '
    'older than a load.';

CREATE TABLE exograph.reservation_turns (
    table_name text NOT NULL CONSTRAINT reservation_turns_pkey PRIMARY KEY
);

INSERT INTO exograph.reservation_turns
VALUES ('packages'), ('package_versions'), ('files'), ('terms'), ('fragments'), ('graph_nodes');

COMMENT ON TABLE exograph.reservation_turns IS
    'A row for each dimension, which reserve_ids locks: sessions that reserve ids of it take turns.';

CREATE TABLE exograph.code_versions (
    name       text        NOT NULL CONSTRAINT code_versions_pkey PRIMARY KEY,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE exograph.code_versions IS
    'Content of each re-runnable script under sql/ as it was last applied; a changed one is applied again.';

-- Another upgrader may keep its journal elsewhere.
DO $$
BEGIN
    IF to_regclass('exograph.schemaversions') IS NOT NULL THEN
        COMMENT ON TABLE exograph.schemaversions IS 'Journal of the run-once scripts under migrations/, in the form of DbUp.';
    END IF;
END
$$;

ALTER TABLE exograph.loads OWNER TO exograph_owner;
ALTER TABLE exograph.load_tables OWNER TO exograph_owner;
ALTER TABLE exograph.load_phases OWNER TO exograph_owner;
ALTER TABLE exograph.load_rejects OWNER TO exograph_owner;
ALTER TABLE exograph.reserved_ids OWNER TO exograph_owner;
ALTER TABLE exograph.deferred_indexes OWNER TO exograph_owner;
ALTER TABLE exograph.code_versions OWNER TO exograph_owner;
ALTER TABLE exograph.gate OWNER TO exograph_owner;
ALTER TABLE exograph.reservation_turns OWNER TO exograph_owner;

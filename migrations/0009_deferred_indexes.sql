-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- Query indexes that loads have dropped with defer_indexes => true, and how to build them again.

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

ALTER TABLE exograph.deferred_indexes OWNER TO exograph_owner;
GRANT SELECT ON exograph.deferred_indexes TO exograph_loader, exograph_reader;

COMMENT ON COLUMN exograph.load_tables.reason IS
    'Why facts took that path; of a dimension, how many indexes the load has deferred. NULL where there is nothing to say.';

-- A parameter more makes an overload of a function, so the old one goes first.
DROP FUNCTION IF EXISTS exograph.begin_load(text, text, bigint, boolean, bigint, text);
DROP FUNCTION IF EXISTS exograph.check_options(text, bigint, boolean, bigint, text);
DROP PROCEDURE IF EXISTS exograph.finalize_load(integer, text, bigint, boolean, bigint);

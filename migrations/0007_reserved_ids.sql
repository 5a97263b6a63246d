-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- Ids reserved by a load for rows it is about to stage, and how the report tells what came of it.

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

ALTER TABLE exograph.reserved_ids OWNER TO exograph_owner;
GRANT SELECT ON exograph.reserved_ids TO exograph_loader, exograph_reader;

ALTER TABLE exograph.load_tables
    ADD COLUMN reason text,
    DROP CONSTRAINT path_is_known,
    ADD CONSTRAINT path_is_known CHECK (path IN ('empty', 'merged', 'attached', 'mended', 'partition', 'shared'));

COMMENT ON COLUMN exograph.load_tables.path IS
    'How the rows went in: merged (dimension), attached (the staging table became the load''s partition as it stood), mended '
    '(the same after some of its rows were changed), partition (written again as the load''s partition), shared (shared '
    'partition), empty (nothing new).';
COMMENT ON COLUMN exograph.load_tables.reason IS 'Why facts took that path. NULL for dimensions and where nothing was staged.';

-- A parameter more makes an overload of a function, so the old one goes first.
DROP FUNCTION IF EXISTS exograph.reject_query(text);
DROP FUNCTION IF EXISTS exograph.fact_query(text, boolean);
DROP FUNCTION IF EXISTS exograph.begin_load(text, text, bigint, boolean, bigint);
DROP FUNCTION IF EXISTS exograph.check_options(text, bigint, boolean, bigint);
DROP PROCEDURE IF EXISTS exograph.create_staging(integer);
DROP PROCEDURE IF EXISTS exograph.validate_staging();
DROP PROCEDURE IF EXISTS exograph.validate_table(text);

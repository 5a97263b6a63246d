-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- Which facts of a file are known to be whole, so that a later load need not send them again.

CREATE TABLE exograph.complete_facts (
    file_id bigint  NOT NULL,
    load_id integer NOT NULL,
    tables  text[]  NOT NULL,
    CONSTRAINT complete_facts_pkey PRIMARY KEY (file_id, load_id),
    CONSTRAINT complete_facts_file_id_fkey FOREIGN KEY (file_id) REFERENCES exograph.files ON DELETE CASCADE,
    CONSTRAINT tables_hold_facts_of_files
        CHECK (tables <@ '{comments,definitions,symbol_references,call_edges,fragments,fragment_terms,graph_nodes}'::text[])
);

COMMENT ON TABLE exograph.complete_facts IS
    'What loads have declared complete: of these files, all rows of these tables stand. Advice for exograph.files_lacking, never '
    'truth. Deleting a row makes nothing worse: later loads send the file''s facts again.';
COMMENT ON COLUMN exograph.complete_facts.load_id IS 'Load that was the first to declare these tables complete for the file.';
COMMENT ON COLUMN exograph.complete_facts.tables IS
    'The tables; no table stands in two rows of a file. Those of which a row has been deleted since are taken out.';

ALTER TABLE exograph.complete_facts OWNER TO exograph_owner;
GRANT SELECT ON exograph.complete_facts TO exograph_loader, exograph_reader;

-- A parameter more makes an overload of a function, so the old one goes first.
DROP FUNCTION IF EXISTS exograph.begin_load(text, text, bigint, boolean, bigint, text);
DROP FUNCTION IF EXISTS exograph.check_options(text, bigint, boolean, bigint, text);

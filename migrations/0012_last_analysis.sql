-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- finalize_load looks up which load analyzed a dimension last: the ledger grows with every load.

CREATE INDEX load_phases_analyzing ON exograph.load_phases (table_name, started_at) WHERE phase = 'analyzing';

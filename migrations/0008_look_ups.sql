-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- Indexes that readers missed.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Who calls a name. 0.5 us an edge to build, 37 bytes.
CREATE INDEX call_edges_callee_qualified_name ON exograph.call_edges (callee_qualified_name);

-- A term by its text, without its digest; of any length, which a B-tree cannot hold. 0.7 us a term to build, 34 bytes.
CREATE INDEX terms_term ON exograph.terms USING hash (term);

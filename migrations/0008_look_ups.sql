-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- What readers missed.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Who calls a name. 0.5 us an edge to build, 37 bytes.
CREATE INDEX call_edges_callee_qualified_name ON exograph.call_edges (callee_qualified_name);

-- A term by its text, without its digest; of any length, which a B-tree cannot hold. 0.7 us a term to build, 34 bytes.
CREATE INDEX terms_term ON exograph.terms USING hash (term);

-- Sources are read whole by whoever looks for a text in them. lz4, where the server has it, is undone three times as fast as
-- pglz, and done three times as fast: staging compresses like the index table, and what is compressed stays as it is.
DO $$
BEGIN
    IF (SELECT 'lz4' = ANY (s.enumvals) FROM pg_settings s WHERE s.name = 'default_toast_compression') THEN
        ALTER TABLE exograph.files ALTER source SET COMPRESSION lz4, ALTER comments_text SET COMPRESSION lz4;
        ALTER TABLE exograph.fragments ALTER ast SET COMPRESSION lz4;
    END IF;
END
$$;

-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- Facts: an identity, no surrogate key. Partitioned by load, so that index maintenance and foreign-key checks are
-- proportional to the load, a load is provably separate, and taking one back out is a DROP. What is too small for a
-- partition of its own shares one: row-wise facts carry load_id 0, facts of a small load its number negated. There is no
-- DEFAULT partition, because attaching beside one scans and locks it.
--
-- The identity is a unique index that ends in load_id, as partitioning demands; that no identity is in two partitions
-- is the loader's work. It doubles as the look-up by file, and in fragment_terms as the inverted index.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE TABLE exograph.comments (
    package_id         bigint,
    package_version_id bigint,
    file_id            bigint NOT NULL,
    fragment_id        bigint,
    text               text COLLATE "C" NOT NULL,
    line               integer,
    col                integer,
    load_id            integer NOT NULL DEFAULT 0,
    CONSTRAINT comments_package_id_fkey FOREIGN KEY (package_id) REFERENCES exograph.packages ON DELETE CASCADE,
    CONSTRAINT comments_package_version_id_fkey FOREIGN KEY (package_version_id)
        REFERENCES exograph.package_versions ON DELETE CASCADE,
    CONSTRAINT comments_file_id_fkey FOREIGN KEY (file_id) REFERENCES exograph.files ON DELETE CASCADE,
    CONSTRAINT comments_fragment_id_fkey FOREIGN KEY (fragment_id) REFERENCES exograph.fragments ON DELETE SET NULL,
    CONSTRAINT row_prints_at_most_128_mib CHECK (octet_length(text) <= 134217728)
) PARTITION BY RANGE (load_id);

CREATE UNIQUE INDEX comments_identity ON exograph.comments
    (file_id, line, col, exograph.text_digest(text), load_id) NULLS NOT DISTINCT;
CREATE INDEX comments_fragment_id ON exograph.comments (fragment_id) WHERE fragment_id IS NOT NULL;
CREATE INDEX comments_package ON exograph.comments USING brin (package_id, package_version_id);

COMMENT ON TABLE exograph.comments IS 'Facts: comments, identified by file, line, column and text.';

CREATE TABLE exograph.definitions (
    package_id         bigint,
    package_version_id bigint,
    file_id            bigint NOT NULL,
    fragment_id        bigint,
    kind               text COLLATE "C" NOT NULL,
    module             text COLLATE "C",
    name               text COLLATE "C" NOT NULL,
    arity              integer,
    qualified_name     text COLLATE "C" NOT NULL,
    line               integer,
    col                integer,
    load_id            integer NOT NULL DEFAULT 0,
    CONSTRAINT definitions_package_id_fkey FOREIGN KEY (package_id) REFERENCES exograph.packages ON DELETE CASCADE,
    CONSTRAINT definitions_package_version_id_fkey FOREIGN KEY (package_version_id)
        REFERENCES exograph.package_versions ON DELETE CASCADE,
    CONSTRAINT definitions_file_id_fkey FOREIGN KEY (file_id) REFERENCES exograph.files ON DELETE CASCADE,
    CONSTRAINT definitions_fragment_id_fkey FOREIGN KEY (fragment_id) REFERENCES exograph.fragments ON DELETE SET NULL,
    CONSTRAINT kind_at_most_500_bytes CHECK (octet_length(kind) <= 500),
    CONSTRAINT names_at_most_2000_bytes CHECK (octet_length(module) <= 2000 AND octet_length(name) <= 2000
                                               AND octet_length(qualified_name) <= 2000)
) PARTITION BY RANGE (load_id);

CREATE UNIQUE INDEX definitions_identity ON exograph.definitions
    (file_id, line, col, kind, qualified_name, load_id) NULLS NOT DISTINCT;
CREATE INDEX definitions_qualified_name ON exograph.definitions (qualified_name);
CREATE INDEX definitions_name ON exograph.definitions (name);
CREATE INDEX definitions_fragment_id ON exograph.definitions (fragment_id) WHERE fragment_id IS NOT NULL;
CREATE INDEX definitions_package ON exograph.definitions USING brin (package_id, package_version_id);

COMMENT ON TABLE exograph.definitions IS 'Facts: definitions, identified by file, line, column, kind and qualified name.';

CREATE TABLE exograph.symbol_references (
    package_id         bigint,
    package_version_id bigint,
    file_id            bigint NOT NULL,
    fragment_id        bigint,
    kind               text COLLATE "C" NOT NULL,
    module             text COLLATE "C",
    name               text COLLATE "C" NOT NULL,
    arity              integer,
    qualified_name     text COLLATE "C" NOT NULL,
    line               integer,
    col                integer,
    load_id            integer NOT NULL DEFAULT 0,
    CONSTRAINT symbol_references_package_id_fkey FOREIGN KEY (package_id) REFERENCES exograph.packages ON DELETE CASCADE,
    CONSTRAINT symbol_references_package_version_id_fkey FOREIGN KEY (package_version_id)
        REFERENCES exograph.package_versions ON DELETE CASCADE,
    CONSTRAINT symbol_references_file_id_fkey FOREIGN KEY (file_id) REFERENCES exograph.files ON DELETE CASCADE,
    CONSTRAINT symbol_references_fragment_id_fkey FOREIGN KEY (fragment_id)
        REFERENCES exograph.fragments ON DELETE SET NULL,
    CONSTRAINT kind_at_most_500_bytes CHECK (octet_length(kind) <= 500),
    CONSTRAINT names_at_most_2000_bytes CHECK (octet_length(module) <= 2000 AND octet_length(name) <= 2000
                                               AND octet_length(qualified_name) <= 2000)
) PARTITION BY RANGE (load_id);

CREATE UNIQUE INDEX symbol_references_identity ON exograph.symbol_references
    (file_id, line, col, kind, qualified_name, load_id) NULLS NOT DISTINCT;
CREATE INDEX symbol_references_qualified_name ON exograph.symbol_references (qualified_name);
CREATE INDEX symbol_references_fragment_id ON exograph.symbol_references (fragment_id) WHERE fragment_id IS NOT NULL;
CREATE INDEX symbol_references_package ON exograph.symbol_references USING brin (package_id, package_version_id);

COMMENT ON TABLE exograph.symbol_references IS
    'Facts: references to symbols, identified by file, line, column, kind and qualified name. (REFERENCES is a reserved '
    'word.)';

CREATE TABLE exograph.call_edges (
    package_id            bigint,
    package_version_id    bigint,
    file_id               bigint,
    caller_node_id        bigint NOT NULL,
    callee_node_id        bigint NOT NULL,
    call_site_fragment_id bigint,
    caller_qualified_name text COLLATE "C" NOT NULL,
    callee_qualified_name text COLLATE "C" NOT NULL,
    line                  integer,
    col                   integer,
    metadata              jsonb   NOT NULL DEFAULT '{}',
    load_id               integer NOT NULL DEFAULT 0,
    CONSTRAINT call_edges_package_id_fkey FOREIGN KEY (package_id) REFERENCES exograph.packages ON DELETE CASCADE,
    CONSTRAINT call_edges_package_version_id_fkey FOREIGN KEY (package_version_id)
        REFERENCES exograph.package_versions ON DELETE CASCADE,
    CONSTRAINT call_edges_file_id_fkey FOREIGN KEY (file_id) REFERENCES exograph.files ON DELETE CASCADE,
    CONSTRAINT call_edges_caller_node_id_fkey FOREIGN KEY (caller_node_id) REFERENCES exograph.graph_nodes ON DELETE CASCADE,
    CONSTRAINT call_edges_callee_node_id_fkey FOREIGN KEY (callee_node_id) REFERENCES exograph.graph_nodes ON DELETE CASCADE,
    CONSTRAINT call_edges_call_site_fragment_id_fkey FOREIGN KEY (call_site_fragment_id)
        REFERENCES exograph.fragments ON DELETE SET NULL,
    CONSTRAINT names_at_most_2000_bytes CHECK (octet_length(caller_qualified_name) <= 2000
                                               AND octet_length(callee_qualified_name) <= 2000),
    CONSTRAINT metadata_is_printable CHECK (exograph.json_is_printable(metadata))
) PARTITION BY RANGE (load_id);

CREATE UNIQUE INDEX call_edges_identity ON exograph.call_edges
    (caller_node_id, callee_node_id, line, col, load_id) NULLS NOT DISTINCT;
CREATE INDEX call_edges_callee_node_id ON exograph.call_edges (callee_node_id);
CREATE INDEX call_edges_file_id ON exograph.call_edges (file_id);
CREATE INDEX call_edges_call_site_fragment_id ON exograph.call_edges (call_site_fragment_id)
    WHERE call_site_fragment_id IS NOT NULL;
CREATE INDEX call_edges_package ON exograph.call_edges USING brin (package_id, package_version_id);

COMMENT ON TABLE exograph.call_edges IS 'Facts: calls, identified by caller, callee, line and column.';

CREATE TABLE exograph.fragment_terms (
    fragment_id bigint  NOT NULL,
    term_id     integer NOT NULL,
    load_id     integer NOT NULL DEFAULT 0
) PARTITION BY RANGE (load_id);

CREATE UNIQUE INDEX fragment_terms_identity ON exograph.fragment_terms (term_id, fragment_id, load_id);
-- Only deleting fragments looks this way round, and the rows lie in the order of their fragments.
CREATE INDEX fragment_terms_fragment_id ON exograph.fragment_terms USING brin (fragment_id) WITH (pages_per_range = 32);

COMMENT ON TABLE exograph.fragment_terms IS
    'Facts: which fragment holds which term. No foreign keys: checking 100M narrow rows costs more than it gives, so a '
    'trigger on fragments deletes their rows here.';

CREATE TABLE exograph.comments_shared PARTITION OF exograph.comments FOR VALUES FROM (MINVALUE) TO (1);
CREATE TABLE exograph.definitions_shared PARTITION OF exograph.definitions FOR VALUES FROM (MINVALUE) TO (1);
CREATE TABLE exograph.symbol_references_shared PARTITION OF exograph.symbol_references FOR VALUES FROM (MINVALUE) TO (1);
CREATE TABLE exograph.call_edges_shared PARTITION OF exograph.call_edges FOR VALUES FROM (MINVALUE) TO (1);
CREATE TABLE exograph.fragment_terms_shared PARTITION OF exograph.fragment_terms FOR VALUES FROM (MINVALUE) TO (1);

-- Facts have no key of NOT NULL columns, and of a published table without replica identity nothing can be changed or deleted.
-- Partitions to come get it when they are made. It costs WAL only under wal_level = logical, and of an INSERT none.
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY '{comments,definitions,symbol_references,call_edges,fragment_terms}'::text[] LOOP
        EXECUTE format('ALTER TABLE exograph.%I REPLICA IDENTITY FULL', v_table);
        EXECUTE format('ALTER TABLE exograph.%I REPLICA IDENTITY FULL', v_table || '_shared');
    END LOOP;
END
$$;

ALTER TABLE exograph.comments OWNER TO exograph_owner;
ALTER TABLE exograph.definitions OWNER TO exograph_owner;
ALTER TABLE exograph.symbol_references OWNER TO exograph_owner;
ALTER TABLE exograph.call_edges OWNER TO exograph_owner;
ALTER TABLE exograph.fragment_terms OWNER TO exograph_owner;
ALTER TABLE exograph.comments_shared OWNER TO exograph_owner;
ALTER TABLE exograph.definitions_shared OWNER TO exograph_owner;
ALTER TABLE exograph.symbol_references_shared OWNER TO exograph_owner;
ALTER TABLE exograph.call_edges_shared OWNER TO exograph_owner;
ALTER TABLE exograph.fragment_terms_shared OWNER TO exograph_owner;

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
    'What loads have declared complete: of these files, all rows of these tables exist. Advice for exograph.files_lacking, never '
    'truth. Deleting a row makes nothing worse: later loads send the file''s facts again. What a load declares is honoured by '
    'loads of the same role, and by all where that role has been granted INSERT here.';
COMMENT ON COLUMN exograph.complete_facts.load_id IS
    'Load that was the first to declare these tables complete for the file, of those that it honours.';
COMMENT ON COLUMN exograph.complete_facts.tables IS
    'The tables; no table is in two rows of a file of one role. Those of which a row has been deleted since are taken out.';

ALTER TABLE exograph.complete_facts OWNER TO exograph_owner;

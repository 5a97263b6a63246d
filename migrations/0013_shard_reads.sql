-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- What a coordinator reads: a table for each view of exograph_shard, whose partitions are foreign tables, one a shard.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Facts by the path of their file, without saying the package. 2.7 us a file to build, 59 bytes.
CREATE INDEX files_path ON exograph.files (path);

-- Texts compare as on the shards, bytewise: a condition on a column of another collation is not sent, but every row fetched.
-- Readers ask the views of the same names, so that the connections are those of the owner.

CREATE TABLE exograph_all.packages_of_shards (
    shard     integer NOT NULL,
    ecosystem text COLLATE "C",
    package   text COLLATE "C",
    metadata  jsonb
) PARTITION BY LIST (shard);

CREATE TABLE exograph_all.package_versions_of_shards (
    shard      integer NOT NULL,
    ecosystem  text COLLATE "C",
    package    text COLLATE "C",
    version    text COLLATE "C",
    source_ref text,
    checksum   text,
    metadata   jsonb
) PARTITION BY LIST (shard);

CREATE TABLE exograph_all.files_of_shards (
    shard         integer NOT NULL,
    ecosystem     text COLLATE "C",
    package       text COLLATE "C",
    version       text COLLATE "C",
    path          text COLLATE "C",
    source        text,
    comments_text text,
    sha256        bytea
) PARTITION BY LIST (shard);

CREATE TABLE exograph_all.file_paths_of_shards (
    shard     integer NOT NULL,
    ecosystem text COLLATE "C",
    package   text COLLATE "C",
    version   text COLLATE "C",
    path      text COLLATE "C",
    sha256    bytea
) PARTITION BY LIST (shard);

CREATE TABLE exograph_all.fragments_of_shards (
    shard        integer NOT NULL,
    ecosystem    text COLLATE "C",
    package      text COLLATE "C",
    version      text COLLATE "C",
    path         text COLLATE "C",
    line         integer,
    end_line     integer,
    kind         text COLLATE "C",
    module       text COLLATE "C",
    name         text COLLATE "C",
    arity        integer,
    mass         integer,
    content_hash bytea,
    exact_hash   bytea,
    sub_hashes   bigint[],
    ast          bytea
) PARTITION BY LIST (shard);

CREATE TABLE exograph_all.graph_nodes_of_shards (
    shard          integer NOT NULL,
    ecosystem      text COLLATE "C",
    package        text COLLATE "C",
    version        text COLLATE "C",
    path           text COLLATE "C",
    line           integer,
    col            integer,
    engine         text COLLATE "C",
    external_id    text COLLATE "C",
    kind           text COLLATE "C",
    module         text COLLATE "C",
    name           text COLLATE "C",
    arity          integer,
    qualified_name text COLLATE "C",
    metadata       jsonb
) PARTITION BY LIST (shard);

CREATE TABLE exograph_all.comments_of_shards (
    shard     integer NOT NULL,
    ecosystem text COLLATE "C",
    package   text COLLATE "C",
    version   text COLLATE "C",
    path      text COLLATE "C",
    line      integer,
    col       integer,
    text      text COLLATE "C"
) PARTITION BY LIST (shard);

CREATE TABLE exograph_all.definitions_of_shards (
    shard          integer NOT NULL,
    ecosystem      text COLLATE "C",
    package        text COLLATE "C",
    version        text COLLATE "C",
    path           text COLLATE "C",
    line           integer,
    col            integer,
    kind           text COLLATE "C",
    module         text COLLATE "C",
    name           text COLLATE "C",
    arity          integer,
    qualified_name text COLLATE "C"
) PARTITION BY LIST (shard);

CREATE TABLE exograph_all.symbol_references_of_shards (
    shard          integer NOT NULL,
    ecosystem      text COLLATE "C",
    package        text COLLATE "C",
    version        text COLLATE "C",
    path           text COLLATE "C",
    line           integer,
    col            integer,
    kind           text COLLATE "C",
    module         text COLLATE "C",
    name           text COLLATE "C",
    arity          integer,
    qualified_name text COLLATE "C"
) PARTITION BY LIST (shard);

CREATE TABLE exograph_all.call_edges_of_shards (
    shard                 integer NOT NULL,
    ecosystem             text COLLATE "C",
    package               text COLLATE "C",
    version               text COLLATE "C",
    path                  text COLLATE "C",
    line                  integer,
    col                   integer,
    caller_qualified_name text COLLATE "C",
    callee_qualified_name text COLLATE "C",
    metadata              jsonb
) PARTITION BY LIST (shard);

CREATE TABLE exograph_all.fragment_terms_of_shards (
    shard        integer NOT NULL,
    ecosystem    text COLLATE "C",
    package      text COLLATE "C",
    version      text COLLATE "C",
    path         text COLLATE "C",
    line         integer,
    end_line     integer,
    kind         text COLLATE "C",
    module       text COLLATE "C",
    name         text COLLATE "C",
    arity        integer,
    mass         integer,
    content_hash bytea,
    term         text COLLATE "C"
) PARTITION BY LIST (shard);

COMMENT ON TABLE exograph_all.packages_of_shards IS 'Partitions are the foreign tables of attached shards.';
COMMENT ON TABLE exograph_all.package_versions_of_shards IS 'Partitions are the foreign tables of attached shards.';
COMMENT ON TABLE exograph_all.files_of_shards IS 'Partitions are the foreign tables of attached shards.';
COMMENT ON TABLE exograph_all.file_paths_of_shards IS 'Partitions are the foreign tables of attached shards.';
COMMENT ON TABLE exograph_all.fragments_of_shards IS 'Partitions are the foreign tables of attached shards.';
COMMENT ON TABLE exograph_all.graph_nodes_of_shards IS 'Partitions are the foreign tables of attached shards.';
COMMENT ON TABLE exograph_all.comments_of_shards IS 'Partitions are the foreign tables of attached shards.';
COMMENT ON TABLE exograph_all.definitions_of_shards IS 'Partitions are the foreign tables of attached shards.';
COMMENT ON TABLE exograph_all.symbol_references_of_shards IS 'Partitions are the foreign tables of attached shards.';
COMMENT ON TABLE exograph_all.call_edges_of_shards IS 'Partitions are the foreign tables of attached shards.';
COMMENT ON TABLE exograph_all.fragment_terms_of_shards IS 'Partitions are the foreign tables of attached shards.';

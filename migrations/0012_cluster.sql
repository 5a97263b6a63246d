-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- What an index knows of a cluster that it is a shard of, or coordinates. Nothing of it is used before add_shard is called.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;

-- The first script looks after schemas that existed before an installation; an upgrade finds here one that has come since.
DO $$
DECLARE
    v_schema  text;
    v_problem text;
BEGIN
    SELECT n.nspname,
           CASE WHEN h.held IS NULL THEN 'belongs to role ' || quote_ident(r.rolname) ELSE 'holds ' || h.held END
    INTO v_schema, v_problem
    FROM pg_namespace n
    JOIN pg_roles r ON r.oid = n.nspowner
    LEFT JOIN LATERAL (
        SELECT min(format('%s %s', i.type, i.identity)) AS held
        FROM pg_depend d
        CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i
        WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid AND i.schema = n.nspname
    ) h ON true
    WHERE n.nspname IN ('exograph_shard', 'exograph_cluster', 'exograph_all', 'exograph_dblink')
        AND (r.rolname <> 'exograph_owner' OR h.held IS NOT NULL)
    ORDER BY n.nspname
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'schema % exists already and %', v_schema, v_problem
            USING ERRCODE = 'XG013', HINT = 'Look what it is, and who made it; drop or rename it.';
    END IF;
END
$$;

SET LOCAL ROLE exograph_owner;

CREATE SCHEMA IF NOT EXISTS exograph_shard AUTHORIZATION exograph_owner;
CREATE SCHEMA IF NOT EXISTS exograph_cluster AUTHORIZATION exograph_owner;
CREATE SCHEMA IF NOT EXISTS exograph_all AUTHORIZATION exograph_owner;
CREATE SCHEMA IF NOT EXISTS exograph_dblink AUTHORIZATION exograph_owner;

COMMENT ON SCHEMA exograph_shard IS
    'The facts of this index in natural terms, without ids, and which shard it is: what a coordinator reads.';
COMMENT ON SCHEMA exograph_cluster IS
    'What a coordinator does with its shards: the directory of packages, and loads that are on all shards or on none.';
COMMENT ON SCHEMA exograph_all IS 'The facts of all attached shards of a cluster, by the names of exograph_shard.';
COMMENT ON SCHEMA exograph_dblink IS
    'Where add_shard puts the extension dblink. Nobody but the owner has a right on it: who can call dblink in a session can '
    'use the connections that functions of exograph_cluster have opened there.';

CREATE TABLE exograph_shard.number (
    one_row boolean NOT NULL DEFAULT true CONSTRAINT number_pkey PRIMARY KEY CONSTRAINT number_is_one_row CHECK (one_row),
    number  integer NOT NULL DEFAULT 0,
    cluster uuid,
    CONSTRAINT zero_means_no_shard CHECK (number >= 0 AND (number = 0) = (cluster IS NULL))
);

INSERT INTO exograph_shard.number DEFAULT VALUES;

COMMENT ON TABLE exograph_shard.number IS 'Which shard of which cluster this index is, in its one row.';
COMMENT ON COLUMN exograph_shard.number.number IS 'Number of the shard. 0 where the index is none.';
COMMENT ON COLUMN exograph_shard.number.cluster IS
    'Id of the cluster, as its coordinator has it. NULL where the index is no shard.';

CREATE TABLE exograph_cluster.cluster (
    one_row boolean NOT NULL DEFAULT true CONSTRAINT cluster_pkey PRIMARY KEY CONSTRAINT cluster_is_one_row CHECK (one_row),
    id      uuid
);

-- The id is drawn with the first shard: databases that are copied before have one each.
INSERT INTO exograph_cluster.cluster DEFAULT VALUES;

COMMENT ON TABLE exograph_cluster.cluster IS
    'The cluster that this index coordinates, in its one row. finalize_load locks the row: one at a time. An advisory lock would '
    'do, but any role that may connect can take and keep one.';
COMMENT ON COLUMN exograph_cluster.cluster.id IS
    'Names the cluster on its shards and in the names of prepared transactions, exograph:<id>:<load>:<shard>. NULL before the '
    'first shard is added.';

CREATE TABLE exograph_cluster.shards (
    number         integer     NOT NULL CONSTRAINT shards_pkey PRIMARY KEY,
    name           text        NOT NULL CONSTRAINT shards_name_key UNIQUE,
    server         text        NOT NULL,
    hosts          text        NOT NULL,
    port           text        NOT NULL,
    dbname         text        NOT NULL,
    state          text        NOT NULL DEFAULT 'attached',
    home           boolean     NOT NULL DEFAULT false,
    capacity_bytes bigint,
    added_at       timestamptz NOT NULL DEFAULT now(),
    added_by       text        NOT NULL,
    CONSTRAINT number_is_positive CHECK (number > 0),
    CONSTRAINT state_is_known CHECK (state IN ('attached', 'detached')),
    CONSTRAINT capacity_is_positive CHECK (capacity_bytes > 0)
);

CREATE UNIQUE INDEX shards_one_home ON exograph_cluster.shards (home) WHERE home;

COMMENT ON TABLE exograph_cluster.shards IS 'The shards of the cluster that this index coordinates.';
COMMENT ON COLUMN exograph_cluster.shards.number IS 'Number of the shard, for good.';
COMMENT ON COLUMN exograph_cluster.shards.server IS 'Foreign server by which its facts are read.';
COMMENT ON COLUMN exograph_cluster.shards.hosts IS 'Hosts as libpq takes them: primary and standbys, separated by commas.';
COMMENT ON COLUMN exograph_cluster.shards.port IS 'Port, or one for each host, separated by commas.';
COMMENT ON COLUMN exograph_cluster.shards.state IS
    'attached, or detached: not read by exograph_all, not written by loads, and still where the directory says.';
COMMENT ON COLUMN exograph_cluster.shards.home IS 'Whether rows without a package belong here, which they do on one shard.';
COMMENT ON COLUMN exograph_cluster.shards.capacity_bytes IS 'How large its database may become. NULL: nobody has said.';
COMMENT ON COLUMN exograph_cluster.shards.added_by IS 'Role that called add_shard, as it was named then.';

CREATE TABLE exograph_cluster.users (
    id          integer NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT users_pkey PRIMARY KEY,
    role        text    NOT NULL CONSTRAINT users_role_key UNIQUE,
    role_oid    oid     NOT NULL,
    remote_user text    NOT NULL
);

COMMENT ON TABLE exograph_cluster.users IS
    'As whom a role works on the shards (map_user). The foreign servers exograph_shard_<number>_user_<id> have the passwords.';
COMMENT ON COLUMN exograph_cluster.users.role IS 'Role of the coordinator.';
COMMENT ON COLUMN exograph_cluster.users.role_oid IS
    'Its oid when it was mapped: another role of the name, made since, is not mapped.';
COMMENT ON COLUMN exograph_cluster.users.remote_user IS 'Role of the shards, by one name on all of them.';

CREATE TABLE exograph_cluster.loads (
    id           integer     NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT loads_pkey PRIMARY KEY,
    label        text        NOT NULL,
    state        text        NOT NULL DEFAULT 'open',
    who          text        NOT NULL,
    options      jsonb       NOT NULL DEFAULT '{}',
    begun_at     timestamptz NOT NULL DEFAULT now(),
    decided_at   timestamptz,
    finalized_at timestamptz,
    CONSTRAINT label_at_most_1900_bytes CHECK (octet_length(label) <= 1900),
    CONSTRAINT state_is_known CHECK (state IN ('open', 'committed', 'finalized', 'abandoned')),
    CONSTRAINT open_means_not_decided CHECK ((state = 'open') = (decided_at IS NULL)),
    CONSTRAINT finalized_means_everywhere CHECK ((state = 'finalized') = (finalized_at IS NOT NULL))
);

CREATE INDEX loads_undone ON exograph_cluster.loads (id) WHERE state IN ('open', 'committed');

COMMENT ON TABLE exograph_cluster.loads IS
    'Loads of the cluster. Each is a load of its own on every shard that it has rows for, and in the end on all of these or on '
    'none.';
COMMENT ON COLUMN exograph_cluster.loads.state IS
    'open; committed: prepared on all of its shards, and decided by the commit of this word; finalized: committed on all of '
    'them; abandoned.';
COMMENT ON COLUMN exograph_cluster.loads.who IS
    'Role that began it; as whom it works on the shards, exograph_cluster.users says.';
COMMENT ON COLUMN exograph_cluster.loads.options IS 'Options that its loads on the shards begin with.';
COMMENT ON COLUMN exograph_cluster.loads.decided_at IS 'When it was decided, or abandoned. NULL while it is open.';
COMMENT ON COLUMN exograph_cluster.loads.finalized_at IS 'When it was committed on the last of its shards. NULL before.';

CREATE TABLE exograph_cluster.load_shards (
    load_id    integer NOT NULL CONSTRAINT load_shards_load_id_fkey REFERENCES exograph_cluster.loads ON DELETE CASCADE,
    shard      integer NOT NULL CONSTRAINT load_shards_shard_fkey REFERENCES exograph_cluster.shards,
    shard_load integer,
    state      text    NOT NULL DEFAULT 'staging',
    CONSTRAINT load_shards_pkey PRIMARY KEY (load_id, shard),
    CONSTRAINT state_is_known CHECK (state IN ('staging', 'prepared', 'committed', 'rolled back'))
);

CREATE INDEX load_shards_shard ON exograph_cluster.load_shards (shard);

COMMENT ON TABLE exograph_cluster.load_shards IS 'On which shards a load of the cluster has rows, and what has become of them.';
COMMENT ON COLUMN exograph_cluster.load_shards.shard_load IS
    'Number of its load on the shard, as exograph.loads there has it. NULL where it only takes a package away that moves.';
COMMENT ON COLUMN exograph_cluster.load_shards.state IS
    'staging; prepared: to be committed there, since the load is decided; committed; rolled back: the load was abandoned.';

CREATE TABLE exograph_cluster.packages (
    ecosystem text    NOT NULL COLLATE "C",
    name      text    NOT NULL COLLATE "C",
    shard     integer NOT NULL CONSTRAINT packages_shard_fkey REFERENCES exograph_cluster.shards,
    load_id   integer CONSTRAINT packages_load_id_fkey REFERENCES exograph_cluster.loads ON DELETE SET NULL,
    CONSTRAINT packages_pkey PRIMARY KEY (ecosystem, name)
);

CREATE INDEX packages_shard ON exograph_cluster.packages (shard);
CREATE INDEX packages_load_id ON exograph_cluster.packages (load_id);

COMMENT ON TABLE exograph_cluster.packages IS
    'The directory: on which shard a package lies, whole, or will lie when its first load is finalized.';
COMMENT ON COLUMN exograph_cluster.packages.load_id IS
    'Load of the cluster that had it placed. NULL where none did, or it is gone.';

-- A parameter more: CREATE OR REPLACE would make a second one.
DO $$
BEGIN
    IF to_regprocedure('exograph.finalize_load(integer, text, bigint, boolean, bigint, boolean, text, integer)') IS NOT NULL THEN
        DROP PROCEDURE exograph.finalize_load(integer, text, bigint, boolean, bigint, boolean, text, integer);
    END IF;
END
$$;

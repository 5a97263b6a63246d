SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_all.definitions(
    name text, package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL, kind text DEFAULT NULL,
    page integer DEFAULT NULL
)
RETURNS SETOF exograph_all.definitions
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    v_shards  integer[] := exograph_all.shards_of($2, $4);
    v_pattern text      := exograph_find.name_pattern($1);
    v_tail    text      := exograph_find.name_tail($1);
    v_endings text[]    := exograph_find.name_endings($1);
    v_arity   integer   := exograph_find.name_arity($1);
BEGIN
    RETURN QUERY
        SELECT d.*
        FROM exograph_all.definitions d
        WHERE d.shard = ANY (v_shards)
            AND (d.qualified_name LIKE v_pattern
                 OR d.name LIKE v_tail AND d.qualified_name LIKE ANY (v_endings) AND (v_arity IS NULL OR d.arity = v_arity))
            AND ($2 IS NULL OR d.package = $2)
            AND ($3 IS NULL OR d.version = $3)
            AND ($4 IS NULL OR d.ecosystem = $4)
            AND ($5 IS NULL OR d.kind = $5)
        ORDER BY d.qualified_name, d.ecosystem, d.package, d.version, d.path, d.line, d.col, d.kind
        LIMIT exograph_find.at_least_one('page', $6);
END
$$;

COMMENT ON FUNCTION exograph_all.definitions(text, text, text, text, text, integer) IS
'Where a name is defined, on all attached shards: exograph_find.definitions for a cluster. By qualified_name and place; page => n
tells the first n. Cost: one query to each shard at once, by index there, or to the one shard that has the package; a page is
sorted on the shards. Errors: 08001, a shard cannot be reached; 55000, the package is on a detached shard; XG008, page is less
than 1.';

CREATE OR REPLACE FUNCTION exograph_all.defined_names(name text) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET enable_partitionwise_aggregate = on AS $$
DECLARE
    v_tail    text    := exograph_find.name_tail(name);
    v_endings text[]  := exograph_find.name_endings(name);
    v_arity   integer := exograph_find.name_arity(name);
BEGIN
    IF v_tail IS NULL THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT DISTINCT n.qualified_name
        FROM (
            SELECT d.shard, d.qualified_name
            FROM exograph_all.definitions d
            WHERE d.name LIKE v_tail AND d.qualified_name LIKE ANY (v_endings) AND (v_arity IS NULL OR d.arity = v_arity)
            GROUP BY d.shard, d.qualified_name
        ) n);
END
$$;

COMMENT ON FUNCTION exograph_all.defined_names(text) IS
'For questions: exograph_find.defined_names for a cluster: what is defined on one shard may be called on another.';

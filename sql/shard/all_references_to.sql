SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_all.references_to(
    name text, package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL, kind text DEFAULT NULL,
    page integer DEFAULT NULL
)
RETURNS SETOF exograph_all.symbol_references
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    v_shards  integer[] := exograph_all.shards_of($2, $4);
    v_pattern text      := exograph_find.name_pattern($1);
    v_names   text[]    := exograph_all.defined_names($1);
BEGIN
    RETURN QUERY
        SELECT r.*
        FROM exograph_all.symbol_references r
        WHERE r.shard = ANY (v_shards)
            AND (r.qualified_name LIKE v_pattern OR r.qualified_name = ANY (v_names))
            AND ($2 IS NULL OR r.package = $2)
            AND ($3 IS NULL OR r.version = $3)
            AND ($4 IS NULL OR r.ecosystem = $4)
            AND ($5 IS NULL OR r.kind = $5)
        ORDER BY r.qualified_name, r.ecosystem, r.package, r.version, r.path, r.line, r.col, r.kind
        LIMIT exograph_find.at_least_one('page', $6);
END
$$;

COMMENT ON FUNCTION exograph_all.references_to(text, text, text, text, text, integer) IS
'Where a name is referred to, on all attached shards: exograph_find.references_to for a cluster; an end of a name is that of a
definition on any shard. By qualified_name and place; page => n tells the first n. Cost: a query to each shard at once for the
definitions that end in the name, and one for the references, or to the one shard that has the package; by index there; a page
is sorted on the shards. Errors: those of exograph_all.definitions.';

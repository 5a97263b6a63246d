CREATE OR REPLACE FUNCTION dup_select.conflict_target(index regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.format('(%s) WHERE %s', pg_catalog.string_agg(p.arbiter, ', ' ORDER BY p.part),
                   (SELECT coalesce(pg_catalog.pg_get_expr(f.predicate, f.indexed), 'true') FROM dup_select.index_facts(index) f))
        FROM dup_select.key_parts(index) p);
END
$$;

ALTER FUNCTION dup_select.conflict_target(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.conflict_target(regclass) IS
    'How ON CONFLICT names a unique index, by its key and predicate. The text holds for the search_path in force.';
REVOKE ALL ON FUNCTION dup_select.conflict_target(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.conflict_target(regclass) TO PUBLIC;

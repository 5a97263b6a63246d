CREATE OR REPLACE FUNCTION dup_select.plan_is_triggered(relation oid) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select.has_before_trigger(relation, NULL)
        OR EXISTS (SELECT FROM pg_partition_tree(relation) AS p WHERE dup_select.has_before_trigger(p.relid, NULL))
$$;

ALTER FUNCTION dup_select.plan_is_triggered(oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_is_triggered(oid) IS
    'Whether a BEFORE INSERT trigger of the table or of a partition may give a row another key than it came with.';
REVOKE ALL ON FUNCTION dup_select.plan_is_triggered(oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_is_triggered(oid) TO PUBLIC;

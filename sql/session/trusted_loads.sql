-- A load that declares a file's facts complete keeps others from sending them. INSERT on complete_facts is the right to do just
-- that, and a privilege follows its role through renames and restores. Owner and superusers have it anyway. Whose an earlier load
-- is, is told as owner_of_load tells it, for all loads at once.
CREATE OR REPLACE FUNCTION exograph.trusted_loads(load_id integer) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_cluster bigint := exograph.cluster();
    v_oids    oid[];
    v_names   text[];
BEGIN
    SELECT array_agg(r.oid), array_agg(r.rolname::text) INTO v_oids, v_names
    FROM exograph.loads l
    JOIN pg_roles r ON r.oid = exograph.owner_of_load(l) OR has_table_privilege(r.oid, 'exograph.complete_facts', 'INSERT')
    WHERE l.load_id = trusted_loads.load_id;
    RETURN ARRAY(
        SELECT l.load_id
        FROM exograph.loads l
        WHERE l.state = 'finalized'
            AND CASE WHEN l.cluster = v_cluster THEN l.role_oid = ANY (v_oids) ELSE l.started_by = ANY (v_names) END);
END
$$;

ALTER FUNCTION exograph.trusted_loads(integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.trusted_loads(integer) IS
    'The loads whose declarations of completeness a load honours: those of its own role, and of roles to which INSERT on '
    'exograph.complete_facts is granted, superusers and members of exograph_owner among them.';
REVOKE ALL ON FUNCTION exograph.trusted_loads(integer) FROM PUBLIC;

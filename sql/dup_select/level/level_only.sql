-- A foreign key refers to rows of the table itself, and its unique keys cover no others.
CREATE OR REPLACE FUNCTION dup_select.level_only(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT 'ONLY '
    FROM pg_class c
    WHERE c.oid = (level ->> 'relation')::oid AND c.relkind = 'r'
      AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)
$$;

ALTER FUNCTION dup_select.level_only(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_only(jsonb) IS
    'ONLY for a table with children, whose rows are not meant. NULL for others, and for a partitioned table.';
REVOKE ALL ON FUNCTION dup_select.level_only(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_only(jsonb) TO PUBLIC;

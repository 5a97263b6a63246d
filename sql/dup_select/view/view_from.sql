CREATE OR REPLACE FUNCTION dup_select.view_from(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat(
        dup_select.level_only(level), level ->> 'table',
        CASE WHEN c.relname <> level ->> 'name' THEN ' AS ' || quote_ident(level ->> 'name') END)
    FROM pg_class c WHERE c.oid = (level ->> 'relation')::oid
$$;

ALTER FUNCTION dup_select.view_from(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_from(jsonb) IS
    'A table in the FROM clause of the view.';
REVOKE ALL ON FUNCTION dup_select.view_from(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_from(jsonb) TO PUBLIC;

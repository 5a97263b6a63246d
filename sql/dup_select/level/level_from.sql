-- In a trigger function, NEW.name must not mean a column of a table named new.
CREATE OR REPLACE FUNCTION dup_select.level_from(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat(
        dup_select.level_only(level), level ->> 'table',
        CASE WHEN c.relname IN ('new', 'old') THEN format(' AS %s_row', c.relname) END)
    FROM pg_class c WHERE c.oid = (level ->> 'relation')::oid
$$;

ALTER FUNCTION dup_select.level_from(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_from(jsonb) IS
    'The table of a level in the FROM clause of a look-up.';
REVOKE ALL ON FUNCTION dup_select.level_from(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_from(jsonb) TO PUBLIC;

CREATE OR REPLACE FUNCTION dup_select.found_setting() RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth())
$$;

ALTER FUNCTION dup_select.found_setting() OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.found_setting() IS
    'Name of the setting in which conflict_clause() leaves the place of the row it found, at this depth of triggers.';
REVOKE ALL ON FUNCTION dup_select.found_setting() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.found_setting() TO PUBLIC;
